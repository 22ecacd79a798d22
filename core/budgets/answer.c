/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon says to each question. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "budgets/server.h"
#include "policies/cap_engine.h"
#include "policies/wire.h"

static void open_answer(struct xd_json *j, struct xd_buf *out)
{
    xd_json_init(j, out, false);
    xd_json_open(j, NULL, '{');
    xd_json_bool(j, "ok", true);
}

static void close_answer(struct xd_json *j, struct xd_buf *out)
{
    xd_json_close(j, '}');
    xd_buf_addc(out, '\n');
}

static void put_paused(struct xd_json *j, const struct xd_runner *r)
{
    const struct xd_engine *e = xd_runner_engine(r);
    enum xd_budgets_pause all = xd_runner_pause_of(r, NULL);

    xd_json_str(j, "paused", all == XD_BUDGETS_RUNS ? NULL : xd_budgets_pause_names[all]);
    xd_json_open(j, "paused_domains", '[');
    for (size_t i = 0; i < xd_engine_domains(e); i++) {
        const struct xd_engine_domain *d = xd_engine_domain(e, i);

        if (xd_runner_pause_of(r, d) > all)
            xd_json_str(j, NULL, d->name);
    }
    xd_json_close(j, ']');
}

static int status(const struct xd_server_config *c, const struct xd_wire_ask *a, struct xd_buf *out,
                  struct xd_err *err)
{
    struct xd_runner *r = *c->runner;
    struct xd_runner_status st;
    struct xd_json j;

    xd_runner_status(r, &st);
    open_answer(&j, out);
    xd_json_str(&j, "policy", st.policy);
    xd_json_str(&j, "file", st.file);
    xd_json_str(&j, "on_exit", st.restore ? "restore" : "hold");
    xd_json_bool(&j, "stopping", st.stopping);
    put_paused(&j, r);
    xd_json_u64(&j, "domains", st.domains);
    xd_json_u64(&j, "rules", xd_runner_policy(r)->n);
    xd_json_u64(&j, "ticks", st.ticks);
    xd_json_u64(&j, "done", st.done);
    xd_json_u64(&j, "failed", st.failed);
    xd_json_u64(&j, "waiting", st.waiting);
    xd_json_i64(&j, "began_ns", st.began_ns);
    xd_json_i64(&j, "tick_ns", st.tick_wall_ns);
    xd_json_u64(&j, "ledger", st.ledger_seq);
    xd_json_str(&j, "trouble", st.trouble[0] ? st.trouble : NULL);
    close_answer(&j, out);
    return 0;
}

static int explain(const struct xd_server_config *c, const struct xd_wire_ask *a,
                   struct xd_buf *out, struct xd_err *err)
{
    const struct xd_engine *e = xd_runner_engine(*c->runner);
    const struct xd_engine_domain *d = xd_engine_find(e, a->domain);
    struct xd_buf text = XD_BUF_INIT;
    enum xd_budgets_pause how;
    struct xd_json j;

    if (!d && strcmp(a->domain, "host") != 0)
        return xd_err_set(err, -ENOENT, "there is no domain \"%s\"", a->domain);
    if (d)
        xd_engine_why(e, d, &text);
    else
        xd_engine_why_host(e, &text);
    how = xd_runner_pause_of(*c->runner, d);
    if (how != XD_BUDGETS_RUNS)
        xd_buf_printf(&text, "  paused: its knobs %s\n",
                      how == XD_BUDGETS_HOLDS ? "stay as they are" : "are as they were before");
    open_answer(&j, out);
    xd_json_str(&j, "text", xd_buf_str(&text));
    close_answer(&j, out);
    xd_buf_done(&text);
    return 0;
}

static int table(const struct xd_server_config *c, const struct xd_wire_ask *a, struct xd_buf *out,
                 struct xd_err *err)
{
    struct xd_builder *b = xd_builder_new("policy");
    bool known = xd_runner_build(*c->runner, a->table, "the daemon", b);
    struct xd_snapshot *s = xd_builder_seal(b, NULL, 1, 0, 0, 0);
    struct xd_runner_status st;
    int rc = 0;

    xd_runner_status(*c->runner, &st);
    if (!known)
        rc = xd_err_set(err, -ENOENT, "there is no table \"%s\"", a->table);
    else if (!st.ticks)
        rc = xd_err_set(err, -EAGAIN, "the daemon has had no sample of the host yet");
    else
        xd_wire_table_write(xd_snapshot_table(s, a->table), out);
    xd_snapshot_unref(s);
    return rc;
}

static int reload(const struct xd_server_config *c, const struct xd_wire_ask *a, struct xd_buf *out,
                  struct xd_err *err)
{
    return c->reload ? c->reload(c->arg, err)
                     : xd_err_set(err, -ENOTSUP, "the policy can't be read again");
}

static int set_pause(const struct xd_server_config *c, const struct xd_wire_ask *a,
                     struct xd_buf *out, struct xd_err *err)
{
    return xd_runner_set_pause(*c->runner, a->domain[0] ? a->domain : NULL,
                               a->kind == XD_WIRE_RESUME ? XD_BUDGETS_RUNS
                               : a->restore              ? XD_BUDGETS_RESTORES
                                                         : XD_BUDGETS_HOLDS,
                               err);
}

static int budget(const struct xd_server_config *c, const struct xd_wire_ask *a, struct xd_buf *out,
                  struct xd_err *err)
{
    return xd_runner_change_budget(*c->runner, a->rule,
                                   &(struct xd_budget_change){a->cpu_ns, a->per_ns, a->cap}, err);
}

static int limit(const struct xd_server_config *c, const struct xd_wire_ask *a, struct xd_buf *out,
                 struct xd_err *err)
{
    return xd_runner_change_limit(*c->runner, a->rule, !a->watts, a->watts ? a->watts : a->celsius,
                                  err);
}

/* What writes nothing to out says {"ok":true}. */
static int (*const answers[])(const struct xd_server_config *c, const struct xd_wire_ask *a,
                              struct xd_buf *out, struct xd_err *err) = {
    [XD_WIRE_STATUS] = status, [XD_WIRE_EXPLAIN] = explain, [XD_WIRE_TABLE] = table,
    [XD_WIRE_RELOAD] = reload, [XD_WIRE_PAUSE] = set_pause, [XD_WIRE_RESUME] = set_pause,
    [XD_WIRE_BUDGET] = budget, [XD_WIRE_LIMIT] = limit,
};

static void log_change(const struct xd_server_config *c, const char *line, size_t len,
                       const char *who, int rc)
{
    xd_log_write(c->log, rc < 0 ? XD_LOG_WARN : XD_LOG_INFO, "policy", "%s asked for %.*s%s", who,
                 (int)(len < 150 ? len : 150), line, rc < 0 ? ", in vain" : "");
}

void xd_server_answer(const struct xd_server_config *c, const char *line, size_t len,
                      bool may_change, const char *who, struct xd_buf *out)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_wire_ask ask;
    size_t before = out->len;
    int rc = xd_wire_ask_read(line, len, &ask, &err);
    bool changes = rc == 0 && xd_wire_changes(ask.kind);

    if (changes && !may_change)
        rc = xd_err_set(&err, -EPERM, "only root and the daemon's own user may change anything");
    if (rc == 0)
        rc = answers[ask.kind](c, &ask, out, &err);
    if (changes)
        log_change(c, line, len, who, rc);
    if (rc < 0) {
        xd_buf_cut(out, before);
        xd_wire_fail(&err, out);
    } else if (out->len == before) {
        struct xd_json j;

        open_answer(&j, out);
        close_answer(&j, out);
    }
}
