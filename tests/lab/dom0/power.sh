#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Power and heat as xendeck shows and sets them, beside Xen's own tools: the power clamp, C-states, sensors in files,
# the model where nothing measures; and the reasons of what there is not. To be run in the lab's dom0, on our own
# hypervisor and on Debian's, with tests/conformance put there:
#   tests/lab/lab run --own-xen --smp 3 --put build/dev/tests/conformance/conformance:/usr/bin/conformance \
#       'bash /tests/power.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

SENSORS=/run/xendeck/sensors

own() { [[ $(xl info xen_version) == *+xendeck ]]; }
cell() { # TABLE FILTER COLUMN
    xendeck get "$1" ${2:+-f "$2"} -c "$3" --once -o json | jq -r ".rows[0].$3"
}
limit() { xendeck get limits --once -o json | jq -r --arg n "$1" '.rows[] | select(.name == $n) | .reason'; }
# idle CPU SECONDS: percent injected, natural and busy, means over that time
idle() {
    xendeck get pcpus -f "pcpu:$1" -c injected,natural,busy -o json --watch "${2}s" --count 2 |
        jq -s -r '.[-1].rows[0] | "\(.injected) \(.natural) \(.busy)"'
}
word() { awk -v n="$2" '{ print $n }' <<<"$1"; }
xenpm_max() { xenpm get-cpuidle-states 0 | sed -n 's/^Max possible C-state: //p'; }
c1_ns() { xendeck get cstates -f "pcpu:1 state:1" -c residency_ns --once -o json | jq -r '.rows[0].residency_ns'; }

clamp_works() {
    local was found
    is "the clamp is off from the start" "$(cell power '' clamp) $(cell power '' clamp_max)" "0 75"
    is "all pCPUs are meant" "$(cell power '' clamp_cpus)" 0-2
    check "a guest that spins" guest spin spin1 vcpus=1 'cpus="1"'
    check "the pCPU of the guest is chosen" xendeck set power power.clamp_cpus=1 --yes
    is "Xen has it" "$(xenhypfs cat /params/powerclamp-cpus)" 1
    was=$(idle 1 6)
    between "without a clamp nothing is injected" "$(word "$was" 1)" 0 0
    check "half of the time" xendeck set power power.clamp=50 --yes
    is "Xen has it" "$(xenhypfs cat /params/powerclamp)" 50
    sleep 1
    found=$(idle 1 12)
    between "injected on the guest's pCPU, percent" "$(word "$found" 1)" 46 54
    between "it has no idle time of its own, percent" "$(word "$found" 2)" 0 6
    between "busy, injected and natural idle are all there is" \
        "$(awk '{ print $1 + $2 + $3 }' <<<"$found")" 97 103
    between "the others are left alone" "$(word "$(idle 2 3)" 1)" 0 0.1
    check "it is taken back" xendeck undo --yes
    is "Xen has let go" "$(xenhypfs cat /params/powerclamp)" 0
    check "a longer window" xendeck set power power.clamp_window=25ms --yes
    is "Xen has it" "$(xenhypfs cat /params/powerclamp-window-us)" 25000
    check "natural idle time doesn't count" xendeck set power power.clamp_natural=no --yes
    is "Xen has it" "$(xenhypfs cat /params/powerclamp-natural-idle)" no
    like "too much is refused" "$(xendeck set power power.clamp=76 --yes 2>&1)" 'wanted off to 75, found 76'
    check "all is as it was" eval "xendeck set power power.clamp_natural=yes --yes && \
        xendeck set power power.clamp_window=6ms --yes && xendeck set power power.clamp_cpus=0-2 --yes"
    is "Xen means all again" "$(xenhypfs cat /params/powerclamp-cpus)" all
    end_guests
}

clamp_is_missing() {
    like "the clamp is greyed with its reason" "$(limit power.clamp)" "has no power clamp|CONFIG_HYPFS"
    like "and refused with it" "$(xendeck set power power.clamp=50 --yes 2>&1)" "has no power clamp|CONFIG_HYPFS"
    is "what isn't there is unknown, not zero" "$(cell power '' clamp)" null
}

cstates() {
    local before
    before=$(xenpm_max)
    is "the deepest C-state is what xenpm says" "$(cell power '' max_cstate)" "${before/C/}"
    check "C2 at most" xendeck set power power.max_cstate=2 --yes
    like "xenpm sees it" "$(xenpm_max)" '^C?2$'
    check "it is taken back" xendeck undo --yes
    is "xenpm sees that too" "$(xenpm_max)" "$before"
    between "residency of C1 is what xenpm says, ratio" \
        "$(awk -v a="$(c1_ms 1)" -v b="$(c1_ns)" 'BEGIN { print b / 1e6 / a }')" 0.98 1.1
}

sensors_in_files() {
    mkdir -p "$SENSORS"
    printf 'watts 212.5\nlabel PSU A\nmax_age 20\n' >"$SENSORS/psu"
    printf 'celsius 71\ncelsius_max 90\nplace host\n' >"$SENSORS/cpu"
    is "a sensor in a file is shown" "$(cell sensors sensor:file/psu watts) $(cell sensors sensor:file/psu label)" \
        "212.5 PSU A"
    is "and counts for the host" "$(cell power '' watts) $(cell power '' watts_source) $(cell power '' estimated)" \
        "212.5 file/psu false"
    is "so does its temperature" "$(cell power '' celsius) $(cell power '' celsius_source)" "71 file/cpu"
    touch -d '-30 seconds' "$SENSORS/psu"
    is "a dead one has no reading" "$(cell sensors sensor:file/psu watts)" null
    like "and says why" "$(cell sensors sensor:file/psu trouble)" "nobody has written $SENSORS/psu for 3[0-9]"
    is "nor has the host" "$(cell power '' watts)" null
    printf 'watts many\n' >"$SENSORS/psu"
    like "nonsense is told by line and column" "$(cell sensors sensor:file/psu trouble)" "psu:1:7: watts: wanted a number"
    printf 'watts 200\n' >"$SENSORS/psu" && chmod 666 "$SENSORS/psu"
    like "one that anybody could write is none" "$(cell sensors sensor:file/psu trouble)" "could be written by anybody"
    rm -f "$SENSORS"/*
    mkfifo "$SENSORS/pipe"
    like "a pipe holds nobody up" "$(cell sensors sensor:file/pipe trouble)" "is no file"
    rm -f "$SENSORS"/*
}

# The emulator has neither meters nor P-states.
honest() {
    is "without a meter the watts are a model's" \
        "$(xendeck get power -c watts_source,estimated -o json --watch 1s --count 2 | jq -s -r '.[-1].rows[0] | "\(.watts_source) \(.estimated)"')" \
        "model/host true"
    like "no P-states" "$(limit cpu.governor)" "drives no frequencies"
    like "no governor of pools" "$(limit pool.governor)" "drives no frequencies"
    like "no limit of packages" "$(limit power.limit)" "Intel|no access"
    like "sched-smt can't be changed, and why" "$(limit power.sched_smt)" "only by setting it"
    like "who asks for it is told so" "$(xendeck get power -c sched_smt --once 2>&1)" "sched_smt: Xen tells"
    like "the table of P-states says why" "$(xendeck get pstates --once 2>&1)" "drives no frequencies"
}

if own; then clamp_works; else clamp_is_missing; fi
cstates
honest
sensors_in_files
check "it holds to what every backend has to hold to" \
    conformance --module /usr/lib/xendeck/modules/power.so --edit-host
tap_end
