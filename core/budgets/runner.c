/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runner: ticks, the ledger, and its end. See runner.h; how steps are done is in
 * runner_acts.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "budgets/runner_impl.h"
#include "model/tables.h"

/* Where nothing that matters changes the ledger is saved this often all the same, so that it knows
 * how time went on. */
#define SAVE_IDLE_NS (60 * XD_NS_PER_S)
/* A sample that is later than two intervals and this is missing. */
#define DOUBT_NS (3 * XD_NS_PER_S)
/* Samples before they are due: a 32nd of an interval lies between the first two, then twice that,
 * and so on until the interval is over. Each is taken a little after the moment that it is for, so
 * that it shows what that was: credit2 gives back what a cap allows every 10 ms, and is no more
 * exact than that. */
#define EARLY_GAP      32
#define EARLY_AFTER_NS (10 * XD_NS_PER_MS)
/* How long the end waits for a sample that shows the knobs as they are. */
#define END_PATIENCE_NS (5 * XD_NS_PER_S)

/* --- beginning --- */

/* The balances that were saved, or a beginning. */
static void load(struct xd_runner *r)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    const char *note = NULL;
    int rc = r->store ? xd_ledger_store_load(r->store, &b, &note, &err) : 0;

    if (rc > 0)
        rc = xd_ledger_read(r->policy, xd_ledger_store_dir(r->store), b.s, b.len, &r->engine, &err);
    if (note)
        xd_log_write(r->log, XD_LOG_WARN, "policy", "passed over: %s", note);
    if (rc < 0)
        xd_log_write(r->log, XD_LOG_ERROR, "policy",
                     "%s; budgets begin full, and what knobs were before isn't known",
                     xd_err_text(&err));
    if (r->engine)
        xd_log_write(r->log, XD_LOG_INFO, "policy", "goes on with the balances of %zu domains",
                     xd_engine_domains(r->engine));
    else
        r->engine = xd_engine_new(r->policy);
    xd_buf_done(&b);
}

int xd_runner_new(const struct xd_runner_config *c, struct xd_runner **out, struct xd_err *err)
{
    struct xd_runner *r;

    *out = NULL;
    if (xd_world_readonly(xd_session_world(c->session))) {
        int rc = xd_err_set(err, -EROFS, "this session is read only: policy %s moves nothing in it",
                            c->policy->name);

        xd_policy_free(c->policy);
        return rc;
    }
    r = xd_malloc(sizeof(*r));
    r->session = c->session;
    r->log = xd_session_log(c->session);
    r->policy = c->policy;
    r->store = c->store;
    r->boot = c->boot;
    r->done_ns = INT64_MIN;
    r->began_ns = xd_world_wall(xd_session_world(c->session));
    xd_runner_load_changes(r); /* balances are of the budgets as they were then */
    load(r);
    xd_runner_load_pauses(r);
    *out = r;
    return 0;
}

void xd_runner_free(struct xd_runner *r)
{
    if (!r)
        return;
    xd_engine_free(r->engine);
    xd_policy_free(r->policy);
    xd_snapshot_unref(r->last);
    free(r->queue);
    free(r->fresh);
    free(r->trouble);
    free(r->paused);
    free(r);
}

/* --- the ledger --- */

static void mix(uint64_t *h, const void *data, size_t len)
{
    *h = xd_hash_add(*h, data, len);
}

static void mix_account(uint64_t *h, const struct xd_account *a)
{
    mix(h, &a->left, sizeof(a->left));
    mix(h, &a->spent, sizeof(a->spent));
    mix(h, &a->begun, sizeof(a->begun));
}

