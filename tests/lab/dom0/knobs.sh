#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each knob of a real host set through xendeck, read back with Xen's own tools, taken back, read again;
# and each refusal. Several edits are one plan with one undo where they can be. (Weight, cap, affinity
# and memory target: edits.sh. SMT: knobs-smt.sh.) To be run in the lab's dom0:
#   tests/lab/lab run 'bash /tests/knobs.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

# --- what Xen's own tools say ---

max_kib() { xenstore-read "/local/domain/$(domid "$1")/memory/static-max"; }
# xentop's MAXMEM(k), which is Xen's own number, and MAXMEM(%)
xentop_of() { xentop -b -i 1 | awk -v n="$1" -v f="$2" '$1 == n { print $f }'; }
nodes_of() { xl list -n "$1" | awk 'END { print $NF }'; }
vcpus_online() { xl vcpu-list "$1" | awk 'NR > 1 && $5 !~ /p/ { n++ } END { print n + 0 }'; }
pool_cpus() { xl cpupool-list -c "$1" | awk 'END { print $NF }'; }
scheduling() { # NAME: weight and cap under credit2, hard / soft affinity of the first vCPU
    xl sched-credit2 -d "$1" | awk 'END { printf "%s %s ", $3, $4 }'
    xl vcpu-list "$1" | awk 'NR == 2 { print $(NF - 2), $(NF - 1), $NF }'
}
pools() { xl cpupool-list | awk 'NR > 1 { print $1 }' | sort | xargs; }
online() { xl info | awk '$1 == "nr_cpus" { print $3 }'; }
hypfs() { xenhypfs cat "/params/$1"; }
field() { # TABLE FILTER COLUMN: as xendeck shows it now
    xendeck get "$1" --once -f "$2" -o json | jq -r ".rows[0].$3"
}

# --- domains ---

domains() {
    local id before other
    id=$(domid idle1) before=$(xentop_of idle1 7)
    other=$([ "$(nodes_of idle1)" = 1 ] && echo 0 || echo 1) # the node that it is not on
    set_ "a domain's name, limit and nodes are set" \
        domain/idle1 name=web1 domain/idle1 mem.max=32M domain/idle1 node.affinity="$other"
    is "xl finds it by the new name" "$(domid web1)" "$id"
    is "and not by the old one" "$(domid idle1)" ""
    is "xenstore has the limit" "$(max_kib web1)" 32768
    is "xl has it" "$(xl list -l web1 | jq '.[0].config.b_info.max_memkb')" 32768
    is "Xen has it, as xentop shows" "$(($(xentop_of web1 7) - before))" 24576
    is "and xendeck" "$(field domains name:web1 mem_limit_kib)" "$(xentop_of web1 7)"
    between "and what xendeck shows in percent is xentop's" \
        "$(field domains name:web1 mem_limit_percent)" \
        "$(awk -v p="$(xentop_of web1 8)" 'BEGIN { print p - 0.1 }')" \
        "$(awk -v p="$(xentop_of web1 8)" 'BEGIN { print p + 0.1 }')"
    is "xl sees the node" "$(nodes_of web1)" "$other"
    undone "all three are taken back"
    is "the name" "$(domid idle1)" "$id"
    is "the limit in xenstore" "$(max_kib idle1)" 8192
    is "the limit in Xen" "$(xentop_of idle1 7)" "$before"
    is "the node" "$(nodes_of idle1)" "$((1 - other))"
}

refusals_of_domains() {
    refused "a name that another domain has" 'can.t be called "spin1".*domain [0-9]+ is' \
        domain/idle1 name=spin1
    refused "a number as a name" 'xl would take it for a number' domain/idle1 name=42
    refused "a name with a slash" 'slashes' domain/idle1 name=a/b
    refused "another name for Domain-0" 'keeps its name' domain/Domain-0 name=dom0
    refused "a limit below the target" 'less than its memory target of 8M: lower mem.target' \
        domain/idle1 mem.max=4M
    refused "a node that isn't there" 'there is no node 2, this host has 0-1' \
        domain/idle1 node.affinity=2
    refused "no node at all" 'at least one node' domain/idle1 node.affinity=none
    is "nothing was renamed" "$(xl list | awk 'NR > 1 { print $1 }' | sort | xargs)" \
        "Domain-0 idle1 linux1 spin1"
    is "nor given less" "$(max_kib idle1)" 8192
}

