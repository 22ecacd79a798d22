#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Are disks, nics, devices and PCI functions shown as they are? A Linux guest reads its disk and
# pings through two interfaces, one of them renamed; counters are compared with libxenstat's and
# xentop's. To be run in the lab's dom0, with a PCI topology that has nodes (tests/lab/CMakeLists.txt).

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

MODULE=/usr/lib/xendeck/modules/devices.so

rows() { xendeck get "$1" --once -o json | jq -r ".rows[] | $2"; }
cell() { rows "$1" "select($2) | .$3"; } # TABLE CONDITION COLUMN

# same NAME OURS THEIRS: two commands whose outputs, sorted, must be alike; counters go on, so they
# may try a few times.
same() {
    local name=$1 ours=$2 theirs=$3 attempt
    for attempt in 1 2 3 4 5 6; do
        $theirs | sort >/root/theirs
        diff <($ours | sort) /root/theirs >/root/difference && break
        sleep "0.$attempt"
    done
    [ ! -s /root/difference ] && [ -s /root/theirs ]
    result $? "$name" || note "$(cat /root/difference)"
}

# tell NAME COMMAND: types a line on the guest's console
tell() { printf '%s\n' "$2" >"$(xenstore-read "/local/domain/$(domid "$1")/console/tty")"; }

# Debian's hotplug scripts take 6 to 40 s each under emulation; these do what is needed here.
scripts() {
    cat >/root/vif <<'END'
#!/bin/sh
[ "$1" = online ] || exit 0
name=$(xenstore-read "$XENBUS_PATH/vifname" 2>/dev/null) || name=$vif
[ "$name" = "$vif" ] || ip link set "$vif" name "$name"
ip link set "$name" master xenbr0 up
xenstore-write "$XENBUS_PATH/hotplug-status" connected
END
    cat >/root/block <<'END'
#!/bin/sh
[ "$1" = add ] || exit 0
xenstore-write "$XENBUS_PATH/physical-device" 7:0 "$XENBUS_PATH/hotplug-status" connected
END
    chmod 755 /root/vif /root/block
}

prepare() {
    scripts
    modprobe -a xen-blkback xen-netback bridge loop &&
        ip link add xenbr0 type bridge && ip link set xenbr0 up && ip addr add 10.0.0.1/24 dev xenbr0 &&
        dd if=/dev/zero of=/root/disk.img bs=1M count=8 2>/dev/null && losetup /dev/loop0 /root/disk.img
}

check "dom0 can serve disks and nics" prepare
check "a host without devices: every domain has none" \
    test "$(rows domains '"\(.nics) \(.disks) \(.net_rx_bytes) \(.disk_rd_reqs)"')" = "0 0 0 0"
check "a guest with a disk and two nics, one renamed" guest linux-pv web1 \
    'disk=["script=/root/block,vdev=xvda,access=rw,target=/dev/loop0"]' \
    'vif=["script=/root/vif,bridge=xenbr0,mac=00:16:3e:00:00:01",
        "script=/root/vif,bridge=xenbr0,mac=00:16:3E:00:00:02,vifname=web1-two"]'
guest idle idle1
check "it comes up" eventually 60 said web1 LINUX-GUEST-UP
ID=$(domid web1)
UUID=$(xl list -v web1 | awk 'END { print $7 }')

# --- states ---
connected() { [ "$(rows devices '"\(.device) \(.frontend) \(.backend_state)"' | sort)" = \
    $'vbd/51712 connected connected\nvif/0 connected connected\nvif/1 connected connected' ]; }
check "both ends of all three devices are connected" eventually 20 connected
is "they are its" "$(rows devices '"\(.domain) \(.domain_uuid) \(.hotplug)"' | sort -u)" \
    "web1 $UUID connected"
is "the disk" "$(rows disks '"\(.domain) \(.vdev) \(.driver) \(.target) \(.format) \(.readonly) \(.cdrom) \(.state)"')" \
    "web1 xvda vbd /dev/loop0 raw false false connected"
is "the nics" "$(rows nics '"\(.devid) \(.name) \(.mac) \(.bridge) \(.backend) \(.state)"')" \
    "0 vif$ID.0 00:16:3e:00:00:01 xenbr0 Domain-0 connected
1 web1-two 00:16:3e:00:00:02 xenbr0 Domain-0 connected"

# --- counters ---
tell web1 'dd if=/dev/xvda of=/dev/null bs=64k count=32; dd if=/dev/zero of=/dev/xvda bs=4k count=100; sync'
tell web1 'ifconfig eth0 10.0.0.2; ping -c 5 -s 1200 10.0.0.1; ifconfig eth1 up; echo PINGED'
check "it reads, writes and pings" eventually 60 said web1 '^PINGED'
ours_nics() {
    rows nics "\"vif $ID \(.devid) \(.tx_bytes) \(.tx_pkts) \(.tx_errs) \(.tx_drops) \(.rx_bytes) \(.rx_pkts) \(.rx_errs) \(.rx_drops)\""
}
theirs_nics() { xenstat | grep ^vif; }
ours_disks() {
    rows disks "\"vbd $ID 51712 \(.oo) \(.rd_reqs) \(.wr_reqs) \(.rd_bytes / 512) \(.wr_bytes / 512)\""
}
theirs_disks() { xenstat | grep ^vbd; }
same "nics as libxenstat sees them, from the guest's side" ours_nics theirs_nics
same "the disk as libxenstat sees it" ours_disks theirs_disks
between "it read 2 MiB: bytes" "$(cell disks true rd_bytes)" 2097152 12582912
between "it wrote 400 KiB: bytes" "$(cell disks true wr_bytes)" 409600 2097152
between "it pinged with 1200 bytes: bytes sent" "$(cell nics '.devid == 0' tx_bytes)" 6000 60000

