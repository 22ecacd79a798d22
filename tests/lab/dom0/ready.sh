#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Ready time from Xen's trace buffers: is it right, is another tracer left alone, are the buffers given
# back, even by a xendeck that was killed? To be run in the lab's dom0:
#   tests/lab/lab run 'bash /tests/ready.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

WANTED=domain,vcpu,pcpu,cpu,run_ns,ready_ns,blocked_ns,ready,blocked,wakes_s,wake_ns,wake_max_ns,moves_s,waits_for
SPAN=5

# Who competes: dom0 keeps off the pCPUs of the guests, so that the figures are theirs.
populate() {
    xl vcpu-pin 0 all 0-1
    guest spin spin1 'cpus="3"'
    guest spin spin2 'cpus="3"'
    guest spin capped 'cpus="2"' cap=40
    guest idle idle1 'cpus="2"'
    guest idle duty1 'cpus="0-1"' 'extra="mode=duty duty=20 hb=1"'
}

# Two samples, SPAN apart, each on a line of its own
measure() { xendeck get vcpus -c "$WANTED" -o json --watch ${SPAN}s --count 2 >/root/samples; }

# of NAME EXPRESSION: of the vCPU 0 of that domain, in the last sample (as b; the one before: as a)
of() {
    jq -s -r --arg name "$1" '. as $all | [$all[-2, -1].rows[] | select(.domain == $name and .vcpu == 0)]
        | .[0] as $a | .[1] as $b | '"$2" /root/samples
}

mask() { tbuf | awk '{ print $2 }'; }
tracing() { tbuf | awk '{ print $3 }'; }
ours() { [ "$(mask)" = 0x21dec ]; }
reason() { xendeck get vcpus -c ready -o json 2>/root/stderr | jq -r '.trouble // ""'; }
is_other() { [ "$(xendeck get vcpus -c domain,ready -o json | jq '[.rows[] | select(.ready == null)] | length')" -gt 0 ]; }

check "guests compete" populate
before=$(mask)
note "before: $(tbuf)"
xendeck get vcpus >/dev/null
xendeck get vcpus -o json >/dev/null
xendeck get domains -f 'cpu>0 web' >/dev/null
is "nothing is traced while nobody asks for it" "$(tracing)" none

# --- is it right? ---
# The share of the time that it ran, by the trace alone
RUN='(100 * ($b.run_ns - $a.run_ns) /
    ($b.run_ns + $b.ready_ns + $b.blocked_ns - $a.run_ns - $a.ready_ns - $a.blocked_ns))'

check "two samples" measure
for name in spin1 spin2; do
    between "$name runs about half of the time: percent" "$(of $name "$RUN")" 42 58
    between "$name waits for the rest: percent of the time" "$(of $name '$b.ready')" 42 58
    between "its run time is what Xen counts as CPU time: points of difference" \
        "$(of $name "$RUN - \$b.cpu")" -2 2
    between "CPU time by Xen, ready and idle time are all the time: percent" \
        "$(of $name '$b.cpu + $b.ready + $b.blocked')" 97 103
done
like "spin1 waits for spin2" "$(of spin1 '$b.waits_for')" '^spin2/0 (9[0-9]|100)%'
like "spin2 waits for spin1" "$(of spin2 '$b.waits_for')" '^spin1/0 (9[0-9]|100)%'
between "a cap of 40: percent it runs" "$(of capped '$b.cpu')" 15 44
between "a cap is no ready time : percent" "$(of capped '$b.ready')" 0 5
between "… nor idle time: percent" "$(of capped '$b.blocked')" 0 1
between "… but held back: percent of the time" "$(of capped '100 - $b.cpu - $b.ready - $b.blocked')" 50 85
between "an idle guest does not wait: percent" "$(of idle1 '$b.ready')" 0 1
between "… it is idle: percent" "$(of idle1 '$b.blocked')" 98 101
between "a guest with 20 % of load wakes up: times a second" "$(of duty1 '$b.wakes_s')" 1 2000
between "… and runs soon: ms from wake-up" "$(of duty1 '$b.wake_ns / 1000000')" 0 60
between "pinned vCPUs do not move: a second" "$(of spin1 '$b.moves_s')" 0 0

