/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI functions: taken from dom0's drivers and given back, given to guests and taken from them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend_libxl/actions_device.h"
#include "backend_libxl/device_spec.h"
#include "base/str.h"
#include "kernel/pciuse.h"
#include "model/xenknobs.h"

#define DEVICES "/sys/bus/pci/devices"
#define PCIBACK "/sys/bus/pci/drivers/pciback"

/* A function being worked on. */
struct function {
    struct xd_bdf bdf;
    char text[XD_BDF_TEXT];
    char what[64];
    libxl_device_pci pci; /* holds nothing that would have to be freed */
};

static bool exists(const char *fmt, const char *arg)
{
    char path[160];

    snprintf(path, sizeof(path), fmt, arg);
    return access(path, F_OK) == 0;
}

bool xd_xl_pciback_has(const struct xd_bdf *bdf)
{
    char text[XD_BDF_TEXT];

    xd_bdf_text(bdf, text);
    return exists(PCIBACK "/%s", text);
}

const char *xd_xl_pci_limit(struct xd_xl *x)
{
    libxl_physinfo info;
    bool iommu;

    if (access(PCIBACK, F_OK) < 0)
        return "dom0's kernel has no driver pciback that would hold the function: modprobe "
               "xen-pciback";
    libxl_physinfo_init(&info);
    iommu = libxl_get_physinfo(x->ctx, &info) < 0 || info.cap_hvm_directio;
    libxl_physinfo_dispose(&info);
    return iommu
               ? NULL
               : "Xen has no IOMMU here (none in the hardware, or it is off in the firmware or by "
                 "iommu=off), and gives no function to a guest without one";
}

static int find_function(const struct xd_xl_doing *d, struct function *f, struct xd_err *err)
{
    int rc = xd_xl_bdf_parse(d->o->key, &f->bdf, err);

    if (rc < 0)
        return rc;
    xd_bdf_text(&f->bdf, f->text);
    snprintf(f->what, sizeof(f->what), "PCI function %s", f->text);
    if (!exists(DEVICES "/%s", f->text))
        return xd_err_set(err, -ESRCH, "%s is not in this host any more", f->what);
    libxl_device_pci_init(&f->pci);
    f->pci.domain = (int)f->bdf.segment;
    f->pci.bus = f->bdf.bus;
    f->pci.dev = f->bdf.device;
    f->pci.func = f->bdf.function;
    xd_log_write(d->x->env->log, XD_LOG_INFO, "libxl", "%s: %s", d->a->name, f->what);
    return 0;
}

static bool is_it(const libxl_device_pci *p, const struct xd_bdf *b)
{
    return (uint32_t)p->domain == b->segment && p->bus == b->bus && p->dev == b->device &&
           p->func == b->function;
}

/* The domain that has it, and where in it; false: none. */
static bool holder(struct xd_xl *x, const struct xd_bdf *b, xc_domaininfo_t *who, uint32_t *vdevfn)
{
    const xc_domaininfo_t *list;
    bool found = false;
    size_t n_domains;

    if (xd_xl_list_domains(x, &list, &n_domains, NULL) < 0)
        return false;
    for (size_t i = 0; !found && i < n_domains; i++) {
        int n = 0;
        libxl_device_pci *pcis = libxl_device_pci_list(x->ctx, list[i].domain, &n);

        for (int k = 0; pcis && k < n && !found; k++) {
            found = is_it(&pcis[k], b);
            *vdevfn = pcis[k].vdevfn;
        }
        if (pcis)
            libxl_device_pci_list_free(pcis, n);
        if (found)
            *who = list[i];
    }
    return found;
}

static void name_of(struct xd_xl *x, uint32_t domid, char *out, size_t size)
{
    char *name = libxl_domid_to_name(x->ctx, domid);

    xd_str_safe_to(out, size, name ? name : "?");
    free(name);
}

/* --- dom0's, or free for guests --- */

