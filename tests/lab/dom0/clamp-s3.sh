#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Our hypervisor's power clamp over S3: a host that sleeps in the middle of windows goes on being clamped when it wakes
# up, on all of its pCPUs, and can be let go. Xen is told of a clamp on its command line:
#   tests/lab/lab run --own-xen-debug --smp 3 --wake --xen-args 'powerclamp=10 powerclamp-cpus=1-2' --timeout 500 \
#       'bash /tests/clamp-s3.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/clamp-lib.sh"

TOLERANCE=${1:-6} # the processor is emulated, and three pCPUs share what the machine has
SPAN=${2:-6}
CPUS=""

populate() {
    xl vcpu-pin 0 all 0
    guest spin a 'cpus="1-2"' vcpus=2
}
each_vcpu() { jq -s -r '.[-1].rows[] | select(.domain == "a") | .cpu' /root/vcpus; }
sleeps() { timeout 90 bash -c 'echo mem >/sys/power/state'; }
woken() { xl dmesg | grep -c 'Finishing wakeup from ACPI S3 state'; }

like "the host can sleep" "$(cat /sys/power/mem_sleep)" 'deep'
check "a guest spins" populate
is "what Xen's command line says is in force" "$(param powerclamp) $(param powerclamp-cpus)" "10 1-2"
look a
sleep 3
look b
between "windows are opened" "$(grew cpu1 windows)" 5 1000
is "but not on dom0's pCPU" "$(grew cpu0 windows)" 0
n=0
for target in 50 75 25; do
    check "the target is $target %" clamp $target
    sleep 2
    check "the host sleeps and wakes up" sleeps
    n=$((n + 1))
    is "Xen says so" "$(woken)" $n
    is "the target stays" "$(param powerclamp)" $target
    sleep 2
    measure
    for cpu in 1 2; do
        around "$target %: injected on pCPU $cpu" "$(percent "$(grew cpu$cpu injected)" "$(passed)")" $target
    done
    for share in $(each_vcpu); do around "$target %: left to a vCPU" "$share" $((100 - target)); done
done
check "let go" clamp 0
sleep 1
measure
for share in $(each_vcpu); do between "a vCPU has all of its pCPU again: percent" "$share" 94 104; done
is "Xen's log tells of no fault" "$(xl dmesg | splats)" ""
end_guests
tap_end
