#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# xendeck cpuid: explain, models, show, diff, level, check, translate, on files and names alone; and
# matrix and why, of a host.
. "$(dirname "$0")/lib.sh"

cat >"$tmp/old.txt" <<'EOF'
CPU 0:
   0x00000000 0x00: eax=0x00000007 ebx=0x756e6547 ecx=0x6c65746e edx=0x49656e69
   0x00000001 0x00: eax=0x000306a9 ebx=0x00020800 ecx=0x1fbae3ff edx=0xbfebfbff
   0x00000007 0x00: eax=0x00000000 ebx=0x00000281 ecx=0x00000000 edx=0xbc000400
   0x80000000 0x00: eax=0x80000008 ebx=0x00000000 ecx=0x00000000 edx=0x00000000
   0x80000001 0x00: eax=0x00000000 ebx=0x00000000 ecx=0x00000001 edx=0x28100800
   0x80000002 0x00: eax=0x65746e49 ebx=0x2952286c ecx=0x6f655820 edx=0x2952286e
   0x80000003 0x00: eax=0x55504320 ebx=0x2d334520 ecx=0x30333231 edx=0x20325620
   0x80000004 0x00: eax=0x20402020 ebx=0x30332e33 ecx=0x007a4847 edx=0x00000000
   0x80000008 0x00: eax=0x00003024 ebx=0x00000000 ecx=0x00000000 edx=0x00000000
EOF
printf 'new1 078bfbff:f7fa3203:2c100800:00000121:0000000f:d19f27eb:00000008\n' >"$tmp/pool.txt"
printf 'new2 078bfbff:f7fa3203:2c100800:00000121:0000000f:d19f27eb:00000000\n' >>"$tmp/pool.txt"

t "no verb" 1 cpuid
err 'cpuid does one of: explain FEATURE…'
t "a misspelt verb" 1 cpuid explian avx
err 'did you mean explain?'

t "explain" 0 cpuid explain avx2 pdpe1gb
silent
out 'avx2: AVX2: 256-bit vectors of whole numbers'
out 'CPUID 0x00000007:0.ebx bit 5'
out 'needs         xsave and avx'
out 'page1gb: Pages of 1 GiB'
out 'HVM with HAP'
t "explain as JSON" 0 cpuid explain avx2 -o json
json 'd[0]["name"] == "avx2" and d[0]["word"] == 5 and d[0]["needs"] == ["avx"]'
t "explain what is not there" 1 cpuid explain avx22
err 'there is no feature "avx22"; did you mean avx2?'
t "explain a model" 1 cpuid explain Haswell
err 'Haswell is a model: see xendeck cpuid models Haswell'

t "all models" 0 cpuid models
out 'x86-64-v3'
out 'EPYC-Turin'
t "all models as JSON" 0 cpuid models -o json
json 'len(d["rows"]) > 80 and all(r["features"] > 20 for r in d["rows"])'
t "one model" 0 cpuid models Cascadelake-Server-noTSX
out 'Cascadelake-Server-v3: Intel Xeon Scalable, 2nd generation'
out 'removes       hle and rtm'
out 'libvirt made it from version 1'
mkdir "$tmp/map" && cat >"$tmp/map/x86_Hill.xml" <<'XML'
<cpus><model name='Hill'><vendor name='Intel'/><feature name='fpu'/><feature name='fxsr'/><feature name='sse'/>
<feature name='sse2'/></model></cpus>
XML
t "models of libvirt's" 0 cpuid models Hill --cpu-map "$tmp/map"
out "Hill: a model of libvirt's"
err '1 models, 1 of them added'
export XENDECK_CPU_MAP="$tmp/map"
t "a name that only libvirt knows" 0 cpuid translate Hill,+sse3 --to hex
silent
t "… and a wrong one" 1 cpuid translate Hull --to hex
err 'there is no model "Hull"'
echo '<cpus>' >"$tmp/map/x86_Bad.xml"
t "libvirt's folder is damaged" 1 cpuid models Hill
err "libvirt's models are left out: $tmp/map: x86_Bad.xml:2:1:"
export XENDECK_CPU_MAP=/nonexistent
t "no such folder" 1 cpuid models --cpu-map "$tmp/nowhere"
err "$tmp/nowhere: No such file or directory"
printf 'Available CPUs:\nx86 Haswell-Refresh  (alias of Haswell-v4)\n' >"$tmp/help"
t "a name that QEMU's help tells" 0 cpuid models Haswell-Refresh --qemu-help "$tmp/help"
out 'Haswell-v4'
err '1 models, 1 further names'
t "not QEMU's help" 1 cpuid models --qemu-help "$tmp/old.txt"
err "$tmp/old.txt:1:1: wanted what"
t "a misspelt model" 1 cpuid models Hasswell
err 'did you mean Haswell?'

