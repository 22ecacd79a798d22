#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Second threads of cores, off and on again. To be run in the dom0 of a lab whose CPUs have them (no
# guests but PV ones there, so there are none here):
#   tests/lab/lab run --cpu Skylake-Server --smp 8,sockets=2,cores=2,threads=2 'bash /tests/knobs-smt.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

info() { xl info | awk -v k="$1" '$1 == k { print $3 }'; }
smt() { xendeck get host --once -o json -c smt | jq '.rows[0].smt'; }
pcpus_online() { xendeck get pcpus --once -o json -c pcpu,online | jq -r '.rows[] | select(.online) | .pcpu' | xargs; }

is "eight pCPUs, two to a core" "$(info nr_cpus) $(info threads_per_core)" "8 2"
is "xendeck says that second threads are in use" "$(smt)" true
xendeck get limits --once -o csv >$OUT
check "nothing keeps one from switching them" eval "! grep -q '^cpu.smt,' $OUT"

set_ "they go off" host cpu.smt=no
is "Xen uses the first ones" "$(info nr_cpus) $(info threads_per_core)" "4 1"
is "xendeck too" "$(pcpus_online)" "0 2 4 6"
is "and says so, though it was not there when they went" "$(smt)" false
refused "one alone can't come back" 'second thread, and those are off: cpu.smt=yes' \
    pcpu/1 pcpu.online=yes
is "it didn't" "$(info nr_cpus)" 4
undone "they are taken back"
is "Xen uses all" "$(info nr_cpus) $(info threads_per_core)" "8 2"
is "xendeck says so" "$(smt)" true

set_ "one is taken from its pool" pcpu/7 pcpu.pool=none
edit 0 "into another" "do" host pool-create name=p1 sched=credit2 cpus=7 --yes
refused "they can't go while one is in another pool" \
    'pCPU 7 is a second thread in cpupool p1.*pcpu.pool=none' host cpu.smt=no
is "none went" "$(info nr_cpus)" 8
edit 0 "the pool ends" "do" pool/p1 pool-destroy --yes
set_ "now they can" host cpu.smt=no
is "and did, the free one too" "$(info nr_cpus)" 4
set_ "they come back" host cpu.smt=yes
is "Xen uses all" "$(info nr_cpus)" 8
set_ "a vCPU of dom0 is pinned to one" vcpu/Domain-0/1 vcpu.affinity=3
refused "they can't go while a vCPU needs one" 'vCPU Domain-0/1 may run nowhere else' \
    host cpu.smt=no
is "none went" "$(info nr_cpus)" 8
tap_end
