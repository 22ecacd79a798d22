#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A cap loop on a real host whose watts are played: tests/lab/tools/heat writes them to a sensor's file once a second, as a
# stated function of how busy the pCPUs of the guests are by Xen's counters. Is the limit reached and held within 5 percent, also with a
# stuck actuator, a dead sensor and a killed daemon? To be run in the lab's dom0 on our own hypervisor:
#   tests/lab/lab run --own-xen --smp 2 --timeout 600 'LONG=yes bash /tests/powercap.sh'
# Without LONG it isn't waited for that a safe effort is given back, and no actuator is stuck.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

LIMIT=110
IDLE=60 # W that the host takes without its guests; a guest that keeps a pCPU busy takes EACH more
EACH=80
LAG=2 # s: the watts follow with a first-order lag
SENSORS=/run/xendeck/sensors
export XENDECK_STATE=/root/state

# What the sensor tells is late: by its own lag, and by two programs that look once a second, on a host that is
# emulated. So the loop is told of a long lag.
policy() { # ACTUATORS
    cat >/root/p.yaml <<END
policy: lab
timezone: UTC
on_exit: restore
rules:
  - name: watts
    match: {name: batch*}
    keep: {watts: $LIMIT, sensor: file/sim, actuators: $1, lag: 5s, rate: 10%, release: 5s,
           trust: 15s, safe: 80%}
END
}
start() {
    JOURNAL_STREAM=1 xendeck policy run /root/p.yaml -d 1s >>/root/daemon.log 2>&1 </dev/null &
    daemon=$!
}
row() { xendeck get cap_loops -o json | jq -r ".rows[0].$1"; }
state_is() { row state | grep -qxE "$1"; }
nothing_is_taken() { [ "$(clamp_now) $(cap batch1)" = "0 0" ]; }

# watts FROM: mean, least and most since then
watts() {
    awk -v from="$1" '$1 >= from { s += $2; n++; if (n == 1 || $2 < a) a = $2; if ($2 > b) b = $2 }
        END { printf "%.1f %.1f %.1f %d\n", n ? s / n : -1, a, b, n }' /root/watts
}
below() { [ "$(tail -n 1 /root/watts | awk -v most="$1" '{ print ($2 <= most) }')" = 1 ]; }

# held NAME SECONDS [LEAST]: the limit is kept for so long: never more than 5 percent above it, and not for nothing: the
# mean is at least so much of the limit, 0.95, and no reading is more than 0.05 below that
held() {
    local from mean least most n part=${3:-0.95}
    from=$(uptime_now)
    sleep "$2"
    read -r mean least most n < <(watts "$from")
    note "$1: mean $mean W, $least to $most, $n readings"
    between "$1: most" "$most" 0 "$(awk "BEGIN { print $LIMIT * 1.05 }")"
    between "$1: mean" "$mean" "$(awk "BEGIN { print $LIMIT * $part }")" "$(awk "BEGIN { print $LIMIT * 1.03 }")"
    between "$1: least" "$least" "$(awk "BEGIN { print $LIMIT * ($part - 0.05) }")" "$(awk "BEGIN { print $LIMIT * 1.05 }")"
}

populate() {
    xl vcpu-pin 0 all 0
    xenhypfs write /params/powerclamp-cpus 1
    guest spin batch1 'cpus="1"' vcpus=1 && guest idle web 'cpus="1"' vcpus=1
}

# --- reached and held ---
check "guests" populate
mkdir -p $SENSORS
heat $IDLE $EACH $LAG $SENSORS/sim /root/watts &
sensor=$!
sleep 12
between "nothing is limited: W" "$(tail -n 1 /root/watts | cut -d' ' -f2)" 130 145
policy '[{caps: 50%}, clamp]'
start
check "the daemon looks at the sensor" eventually 40 state_is 'tightens|holds'
is "by its name" "$(row sensor)" file/sim
check "below the limit" eventually 90 below $LIMIT
sleep 15
check "it settles" eventually 60 state_is holds
held "held" 25
check "in the band" eventually 10 state_is 'holds|tightens|loosens'
between "caps first" "$(cap batch1)" 49 99
is "whom the rule isn't about" "$(cap web)" 0
like "why" "$(xendeck policy explain host)" 'limit watts: 110.0 W, now [0-9.]+ W by file/sim; effort'
like "the journal has it" "$(xendeck journal)" 'policy lab.*rule watts|rule watts'

# --- killed ---
before=$(row effort)
from=$(uptime_now)
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
sleep 3
start
check "killed and started again" eventually 40 state_is 'tightens|holds|loosens'
between "it goes on where it was: effort" "$(row effort)" "$(awk "BEGIN { print $before - 6 }")" "$(awk "BEGIN { print $before + 6 }")"
read -r _ _ most _ < <(watts "$from")
between "meanwhile: most, W" "$most" 0 "$(awk "BEGIN { print $LIMIT * 1.05 }")"

# --- the sensor dies ---
kill -STOP "$sensor"
check "the effort stays while the sensor is silent: told in the log" eventually 30 logged 'rule watts: file/sim: it has said nothing new for .*: the effort stays'
like "and why is told" "$(row trouble)" 'file/sim'
check "… then it is at least the safe one" eventually 30 state_is safe
check "told in the log" logged 'the effort is at least 80% until the sensor is back'
sleep 10
between "as stated: percent" "$(row effort)" 79 100 # no less than before
kill -CONT "$sensor"
check "it is back" eventually 30 state_is 'holds|loosens|cool'

after_a_dead_sensor() {
    near_limit() { ! below "$(awk "BEGIN { print $LIMIT * 0.95 }")"; }
    check "the safe effort took too much, and is given back slowly" eventually 240 near_limit
    check "it holds" eventually 60 state_is holds
    held "held again" 20
}

# --- an actuator is stuck: somebody takes back whatever the clamp is set to ---
# Within 5 ms: most samples don't see that the clamp does what it was told, some do.
a_stuck_actuator() {
    policy '[{clamp: 50%}, {caps: 90%}]'
    insist /params/powerclamp 0 &
    fighter=$!
    check "another order of actuators" xendeck policy reload
    stuck() { row stuck | grep -qx clamp; }
    check "the clamp is stuck: told in the log" eventually 90 logged 'clamp is stuck: it is to take'
    check "and in the table" stuck
    check "the caps take over" eventually 90 below $LIMIT
    sleep 30
    # Each time that the clamp is seen as it was told to be, the caps take a little less for a moment.
    held "held by the next in rank" 25 0.85
    kill "$fighter"
    wait "$fighter" 2>/dev/null
    check "it isn't stuck any more: told in the log" eventually 120 logged "clamp isn't stuck any more"
    freed() { ! stuck; }
    check "and in the table" freed
}
! long || { after_a_dead_sensor && a_stuck_actuator; }

# --- let go ---
check "the emergency release" xendeck policy pause --restore
check "all is given back at once" eventually 8 nothing_is_taken
is "it says so" "$(row state)" "let go"
check "and goes on" xendeck policy resume
sleep 15
kill -TERM "$daemon"
wait "$daemon"
is "it ends well" $? 0
check "and gives back" nothing_is_taken
note "$(grep -v '^<6>' /root/daemon.log | tail -n 20)"
kill "$sensor"
end_guests
tap_end