/* Of all that the ledger keeps and that can't be told again from the host's own counters. */
static uint64_t sum_of(const struct xd_engine *e)
{
    const struct xd_policy *p = xd_engine_policy(e);
    uint64_t h = XD_HASH_BEGIN;

    for (size_t i = 0; i < xd_engine_domains(e); i++) {
        const struct xd_engine_domain *d = xd_engine_domain(e, i);

        mix(&h, d->uuid, strlen(d->uuid));
        mix(&h, &d->domid, sizeof(d->domid));
        mix(&h, &d->present, sizeof(d->present));
        mix(&h, &d->active, sizeof(d->active));
        mix(&h, &d->limited, sizeof(d->limited));
        for (int k = 0; k < XD_POLICY_KNOBS; k++) {
            const struct xd_engine_knob *kn = &d->knobs[k];
            uint64_t of[] = {kn->managed, kn->base, kn->seen, kn->wanted};

            mix(&h, of, sizeof(of));
        }
        for (size_t rule = 0; rule < p->n; rule++) {
            const struct xd_account *a = xd_engine_account(e, d, rule);

            if (a && (d->matched >> rule & 1))
                mix_account(&h, a);
        }
    }
    return xd_runner_mix_keeps(h, e);
}

static void save(struct xd_runner *r)
{
    struct xd_err err = XD_ERR_INIT;
    uint64_t sum = r->store ? sum_of(r->engine) : 0;
    int64_t now = r->last_now.mono_ns;

    r->unsaved = false;
    if (!r->store || (r->saved_ns && sum == r->saved_sum && now - r->saved_ns < SAVE_IDLE_NS &&
                      !r->save_error[0]))
        return;
    if (xd_ledger_store_save(r->store, r->engine, &err) < 0) {
        r->unsaved = true;
        if (strcmp(r->save_error, xd_err_text(&err)) != 0)
            xd_log_write(r->log, XD_LOG_ERROR, "policy",
                         "%s: balances aren't kept, so no knob is moved", xd_err_text(&err));
        snprintf(r->save_error, sizeof(r->save_error), "%.255s", xd_err_text(&err));
        return;
    }
    if (r->save_error[0])
        xd_log_write(r->log, XD_LOG_INFO, "policy", "balances are kept again");
    r->save_error[0] = '\0';
    r->saved_sum = sum;
    r->saved_ns = now ? now : 1;
}

/* --- ticks --- */

static void fail_tick(struct xd_runner *r, const struct xd_err *err)
{
    if (strcmp(r->tick_error, xd_err_text(err)) != 0)
        xd_log_write(r->log, XD_LOG_WARN, "policy", "nothing can be said of budgets: %s",
                     xd_err_text(err));
    snprintf(r->tick_error, sizeof(r->tick_error), "%.255s", xd_err_text(err));
}

/* Where a budget will be used up, or be there again, before the next sample is due. */
static void look_ahead(struct xd_runner *r)
{
    int64_t interval = xd_session_interval(r->session), turn = xd_engine_turn(r->engine);
    int64_t in = turn < INT64_MAX ? turn - xd_engine_time(r->engine) + EARLY_AFTER_NS : INT64_MAX;

    r->early_ns = in < interval ? r->last_now.mono_ns + in : 0;
}

static void tick(struct xd_runner *r)
{
    struct xd_err err = XD_ERR_INIT;

    xd_runner_steer_keeps(r);
    if (xd_engine_tick(r->engine, r->last, &r->last_now, &err) < 0) {
        fail_tick(r, &err);
        return;
    }
    xd_runner_tell_keeps(r);
    r->tick_error[0] = '\0';
    r->n_fresh = 0;
    r->ticks++;
    if (r->ending)
        return;
    look_ahead(r);
    save(r);
    xd_runner_plan_acts(r);
}

static bool is_idle(const struct xd_runner *r)
{
    return !r->running && r->at == r->n;
}

