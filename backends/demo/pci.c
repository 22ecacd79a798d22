/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI functions of the simulated host: dom0's, assignable, or a guest's. */
#include <errno.h>
#include <string.h>

#include "backend_demo/host.h"
#include "base/str.h"

void xd_demo_pci_make(struct xd_demo_host *h)
{
    const struct xd_demo_scenario *s = h->scenario;

    h->pci = xd_arena_array(&h->arena, s->n_pci + 1, sizeof(*h->pci));
    for (size_t i = 0; i < s->n_pci; i++) {
        h->pci[i].spec = &s->pci[i];
        h->pci[i].use = s->pci[i].use;
        if (s->pci[i].domain)
            h->pci[i].owner = xd_demo_host_named(h, s->pci[i].domain);
    }
}

/* What a domain had when it ended can be given to the next one. */
void xd_demo_pci_release(struct xd_demo_host *h, const struct xd_demo_domain *d)
{
    for (size_t i = 0; i < h->scenario->n_pci; i++) {
        if (h->pci[i].owner != d)
            continue;
        h->pci[i].owner = NULL;
        h->pci[i].use = XD_PCI_ASSIGNABLE;
    }
}

static int must_be(const struct xd_demo_pci *p, int use, int there, struct xd_err *err)
{
    const char *owner = p->owner ? p->owner->shown : "?";

    if (p->use == use)
        return 0;
    if (p->use == there)
        return xd_err_set(err, -EALREADY, "%s is %s already", p->spec->bdf,
                          there == XD_PCI_HOST ? "dom0's" : "assignable");
    if (p->use == XD_PCI_ASSIGNED)
        return xd_err_set(err, -EINVAL, "%s is assigned to domain %s: detach it there first",
                          p->spec->bdf, owner);
    if (p->use == XD_PCI_HOST)
        return xd_err_set(err, -EINVAL, "%s is dom0's: make it assignable first", p->spec->bdf);
    return xd_err_set(err, -EINVAL, "%s is assigned to no domain", p->spec->bdf);
}

int xd_demo_pci_assignable(struct xd_demo_host *h, struct xd_demo_thing *t,
                           const struct xd_value *p, struct xd_err *err)
{
    int rc = must_be(t->pci, XD_PCI_HOST, XD_PCI_ASSIGNABLE, err);

    if (rc)
        return rc;
    if (t->pci->spec->class_name && strstr(t->pci->spec->class_name, "bridge"))
        return xd_err_set(err, -EINVAL, "%s is a bridge: the host needs it itself",
                          t->pci->spec->bdf);
    t->pci->use = XD_PCI_ASSIGNABLE;
    return 0;
}

int xd_demo_pci_host(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                     struct xd_err *err)
{
    int rc = must_be(t->pci, XD_PCI_ASSIGNABLE, XD_PCI_HOST, err);

    if (!rc)
        t->pci->use = XD_PCI_HOST;
    return rc;
}

int xd_demo_pci_attach(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                       struct xd_err *err)
{
    struct xd_demo_domain *d;
    char found[80];
    int rc = must_be(t->pci, XD_PCI_ASSIGNABLE, -1, err);

    if (rc)
        return rc;
    d = xd_demo_domain_called(h, p[0].have ? p[0].cell.s : "");
    xd_str_safe_to(found, sizeof(found), p[0].have ? p[0].cell.s : "");
    if (!d)
        return xd_err_set(err, -EINVAL, "there is no domain \"%s\"", found);
    if (d->domid == 0)
        return xd_err_set(err, -EINVAL, "Domain-0 has it by giving it back to dom0: pci-host");
    if (d->spec->type == XD_TYPE_PVH)
        return xd_err_set(err, -EINVAL,
                          "domain %s is a PVH guest: Xen passes PCI functions to PV and HVM guests",
                          d->shown);
    if (d->life != XD_DEMO_ALIVE && d->life != XD_DEMO_STOPPING)
        return xd_err_set(err, -EINVAL, "domain %s doesn't run any more", d->shown);
    t->pci->use = XD_PCI_ASSIGNED;
    t->pci->owner = d;
    return 0;
}

int xd_demo_pci_detach(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                       struct xd_err *err)
{
    bool force = p && p[XD_PCI_DETACH_FORCE].have && p[XD_PCI_DETACH_FORCE].cell.b;
    int rc = must_be(t->pci, XD_PCI_ASSIGNED, -1, err);

    if (rc)
        return rc;
    if (t->pci->owner->paused && !force)
        return xd_err_set(err, -EINVAL,
                          "domain %s is paused: it can't let go of %s unless it is forced",
                          t->pci->owner->shown, t->pci->spec->bdf);
    t->pci->use = XD_PCI_ASSIGNABLE;
    t->pci->owner = NULL;
    return 0;
}