measure &
share=$(cpu_share spin1 "$SPAN")
wait $!
between "xl has the same of its CPU time: points of difference" "$(of spin1 "$RUN - $share")" -15 15

xendeck get domains -c name,ready -o json --watch 2s --count 2 >/root/domains
between "a domain's ready time is that of its vCPU: percent" \
    "$(tail -n 1 /root/domains | jq '.rows[] | select(.name == "spin1") | .ready')" 42 58

# --- is it explained? ---
steps() {
    printf '%s\n' "timeout 30s" "wait LIVE" "wait spin1" "key /" "type spin1" "key Enter" "wait 1 of 1" \
        "key y" "wait to which spin1/0 is pinned" "expect spin2/0 has pCPU 3" "key /" "key C-u" \
        "type capped" "key Enter" "wait held back by its cap" "key q" "exit 0"
}
if steps | ptydrive -e LANG=C.UTF-8 -g 120x40 -- xendeck --interval 1s >/root/console 2>&1; then
    result 0 "the console says who has the pCPU, and what the cap takes"
else
    result 1 "the console says who has the pCPU, and what the cap takes"
    note "$(cat /root/console)"
fi

# --- are the buffers given back? ---
is "tracing is off afterwards" "$(tracing)" off
is "the events asked for before are restored" "$(mask)" "$before"
is "no note is left" "$(cat /run/xendeck/trace)" ""

# --- another tracer ---
xentrace -D -e 0x0002f000 /root/other.trc 2>/dev/null &
other=$!
eventually 10 test -s /root/other.trc
check "beside xentrace ready time is unknown" is_other
like "and it is said why" "$(reason)" "another tracer \(xentrace\) holds Xen's trace buffers"
like "doctor says so too" "$(xendeck doctor)" "another tracer \(xentrace\)"
is "its mask is untouched" "$(mask)" 0x2f000
size=$(stat -c %s /root/other.trc)
sleep 1
[ "$(stat -c %s /root/other.trc)" -gt "$size" ]
result $? "it goes on recording"
kill -TERM $other
wait $other
xenalyze --dump-all /root/other.trc >/root/other.txt 2>/dev/null
is "nothing of its trace was lost" "$(grep -c -i lost_records /root/other.txt)" 0
[ "$(tail -n 2000 /root/other.txt | grep -c -v runstate)" -gt 20 ]
result $? "it was not made to record less"
xentrace -x -D -T 1 /root/left.trc 2>/dev/null
like "unread records of another tracer are left alone" "$(reason)" "hold records that nobody has read"
is "and its tracing goes on" "$(tracing)" on
xentrace -D -T 1 /dev/null 2>/dev/null
before=$(mask)

# --- a xendeck that dies ---
xendeck get vcpus -c ready --watch 1s --count 1000 >/dev/null &
first=$!
check "it traces" eventually 20 ours
like "a second xendeck says who traces" "$(reason)" "another xendeck \(process $first\)"
kill -9 $first
wait $first 2>/dev/null
is "killed, it leaves tracing on" "$(tbuf | awk '{ print $2, $3 }')" "0x21dec on"
check "the next one takes over" measure
between "… and is right" "$(of spin1 '$b.ready')" 42 58
is "it restores what the dead one found" "$(tbuf | awk '{ print $2, $3 }')" "$before off"

# --- ended by a signal ---
xendeck get vcpus -c ready --watch 1s --count 1000 >/dev/null &
first=$!
check "it traces again" eventually 20 ours
kill -TERM $first
wait $first 2>/dev/null
is "ended by a signal, it gives the buffers back" "$(tbuf | awk '{ print $2, $3 }')" "$before off"

end_guests
xl vcpu-pin 0 all all
tap_end
