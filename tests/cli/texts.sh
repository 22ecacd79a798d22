#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The texts made from the tables: help, manual page, completion, version; and doctor.
. "$(dirname "$0")/lib.sh"

t "version" 0 --version
out "xendeck "
out "backend demo       built in"
t "help" 0 --help
out "Usage:"
out "Exit status:"
for command in get set do undo journal topo capture doctor help man completion; do
    t "help on $command" 0 $command --help
    out "xendeck $command"
    t "the same as a command" 0 help $command
    out "xendeck $command"
done
t "no line of the help is wider than 100" 0 --help
holds "100 columns" sh -c "! grep -E '.{101}' '$tmp/out'"

t "manual page" 0 man
cp "$tmp/out" "$tmp/xendeck.1"
out ".TH XENDECK 1"
# What can be edited is called as `set` takes it: parity.sh has an object of each kind.
for object in host 'domain/\fINAME\fR' 'vcpu/\fIDOMAIN\fR/\fIVCPU\fR' 'pool/\fINAME\fR' \
    'pcpu/\fIPCPU\fR' 'disk/\fIDOMAIN\fR/\fIVDEV\fR' 'nic/\fIDOMAIN\fR/\fIDEVID\fR' \
    'pci/\fIBDF\fR' 'param/\fINAME\fR'; do
    out "$object"
done
if command -v mandoc >/dev/null; then
    holds "mandoc finds no error" mandoc -T lint -W error "$tmp/xendeck.1"
    holds "and can print it" sh -c "mandoc -T utf8 '$tmp/xendeck.1' >'$tmp/page' && grep -q 'rolled back' '$tmp/page'"
fi
t "completion" 0 completion
cp "$tmp/out" "$tmp/completion"
if command -v bash >/dev/null; then
    holds "bash reads it" bash -n "$tmp/completion"
    holds "it offers commands" bash -c ". '$tmp/completion'; complete -p xendeck"
fi

t "doctor" 0 --host demo:tiny doctor
out "backend"
out "Demo host"
# A module that calls what it isn't linked with can't be loaded, and doctor says so.
modules=$(dirname "$xendeck")/modules
if [ -d "$modules" ]; then
    export XENDECK_MODULES="$modules"
    t "doctor, with the modules" 0 doctor --host live
    no_out "undefined symbol"
    export XENDECK_MODULES=/nonexistent
fi
t "doctor as JSON" 0 --host demo:tiny doctor -o json
json 'd["table"] == "checks" and all(r["status"] in ("ok", "warn", "absent") for r in d["rows"])'
json 'all(r["remedy"] for r in d["rows"] if r["status"] != "ok")'

t "the console needs a terminal, and says what doesn't" 1 --host demo:tiny
err "terminal"
finish
