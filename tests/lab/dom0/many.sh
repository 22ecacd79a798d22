#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# 250 domains at once: is the list right, does the console show them come and go and still answer, does
# memory stand still? To be run in the lab's dom0:
#   tests/lab/lab run 'bash /tests/many.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

export LANG=C.UTF-8
N=250

rows() { xendeck get domains --once -o csv -c name,id,uuid | tr -d '\r' | grep ^many- | tr , ' ' | sort; }
counted() { [ "$(xl list | grep -c '^many-')" -eq "$1" ]; }
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

# console NAME: plays the steps on standard input in a console that samples once in ten minutes: what
# it shows within the steps' time, it was told of.
console() { in_console "$1" 600s -g 120x40; }

all_come() {
    console "the console shows $N domains come, and answers keys" < <(
        echo "timeout 120s"
        echo "wait Domain-0"
        sleep 5 # the steps above are played as they come
        manydomains create $N >/tmp/made
        echo $? >/tmp/made.status
        echo "wait of $((N + 2))"
        for name in many-7 many-101 many-$N; do
            echo "key /"
            echo "key C-u"
            echo "type $name"
            echo "key Enter"
            echo "wait /$name · 1 of"
            echo "expect $name "
        done
        echo "key Escape"
        echo "key End"
        echo "key Home"
        echo "key PageDown"
        echo "key q"
        echo "exit 0"
    )
    is "all were created" "$(cat /tmp/made.status)" 0
}

all_go() {
    console "the console shows all of them go" < <(
        echo "timeout 120s"
        echo "wait of $((N + 2))"
        echo "wait many-"
        sleep 5
        manydomains destroy >&2
        echo "wait of 2"
        echo "gone many-"
        echo "expect Domain-0"
        echo "key q"
        echo "exit 0"
    )
    check "none is left" eventually 30 counted 0
    is "nor in xendeck" "$(rows | wc -l)" 0
}

list_is_right() {
    is "names, ids and UUIDs are those of their making" "$(rows | md5sum)" "$(sort /tmp/made | md5sum)"
    is "xl counts as many" "$(xl list | grep -c '^many-')" "$N"
    is "and has the same UUIDs" \
        "$(xl list -v | awk '/^many-/ { print $1, $2, $7 }' | sort | md5sum)" "$(sort /tmp/made | md5sum)"
}

refreshed() { [ "$(grep -c Domain-0 /tmp/refreshes)" -ge "$1" ]; }

# Memory after some refreshes and after many more of them, with columns of all kinds. The first dozens
# are not counted: until about the twentieth each thread's heap still finds its size.
memory_stands_still() {
    local pid early late
    xendeck get domains -c all --watch 100ms --count 100000 >/tmp/refreshes &
    pid=$!
    check "thirty refreshes" eventually 120 refreshed 30
    early=$(rss $pid)
    check "fifty more" eventually 120 refreshed 80
    late=$(rss $pid)
    kill $pid
    wait $pid 2>/dev/null
    rm /tmp/refreshes
    note "resident: $early KiB, then $late KiB"
    between "resident memory grew by so many KiB" $((late - early)) -4096 512
}

guest idle one
all_come
list_is_right
memory_stands_still
all_go
end_guests
tap_end
