#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `xendeck topo`: what it prints of the demo host, of this machine and of recordings.
. "$(dirname "$0")/lib.sh"
fixtures=$(cd "$(dirname "$0")/../fixtures/topology" && pwd)

# No line has more cells than N, none is blank at its end; with "ascii", nothing else is in it.
cat >"$tmp/fits.py" <<'PYTHON'
import sys, unicodedata
width, ascii = int(sys.argv[2]), "ascii" in sys.argv[3:]
lines = open(sys.argv[1], encoding="utf-8").read().split("\n")[:-1]
if not lines:
    sys.exit("nothing was drawn")
for n, line in enumerate(lines, 1):
    cells = sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF"
                else 1 for c in line)
    if cells > width:
        sys.exit("line %d has %d cells, more than %d" % (n, cells, width))
    if line != line.rstrip():
        sys.exit("line %d ends in blanks" % n)
    if ascii and not line.isascii():
        sys.exit("line %d is not ASCII: %s" % (n, line))
PYTHON
fits() { # WIDTH [ascii]
    holds "no line is longer than $1${2:+, and all is $2}" python3 "$tmp/fits.py" "$tmp/out" "$@"
}


t "a drawing of the demo host" 0 --host demo topo --view cpu --width 80
out "Package 0 · AMD EPYC"
out "32/33"
t "in ASCII" 0 --host demo topo --ascii --view pci
out "01:00.0 Samsung NVMe"
no_out "│"
t "distances" 0 --host demo topo --view numa
out "From"
t "a tree" 0 --host demo topo -o tree
out "Package 0"
t "JSON" 0 --host demo topo -o json
json "len(d) > 0"
t "a picture, in the colours of a theme" 0 --host demo topo -o svg --theme light
out "<svg"
# This machine, where the module for it was built.
modules=$(dirname "$xendeck")/modules
if [ -e "$modules/native.so" ]; then
    export XENDECK_MODULES="$modules"
    t "this machine" 0 topo --width 100
    out "Package 0"
    t "for hwloc" 0 topo -o hwloc-xml
    out "<topology"
    t "recorded" 0 capture --topology "$tmp/host.xdt"
    t "and drawn from the recording" 0 topo --from "$tmp/host.xdt" --view cpu
    out "Package 0"
    export XENDECK_MODULES=/nonexistent
fi
mkdir -p "$tmp/empty/sys" "$tmp/empty/proc"
echo nothing >"$tmp/empty/sys/nothing"
tar -C "$tmp/empty" -cf "$tmp/empty.tar" sys proc
t "an archive that tells of no machine" 0 topo --from "$tmp/empty.tar"
err "xendeck: no source told of any CPU"
no_err "xendeck: xendeck"
t "never the demo host unasked" 5 topo
err "no live host"

# Whatever is drawn fits, as wide as it may be.
for view in all cpu memory pci numa; do
    for width in 20 80 132; do
        t "$view, $width wide" 0 --host demo topo --view $view --width $width
        fits $width
        silent
        t "the same in ASCII" 0 --host demo topo --view $view --width $width --ascii
        fits $width ascii
    done
