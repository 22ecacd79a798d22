#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Power without Xen: a laptop's /sys and /proc, made here, through backends/linuxpower; edits change its files.
. "$(dirname "$0")/lib.sh"
modules=$(cd "$(dirname "$xendeck")" && pwd)/modules
if [ ! -e "$modules/linuxpower.so" ] || [ -e /dev/xen/privcmd ]; then
    echo "ok - skipped: no linuxpower module, or there is Xen below this machine"
    finish
    exit
fi
mkdir "$tmp/modules"
ln -s "$modules/linuxpower.so" "$tmp/modules/"
root=$tmp/root
umask 022 # sensors in files that their group could write aren't believed
cpus=$root/sys/devices/system/cpu
export XENDECK_MODULES="$tmp/modules" XENDECK_ROOT="$root"

put() { # FILE TEXT
    mkdir -p "$(dirname "$1")"
    printf '%s\n' "$2" >"$1"
}

put "$cpus/present" 0-1
put "$cpus/online" 0-1
put "$cpus/cpuidle/current_driver" intel_idle
put "$cpus/intel_pstate/no_turbo" 0
for cpu in 0 1; do
    put "$cpus/cpu$cpu/topology/physical_package_id" 0
    put "$cpus/cpu$cpu/topology/core_id" $cpu
    freq=$cpus/cpu$cpu/cpufreq
    put "$freq/scaling_driver" acpi-cpufreq
    put "$freq/scaling_governor" schedutil
    put "$freq/scaling_available_governors" "performance powersave schedutil"
    put "$freq/scaling_cur_freq" 1800000
    put "$freq/scaling_min_freq" 800000
    put "$freq/scaling_max_freq" 3400000
    put "$freq/cpuinfo_min_freq" 800000
    put "$freq/cpuinfo_max_freq" 3400000
    put "$freq/stats/time_in_state" "3400000 120
800000 5000"
    state=0
    for name in POLL C1 C6; do
        idle=$cpus/cpu$cpu/cpuidle/state$state
        put "$idle/name" $name
        put "$idle/latency" $((state * 50))
        put "$idle/time" $((state * 1000000))
        put "$idle/usage" $((state * 10))
        put "$idle/disable" 0
        state=$((state + 1))
    done
done
put "$root/proc/stat" "cpu  300 0 100 1600 0 0 0 0 0 0
cpu0 200 0 50 750 0 0 0 0 0 0
cpu1 100 0 50 850 0 0 0 0 0 0
intr 1 2 3"
rapl=$root/sys/class/powercap/intel-rapl:0
put "$rapl/name" package-0
put "$rapl/energy_uj" 1000000
put "$rapl/max_energy_range_uj" 262143328850
put "$rapl/constraint_0_power_limit_uw" 28000000
clamp=$root/sys/class/thermal/cooling_device3
put "$clamp/type" intel_powerclamp
put "$clamp/cur_state" -1
put "$clamp/max_state" 50
put "$root/sys/class/hwmon/hwmon0/name" coretemp
put "$root/sys/class/hwmon/hwmon0/temp1_input" 61000
put "$root/sys/class/hwmon/hwmon0/temp1_label" "Package id 0"
put "$root/sys/class/hwmon/hwmon0/temp1_crit" 100000

t "the host's row" 0 --host live get power -1 -o json
json 'd["rows"][0]["celsius"] == 61 and d["rows"][0]["celsius_source"] == "hwmon/coretemp-0/temp1"'
json 'd["rows"][0]["clamp"] == 0 and d["rows"][0]["clamp_max"] == 50 and d["rows"][0]["max_cstate"] == "unlimited"'
json 'd["rows"][0]["freq_driver"] == "acpi-cpufreq" and d["rows"][0]["watts"] is None'
t "what Linux says of pCPUs" 0 --host live get pcpus -1 -o json -c all
json '[r["busy_ns"] for r in d["rows"]] == [2500000000, 1500000000]'
json 'd["rows"][1]["natural_ns"] == 8500000000 and d["rows"][1]["governor"] == "schedutil" and d["rows"][1]["turbo"]'
json 'd["rows"][0]["freq_khz"] == 1800000 and d["rows"][0]["injected"] is None'
t "idle states" 0 --host live get cstates -1 -o json -c all
json 'len(d["rows"]) == 6 and d["rows"][5]["name"] == "C6" and d["rows"][5]["residency_ns"] == 2000000000'
t "times of frequencies" 0 --host live get pstates -1 -o json -c all
json '[r["residency_ns"] for r in d["rows"]][:2] == [1200000000, 50000000000]'
t "sensors" 0 --host live get sensors -1 -o json -c all
json '{r["sensor"] for r in d["rows"]} >= {"rapl/package-0", "hwmon/coretemp-0/temp1"}'
json '[r["limit_mw"] for r in d["rows"] if r["sensor"] == "rapl/package-0"] == [28000]'
json 'not any(r["sensor"] == "model/host" for r in d["rows"])'

