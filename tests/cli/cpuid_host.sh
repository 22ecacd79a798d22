#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# xendeck cpuid on the policies of hosts and their domains: --host, and captures.
. "$(dirname "$0")/lib.sh"

t "the policies" 0 get cpuid --host demo -o json
json 'len(d["rows"]) == 6 + 14'
json '[r["kind"] for r in d["rows"]][:7] == ["raw", "host", "max", "max", "default", "default", "domain"]'
json 'd["rows"][1]["command_line"].find("cpuid=no-pku") > 0 and d["rows"][0]["command_line"] is None'
t "their leaves" 0 get cpuid_leaves --host demo -f policy=hvm-max -o json
json '[r["ebx"] for r in d["rows"] if r["leaf"] == "0x00000000:0"] == ["0x68747541"]'

t "all of a host's side by side" 0 cpuid show --host demo
out 'hvm-default'
t "what a word takes away" 0 cpuid diff raw host --host demo -o json
json '"pku" in [r["name"] for r in d["rows"]]'
t "a domain and the default of its kind" 0 cpuid diff web1 hvm-default --host demo -o json
json '{r["name"]: (r["web1"], r["hvm-default"]) for r in d["rows"]}["vaes"] == (False, True)'
t "a domain by its number" 0 cpuid diff 1 domain/1 --host demo
out 'no feature differs'
t "a domain that isn't there" 1 cpuid show web9 --host demo

t "a guest on its own host" 0 cpuid check web1 --on host --host demo
out 'yes: web1 can run on demo'
t "a PV guest on its own host" 0 cpuid check Domain-0 --on host --host demo
t "a guest with all on an older model" 2 cpuid check web3 --on EPYC-Rome --host demo
out 'EPYC-Rome has no vaes'
t "a levelled one" 0 cpuid check web1 --on EPYC-Rome,+ibrs --host demo

t "record it" 0 capture --count 1 --force "$tmp/demo.xdc" --host demo
t "a capture has them" 0 get cpuid --host "capture:$tmp/demo.xdc" -o json
json 'len(d["rows"]) == 20'
t "… and is a host" 0 cpuid check web1 --on "$tmp/demo.xdc" --host demo
out 'yes: web1 can run on demo.xdc'
t "… with guests" 2 cpuid check "$tmp/demo.xdc:web3" --on Haswell
out 'Haswell has no sse4a'
t "… that a guest must be picked of" 1 cpuid check "$tmp/demo.xdc" --on Haswell
err 'which guest of it?'
t "a domain that it hasn't" 1 cpuid check "$tmp/demo.xdc:web9" --on Haswell
err 'has no "web9"; it has'
t "the same live and recorded" 0 cpuid diff "$tmp/demo.xdc:web1" web1 --host demo
out 'no feature differs'
t "level a capture and a model" 0 cpuid level "$tmp/demo.xdc" EPYC-Rome -o json
json 'd["n_hosts"] == 2 and "vaes" in d["hosts"][0]["loses"] and d["hosts"][0]["name"] == "demo.xdc"'
t "what host means there" 0 cpuid translate host,-avx --to hex --on "$tmp/demo.xdc:hvm-default"
printf 'name="x"\ntype="pvh"\nkernel="/k"\n' >"$tmp/x.cfg"
t "a dry run, on the simulated host" 0 cpuid try "$tmp/x.cfg" --spec host,-avx2 --yes --host demo
out 'avx2, vaes and vpclmulqdq'
out 'It is what was predicted'
err 'nothing is left to undo'
t "… as JSON" 0 cpuid try "$tmp/x.cfg" --spec host,-avx2 --yes --host demo -o json
json 'd["as_predicted"] and d["less_than_unasked"] == ["avx2", "vaes", "vpclmulqdq"] and "sse2" in d["features"]'
t "planned only" 0 cpuid try "$tmp/x.cfg" --spec host,-avx2 --dry-run --host demo
no_out 'features'
t "its result is a table" 5 get cpuid_try --host demo
err 'no dry run was made'
t "no policy that xl would take" 2 do host cpuid-try "file=$tmp/x.cfg" 'cpuid=a"b' --yes --host demo
t "the demo host has no configurations to write" 2 do host cpuid-config "file=$tmp/x.cfg" cpuid=host \
    --yes --host demo
err 'no configuration files'
t "try a bad spec" 1 cpuid try "$tmp/x.cfg" --spec host,-avx22 --host demo
err 'avx2'
finish
