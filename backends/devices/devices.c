/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices: which there are, and what xenstore says of each. A watch's path tells which node
 * changed, so that only that node is read again. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_devices/host.h"
#include "base/arena.h"

/* A frontend that writes more often than this between two samples is read at each sample instead.
 */
#define FRONT_EVENTS_MAX 256
/* In one folder of a driver domain; more is malice. */
#define NAMES_MAX 4096

/* Consoles are served by xenconsoled, which keeps no states: nothing to show, and there is one for
 * each domain. */
static bool is_passed_over(const char *kind)
{
    return strcmp(kind, "console") == 0;
}

/* The leaves of a backend's folder that are read, by key. */
static const char *const leaves[XD_DV_KEYS] = {
    [XD_DV_STATE] = "state",
    [XD_DV_HOTPLUG_STATUS] = "hotplug-status",
    [XD_DV_HOTPLUG_ERROR] = "hotplug-error",
    [XD_DV_PARAMS] = "params",
    [XD_DV_TAP_PARAMS] = "tapdisk-params",
    [XD_DV_MODE] = "mode",
    [XD_DV_DEVICE_TYPE] = "device-type",
    [XD_DV_MAC] = "mac",
    [XD_DV_BRIDGE] = "bridge",
    [XD_DV_VIFNAME] = "vifname",
    [XD_DV_SCRIPT] = "script",
    [XD_DV_DISCARD] = "discard-enable",
    [XD_DV_RATE] = "rate",
    [XD_DV_IP] = "ip",
    [XD_DV_GATEWAYDEV] = "gatewaydev",
    [XD_DV_MTU] = "mtu",
    [XD_DV_FRONTEND] = "frontend",
    [XD_DV_THREAD] = "kthread-pid",
};

/* Keys that only devices of a kind have. */
static unsigned keys_of(const char *kind)
{
    const unsigned disk = XD_DV_BIT(XD_DV_PARAMS) | XD_DV_BIT(XD_DV_TAP_PARAMS) |
                          XD_DV_BIT(XD_DV_MODE) | XD_DV_BIT(XD_DV_DEVICE_TYPE) |
                          XD_DV_BIT(XD_DV_DISCARD);
    const unsigned nic = XD_DV_BIT(XD_DV_MAC) | XD_DV_BIT(XD_DV_BRIDGE) | XD_DV_BIT(XD_DV_VIFNAME) |
                         XD_DV_BIT(XD_DV_RATE) | XD_DV_BIT(XD_DV_IP) | XD_DV_BIT(XD_DV_GATEWAYDEV) |
                         XD_DV_BIT(XD_DV_MTU);
    unsigned keys = XD_DV_ALL;

    if (!xd_dv_is_disk(kind))
        keys &= ~disk;
    if (!xd_dv_is_nic(kind))
        keys &= ~nic;
    if (!xd_dv_is_disk(kind) && !xd_dv_is_nic(kind))
        keys &= ~XD_DV_BIT(XD_DV_SCRIPT);
    if (strcmp(kind, "vbd3") != 0)
        keys &= ~XD_DV_BIT(XD_DV_THREAD);
    if (strcmp(kind, "pci") != 0)
        keys &= ~XD_DV_BIT(XD_DV_PCI_LIST);
    return keys;
}

/* --- the set --- */

static struct xd_dv_id id_of(const struct xd_dv_path *p)
{
    struct xd_dv_id id;

    memset(&id, 0, sizeof(id));
    id.backend = p->backend;
    id.frontend = p->frontend;
    id.device = p->device;
    strcpy(id.kind, p->kind);
    return id;
}

static struct xd_dv_device *find(const struct xd_dv *d, const struct xd_dv_id *id)
{
    struct xd_dv_device *v;

    HASH_FIND(hh, d->devices, id, sizeof(*id), v);
    return v;
}

static bool has_room(const struct xd_dv *d, uint32_t backend)
{
    unsigned foreign = 0;

    if (HASH_COUNT(d->devices) >= XD_DV_DEVICES_MAX)
        return false;
    if (backend == 0)
        return true;
    for (const struct xd_dv_device *v = d->devices; v; v = v->hh.next)
        foreign += v->id.backend == backend;
    return foreign < XD_DV_FOREIGN_MAX;
}

/* A driver domain may write what it likes into its folder: a device is one if the toolstack says so
 * too. */
