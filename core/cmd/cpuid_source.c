/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a word of `xendeck cpuid` names: this machine, a file of another, a featureset, a spec. */
#include "cmd/cpuid.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/slurp.h"
#include "model/tables_cpuid.h"
#include "xen/cpuid/decode.h"
#include "xen/cpuid/translate.h"

int cpuid_read(int fd, const char *path, size_t most, struct xd_buf *out, struct xd_err *err)
{
    int rc;

    if (fd < 0)
        return xd_err_set(err, -errno, "%s: %s", path, strerror(errno));
    rc = xd_slurp_fd(fd, XD_CPUID_IMAGE_BYTES, out);
    /* Of a saved domain only the beginning: behind it comes all of its memory. */
    if (rc == 0 &&
        (out->len < XD_CPUID_IMAGE_BYTES || !xd_cpuid_image_find(out->s, XD_CPUID_IMAGE_BYTES)))
        rc = xd_slurp_fd(fd, most + 1, out);
    close(fd);
    if (rc < 0)
        return xd_err_set(err, rc, "%s: %s", path, strerror(-rc));
    if (out->len > most)
        return xd_err_set(err, -EFBIG, "%s: more than %zu MiB", path, most >> 20);
    return 0;
}

static void add(struct cpuid *c, struct cpuid_named **list, size_t *n, const char *label,
                const struct xd_cpuid_source *s, enum xd_cpuid_vendor vendor)
{
    struct xd_cpuid_about about;

    if (s->leaves.n) {
        xd_cpuid_about(&s->leaves, &about);
        vendor = about.maker;
    }
    *list = xd_arena_grow(&c->a, *list, *n, sizeof(**list));
    (*list)[(*n)++] = (struct cpuid_named){xd_str_safe(&c->a, label, 128), s, vendor, false};
}

/* --- hosts --- */

static void add_policy(struct cpuid *c, struct cpuid_named **list, size_t *n, const char *label,
                       const struct xd_cpuid_policy *p)
{
    add(c, list, n, label, &p->source, XD_VENDOR_ANY);
    (*list)[*n - 1].pv = p->kind == XD_CPUID_KIND_DOMAIN && p->guests == XD_CPUID_FOR_PV;
}

static int no_such_policy(const struct cpuid_host *h, const char *label, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;

    for (size_t i = 0; i < h->n && i < 12; i++)
        xd_buf_printf(&b, "%s%s", i ? ", " : "",
                      h->policy[i].domain ? h->policy[i].domain : h->policy[i].name);
    xd_err_set(err, -ENOENT, "%s has no \"%s\"; it has %s%s", h->title, label, xd_buf_str(&b),
               h->n > 12 ? " …" : "");
    xd_buf_done(&b);
    return -ENOENT;
}

/* What is meant of a host's policies where nobody said which. `name`: what the user called it. */
static int pick_policies(struct cpuid *c, const struct cpuid_host *h, const char *name,
                         const char *label, enum cpuid_pick pick, struct cpuid_named **list,
                         size_t *n, struct xd_err *err)
{
    const struct xd_cpuid_policy *p = label ? cpuid_host_find(h, label) : NULL;

    if (label) {
        if (!p)
            return no_such_policy(h, label, err);
        add_policy(c, list, n,
                   name        ? xd_arena_printf(&c->a, "%s:%s", name, label)
                   : p->domain ? p->domain
                               : p->name,
                   p);
        return 0;
    }
    if (pick == CPUID_GUEST_SET)
        return xd_err_set(err, -EINVAL,
                          "%s is a host: which guest of it? %s:NAME of one of its domains", name,
                          name);
    if (pick == CPUID_HOST_SET) {
        p = cpuid_host_most(h, c->guests == XD_CPUID_EVERY);
        if (!p)
            return xd_err_set(err, -ENODATA, "%s doesn't tell what guests can have", name);
        add_policy(c, list, n, name, p);
        return 0;
    }
    for (size_t i = 0; i < h->n; i++)
        if (h->policy[i].kind != XD_CPUID_KIND_DOMAIN)
            add_policy(c, list, n, h->policy[i].name, &h->policy[i]);
    return 0;
}

