/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is sent to a guest: hardware events (trigger) and keys of Linux's SysRq. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend_libxl/actions.h"
#include "backend_libxl/actions_device.h"
#include "backend_libxl/known.h"
#include "model/xenknobs.h"

/* --- triggers --- */

struct trigger {
    libxl_trigger trigger;
    uint32_t vcpu;
};

/* Whether a guest of that type has what the trigger acts on. Xen takes the power button of a PVH
 * domain without a word and does nothing: it has no ACPI power management there (hvm/pmtimer.c). */
static int check_trigger(const struct xd_xl_found *f, libxl_domain_type type,
                         const struct trigger *t, struct xd_err *err)
{
    const char *name = libxl_trigger_to_string(t->trigger);

    if (t->trigger == LIBXL_TRIGGER_UNKNOWN)
        return xd_err_set(err, -EINVAL, "%s: \"unknown\" is no trigger that can be sent", f->what);
    if (t->trigger == LIBXL_TRIGGER_INIT || t->trigger == LIBXL_TRIGGER_RESET)
        return xd_err_set(
            err, -ENOTSUP,
            "%s: Xen on x86 has no trigger %s; reboot asks the guest, destroy doesn't", f->what,
            name);
    if (t->trigger != LIBXL_TRIGGER_NMI && type != LIBXL_DOMAIN_TYPE_HVM)
        return xd_err_set(err, -ENOTSUP,
                          "%s is %s and has no %s: use shutdown, which its kernel hears of",
                          f->what, type == LIBXL_DOMAIN_TYPE_PVH ? "PVH" : "PV",
                          t->trigger == LIBXL_TRIGGER_POWER ? "power button" : "ACPI sleep states");
    if (f->info.max_vcpu_id == XEN_INVALID_MAX_VCPU_ID || t->vcpu > f->info.max_vcpu_id)
        return xd_err_set(err, -ERANGE, "%s has no vCPU %u", f->what, t->vcpu);
    return 0;
}

static int start_trigger(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    const struct trigger *t = arg;

    return libxl_send_trigger(ctx, domid, t->trigger, t->vcpu, how);
}

int xd_xl_act_trigger(const struct xd_xl_doing *d, struct xd_err *err)
{
    const struct xd_value *vcpu = &d->params[XD_TRIGGER_VCPU];
    struct trigger t = {(libxl_trigger)d->params[XD_TRIGGER_NAME].cell.i, 0};
    libxl_domain_type type;
    struct xd_xl_found f;
    int rc;

    if (vcpu->have)
        t.vcpu = vcpu->cell.u < UINT32_MAX ? (uint32_t)vcpu->cell.u : UINT32_MAX;
    rc = xd_xl_find_guest(d, "it is this very host's control domain", &f, &type, err);
    if (rc == 0)
        rc = check_trigger(&f, type, &t, err);
    if (rc < 0)
        return rc;
    rc = xd_xl_operate(
        d->x, &(struct xd_xl_op){.start = start_trigger, .domid = f.info.domain, .arg = &t}, d->p);
    if (rc < 0)
        return xd_xl_fail(&d->x->logger, rc, err, "%s: the trigger %s was not sent", f.what,
                          libxl_trigger_to_string(t.trigger));
    return 0;
}

/* Xen has delivered it; what the guest makes of it shows nowhere. */
int xd_xl_seen_trigger(struct xd_xl *x, const struct xd_object *o, const struct xd_xl_deed *deed,
                       struct xd_err *err)
{
    return 1;
}

/* --- SysRq --- */

int xd_xl_act_sysrq(const struct xd_xl_doing *d, struct xd_err *err)
{
    const char *key = xd_xl_text(&d->params[0]);
    libxl_domain_type type;
    struct xd_xl_found f;
    int rc =
        xd_xl_find_guest(d, "its own keyboard and /proc/sysrq-trigger do that", &f, &type, err);

    if (rc < 0)
        return rc;
    if (strlen(key) != 1 || !isalnum((unsigned char)key[0]))
        return xd_err_set(err, -EINVAL,
                          "%s: a SysRq key is one letter or digit, such as s (sync) or h (help)",
                          f.what);
    if (xd_xl_flags(&f.info) & XD_XL_PAUSED)
        return xd_err_set(err, -EINVAL, "%s is paused and can't take a key: unpause it first",
                          f.what);
    rc = libxl_send_sysrq(d->x->ctx, f.info.domain, key[0]);
    if (rc < 0)
        return xd_xl_fail(&d->x->logger, rc, err, "%s: SysRq %s was not sent", f.what, key);
    return 0;
}

/* Linux empties the node when it takes the key; so does it not where nobody listens. */
int xd_xl_seen_sysrq(struct xd_xl *x, const struct xd_object *o, const struct xd_xl_deed *deed,
                     struct xd_err *err)
{
    char *key = xd_xl_xs_read(x, "/local/domain/%u/control/sysrq", deed->domid);
    bool taken = !key || !key[0];

    free(key);
    return taken || !xd_xl_deed_listed(x, deed);
}
