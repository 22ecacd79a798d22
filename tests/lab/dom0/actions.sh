#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Do actions on a real host do what they say, refuse what they must, and leave nothing behind? To be
# run in the lab's dom0; the part `pci` on a host with an IOMMU and a network card to spare, under another
# scheduler (README.md says why):
#   tests/lab/lab run --xen-args sched=credit \
#       --qemu '-device amd-iommu,intremap=on -device e1000e,romfile=' 'bash /tests/actions.sh pci'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

CYCLES=${CYCLES:-$(brief 10 50)}

# Here these are of `do`, not of `set`: act NAME WORDS..., refused NAME REGEX WORDS...
act() { edit 0 "$1" do "${@:2}" --yes; }
refused() {
    edit 2 "$1" do "${@:3}" --yes
    says "... and told why" "$2"
}

state() { xl list "$1" | awk 'END { print $5 }'; }
front() { xenstore-read "/local/domain/$(domid "$1")/device/$2/state" 2>/dev/null; }
connected() { [ "$(front "$1" "$2")" = 4 ]; }
devices() { xl "$1-list" "$2" | tail -n +2 | wc -l; } # below the heading: block or network, of whom
# remains: all that devices of guests leave somewhere
remains() {
    {
        for id in $(xl list | awk 'NR > 2 { print $2 }'); do
            xenstore-ls -f "/local/domain/$id/device" | grep -E '/(vbd|vif)/'
            xenstore-ls -f "/libxl/$id/device" | grep -E '/(vbd|vif)/'
        done
        xenstore-ls -f /local/domain/0/backend | grep -E '/(vbd|vif)/[0-9]+/[0-9]+'
        ls /sys/class/net
        losetup -a
    } 2>/dev/null
}

# quick_block, quick_vif: from here on hot-plug scripts of a few processes each. A host's own ones
# have dozens and take 6 to 15 seconds under emulation, which is tried once of each kind.
quick_block() {
    cat >/etc/xen/scripts/block <<'END'
#!/bin/bash
if [ "$1" = add ]; then
    loop=$(losetup -f) && losetup "$loop" "$(xenstore-read "$XENBUS_PATH/params")" || exit 1
    xenstore-write "$XENBUS_PATH/node" "$loop" "$XENBUS_PATH/hotplug-status" connected \
        "$XENBUS_PATH/physical-device" "7:$(printf %x "${loop#/dev/loop}")"
else
    losetup -d "$(xenstore-read "$XENBUS_PATH/node")"
fi
END
}

quick_vif() {
    cat >/etc/xen/scripts/vif-bridge <<'END'
#!/bin/bash
case $1 in
online)
    ip link set "$vif" up master "$(xenstore-read "$XENBUS_PATH/bridge")" &&
        xenstore-write "$XENBUS_PATH/hotplug-status" connected
    ;;
offline) ip link set "$vif" down nomaster || true ;;
esac
END
}

prepare() {
    modprobe -a xen-blkback xen-netback loop bridge xen-pciback
    ip link add br0 type bridge && ip link set br0 up
    truncate -s 16M /root/d1.img /root/d2.img
    check "a tiny guest is created" guest idle i1
}

linux() {
    check "a Linux guest is created" guest linux-pvh l1
    check "it comes up" eventually 120 said l1 LINUX-GUEST-UP
}

sending() {
    act "a SysRq key is sent" domain/l1 sysrq key=h
    check "the guest took it" eventually 10 said l1 'sysrq: HELP'
    refused "a SysRq key is one letter" 'one letter or digit' domain/l1 sysrq key=help
    refused "Domain-0 gets none" 'Domain-0: sysrq is refused' domain/Domain-0 sysrq key=h
    act "an NMI is sent" domain/l1 trigger trigger=nmi
    refused "a PVH guest has no power button" 'no power button' domain/l1 trigger trigger=power
    refused "nor can it be reset so" 'no trigger reset' domain/l1 trigger trigger=reset
    xl pause l1
    refused "a paused guest takes no SysRq key" 'unpause it first' domain/l1 sysrq key=h
    xl unpause l1
    refused "it has no vCPU 9" 'no vCPU 9' domain/l1 trigger trigger=nmi vcpu=9
}

