/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For test_hour.c: what the journal claims, held against the host itself by way of the spy. */
#ifndef XD_TESTS_HOUR_CLAIMS_H
#define XD_TESTS_HOUR_CLAIMS_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "engine/session.h"
#include "hour_spy.h"

struct hour {
    struct xd_registry *registry;
    struct xd_backend backend;
    struct xd_clock clock;
    struct xd_log log;
    struct xd_session *s;
    uint64_t seed, drawn; /* chance */
    size_t lies;          /* claims that the host doesn't bear out */
    bool tell;            /* prints them */
    size_t outcomes[XD_LOST + 1], planned, unplanned;
    bool tried[XD_KNOB_N + XD_ACTION_N];
    enum xd_outcome steps[64]; /* of the running plan, as they were when looked at last */
    uint64_t seen_plan;
};

static inline void lie(struct hour *h, const struct xd_step *s, const char *fmt, ...)
    XD_PRINTF(3, 4);
static inline void lie(struct hour *h, const struct xd_step *s, const char *fmt, ...)
{
    va_list ap;

    h->lies++;
    if (!h->tell)
        return;
    va_start(ap, fmt);
    fprintf(stderr, "seed %" PRIu64 ": %s is %s (%s), but ", h->seed, s->text,
            xd_outcome_name(s->outcome), s->detail ? s->detail : "-");
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "\n");
    va_end(ap);
}

/* From a (left already) to b, or there. */
static inline bool on_its_way(const struct xd_value *v, const struct xd_value *a,
                              const struct xd_value *b)
{
    int up = xd_value_cmp(a, b);

    return v->have && (up < 0 ? xd_value_cmp(a, v) < 0 && xd_value_cmp(v, b) <= 0
                              : xd_value_cmp(a, v) > 0 && xd_value_cmp(v, b) >= 0);
}

static inline bool is_now(const struct xd_step *s, const struct xd_value *found,
                          const struct xd_value *from, const struct xd_value *to)
{
    return xd_value_equal(found, to) || (s->offer.knob->gradual && on_its_way(found, from, to));
}

static inline void check_knob(struct hour *h, const struct xd_step *s)
{
    const struct deed *d = spy_deed(s->offer.knob, s->object.key);
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_value found = spy_read(&s->object, s->offer.knob, &a);
    const char *text = found.have ? xd_value_exact(&found, &s->offer.knob->kind, &a) : "unknown";

    if (s->outcome == XD_DONE && !is_now(s, &found, &s->old, &s->now))
        lie(h, s, "the host has %s", text);
    if (s->outcome == XD_ROLLED_BACK && !is_now(s, &found, &s->now, &s->old))
        lie(h, s, "the host has %s", text);
    if (s->outcome == XD_NOT_SEEN && xd_value_equal(&found, &s->now))
        lie(h, s, "the host has it: %s", text);
    if (s->outcome == XD_REFUSED && d && (d->rc == 0 || d->rc == -EINPROGRESS))
        lie(h, s, "the host had taken it");
    if (s->outcome == XD_REFUSED && d && d->changed)
        lie(h, s, "the write changed it all the same");
    xd_arena_done(&a);
}

