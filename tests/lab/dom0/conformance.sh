#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Do the backends of real hosts hold to what every backend has to hold to? Runs tests/conformance
# against them. To be run in the lab's dom0, with that program put there:
#   tests/lab/lab run --put build/dev/tests/conformance/conformance:/usr/bin/conformance \
#       'bash /tests/conformance.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

# ready NAME: until the guest can hear of shutdown and reboot
ready() { eventually 20 xenstore-exists "/local/domain/$(domid "$1")/control/feature-poweroff"; }

for name in pause1 unpause1 reboot1 shutdown1 destroy1; do
    guest idle "$name"
    ready "$name"
done
xl pause unpause1
guest spin edit1 vcpus=2 memory=16 maxmem=32
cp /guests/idle.cfg /root/idle.cfg
# The guest knows nothing of vCPUs that come and go, and there is but one cpupool.
conformance --module /usr/lib/xendeck/modules/libxl.so --dom0 --edit edit1 \
    --refuses "vcpus pool" \
    --do pause=pause1 --do unpause=unpause1 --do reboot=reboot1 --do shutdown=shutdown1 \
    --do destroy=destroy1 --do "cpuid-try= file=/root/idle.cfg cpuid=host,sse4a=0" \
    --do "cpuid-config= file=/root/idle.cfg cpuid=host,sse4a=0"
status=$?
# What the machine is built of, and what its processor can do: there is nothing to edit.
for module in topology cpuid; do
    conformance --module /usr/lib/xendeck/modules/$module.so || status=1
done
end_guests
exit $status
