/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck policy explain`: what a policy wants of a domain and why: as the daemon has it, or, of
 * another policy, on a host or at the end of recorded load. On a host each budget begins full then.
 */
#include "cmd/policy.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "policies/cap_engine.h"

#define RATE_INTERVAL XD_NS_PER_S

/* The newest of all sources as one snapshot. */
static struct xd_snapshot *look(struct xd_session *s, struct xd_snapshot *prev, uint64_t seq)
{
    size_t n = xd_world_sources(xd_session_world(s));
    struct xd_builder *b = xd_builder_new("host");
    struct xd_snapshot *out;
    int64_t at_ns = 0, wall_ns = 0;

    for (size_t i = 0; i < n; i++) {
        struct xd_snapshot *snap = xd_session_snapshot(s, i);

        for (size_t k = 0; snap && k < xd_snapshot_tables(snap); k++)
            xd_build_lend(b, snap, xd_snapshot_table_at(snap, k)->desc->name);
        if (snap && xd_snapshot_table(snap, "domains")) {
            at_ns = xd_snapshot_at(snap);
            wall_ns = xd_snapshot_wall(snap);
        }
        xd_snapshot_unref(snap);
    }
    out = xd_builder_seal(b, prev, seq, at_ns, wall_ns, 0);
    return out;
}

static int explain(struct policy *c, const struct xd_engine *e, const char *name,
                   struct xd_err *err)
{
    const struct xd_engine_domain *d = xd_engine_find(e, name);
    struct xd_buf b = XD_BUF_INIT;

    if (!d && strcmp(name, "host") != 0) {
        xd_err_set(err, -ENOENT, "there is no domain \"%s\"", name);
        return XD_EXIT_USAGE;
    }
    if (d)
        xd_engine_why(e, d, &b);
    else
        xd_engine_why_host(e, &b);
    fputs(xd_buf_str(&b), c->cli->out);
    xd_buf_done(&b);
    return XD_EXIT_DONE;
}

static int explain_host(struct policy *c, const struct xd_policy *p, const char *name,
                        struct xd_err *err)
{
    struct xd_engine *e = xd_engine_new(p);
    struct xd_session *s = NULL;
    struct xd_session_config config;
    struct xd_snapshot *snap = NULL, *next;
    int64_t gap;
    int status = XD_EXIT_USAGE;

    if (xd_cli_duration(c->cli, "interval", RATE_INTERVAL, &gap, err) < 0 ||
        xd_cli_take_signals(c->cli, err) < 0 || xd_cli_session_config(c->cli, &config, err) < 0)
        goto out;
    config.readonly = config.one_shot = true;
    config.interval_ns = gap;
    config.journal = "";
    status = XD_EXIT_NO_SOURCE;
    if (xd_session_open(&config, &s, err) < 0)
        goto out;
    for (uint64_t i = 1; i <= 2; i++) { /* two, for rates */
        if (xd_session_wait_samples(s, i, XD_CLI_SAMPLE_TIMEOUT, err) < 0)
            goto out;
        next = look(s, snap, i);
        xd_snapshot_unref(snap);
        snap = next;
        struct xd_policy_now now = {xd_snapshot_at(snap), xd_snapshot_wall(snap), 0};
        if (xd_engine_tick(e, snap, &now, err) < 0)
            goto out;
    }
    status = explain(c, e, name, err);
    if (status == XD_EXIT_DONE)
        fputs(
            "No balance was kept of this policy here: budgets begin full, and times of conditions "
            "at zero.\n",
            c->cli->out);
out:
    xd_snapshot_unref(snap);
    xd_session_close(s);
    xd_cli_give_signals(c->cli);
    xd_engine_free(e);
    return status;
}

int policy_cmd_explain(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct policy *c = ctx;
    const char *file = xd_cli_option(c->cli, "policy"), *from = xd_cli_option(c->cli, "from");
    struct policy_source *source = NULL;
    struct xd_policy *p = NULL;
    struct xd_sim *sim = NULL;
    int status = XD_EXIT_USAGE;

    if (argc != 2 || (from && !file)) {
        xd_err_set(
            err, -EINVAL,
            "which domain? xendeck policy explain DOMAIN asks the daemon; with --policy FILE "
            "and --from LOAD it is tried");
        goto out;
    }
    if (c->format != XD_FORMAT_TABLE) {
        xd_err_set(err, -EINVAL, "--output: explain prints text");
        goto out;
    }
    if (!file)
        return policy_explain_daemon(c, argv[1], err);
    if (policy_load(c, file, &p, err) < 0)
        goto out;
    if (!from) {
        status = explain_host(c, p, argv[1], err);
        goto out;
    }
    status = XD_EXIT_NO_SOURCE;
    sim = xd_sim_new(p);
    if (policy_source_open(from, &source, err) < 0 || policy_source_play(source, sim, 0, err) < 0)
        goto out;
    status = explain(c, xd_sim_engine(sim), argv[1], err);
out:
    policy_source_close(source);
    xd_sim_free(sim);
    xd_policy_free(p);
    return status;
}
