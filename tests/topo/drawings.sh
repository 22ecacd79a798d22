#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/topo/drawings.sh TOPOTOOL [--update]: machines are drawn as they were, on the screens that
# count: 80x24 and 132x43, in Unicode and in ASCII; a file of tests/fixtures/topology/golden for each
# machine, with all views. With --update they are written anew: read the difference before you commit.
set -eu
tool=$1 update=${2:-}
golden=$(cd "$(dirname "$0")/../fixtures/topology/golden" && pwd)
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

draw() { # VIEW MACHINE OPTION…
    echo "# $*"
    view=$1
    shift
    "$tool" "text:$view" "$@"
}

check() { # FILE MACHINE VIEW…
    file=$golden/$1.txt machine=$2
    shift 2
    for view; do
        draw "$view" "$machine" width=80 height=24
        draw "$view" "$machine" width=132 height=43
        draw "$view" "$machine" width=80 height=24 ascii
        draw "$view" "$machine" width=132 height=43 ascii
    done >"$tmp"
    if [ "$update" = --update ]; then
        cp "$tmp" "$file"
    elif ! diff -u "$file" "$tmp"; then
        echo "FAILED: $machine isn't drawn as in $file"
        failed=1
    fi
}

check demo-default demo:default all cpu memory pci numa
check demo-pools demo:pools cpu numa
check demo-tiny demo:tiny all numa
check laptop laptop all
check two-sockets two-sockets cpu memory numa
check dies dies cpu memory numa
check big big cpu numa
check random-7 random:7 all
for name in four smt one native; do
    check "$name" "tests/fixtures/topology/$name.xdt" all cpu memory pci numa
done
exit $failed