# A PV guest's: of any other libxc tries every page up to the highest one, which is below 4 GiB, for
# minutes under emulation.
dumping() {
    check "a PV guest is created" guest linux-pv pv2
    # Before its kernel has built its list of pages libxc finds none.
    check "it comes up" eventually 150 said pv2 LINUX-GUEST-UP
    act "a core is dumped" domain/pv2 dump-core file=/root/pv2.core
    check "the file has the guest's memory" [ "$(stat -c %s /root/pv2.core)" -gt 128000000 ]
    is "it is an ELF file" "$(head -c 4 /root/pv2.core | tail -c 3)" ELF
    is "and only root may read it" "$(stat -c %a /root/pv2.core)" 600
    like "the guest goes on" "$(state pv2)" '^[r-][b-]-'
    refused "it is not written over" 'exists already' domain/pv2 dump-core file=/root/pv2.core
    refused "nor where there is no directory" 'No such file' domain/pv2 dump-core file=/no/such/core
    rm -f /root/pv2.core
    refused "Domain-0 can't be dumped" 'Domain-0' domain/Domain-0 dump-core file=/root/core
    xl destroy pv2
}

disks() {
    local before
    before=$(remains)
    act "a disk is attached" domain/l1 disk-attach vdev=xvdb target=/root/d1.img
    check "xl sees it" grep -q 51728 <(xl block-list l1)
    check "the guest takes it" eventually 20 connected l1 vbd/51728
    check "it is a row of ours" grep -q xvdb <(xendeck get disks --once)
    refused "the same name again is refused" 'there already' \
        domain/l1 disk-attach vdev=xvdb target=/root/d2.img
    refused "a file that another domain writes to" 'hotplug script says.*mounted in a guest' \
        domain/i1 disk-attach vdev=xvdb target=/root/d1.img
    is "leaves nothing of the attempt" "$(devices block i1)" 0
    refused "a file that isn't there" 'nosuch.img: No such file' \
        domain/l1 disk-attach vdev=xvdc target=/root/nosuch.img
    refused "a name that is none" 'no name of a virtual disk' \
        domain/l1 disk-attach vdev=disk2 target=/root/d2.img
    refused "a format that is none" 'no format' \
        domain/l1 disk-attach vdev=xvdc target=/root/d2.img format=mp3
    refused "an empty disk that is no CD drive" 'only a CD drive' \
        domain/l1 disk-attach vdev=xvdc target=
    refused "Domain-0 gets none" 'Domain-0: disk-attach is refused' \
        domain/Domain-0 disk-attach vdev=xvdb target=/root/d2.img
    refused "the medium of a disk of a PVH guest" 'HVM' disk/l1/xvdb cdrom medium=/root/d2.img
    edit 0 "the attach is taken back" undo --yes
    is "and xl sees none" "$(devices block l1)" 0
    is "and no loop device is left" "$(losetup -a)" ""
    quick_block
    act "a disk to read only" domain/l1 disk-attach vdev=xvdb target=/root/d2.img readonly=yes
    is "is that" "$(xenstore-read "/local/domain/0/backend/vbd/$(domid l1)/51728/mode")" r
    check "the guest takes it" eventually 20 connected l1 vbd/51728
    act "it is detached" disk/l1/xvdb disk-detach
    is "xl sees none" "$(devices block l1)" 0
    edit 0 "that is taken back" undo --yes
    is "it is as it was" "$(xenstore-read "/local/domain/0/backend/vbd/$(domid l1)/51728/mode")" r
    check "the guest takes it" eventually 20 connected l1 vbd/51728
    xl pause l1
    refused "a paused guest can't let go of it" 'unpause it' disk/l1/xvdb disk-detach
    xl unpause l1
    act "it is detached" disk/l1/xvdb disk-detach
    act "a guest without a driver gets a disk" domain/i1 disk-attach vdev=xvdb target=/root/d2.img
    act "and loses it at once" disk/i1/xvdb disk-detach
    is "nothing is left of all that" "$(remains)" "$before"
}