/* Words that only a host can explain; 1: it is none of them. */
static int from_host(struct cpuid *c, const char *word, enum cpuid_pick pick,
                     struct cpuid_named **list, size_t *n, struct xd_err *err)
{
    const struct xd_cpuid_source *native;
    struct cpuid_host *h = NULL;
    bool is_host = strcmp(word, "host") == 0, known = is_host;

    for (size_t i = 0; !known && xd_cpuid_host_policies[i].name; i++)
        known = strcmp(word, xd_cpuid_host_policies[i].name) == 0;
    if (!known && strncmp(word, "domain/", 7) != 0)
        return 1;
    int rc = cpuid_host_live(c, &h, err);
    if (rc < 0) {
        if (!is_host || xd_cli_option(c->cli, "host"))
            return rc;
        xd_err_clear(err);
        if (cpuid_native(c, &native, err) < 0)
            return -EINVAL;
        add(c, list, n, "host", native, XD_VENDOR_ANY);
        return 0;
    }
    if (is_host && pick == CPUID_HOST_SET)
        return pick_policies(c, h, h->title, NULL, pick, list, n, err);
    return pick_policies(c, h, NULL, word, pick, list, n, err);
}

int cpuid_native(struct cpuid *c, const struct xd_cpuid_source **out, struct xd_err *err)
{
    struct xd_cpuid_source *s;

    if (!c->native) {
        s = xd_arena_alloc(&c->a, sizeof(*s));
        s->label = "host";
        if (xd_cpuid_native(&c->a, &s->leaves, err) < 0)
            return -ENOTSUP;
        xd_cpuid_leaves_to_set(&s->leaves, &s->set);
        s->cpus = 1;
        c->native = s;
        fputs("xendeck: host: what the CPUID instruction says to programs on this machine, without "
              "MSRs\n",
              c->cli->err);
    }
    *out = c->native;
    return 0;
}

static int no_such_set(const char *file, const struct xd_cpuid_dump *d, const char *label,
                       struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;

    for (size_t i = 0; i < d->n && i < 8; i++)
        xd_buf_printf(&b, "%s%s", i ? ", " : "", d->source[i].label);
    if (label)
        xd_err_set(err, -ENOENT, "%s has no \"%s\"; it has %s%s", file, label, xd_buf_str(&b),
                   d->n > 8 ? " …" : "");
    else
        xd_err_set(err, -EINVAL, "%s has several sets: which one is the guest's? %s:%s and so on",
                   file, file, d->source[0].label);
    xd_buf_done(&b);
    return -EINVAL;
}

/* Of a dump with several sets those that are meant. */
static int pick_sets(struct cpuid *c, const char *file, const struct xd_cpuid_dump *d,
                     const char *label, enum cpuid_pick pick, struct cpuid_named **list, size_t *n,
                     struct xd_err *err)
{
    const char *const order[] = {c->guests == XD_CPUID_EVERY ? "PV Max" : "HVM Max", "Host", "Raw"};
    const struct xd_cpuid_source *s = NULL;

    if (label) {
        s = xd_cpuid_dump_find(d, label);
        if (!s)
            return no_such_set(file, d, label, err);
    } else if (d->n == 1) {
        s = d->source;
    }
    for (size_t i = 0; !s && pick == CPUID_HOST_SET && i < 3; i++)
        s = xd_cpuid_dump_find(d, order[i]);
    if (s && strcmp(s->label, "processor") == 0 && !xd_fs_empty(&s->uneven)) {
        struct xd_buf b = XD_BUF_INIT;
        xd_cpuid_list(c->db, &s->uneven, 6, &b);
        fprintf(c->cli->err, "xendeck: %s: only some of its CPUs have %s\n", file, xd_buf_str(&b));
        xd_buf_done(&b);
    }
    if (s) {
        bool of_one = strcmp(s->label, "processor") == 0 || strcmp(s->label, "saved") == 0 ||
                      strncmp(s->label, "line ", 5) == 0;
        add(c, list, n,
            of_one || pick == CPUID_HOST_SET ? file
                                             : xd_arena_printf(&c->a, "%s:%s", file, s->label),
            s, XD_VENDOR_ANY);
        return 0;
    }
    if (pick == CPUID_GUEST_SET)
        return no_such_set(file, d, NULL, err);
    for (size_t i = 0; i < d->n; i++)
        add(c, list, n, d->source[i].label, &d->source[i], XD_VENDOR_ANY);
    return 0;
}

