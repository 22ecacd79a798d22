#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Do edits of a real host do what they say, refuse what they must, and come back? To be run in the
# lab's dom0:
#   tests/lab/lab run 'bash /tests/edits.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

# asked NAME REGEX MEANWHILE WORDS...: xendeck on a terminal, which asks before it applies; while it
# waits for the answer, the command MEANWHILE is run. Then the answer is yes.
asked() {
    local name=$1 regex=$2 meanwhile=$3 pid
    shift 3
    rm -f /root/answer /root/typescript && mkfifo /root/answer
    script -qec "xendeck $*" /root/typescript </root/answer >/dev/null &
    pid=$!
    exec 7>/root/answer
    eventually 20 grep -qE 'Apply|Type ' /root/typescript
    eval "$meanwhile"
    echo y >&7
    wait "$pid"
    is "$name: exit status" $? 2
    exec 7>&-
    like "$name" "$(tr -d '\r' </root/typescript)" "$regex"
}

affinity() { # NAME VCPU: hard / soft
    xl vcpu-list "$1" | awk -v v="$2" 'NR > 1 && $3 == v { print $(NF - 2), $(NF - 1), $NF }'
}
state() { xl list "$1" | awk 'END { print $5 }'; }
target() { xenstore-read "/local/domain/$(domid "$1")/memory/target"; }

weights_and_caps() {
    guest spin spin1
    set_ "a cap is set" domain/spin1 sched.cap=40
    is "xl sees it, and the weight as it was" "$(credit2 spin1)" "256 40"
    sleep 2
    between "the spinning guest falls to 40 percent, give or take 8" "$(cpu_share spin1 10)" 32 48
    set_ "a weight is set" domain/spin1 sched.weight=512
    is "xl sees it, and the cap as it was" "$(credit2 spin1)" "512 40"
    edit 0 "the weight is taken back" undo --yes
    is "xl sees the weight of before" "$(credit2 spin1)" "256 40"
    edit 0 "the cap is taken back" undo --yes
    is "xl sees no cap" "$(credit2 spin1)" "256 0"
    sleep 1
    between "and the guest is free again: percent" "$(cpu_share spin1 5)" 80 110
    edit 2 "a cap above what its vCPUs can use is refused" set domain/spin1 sched.cap=150 --yes
    says "with the bound" '100|vcpus'
    refused "a weight of nothing" 'wanted 1 to 65535, found 0' domain/spin1 sched.weight=0
    refused "a weight above Xen's most" 'wanted 1 to 65535' domain/spin1 sched.weight=65536
    is "and nothing changed" "$(credit2 spin1)" "256 0"
    edit 0 "a dry run" set domain/spin1 sched.cap=30 --dry-run
    is "changes nothing" "$(credit2 spin1)" "256 0"
}

affinities() {
    set_ "a hard affinity is set" vcpu/spin1/0 vcpu.affinity=2
    like "xl sees it" "$(affinity spin1 0)" '^2 / '
    placed=$(affinity spin1 0) # libxl placed it on a node
    set_ "a soft affinity is set" vcpu/spin1/0 vcpu.affinity.soft=1-2
    is "xl sees both" "$(affinity spin1 0)" "2 / 1-2"
    undone "the soft one is taken back"
    is "xl sees what there was, and the hard one" "$(affinity spin1 0)" "$placed"
    set_ "it is set again" vcpu/spin1/0 vcpu.affinity.soft=1-2
    sleep 1
    is "the vCPU runs where it may" \
        "$(xendeck get vcpus --once -o json | jq '.rows[] | select(.domain == "spin1") | .pcpu')" 2
    set_ "all pCPUs again" vcpu/spin1/0 vcpu.affinity=all
    is "xl says all" "$(affinity spin1 0)" "all / 1-2"
    edit 0 "that is taken back" undo --yes
    is "xl sees the one of before" "$(affinity spin1 0)" "2 / 1-2"
    refused "a soft affinity of nothing" 'needs at least one pCPU' vcpu/spin1/0 vcpu.affinity.soft=none
    refused "a pCPU that isn't there" '9 is above the last, 3' vcpu/spin1/0 vcpu.affinity.soft=9
    is "neither changed it" "$(affinity spin1 0)" "2 / 1-2"
    set_ "all again" vcpu/spin1/0 vcpu.affinity=0-3 vcpu/spin1/0 vcpu.affinity.soft=0-3
    xl cpupool-cpu-remove Pool-0 3
    edit 2 "a pCPU outside its pool is refused" set vcpu/spin1/0 vcpu.affinity=3 --yes
    says "with the pool and what it has" 'none of pCPUs 3 is in its cpupool Pool-0, which has 0-2'
    xl cpupool-cpu-add Pool-0 3
}

