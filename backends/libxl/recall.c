/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of domains from one errand to the next: see recall.h. */
#include "backend_libxl/recall.h"

#include <stdlib.h>
#include <string.h>

#include "backend_libxl/known.h"
#include "backend_libxl/names.h"
#include "base/arena.h"

static void take(struct xd_xl *x, const xc_domaininfo_t *d, struct xd_xl_known *k)
{
    const struct xd_xl_named *was = xd_xl_names_of(x->names, d->domain, d->handle);
    char *name;

    if (!was || k->fresh & XD_XL_NAME || d->flags & XEN_DOMINF_dying)
        return;
    name = strndup(was->name, was->len);
    if (!name || xd_xl_domain_wanted(x, d, name)) {
        free(name);
        return;
    }
    free(k->name);
    k->name = name;
    k->fresh |= XD_XL_NAME;
    k->recalled = true;
}

void xd_xl_recall(struct xd_xl *x, const xc_domaininfo_t *list, size_t n)
{
    if (x->env->role != XD_ERRAND || x->names)
        return;
    x->names = xd_malloc(sizeof(*x->names));
    if (xd_xl_names_load(XD_XL_NAMES_DIR, x->names) < 0)
        return; /* all are read */
    for (size_t i = 0; i < n; i++)
        take(x, &list[i], &x->known[i]);
}

void xd_xl_recall_doubt(struct xd_xl *x)
{
    for (size_t i = 0; x->names && i < x->n_known; i++) {
        if (x->known[i].recalled)
            x->known[i].fresh &= ~(unsigned)XD_XL_NAME;
        x->known[i].recalled = false;
    }
}

static bool is_new(const struct xd_xl *x, const struct xd_xl_known *k)
{
    const struct xd_xl_named *was = xd_xl_names_of(x->names, k->domid, k->uuid);

    return !was || strlen(k->name) != was->len || memcmp(k->name, was->name, was->len) != 0;
}

static bool keeps(const struct xd_xl_known *k)
{
    return k->fresh & XD_XL_NAME && k->name && xd_xl_name_keeps(k->name);
}

void xd_xl_recall_keep(struct xd_xl *x)
{
    struct xd_buf text = XD_BUF_INIT;
    size_t n = 0;
    bool any = false;

    for (size_t i = 0; x->names && i < x->n_known && !any; i++)
        any = keeps(&x->known[i]) && is_new(x, &x->known[i]);
    if (!any)
        return;
    xd_xl_names_begin(&text);
    for (size_t i = 0; i < x->n_known; i++)
        if (keeps(&x->known[i])) {
            xd_xl_names_add(&text, x->known[i].domid, x->known[i].uuid, x->known[i].name);
            n++;
        }
    xd_xl_names_end(&text, n);
    xd_xl_names_save(XD_XL_NAMES_DIR, &text); /* if not, the next one reads them again */
    xd_buf_done(&text);
}

void xd_xl_recall_free(struct xd_xl *x)
{
    if (x->names)
        xd_xl_names_free(x->names);
    free(x->names);
    x->names = NULL;
}
