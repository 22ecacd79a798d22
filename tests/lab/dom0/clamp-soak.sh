#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The power clamp while everything else changes: 200 random changes, with pCPUs that go off and on, and pools
# that come and go. To be run in the lab's dom0 on our own hypervisor:
#   tests/lab/lab run --own-xen --timeout 900 'bash /tests/clamp-soak.sh'
#   tests/lab/lab run --xen "$(xen/patches/build --debug | tail -n 1)" --timeout 900 'bash /tests/clamp-soak.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

CHANGES=${1:-200}
RANDOM=${2:-1} # the seed: the same changes in each run

some() { local list=("$@"); echo "${list[$((RANDOM % $#))]}"; }
clamp() { xenhypfs write /params/powerclamp "$1"; }
pools() { xl cpupool-list | awk 'NR > 1 { print $1 }'; }
numbers() { xenhypfs cat /powerclamp/stat | sed -n 's/.* injected=\([0-9]*\) natural=\([0-9]*\) ran=\([0-9]*\).*/\1 \2 \3/p'; }

a_pool() { # makes one of pCPU 3, or ends it
    if pools | grep -qx other; then
        xl cpupool-list -c | grep -q . || return 1
        xl cpupool-destroy other && xl cpupool-cpu-add Pool-0 3
    else
        xl cpupool-cpu-remove Pool-0 3 && xl cpupool-create "name=\"other\"" "sched=\"$(some credit credit2 rtds null)\"" 'cpus=["3"]'
    fi
}
a_cpu() { # off or on: 2, which no pool but Pool-0 has
    if [ "$OFF" = yes ]; then
        xen-hptool cpu-online 2 && OFF=no && xl cpupool-cpu-add Pool-0 2
    else
        xen-hptool cpu-offline 2 && OFF=yes
    fi
}

# change: something happens; what it was goes to standard output
change() {
    local what
    what=$(some target target window cpus natural pool cpu guest)
    case $what in
    target) set -- clamp "$(some 0 10 25 50 75)" ;;
    window) set -- xenhypfs write /params/powerclamp-window-us "$(some 1000 6000 25000 100000)" ;;
    cpus) set -- xenhypfs write /params/powerclamp-cpus "$(some all 1-3 1 0,2)" ;;
    natural) set -- xenhypfs write /params/powerclamp-natural-idle "$(some yes no)" ;;
    pool) set -- a_pool ;;
    cpu) set -- a_cpu ;;
    guest) set -- xl "$(some pause unpause)" "$(some spin1 spin2)" ;;
    esac
    echo "$*"
    "$@" >/root/change 2>&1 || { echo "failed: $(cat /root/change)" && return 1; }
}

OFF=no
guest spin spin1 vcpus=2
guest spin spin2 vcpus=1
worst=0 failed=0 before=$(numbers)
for ((i = 0; i < CHANGES; i++)); do
    start=$(date +%s%N)
    change >>/root/changes || failed=$((failed + 1))
    sleep 0.0$((RANDOM % 10))
    took=$((($(date +%s%N) - start) / 1000000))
    [ $took -le $worst ] || worst=$took
done
is "all $CHANGES changes were made" "$failed" 0 || note "$(grep -B1 failed /root/changes)"
note "the longest took $worst ms"
between "dom0 answered all the time: ms the longest change took" "$worst" 0 20000
is "no counter went back" "$(paste -d' ' <(echo "$before") <(numbers) | awk '$4 < $1 || $5 < $2 || $6 < $3' | wc -l)" 0

clamp 0
[ "$OFF" = no ] || a_cpu >/dev/null
xl unpause spin1
xl unpause spin2
sleep 1
between "let go, guests have what they had: percent" "$(cpu_share spin1 5)" 150 210
is "Xen complained of nothing" "$(xl dmesg | grep -ciE 'assert|bug at|watchdog|stuck|panic|WARN')" 0 ||
    note "$(xl dmesg | grep -iE -A5 'assert|bug at|watchdog|stuck|panic|WARN' | head -n 40)"
tap_end
