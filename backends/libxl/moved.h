/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Xen forgets of a domain that is moved to another cpupool (sched_move_domain of
 * xen/common/sched/core.c makes its scheduling data anew): weight and cap, period, budget and extra
 * time, hard and soft affinities. It is noted before the move and set again after it. What the
 * other pool can't have makes the move refused: no undo could bring it back. */
#ifndef XD_XL_MOVED_H
#define XD_XL_MOVED_H

#include "backend_libxl/knobs.h"

struct xd_xl_vcpu_kept {
    struct xd_cpuset hard, soft;
    struct xen_domctl_schedparam_vcpu rtds;
};

struct xd_xl_kept {
    int from, to; /* schedulers */
    uint64_t weight, cap;
    unsigned n_cpus;
    uint32_t n;
    struct xd_xl_vcpu_kept *vcpus; /* n of them */
};

/* Notes what the target's domain has. -EINVAL with a sentence: `to` can't have it, and what to set
 * first. *k is to be freed in any case. */
int xd_xl_keep(struct xd_xl *x, const struct xd_xl_target *t, const libxl_cpupoolinfo *to,
               struct xd_xl_kept *k, struct xd_err *err);
/* Sets it again, once the domain is there. -EIO with a sentence: something is lost, and what. */
int xd_xl_set_again(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_xl_kept *k,
                    struct xd_err *err);
void xd_xl_kept_free(struct xd_xl_kept *k);

#endif