static int from_text(struct cpuid *c, const char *file, const char *text, size_t len,
                     const char *label, enum cpuid_pick pick, struct cpuid_named **list, size_t *n,
                     struct xd_err *err)
{
    struct xd_cpuid_dump *d = xd_arena_alloc(&c->a, sizeof(*d));
    int rc = xd_cpuid_dump_parse(file, text, len, &c->a, d, err);

    if (rc < 0)
        return rc;
    const char *slash = strrchr(file, '/');
    return pick_sets(c, slash ? slash + 1 : file, d, label, pick, list, n, err);
}

static bool is_file(const char *path)
{
    struct stat st;

    return strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISDIR(st.st_mode));
}

static int from_capture(struct cpuid *c, const char *path, const char *label, enum cpuid_pick pick,
                        struct cpuid_named **list, size_t *n, struct xd_err *err)
{
    const char *slash = strrchr(path, '/');
    struct cpuid_host *h;
    int rc = cpuid_host_capture(c, path, &h, err);

    return rc < 0 ? rc : pick_policies(c, h, slash ? slash + 1 : path, label, pick, list, n, err);
}

/* FILE or FILE:LABEL. 1: it is none. */
static int from_file(struct cpuid *c, const char *word, enum cpuid_pick pick,
                     struct cpuid_named **list, size_t *n, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    const char *colon = strrchr(word, ':'), *path = word, *label = NULL;

    if (!is_file(word)) {
        path = colon ? xd_arena_strndup(&c->a, word, (size_t)(colon - word)) : NULL;
        if (!path || !is_file(path))
            return 1;
        label = colon + 1;
    }
    if (xd_capture_is(path))
        return from_capture(c, path, label, pick, list, n, err);
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    int rc = cpuid_read(fd, path, XD_CPUID_DUMP_MAX_BYTES, &b, err);
    if (rc == 0)
        rc = from_text(c, path, xd_buf_str(&b), b.len, label, pick, list, n, err);
    xd_buf_done(&b);
    return rc;
}

/* A single word that is no model: a domain of the host's? 1: no. */
static int from_domain(struct cpuid *c, const char *word, struct cpuid_named **list, size_t *n)
{
    struct xd_err err = XD_ERR_INIT;
    const struct xd_cpuid_policy *p = NULL;
    struct cpuid_host *h;

    if (!strpbrk(word, ",=") && strcmp(word, "none") != 0 && !cpuid_model(c, word) &&
        cpuid_host_live(c, &h, &err) == 0)
        p = cpuid_host_find(h, word);
    xd_err_clear(&err);
    if (!p)
        return 1;
    add_policy(c, list, n, word, p);
    return 0;
}

/* What "host" means in a spec: what guests there have unasked, else what this machine has. */
static int base_host(struct cpuid *c, const struct xd_cpuid_source **out, struct xd_err *err)
{
    const struct xd_cpuid_policy *p;
    struct cpuid_host *h;
    int rc = cpuid_host_live(c, &h, err);

    if (rc < 0 && xd_cli_option(c->cli, "host"))
        return rc;
    xd_err_clear(err);
    p = rc < 0 ? NULL : cpuid_host_unasked(h, c->guests == XD_CPUID_EVERY);
    if (!p)
        return cpuid_native(c, out, err);
    *out = &p->source;
    return 0;
}

static int from_spec(struct cpuid *c, const char *word, struct cpuid_named **list, size_t *n,
                     struct xd_err *err)
{
    struct xd_cpuid_source *s = xd_arena_alloc(&c->a, sizeof(*s));
    const struct xd_cpuid_source *host = NULL;
    struct xd_cpuid_spec spec;
    struct xd_cpuid_broken broken;
    struct xd_buf b = XD_BUF_INIT;

