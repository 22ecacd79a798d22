/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger read: what its sum vouches for is still checked, number by number. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/json_c.h"
#include "policies/cap_impl.h"
#include "policies/ledger.h"
#include "policies/ledger_impl.h"

#define RING       (XD_BUDGET_SLOTS + 1)
#define MOST_NS    (INT64_MAX / 8)
#define MOST_LEFT  (INT64_MAX / 2 + XD_POLICY_MOST_NS)
#define MOST_SEEN  (INT64_C(1) << 62)
#define PARTS_MOST 8192

static bool number(struct json_object *o, const char *key, int64_t min, int64_t max, int64_t *out)
{
    struct json_object *v = xd_json_member(o, key);

    if (!json_object_is_type(v, json_type_int))
        return false;
    *out = json_object_get_int64(v);
    return *out >= min && *out <= max;
}

static bool flag(struct json_object *o, const char *key)
{
    return json_object_get_boolean(xd_json_member(o, key));
}

static int rule_of(const struct xd_policy *p, const char *name)
{
    for (size_t i = 0; name && i < p->n; i++)
        if (strcmp(p->rules[i].name, name) == 0)
            return (int)i;
    return -1;
}

static uint64_t read_rules(struct json_object *o, const char *key, const struct xd_policy *p)
{
    struct json_object *list = xd_json_member(o, key);
    uint64_t bits = 0;

    for (size_t i = 0;
         json_object_is_type(list, json_type_array) && i < json_object_array_length(list); i++) {
        struct json_object *v = json_object_array_get_idx(list, i);
        int rule =
            rule_of(p, json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL);

        if (rule >= 0)
            bits |= UINT64_C(1) << rule;
    }
    return bits;
}

static bool read_used(struct json_object *o, struct xd_account *a, const struct xd_policy_budget *b)
{
    struct json_object *list = xd_json_member(o, "used");
    size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    int64_t sum = 0;

    if (n % 2 || n > 2 * RING)
        return false;
    for (size_t i = 0; i < n; i += 2) {
        int64_t slot = json_object_get_int64(json_object_array_get_idx(list, i));
        int64_t ns = json_object_get_int64(json_object_array_get_idx(list, i + 1));

        if (slot <= a->slot - RING || slot > a->slot || slot < 0 || ns < 0)
            return false;
        if (ns > XD_BUDGET_SLOT_MOST)
            ns = XD_BUDGET_SLOT_MOST;
        sum += ns - a->used[slot % RING];
        a->used[slot % RING] = ns;
    }
    a->left = b->cpu_ns - sum;
    return true;
}

/* False: it makes no sense. An account of another window stays as it is, which is new. */
static bool read_account(struct json_object *o, struct xd_account *a,
                         const struct xd_policy_budget *b, int64_t t)
{
    const char *kind = xd_json_text(o, "kind");
    int64_t cpu, per;

    if (!kind || !number(o, "cpu_ns", 0, MOST_NS, &cpu) || !number(o, "per_ns", 1, MOST_NS, &per))
        return false;
    if (strcmp(kind, xd_ledger_kinds[b->kind]) != 0 || per != b->per_ns)
        return true;
    if (!number(o, "at", 0, t, &a->at) || !number(o, "left", -MOST_LEFT, MOST_LEFT, &a->left))
        return false;
    if (b->kind == XD_BUDGET_FIXED && !number(o, "end", 0, t + 2 * b->per_ns, &a->end))
        return false;
    if (b->kind == XD_BUDGET_SLIDING &&
        (!number(o, "slot", 0, t / ((per + XD_BUDGET_SLOTS - 1) / XD_BUDGET_SLOTS), &a->slot) ||
         !read_used(o, a, b)))
        return false;
    if (b->kind != XD_BUDGET_SLIDING) { /* so much more, or less, is there from now on */
        a->left += b->cpu_ns - cpu;
        if (a->left > xd_account_most(b))
            a->left = xd_account_most(b);
    }
    a->spent = flag(o, "spent");
    a->begun = true;
    return true;
}

static bool read_accounts(struct json_object *o, struct xd_engine *e, struct xd_engine_domain *d)
{
    struct json_object *all = xd_json_member(o, "accounts");

    if (!json_object_is_type(all, json_type_object))
        return false;
    json_object_object_foreach(all, name, v)
    {
        int rule = rule_of(e->p, name);

        if (rule >= 0 && e->account_of[rule] >= 0 &&
            !read_account(v, &d->accounts[e->account_of[rule]], e->p->rules[rule].budget, e->t))
            return false;
    }
    return true;
}

