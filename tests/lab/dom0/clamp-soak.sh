#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Our hypervisor's power clamp (xen/patches/powerclamp) under random changes: target, windows, chosen pCPUs,
# pCPUs that go offline and come back, pools that are made and destroyed, while guests spin and settings are
# written without a pause. Nothing may hang or warn, and let go the host must be as it was. On five pCPUs:
#   tests/lab/lab run --own-xen-debug --smp 5 --timeout 1400 'LONG=yes bash /tests/clamp-soak.sh'
#   tests/lab/lab run --own-xen-debug --smp 5 --timeout 1400 \
#       'bash /tests/clamp-soak.sh 200 7'   # CHANGES and SEED: the same changes again

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

CHANGES=${1:-$(brief 20 200)}
SEED=${2:-$((RANDOM % 10000))}
BOUND=90 # seconds that a step may take, however busy the machine is
SCHEDULERS=(credit2 credit rtds null)
TARGETS=(0 1 10 25 33 50 66 74 75)
WINDOWS=(1000 1334 2000 6000 8000 8001 25000 100000) # of these some are periods of others
MASKS=(all 1-4 '1,3' 2-4 4 '0,2')
declare -A PLACE=([1]=Pool-0 [2]=Pool-0 [3]=Pool-0 [4]=Pool-0) # of each pCPU: a pool, free or off
SLOWEST=0 SLOWEST_STEP=none
AGAIN=() # what xl had to be asked again

pick() { PICKED=${*:1 + RANDOM % $#:1}; } # one of its arguments; in a subshell RANDOM would not move on
param() { xenhypfs write "/params/$1" "$2"; }

# watch: ends the test if no step begins for BOUND seconds, even if a program can't be killed any more
watch() {
    local step=none
    while read -r -t "$BOUND"; do
        step=$REPLY
        [ "$step" != end ] || return
    done
    echo "not ok - every step ends within $BOUND s"
    note "this one does not: $step" "$(timeout 5 xl dmesg | tail -n 20)" "$(timeout 5 xenhypfs cat /powerclamp/stat)"
    kill -KILL $$
}

# step NAME COMMAND...: a change, which must be done
step() {
    local began=$EPOCHREALTIME status took
    echo "$1" >&"$STEPS"
    "${@:2}" >$OUT 2>&1
    status=$?
    [ $status -eq 0 ] || {
        result 1 "$1"
        note "$(cat $OUT)"
    }
    took=$(((${EPOCHREALTIME/./} - ${began/./}) / 1000))
    [ $took -le $SLOWEST ] || SLOWEST=$took SLOWEST_STEP=$1
    return $status
}

# fidget: writes settings for as long as FIDGET is there. Meanwhile a pCPU comes or goes, for which a write may have to wait.
fidget() {
    while [ -e "$FIDGET" ]; do
        pick "${TARGETS[@]}" && param powerclamp "$PICKED"
        pick "${WINDOWS[@]}" && param powerclamp-window-us "$PICKED"
    done >/dev/null 2>&1
}

# beside_writes COMMAND...
beside_writes() {
    local status writer
    : >"$FIDGET"
    RANDOM=$RANDOM fidget &
    writer=$!
    "$@"
    status=$?
    rm "$FIDGET"
    wait "$writer"
    return "$status"
}

# --- changes ---

a_setting() {
    case $((RANDOM % 8)) in
    [0-2]) pick "${TARGETS[@]}" && step "target $PICKED" param powerclamp "$PICKED" ;;
    [3-5]) pick "${WINDOWS[@]}" && step "window $PICKED" param powerclamp-window-us "$PICKED" ;;
    6) pick "${MASKS[@]}" && step "pCPUs $PICKED" param powerclamp-cpus "$PICKED" ;;
    7) PICKED=$((RANDOM % 2)) && step "natural idle $PICKED" param powerclamp-natural-idle $PICKED ;;
    esac
}

# moved VERB CPU: has xl add it to Pool-0 or remove it. xl's status is always 0; if a vCPU is just leaving the pCPU,
# removing has to be asked for again.
moved() {
    local said
    for _ in 1 2 3 4 5; do
        said=$(xl "cpupool-cpu-$1" Pool-0 "$2" 2>&1)
        [ -n "$said" ] || return 0
        AGAIN+=("$1 $2: ${said//$'\n'/; }")
        sleep 1
    done
    return 1
}
make_pool() { # CPU SCHEDULER
    xl cpupool-create "name=\"p$1\"" "sched=\"$2\"" "cpus=[\"$1\"]" && guest spin "s$1" "pool=\"p$1\"" vcpus=1
}
destroy_pool() { # CPU
    xl destroy "s$1" && eventually 20 xl cpupool-destroy "p$1"
}
offline() { xen-hptool cpu-offline "$1"; }
online() { xen-hptool cpu-online "$1"; }
refused_offline() { # CPU: out of another pool than Pool-0 none goes offline; that this locks it is mended by xen/patches
    ! timeout 30 xen-hptool cpu-offline "$1"
}

