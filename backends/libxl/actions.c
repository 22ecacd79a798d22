/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The actions of model/xenknobs.h: pause, unpause, shutdown, reboot, destroy. */
#include "backend_libxl/edit.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "backend_libxl/actions_pool.h"
#include "model/xenknobs.h"

/* libxl says nothing of these two while they wait; what is waited for stands in `waiting`. */
static const struct act {
    xd_xl_start_fn *start;
    bool can_abort; /* ending the wait leaves nothing half done */
    /* If libxl fails, something may be done already: then the code must not say that nothing is. */
    bool in_parts;
    const char *waiting;
    const char *on_dom0; /* what it would do to Domain-0: why it is refused there */
} acts[XD_ACTION_N] = {
    [XD_ACTION_PAUSE] = {libxl_domain_pause, false, false, "",
                         "it would stop this very host's control domain"},
    [XD_ACTION_UNPAUSE] = {libxl_domain_unpause, false, false, "", "it runs: it shows you this"},
    [XD_ACTION_SHUTDOWN] = {libxl_domain_shutdown, true, true, "waiting for the guest's answer",
                            "shut the host down with its own tools, after its guests"},
    [XD_ACTION_REBOOT] = {libxl_domain_reboot, true, true, "waiting for the guest's answer",
                          "reboot the host with its own tools, after its guests"},
    [XD_ACTION_DESTROY] = {libxl_domain_destroy, false, true, "releasing its devices and memory",
                           "it is this very host's control domain"},
};

void xd_xl_tell_peer(struct xd_xl *x)
{
    struct xd_xl *observer = x->env->peer ? x->env->peer : x;

    atomic_store(&observer->stale, true);
}

/* --- which incarnation it was --- */

static struct xd_xl_deed *find_deed(struct xd_xl *x, const uint8_t uuid[XD_XL_UUID_BYTES])
{
    size_t n = x->n_deeds < XD_XL_DEEDS ? x->n_deeds : XD_XL_DEEDS;

    for (size_t i = 0; i < n; i++)
        if (memcmp(x->deeds[i].uuid, uuid, XD_XL_UUID_BYTES) == 0)
            return &x->deeds[i];
    return NULL;
}

static void remember_deed(struct xd_xl *x, const xc_domaininfo_t *d)
{
    struct xd_xl_deed *deed = find_deed(x, d->handle);

    if (!deed)
        deed = &x->deeds[x->n_deeds++ % XD_XL_DEEDS];
    memcpy(deed->uuid, d->handle, sizeof(deed->uuid));
    deed->domid = d->domain;
}

/* --- whether it may and makes sense --- */

static int refuse(const struct xd_xl_found *f, ptrdiff_t i, struct xd_err *err)
{
    unsigned flags = xd_xl_flags(&f->info);
    const char *name = xd_xen_actions[i].name;

    if (f->info.domain == 0)
        return xd_err_set(err, -EPERM, "Domain-0: %s is refused: %s", name, acts[i].on_dom0);
    if ((f->info.flags & XEN_DOMINF_xs_domain) && i != XD_ACTION_UNPAUSE)
        return xd_err_set(err, -EPERM,
                          "%s holds xenstore: %s is refused, no domain could be managed after it",
                          f->what, name);
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

int xd_xl_act(void *self, const struct xd_object *o, const struct xd_action *a,
              const struct xd_value *params, struct xd_progress *p, struct xd_err *err)
{
    struct xd_xl *x = self;
    ptrdiff_t i = a - xd_xen_actions;
    struct xd_xl_found f;
    int rc;

    if (i < 0 || i >= XD_ACTION_N)
        return xd_err_set(err, -ENOTSUP, "%s is no action of this backend", a->name);
    rc = xd_xl_ready(x, err);
    if (rc == 0 && xd_xl_is_pool_action(a))
        return xd_xl_pool_act(x, o, a, params, p, err);
    if (rc == 0)
        rc = xd_xl_find(x, o, &f, err);
    if (rc == 0)
        rc = refuse(&f, i, err);
    if (rc < 0)
        return rc;
    remember_deed(x, &f.info);
    xd_log_write(x->env->log, XD_LOG_INFO, "libxl", "%s of %s (domid %u)", a->name, f.what,
                 f.info.domain);
    if (p && acts[i].waiting[0])
        p->report(p, -1, acts[i].waiting);
    rc = xd_xl_operate(x, acts[i].start, f.info.domain, acts[i].can_abort, p);
    xd_xl_tell_peer(x);
    return rc < 0 ? failed(x, &f, i, rc, err) : 0;
}

/* --- whether it is seen --- */

/* What became of the incarnation that an action was carried out on. */
enum fate {
    HERE,
    DYING,   /* Xen lists it still, on its way out */
    GONE,    /* no domain has its UUID */
    ANOTHER, /* it is gone, and a domain that was made after it has its UUID */
};

static bool listed(struct xd_xl *x, const struct xd_xl_deed *deed)
{
    const xc_domaininfo_t *list;
    size_t n;

    if (xd_xl_list_domains(x, &list, &n, NULL) < 0)
        return true;
    for (size_t i = 0; i < n; i++)
        if (list[i].domain == deed->domid &&
            memcmp(list[i].handle, deed->uuid, sizeof(deed->uuid)) == 0)
            return true;
    return false;
}

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
    *fate = listed(x, deed) ? DYING : GONE;
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

int xd_xl_settled(void *self, const struct xd_object *o, const struct xd_action *a,
                  struct xd_err *err)
{
    struct xd_xl *x = self;
    uint8_t uuid[XD_XL_UUID_BYTES];
    const struct xd_xl_deed *deed;
    enum fate fate;
    unsigned flags;
    int vcpu, rc;

    rc = xd_xl_ready(x, err);
    if (rc < 0)
        return rc;
    if (xd_xl_is_pool_action(a))
        return xd_xl_pool_settled(x, o, a, err);
    if (xd_xl_key_parse(o->key, uuid, &vcpu) < 0)
        return xd_err_set(err, -EINVAL, "\"%s\" is no key of a domain", o->key);
    deed = find_deed(x, uuid);
    if (!deed)
        return xd_err_set(err, -ENODATA,
                          "which incarnation of the domain the %s was for is not known here",
                          a->name);
    rc = find_fate(x, o, deed, &fate, &flags, err);
    return rc < 0 ? rc : seen(a - xd_xen_actions, fate, flags, err);
}
