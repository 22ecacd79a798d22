/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which domains there are, by Xen, and what they are called, by xenstore. A domid that another
 * domain has got since the last look loses its account. */
#include "backend_trace/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* Names change (rename, migration's last step), but not often. */
#define NAME_AGE_NS (5 * XD_NS_PER_S)

static int list_all(struct xd_tr *t, xc_domaininfo_t **out, size_t *n, struct xd_err *err)
{
    size_t cap = 256;

    for (;; cap *= 2) {
        xc_domaininfo_t *list = xd_malloc(cap * sizeof(*list));
        int got = xc_domain_getinfolist(t->xc, 0, (unsigned)cap, list);

        if (got >= 0 && (size_t)got < cap) {
            *out = list;
            *n = (size_t)got;
            return 0;
        }
        free(list);
        if (got < 0)
            return xd_err_set(err, xd_tr_errno(), "Xen doesn't list its domains: %s",
                              strerror(errno));
    }
}

void xd_tr_forget_domains(struct xd_tr *t)
{
    for (size_t i = 0; i < t->n_domains; i++)
        free(t->domains[i].name);
    free(t->domains);
    t->domains = NULL;
    t->n_domains = 0;
}

static void gone(struct xd_tr *t, struct xd_tr_domain *d)
{
    if (t->states)
        xd_runstates_forget(t->states, d->domid);
    free(d->name);
}

/* Both lists are in the order of domids. */
static void match_up(struct xd_tr *t, const xc_domaininfo_t *list, size_t n)
{
    struct xd_tr_domain *now = xd_malloc((n ? n : 1) * sizeof(*now));
    size_t old = 0;

    for (size_t i = 0; i < n; i++) {
        struct xd_tr_domain *d = &now[i];

        for (; old < t->n_domains && t->domains[old].domid < list[i].domain; old++)
            gone(t, &t->domains[old]);
        if (old < t->n_domains && t->domains[old].domid == list[i].domain) {
            if (memcmp(t->domains[old].uuid, list[i].handle, sizeof(d->uuid)) == 0)
                *d = t->domains[old++];
            else
                gone(t, &t->domains[old++]);
        }
        d->domid = list[i].domain;
        memcpy(d->uuid, list[i].handle, sizeof(d->uuid));
        d->n_vcpus = list[i].max_vcpu_id + 1;
        d->paused = list[i].flags & XEN_DOMINF_paused;
    }
    for (; old < t->n_domains; old++)
        gone(t, &t->domains[old]);
    free(t->domains);
    t->domains = now;
    t->n_domains = n;
}

int xd_tr_list_domains(struct xd_tr *t, struct xd_err *err)
{
    xc_domaininfo_t *list = NULL;
    size_t n = 0;
    int rc = list_all(t, &list, &n, err);

    if (rc < 0)
        return rc;
    match_up(t, list, n);
    free(list);
    return 0;
}

static struct xd_tr_domain *domain(const struct xd_tr *t, uint16_t domid)
{
    size_t from = 0, to = t->n_domains;

    while (from < to) {
        size_t mid = from + (to - from) / 2;

        if (t->domains[mid].domid == domid)
            return &t->domains[mid];
        if (t->domains[mid].domid < domid)
            from = mid + 1;
        else
            to = mid;
    }
    return NULL;
}

const struct xd_tr_domain *xd_tr_domain(const struct xd_tr *t, uint16_t domid)
{
    return domain(t, domid);
}

/* Only by the socket: where there is none, the kernel's device may wait for ever. */
static void read_name(struct xd_tr *t, struct xd_tr_domain *d)
{
    char path[64], *name;

    if (!t->xs)
        t->xs = xs_open(XS_OPEN_SOCKETONLY);
    if (!t->xs)
        return;
    snprintf(path, sizeof(path), "/local/domain/%u/name", d->domid);
    name = xs_read(t->xs, XBT_NULL, path, NULL);
    if (name) {
        free(d->name);
        d->name = name;
    } else if (errno != ENOENT && errno != EACCES) {
        xs_close(t->xs);
        t->xs = NULL;
    }
}

const char *xd_tr_name(struct xd_tr *t, uint16_t domid, char buf[24])
{
    struct xd_tr_domain *d = domain(t, domid);
    int64_t now = xd_clock_now(t->env->clock);

    if (d && (!d->name_at || now - d->name_at > NAME_AGE_NS)) {
        d->name_at = now;
        read_name(t, d);
    }
    if (d && d->name)
        return d->name;
    snprintf(buf, 24, "domain %u", domid);
    return buf;
}
