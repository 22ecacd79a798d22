/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory: the target that a balloon driver is asked to reach, and the most that Xen lets a domain
 * hold. */
#include <errno.h>
#include <string.h>

#include "backend_libxl/knobs.h"
#include "backend_libxl/known.h"
#include "base/arena.h"
#include "base/str.h"

int xd_xl_get_mem_target(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                         struct xd_err *err)
{
    uint64_t kib;
    int rc = xd_xl_memory_target(x, &t->on.info, &kib);

    if (rc < 0)
        return xd_err_set(err, rc, "%s: xenstore has no memory target of it that could be read: %s",
                          t->what, strerror(-rc));
    *out = (struct xd_value){.have = true, .type = XD_U64, .cell.u = kib};
    return 0;
}

/* What a guest holds besides its target: pages for grant tables, the shared page and the like. */
#define SLACK_KIB 2048

/* As `xl mem-set`: what the guest gives up it can't take back by itself. */
int xd_xl_put_mem_target(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                         struct xd_err *err)
{
    uint64_t kib = v->cell.u, holds = t->on.info.tot_pages * (XC_PAGE_SIZE >> 10);
    int rc = libxl_set_memory_target(x->ctx, t->on.info.domain, (int64_t)kib, 0, 1);

    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "%s: its memory target was not set to %llu KiB",
                          t->what, (unsigned long long)kib);
    return holds <= kib + SLACK_KIB && kib <= holds + SLACK_KIB ? 0 : -EINPROGRESS;
}

int xd_xl_get_mem_max(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                      struct xd_err *err)
{
    uint64_t kib;
    int rc = xd_xl_memory_max(x, &t->on.info, &kib);

    if (rc < 0)
        return xd_err_set(err, rc, "%s: xenstore has no memory limit of it that could be read: %s",
                          t->what, strerror(-rc));
    *out = (struct xd_value){.have = true, .type = XD_U64, .cell.u = kib};
    return 0;
}

/* As `xl mem-max`. Xen would take less than the target, and the guest could then fail at any time
 * to get back what it was promised. */
int xd_xl_put_mem_max(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                      struct xd_err *err)
{
    char text[2][32];
    uint64_t target;
    int rc;

    if (xd_xl_memory_target(x, &t->on.info, &target) == 0 && v->cell.u < target)
        return xd_err_set(err, -EINVAL,
                          "%s: a limit of %s is less than its memory target of %s: lower "
                          "mem.target first",
                          t->what, xd_fmt_kib_exact(v->cell.u, text[0], sizeof(text[0])),
                          xd_fmt_kib_exact(target, text[1], sizeof(text[1])));
    xd_xl_log_reset(&x->logger);
    rc = libxl_domain_setmaxmem(x->ctx, t->on.info.domain, v->cell.u);
    if (rc != 0) /* some of its ways to fail give 1 */
        return xd_xl_fail(&x->logger, rc < 0 ? rc : ERROR_FAIL, err,
                          "%s: its memory limit was not set to %s", t->what,
                          xd_fmt_kib_exact(v->cell.u, text[0], sizeof(text[0])));
    return 0;
}