nics() {
    local before mac=00:16:3e:01:02:03
    before=$(remains)
    act "a NIC is attached" domain/l1 nic-attach bridge=br0 mac=$mac
    is "xl sees it" "$(xl network-list l1 | awk 'NR == 2 { print $3 }')" $mac
    check "the guest takes it" eventually 20 connected l1 vif/0
    check "its end is on the bridge" [ -e "/sys/class/net/br0/brif/vif$(domid l1).0" ]
    refused "the same number again is refused" 'there already' domain/l1 nic-attach devid=0 bridge=br0
    refused "a bridge that isn't there" 'no bridge nosuch' domain/l1 nic-attach devid=1 bridge=nosuch
    refused "the default bridge that isn't there" 'no bridge xenbr0' domain/l1 nic-attach devid=1
    refused "an interface that is no bridge" 'was not attached' domain/l1 nic-attach devid=1 bridge=lo
    refused "an address that is none" 'no Ethernet address' \
        domain/l1 nic-attach devid=1 bridge=br0 mac=1:2:3
    edit 0 "the attach is taken back" undo --yes
    is "and xl sees none" "$(devices network l1)" 0
    quick_vif
    act "another is attached" domain/l1 nic-attach devid=3 bridge=br0 mac=$mac rate=10MB/s
    check "the guest takes it" eventually 20 connected l1 vif/3
    act "it is detached" nic/l1/3 nic-detach
    is "xl sees none" "$(devices network l1)" 0
    edit 0 "that is taken back" undo --yes
    is "it is as it was" "$(xl network-list l1 | awk 'NR == 2 { print $1, $3 }')" "3 $mac"
    is "with what it may send" "$(xenstore-read "/local/domain/0/backend/vif/$(domid l1)/3/rate")" 500000,50000
    act "it is detached" nic/l1/3 nic-detach
    is "nothing is left of all that" "$(remains)" "$before"
}

driver() { basename "$(readlink "/sys/bus/pci/devices/$1/driver")"; }
held() { xl pci-list pv1 | grep -q "$bdf"; }
not_held() { ! held; }
# row COLUMN: what our table of PCI functions has of it
row() { xendeck get pci --once -o json | jq -r ".rows[] | select(.bdf == \"$bdf\").$1"; }
# guest_sees: the guest's own list; what is typed at its shell it does
guest_sees() {
    echo 'echo "FUNCTIONS $(ls /sys/bus/pci/devices) END"' >"$(xenstore-read "$tty")"
    sleep 1
    console pv1 | grep -E '^FUNCTIONS' | tail -n 1 | grep -q "$1"
}

pci() {
    local bdf tty
    bdf=$(lspci -Dnd 8086:10d3 | awk 'NR == 1 { print $1 }')
    modprobe e1000e
    check "there is a network card to spare" [ -n "$bdf" ]
    check "a PV guest is created" guest linux-pv pv1 'passthrough="enabled"'
    tty=/local/domain/$(domid pv1)/console/tty
    refused "what isn't assignable goes to nobody" 'not assignable' "pci/$bdf" pci-attach domain=pv1
    act "it is made assignable" "pci/$bdf" pci-assignable
    check "xl sees it" grep -q "$bdf" <(xl pci-assignable-list)
    is "so does our table" "$(row use) $(row domain)" "assignable null"
    refused "that again is refused" 'already' "pci/$bdf" pci-assignable
    undone "that is taken back"
    is "and its driver has it again" "$(driver "$bdf")" e1000e
    is "our table says so" "$(row use) $(row driver)" "host e1000e"
    act "it is made assignable again" "pci/$bdf" pci-assignable
    refused "a PVH guest can't have it" 'PVH' "pci/$bdf" pci-attach domain=i1
    refused "nor Domain-0" 'Domain-0' "pci/$bdf" pci-attach domain=Domain-0
    refused "a domain that isn't there" 'no domain' "pci/$bdf" pci-attach domain=nosuch
    refused "a bridge can't be given away" 'is a bridge' pci/0000:00:1f.0 pci-assignable
    refused "nobody can lose what nobody has" "no domain's" "pci/$bdf" pci-detach
    check "the guest comes up" eventually 120 said pv1 LINUX-GUEST-UP
    act "it gets the card" "pci/$bdf" pci-attach domain=pv1
    check "xl sees it" held
    is "so does our table" "$(row use) $(row domain)" "assigned pv1"
    check "so does the guest" eventually 20 guest_sees ':00\.0 END'
    refused "the same again is refused" "domain pv1's already" "pci/$bdf" pci-attach domain=pv1
    refused "dom0 can't have it now" "domain pv1's" "pci/$bdf" pci-host
    undone "the attach is taken back"
    check "xl sees none" eventually 5 not_held
    check "nor does the guest" eventually 20 guest_sees 'FUNCTIONS  END'
    act "it gets the card once more" "pci/$bdf" pci-attach domain=pv1
    act "it is detached" "pci/$bdf" pci-detach
    is "our table says so" "$(row use) $(row domain)" "assignable null"
    undone "that is taken back"
    check "and xl sees it" held
    xl pause pv1
    refused "a paused guest can't let go of it" 'unpause it' "pci/$bdf" pci-detach
    refused "not even by force" 'unpause it' "pci/$bdf" pci-detach force=yes
    xl unpause pv1
    act "it is taken by force" "pci/$bdf" pci-detach force=yes
    check "xl sees none" eventually 5 not_held
    act "dom0 has it again" "pci/$bdf" pci-host
    is "with its driver" "$(driver "$bdf")" e1000e
    undone "that is taken back"
    check "it is assignable again" grep -q "$bdf" <(xl pci-assignable-list)
    act "dom0 has it for good" "pci/$bdf" pci-host
    refused "what dom0 has it needn't be given" "dom0's already" "pci/$bdf" pci-host
    is "with its driver" "$(driver "$bdf")" e1000e
    xl destroy pv1
}

