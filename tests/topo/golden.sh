#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/topo/golden.sh TOPOTOOL [--update]: what is exported of machines is what it was. With --update
# the files of tests/fixtures/topology/golden are written anew: read the difference before you commit.
set -eu
tool=$1 update=${2:-}
golden=$(cd "$(dirname "$0")/../fixtures/topology/golden" && pwd)
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

check() { # FILE TOPOTOOL-ARGS…
    file=$1
    shift
    "$tool" "$@" >"$tmp"
    if [ "$update" = --update ]; then
        cp "$tmp" "$golden/$file"
    elif ! diff -u "$golden/$file" "$tmp"; then
        echo "FAILED: topotool $* is not $file"
        failed=1
    fi
}

check demo-default.tree tree demo:default width=100
check demo-default-pci-ascii.tree tree demo:default pci ascii width=80
check demo-default.svg svg demo:default
check demo-tiny.json json demo:tiny
check demo-pools-cpu.dot dot demo:pools cpu
check laptop.tree tree laptop unfolded
check laptop.hwloc.xml hwloc-xml laptop
check laptop.dot dot laptop
check two-sockets-memory.tree tree two-sockets memory ascii
check dies-dark.svg svg dies dark
check big-folded.tree tree big cpu
check random-7.tree tree random:7 width=120
check random-7.svg svg random:7
check random-7.hwloc.xml hwloc-xml random:7
# Recordings of machines that were made by `topotool record`.
for machine in big two-sockets dies laptop; do
    check made-$machine.tree tree tests/fixtures/topology/made-$machine.xdt width=132
done
# Of hosts of the lab (tests/lab/topology) and of one machine without Xen.
for machine in four smt one native; do
    check $machine.tree tree tests/fixtures/topology/$machine.xdt width=132
done
exit $failed
