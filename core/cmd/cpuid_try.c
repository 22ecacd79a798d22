/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck cpuid try`: what would a domain see? One is made of its configuration, paused, without
 * its devices and under another name; its policy is read, and it is destroyed. Both are steps like
 * any other: planned, journalled, verified. */
#include "cmd/cpuid.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/slurp.h"
#include "model/tables_cpuid.h"
#include "xen/cpuid/translate.h"

#define CONFIG_BYTES_MAX (1 << 20)

/* Behind all that the file says, so that this counts. Memory has no part in the policy; devices
 * must not be touched, and a guest that never runs needs none. */
static const char overrides[] = "\n"
                                "memory = 128\n"
                                "maxmem = 128\n"
                                "disk = []\n"
                                "vif = []\n"
                                "pci = []\n"
                                "on_poweroff = \"destroy\"\n"
                                "on_reboot = \"destroy\"\n"
                                "on_crash = \"destroy\"\n";

/* The throw-away domain. */
struct cpuid_try {
    char name[32], uuid[37];
    char path[64]; /* of its configuration; "": there is none */
};

static void end_try(struct cpuid_try *t)
{
    if (t->path[0])
        unlink(t->path);
}

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

/* The configuration of the throw-away domain, in a file that only we can read. */
static int write_config(struct cpuid *c, struct cpuid_try *t, const char *config,
                        struct xd_err *err)
{
    const char *spec = xd_cli_option(c->cli, "spec");
    struct xd_buf b = XD_BUF_INIT;
    int rc = xd_slurp(config, CONFIG_BYTES_MAX, &b, err), fd = -1;

    if (rc == 0) {
        xd_buf_add(&b, overrides);
        xd_buf_printf(&b, "name = \"%s\"\nuuid = \"%s\"\n", t->name, t->uuid);
        rc = spec ? policy_line(c, spec, &b, err) : 0;
        xd_buf_addc(&b, '\n');
    }
    if (rc == 0) {
        fd = mkstemps(t->path, 4);
        if (fd < 0)
            t->path[0] = '\0';
        if (fd < 0 || write(fd, b.s, b.len) != (ssize_t)b.len)
            rc = xd_err_set(err, -errno, "no file for the configuration: %s", strerror(errno));
    } else {
        t->path[0] = '\0';
    }
    if (fd >= 0)
        close(fd);
    xd_buf_done(&b);
    return rc;
}

/* A random (version 4) UUID. */
static int make_names(struct cpuid_try *t, struct xd_err *err)
{
    unsigned char r[16];

    if (getentropy(r, sizeof(r)) < 0)
        return xd_err_set(err, -errno, "no random numbers: %s", strerror(errno));
    r[6] = (r[6] & 0x0f) | 0x40;
    r[8] = (r[8] & 0x3f) | 0x80;
    snprintf(t->uuid, sizeof(t->uuid),
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", r[0], r[1],
             r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14],
             r[15]);
    snprintf(t->name, sizeof(t->name), "xendeck-try-%.8s", t->uuid);
    snprintf(t->path, sizeof(t->path), "/tmp/%s-XXXXXX.cfg", t->name);
    return 0;
}

/* One step by the same way as `do`; what it says of itself is no part of our output. */
static int run_step(struct cpuid *c, int argc, const char *const *argv, struct xd_err *err)
{
    FILE *out = c->cli->out;

    c->cli->out = c->cli->err;
    int status = xd_cmd_do(c->cli, argc, (char **)(uintptr_t)argv, err);
    c->cli->out = out;
    return status;
}

static int destroy(struct cpuid *c, struct cpuid_try *t)
{
    static const struct xd_option yes = {"yes", 'y', NULL, ""};
    char object[80];
    const char *argv[] = {"do", object, "destroy", NULL};
    struct xd_err err = XD_ERR_INIT;
    int given = c->cli->n_given;

    snprintf(object, sizeof(object), "domain/%s", t->uuid);
    if (given < XD_CLI_OPTIONS_MAX) { /* nobody else's domain: there is nothing to ask */
        c->cli->given[given].option = &yes;
        c->cli->given[given].value = "";
        c->cli->n_given++;
    }
    int status = run_step(c, 3, argv, &err);
    c->cli->n_given = given;
    if (status != XD_EXIT_DONE)
        fprintf(c->cli->err,
                "xendeck: %s could not be destroyed%s%s; do that: xendeck do domain/%s destroy\n",
                t->name, err.code ? ": " : "", err.code ? xd_err_text(&err) : "", t->name);
    xd_err_clear(&err);
    return status;
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

/* Of a spec: is it what was predicted? Bits that follow the topology are not. */
static bool as_predicted(struct cpuid *c, const struct cpuid_host *h,
                         const struct xd_featureset *got)
{
    const char *text = xd_cli_option(c->cli, "spec");
    const struct xd_cpuid_policy *most = cpuid_host_most(h, c->guests == XD_CPUID_EVERY);
    const struct xd_cpuid_policy *unasked = cpuid_host_unasked(h, c->guests == XD_CPUID_EVERY);
    struct xd_featureset told, more = *got, less;
    struct xd_cpuid_spec spec;

    if (!text || !most || !unasked || cpuid_spec(c, text, &spec, NULL) < 0)
        return true;
    xd_cpuid_predict(c->db, &spec, c->guests, &unasked->source.set.fs, &most->source.set.fs, &told);
    less = told;
    xd_fs_minus(&more, &told);
    xd_fs_minus(&less, got);
    for (int b = 0; b < XD_CPUID_BITS; b++) {
        const struct xd_cpuid_feature *f = xd_cpuid_feature(c->db, b);

        if (f && f->over == XD_CPUID_OVER_IGNORE) {
            xd_fs_del(&more, b);
            xd_fs_del(&less, b);
        }
    }
    if (xd_fs_empty(&more) && xd_fs_empty(&less)) {
        fputs("It is what was predicted.\n", c->cli->out);
        return true;
    }
    say_set(c, "It has, and was predicted not to", &more);
    say_set(c, "It has not, and was predicted to", &less);
    return false;
}

static int report(struct cpuid *c, struct cpuid_try *t, const char *config, struct xd_err *err)
{
    const struct xd_cpuid_policy *p, *unasked;
    struct xd_featureset more, less;
    struct cpuid_host *h;

    c->asked_live = false; /* it knows nothing of the new domain */
    c->live = NULL;
    if (cpuid_host_live(c, &h, err) < 0)
        return XD_EXIT_NO_SOURCE;
    p = cpuid_host_find(h, t->uuid);
    if (!p) {
        xd_err_set(err, -ENODATA, "%s doesn't tell the policy of %s", h->title, t->name);
        return XD_EXIT_UNKNOWN;
    }
    if (p->guests == XD_CPUID_FOR_PV)
        c->guests = XD_CPUID_EVERY;
    unasked = cpuid_host_unasked(h, p->guests == XD_CPUID_FOR_PV);
    fprintf(c->cli->out, "A domain of %s would see %d features.\n", config,
            xd_fs_count(&p->source.set.fs));
    if (unasked) {
        more = p->source.set.fs;
        less = unasked->source.set.fs;
        xd_fs_minus(&more, &unasked->source.set.fs);
        xd_fs_minus(&less, &p->source.set.fs);
        say_set(c, "More than guests of its kind have unasked", &more);
        say_set(c, "Less", &less);
    }
    return as_predicted(c, h, &p->source.set.fs) ? XD_EXIT_DONE : XD_EXIT_UNKNOWN;
}

int cpuid_cmd_try(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct cpuid *c = ctx;
    struct cpuid_try t = {.path = ""};
    char file[128];
    const char *create[] = {"do", "host", "create", file, "paused=yes", NULL};
    sigset_t ends, before;
    int status = XD_EXIT_USAGE;

    if (argc != 2 || c->format != XD_FORMAT_TABLE) {
        xd_err_set(err, -EINVAL,
                   argc != 2 ? "try which configuration? xendeck cpuid try /etc/xen/web1.cfg"
                             : "try writes text");
        return status;
    }
    if (make_names(&t, err) < 0 || write_config(c, &t, argv[1], err) < 0) {
        end_try(&t);
        return status;
    }
    snprintf(file, sizeof(file), "file=%s", t.path);
    /* Whoever ends us waits until the domain is gone again. */
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &ends, &before);
    status = run_step(c, 5, create, err);
    if (!xd_cli_option(c->cli, "dry-run") &&
        (status == XD_EXIT_DONE || status == XD_EXIT_UNKNOWN)) { /* then it may be there */
        if (status == XD_EXIT_DONE)
            status = report(c, &t, argv[1], err);
        int gone = destroy(c, &t);
        if (status == XD_EXIT_DONE)
            status = gone;
    }
    end_try(&t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}
