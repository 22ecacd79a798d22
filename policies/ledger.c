/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger written: see ledger.h. */
#include "policies/ledger.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "policies/engine_impl.h"
#include "policies/ledger_impl.h"

#define RING (XD_BUDGET_SLOTS + 1)

const char *const xd_ledger_kinds[] = {"sliding", "fixed", "bucket"};

uint64_t xd_ledger_sum(const char *text, size_t len)
{
    return xd_hash_add(XD_HASH_BEGIN, text, len);
}

static void end_line(char *out, size_t size, size_t lines, uint64_t sum)
{
    snprintf(out, size, "{\"end\":%zu,\"sum\":\"%016" PRIx64 "\"}\n", lines, sum);
}

static void put_account(struct xd_json *j, const char *key, const struct xd_account *a,
                        const struct xd_policy_budget *b)
{
    xd_json_open(j, key, '{');
    xd_json_str(j, "kind", xd_ledger_kinds[b->kind]);
    xd_json_i64(j, "cpu_ns", b->cpu_ns);
    xd_json_i64(j, "per_ns", b->per_ns);
    xd_json_bool(j, "spent", a->spent);
    xd_json_i64(j, "at", a->at);
    xd_json_i64(j, "left", a->left);
    if (b->kind == XD_BUDGET_FIXED)
        xd_json_i64(j, "end", a->end);
    if (b->kind == XD_BUDGET_SLIDING) {
        xd_json_i64(j, "slot", a->slot);
        xd_json_open(j, "used", '[');
        for (int64_t s = a->slot - RING + 1; s <= a->slot; s++)
            if (s >= 0 && a->used[s % RING]) {
                xd_json_i64(j, NULL, s);
                xd_json_i64(j, NULL, a->used[s % RING]);
            }
        xd_json_close(j, ']');
    }
    xd_json_close(j, '}');
}

static void put_knobs(struct xd_json *j, const struct xd_engine_domain *d)
{
    xd_json_open(j, "knobs", '{');
    for (int k = 0; k < XD_POLICY_KNOBS; k++) {
        const struct xd_engine_knob *kn = &d->knobs[k];

        if (!kn->managed)
            continue;
        xd_json_open(j, xd_policy_knob(k)->name, '{');
        if (kn->base_known)
            xd_json_u64(j, "base", xd_policy_value(k, kn->base));
        if (kn->seen_known)
            xd_json_u64(j, "seen", xd_policy_value(k, kn->seen));
        xd_json_u64(j, "wanted", xd_policy_value(k, kn->wanted));
        xd_json_i64(j, "moved_t", kn->moved_t);
        xd_json_close(j, '}');
    }
    xd_json_close(j, '}');
}

/* The names of the rules whose bit is set. */
static void put_rules(struct xd_json *j, const char *key, const struct xd_policy *p, uint64_t bits)
{
    xd_json_open(j, key, '[');
    for (size_t i = 0; i < p->n; i++)
        if (bits >> i & 1)
            xd_json_str(j, NULL, p->rules[i].name);
    xd_json_close(j, ']');
}

static void put_domain(struct xd_json *j, const struct xd_engine *e,
                       const struct xd_engine_domain *d)
{
    const struct xd_policy *p = e->p;

    xd_json_open(j, NULL, '{');
    xd_json_str(j, "domain", d->uuid);
    xd_json_str(j, "name", d->name);
    if (d->domid_known)
        xd_json_u64(j, "id", d->domid);
    if (d->cpu_known)
        xd_json_u64(j, "cpu_ns", d->cpu_ns);
    xd_json_i64(j, "seen_t", d->seen_t);
    put_rules(j, "active", p, d->active);
    put_rules(j, "limited", p, d->limited);
    xd_json_open(j, "accounts", '{');
    for (size_t i = 0; i < p->n; i++)
        if (e->account_of[i] >= 0 && d->accounts[e->account_of[i]].begun)
            put_account(j, p->rules[i].name, &d->accounts[e->account_of[i]], p->rules[i].budget);
    xd_json_close(j, '}');
    xd_json_open(j, "conditions", '{');
    for (size_t i = 0; i < p->n; i++) {
        const struct xd_engine_condition *c;

        if (e->condition_of[i] < 0)
            continue;
        c = &d->conditions[e->condition_of[i]];
        if (!c->on && !c->pending)
            continue;
        xd_json_open(j, p->rules[i].name, '{');
        xd_json_bool(j, "on", c->on);
        xd_json_bool(j, "pending", c->pending);
        xd_json_i64(j, "since", c->since);
        xd_json_close(j, '}');
    }
    xd_json_close(j, '}');
    put_knobs(j, d);
    xd_json_close(j, '}');
}

static void put_keep(struct xd_json *j, const struct xd_engine *e, const struct xd_engine_keep *k)
{
    const struct xd_policy_rule *r = &e->p->rules[k->rule];

    xd_json_open(j, NULL, '{');
    xd_json_str(j, "keep", r->name);
    xd_json_f64(j, "effort", k->loop.effort);
    xd_json_open(j, "shares", '{');
    for (size_t i = 0; i < r->keep->n; i++) {
        xd_json_open(j, xd_cap_kind_names[r->keep->actuators[i].kind], '[');
        xd_json_f64(j, NULL, k->share[i].share);
        xd_json_bool(j, NULL, k->share[i].stuck);
        xd_json_close(j, ']');
    }
    xd_json_close(j, '}');
    xd_json_open(j, "counted", '[');
    for (size_t i = 0; i < k->n_counted; i++)
        xd_json_str(j, NULL, k->counted[i].name);
    xd_json_close(j, ']');
    xd_json_close(j, '}');
}