credit() { xl sched-credit -d "$1" | awk 'END { print $3, $4 }'; }

other_schedulers() {
    xl cpupool-cpu-remove Pool-0 3
    xl cpupool-create 'name="Pool-1"' 'sched="credit"' 'cpus=["3"]' >/dev/null
    guest idle credit1 'pool="Pool-1"'
    set_ "a cap in a pool with another scheduler" domain/credit1 sched.cap=25 sched.weight=300
    is "xl sees it" "$(credit credit1)" "300 25"
    undone "both are taken back"
    is "xl sees those of before" "$(credit credit1)" "256 0"
    xl destroy credit1
    # The pool stays: Xen 4.17 may panic when a pCPU leaves one of the scheduler credit (csched_tick).
}

# What Debian's hypervisor has not is said, not tried (rtds.sh has one that has it)
without_rtds() {
    local limits
    limits=$(xendeck get limits --once -o json | jq -r '.rows[] | "\(.name): \(.reason)"')
    for knob in sched.period sched.budget sched.extratime; do
        like "limits list $knob with the reason" "$limits" "^$knob: .*CONFIG_SCHED_RTDS"
        edit 2 "$knob is refused" set vcpu/spin1/0 "$knob=1" --yes
        says "with the reason" 'CONFIG_SCHED_RTDS'
    done
}

somebody_else() {
    asked "a value changed meanwhile with xl is REFUSED" \
        'REFUSED.*expected none, found 70.*somebody changed it' \
        'xl sched-credit2 -d spin1 -c 70' set domain/spin1 sched.cap=40
    is "and theirs stays" "$(credit2 spin1)" "256 70"
    guest idle gone1
    asked "a domain that vanished meanwhile is REFUSED" \
        'REFUSED.*gone1.*(is not on this host any more|is being destroyed)' \
        'xl destroy gone1' set domain/gone1 sched.cap=40
    guest idle gone1
    set_ "a cap is set" domain/gone1 sched.cap=20
    xl destroy gone1
    guest idle gone1
    edit 2 "a new domain of the same name is another one: undo is REFUSED" undo --yes
    is "and the new one is not touched" "$(credit2 gone1)" "256 0"
    xl destroy gone1
    edit 1 "a domain that isn't there" set domain/gone1 sched.cap=40 --yes
    says "is said not to be there" 'gone1'
    set_ "a cap is set" domain/spin1 sched.cap=40
    xl sched-credit2 -d spin1 -c 60
    edit 2 "undo of a value that somebody changed is REFUSED" undo --yes
    is "and theirs stays" "$(credit2 spin1)" "256 60"
    xl sched-credit2 -d spin1 -c 0
}

memory_of() { xl list "$1" | awk 'END { print $3 }'; }
memory_below() { [ "$(memory_of "$1")" -lt "$2" ]; }

memory() {
    guest linux-pvh linux1
    check "a Linux guest comes up" eventually 120 said linux1 LINUX-GUEST-UP
    set_ "a memory target is set" domain/linux1 mem.target=144M
    is "xenstore has it" "$(target linux1)" 147456
    check "the guest gives memory up" eventually 60 memory_below linux1 150
    edit 0 "it is taken back" undo --yes
    is "xenstore has the one of before" "$(target linux1)" 196608
    refused "more than it may hold" '192M' domain/linux1 mem.target=4G
    refused "less than any guest lives in" 'wanted 1M' domain/linux1 mem.target=512K
    is "and nothing changed" "$(target linux1)" 196608
}

