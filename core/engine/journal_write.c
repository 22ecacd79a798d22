/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of the journal as text: see journal_impl.h for what they look like. */
#include "base/clock.h"
#include "base/json.h"
#include "engine/journal_impl.h"
#include "engine/plan_impl.h"

static void open_record(struct xd_json *w, struct xd_buf *b, const struct xd_journal *j,
                        const char *rec, uint64_t id)
{
    int64_t now = xd_clock_wall(j->clock);
    char iso[21];

    xd_json_init(w, b, false);
    xd_json_open(w, NULL, '{');
    xd_json_u64(w, "xendeck", XD_JOURNAL_VERSION);
    xd_json_str(w, "rec", rec);
    xd_json_u64(w, "id", id);
    xd_json_i64(w, "at_ns", now);
    xd_json_str(w, "at", xd_clock_iso(now, iso));
}

static void close_record(struct xd_json *w, struct xd_buf *b)
{
    xd_json_close(w, '}');
    xd_buf_addc(b, '\n');
}

static void add_step(struct xd_json *w, const struct xd_step *s, struct xd_arena *a)
{
    const struct xd_knob *k = s->offer.knob;
    const struct xd_action *act = s->offer.action;

    xd_json_open(w, NULL, '{');
    xd_json_str(w, "table", s->object.table);
    xd_json_str(w, "key", s->object.key);
    xd_json_str(w, "label", s->object.label);
    xd_json_str(w, "name", k ? k->name : act->name);
    if (k) {
        xd_json_str(w, "old", xd_value_exact(&s->old, &k->kind, a));
        xd_json_str(w, "new", xd_value_exact(&s->now, &k->kind, a));
        xd_json_str(w, "inverse", s->inverse ? "set" : NULL);
    } else {
        xd_json_bool(w, "action", true);
        xd_json_str(w, "new", xd_params_text(act, s->params, a));
        xd_json_str(w, "inverse", s->undo);
    }
    xd_json_str(w, "text", s->text);
    xd_json_str(w, "xl", s->xl);
    xd_json_close(w, '}');
}

void xd_journal_make_begin(struct xd_buf *b, struct xd_journal *j, const struct xd_plan *p,
                           uint64_t id, const char *who)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_json w;

    xd_process_self(&j->self);
    open_record(&w, b, j, "begin", id);
    xd_json_i64(&w, "pid", j->self.pid);
    xd_json_u64(&w, "pid_start", j->self.start);
    xd_json_str(&w, "boot", j->self.boot);
    xd_json_str(&w, "who", who);
    xd_json_str(&w, "title", p->title);
    if (p->undoes)
        xd_json_u64(&w, "undoes", p->undoes);
    xd_json_open(&w, "steps", '[');
    for (size_t i = 0; i < p->n; i++)
        add_step(&w, &p->steps[i], &a);
    xd_json_close(&w, ']');
    close_record(&w, b);
    xd_arena_done(&a);
}

void xd_journal_make_start(struct xd_buf *b, const struct xd_journal *j, const struct xd_plan *p,
                           uint64_t id, size_t i)
{
    struct xd_json w;

    open_record(&w, b, j, "start", id);
    xd_json_u64(&w, "step", i);
    if (p->steps[i].outcome != XD_PLANNED)
        xd_json_bool(&w, "back", true);
    close_record(&w, b);
}

void xd_journal_make_step(struct xd_buf *b, const struct xd_journal *j, const struct xd_plan *p,
                          size_t i)
{
    struct xd_json w;

    open_record(&w, b, j, "step", p->id);
    xd_json_u64(&w, "step", i);
    xd_json_str(&w, "outcome", xd_outcome_name(p->steps[i].outcome));
    xd_json_str(&w, "detail", p->steps[i].detail);
    close_record(&w, b);
}

void xd_journal_make_end(struct xd_buf *b, const struct xd_journal *j, const struct xd_plan *p)
{
    struct xd_json w;

    open_record(&w, b, j, "end", p->id);
    xd_json_str(&w, "outcome", xd_outcome_name(p->outcome));
    xd_json_str(&w, "detail", p->detail);
    close_record(&w, b);
}