static void put_part(struct xd_json *j, const struct xd_engine_part *p)
{
    xd_json_open(j, NULL, '{');
    xd_json_str(j, "part", xd_cap_kind_names[p->kind]);
    xd_json_u64(j, "id", p->id);
    xd_json_u64(j, "base", p->base);
    if (p->seen_known)
        xd_json_u64(j, "seen", p->seen);
    xd_json_u64(j, "wanted", p->wanted);
    xd_json_close(j, '}');
}

/* Cap loops, and the knobs of the host that they moved. Returns how many lines. */
static size_t put_keeps(const struct xd_engine *e, struct xd_buf *out)
{
    size_t lines = e->n_keeps;
    struct xd_json j;

    for (size_t i = 0; i < e->n_keeps; i++) {
        xd_json_init(&j, out, false);
        put_keep(&j, e, &e->keeps[i]);
        xd_buf_addc(out, '\n');
    }
    for (size_t i = 0; i < e->n_parts; i++) {
        if (!e->parts[i].managed || !e->parts[i].base_known)
            continue;
        xd_json_init(&j, out, false);
        put_part(&j, &e->parts[i]);
        xd_buf_addc(out, '\n');
        lines++;
    }
    return lines;
}

void xd_ledger_write(const struct xd_engine *e, uint64_t seq, struct xd_buf *out)
{
    size_t from = out->len, lines = 1;
    struct xd_json j;
    char end[96];

    xd_json_init(&j, out, false);
    xd_json_open(&j, NULL, '{');
    xd_json_i64(&j, "xendeck-ledger", XD_LEDGER_SCHEMA);
    xd_json_u64(&j, "seq", seq);
    xd_json_str(&j, "policy", e->p->name);
    xd_json_i64(&j, "t", e->t);
    xd_json_i64(&j, "mono_ns", e->last.mono_ns);
    xd_json_i64(&j, "wall_ns", e->last.wall_ns);
    xd_json_u64(&j, "boot", e->last.boot);
    xd_json_close(&j, '}');
    xd_buf_addc(out, '\n');
    for (size_t i = 0; i < e->p->n; i++) {
        const struct xd_policy_budget *b = e->p->rules[i].budget;

        if (!b || !b->shared || !e->shared[i].begun)
            continue;
        xd_json_init(&j, out, false);
        xd_json_open(&j, NULL, '{');
        xd_json_str(&j, "shared", e->p->rules[i].name);
        put_account(&j, "account", &e->shared[i], b);
        xd_json_close(&j, '}');
        xd_buf_addc(out, '\n');
        lines++;
    }
    lines += put_keeps(e, out);
    for (size_t i = 0; i < e->n; i++, lines++) {
        xd_json_init(&j, out, false);
        put_domain(&j, e, e->list[i]);
        xd_buf_addc(out, '\n');
    }
    end_line(end, sizeof(end), lines, xd_ledger_sum(out->s + from, out->len - from));
    xd_buf_add(out, end);
}

/* --- which one --- */

static int torn(const char *what, struct xd_err *err)
{
    return xd_err_set(err, -EBADMSG, "%s: it is torn: its end or its sum is not right", what);
}

int xd_ledger_check(const char *what, const char *text, size_t len, uint64_t *seq,
                    struct xd_err *err)
{
    char end[96], wanted[96], head[64];
    const char *last;
    size_t lines = 0;

    *seq = 0;
    if (len < 2 || len > XD_LEDGER_BYTES_MAX || text[len - 1] != '\n')
        return torn(what, err);
    last = memrchr(text, '\n', len - 1);
    if (!last || (size_t)(text + len - ++last) >= sizeof(end))
        return torn(what, err);
    memcpy(end, last, (size_t)(text + len - last));
    end[text + len - last] = '\0';
    for (const char *p = text; p < last; p = (const char *)memchr(p, '\n', (size_t)(last - p)) + 1)
        lines++;
    end_line(wanted, sizeof(wanted), lines, xd_ledger_sum(text, (size_t)(last - text)));
    if (strcmp(end, wanted) != 0)
        return torn(what, err);
    snprintf(head, sizeof(head), "%.*s", (int)(len < 63 ? len : 63), text);
    if (sscanf(head, "{\"xendeck-ledger\":1,\"seq\":%" SCNu64 ",", seq) != 1)
        return xd_err_set(err, -EBADMSG, "%s: it is no ledger of schema %d", what,
                          XD_LEDGER_SCHEMA);
    return 0;
}

int xd_ledger_choose(const struct xd_ledger_copy *copies, size_t n)
{
    uint64_t seq, newest = 0;
    int best = -1;

    for (size_t i = 0; i < n; i++) {
        if (!copies[i].text || xd_ledger_check("", copies[i].text, copies[i].len, &seq, NULL) < 0)
            continue;
        if (best < 0 || seq > newest) {
            best = (int)i;
            newest = seq;
        }
    }
    return best;
}
