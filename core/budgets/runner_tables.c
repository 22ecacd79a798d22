/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is carried out, as tables. */
#include <string.h>

#include "budgets/runner_impl.h"

static enum xd_budgets_pause pause_of(void *arg, const struct xd_engine_domain *d)
{
    return xd_runner_pause_of(arg, d);
}

static void build_policy(const struct xd_runner *r, const char *holder, struct xd_builder *b)
{
    struct xd_rows *t = xd_build_table(b, &xd_policies_desc, r->last_now.mono_ns);
    struct xd_buf changed = XD_BUF_INIT;
    struct xd_runner_status st;

    xd_runner_status(r, &st);
    xd_runner_changes(r, &changed);
    xd_row_begin(t);
    xd_put_str(t, XD_POLICIES_NAME, r->policy->name);
    xd_put_str(t, XD_POLICIES_TITLE, r->policy->title);
    xd_put_enum(t, XD_POLICIES_PAUSED, (int)xd_runner_pause_of(r, NULL));
    xd_put_u64(t, XD_POLICIES_DOMAINS, st.domains);
    xd_put_u64(t, XD_POLICIES_RULES, r->policy->n);
    xd_put_enum(t, XD_POLICIES_ON_EXIT, st.restore);
    xd_put_u64(t, XD_POLICIES_DONE, st.done);
    xd_put_u64(t, XD_POLICIES_FAILED, st.failed);
    if (st.tick_wall_ns)
        xd_put_i64(t, XD_POLICIES_TICK_AT, st.tick_wall_ns);
    xd_put_str(t, XD_POLICIES_HOLDER, holder);
    xd_put_str(t, XD_POLICIES_FILE, r->policy->file);
    xd_put_str(t, XD_POLICIES_CHANGED, changed.len ? xd_buf_str(&changed) : NULL);
    xd_put_str(t, XD_POLICIES_TROUBLE, st.trouble[0] ? st.trouble : NULL);
    xd_buf_done(&changed);
}

bool xd_runner_build(const struct xd_runner *r, const char *table, const char *holder,
                     struct xd_builder *b)
{
    if (strcmp(table, xd_budgets_desc.name) == 0)
        xd_budgets_build(r->engine, &(struct xd_budgets_view){pause_of, (void *)r}, b,
                         r->last_now.mono_ns);
    else if (strcmp(table, xd_cap_loops_desc.name) == 0)
        xd_cap_loops_build(r->engine, b, r->last_now.mono_ns);
    else if (strcmp(table, xd_policies_desc.name) == 0)
        build_policy(r, holder, b);
    else
        return false;
    return true;
}