done
for file in "$fixtures"/*.xdt; do
    t "$(basename "$file")" 0 topo --from "$file" --width 100
    fits 100
done
t "without a width or a terminal it is 80" 0 --host demo topo
fits 80
t "the console's option for ASCII" 0 --host demo --glyphs ascii topo
fits 80 ascii

t "PCI, and who has what" 0 --host demo topo --view pci --width 80
out "→ win-files"
out "→ assignable"
no_out "P0 A1"

# What is marked in the drawing, as on the screen.
t "who runs where" 0 --host demo topo --view cpu --overlay running
out "d Domain-0"
fits 80
t "pools" 0 --host demo topo --view cpu --overlay pools
out "A Pool-0"
t "load, in ASCII" 0 --host demo topo --view cpu --overlay load --ascii --width 60
out "busy all the time"
fits 60 ascii
t "where a domain may run" 0 --host demo topo --view cpu --overlay affinity --domain web1
out "web1: * may and would rather"
t "whose?" 1 --host demo topo --overlay affinity
err "--overlay affinity and --domain NAME go together"
t "a domain that isn't there" 1 --host demo topo --overlay affinity --domain nobody
err 'there is no domain "nobody"'
t "what goes over links" 0 --host demo topo --view pci --overlay links --width 100
out "%: of the link, the busier way"
out "nvme0n1 953G"
fits 100
t "which the CPUs don't show" 1 --host demo topo --view cpu --overlay links
err "--overlay links shows in --view all and pci, not in cpu"
t "one that there isn't" 1 --host demo topo --overlay heat
err "running, affinity, pools, load, links or nothing"
t "only in the drawing" 1 --host demo topo -o svg --overlay load
err "--overlay is nothing to -o svg"
t "a machine in a file runs nothing" 5 topo --from "$fixtures/four.xdt" --overlay running
err "says nothing of its domains"

t "one thing, by id" 0 --host demo topo node/1
out "Node 1 32G"
no_out "Node 0"
t "by what it is called" 0 --host demo topo "Node 1"
no_out "Package"
t "in any format" 0 --host demo topo "Node 1" -o tree
out "Node 1  32G"
no_out "Node 0"
t "as JSON" 0 --host demo topo node/1 -o json
json "d['things'][0]['id'] == 'node/1' and not d['distances']"
t "as a picture" 0 --host demo topo node/1 -o svg
out "Node 1 of atlas"
t "but for hwloc, whose XML is of machines" 1 --host demo topo node/1 -o hwloc-xml
err "of whole machines, not of node/1 alone"
t "a name that two have" 1 --host demo topo L3
err "several are called L3: l3/0 and l3/8"
t "one that isn't there" 1 --host demo topo node/77
err 'there is no "node/77" in this machine; did you mean node/'
escape=$(printf '\033')
t "one that is hostile" 1 --host demo topo "a${escape}[31m"
no_err "$escape"

# Folded until it fits: the largest machine on one screen.
t "all of it" 0 topo --from "$fixtures/made-big.xdt" --view cpu --width 132
out "1022"
holds "is more than a screen" test "$(wc -l <"$tmp/out")" -gt 43
t "in 43 lines" 0 topo --from "$fixtures/made-big.xdt" --view cpu --width 132 --height 43
holds "fits" test "$(wc -l <"$tmp/out")" -le 43
out "×2 threads"

t "a tree in ASCII, 60 wide" 0 --host demo topo -o tree --ascii --width 60
fits 60 ascii
n=$(wc -l <"$tmp/out")
t "unfolded" 0 --host demo topo -o tree --unfolded
holds "it has more lines" test "$(wc -l <"$tmp/out")" -gt "$n"
t "SVG for print" 0 --host demo topo -o svg
cp "$tmp/out" "$tmp/print.svg"
t "SVG in the colours of a theme" 0 --host demo --theme high-contrast topo -o svg
holds "is another" sh -c "! cmp -s '$tmp/out' '$tmp/print.svg'"
holds "is XML" python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "$tmp/out"
t "hwloc's XML" 0 --host demo topo -o hwloc-xml
cp "$tmp/out" "$tmp/h.xml"
t "which is read again" 0 topo --from "$tmp/h.xml" --view cpu
out "Package 1"
out "12/13 14/15"

# Names of strangers: wide ones, combining ones, that turn the line round, that speak to a terminal.
python3 - "$tmp/evil.xml" <<'PYTHON'
import sys
sets = 'cpuset="%s" complete_cpuset="%s" nodeset="0x1" complete_nodeset="0x1"'
pu = '<object type="Core" os_index="%d" {0}><object type="PU" os_index="%d" {0}/></object>'
both = sets % ("0x3", "0x3")
evil = "a\u202egnp.exe \u6f22\u5b57\u6f22\u5b57\u6f22\u5b57 e\u0301\u0301 \u009b31m %s%n" * 4
open(sys.argv[1], "w", encoding="utf-8").write(
    '<?xml version="1.0" encoding="UTF-8"?><topology version="2.0"><object type="Machine" '
    'os_index="0" %s><info name="DMIProductName" value="%s"/><object type="Package" os_index="0" %s>'
    '<info name="CPUModel" value="%s"/>' % (both, evil, both, evil)
    + "".join(pu.format(sets % (m, m)) % (i, i) for i, m in ((0, "0x1"), (1, "0x2")))
    + '</object></object></topology>')
PYTHON
for width in 20 33 34 80; do
    t "hostile names, $width wide" 0 topo --from "$tmp/evil.xml" --width $width
    fits $width
    t "in a tree" 0 topo --from "$tmp/evil.xml" -o tree --width $width
    fits $width
done
out "gnp.exe"
holds "nothing speaks to the terminal or turns the line" python3 -c '
import sys, unicodedata
s = open(sys.argv[1], encoding="utf-8").read().replace("\n", "")
sys.exit(any(unicodedata.category(c) in ("Cc", "Cf") for c in s))' "$tmp/out"
t "in ASCII" 0 topo --from "$tmp/evil.xml" --ascii
fits 80 ascii

# What would change nothing is refused.
t "a width is nothing to a picture" 1 --host demo topo -o svg --width 80
err "--width is nothing to -o svg: it is for text and tree"
t "nor is unfolding" 1 --host demo topo -o svg --unfolded
t "folding by height is of the drawing" 1 --host demo topo -o tree --height 20
t "a matrix is drawn only" 1 --host demo topo -o json --view numa
err "goes with -o text"
t "no such theme" 1 --host demo topo -o svg --theme nosuch
t "nothing of a topology" 5 --host "capture:$fixtures/../tiny.xdc" topo
err "says nothing of its topology"

t "no such format" 1 --host demo topo -o png
err "there are text, tree, json, dot, svg, hwloc-xml"
t "no such view" 1 --host demo topo --view up
err "all, cpu, memory, pci or numa"
t "too narrow" 1 --host demo topo --width 3
err "wanted 20 to 4000 cells, found 3"
t "two sources at once" 1 --host demo topo --from x
err "say one of them"
t "a word too many" 1 topo x y
err "one word too many"
t "no recording" 5 topo --from /etc/passwd
err "/etc/passwd"
t "no such file" 5 topo --from "$tmp/none"
err "$tmp/none"
head -c 2000 "$fixtures/made-big.xdt" >"$tmp/cut.xdt"
t "of a cut one what is left is drawn" 0 topo --from "$tmp/cut.xdt"
out "Package 0"
err "cut.xdt: entry "
err "at byte "
finish
