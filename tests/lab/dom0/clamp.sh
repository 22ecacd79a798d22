#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Our hypervisor's power clamp (xen/patches/powerclamp): is as much idle time injected as was asked for, under
# each scheduler, by Xen's own counters, by the residency of C1 and by what guests lose? How late does dom0 wake?
# To be run in the lab's dom0 on our own hypervisor, on a host of five pCPUs:
#   tests/lab/lab run --own-xen --smp 5 --timeout 1100 'LONG=yes bash /tests/clamp.sh' # all targets, not one
#   tests/lab/lab run --own-xen --smp 5 --icount 'bash /tests/clamp.sh 1 5'   # TOLERANCE, points of percent; SPAN, s
#   … 'bash /tests/clamp.sh 1 5 shares'                                       # without how late dom0 wakes: clamp-exact.sh

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/clamp-lib.sh"

TOLERANCE=${1:-4}
SPAN=${2:-12}
WHAT=${3:-all} # or shares
CPUS="1 2 3 4"
declare -A POOL=([1]=credit2 [2]=credit [3]=rtds [4]=null) # the scheduler of each pCPU; dom0 has pCPU 0

# refuses NAME FILE VALUE: a write that must fail, and leave what there was
refuses() {
    local before
    before=$(param "$2")
    ! xenhypfs write "/params/$2" "$3" >/dev/null 2>&1 && [ "$(param "$2")" = "$before" ]
    result $? "$1"
}

populate() {
    local cpu
    xl vcpu-pin 0 all 0
    for cpu in 2 3 4; do
        xl cpupool-cpu-remove Pool-0 "$cpu" || return 1
        xl cpupool-create "name=\"${POOL[$cpu]}\"" "sched=\"${POOL[$cpu]}\"" "cpus=[\"$cpu\"]" >/dev/null || return 1
        guest spin "${POOL[$cpu]}" "pool=\"${POOL[$cpu]}\"" vcpus=1 || return 1
    done
    guest spin credit2 'cpus="1"' vcpus=1
}

like "this is our hypervisor" "$(xl info xen_version)" '\+xendeck$'
is "nothing is clamped from the start" "$(param powerclamp) $(param powerclamp-window-us) $(param powerclamp-cpus) $(param powerclamp-natural-idle)" \
    "0 6000 all yes"
like "its counters can be read" "$(stat_)" '^cpu4: clamped=0 injected=0 natural=0 ran=0 windows=0 skipped=0 late-open=0 late-close=0 late-max=0$'

for value in 76 -1 5x '' 100000000000; do refuses "a target of '$value' is refused" powerclamp "$value"; done
for value in 999 100001 6ms; do refuses "a window of $value us is refused" powerclamp-window-us "$value"; done
for value in 9999 3-1 '1,' 1- a none; do refuses "pCPUs '$value' are refused" powerclamp-cpus "$value"; done
refuses "natural idle time that is neither yes nor no is refused" powerclamp-natural-idle perhaps

check "a guest that spins under each scheduler" populate
check "the pCPUs are chosen" xenhypfs write /params/powerclamp-cpus 1,2-4
is "they are told as a list" "$(param powerclamp-cpus)" 1-4

measure
for cpu in 1 2 3 4; do
    between "${POOL[$cpu]}: without a target the guest has all of its pCPU: percent" "$(cpu_percent "${POOL[$cpu]}")" 94 104
done

for target in $(brief 50 "10 25 50 75"); do
    check "the target is $target %" clamp $target
    sleep 1
    measure
    for cpu in 1 2 3 4; do
        name=${POOL[$cpu]}
        around "$name, $target %: injected, by Xen's counters" "$(percent "$(grew cpu$cpu injected)" "$(passed)")" $target
        around "$name, $target %: in C1, by xenpm" "$(c1_percent $cpu)" $target
        around "$name, $target %: lost by the guest" \
            "$(awk -v c="$(cpu_percent "$name")" 'BEGIN { printf "%.2f\n", 100 - c }')" $target
    done
    is "pCPU 0 is left alone" "$(grew cpu0 windows)" 0
    note "$(cat /root/b.stat)"
done

# Windows that begin at the same moments are as much the same ones as timers are in time, which emulated ones aren't:
# by instructions less late than a long window is long, else as late as the machine is busy. dom0 rests meanwhile.
check "longer windows" xenhypfs write /params/powerclamp-window-us 100000
check "half of the time" clamp 50
sleep 1
stat_ >/root/a.stat
sleep "$SPAN"
stat_ >/root/b.stat
between "the windows on the pCPUs of the package are the same ones: percent of the time with a window in which no clamped pCPU ran" \
    "$(percent "$(grew package0 all)" "$(grew package0 any)")" "$([ "$TOLERANCE" -le 1 ] && echo 80 || echo 40)" 100
check "windows as they were" xenhypfs write /params/powerclamp-window-us 6000

# late: sets MEAN and MAX, by how many us a process of dom0 wakes too late; a dom0 that hangs has neither
late() { read -r _ _ _ MEAN _ MAX < <(timeout 60 wakes 5 200); }
# Emulation alone makes wakes late. To that the clamp may add a window, and six if timers come late.
wakes_in_time() { # NAME
    late
    between "$1: a process of dom0 wakes as ever, or a window later, us" "$MEAN" 0 $((FREE_MEAN + 6000))
    between "$1: at most six windows later, us" "$MAX" 0 $((FREE_MAX + 36000))
}

latency() {
    local target
    check "nothing is clamped" clamp 0
    late
    FREE_MEAN=$MEAN FREE_MAX=$MAX
    between "without a clamp a process of dom0 wakes, us late" "$FREE_MEAN" 0 1000000
    note "at most $FREE_MAX us late"
    for target in 50 75; do
        check "the target is $target %" clamp $target
        check "pCPU 0 is spared" xenhypfs write /params/powerclamp-cpus 1-4
        wakes_in_time "$target %, not on dom0's pCPU"
        check "pCPU 0 isn't spared" xenhypfs write /params/powerclamp-cpus all
        look a
        wakes_in_time "$target %, on dom0's pCPU, too"
        look b
        between "windows were opened there" "$(grew cpu0 windows)" 1 100000
    done
}
[ "$WHAT" = shares ] || latency

check "let go" clamp 0
sleep 1
measure
is "no window opens any more" "$(grew cpu1 windows) $(grew cpu2 windows) $(grew cpu3 windows) $(grew cpu4 windows)" "0 0 0 0"
for cpu in 1 2 3 4; do
    between "${POOL[$cpu]}: the guest has all of its pCPU again: percent" "$(cpu_percent "${POOL[$cpu]}")" 94 104
done
tap_end
