#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does `xendeck get` say of this host what Xen's own tools say? To be run in the lab's dom0:
#   tests/lab/lab run 'bash /tests/agree.sh'

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

get() { xendeck get "$1" --once -o json; }

# same NAME OURS THEIRS: two commands whose outputs, sorted, must be alike. States change between two
# commands, so they may try a few times.
same() {
    local name=$1 ours=$2 theirs=$3 attempt
    for attempt in 1 2 3 4 5 6; do
        diff <($ours | sort) <($theirs | sort) >/root/difference && break
        sleep "0.$attempt"
    done
    [ ! -s /root/difference ] && [ -n "$($theirs)" ]
    result $? "$name" || note "$(cat /root/difference)"
}

# A host with one domain of each kind that can be had
populate() {
    xl cpupool-cpu-remove Pool-0 3
    xl cpupool-create 'name="Pool-1"' 'sched="credit"' 'cpus=["3"]' >/dev/null
    guest spin spin1
    guest idle idle1 vcpus=2
    guest idle wide1 vcpus=4 maxvcpus=4 memory=12 maxmem=16
    guest idle other1 'pool="Pool-1"'
    guest idle paused1
    xl pause paused1
    guest idle shut1 'on_poweroff="preserve"'
    eventually 20 xenstore-exists "/local/domain/$(domid shut1)/control/feature-poweroff"
    xl shutdown -w shut1 >/dev/null
    guest linux-pv pv1
    xl pause pv1
}

# --- xl list -v -c: name id MiB vCPUs flags uuid pool ---
ours_list() {
    get domains | jq -r '.rows[] |
        [.name, .id, (.mem_kib / 1024 | floor), .vcpus_online, .flags, .uuid, .pool] | @tsv'
}
theirs_list() { xl list -v -c | awk 'NR > 1 { OFS = "\t"; print $1, $2, $3, $4, $5, $7, $NF }'; }

# --- xl list -l: what the domains were made with ---
ours_config() {
    get domains | jq -r '.rows[] | select(.id > 0) |
        [.id, .name, .uuid, .type, .vcpus, .mem_target_kib, .mem_max_kib] | @tsv'
}
theirs_config() {
    xl list -l | jq -r '.[] | select(.domid > 0) | .config as $c | [.domid, $c.c_info.name,
        $c.c_info.uuid, ($c.c_info.type | ascii_downcase), $c.b_info.max_vcpus,
        $c.b_info.target_memkb, $c.b_info.max_memkb] | @tsv'
}

# --- xl cpupool-list, xl sched-* ---
ours_pools() { get pools | jq -r '.rows[] | [.name, .n_cpus, .sched, .domains] | @tsv'; }
theirs_pools() { xl cpupool-list | awk 'NR > 1 { OFS = "\t"; print $1, $2, $3, $5 }'; }
ours_sched() { get domains | jq -r '.rows[] | [.name, .weight, .cap] | @tsv'; }
theirs_sched() {
    { xl sched-credit2 && xl sched-credit; } |
        awk '!/^Cpupool/ && $1 != "Name" { OFS = "\t"; print $1, $3, $4 }'
}

