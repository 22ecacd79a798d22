#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the lab's dom0 and its tools say of the machine, into /share: tests/lab/topology compares it
# with what xendeck says. xendeck is asked live and records the machine twice, with serial numbers
# and without.
set -u
cd /share || exit 1

modprobe -aq nvme e1000e e1000 8139too xhci-pci usbhid xen-pciback
for physical in /sys/bus/pci/devices/*/sriov_totalvfs; do
    [ ! -e "$physical" ] || echo 2 >"${physical%/*}/sriov_numvfs"
done
udevadm settle 2>/dev/null || sleep 1

xl info -n >xl.txt
lspci -tv >tree.txt
lspci -vmmDnn >devices.txt
lspci -Dvv >verbose.txt
lspci -Dxxxx >lspci.txt
dmidecode -t 17 >dimms.txt
dmidecode -t 9 >slots.txt
cp /sys/firmware/acpi/tables/SLIT slit.bin 2>/dev/null
for table in topology distances facts advice; do
    xendeck get "$table" --once -o json >"live-$table.json" 2>>errors.txt
done
xendeck capture --topology --force host.xdt 2>>errors.txt &&
    xendeck capture --topology --force --with-serials whole.xdt 2>>errors.txt
status=$?
xendeck doctor -o json >doctor.json
chmod a+r ./*
exit $status
