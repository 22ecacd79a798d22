/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon that carries a policy out on this host (`xendeck policy run`), as a source: its
 * tables, and what can be changed of it. All it knows is what the socket says (policies/wire.h);
 * without a daemon the tables are missing, and say so. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "kernel/dom0.h"
#include "model/backend.h"
#include "policies/knobs.h"
#include "policies/table.h"
#include "policies/wire.h"

#define PATIENCE_NS (2 * XD_NS_PER_S)

extern const struct xd_backend xd_backend_policy;

static const struct xd_table_desc *const tables[] = {&xd_budgets_desc, &xd_cap_loops_desc,
                                                     &xd_policies_desc, NULL};

struct source {
    const struct xd_backend_env *env;
    const char *socket;
};

static const char *socket_path(void)
{
    const char *given = getenv("XENDECK_POLICY_SOCKET");

    return given && given[0] ? given : XD_WIRE_LIVE;
}

/* A machine with neither Xen nor a daemon has nothing of it to tell. */
static int probe(struct xd_err *err)
{
    if (xd_dom0_is_here() || access(socket_path(), F_OK) == 0)
        return 0;
    return xd_err_set(err, -ENODEV, "not a Xen dom0, and no daemon listens at %s", socket_path());
}

static int open_source(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    struct source *s = xd_malloc(sizeof(*s));

    s->env = env;
    s->socket = socket_path();
    *self = s;
    return 0;
}

static void close_source(void *self)
{
    free(self);
}

/* --- looking --- */

static int ask_table(const struct source *s, const struct xd_table_desc *d, struct xd_builder *b,
                     struct xd_err *err)
{
    struct xd_wire_ask ask = {.kind = XD_WIRE_TABLE, .cap = -1};
    struct xd_buf answer = XD_BUF_INIT;
    int rc;

    strcpy(ask.table, d->name);
    rc = xd_wire_ask_daemon(s->socket, &ask, PATIENCE_NS, &answer, err);
    if (rc == 0)
        rc = xd_wire_table_read(answer.s, answer.len, d, b, xd_clock_now(s->env->clock), err);
    xd_buf_done(&answer);
    return rc;
}

static int collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    const struct source *s = self;

    for (size_t i = 0; tables[i]; i++) {
        struct xd_err why = XD_ERR_INIT;

        if (xd_wanted(s->env, tables[i]) && ask_table(s, tables[i], b, &why) < 0)
            xd_build_missing(b, tables[i], "%s", xd_err_text(&why));
    }
    return 0;
}

/* --- changing --- */

static const struct xd_table_desc *desc_of(const char *table)
{
    for (size_t i = 0; tables[i]; i++)
        if (strcmp(tables[i]->name, table) == 0)
            return tables[i];
    return NULL;
}

static int read_knob(void *self, const struct xd_object *o, const struct xd_knob *k,
                     struct xd_arena *a, struct xd_value *out, struct xd_err *err)
{
    const struct source *s = self;
    const struct xd_table_desc *d = desc_of(o->table);
    struct xd_builder *b = xd_builder_new("policy");
    int rc = d ? ask_table(s, d, b, err) : -ENOTSUP;
    struct xd_snapshot *snap = xd_builder_seal(b, NULL, 1, 0, 0, 0);
    const struct xd_table *t = snap ? xd_snapshot_table(snap, o->table) : NULL;
    const struct xd_row *r = rc == 0 && t ? xd_table_find(t, o->key) : NULL;

    if (rc == 0 && !r)
        rc = xd_err_set(err, -ESRCH, "%s: the policy has no such row any more", o->label);
    if (rc == 0) {
        struct xd_value v = xd_row_value(d, r, xd_desc_column(d, k->column));

        *out = xd_value_copy(&v, a);
    }
    xd_snapshot_unref(snap);
    return rc;
}

/* "UUID/RULE" */
static int split_key(const struct xd_object *o, struct xd_wire_ask *ask, struct xd_err *err)
{
    const char *slash = strchr(o->key, '/');

    if (!slash || (size_t)(slash - o->key) >= sizeof(ask->domain) ||
        strlen(slash + 1) >= sizeof(ask->rule))
        return xd_err_set(err, -ESRCH, "%s: no such budget", o->label);
    memcpy(ask->domain, o->key, (size_t)(slash - o->key));
    strcpy(ask->rule, slash + 1);
    return 0;
}

static void ask_pause(struct xd_wire_ask *ask, enum xd_budgets_pause how)
{
    ask->kind = how == XD_BUDGETS_RUNS ? XD_WIRE_RESUME : XD_WIRE_PAUSE;
    ask->restore = how == XD_BUDGETS_RESTORES;
    ask->rule[0] = '\0';
}

static bool is_of_budget(enum xd_budget_knob k)
{
    return k <= XD_BUDGET_KNOB_PAUSED;
}

/* A cap loop's key is its rule. */
static int ask_limit(const struct xd_object *o, enum xd_budget_knob knob, double limit,
                     struct xd_wire_ask *ask, struct xd_err *err)
{
    if (strlen(o->key) >= sizeof(ask->rule))
        return xd_err_set(err, -ESRCH, "%s: no such loop", o->label);
    ask->kind = XD_WIRE_LIMIT;
    strcpy(ask->rule, o->key);
    *(knob == XD_BUDGET_KNOB_LOOP_WATTS ? &ask->watts : &ask->celsius) = limit;
    return 0;
}

static int write_knob(void *self, const struct xd_object *o, const struct xd_knob *k,
                      const struct xd_value *v, struct xd_err *err)
{
    const struct source *s = self;
    struct xd_wire_ask ask = {.kind = XD_WIRE_BUDGET, .cap = -1};
    enum xd_budget_knob knob = (enum xd_budget_knob)(k - xd_budget_knobs);
    struct xd_buf answer = XD_BUF_INIT;
    int rc = is_of_budget(knob) ? split_key(o, &ask, err) : 0;

    if (rc < 0)
        return rc;
    if (knob == XD_BUDGET_KNOB_PAUSED || knob == XD_BUDGET_KNOB_POLICY_PAUSED)
        ask_pause(&ask, (enum xd_budgets_pause)v->cell.i);
    else
        ask.domain[0] = '\0'; /* a budget is the rule's */
    if (knob == XD_BUDGET_KNOB_CPU)
        ask.cpu_ns = (int64_t)v->cell.u;
    else if (knob == XD_BUDGET_KNOB_WINDOW)
        ask.per_ns = (int64_t)v->cell.u;
    else if (knob == XD_BUDGET_KNOB_CAP)
        ask.cap = (int64_t)v->cell.u;
    else if (knob == XD_BUDGET_KNOB_LOOP_WATTS || knob == XD_BUDGET_KNOB_LOOP_CELSIUS)
        rc = ask_limit(o, knob, v->cell.f, &ask, err);
    if (rc < 0)
        return rc;
    rc = xd_wire_ask_daemon(s->socket, &ask, PATIENCE_NS, &answer, err);
    xd_buf_done(&answer);
    return rc;
}

const struct xd_backend xd_backend_policy = {
    .abi = XD_BACKEND_ABI,
    .name = "policy",
    .title = "The policy daemon",
    .help = "What xendeck policy run gives each domain just now, by its socket",
    .live = true,
    .any_machine = true,
    .tables = tables,
    .knobs = xd_budget_knobs,
    .probe = probe,
    .open = open_source,
    .close = close_source,
    .collect = collect,
    .read = read_knob,
    .write = write_knob,
};
