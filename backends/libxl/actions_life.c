/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Life and death: pause, unpause, shutdown, reboot, destroy. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "backend_libxl/actions.h"
#include "model/xenknobs.h"

typedef int start_fn(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *how);

/* libxl is loaded late (late.h), so its functions have no address here. */
#define START(verb)                                                                                \
    static int start_##verb(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *how)          \
    {                                                                                              \
        return libxl_domain_##verb(ctx, domid, how);                                               \
    }
START(pause)
START(unpause)
START(shutdown)
START(reboot)
START(destroy)

/* libxl says nothing of these two while they wait; what is waited for stands in `waiting`. */
static const struct act {
    start_fn *start;
    bool can_abort; /* ending the wait leaves nothing half done */
    /* If libxl fails, something may be done already: then the code must not say that nothing is. */
    bool in_parts;
    const char *waiting;
    const char *on_dom0; /* what it would do to Domain-0: why it is refused there */
} acts[] = {
    [XD_ACTION_PAUSE] = {start_pause, false, false, NULL,
                         "it would stop this very host's control domain"},
    [XD_ACTION_UNPAUSE] = {start_unpause, false, false, NULL, "it runs: it shows you this"},
    [XD_ACTION_SHUTDOWN] = {start_shutdown, true, true, "waiting for the guest's answer",
                            "shut the host down with its own tools, after its guests"},
    [XD_ACTION_REBOOT] = {start_reboot, true, true, "waiting for the guest's answer",
                          "reboot the host with its own tools, after its guests"},
    [XD_ACTION_DESTROY] = {start_destroy, false, true, "releasing its devices and memory",
                           "it is this very host's control domain"},
};

/* --- whether it may and makes sense --- */

static int refuse(const struct xd_xl_found *f, ptrdiff_t i, struct xd_err *err)
{
    unsigned flags = xd_xl_flags(&f->info);
    const char *name = xd_xen_actions[i].name;
    int rc = 0;

    if (f->info.domain == 0 || i != XD_ACTION_UNPAUSE)
        rc = xd_xl_refuse_own(f, name, acts[i].on_dom0, err);
    if (rc < 0)
        return rc;
    if (i == XD_ACTION_PAUSE && flags & XD_XL_PAUSED)
        return xd_err_set(err, -EALREADY, "%s is paused already", f->what);
    if (i == XD_ACTION_UNPAUSE && !(flags & XD_XL_PAUSED))
        return xd_err_set(err, -EALREADY, "%s is not paused", f->what);
    if (flags & XD_XL_SHUTDOWN && i != XD_ACTION_DESTROY && i != XD_ACTION_UNPAUSE)
        return xd_err_set(err, -EALREADY, "%s has shut down already (%s)", f->what,
                          xd_xl_reason(&f->info) == XD_XL_REASON_CRASH ? "it crashed"
                                                                       : "by itself");
    if (flags & XD_XL_PAUSED && (i == XD_ACTION_SHUTDOWN || i == XD_ACTION_REBOOT))
        return xd_err_set(err, -EINVAL, "%s is paused and can't hear of a %s: unpause it first",
                          f->what, name);
    return 0;
}

/* --- doing it --- */

static int failed(struct xd_xl *x, const struct xd_xl_found *f, ptrdiff_t i, int rc,
                  struct xd_err *err)
{
    const char *name = xd_xen_actions[i].name;
    int code;

    if (rc == ERROR_NOPARAVIRT)
        return xd_err_set(err, -ENOTSUP,
                          "%s has no PV drivers that could hear of a %s; `xl %s -F` presses its "
                          "ACPI button instead",
                          f->what, name, name);
    if (rc == ERROR_TIMEDOUT && acts[i].can_abort)
        return xd_err_set(err, -ETIMEDOUT,
                          "%s did not answer the request for a %s in a minute; the request stands, "
                          "and the guest may still follow it",
                          f->what, name);
    if (rc == ERROR_ABORTED)
        return xd_err_set(err, -ECANCELED,
                          "%s: the wait was cut short; the request for a %s stands, and the guest "
                          "may still follow it",
                          f->what, name);
    code = xd_xl_fail(&x->logger, rc, err, "%s: %s failed", f->what, name);
    if (acts[i].in_parts)
        code = -EIO;
    if (err)
        err->code = code;
    return code;
}

static int start(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    const struct act *act = arg;

    return act->start(ctx, domid, how);
}

int xd_xl_act_life(const struct xd_xl_doing *d, struct xd_err *err)
{
    ptrdiff_t i = d->a - xd_xen_actions;
    struct act act = acts[i];
    struct xd_xl_found f;
    int rc = xd_xl_find(d->x, d->o, &f, err);

    if (rc == 0)
        rc = refuse(&f, i, err);
    if (rc < 0)
        return rc;
    xd_xl_deed_domain(d->deed, &f.info);
    xd_log_write(d->x->env->log, XD_LOG_INFO, "libxl", "%s of %s (domid %u)", d->a->name, f.what,
                 f.info.domain);
    rc = xd_xl_operate(d->x,
                       &(struct xd_xl_op){.start = start,
                                          .domid = f.info.domain,
                                          .arg = &act,
                                          .can_abort = act.can_abort,
                                          .waiting = act.waiting},
                       d->p);
    return rc < 0 ? failed(d->x, &f, i, rc, err) : 0;
}

/* --- whether it is seen --- */

/* What became of the incarnation that an action was carried out on. */
enum fate {
    HERE,
    DYING,   /* Xen lists it still, on its way out */
    GONE,    /* no domain has its UUID */
    ANOTHER, /* it is gone, and a domain that was made after it has its UUID */
};

static int find_fate(struct xd_xl *x, const struct xd_object *o, const struct xd_xl_deed *deed,
                     enum fate *fate, unsigned *flags, struct xd_err *err)
{
    struct xd_xl_found f;
    struct xd_err found = XD_ERR_INIT;
    int rc = xd_xl_find(x, o, &f, &found);

    if (rc == 0) {
        *fate = f.info.domain == deed->domid ? HERE : ANOTHER;
        *flags = xd_xl_flags(&f.info);
        return 0;
    }
    *fate = xd_xl_deed_listed(x, deed) ? DYING : GONE;
    *flags = 0;
    if (rc == -ESRCH)
        return 0;
    if (err)
        *err = found;
    return rc;
}

static int seen(ptrdiff_t action, enum fate fate, unsigned flags, struct xd_err *err)
{
    switch (action) {
    case XD_ACTION_PAUSE:
    case XD_ACTION_UNPAUSE:
        if (fate != HERE)
            return xd_err_set(err, -ESRCH, "the domain ended meanwhile");
        return !!(flags & XD_XL_PAUSED) == (action == XD_ACTION_PAUSE);
    case XD_ACTION_SHUTDOWN:
        return fate != HERE || flags & XD_XL_SHUTDOWN;
    case XD_ACTION_REBOOT: /* a toolstack keeps the new one paused until it is built */
        return fate == ANOTHER && !(flags & XD_XL_PAUSED);
    default:
        return fate == GONE || fate == ANOTHER;
    }
}

int xd_xl_seen_life(struct xd_xl *x, const struct xd_object *o, const struct xd_xl_deed *deed,
                    struct xd_err *err)
{
    enum fate fate;
    unsigned flags;
    int rc = find_fate(x, o, deed, &fate, &flags, err);

    return rc < 0 ? rc : seen(deed->action, fate, flags, err);
}