vcpus() {
    check "a Linux guest comes up" eventually 120 said linux1 LINUX-GUEST-UP
    # Linux takes a vCPU away by itself; back again it comes through udev, which this guest hasn't.
    echo 'while sleep 1; do echo 1 >/sys/devices/system/cpu/cpu1/online; done >/dev/null 2>&1 &' \
        >"$(xenstore-read "/local/domain/$(domid linux1)/console/tty")"
    is "it has two vCPUs" "$(vcpus_online linux1)" 2
    set_ "one vCPU is asked for" domain/linux1 vcpus=1
    is "the guest follows" "$(vcpus_online linux1)" 1
    undone "it is taken back"
    is "the guest follows again" "$(vcpus_online linux1)" 2
    refused "more than it was made with" 'at most 2' domain/linux1 vcpus=3
    refused "none at all" 'wanted 1 to' domain/linux1 vcpus=0
}

# --- cpupools ---

pool_life() {
    refused "a pCPU into a pool that isn't there" \
        'there is no cpupool "nowhere", this host has Pool-0' pcpu/3 pcpu.pool=nowhere
    edit 2 "a pool of a pCPU that another has" "do" host pool-create name=p1 sched=credit2 cpus=3 --yes
    says "the reason" 'pCPU 3 is in cpupool Pool-0: set its pcpu.pool=none'
    set_ "two pCPUs are taken from their pool" pcpu/2 pcpu.pool=none pcpu/3 pcpu.pool=none
    is "xl sees them gone" "$(pool_cpus Pool-0)" 0,1
    is "xendeck shows one free" "$(field pcpus pcpu:3 pool)" none
    undone "that is taken back"
    is "xl sees them again" "$(pool_cpus Pool-0)" 0,1,2,3
    set_ "they are taken" pcpu/2 pcpu.pool=none pcpu/3 pcpu.pool=none
    edit 2 "a pool with a scheduler that this Xen hasn't" \
        "do" host pool-create name=p1 sched=rtds cpus=3 --yes
    says "the reason" 'built without the scheduler rtds \(CONFIG_SCHED_RTDS\)'
    edit 2 "a pool whose name there is" "do" host pool-create name=Pool-0 sched=credit2 cpus=3 --yes
    edit 2 "a pool that is called none" "do" host pool-create name=none sched=credit2 cpus=3 --yes
    edit 2 "a pool of a pCPU that isn't there" "do" host pool-create name=p1 sched=credit2 cpus=9 --yes
    is "no pool was made" "$(pools)" "Pool-0"
    edit 0 "a pool is created" "do" host pool-create name=p1 sched=credit2 cpus=2-3 --yes
    is "xl sees it" "$(pools)" "Pool-0 p1"
    is "with its pCPUs" "$(pool_cpus p1)" 2,3
    is "and its scheduler" "$(xl cpupool-list p1 | awk 'END { print $3 }')" credit2
    undone "it is taken back"
    is "xl sees it gone" "$(pools)" "Pool-0"
    edit 0 "it is created again" "do" host pool-create name=p1 sched=credit2 cpus=2-3 --yes
}

pool_parameters() {
    set_ "a rate limit and a name are set" pool/p1 sched.ratelimit=2500us pool/p1 pool.name=batch \
        pool/Pool-0 sched.ratelimit=none
    is "xl sees the name" "$(pools)" "Pool-0 batch"
    like "the rate limit" "$(xl sched-credit2 -s -p batch)" 'ratelimit=2500us'
    like "and none" "$(xl sched-credit2 -s -p Pool-0)" 'ratelimit=0us'
    undone "all three are taken back"
    is "the name" "$(pools)" "Pool-0 p1"
    like "the rate limit" "$(xl sched-credit2 -s -p p1)" 'ratelimit=1000us'
    like "and the other" "$(xl sched-credit2 -s -p Pool-0)" 'ratelimit=1000us'
    refused "a rate limit below what Xen takes" '100' pool/p1 sched.ratelimit=99us
    refused "a rate limit above what Xen takes" '500' pool/p1 sched.ratelimit=501ms
    refused "a time slice of a pool without" 'tslice' pool/Pool-0 sched.tslice=20ms
    refused "a name that another pool has" 'cpupool number 0 is' pool/p1 pool.name=Pool-0
    refused "the word for none" 'the word for no cpupool' pool/p1 pool.name=none
    refused "a number as a name" 'xl would take it for a number' pool/p1 pool.name=7
}

