/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line's frame: options, the command that is meant, errors and exit statuses. */
#include "cmd/cli.h"

#include <errno.h>
#include <locale.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

int xd_cli_fail(struct xd_cli *cli, int status, const struct xd_err *err)
{
    fprintf(cli->err, "xendeck: %s\n", xd_err_text(err));
    return status;
}

int xd_cli_status_of(int code)
{
    switch (code) {
    case -ENODEV:
        return XD_EXIT_NO_SOURCE;
    case -EROFS:
    case -EALREADY:
    case -ENOTSUP:
    case -EPERM:
    case -EACCES:
    case -ESRCH:
    case -ERANGE:  /* what the object's own bounds don't allow */
    case -ENODATA: /* what it is now is unknown: it could be neither checked nor undone */
        return XD_EXIT_REFUSED;
    default:
        return XD_EXIT_USAGE;
    }
}

const char *xd_cli_option(const struct xd_cli *cli, const char *name)
{
    for (int i = cli->n_given - 1; i >= 0; i--) /* the last one wins */
        if (strcmp(cli->given[i].option->name, name) == 0)
            return cli->given[i].value;
    return NULL;
}

int xd_cli_duration(const struct xd_cli *cli, const char *name, int64_t fallback_ns, int64_t *out,
                    struct xd_err *err)
{
    static const struct xd_kind seconds = {.type = XD_U64, .unit = XD_UNIT_NS};
    const char *text = xd_cli_option(cli, name);
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_value v;
    double bare;
    int rc = 0;

    *out = fallback_ns;
    if (!text)
        return 0;
    /* A bare number is seconds here, as in xentop -d and watch -n. */
    if (xd_parse_f64(text, &bare) == 0)
        text = xd_arena_printf(&a, "%ss", text);
    rc = xd_value_parse(text, &seconds, 0, &a, &v, err);
    if (rc == 0 && (v.cell.u < 10 * XD_NS_PER_MS || v.cell.u > 86400 * XD_NS_PER_S))
        rc = xd_err_set(err, -ERANGE, "%s is not between 10ms and 1 day", text);
    if (rc < 0)
        xd_err_prefix(err, "--%s: ", name);
    else
        *out = (int64_t)v.cell.u;
    xd_arena_done(&a);
    return rc;
}

int xd_cli_count(const struct xd_cli *cli, const char *name, uint64_t fallback, uint64_t *out,
                 struct xd_err *err)
{
    const char *text = xd_cli_option(cli, name);

    *out = fallback;
    if (text && (xd_parse_u64(text, out) < 0 || *out == 0))
        return xd_err_set(err, -EINVAL, "--%s: \"%s\" is not a number from 1 on", name, text);
    return 0;
}

int xd_cli_choice(const struct xd_cli *cli, const char *name, const char *const *names,
                  const char *list, int *out, struct xd_err *err)
{
    const char *text = xd_cli_option(cli, name);

    *out = -1;
    for (int i = 0; text && names[i]; i++)
        if (strcmp(text, names[i]) == 0)
            *out = i;
    if (text && *out < 0)
        return xd_err_set(err, -EINVAL, "--%s: \"%s\" is not %s", name, text, list);
    return 0;
}

int xd_cli_format(const struct xd_cli *cli, enum xd_format *out, struct xd_err *err)
{
    static const char *const names[] = {"table", "json", "csv", NULL};
    int i;
    int rc = xd_cli_choice(cli, "output", names, "table, json or csv", &i, err);

    *out = i < 0 ? XD_FORMAT_TABLE : (enum xd_format)i;
    return rc;
}

int xd_cli_session_config(struct xd_cli *cli, struct xd_session_config *c, struct xd_err *err)
{
    *c = (struct xd_session_config){
        .registry = cli->registry,
        .clock = &cli->clock,
        .log = cli->log,
        .host = xd_cli_option(cli, "host"),
        .readonly = xd_cli_option(cli, "readonly") != NULL,
        .journal = xd_cli_option(cli, "journal"),
        .interrupt_fd = cli->signals,
    };
    return xd_cli_duration(cli, "interval", 2 * XD_NS_PER_S, &c->interval_ns, err);
}

int xd_cli_look(struct xd_cli *cli, const char *host, const struct xd_want *wants, size_t n,
                struct xd_session **s, struct xd_err *err)
{
    struct xd_session_config c;
    int rc = xd_cli_session_config(cli, &c, err);

