#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# xendeck policy run: the daemon on a host that lives as long as it does, and who asks it.
. "$(dirname "$0")/lib.sh"

cat >"$tmp/host.yaml" <<'EOT'
seed: 5
host: {name: rule, sockets: 1, nodes_per_socket: 1, cores_per_node: 8, threads_per_core: 1, memory: 16G, uptime: 1h}
domains:
- {name: Domain-0, type: pv, vcpus: 2, memory: 1G, load: {curve: constant, high: 10%}}
- {name: spin1, memory: 256M, load: {curve: spin}}
- {name: spin2, memory: 256M, load: {curve: spin}}
EOT
# Budgets that are used up within a moment, and not there again while this runs.
cat >"$tmp/p.yaml" <<'EOT'
policy: burst
on_exit: restore
rules:
  - {name: burst, match: {name: spin*}, budget: {cpu: 100ms, per: 1d, kind: sliding, then: {sched.cap: 20}}}
  - {name: w, match: {name: spin*}, keep: {watts: 5000}}
EOT
host="demo:$tmp/host.yaml"
set -- --host "$host" --state "$tmp/balances" --journal "$tmp/journal"
pid=
trap '[ -z "$pid" ] || kill -9 $pid 2>/dev/null; rm -rf "$tmp"' EXIT

# No test waits for a time: these wait for what must come, and give up after a minute.
daemon() {
    JOURNAL_STREAM=1 "$xendeck" policy run "$tmp/p.yaml" -d 100ms "$@" >"$tmp/daemon.out" 2>>"$tmp/daemon.log" </dev/null &
    pid=$!
    until_ "the daemon answers" "$xendeck" policy status "$@"
}
until_() {
    until_what=$1 tries=600
    shift
    while ! "$@" >"$tmp/check" 2>&1; do
        tries=$((tries - 1))
        if [ $tries -eq 0 ]; then not_ok "$until_what"; return; fi
        sleep 0.1
    done
    ok "$until_what"
}
says() { "$xendeck" policy explain "$1" --host "$host" --state "$tmp/balances" | grep -q "$2"; }
logged() { grep -q -- "$1" "$tmp/daemon.log"; }
count() { grep -c -- "$1" "$tmp/daemon.log"; }

t "no daemon" 5 policy status "$@"
err 'no daemon carries a policy out'
t "none of a Xen host either" 5 policy explain spin1 --socket "$tmp/none"
err 'xendeck policy run FILE is one'
t "which policy" 1 policy run "$@"
err 'which policy? xendeck policy run FILE'
t "a wrong one" 1 policy run "$tmp/host.yaml" "$@"
err 'host.yaml:1:1'
t "no Xen here" 5 policy run "$tmp/p.yaml" --state "$tmp/balances"
err 'live'

daemon "$@"
until_ "a budget that is used up becomes a cap" says spin1 'sched.cap 20 (by itself none): rule burst'
holds "priorities for the journal" logged '^<6>edit: 1 spin1 sched.cap none → 20: rule burst'
t "status" 0 policy status "$@"
out 'policy:   burst ('
out 'on_exit: restore'
t "status as JSON" 0 policy status "$@" -o json
json 'd["ok"] and d["policy"] == "burst" and d["domains"] == 3 and d["trouble"] is None'
t "the journal says who and why" 0 journal --host "$host" --journal "$tmp/journal"
out 'policy burst'
out 'rule burst, its budget is used up'
t "one holder" 2 policy run "$tmp/p.yaml" "$@"
err "ruled already, by process $pid, xendeck policy run"

