#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Is what happens on the host seen at once, without waiting for the next sample? And does a domain
# that is renamed or rebooted keep what is known of it? To be run in the lab's dom0:
#   tests/lab/lab run 'bash /tests/events.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

export LANG=C.UTF-8

# console NAME: plays the steps on standard input in a console that samples once in ten
# minutes: what it shows within the steps' time, it was told of.
console() { in_console "$1" 600s; }

uuid() { xl list -v "$1" | awk 'END { print $7 }'; }

comes_and_goes() {
    console "a domain that comes, is renamed and goes is shown without a sample" < <(
        echo "timeout 30s"
        echo "wait Domain-0"
        echo "wait keep1"
        echo "absent late1"
        sleep 6 # the steps above are played as they come
        guest idle late1 >&2
        echo "wait late1"
        xl rename late1 other1 >&2
        echo "wait other1"
        echo "gone late1"
        sleep 2
        xl destroy other1 >&2
        echo "gone other1"
        echo "expect keep1"
        echo "key q"
        echo "exit 0"
    )
}

# A guest that shuts down and is kept has no other event than its death.
shuts_down() {
    console "a guest that shuts down is told of, and why" < <(
        echo "timeout 30s"
        echo "wait keep1"
        sleep 6
        guest idle halt1 'on_poweroff="preserve"' >&2
        echo "wait halt1"
        eventually 20 xenstore-exists "/local/domain/$(domid halt1)/control/feature-poweroff" >&2
        echo "type :screen events"
        echo "key Enter"
        echo "wait EVENT"
        sleep 2
        xl shutdown -w halt1 >&2
        echo "wait halt1 (id $(domid halt1)) has shut down: poweroff"
        echo "key q"
        echo "exit 0"
    )
    xl destroy halt1
}

# A guest that reboots has a new id, the same UUID, and goes on in the same row.
reboots() {
    local before
    before=$(domid keep1)
    console "a domain that reboots keeps its row under its new id" < <(
        echo "timeout 60s"
        echo "wait keep1"
        echo "key /"
        echo "type keep1"
        echo "key Enter"
        echo "wait 1 of 1"
        sleep 6
        xl reboot keep1 >&2
        eventually 60 rebooted keep1 "$before" >&2
        echo "type :columns name,id"
        echo "key Enter"
        echo "wait $(domid keep1)"
        echo "expect keep1"
        echo "key q"
        echo "exit 0"
    )
    [ "$(domid keep1)" != "$before" ]
    result $? "it has a new id"
}
rebooted() { domid "$1" >/dev/null && [ "$(domid "$1")" != "$2" ]; }

# The same over the command line's samples: rates need a row of the same key before.
keeps_history() {
    local lines
    xendeck get domains -c uuid,id,name -f 'name~^keep' -o csv --watch 1s --count 14 \
        >/tmp/watch.csv 2>/dev/null &
    sleep 3
    xl rename keep1 keep2
    sleep 1
    xl reboot keep2
    wait $!
    lines=$(grep -c keep /tmp/watch.csv)
    note "$(cut -d, -f2- /tmp/watch.csv | sort | uniq -c)"
    between "the rows that were seen" "$lines" 8 30
    is "one UUID in all of them" "$(awk -F, '/keep/ { print $2 }' /tmp/watch.csv | sort -u | wc -l)" 1
    is "under both names" "$(tr -d '\r' </tmp/watch.csv | awk -F, '/keep/ { print $4 }' | sort -u | xargs)" "keep1 keep2"
    is "with two ids" "$(awk -F, '/keep/ { print $3 }' /tmp/watch.csv | sort -u | wc -l)" 2
}

# xenstored can't be restarted in a living host, but a change behind the watches' back can't be either:
# what xl says is what is shown.
stays_right() {
    xl rename keep2 keep3
    is "a rename just before a look is seen by it" \
        "$(xendeck get domains --once -c name -f 'name~^keep' -o csv | tr -d '\r' | tail -n 1)" keep3
}

guest idle keep1 'on_reboot="restart"'
comes_and_goes
shuts_down
reboots
keeps_history
stays_right
end_guests
tap_end
