#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/pty/test_ptydrive.sh PTYDRIVE TERMDEMO: ptydrive holds what it promises: it passes when all
# steps hold, and says which one does not.
set -u
drive=$1 demo=$2 failed=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

check() { # STATUS TEXT ARGS...: the script is on stdin
    want=$1 text=$2
    shift 2
    "$drive" "$@" >"$out" 2>&1
    got=$?
    if [ $got -ne "$want" ] || ! grep -qF -- "$text" "$out"; then
        echo "not ok: ptydrive $*: status $got, wanted $want and \"$text\" in:"
        cat "$out"
        failed=1
    fi
}

check 0 'key <F5>' -t xterm -g 90x20 -- "$demo" <<'STEPS'
# a script
wait size 90x20
key F5
wait key <F5>
dump
absent key <F6>
key C-l Up
wait <Up>
resize 60x20
wait size 60x20
quiet 100ms
key q
exit 0
restored
STEPS
check 0 'ended by signal 9' -- "$demo" <<'STEPS'
wait termdemo
signal KILL
exit KILL
STEPS
check 1 'script:3: did not hold: expect nonsense' -- "$demo" <<'STEPS'
wait termdemo
timeout 100ms
expect nonsense
STEPS
check 1 'did not hold: wait nonsense' -- "$demo" <<'STEPS'
timeout 100ms
wait nonsense
STEPS
check 2 'script:1: no such step: wiat termdemo' -- "$demo" <<'STEPS'
wiat termdemo
STEPS
check 2 'no such step: key Hyper' -- "$demo" <<'STEPS'
key Hyper
STEPS
check 0 'it ended with status 127' -- /nonexistent/program <<'STEPS'
exit 127
STEPS
check 2 'usage:' </dev/null
check 2 'usage:' -g 80 -- "$demo" </dev/null
exit $failed
