/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The actions of model/xenknobs.h: who carries each out, and what was done last. */
#include "backend_libxl/actions.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_libxl/actions_pool.h"
#include "backend_libxl/edit.h"
#include "base/arena.h"
#include "model/xenknobs.h"

static const struct way {
    xd_xl_act_fn *act;
    xd_xl_seen_fn *seen;
} ways[XD_ACTION_N] = {
    [XD_ACTION_PAUSE] = {xd_xl_act_life, xd_xl_seen_life},
    [XD_ACTION_UNPAUSE] = {xd_xl_act_life, xd_xl_seen_life},
    [XD_ACTION_SHUTDOWN] = {xd_xl_act_life, xd_xl_seen_life},
    [XD_ACTION_REBOOT] = {xd_xl_act_life, xd_xl_seen_life},
    [XD_ACTION_DESTROY] = {xd_xl_act_life, xd_xl_seen_life},
    [XD_ACTION_TRIGGER] = {xd_xl_act_trigger, xd_xl_seen_trigger},
    [XD_ACTION_SYSRQ] = {xd_xl_act_sysrq, xd_xl_seen_sysrq},
    [XD_ACTION_DUMP_CORE] = {xd_xl_act_dump, xd_xl_seen_dump},
    [XD_ACTION_CREATE] = {xd_xl_act_create, xd_xl_seen_create},
    [XD_ACTION_DISK_ATTACH] = {xd_xl_act_disk_attach, xd_xl_seen_disk_attach},
    [XD_ACTION_DISK_DETACH] = {xd_xl_act_disk_detach, xd_xl_seen_disk_detach},
    [XD_ACTION_CDROM] = {xd_xl_act_cdrom, xd_xl_seen_cdrom},
    [XD_ACTION_NIC_ATTACH] = {xd_xl_act_nic_attach, xd_xl_seen_nic_attach},
    [XD_ACTION_NIC_DETACH] = {xd_xl_act_nic_detach, xd_xl_seen_nic_detach},
    [XD_ACTION_PCI_ASSIGNABLE] = {xd_xl_act_pci_assignable, xd_xl_seen_pci_bound},
    [XD_ACTION_PCI_HOST] = {xd_xl_act_pci_host, xd_xl_seen_pci_bound},
    [XD_ACTION_PCI_ATTACH] = {xd_xl_act_pci_attach, xd_xl_seen_pci_attached},
    [XD_ACTION_PCI_DETACH] = {xd_xl_act_pci_detach, xd_xl_seen_pci_attached},
    [XD_ACTION_CPUID_TRY] = {xd_xl_act_try, xd_xl_seen_try},
    [XD_ACTION_CPUID_CONFIG] = {xd_xl_act_config, xd_xl_seen_config},
};

void xd_xl_tell_peer(struct xd_xl *x)
{
    struct xd_xl *observer = x->env->peer ? x->env->peer : x;

    atomic_store(&observer->stale, true);
}

/* --- what was done --- */

static struct xd_xl_deed *find_deed(struct xd_xl *x, ptrdiff_t action, const char *key)
{
    size_t n = x->n_deeds < XD_XL_DEEDS ? x->n_deeds : XD_XL_DEEDS;

    for (size_t i = 0; i < n; i++)
        if (x->deeds[i].action == action &&
            strncmp(x->deeds[i].key, key, sizeof(x->deeds[i].key) - 1) == 0)
            return &x->deeds[i];
    return NULL;
}

static struct xd_xl_deed *new_deed(struct xd_xl *x, ptrdiff_t action, const char *key)
{
    struct xd_xl_deed *deed = find_deed(x, action, key);

    if (!deed)
        deed = &x->deeds[x->n_deeds++ % XD_XL_DEEDS];
    free(deed->subject);
    *deed = (struct xd_xl_deed){.action = action};
    snprintf(deed->key, sizeof(deed->key), "%s", key);
    return deed;
}

