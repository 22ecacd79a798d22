/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck policy VERB …`: scheduling policies checked, tried on recorded load, explained, and
 * carried out. Only what the daemon does (policy_run.c) touches a host. */
#include "cmd/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cmd/verb.h"

static const struct xd_verb verbs[] = {
    {"check FILE…", policy_cmd_check},
    {"simulate FILE --from LOAD", policy_cmd_simulate},
    {"explain DOMAIN [--policy FILE]", policy_cmd_explain},
    {"run FILE", policy_cmd_run},
    {"status", policy_cmd_status},
    {"pause [DOMAIN]", policy_cmd_pause},
    {"resume [DOMAIN]", policy_cmd_resume},
    {"budget RULE", policy_cmd_budget},
    {"reload", policy_cmd_reload},
    {"show [NAME]", policy_cmd_show},
    {"reference", policy_cmd_reference},
    {NULL},
};

static const struct xd_table_desc *desc_of(void *arg, const char *table)
{
    return xd_registry_desc(arg, table);
}

int policy_parse(struct policy *c, const char *path, struct xd_policy **out, struct xd_err *err)
{
    struct xd_policy_env env = {desc_of, c->cli->registry, xd_clock_wall(&c->cli->clock)};

    return xd_policy_load(path, c->cli->registry ? &env : NULL, out, err);
}

int policy_load(struct policy *c, const char *path, struct xd_policy **out, struct xd_err *err)
{
    if (policy_parse(c, path, out, err) < 0)
        return -EINVAL;
    for (size_t i = 0; i < (*out)->n_warnings; i++)
        fprintf(c->cli->err, "xendeck: warning: %s\n", (*out)->warnings[i]);
    return 0;
}

/* --- check --- */

static void check_json(struct xd_json *j, const char *path, const struct xd_policy *p,
                       const struct xd_err *err)
{
    xd_json_open(j, NULL, '{');
    xd_json_str(j, "file", path);
    xd_json_bool(j, "valid", p != NULL);
    xd_json_str(j, "error", p ? NULL : xd_err_text(err));
    xd_json_str(j, "policy", p ? p->name : NULL);
    xd_json_open(j, "rules", '[');
    for (size_t i = 0; p && i < p->n; i++)
        xd_json_str(j, NULL, p->rules[i].name);
    xd_json_close(j, ']');
    xd_json_open(j, "warnings", '[');
    for (size_t i = 0; p && i < p->n_warnings; i++)
        xd_json_str(j, NULL, p->warnings[i]);
    xd_json_close(j, ']');
    xd_json_close(j, '}');
}

int policy_cmd_check(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct policy *c = ctx;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;
    int status = XD_EXIT_DONE;

    if (argc < 2) {
        xd_err_set(err, -EINVAL, "which file? xendeck policy check FILE…");
        return XD_EXIT_USAGE;
    }
    xd_json_init(&j, &b, true);
    xd_json_open(&j, NULL, '[');
    for (int i = 1; i < argc; i++) {
        struct xd_err why = XD_ERR_INIT;
        struct xd_policy *p;

        if (c->format == XD_FORMAT_JSON) {
            if (policy_parse(c, argv[i], &p, &why) < 0)
                status = XD_EXIT_USAGE;
            check_json(&j, argv[i], p, &why);
        } else if (policy_load(c, argv[i], &p, &why) < 0) {
            status = XD_EXIT_USAGE;
            fprintf(c->cli->err, "xendeck: %s\n", why.text);
        } else {
            fprintf(c->cli->out, "%s: policy %s, %zu rule%s: valid\n", p->file, p->name, p->n,
                    p->n == 1 ? "" : "s");
        }
        xd_policy_free(p);
    }
    xd_json_close(&j, ']');
    if (c->format == XD_FORMAT_JSON)
        fprintf(c->cli->out, "%s\n", xd_buf_str(&b));
    xd_buf_done(&b);
    return status;
}

/* --- texts --- */

int policy_cmd_show(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct policy *c = ctx;
    const char *names[32], *near;
    size_t n = 0;

    for (const struct xd_embedded *e = xd_embedded_policies; e->name && n < 32; e++) {
        names[n++] = e->name;
        if (argc > 1 && strcmp(e->name, argv[1]) == 0) {
            fwrite(e->data, 1, e->len, c->cli->out);
            return XD_EXIT_DONE;
        }
    }
    if (argc > 1) {
        near = xd_str_nearest(argv[1], names, n);
        xd_err_set(err, -ENOENT, "no policy \"%s\" comes with xendeck%s%s%s", argv[1],
                   near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
        return XD_EXIT_USAGE;
    }
    for (size_t i = 0; i < n; i++) {
        struct xd_policy *p;

        if (xd_policy_load(names[i], NULL, &p, err) < 0)
            return XD_EXIT_USAGE;
        fprintf(c->cli->out, "%-16s %s\n", names[i], p->title);
        xd_policy_free(p);
    }
    return XD_EXIT_DONE;
}

int policy_cmd_reference(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct policy *c = ctx;
    struct xd_buf b = XD_BUF_INIT;

    xd_policy_reference(&b);
    fputs(xd_buf_str(&b), c->cli->out);
    xd_buf_done(&b);
    return XD_EXIT_DONE;
}

int xd_cmd_policy(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct policy c = {.cli = ctx};
    const struct xd_verb *verb = xd_verb_find(verbs, argc, argv, err);

    if (!verb)
        return XD_EXIT_USAGE;
    if (xd_cli_format(c.cli, &c.format, err) < 0)
        return XD_EXIT_USAGE;
    if (c.format == XD_FORMAT_CSV) {
        xd_err_set(err, -EINVAL, "--output: policy prints text (table) or json");
        return XD_EXIT_USAGE;
    }
    return verb->run(&c, argc - 1, argv + 1, err);
}
