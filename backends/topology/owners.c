/* SPDX-License-Identifier: GPL-2.0-or-later */
/* To whom PCI functions are passed through: libxl's toolstack writes them to
 * /local/domain/0/backend/pci/DOMID/N/{num_devs,dev-0,dev-1 …}. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xenstore.h>

#include "backend_topology/host.h"
#include "base/arena.h"
#include "kernel/bdf.h"

#define PCI           "/local/domain/0/backend/pci"
#define FUNCTIONS_MAX 64 /* of one device of pciback */
#define DOMAINS_MAX   4096

/* A node's text in a, or NULL. */
static const char *text_at(struct xs_handle *xs, struct xd_arena *a, const char *path)
{
    unsigned len;
    char *value = xs_read(xs, XBT_NULL, path, &len);
    const char *text = value ? xd_arena_strndup(a, value, len) : NULL;

    free(value);
    return text;
}

static void add(struct xd_xen_host *out, struct xd_arena *a, const char *bdf, const char *domain)
{
    struct xd_bdf at;
    char text[XD_BDF_TEXT];

    if (!bdf || !domain || xd_bdf_parse(bdf, &at, NULL))
        return;
    out->owners = xd_arena_grow(a, out->owners, out->n_owners, sizeof(*out->owners));
    out->owners[out->n_owners++] =
        (struct xd_xen_owner){.bdf = xd_arena_strdup(a, xd_bdf_text(&at, text)), .domain = domain};
}

static void add_device(struct xs_handle *xs, struct xd_arena *a, struct xd_xen_host *out,
                       const char *device, const char *domain)
{
    const char *count = text_at(xs, a, xd_arena_printf(a, "%s/num_devs", device));
    uint64_t n = 0;

    if (!count || xd_parse_u64(count, &n))
        return;
    for (uint64_t i = 0; i < n && i < FUNCTIONS_MAX; i++)
        add(out, a, text_at(xs, a, xd_arena_printf(a, "%s/dev-%u", device, (unsigned)i)), domain);
}

static void add_owner(struct xd_arena *a, struct xd_xen_host *out, const char *domid,
                      const char *name)
{
    uint64_t id;

    if (xd_parse_u64(domid, &id) || id >= XD_XEN_NO)
        return;
    out->domains = xd_arena_grow(a, out->domains, out->n_domains, sizeof(*out->domains));
    out->domains[out->n_domains++] =
        (struct xd_xen_domain){.domain = name, .domid = (uint32_t)id, .vcpus = XD_XEN_NO};
}

static void add_domain(struct xs_handle *xs, struct xd_arena *a, struct xd_xen_host *out,
                       const char *domid)
{
    const char *name = text_at(xs, a, xd_arena_printf(a, "/local/domain/%s/name", domid));
    char **devices;
    unsigned n = 0;

    if (!name || !*name)
        name = xd_arena_printf(a, "domain %s", domid);
    add_owner(a, out, domid, name);
    devices = xs_directory(xs, XBT_NULL, xd_arena_printf(a, PCI "/%s", domid), &n);
    for (unsigned i = 0; devices && i < n; i++)
        add_device(xs, a, out, xd_arena_printf(a, PCI "/%s/%s", domid, devices[i]), name);
    free(devices);
}

void xd_ty_owners(struct xd_ty *y, struct xd_arena *a, struct xd_xen_host *out,
                  struct xd_buf *trouble)
{
    struct xs_handle *xs = xd_xenstore_check(NULL) == 0 ? xs_open(0) : NULL;
    char **domids;
    unsigned n = 0;

    if (!xs) {
        xd_buf_printf(trouble,
                      "%sxenstore doesn't answer: to whom PCI functions are passed "
                      "through isn't known",
                      trouble->len ? "; " : "");
        return;
    }
    domids = xs_directory(xs, XBT_NULL, PCI, &n); /* none: nothing was ever passed through */
    for (unsigned i = 0; domids && i < n && i < DOMAINS_MAX; i++)
        add_domain(xs, a, out, domids[i]);
    free(domids);
    xs_close(xs);
}
