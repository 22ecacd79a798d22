/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a rule is in force: its calendar and its condition. */
#include <string.h>

#include "base/clock.h"
#include "policies/engine_impl.h"

#define DAY_NS (86400 * XD_NS_PER_S)

/* --- the clock --- */

void xd_engine_look_at_clock(struct xd_engine *e, size_t rule)
{
    const struct xd_calendar *when = e->p->rules[rule].when;
    int64_t now = e->last.wall_ns;
    bool was = e->when[rule];

    e->when[rule] = !when || xd_calendar_holds(when, &e->p->zone, now);
    if (!when || (e->when[rule] == was && now >= e->turns[rule].from && now < e->turns[rule].to))
        return;
    int64_t next = xd_calendar_next(when, &e->p->zone, now);

    e->turns[rule].from = now;
    e->turns[rule].to = next < INT64_MAX ? next : now + DAY_NS; /* it may come into sight */
    e->turns[rule].next = next;
}

int64_t xd_engine_turns(const struct xd_engine *e, size_t rule)
{
    return e->turns[rule].to ? e->turns[rule].next : INT64_MAX;
}

/* --- conditions --- */

/* What rows together say; ORed over them. */
enum { ANY_WHERE = 1, ANY_UNTIL = 2, NOT_WHERE = 4, NOT_UNTIL = 8 };

uint8_t xd_engine_row_flags(const struct xd_policy_condition *c, const struct xd_row *r)
{
    return (uint8_t)((xd_query_match(c->where, r) ? ANY_WHERE : NOT_WHERE) |
                     (c->until && xd_query_match(c->until, r) ? ANY_UNTIL : NOT_UNTIL));
}

/* Of one row that holds, or of all: what ends it is the other of the two. */
static bool begins(const struct xd_policy_condition *c, uint8_t flags)
{
    return flags & ANY_WHERE && !(c->all_rows && flags & NOT_WHERE);
}

static bool ends(const struct xd_policy_condition *c, uint8_t flags)
{
    if (!c->until)
        return !begins(c, flags);
    return flags & ANY_UNTIL && !(!c->all_rows && flags & NOT_UNTIL);
}

uint8_t xd_engine_look_at(struct xd_engine *e, size_t rule, const struct xd_snapshot *s,
                          size_t n_domains)
{
    const struct xd_policy_condition *c = e->p->rules[rule].condition;
    const struct xd_table *t = xd_snapshot_table(s, c->table_name);
    bool parts = xd_streq(c->table->parent, "domains");
    uint8_t all = 0;

    if (parts)
        memset(e->flags[rule], 0, n_domains);
    for (size_t i = 0; t && t->state == XD_TABLE_OK && i < t->n; i++) {
        uint8_t f = xd_engine_row_flags(c, t->rows[i]);

        all |= f;
        if (!parts)
            continue;
        const char *uuid = xd_row_str(t->rows[i], c->table->keys[0], "");
        struct xd_engine_domain *d = xd_engine_lookup(e, uuid, false);
        if (d && d->tick == e->ticks && d->ordinal < n_domains)
            e->flags[rule][d->ordinal] |= f;
    }
    return all;
}

bool xd_engine_condition(struct xd_engine *e, struct xd_engine_domain *d, size_t rule,
                         uint8_t flags)
{
    const struct xd_policy_condition *c = e->p->rules[rule].condition;
    struct xd_engine_condition *s = &d->conditions[e->condition_of[rule]];
    bool turn = s->on ? ends(c, flags) : begins(c, flags);

    if (turn && !s->pending)
        s->since = e->t;
    s->pending = turn;
    if (turn && e->t - s->since >= (s->on ? c->until_for_ns : c->for_ns)) {
        s->on = !s->on;
        s->pending = false;
    }
    return s->on;
}