t "pause" 0 policy pause spin1 --restore "$@"
until_ "what is paused gets back what it had" logged 'spin1 sched.cap 20 → none: the policy is paused'
t "whom" 1 policy pause nobody "$@"
err 'knows no domain "nobody"'
t "resume" 0 policy resume spin1 "$@"
until_ "it goes on" says spin1 '^  sched.cap 20 (by itself none): rule burst$'
t "a change" 0 policy budget burst --cap 30 "$@"
until_ "the change counts" says spin1 'sched.cap 30'
t "no change" 1 policy budget burst "$@"
err 'give --cpu, --per or --cap'
t "too much of it" 1 policy budget burst --cpu 20s --cap 99999999999 "$@"
err 'a cap is at most 409600%'
t "what is no rule" 1 policy budget brust --cap 30 "$@"
err 'did you mean burst?'

# A limit is a knob of its loop, for a console beside the daemon too.
export XENDECK_POLICY_SOCKET="$tmp/balances/socket"
t "another limit" 0 --host live set cap_loop/w loop.watts=4500.5 --yes --journal "$tmp/edits"
t "is in force" 0 --host live get cap_loops -1 -o json
json 'd["rows"][0]["watts_limit"] == 4500.5'
t "and known as a change" 0 --host live get policies -1 -o json -c all
json '"w 4500.5 W (file: 5000 W)" in d["rows"][0]["changed"]'
t "taken back" 0 --host live undo --yes --journal "$tmp/edits"
t "is as it was" 0 --host live get cap_loops -1 -o json
json 'd["rows"][0]["watts_limit"] == 5000'
t "no watts" 2 --host live set cap_loop/w loop.celsius=70 --yes --journal "$tmp/edits"
t "too few" 2 --host live set cap_loop/w loop.watts=0 --yes --journal "$tmp/edits"
err 'wanted 1 to 1000000'

# The file is read again; a wrong one is refused and what is in force goes on.
cp "$tmp/p.yaml" "$tmp/right.yaml"
echo 'rules: [' >>"$tmp/p.yaml"
kill -HUP $pid
until_ "a wrong file is refused" logged '^<3>policy: .*p.yaml:.*; policy burst goes on as it was'
t "also where it is asked for" 1 policy reload "$@"
err 'p.yaml:'
sed 's/sched.cap: 20/sched.cap: 25/' "$tmp/right.yaml" >"$tmp/p.yaml"
kill -HUP $pid
until_ "the new file counts" says spin1 'sched.cap 25 (by itself none)'
t "a limit that is to last" 0 --host live set cap_loop/w loop.watts=4000 --yes --journal "$tmp/edits"

# Killed, and another goes on: the budget isn't there again, and what was before is known.
kill -9 $pid
wait $pid 2>/dev/null
daemon "$@"
holds "goes on with the balances" logged 'goes on with the balances of 3 domains'
holds "and with the limit" logged 'what was changed is in force again: w 4000 W (file: 5000 W)'
until_ "the budget is used up still" says spin1 'sched.cap 25 (by itself none): rule burst'
kill -TERM $pid
wait $pid
status=$?
pid=
holds "ends well" [ $status -eq 0 ]
holds "and gave back" logged 'spin1 sched.cap 25 → none'
holds "said so once for each" [ "$(count 'spin2 sched.cap 25 → none')" -eq 1 ]
holds "nothing on standard output" [ ! -s "$tmp/daemon.out" ]
holds "the socket is gone" [ ! -e "$tmp/balances/socket" ]

# A copy that is torn never wins, and is told.
for i in 0 1; do cp "$tmp/balances/ledger.$i" "$tmp/ledger.$i"; done
newest=$(grep -l "\"seq\":$(sed -n 's/.*"seq":\([0-9]*\).*/\1/p' "$tmp/ledger.0" "$tmp/ledger.1" | sort -n | tail -n 1)," "$tmp"/ledger.?)
head -c 100 "$newest" >"$tmp/balances/$(basename "$newest")"
: >"$tmp/daemon.log"
daemon "$@"
holds "the torn copy is passed over" logged "passed over: $(basename "$newest"): it is torn"
holds "the other one is used" logged 'goes on with the balances'
kill -TERM $pid
wait $pid
pid=

finish
