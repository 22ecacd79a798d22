#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The form of our modules of Linux, as far as it can be told without a kernel's headers: each folder of kernel/modules has
# what DKMS and kernel/modules/build need, under one name and the project's version, in the kernel's style, and nothing of
# xendeck includes it. That they compile is seen by kernel/modules/build, what they do by tests/lab.
set -u
cd "$(dirname "$0")/../.." || exit 1
failed=0
wrong() { echo "kernel/modules/$*" && failed=1; }
version=$(sed -n 's/^project(xendeck VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
[ -n "$version" ] || wrong ": CMakeLists.txt says no version"

for folder in kernel/modules/*/; do
    name=$(basename "$folder")
    for file in Kbuild Makefile dkms.conf; do [ -f "$folder$file" ] || wrong "$name has no $file"; done
    grep -qx "obj-m := $name.o" "$folder/Kbuild" || wrong "$name/Kbuild: builds no $name.o"
    for line in "PACKAGE_NAME=\"$name\"" "PACKAGE_VERSION=\"$version\"" "BUILT_MODULE_NAME[0]=\"$name\""; do
        grep -qxF "$line" "$folder/dkms.conf" || wrong "$name/dkms.conf: has no line $line"
    done
    cat "$folder"*.c | grep -qxF "MODULE_VERSION(\"$version\");" || wrong "$name: its MODULE_VERSION isn't $version"
    cat "$folder"*.c | grep -qx 'MODULE_LICENSE("GPL");' || wrong "$name: has no MODULE_LICENSE"
    grep -q "/usr/src/$name-$version\$" kernel/modules/README.md || wrong "README.md: doesn't install $name $version"
    awk '/^    / { print FILENAME ":" FNR ": blanks where the kernel has a tab"; bad = 1 }
        length($0) > 120 { print FILENAME ":" FNR ": a line of " length($0) " characters"; bad = 1 }
        /[ \t]$/ { print FILENAME ":" FNR ": blanks at the end"; bad = 1 } END { exit bad }' "$folder"*.c || failed=1
done
! grep -rn '#include.*modules/' core backends tui xen kernel/*.[ch] policies main.c || wrong ": something includes it"
[ "$failed" -ne 0 ] || echo "the modules are in good form"
exit $failed
