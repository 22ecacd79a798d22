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

/* What rows together say; ORed over them. Those of until are the same, shifted. */
enum { YES = 1, NO = 2, UNKNOWN = 4, UNTIL = 3 };

static unsigned flag_of(const struct xd_query *q, const struct xd_row *r)
{
    static const unsigned flags[] = {
        [XD_QUERY_NO] = NO, [XD_QUERY_YES] = YES, [XD_QUERY_UNKNOWN] = UNKNOWN};

    return flags[xd_query_ask(q, r)];
}

uint8_t xd_engine_row_flags(const struct xd_policy_condition *c, const struct xd_row *r)
{
    return (uint8_t)(flag_of(c->where, r) | (c->until ? flag_of(c->until, r) << UNTIL : 0));
}

/* Whether it holds for all rows, or for one. A row that doesn't tell, as a parked pCPU's load,
 * hinders none of the others from being the one that does or from saying no. */
static enum xd_query_answer over_rows(unsigned flags, bool all)
{
    if (all)
        return flags & NO        ? XD_QUERY_NO
               : flags & UNKNOWN ? XD_QUERY_UNKNOWN
               : flags & YES     ? XD_QUERY_YES
                                 : XD_QUERY_NO;
    return flags & YES                        ? XD_QUERY_YES
           : flags & UNKNOWN && !(flags & NO) ? XD_QUERY_UNKNOWN
                                              : XD_QUERY_NO;
}

/* Whether it turns from what it is. Of one row that holds, or of all: what ends it is the other of
 * the two. */
static enum xd_query_answer turns(const struct xd_policy_condition *c, bool on, unsigned flags)
{
    enum xd_query_answer a;

    if (on && c->until)
        return over_rows(flags >> UNTIL, !c->all_rows);
    a = over_rows(flags & ((1 << UNTIL) - 1), c->all_rows);
    if (!on || a == XD_QUERY_UNKNOWN)
        return a;
    return a == XD_QUERY_YES ? XD_QUERY_NO : XD_QUERY_YES;
}

uint8_t xd_engine_look_at(struct xd_engine *e, size_t rule, const struct xd_snapshot *s,
                          size_t n_domains)
{
    const struct xd_policy_condition *c = e->p->rules[rule].condition;
    const struct xd_table *t = xd_snapshot_table(s, c->table_name);
    bool parts = xd_streq(c->table->parent, "domains");
    bool there = t && t->state == XD_TABLE_OK;
    uint8_t all = there ? 0 : UNKNOWN | UNKNOWN << UNTIL;

    if (parts)
        memset(e->flags[rule], all, n_domains);
    for (size_t i = 0; there && i < t->n; i++) {
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
                         uint8_t flags, int64_t dt)
{
    const struct xd_policy_condition *c = e->p->rules[rule].condition;
    struct xd_engine_condition *s = &d->conditions[e->condition_of[rule]];
    enum xd_query_answer turn = turns(c, s->on, flags);

    s->unknown = turn == XD_QUERY_UNKNOWN;
    if (s->unknown) { /* all stays as it was, and the time doesn't count */
        s->since += s->pending ? dt : 0;
        return s->on;
    }
    if (turn == XD_QUERY_YES && !s->pending)
        s->since = e->t;
    s->pending = turn == XD_QUERY_YES;
    if (s->pending && e->t - s->since >= (s->on ? c->until_for_ns : c->for_ns)) {
        s->on = !s->on;
        s->pending = false;
    }
    return s->on;
}

bool xd_engine_knows(const struct xd_engine *e, const struct xd_engine_domain *d, size_t rule)
{
    return e->condition_of[rule] < 0 || !d->conditions[e->condition_of[rule]].unknown;
}