    if (strpbrk(word, "/") && !strchr(word, ','))
        return xd_err_set(err, -ENOENT, "%s: there is no such file", word);
    if (cpuid_spec(c, word, &spec, err) < 0)
        return -EINVAL;
    if (spec.base == XD_CPUID_BASE_HOST && base_host(c, &host, err) < 0)
        return -EINVAL;
    xd_cpuid_spec_resolve(c->db, &spec, host ? &host->set.fs : NULL, &s->set.fs, &broken, NULL);
    s->set.known = host ? host->set.known : UINT32_MAX;
    xd_cpuid_broken_text(c->db, &broken, 3, &b);
    if (b.len)
        fprintf(c->cli->err, "xendeck: %s: left out, as Xen would: %s\n", word, xd_buf_str(&b));
    xd_buf_done(&b);
    s->label = xd_arena_strdup(&c->a, word);
    add(c, list, n, word, s, spec.base == XD_CPUID_BASE_MODEL ? spec.model->vendor : XD_VENDOR_ANY);
    return 0;
}

int cpuid_source(struct cpuid *c, const char *word, enum cpuid_pick pick, struct cpuid_named **list,
                 size_t *n, struct xd_err *err)
{
    size_t hex = strspn(word, "0123456789abcdefABCDEF");
    int rc;

    rc = from_host(c, word, pick, list, n, err);
    if (rc <= 0)
        return rc;
    rc = from_file(c, word, pick, list, n, err);
    if (rc <= 0)
        return rc;
    if (hex >= 1 && hex <= 8 && word[hex] && strchr(":-", word[hex]) &&
        strspn(word, "0123456789abcdefABCDEF:-") == strlen(word))
        return from_text(c, "featureset", word, strlen(word), NULL, pick, list, n, err);
    rc = from_domain(c, word, list, n);
    return rc <= 0 ? rc : from_spec(c, word, list, n, err);
}

int cpuid_this_host(struct cpuid *c, struct cpuid_named **list, size_t *n, struct xd_err *err)
{
    struct cpuid_host *h;
    int rc = cpuid_host_live(c, &h, err);

    if (rc == 0)
        return pick_policies(c, h, h->title, NULL, CPUID_EVERY_SET, list, n, err);
    if (xd_cli_option(c->cli, "host"))
        return rc;
    xd_err_clear(err);
    return cpuid_source(c, "host", CPUID_EVERY_SET, list, n, err);
}

int cpuid_on_host(struct cpuid *c, struct cpuid_host **h, struct xd_err *err)
{
    const char *on = xd_cli_option(c->cli, "on");

    if (strcmp(on, "host") == 0)
        return cpuid_host_live(c, h, err);
    if (is_file(on) && xd_capture_is(on))
        return cpuid_host_capture(c, on, h, err);
    return xd_err_set(err, -EINVAL,
                      "--on %s: what a guest would see can be told of \"host\" and of captures",
                      on);
}

int cpuid_predicted(struct cpuid *c, int argc, char **argv, struct cpuid_named **list, size_t *n,
                    struct xd_err *err)
{
    const struct xd_cpuid_policy *unasked, *most;
    struct cpuid_host *h = NULL;
    bool pv = c->guests == XD_CPUID_EVERY;

    if (argc < 2)
        return xd_err_set(err, -EINVAL, "--on HOST is for specs: what would a guest see there?");
    if (cpuid_on_host(c, &h, err) < 0)
        return -EINVAL;
    unasked = cpuid_host_unasked(h, pv);
    most = cpuid_host_most(h, pv);
    if (!unasked || !most)
        return xd_err_set(err, -ENODATA, "%s doesn't tell what guests have unasked", h->title);
    for (int i = 1; i < argc; i++) {
        struct xd_cpuid_source *s = xd_arena_alloc(&c->a, sizeof(*s));
        struct xd_cpuid_spec spec;

        if (cpuid_spec(c, argv[i], &spec, err) < 0)
            return -EINVAL;
        s->label = argv[i];
        s->set.known = unasked->source.set.known & most->source.set.known;
        xd_cpuid_predict(c->db, &spec, c->guests, &unasked->source.set.fs, &most->source.set.fs,
                         &s->set.fs);
        add(c, list, n, argv[i], s, XD_VENDOR_ANY);
    }
    return 0;
}
