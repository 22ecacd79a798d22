/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck cpuid try`: what would a domain see? The action cpuid-try of the host makes one of its
 * configuration, paused, without its devices and under another name, reads its policy and destroys
 * it: a step like any other, planned, journalled, verified. */
#include "cmd/cpuid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "engine/edit.h"
#include "model/tables_cpuid.h"
#include "xen/cpuid/into.h"
#include "xen/cpuid/translate.h"

struct trying {
    struct cpuid *c;
    const char *config;
    FILE *out;
};

/* The line that a spec becomes on the live host. */
static int policy_line(struct cpuid *c, const char *text, struct xd_buf *out, struct xd_err *err)
{
    const struct xd_cpuid_policy *of, *unasked;
    struct xd_cpuid_spec spec, fitted;
    struct xd_featureset left_out;
    struct xd_cpuid_lost lost = {.n = 0};
    struct cpuid_host *h;

    if (cpuid_spec(c, text, &spec, err) < 0 || cpuid_host_live(c, &h, err) < 0)
        return -EINVAL;
    of = cpuid_host_find(h, "host");
    unasked = cpuid_host_unasked(h, c->guests == XD_CPUID_EVERY);
    if (!of || !unasked)
        return xd_err_set(err, -ENODATA, "%s doesn't tell what guests have unasked", h->title);
    xd_cpuid_fit(c->db, &spec, c->guests, &of->source.leaves, &unasked->source.leaves, &fitted,
                 &left_out);
    return xd_cpuid_translate(c->db, &fitted, NULL, XD_CPUID_AS_XL, c->guests, &c->a, out, &lost,
                              err);
}

/* --- what came of it --- */

static void say_set(struct cpuid *c, const char *title, const struct xd_featureset *s)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_cpuid_list(c->db, s, 64, &b);
    fprintf(c->cli->out, "%s:\n  ", title);
    cpuid_wrap(c->cli->out, 2, 2, b.len ? xd_buf_str(&b) : "nothing");
    xd_buf_done(&b);
}

/* The policy, beside what guests of its kind have unasked and what was predicted of the spec. */
struct outcome {
    const char *config;
    const struct xd_cpuid_tried *tried;
    bool have_unasked, predicted; /* false: nothing is known to compare with */
    struct xd_featureset more, less;
    struct xd_featureset not_foreseen, missing; /* on and off, against the prediction */
};

static bool as_predicted(const struct outcome *o)
{
    return xd_fs_empty(&o->not_foreseen) && xd_fs_empty(&o->missing);
}

/* Bits that follow the topology are not predicted. */
static void predict(struct cpuid *c, const struct cpuid_host *h, struct outcome *o)
{
    const char *text = xd_cli_option(c->cli, "spec");
    const struct xd_cpuid_policy *most = cpuid_host_most(h, c->guests == XD_CPUID_EVERY);
    const struct xd_cpuid_policy *unasked = cpuid_host_unasked(h, c->guests == XD_CPUID_EVERY);
    struct xd_featureset told;
    struct xd_cpuid_spec spec;

    if (!text || !most || !unasked || cpuid_spec(c, text, &spec, NULL) < 0)
        return;
    xd_cpuid_predict(c->db, &spec, c->guests, &unasked->source.set.fs, &most->source.set.fs, &told);
    o->predicted = true;
    o->not_foreseen = o->tried->set.fs;
    o->missing = told;
    xd_fs_minus(&o->not_foreseen, &told);
    xd_fs_minus(&o->missing, &o->tried->set.fs);
    for (int b = 0; b < XD_CPUID_BITS; b++) {
        const struct xd_cpuid_feature *f = xd_cpuid_feature(c->db, b);

        if (f && f->over == XD_CPUID_OVER_IGNORE) {
            xd_fs_del(&o->not_foreseen, b);
            xd_fs_del(&o->missing, b);
        }
    }
}

static void say(struct cpuid *c, const struct outcome *o)
{
    fprintf(c->cli->out, "A domain of %s would see %d features.\n", o->config,
            xd_fs_count(&o->tried->set.fs));
    if (o->have_unasked) {
        say_set(c, "More than guests of its kind have unasked", &o->more);
        say_set(c, "Less", &o->less);
    }
    if (o->predicted && as_predicted(o)) {
        fputs("It is what was predicted.\n", c->cli->out);
    } else if (o->predicted) {
        say_set(c, "It has, and was predicted not to", &o->not_foreseen);
        say_set(c, "It has not, and was predicted to", &o->missing);
    }
}

static void say_json(struct cpuid *c, const struct outcome *o)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;

    xd_json_init(&j, &b, true);
    xd_json_open(&j, NULL, '{');
    xd_json_u64(&j, "schema", 1);
    xd_json_str(&j, "config", o->config);
    xd_json_str(&j, "guests", o->tried->guests == XD_CPUID_FOR_PV ? "pv" : "hvm");
    cpuid_json_names(c, &j, "features", &o->tried->set.fs);
    if (o->have_unasked) {
        cpuid_json_names(c, &j, "more_than_unasked", &o->more);
        cpuid_json_names(c, &j, "less_than_unasked", &o->less);
    }
    if (o->predicted) {
        xd_json_bool(&j, "as_predicted", as_predicted(o));
        cpuid_json_names(c, &j, "on_unpredicted", &o->not_foreseen);
        cpuid_json_names(c, &j, "off_unpredicted", &o->missing);
    }
    xd_json_close(&j, '}');
    cpuid_print_json(c, &b);
}

static int report(struct cpuid *c, const char *config, const struct xd_cpuid_tried *tried,
                  struct xd_err *err)
{
    bool pv = tried->guests == XD_CPUID_FOR_PV;
    struct outcome o = {.config = config, .tried = tried};
    const struct xd_cpuid_policy *unasked;
    struct cpuid_host *h;

    if (cpuid_host_live(c, &h, err) < 0)
        return XD_EXIT_NO_SOURCE;
    if (pv)
        c->guests = XD_CPUID_EVERY;
    unasked = cpuid_host_unasked(h, pv);
    if (unasked) {
        o.have_unasked = true;
        o.more = tried->set.fs;
        o.less = unasked->source.set.fs;
        xd_fs_minus(&o.more, &unasked->source.set.fs);
        xd_fs_minus(&o.less, &tried->set.fs);
    }
    predict(c, h, &o);
    if (c->format == XD_FORMAT_JSON)
        say_json(c, &o);
    else
        say(c, &o);
    return as_predicted(&o) ? XD_EXIT_DONE : XD_EXIT_UNKNOWN;
}

/* The step is done: the host's next sample has the result. */
static int read_result(void *ctx, struct xd_session *s, struct xd_err *err)
{
    static const struct xd_want want = {"cpuid_try", XD_WANT_ALL};
    struct trying *t = ctx;
    struct xd_cpuid_tried tried;

    xd_session_want(s, &want, 1);
    xd_session_refresh(s);
    if (xd_session_wait_samples(s, 2, XD_CLI_SAMPLE_TIMEOUT, err) < 0)
        return XD_EXIT_UNKNOWN;
    if (!xd_cpuid_try_get(xd_world_table(xd_session_world(s), want.table), &tried)) {
        xd_err_set(err, -ENODATA, "the host doesn't tell what it had");
        return XD_EXIT_UNKNOWN;
    }
    t->c->cli->out = t->out;
    return report(t->c, t->config, &tried, err);
}

/* "file=… cpuid=…", in the arena; NULL with a sentence. */
static const char *params_of(struct cpuid *c, const char *config, struct xd_err *err)
{
    const char *spec = xd_cli_option(c->cli, "spec"), *value = "", *text = NULL;
    struct xd_buf line = XD_BUF_INIT, b = XD_BUF_INIT;
    char here[512] = "";

    if (config[0] != '/' && !getcwd(here, sizeof(here)))
        xd_err_set(err, -errno, "where we are can't be told: %s", strerror(errno));
    else if (!spec || policy_line(c, spec, &line, err) == 0)
        value = spec ? xd_cpuid_into_value(xd_buf_str(&line), &c->a) : "";
    if (!value)
        xd_err_set(err, -EINVAL, "%s has no line for a configuration", spec);
    if (!err->code) {
        xd_buf_add(&b, "file=");
        xd_wish_quote(&b, xd_arena_printf(&c->a, "%s%s%s", here, *here ? "/" : "", config));
        xd_buf_add(&b, spec ? " cpuid=" : "");
        if (spec)
            xd_wish_quote(&b, value);
        text = xd_arena_strdup(&c->a, xd_buf_str(&b));
    }
    xd_buf_done(&line);
    xd_buf_done(&b);
    return text;
}

int cpuid_cmd_try(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct cpuid *c = ctx;
    struct trying t = {.c = c, .out = c->cli->out};
    struct xd_wish wish = {"host", "cpuid-try", NULL};
    FILE *out = c->cli->out;

    if (argc != 2 || c->format == XD_FORMAT_CSV) {
        xd_err_set(err, -EINVAL,
                   argc != 2 ? "try which configuration? xendeck cpuid try /etc/xen/web1.cfg"
                             : "a dry run is text or json");
        return XD_EXIT_USAGE;
    }
    t.config = argv[1];
    wish.value = params_of(c, argv[1], err);
    if (!wish.value)
        return XD_EXIT_USAGE;
    c->cli->out = c->cli->err; /* what the step says of itself is no part of our output */
    int status = xd_cli_do(c->cli, &wish, read_result, &t, err);
    c->cli->out = out;
    return status;
}
