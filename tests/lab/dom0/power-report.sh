#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tools/power-report on a real Xen: what it says of this host is so, and its clamp is as long as its row. To be run in the
# lab's dom0 on our own hypervisor:
#   tests/lab/lab run --own-xen --put tools/power-report:/usr/bin/ 'bash /tests/power-report.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

# field ROW N: of the table, without the sign of percent
field() { awk -v row="$1" -v n="$2" '$1 == row { sub(/%/, "", $n); print $n }' /root/report; }

end_guests
xl vcpu-pin 0 all 0
xenhypfs write /params/powerclamp-cpus 1
check "a guest that spins on pCPU 1" guest spin busy2 'cpus="1"' vcpus=1
xenhypfs write /params/powerclamp 10
power-report --seconds 8 --clamp '30 60' >/root/report 2>&1
result $? "the report" || note "$(cat /root/report)"
says() { like "$1" "$(cat /root/report)" "$2"; }
says "Xen is found" "Xen +yes +$(xl info xen_version | sed 's/[+.]/\\&/g')"
says "so is the clamp" 'power clamp +yes +cpu0, cpu1, cpu2, cpu3$'
says "and idle states" 'idle states +yes +C0, C1'
says "frequencies aren't, and it says why" 'frequencies +no +Xen has no driver of frequencies'
says "nor counters of energy" 'counters of energy +no +nothing to read in'
between "before: injected, percent" "$(awk '/^as it is/ { sub(/%/, "", $4); print $4 }' /root/report)" 6 14
between "at 30: injected, percent" "$(field 30% 2)" 26 34
between "at 60: injected, percent" "$(field 60% 2)" 56 64
says "the clamp is put back, it says" '^The clamp is 10 again'
is "and it is" "$(xenhypfs cat /params/powerclamp)" 10
note "$(cat /root/report)"
xenhypfs write /params/powerclamp 0
end_guests
tap_end