static bool read_conditions(struct json_object *o, struct xd_engine *e, struct xd_engine_domain *d)
{
    struct json_object *all = xd_json_member(o, "conditions");

    if (!json_object_is_type(all, json_type_object))
        return false;
    json_object_object_foreach(all, name, v)
    {
        int rule = rule_of(e->p, name);
        struct xd_engine_condition *c;

        if (rule < 0 || e->condition_of[rule] < 0)
            continue;
        c = &d->conditions[e->condition_of[rule]];
        c->on = flag(v, "on");
        c->pending = flag(v, "pending");
        if (!number(v, "since", 0, e->t, &c->since))
            return false;
    }
    return true;
}

static bool read_knobs(struct json_object *o, struct xd_engine *e, struct xd_engine_domain *d)
{
    struct json_object *all = xd_json_member(o, "knobs");

    if (!json_object_is_type(all, json_type_object))
        return false;
    for (int k = 0; k < XD_POLICY_KNOBS; k++) {
        struct json_object *v = xd_json_member(all, xd_policy_knob(k)->name);
        struct xd_engine_knob *kn = &d->knobs[k];
        int64_t base, seen, wanted;

        if (!v)
            continue;
        if (!number(v, "wanted", 0, MOST_SEEN, &wanted) ||
            !number(v, "moved_t", 0, e->t, &kn->moved_t))
            return false;
        kn->managed = true;
        kn->wanted = xd_policy_amount(k, (uint64_t)wanted);
        kn->base_known = number(v, "base", 0, MOST_SEEN, &base);
        kn->base = kn->base_known ? xd_policy_amount(k, (uint64_t)base) : 0;
        kn->seen_known = number(v, "seen", 0, MOST_SEEN, &seen);
        kn->seen = kn->seen_known ? xd_policy_amount(k, (uint64_t)seen) : 0;
    }
    return true;
}

static bool read_domain(struct json_object *o, struct xd_engine *e)
{
    const char *uuid = xd_json_text(o, "domain"), *name = xd_json_text(o, "name");
    struct xd_engine_domain *d;
    int64_t cpu, id;

    if (!uuid || !*uuid || !name || strlen(uuid) >= sizeof(d->uuid) ||
        xd_engine_lookup(e, uuid, false))
        return false;
    d = xd_engine_lookup(e, uuid, true);
    xd_str_safe_to(d->name, sizeof(d->name), name);
    d->met = true;
    d->cpu_known = number(o, "cpu_ns", 0, INT64_MAX, &cpu);
    d->cpu_ns = d->cpu_known ? (uint64_t)cpu : 0;
    d->domid_known = number(o, "id", 0, UINT32_MAX, &id);
    d->domid = d->domid_known ? (uint64_t)id : 0;
    d->active = read_rules(o, "active", e->p);
    d->limited = read_rules(o, "limited", e->p);
    return number(o, "seen_t", 0, e->t, &d->seen_t) && read_accounts(o, e, d) &&
           read_conditions(o, e, d) && read_knobs(o, e, d);
}

static bool read_head(struct json_object *o, struct xd_engine *e)
{
    struct json_object *boot = xd_json_member(o, "boot"); /* a hash: it may need all 64 bits */

    e->begun = true;
    e->last.boot = json_object_is_type(boot, json_type_int) ? json_object_get_uint64(boot) : 0;
    return number(o, "t", 0, MOST_NS, &e->t) &&
           number(o, "mono_ns", 0, MOST_NS, &e->last.mono_ns) &&
           number(o, "wall_ns", -MOST_NS, MOST_SEEN, &e->last.wall_ns);
}

static bool read_shared(struct json_object *o, struct xd_engine *e)
{
    int rule = rule_of(e->p, xd_json_text(o, "shared"));
    const struct xd_policy_budget *b = rule < 0 ? NULL : e->p->rules[rule].budget;

    return !b || !b->shared ||
           read_account(xd_json_member(o, "account"), &e->shared[rule], b, e->t);
}

static bool points(struct json_object *v, double *out)
{
    *out = json_object_get_double(v);
    return json_object_is_type(v, json_type_double) || json_object_is_type(v, json_type_int)
               ? *out >= 0 && *out <= 100 * XD_CAP_KINDS
               : false;
}

/* Ledgers of an older xendeck have none. */
static void read_counted(struct json_object *o, const struct xd_policy_keep *p,
                         struct xd_engine_keep *k)
{
    struct json_object *list = xd_json_member(o, "counted");
    size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

