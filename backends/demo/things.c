/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an object names on the simulated host: see struct xd_demo_thing. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend_demo/host.h"
#include "base/str.h"

int xd_demo_gone(const struct xd_object *o, struct xd_err *err)
{
    const struct xd_table_desc *d = xd_core_table(o->table);
    const char *noun = d ? d->noun : "object";

    if (xd_streq(noun, "vcpu"))
        noun = "vCPU";
    return xd_err_set(err, -ESRCH, "%s %.80s (%s%.60s) is not on this host any more", noun,
                      o->label, xd_streq(o->table, "domains") || d == &xd_vcpus_desc ? "UUID " : "",
                      o->key);
}

static bool number_of(const char *text, uint64_t *n)
{
    return xd_parse_u64(text, n) == 0 && *n <= INT32_MAX;
}

/* --- of domains: UUID, UUID/PART --- */

static int find_domain(struct xd_demo_host *h, struct xd_demo_thing *t, const char *part,
                       struct xd_err *err)
{
    t->d = xd_demo_host_find(h, t->o->key);
    return t->d ? 0 : xd_demo_gone(t->o, err);
}

static int find_vcpu(struct xd_demo_host *h, struct xd_demo_thing *t, const char *part,
                     struct xd_err *err)
{
    uint64_t n;

    if (!number_of(part, &n))
        return xd_err_set(err, -EINVAL, "\"%.80s\" is no vCPU's key", t->o->key);
    if (!t->d || n >= t->d->n_vcpus)
        return xd_demo_gone(t->o, err);
    t->v = &t->d->vcpus[n];
    return 0;
}

static int find_disk(struct xd_demo_host *h, struct xd_demo_thing *t, const char *part,
                     struct xd_err *err)
{
    for (size_t i = 0; t->d && i < t->d->n_disks; i++) {
        if (xd_streq(t->d->disks[i].vdev, part))
            t->disk = &t->d->disks[i];
    }
    return t->disk ? 0 : xd_demo_gone(t->o, err);
}

static int find_nic(struct xd_demo_host *h, struct xd_demo_thing *t, const char *part,
                    struct xd_err *err)
{
    uint64_t n;

    for (size_t i = 0; number_of(part, &n) && t->d && i < t->d->n_nics; i++) {
        if (t->d->nics[i].devid == n)
            t->nic = &t->d->nics[i];
    }
    return t->nic ? 0 : xd_demo_gone(t->o, err);
}

/* --- of the host --- */

static int find_pool(struct xd_demo_host *h, struct xd_demo_thing *t, const char *part,
                     struct xd_err *err)
{
    uint64_t n;

    if (!number_of(t->o->key, &n) || n >= XD_DEMO_POOLS_MAX || !h->pools[n].used)
        return xd_demo_gone(t->o, err);
    t->number = (unsigned)n;
    t->pool = &h->pools[n];
    return 0;
}

static int find_pcpu(struct xd_demo_host *h, struct xd_demo_thing *t, const char *part,
                     struct xd_err *err)
{
    uint64_t n;

    if (!number_of(t->o->key, &n) || n >= h->scenario->n_pcpus)
        return xd_demo_gone(t->o, err);
    t->number = (unsigned)n;
    t->pcpu = &h->pcpus[n];
    return 0;
}

static int find_pci(struct xd_demo_host *h, struct xd_demo_thing *t, const char *part,
                    struct xd_err *err)
{
    for (size_t i = 0; i < h->scenario->n_pci; i++) {
        if (xd_streq(h->pci[i].spec->bdf, t->o->key))
            t->pci = &h->pci[i];
    }
    return t->pci ? 0 : xd_demo_gone(t->o, err);
}

static int find_param(struct xd_demo_host *h, struct xd_demo_thing *t, const char *part,
                      struct xd_err *err)
{
    for (size_t i = 0; i < h->n_params; i++) {
        if (xd_streq(h->params[i].path, t->o->key))
            t->param = &h->params[i];
    }
    return t->param ? 0 : xd_demo_gone(t->o, err);
}

static int find_sensor(struct xd_demo_host *h, struct xd_demo_thing *t, const char *part,
                       struct xd_err *err)
{
    uint64_t n;

    if (xd_str_starts(t->o->key, "rapl/package-") &&
        number_of(t->o->key + strlen("rapl/package-"), &n) && n < h->power.n_sockets)
        t->socket = &h->power.sockets[n];
    if (t->socket || xd_str_starts(t->o->key, "hwmon/k10temp-") ||
        xd_streq(t->o->key, "ipmi/dcmi") || xd_streq(t->o->key, "file/inlet"))
        return 0;
    return xd_demo_gone(t->o, err);
}

static int find_host(struct xd_demo_host *h, struct xd_demo_thing *t, const char *part,
                     struct xd_err *err)
{
    return 0; /* there is only one */
}

static const struct {
    const char *table;
    int (*find)(struct xd_demo_host *h, struct xd_demo_thing *t, const char *part,
                struct xd_err *err);
    bool of_domain; /* its key begins with a domain's */
} kinds[] = {
    {"domains", find_domain, false}, {"vcpus", find_vcpu, true},    {"disks", find_disk, true},
    {"nics", find_nic, true},        {"pools", find_pool, false},   {"pcpus", find_pcpu, false},
    {"pci", find_pci, false},        {"params", find_param, false}, {"host", find_host, false},
    {"sensors", find_sensor, false}, {"power", find_host, false},
};

int xd_demo_thing_find(struct xd_demo_host *h, const struct xd_object *o, struct xd_demo_thing *out,
                       struct xd_err *err)
{
    const char *slash = strchr(o->key, '/');
    char uuid[40];

    *out = (struct xd_demo_thing){.o = o};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!xd_streq(kinds[i].table, o->table))
            continue;
        if (kinds[i].of_domain && !slash)
            return xd_err_set(err, -EINVAL, "\"%.80s\" is no key of %s", o->key, o->table);
        if (kinds[i].of_domain) {
            snprintf(uuid, sizeof(uuid), "%.*s", (int)(slash - o->key), o->key);
            out->d = xd_demo_host_find(h, uuid);
        }
        return kinds[i].find(h, out, slash ? slash + 1 : "", err);
    }
    return xd_err_set(err, -EINVAL, "the demo host has no table %.60s", o->table);
}

struct xd_demo_domain *xd_demo_domain_called(struct xd_demo_host *h, const char *text)
{
    struct xd_demo_domain *d = xd_demo_host_find(h, text);
    uint64_t id;

    if (d)
        return d;
    for (size_t i = 0; i < h->n_domains; i++) {
        if (xd_streq(h->domains[i]->name, text) || xd_streq(h->domains[i]->shown, text))
            return h->domains[i];
    }
    for (size_t i = 0; xd_parse_u64(text, &id) == 0 && i < h->n_domains; i++) {
        if (h->domains[i]->domid == id)
            return h->domains[i];
    }
    return NULL;
}