/* A sample that is new, and taken when nothing of ours was under way. */
static bool look_again(struct xd_runner *r)
{
    struct xd_policy_now now = {.boot = r->boot, .moved_ns = r->done_ns > 0 ? r->done_ns : 0};
    struct xd_snapshot *s;
    uint64_t seq = r->seq;
    size_t source = r->source;

    if (!is_idle(r) || r->stopping)
        return false;
    s = xd_runner_look(r->session, &now, &source, &seq);
    if (!s || now.mono_ns <= r->done_ns) {
        xd_snapshot_unref(s);
        return false;
    }
    xd_snapshot_unref(r->last);
    r->last = s;
    r->last_now = now;
    r->source = source;
    r->seq = seq;
    tick(r);
    return true;
}

/* When to ask for a sample before it is due; INT64_MAX: not. One that is taken while something of
 * ours is under way wouldn't count. */
static int64_t early_at(const struct xd_runner *r)
{
    int64_t least = r->last_now.mono_ns + r->early_gap_ns;

    if (!r->early_ns || r->ending || !is_idle(r))
        return INT64_MAX;
    return r->early_ns > least ? r->early_ns : least;
}

static void ask_early(struct xd_runner *r)
{
    int64_t now = xd_clock_now(xd_session_clock(r->session));
    int64_t interval = xd_session_interval(r->session);

    if (now < early_at(r))
        return;
    r->early_ns = 0;
    r->early_gap_ns *= 2;
    if (now - r->early_since_ns >= interval) {
        r->early_since_ns = now;
        r->early_gap_ns = interval / EARLY_GAP;
    }
    xd_session_ask(r->session, r->source);
}

/* The host says nothing, be it that xenstored hangs: budgets that may be used up by now count as
 * that.
 */
static bool doubt(struct xd_runner *r)
{
    int64_t interval = xd_session_interval(r->session);
    int64_t now = xd_clock_now(xd_session_clock(r->session));
    int64_t late = now - r->last_now.mono_ns - 2 * interval - DOUBT_NS;

    if (!r->ticks || r->ending || !is_idle(r) || late < 0 || now - r->doubted_ns < interval)
        return false;
    r->doubted_ns = now;
    xd_runner_steer_keeps(r);
    size_t acts = xd_engine_doubt(r->engine, now);
    xd_runner_tell_keeps(r);
    if (!acts)
        return false;
    save(r);
    xd_runner_plan_acts(r);
    if (r->at < r->n)
        xd_log_write(r->log, XD_LOG_WARN, "policy",
                     "host %s says nothing: whose budget may be used up is limited, and what cap "
                     "loops take is at least what is safe",
                     xd_world_host(xd_session_world(r->session)));
    return r->at < r->n;
}

/* Whether the last tick shows the knobs as they are now: only then it is known what to give back.
 * One that gets no sample ends by what it knows. */
static bool may_end(const struct xd_runner *r)
{
    int64_t now = xd_clock_now(xd_session_clock(r->session));

    if (!r->policy->restore || now - r->ending_ns > END_PATIENCE_NS)
        return true;
    return r->ticks && is_idle(r) && r->last_now.mono_ns > r->done_ns;
}

static void end(struct xd_runner *r)
{
    r->stopping = true;
    r->n_trouble = 0;
    xd_engine_exit(r->engine);
    save(r);
    xd_runner_plan_acts(r);
}

bool xd_runner_step(struct xd_runner *r)
{
    bool any = xd_runner_carry_out(r);

    if (r->unsaved && r->at < r->n) { /* what couldn't be written down waits for the next tick */
        r->n = r->at = 0;
        any = true;
    }
    if (r->ending && !r->stopping && !r->running && r->at < r->n)
        r->n = r->at = 0;
    any |= look_again(r) || doubt(r);
    if (r->ending && !r->stopping && may_end(r)) {
        end(r);
        any = true;
    }
    if (any)
        xd_runner_carry_out(r);
    ask_early(r);
    return any;
}

