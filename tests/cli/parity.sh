#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# README's table of what xentop and xl do: nothing of Xen 4.17 is missing from it, and the columns,
# knobs and actions that it names are there.
. "$(dirname "$0")/lib.sh"
readme=$(dirname "$0")/../../README.md

t "tables and columns" 0 --host demo get
cp "$tmp/out" "$tmp/tables"
: >"$tmp/names"
for object in host domain/web1 vcpu/web1/0 pool/Pool-0 pcpu/1 disk/web1/xvda nic/web1/0 \
    pci/0000:01:00.0 param//params/conswitch power sensor/rapl/package-0; do
    t "knobs and actions of $object" 0 --host demo set $object
    cut -d' ' -f1 "$tmp/out" >>"$tmp/names"
done
# What the demo host has no object for, or refuses, is in its limits.
t "limits" 0 --host demo get limits -1 -o csv
tail -n +2 "$tmp/out" | cut -d, -f1 >>"$tmp/names"
t "the preset that the table names" 0 --host demo get domains --preset xentop -1
t "the filter that the table names" 0 --host demo get domains -f state:paused -1

cat >"$tmp/check.py" <<'PYTHON'
import re, sys

# tools/xentop/xentop.c: fields[]; tools/xl/xl_cmdtable.c: cmd_table[]
XENTOP = """NAME STATE CPU(sec) CPU(%) MEM(k) MEM(%) MAXMEM(k) MAXMEM(%) VCPUS NETS NETTX(k) NETRX(k) VBDS
VBD_OO VBD_RD VBD_WR VBD_RSECT VBD_WSECT SSID -b -d -f -i -n -r -v -x""".split()
XL = """create config-update list destroy shutdown reboot pci-attach pci-detach pci-list
pci-assignable-add pci-assignable-remove pci-assignable-list pause unpause console vncviewer save
migrate restore migrate-receive dump-core cd-insert cd-eject mem-max mem-set button-press vcpu-list
vcpu-pin vcpu-set vm-list info sharing sched-credit sched-credit2 sched-rtds domid domname rename
trigger sysrq debug-keys set-parameters dmesg top network-attach network-list network-detach
channel-list block-attach block-list block-detach vtpm-attach vtpm-list vtpm-detach vkb-attach
vkb-list vkb-detach vdispl-attach vdispl-list vdispl-detach vsnd-attach vsnd-list vsnd-detach uptime
claims cpupool-create cpupool-list cpupool-destroy cpupool-rename cpupool-cpu-add
cpupool-cpu-remove cpupool-migrate cpupool-numa-split getenforce setenforce loadpolicy remus devd
psr-hwinfo psr-cmt-attach psr-cmt-detach psr-cmt-show psr-cat-set psr-cat-show psr-mba-set
psr-mba-show usbctrl-attach usbctrl-detach usbdev-attach usbdev-detach usb-list
qemu-monitor-command""".split()

readme, tables, names = (open(f).read() for f in sys.argv[1:4])
columns, table = {}, None
for line in tables.splitlines():
    if line[:1].strip():
        table = line.split()[0]
        columns[table] = set()
    elif line.strip():
        columns[table].add(line.replace("*", " ").split()[0])
names = set(names.split())
wrong = []

part = re.search(r"^## What xentop and xl do.*?(?=^## |\Z)", readme, re.M | re.S)
if not part:
    sys.exit("README.md has no table of what xentop and xl do")
part = part.group(0)
rows = {"xentop": [], "xl": []}
text = []  # what is said of xendeck
for line in part.splitlines()[1:]:
    cells = [c.strip() for c in line.strip("|").split("|")] if line.startswith("|") else None
    if cells is None:
        text.append(line)
    elif cells[0] in rows:
        of = cells[0]
    elif not cells[0].startswith("---"):
        rows[of] += re.findall(r"`([^`]+)`", cells[0])
        text.append(cells[1])
text = " ".join(text)

for of, wanted in (("xentop", XENTOP), ("xl", XL)):
    wrong += [f"{of} {w} is missing" for w in wanted if w not in rows[of]]
    wrong += [f"{of} has no {w}" for w in rows[of] if w not in wanted]
    wrong += [f"{of} {w} stands there twice" for w in set(rows[of]) if rows[of].count(w) > 1]

table = None
said = set()
for label, word in re.findall(r"\b([a-z]+): |`([^`]+)`", text.split("under `e`")[-1]):
    if label in columns:
        table = label
    elif word.startswith("."):
        if word[1:] not in columns.get(table, ()):
            wrong.append(f"{table} has no column {word}")
    elif word and not word.startswith("get ") and word not in ("e", "x", "state:paused"):
        said.add(word)
wrong += [f"there is no knob or action {w}" for w in sorted(said - names)]
wrong += [f"{w} is not in the table" for w in sorted(names - said)]
print("\n".join(wrong))
print(f"{len(rows['xentop'])} of xentop, {len(rows['xl'])} of xl, {len(said)} knobs and actions")
sys.exit(bool(wrong))
PYTHON
holds "README's table is true, and whole" \
    python3 "$tmp/check.py" "$readme" "$tmp/tables" "$tmp/names"
finish
