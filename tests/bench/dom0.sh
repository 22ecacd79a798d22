#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What xendeck costs beside xentop and xl, in the lab's dom0 (tests/bench/lab starts it there):
#   bash dom0.sh [--commands] [ROUNDS [COUNT...]]     5 rounds; 10, 100 and 250 idle domains
# --commands: only what a command costs, not what a refresh does.
# In one boot, the programs by turns in each round; medians over the rounds. CPU time is what the
# kernel charged to the process and its threads; system calls are counted by the kernel's tracepoint.
# Emulation makes everything slower by the same measure: the ratios are what counts.
set -u
what=all
[ "${1:-}" != --commands ] || { what=commands && shift; }
rounds=${1:-5}
[ $# = 0 ] || shift
[ $# -gt 0 ] || set -- 10 100 250
refreshes=5
tmp=$(mktemp -d)
export LANG=C.UTF-8 XENDECK_STATE=$tmp/state XDG_CONFIG_HOME=$tmp/config
mkdir -p "$tmp/state" "$tmp/config"
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null

# one KEY PROGRAM...: a run, noted under KEY as "WALL_US CPU_US RSS_KIB SYSCALLS"
one() {
    local key=$1
    shift
    refresh run 1 "$@" >>"$tmp/$key" 2>>"$tmp/errors"
}

# drawn KEY KEYS PROGRAM...: refreshes of a full screen, noted as "BYTES CPU_US"
drawn() {
    local key=$1 keys=$2
    shift 2
    refresh -k "$keys" screen 120x40 $refreshes "$@" >>"$tmp/$key" 2>>"$tmp/errors"
}

# median KEY FIELD
median() {
    [ -s "$tmp/$1" ] || { echo 0; return; }
    awk -v f="$2" '{ print $f }' "$tmp/$1" | sort -n |
        awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# each KEY FIELD: of one refresh: a run with more of them less one with a single one
each() {
    awk -v a="$(median "$1-many" "$2")" -v b="$(median "$1-one" "$2")" -v n=$refreshes \
        'BEGIN { print (a - b) / n }'
}

# line NAME OURS THEIRS UNIT DIVISOR
line() {
    awk -v name="$1" -v a="$2" -v b="$3" -v unit="$4" -v d="$5" 'BEGIN {
        number = d > 1 ? "%9.1f" : "%9.0f"
        ratio = "-"
        if (b > 0)
            ratio = sprintf("%.2f", a / b)
        printf("%-44s " number " " number " %-5s %6s\n", name, a / d, b / d, unit, ratio) }'
}

run_refreshes() {
    one xentop-one xentop -b -d 1 -i 1
    one ours-one xendeck get domains -p xentop --watch 1s --count 1
    one xentop-many xentop -b -d 1 -i $((refreshes + 1))
    one ours-many xendeck get domains -p xentop --watch 1s --count $((refreshes + 1))
    drawn screen-xentop "" xentop -d 1
    drawn screen-preset ":preset xentop"$'\r' xendeck --no-settings --interval 1s
    drawn screen-ours "" xendeck --no-settings --interval 1s
}

# xl asks for names until it has found its own: of the first domain soon, of the one in the middle
# when it has asked for half of them. xendeck asks for those that no earlier edit has read; -new: as
# if there were no earlier one.
run_commands() { # ROUND COUNT
    local middle="many-$((($2 + 1) / 2))"
    one list-at xl list
    one get-at xendeck get domains --once
    rm -f /run/xendeck/names
    one set-new-at xendeck set "domain/$middle" sched.cap=$((20 + $1)) --yes
    one xl-first-at xl sched-credit2 -d many-1 -c $((40 + $1))
    one set-first-at xendeck set domain/many-1 sched.cap=$((60 + $1)) --yes
    one xl-at xl sched-credit2 -d "$middle" -c $((40 + $1))
    one set-at xendeck set "domain/$middle" sched.cap=$((60 + $1)) --yes
}

show_refreshes() {
    line "a refresh, xentop's columns: CPU (xentop)" "$(each ours 2)" "$(each xentop 2)" ms 1000
    line "   system calls" "$(each ours 4)" "$(each xentop 4)" "" 1
    line "a refresh at 120x40, xentop's columns (xentop)" "$(median screen-preset 1)" \
        "$(median screen-xentop 1)" bytes 1
    line "   CPU" "$(median screen-preset 2)" "$(median screen-xentop 2)" ms 1000
    line "a refresh at 120x40, as it opens (xentop)" "$(median screen-ours 1)" \
        "$(median screen-xentop 1)" bytes 1
    line "   CPU" "$(median screen-ours 2)" "$(median screen-xentop 2)" ms 1000
}

show_set() { # NAME OURS THEIRS
    line "$1" "$(median "$2-at" 1)" "$(median "$3-at" 1)" ms 1000
    line "   CPU" "$(median "$2-at" 2)" "$(median "$3-at" 2)" ms 1000
    line "   system calls" "$(median "$2-at" 4)" "$(median "$3-at" 4)" "" 1
}

show_commands() {
    line "get domains --once (xl list): wall" "$(median get-at 1)" "$(median list-at 1)" ms 1000
    line "   CPU" "$(median get-at 2)" "$(median list-at 2)" ms 1000
    line "   system calls" "$(median get-at 4)" "$(median list-at 4)" "" 1
    show_set "set sched.cap, first domain (xl): wall" set-first xl-first
    show_set "set sched.cap, in the middle (xl): wall" set xl
    show_set "   no name known from before: wall" set-new xl
}

bench() { # COUNT
    rm -f "$tmp"/*-one "$tmp"/*-many "$tmp"/[a-z]*-at "$tmp"/screen*
    for ((i = 0; i < rounds; i++)); do
        [ $what = commands ] || run_refreshes
        run_commands "$i" "$1"
    done
    echo
    printf '%-44s %9s %9s %-5s %6s\n' "$1 domains" xendeck theirs "" ratio
    [ $what = commands ] || show_refreshes
    show_commands
}

echo "Xen $(xl info xen_version) in QEMU (emulated), $(nproc) vCPUs of dom0; medians of $rounds rounds of" \
    "$refreshes refreshes"
for count in "$@"; do
    manydomains destroy
    manydomains create "$count" >"$tmp/list" || exit 1
    sleep 1
    bench "$count"
done
manydomains destroy
[ ! -s "$tmp/errors" ] || sort "$tmp/errors" | uniq -c
exit 0
