#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Budgets on a real host, in short windows: does a guest get what it may have, and no more, whatever
# happens to the daemon, to xenstored and to the guest? To be run in the lab's dom0:
#   tests/lab/lab run --timeout 600 'bash /tests/policy.sh'   # LONG=yes bash …: more windows, killed more often

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

TICK=0.5
WINDOW=20
KILLS=$(brief 5 20)
SILENCE=$(brief 10 30) # s
UUID=6c1f0a52-0000-4000-8000-000000000001
export XENDECK_STATE=/root/state

cat >/root/p.yaml <<'END'
policy: lab
timezone: UTC
on_exit: restore
rules:
  - name: burst
    match: {name: spin1}
    budget: {cpu: 6s, per: 20s, kind: fixed, then: {sched.cap: 20}}
  - name: group
    match: {name: pair*}
    budget: {cpu: 8s, per: 20s, kind: fixed, shared: true, then: {sched.cap: 20}}
  - name: first
    match: {name: heavy}
    set: {sched.weight: 512}
  - name: last
    match: {name: light}
    set: {sched.weight: 128}
END

start() {
    JOURNAL_STREAM=1 xendeck policy run /root/p.yaml -d ${TICK}s >>/root/daemon.log 2>&1 </dev/null &
    daemon=$!
}
answers() { xendeck policy status; }
status_of() { xendeck policy status -o json | jq -r "$1"; }
has_weight() { [ "$(weight "$1")" = "$2" ]; }

# The witness: what Xen counts for each guest, and when, as xl tells it.
witness() {
    while :; do
        xl list | awk -v t="$EPOCHREALTIME" 'NR > 2 { print t, $1, $NF }'
    done >"$1" 2>/dev/null &
    witness=$!
}
unwatch() { kill "$witness" && wait "$witness" 2>/dev/null; }

# use FILE NAME...: how much CPU time these used together in each whole window of wall time, in s. The
# counter at a window's end lies between two looks: as if used evenly.
use() {
    local file=$1
    shift
    awk -v width=$WINDOW -v names="$*" '
        BEGIN { n = split(names, name, " "); for (i in name) mine[name[i]] = 1 }
        $2 in mine {
            k = int($1 / width)
            if ($2 in t && k == int(t[$2] / width) + 1) {
                edge[k, $2] = c[$2] + ($3 - c[$2]) * (k * width - t[$2]) / ($1 - t[$2])
                edges[k]++
            }
            t[$2] = $1; c[$2] = $3
        }
        END {
            for (k in edges) {
                if (edges[k] < n || edges[k + 1] < n) continue
                used = 0
                for (i in name) used += edge[k + 1, name[i]] - edge[k, name[i]]
                printf "%.2f\n", used
            }
        }' "$file"
}
least() { sort -n | head -n 1; }
most() { sort -n | tail -n 1; }

# dom0 keeps off the pCPUs of the guests, so that what they get is the scheduler's doing.
populate() {
    xl vcpu-pin 0 all 0
    guest spin spin1 'cpus="1"' "uuid=\"$UUID\""
    guest spin pair1 'cpus="2"'
    guest spin pair2 'cpus="3"'
}