void xd_xl_deed_domain(struct xd_xl_deed *deed, const xc_domaininfo_t *d)
{
    deed->have_domain = true;
    memcpy(deed->uuid, d->handle, sizeof(deed->uuid));
    deed->domid = d->domain;
}

void xd_xl_deed_subject(struct xd_xl_deed *deed, const char *subject)
{
    free(deed->subject);
    deed->subject = xd_strdup(subject);
}

bool xd_xl_deed_listed(struct xd_xl *x, const struct xd_xl_deed *deed)
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

/* --- what several need --- */

int xd_xl_refuse_own(const struct xd_xl_found *f, const char *action, const char *why,
                     struct xd_err *err)
{
    if (f->info.domain == 0)
        return xd_err_set(err, -EPERM, "Domain-0: %s is refused: %s", action, why);
    if (f->info.flags & XEN_DOMINF_xs_domain)
        return xd_err_set(err, -EPERM,
                          "%s holds xenstore: %s is refused, no domain could be managed after it",
                          f->what, action);
    return 0;
}

const char *xd_xl_param_text(const struct xd_value *v)
{
    return v->have && v->type == XD_STR && v->cell.s ? v->cell.s : "";
}

bool xd_xl_param_yes(const struct xd_value *v)
{
    return v->have && v->type == XD_BOOL && v->cell.b;
}

/* --- the backend's functions --- */

static int check(const struct xd_action *a, struct xd_err *err)
{
    ptrdiff_t i = a - xd_xen_actions;

    if (i < 0 || i >= XD_ACTION_N)
        return xd_err_set(err, -ENOTSUP, "%s is no action of this backend", a->name);
    if (!ways[i].act && !xd_xl_is_pool_action(a))
        return xd_err_set(err, -ENOTSUP, "%s is not carried out here: it gets the terminal",
                          a->name);
    return 0;
}

int xd_xl_act(void *self, const struct xd_object *o, const struct xd_action *a,
              const struct xd_value *params, struct xd_progress *p, struct xd_err *err)
{
    struct xd_xl_doing d = {.x = self, .o = o, .a = a, .params = params, .p = p};
    ptrdiff_t i = a - xd_xen_actions;
    int rc = check(a, err);

    if (rc == 0)
        rc = xd_xl_ready(d.x, err);
    if (rc == 0 && xd_xl_is_pool_action(a))
        return xd_xl_pool_act(d.x, o, a, params, p, err);
    if (rc < 0)
        return rc;
    d.deed = new_deed(d.x, i, o->key);
    rc = ways[i].act(&d, err);
    xd_xl_tell_peer(d.x);
    return rc;
}

int xd_xl_settled(void *self, const struct xd_object *o, const struct xd_action *a,
                  struct xd_err *err)
{
    struct xd_xl *x = self;
    const struct xd_xl_deed *deed;
    int rc = check(a, err);

    if (rc == 0)
        rc = xd_xl_ready(x, err);
    if (rc < 0)
        return rc;
    if (xd_xl_is_pool_action(a))
        return xd_xl_pool_settled(x, o, a, err);
    deed = find_deed(x, a - xd_xen_actions, o->key);
    if (!deed)
        return xd_err_set(err, -ENODATA, "on what the %s was carried out is not known here",
                          a->name);
    return ways[a - xd_xen_actions].seen(x, o, deed, err);
}

int xd_xl_preview(void *self, const struct xd_object *o, const struct xd_action *a,
                  const struct xd_value *params, struct xd_buf *out, struct xd_err *err)
{
    int rc = xd_xl_ready(self, err);

    if (rc < 0)
        return rc;
    switch (a - xd_xen_actions) {
    case XD_ACTION_CREATE:
        return xd_xl_preview_create(self, params, out, err);
    case XD_ACTION_CPUID_TRY:
        return xd_xl_preview_try(self, params, out, err);
    case XD_ACTION_CPUID_CONFIG:
        return xd_xl_preview_config(params, out, err);
    default:
        return xd_err_set(err, -ENOTSUP, "%s has no preview", a->name);
    }
}
