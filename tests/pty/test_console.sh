#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/pty/test_console.sh PTYDRIVE XENDECK: the real program in a real pty, on the demo host: it works
# under every TERM, answers keys while its source hangs, and gives the terminal back on every way out.
. "$(dirname "$0")/lib.sh"
# Sanitizers take deadly signals for themselves; here they are to be deadly.
ASAN_OPTIONS=handle_segv=0:handle_sigbus=0:handle_abort=0:use_sigaltstack=0
TSAN_OPTIONS=handle_segv=0:handle_sigbus=0:handle_abort=0:use_sigaltstack=0
export ASAN_OPTIONS TSAN_OPTIONS

# console NAME HOST OPTIONS... : plays the steps on standard input
console() {
    name=$1 host=$2
    shift 2
    "$drive" -e LANG=C.UTF-8 -e LC_ALL=C.UTF-8 "$@" -r "$tmp/bytes" -- \
        "$xendeck" --host "$host" --interval 500ms >"$tmp/out" 2>&1
    result $? "$name"
}

for term in xterm-256color linux vt100 screen-256color tmux-256color vt220 rxvt xterm; do
    console "works under TERM=$term" demo:tiny -t $term <<'STEPS'
wait Domain-0
wait web1
expect DEMO
key ?
wait This list
key Esc
gone This list
key 6
wait Nothing was done to this host yet
key q
exit 0
restored
STEPS
done

for ending in 'TERM 143' 'HUP 129' 'INT 130'; do
    console "SIG${ending% *} gives the terminal back" demo:tiny <<STEPS
wait web1
signal ${ending% *}
exit ${ending#* }
restored
STEPS
done
for signal in SEGV ABRT BUS; do
    console "a crash by SIG$signal gives the terminal back" demo:tiny <<STEPS
wait web1
signal $signal
exit $signal
restored
STEPS
done

console "Ctrl-C is a key: it quits, with the terminal given back" demo:tiny <<'STEPS'
wait web1
key C-c
exit 0
restored
STEPS
console "Ctrl-\\ ends it whatever it does, with the terminal given back" demo:tiny <<'STEPS'
wait web1
key C-\
exit QUIT
restored
STEPS
console "a terminal that goes away ends it" demo:tiny <<'STEPS'
wait web1
hangup
exit 129
STEPS

console "is laid out anew at once when the size changes" demo:tiny <<'STEPS'
wait web1
resize 120x40
wait NETRX
resize 30x8
wait xendeck needs 40 x 12
resize 80x24
wait web1
absent NETRX
key q
exit 0
STEPS

console "answers keys while its source hangs for 10 s, and says that it is stale" demo:tiny <<'STEPS'
wait web1
type :source fault slow 10s
key Enter
sleep 1s
timeout 300ms
key ?
wait This list
key Esc
gone This list
key j
timeout 8s
wait STALE
timeout 300ms
key 2
wait VCPU
timeout 3s
key q
exit 0
restored
STEPS

console "an edit is staged, planned, applied and taken back" demo:tiny <<'STEPS'
wait web1
key j c
wait CPU cap
key C-u
type 40
key Enter
wait staged: web1 sched.cap none → 40
key a
wait Plan: 1 step
key Enter
wait done: web1 sched.cap none → 40
key U
wait Plan: 1 step
key Enter
wait done: undo
key q
exit 0
STEPS

# A shutdown takes seconds to be seen; the console dies in the middle of it.
console "kill -9 in the middle of an edit" demo:tiny <<'STEPS'
wait web1
key j
type :do shutdown
key Enter
wait Plan: 1 step
key y
wait applying
signal KILL
exit KILL
STEPS
"$xendeck" --host demo:tiny journal >"$tmp/out" 2>&1
grep -q 'UNKNOWN.*shutdown web1' "$tmp/out"
result $? "leaves an entry that is UNKNOWN"
console "and the console shows it" demo:tiny <<'STEPS'
wait web1
key 6
wait UNKNOWN
key q
exit 0
STEPS

NO_COLOR=1
export NO_COLOR
console "NO_COLOR sends no colours" demo -e NO_COLOR=1 <<'STEPS'
wait web1
key End
wait evil
key q
exit 0
STEPS
LC_ALL=C grep -aqE "$(printf '\033')\[([0-9;]*;)?(3[0-7]|38|4[0-7]|48|9[0-7])[;m]" "$tmp/bytes"
[ $? -eq 1 ]
result $? "not one"
LC_ALL=C grep -aq "$(printf '\033')\]0;owned" "$tmp/bytes"
[ $? -eq 1 ]
result $? "a guest's name can't set the title"

finish