# --- its budget in every window, and no more ---
check "guests" populate
start
check "the daemon starts" eventually 30 answers
began=$(uptime_now)
is "with the whole host" "$(status_of .domains)" 4
check "the budget is used up, and there is a cap" eventually 25 has_cap spin1 20
check "… also of those that share one" eventually 25 has_cap pair1 20
check "… of each" eventually 5 has_cap pair2 20
# What was used beyond the share of the window in which the daemon started is missing in the next one.
check "a window begins" eventually 25 has_cap spin1 0
check "… for all" eventually 5 has_cap pair2 0
sleep 1
witness /root/first
sleep $((WINDOW * $(brief 2 4)))
unwatch
note "windows of spin1:" $(use /root/first spin1) "of the pair:" $(use /root/first pair1 pair2)
# 6 s and a fifth of the other 14 s, and no more than a tick and a period of credit2's cap (10 ms) beyond that;
# a busy emulator gives those that have a cap less than it allows
between "a guest gets its budget in every window, then 20 percent: least, s" "$(use /root/first spin1 | least)" 7.4 9.31
between "and no more: most, s" "$(use /root/first spin1 | most)" 7.4 9.31
# 8 s of both together in 4 s, then a fifth of each: 14.4, and a tick of both
between "two that share one get it together: least, s" "$(use /root/first pair1 pair2 | least)" 11.2 15.42
between "and no more: most, s" "$(use /root/first pair1 pair2 | most)" 11.2 15.42
like "the journal says why" "$(xendeck journal)" 'policy lab.*spin1 sched.cap none → 20: rule burst, its budget is used up|rule burst, its budget is used up'
is "no attempt failed" "$(status_of .failed)" 0
like "why, and until when" "$(xendeck policy explain spin1)" 'budget burst: .* left of 6.0s, in each 20.0s'
note "ticks: $(status_of .ticks) in $(awk -v a="$began" -v b="$(uptime_now)" 'BEGIN { print b - a }') s"

# --- killed at any moment ---
# A cap that was set stays while nobody rules; a budget that is used up between a kill and the first tick
# afterwards is noticed that much later. Killed again before that, nobody ever looks, so each start is waited for.
witness /root/second
gap=0
kills=0
until_=$((SECONDS + 2 * WINDOW + 1)) # so that there is a whole one
while [ $kills -lt "$KILLS" ] || [ $SECONDS -lt $until_ ]; do
    kills=$((kills + 1))
    sleep "$((RANDOM % 2)).$((RANDOM % 10))"
    killed=$(uptime_now)
    kill -9 "$daemon"
    wait "$daemon" 2>/dev/null
    start
    eventually 30 answers
    gap=$(awk -v most="$gap" -v a="$killed" -v b="$(uptime_now)" 'BEGIN { print (b - a > most ? b - a : most) }')
done
check "killed $kills times, it goes on" answers
unwatch
note "windows of spin1 under kill -9:" $(use /root/second spin1) "longest without a daemon: $gap"
# as above, and what is used until there is a daemon again
between "killed at random moments: most, s" "$(use /root/second spin1 | most)" 2 "$(awk -v gap="$gap" 'BEGIN { print 9.31 + gap }')"
check "balances went on" logged 'goes on with the balances of'
check "no cap is left that the policy doesn't want" eventually 30 has_cap spin1 0
check "and it comes again" eventually 25 has_cap spin1 20

# --- another guest of the same UUID ---
again() { xl destroy spin1 && guest spin spin1 'cpus="1"' "uuid=\"$UUID\""; }
check "it is destroyed and made again while its budget is used up" again
check "its balance is kept: the cap is there at once" eventually 4 has_cap spin1 20

# --- xenstored says nothing for a while ---
xenstored=$(pidof xenstored || pidof oxenstored)
check "a window begins" eventually 25 has_cap spin1 0
kill -STOP "$xenstored"
sleep "$SILENCE"
kill -CONT "$xenstored"
check "xenstored was silent for $SILENCE s: the daemon lives" kill -0 "$daemon"
check "and rules: a window begins" eventually 40 has_cap spin1 0
check "and ends" eventually 25 has_cap spin1 20
note "$(grep -v '^<6>edit' /root/daemon.log | tail -n 8)"

# --- weights under contention ---
both() { guest spin heavy 'cpus="2"' && guest spin light 'cpus="2"' && xl destroy pair1; }
check "two compete for a pCPU" both
check "weights are set" eventually 15 has_weight heavy 512
check "of both" eventually 5 has_weight light 128
sleep 1
between "four fifths of it are the heavy one's: percent" "$(cpu_share heavy 8)" 60 90

# --- the end gives back ---
kill -TERM "$daemon"
wait "$daemon"
is "it ends well" $? 0
is "the cap is as it was" "$(cap spin1)" 0
is "… of each" "$(cap pair2)" 0
is "the weights as well" "$(weight heavy) $(weight light)" "256 256"
end_guests
tap_end