/* What a done action has to have made of its object; NULL: it has, or nothing is known here. */
static inline const char *undone(const struct xd_step *s, const struct xd_snapshot *now)
{
    const struct xd_table *t = xd_snapshot_table(now, s->object.table);
    const struct xd_row *r = t ? xd_table_find(t, s->object.key) : NULL;
    uint64_t state = r ? xd_row_u64(r, XD_DOMAIN_STATE, 99) : 99;
    char key[XD_KEY_MAX];

    switch (s->offer.action - xd_xen_actions) {
    case XD_ACTION_PAUSE:
        return r && state == XD_STATE_PAUSED ? NULL : "it is not paused";
    case XD_ACTION_UNPAUSE:
        return r && state != XD_STATE_PAUSED ? NULL : "it is paused";
    case XD_ACTION_DESTROY:
    case XD_ACTION_DISK_DETACH:
    case XD_ACTION_NIC_DETACH:
    case XD_ACTION_POOL_DESTROY:
        return r ? "it is still there" : NULL;
    case XD_ACTION_DISK_ATTACH:
        snprintf(key, sizeof(key), "%s/%s", s->object.key, s->params[XD_DISK_ATTACH_VDEV].cell.s);
        t = xd_snapshot_table(now, "disks");
        return xd_table_find(t, key) ? NULL : "there is no such disk";
    case XD_ACTION_NIC_ATTACH:
        snprintf(key, sizeof(key), "%s/%" PRIu64, s->object.key,
                 s->params[XD_NIC_ATTACH_DEVID].cell.u);
        t = xd_snapshot_table(now, "nics");
        return xd_table_find(t, key) ? NULL : "there is no such NIC";
    case XD_ACTION_CDROM:
        return r && xd_streq(xd_row_str(r, XD_DISK_TARGET, "?"), s->params[0].cell.s)
                   ? NULL
                   : "another medium is in it";
    case XD_ACTION_PCI_ATTACH:
        return r && xd_row_u64(r, XD_PCI_USE, 9) == XD_PCI_ASSIGNED ? NULL : "it isn't assigned";
    case XD_ACTION_PCI_ASSIGNABLE:
    case XD_ACTION_PCI_DETACH:
        return r && xd_row_u64(r, XD_PCI_USE, 9) == XD_PCI_ASSIGNABLE ? NULL
                                                                      : "it isn't assignable";
    case XD_ACTION_PCI_HOST:
        return r && xd_row_u64(r, XD_PCI_USE, 9) == XD_PCI_HOST ? NULL : "it isn't dom0's";
    case XD_ACTION_POOL_CREATE:
        t = xd_snapshot_table(now, "pools");
        for (size_t i = 0; i < t->n; i++) {
            if (xd_streq(xd_row_str(t->rows[i], XD_POOL_NAME, ""),
                         s->params[XD_POOL_CREATE_NAME].cell.s))
                return NULL;
        }
        return "there is no such pool";
    case XD_ACTION_CPUID_TRY:
        t = xd_snapshot_table(now, "cpuid_try");
        return t && t->n ? NULL : "nothing came of it";
    default:
        return NULL;
    }
}

static inline void check_action(struct hour *h, const struct xd_step *s)
{
    struct xd_snapshot *now = spy_look();
    const char *why = now && s->outcome == XD_DONE ? undone(s, now) : NULL;
    const struct deed *d = spy_deed(s->offer.action, s->object.key);

    if (why)
        lie(h, s, "%s", why);
    /* One that vanished as the action began did not do so by the action. */
    if (s->outcome == XD_REFUSED && d && d->rc != -ESRCH && (d->rc == 0 || d->changed))
        lie(h, s, "something changed all the same");
    xd_snapshot_unref(now);
}

/* The steps whose outcome became known since the last look; no time has passed since it did. */
static inline void check_steps(struct hour *h)
{
    const struct xd_plan *p = xd_session_plan(h->s);

    if (!p)
        return;
    if (p->id != h->seen_plan)
        memset(h->steps, 0, sizeof(h->steps));
    h->seen_plan = p->id;
    for (size_t i = 0; i < p->n && i < 64; i++) {
        const struct xd_step *s = &p->steps[i];

        if (h->steps[i] == s->outcome)
            continue;
        h->steps[i] = s->outcome;
        if (s->outcome == XD_PLANNED || s->outcome == XD_RUNNING)
            continue;
        if (s->offer.knob)
            check_knob(h, s);
        else
            check_action(h, s);
    }
}

/* The journal tells the same of the plan as the plan itself. */
static inline void check_entry(struct hour *h)
{
    const struct xd_plan *p = xd_session_plan(h->s);
    const struct xd_journal_entry *e = xd_journal_find(xd_session_journal(h->s), p->id);

    assert_non_null(e);
    h->outcomes[p->outcome]++;
    if (e->outcome != p->outcome || e->n != p->n || !e->end_wall_ns)
        lie(h, &p->steps[0], "its journal entry says %s", xd_outcome_name(e->outcome));
    for (size_t i = 0; i < e->n && i < p->n; i++) {
        /* Steps that were never begun are in the entry as planned. */
        if (e->steps[i].outcome != p->steps[i].outcome)
            lie(h, &p->steps[i], "the journal says %s of it", xd_outcome_name(e->steps[i].outcome));
    }
}

#endif
