#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A domain that runs is moved between Pool-0 and pools of other schedulers, again and again: Xen's assertions hold, and it
# runs on. On a machine with fewer CPUs each pCPU rests now and then in the midst of whatever it does, which shows what
# xen/patches/fixes mends within three rounds. In the lab's dom0 on our hypervisor with assertions:
#   tests/lab/lab run --own-xen-debug 'bash /tests/moves.sh'   # ROUNDS with each scheduler, else 5, with LONG=yes 20

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

ROUNDS=${1:-$(brief 5 20)}

# there_and_back POOL: says where it failed
there_and_back() {
    local round pool
    for ((round = 1; round <= ROUNDS; round++)); do
        for pool in "$1" Pool-0; do
            timeout 60 xl cpupool-migrate mover "$pool" && [ "$(pool_of mover)" = "$pool" ] ||
                { echo "round $round, to $pool" && return 1; }
        done
    done
}

grew_from() { awk -v n="$(cpu_time "$1")" -v was="$2" 'BEGIN { exit !(n > was + 0.5) }'; }
runs_on() { eventually 30 grew_from mover "$(cpu_time mover)"; }

pools() { xl cpupool-list | awk 'NR > 1 { print $1, $2 }'; }

BEFORE=$(pools)
for cpu in 2 3; do xl cpupool-cpu-remove Pool-0 $cpu; done
check "a guest of two vCPUs spins" guest spin mover vcpus=2
for sched in rtds credit null; do
    check "a pool of $sched" xl cpupool-create "name=\"$sched\"" "sched=\"$sched\"" 'cpus=["2","3"]'
    check "$sched: $ROUNDS times there and back" there_and_back $sched
    check "$sched: it runs on" runs_on
    check "$sched: its pool is destroyed" xl cpupool-destroy $sched
done
end_guests
for cpu in 2 3; do xl cpupool-cpu-add Pool-0 $cpu; done
is "the pools are as they were" "$(pools)" "$BEFORE"
is "Xen's log tells of no fault" "$(xl dmesg | splats)" ""
tap_end