t "a governor" 0 --host live set pcpu/1 cpu.governor=performance --yes
out "cpupower -c 1 frequency-set -g performance"
holds "is in its file" grep -qx performance "$cpus/cpu1/cpufreq/scaling_governor"
holds "and in no other" grep -qx schedutil "$cpus/cpu0/cpufreq/scaling_governor"
t "it is taken back" 0 --host live undo --yes
holds "as it was" grep -qx schedutil "$cpus/cpu1/cpufreq/scaling_governor"
t "one that there is not" 2 --host live set pcpu/1 cpu.governor=fastest --yes
out "wanted one of performance powersave schedutil"
t "a highest frequency" 0 --host live set pcpu/0 cpu.freq_max=2GHz --yes
holds "is in its file" grep -qx 2000000 "$cpus/cpu0/cpufreq/scaling_max_freq"
t "one that is too high" 2 --host live set pcpu/0 cpu.freq_max=4GHz --yes
t "a limit of the package" 0 --host live set sensor/rapl/package-0 power.limit=15W --yes
holds "is in its file, in microwatts" grep -qx 15000000 "$rapl/constraint_0_power_limit_uw"
t "no deep states" 0 --host live set power power.max_cstate=1 --yes
holds "C6 is forbidden" grep -qx 1 "$cpus/cpu1/cpuidle/state2/disable"
holds "C1 is not" grep -qx 0 "$cpus/cpu1/cpuidle/state1/disable"
t "idle injection" 0 --host live set power power.clamp=30 --yes
holds "is what the cooling device is told" grep -qx 30 "$clamp/cur_state"
t "more than it can" 2 --host live set power power.clamp=60 --yes
t "what Linux hasn't got" 2 --host live set power power.clamp_window=6ms --yes
err "has no such setting that can be read back"

t "turbo of all CPUs" 0 --host live get power -1 -o json -c all
json 'd["rows"][0]["turbo"] is True'
t "it is switched off" 0 --host live set power power.turbo=no --yes
holds "in the file that forbids it" grep -qx 1 "$cpus/intel_pstate/no_turbo"
t "and taken back" 0 --host live undo --yes
holds "which allows it again" grep -qx 0 "$cpus/intel_pstate/no_turbo"
put "$cpus/cpufreq/boost" 1
t "another driver's" 0 --host live set power power.turbo=no --yes
holds "is a switch of its own" grep -qx 0 "$cpus/cpufreq/boost"
holds "and the only one that is written" grep -qx 0 "$cpus/intel_pstate/no_turbo"
t "of one alone" 2 --host live set pcpu/1 cpu.turbo=no --yes
err "Linux switches turbo for all CPUs at once: power.turbo"
t "all states again" 0 --host live set power power.max_cstate=unlimited --yes
conformance=$(dirname "$modules")/tests/conformance/conformance
if [ -x "$conformance" ]; then
    holds "it holds to what every backend has to hold to" \
        "$conformance" --module "$modules/linuxpower.so" --edit-host --refuses "power.clamp"
fi

# Where nothing measures, a model stands in, and says so.
rm -r "$rapl" "$root/sys/class/hwmon"
put "$root/proc/stat" "cpu0 200 0 50 750 0 0 0 0 0 0
cpu1 100 0 50 850 0 0 0 0 0 0"
files=$root/run/xendeck/sensors
put "$files/psu" "watts 212.5
label PSU A"
put "$files/room" "celsius 71
celsius_max 80"
t "sensors in files" 0 --host live get power -1 -o json
json '[d["rows"][0][k] for k in ("watts", "watts_source", "estimated", "celsius")] == [212.5, "file/psu", False, 71]'
touch -d '-40 seconds' "$files/psu"
t "a dead one" 0 --host live get sensors -f sensor:file/psu -1 -o json -c all
json 'd["rows"][0]["watts"] is None and "nobody has written" in d["rows"][0]["trouble"]'
t "is no power of the host's" 0 --host live get power -1 -o json
json 'd["rows"][0]["watts"] is None and "nobody has written" in d["trouble"]'
put "$files/psu" "watts many"
t "a mistake" 0 --host live get sensors -f sensor:file/psu -1 -o json -c all
json 'd["rows"][0]["trouble"].endswith("psu:1:7: watts: wanted a number from 0 to 1000000, found \"many\"")'
chmod 666 "$files/room"
t "one that anybody could write" 0 --host live get sensors -f sensor:file/room -1 -o json -c all
json 'd["rows"][0]["celsius"] is None and "anybody" in d["rows"][0]["trouble"]'
put "$files/room" "celsius 71"
chmod 644 "$files/room"
chmod 777 "$files"
t "a folder that anybody could write" 0 --host live get sensors -1 -o json -c all
json '[r["trouble"].endswith("sensors could be written by anybody") for r in d["rows"] if r["sensor"].startswith("file/")] == [True]'
chmod 755 "$files"
rm "$files"/*
mkfifo "$files/pipe"
t "a pipe holds nobody up" 0 --host live get sensors -1 -o json -c all
json 'any("is no file" in (r["trouble"] or "") for r in d["rows"])'
rm "$files/pipe"
t "the model" 0 --host live get power -o json --watch 300ms --count 2
holds "it says that it is one: a socket's 25 W, as no CPU was busy" python3 -c '
import json, sys
r = json.loads(open(sys.argv[1]).read().strip().splitlines()[-1])["rows"][0]
sys.exit(0 if r["watts"] == 25 and r["estimated"] and r["watts_source"] == "model/host" else str(r))' "$tmp/out"
finish
