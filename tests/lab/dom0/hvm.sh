#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An HVM guest: is the medium of its CD drive changed, and what its QEMU keeps to itself never shown as
# zero? A boot sector that halts is guest enough. To be run in the lab's dom0:
#   tests/lab/lab run --hvm 'bash /tests/hvm.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

act() { edit 0 "$1" do "${@:2}" --yes; }
refused() {
    edit 2 "$1" do "${@:3}" --yes
    says "... and told why" "$2"
}

# medium: what the toolstack says is in the drive; drive: what QEMU has there, whose name for it is a
# descriptor that it was given; opens FILE: is that one of its open files?
medium() { xenstore-read "/local/domain/0/backend/qdisk/$(domid h1)/5632/params"; }
drive() { xl qemu-monitor-command h1 'info block' | tr -d '\r' | grep -E '^ide-5632'; }
opens() { readlink "/proc/$(xenstore-read "/local/domain/$(domid h1)/image/device-model-pid")/fd"/* | grep -qxF "$1"; }
closed() { ! opens "$1"; }
# disk VDEV COLUMN: of our table; domain COLUMN
disk() { xendeck get disks --once -o json | jq -r ".rows[] | select(.vdev == \"$1\").$2"; }
domain() { xendeck get domains --once -o json -c name,"$1" | jq -r ".rows[] | select(.name == \"h1\").$1"; }

prepare() {
    printf '\xf4\xeb\xfd' >/root/d1.img # hlt, and again
    truncate -s 510 /root/d1.img
    printf '\x55\xaa' >>/root/d1.img
    truncate -s 4M /root/d1.img /root/cd1.iso /root/cd2.iso
    modprobe -a xen-blkback loop
    cat >/root/h1.cfg <<'END'
name = "h1"
type = "hvm"
memory = 64
vcpus = 1
vga = "none"
vnc = 0
boot = "c"
disk = ["/root/d1.img,raw,hda,rw,backendtype=qdisk", "/root/cd1.iso,raw,hdc,ro,cdrom"]
END
    check "an HVM guest is created" xl create -q /root/h1.cfg
    check "its device model serves the disk" eventually 20 \
        xenstore-exists "/local/domain/0/backend/qdisk/$(domid h1)/768/state"
}

counters() {
    local column
    is "its disk is a qdisk" "$(disk hda driver)" qdisk
    for column in oo rd_reqs wr_reqs rd_bytes wr_bytes; do
        is "which keeps $column to itself: unknown, not zero" "$(disk hda $column)" null
    done
    like "with the reason" "$(xendeck get disks --once -o json | jq -r .trouble)" \
        'counters of 2 served by QEMU \(qdisk\) are unknown'
    is "so the domain's sum is unknown" "$(domain disk_rd_reqs) $(domain disk_wr_sect)" "null null"
    is "while the number of disks is known" "$(domain disks)" 2
}

media() {
    is "the drive is one" "$(disk hdc cdrom) $(disk hdc target)" "true /root/cd1.iso"
    is "with the medium of its config" "$(medium)" aio:/root/cd1.iso
    like "which QEMU has in it" "$(drive)" 'cd1.iso'
    act "the medium is taken out" disk/h1/hdc cdrom medium=
    is "the toolstack has none" "$(medium)" ""
    like "nor has QEMU" "$(drive)" 'not inserted'
    is "nor do we" "$(disk hdc target)" ""
    undone "that is taken back"
    is "it is in there again" "$(medium)" aio:/root/cd1.iso
    like "for QEMU too" "$(drive)" ': /.*read-only'
    act "it is changed for another" disk/h1/hdc cdrom medium=/root/cd2.iso
    is "the toolstack has that" "$(medium)" aio:/root/cd2.iso
    check "QEMU has it open" opens /root/cd2.iso
    is "and so have we" "$(disk hdc target)" /root/cd2.iso
    undone "that is taken back"
    is "the first one is in there" "$(disk hdc target)" /root/cd1.iso
    check "QEMU has closed the other" closed /root/cd2.iso
    refused "a file that isn't there" 'nosuch.iso: No such file' disk/h1/hdc cdrom medium=/root/nosuch.iso
    refused "a disk that is no drive" 'no CD drive' disk/h1/hda cdrom medium=/root/cd2.iso
    is "nothing came of that" "$(disk hdc target) $(disk hda target)" "/root/cd1.iso /root/d1.img"
}

power() {
    act "its power button is pressed" domain/h1 trigger trigger=power
    act "it is destroyed" domain/h1 destroy
    check "and gone" gone h1
    check "and its device model" eventually 10 eval '! pgrep -f xen-qemu-system'
}

prepare
counters
media
power
tap_end
