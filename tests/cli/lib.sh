# SPDX-License-Identifier: GPL-2.0-or-later
# What the cases of the command line share: `. lib.sh` with $1 the program under test.
#   t NAME STATUS ARGS…   runs it without a terminal and expects that exit status
#   out TEXT, err TEXT    the last run printed it on standard output, on standard error
#   no_out TEXT, no_err TEXT, silent
#   json EXPR             a Python expression over the parsed output `d` holds
# Each check is a TAP-like line; `finish` prints the sum and is the script's status.
set -u
xendeck=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
# Nothing of this machine: no live backend, no state of the user, no terminal.
export XENDECK_MODULES=/nonexistent XENDECK_CPU_MAP=/nonexistent XENDECK_STATE="$tmp/state" TZ=UTC LC_ALL=C.UTF-8 TERM=xterm
unset NO_COLOR XDG_CONFIG_HOME XDG_STATE_HOME 2>/dev/null || true
passed=0 failed=0 last=

ok() {
    passed=$((passed + 1))
    echo "ok - $*"
}

not_ok() {
    failed=$((failed + 1))
    echo "not ok - $*"
    echo "#   the last run: xendeck $last"
    sed 's/^/#   out: /' "$tmp/out" | head -n 40
    sed 's/^/#   err: /' "$tmp/err" | head -n 10
}

t() {
    name=$1 want=$2
    shift 2
    last=$*
    "$xendeck" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
    if [ $status -eq "$want" ]; then ok "$name"; else not_ok "$name: exit status $status, not $want"; fi
}

# has WHERE TEXT FILE WANTED(0|1)
has() {
    grep -qF -- "$2" "$3"
    if [ $? -eq "$4" ]; then ok "  $1 \"$2\""; else not_ok "  $1 \"$2\" after: $name"; fi
}
out() { has "says" "$1" "$tmp/out" 0; }
err() { has "complains" "$1" "$tmp/err" 0; }
no_out() { has "does not say" "$1" "$tmp/out" 1; }
no_err() { has "does not complain" "$1" "$tmp/err" 1; }
silent() {
    if [ -s "$tmp/err" ]; then not_ok "  silent on standard error"; else ok "  silent on standard error"; fi
}
# holds NAME COMMAND…: any command that must succeed
holds() {
    what=$1
    shift
    if "$@" >"$tmp/check" 2>&1; then ok "  $what"; else
        not_ok "  $what"
        sed 's/^/#   /' "$tmp/check" | head -n 20
    fi
}
json() {
    holds "json: $1" python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
sys.exit(0 if eval(sys.argv[2]) else "it is not so: " + sys.argv[2])' "$tmp/out" "$1"
}
lines() { # N: the output has so many lines
    n=$(wc -l <"$tmp/out")
    if [ "$n" -eq "$1" ]; then ok "  $1 lines"; else not_ok "  $n lines, not $1"; fi
}

finish() {
    echo "$passed passed, $failed failed"
    [ $failed -eq 0 ]
}
