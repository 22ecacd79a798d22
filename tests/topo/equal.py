#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Is what xendeck says of a machine what others say of it?

    equal.py DIR --xendeck PROGRAM

DIR holds what was said (whatever of it is there is compared):
  live-topology.json live-distances.json live-facts.json   xendeck get …
  host.xdt whole.xdt    recordings of the same machine, without serial numbers and with them
  xl.txt                xl info -n
  far.txt slit.bin      distances between nodes: as they were asked for, and ACPI's table
  tree.txt devices.txt verbose.txt    lspci -tv, lspci -vmmDnn, lspci -Dvv
  dimms.txt             dmidecode -t 17
  sys.tar               a tar of /sys
  secrets.txt           what must not be left in host.xdt, one a line, besides "SECRET"
Prints TAP; the status is 1 if anything differs."""
import argparse
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

COUNT = 0
FAILED = 0


def result(name, differences):
    """One line of TAP; differences: lines that say what is wrong, none if all is well."""
    global COUNT, FAILED
    COUNT += 1
    FAILED += bool(differences)
    print(("not ok" if differences else "ok"), COUNT, "-", name)
    for line in differences[:20]:
        print("#  ", line)


def compare(name, ours, theirs):
    """Two dicts that have to be equal, and not empty."""
    wrong = []
    for k in sorted(set(ours) | set(theirs), key=str):
        found, wanted = ours.get(k), theirs.get(k)
        if isinstance(found, dict) and isinstance(wanted, dict):  # only what differs
            differ = {c for c in found if found[c] != wanted.get(c)}
            found = {c: found[c] for c in differ}
            wanted = {c: wanted.get(c) for c in differ}
        if found != wanted:
            wrong.append(f"{k}: xendeck says {found}, wanted {wanted}")
    result(f"{name} ({len(theirs)})", wrong if theirs else ["there is nothing to compare with"])


class Machine:
    """Rows of table topology as a tree."""

    def __init__(self, rows):
        self.rows = rows
        self.by_id = {r["id"]: r for r in rows}

    def kind(self, *kinds):
        return [r for r in self.rows if r["kind"] in kinds]

    def above(self, row, *kinds):
        while row and row["kind"] not in kinds:
            row = self.by_id.get(row["parent"])
        return row

    def functions(self):
        return {r["bdf"]: r for r in self.rows if r["bdf"]}


def read(path):
    with open(path, errors="replace") as f:
        return f.read()


# --- Xen ---


def xl_section(text, head):
    """The lines below a heading and its line of columns, up to the next "name : value"."""
    lines = text.split(head, 1)[1].splitlines()[2:] if head in text else []
    out = []
    for line in lines:
        if not re.match(r"\s*[0-9a-f]+[:.]", line):
            break
        out.append(line)
    return out


def check_xl(m, distances, text):
    theirs = {int(c): (int(core), int(socket), int(node)) for c, core, socket, node in
              (re.findall(r"\d+", line) for line in xl_section(text, "cpu_topology"))}
    ours = {}
    for t in m.kind("thread"):
        core, socket = m.above(t, "core"), m.above(t, "package")
        ours[t["index"]] = (core and core["index"], socket and socket["index"], t["node"])
    compare("CPUs: core, socket and node are those of xl info -n", ours, theirs)

    nodes = [[int(x) for x in re.findall(r"\d+", line)] for line in xl_section(text, "numa_info")]
    compare("nodes: sizes are those of xl info -n",
            {r["index"]: r["size_kib"] // 1024 for r in m.kind("node")},
            {n[0]: n[1] for n in nodes})
    total = re.search(r"^total_memory\s*:\s*(\d+)", text, re.M)
    if total:
        compare("memory: all of it is that of xl info -n",
                {r["id"]: r["size_kib"] // 1024 for r in m.kind("machine")},
                {"machine": int(total.group(1))})
    compare("nodes: distances are those of xl info -n",
            {(d["from"], d["to"]): d["distance"] for d in distances if d["source"] == "xen"},
            {(n[0], to): d for n in nodes for to, d in enumerate(n[3:])})
    devices = [line.split() for line in xl_section(text, "device topology")]
    if devices:
        compare("PCI: nodes are those of xl info -n",
                {bdf: r["node"] for bdf, r in m.functions().items() if r["node"] is not None},
                {bdf: int(node) for bdf, node in devices})


def check_far(distances, far):
    compare("nodes: distances are those that were asked for",
            {(d["from"], d["to"]): d["distance"] for d in distances},
            {(i, j): int(d) for i, line in enumerate(far.splitlines())
             for j, d in enumerate(line.split())})


def check_slit(distances, table):
    n = struct.unpack_from("<Q", table, 36)[0]
    compare("nodes: distances are those of SLIT",
            {(d["from"], d["to"]): d["distance"] for d in distances},
            {(i, j): table[44 + i * n + j] for i in range(n) for j in range(n)})


# --- lspci ---


def lspci_tree(text):
    """Of each function, the one above it, or its root bus: from the drawing of lspci -t."""
    parents, branches = {}, {}
    for line in text.splitlines():
        bus, above, at = None, None, 0
        start = re.match(r"[ |]*[+\\]-", line)
        if start and not line.startswith("-"):
            domain, bus, above = branches[start.end() - 2]
            at = start.end() - 1
        while True:
            m = re.compile(r"-+(\+-)?\[(?:([0-9a-f]{4,}):)?([0-9a-f]{2})(?:-[0-9a-f]{2})?\]"
                           r"|-+(\+)?-?(?=[0-9a-f]{2}\.[0-7])|([0-9a-f]{2}\.[0-7])").match(line, at)
            if not m:
                break
            if m.group(5):
                bdf = f"{domain}:{bus}:{m.group(5)}"
                parents[bdf] = above
                last = bdf
            elif m.group(3):
                if m.group(1):
                    branches[m.start(1)] = (None, None, None)
                if m.group(2):
                    domain, last = m.group(2), f"bus/{m.group(2)}:{m.group(3)}"
                bus, above = m.group(3), last
            elif m.group(4):
                branches[m.start(4)] = (domain, bus, above)
            at = m.end()
    return parents


def our_tree(m):
    parents = {}
    for bdf, r in m.functions().items():
        above = m.by_id.get(r["parent"])
        if r["kind"] == "vf" and above and above["bdf"]:  # lspci knows of no physical function
            above = m.by_id.get(above["parent"])
        parents[bdf] = above and (above["bdf"] or above["id"])
    return parents


def name_and_number(text):
    m = re.match(r"(.*?) ?\[([0-9a-f]{4})\]$", text)
    return (m.group(1), m.group(2)) if m else (text, "")


def unnamed(name):
    """lspci makes names up where its list has none."""
    return None if name in ("Device", "") or name.startswith("Device [") else name


def check_devices(m, text):
    theirs, ours = {}, {}
    for record in text.strip().split("\n\n"):
        d = dict(line.split(":\t", 1) for line in record.splitlines() if ":\t" in line)
        (vendor, v), (device, n) = name_and_number(d["Vendor"]), name_and_number(d["Device"])
        theirs[d["Slot"]] = (f"{v}:{n}", name_and_number(d["Class"])[0], unnamed(vendor),
                             unnamed(device), int(d.get("Rev", "0"), 16))
    for bdf, r in m.functions().items():
        ours[bdf] = (r["pci_id"], r["class"], r["maker"], r["name"], r["revision"])
    compare("PCI: ids, names, classes and revisions are those of lspci -vmm", ours, theirs)


def check_slots(m, text, parents):
    """A card is in the slot that the port above it leads to, as the port itself numbers it; other
    cards in the one that the kernel names (and numbers, if there are two: 1, 1-1 …)."""
    ports, cards = {}, {}
    for record in re.split(r"\n\n+", text.strip()):
        bdf = record.split(" ", 1)[0]
        port, card = re.search(r"\bSlot #(\d+)", record), re.search(r"Physical Slot: (\S+)", record)
        if port:
            ports[bdf] = port.group(1)
        if card:
            cards[bdf] = card.group(1).split("-")[0]
    physical = {r["id"]: bdf for bdf, r in m.functions().items() if r["kind"] != "vf"}
    wanted = {bdf: ports.get(parents.get(bdf), slot) for bdf, slot in cards.items()
              if bdf in physical.values()}
    if wanted:
        compare("PCI: slots without a name of the firmware's are those of lspci -vv",
                {physical[f["id"]]: f["value"] for f in m.facts if f["column"] == "slot" and
                 f["source"] != "smbios" and f["id"] in physical}, wanted)


def check_links(m, text):
    def links(record, name):
        found = re.search(name + r":.*?Speed ([0-9.]+|unknown)(?:GT/s)?[^,]*, Width x(\d+)", record)
        if not found:
            return (None, None)
        speed, lanes = found.groups()
        return (None if speed == "unknown" else int(float(speed) * 1000), int(lanes) or None)

    theirs = {}
    for record in re.split(r"\n\n+", text.strip()):
        bdf = record.split(" ", 1)[0]
        if "LnkCap:" in record and m.functions()[bdf]["kind"] != "vf":  # those have none
            theirs[bdf] = links(record, "LnkSta") + links(record, "LnkCap")
    names = ("link_mts", "link_lanes", "link_max_mts", "link_max_lanes")
    ours = {bdf: tuple(r[n] for n in names) for bdf, r in m.functions().items()}
    compare("PCI: links, as they run and at most, are those of lspci -vv",
            {bdf: link for bdf, link in ours.items() if any(link)}, theirs)


# --- dmidecode ---


def check_dimms(m, text):
    units = {"MB": 1024, "GB": 1024 * 1024}
    theirs = []
    for record in re.split(r"\n\n+", text):
        if "Memory Device\n" not in record:
            continue
        d = dict(line.strip().split(": ", 1) for line in record.splitlines() if ": " in line)
        size = d["Size"].split()
        empty = d["Size"] == "No Module Installed"

        def text_of(key):
            v = d.get(key, "").strip()
            return None if empty or v in ("", "Not Specified", "Unknown", "NO DIMM") else v

        def speed(key):
            v = text_of(key)
            return int(v.split()[0]) if v and v[0].isdigit() else None
        theirs.append((d["Locator"], empty, None if empty else int(size[0]) * units[size[1]],
                       text_of("Type"), speed("Speed"), speed("Configured Memory Speed"),
                       text_of("Manufacturer"), text_of("Part Number"), text_of("Serial Number")))
    ours = [(r["slot"] or r["label"], bool(r["empty"]), r["size_kib"], r["memory_type"],
             r["speed_max_mts"], r["speed_mts"], r["maker"], r["part"], r["serial"])
            for r in m.kind("dimm")]
    ours = [o if not o[1] else o[:3] + (None,) * 6 for o in ours]
    compare("DIMMs are those of dmidecode -t 17", dict(enumerate(sorted(ours, key=str))),
            dict(enumerate(sorted(theirs, key=str))))


# --- recordings ---

# What goes on while a machine is looked at twice.
MOVES = {"free_kib", "bits_s", "link_mts", "khz"}


def rows_of(xendeck, recording, table):
    out = subprocess.run([xendeck, "--host", f"topo:{recording}", "get", table, "-o", "json"],
                         stdout=subprocess.PIPE, check=True).stdout
    return json.loads(out)["rows"]


def check_recording(xendeck, live, recording, without):
    name = os.path.basename(recording)
    again = rows_of(xendeck, recording, "topology")

    def strip(row):  # a source of which only an address was known is none any more
        skip = MOVES | without | ({"sources"} if without else set())
        return {k: v for k, v in row.items() if k not in skip}
    compare(f"{name}: what was recorded is what was seen",
            {r["id"]: strip(r) for r in again}, {r["id"]: strip(r) for r in live.rows})
    if without:
        told = [f"{r['id']}: {c} {r[c]}" for r in again for c in without if r[c] is not None]
        result(f"{name}: nothing that names the one machine is shown", told)


def check_tar(xendeck, live, archive):
    """/proc can't be kept by tar, so names of CPUs and sizes of memory are unknown; to which CPUs a
    function is near may be hwloc's to say."""
    kinds = ("package", "l3", "l2", "core", "thread", "root-port", "bridge", "function", "vf")

    def place(rows):
        return {r["id"]: (r["parent"], None if r["bdf"] else r["cpus"], r["pci_id"], r["driver"])
                for r in rows if r["kind"] in kinds}
    compare("a tar of /sys is the same machine", place(rows_of(xendeck, archive, "topology")),
            place(live.rows))


