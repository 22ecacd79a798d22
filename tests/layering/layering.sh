#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/layering/layering.sh BUILD CC: who includes whom, by the table of ARCHITECTURE.md, and that
# the build itself would refuse a forbidden include.
set -u
build=$(cd "$1" && pwd) cc=${2:-cc}
passed=0 failed=0
ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "not ok: $*"; }

# room  folder  the rooms it may include
rooms='
base core/base base
xen xen base,xen
cpuid xen/cpuid base,xen
kernel kernel base,kernel
model core/model base,model,xen,kernel
capture core/capture base,model,capture
topo core/topo base,model,xen,kernel,topo
engine core/engine base,model,engine
policies policies base,model,policies
budgets core/budgets base,model,capture,engine,policies,budgets
cmd core/cmd base,xen,model,topo,engine,policies,budgets,capture,cmd
tui tui base,model,topo,engine,policies,budgets,cmd,xen,kernel,tui
tui_topo tui/topo base,model,topo,engine,cmd,xen,kernel,tui
demo backends/demo base,model,topo,xen,kernel,backend_demo
capture_backend backends/capture base,model,topo,xen,kernel,capture,backend_capture
policy_backend backends/policy base,model,topo,xen,kernel,policies,backend_policy
topofile backends/topofile base,model,topo,xen,kernel,capture,backend_topofile
'
# Every other backend is one like the others: its own folder, and the rooms that any may see.
for dir in backends/*/; do
    name=$(basename "$dir")
    case $rooms in *" ${dir%/} "*) ;; *) rooms="$rooms$name ${dir%/} base,model,topo,xen,kernel,backend_shared,backend_$name
" ;; esac
done
# A room that this table does not know is a mistake of this table.
for dir in core/*/ backends/*/; do
    [ -n "$(ls "$dir"*.c 2>/dev/null)" ] || continue
    case $rooms in *" ${dir%/} "*) ok ;; *) bad "$dir: no line in tests/layering/layering.sh" ;; esac
done

echo "$rooms" | awk 'NF' >"$build/layering.txt"
while read -r room dir may; do
    for file in "$dir"/*.[ch]; do
        [ -e "$file" ] || continue
        wrong=$(sed -n 's/^ *# *include "\([^"]*\)".*/\1/p' "$file" | awk -F/ -v may=",$may," '
            $1 == ".." || NF < 2 || index(may, "," $1 ",") == 0')
        if [ -n "$wrong" ]; then
            bad "$file includes" $wrong
        else
            ok
        fi
    done
done <"$build/layering.txt"

# Libraries that belong to one place.
only() { # HEADER-REGEX PLACE-REGEX
    dirs=$(echo "$rooms" | awk 'NF {print $2}' | xargs ls -d 2>/dev/null)
    users=$(find main.c $dirs -name '*.[ch]' -exec grep -l -E "^ *# *include <($1)" {} +)
    wrong=$(echo "$users" | grep -v -E "$2")
    if [ -n "$wrong" ]; then bad "<$1> is included by" $wrong; else ok; fi
    # … and where it belongs it is found, or nothing was looked at.
    if [ -n "$users" ]; then ok; else bad "nobody includes <$1>"; fi
}
only '(ncursesw/)?n?curses\.h' '^tui/term\.c$'
only '(ncursesw/)?term\.h' '^tui/term_caps\.c$'
only 'libxl|xenctrl|xenguest|xentoollog|xenstat|xenhypfs|xenstore' '^(backends/(libxl|devices|trace|topology|cpuid|power|shared)|tests/[a-z]+)/'
only 'zstd' '^(core|backends)/capture/'
only 'archive' '^(core/capture|tests/[a-z]+)/'
only 'hwloc' '^backends/native/'
only 'yaml\.h' '^core/base/'

# The build's own fence: from each room's folders of links, a header above it can't be found.
fence() { # ROOMS HEADER
    flags=
    for r in $(echo "$1" | tr , ' '); do flags="$flags -I$build/inc/$r"; done
    # in a folder without headers: what stands on standard input may include its own folder's
    if echo "#include \"$2\"" | (cd "$build" && $cc $flags -fsyntax-only -xc -) 2>/dev/null; then
        bad "the build lets {$1} include $2"
    else
        ok
    fi
}
fence base model/table.h
fence base,model engine/world.h
fence base,model,engine tui/canvas.h
fence base,model,engine cmd/command.h
fence base,model,engine,policies budgets/runner.h
fence base,model,xen,kernel engine/session.h
fence base,model,engine,cmd backend_demo/demo.h
# … and what is allowed is found, or the fence would prove nothing.
echo '#include "model/table.h"' | $cc -I"$build/inc/base" -I"$build/inc/model" -fsyntax-only -xc - &&
    ok || bad "an allowed include is not found"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
