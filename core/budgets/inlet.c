/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A runner as a source of the session that it works in: see inlet.h. */
#include "budgets/inlet_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "budgets/hold.h"
#include "policies/table.h"

struct xd_inlet {
    struct xd_runner *runner; /* NULL: nothing is carried out */
    struct xd_ledger_store *store;
    struct xd_hold *hold;
    int event; /* readable: there is another state to be collected */
};

struct xd_inlet *xd_inlet_new(void)
{
    struct xd_inlet *in = xd_malloc(sizeof(*in));

    in->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return in;
}

static void drop(struct xd_inlet *in)
{
    xd_runner_free(in->runner);
    xd_ledger_store_close(in->store);
    xd_hold_give(in->hold);
    in->runner = NULL;
    in->store = NULL;
    in->hold = NULL;
}

void xd_inlet_free(struct xd_inlet *in)
{
    if (!in)
        return;
    drop(in);
    if (in->event >= 0)
        close(in->event);
    free(in);
}

/* The source is collected again soon; where there is no descriptor, with the next interval. */
static void tell(struct xd_inlet *in)
{
    if (in->event >= 0 && write(in->event, &(uint64_t){1}, sizeof(uint64_t)) < 0)
        return; /* it is readable already */
}

/* --- beginning and end --- */

/* Who rules this host's budgets from now on, and where their balances are. */
static int take_host(struct xd_inlet *in, const struct xd_world *w, struct xd_err *err)
{
    char state[4096], lock[4200];
    const char *host = xd_world_host(w);

    xd_ledger_store_default(host, state, sizeof(state));
    int rc = xd_ledger_store_open(state, &in->store, err);
    if (rc == 0)
        rc = xd_hold_take(xd_hold_path(host, state, lock, sizeof(lock)), "the console", &in->hold,
                          err);
    if (rc < 0)
        drop(in);
    return rc;
}

static bool is_ending(const struct xd_runner *r)
{
    struct xd_runner_status st;

    xd_runner_status(r, &st);
    return st.stopping;
}

static const struct xd_table_desc *desc_of(void *arg, const char *table)
{
    return xd_world_desc_named(arg, table);
}

int xd_inlet_begin(struct xd_inlet *in, struct xd_session *s, const char *policy, bool keep,
                   struct xd_err *err)
{
    const struct xd_world *w = xd_session_world(s);
    struct xd_policy_env env = {desc_of, (void *)w, xd_world_wall(w)};
    struct xd_policy *p = NULL;
    int rc = xd_policy_load(policy, &env, &p, err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < p->n_warnings; i++)
        xd_log_write(xd_session_log(s), XD_LOG_WARN, "policy", "%s", p->warnings[i]);
    if (in->runner && !is_ending(in->runner))
        rc = xd_runner_replace(in->runner, p, err);
    else {
        drop(in);
        rc = keep ? take_host(in, w, err) : 0;
        if (rc < 0)
            xd_policy_free(p);
        else
            rc = xd_runner_new(
                &(struct xd_runner_config){s, p, in->store, keep ? xd_boot_number() : 0},
                &in->runner, err);
        if (rc < 0)
            drop(in);
    }
    if (rc == 0)
        xd_session_refresh(s);
    tell(in);
    return rc;
}

void xd_inlet_end(struct xd_inlet *in)
{
    if (in->runner)
        xd_runner_stop(in->runner);
    tell(in);
}

bool xd_inlet_step(struct xd_inlet *in)
{
    bool any = in->runner && xd_runner_step(in->runner);

    if (in->runner && xd_runner_is_over(in->runner)) {
        drop(in);
        any = true;
    }
    if (any)
        tell(in);
    return any;
}

int xd_inlet_timeout_ms(const struct xd_inlet *in)
{
    return in->runner ? xd_runner_timeout_ms(in->runner) : -1;
}

struct xd_runner *xd_inlet_runner(const struct xd_inlet *in)
{
    return in->runner;
}

/* --- as a source --- */

static int open_inlet(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    *self = env->context;
    return 0;
}

static void close_inlet(void *self)
{
}

static int wake_fd(void *self)
{
    return ((const struct xd_inlet *)self)->event;
}

static bool wake(void *self)
{
    uint64_t n;

    return read(((const struct xd_inlet *)self)->event, &n, sizeof(n)) == sizeof(n);
}

static const struct xd_table_desc *const tables[] = {&xd_budgets_desc, &xd_cap_loops_desc,
                                                     &xd_policies_desc, NULL};

static int collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    const struct xd_inlet *in = self;

    for (size_t i = 0; tables[i]; i++) {
        if (in->runner)
            xd_runner_build(in->runner, tables[i]->name, "this console", b);
        else
            xd_build_missing(
                b, tables[i],
                "no policy is carried out; n begins one here, xendeck policy run is the daemon");
    }
    return 0;
}

const struct xd_backend xd_inlet_backend = {
    .abi = XD_BACKEND_ABI,
    .name = "policy",
    .title = "The policy of this console",
    .help = "What a policy that the console carries out by itself gives each domain",
    .tables = tables,
    .knobs = xd_budget_knobs,
    .open = open_inlet,
    .close = close_inlet,
    .collect = collect,
    .wake_fd = wake_fd,
    .wake = wake,
    .read = xd_inlet_read,
    .write = xd_inlet_write,
};