# config FILE LINES... Without a number of vCPUs xl gives a guest too small a pool for its page
# tables, which Xen refuses for one so tiny: those to be made have `vcpus`.
config() {
    local file=$1
    shift
    printf '%s\n' 'type = "pvh"' 'kernel = "/guests/xendeck-guest.elf"' 'extra = "mode=idle"' \
        'memory = 8' "$@" >"$file"
}

# stopped: Ctrl-C while the host is asked what would come of a create, as xl takes long to read the file
stopped() {
    local pid before
    before=$(xendeck journal -o json | jq '.entries | length')
    mv /usr/sbin/xl /usr/sbin/xl.away
    printf '#!/bin/sh\ntouch /root/reads\nexec sleep 1234\n' >/usr/sbin/xl && chmod 755 /usr/sbin/xl
    set -m # without job control what runs in the background ignores SIGINT
    xendeck do host create file=/root/c1.cfg --yes >$OUT 2>$ERR </dev/null &
    pid=$!
    set +m
    check "a create is being looked at" eventually 20 [ -e /root/reads ]
    kill -INT "$pid"
    wait "$pid"
    is "Ctrl-C ends that" $? 2
    says "and nothing was done" 'nothing was done: stopped while the host was asked'
    check "nobody goes on reading" eventually 10 nobody 'sleep 1234'
    is "the journal has nothing of it" "$(xendeck journal -o json | jq '.entries | length')" "$before"
    mv /usr/sbin/xl.away /usr/sbin/xl
}

# cancelled: a signal that comes while xl waits for the disk's hotplug script
cancelled() {
    local pid before
    cat >/etc/xen/scripts/block <<'END'
#!/bin/bash
[ "$1" = add ] || exit 0
touch /root/waits
while [ ! -e /root/goes ]; do sleep 0.1; done
END
    before=$(remains)
    config /root/c4.cfg 'name = "c4"' 'vcpus = 1' 'disk = ["/root/d2.img,raw,xvda,rw"]'
    xendeck do host create file=/root/c4.cfg --yes >$OUT 2>$ERR </dev/null &
    pid=$!
    check "a create waits for a disk" eventually 60 [ -e /root/waits ]
    check "xl has begun to make the domain" domid c4
    kill -TERM "$pid"
    wait "$pid"
    is "it is cancelled: as if it had been refused" $? 2
    says "and said so" 'create .* was cancelled'
    says "what had been made of it is destroyed" 'what it had made of domain c4 is destroyed'
    check "there is no such domain" gone c4
    touch /root/goes
    check "nobody waits for it" eventually 10 nobody 'c4.cfg|scripts/block'
    is "nothing is left of all that" "$(remains)" "$before"
    like "and the journal knows" "$(xendeck journal)" 'REFUSED.*c4|c4.*REFUSED'
    quick_block
}
nobody() { ! pgrep -f "$1"; }

