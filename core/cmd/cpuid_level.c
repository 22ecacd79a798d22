/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck cpuid level` and `check`: what runs everywhere, and whether one guest runs there. */
#include "cmd/cpuid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "xen/cpuid/translate.h"

struct levelled {
    struct cpuid *c;
    struct cpuid_named *list;
    size_t n;
    struct xd_cpuid_level level;
    struct xd_featureset on_request; /* common, but not in the policy for xl */
    struct xd_featureset *loss;      /* of each */
    struct xd_featureset *leafless;  /* of the policy for xl: those that it has no leaf for */
    struct xd_cpuid_spec spec;       /* common, in the fewest words */
    enum xd_cpuid_vendor vendor;
    bool mixed; /* hosts of several vendors */
    struct xd_buf spec_text, xl, hex;
};

/* One vendor, or ANY. */
static void find_vendor(struct levelled *v)
{
    for (size_t i = 0; i < v->n; i++) {
        enum xd_cpuid_vendor one = v->list[i].vendor;

        if (v->vendor && one && one != v->vendor)
            v->mixed = true;
        if (one)
            v->vendor = one;
    }
    if (v->mixed)
        v->vendor = XD_VENDOR_ANY;
}

/* The level in the words that people paste. */
static void say(struct levelled *v)
{
    struct cpuid *c = v->c;
    struct xd_cpuid_spec policy;
    struct xd_cpuid_set set = {.fs = v->level.common, .known = UINT32_MAX};
    struct xd_cpuid_lost lost;

    xd_cpuid_spec_nearest(c->db, &v->level.common, v->vendor, false, &v->spec);
    /* Of the model only what is looked at matters. */
    xd_fs_and(&v->spec.remove, &c->of);
    xd_cpuid_spec_format(c->db, &v->spec, &v->spec_text);
    xd_cpuid_level_spec(c->db, &v->level, c->guests, &policy, &v->on_request);
    for (size_t i = 0; i < v->n; i++) {
        const struct xd_cpuid_leaves *l = &v->list[i].source->leaves;
        struct xd_cpuid_spec fitted;

        if (l->n)
            xd_cpuid_fit(c->db, &policy, c->guests, l, l, &fitted, &v->leafless[i]);
    }
    xd_cpuid_translate(c->db, &policy, NULL, XD_CPUID_AS_XL, c->guests, &c->a, &v->xl, &lost, NULL);
    xd_cpuid_hex_format(&set, ':', &v->hex);
}

static void set_text(struct levelled *v, const char *title, const struct xd_featureset *s,
                     const char *why)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_cpuid_list(v->c->db, s, 16, &b);
    if (b.len) {
        fprintf(v->c->cli->out, "%s (%s):\n  ", title, why);
        cpuid_wrap(v->c->cli->out, 2, 2, xd_buf_str(&b));
    }
    xd_buf_done(&b);
}

/* Hosts that lose the same stand in one line. */
static void losses_text(struct levelled *v)
{
    bool *done = xd_arena_array(&v->c->a, v->n, sizeof(*done));
    FILE *out = v->c->cli->out;

    for (size_t i = 0; i < v->n; i++) {
        struct xd_buf names = XD_BUF_INIT, features = XD_BUF_INIT;
        size_t same = 0;

        if (done[i] || xd_fs_empty(&v->loss[i]))
            continue;
        for (size_t k = i; k < v->n; k++) {
            if (!xd_fs_equal(&v->loss[i], &v->loss[k]))
                continue;
            done[k] = true;
            if (same++ < 4)
                xd_buf_printf(&names, "%s%s", same > 1 ? ", " : "", v->list[k].label);
        }
        if (same > 4)
            xd_buf_printf(&names, " and %zu more", same - 4);
        xd_cpuid_list(v->c->db, &v->loss[i], 16, &features);
        fprintf(out, "%s lose%s %d:\n  ", xd_buf_str(&names), same == 1 ? "s" : "",
                xd_fs_count(&v->loss[i]));
        cpuid_wrap(out, 2, 2, xd_buf_str(&features));
        xd_buf_done(&names);
        xd_buf_done(&features);
    }
}

/* Xen refuses a policy with a bit in a leaf that the host hasn't got. */
static void leafless_text(struct levelled *v)
{
    for (size_t i = 0; i < v->n; i++) {
        struct xd_buf b = XD_BUF_INIT;

        xd_cpuid_list(v->c->db, &v->leafless[i], 16, &b);
        if (b.len) {
            fprintf(v->c->cli->out,
                    "on %s leave these out of the text for xl.cfg; it has no such leaf of CPUID, "
                    "and Xen 4.17\nwould not start the guest:\n  ",
                    v->list[i].label);
            cpuid_wrap(v->c->cli->out, 2, 2, xd_buf_str(&b));
        }
        xd_buf_done(&b);
    }
}

static void level_text(struct levelled *v)
{
    struct cpuid *c = v->c;
    FILE *out = c->cli->out;

    fprintf(out, "%zu host%s have %d features in common%s\n\n", v->n, v->n == 1 ? "" : "s",
            xd_fs_count(&v->level.common),
            xd_cli_option(c->cli, "all")  ? ""
            : c->guests == XD_CPUID_EVERY ? " that PV guests can see"
                                          : " that HVM guests can see");
    if (v->mixed)
        fputs("They are of several vendors: no guest moves between those, whatever it sees.\n\n",
              out);
    fprintf(out, "as a model     %s\nfor xl.cfg     %s\nfeatureset     %s\n\n",
            xd_buf_str(&v->spec_text), xd_buf_str(&v->xl), xd_buf_str(&v->hex));
    set_text(v, "left out", &v->level.unmet, "all have them, but not all that they need");
    set_text(v, "left out", &v->level.unknown, "some hosts don't tell of them");
    set_text(v, "on all of them", &v->level.told,
             "one host has them, and Xen can set them on each");
    set_text(v, "not asked for", &v->on_request,
             "common, but a guest has them only if its configuration says so");
    losses_text(v);
    leafless_text(v);
}

static void level_json(struct levelled *v)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;

    xd_json_init(&j, &b, true);
    xd_json_open(&j, NULL, '{');
    xd_json_u64(&j, "schema", 1);
    xd_json_u64(&j, "n_hosts", v->n);
    xd_json_bool(&j, "mixed_vendors", v->mixed);
    xd_json_str(&j, "vendor", v->vendor ? xd_cpuid_vendor_name(v->vendor) : NULL);
    xd_json_str(&j, "spec", xd_buf_str(&v->spec_text));
    xd_json_str(&j, "xl", xd_buf_str(&v->xl));
    xd_json_str(&j, "featureset", xd_buf_str(&v->hex));
    cpuid_json_names(v->c, &j, "common", &v->level.common);
    cpuid_json_names(v->c, &j, "unmet", &v->level.unmet);
    cpuid_json_names(v->c, &j, "unknown", &v->level.unknown);
    cpuid_json_names(v->c, &j, "set_on_all", &v->level.told);
    cpuid_json_names(v->c, &j, "on_request", &v->on_request);
    xd_json_open(&j, "hosts", '[');
    for (size_t i = 0; i < v->n; i++) {
        xd_json_open(&j, NULL, '{');
        xd_json_str(&j, "name", v->list[i].label);
        cpuid_json_names(v->c, &j, "loses", &v->loss[i]);
        cpuid_json_names(v->c, &j, "no_leaf", &v->leafless[i]);
        xd_json_close(&j, '}');
    }
    xd_json_close(&j, ']');
    xd_json_close(&j, '}');
    cpuid_print_json(v->c, &b);
}

static int text_or_json(struct cpuid *c, struct xd_err *err)
{
    return c->format == XD_FORMAT_CSV ? xd_err_set(err, -EINVAL, "this is text or json") : 0;
}

int cpuid_cmd_level(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct cpuid *c = ctx;
    struct levelled v = {.c = c};

    if (argc < 2) {
        xd_err_set(err, -EINVAL,
                   "level which hosts? For example: xendeck cpuid level host1.txt host2.txt");
        return XD_EXIT_USAGE;
    }
    if (text_or_json(c, err) < 0)
        return XD_EXIT_USAGE;
    for (int i = 1; i < argc; i++)
        if (cpuid_source(c, argv[i], CPUID_HOST_SET, &v.list, &v.n, err) < 0)
            return XD_EXIT_USAGE;
    const struct xd_cpuid_set **sets = xd_arena_array(&c->a, v.n, sizeof(*sets));
    for (size_t i = 0; i < v.n; i++)
        sets[i] = &v.list[i].source->set;
    xd_cpuid_level(c->db, sets, v.n, &c->of, &v.level);
    v.loss = xd_arena_array(&c->a, v.n, sizeof(*v.loss));
    v.leafless = xd_arena_array(&c->a, v.n, sizeof(*v.leafless));
    for (size_t i = 0; i < v.n; i++)
        xd_cpuid_level_loss(c->db, &v.level, sets[i], &c->of, &v.loss[i]);
    find_vendor(&v);
    say(&v);
    if (c->format == XD_FORMAT_JSON)
        level_json(&v);
    else
        level_text(&v);
    xd_buf_done(&v.spec_text);
    xd_buf_done(&v.xl);
    xd_buf_done(&v.hex);
    return XD_EXIT_DONE;
}

/* --- check --- */

static void check_text(struct cpuid *c, const char *guest, const char *host,
                       const struct xd_cpuid_verdict *v)
{
    static const char *const says[] = {"yes: %s can run on %s\n", "no: %s can't run on %s\n",
                                       "unsure: nobody knows whether %s can run on %s\n"};
    static const char *const signs[] = {"note", "no", "unsure"};

    fprintf(c->cli->out, says[v->answer], guest, host);
    for (size_t i = 0; i < v->n; i++) {
        fprintf(c->cli->out, "  %-6s ", signs[v->reason[i].answer]);
        cpuid_wrap(c->cli->out, 9, 9, v->reason[i].text);
        if (v->reason[i].remedy) {
            fprintf(c->cli->out, "         ");
            cpuid_wrap(c->cli->out, 9, 9, v->reason[i].remedy);
        }
    }
    if (v->restart)
        fprintf(c->cli->out, "started anew it would run there with %s\n", v->restart);
}

static void check_json(struct cpuid *c, const char *guest, const char *host,
                       const struct xd_cpuid_verdict *v)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;
    char buf[16];

    xd_json_init(&j, &b, true);
    xd_json_open(&j, NULL, '{');
    xd_json_u64(&j, "schema", 1);
    xd_json_str(&j, "guest", guest);
    xd_json_str(&j, "host", host);
    xd_json_str(&j, "answer", xd_cpuid_answer_text(v->answer));
    cpuid_json_names(c, &j, "missing", &v->missing);
    cpuid_json_names(c, &j, "unknown", &v->unknown);
    xd_json_str(&j, "restart", v->restart);
    xd_json_open(&j, "reasons", '[');
    for (size_t i = 0; i < v->n; i++) {
        const struct xd_cpuid_reason *r = &v->reason[i];

        xd_json_open(&j, NULL, '{');
        xd_json_str(&j, "answer", xd_cpuid_answer_text(r->answer));
        xd_json_str(&j, "feature", r->bit < 0 ? NULL : xd_cpuid_name(c->db, r->bit, buf));
        xd_json_str(&j, "text", r->text);
        xd_json_str(&j, "remedy", r->remedy);
        xd_json_close(&j, '}');
    }
    xd_json_close(&j, ']');
    xd_json_close(&j, '}');
    cpuid_print_json(c, &b);
}

/* A PV domain is held against what PV guests can have. */
static int for_pv(struct cpuid *c)
{
    c->guests = XD_CPUID_EVERY;
    if (!xd_cli_option(c->cli, "all"))
        xd_cpuid_visible(c->db, c->guests, false, &c->of);
    return 0;
}

int cpuid_cmd_check(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct cpuid *c = ctx;
    const char *on = xd_cli_option(c->cli, "on");
    struct cpuid_named *list = NULL;
    struct xd_cpuid_verdict v;
    size_t n = 0;

    if (argc != 2 || !on) {
        xd_err_set(err, -EINVAL,
                   "check one guest on one host: xendeck cpuid check SandyBridge "
                   "--on host2.txt");
        return XD_EXIT_USAGE;
    }
    if (text_or_json(c, err) < 0 || cpuid_source(c, argv[1], CPUID_GUEST_SET, &list, &n, err) < 0 ||
        (list[0].pv && for_pv(c) < 0) || cpuid_source(c, on, CPUID_HOST_SET, &list, &n, err) < 0)
        return XD_EXIT_USAGE;
    if (n != 2) {
        xd_err_set(err, -EINVAL, "%s has several sets: which one is the host's? %s:LABEL", on, on);
        return XD_EXIT_USAGE;
    }
    /* What no guest sees is no matter of a guest's; a policy read from Xen has nothing of it. */
    struct xd_cpuid_source guest = *list[0].source, host = *list[1].source;
    xd_fs_and(&guest.set.fs, &c->of);
    struct xd_featureset looked = host.set.fs;
    xd_fs_and(&looked, &c->of);
    host.set.fs = looked;
    xd_cpuid_check(c->db, list[0].label, &guest, list[1].label, &host, &c->a, &v);
    if (c->format == XD_FORMAT_JSON)
        check_json(c, list[0].label, list[1].label, &v);
    else
        check_text(c, list[0].label, list[1].label, &v);
    return v.answer == XD_CPUID_YES  ? XD_EXIT_DONE
           : v.answer == XD_CPUID_NO ? XD_EXIT_REFUSED
                                     : XD_EXIT_UNKNOWN;
}