    for (size_t i = 0; i < n; i++) {
        struct json_object *v = json_object_array_get_idx(list, i);

        if (json_object_is_type(v, json_type_string) && xd_str_is_safe(json_object_get_string(v)))
            xd_cap_sensor_counts(p, k, json_object_get_string(v));
    }
}

/* A loop goes on with the effort that it had; when it was is of no interest. */
static bool read_keep(struct json_object *o, struct xd_engine *e)
{
    int rule = rule_of(e->p, xd_json_text(o, "keep"));
    const struct xd_policy_keep *p = rule < 0 ? NULL : e->p->rules[rule].keep;
    struct json_object *shares = xd_json_member(o, "shares");
    struct xd_engine_keep *k = p ? &e->keeps[e->keep_of[rule]] : NULL;

    if (!p)
        return true;
    if (!points(xd_json_member(o, "effort"), &k->loop.effort) ||
        !json_object_is_type(shares, json_type_object))
        return false;
    for (size_t i = 0; i < p->n; i++) {
        struct json_object *v = xd_json_member(shares, xd_cap_kind_names[p->actuators[i].kind]);

        if (!v)
            continue;
        if (!json_object_is_type(v, json_type_array) || json_object_array_length(v) != 2 ||
            !points(json_object_array_get_idx(v, 0), &k->share[i].share))
            return false;
        k->share[i].stuck = json_object_get_boolean(json_object_array_get_idx(v, 1));
        k->actuator[i].behind = k->share[i].stuck;
        k->actuator[i].since = e->t;
    }
    read_counted(o, p, k);
    return true;
}

static bool read_part(struct json_object *o, struct xd_engine *e)
{
    const char *kind = xd_json_text(o, "part");
    struct xd_engine_part *p;
    int64_t id, base, seen, wanted;

    for (int k = 0; kind && k < XD_CAP_KINDS; k++) {
        if (k == XD_CAP_CAPS || strcmp(xd_cap_kind_names[k], kind) != 0)
            continue;
        if (!number(o, "id", 0, UINT32_MAX, &id) || !number(o, "base", 0, MOST_SEEN, &base) ||
            !number(o, "wanted", 0, MOST_SEEN, &wanted) || e->n_parts >= PARTS_MOST ||
            xd_cap_part(e, (enum xd_cap_kind)k, (uint64_t)id, false))
            return false;
        p = xd_cap_part(e, (enum xd_cap_kind)k, (uint64_t)id, true);
        p->managed = p->base_known = true;
        p->base = (uint64_t)base;
        p->wanted = (uint64_t)wanted;
        p->seen_known = number(o, "seen", 0, MOST_SEEN, &seen);
        p->seen = p->seen_known ? (uint64_t)seen : 0;
        e->moves[k] = true; /* what it moved is given back, also if no rule has it any more */
        return true;
    }
    return false;
}

static bool read_line(struct json_object *o, size_t line, struct xd_engine *e)
{
    if (line == 1)
        return read_head(o, e);
    if (xd_json_member(o, "shared"))
        return read_shared(o, e);
    if (xd_json_member(o, "keep"))
        return read_keep(o, e);
    if (xd_json_member(o, "part"))
        return read_part(o, e);
    return xd_json_member(o, "domain") ? read_domain(o, e) : xd_json_member(o, "end") != NULL;
}

int xd_ledger_read(const struct xd_policy *p, const char *what, const char *text_, size_t len,
                   struct xd_engine **out, struct xd_err *err)
{
    struct xd_engine *e;
    uint64_t seq;
    size_t line = 0;
    int rc = xd_ledger_check(what, text_, len, &seq, err);

    *out = NULL;
    if (rc < 0)
        return rc;
    e = xd_engine_new(p);
    for (const char *at = text_, *end; rc == 0 && at < text_ + len; at = end + 1) {
        struct json_object *o = NULL;

        end = memchr(at, '\n', (size_t)(text_ + len - at));
        line++;
        if (xd_json_parse(what, at, (size_t)(end - at), &o, err) < 0) {
            xd_err_prefix(err, "line %zu of ", line);
            rc = -EBADMSG;
        } else if (!read_line(o, line, e)) {
            rc = xd_err_set(err, -EBADMSG, "%s: line %zu makes no sense", what, line);
        }
        json_object_put(o);
    }
    if (rc < 0) {
        xd_engine_free(e);
        return rc;
    }
    *out = e;
    return 0;
}