def holds(folder, secret):
    """Where a secret stands in what was unpacked: in a file, a link or a name."""
    for top, dirs, files in os.walk(folder):
        for f in dirs + files:
            path = os.path.join(top, f)
            if secret in path.encode():
                return path
            if os.path.islink(path):
                if secret in os.readlink(path).encode():
                    return path
            elif os.path.isfile(path):
                with open(path, "rb") as opened:
                    if secret in opened.read():
                        return path
    return None


def secrets_of(live, extra):
    """What names this machine, as text and as the bytes in which it stands in configuration."""
    found = {b"SECRET"} | {s.encode() for s in extra}
    for r in live.rows:
        if r["serial"]:
            found.add(r["serial"].encode())
        if r["address"] and set(r["address"]) - set("0:"):
            mac = bytes.fromhex(r["address"].replace(":", ""))
            found.add(r["address"].encode())
            found.add(mac[::-1][:3] + b"\xff\xff" + mac[::-1][3:])  # PCIe 7.9.3 by EUI-64
            found.add(mac[::-1][:3] + b"\xfe\xff" + mac[::-1][3:])
    return found


def unpack(recording, folder):
    subprocess.run(["cmake", "-E", "tar", "xf", os.path.abspath(recording)], cwd=folder, check=True)


def check_secrets(live, directory, extra):
    with tempfile.TemporaryDirectory() as clean, tempfile.TemporaryDirectory() as whole:
        unpack(f"{directory}/host.xdt", clean)
        unpack(f"{directory}/whole.xdt", whole)
        secrets = secrets_of(live, extra)
        left = [f"{s!r} in {holds(clean, s)}" for s in secrets if holds(clean, s)]
        result("host.xdt: no serial number and no Ethernet address is left", left)
        there = [s for s in secrets if holds(whole, s)]
        result(f"whole.xdt: they are there where they were asked for ({len(there)})",
               [] if there else ["none was found, so the test above says nothing"])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("dir")
    p.add_argument("--xendeck", required=True)
    a = p.parse_args()

    def file(name):
        path = f"{a.dir}/{name}"
        return read(path) if os.path.exists(path) else None

    def rows(table):
        return json.loads(file(f"live-{table}.json"))["rows"]
    m, distances = Machine(rows("topology")), rows("distances")
    m.facts = rows("facts")
    checks = [("xl.txt", lambda t: check_xl(m, distances, t)),
              ("far.txt", lambda t: check_far(distances, t)),
              ("tree.txt", lambda t: compare("PCI: the tree is that of lspci -t", our_tree(m),
                                             lspci_tree(t))),
              ("devices.txt", lambda t: check_devices(m, t)),
              ("verbose.txt", lambda t: check_links(m, t)),
              ("verbose.txt", lambda t: check_slots(m, t, lspci_tree(file("tree.txt")))),
              ("dimms.txt", lambda t: check_dimms(m, t))]
    for name, check in checks:
        if file(name):
            check(file(name))
    if os.path.exists(f"{a.dir}/slit.bin"):
        with open(f"{a.dir}/slit.bin", "rb") as f:
            check_slit(distances, f.read())
    if os.path.exists(f"{a.dir}/host.xdt"):
        check_recording(a.xendeck, m, f"{a.dir}/host.xdt", {"serial", "address"})
        check_recording(a.xendeck, m, f"{a.dir}/whole.xdt", set())
        check_secrets(m, a.dir, (file("secrets.txt") or "").split())
    if os.path.exists(f"{a.dir}/sys.tar"):
        check_tar(a.xendeck, m, f"{a.dir}/sys.tar")
    print(f"1..{COUNT}")
    sys.exit(FAILED > 0)


main()
