/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of a policy is paused, and that kept on disk: {"pause":"hold"} for all of it,
 * {"pause":"restore","domain":"UUID"} for one domain, a line each. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/json_c.h"
#include "budgets/runner_impl.h"

#define DOCUMENT "pauses"
#define MOST     4096 /* domains */

static struct xd_runner_paused *find(const struct xd_runner *r, const char *uuid)
{
    for (size_t i = 0; i < r->n_paused; i++)
        if (strcmp(r->paused[i].uuid, uuid) == 0)
            return &r->paused[i];
    return NULL;
}

static void set_domain(struct xd_runner *r, const char *uuid, enum xd_budgets_pause how)
{
    struct xd_runner_paused *p = find(r, uuid);

    if (how == XD_BUDGETS_RUNS) {
        if (p)
            *p = r->paused[--r->n_paused];
        return;
    }
    if (!p) {
        if (r->n_paused == r->cap_paused) {
            r->cap_paused = r->cap_paused ? 2 * r->cap_paused : 16;
            r->paused = xd_realloc(r->paused, r->cap_paused * sizeof(*r->paused));
        }
        p = &r->paused[r->n_paused++];
        memset(p, 0, sizeof(*p));
        xd_str_safe_to(p->uuid, sizeof(p->uuid), uuid);
    }
    p->how = how;
}

/* --- on disk --- */

static void put_line(struct xd_buf *b, const char *uuid, enum xd_budgets_pause how)
{
    struct xd_json j;

    xd_json_init(&j, b, false);
    xd_json_open(&j, NULL, '{');
    xd_json_str(&j, "pause", xd_budgets_pause_names[how]);
    if (uuid)
        xd_json_str(&j, "domain", uuid);
    xd_json_close(&j, '}');
    xd_buf_addc(b, '\n');
}

static int keep(struct xd_runner *r, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    int rc;

    if (!r->store)
        return 0;
    if (r->pause != XD_BUDGETS_RUNS)
        put_line(&b, NULL, r->pause);
    for (size_t i = 0; i < r->n_paused; i++)
        put_line(&b, r->paused[i].uuid, r->paused[i].how);
    rc = xd_ledger_store_put(r->store, DOCUMENT, xd_buf_str(&b), b.len, err);
    xd_buf_done(&b);
    return rc;
}

static void take(struct xd_runner *r, struct json_object *o)
{
    const char *how = xd_json_text(o, "pause"), *uuid = xd_json_text(o, "domain");

    for (int i = 0; how && xd_budgets_pause_names[i]; i++) {
        if (strcmp(xd_budgets_pause_names[i], how) != 0)
            continue;
        if (!uuid)
            r->pause = (enum xd_budgets_pause)i;
        else if (r->n_paused < MOST)
            set_domain(r, uuid, (enum xd_budgets_pause)i);
    }
}

void xd_runner_load_pauses(struct xd_runner *r)
{
    xd_runner_read_lines(r, DOCUMENT, "what was paused", take);
    if (r->pause != XD_BUDGETS_RUNS || r->n_paused)
        xd_log_write(r->log, XD_LOG_WARN, "policy", "%s paused as it was before",
                     r->pause != XD_BUDGETS_RUNS ? "the policy is" : "some domains are");
}

/* --- what is asked --- */

int xd_runner_set_pause(struct xd_runner *r, const char *domain, enum xd_budgets_pause how,
                        struct xd_err *err)
{
    const struct xd_engine_domain *d = domain ? xd_engine_find(r->engine, domain) : NULL;
    int rc;

    if (domain && !d)
        return xd_err_set(err, -ENOENT, "policy %s knows no domain \"%s\"", r->policy->name,
                          domain);
    if (d && how < r->pause)
        return xd_err_set(err, -EPERM,
                          "%s: all of policy %s is paused; let that go on first (xendeck policy "
                          "resume, or policy/%s policy.paused=no)",
                          d->name, r->policy->name, r->policy->name);
    if (d)
        set_domain(r, d->uuid, how);
    else
        r->pause = how;
    rc = keep(r, err);
    xd_log_write(r->log, XD_LOG_INFO, "policy", "%s: %s", d ? d->name : r->policy->name,
                 how == XD_BUDGETS_RUNS    ? "goes on"
                 : how == XD_BUDGETS_HOLDS ? "paused, its knobs stay"
                                           : "paused, its knobs are given back");
    xd_session_refresh(r->session); /* what follows is done with the next tick */
    return rc;
}

enum xd_budgets_pause xd_runner_pause_of(const struct xd_runner *r,
                                         const struct xd_engine_domain *d)
{
    const struct xd_runner_paused *p = d ? find(r, d->uuid) : NULL;
    enum xd_budgets_pause of_domain = p ? p->how : XD_BUDGETS_RUNS;

    return of_domain > r->pause ? of_domain : r->pause;
}
