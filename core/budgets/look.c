/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session knows of its host, as the one snapshot that the engine looks at. */
#include <string.h>

#include "budgets/runner_impl.h"
#include "model/tables.h"

static bool has_domains(const struct xd_snapshot *s)
{
    const struct xd_table *t = s ? xd_snapshot_table(s, "domains") : NULL;

    return t && t->state == XD_TABLE_OK;
}

/* Of a table that two tell of, the first with rows counts, as in the world. */
static bool is_better(const struct xd_table *t, struct xd_snapshot *const *all, size_t upto)
{
    for (size_t i = 0; i < upto; i++) {
        const struct xd_table *o = all[i] ? xd_snapshot_table(all[i], t->desc->name) : NULL;

        if (o && (o->state == XD_TABLE_OK || t->state != XD_TABLE_OK))
            return false;
    }
    return true;
}

static void set_now(struct xd_policy_now *now, const struct xd_snapshot *s)
{
    const struct xd_table *t = xd_snapshot_table(s, "domains");

    now->mono_ns = t->at_ns;
    now->wall_ns = xd_snapshot_wall(s) - (xd_snapshot_at(s) - t->at_ns);
}

static struct xd_snapshot *join(struct xd_snapshot *const *all, size_t n,
                                const struct xd_policy_now *now, uint64_t seq)
{
    struct xd_builder *b = xd_builder_new("host");

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; all[i] && k < xd_snapshot_tables(all[i]); k++) {
            const struct xd_table *t = xd_snapshot_table_at(all[i], k);

            if (is_better(t, all, i))
                xd_build_lend(b, all[i], t->desc->name);
        }
    return xd_builder_seal(b, NULL, seq, now->mono_ns, now->wall_ns, 0);
}

struct xd_snapshot *xd_runner_look(const struct xd_session *s, struct xd_policy_now *now,
                                   size_t *source, uint64_t *seq)
{
    size_t n = xd_world_sources(xd_session_world(s)), of = 0;
    struct xd_snapshot *all[XD_SOURCES_MAX] = {NULL}, *joined = NULL;

    for (size_t i = 0; i < n; i++)
        all[i] = xd_session_snapshot(s, i);
    while (of < n && !has_domains(all[of]))
        of++;
    if (of < n && xd_snapshot_seq(all[of]) != *seq) {
        set_now(now, all[of]);
        *source = of;
        *seq = xd_snapshot_seq(all[of]);
        joined = join(all, n, now, *seq);
    }
    for (size_t i = 0; i < n; i++)
        xd_snapshot_unref(all[i]);
    return joined;
}