t "show a dump" 0 cpuid show "$tmp/old.txt"
out 'Intel(R) Xeon(R) CPU E3-1230 V2'
out 'family 6, model 58, stepping 9'
out 'addresses: 36 bits of memory, 48 bits for programs'
t "show a dump as JSON" 0 cpuid show "$tmp/old.txt" -o json
json '{r["name"]: r["old.txt"] for r in d["rows"]}["avx"] is True'
t "show what nobody knows" 0 cpuid show "$tmp/old.txt" --all -o json
json '{r["name"]: r["old.txt"] for r in d["rows"]}["rdcl-no"] is None'
json '{r["name"]: r["old.txt"] for r in d["rows"]}["avx2"] is False'
t "show this machine" 0 cpuid show host -o csv
err 'what the CPUID instruction says'
t "diff" 0 cpuid diff SandyBridge IvyBridge
out 'f16c'
no_out 'sse2'
t "diff with meanings" 0 cpuid diff SandyBridge IvyBridge --explain
out 'conversion between 16-bit and 32-bit'
t "diff of the same" 0 cpuid diff Haswell Haswell-v1
out 'no feature differs'
t "diff of one" 1 cpuid diff Haswell
err 'diff takes two sets or more'

t "level" 0 cpuid level "$tmp/old.txt" "$tmp/pool.txt"
out '3 hosts have'
out 'as a model     '
out 'cpuid = "host,'
out 'new1 loses'
t "level as JSON" 0 cpuid level "$tmp/old.txt" "$tmp/pool.txt" -o json
json 'd["n_hosts"] == 3 and "avx2" not in d["common"] and "avx" in d["common"]'
json '"pku" in d["hosts"][1]["loses"] and "pku" not in d["hosts"][2]["loses"]'
json '"avx2=0" in d["xl"] and "avx512f" not in d["xl"]'
t "level of vendors" 0 cpuid level Haswell EPYC
out 'several vendors'
t "level from standard input has nothing" 1 cpuid level -
err 'there is no CPUID in it'

t "check: yes" 0 cpuid check Nehalem --on "$tmp/old.txt"
out 'yes: Nehalem can run on old.txt'
t "check: no" 2 cpuid check Haswell --on "$tmp/old.txt"
out "no: Haswell can't run on old.txt"
out 'old.txt has no avx2'
out 'started anew it would run there with cpuid="host,'
t "check: unsure" 4 cpuid check Cascadelake-Server-v2,-avx512*,-avx2,-fma --on 178bfbff:ffffffff:2c100800:00000121:0000000f:ffffffff:ffffffff:00000000:00000000:ffffffff
out 'nothing is known of rdcl-no'
t "check as JSON" 2 cpuid check Haswell --on "$tmp/old.txt" -o json
json 'd["answer"] == "no" and "avx2" in d["missing"] and d["reasons"][0]["text"]'
t "check without a host" 1 cpuid check Haswell
err 'check one guest on one host'
t "a file of several sets as a guest" 1 cpuid check "$tmp/pool.txt" --on Haswell
err 'which one is the guest'
t "one of several sets" 2 cpuid check "$tmp/pool.txt:new1" --on Haswell
out "no: pool.txt:new1 can't run on Haswell"
t "a set that is not there" 1 cpuid check "$tmp/pool.txt:new9" --on Haswell
err 'pool.txt has no "new9"; it has new1, new2'

