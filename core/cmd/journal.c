/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck journal`: what was done to the host, by whom, and how it ended. Needs no host to be
 * there: the file is read as it stands. */
#include "cmd/cli.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"

static void print_line(FILE *out, const struct xd_journal_entry *e)
{
    char when[20];

    fprintf(out, "%5llu  %s  %-11s  %s", (unsigned long long)e->id,
            xd_clock_local(e->begin_wall_ns, when), xd_outcome_name(e->outcome), e->title);
    if (e->undone_by)
        fprintf(out, " (undone by %llu)", (unsigned long long)e->undone_by);
    fprintf(out, "  [%s]\n", e->who);
}

static void print_steps(FILE *out, const struct xd_journal_entry *e)
{
    if (e->detail)
        fprintf(out, "       %s\n", e->detail);
    for (size_t i = 0; i < e->n; i++) {
        const struct xd_journal_step *s = &e->steps[i];
        fprintf(out, "    %zu. %s: %s%s%s\n", i + 1, s->text, xd_outcome_name(s->outcome),
                s->detail ? ": " : "", s->detail ? s->detail : "");
        if (s->xl)
            fprintf(out, "       as: %s\n", s->xl);
    }
    fprintf(out, "       undo: %s\n", e->no_undo ? e->no_undo : "possible");
}

static void json_entry(struct xd_json *j, const struct xd_journal_entry *e)
{
    char when[21];

    xd_json_open(j, NULL, '{');
    xd_json_u64(j, "id", e->id);
    xd_json_str(j, "begin", xd_clock_iso(e->begin_wall_ns, when));
    xd_json_str(j, "end", e->end_wall_ns ? xd_clock_iso(e->end_wall_ns, when) : NULL);
    xd_json_str(j, "who", e->who);
    xd_json_str(j, "title", e->title);
    xd_json_str(j, "outcome", xd_outcome_name(e->outcome));
    xd_json_str(j, "detail", e->detail);
    xd_json_str(j, "no_undo", e->no_undo);
    if (e->undoes)
        xd_json_u64(j, "undoes", e->undoes);
    if (e->undone_by)
        xd_json_u64(j, "undone_by", e->undone_by);
    xd_json_open(j, "steps", '[');
    for (size_t i = 0; i < e->n; i++) {
        const struct xd_journal_step *s = &e->steps[i];
        xd_json_open(j, NULL, '{');
        xd_json_str(j, "text", s->text);
        xd_json_str(j, "table", s->table);
        xd_json_str(j, "key", s->key);
        xd_json_str(j, "object", s->label);
        xd_json_str(j, s->is_action ? "action" : "knob", s->name);
        xd_json_str(j, "old", s->old);
        xd_json_str(j, "new", s->now);
        xd_json_str(j, "xl", s->xl);
        xd_json_str(j, "outcome", xd_outcome_name(s->outcome));
        xd_json_str(j, "detail", s->detail);
        xd_json_close(j, '}');
    }
    xd_json_close(j, ']');
    xd_json_close(j, '}');
}

static void print_json(FILE *out, const struct xd_journal *jr, uint64_t only)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;

    xd_json_init(&j, &b, true);
    xd_json_open(&j, NULL, '{');
    xd_json_u64(&j, "schema", 1);
    xd_json_open(&j, "entries", '[');
    for (size_t i = 0; i < xd_journal_count(jr); i++) {
        const struct xd_journal_entry *e = xd_journal_at(jr, i);
        if (!only || e->id == only)
            json_entry(&j, e);
    }
    xd_json_close(&j, ']');
    xd_json_close(&j, '}');
    fprintf(out, "%s\n", xd_buf_str(&b));
    xd_buf_done(&b);
}

/* The journal of the host that is meant, without opening the host. */
static int open_journal(struct xd_cli *cli, struct xd_journal **out, struct xd_err *err)
{
    struct xd_host_choice choice = {.n = 0};
    char path[4096];

    if (!xd_cli_option(cli, "journal")) {
        int rc = xd_registry_resolve(cli->registry, xd_cli_option(cli, "host"), NULL, &choice, err);
        if (rc < 0)
            return rc;
    }
    return xd_journal_open(xd_cli_journal_path(cli, &choice, path, sizeof(path)), &cli->clock,
                           cli->log, out, err);
}

int xd_cmd_journal(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_cli *cli = ctx;
    struct xd_journal *j = NULL;
    enum xd_format format;
    uint64_t id = 0;
    int status = XD_EXIT_USAGE;

    if (argc > 2 || (argc == 2 && (xd_parse_u64(argv[1], &id) < 0 || id == 0))) {
        xd_err_set(err, -EINVAL, "journal takes the number of one entry, not \"%s\"",
                   argv[argc - 1]);
        return status;
    }
    if (xd_cli_format(cli, &format, err) < 0)
        return status;
    if (format == XD_FORMAT_CSV) {
        xd_err_set(err, -EINVAL, "--output: the journal is a table or json");
        return status;
    }
    if (open_journal(cli, &j, err) < 0)
        return XD_EXIT_NO_SOURCE;
    const struct xd_journal_entry *one = id ? xd_journal_find(j, id) : NULL;
    if (id && !one) {
        xd_err_set(err, -ENOENT, "there is no entry %llu in %s", (unsigned long long)id,
                   xd_journal_path(j));
    } else if (format == XD_FORMAT_JSON) {
        print_json(cli->out, j, id);
        status = XD_EXIT_DONE;
    } else {
        for (size_t i = 0; i < xd_journal_count(j); i++)
            if (!id || xd_journal_at(j, i) == one)
                print_line(cli->out, xd_journal_at(j, i));
        if (one)
            print_steps(cli->out, one);
        if (!xd_journal_count(j))
            fprintf(cli->out, "The journal %s is empty.\n", xd_journal_path(j));
        status = XD_EXIT_DONE;
    }
    xd_journal_close(j);
    return status;
}
