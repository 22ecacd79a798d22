# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What tests in the lab's dom0 share: TAP output, waiting, guests and their CPU time.
#
#   . /tests/lib.sh
#   check "the guest is there" xl domid web1
#   is "its weight" "$(weight web1)" 256
#   tap_end

TAP_COUNT=0
TAP_FAILED=0

# LONG=yes: all that there is to test, else what shows a fault as a rule, for ./check
long() { [ "${LONG:-no}" = yes ]; }
# brief BRIEF LONG: one of them
brief() { if long; then echo "$2"; else echo "$1"; fi; }

# result STATUS NAME: one line of TAP; returns STATUS
result() {
    TAP_COUNT=$((TAP_COUNT + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $TAP_COUNT - $2"
    else
        TAP_FAILED=$((TAP_FAILED + 1))
        echo "not ok $TAP_COUNT - $2"
    fi
    return "$1"
}

# note TEXT: lines for the reader
note() { printf '# %s\n' "${*//$'\n'/$'\n'# }"; }

# check NAME COMMAND...: the command must succeed; what it says is shown only if it does not
check() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        result 0 "$name"
    else
        result 1 "$name"
        note "$* failed: $output"
    fi
}

# is NAME FOUND WANTED
is() {
    [ "$2" = "$3" ]
    result $? "$1" || note "found '$2', wanted '$3'"
}

# like NAME TEXT REGEX (extended)
like() {
    grep -qE -e "$3" <<<"$2"
    result $? "$1" || note "found '$2', wanted something like '$3'"
}

# between NAME NUMBER LEAST MOST (they may have fractions)
between() {
    awk -v n="$2" -v a="$3" -v b="$4" 'BEGIN { exit !(n != "" && n + 0 >= a + 0 && n + 0 <= b + 0) }'
    result $? "$1 ($2)" || note "wanted $3 to $4"
}

# tap_end: the plan and the sum; exits with 1 if anything failed
tap_end() {
    echo "1..$TAP_COUNT"
    echo "$((TAP_COUNT - TAP_FAILED)) passed, $TAP_FAILED failed"
    [ "$TAP_FAILED" -eq 0 ] || exit 1
    exit 0
}

# eventually SECONDS COMMAND...: tries the command until it succeeds
eventually() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}

# guest CONFIG NAME [SETTING...]: create a guest from /guests/CONFIG.cfg: guest idle a 'memory=4'
guest() {
    local config=$1 name=$2
    shift 2
    xl create -q "/guests/$config.cfg" "name=\"$name\"" "$@" >/dev/null
}

domid() { xl domid "$1" 2>/dev/null; }
gone() { ! xl domid "$1" >/dev/null 2>&1; }

# console NAME: all the guest has said so far, over reboots and restores
console() { tr -d '\r' <"/var/log/xen/console/guest-$1.log"; }

# said NAME REGEX [TIMES]: has it said this (at least so often)?
said() { [ "$(console "$1" | grep -cE -e "$2")" -ge "${3:-1}" ]; }

# cpu_time NAME: seconds of CPU time, with one decimal, as xl shows them
cpu_time() { xl list "$1" | awk 'END { print $NF }'; }

# splats: what Xen's log, on standard input, tells of Xen's own faults
splats() { grep -E 'Xen (BUG|WARN)|Assertion|Xen call trace|FATAL|Panic|[Ss]pinlock|lockdep|stuck|UBSAN'; }

uptime_now() { awk '{ print $1 }' /proc/uptime; }

# cpu_share NAME SECONDS: percent of one CPU which the guest takes
cpu_share() {
    local cpu start
    cpu=$(cpu_time "$1") start=$(uptime_now)
    sleep "$2"
    awk -v a="$cpu" -v b="$(cpu_time "$1")" -v s="$start" -v e="$(uptime_now)" \
        'BEGIN { printf "%.1f\n", 100 * (b - a) / (e - s) }'
}

# credit2 NAME: weight and cap as Xen's scheduler has them; one of them; does it have this cap?
credit2() { xl sched-credit2 -d "$1" | awk 'END { print $3, $4 }'; }
weight() { xl sched-credit2 -d "$1" | awk 'END { print $3 }'; }
cap() { xl sched-credit2 -d "$1" | awk 'END { print $4 }'; }
has_cap() { [ "$(cap "$1")" = "$2" ]; }

# pool_of NAME: the guest's cpupool
pool_of() { xl list -c "$1" | awk 'END { print $NF }'; }

# clamp_now: the target of our hypervisor's power clamp, percent
clamp_now() { xenhypfs cat /params/powerclamp; }

# c1_ms CPU: its residency in C1, ms
c1_ms() { xenpm get-cpuidle-states "$1" | awk '/^C1/ { f = 1 } f && /residency/ { gsub(/[^0-9]/, ""); print; exit }'; }

# logged TEXT: has the policy daemon of this test said so?
logged() { grep -q -- "$1" /root/daemon.log; }

# in_console NAME INTERVAL [OPTION...]: plays the steps on standard input in the full-screen console,
# which samples so often; 80x24, unless ptydrive's options say otherwise
in_console() {
    local name=$1 interval=$2 output
    shift 2
    output=$(ptydrive -e LANG=C.UTF-8 "$@" -- xendeck --no-settings --interval "$interval" 2>&1)
    result $? "$name" || note "$output"
}

# end_guests: destroy every guest
end_guests() {
    local id
    for id in $(xl list | awk 'NR > 2 { print $2 }'); do
        xl destroy "$id"
    done
}

# --- edits with xendeck ---

OUT=/root/out ERR=/root/err # what the last edit printed

# edit STATUS NAME WORDS...: xendeck with these words must end with STATUS
edit() {
    local wanted=$1 name=$2 status
    shift 2
    xendeck "$@" >$OUT 2>$ERR </dev/null
    status=$?
    [ "$status" -eq "$wanted" ]
    result $? "$name" || note "xendeck $* ended with $status, not $wanted: $(cat $OUT $ERR)"
}

# says NAME REGEX: what the last edit printed
says() { like "$1" "$(cat $OUT $ERR)" "$2"; }

# set_ NAME OBJECT KNOB=VALUE...: an edit that must be done
set_() { edit 0 "$1" set "${@:2}" --yes; }

# refused NAME REGEX OBJECT KNOB=VALUE...: an edit that must be refused, and say so
refused() {
    edit 2 "$1" set "${@:3}" --yes
    says "$1: the reason" "$2"
}

# undone NAME: the last edit is taken back
undone() { edit 0 "$1" undo --yes; }
