/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One open instance of the backend. ask.c asks the hypervisor, module.c makes tables of it. */
#ifndef XD_CI_HOST_H
#define XD_CI_HOST_H

#include <xenctrl.h>
#include <xenguest.h>

#include "backend_shared/xen.h"
#include "base/arena.h"
#include "model/backend.h"
#include "model/tables_cpuid.h"

struct xs_handle;

struct xd_ci {
    struct xd_xen_logger logger;
    const struct xd_backend_env *env;
    xc_interface *xc;
    struct xd_snapshot *kept; /* the tables as they were read last, or NULL */
    bool kept_leaves;         /* it has the leaves, too */
    uint64_t state;           /* a hash of the domains that it has */
    int64_t read_at_ns;
};

/* All policies that Xen tells of, in the order of the table, in a. What it doesn't tell is added to
 * trouble, as sentences. -errno with a sentence: it tells of none. */
int xd_ci_ask(struct xd_ci *c, struct xd_arena *a, struct xd_cpuid_policy **list, size_t *n,
              struct xd_buf *trouble, struct xd_err *err);
/* A number that is another one as soon as a domain comes or goes. */
uint64_t xd_ci_state(struct xd_ci *c);

#endif
