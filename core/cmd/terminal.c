/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that get the terminal, and `xendeck console`: see terminal.h. */
#include "cmd/terminal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "cmd/cli.h"

/* A value as one word: a guest's name must not become two of them, or an option. */
static int add_value(const struct xd_action *action, const struct xd_table_desc *d,
                     const struct xd_row *row, const char *name, size_t len, struct xd_buf *out,
                     struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    const char *column = xd_arena_strndup(&a, name, len);
    int col = xd_desc_column(d, column), rc = 0;
    struct xd_value v = col >= 0 ? xd_row_value(d, row, col) : XD_UNKNOWN;
    const char *text = v.have ? xd_value_exact(&v, &d->columns[col].kind, &a) : "";

    if (!*text || strpbrk(text, " \t") || *text == '-')
        rc = xd_err_set(err, -ENODATA, "%s: its %s is %s", action->name, column,
                        v.have ? "no single word" : "unknown");
    else
        xd_buf_add(out, text);
    xd_arena_done(&a);
    return rc;
}

static bool is_domain_0(const struct xd_table_desc *d, const struct xd_row *row)
{
    int col = strcmp(d->name, "domains") == 0 ? xd_desc_column(d, "id") : -1;

    return col >= 0 && row && xd_row_u64(row, col, 1) == 0;
}

int xd_terminal_line(const struct xd_action *action, const struct xd_table_desc *d,
                     const struct xd_row *row, struct xd_buf *out, struct xd_err *err)
{
    int rc = 0;

    if (is_domain_0(d, row))
        return xd_err_set(
            err, -ENOTSUP,
            "%s: Domain-0's console is this host's own: its screen or its serial line",
            action->name);
    for (const char *p = action->terminal; *p && rc == 0;) {
        size_t len = *p == '{' ? strcspn(p, "}") : 0;
        if (len && p[len]) {
            rc = add_value(action, d, row, p + 1, len - 1, out, err);
            p += len + 1;
        } else {
            xd_buf_addc(out, *p++);
        }
    }
    return rc;
}

int xd_terminal_split(char *line, char **argv)
{
    char *state;
    int n = 0;

    for (char *w = strtok_r(line, " ", &state); w && n < XD_TERMINAL_WORDS - 1;
         w = strtok_r(NULL, " ", &state))
        argv[n++] = w;
    argv[n] = NULL;
    return n;
}

/* --- xendeck console DOMAIN --- */

/* The program to run for an object, as a line on the heap of out. */
static int find_program(struct xd_session *s, const char *object, struct xd_buf *out,
                        struct xd_err *err)
{
    const struct xd_world *w = xd_session_world(s);
    const char *limit = xd_world_limit(w, "console");
    const struct xd_table *t;
    const struct xd_row *row;
    struct xd_offer o;
    int rc = xd_world_find(w, object, &t, &row, err);

    if (rc < 0)
        return rc;
    if (limit)
        return xd_err_set(err, -ENOTSUP, "console: %s", limit);
    if (!xd_world_offer(w, t->desc->name, "console", &o) || !o.action || !o.action->terminal)
        return xd_err_set(err, -ENOTSUP, "%s has no console here", object);
    return xd_terminal_line(o.action, t->desc, row, out, err);
}

int xd_cmd_console_of(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_cli *cli = ctx;
    struct xd_session *s = NULL;
    struct xd_session_config c;
    struct xd_buf line = XD_BUF_INIT;
    char *words[XD_TERMINAL_WORDS];
    int status = XD_EXIT_USAGE, rc;

    if (argc != 2) {
        xd_err_set(err, -EINVAL, "console of what? For example: xendeck console web1");
        return status;
    }
    if (xd_cli_option(cli, "readonly")) {
        xd_err_set(err, -EROFS, "a console can be typed into, and --readonly was asked for");
        return status;
    }
    if (xd_cli_session_config(cli, &c, err) < 0)
        return status;
    c.readonly = true;
    c.one_shot = true;
    c.errand = true;
    c.journal = "";
    if (xd_session_open(&c, &s, err) < 0)
        return XD_EXIT_NO_SOURCE;
    rc = xd_session_wait_samples(s, 1, XD_CLI_SAMPLE_TIMEOUT, err);
    status = rc < 0 ? XD_EXIT_NO_SOURCE : XD_EXIT_USAGE;
    if (rc == 0) {
        rc = find_program(s, argv[1], &line, err);
        status = rc < 0 ? xd_cli_status_of(rc) : XD_EXIT_DONE;
    }
    xd_session_close(s);
    if (rc == 0 && xd_terminal_split(line.s, words) > 0) {
        fflush(cli->out);
        execvp(words[0], words);
        xd_err_set(err, -errno, "%s can't be started: %s", words[0], strerror(errno));
        status = XD_EXIT_NO_SOURCE;
    }
    xd_buf_done(&line);
    return status;
}