creating() {
    local before
    quick_block && quick_vif
    printf 'name = "wrong"\nmemory = = 8\n' >/root/wrong.cfg
    edit 2 "a file with an error is refused" do host create file=/root/wrong.cfg --yes
    says "with the line it is in" '/root/wrong.cfg:2: config parsing error'
    config /root/number.cfg 'name = "n1"' 'vcpus = "many"'
    refused "a number that is none" '/root/number.cfg:6: .*vcpus.*not a valid number' \
        host create file=/root/number.cfg
    refused "a file that isn't there" 'nosuch.cfg' host create file=/root/nosuch.cfg
    config /root/bad.cfg 'name = "i1"' 'kernel = "/nosuch"' 'pool = "Pool-9"' 'vif = ["bridge=br9"]' \
        'disk = ["/root/nosuch.img,raw,xvda,rw"]'
    refused "what this host hasn't got" \
        'i1 runs already.*no cpupool Pool-9.*/nosuch: No such.*nosuch.img.*no bridge br9' \
        host create file=/root/bad.cfg
    config /root/huge.cfg 'name = "huge1"' 'maxmem = 900000' 'memory = 900000'
    refused "more memory than there is" 'needs .* of memory' host create file=/root/huge.cfg
    config /root/c1.cfg 'name = "c1"' 'vif = ["bridge=br0"]' 'disk = ["/root/d1.img,raw,xvda,rw"]' \
        'vcpus = 1' 'uuid = "11111111-2222-3333-4444-555555555555"'
    edit 0 "a dry run" do host create file=/root/c1.cfg --dry-run
    says "shows what it would make" 'domain c1, PVH'
    says "with its disks" 'disk xvda: /root/d1.img, raw'
    says "and who stays with it" 'xl .*monitor.*on reboot restart'
    check "and makes nothing" gone c1
    act "it is created" host create file=/root/c1.cfg
    is "with its UUID" "$(xl list -v c1 | awk 'END { print $7 }')" 11111111-2222-3333-4444-555555555555
    refused "a second one of that name" 'runs already' host create file=/root/c1.cfg
    check "its disk is connected to its backend" grep -q 51712 <(xl block-list c1)
    check "an xl stays with it" eventually 5 pgrep -f 'xl create.*c1.cfg'
    before=$(domid c1)
    eventually 20 xenstore-exists "/local/domain/$before/control/feature-reboot"
    act "it is rebooted" domain/c1 reboot
    check "and comes back, as its config says" [ "$(domid c1)" -gt "$before" ]
    act "it is destroyed" domain/c1 destroy
    act "another is created and left paused" host create file=/root/c1.cfg paused=yes
    like "so it is" "$(state c1)" '^--p'
    xl destroy c1
    mv /usr/sbin/xl /usr/sbin/xl.away
    edit 2 "without xl" do host create file=/root/c1.cfg --yes
    says "it is said that it is missing" 'xl is not installed'
    mv /usr/sbin/xl.away /usr/sbin/xl
    stopped
    cancelled
    config /root/c2.cfg 'name = "c2"' 'on_poweroff = "dance"'
    refused "what xl doesn't take" 'xl does not take it: Unknown on_poweroff action' \
        host create file=/root/c2.cfg
    config /root/c3.cfg 'name = "c3"' 'vcpus = 1' 'kernel = "/etc/passwd"'
    refused "what xl can't make" 'xl did not make domain c3 from /root/c3.cfg: .' \
        host create file=/root/c3.cfg
    check "and leaves nothing" gone c3
}

cycles() {
    local before uuid
    quick_block && quick_vif
    before=$(remains)
    uuid=$(xl list -v l1 | awk 'END { print $7 }')
    cycle /usr/lib/xendeck/modules/libxl.so "$uuid" /root/d1.img br0 "$CYCLES" >$OUT 2>&1
    result $? "a disk and a NIC are attached and detached $CYCLES times" || note "$(cat $OUT)"
    is "nothing is left of all that" "$(remains)" "$before"
    note "$(cat $OUT)"
    check "no descriptor is left open" awk '$1 == "fds" { exit !($2 > 0 && $2 == $3) }' $OUT
    check "nor is memory lost" awk '$1 == "rss_kib" { exit !($2 > 0 && $3 - $2 < 512) }' $OUT
}

# With arguments, only these parts
[ $# -gt 0 ] || set -- linux sending disks nics creating dumping # pci: passthrough.sh, cycles: cycles.sh
prepare
for part in "$@"; do "$part"; done
end_guests
tap_end
