/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck cpuid translate`: a spec in another program's words. */
#include "cmd/cpuid.h"
#include "xen/cpuid/into.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/slurp.h"
#include "model/tables_cpuid.h"
#include "xen/cpuid/translate.h"

#define SPEC_MAX (4 << 20) /* bytes of one from standard input */

struct translation {
    struct cpuid *c;
    enum xd_cpuid_format from, to;
    const struct xd_featureset *host; /* or NULL */
    struct xd_cpuid_spec spec;
    struct xd_cpuid_lost lost_in, lost_out;
    struct xd_cpuid_broken broken;
    struct xd_buf text;
};

static int read_spec_text(const char *word, struct xd_arena *a, const char **out,
                          struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    int rc = 0;

    *out = word;
    if (strcmp(word, "-") == 0) {
        rc = xd_slurp(word, SPEC_MAX, &b, err);
        while (b.len && strchr(" \t\r\n", b.s[b.len - 1])) /* what ends a line is no spec */
            xd_buf_cut(&b, b.len - 1);
        *out = xd_arena_strdup(a, xd_buf_str(&b));
        xd_buf_done(&b);
    }
    return rc;
}

static int formats(struct translation *t, const char *text, struct xd_err *err)
{
    int from, to;

    if (xd_cli_choice(t->c->cli, "to", xd_cpuid_format_names,
                      "spec, xl, xend, libvirt, qemu, hex or leaves", &to, err) < 0 ||
        xd_cli_choice(t->c->cli, "from", xd_cpuid_format_names, "spec, xl, xend, libvirt or qemu",
                      &from, err) < 0)
        return -EINVAL;
    if (to < 0)
        return xd_err_set(err, -EINVAL,
                          "into what? --to spec, xl, xend, libvirt, qemu, hex or "
                          "leaves");
    t->to = (enum xd_cpuid_format)to;
    t->from = from < 0 ? xd_cpuid_format_of(text) : (enum xd_cpuid_format)from;
    return 0;
}

/* The host that "host" means, where it is asked for or needed. */
static int find_host(struct translation *t, struct xd_err *err)
{
    const char *on = xd_cli_option(t->c->cli, "on");
    struct cpuid_named *list = NULL;
    size_t n = 0;
    bool needed = t->spec.base == XD_CPUID_BASE_HOST &&
                  (t->to == XD_CPUID_AS_HEX || t->to == XD_CPUID_AS_LEAVES);

    if (!on && !needed)
        return 0;
    if (cpuid_source(t->c, on ? on : "host", CPUID_HOST_SET, &list, &n, err) < 0)
        return -EINVAL;
    if (n != 1)
        return xd_err_set(err, -EINVAL, "%s has several sets: which one? %s:LABEL", on, on);
    t->host = &list[0].source->set.fs;
    return 0;
}

/* For Xen, a policy that the host takes: --on, else the live one, if there is one. */
static void fit(struct translation *t)
{
    const char *on = xd_cli_option(t->c->cli, "on");
    bool pv = t->c->guests == XD_CPUID_EVERY;
    const struct xd_cpuid_policy *of, *unasked;
    struct xd_err err = XD_ERR_INIT;
    struct cpuid_host *h = NULL;
    struct xd_cpuid_spec spec;
    struct xd_featureset left_out;
    struct xd_buf b = XD_BUF_INIT;
    int rc = on ? cpuid_on_host(t->c, &h, &err) : cpuid_host_live(t->c, &h, &err);

    xd_err_clear(&err);
    of = rc < 0 ? NULL : cpuid_host_find(h, "host");
    unasked = rc < 0 ? NULL : cpuid_host_unasked(h, pv);
    if (!of || !unasked || !of->source.leaves.n || !unasked->source.leaves.n)
        return;
    xd_cpuid_fit(t->c->db, &t->spec, t->c->guests, &of->source.leaves, &unasked->source.leaves,
                 &spec, &left_out);
    t->spec = spec;
    xd_cpuid_list(t->c->db, &left_out, 12, &b);
    if (b.len)
        fprintf(t->c->cli->err,
                "xendeck: left out, as %s has no such leaf and would refuse the guest: %s\n",
                h->title, xd_buf_str(&b));
    xd_buf_done(&b);
}

static void complain(struct translation *t)
{
    FILE *err = t->c->cli->err;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_cpuid_spec mended;

    for (size_t i = 0; i < t->lost_in.n; i++)
        fprintf(err, "xendeck: not understood: %s\n", t->lost_in.text[i]);
    for (size_t i = 0; i < t->lost_out.n; i++)
        fprintf(err, "xendeck: not said: %s\n", t->lost_out.text[i]);
    xd_cpuid_broken_text(t->c->db, &t->broken, 4, &b);
    if (b.len) {
        fprintf(err, "xendeck: Xen will take away what lacks something: %s\n", xd_buf_str(&b));
        xd_buf_clear(&b);
        xd_cpuid_spec_mend(t->c->db, &t->spec, t->host, &mended);
        xd_cpuid_spec_format(t->c->db, &mended, &b);
        fprintf(err, "xendeck: whole is: %s\n", xd_buf_str(&b));
    }
    xd_buf_done(&b);
}

static void print_json(struct translation *t)
{
    struct xd_buf b = XD_BUF_INIT, spec = XD_BUF_INIT;
    struct xd_json j;

    xd_cpuid_spec_format(t->c->db, &t->spec, &spec);
    xd_json_init(&j, &b, true);
    xd_json_open(&j, NULL, '{');
    xd_json_u64(&j, "schema", 1);
    xd_json_str(&j, "from", xd_cpuid_format_names[t->from]);
    xd_json_str(&j, "to", xd_cpuid_format_names[t->to]);
    xd_json_str(&j, "spec", xd_buf_str(&spec));
    xd_json_str(&j, "text", xd_buf_str(&t->text));
    xd_json_open(&j, "not_understood", '[');
    for (size_t i = 0; i < t->lost_in.n; i++)
        xd_json_str(&j, NULL, t->lost_in.text[i]);
    xd_json_close(&j, ']');
    xd_json_open(&j, "not_said", '[');
    for (size_t i = 0; i < t->lost_out.n; i++)
        xd_json_str(&j, NULL, t->lost_out.text[i]);
    xd_json_close(&j, ']');
    cpuid_json_names(t->c, &j, "unmet", &t->broken.unmet);
    xd_json_close(&j, '}');
    xd_buf_done(&spec);
    cpuid_print_json(t->c, &b);
}

/* --into: the policy as the domain's from its next start on. Shown, and with --yes written. */
static int put_into(struct translation *t, const char *config, struct xd_err *err)
{
    FILE *out = t->c->cli->out;
    struct xd_cpuid_into p;
    int rc = xd_cpuid_into_plan(config, xd_buf_str(&t->text), &p, err);

    if (rc == 0 && p.same) {
        fprintf(out, "%s says so already\n", config);
    } else if (rc == 0) {
        if (p.before)
            fprintf(out, "%s:%d: %s\n", config, p.line, xd_str_safe(&t->c->a, p.before, 4096));
        else
            fprintf(out, "%s: cpuid is not set\n", config);
        fprintf(out, "→ %s\n", xd_buf_str(&t->text));
        if (!xd_cli_option(t->c->cli, "yes")) {
            fprintf(out, "nothing was written: --yes does it\n");
        } else {
            rc = xd_cpuid_into_write(&p, err);
            if (rc == 0)
                fprintf(out, "written; as it was: %s\n", p.kept);
        }
        if (rc == 0)
            fprintf(out, "A running domain's policy doesn't change: it counts from the next "
                         "`xl create` on.\n");
    }
    xd_cpuid_into_done(&p);
    return rc;
}

/* With an installed libvirt's models, where ours do not do. */
static int read_spec(struct translation *t, const char *text, int *column, struct xd_err *err)
{
    struct cpuid *c = t->c;
    int rc =
        xd_cpuid_translate_from(c->db, text, t->from, &c->a, &t->spec, &t->lost_in, column, err);

    if (rc < 0 && cpuid_import_installed(c)) {
        xd_err_clear(err);
        rc = xd_cpuid_translate_from(c->db, text, t->from, &c->a, &t->spec, &t->lost_in, column,
                                     err);
    }
    return rc;
}

int cpuid_cmd_translate(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct cpuid *c = ctx;
    struct translation t = {.c = c};
    struct xd_featureset fs;
    struct xd_buf caret = XD_BUF_INIT;
    const char *text, *into = xd_cli_option(c->cli, "into");
    int column, status = XD_EXIT_DONE;

    if (argc != 2) {
        xd_err_set(err, -EINVAL,
                   "translate one spec, in quotes: xendeck cpuid translate "
                   "SandyBridge,-avx --to xl");
        return XD_EXIT_USAGE;
    }
    if (c->format == XD_FORMAT_CSV) {
        xd_err_set(err, -EINVAL, "a translation is text or json");
        return XD_EXIT_USAGE;
    }
    if (read_spec_text(argv[1], &c->a, &text, err) < 0 || formats(&t, text, err) < 0)
        return XD_EXIT_USAGE;
    if (into && t.to != XD_CPUID_AS_XL && t.to != XD_CPUID_AS_XEND) {
        xd_err_set(err, -EINVAL,
                   "--into goes with --to xl or --to xend: a domain's configuration "
                   "is written in these");
        return XD_EXIT_USAGE;
    }
    if (read_spec(&t, text, &column, err) < 0) {
        if (column)
            xd_cpuid_caret(text, column, &caret);
        fputs(xd_buf_str(&caret), c->cli->err);
        xd_buf_done(&caret);
        return XD_EXIT_USAGE;
    }
    if (find_host(&t, err) < 0)
        return XD_EXIT_USAGE;
    if (t.spec.base != XD_CPUID_BASE_HOST || t.host)
        xd_cpuid_spec_resolve(c->db, &t.spec, t.host, &fs, &t.broken, NULL);
    if (t.to == XD_CPUID_AS_XL || t.to == XD_CPUID_AS_XEND)
        fit(&t);
    if (xd_cpuid_translate(c->db, &t.spec, t.host, t.to, c->guests, &c->a, &t.text, &t.lost_out,
                           err) < 0) {
        xd_buf_done(&t.text);
        return XD_EXIT_USAGE;
    }
    if (into) {
        complain(&t);
        status = put_into(&t, into, err) < 0 ? XD_EXIT_USAGE : XD_EXIT_DONE;
    } else if (c->format == XD_FORMAT_JSON) {
        print_json(&t);
    } else {
        fprintf(c->cli->out, "%s\n", xd_buf_str(&t.text));
        complain(&t);
    }
    xd_buf_done(&t.text);
    return status;
}