# The last one of all, as its pool stays: Xen 4.17 may panic when a pCPU leaves a pool of the scheduler
# credit (a race in csched_tick, repaired in 4.22).
credit() {
    set_ "a pCPU is set free" pcpu/3 pcpu.pool=none
    edit 0 "a pool of another scheduler" "do" host pool-create name=c1 sched=credit cpus=3 --yes
    is "xl sees it" "$(xl cpupool-list c1 | awk 'END { print $3 }')" credit
    set_ "its slice and its rate limit are set" pool/c1 sched.tslice=20ms pool/c1 sched.ratelimit=2500us
    like "xl sees both" "$(xl sched-credit -s -p c1)" 'tslice=20ms ratelimit=2500us'
    refused "a slice shorter than the limit" \
        'rate limit of 2500 us is longer than a time slice of 2 ms' pool/c1 sched.tslice=2ms
    undone "both are taken back"
    like "xl sees those of before" "$(xl sched-credit -s -p c1)" 'tslice=30ms ratelimit=1000us'
    refused "a rate limit longer than the slice" 'longer than a time slice of 30 ms' \
        pool/c1 sched.ratelimit=31ms
    set_ "a domain moves there, with a cap" domain/other1 sched.cap=30 domain/other1 pool=c1
    is "which it keeps under the other scheduler" \
        "$(xl sched-credit -d other1 | awk 'END { print $3, $4 }')" "256 30"
}

pool_members() {
    refused "a domain to a pool that isn't there" \
        'there is no cpupool "p2", this host has Pool-0, p1' domain/idle1 pool=p2
    refused "Domain-0 to another pool" 'Xen moves no domain that asks for itself' \
        domain/Domain-0 pool=p1
    set_ "a domain gets a weight, a cap and affinities" domain/idle1 sched.weight=512 \
        domain/idle1 sched.cap=40 vcpu/idle1/0 vcpu.affinity=1,3 vcpu/idle1/0 vcpu.affinity.soft=3
    set_ "a domain and a pCPU change pools" domain/idle1 pool=p1 pcpu/2 pcpu.pool=Pool-0
    is "xl sees the domain there" "$(pool_of idle1)" p1
    is "with all that Xen forgets of a domain that it moves" "$(scheduling idle1)" "512 40 1,3 / 3"
    is "the pCPU in the one" "$(pool_cpus Pool-0)" 0,1,2
    is "and not in the other" "$(pool_cpus p1)" 3
    refused "the last pCPU of a pool with domains" 'the last pCPU of p1, in which domains run' \
        pcpu/3 pcpu.pool=Pool-0
    edit 2 "a pool with a domain is not destroyed" "do" pool/p1 pool-destroy --yes
    says "the reason" 'domains run in it \(1\)'
    edit 2 "nor the first one" "do" pool/Pool-0 pool-destroy --yes
    says "the reason" 'the one that Xen boots with'
    undone "both are taken back"
    is "xl sees the domain where it was" "$(pool_of idle1)" Pool-0
    is "and as it was" "$(scheduling idle1)" "512 40 1,3 / 3"
    is "and the pCPU" "$(pool_cpus p1)" 2,3
    set_ "a vCPU is pinned" vcpu/idle1/0 vcpu.affinity=1
    refused "a pool that has not the pCPU that it is pinned to" \
        'nowhere but on pCPUs 1, and cpupool p1 has none.*vcpu.affinity=all' domain/idle1 pool=p1
    is "it stays" "$(pool_of idle1) $(scheduling idle1)" "Pool-0 512 40 1 / 3"
    set_ "it may run anywhere, and moves" vcpu/idle1/0 vcpu.affinity=all domain/idle1 pool=p1
    set_ "a vCPU in the pool is pinned" vcpu/idle1/0 vcpu.affinity=3
    refused "the pCPU that it is pinned to" \
        'vCPU idle1/0 may run nowhere else.*vcpu.affinity first' pcpu/3 pcpu.pool=none
    is "its affinity is as it was" "$(xl vcpu-list idle1 | awk 'END { print $7 }')" 3
    refused "a pCPU of another pool offline" 'only free ones and those of Pool-0' \
        pcpu/2 pcpu.online=no
    refused "pCPU 0 out of the first pool" 'keeps pCPU 0 in Pool-0' pcpu/0 pcpu.pool=none
}

pool_end() {
    set_ "the domain goes home" vcpu/idle1/0 vcpu.affinity=all vcpu/idle1/0 vcpu.affinity.soft=all \
        domain/idle1 sched.weight=256 domain/idle1 sched.cap=none domain/idle1 pool=Pool-0
    set_ "the pool is emptied" pcpu/2 pcpu.pool=none pcpu/3 pcpu.pool=none
    refused "a domain to a pool without pCPUs" 'no pCPU that it could run on' domain/idle1 pool=p1
    undone "it gets them back"
    edit 0 "the pool is destroyed" "do" pool/p1 pool-destroy --yes
    is "xl sees it gone" "$(pools)" "Pool-0"
    is "its pCPUs are free" "$(field pcpus pcpu:2 pool)$(field pcpus pcpu:3 pool)" nonenone
    undone "that is taken back"
    is "xl sees it again, with its pCPUs" "$(pool_cpus p1)" 2,3
    edit 0 "and destroyed for good" "do" pool/p1 pool-destroy --yes
    set_ "the pCPUs go home" pcpu/2 pcpu.pool=Pool-0 pcpu/3 pcpu.pool=Pool-0
    is "all are where they were" "$(pool_cpus Pool-0)" 0,1,2,3
}

