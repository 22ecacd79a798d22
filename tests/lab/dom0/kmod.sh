#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Our hypervisor's power clamp as a cooling device of dom0's Linux (kernel/modules/xen_powerclamp). To be run in the
# lab's dom0 on our own hypervisor:
#   tests/lab/lab run --own-xen --module xen_powerclamp 'bash /tests/kmod.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

MODULE=xen_powerclamp
ROUNDS=50

device() { grep -lx $MODULE /sys/class/thermal/cooling_device*/type 2>/dev/null | sed 's|/type$||'; }
state() { cat "$DEVICE/cur_state"; }
set_state() { echo "$1" >"$DEVICE/cur_state"; }
loaded() { [ -e /sys/module/$MODULE ]; }

# refuses VALUE: a write that must fail with EINVAL, and leave what there was
refuses() {
    local before said
    before=$(clamp_now) said=$({ set_state "$1"; } 2>&1) && said="no error"
    like "a state of '$1' is refused" "$said" 'Invalid argument'
    is "and nothing has changed" "$(clamp_now)" "$before"
}

# counter TEXT KEY: of pCPU 1 in what /powerclamp/stat said
counter() { sed -n "s/^cpu1:.* $2=\([0-9]*\).*/\1/p" <<<"$1"; }
clock() { sed -n 's/^clamp:.* time=//p' <<<"$1"; }

# injected_percent SECONDS: of pCPU 1's time, by Xen's counters and clock
injected_percent() {
    local before after
    before=$(xenhypfs cat /powerclamp/stat)
    sleep "$1"
    after=$(xenhypfs cat /powerclamp/stat)
    awk -v a="$(counter "$before" injected)" -v b="$(counter "$after" injected)" \
        -v s="$(clock "$before")" -v e="$(clock "$after")" 'BEGIN { printf "%.2f\n", 100 * (b - a) / (e - s) }'
}

# slabs: objects in the caches that the module's buffers and Linux's objects for it come from
slabs() {
    local cache
    for cache in kmalloc-512 kmalloc-1k kmalloc-2k kmalloc-4k; do
        echo 1 >/sys/kernel/slab/$cache/shrink
        sed -n "s/^$cache  *\([0-9]*\) .*/$cache \1/p" /proc/slabinfo
    done
}

rounds() {
    local i
    for ((i = 0; i < $1; i++)); do
        modprobe $MODULE && set_state 10 && [ "$(clamp_now)" = 10 ] && modprobe -r $MODULE && [ "$(clamp_now)" = 0 ] || return 1
    done
}

xl vcpu-pin 0 all 0
xenhypfs write /params/powerclamp-cpus 1-3 # dom0 stays as quick as it is
depmod 2>/dev/null

check "the module loads" modprobe $MODULE
DEVICE=$(device)
like "there is one cooling device of its type" "$DEVICE" '^/sys/class/thermal/cooling_device[0-9]+$'
is "its most is the hypervisor's" "$(cat "$DEVICE/max_state")" 75
is "nothing is clamped" "$(state)" 0
like "without counters of energy there is no powercap zone, and a sentence says so" "$(dmesg)" \
    "$MODULE: no powercap zone: the hypervisor or the hardware gives no counter of energy"
is "there is none" "$(ls /sys/class/powercap)" ""

check "a guest that spins on pCPU 1" guest spin busy 'cpus="1"' vcpus=1
between "it has all of its pCPU: percent" "$(cpu_share busy 8)" 90 110
check "half of the time is asked for" set_state 50
is "the hypervisor has it" "$(clamp_now)" 50
is "it is read back" "$(state)" 50
sleep 1
between "injected, by Xen's counters: percent" "$(injected_percent 12)" 46 54
between "what the guest still has: percent" "$(cpu_share busy 12)" 42 58

for value in 76 1000 -1 half; do refuses $value; done
check "somebody else writes to the hypervisor" xenhypfs write /params/powerclamp 30
is "and it is seen" "$(state)" 30
check "the clamp is let go" set_state 0
is "the hypervisor has it" "$(clamp_now) $(state)" "0 0"
between "nothing is injected any more: percent" "$(injected_percent 4)" 0 0
between "the guest has all of its pCPU again: percent" "$(cpu_share busy 8)" 90 110

set_state 40
check "the module is unloaded" modprobe -r $MODULE
is "what it did is taken back" "$(clamp_now)" 0
xenhypfs write /params/powerclamp 20
check "it loads while somebody has clamped" modprobe $MODULE
is "which is left alone" "$(state) $(clamp_now)" "20 20"
set_state 60
check "it is unloaded" modprobe -r $MODULE
is "there is again what there was" "$(clamp_now)" 20
modprobe $MODULE && set_state 60 && xenhypfs write /params/powerclamp 25
check "it is unloaded after somebody has changed what it did" modprobe -r $MODULE
is "which stays" "$(clamp_now)" 25
xenhypfs write /params/powerclamp 0

check "loaded, used and unloaded five times" rounds 5
before=$(slabs)
check "loaded, used and unloaded $ROUNDS times" rounds $ROUNDS
after=$(slabs)
like "the caches are looked at" "$before" '^kmalloc-1k [0-9]+$'
is "no memory has leaked" "$(paste -d' ' <(echo "$before") <(echo "$after") |
    awk -v n=$ROUNDS '$4 - $2 >= n { print $1 " grew from " $2 " to " $4 }')" ""
note "$(paste -d' ' <(echo "$before") <(echo "$after"))"
is "nothing is left clamped" "$(clamp_now)" 0
is "no device is left" "$(device)" ""
is "Linux has nothing to complain of" "$(dmesg | grep -E 'BUG:|WARNING: CPU|Call Trace|Oops|sysfs: cannot')" ""
tap_end
