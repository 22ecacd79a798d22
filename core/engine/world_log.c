/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened to domains between two samples, as lines of the log. */
#include <inttypes.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "engine/world_impl.h"
#include "model/diff.h"
#include "model/tables.h"

#define LINES_MAX 40 /* a sample: a host that lost a thousand domains must not wipe the log */

static const char *state_name(const struct xd_row *r, struct xd_arena *a)
{
    struct xd_value v = xd_row_value(&xd_domains_desc, r, XD_DOMAIN_STATE);

    return xd_value_exact(&v, &xd_domains_desc.columns[XD_DOMAIN_STATE].kind, a);
}

/* A domain runs and waits many times a second: no news. */
static bool busy_or_idle(const struct xd_row *r)
{
    uint64_t s = xd_row_u64(r, XD_DOMAIN_STATE, XD_STATE_DYING);

    return s == XD_STATE_RUNNING || s == XD_STATE_BLOCKED;
}

static const char *id_text(const struct xd_row *r, struct xd_arena *a)
{
    if (!xd_row_has(r, XD_DOMAIN_ID))
        return "?";
    return xd_arena_printf(a, "%" PRIu64, xd_row_u64(r, XD_DOMAIN_ID, 0));
}

/* The sentence about one change, or NULL: nothing worth a line. */
static const char *tell(const struct xd_change *c, struct xd_arena *a)
{
    const struct xd_row *old = c->old, *now = c->now;
    const char *name = xd_row_str(now ? now : old, XD_DOMAIN_NAME, "?");
    struct xd_buf b = XD_BUF_INIT;
    const char *text;

    if (!old || !now)
        return xd_arena_printf(a, "domain %s (id %s) %s", name, id_text(now ? now : old, a),
                               now ? "appeared" : "vanished");
    if (c->columns >> XD_DOMAIN_NAME & 1)
        xd_buf_printf(&b, ", renamed from %s", xd_row_str(old, XD_DOMAIN_NAME, "?"));
    if ((c->columns >> XD_DOMAIN_ID & 1) && xd_row_has(old, XD_DOMAIN_ID) &&
        xd_row_has(now, XD_DOMAIN_ID))
        xd_buf_printf(&b, ", began anew: id %s → %s", id_text(old, a), id_text(now, a));
    if ((c->columns >> XD_DOMAIN_STATE & 1) && !(busy_or_idle(old) && busy_or_idle(now)))
        xd_buf_printf(&b, ", %s → %s", state_name(old, a), state_name(now, a));
    text = b.len ? xd_arena_printf(a, "%s: %s", name, xd_buf_str(&b) + 2) : NULL;
    xd_buf_done(&b);
    return text;
}

void xd_world_log_domains(struct xd_log *log, const struct xd_snapshot *old,
                          const struct xd_snapshot *now)
{
    const struct xd_table *a = xd_snapshot_table(old, xd_domains_desc.name);
    const struct xd_table *b = xd_snapshot_table(now, xd_domains_desc.name);
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_change *changes = NULL;
    size_t n, told = 0;

    /* A table that can't be had says nothing about its domains. */
    if (!a || !b || a->state != XD_TABLE_OK || b->state != XD_TABLE_OK ||
        a->desc != &xd_domains_desc || b->desc != &xd_domains_desc)
        return;
    n = xd_diff_tables(a, b, &arena, &changes);
    for (size_t i = 0; i < n; i++) {
        const char *text = tell(&changes[i], &arena);

        if (text && told++ < LINES_MAX)
            xd_log_write(log, XD_LOG_INFO, b->source, "%s", text);
    }
    if (told > LINES_MAX)
        xd_log_write(log, XD_LOG_INFO, b->source, "… and %zu more changes of domains",
                     told - LINES_MAX);
    xd_arena_done(&arena);
}
