# SPDX-License-Identifier: GPL-2.0-or-later
# What the scripts that drive the program in a pty share: `. lib.sh` with $1 ptydrive and $2 the program.
#   result STATUS NAME   a check; where it failed, what stands in $tmp/out is shown
#   finish               prints the sum and is the script's status
set -u
drive=$1 xendeck=$2 passed=0 failed=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
# Nothing of this machine: no state and no settings of the user.
export XENDECK_STATE="$tmp" XDG_CONFIG_HOME="$tmp" XENDECK_MODULES=/nonexistent
unset NO_COLOR

result() { # STATUS NAME
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok: $2"
        cat "$tmp/out"
    fi
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}