t "translate to QEMU" 0 cpuid translate SandyBridge,+pdpe1gb,-avx2,-pclmuldq --to qemu
out '-cpu SandyBridge,+pdpe1gb,-pclmulqdq'
t "translate from QEMU" 0 cpuid translate --to spec -- '-cpu Haswell-noTSX,+vmx'
out 'Haswell-v2,+vmx'
t "… without -cpu" 0 cpuid translate Haswell-noTSX,+vmx,kvm=off --from qemu --to spec
err 'not understood: kvm=off'
out 'Haswell-v2,+vmx'
t "translate to xl" 0 cpuid translate host,-avx --to xl
out 'cpuid = "host,avx=0"'
silent
printf 'name = "web1"\ncpuid = "host"\nmemory = 64\n' >"$tmp/web1.cfg"
chmod 640 "$tmp/web1.cfg"
t "into a configuration: shown first" 0 cpuid translate host,-avx2 --to xl --into "$tmp/web1.cfg"
out "web1.cfg:2: cpuid = \"host\""
out '→ cpuid = "host,avx2=0"'
out "nothing was written: --yes does it"
holds "it is as it was" grep -q '^cpuid = "host"$' "$tmp/web1.cfg"
t "… written with --yes" 0 cpuid translate host,-avx2 --to xl --into "$tmp/web1.cfg" --yes
out "written; as it was: "
holds "the line alone is another" sh -c "printf 'name = \"web1\"\ncpuid = \"host,avx2=0\"\nmemory = 64\n' |
    cmp - '$tmp/web1.cfg' && grep -q '^cpuid = \"host\"$' '$tmp/web1.cfg.before'"
