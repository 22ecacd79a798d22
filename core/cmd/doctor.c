/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck doctor`: one row a check: what was found, whether it will do, and the remedy. Runs
 * without workers: here it may wait. */
#include "cmd/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "model/query.h"
#include "model/tables.h"

static bool never(const struct xd_backend_env *env)
{
    return false;
}

static bool is_chosen(const struct xd_host_choice *c, const struct xd_backend *b)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->backends[i] == b)
            return true;
    return false;
}

/* Live backends are asked in any case (why can't this machine be served?), others where they are
 * the host that was chosen. */
static void check_backend(struct xd_cli *cli, const struct xd_registry_entry *e,
                          const struct xd_host_choice *choice, struct xd_builder *b)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_backend_env env = {.clock = &cli->clock,
                                 .log = cli->log,
                                 .role = XD_OBSERVER,
                                 .arg = choice->arg,
                                 .stopping = never};
    void *self = NULL;

    if (!e->backend) {
        xd_build_check(b, "backend", e->name, XD_CHECK_ABSENT, e->why,
                       "rebuild xendeck against the libraries of this machine");
        return;
    }
    if (!e->backend->live && !is_chosen(choice, e->backend)) {
        xd_build_check(b, "backend", e->name, XD_CHECK_OK, e->backend->title, NULL);
        return;
    }
    int rc = e->backend->probe ? e->backend->probe(&err) : 0;
    if (rc == 0)
        rc = e->backend->open(&env, &self, &err);
    xd_build_check(b, "backend", e->name, rc < 0 ? XD_CHECK_ABSENT : XD_CHECK_OK,
                   rc < 0 ? xd_err_text(&err) : e->backend->title,
                   rc == 0 ? NULL
                   : e->backend->live
                       ? "run xendeck as root in a Xen dom0; --host demo works anywhere"
                       : "see --host in xendeck --help");
    if (e->backend->doctor)
        e->backend->doctor(rc < 0 ? NULL : self, b);
    if (rc == 0)
        e->backend->close(self);
}

static void check_terminal(struct xd_builder *b)
{
    const char *term = getenv("TERM");
    bool dumb = !term || !*term || strcmp(term, "dumb") == 0;

    xd_build_check(
        b, "terminal", "TERM", dumb ? XD_CHECK_WARN : XD_CHECK_OK, term && *term ? term : "unset",
        dumb ? "set TERM to the terminal's name; get, set and journal work without" : NULL);
    const char *lang = getenv("LC_ALL");
    if (!lang || !*lang)
        lang = getenv("LC_CTYPE");
    if (!lang || !*lang)
        lang = getenv("LANG");
    bool utf8 = lang && (strcasestr(lang, "UTF-8") || strcasestr(lang, "utf8"));
    xd_build_check(b, "terminal", "encoding", utf8 ? XD_CHECK_OK : XD_CHECK_WARN,
                   lang && *lang ? lang : "no locale set",
                   utf8 ? NULL : "lines are drawn in ASCII; export LANG=C.UTF-8 for the rest");
}

/* The host that is meant. False: there is none, and a row says so. */
static bool check_host(struct xd_cli *cli, struct xd_host_choice *choice, struct xd_builder *b)
{
    struct xd_err err = XD_ERR_INIT;

    if (xd_registry_resolve(cli->registry, xd_cli_option(cli, "host"), NULL, choice, &err) < 0) {
        xd_build_check(b, "host", "host", XD_CHECK_ABSENT, xd_err_text(&err),
                       "see --host in xendeck --help");
        return false;
    }
    xd_build_check(b, "host", "host", *choice->fallback ? XD_CHECK_WARN : XD_CHECK_OK, choice->name,
                   *choice->fallback ? choice->fallback : NULL);
    return true;
}

static void check_journal(struct xd_cli *cli, const struct xd_host_choice *choice,
                          struct xd_builder *b)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_journal *j;
    char fallback[4096];
    const char *path = xd_cli_journal_path(cli, choice, fallback, sizeof(fallback));
    bool ok = xd_journal_open(path, &cli->clock, cli->log, &j, &err) == 0;
    xd_build_check(
        b, "journal", "file", ok ? XD_CHECK_OK : XD_CHECK_WARN, ok ? path : xd_err_text(&err),
        ok ? NULL : "edits are refused until it can be written; --journal FILE names another");
    if (ok)
        xd_journal_close(j);
}

int xd_cmd_doctor(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_cli *cli = ctx;
    struct xd_print p = {.header = true, .source = "doctor"};
    struct xd_host_choice choice = {.n = 0};
    int cols[XD_COLUMNS_MAX];

    if (argc > 1) {
        xd_err_set(err, -EINVAL, "doctor takes no words; \"%s\" is one too many", argv[1]);
        return XD_EXIT_USAGE;
    }
    if (xd_cli_format(cli, &p.format, err) < 0)
        return XD_EXIT_USAGE;
    struct xd_builder *b = xd_builder_new("doctor");
    if (check_host(cli, &choice, b))
        check_journal(cli, &choice, b);
    for (size_t i = 0; i < xd_registry_count(cli->registry); i++)
        check_backend(cli, xd_registry_at(cli->registry, i), &choice, b);
    check_terminal(b);
    int64_t now = xd_clock_now(&cli->clock);
    struct xd_snapshot *s = xd_builder_seal(b, NULL, 1, now, xd_clock_wall(&cli->clock), 0);
    const struct xd_table *t = xd_snapshot_table(s, "checks");
    p.cols = cols;
    p.n_cols = xd_columns_parse("default", t->desc, cols, NULL);
    xd_print_rows(cli->out, t->desc, t->rows, t->n, &p);
    xd_snapshot_unref(s);
    return XD_EXIT_DONE;
}
