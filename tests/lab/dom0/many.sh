#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# 250 domains at once: is the list right, does the console still answer, does its memory stand still,
# is a storm of events no storm of samples? To be run in the lab's dom0:
#   tests/lab/lab run 'bash /tests/many.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

export LANG=C.UTF-8
N=250

rows() { xendeck get domains --once -o csv -c name,id,uuid | tr -d '\r' | grep ^many- | tr , ' ' | sort; }
counted() { [ "$(xl list | grep -c ' many-\|^many-')" -eq "$1" ]; }
ids_of() { pgrep -x xendeck; }
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
samples() { sed -n 's/^samples //p' /tmp/watch.samples; }

# The console stands open while they all come: it must answer keys and show them without a sample of
# its own (its interval is ten minutes).
storm() {
    local output
    output=$(ptydrive -e LANG=C.UTF-8 -g 120x40 -- xendeck --no-settings --interval 600s 2>&1 < <(
        echo "timeout 30s"
        echo "wait Domain-0"
        sleep 5
        manydomains create $N >/tmp/made
        echo $? >/tmp/made.status
        echo "wait of $((N + 2))"
        for name in many-7 many-100 many-$N; do
            echo "key /"
            echo "key C-u"
            echo "type $name"
            echo "key Enter"
            echo "wait $name "
            echo "wait of $((N + 2))"
        done
        echo "key Escape"
        echo "key End"
        echo "key Home"
        echo "key PageDown"
        echo "wait many-"
        awk '{ print "# cpu ticks of the console:", $14 + $15 }' "/proc/$(ids_of | head -n 1)/stat" >&2
        manydomains destroy >&2
        echo "wait of 2"
        echo "gone many-"
        echo "expect Domain-0"
        echo "key q"
        echo "exit 0"
    ))
    result $? "the console shows $N domains come and go, and answers meanwhile" || note "$output"
    is "all were created" "$(cat /tmp/made.status)" 0
    check "all are gone" eventually 30 counted 0
}

list_is_right() {
    check "$N domains are created" eval "manydomains create $N >/tmp/made"
    is "names, ids and UUIDs are those of their making" "$(rows | md5sum)" "$(sort /tmp/made | md5sum)"
    is "xl counts as many" "$(xl list | grep -c '^many-')" "$N"
    is "and has the same UUIDs" \
        "$(xl list -v | awk '/^many-/ { print $1, $2, $7 }' | sort | md5sum)" "$(sort /tmp/made | md5sum)"
}

# Memory after some refreshes and after many more of them, with columns of all kinds
memory_stands_still() {
    local pid early late
    xendeck get domains -c all --watch 200ms --count 100000 >/dev/null &
    pid=$!
    sleep 8
    early=$(rss $pid)
    sleep 20
    late=$(rss $pid)
    kill $pid
    wait $pid 2>/dev/null
    note "resident: $early KiB, then $late KiB"
    between "resident memory grew by so many KiB" $((late - early)) -4096 256
}

guest idle one
storm
list_is_right
memory_stands_still
check "all are destroyed" manydomains destroy
check "none is left" eventually 30 counted 0
is "nor in xendeck" "$(rows | wc -l)" 0
end_guests
tap_end