# a_place: a pCPU goes where it may go from where it is
a_place() {
    local cpu=$((1 + RANDOM % 4))
    case ${PLACE[$cpu]}$((RANDOM % 2)) in
    Pool-00) step "pCPU $cpu goes offline" beside_writes offline $cpu && PLACE[$cpu]=off ;;
    Pool-01) step "pCPU $cpu is taken from Pool-0" beside_writes moved remove $cpu && PLACE[$cpu]=free ;;
    free0) step "pCPU $cpu is given to Pool-0" beside_writes moved add $cpu && PLACE[$cpu]=Pool-0 ;;
    free1)
        pick "${SCHEDULERS[@]}"
        step "pCPU $cpu gets a pool of $PICKED" beside_writes make_pool $cpu "$PICKED" && PLACE[$cpu]=pool
        ;;
    pool0) step "the pool of pCPU $cpu is destroyed" beside_writes destroy_pool $cpu && PLACE[$cpu]=free ;;
    pool1) step "pCPU $cpu can't go offline, being in another pool" beside_writes refused_offline $cpu ;;
    off*) step "pCPU $cpu comes online" beside_writes online $cpu && PLACE[$cpu]=Pool-0 ;;
    esac
}

# --- what must hold meanwhile ---

# counters: "CPU COUNTER VALUE" a line, and "time - NS"
counters() {
    xenhypfs cat /powerclamp/stat | tr ' ' '\n' | awk -F= '
        !NF { next }
        /^(clamp|cpu[0-9]+|package[0-9]+):$/ { thing = $1; next }
        thing == "clamp:" && $1 != "time" || $1 == "clamped" { next }
        { print thing, $1, $2 }'
}

# sound BEFORE AFTER: nothing shrinks, and no pCPU was in more than all of the time (100 ms: NOW() of several pCPUs)
sound() {
    awk 'NR == FNR { before[$1 $2] = $3; next }
        $3 !~ /^[0-9]+$/ { print "no number:", $0; bad = 1 }
        $3 < before[$1 $2] { print "shrank from " before[$1 $2] ":", $0; bad = 1 }
        $2 == "time" { passed = $3 - before[$1 $2] }
        $2 ~ /^(injected|natural|ran)$/ { spent[$1] += $3 - before[$1 $2] }
        END {
            for (cpu in spent)
                if (spent[cpu] > passed + 1e8) { print cpu, "spent", spent[cpu], "of", passed; bad = 1 }
            exit bad || !passed
        }' "$1" "$2"
}

look() {
    mv /root/counters /root/counters.before
    counters >/root/counters
    check "$1: counters are sound" sound /root/counters.before /root/counters
    xl dmesg -c >>/root/dmesg
    is "$1: Xen's log tells of no fault" "$(splats </root/dmesg)" ""
}

# --- the end ---

let_go() {
    local cpu
    for cpu in 1 2 3 4; do
        [ "${PLACE[$cpu]}" != pool ] || { destroy_pool "$cpu" && PLACE[$cpu]=free; } || return 1
        [ "${PLACE[$cpu]}" != free ] || moved add "$cpu" || return 1
        [ "${PLACE[$cpu]}" != off ] || online "$cpu" || return 1
    done
    param powerclamp 0 && param powerclamp-cpus all && param powerclamp-window-us 6000 && param powerclamp-natural-idle yes
}
spinners() { for cpu in 1 2 3 4; do guest spin "end$cpu" "cpus=\"$cpu\"" vcpus=1 || return 1; done; }
full_speed() {
    xendeck get vcpus -c domain,cpu -o json --watch 10s --count 2 >/root/vcpus
    for cpu in 1 2 3 4; do
        between "let go: the guest on pCPU $cpu has all of it: percent" \
            "$(jq -s -r --arg name end$cpu '.[-1].rows[] | select(.domain == $name) | .cpu' /root/vcpus)" 94 104
    done
}

FIDGET=/root/fidget
exec {STEPS}> >(watch)
RANDOM=$SEED
note "$CHANGES changes, seed $SEED"
like "this is our hypervisor" "$(xl info xen_version)" '\+xendeck$'
xl vcpu-pin 0 all 0 && xl sched-credit2 -d 0 -w 4096
check "guests spin" eval 'guest spin a "cpus=\"1-4\"" vcpus=2 && guest spin b "cpus=\"1-4\"" vcpus=2'
check "dom0's pCPU is spared at first" param powerclamp-cpus 1-4
xl dmesg -c >/root/dmesg
counters >/root/counters

for ((i = 1; i <= CHANGES; i++)); do
    if ((RANDOM % 3)); then a_setting; else a_place; fi
    ((i % 20)) || look "$i changes"
done
note "$CHANGES changes took $SECONDS s; the slowest step took $SLOWEST ms: $SLOWEST_STEP"
[ ${#AGAIN[@]} -eq 0 ] || note "$(printf 'asked again: %s\n' "${AGAIN[@]}")"

step "all is let go" let_go
is "pCPUs and pools are as they were" "$(xl cpupool-list | awk 'NR > 1 { print $1, $2 }')" "Pool-0 5"
is "so are the settings" \
    "$(for p in '' -cpus -window-us -natural-idle; do xenhypfs cat /params/powerclamp$p; done | tr '\n' ' ')" "0 all 6000 yes "
step "guests are destroyed" end_guests
step "others spin" spinners
full_speed
look "at the end"
step "these, too, are destroyed" end_guests
echo end >&"$STEPS"
tap_end
