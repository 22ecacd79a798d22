/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Xen tells of its machine, as a document that can be kept: xendeck/xen.json in a tree of
 * files. Whoever can ask libxl fills in a struct and writes it; reading needs no Xen.
 *
 *   {"schema": 1,
 *    "cpus": [{"cpu": 0, "online": true, "socket": 0, "core": 0, "node": 0, "apic_id": 0}, …],
 *    "nodes": [{"node": 0, "size_kib": 8388608, "free_kib": 4096, "distances": [10, 21]}, …],
 *    "pci": [{"bdf": "0000:41:00.0", "node": 1}, …],
 *    "owners": [{"bdf": "0000:41:00.0", "domain": "web1"}, …],
 *    "domains": [{"domain": "web1", "domid": 3, "vcpus": 2, "cpus": "0-3"}, …],
 *    "cpuid": [{"leaf": 4, "subleaf": 0, "regs": [eax, ebx, ecx, edx]}, …],
 *    "microcode": "0xd0003a5", "memory_kib": 16777216}
 *
 * Each list and each member may be missing, which is: unknown; members that are not of this list
 * are passed over. cpus: libxl_get_cpu_topology (a CPU that is offline has no place); nodes:
 * libxl_get_numainfo, one distance to each node from 0 on, null or 0 where Xen doesn't know; pci:
 * libxl_pci_topology; owners: devices in domains' configurations, by the domain's name; domains:
 * dom0 and those owners, with the CPUs that their vCPUs run on (by affinity and pool); cpuid: the
 * leaves of one of the host's CPUs as the hardware has them (Xen's raw policy), for caches and
 * names; microcode: its revision; memory_kib: all that Xen can use (libxl_get_physinfo, total_pages:
 * nodes' sizes count holes as well). apic_id: where there is a way to know it. */
#ifndef XD_TOPO_XEN_H
#define XD_TOPO_XEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define XD_TOPO_XEN_PATH   "xendeck/xen.json"
#define XD_TOPO_XEN_SCHEMA 1

/* What isn't known. */
#define XD_XEN_NO      UINT32_MAX
#define XD_XEN_NO_SIZE UINT64_MAX

struct xd_xen_cpu {
    uint32_t cpu;
    int32_t online; /* 1, 0, -1: unknown */
    uint32_t socket, core, node, apic_id;
};

struct xd_xen_node {
    uint32_t node;
    uint64_t size_kib, free_kib;
    const uint32_t *distances; /* to node i; 0: unknown */
    size_t n_distances;
};

struct xd_xen_pci {
    const char *bdf;
    uint32_t node;
};

struct xd_xen_owner {
    const char *bdf, *domain;
};

struct xd_xen_domain {
    const char *domain;
    uint32_t domid, vcpus;
    const char *cpus; /* "0-3,8"; NULL: unknown */
};

struct xd_xen_leaf {
    uint32_t leaf, subleaf;
    uint32_t regs[4]; /* eax, ebx, ecx, edx */
};

/* Zeroed: nothing is known. */
struct xd_xen_host {
    struct xd_xen_cpu *cpus;
    struct xd_xen_node *nodes;
    struct xd_xen_pci *pci;
    struct xd_xen_owner *owners;
    struct xd_xen_domain *domains;
    struct xd_xen_leaf *leaves;
    size_t n_cpus, n_nodes, n_pci, n_owners, n_domains, n_leaves;
    const char *microcode;
    uint64_t memory_kib; /* 0: unknown */
    const char *trouble; /* the first thing that made no sense and was left out; NULL: nothing */
};

void xd_xen_host_write(const struct xd_xen_host *h, struct xd_buf *out);
/* All that is filled in lives in a. -EINVAL with the column where it is no such document at all;
 * else 0, and `trouble` names what had to be left out ("cpus[3].core: …"). */
int xd_xen_host_parse(const char *text, size_t len, struct xd_arena *a, struct xd_xen_host *out,
                      struct xd_err *err);

#endif
