/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck cpuid VERB …`: CPU features and models in words. Needs no Xen: it works on files that
 * were written elsewhere, on names, and on what the CPUID instruction says here. */
#include "cmd/cpuid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static const struct {
    const char *name;
    int (*run)(struct cpuid *c, int argc, char **argv, struct xd_err *err);
    const char *usage;
} verbs[] = {
    {"explain", cpuid_cmd_explain, "explain FEATURE…"},
    {"models", cpuid_cmd_models, "models [MODEL…]"},
    {"show", cpuid_cmd_show, "show [SOURCE…]"},
    {"diff", cpuid_cmd_diff, "diff SOURCE SOURCE…"},
    {"level", cpuid_cmd_level, "level SOURCE…"},
    {"check", cpuid_cmd_check, "check SOURCE --on HOST"},
    {"matrix", cpuid_cmd_matrix, "matrix [SOURCE…]"},
    {"why", cpuid_cmd_why, "why FEATURE [COLUMN…]"},
    {"try", cpuid_cmd_try, "try CONFIG"},
    {"translate", cpuid_cmd_translate, "translate SPEC --to FORMAT"},
};

#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int unknown_verb(const char *word, struct xd_err *err)
{
    const char *names[N_VERBS];
    struct xd_buf all = XD_BUF_INIT;

    for (size_t i = 0; i < N_VERBS; i++) {
        names[i] = verbs[i].name;
        xd_buf_printf(&all, "%s%s", i ? ", " : "", verbs[i].usage);
    }
    const char *near = word ? xd_str_nearest(word, names, N_VERBS) : NULL;
    if (near)
        xd_err_set(err, -EINVAL, "cpuid can't \"%s\"; did you mean %s?", word, near);
    else
        xd_err_set(err, -EINVAL, "cpuid does one of: %s", xd_buf_str(&all));
    xd_buf_done(&all);
    return XD_EXIT_USAGE;
}

void cpuid_json_names(struct cpuid *c, struct xd_json *j, const char *key,
                      const struct xd_featureset *s)
{
    char buf[16];

    xd_json_open(j, key, '[');
    for (int b = xd_fs_next(s, 0); b >= 0; b = xd_fs_next(s, b + 1))
        xd_json_str(j, NULL, xd_cpuid_name(c->db, b, buf));
    xd_json_close(j, ']');
}

/* Words of the text up to column 79, further lines indented; `used` columns are taken already. */
void cpuid_wrap(FILE *out, int used, int indent, const char *text)
{
    int col = used;

    while (*text) {
        char word[256];
        size_t len = strcspn(text, " "), n = len < sizeof(word) ? len : sizeof(word) - 1;
        snprintf(word, sizeof(word), "%.*s", (int)n, text);
        int width = xd_str_width(word);

        if (col > indent && col > used && col + 1 + width > 79) {
            fprintf(out, "\n%*s", indent, "");
            col = indent;
        } else if (col > used) {
            fputc(' ', out);
            col++;
        }
        fwrite(text, 1, len, out);
        col += width;
        used = indent;
        text += len;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

void cpuid_print_json(struct cpuid *c, struct xd_buf *b)
{
    xd_buf_addc(b, '\n');
    fwrite(xd_buf_str(b), 1, b->len, c->cli->out);
    xd_buf_done(b);
}

int cpuid_spec(struct cpuid *c, const char *text, struct xd_cpuid_spec *out, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    int column, rc = xd_cpuid_spec_parse(c->db, text, out, &column, err);

    if (rc < 0 && cpuid_import_installed(c)) {
        xd_err_clear(err);
        rc = xd_cpuid_spec_parse(c->db, text, out, &column, err);
    }
    if (rc < 0) {
        xd_cpuid_caret(text, column, &b);
        fputs(xd_buf_str(&b), c->cli->err);
        xd_buf_done(&b);
    }
    return rc;
}

int xd_cmd_cpuid(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct cpuid c = {.cli = ctx, .guests = XD_CPUID_HVM_HAP};
    int status = XD_EXIT_USAGE;
    size_t v = 0;

    while (argc > 1 && v < N_VERBS && strcmp(argv[1], verbs[v].name) != 0)
        v++;
    if (argc < 2 || v == N_VERBS)
        return unknown_verb(argc > 1 ? argv[1] : NULL, err);
    if (xd_cli_format(c.cli, &c.format, err) < 0 || xd_cpuid_db_new(&c.db, err) < 0)
        return XD_EXIT_USAGE;
    if (xd_cli_option(c.cli, "pv"))
        c.guests = XD_CPUID_EVERY;
    if (xd_cli_option(c.cli, "all"))
        memset(&c.of, 0xff, sizeof(c.of));
    else
        xd_cpuid_visible(c.db, c.guests, false, &c.of);
    if (cpuid_import(&c, err) == 0)
        status = verbs[v].run(&c, argc - 1, argv + 1, err);
    xd_cpuid_db_free(c.db);
    xd_err_clear(&c.why_not);
    xd_arena_done(&c.a);
    return status;
}
