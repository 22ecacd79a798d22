#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Periods and budgets of vCPUs, and pools with schedulers that Debian's hypervisor has not. To be run
# in the lab's dom0 on our own hypervisor (xen/patches):
#   tests/lab/lab run --own-xen 'bash /tests/rtds.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

# params NAME VCPU: period, budget and extra time, as xl shows them
params() { xl sched-rtds -d "$1" -v all | awk -v v="$2" '$3 == v { print $4, $5, $6 }'; }
pools() { xl cpupool-list | awk 'NR > 1 { print $1, $2, $3, $5 }'; }
limits() { xendeck get limits --once -o json | jq -r '.rows[].name'; }
ours() { # NAME VCPU: the same from xendeck
    xendeck get vcpus --once -o json | jq -r --arg d "$1" --argjson v "$2" '.rows[] |
        select(.domain == $d and .vcpu == $v) | "\(.period_us) \(.budget_us) \(.extratime)"'
}

# vcpu_share NAME VCPU SECONDS: percent of one CPU which the vCPU takes
vcpu_share() {
    local cpu start
    cpu=$(vcpu_time "$1" "$2") start=$(uptime_now)
    sleep "$3"
    awk -v a="$cpu" -v b="$(vcpu_time "$1" "$2")" -v s="$start" -v e="$(uptime_now)" \
        'BEGIN { printf "%.1f\n", 100 * (b - a) / (e - s) }'
}
vcpu_time() { xl vcpu-list "$1" | awk -v v="$2" 'NR > 1 && $3 == v { print $6 }'; }

# as_xl WORDS...: the xl command that a dry run of this edit shows
as_xl() { xendeck set "$@" --dry-run | sed -n 's/^ *as: //p'; }

hypervisor_has_them() {
    like "this is our hypervisor" "$(xl info xen_version)" '\+xendeck$'
    limits >$OUT
    for knob in sched.period sched.budget sched.extratime; do
        check "limits do not list $knob" eval "! grep -qx $knob $OUT"
    done
}

a_pool() {
    set_ "two pCPUs are set free" pcpu/2 pcpu.pool=none pcpu/3 pcpu.pool=none
    edit 0 "an rtds pool is made of them" "do" host pool-create name=rt sched=rtds cpus=2-3 --yes
    is "xl sees it" "$(pools)" $'Pool-0 2 credit2 1\nrt 2 rtds 0'
    guest spin rt1 vcpus=2
    set_ "a domain has a weight of its own" domain/rt1 sched.weight=512
    edit 2 "and is not moved to where it would be lost" set domain/rt1 pool=rt --yes
    says "the reason, and what to do" 'weight 512 and cap 0, which rtds .*set sched.weight=256'
    is "it stays, as it was" "$(pool_of rt1) $(weight rt1)" "Pool-0 512"
    set_ "a domain is moved there" domain/rt1 sched.weight=256 domain/rt1 pool=rt
    edit 0 "that is taken back" undo --yes
    is "it is there, as it was" "$(pool_of rt1) $(weight rt1)" "Pool-0 512"
    set_ "it is moved again" domain/rt1 sched.weight=256 domain/rt1 pool=rt
    is "xl sees that" "$(pool_of rt1)" rt
    is "it begins with what Xen gives" "$(params rt1 0), $(params rt1 1)" "10000 4000 yes, 10000 4000 yes"
    is "xendeck says the same" "$(ours rt1 0), $(ours rt1 1)" "10000 4000 true, 10000 4000 true"
}

knobs() {
    set_ "a period is set" vcpu/rt1/0 sched.period=1000000
    is "xl sees it, and the rest as it was" "$(params rt1 0)" "1000000 4000 yes"
    set_ "a budget is set" vcpu/rt1/0 sched.budget=250000
    is "xl sees it, and the rest as it was" "$(params rt1 0)" "1000000 250000 yes"
    set_ "extra time is taken away" vcpu/rt1/0 sched.extratime=no
    is "xl sees it, and the rest as it was" "$(params rt1 0)" "1000000 250000 no"
    is "xendeck sees all three" "$(ours rt1 0)" "1000000 250000 false"
    is "the other vCPU is as it was" "$(params rt1 1)" "10000 4000 yes"
}

