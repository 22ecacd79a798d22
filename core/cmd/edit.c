/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck set`, `do` and `undo`: wishes from words, plans from wishes. */
#include "cmd/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/tables.h"

#define WISHES_MAX 256

/* A bare name is a domain's, but those of tables of one row, host and power, mean that
 * (xd_world_find). */
static bool is_domain(struct xd_registry *r, const char *object)
{
    const struct xd_table_desc *d;

    if (strchr(object, '/'))
        return xd_str_starts(object, "domain/");
    d = xd_registry_desc(r, object);
    return !d || d->keys[0] >= 0;
}

/* Whether all are edits of domains: what they need is known before anything is opened. Other things
 * may be told of by one source and edited by another. */
static bool are_domains(struct xd_registry *r, const struct xd_wish *wishes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_domain(r, wishes[i].object))
            return false;
    return n > 0;
}

/* Opens the host for an edit. wishes: what it will be, where that is known. */
static int open_session(struct xd_cli *cli, const struct xd_wish *wishes, size_t n,
                        struct xd_session **s, struct xd_err *err)
{
    struct xd_session_config c;

    if (xd_cli_take_signals(cli, err) < 0)
        return -ENODEV;
    if (xd_cli_session_config(cli, &c, err) < 0)
        return -EINVAL;
    c.one_shot = true;
    c.errand = true;
    c.appends = wishes != NULL; /* an undo looks for what it takes back */
    if (are_domains(cli->registry, wishes, n)) {
        c.wishes = wishes;
        c.n_wishes = n;
        c.edits_of = "domains";
    }
    return xd_session_open(&c, s, err) < 0 ? -ENODEV : 0;
}

/* Takes a first sample of what the edit has to know. */
static int look(struct xd_session *s, const struct xd_wants *wants, struct xd_err *err)
{
    xd_session_want(s, wants->want, wants->n);
    xd_session_want_rows(s, wants->rows, wants->n_rows);
    return xd_session_wait_samples(s, 1, XD_CLI_SAMPLE_TIMEOUT, err) < 0 ? -ENODEV : 0;
}

/* A source that was told what the edit is of may know the names of other things from earlier
 * (backends/libxl/recall.h): what isn't found is looked for once more, among all of them. */
static int look_at_all(struct xd_session *s)
{
    struct xd_err err = XD_ERR_INIT;

    xd_session_want_rows(s, NULL, 0);
    xd_session_refresh(s);
    return xd_session_wait_samples(s, 2, XD_CLI_SAMPLE_TIMEOUT, &err);
}

static void close_session(struct xd_cli *cli, struct xd_session *s)
{
    xd_session_close(s);
    xd_cli_give_signals(cli);
}

/* People who try this on the demo host should know why the change is gone afterwards. */
static void warn_demo(struct xd_cli *cli, struct xd_session *s)
{
    const struct xd_world *w = xd_session_world(s);

    if (*xd_world_fallback(w))
        fprintf(cli->err, "xendeck: demo host: %s\n", xd_world_fallback(w));
    if (strncmp(xd_world_host(w), "demo", 4) == 0)
        fprintf(cli->err, "xendeck: the demo host lives only as long as this command\n");
}

static int run_wishes(struct xd_cli *cli, struct xd_session *s, const struct xd_wish *wishes,
                      size_t n, struct xd_err *err)
{
    struct xd_plan *plan;
    struct xd_wants wants;

    warn_demo(cli, s);
    xd_plan_wants(xd_session_world(s), wishes, n, &wants);
    if (look(s, &wants, err) < 0)
        return XD_EXIT_NO_SOURCE;
    int rc = xd_plan_make(xd_session_world(s), wishes, n, &plan, err);
    if (rc == -ENOENT && look_at_all(s) == 0) {
        *err = (struct xd_err)XD_ERR_INIT;
        rc = xd_plan_make(xd_session_world(s), wishes, n, &plan, err);
    }
    return rc < 0 ? xd_cli_status_of(rc) : xd_cli_run_plan(cli, s, plan);
}

static void print_bounds(FILE *out, const struct xd_knob *k, struct xd_arena *a)
{
    struct xd_value lo = {true, k->kind.type, {.i = k->min}};
    struct xd_value hi = {true, k->kind.type, {.i = k->max}};

    if (k->kind.type == XD_ENUM) {
        for (int i = 0; k->kind.names[i]; i++)
            fprintf(out, "%s%s", i ? "|" : "", k->kind.names[i]);
    } else if (k->kind.type == XD_BOOL) {
        fputs("yes|no", out);
    } else if (k->kind.type == XD_STR) {
        fputs("text", out);
    } else if (k->kind.type == XD_CPUSET) {
        fputs("CPU list such as 0-3,8 or all", out);
    } else if (k->min != k->max) {
        fprintf(out, "%s … %s", xd_value_exact(&lo, &k->kind, a), xd_value_exact(&hi, &k->kind, a));
    } else if (*xd_unit_name(k->kind.unit)) {
        fputs(xd_unit_name(k->kind.unit), out);
    }
}

/* A knob of the object's own, or of its children: "domain/web1 vcpu.affinity=…" sets each of them,
 * whatever they are now. */
static void list_knob(struct xd_cli *cli, const struct xd_table_desc *d, const struct xd_row *row,
                      const struct xd_knob *k, struct xd_arena *a)
{
    int col = k->column && strcmp(k->table, d->name) == 0 ? xd_desc_column(d, k->column) : -1;
    struct xd_value v = col < 0 ? XD_UNKNOWN : xd_row_value(d, row, col);

    fprintf(cli->out, "%-20s %-10s %s (", k->name,
            strcmp(k->table, d->name) == 0 ? xd_value_exact(&v, &k->kind, a) : k->table, k->help);
    print_bounds(cli->out, k, a);
    fputs(")\n", cli->out);
}

/* A knob or an action that this host hasn't got; false: it has. */
static bool list_limit(struct xd_cli *cli, const struct xd_world *w, const char *name)
{
    const char *why = xd_world_limit(w, name);

    if (why)
        fprintf(cli->out, "%-20s %-10s %s\n", name, "not here:", why);
    return why != NULL;
}

static void list_action(struct xd_cli *cli, const struct xd_action *a)
{
    fprintf(cli->out, "%-20s %-10s %s", a->name, "action", a->help);
    for (const struct xd_param *p = a->params; p && p->name; p++)
        fprintf(cli->out, "%s%s%s=%s%s", p == a->params ? " (" : " ", p->fallback ? "[" : "",
                p->name, p->title, p->fallback ? "]" : "");
    fprintf(cli->out, "%s\n", a->params ? ")" : "");
}

static bool is_of(const struct xd_world *w, const char *table, const struct xd_table_desc *d)
{
    const struct xd_table_desc *of = xd_world_desc_named(w, table);

    return strcmp(table, d->name) == 0 || (of && xd_streq(of->parent, d->name));
}

/* `set OBJECT` alone: what can be edited there. */
static int list_offers(struct xd_cli *cli, struct xd_session *s, const char *path,
                       struct xd_err *err)
{
    const struct xd_world *w = xd_session_world(s);
    const struct xd_table *t;
    const struct xd_row *row;
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_offer o;

    int rc = xd_session_wait_samples(s, 1, XD_CLI_SAMPLE_TIMEOUT, err); /* all of it */
    if (rc == 0)
        rc = xd_world_find(w, path, &t, &row, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; xd_world_offer_at(w, i, &o); i++) {
        const char *name = o.knob ? o.knob->name : o.action->name;

        if (!is_of(w, o.knob ? o.knob->table : o.action->table, t->desc) ||
            list_limit(cli, w, name))
            continue;
        if (o.knob)
            list_knob(cli, t->desc, row, o.knob, &a);
        else if (strcmp(o.action->table, t->desc->name) == 0)
            list_action(cli, o.action);
    }
    xd_arena_done(&a);
    return 0;
}

/* "domain/a x=1 y=2 domain/b x=3" → wishes. Returns how many, or -EINVAL. */
static int parse_wishes(int argc, char **argv, struct xd_wish *wishes, struct xd_err *err)
{
    const char *object = NULL;
    int n = 0;

    for (int i = 1; i < argc; i++) {
        char *equals = strchr(argv[i], '=');
        /* An object's name may hold '='; a knob's never a '/'. */
        char *slash = strchr(argv[i], '/');
        if (!equals || (slash && slash < equals)) {
            object = argv[i];
            continue;
        }
        if (!object)
            return xd_err_set(err, -EINVAL,
                              "\"%s\": of which object? For example: "
                              "xendeck set domain/web1 %s",
                              argv[i], argv[i]);
        if (n == WISHES_MAX)
            return xd_err_set(err, -E2BIG, "more than %d edits at once", WISHES_MAX);
        *equals = '\0';
        wishes[n++] = (struct xd_wish){object, argv[i], equals + 1};
    }
    return n;
}

int xd_cmd_set(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_cli *cli = ctx;
    struct xd_session *s = NULL;
    struct xd_wish wishes[WISHES_MAX];
    int status = XD_EXIT_USAGE;

    if (argc < 2) {
        xd_err_set(err, -EINVAL, "set what? For example: xendeck set domain/web1 sched.cap=40");
        return status;
    }
    int n = parse_wishes(argc, argv, wishes, err);
    if (n < 0)
        return status;
    if (open_session(cli, wishes, (size_t)n, &s, err) < 0) {
        status = XD_EXIT_NO_SOURCE;
    } else if (n == 0 && argc == 2) {
        status = list_offers(cli, s, argv[1], err) < 0 ? XD_EXIT_USAGE : XD_EXIT_DONE;
    } else if (n == 0) {
        xd_err_set(err, -EINVAL, "no KNOB=VALUE was given for %s", argv[argc - 1]);
    } else {
        status = run_wishes(cli, s, wishes, (size_t)n, err);
    }
    close_session(cli, s);
    return status;
}

int xd_cli_do(struct xd_cli *cli, const struct xd_wish *wish,
              int (*after)(void *ctx, struct xd_session *s, struct xd_err *err), void *ctx,
              struct xd_err *err)
{
    struct xd_session *s = NULL;
    int status = XD_EXIT_NO_SOURCE;

    if (open_session(cli, wish, 1, &s, err) == 0)
        status = run_wishes(cli, s, wish, 1, err);
    if (status == XD_EXIT_DONE && after && !xd_cli_option(cli, "dry-run"))
        status = after(ctx, s, err);
    close_session(cli, s);
    return status;
}

int xd_cmd_do(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_buf params = XD_BUF_INIT;

    if (argc < 3) {
        xd_err_set(err, -EINVAL, "do what? For example: xendeck do domain/web1 pause");
        return XD_EXIT_USAGE;
    }
    for (int i = 3; i < argc; i++)
        xd_buf_printf(&params, "%s%s", i > 3 ? " " : "", argv[i]);
    struct xd_wish wish = {argv[1], argv[2], params.len ? params.s : NULL};
    int status = xd_cli_do(ctx, &wish, NULL, NULL, err);

    xd_buf_done(&params);
    return status;
}

int xd_cmd_undo(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_cli *cli = ctx;
    struct xd_session *s = NULL;
    struct xd_plan *plan;
    uint64_t id = 0;
    int status = XD_EXIT_USAGE;

    if (argc > 2 || (argc == 2 && (xd_parse_u64(argv[1], &id) < 0 || id == 0))) {
        xd_err_set(err, -EINVAL, "undo takes the number of one journal entry, not \"%s\"",
                   argv[argc - 1]);
        return status;
    }
    if (open_session(cli, NULL, 0, &s, err) < 0) {
        status = XD_EXIT_NO_SOURCE;
    } else {
        struct xd_wants wants;

        warn_demo(cli, s);
        xd_undo_wants(xd_session_world(s), xd_undo_entry(xd_session_journal(s), id), &wants);
        if (look(s, &wants, err) < 0) {
            close_session(cli, s);
            return XD_EXIT_NO_SOURCE;
        }
        int rc = xd_plan_undo(xd_session_world(s), xd_session_journal(s), id, &plan, err);
        status = rc < 0 ? xd_cli_status_of(rc) : xd_cli_run_plan(cli, s, plan);
    }
    close_session(cli, s);
    return status;
}