    *s = NULL;
    if (!c.host)
        c.host = host;
    c.readonly = c.one_shot = c.errand = true;
    c.journal = "";
    c.wants = wants;
    c.n_wants = n;
    if (rc == 0)
        rc = xd_session_open(&c, s, err);
    if (rc == 0 && n)
        xd_session_want(*s, wants, n);
    if (rc == 0)
        rc = xd_session_wait_samples(*s, 1, XD_CLI_SAMPLE_TIMEOUT, err);
    if (rc < 0) {
        xd_session_close(*s);
        *s = NULL;
    }
    return rc;
}

const char *xd_cli_journal_path(const struct xd_cli *cli, const struct xd_host_choice *choice,
                                char *out, size_t size)
{
    const char *given = xd_cli_option(cli, "journal");
    char host[sizeof(choice->name) + sizeof(choice->arg)];

    if (given)
        return given;
    snprintf(host, sizeof(host), "%s%s%s", choice->name, choice->arg[0] ? ":" : "", choice->arg);
    return xd_journal_default_path(host, out, size);
}

/* --- options --- */

static const struct xd_option *find_long(const struct xd_option *o, const char *name, size_t len)
{
    for (; o && o->name; o++)
        if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
            return o;
    return NULL;
}

static const struct xd_option *find_letter(const struct xd_option *o, char letter)
{
    for (; o && o->name; o++)
        if (o->letter && o->letter == letter)
            return o;
    return NULL;
}

static int unknown_option(const struct xd_option *own, const char *word, struct xd_err *err)
{
    const char *names[64];
    size_t n = 0;

    for (const struct xd_option *o = own; o && o->name && n < 64; o++)
        names[n++] = o->name;
    for (const struct xd_option *o = xd_cli_global_options; o->name && n < 64; o++)
        names[n++] = o->name;
    const char *near = strncmp(word, "--", 2) == 0 ? xd_str_nearest(word + 2, names, n) : NULL;
    return xd_err_set(err, -EINVAL, "there is no option \"%s\"%s%s%s", word,
                      near ? "; did you mean --" : "; see --help", near ? near : "",
                      near ? "?" : "");
}

static int give(struct xd_cli *cli, const struct xd_option *o, const char *value,
                struct xd_err *err)
{
    if (cli->n_given == XD_CLI_OPTIONS_MAX)
        return xd_err_set(err, -E2BIG, "more than %d options", XD_CLI_OPTIONS_MAX);
    cli->given[cli->n_given].option = o;
    cli->given[cli->n_given++].value = value;
    return 0;
}

/* "--name", "--name=value", "--name value": takes one or two words of argv; returns how many. */
static int take_long(struct xd_cli *cli, const struct xd_option *own, char **argv,
                     struct xd_err *err)
{
    const char *name = argv[0] + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    const struct xd_option *o = find_long(own, name, len);

    if (!o)
        o = find_long(xd_cli_global_options, name, len);
    if (!o)
        return unknown_option(own, argv[0], err);
    if (!o->arg && equals)
        return xd_err_set(err, -EINVAL, "--%s takes no value", o->name);
    if (o->arg && !equals && !argv[1])
        return xd_err_set(err, -EINVAL, "--%s needs a value: %s", o->name, o->arg);
    if (give(cli, o, !o->arg ? "" : equals ? equals + 1 : argv[1], err) < 0)
        return -E2BIG;
    return o->arg && !equals ? 2 : 1;
}

/* "-o json", "-ojson", "-1n5": the same for letters. */
static int take_letters(struct xd_cli *cli, const struct xd_option *own, char **argv,
                        struct xd_err *err)
{
    for (const char *p = argv[0] + 1; *p; p++) {
        const struct xd_option *o = find_letter(own, *p);

        if (!o)
            o = find_letter(xd_cli_global_options, *p);
        if (!o)
            return unknown_option(own, argv[0], err);
        if (o->arg && !p[1] && !argv[1])
            return xd_err_set(err, -EINVAL, "-%c needs a value: %s", *p, o->arg);
        if (give(cli, o, !o->arg ? "" : p[1] ? p + 1 : argv[1], err) < 0)
            return -E2BIG;
        if (o->arg)
            return p[1] ? 1 : 2;
    }
    return 1;
}

/* Takes the options out of argv from `from` on; the rest stays in order. With `stop`, ends at the
 * first word that is no option (the command's name). Returns the new argc or -EINVAL. */
