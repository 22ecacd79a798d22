#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# CPUID policies on a real Xen, for tests/lab/cpuid, which compares what is left in /share.
#
#   cpuid.sh other     the host that guests are to go to: its policies, as other.xdc
#   cpuid.sh host      guests with policies in our words, on a host that has more features
#
. /tests/lib.sh
cd /share || exit 1
log=/var/log/xen/console

# A sample is one of one source's: as many as are needed until CPUID is among them.
record() {
    local count
    for count in 8 16 32 64; do
        xendeck capture --count $count --interval 500ms --force "$1.xdc" >/dev/null || return
        xendeck get cpuid --host "capture:$1.xdc" >/dev/null 2>&1 && return
    done
    return 1
}

if [ "$1" = other ]; then
    check "its policies are recorded" record other
    xen-cpuid -p >other-policies.txt
    chmod a+r ./*
    tap_end
fi

# One line a guest: its name, and what it shall see.
specs() {
    cat <<'END'
plain host
less host,-avx2,-sse4a
v2 x86-64-v2
rome EPYC-Rome,-svm
none none,+fpu,+msr,+pae,+cx8,+apic,+cmov,+sse2,+fxsr,+mmx,+sse,+sse3,+tsc
END
}

# start NAME WORDS: a guest with what xl understands, which says what CPUID returns
start() {
    guest idle "$1" 'extra="cpuid=1"' "$2" &&
        eventually 60 grep -q 'cpuid: that is all' "$log/guest-$1.log"
}

while read -r name spec; do
    words=$(xendeck cpuid translate "$spec" --to xl 2>/dev/null)
    check "$name starts with $spec" start "$name" "$words"
done < <(specs)
note "$(xendeck cpuid translate x86-64-v2 --to xl 2>&1 >/dev/null)"
words=$(xendeck cpuid level host other.xdc -o json | jq -r .xl)
like "a level for both hosts" "$words" '^cpuid = "host,.*avx2=0'
check "levelled starts with it" start levelled "$words"

for name in plain less v2 rome none levelled; do
    sed -n 's/^.*xendeck-guest: \(0x.*\)$/   \1/p' "$log/guest-$name.log" | tr -d '\r' >"$name.txt"
    xen-cpuid -p "$(xl domid $name)" >"$name-policy.txt"
done
specs >specs.txt
xen-cpuid -p >policies.txt
xen-cpuid >sets.txt
xen-cpuid -p 0 >dom0-policy.txt
record host

check "a guest runs on its own host" xendeck cpuid check plain --on host
xendeck cpuid check plain --on other.xdc >verdict.txt
is "but not on the other: status" "$?" 2
like "… because of AVX2" "$(cat verdict.txt)" 'other.xdc has no avx2'
like "… and of SSE4a" "$(cat verdict.txt)" 'other.xdc has no sse4a'
like "… and it says how it would" "$(cat verdict.txt)" 'started anew it would run there with cpuid="host,.*avx2=0'
check "a levelled guest may go there" xendeck cpuid check levelled --on other.xdc
check "… as it is seen by its number" xendeck cpuid check "$(xl domid levelled)" --on other.xdc
xendeck cpuid try /guests/idle.cfg --spec host,-avx2,-sse4a --yes >try.txt 2>try-errors.txt
is "a dry run: status" "$?" 0 || note "$(cat try.txt try-errors.txt)"
like "… says what it would see" "$(cat try.txt)" '^Less:$'
like "… and that it was predicted" "$(cat try.txt)" 'It is what was predicted'
is "… leaves no domain" "$(xl list | grep -c xendeck-try)" 0
is "… nor a file" "$(find /tmp -name 'xendeck-try*' | wc -l)" 0
like "… and is in the journal" "$(xendeck journal)" 'done  *cpuid-try host file=/guests/idle.cfg'

# --- a configuration, its dry runs, and the screen ---

try_guests() { xl list | grep -c xendeck-try; }
try_files() { find /tmp -name 'xendeck-try*' | wc -l; }
none_left() { [ "$(try_guests)" -eq 0 ] && [ "$(try_files)" -eq 0 ]; }

less=$(sed -n 's/^less //p' < <(specs))
words=$(xendeck cpuid translate "$less" --to xl 2>/dev/null)
{
    cat /guests/idle.cfg
    printf 'name = "less"\n%s # levelled\nmemory = 8\n' "$words"
} >/root/less.cfg
cp /root/less.cfg /root/less.orig

# Whoever kills us: the domain goes all the same.
xendeck do host cpuid-try file=/root/less.cfg --yes >/dev/null 2>&1 &
killed=$!
check "a dry run has made its domain" eventually 60 sh -c 'xl list | grep -q xendeck-try'
kill -9 $killed
wait $killed 2>/dev/null
check "killed, it leaves neither domain nor file" eventually 60 none_left
xendeck do host cpuid-try file=/root/less.cfg --yes >/root/cancelled.txt 2>&1 &
cancelled=$!
check "another has made its domain" eventually 60 sh -c 'xl list | grep -q xendeck-try'
kill -TERM $cancelled
wait $cancelled
check "ended by a signal, it leaves nothing" none_left || note "$(cat /root/cancelled.txt)"
sed 's/^kernel.*/kernel = "\/nowhere"/' /root/less.cfg >/root/broken.cfg
edit 2 "a configuration that makes no domain is refused" do host cpuid-try file=/root/broken.cfg --yes
says "… with the reason" 'nowhere'
check "… and leaves nothing" none_left

# What differs, why a feature is off, what the host would give, and into the file with it.
in_console "the screen: a why, a dry run, a configuration" 1s -g 120x40 <<'STEPS'
timeout 60s
wait LIVE
key F
wait features somebody has
wait less
key d
wait features differ
type :policies hvm-default,less
key Enter
key Right
key /
type avx2
key Enter
wait avx2 in less: off
expect The policy of less takes avx2 away
key Enter
wait Off in less
expect On in hvm-def
key Esc
gone Off in less
key Space
wait avx2 in less: off now, on from its next start
key t
wait Dry run: which configuration?
expect /etc/xen/less.cfg
key C-u
type /root/less.cfg
key Enter
wait Enter carries it out
expect is made of that file, with this policy
key Enter
wait what the dry run gave
expect The host gave what was planned
expect Against now, on: avx2
key w
wait Write the line into a file
expect /root/less.cfg
key Enter
wait Enter carries it out
expect kept as /root/less.cfg.before
key Enter
wait done: cpuid-config
key q
exit 0
restored
STEPS
check "the dry run left nothing" none_left
like "the configuration has the plan" "$(cat /root/less.cfg)" '^cpuid = "host,.*sse4a=0.*" # levelled$'
is "… which leaves avx2 alone" "$(grep -c avx2 /root/less.cfg)" 0
is "… and all else as it was" "$(grep -v ^cpuid /root/less.cfg)" "$(grep -v ^cpuid /root/less.orig)"
check "as it was it is kept" cmp /root/less.orig /root/less.cfg.before
in_console "it is taken back from the journal" 1s -g 120x40 <<'STEPS'
timeout 60s
wait LIVE
key U
wait Enter carries it out
key Enter
wait done: undo
key q
exit 0
STEPS
check "… byte by byte" cmp /root/less.orig /root/less.cfg

check "dom0's policy is a PV one" xendeck cpuid check Domain-0 --on host
like "doctor" "$(xendeck doctor -o json | jq -c '.rows[] | select(.area=="cpuid")')" 'policies: 1[0-9]'
chmod a+r ./*
tap_end
