# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What tests of the power clamp share: settings, and what comes of them between two looks. After lib.sh; the test sets
#   TOLERANCE   points of percent that a figure may be off
#   SPAN        seconds a figure is the mean of
#   CPUS        pCPUs whose C1 residency is looked at, with blanks

clamp() { xenhypfs write /params/powerclamp "$1"; }
param() { xenhypfs cat "/params/$1"; }
stat_() { xenhypfs cat /powerclamp/stat; }

# look NAME: all that there is to see, kept under that name
look() {
    local cpu
    stat_ >"/root/$1.stat"
    for cpu in $CPUS; do echo "$cpu $(c1_ms "$cpu")"; done >"/root/$1.c1"
}

# passed: ns between the looks a and b, by Xen's clock
passed() { cat /root/a.stat /root/b.stat | sed -n 's/^clamp:.* time=//p' | awk 'NR == 1 { a = $1 } END { printf "%.0f\n", $1 - a }'; }
# grew THING KEY: by how much a counter grew between the looks
grew() {
    cat /root/a.stat /root/b.stat | sed -n "s/^$1:.* $2=\([0-9]*\).*/\1/p" |
        awk 'NR == 1 { a = $1 } END { printf "%.0f\n", $1 - a }'
}
percent() { awk -v n="$1" -v of="$2" 'BEGIN { printf "%.2f\n", of ? 100 * n / of : -1 }'; }
c1_percent() { # CPU
    percent "$(awk -v cpu="$1" '$1 == cpu { v[++n] = $2 } END { printf "%.0f\n", (v[2] - v[1]) * 1e6 }' /root/a.c1 /root/b.c1)" "$(passed)"
}
cpu_percent() { # GUEST: CPU time between two samples of its own, 100: all of a pCPU
    jq -s -r --arg name "$1" '.[-1].rows[] | select(.domain == $name) | .cpu' /root/vcpus
}

# measure: two looks SPAN apart, and what guests got meanwhile
measure() {
    look a
    xendeck get vcpus -c domain,vcpu,cpu -o json --watch "${SPAN}s" --count 2 >/root/vcpus
    look b
}

around() { between "$1" "$2" "$(awk "BEGIN { print $3 - $TOLERANCE }")" "$(awk "BEGIN { print $3 + $TOLERANCE }")"; }

