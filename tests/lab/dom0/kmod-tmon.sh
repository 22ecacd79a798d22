#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Linux's tmon has the power clamp by way of kernel/modules/xen_powerclamp, as it has any cooling device. To be run by
# tests/lab/tmon, on a host with a thermal zone that is always 80 degrees warm.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

clamp_is() { [ "$(clamp_now)" = "$1" ]; }
running() { [ -n "$(pidof tmon)" ]; }
ended() { ! running; }

xl vcpu-pin 0 all 0
xenhypfs write /params/powerclamp-cpus 1-3 # dom0 stays as quick as it is
depmod 2>/dev/null
check "there is a thermal zone" modprobe thermal
between "of 80 degrees" "$(cat /sys/class/thermal/thermal_zone0/temp)" 79000 81000
check "the module loads" modprobe xen_powerclamp
check "a guest that spins" guest spin busy 'cpus="1"' vcpus=1

# Its controller takes at most 95 % of a device's states: 71 of our 75.
mkdir -p /var/tmp
check "tmon, as a daemon, is to keep the zone at 60 degrees" env TERM=linux tmon -d -t 1 -T 60 -c xen_powerclamp
check "it takes all of the clamp that it may" eventually 60 clamp_is 71
sleep 1
between "the guest has the rest: percent" "$(cpu_share busy 10)" 23 37
check "tmon is to end" kill "$(pidof tmon)"
check "it does" eventually 30 ended
check "and lets go" eventually 5 clamp_is 0

check "tmon, as a daemon, is to keep the zone at 90 degrees" env TERM=linux tmon -d -t 1 -T 90 -c xen_powerclamp
check "it runs" eventually 5 running
xenhypfs write /params/powerclamp 10
check "it doesn't need the clamp, and takes away what there was" eventually 60 clamp_is 0
kill "$(pidof tmon)"
check "it ends" eventually 30 ended

# Full-screen, as an administrator sits before it.
output=$(ptydrive -g 120x40 -e LANG=C.UTF-8 -- tmon -t 1 -T 60 -c xen_powerclamp 2>&1 <<'STEPS'
wait xen_power
wait 71
key q
exit 1
STEPS
)
result $? "its screen shows the device and its state" || note "$output"
check "and lets go when it is left" eventually 10 clamp_is 0
end_guests
tap_end
