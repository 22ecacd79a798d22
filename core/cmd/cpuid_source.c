/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a word of `xendeck cpuid` names: this machine, a file of another, a featureset, a spec. */
#include "cmd/cpuid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "xen/cpuid/decode.h"

static int read_stream(FILE *f, const char *name, struct xd_buf *out, struct xd_err *err)
{
    char chunk[65536];
    size_t n;

    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
        xd_buf_addn(out, chunk, n);
        /* Of a saved domain only the beginning: behind it comes all of its memory. */
        if (out->len >= XD_CPUID_IMAGE_BYTES &&
            xd_cpuid_image_find(xd_buf_str(out), XD_CPUID_IMAGE_BYTES))
            return 0;
        if (out->len > XD_CPUID_DUMP_MAX_BYTES)
            return xd_err_set(err, -EFBIG, "%s: more than %d MiB", name,
                              XD_CPUID_DUMP_MAX_BYTES >> 20);
    }
    return ferror(f) ? xd_err_set(err, -EIO, "%s: %s", name, strerror(errno)) : 0;
}

static int read_path(const char *path, struct xd_buf *out, struct xd_err *err)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");

    if (!f)
        return xd_err_set(err, -errno, "%s: %s", path, strerror(errno));
    int rc = read_stream(f, path, out, err);
    if (f != stdin)
        fclose(f);
    return rc;
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
    (*list)[(*n)++] = (struct cpuid_named){xd_str_safe(&c->a, label, 128), s, vendor};
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
    int rc = read_path(path, &b, err);
    if (rc == 0)
        rc = from_text(c, path, xd_buf_str(&b), b.len, label, pick, list, n, err);
    xd_buf_done(&b);
    return rc;
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
    if (spec.base == XD_CPUID_BASE_HOST && cpuid_native(c, &host, err) < 0)
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
    const struct xd_cpuid_source *native;
    size_t hex = strspn(word, "0123456789abcdefABCDEF");
    int rc;

    if (strcmp(word, "host") == 0) {
        if (cpuid_native(c, &native, err) < 0)
            return -EINVAL;
        add(c, list, n, "host", native, XD_VENDOR_ANY);
        return 0;
    }
    rc = from_file(c, word, pick, list, n, err);
    if (rc <= 0)
        return rc;
    if (hex >= 1 && hex <= 8 && word[hex] && strchr(":-", word[hex]) &&
        strspn(word, "0123456789abcdefABCDEF:-") == strlen(word))
        return from_text(c, "featureset", word, strlen(word), NULL, pick, list, n, err);
    return from_spec(c, word, list, n, err);
}
