#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# set, do, undo, journal: each way in which an edit can end, and what it leaves behind.
. "$(dirname "$0")/lib.sh"
tiny="--host demo:tiny --journal $tmp/journal"

t "what can be edited" 0 $tiny set domain/web1
out "sched.cap            none"
out "destroy              action"
t "a plan only" 0 $tiny set domain/web1 sched.cap=40 --dry-run
out "Plan: web1 sched.cap none → 40 (risk: low)"
out "as: xl sched-credit2 -d web1 -c 40"
out "undo: web1 sched.cap 40 → none"
holds "no journal was begun" test ! -s "$tmp/journal"
t "without a terminal --yes is needed" 2 $tiny set domain/web1 sched.cap=40
err "without a terminal to ask on, --yes is needed"
holds "no journal was begun" test ! -s "$tmp/journal"
t "a read-only session" 2 --readonly $tiny set domain/web1 sched.cap=40 --yes
err "read only"

t "an edit" 0 $tiny set domain/web1 sched.cap=40 --yes
out "done (journal 1)"
t "it is in the journal" 0 $tiny journal
out "done         web1 sched.cap none → 40"
t "with its steps" 0 $tiny journal 1
out "as: xl sched-credit2 -d web1 -c 40"
t "and as JSON" 0 $tiny journal -o json
json 'd["entries"][0]["steps"][0]["knob"] == "sched.cap" and d["entries"][0]["outcome"] == "done"'
json 'd["entries"][0]["steps"][0]["old"] == "none" and d["entries"][0]["steps"][0]["new"] == "40"'

t "what it is already" 2 $tiny set domain/web1 sched.cap=none --yes
err "is none already"
t "several edits, one plan" 0 $tiny set web1 sched.cap=10 sched.weight=300 db1 sched.cap=20 --yes -o json
json 'd["outcome"] == "done" and len(d["steps"]) == 3 and d["journal"] == 2'
json '[s["object"] for s in d["steps"]] == ["web1", "web1", "db1"]'
t "a knob of the children" 0 $tiny set domain/db1 vcpu.affinity=0-3 --yes
out "4. db1/3 vcpu.affinity 0-7 → 0-3: done"
t "by number and by UUID" 0 $tiny set domain/2 sched.weight=300 \
    domain/9a89381d-2939-4b86-a29f-f3079899fd81 sched.weight=300 --yes
out "db1 sched.weight 512 → 300: done"
out "web1 sched.weight 256 → 300: done"
t "memory goes at its own pace" 0 $tiny set domain/web1 mem.target=1500M --yes
t "an action" 0 $tiny do web1 pause --yes
out "done (journal 6)"
t "a destructive action" 0 $tiny do web1 destroy --yes
out "can't be undone"
t "cannot be taken back" 2 $tiny undo 7 --yes
err "destroy web1"

# The demo host lives as long as a command: what the journal says was done is not there any more,
# and undo must not pretend otherwise.
t "undo expects what the edit has set" 2 $tiny undo 1 --yes
out "REFUSED: web1 sched.cap: expected 40, found none: somebody changed it meanwhile"
t "a refused edit is in the journal" 0 $tiny journal
out "REFUSED"

# Of two values that bound each other, the one that makes room goes first, whatever the order of words.
t "a longer period before a longer budget" 0 --host demo:pools set vcpu/rt1/0 sched.budget=150ms \
    sched.period=200ms --dry-run
out "1. rt1/0 sched.period 100000 → 200000"
out "-p 200000 -b 150000"
t "a shorter budget before a shorter period" 0 --host demo:pools set vcpu/rt1/0 sched.period=20ms \
    sched.budget=10ms --dry-run
out "1. rt1/0 sched.budget 30000 → 10000"
out "-p 20000 -b 10000"
t "a budget that will not fit" 2 --host demo:pools set vcpu/rt1/0 sched.period=20ms --dry-run \
    sched.budget=25ms
err "25000 is too much: at most 20000, its period_us"
t "more memory than it may have now" 0 --host demo:pools set web1 mem.target=8G mem.max=8G --dry-run
out "1. web1 mem.max 2G → 8G"