life() {
    local before
    guest idle life1
    eventually 20 xenstore-exists "/local/domain/$(domid life1)/control/feature-poweroff"
    edit 0 "a domain is paused" do domain/life1 pause --yes
    like "xl says so" "$(state life1)" '^-?.p'
    edit 2 "pausing it again is refused" do domain/life1 pause --yes
    says "as it is paused already" 'paused already'
    edit 2 "a paused guest can't be asked to shut down" do domain/life1 shutdown --yes
    edit 0 "the pause is taken back" undo --yes
    is "xl says so" "$(state life1)" "-b----"
    edit 2 "unpausing it again is refused" do domain/life1 unpause --yes
    says "as it is not paused" 'not paused'
    edit 1 "its console is no edit" do domain/life1 console --yes
    says "and told where it is" 'gives the terminal to a program'
    before=$(domid life1)
    edit 0 "a reboot" do domain/life1 reboot --yes
    check "gave it a new domid" [ "$(domid life1)" -gt "$before" ]
    eventually 20 xenstore-exists "/local/domain/$(domid life1)/control/feature-poweroff"
    edit 0 "a shutdown" do domain/life1 shutdown --yes
    check "ended it" eventually 10 gone life1
    guest spin dead1
    edit 0 "a domain is destroyed" do domain/dead1 destroy --yes
    is "nothing of libxl comes to the terminal" "$(cat $ERR)" ""
    check "it is gone" gone dead1
    edit 2 "Domain-0 is not paused" do domain/Domain-0 pause --yes
    says "and told why" 'control domain'
    edit 2 "nor destroyed" do domain/Domain-0 destroy --yes
    edit 2 "nor shut down as guests are" do domain/Domain-0 shutdown --yes
    says "and told how" 'with its own tools'
    edit 2 "nothing is done to a read-only host" --readonly do domain/spin1 pause --yes
    like "it runs on" "$(state spin1)" '^r'
}

# One that has shut down is kept for who looks at it: nothing but its end is left to be done.
shut_down() {
    guest idle over1 'on_poweroff="preserve"'
    eventually 20 xenstore-exists "/local/domain/$(domid over1)/control/feature-poweroff"
    xl shutdown -w over1 >/dev/null
    for verb in pause shutdown reboot; do
        edit 2 "a guest that has shut down: $verb is refused" do domain/over1 $verb --yes
        says "with the reason" 'over1.* has shut down already \(by itself\)'
    done
    edit 2 "unpause too" do domain/over1 unpause --yes
    says "with the reason" 'over1.* is not paused'
    edit 2 "it gets no disk" do domain/over1 disk-attach vdev=xvdb target=/dev/null --yes
    says "with the reason" "over1.* has shut down: it can't take a disk"
    edit 2 "nor a NIC" do domain/over1 nic-attach devid=0 --yes
    says "with the reason" "over1.* has shut down: it can't take a NIC"
    edit 0 "it can be destroyed" do domain/over1 destroy --yes
    check "and is gone" gone over1
}

# A guest that writes escape sequences to xenstore, under a name that somebody gave it with some
hostile() {
    local id
    guest idle evil1 'extra="mode=idle data=%1b[2J%1b]0;x%07%c2%9b31m%e2%80%aeabc"'
    id=$(domid evil1)
    eventually 20 xenstore-exists "/local/domain/$id/data/xendeck"
    xenstore-write "/local/domain/$id/name" $'evil\e[31m\a\u202e'
    for format in table csv json; do
        xendeck get domains --once -c all -o $format >$OUT 2>$ERR
        check "the guest's words are shown ($format)" grep -q abc $OUT
        is "no control character, C1 or bidi is among them ($format)" \
            "$(cat $OUT $ERR | LC_ALL=C tr -d '\r\n\t -~' | LC_ALL=C sed 's/\xef\xbf\xbd//g' |
                LC_ALL=C grep -aoE $'[\x01-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e-\xaf]' | wc -l)" 0
    done
    key=$(xendeck get domains --once -o json | jq -r ".rows[] | select(.id == $id) | .name")
    edit 0 "it can be edited by the name that is shown" set "domain/$key" sched.cap=10 --yes
    is "no escape sequence in the answer" "$(LC_ALL=C grep -ac $'\e' $OUT)" 0
    xl destroy "$id"
}

