/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine's tables, kept between samples, and its recording: see host.h. */
#include "topo/host.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "topo/pci.h"

#define APART_NS (10 * XD_NS_PER_S)
#define SHARE    100 /* of the time: one in so many goes into reading */

const struct xd_table_desc *const xd_topo_tables[XD_TOPO_TABLES_N + 1] = {
    &xd_topology_desc, &xd_distances_desc, &xd_facts_desc, &xd_advice_desc, NULL};

const struct xd_table_desc *const xd_topo_live_tables[XD_TOPO_TABLES_N + 2] = {
    &xd_topology_desc, &xd_distances_desc, &xd_facts_desc, &xd_advice_desc, &xd_traffic_desc, NULL};

bool xd_topo_host_wanted(const struct xd_backend_env *env)
{
    for (const struct xd_table_desc *const *d = xd_topo_live_tables; *d; d++)
        if (xd_wanted(env, *d))
            return true;
    return false;
}

bool xd_topo_host_is_due(const struct xd_topo_host *h, int64_t now_ns)
{
    return !h->tree || now_ns >= h->due_ns;
}

void xd_topo_host_read(struct xd_topo_host *h, const struct xd_files *files, const char *trouble,
                       struct xd_clock *clock, int64_t began_ns)
{
    int64_t now, took;

    xd_topo_host_done(h);
    h->tree = xd_topo_read(files);
    if (trouble)
        xd_topo_trouble(h->tree, XD_TOPO_BY_US, "%s", trouble);
    now = xd_clock_now(clock);
    took = (now - began_ns) * SHARE;
    h->read_at_ns = began_ns;
    h->due_ns = now + (took > APART_NS ? took : APART_NS);
}

static struct xd_snapshot *table_of(const struct xd_topo_host *h, const struct xd_table_desc *d)
{
    struct xd_builder *b = xd_builder_new(h->source);

    xd_topo_put_table(h->tree, d, b, h->read_at_ns);
    return xd_builder_seal(b, NULL, 0, h->read_at_ns, 0, 0);
}

void xd_topo_host_put(struct xd_topo_host *h, const struct xd_backend_env *env,
                      struct xd_builder *b)
{
    for (size_t i = 0; i < XD_TOPO_TABLES_N; i++) {
        if (!xd_wanted(env, xd_topo_tables[i]))
            continue;
        if (!h->kept[i])
            h->kept[i] = table_of(h, xd_topo_tables[i]);
        xd_build_lend(b, h->kept[i], xd_topo_tables[i]->name);
    }
}

void xd_topo_host_done(struct xd_topo_host *h)
{
    for (size_t i = 0; i < XD_TOPO_TABLES_N; i++) {
        xd_snapshot_unref(h->kept[i]);
        h->kept[i] = NULL;
    }
    xd_topo_free(h->tree);
    h->tree = NULL;
}

/* --- recording --- */

struct recording {
    xd_files_seen *seen;
    void *ctx;
    struct xd_arena arena; /* the list of PCI ids, until it is known what of it is needed: */
    const char *ids_path;
    const char *ids;
    size_t ids_size;
};

static bool is_ids(const char *path)
{
    size_t n = strlen(path), m = strlen("/pci.ids");

    return n > m && strcmp(path + n - m, "/pci.ids") == 0;
}

static void tell(void *ctx, char kind, const char *path, const void *bytes, size_t size)
{
    struct recording *r = ctx;

    if (kind == 'f' && is_ids(path)) {
        r->ids_path = xd_arena_strdup(&r->arena, path);
        r->ids = xd_arena_strndup(&r->arena, bytes, size);
        r->ids_size = size;
    } else {
        r->seen(r->ctx, kind, path, bytes, size);
    }
}

int xd_topo_record(struct xd_files *files, xd_files_seen *seen, void *ctx, struct xd_err *err)
{
    struct recording r = {.seen = seen, .ctx = ctx};
    struct xd_buf kept = XD_BUF_INIT;
    struct xd_topo *t;
    int rc = 0;

    xd_arena_init(&r.arena);
    xd_files_watch(files, tell, &r);
    t = xd_topo_read(files);
    xd_files_watch(files, NULL, NULL);
    if (r.ids) {
        rc = xd_topo_pciids_kept(t, r.ids, r.ids_size, &kept, err);
        if (!rc)
            seen(ctx, 'f', r.ids_path, xd_buf_str(&kept), kept.len);
    }
    xd_topo_free(t);
    xd_buf_done(&kept);
    xd_arena_done(&r.arena);
    return rc;
}
