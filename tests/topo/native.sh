#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/topo/native.sh XENDECK: on the machine that runs the tests, is its topology what lspci and
# dmidecode say, and does a recording of it hold all of that and nothing that names the machine?
# (CPUs, caches and nodes are compared with lstopo in tests/unit/test_topo_native.c.) 77: skipped.
set -u
xendeck=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
export LC_ALL=C.UTF-8 XENDECK_STATE="$dir/state"

command -v lspci >/dev/null || { echo "there is no lspci on this machine" && exit 77; }
[ -n "$(ls /sys/bus/pci/devices 2>/dev/null)" ] ||
    { echo "this machine shows no PCI functions" && exit 77; }
# Without the module of machines without Xen (or in a dom0, whose own view is not the machine's) the
# files alone serve.
host=live
[ -e "$(dirname "$xendeck")/modules/native.so" ] && [ ! -e /proc/xen/capabilities ] || host=topo:/

lspci -tv >"$dir/tree.txt"
lspci -vmmDnn >"$dir/devices.txt"
! lspci -Dvv 2>/dev/null | grep -q LnkCap: || lspci -Dvv >"$dir/verbose.txt" 2>/dev/null
! dmidecode -t 17 2>/dev/null | grep -q 'Memory Device$' || dmidecode -t 17 >"$dir/dimms.txt"
cat /sys/class/net/*/address /sys/block/*/serial /sys/block/*/wwid /sys/class/nvme/*/serial \
    /sys/class/dmi/id/*_serial /sys/class/dmi/id/product_uuid 2>/dev/null |
    awk 'length($0) > 5 && $0 !~ /^[0:]*$/ && !/[^ -~]| /' | sort -u >"$dir/secrets.txt"
for table in topology distances facts; do
    "$xendeck" --host "$host" get "$table" -o json >"$dir/live-$table.json" || exit 1
done
"$xendeck" --host "$host" capture --topology "$dir/host.xdt" || exit 1
"$xendeck" --host "$host" capture --topology --with-serials "$dir/whole.xdt" || exit 1
# As somebody without xendeck would keep a machine; what reading may change is left out.
tar -C / --ignore-failed-read --exclude='resource*' --exclude=rom --exclude=vpd -cf "$dir/sys.tar" \
    sys/devices/system/cpu sys/bus/pci \
    $(cd / && ls -d sys/devices/pci* sys/devices/system/node 2>/dev/null) 2>/dev/null
python3 "$here/equal.py" "$dir" --xendeck "$xendeck"
