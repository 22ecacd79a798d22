#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The program cpuid (Debian's package) and we read the same dumps, this machine's and those of
# models, and say the same of them.
. "$(dirname "$0")/lib.sh"

if ! command -v cpuid >/dev/null; then
    echo "# skipped: cpuid is not installed (tools/deps test)"
    finish
    exit
fi

cat >"$tmp/compare.py" <<'PY'
import json, re, subprocess, sys
xendeck, dump = sys.argv[1:3]
# Its words for a feature (the section counts where two leaves use the same), and ours.
NAMES = """x87 FPU on chip|fpu
CMPXCHG8B inst.|cx8
SSE2 extensions|sse2
SS: self snoop|ss
PNI/SSE3: Prescott New Instructions|sse3
PCLMULDQ instruction|pclmulqdq
MONITOR/MWAIT|monitor
VMX: virtual machine extensions|vmx
SSSE3 extensions|ssse3
FMA instruction|fma
CMPXCHG16B instruction|cx16
PCID: process context identifiers|pcid
SSE4.1 extensions|sse4-1
SSE4.2 extensions|sse4-2
x2APIC: extended xAPIC support|x2apic
MOVBE instruction|movbe
POPCNT instruction|popcnt
time stamp counter deadline|tsc-deadline
AES instruction|aesni
XSAVE/XSTOR states|xsave
AVX: advanced vector extensions|avx
F16C half-precision convert instruction|f16c
RDRAND instruction|rdrand
hypervisor guest status|hypervisor
FSGSBASE instructions|fsgsbase
IA32_TSC_ADJUST MSR supported|tsc-adjust
BMI1 instructions|bmi1
HLE hardware lock elision|hle
AVX2: advanced vector extensions 2|avx2
SMEP supervisor mode exec protection|smep
BMI2 instructions|bmi2
enhanced REP MOVSB/STOSB|erms
INVPCID instruction|invpcid
RTM: restricted transactional memory|rtm
AVX512F: AVX-512 foundation instructions|avx512f
AVX512DQ: double & quadword instructions|avx512dq
RDSEED instruction|rdseed
ADX instructions|adx
SMAP: supervisor mode access prevention|smap
CLFLUSHOPT instruction|clflushopt
CLWB instruction|clwb
AVX512CD: conflict detection instrs|avx512cd
SHA instructions|sha
AVX512BW: byte & word instructions|avx512bw
AVX512VL: vector length|avx512vl
UMIP: user-mode instruction prevention|umip
PKU protection keys for user-mode|pku
GFNI: Galois Field New Instructions|gfni
VAES instructions|vaes
VPCLMULQDQ instruction|vpclmulqdq
LA57: 57-bit addrs & 5-level paging|la57
MOVDIRI instruction|movdiri
fast short REP MOV|fsrm
SERIALIZE instruction|serialize
AMX-TILE: tile architecture support|amx-tile
IBRS/IBPB: indirect branch restrictions|ibrsb
IA32_ARCH_CAPABILITIES MSR|arch-caps
SSBD: speculative store bypass disable|ssbd
AVX-VNNI: AVX VNNI neural network instrs|avx-vnni
AVX512_BF16: bfloat16 instructions|avx512-bf16"""
NAMES = dict(line.split("|") for line in NAMES.splitlines())
theirs = {}
for line in subprocess.run(["cpuid", "-f", dump], capture_output=True, text=True).stdout.splitlines():
    m = re.match(r"^      (\S.*?)\s+= (true|false)$", line)
    if m and m.group(1) in NAMES:
        theirs.setdefault(NAMES[m.group(1)], m.group(2) == "true")
rows = json.loads(subprocess.run([xendeck, "cpuid", "show", dump, "--all", "-o", "json"],
                                 capture_output=True, text=True).stdout)["rows"]
column = [k for k in rows[0] if k not in ("name", "group", "guests", "where", "text")][0]
ours = {r["name"]: r[column] for r in rows}
odd = {n: (yes, ours.get(n)) for n, yes in theirs.items() if ours.get(n) is not None and ours[n] != yes}
told = sum(ours.get(n) is not None for n in theirs)
lost = [n for n in theirs if n not in ours]
if odd or lost or told < 20:
    sys.exit(f"they and we differ: {odd}; not ours: {lost}; compared: {told} of {len(theirs)}")
PY

cpuid -r >"$tmp/raw.txt" 2>/dev/null
t "cpuid -r is what we ask ourselves" 0 cpuid diff "$tmp/raw.txt" host
out 'no feature differs'
holds "cpuid decodes this machine as we do" python3 "$tmp/compare.py" "$xendeck" "$tmp/raw.txt"
for model in Penryn SandyBridge Skylake-Server Sapphirerapids EPYC-Milan; do
    t "$model as leaves" 0 cpuid translate $model --to leaves
    cp "$tmp/out" "$tmp/$model.txt"
    holds "cpuid decodes $model as we do" python3 "$tmp/compare.py" "$xendeck" "$tmp/$model.txt"
done
finish
