#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tools/power-report: says what is missing on a machine without any of it, adds up what there is on a made-up host, and
# leaves the clamp as it was. The host's programs are stand-ins whose time goes on only when the script sleeps.
. "$(dirname "$0")/lib.sh"
xendeck=$(cd "$(dirname "$0")/../.." && pwd)/tools/power-report # what t runs
bare=$PATH
mkdir -p "$tmp/bin" "$tmp/none/sys" "$tmp/none/proc" "$tmp/proc" "$tmp/sys/class/powercap/xen:0" "$tmp/sys/class/hwmon/hwmon0" "$tmp/sys/class/thermal/thermal_zone0"

stand_in() { # NAME: a program in $tmp/bin from standard input
    { echo "#!/bin/sh" && echo "dir='$tmp'" && cat; } >"$tmp/bin/$1" && chmod +x "$tmp/bin/$1"
}

stand_in xl <<'END'
[ "$*" = "info xen_version" ] && echo 4.17.5+xendeck
END
stand_in sleep <<'END'
now=$(cat "$dir/now") percent=$(cat "$dir/percent") injected=$(cat "$dir/injected")
echo $((now + $1)) >"$dir/now"
echo "$((now + $1)).00 0.00" >"$dir/proc/uptime"
echo $((injected + $1 * percent * 10000000)) >"$dir/injected"
echo $((1000000 * ((now + $1) * 100 % 1500))) >"$dir/sys/class/powercap/xen:0/energy_uj" # 100 W; begins again at 1500 J
[ ! -e "$dir/meddle" ] || echo 33 >"$dir/percent"
END
stand_in xenhypfs <<'END'
case "$1 $2" in
"cat /params/powerclamp") cat "$dir/percent" ;;
"write /params/powerclamp") echo "$3" >>"$dir/writes" && echo "$3" >"$dir/percent" ;;
"cat /powerclamp/stat")
    now=$(cat "$dir/now")000000000 injected=$(cat "$dir/injected")
    echo "clamp: percent=$(cat "$dir/percent") window-us=6000 natural-idle=1 percent-max=75 time=$now"
    echo "cpu0: clamped=0 injected=7 natural=0 ran=0 windows=0 skipped=0 late-open=0 late-close=0 late-max=0"
    echo "cpu1: clamped=1 injected=$injected natural=0 ran=0 windows=0 skipped=0 late-open=0 late-close=0 late-max=0"
    echo "package0: any=$injected all=$((injected / 2))" ;;
*) exit 3 ;;
esac
END
stand_in xenpm <<'END'
ms=$(($(cat "$dir/injected") / 1000000))
case $1 in
get-cpuidle-states)
    for cpu in 0 1; do
        printf 'cpu id               : %d\ntotal C-states       : 2\nidle time(ms)        : %d\n' $cpu $ms
        printf 'C0                   : transition [                   9]\n                       residency  [                   1 ms]\n'
        printf 'C1                   : transition [                   9]\n                       residency  [                %d ms]\n' $ms
        printf 'pc6                  : [                %d ms]\n' $((ms / 5))
    done ;;
get-cpufreq-average) printf 'cpu id               : 0\naverage cpu frequency: 2400000\n' ;;
esac
END
stand_in ipmitool <<'END'
printf '\n    Instantaneous power reading:                   212 Watts\n    Minimum during sampling period:                 10 Watts\n'
END
reset() {
    rm -f "$tmp/writes" "$tmp/meddle"
    echo 0 >"$tmp/percent"
    echo 0 >"$tmp/now"
    echo "0.00 0.00" >"$tmp/proc/uptime"
    echo 0 >"$tmp/injected"
    echo 0 >"$tmp/sys/class/powercap/xen:0/energy_uj"
}
echo 1500000000 >"$tmp/sys/class/powercap/xen:0/max_energy_range_uj"
echo pmbus >"$tmp/sys/class/hwmon/hwmon0/name"
echo 90500000 >"$tmp/sys/class/hwmon/hwmon0/power1_input"
echo x86_pkg >"$tmp/sys/class/thermal/thermal_zone0/type"
echo 71500 >"$tmp/sys/class/thermal/thermal_zone0/temp"
echo "7.00 0.00" >"$tmp/none/proc/uptime"
reset

t "a machine with nothing" 0 --seconds 1 --root "$tmp/none"
for what in Xen "power clamp" "counters of energy" "hwmon power" "hwmon temperature" "thermal zones" BMC "idle states" frequencies; do
    out "$(printf '  %-22s no ' "$what")"
done
out "there is no xenhypfs here: not a Xen host's dom0"
out "as it is         -        -        -      -  -"
t "it can't be clamped" 2 --clamp 50 --root "$tmp/none"
err "nothing to clamp with"
t "an unknown option" 1 --clump 50
err "unknown argument --clump"
t "no number of seconds" 1 --seconds 0
err "--seconds needs a number from 1"

PATH=$tmp/bin:$bare
t "a host with all of it" 0 --seconds 2 --root "$tmp"
out "counters of energy     yes      xen:0"
out "power clamp            yes      cpu0, cpu1"
out "xen:0 100.0 W"
out "pmbus/power1 90.5 W"
out "ipmi 212 W"
out "2400 MHz"
out "71.5"
holds "nothing was written" test ! -e "$tmp/writes"

reset
echo 5 >"$tmp/percent"
t "the clamp at two targets" 0 --seconds 4 --clamp '25 50' --root "$tmp"
out "as it is      5.0%     0.0%    50.0%   71.5"
out "25%          25.0%     0.0%    50.0%   71.5"
out "50%          50.0%     0.0%    50.0%   71.5  xen:0 100.0 W" # its counter has begun again meanwhile
out "C1 50.0%  pc6 10.0%"
out "The clamp is 5 again, as it was."
holds "these were written" test "$(tr '\n' ' ' <"$tmp/writes")" = "25 50 5 "

reset
for bad in 76 0 x '25 80'; do
    t "a target of '$bad'" 2 --clamp "$bad" --root "$tmp"
    err "is no percentage from 1 to 75"
done
holds "nothing was written" test ! -e "$tmp/writes"
: >"$tmp/meddle"
t "somebody else changes it meanwhile" 0 --seconds 1 --clamp 25 --root "$tmp"
err "somebody else's, left alone"
holds "theirs stays" test "$(cat "$tmp/percent")" = 33
finish