static bool is_vouched(struct xd_dv *d, const struct xd_dv_id *id)
{
    char path[128], *says;
    bool ok;

    if (id->backend == 0)
        return true;
    snprintf(path, sizeof(path), "/local/domain/%u/backend/%s/%u/%u", id->backend, id->kind,
             id->frontend, id->device);
    says = xd_dv_read(d, "/libxl/%u/device/%s/%u/backend", id->frontend, xd_dv_front_kind(id->kind),
                      id->device);
    ok = says && strcmp(says, path) == 0;
    free(says);
    return ok;
}

static struct xd_dv_device *add(struct xd_dv *d, const struct xd_dv_id *id)
{
    struct xd_dv_device *v = find(d, id);

    if (v || is_passed_over(id->kind))
        return v;
    if (!has_room(d, id->backend)) {
        d->full = true;
        return NULL;
    }
    v = xd_malloc(sizeof(*v));
    v->id = *id;
    v->serial = ++d->serial;
    v->dirty = keys_of(id->kind);
    HASH_ADD(hh, d->devices, id, sizeof(v->id), v);
    HASH_ADD(by_serial, d->by_serial, serial, sizeof(v->serial), v);
    d->changed = true;
    return v;
}

static void unwatch_front(struct xd_dv *d, struct xd_dv_device *v)
{
    char token[32];

    snprintf(token, sizeof(token), "f%llu", (unsigned long long)v->serial);
    if (v->front && !v->polled && d->xs)
        xs_unwatch(d->xs, v->front, token);
}

static void drop(struct xd_dv *d, struct xd_dv_device *v)
{
    unwatch_front(d, v);
    HASH_DELETE(hh, d->devices, v);
    HASH_DELETE(by_serial, d->by_serial, v);
    for (int i = 0; i < XD_DV_KEYS; i++)
        free(v->value[i]);
    free(v->front);
    free(v->pci);
    free(v);
    d->changed = true;
    for (size_t i = 0; d->full && i < d->n_domains; i++) /* there is room for one left out */
        d->domains[i].scan = d->domains[i].serves;
    d->full = false;
}

void xd_dv_forget_devices(struct xd_dv *d)
{
    struct xd_dv_device *v, *next;

    HASH_ITER (hh, d->devices, v, next)
        drop(d, v);
    free(d->order);
    d->order = NULL;
    d->n_order = 0;
}

/* --- what events tell --- */

/* The state and the error of an end change together: drivers write the error first. */
static unsigned bits_of_leaf(const char *leaf)
{
    if (strcmp(leaf, "state") == 0)
        return XD_DV_BIT(XD_DV_STATE) | XD_DV_BIT(XD_DV_BACK_ERROR) | XD_DV_BIT(XD_DV_PCI_LIST);
    if (strcmp(leaf, "error") == 0)
        return XD_DV_BIT(XD_DV_BACK_ERROR);
    for (int i = 0; i < XD_DV_KEYS; i++)
        if (leaves[i] && strcmp(leaves[i], leaf) == 0)
            return XD_DV_BIT(i);
    return XD_DV_BIT(XD_DV_PCI_LIST);
}

/* All devices of the domain p->backend whose path begins like p's. */
static void mark(struct xd_dv *d, const struct xd_dv_path *p)
{
    for (struct xd_dv_device *v = d->devices; v; v = v->hh.next)
        if (v->id.backend == p->backend && (p->depth < 1 || strcmp(v->id.kind, p->kind) == 0) &&
            (p->depth < 2 || v->id.frontend == p->frontend))
            v->dirty |= XD_DV_BIT(XD_DV_STATE);
}

bool xd_dv_event(struct xd_dv *d, const char *path)
{
    struct xd_dv_domain *m;
    struct xd_dv_device *v;
    struct xd_dv_path p;
    struct xd_dv_id id;

    if (xd_dv_path_parse(path, &p) < 0 || is_passed_over(p.kind))
        return false;
    id = id_of(&p);
    if (p.depth >= 3) {
        v = find(d, &id);
        if (!v)
            return add(d, &id); /* whether it really is one is seen when it is read */
        v->dirty |= (p.depth == 3 ? XD_DV_ALL : bits_of_leaf(p.leaf)) & keys_of(p.kind);
        return v->dirty;
    }
    /* Folders of devices went (what comes is told by its own nodes): the state tells which. */
    m = xd_dv_domain(d, p.backend);
    if (p.depth == 0 && m && m->fresh) {
        m->fresh = false;
        return m->scan;
    }
    mark(d, &p);
    return true;
}

