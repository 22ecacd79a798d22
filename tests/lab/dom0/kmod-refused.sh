#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernel/modules/xen_powerclamp where the hypervisor has no clamp: it isn't loaded, and says why. To be run in the lab's
# dom0 on Debian's own hypervisor:
#   tests/lab/lab run --module xen_powerclamp 'bash /tests/kmod-refused.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

depmod 2>/dev/null
check "the hypervisor has parameters" xenhypfs ls /params
is "but none of a clamp" "$(xenhypfs ls /params | grep -c powerclamp)" 0
said=$(modprobe xen_powerclamp 2>&1) && said="it was loaded"
like "the module is refused" "$said" 'No such device'
like "the kernel's log says why" "$(dmesg)" \
    "xen_powerclamp: not loaded: this hypervisor has no power clamp \(/params/powerclamp\): it takes one with xendeck's xen/patches"
is "nothing of it is left" "$(lsmod | grep -c xen_powerclamp) $(cat /sys/class/thermal/*/type | grep -c xen_powerclamp)" "0 0"
is "Linux has nothing to complain of" "$(dmesg | grep -E 'BUG:|WARNING: CPU|Call Trace|Oops')" ""
tap_end
