#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `xendeck topo`: what it prints of the demo host, of this machine and of recordings.
. "$(dirname "$0")/lib.sh"

t "a drawing of the demo host" 0 --host demo topo --view cpu --width 80
out "Package 0 AMD EPYC"
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
t "never the demo host unasked" 5 topo
err "no live host"

t "no such format" 1 --host demo topo -o png
err "there are tree, json, dot, svg, hwloc-xml"
t "no such view" 1 --host demo topo --view up
err "all, cpu, memory, pci or numa"
t "too narrow" 1 --host demo topo --width 3
err "wanted 20 to 4000 cells, found 3"
t "two sources at once" 1 --host demo topo --from x
err "say one of them"
t "a word too many" 1 topo x
t "no recording" 5 topo --from /etc/passwd
err "/etc/passwd"
t "no such file" 5 topo --from "$tmp/none"
err "$tmp/none"
finish
