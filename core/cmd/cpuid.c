/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck cpuid VERB …`: CPU features and models in words. Needs no Xen: it works on files that
 * were written elsewhere, on names, and on what the CPUID instruction says here. */
#include "cmd/cpuid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cmd/verb.h"

static const struct xd_verb verbs[] = {
    {"explain FEATURE…", cpuid_cmd_explain},
    {"models [MODEL…]", cpuid_cmd_models},
    {"show [SOURCE…]", cpuid_cmd_show},
    {"diff SOURCE SOURCE…", cpuid_cmd_diff},
    {"level SOURCE…", cpuid_cmd_level},
    {"check SOURCE --on HOST", cpuid_cmd_check},
    {"matrix [SOURCE…]", cpuid_cmd_matrix},
    {"why FEATURE [COLUMN…]", cpuid_cmd_why},
    {"try CONFIG", cpuid_cmd_try},
    {"translate SPEC --to FORMAT", cpuid_cmd_translate},
    {NULL},
};

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
    const struct xd_verb *verb = xd_verb_find(verbs, argc, argv, err);

    if (!verb)
        return XD_EXIT_USAGE;
    if (xd_cli_format(c.cli, &c.format, err) < 0 || xd_cpuid_db_new(&c.db, err) < 0)
        return XD_EXIT_USAGE;
    if (xd_cli_option(c.cli, "pv"))
        c.guests = XD_CPUID_EVERY;
    if (xd_cli_option(c.cli, "all"))
        memset(&c.of, 0xff, sizeof(c.of));
    else
        xd_cpuid_visible(c.db, c.guests, false, &c.of);
    if (cpuid_import(&c, err) == 0)
        status = verb->run(&c, argc - 1, argv + 1, err);
    xd_cpuid_db_free(c.db);
    xd_err_clear(&c.why_not);
    xd_arena_done(&c.a);
    return status;
}
