/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Table pci: functions by sysfs, names by libpci, nodes by Xen, owners by xenstore. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend_devices/host.h"
#include "base/arena.h"
#include "model/tables.h"

#include <pci/pci.h>

/* What drives a function that waits for a guest, or is a guest's: xen-pciback by its older name. */
#define PCIBACK "pciback"

struct xd_dv_pci {
    struct pci_access *access; /* names only: it never looks at the bus */
};

/* libpci's own handlers print, and end the program. This one is called on lack of memory only (the
 * bus is never looked at): like the rest of xendeck, it gives up then. */
static void PCI_NONRET on_error(char *msg, ...)
{
    abort();
}

static void on_words(char *msg, ...)
{
}

static struct pci_access *names(struct xd_dv *d)
{
    if (!d->pci) {
        d->pci = xd_malloc(sizeof(*d->pci));
        d->pci->access = pci_alloc();
        d->pci->access->error = on_error;
        d->pci->access->warning = on_words;
        d->pci->access->debug = on_words;
    }
    return d->pci->access;
}

void xd_dv_pci_free(struct xd_dv *d)
{
    if (d->pci)
        pci_cleanup(d->pci->access);
    free(d->pci);
    d->pci = NULL;
}

static void put_names(struct xd_dv *d, struct xd_rows *t, const struct xd_pcidev *f)
{
    const int local = PCI_LOOKUP_NO_HWDB;
    struct pci_access *a = names(d);
    char text[256];

    xd_put_str(t, XD_PCI_CLASS,
               pci_lookup_name(a, text, sizeof(text), PCI_LOOKUP_CLASS | local, f->class >> 8));
    xd_put_str(t, XD_PCI_NAME,
               pci_lookup_name(a, text, sizeof(text), PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE | local,
                               f->vendor, f->device));
}

/* The nodes of all functions by one hypercall, to be freed; NULL: Xen doesn't tell. */
static uint32_t *nodes_of(struct xd_dv *d, const struct xd_pcidev *list, size_t n)
{
    physdev_pci_device_t *devs = xd_malloc((n + 1) * sizeof(*devs));
    uint32_t *nodes = xd_malloc((n + 1) * sizeof(*nodes));

    for (size_t i = 0; i < n; i++) {
        devs[i].seg = list[i].bdf.segment;
        devs[i].bus = list[i].bdf.bus;
        devs[i].devfn = (uint8_t)(list[i].bdf.device << 3 | list[i].bdf.function);
    }
    if (n == 0 || xc_pcitopoinfo(d->xc, (unsigned)n, devs, nodes) < 0) {
        free(nodes);
        nodes = NULL;
    }
    free(devs);
    return nodes;
}

/* The domain that a function is assigned to, or NULL. */
static const struct xd_dv_domain *owner(const struct xd_dv *d, const struct xd_bdf *bdf)
{
    for (size_t i = 0; i < d->n_order; i++) {
        const struct xd_dv_device *v = d->order[i];

        for (size_t j = 0; v->id.backend == 0 && j < v->n_pci; j++)
            if (xd_bdf_cmp(&v->pci[j], bdf) == 0 && xd_dv_domain(d, v->id.frontend))
                return xd_dv_domain(d, v->id.frontend);
    }
    return NULL;
}

static void put_function(struct xd_dv *d, struct xd_rows *t, const struct xd_pcidev *f,
                         const uint32_t *node)
{
    const struct xd_dv_domain *m = owner(d, &f->bdf);
    char text[XD_BDF_TEXT];
    enum xd_pci_use use = XD_PCI_HOST;

    xd_row_begin(t);
    xd_put_str(t, XD_PCI_BDF, xd_bdf_text(&f->bdf, text));
    snprintf(text, sizeof(text), "%04x:%04x", f->vendor, f->device);
    xd_put_str(t, XD_PCI_ID, text);
    put_names(d, t, f);
    xd_put_str(t, XD_PCI_DRIVER, f->driver);
    if (node && *node != XEN_INVALID_NODE_ID && *node != XEN_INVALID_DEV)
        xd_put_u64(t, XD_PCI_NODE, *node);
    if (m)
        use = XD_PCI_ASSIGNED;
    else if (strcmp(f->driver, PCIBACK) == 0)
        use = XD_PCI_ASSIGNABLE;
    xd_put_enum(t, XD_PCI_USE, (int)use);
    if (!m)
        return;
    xd_put_str(t, XD_PCI_DOMAIN_UUID, m->uuid);
    xd_put_str(t, XD_PCI_DOMAIN, m->name);
}

void xd_dv_collect_pci(struct xd_dv *d, struct xd_builder *b)
{
    struct xd_rows *t = xd_build_table(b, &xd_pci_desc, xd_clock_now(d->env->clock));
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_pcidev *list;
    uint32_t *nodes;
    size_t n;

    if (xd_pcidev_list(d->root, &a, &list, &n, &err) < 0) {
        xd_build_missing(b, &xd_pci_desc, "%s", xd_err_text(&err));
        xd_arena_done(&a);
        return;
    }
    nodes = nodes_of(d, list, n);
    for (size_t i = 0; i < n; i++)
        put_function(d, t, &list[i], nodes ? &nodes[i] : NULL);
    if (n == 0)
        xd_build_reason(t, "this dom0 has no PCI functions");
    if (!d->xs)
        xd_build_reason(t, "xenstore doesn't answer: to whom functions are assigned may be old");
    free(nodes);
    xd_arena_done(&a);
}
