/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Actions of the simulated host: asked for, refused where a real one would refuse, and settled. */
#include <errno.h>
#include <string.h>

#include "backend_demo/host.h"
#include "base/str.h"

/* How long a domain is seen dying after its plug was pulled. */
#define DYING_NS (XD_NS_PER_S / 2)

/* A domain that has ended in one way or another can only be destroyed. */
static int must_live(const struct xd_demo_domain *d, struct xd_err *err)
{
    switch (d->life) {
    case XD_DEMO_CRASHED:
        return xd_err_set(err, -EINVAL, "domain %s has crashed: it can only be destroyed",
                          d->shown);
    case XD_DEMO_SHUT:
        return xd_err_set(err, -EINVAL, "domain %s has shut down already", d->shown);
    case XD_DEMO_DYING:
        return xd_err_set(err, -EINVAL, "domain %s is dying already", d->shown);
    default:
        return 0;
    }
}

static int pause_it(struct xd_demo_domain *d, struct xd_err *err)
{
    if (d->paused)
        return xd_err_set(err, -EALREADY, "domain %s is paused already", d->shown);
    d->paused = true;
    /* Whoever looks before the next step must not see it run. */
    for (size_t i = 0; i < d->n_vcpus; i++)
        d->vcpus[i].running = false;
    return 0;
}

static int unpause_it(struct xd_demo_domain *d, struct xd_err *err)
{
    if (!d->paused)
        return xd_err_set(err, -EALREADY, "domain %s is not paused", d->shown);
    d->paused = false;
    return 0;
}

static int stop(struct xd_demo_domain *d, bool reboot, struct xd_err *err)
{
    if (d->life == XD_DEMO_STOPPING)
        return xd_err_set(err, -EALREADY, "domain %s is about to %s already", d->shown,
                          d->rebooting ? "reboot" : "shut down");
    d->life = XD_DEMO_STOPPING;
    d->rebooting = reboot;
    d->left_ns = (int64_t)d->spec->shutdown_ns;
    d->asked_boots = d->boots;
    return 0;
}

static int shut_down(struct xd_demo_domain *d, struct xd_err *err)
{
    return stop(d, false, err);
}

static int restart(struct xd_demo_domain *d, struct xd_err *err)
{
    return stop(d, true, err);
}

static int destroy(struct xd_demo_domain *d, struct xd_err *err)
{
    if (d->life == XD_DEMO_DYING)
        return xd_err_set(err, -EALREADY, "domain %s is dying already", d->shown);
    d->life = XD_DEMO_DYING;
    d->rebooting = false;
    d->left_ns = DYING_NS;
    for (size_t i = 0; i < d->n_vcpus; i++)
        d->vcpus[i].running = false;
    return 0;
}

static const struct {
    int (*act)(struct xd_demo_domain *d, struct xd_err *err);
    bool of_the_living;
    const char *dom0; /* why Domain-0 can't; NULL: it can */
} verbs[XD_ACTION_N] = {
    [XD_ACTION_PAUSE] = {pause_it, true, "be paused: nobody would be left to unpause it"},
    [XD_ACTION_UNPAUSE] = {unpause_it, true, NULL},
    [XD_ACTION_SHUTDOWN] = {shut_down, true, "be shut down from here: shut down the host itself"},
    [XD_ACTION_REBOOT] = {restart, true, "be rebooted from here: reboot the host itself"},
    [XD_ACTION_DESTROY] = {destroy, false, "be destroyed: it is the host's own domain"},
};

static int act(struct xd_demo_domain *d, ptrdiff_t i, struct xd_err *err)
{
    int rc;

    if (d->domid == 0 && verbs[i].dom0)
        return xd_err_set(err, -EPERM, "%s can't %s", d->shown, verbs[i].dom0);
    rc = verbs[i].of_the_living ? must_live(d, err) : 0;
    return rc ? rc : verbs[i].act(d, err);
}

int xd_demo_act(void *self, const struct xd_object *o, const struct xd_action *a,
                const struct xd_value *params, struct xd_progress *p, struct xd_err *err)
{
    struct xd_demo *demo = self;
    struct xd_demo_host *h = demo->host;
    struct xd_demo_domain *d;
    ptrdiff_t i = a - xd_xen_actions;
    int rc;

    if (i < 0 || i >= XD_ACTION_N)
        return xd_err_set(err, -ENOTSUP, "the demo host has no action %s", a->name);
    rc = xd_demo_action_limited(h, (int)i, err);
    if (rc)
        return rc;
    if (!xd_streq(o->table, a->table))
        return xd_err_set(err, -EINVAL, "%s works on the table %s, and %s is one of %s", a->name,
                          a->table, o->label, o->table);
    pthread_mutex_lock(&h->lock);
    xd_demo_host_advance(h);
    xd_demo_fault_edit(h, o->key, -1, -1);
    d = xd_demo_host_find(h, o->key);
    rc = d ? act(d, i, err) : xd_demo_gone(o, err);
    pthread_mutex_unlock(&h->lock);
    return rc;
}

/* d is NULL where the domain is gone. */
static int settled(const struct xd_demo_domain *d, ptrdiff_t i, const struct xd_object *o,
                   struct xd_err *err)
{
    switch (i) {
    case XD_ACTION_SHUTDOWN:
        return !d || d->life == XD_DEMO_SHUT || d->boots > d->asked_boots;
    case XD_ACTION_DESTROY:
        return !d;
    default:
        break;
    }
    if (!d)
        return xd_demo_gone(o, err);
    switch (i) {
    case XD_ACTION_PAUSE:
        return d->paused;
    case XD_ACTION_UNPAUSE:
        return !d->paused;
    default:
        return d->boots > d->asked_boots;
    }
}

int xd_demo_settled(void *self, const struct xd_object *o, const struct xd_action *a,
                    struct xd_err *err)
{
    struct xd_demo *demo = self;
    struct xd_demo_host *h = demo->host;
    ptrdiff_t i = a - xd_xen_actions;
    int rc;

    if (i < 0 || i >= XD_ACTION_N)
        return xd_err_set(err, -ENOTSUP, "the demo host has no action %s", a->name);
    pthread_mutex_lock(&h->lock);
    xd_demo_host_advance(h);
    rc = settled(xd_demo_host_find(h, o->key), i, o, err);
    pthread_mutex_unlock(&h->lock);
    return rc;
}
