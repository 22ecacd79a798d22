#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Do the Linux guests of the lab come up, balloon and end? To be run in the lab's dom0:
#   tests/lab/lab run 'bash /tests/linux.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

memory() { xl list "$1" | awk 'END { print $3 }'; }
has_memory() { [ "$(memory "$1")" -eq "$2" ]; }

life() { # TYPE
    local name=l$1
    check "linux-$1 is created" guest "linux-$1" "$name"
    check "it comes up" eventually 90 said "$name" 'LINUX-GUEST-UP'
    check "it is asked for 160 MiB" xl mem-set "$name" 160
    check "it gives memory back" eventually 30 has_memory "$name" 160
    check "it shuts down in order" xl shutdown -w "$name"
}

life pvh
life pv
tap_end
