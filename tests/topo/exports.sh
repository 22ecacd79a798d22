#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/topo/exports.sh TOPOTOOL: other programs open what we write: xmllint the XML, rsvg-convert the
# pictures (and there is something in them), dot the graphs, and lstopo sees the machine that we told
# of: as many packages, nodes, cores, threads and PCI functions; and we see the same in XML of lstopo.
set -eu
tool=$1
for program in xmllint rsvg-convert dot lstopo-no-graphics python3; do
    command -v $program >/dev/null || { echo "$program is not installed"; exit 77; }
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
failed=0
fail() { echo "FAILED: $*"; failed=1; }

machines='big laptop two-sockets dies one-cpu demo:default demo:pools demo:tiny demo:huge'
for seed in 1 2 3 4 5 6 7 8; do
    machines="$machines random:$seed"
done

# How many things of a kind the JSON has; threads that are offline are none to hwloc.
cat >"$tmp/count.py" <<'PYTHON'
import json, sys
things = json.load(open(sys.argv[1]))["things"]
def count(*kinds):
    return sum(t["kind"] in kinds and t.get("online", True) for t in things)
by_id, has_cpus = {t["id"]: t for t in things}, set()
for t in things:
    if t["kind"] == "thread" and t.get("online", True):
        while t and t["id"] not in has_cpus:
            has_cpus.add(t["id"])
            t = by_id.get(t.get("parent"))
def with_cpus(kind):
    return sum(t["kind"] == kind and t["id"] in has_cpus for t in things)
print(with_cpus("package"), count("node") or 1, with_cpus("core"), count("thread"),
      count("function", "vf"), count("root-port", "switch-up", "switch-down", "bridge"))
PYTHON

# How many lines of lstopo's console have such an object.
lines() { grep -cE "$1" "$tmp/lstopo" || true; }

# The bytes of an empty picture are all alike.
cat >"$tmp/bytes.py" <<'PYTHON'
import struct, sys, zlib
data, at, packed = open(sys.argv[1], "rb").read(), 8, b""
while at < len(data):
    size, kind = struct.unpack(">I4s", data[at:at + 8])
    if kind == b"IDAT":
        packed += data[at + 8:at + 8 + size]
    at += size + 12
print(len(set(zlib.decompress(packed))))
PYTHON

for m in $machines; do
    for format in svg hwloc-xml dot json; do
        "$tool" $format "$m" >"$tmp/$format" || fail "$m: $format"
    done
    "$tool" svg "$m" dark >"$tmp/dark" || fail "$m: svg dark"
    xmllint --noout --nonet "$tmp/svg" "$tmp/dark" || fail "$m: the SVG is no XML"
    for picture in svg dark; do
        rsvg-convert -w 600 "$tmp/$picture" -o "$tmp/png" || fail "$m: the SVG can't be drawn"
        [ "$(python3 "$tmp/bytes.py" "$tmp/png")" -gt 40 ] || fail "$m: the picture is empty"
    done
    dot -Tcanon "$tmp/dot" >"$tmp/canon" || fail "$m: dot doesn't take the graph"
    xmllint --noout --nonet "$tmp/hwloc-xml" || fail "$m: hwloc's XML is none"
    lstopo-no-graphics -i "$tmp/hwloc-xml" --if xml --of console --whole-io --no-collapse \
        >"$tmp/lstopo" 2>"$tmp/err" || fail "$m: lstopo: $(cat "$tmp/err")"
    [ ! -s "$tmp/err" ] || fail "$m: lstopo says: $(cat "$tmp/err")"
    found="$(lines 'Package L') $(lines 'NUMANode L') $(lines 'Core L') $(lines 'PU L')"
    found="$found $(lines '^ *PCI [0-9a-f:]+\.') $(lines '^ *PCIBridge')"
    wanted=$(python3 "$tmp/count.py" "$tmp/json")
    [ "$found" = "$wanted" ] || fail "$m: lstopo sees $found, and we told $wanted" \
        "(packages, nodes, cores, threads, PCI functions, bridges)"
    # What lstopo writes of our XML reads as our XML does (but for names that aren't ASCII, which it
    # leaves out).
    case $m in random:*) continue ;; esac
    lstopo-no-graphics -f -i "$tmp/hwloc-xml" --if xml --whole-io --of xml "$tmp/theirs.xml" ||
        fail "$m: lstopo can't write it again"
    cp "$tmp/hwloc-xml" "$tmp/ours.xml"
    for xml in ours theirs; do
        "$tool" tree "$tmp/$xml.xml" >"$tmp/$xml.tree" || fail "$m: $xml.xml isn't read"
    done
    diff "$tmp/ours.tree" "$tmp/theirs.tree" || fail "$m: lstopo's XML is another machine"
done
[ $failed = 0 ] && echo "all machines are seen as they are"
exit $failed
