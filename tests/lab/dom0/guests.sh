#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does the tiny guest (xen/guests) do what it claims? To be run in the lab's dom0:
#   tests/lab/lab run 'bash /tests/guests.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

creation() {
    check "an idle guest is created" guest idle a 'extra="mode=idle hb=1 data=x%1b[31m%07 wrong=1"'
    check "it says on its console that it is up" eventually 10 said a 'up, mode idle'
    check "it complains about an option it does not know" said a 'option wrong is unknown'
    check "a spinning guest of two virtual CPUs and 4 MiB is created" guest spin s vcpus=2 memory=4
    is "its second virtual CPU runs" "$(xl vcpu-list s | awk '$3 == 1 && $5 ~ /p/' | wc -l)" 0
}

xenstore() {
    local dir
    dir=/local/domain/$(domid a)
    check "its offers reach xenstore" eventually 5 xenstore-exists "$dir/control/feature-suspend"
    is "it offers suspend" "$(xenstore-read "$dir/control/feature-suspend")" 1
    is "it offers reboot" "$(xenstore-read "$dir/control/feature-reboot")" 1
    is "it offers poweroff" "$(xenstore-read "$dir/control/feature-poweroff")" 1
    is "data= puts raw bytes into xenstore" "$(xenstore-read -R "$dir/data/xendeck")" $'x\e[31m\a'
}

heartbeat() {
    local before after
    before=$(console a | grep -c beat)
    sleep 5
    after=$(console a | grep -c beat)
    between "it beats once a second: beats in 5 s" $((after - before)) 3 7
    timeout 4 xl console a </dev/null >/root/seen 2>&1
    check "xl console shows it" grep -q 'xendeck-guest: beat' /root/seen
}

cpu() {
    local quiet total
    guest idle q
    sleep 1
    quiet=$(cpu_time q)
    between "two spinning virtual CPUs take two CPUs: percent" "$(cpu_share s 5)" 140 205
    xl destroy s
    guest spin s
    xl sched-credit2 -d s -c 40
    sleep 1
    between "with a cap of 40 the spinning guest takes as much: percent" "$(cpu_share s 10)" 32 48
    guest idle d 'extra="mode=duty duty=25 period=200"'
    sleep 1
    between "a duty of 25 takes as much: percent" "$(cpu_share d 10)" 15 35
    xl destroy d
    total=$(cpu_time q)
    is "a waiting guest took no CPU time in all this" "$total" "$quiet"
}

rebooting() {
    local before
    before=$(domid a)
    check "xl reboot is accepted" xl reboot a
    check "the guest obeys it" eventually 20 said a 'reboot requested'
    check "it comes up again" eventually 30 said a 'up, mode idle' 2
    check "under a new domid" [ "$(domid a)" -gt "$before" ]
}

last_beat() { console "$1" | grep -oE 'beat [0-9]+' | tail -n 1 | tr -dc 0-9; }
has_beaten() { [ "$(last_beat "$1")" -ge "$2" ]; }

saving() {
    local before beats
    before=$(domid a)
    check "a checkpoint is saved" xl save -c a /root/a.save
    check "the guest notices that it goes on" eventually 20 said a 'suspend cancelled'
    is "its domid stays" "$(domid a)" "$before"
    sleep 2
    beats=$(last_beat a)
    check "the guest is saved" xl save a /root/a.save
    check "and is gone" gone a
    check "it is restored" xl restore /root/a.save
    check "under a new domid" [ "$(domid a)" -gt "$before" ]
    check "with its memory: it counts on" eventually 20 has_beaten a $((beats + 3))
    is "and did not start anew" "$(console a | grep -c 'up, mode')" 2
}

ending() {
    check "xl shutdown is accepted" xl shutdown a
    check "the guest obeys it" eventually 20 said a 'poweroff requested'
    check "and is gone" eventually 20 gone a
    check "a spinning guest obeys as well" xl shutdown -w s
    check "a guest can be destroyed" xl destroy q
    is "no guest is left" "$(xl list | tail -n +3)" ""
}

creation
xenstore
heartbeat
cpu
rebooting
saving
ending
tap_end