static int check_unused(const struct function *f, struct xd_err *err)
{
    char use[128], path[64], class[16] = "";
    FILE *file;

    if (xd_pci_carries("", f->text, use, sizeof(use)))
        return xd_err_set(err, -EPERM, "%s is refused: dom0 %s", f->what, use);
    snprintf(path, sizeof(path), DEVICES "/%s/class", f->text);
    file = fopen(path, "re");
    if (file && !fgets(class, sizeof(class), file))
        class[0] = '\0';
    if (file)
        fclose(file);
    if (strncmp(class, "0x06", 4) == 0)
        return xd_err_set(err, -EINVAL, "%s is a bridge: no guest can have it", f->what);
    return 0;
}

int xd_xl_act_pci_assignable(const struct xd_xl_doing *d, struct xd_err *err)
{
    const char *limit = xd_xl_pci_limit(d->x);
    struct function f;
    int rc = find_function(d, &f, err);

    if (rc < 0)
        return rc;
    if (limit)
        return xd_err_set(err, -ENOTSUP, "%s: %s", f.what, limit);
    if (xd_xl_pciback_has(&f.bdf))
        return xd_err_set(err, -EALREADY, "%s is assignable already", f.what);
    rc = check_unused(&f, err);
    if (rc < 0)
        return rc;
    rc = libxl_device_pci_assignable_add(d->x->ctx, &f.pci, 1);
    if (rc == 0)
        return 0;
    xd_xl_fail(&d->x->logger, rc, err, "%s was not made assignable", f.what);
    if (err)
        err->code = -EIO; /* it may have lost its driver already */
    return -EIO;
}

int xd_xl_act_pci_host(const struct xd_xl_doing *d, struct xd_err *err)
{
    struct function f;
    xc_domaininfo_t who;
    uint32_t vdevfn;
    char name[128];
    int rc = find_function(d, &f, err);

    if (rc < 0)
        return rc;
    if (!xd_xl_pciback_has(&f.bdf))
        return xd_err_set(err, -EALREADY, "%s is dom0's already", f.what);
    if (holder(d->x, &f.bdf, &who, &vdevfn)) {
        name_of(d->x, who.domain, name, sizeof(name));
        return xd_err_set(err, -EINVAL, "%s is domain %s's: detach it there first", f.what, name);
    }
    rc = libxl_device_pci_assignable_remove(d->x->ctx, &f.pci, 1);
    if (rc == 0)
        return 0;
    xd_xl_fail(&d->x->logger, rc, err, "%s was not given back to dom0", f.what);
    if (err)
        err->code = -EIO;
    return -EIO;
}

int xd_xl_seen_pci_bound(struct xd_xl *x, const struct xd_object *o, const struct xd_xl_deed *deed,
                         struct xd_err *err)
{
    struct xd_bdf bdf;
    int rc = xd_xl_bdf_parse(o->key, &bdf, err);

    return rc < 0 ? rc : xd_xl_pciback_has(&bdf) == (deed->action == XD_ACTION_PCI_ASSIGNABLE);
}

/* --- a guest's --- */

static int start_add(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    return libxl_device_pci_add(ctx, domid, arg, how);
}

static int start_remove(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    return libxl_device_pci_remove(ctx, domid, arg, how);
}

static int start_destroy(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    return libxl_device_pci_destroy(ctx, domid, arg, how);
}

static int check_attach(const struct xd_xl_doing *d, const struct function *f,
                        const struct xd_xl_found *to, struct xd_err *err)
{
    libxl_domain_type type;
    xc_domaininfo_t who;
    uint32_t vdevfn;
    char name[128];
    int rc = xd_xl_refuse_own(to, d->a->name, "it has all functions that no guest has", err);

    if (rc < 0)
        return rc;
    if (!xd_xl_pciback_has(&f->bdf))
        return xd_err_set(err, -EINVAL, "%s is not assignable: make it so first (pci-assignable)",
                          f->what);
    if (holder(d->x, &f->bdf, &who, &vdevfn)) {
        name_of(d->x, who.domain, name, sizeof(name));
        return xd_err_set(err, -EALREADY, "%s is domain %s's already", f->what, name);
    }
    rc = xd_xl_type(d->x, to, &type, err);
    if (rc < 0)
        return rc;
    if (type == LIBXL_DOMAIN_TYPE_PVH)
        return xd_err_set(err, -ENOTSUP,
                          "%s is PVH, and Xen gives PCI functions to PV and HVM guests only",
                          to->what);
    return 0;
}