# --- pCPUs, parameters, and what isn't there ---

pcpus() {
    refused "pCPU 0 offline" 'Xen booted on it' pcpu/0 pcpu.online=no
    set_ "a vCPU is pinned" vcpu/idle1/0 vcpu.affinity=3
    refused "a pCPU that a vCPU is pinned to, offline" 'vCPU idle1/0 may run nowhere else' \
        pcpu/3 pcpu.online=no
    undone "it may run anywhere"
    set_ "a pCPU goes offline" pcpu/3 pcpu.online=no
    is "Xen uses three" "$(online)" 3
    is "xendeck shows it" "$(field pcpus pcpu:3 online)" false
    refused "an offline one into a pool" 'pcpu.pool' pcpu/3 pcpu.pool=Pool-0
    undone "it is taken back"
    is "Xen uses four" "$(online)" 4
    is "in the first pool" "$(pool_cpus Pool-0)" 0,1,2,3
    set_ "a free one goes offline" pcpu/3 pcpu.pool=none pcpu/3 pcpu.online=no
    is "Xen uses three" "$(online)" 3
    set_ "and comes back" pcpu/3 pcpu.online=yes
    is "Xen uses four" "$(online)" 4
}

parameters() {
    local pair pairs="gnttab_max_frames:96 loglvl:warning/all crash-debug-panic:0 global-pages:1"
    local wishes=() before=()
    for pair in $pairs; do
        before+=("$(hypfs "${pair%%:*}")")
        wishes+=("param//params/${pair%%:*}" "param.value=${pair#*:}")
    done
    set_ "parameters are set" "${wishes[@]}"
    for pair in $pairs; do
        is "xenhypfs sees ${pair%%:*}" "$(hypfs "${pair%%:*}")" "${pair#*:}"
    done
    undone "they are taken back"
    for pair in $pairs; do
        is "xenhypfs sees ${pair%%:*} as it was" "$(hypfs "${pair%%:*}")" "${before[0]}"
        before=("${before[@]:1}")
    done
    refused "a fact of the build" 'can.t be changed while Xen runs' \
        param//buildinfo/version/major param.value=5
    refused "a value that Xen doesn't know" 'Xen doesn.t take "loud"' \
        param//params/loglvl param.value=loud
    refused "a bool in other words" 'wanted 1 or 0' param//params/global-pages param.value=yes
    refused "the granularity of a pool in use" 'only while it has no pCPU' \
        param//cpupool/0/sched-gran param.value=core
    edit 1 "a parameter that isn't there" set param//params/nothing param.value=1 --yes
    is "every entry is shown" \
        "$(xendeck get params --once -o json | jq -r '.rows[].name' | grep -c .)" \
        "$(xenhypfs tree | grep -cv '/$')"
}

absences() {
    refused "a period without rtds" 'without the rtds scheduler \(CONFIG_SCHED_RTDS\)' \
        vcpu/idle1/0 sched.period=10ms
    refused "second threads" 'no second threads' host cpu.smt=no
    refused "what follows a crash" 'up to the xl that waits for it' domain/idle1 on.crash=restart
    is "it is shown as the domain was made" "$(field domains name:idle1 on_crash)" preserve
    xendeck get limits --once -o csv >$OUT
    like "the limits are a table" "$(cat $OUT)" '^sched.budget,'
    xendeck doctor >$OUT
    like "and the doctor knows them" "$(cat $OUT)" 'sched.budget.*absent'
}

renamed_and_rebooted() {
    local uuid
    eventually 20 xenstore-exists "/local/domain/$(domid idle1)/control/feature-poweroff"
    uuid=$(field domains name:idle1 uuid)
    set_ "a domain is renamed" domain/idle1 name=other1
    edit 0 "and rebooted" "do" domain/other1 reboot --yes
    is "the new incarnation has its UUID and its name" "$(field domains "uuid:$uuid" name)" other1
}

# With arguments, only these parts
[ $# -gt 0 ] || set -- absences parameters vcpus domains refusals_of_domains pool_life pool_parameters \
    pool_members pool_end pcpus renamed_and_rebooted credit
guest linux-pvh linux1 vcpus=2
guest idle idle1 'on_crash="preserve"'
guest spin spin1
for part in "$@"; do "$part"; done
end_guests
tap_end
