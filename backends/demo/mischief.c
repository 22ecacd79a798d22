/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults as they happen: see fault.h for what there is. All with the host's lock held. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend_demo/host.h"
#include "base/str.h"

static void say(struct xd_demo_host *h, const struct xd_demo_fault *f, const char *what)
{
    struct xd_arena a = XD_ARENA_INIT;

    if (h->log)
        xd_log_write(h->log, XD_LOG_INFO, "demo", "fault %s: %s", what,
                     xd_demo_fault_describe(f, &a));
    xd_arena_done(&a);
}

static void drop(struct xd_demo_host *h, size_t i)
{
    h->n_faults--;
    memmove(&h->faults[i], &h->faults[i + 1], (h->n_faults - i) * sizeof(h->faults[0]));
}

/* What somebody else does to the domain, if it is still there. */
static void apply(struct xd_demo_host *h, const struct xd_demo_fault *f)
{
    struct xd_demo_domain *d = xd_demo_host_named(h, f->domain);
    struct xd_value v;
    char key[64];

    if (!d)
        return;
    if (f->kind == XD_DEMO_VANISH) {
        xd_demo_domain_vanish(h, d);
        return;
    }
    v = xd_demo_fault_wish(f);
    if (f->vcpu >= 0)
        snprintf(key, sizeof(key), "%s/%d", d->uuid, f->vcpu);
    else
        snprintf(key, sizeof(key), "%s", d->uuid);
    xd_demo_knob_force(h, &(struct xd_object){xd_xen_knobs[f->knob].table, key, d->shown}, f->knob,
                       &v);
}

/* The time of fault i has come. True if that was all, and it is out of the list. */
static bool arm(struct xd_demo_host *h, size_t i)
{
    struct xd_demo_fault f = h->faults[i];

    say(h, &f, "begins");
    h->faults[i].armed = true;
    if (f.kind == XD_DEMO_DEAD)
        h->dead_until_ns = h->t_ns + (int64_t)f.for_ns;
    else if (f.kind == XD_DEMO_SLOW || f.kind == XD_DEMO_IGNORE || f.when != XD_DEMO_NOW)
        return false; /* waits for its occasion */
    drop(h, i);
    if (f.kind != XD_DEMO_DEAD)
        apply(h, &f);
    return true;
}

void xd_demo_fault_step(struct xd_demo_host *h)
{
    for (size_t i = 0; i < h->n_faults;) {
        struct xd_demo_fault *f = &h->faults[i];

        if (f->armed || (int64_t)f->at_ns > h->t_ns || !arm(h, i))
            i++;
    }
}

int xd_demo_fault_order(struct xd_demo_host *h, const struct xd_demo_fault *f, struct xd_err *err)
{
    struct xd_demo_domain *d = xd_demo_host_named(h, f->domain);
    char shown[80];

    xd_str_safe_to(shown, sizeof(shown), f->domain);
    if (h->n_faults == XD_DEMO_FAULTS_MAX)
        return xd_err_set(err, -ENOSPC, "%d faults are waiting already: \"fault clear\" ends them",
                          XD_DEMO_FAULTS_MAX);
    if (f->domain[0] && !d)
        return xd_err_set(err, -ENOENT, "there is no domain \"%s\" on the demo host", shown);
    if (f->vcpu >= 0 && (size_t)f->vcpu >= d->n_vcpus)
        return xd_err_set(err, -ENOENT, "domain %s has no vCPU %d", shown, f->vcpu);
    if (f->kind == XD_DEMO_VANISH && d->domid == 0)
        return xd_err_set(err, -EPERM, "Domain-0 can't vanish: the host would be gone with it");
    h->faults[h->n_faults] = *f;
    h->faults[h->n_faults].at_ns = (uint64_t)h->t_ns;
    arm(h, h->n_faults++);
    return 0;
}

void xd_demo_fault_clear(struct xd_demo_host *h)
{
    h->n_faults = 0;
    h->dead_until_ns = 0;
}

int64_t xd_demo_fault_collect(struct xd_demo_host *h, struct xd_err *err)
{
    char left[32];

    if (h->t_ns < h->dead_until_ns) {
        xd_fmt_ns((uint64_t)(h->dead_until_ns - h->t_ns), left, sizeof(left));
        return xd_err_set(err, -EIO,
                          "the demo host answers nothing for another %s: a fault \"dead\" was "
                          "ordered",
                          left);
    }
    for (size_t i = 0; i < h->n_faults; i++) {
        struct xd_demo_fault *f = &h->faults[i];
        int64_t ns = (int64_t)f->for_ns;

        if (!f->armed || f->kind != XD_DEMO_SLOW)
            continue;
        if (f->times-- <= 1)
            drop(h, i);
        return ns;
    }
    return 0;
}

/* --- on the occasion of an edit --- */

static bool meant(const struct xd_demo_fault *f, const struct xd_demo_domain *d, int knob, int vcpu)
{
    if (!xd_streq(f->domain, d->name))
        return false;
    return f->kind == XD_DEMO_VANISH ||
           (f->kind == XD_DEMO_CHANGE && f->knob == knob && f->vcpu == vcpu);
}

static void happen(struct xd_demo_host *h, const char *uuid, int knob, int vcpu, int when)
{
    struct xd_demo_domain *d;
    struct xd_demo_fault f;

    for (size_t i = 0; i < h->n_faults;) {
        d = xd_demo_host_find(h, uuid);
        if (!d)
            return;
        f = h->faults[i];
        if (!f.armed || f.when != when || !meant(&f, d, knob, vcpu)) {
            i++;
            continue;
        }
        say(h, &f, "happens");
        drop(h, i);
        apply(h, &f);
    }
}

void xd_demo_fault_edit(struct xd_demo_host *h, const char *uuid, int knob, int vcpu)
{
    happen(h, uuid, knob, vcpu, XD_DEMO_EDIT);
}

void xd_demo_fault_after(struct xd_demo_host *h, const char *uuid, int knob, int vcpu)
{
    happen(h, uuid, knob, vcpu, XD_DEMO_AFTER);
}

bool xd_demo_fault_ignores(struct xd_demo_host *h, const struct xd_demo_domain *d)
{
    for (size_t i = 0; i < h->n_faults; i++) {
        struct xd_demo_fault *f = &h->faults[i];

        if (!f->armed || f->kind != XD_DEMO_IGNORE ||
            (f->domain[0] && (!d || !xd_streq(f->domain, d->name))))
            continue;
        if (f->times-- <= 1)
            drop(h, i);
        return true;
    }
    return false;
}
