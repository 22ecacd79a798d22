#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what tests/lab/dom0/cpuid.sh left: xendeck's recording of the policies, Xen's own words
for them, what guests saw, and what was predicted. TAP."""
import argparse
import json
import os
import re
import subprocess
import sys

# What a guest sees of a leaf is not the policy alone: it depends on the vCPU that asks, and on what
# the guest did before (guest_cpuid() in xen/arch/x86/cpuid.c). These bits we don't predict.
RUNTIME = {
    (0x1, 0, "ebx"): 0xff000000,  # the vCPU's APIC number
    (0x1, 0, "ecx"): 1 << 27,  # OSXSAVE: whether it switched XSAVE on
    (0x7, 0, "ecx"): 1 << 4,  # OSPKE: likewise
    (0xb, None, "edx"): 0xffffffff,  # the x2APIC number
    (0xb, None, "ecx"): 0xff,  # the subleaf that was asked for
    (0xd, 0, "ebx"): 0xffffffff,  # bytes for what is in XCR0 now
    (0xd, 1, "ebx"): 0xffffffff,
    (0x8000001e, 0, "eax"): 0xffffffff,  # numbers of the vCPU again
    (0x8000001e, 0, "ebx"): 0xffffffff,
    (0x8000001e, 0, "ecx"): 0xffffffff,
}
# Featuresets also have bits of leaves above the highest that the policy names, where CPUID returns
# zero: no guest sees those, and we say what is seen. Words of xen-cpuid by the leaf they are from.
LEAF_OF_WORD = {11: 0x80000021}
# The toolstack sets these by the topology that it makes up, and leaves them to Xen's default where a
# policy names another bit of their register (xc_cpuid_apply_policy): they are nothing to predict.
BY_TOPOLOGY = {"htt", "cmp-legacy"}
REGS = ("eax", "ebx", "ecx", "edx")
COMMON_1D = 0x0183f3ff  # bits of leaf 1 that AMD repeats in 0x80000001: no features of their own
count = failed = 0


def result(ok, name, why=""):
    global count, failed
    count += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {count} - {name}")
    for line in why.splitlines() if not ok else ():
        print("#  ", line)


class Dir:
    def __init__(self, path, xendeck):
        self.path, self.xendeck = path, xendeck

    def text(self, name):
        with open(os.path.join(self.path, name), errors="replace") as f:
            return f.read()

    def run(self, *args):
        done = subprocess.run([self.xendeck, *args], cwd=self.path, capture_output=True, text=True)
        return done.stdout

    def table(self, capture, name):
        return json.loads(self.run("get", name, "--host", f"capture:{capture}", "-o", "json"))["rows"]

    def features(self, *args):
        """Names that are set, by column."""
        rows = json.loads(self.run("cpuid", "show", "--all", "-o", "json", *args))["rows"]
        columns = [c for c in rows[0] if c not in ("name", "group", "guests", "where", "text")]
        return {c: {r["name"] for r in rows if r[c]} for c in columns}


def xen_policies(text):
    """xen-cpuid -p: {title: {(leaf, subleaf): registers}}, without leaves that are zero."""
    found, leaves = {}, None
    for line in text.splitlines():
        head = re.match(r"^(\S.*) policy: ", line)
        one = re.match(r"^\s+([0-9a-f]{8}):([0-9a-f]{8}) -> (\S{8}):(\S{8}):(\S{8}):(\S{8})$", line)
        if head:
            leaves = found.setdefault(head.group(1), {})
        elif one:
            n = [int(x, 16) for x in one.groups()]
            if any(n[2:]):
                leaves[n[0], 0 if n[1] == 0xffffffff else n[1]] = tuple(n[2:])
    return found


def guest_leaves(text):
    found = {}
    for line in text.splitlines():
        n = [int(x, 16) for x in re.findall(r"0x([0-9a-f]+)", line)]
        found[n[0], n[1]] = tuple(n[2:6])
    return found


def our_policies(rows):
    found = {}
    for r in rows:
        leaf, subleaf = r["leaf"].split(":")
        found.setdefault(r["policy"], {})[int(leaf, 16), int(subleaf)] = tuple(
            int(r[x], 16) for x in REGS)
    return found


def leaf_text(leaves):
    return "\n".join(f"{l:08x}:{s} " + " ".join(f"{x:08x}" for x in r)
                     for (l, s), r in sorted(leaves.items()))


def differences(policy, guest):
    found = []
    for leaf, subleaf in sorted(set(policy) | {k for k in guest if k[0] >> 28 != 4}):
        if leaf >> 28 == 4:  # Xen's own leaves speak of the running domain
            continue
        for i, reg in enumerate(REGS):
            mask = RUNTIME.get((leaf, subleaf, reg), RUNTIME.get((leaf, None, reg), 0))
            a = policy.get((leaf, subleaf), (0,) * 4)[i] & ~mask
            b = guest.get((leaf, subleaf), (0,) * 4)[i] & ~mask
            if a != b:
                found.append(f"{leaf:08x}:{subleaf} {reg}: policy {a:08x}, guest {b:08x}")
    return found


def main():
    p = argparse.ArgumentParser()
    p.add_argument("dir")
    p.add_argument("--xendeck", required=True)
    a = p.parse_args()
    d = Dir(a.dir, os.path.abspath(a.xendeck))
    rows = d.table("host.xdc", "cpuid")
    ours = our_policies(d.table("host.xdc", "cpuid_leaves"))
    names = {r["domain"]: r["name"] for r in rows if r["domain"]}

    titles = {"Raw": "raw", "Host": "host", "PV Max": "pv-max", "HVM Max": "hvm-max",
              "PV Default": "pv-default", "HVM Default": "hvm-default"}
    theirs = xen_policies(d.text("policies.txt"))
    result(set(theirs) == set(titles), "xen-cpuid tells of the same policies", str(set(theirs)))
    for title, leaves in theirs.items():
        result(ours[titles[title]] == leaves, f"{title}: every leaf as xen-cpuid says",
               leaf_text(ours[titles[title]]) + "\n--\n" + leaf_text(leaves))
    words = {r["name"]: r["words"] for r in rows}
    sets = d.text("sets.txt").split("Dynamic sets:")[1]
    for title, name in titles.items():
        line = re.search(rf"^{title}\s+([0-9a-f:]+)$", sets, re.M).group(1).split(":")
        line[2] = f"{int(line[2], 16) & ~COMMON_1D:08x}"
        for word, leaf in LEAF_OF_WORD.items():
            if leaf > ours[name].get((leaf & 0xffff0000, 0), (0,))[0]:
                line[word] = "00000000"
        result(words[name] == ":".join(line), f"{title}: the featureset bit for bit",
               words[name] + "\n" + ":".join(line))

    specs = dict(line.split(" ", 1) for line in d.text("specs.txt").splitlines())
    result(len(specs) == 5, "five guests have policies in our words")
    for guest in [*specs, "levelled"]:
        policy = ours[names[guest]]
        (xens,) = xen_policies(d.text(f"{guest}-policy.txt")).values()
        result(policy == xens, f"{guest}: its policy as xen-cpuid says",
               leaf_text(policy) + "\n--\n" + leaf_text(xens))
        seen = guest_leaves(d.text(f"{guest}.txt"))
        odd = differences(policy, seen)
        result(len(seen) > 10 and not odd, f"{guest}: sees what its policy says ({len(seen)} leaves)",
               "\n".join(odd))
    for guest, spec in specs.items():
        sees = d.features(f"host.xdc:{guest}")
        told = d.features(spec, "--on", "host.xdc")
        (sees,), (told,) = sees.values(), told.values()
        sees, told = sees - BY_TOPOLOGY, told - BY_TOPOLOGY
        result(sees == told, f"{guest}: {spec} gives what was predicted ({len(sees)} features)",
               f"seen only: {sorted(sees - told)}\npredicted only: {sorted(told - sees)}")
    plain = d.features("host.xdc:plain")["host.xdc:plain"]
    level = d.features("host.xdc:levelled")["host.xdc:levelled"]
    result({"avx2", "bmi2", "sse4a"} <= plain - level, "the level takes away what one host lacks",
           str(sorted(plain - level)))
    result(plain - level <= {"avx2", "bmi2", "sse4a", "vaes", "vpclmulqdq"}, "… and nothing else",
           str(sorted(plain - level)))

    print(f"1..{count}\n{count - failed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