# A capped web1 to begin with, so that there is something to undo.
scenario() { # NAME FAULTS…
    {
        cat <<'YAML'
host: {name: lab, sockets: 1, nodes_per_socket: 1, cores_per_node: 4, threads_per_core: 1, memory: 8G, reserved: 256M}
domains:
  - {name: Domain-0, type: pv, memory: 1G}
  - {name: web1, vcpus: 2, memory: 1G, cap: 40}
  - {name: db1, vcpus: 2, memory: 1G}
YAML
        cat
    } >"$tmp/$1.yaml"
}
scenario capped </dev/null
t "undo" 0 --host "demo:$tmp/capped.yaml" --journal "$tmp/journal2" set web1 sched.cap=none --yes
scenario free </dev/null
sed -i 's/, cap: 40//' "$tmp/free.yaml"
t "undo finds what was set, and puts back what was" 0 --host "demo:$tmp/free.yaml" --journal "$tmp/journal2" undo --yes
out "undo 1: web1 sched.cap 40 → none"
out "web1 sched.cap none → 40: done"
t "what was undone says so" 0 --host demo:tiny --journal "$tmp/journal2" journal
out "(undone by 2)"
t "and is not undone twice" 2 --host "demo:$tmp/free.yaml" --journal "$tmp/journal2" undo 1 --yes
err "2"

scenario changed <<'YAML'
faults:
  - {at: 0s, kind: change, object: web1, knob: sched.cap, value: 60, when: edit}
YAML
t "somebody else changed it: REFUSED" 2 --host "demo:$tmp/changed.yaml" --journal "$tmp/j3" set web1 sched.cap=20 --yes
out "expected 40, found 60"
scenario second <<'YAML'
faults:
  - {at: 0s, kind: change, object: db1, knob: sched.cap, value: 60, when: edit}
YAML
t "the second step is refused, the first is taken back: ROLLED BACK" 3 --host "demo:$tmp/second.yaml" \
    --journal "$tmp/j4" set web1 sched.cap=20 db1 sched.cap=20 --yes
out "ROLLED BACK"
t "the journal says so" 0 --host demo:tiny --journal "$tmp/j4" journal
out "ROLLED BACK"
scenario slow <<'YAML'
faults:
  - {at: 0s, kind: slow, for: 600s}
YAML
holds "a signal ends an edit that waits for its host, and nothing was done" sh -c "
    '$xendeck' --host 'demo:$tmp/slow.yaml' --journal '$tmp/j_slow' set web1 sched.cap=20 --yes >'$tmp/slow' 2>&1 & p=\$!
    until [ \$(ls /proc/\$p/task | wc -l) -gt 1 ]; do sleep 0.05; done
    kill -TERM \$p; wait \$p; [ \$? -eq 5 ] && grep -q 'stopped while waiting for demo' '$tmp/slow'"
t "the journal has nothing of it" 0 --host demo:tiny --journal "$tmp/j_slow" journal
no_out "sched.cap"
scenario ignored <<'YAML'
faults:
  - {at: 0s, kind: ignore, object: web1, times: 1}
YAML
t "accepted and not done: NOT SEEN" 4 --host "demo:$tmp/ignored.yaml" --journal "$tmp/j5" set web1 sched.cap=20 --yes
out "NOT SEEN"
scenario vanished <<'YAML'
faults:
  - {at: 0s, kind: vanish, object: web1, when: edit}
YAML
t "the domain is gone: REFUSED" 2 --host "demo:$tmp/vanished.yaml" --journal "$tmp/j6" set web1 sched.cap=20 --yes
out "REFUSED"
out "gone"

# a knob that only other schedulers heed: in the list, when it is asked for, and when it is set
heeded="only credit and credit2 heed it, and no cpupool of this host is scheduled by either"
cat >"$tmp/rtds.yaml" <<'YAML'
pools:
  - {name: Pool-0, sched: rtds, cpus: 0-3}
domains:
  - {name: Domain-0, type: pv, memory: 512M}
YAML
rtds="--host demo:$tmp/rtds.yaml"
t "a knob that the host hasn't got is listed with the reason" 0 $rtds set power
out "power.sched_smt      not here:  $heeded"
t "who asks for its value is told why it is unknown" 0 $rtds get power -1 -c watts,sched_smt
out "SCHEDSMT"
err "power: sched_smt: $heeded"
t "who asks for the table is told nothing of it" 0 $rtds get power -1
no_err "sched_smt"
t "who sets it is refused" 2 $rtds set power power.sched_smt=yes --yes
err "power power.sched_smt: not on this host: $heeded"
t "where a pool is scheduled by credit2 it can be set" 0 --host demo:tiny --journal "$tmp/j7" set power power.sched_smt=yes --yes
out "done (journal 1)"
t "and is known" 0 $tiny get power -1 -c sched_smt -o csv
out "no"
silent

mkdir "$tmp/dir"
t "a journal that can't be written: nothing is done" 2 --host demo:tiny --journal "$tmp/dir" set web1 sched.cap=20 --yes
err "$tmp/dir"
finish