# --- xl info -n: nodes in MiB, CPUs ---
ours_nodes() {
    get nodes | jq -r '.rows[] |
        [.node, (.mem_kib / 1024 | floor), (.free_kib / 1024 | floor), .distances] | @tsv'
}
theirs_nodes() {
    xl info -n | awk '/^numa_info/ { on = 1; next } on && /^ *[0-9]+:/ {
        sub(":", "", $1); gsub(",", " ", $4); OFS = "\t"; print $1, $2, $3, $4 }'
}
ours_cpus() { get pcpus | jq -r '.rows[] | [.pcpu, .core, .socket, .node] | @tsv'; }
theirs_cpus() {
    xl info -n | awk '/^cpu_topology/ { on = 1; next } /^device/ { on = 0 } on && /^ *[0-9]+:/ {
        sub(":", "", $1); OFS = "\t"; print $1, $2, $3, $4 }'
}
ours_host() {
    get host | jq -r '.rows[] | "nr_cpus \(.pcpus)", "nr_nodes \(.nodes)", "xen_version \(.xen_version)",
        "cores_per_socket \(.cores_per_socket)", "threads_per_core \(.threads_per_core)",
        "total_memory \(.mem_kib / 1024 | floor)", "free_memory \(.mem_free_kib / 1024 | floor)",
        "xen_scheduler \(.scheduler)", "release \(.kernel)", "host \(.name)"'
}
theirs_host() {
    xl info | awk '$1 ~ /^(host|release|nr_cpus|nr_nodes|cores_per_socket|threads_per_core|total_memory|free_memory|xen_version|xen_scheduler)$/ { print $1, $3 }'
}

# --- xl vcpu-list: "all" is 0-3 on this host ---
ours_vcpus() {
    get vcpus | jq -r '.rows[] | [.domain, .vcpu, .hard_affinity, .soft_affinity] | @tsv'
}
theirs_vcpus() {
    xl vcpu-list | awk 'NR > 1 { for (i = 1; i <= NF; i++) if ($i == "all") $i = "0-3"
        OFS = "\t"; print $1, $3, $(NF - 2), $NF }'
}

# --- xentop: memory and vCPUs. Domain-0 has no bound, which it writes in two words ---
ours_top() { get domains | jq -r '.rows[] | [.name, .mem_kib, .vcpus] | @tsv'; }
theirs_top() {
    xentop -b -i 1 | awk '$1 != "NAME" { sub("no limit", "none"); OFS = "\t"; print $1, $5, $9 }'
}

# --- xl dmesg: what is told of a byte that is no text is ours, so only printable ones count ---
plain() { LC_ALL=C tr -cd '\n -~' | sed 's/ *$//' | grep .; }
ours_dmesg() { get dmesg | jq -r '.rows[].text' | plain; }
theirs_dmesg() { xl dmesg | plain; }

check "the host is populated" populate
check "get domains gives JSON" get domains
same "xl list: name, id, memory, vCPUs, state, UUID and pool" ours_list theirs_list
same "xl list -l: type, most vCPUs, memory target and bound" ours_config theirs_config
same "xl cpupool-list: pools, their CPUs, schedulers and domains" ours_pools theirs_pools
same "xl sched-credit2 and sched-credit: weights and caps" ours_sched theirs_sched
same "xl info -n: nodes" ours_nodes theirs_nodes
same "xl info -n: pCPUs" ours_cpus theirs_cpus
same "xl info: the host" ours_host theirs_host
same "xl vcpu-list: affinities" ours_vcpus theirs_vcpus
same "xentop: memory and vCPUs" ours_top theirs_top
same "xl dmesg: Xen's log" ours_dmesg theirs_dmesg
is "the domain that shut down says why" \
    "$(get domains | jq -r '.rows[] | select(.name == "shut1") | "\(.state) \(.shutdown_reason)"')" \
    "shutdown poweroff"

cpu_of() { jq -r ".rows[] | select(.name == \"$1\") | .cpu"; }
busy=$(xendeck get domains -o json)
between "a spinning guest uses one pCPU: percent" "$(cpu_of spin1 <<<"$busy")" 80 110
between "a paused one uses none: percent" "$(cpu_of paused1 <<<"$busy")" 0 0
between "the pCPUs' busy time is that of the domains: percent of it" "$(
    xendeck get pcpus --once -o json | jq '[.rows[].busy_ns] | add' >/root/busy
    get domains | jq --slurpfile busy /root/busy '100 * $busy[0] / ([.rows[].cpu_ns] | add)'
)" 60 140
# The pool stays: Xen 4.17 may panic when a pCPU leaves one of the scheduler credit (csched_tick).
end_guests
tap_end