holds "its rights are those it had" sh -c "[ \$(stat -c %a '$tmp/web1.cfg') = 640 ]"
t "… once is enough" 0 cpuid translate host,-avx2 --to xl --into "$tmp/web1.cfg" --yes
out "says so already"
printf 'cpuid = [\n' >"$tmp/bad.cfg"
t "into what is no configuration" 1 cpuid translate host,-avx2 --to xl --into "$tmp/bad.cfg" --yes
err "bad.cfg:1:9: the list that begins here has no end"
t "into a configuration, in QEMU's words" 1 cpuid translate host --to qemu --into "$tmp/web1.cfg"
err "--into goes with --to xl"
holds "translate from standard input, its line's end apart" sh -c "
    [ \"\$(echo host,-avx | '$xendeck' cpuid translate - --to xl)\" = 'cpuid = \"host,avx=0\"' ]"
t "translate from libvirt" 0 cpuid translate "<cpu mode='host-model'><feature policy='disable' name='avx'/></cpu>" --to xl
out 'cpuid = "host,avx=0"'
t "what can't be said" 0 cpuid translate host,+monitor --to xl
err 'not said: monitor: Xen 4.17 shows it to no HVM guest'
t "what is broken is explained and mended" 0 cpuid translate IvyBridge,-avx --to qemu
err 'f16c needs avx'
err 'whole is: IvyBridge,-avx,-f16c'
t "translate as JSON" 0 cpuid translate host,+monitor,-avx --to xl -o json
json 'd["text"] == "cpuid = \"host,avx=0\"" and len(d["not_said"]) == 1'
t "a caret" 1 cpuid translate SandyBridge,+pdpe1bg --to xl
err 'there is no feature "pdpe1bg"; did you mean pdpe1gb?'
err '               ^'
t "contradictions" 1 cpuid translate host,+avx,-avx --to xl
err 'avx is both added and taken away'
t "an unknown target" 1 cpuid translate host --to vmware
err '"vmware" is not spec, xl, xend, libvirt, qemu, hex or leaves'
t "no target" 1 cpuid translate host
err 'into what?'
t "leaves come back" 0 cpuid translate Westmere --to leaves
cp "$tmp/out" "$tmp/westmere.txt"
t "… as the same" 0 cpuid diff "$tmp/westmere.txt" Westmere
out 'no feature differs'

# A host's processor, Xen's policies and a guest, as xen-cpuid -p prints a host; and its capture.
t "matrix" 0 --host demo cpuid matrix
silent
out 'FEATURE               raw  host  pv-max  hvm-max  pv-def  hvm-def  Domain-0  web1'
out 'Vectors: MMX, SSE, AVX'
out '* has it   . off   x off here first'
out 'nobody has them; --all shows them'
no_out 'amx-tile'
t "matrix of chosen columns" 0 --host demo cpuid matrix -c 'raw,hvm-*,web1' --different
out 'FEATURE               raw  hvm-max  hvm-def  web1'
no_out '  fpu '
out "they don't differ"
t "matrix: what is searched" 0 --host demo cpuid matrix --search 'pni' --explain
out 'sse3'
out 'SSE3: sums within a vector'
no_out 'fpu'
t "matrix as JSON" 0 --host demo cpuid matrix --all -o json
json 'd["schema"] == 1 and d["columns"][0] == {"name": "raw", "machine": None, "layer": "raw", "guests": None, "key": "raw"}'
json 'len(d["features"]) > 300 and d["hidden"] == 0'
json 'all(len(f["cells"]) == len(d["columns"]) for f in d["features"])'
json '[f for f in d["features"] if f["name"] == "erms"][0]["lost"][0]["cause"] == "domain'"'"'s policy"'
json 'all(l["text"].endswith(".") for f in d["features"] for l in f["lost"])'
t "matrix: no such column" 1 --host demo cpuid matrix -c raw,nobody
err 'there is no column "nobody"'
t "matrix: no CSV" 1 --host demo cpuid matrix -o csv
err 'text or json'
t "why" 0 --host demo cpuid why erms
out 'The processor of this host has erms.'
out 'The policy of web1 takes erms away'
out "a running domain's policy can't change"
t "why in a column" 0 --host demo cpuid why erms web1
out 'web1: off'
no_out 'web2'
t "why as JSON" 0 --host demo cpuid why svm web1 hvm-def -o json
json '[c["cell"] for c in d["columns"]] == ["gained", "lost"]'
json 'd["columns"][1]["cause"] == "another setting" and "nestedhvm=1" in d["columns"][1]["remedy"]'
t "why of what is not there" 1 --host demo cpuid why avx22
err 'did you mean avx2?'
t "why of nothing" 1 cpuid why
err 'For example: xendeck cpuid why avx2 web1'
t "a capture of a host" 0 --host demo capture "$tmp/node7.xdc" --count 1
t "matrix of this host and another" 0 --host demo cpuid matrix host "$tmp/node7.xdc" -c 'raw,*:raw'
out 'raw  node7.xdc:raw'
t "matrix of another host alone" 0 cpuid matrix "$tmp/node7.xdc" --search erms
out 'hvm-def  Domain-0  web1  web2'
t "why on another host" 0 cpuid why pku --on "$tmp/node7.xdc"
out 'raw'
no_out 'node7.xdc:'
printf '078bfbff:f7fa3203:2c100800:00000121:0000000f:d19f27eb\n' >"$tmp/node8.txt"
t "matrix of a featureset" 0 cpuid matrix "$tmp/node8.txt" --search avx2
out 'avx2                *'
t "matrix of nothing" 1 cpuid matrix "$tmp/none.txt"
err 'none.txt: No such file'
err 'chosen with -c'
t "columns by the table's own names" 0 --host demo cpuid why erms pv-default
out 'pv-def: on'
t "matrix of a capture without any" 5 --host capture:"$(dirname "$0")/../fixtures/tiny.xdc" cpuid matrix
err 'tells nothing of CPU features'

printf 'CPU 0:\n   0x00000000 0x00: eax=0x000000\n' >"$tmp/cut.txt"
t "a truncated dump" 1 cpuid show "$tmp/cut.txt"
err 'cut.txt:2:'
t "a file that is not there" 1 cpuid show "$tmp/none.txt"
err 'there is no such file'
t "help" 0 cpuid --help
out '--on SOURCE'
finish
