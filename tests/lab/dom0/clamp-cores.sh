#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Our hypervisor's power clamp under core scheduling, where several pCPUs decide together: the first one of a core or
# socket is clamped for all of it. By instructions, because pCPUs that wait for each other all the time are slow where they
# run beside each other on a machine with fewer of its own; windows are long, as each begins with such a wait. In a pool of
# their own, as a dom0 that has to wait like that takes minutes to boot:
#   tests/lab/lab run --own-xen-debug --icount --smp 6,sockets=3,cores=2 --no-numa --timeout 1100 'bash /tests/clamp-cores.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/clamp-lib.sh"

TOLERANCE=${1:-3}
SPAN=${2:-8}
CPUS="" # of C1 only the pCPU that is clamped would tell, and the counters of its whole core are looked at

guest_percent() { # GUEST VCPU
    jq -s -r --arg name "$1" --argjson vcpu "$2" \
        '.[-1].rows[] | select(.domain == $name and .vcpu == $vcpu) | .cpu' /root/vcpus
}
# together: a pool of pCPUs 2 to 5 in which those of a socket decide together; a pool is told so while it is empty
together() {
    local cpu
    xl vcpu-pin 0 all 0-1
    for cpu in 2 3 4 5; do xl cpupool-cpu-remove Pool-0 "$cpu" || return 1; done
    xl cpupool-create 'name="sockets"' 'sched="credit2"' 'cpus=["2"]' && xl cpupool-cpu-remove sockets 2 &&
        xenhypfs write /cpupool/1/sched-gran socket && xl cpupool-cpu-add sockets 2 && xl cpupool-cpu-add sockets 4
}
populate() {
    guest spin both 'pool="sockets"' 'cpus="2-3"' vcpus=2 && guest spin single 'pool="sockets"' 'cpus="4-5"' vcpus=1
}

check "a pool" together
is "two pCPUs decide together" "$(xenhypfs cat /cpupool/1/sched-gran) $(xl cpupool-list -c sockets | awk 'END { print $NF }')" \
    "socket 2,3,4,5"
check "guests spin" populate
check "dom0's pCPUs are spared" xenhypfs write /params/powerclamp-cpus 2-5
check "long windows" xenhypfs write /params/powerclamp-window-us 50000
for target in 25 50 75; do
    check "the target is $target %" clamp $target
    sleep 2
    measure
    for cpu in 2 4; do
        around "$target %: injected on pCPU $cpu" "$(percent "$(grew cpu$cpu injected)" "$(passed)")" $target
    done
    is "$target %: the others of their cores have no windows of their own" "$(grew cpu3 windows) $(grew cpu5 windows)" "0 0"
    for vcpu in 0 1; do
        around "$target %: left to vCPU $vcpu of the guest with two" "$(guest_percent both $vcpu)" $((100 - target))
    done
    around "$target %: left to the guest with one" "$(guest_percent single 0)" $((100 - target))
done

# The one that is clamped for all isn't chosen, and is again; a guest goes, so that a core falls idle.
check "only the second of each core is chosen" xenhypfs write /params/powerclamp-cpus 3,5
sleep 1
look a
sleep 2
look b
is "who doesn't decide opens no window" "$(for cpu in 2 3 4 5; do grew cpu$cpu windows; done | xargs)" "0 0 0 0"
check "short windows, all pCPUs" eval 'xenhypfs write /params/powerclamp-window-us 1000 && xenhypfs write /params/powerclamp-cpus all'
check "a guest ends meanwhile" xl destroy single
check "dom0 still does its work" timeout 60 xl list
check "let go" clamp 0
sleep 1
measure
for vcpu in 0 1; do between "vCPU $vcpu has all of its pCPU again: percent" "$(guest_percent both $vcpu)" 96 104; done
is "Xen's log tells of no fault" "$(xl dmesg | splats)" ""
end_guests
tap_end