# What the numbers mean: a vCPU that spins gets its budget and no more; one with extra time gets a
# whole pCPU. (The period is long because timers are late under emulation, by some milliseconds.)
effect() {
    sleep 2
    between "a vCPU with 250 ms of each second and no extra time: percent" "$(vcpu_share rt1 0 10)" 20 35
    between "the other one, with extra time: percent" "$(vcpu_share rt1 1 5)" 75 110
}

undone() {
    edit 0 "extra time comes back" undo --yes
    is "xl sees it" "$(params rt1 0)" "1000000 250000 yes"
    edit 0 "the budget too" undo --yes
    is "xl sees it" "$(params rt1 0)" "1000000 4000 yes"
    edit 0 "and the period" undo --yes
    is "xl sees what was at first" "$(params rt1 0)" "10000 4000 yes"
}

# The command that is shown as equal must be one that xl takes, and do the same.
equal_commands() {
    local command
    for edit in sched.period=50000 sched.budget=5000 sched.extratime=no sched.extratime=yes; do
        command=$(as_xl vcpu/rt1/1 "$edit")
        like "$edit is shown as an xl command" "$command" '^xl sched-rtds -d rt1 -v 1 '
        check "which xl takes" eval "$command"
    done
    is "and which does it" "$(params rt1 1)" "50000 5000 yes"
}

refusals() {
    edit 2 "a budget longer than the period" set vcpu/rt1/1 sched.budget=50001 --yes
    says "is refused with the bound" 50000
    edit 2 "a period shorter than the budget" set vcpu/rt1/1 sched.period=4999 --yes
    says "is refused with what to do first" 'lower sched.budget first'
    edit 2 "a period below Xen's least" set vcpu/rt1/1 sched.period=9 --yes
    says "is refused with the bound" '10 to .*9'
    edit 2 "a budget below Xen's least" set vcpu/rt1/1 sched.budget=9 --yes
    edit 2 "a weight in an rtds pool" set domain/rt1 sched.weight=512 --yes
    says "is refused: there is none" unknown
    edit 1 "extra time that is neither yes nor no" set vcpu/rt1/1 sched.extratime=maybe --yes
    guest idle other1
    edit 2 "a period in a credit2 pool" set vcpu/other1/0 sched.period=20000 --yes
    says "is refused: there is none" unknown
    is "and nothing changed" "$(params rt1 1)" "50000 5000 yes"
    set_ "a period is set" vcpu/rt1/1 sched.period=60000
    xl sched-rtds -d rt1 -v 1 -p 70000 -b 5000 -e 1
    edit 2 "undo of a period that somebody changed is REFUSED" undo --yes
    says "so" REFUSED
    is "and theirs stays" "$(params rt1 1)" "70000 5000 yes"
}

other_schedulers() {
    edit 2 "a domain with a period is not moved to where it would be lost" set domain/rt1 pool=Pool-0 --yes
    says "the reason, and what to do" 'vCPU 1 has a period of 70000 us .*set sched.period=10000'
    set_ "it gets the one that Xen gives" vcpu/rt1/1 sched.period=10000 vcpu/rt1/1 sched.budget=4000
    set_ "the domain is moved back" domain/rt1 pool=Pool-0
    is "xl sees that" "$(pool_of rt1)" Pool-0
    is "periods are unknown there" "$(ours rt1 0)" "null null null"
    edit 0 "the rtds pool is destroyed, and Xen lives" "do" pool/rt pool-destroy --yes
    edit 0 "a null pool is made" "do" host pool-create name=static sched=null cpus=2-3 --yes
    is "xl sees it" "$(pools | tail -n 1)" "static 2 null 0"
    set_ "a domain is moved there" domain/rt1 pool=static
    is "xendeck names the scheduler" \
        "$(xendeck get domains --once -o json | jq -r '.rows[] | select(.name == "rt1") | "\(.sched) \(.weight)"')" \
        "null null"
    set_ "and back" domain/rt1 pool=Pool-0
    edit 0 "the null pool is destroyed" "do" pool/static pool-destroy --yes
    set_ "the pCPUs come back" pcpu/2 pcpu.pool=Pool-0 pcpu/3 pcpu.pool=Pool-0
    is "and the pools are as they were" "$(pools)" "Pool-0 4 credit2 3"
}

hypervisor_has_them
a_pool
knobs
effect
undone
equal_commands
refusals
other_schedulers
end_guests
tap_end