bool xd_dv_front_event(struct xd_dv *d, uint64_t serial, const char *path)
{
    struct xd_dv_device *v;
    const char *leaf;

    HASH_FIND(by_serial, d->by_serial, &serial, sizeof(serial), v);
    if (!v || !v->front || !xd_str_starts(path, v->front))
        return false;
    leaf = path + strlen(v->front);
    if (*leaf == '\0' || strcmp(leaf, "/state") == 0)
        v->dirty |= XD_DV_BIT(XD_DV_FRONT_STATE) | XD_DV_BIT(XD_DV_FRONT_ERROR);
    if (++v->events <= FRONT_EVENTS_MAX || v->polled)
        return v->dirty;
    unwatch_front(d, v);
    v->polled = true;
    xd_log_write(d->env->log, XD_LOG_WARN, "devices",
                 "domain %u writes without end into %s: that is read at each sample now",
                 v->id.frontend, v->front);
    return true;
}

/* --- listing --- */

static void list_frontend(struct xd_dv *d, struct xd_dv_path *p, const char *frontend)
{
    const char *end = xd_dv_number(frontend, XD_DV_DOMID_MAX, &p->frontend);
    char **names;
    unsigned n;

    if (!end || *end)
        return;
    names = xd_dv_list(d, &n, "/local/domain/%u/backend/%s/%u", p->backend, p->kind, p->frontend);
    for (unsigned i = 0; i < n && i < NAMES_MAX; i++) {
        struct xd_dv_id id;

        end = xd_dv_number(names[i], UINT32_MAX, &p->device);
        id = id_of(p);
        if (end && !*end)
            add(d, &id);
    }
    free(names);
}

static void list_kind(struct xd_dv *d, struct xd_dv_path *p)
{
    unsigned n;
    char **names = xd_dv_list(d, &n, "/local/domain/%u/backend/%s", p->backend, p->kind);

    for (unsigned i = 0; i < n && i < NAMES_MAX && !d->env->stopping(d->env); i++)
        list_frontend(d, p, names[i]);
    free(names);
}

static void list_backend(struct xd_dv *d, uint32_t domid)
{
    struct xd_dv_path p = {.backend = domid};
    unsigned n;
    char **names = xd_dv_list(d, &n, "/local/domain/%u/backend", domid);

    for (unsigned i = 0; i < n && i < NAMES_MAX; i++) {
        if (!xd_dv_is_kind(names[i]) || is_passed_over(names[i]))
            continue;
        strcpy(p.kind, names[i]);
        list_kind(d, &p);
    }
    free(names);
}

/* --- reading --- */

static void replace(char **where, char *text)
{
    free(*where);
    *where = text;
}

static char *read_back(struct xd_dv *d, const struct xd_dv_device *v, const char *leaf)
{
    return xd_dv_read(d, "/local/domain/%u/backend/%s/%u/%u/%s", v->id.backend, v->id.kind,
                      v->id.frontend, v->id.device, leaf);
}

static void find_front(struct xd_dv *d, struct xd_dv_device *v)
{
    const char *says = v->value[XD_DV_FRONTEND];
    char path[160], token[32];

    if (says && xd_dv_is_front_path(says, v->id.frontend))
        snprintf(path, sizeof(path), "%s", says);
    else
        snprintf(path, sizeof(path), "/local/domain/%u/device/%s/%u", v->id.frontend,
                 xd_dv_front_kind(v->id.kind), v->id.device);
    if (xd_streq(path, v->front))
        return;
    unwatch_front(d, v);
    replace(&v->front, xd_strdup(path));
    snprintf(token, sizeof(token), "f%llu", (unsigned long long)v->serial);
    if (!v->polled)
        xd_dv_watch(d, path, token);
    v->dirty |= XD_DV_BIT(XD_DV_FRONT_STATE) | XD_DV_BIT(XD_DV_FRONT_ERROR);
}

static void read_pci(struct xd_dv *d, struct xd_dv_device *v)
{
    char leaf[32], *text = read_back(d, v, "num_devs");
    uint32_t n;
    const char *end = text ? xd_dv_number(text, XD_DV_PCI_MAX, &n) : NULL;

    free(v->pci);
    v->pci = NULL;
    v->n_pci = 0;
    if (end && !*end) {
        v->pci = xd_malloc((n + 1) * sizeof(*v->pci));
        for (uint32_t i = 0; i < n; i++) {
            const char *rest; /* "@05,msitranslate=0" */

            replace(&text, (snprintf(leaf, sizeof(leaf), "dev-%u", i), read_back(d, v, leaf)));
            if (text && xd_bdf_parse(text, &v->pci[v->n_pci], &rest) == 0)
                v->n_pci++;
        }
    }
    free(text);
}

