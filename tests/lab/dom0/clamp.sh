#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Our hypervisor's power clamp (xen/patches/powerclamp): is as much idle time injected as was asked for, under
# each scheduler, by Xen's own counters, by the residency of C1 and by what guests lose? To be run in the lab's
# dom0 on our own hypervisor, on a host of five pCPUs:
#   tests/lab/lab run --own-xen --smp 5 'bash /tests/clamp.sh'
#   tests/lab/lab run --own-xen --smp 5 --icount 'bash /tests/clamp.sh 1'   # TOLERANCE, points of percent

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

TOLERANCE=${1:-4}
SPAN=${2:-12} # seconds a figure is the mean of
declare -A POOL=([1]=credit2 [2]=credit [3]=rtds [4]=null) # the scheduler of each pCPU; dom0 has pCPU 0

clamp() { xenhypfs write /params/powerclamp "$1"; }
param() { xenhypfs cat "/params/$1"; }
stat_() { xenhypfs cat /powerclamp/stat; }

# refuses NAME FILE VALUE: a write that must fail, and leave what there was
refuses() {
    local before
    before=$(param "$2")
    ! xenhypfs write "/params/$2" "$3" >/dev/null 2>&1 && [ "$(param "$2")" = "$before" ]
    result $? "$1"
}

# C1_ms CPU: its residency in C1, ms
c1_ms() { xenpm get-cpuidle-states "$1" | awk '/^C1/ { f = 1 } f && /residency/ { gsub(/[^0-9]/, ""); print; exit }'; }

# look NAME: all that there is to see, kept under that name
look() {
    local cpu
    stat_ >"/root/$1.stat"
    for cpu in 1 2 3 4; do c1_ms $cpu; done >"/root/$1.c1"
}

# passed: ns between the looks a and b, by Xen's clock
passed() { cat /root/a.stat /root/b.stat | sed -n 's/^clamp:.* time=//p' | awk 'NR == 1 { a = $1 } END { printf "%.0f\n", $1 - a }'; }
# grew THING KEY: by how much a counter grew between the looks
grew() {
    cat /root/a.stat /root/b.stat | sed -n "s/^$1:.* $2=\([0-9]*\).*/\1/p" |
        awk 'NR == 1 { a = $1 } END { printf "%.0f\n", $1 - a }'
}
percent() { awk -v n="$1" -v of="$2" 'BEGIN { printf "%.2f\n", of ? 100 * n / of : -1 }'; }
c1_percent() { # CPU
    percent "$(paste -d' ' /root/a.c1 /root/b.c1 | awk -v n="$1" 'NR == n { printf "%.0f\n", ($2 - $1) * 1e6 }')" "$(passed)"
}
cpu_percent() { # GUEST: CPU time between two samples of its own, 100: all of a pCPU
    jq -s -r --arg name "$1" '.[-1].rows[] | select(.domain == $name) | .cpu' /root/vcpus
}

# measure: two looks SPAN apart, and what guests got meanwhile
measure() {
    look a
    xendeck get vcpus -c domain,vcpu,cpu -o json --watch "${SPAN}s" --count 2 >/root/vcpus
    look b
}

around() { between "$1" "$2" "$(awk "BEGIN { print $3 - $TOLERANCE }")" "$(awk "BEGIN { print $3 + $TOLERANCE }")"; }

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

for target in 10 25 50 75; do
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

# Lateness of timers, which real hardware hasn't, matters less in long windows.
check "longer windows" xenhypfs write /params/powerclamp-window-us 25000
check "half of the time" clamp 50
sleep 1
measure
between "the windows on the pCPUs of the package are the same ones: percent of the time with a window in which no clamped pCPU ran" \
    "$(percent "$(grew package0 all)" "$(grew package0 any)")" "$([ "$TOLERANCE" -le 1 ] && echo 80 || echo 40)" 100
check "windows as they were" xenhypfs write /params/powerclamp-window-us 6000

check "let go" clamp 0
sleep 1
measure
is "no window opens any more" "$(grew cpu1 windows) $(grew cpu2 windows) $(grew cpu3 windows) $(grew cpu4 windows)" "0 0 0 0"
for cpu in 1 2 3 4; do
    between "${POOL[$cpu]}: the guest has all of its pCPU again: percent" "$(cpu_percent "${POOL[$cpu]}")" 94 104
done
tap_end