int xd_xl_act_pci_attach(const struct xd_xl_doing *d, struct xd_err *err)
{
    struct xd_xl_found to;
    struct function f;
    int rc = find_function(d, &f, err);

    if (rc == 0)
        rc = xd_xl_find_named(d->x, xd_xl_param_text(&d->params[0]), &to, err);
    if (rc == 0)
        rc = check_attach(d, &f, &to, err);
    if (rc < 0)
        return rc;
    xd_xl_deed_domain(d->deed, &to.info);
    rc = xd_xl_operate(d->x,
                       &(struct xd_xl_op){.start = start_add,
                                          .domid = to.info.domain,
                                          .arg = &f.pci,
                                          .waiting = "giving the function to the domain"},
                       d->p);
    if (rc == 0)
        return 0;
    xd_xl_fail(&d->x->logger, rc, err,
               "%s was not attached to %s (a guest must have been made with passthrough = "
               "\"enabled\" or a pci list)",
               f.what, to.what);
    if (err)
        err->code = -EIO;
    return -EIO;
}

/* A paused guest's end can't answer. With force libxl would take the function from a PV guest all
 * the same, give up on its end and leave the function in the guest's list in xenstore for good. */
static int check_detach(const struct function *f, const xc_domaininfo_t *who, const char *name,
                        bool force, struct xd_err *err)
{
    bool pv = !(who->flags & XEN_DOMINF_hvm_guest);

    if (!(xd_xl_flags(who) & XD_XL_PAUSED) || (force && !pv))
        return 0;
    return xd_err_set(err, -EINVAL,
                      "%s: domain %s is paused and can't let go of it: unpause it first%s", f->what,
                      name, pv ? "" : ", or force=yes");
}

int xd_xl_act_pci_detach(const struct xd_xl_doing *d, struct xd_err *err)
{
    bool force = xd_xl_param_yes(&d->params[XD_PCI_DETACH_FORCE]);
    struct function f;
    xc_domaininfo_t who;
    char name[128];
    int rc = find_function(d, &f, err);

    if (rc < 0)
        return rc;
    if (!holder(d->x, &f.bdf, &who, &f.pci.vdevfn))
        return xd_err_set(err, -EALREADY, "%s is no domain's", f.what);
    name_of(d->x, who.domain, name, sizeof(name));
    rc = check_detach(&f, &who, name, force, err);
    if (rc < 0)
        return rc;
    xd_xl_deed_domain(d->deed, &who);
    rc = xd_xl_operate(d->x,
                       &(struct xd_xl_op){.start = force ? start_destroy : start_remove,
                                          .domid = who.domain,
                                          .arg = &f.pci,
                                          .waiting = "waiting for the guest to let go of it"},
                       d->p);
    if (rc == 0)
        return 0;
    xd_xl_fail(&d->x->logger, rc, err, "%s was not detached from domain %s%s", f.what, name,
               force ? "" : " (force=yes takes it all the same)");
    if (err)
        err->code = -EIO;
    return -EIO;
}

int xd_xl_seen_pci_attached(struct xd_xl *x, const struct xd_object *o,
                            const struct xd_xl_deed *deed, struct xd_err *err)
{
    bool attached = deed->action == XD_ACTION_PCI_ATTACH;
    struct xd_bdf bdf;
    xc_domaininfo_t who;
    uint32_t vdevfn;
    int rc = xd_xl_bdf_parse(o->key, &bdf, err);

    if (rc < 0)
        return rc;
    if (!holder(x, &bdf, &who, &vdevfn))
        return !attached;
    return attached && who.domain == deed->domid;
}