/* Where libxenbus of the kernel notes why an end failed. */
static char *read_error(struct xd_dv *d, const struct xd_dv_device *v, bool front)
{
    const char *p;
    uint32_t domid;

    if (!front)
        return xd_dv_read(d, "/local/domain/%u/error/backend/%s/%u/%u/error", v->id.backend,
                          v->id.kind, v->id.frontend, v->id.device);
    p = v->front ? xd_dv_number(v->front + strlen("/local/domain/"), UINT32_MAX, &domid) : NULL;
    return p ? xd_dv_read(d, "/local/domain/%u/error%s/error", domid, p) : NULL;
}

/* False: it isn't a device, or is one no more. */
static bool read_device(struct xd_dv *d, struct xd_dv_device *v)
{
    bool is_new = !v->value[XD_DV_STATE];
    unsigned dirty = v->dirty;

    if (is_new && !is_vouched(d, &v->id))
        return !d->xs;
    for (int i = 0; i < XD_DV_KEYS && d->xs; i++) {
        if (dirty & XD_DV_BIT(i) && leaves[i])
            replace(&v->value[i], read_back(d, v, leaves[i]));
        if (d->xs && !v->value[XD_DV_STATE]) /* the first of them */
            return false;
    }
    if (!d->xs)
        return true;
    if (dirty & XD_DV_BIT(XD_DV_BACK_ERROR))
        replace(&v->value[XD_DV_BACK_ERROR], read_error(d, v, false));
    if (dirty & XD_DV_BIT(XD_DV_PCI_LIST))
        read_pci(d, v);
    if (dirty & XD_DV_BIT(XD_DV_FRONTEND))
        find_front(d, v);
    dirty |= v->dirty;
    if (dirty & XD_DV_BIT(XD_DV_FRONT_STATE) && v->front)
        replace(&v->value[XD_DV_FRONT_STATE], xd_dv_read(d, "%s/state", v->front));
    if (dirty & XD_DV_BIT(XD_DV_FRONT_ERROR))
        replace(&v->value[XD_DV_FRONT_ERROR], read_error(d, v, true));
    d->changed = d->changed || is_new;
    v->dirty = 0;
    v->events = 0;
    return true;
}

void xd_dv_refresh(struct xd_dv *d)
{
    struct xd_dv_device *v, *next;

    for (size_t i = 0; i < d->n_domains && d->xs; i++) {
        if (!d->domains[i].scan)
            continue;
        d->domains[i].scan = false;
        list_backend(d, d->domains[i].domid);
    }
    HASH_ITER (hh, d->devices, v, next) {
        if (v->polled)
            v->dirty |= XD_DV_BIT(XD_DV_FRONT_STATE);
        if (v->dirty && d->xs && !d->env->stopping(d->env) && !read_device(d, v))
            drop(d, v);
    }
}

static int by_place(const void *a, const void *b)
{
    const struct xd_dv_device *x = *(struct xd_dv_device *const *)a;
    const struct xd_dv_device *y = *(struct xd_dv_device *const *)b;
    int by_kind = strcmp(xd_dv_front_kind(x->id.kind), xd_dv_front_kind(y->id.kind));

    if (x->id.frontend != y->id.frontend)
        return x->id.frontend < y->id.frontend ? -1 : 1;
    if (by_kind)
        return by_kind;
    if (x->id.device != y->id.device)
        return x->id.device < y->id.device ? -1 : 1;
    return x->serial > y->serial ? -1 : 1; /* the newer one first */
}

void xd_dv_sort(struct xd_dv *d)
{
    struct xd_dv_device *v, *next;

    if (!d->changed)
        return;
    d->changed = false;
    d->n_order = HASH_COUNT(d->devices);
    d->order = xd_realloc(d->order, (d->n_order + 1) * sizeof(*d->order));
    d->n_order = 0;
    HASH_ITER (hh, d->devices, v, next)
        if (v->value[XD_DV_STATE])
            d->order[d->n_order++] = v;
    if (d->n_order)
        qsort(d->order, d->n_order, sizeof(*d->order), by_place);
}
