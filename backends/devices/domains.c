/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose the devices are: domains by Xen (their UUIDs are the identity of all rows), their names by
 * xenstore. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_devices/host.h"
#include "base/arena.h"

/* xenstore tells when domains come and go; a domain that is just being made has not been introduced
 * to it yet. */
#define LIST_AGE_NS (5 * XD_NS_PER_S)
#define DOM0_ERR    "Xen doesn't list its domains: %s"

static void forget(struct xd_dv_domain *m)
{
    free(m->name);
}

void xd_dv_forget_domains(struct xd_dv *d)
{
    for (size_t i = 0; i < d->n_domains; i++)
        forget(&d->domains[i]);
    free(d->domains);
    d->domains = NULL;
    d->n_domains = 0;
}

struct xd_dv_domain *xd_dv_domain(const struct xd_dv *d, uint32_t domid)
{
    size_t low = 0, high = d->n_domains;

    while (low < high) {
        size_t mid = (low + high) / 2;

        if (d->domains[mid].domid == domid)
            return &d->domains[mid];
        if (d->domains[mid].domid < domid)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

/* Of domains with one UUID only one can be told apart by it: one that lives, else the last. */
const struct xd_dv_domain *xd_dv_owner(const struct xd_dv *d, uint32_t domid)
{
    const struct xd_dv_domain *m = xd_dv_domain(d, domid);

    if (!m || !m->dying)
        return m;
    for (size_t i = 0; i < d->n_domains; i++) {
        const struct xd_dv_domain *other = &d->domains[i];

        if (other != m && strcmp(other->uuid, m->uuid) == 0 && (!other->dying || other > m))
            return NULL;
    }
    return m;
}

/* Both lists are in the order of domids. Another UUID is another domain. */
static void match_up(struct xd_dv *d, const xc_domaininfo_t *list, size_t n)
{
    struct xd_dv_domain *now = xd_malloc((n ? n : 1) * sizeof(*now));
    size_t old = 0;

    for (size_t i = 0; i < n; i++) {
        struct xd_dv_domain *m = &now[i];
        char uuid[XD_DV_UUID];

        xd_dv_uuid(list[i].handle, uuid);
        for (; old < d->n_domains && d->domains[old].domid < list[i].domain; old++)
            forget(&d->domains[old]);
        if (old < d->n_domains && d->domains[old].domid == list[i].domain) {
            if (strcmp(d->domains[old].uuid, uuid) == 0)
                *m = d->domains[old];
            else
                forget(&d->domains[old]);
            old++;
        }
        m->domid = list[i].domain;
        strcpy(m->uuid, uuid);
        m->dying = list[i].flags & XEN_DOMINF_dying;
    }
    for (; old < d->n_domains; old++)
        forget(&d->domains[old]);
    free(d->domains);
    d->domains = now;
    d->n_domains = n;
}

int xd_dv_list_domains(struct xd_dv *d, struct xd_err *err)
{
    int64_t now = xd_clock_now(d->env->clock);
    size_t room = d->n_domains + 64;
    xc_domaininfo_t *list = NULL;
    int got = -1;

    if (!d->relist && d->n_domains && now - d->listed_at < LIST_AGE_NS)
        return 0;
    for (;; room *= 2) {
        list = xd_realloc(list, room * sizeof(*list));
        got = xc_domain_getinfolist(d->xc, 0, (unsigned)room, list);
        if (got < 0 || (size_t)got < room)
            break;
    }
    if (got >= 0)
        match_up(d, list, (size_t)got);
    free(list);
    if (got < 0)
        return xd_err_set(err, -(errno ? errno : EIO), DOM0_ERR, strerror(errno));
    d->relist = false;
    d->listed_at = now;
    return 0;
}

/* Makes sure that its backends are watched, if it has any. dom0's folder may appear later. */
static void look_at(struct xd_dv *d, struct xd_dv_domain *m)
{
    char path[64], token[16];
    unsigned n;
    char **names;

    snprintf(path, sizeof(path), "/local/domain/%u/backend", m->domid);
    snprintf(token, sizeof(token), "b%u", m->domid);
    names = m->domid ? xd_dv_list(d, &n, "%s", path) : NULL;
    m->serves = m->domid == 0 || names;
    free(names);
    m->looked = d->xs;
    if (m->serves)
        m->scan = m->fresh = xd_dv_watch(d, path, token);
}

bool xd_dv_look(struct xd_dv *d, size_t looks)
{
    for (size_t i = 0; i < d->n_domains && d->xs; i++) {
        if (d->domains[i].looked)
            continue;
        if (d->domains[i].domid && looks-- == 0)
            return false;
        look_at(d, &d->domains[i]);
    }
    return d->xs;
}

/* Names of those whose devices are shown, or who serve them. */
static void want_name(struct xd_dv *d, uint32_t domid)
{
    struct xd_dv_domain *m = xd_dv_domain(d, domid);
    char path[64], token[16];

    if (!m || m->named || !d->xs)
        return;
    snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
    snprintf(token, sizeof(token), "n%u", domid);
    m->named = m->rename = xd_dv_watch(d, path, token);
}

void xd_dv_names(struct xd_dv *d)
{
    struct xd_dv_device *v, *next;
    char *name;

    HASH_ITER (hh, d->devices, v, next) {
        want_name(d, v->id.frontend);
        want_name(d, v->id.backend);
    }
    for (size_t i = 0; i < d->n_domains && d->xs; i++) {
        struct xd_dv_domain *m = &d->domains[i];

        if (!m->rename)
            continue;
        m->rename = false;
        name = xd_dv_read(d, "/local/domain/%u/name", m->domid);
        if (!name && m->name)
            continue; /* it is being torn down: the last name is still the right one */
        free(m->name);
        m->name = name;
    }
}