int xd_runner_timeout_ms(const struct xd_runner *r)
{
    int64_t at = early_at(r), left;

    if (r->ending)
        return xd_runner_is_over(r) ? -1 : 50;
    if (at == INT64_MAX) /* the end of a step wakes the session */
        return -1;
    left = at - xd_clock_now(xd_session_clock(r->session));
    return left > 0 ? (int)((left + XD_NS_PER_MS - 1) / XD_NS_PER_MS) : 0;
}

const struct xd_engine *xd_runner_engine(const struct xd_runner *r)
{
    return r->engine;
}

const struct xd_policy *xd_runner_policy(const struct xd_runner *r)
{
    return r->policy;
}

/* --- changes --- */

/* An engine for p that goes on where ours stands. */
int xd_runner_carry_over(const struct xd_runner *r, const struct xd_buf *ledger,
                         const struct xd_policy *p, struct xd_engine **out, struct xd_err *err)
{
    return xd_ledger_read(p, "balances", ledger->s, ledger->len, out, err);
}

/* What was planned by the old engine is forgotten. The new one looks at what the old one saw, so
 * that there is something to show, and moves knobs by the next sample. */
void xd_runner_use_engine(struct xd_runner *r, struct xd_engine *e)
{
    xd_engine_free(r->engine);
    r->engine = e;
    memset(r->told, 0, sizeof(r->told));
    r->n = r->at = 0;
    if (r->last && xd_engine_tick(r->engine, r->last, &r->last_now, NULL) == 0)
        save(r);
    xd_session_refresh(r->session);
}

int xd_runner_replace(struct xd_runner *r, struct xd_policy *p, struct xd_err *err)
{
    struct xd_buf ledger = XD_BUF_INIT;
    struct xd_policy *old = r->policy;
    struct xd_engine *e = NULL;
    int rc;

    xd_ledger_write(r->engine, 1, &ledger);
    rc = xd_runner_carry_over(r, &ledger, p, &e, err);
    xd_buf_done(&ledger);
    if (rc < 0) {
        xd_policy_free(p);
        return rc;
    }
    r->policy = p;
    xd_runner_use_engine(r, e);
    xd_policy_free(old);
    xd_runner_forget_changes(r);
    xd_log_write(r->log, XD_LOG_INFO, "policy", "%s: policy %s, %zu rules, is in force", p->file,
                 p->name, p->n);
    return 0;
}

/* --- the end --- */

void xd_runner_stop(struct xd_runner *r)
{
    if (r->ending)
        return;
    r->ending = true;
    r->ending_ns = xd_clock_now(xd_session_clock(r->session));
    if (may_end(r))
        end(r);
    else
        xd_session_refresh(r->session);
}

bool xd_runner_is_over(const struct xd_runner *r)
{
    return r->stopping && !r->running && (r->at == r->n || r->unsaved);
}

/* --- looking --- */

void xd_runner_status(const struct xd_runner *r, struct xd_runner_status *out)
{
    const char *trouble = r->save_error[0]   ? r->save_error
                          : r->tick_error[0] ? r->tick_error
                          : r->n_trouble     ? r->trouble[0].text
                                             : NULL;

    *out = (struct xd_runner_status){
        .policy = r->policy->name,
        .file = r->policy->file,
        .restore = r->policy->restore,
        .stopping = r->ending,
        .ticks = r->ticks,
        .done = r->done,
        .failed = r->failed,
        .waiting = r->n - r->at + (r->running != 0),
        .began_ns = r->began_ns,
        .tick_wall_ns = r->ticks ? r->last_now.wall_ns : 0,
        .ledger_seq = r->store ? xd_ledger_store_seq(r->store) : 0,
    };
    for (size_t i = 0; i < xd_engine_domains(r->engine); i++)
        out->domains += xd_engine_domain(r->engine, i)->present;
    if (!trouble)
        trouble = xd_world_trouble(xd_session_world(r->session), "domains");
    snprintf(out->trouble, sizeof(out->trouble), "%.255s", trouble ? trouble : "");
}