# Two domains with one name, which other toolstacks may make: neither must be edited for the other.
namesakes() {
    local one two
    guest idle twin1
    guest idle twin2
    one=$(domid twin1) two=$(domid twin2)
    xenstore-write "/local/domain/$two/name" twin1
    edit 1 "a name that two domains have is refused" set domain/twin1 sched.cap=10 --yes
    says "with what to call them" "twin1.*means 2 things: domain/[-0-9a-f]+ .*, domain/[-0-9a-f]+ "
    edit 0 "their numbers tell them apart" set "domain/$two" sched.cap=10 --yes
    is "the one that was meant is edited" "$(xl sched-credit2 -d "$two" | awk 'END { print $4 }')" 10
    is "and not the other" "$(xl sched-credit2 -d "$one" | awk 'END { print $4 }')" 0
    xl destroy "$one"
    xl destroy "$two"
}

# The names of other domains come from the last edit (backends/libxl/recall.h): whatever became of
# them since, the domain that is called so now is edited, and no other.
names_from_before() {
    local file=/run/xendeck/names
    guest idle kept1
    guest idle kept2
    set_ "an edit by name" domain/kept1 sched.cap=10
    check "leaves the names to the next" grep -q ' kept2$' $file
    is "for root alone" "$(stat -c '%U %a' $file)" "root 600"
    xl rename kept1 kept3
    edit 1 "a domain has its old name no more" set domain/kept1 sched.cap=20 --yes
    says "and is told by the new one" 'kept1.*did you mean kept3'
    set_ "which means it at once" domain/kept3 sched.cap=20
    is "it is edited" "$(credit2 kept3)" "256 20"
    xl rename kept3 kept-aside && xl rename kept2 kept3 && xl rename kept-aside kept2
    set_ "names that went round" domain/kept3 sched.cap=30 domain/kept2 sched.cap=31
    is "mean what they mean now" "$(credit2 kept3), $(credit2 kept2)" "256 30, 256 31"
    xl rename kept2 kept4
    set_ "one has its name still, one a new one" domain/kept3 sched.cap=35 domain/kept4 sched.cap=36
    is "both are edited" "$(credit2 kept3), $(credit2 kept4)" "256 35, 256 36"
    xl destroy kept4
    guest idle kept4
    set_ "a name that a new domain has now" domain/kept4 sched.cap=40
    is "means the new one" "$(credit2 kept4)" "256 40"
    sed -i 's/kept3/kept-aside/; s/kept4/kept3/; s/kept-aside/kept4/' $file
    set_ "whatever is written there" domain/kept3 sched.cap=45
    is "the host's word counts" "$(credit2 kept3), $(credit2 kept4)" "256 45, 256 40"
    echo rubbish >$file
    set_ "where nothing sensible is written" domain/kept3 sched.cap=50
    check "it is written anew" grep -q ' kept3$' $file
    chmod 666 $file && sed -i 's/ kept4$/ kept5/' $file
    set_ "what others may write" domain/kept4 sched.cap=55
    is "is not asked" "$(grep -c ' kept5$' $file) $(stat -c %a $file)" "0 600"
    xl destroy kept3
    xl destroy kept4
}

journal() {
    xendeck journal >$OUT
    check "the journal knows what was refused" grep -q REFUSED $OUT
    check "and what was done" grep -q done $OUT
}

weights_and_caps
affinities
without_rtds
somebody_else
memory
life
shut_down
hostile
namesakes
names_from_before
other_schedulers
journal
end_guests
tap_end