# xentop's NETTX is what dom0's end sent: what the guest received. k: 1024 bytes
ours_xentop() {
    rows domains '"\(.name) \(.nics) \(.net_rx_bytes / 1024 | floor) \(.net_tx_bytes / 1024 | floor) \(.disks) \(.disk_oo) \(.disk_rd_reqs) \(.disk_wr_reqs) \(.disk_rd_sect) \(.disk_wr_sect)"'
}
theirs_xentop() {
    xentop -b -i 1 | sed 's/no limit/no-limit/' | awk '$1 != "NAME" && NF > 10 {
        print $1, $(NF - 9), $(NF - 8), $(NF - 7), $(NF - 6), $(NF - 5), $(NF - 4), $(NF - 3), $(NF - 2), $(NF - 1) }'
}
same "sums of domains as xentop prints them" ours_xentop theirs_xentop

# filled OPTION...: whether the preset's columns of nics and disks are known, of every domain and sample
filled() {
    xendeck get domains -p xentop "$@" -o json | jq -c '.rows[] | [.nics, .net_rx_bytes, .net_tx_bytes, .disks,
        .disk_oo, .disk_rd_reqs, .disk_wr_reqs, .disk_rd_sect, .disk_wr_sect] | all(. != null)' | uniq -c | xargs
}
is "the preset xentop has them of all three domains, in a single sample" "$(filled --once)" "3 true"
is "and in each of those that are watched" "$(filled --watch 1s --count 2)" "6 true"

rename() { ip link set web1-two down && ip link set web1-two name dmz && ip link set dmz up; }
check "a nic is renamed while it runs" rename
is "and found by its new name" "$(cell nics '.devid == 1' name)" dmz
same "counters go on as libxenstat's" ours_nics theirs_nics
check "without a bridge libxenstat sees no nics; we do" test "$(
    ip link set xenbr0 down && ip link del xenbr0
    xenstat | grep -c ^vif
    rows nics 'select(.rx_bytes != null) | .name' | wc -l
)" = $'0\n2'
like "doctor compares with libxenstat" "$(xendeck doctor)" 'libxenstat has the same'

# --- errors, hostile words ---
BACK=/local/domain/0/backend/vbd/$ID/51760
xenstore-write "$BACK/frontend" "/local/domain/$ID/device/vbd/51760" "$BACK/frontend-id" "$ID" \
    "$BACK/hotplug-status" error "$BACK/hotplug-error" $'no such disk\033[2J' "$BACK/state" 2
is "a hotplug script's error is shown, and made safe" \
    "$(rows devices 'select(.device == "vbd/51760") | "\(.frontend) \(.backend_state) \(.hotplug) \(.error)"')" \
    "null init-wait error no such disk$(printf '\xef\xbf\xbd')[2J"
xenstore-write "$BACK/state" 9 "$BACK/hotplug-error" ""
is "a state that is none is unknown" "$(cell devices '.device == "vbd/51760"' backend_state)" null
xenstore-write "/local/domain/0/error/backend/vbd/$ID/51760/error" "28 creating vbd structure"
is "the kernel's error is shown" "$(cell devices '.device == "vbd/51760"' error)" "28 creating vbd structure"
xenstore-rm "$BACK" && xenstore-rm "/local/domain/0/error"
is "what is taken away is gone" "$(rows devices '.device' | grep -c 51760)" 0
# Each sample of one run reads only what its watches told.
xendeck get devices --watch 1s --count 4 -o csv >/root/watched 2>&1 &
sleep 1.5
xenstore-write "$BACK/frontend" "/local/domain/$ID/device/vbd/51760" "$BACK/hotplug-status" seen "$BACK/state" 2
sleep 1
xenstore-rm "$BACK"
wait
like "a running xendeck sees what comes" "$(cat /root/watched)" 'vbd/51760.*seen'
is "and what goes" "$(tail -n 3 /root/watched | grep -c 51760)" 0

# --- PCI ---
ours_pci() { rows pci '"\(.bdf) \(.id)"'; }
theirs_pci() { lspci -D -n | awk '{ print $1, $3 }'; }
same "PCI functions as lspci lists them" ours_pci theirs_pci
ours_pci_names() { rows pci '"\(.bdf) \(.class): \(.name)"'; }
theirs_pci_names() { lspci -D | sed 's/ (rev [0-9a-f]*)$//; s/ (prog-if .*)$//'; }
same "and names them" ours_pci_names theirs_pci_names
ours_nodes() { rows pci 'select(.node != null) | "\(.bdf) \(.node)"'; }
theirs_nodes() { xl info -n | awk '/^device topology/ { on = 1; next } on && $1 ~ /^[0-9a-f]+:[0-9a-f]+:/ { print $1, $NF }'; }
same "with the nodes that Xen knows" ours_nodes theirs_nodes

# --- the suite ---
conformance --module "$MODULE" >/root/conformance 2>&1
result $? "conformance" || note "$(grep -v '^ok' /root/conformance)"
xl destroy web1
eventually 10 gone web1
is "nothing is left of a domain that is gone" "$(rows devices .device | wc -l)" 0

# --- PCI: whose a function is ---
# Giving it to a guest is passthrough.sh's: under emulation dom0 may stall in that, and never come back.
NIC=$(lspci -D -d 8086:10d3 | awk '/^0000:00:/ { print $1; exit }')
is "a function of the host" "$(cell pci ".bdf == \"$NIC\"" use)" host
modprobe xen-pciback
check "it is made assignable" xl pci-assignable-add "$NIC"
is "assignable" "$(rows pci "select(.bdf == \"$NIC\") | \"\(.use) \(.driver)\"")" "assignable pciback"
end_guests
tap_end
