/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong, odd or known of a machine: checks of a settled tree, checks of how guests use it,
 * and errata of its CPUs and PCI functions. Each adds to the tree's advice, at most once a thing
 * and check. Pure code: callers bring what the tree doesn't know. */
#ifndef XD_TOPO_ADVICE_H
#define XD_TOPO_ADVICE_H

#include "topo/topo.h"

/* Links below what both ends can, slots and uplinks that limit, DIMMs unbalanced or of mixed
 * speeds, SMT off, nodes without memory or CPUs. */
void xd_topo_advise_hardware(struct xd_topo *t);

struct xd_topo_domain {
    const char *name; /* as in XD_TOPO_OWNER */
    bool dom0;
    unsigned vcpus;
    const struct xd_cpuset *cpus; /* pCPUs on which its vCPUs may run or do; NULL: unknown */
};

/* Devices far from the domain that has them; dom0's vCPUs on several nodes where one would do. */
void xd_topo_advise_use(struct xd_topo *t, const struct xd_topo_domain *domains, size_t n);

/* --- errata --- */

struct xd_erratum {
    const char *id;             /* "AMD 1474": as its maker counts */
    const char *vendor;         /* of a CPU: "intel" or "amd"; NULL: it is one of PCI functions */
    unsigned family;            /* of a CPU */
    const uint32_t *models;     /* of a CPU, n_models of them … */
    const uint32_t *steppings;  /* … and its steppings; none: any */
    const char *const *pci_ids; /* "8086:10d3" */
    const uint32_t *revisions;  /* of a PCI function; none: any */
    size_t n_models, n_steppings, n_pci_ids, n_revisions;
    uint32_t microcode; /* the first revision that has it fixed; 0: none has */
    enum xd_topo_gravity gravity;
    const char *text, *remedy, *cite; /* cite: document and number */
};

struct xd_errata {
    const struct xd_erratum *list;
    size_t n;
};

/* A file as core/topo/errata.yaml; all lives in a. -EINVAL with file, line and column. */
int xd_errata_parse(const char *file, const char *text, size_t len, struct xd_arena *a,
                    struct xd_errata *out, struct xd_err *err);
/* The one that travels inside the program. */
int xd_errata_builtin(struct xd_arena *a, struct xd_errata *out, struct xd_err *err);

/* Of packages by family, model, stepping and microcode, of PCI functions by id and revision. What a
 * thing doesn't tell of itself (a revision) can't rule an erratum out. */
void xd_topo_advise_errata(struct xd_topo *t, const struct xd_errata *e);

/* The hardware's checks and errata, with the list that travels inside: what xd_topo_read does. */
void xd_topo_advise_machine(struct xd_topo *t);

#endif
