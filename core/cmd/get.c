/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck get`: tables of the host, once or again and again. */
#include "cmd/cli.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "model/presets.h"
#include "model/query.h"
#include "model/tables.h"

#define RATE_INTERVAL (1 * XD_NS_PER_S)

struct get {
    struct xd_cli *cli;
    struct xd_session *s;
    const struct xd_table_desc *d;
    struct xd_arena arena;
    struct xd_query *query;
    struct xd_sort sort;
    int cols[XD_COLUMNS_MAX];
    int n_cols;
    enum xd_format format;
    bool watch, printed;
    int signal;  /* it asked us to end */
    bool unread; /* what we print goes nowhere */
};

static void list_tables(struct get *g)
{
    const struct xd_world *w = xd_session_world(g->s);
    const struct xd_table_desc *d;

    for (size_t i = 0; (d = xd_world_desc(w, i)); i++) {
        fprintf(g->cli->out, "%-10s %s\n", d->name, d->help);
        for (int c = 0; c < d->n_columns; c++) {
            const struct xd_column *col = &d->columns[c];
            const char *unit = xd_unit_name(col->kind.unit);
            fprintf(g->cli->out, "  %c %-18s %-9s %s\n", col->flags & XD_COL_DEFAULT ? '*' : ' ',
                    col->name, *unit ? unit : xd_type_name(col->kind.type), col->help);
        }
    }
}

static int unknown_table(struct get *g, const char *name, struct xd_err *err)
{
    const struct xd_world *w = xd_session_world(g->s);
    const struct xd_table_desc *d;
    struct xd_buf all = XD_BUF_INIT;
    const char *names[128];
    size_t n = 0;

    for (size_t i = 0; n < 128 && (d = xd_world_desc(w, i)); i++) {
        names[n++] = d->name;
        xd_buf_printf(&all, "%s%s", i ? ", " : "", d->name);
    }
    const char *near = xd_str_nearest(name, names, n);
    xd_err_set(err, -ENOENT, "there is no table \"%s\"%s%s%s; this host has: %s", name,
               near ? ", did you mean \"" : "", near ? near : "", near ? "\"" : "",
               xd_buf_str(&all));
    xd_buf_done(&all);
    return -ENOENT;
}

/* The columns that -p and -c ask for: what -c adds or takes away, it does to the preset. JSON has
 * all columns by default: scripts choose for themselves. */
static int parse_columns(struct get *g, const struct xd_preset *p, struct xd_err *err)
{
    const char *columns = xd_cli_option(g->cli, "columns");
    struct xd_columns_base base = {.cols = NULL};
    int cols[XD_COLUMNS_MAX];

    if (p && p->columns) {
        base.n = xd_columns_parse(p->columns, g->d, cols, err);
        base.cols = cols;
        if (base.n < 0) {
            xd_err_prefix(err, "--preset %s: ", p->name);
            return -EINVAL;
        }
    } else if (!p && !columns && g->format == XD_FORMAT_JSON) {
        columns = "all";
    }
    g->n_cols = xd_columns_parse_on(columns, g->d, base.cols ? &base : NULL, g->cols, err);
    if (g->n_cols < 0) {
        xd_err_prefix(err, "--columns: ");
        return -EINVAL;
    }
    return 0;
}

/* What -p, -c, -f, -s and -o ask for. */
static int parse_wishes(struct get *g, struct xd_err *err)
{
    const char *preset = xd_cli_option(g->cli, "preset");
    const char *filter = xd_cli_option(g->cli, "filter");
    const char *sort = xd_cli_option(g->cli, "sort");

    const struct xd_preset *p = NULL;

    if (xd_cli_format(g->cli, &g->format, err) < 0)
        return -EINVAL;
    if (preset && xd_preset_find(g->d->name, preset, &p, err) < 0) {
        xd_err_prefix(err, "--preset: ");
        return -EINVAL;
    }
    if (parse_columns(g, p, err) < 0)
        return -EINVAL;
    if (p && !sort)
        sort = p->sort;
    if (filter && xd_query_parse(filter, g->d, &g->arena, &g->query, err) < 0) {
        xd_err_prefix(err, "--filter: ");
        return -EINVAL;
    }
    if (sort && xd_sort_parse(sort, g->d, &g->sort, err) < 0) {
        xd_err_prefix(err, "--sort: ");
        return -EINVAL;
    }
    return 0;
}

/* The columns that are shown, sorted and filtered by, and the counters behind their rates. That
 * JSON has all columns where nobody chose does not ask for the dear ones. */
static uint64_t columns_wanted(const struct get *g)
{
    bool single = xd_cli_option(g->cli, "once") && !g->watch;
    uint64_t columns = 0;

    for (int c = 0; c < g->n_cols; c++)
        columns |= UINT64_C(1) << g->cols[c];
    if (!xd_cli_option(g->cli, "columns") && !xd_cli_option(g->cli, "preset"))
        columns &= xd_desc_usual(g->d);
    columns |= xd_query_columns(g->query);
    for (int i = 0; i < g->sort.n; i++)
        columns |= UINT64_C(1) << g->sort.by[i].col;
    for (int c = 0; c < g->d->n_columns; c++) {
        if (!(columns >> c & 1) || !g->d->columns[c].rate_of)
            continue;
        if (single) /* there is no rate of one sample */
            columns &= ~(UINT64_C(1) << c);
        else
            columns |= UINT64_C(1) << (g->d->columns[c].rate_of - 1);
    }
    return columns ? columns : 1; /* the rows are wanted all the same */
}

/* What will be looked at, so that nothing else is sampled. What can't be read yet (a capture's own
 * tables) is read again once there is a sample. False: no backend says that it has such a table. */
static bool find_want(struct get *g, const char *table, struct xd_want *want)
{
    struct xd_err err = XD_ERR_INIT;

    *want = (struct xd_want){table, XD_WANT_ALL};
    g->d = table ? xd_registry_desc(g->cli->registry, table) : NULL;
    if (g->d && parse_wishes(g, &err) == 0)
        want->columns = columns_wanted(g);
    xd_query_done(g->query);
    g->query = NULL;
    return g->d;
}

/* A rate needs two samples: is one shown, sorted by, or (to be safe) is anything filtered? */
static bool needs_rates(const struct get *g)
{
    for (int c = 0; c < g->n_cols; c++)
        if (g->d->columns[g->cols[c]].rate_of)
            return true;
    for (int i = 0; i < g->sort.n; i++)
        if (g->d->columns[g->sort.by[i].col].rate_of)
            return true;
    return g->query != NULL;
}

/* When a table was as it is shown: a source that fell silent shows an old one. */
static int64_t wall_of(struct get *g, const struct xd_table *t)
{
    int64_t wall_ns = 0;

    for (size_t i = 0; i < xd_world_sources(xd_session_world(g->s)) && !wall_ns; i++) {
        struct xd_snapshot *snap = xd_session_snapshot(g->s, i);

        if (xd_snapshot_table(snap, t->desc->name) == t)
            wall_ns = xd_snapshot_wall(snap);
        xd_snapshot_unref(snap);
    }
    return wall_ns;
}

static int print_once(struct get *g, struct xd_err *err)
{
    const struct xd_world *w = xd_session_world(g->s);
    const struct xd_table *t = xd_world_table(w, g->d->name);
    const char *trouble = xd_world_trouble(w, g->d->name);
    size_t n = 0;

    if (!t)
        return xd_err_set(err, -ENODEV, "%s: %s", g->d->name, trouble ? trouble : "no sample");
    if (t->state == XD_TABLE_MISSING)
        return xd_err_set(err, -ENODEV, "%s: %s", g->d->name, t->reason);
    const struct xd_row **rows = xd_malloc((t->n + 1) * sizeof(*rows));
    for (size_t i = 0; i < t->n; i++)
        if (xd_query_match(g->query, t->rows[i]))
            rows[n++] = t->rows[i];
    if (g->sort.n)
        xd_sort_rows(t->desc, &g->sort, rows, n);
    if (!trouble) /* why part of it is unknown */
        trouble = t->reason;
    struct xd_print p = {
        .format = g->format,
        .cols = g->cols,
        .n_cols = g->n_cols,
        .header = g->format == XD_FORMAT_TABLE || !g->printed,
        .one_line = g->watch,
        .wall_ns = g->watch || g->format == XD_FORMAT_JSON ? wall_of(g, t) : 0,
        .source = t->source,
        .trouble = trouble,
    };
    if (g->watch && g->printed && g->format == XD_FORMAT_TABLE)
        fputc('\n', g->cli->out);
    xd_print_rows(g->cli->out, t->desc, rows, n, &p);
    if (trouble && g->format != XD_FORMAT_JSON)
        fprintf(g->cli->err, "xendeck: %s: %s\n", g->d->name, trouble);
    g->printed = true;
    free(rows);
    return 0;
}

/* A signal asked to end: sources give back what they hold of the host (a trace) before the program
 * goes, and only then the signal has its way. */
static bool is_signalled(struct get *g)
{
    struct signalfd_siginfo info;

    if (!g->signal && g->cli->signals > 0 &&
        read(g->cli->signals, &info, sizeof(info)) == sizeof(info))
        g->signal = (int)info.ssi_signo;
    return g->signal != 0;
}

/* Waits that long. False: a signal asks to end, or nobody reads what we print. */
static bool pause_for(struct get *g, int64_t ns)
{
    struct timespec ts = {.tv_sec = ns / XD_NS_PER_S, .tv_nsec = ns % XD_NS_PER_S};
    struct pollfd p[] = {{.fd = g->cli->signals, .events = POLLIN},
                         {.fd = fileno(g->cli->out), .events = 0}};

    ppoll(p, 2, &ts, NULL);
    if (p[1].revents & POLLERR) /* nobody reads it any more */
        g->unread = true;
    return !is_signalled(g) && !g->unread;
}

/* The samples of the session go on counting; each print is one more. */
static int print_all(struct get *g, int64_t watch_ns, uint64_t count, struct xd_err *err)
{
    bool rates = needs_rates(g) && !xd_cli_option(g->cli, "once");
    int64_t gap;
    uint64_t samples = 1;
    int rc = xd_cli_duration(g->cli, "interval", RATE_INTERVAL, &gap, err);

    for (uint64_t i = 0; rc == 0 && i < count; i++) {
        if (i > 0 || rates) {
            if (!pause_for(g, i > 0 ? watch_ns : gap))
                break;
            xd_session_refresh(g->s);
            rc = xd_session_wait_samples(g->s, ++samples, XD_CLI_SAMPLE_TIMEOUT, err);
            if (rc == -ETIMEDOUT) { /* what is there is shown, with its trouble */
                samples--;          /* the next print waits for the same answer, not for two */
                rc = 0;
                xd_err_clear(err);
            }
        }
        if (rc == 0)
            rc = print_once(g, err);
        /* What nobody can read any more isn't gone on with; xd_cli_main says so. */
        if (ferror(g->cli->out) || (i + 1 < count && fflush(g->cli->out) != 0))
            break;
    }
    return rc;
}

int xd_cmd_get(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct get g = {.cli = ctx};
    struct xd_session_config c;
    struct xd_want want;
    int64_t watch_ns;
    uint64_t count;
    int status = XD_EXIT_USAGE;

    if (argc > 2) {
        xd_err_set(err, -EINVAL, "get takes one table; \"%s\" is one word too many", argv[2]);
        goto out;
    }
    g.watch = xd_cli_option(g.cli, "watch") != NULL;
    if (xd_cli_option(g.cli, "filter"))
        xd_cli_take_locale();
    if (xd_cli_duration(g.cli, "watch", 0, &watch_ns, err) < 0 ||
        xd_cli_count(g.cli, "count", g.watch ? UINT64_MAX : 1, &count, err) < 0 ||
        xd_cli_take_signals(g.cli, err) < 0 || xd_cli_session_config(g.cli, &c, err) < 0)
        goto out;
    if (!g.watch && count > 1) {
        xd_err_set(err, -EINVAL, "--count needs --watch TIME");
        goto out;
    }
    c.readonly = true;
    c.one_shot = true;
    c.errand = !g.watch;
    c.journal = "";
    if (find_want(&g, argv[1], &want)) {
        c.wants = &want;
        c.n_wants = 1;
    }
    status = XD_EXIT_NO_SOURCE;
    if (xd_session_open(&c, &g.s, err) < 0)
        goto out;
    xd_session_want(g.s, &want, argc > 1);
    if (xd_session_wait_samples(g.s, 1, XD_CLI_SAMPLE_TIMEOUT, err) < 0)
        goto out;
    if (argc == 1) {
        list_tables(&g);
        status = XD_EXIT_DONE;
        goto out;
    }
    status = XD_EXIT_USAGE;
    g.d = xd_world_desc_named(xd_session_world(g.s), argv[1]);
    if (!g.d) {
        unknown_table(&g, argv[1], err);
        goto out;
    }
    /* a capture's table may have columns behind those that core knows */
    const struct xd_table *t = xd_world_table(xd_session_world(g.s), argv[1]);
    g.d = t ? t->desc : g.d;
    if (parse_wishes(&g, err) < 0)
        goto out;
    status = print_all(&g, watch_ns, count, err) < 0 ? XD_EXIT_NO_SOURCE : XD_EXIT_DONE;
out:
    xd_query_done(g.query);
    xd_arena_done(&g.arena);
    xd_session_close(g.s);
    is_signalled(&g);
    xd_cli_give_signals(g.cli);
    if (g.signal) { /* the caller learns what ended it */
        fflush(g.cli->out);
        raise(g.signal);
    }
    return status;
}