static int take_options(struct xd_cli *cli, const struct xd_option *own, int from, int argc,
                        char **argv, bool stop, struct xd_err *err)
{
    int kept = from, i = from;

    while (i < argc) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (argv[i][0] != '-' || !argv[i][1]) {
            if (stop)
                break;
            argv[kept++] = argv[i++];
            continue;
        }
        int used = argv[i][1] == '-' ? take_long(cli, own, argv + i, err)
                                     : take_letters(cli, own, argv + i, err);
        if (used < 0)
            return used;
        i += used;
    }
    while (i < argc)
        argv[kept++] = argv[i++];
    argv[kept] = NULL;
    return kept;
}

static int print_version(struct xd_cli *cli)
{
    fprintf(cli->out, "xendeck %s\n", XD_VERSION);
    for (size_t i = 0; i < xd_registry_count(cli->registry); i++) {
        const struct xd_registry_entry *e = xd_registry_at(cli->registry, i);
        fprintf(cli->out, "  backend %-10s %s%s%s\n", e->name, e->origin, e->why ? ": " : "",
                e->why ? e->why : "");
    }
    return XD_EXIT_DONE;
}

static int open_common(struct xd_cli *cli, struct xd_err *err)
{
    char dirs[1024];

    xd_clock_init_real(&cli->clock);
    xd_log_init(cli->log, &cli->clock);
    return xd_registry_new(cli->builtin, cli->cards, xd_registry_default_dirs(dirs, sizeof(dirs)),
                           cli->log, &cli->registry, err);
}

const struct xd_command *xd_cli_command(const char *name, struct xd_err *err)
{
    const struct xd_command *c = xd_command_find(xd_cli_commands, name);
    const char *near = c ? NULL : xd_command_nearest(xd_cli_commands, name);

    if (!c)
        xd_err_set(err, -EINVAL, "there is no command \"%s\"%s%s%s", name,
                   near ? "; did you mean \"" : "; see xendeck --help", near ? near : "",
                   near ? "\"?" : "");
    return c;
}

/* A command lives for a moment and needs little memory: one heap for all threads, taken from the
 * kernel in a few large pieces, is cheaper than one each that grows by pages. */
static void set_memory(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TOP_PAD, 512 << 10);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

/* Its files are read for the widths of characters on a terminal, its own character set and regular
 * expressions: commands that have nothing of that start without. Before any thread is there. */
void xd_cli_take_locale(void)
{
    setlocale(LC_CTYPE, "");
}

static int run_command(struct xd_cli *cli, int argc, char **argv, struct xd_err *err)
{
    const struct xd_command *c = xd_cli_command(argv[0], err);

    if (!c)
        return XD_EXIT_USAGE;
    argc = take_options(cli, c->options, 1, argc, argv, false, err);
    if (argc < 0)
        return XD_EXIT_USAGE;
    if (xd_cli_option(cli, "help")) {
        xd_help_command(c, cli->out);
        return XD_EXIT_DONE;
    }
    set_memory();
    if (!(c->flags & XD_CMD_BARE))
        xd_cli_take_locale();
    return c->run(cli, argc, argv, err);
}

/* A full disk or a closed pipe is no success. What came of an edit stands all the same. */
static int end_output(struct xd_cli *cli, int status)
{
    struct xd_err err = XD_ERR_INIT;

    if (fflush(cli->out) != 0)
        xd_err_set(&err, -EIO, "standard output: %s", strerror(errno));
    else if (ferror(cli->out)) /* some time before: why isn't known any more */
        xd_err_set(&err, -EIO, "standard output: not all of it could be written");
    else
        return status;
    return xd_cli_fail(cli, status == XD_EXIT_DONE && !cli->edited ? XD_EXIT_USAGE : status, &err);
}

int xd_cli_main(struct xd_cli *cli, int argc, char **argv)
{
    struct xd_err err = XD_ERR_INIT;
    int status = XD_EXIT_USAGE;

    if (open_common(cli, &err) < 0)
        goto out;
    argc = take_options(cli, NULL, 1, argc, argv, true, &err);
    if (argc < 0)
        goto out;
    if (argc > 1)
        status = run_command(cli, argc - 1, argv + 1, &err);
    else if (xd_cli_option(cli, "version"))
        status = print_version(cli);
    else if (xd_cli_option(cli, "help"))
        xd_help_overview(cli, cli->out), status = XD_EXIT_DONE;
    else
        xd_cli_take_locale(), status = cli->console(cli, &err);
out:
    if (err.code)
        xd_cli_fail(cli, status, &err);
    status = end_output(cli, status);
    xd_registry_free(cli->registry);
    return status;
}
