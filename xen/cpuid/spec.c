/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language of specs: parsed, formatted, resolved and mended. See spec.h. */
#include "xen/cpuid/spec.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

#define WORD_BYTES 64 /* of what the user wrote, in a sentence */
#define LIST_MOST  6
#define TEXT_MAX   16384

struct parser {
    const struct xd_cpuid_db *db;
    const char *text;
    struct xd_cpuid_spec *s;
    /* By name and by pattern: a name outdoes a pattern. */
    struct xd_featureset add, remove, pattern_add, pattern_remove;
    int column;
    struct xd_err *err;
};

/* A piece of the text, without the blanks around it. */
struct word {
    const char *p;
    size_t len;
};

static int wrong(struct parser *x, const char *at, const char *fmt, ...) XD_PRINTF(3, 4);

static int wrong(struct parser *x, const char *at, const char *fmt, ...)
{
    va_list ap;

    x->column = (int)(at - x->text) + 1;
    va_start(ap, fmt);
    xd_err_setv(x->err, -EINVAL, fmt, ap);
    va_end(ap);
    return -EINVAL;
}

static struct word trim(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return (struct word){p, (size_t)(end - p)};
}

static bool is(struct word w, const char *text)
{
    return w.len == strlen(text) && strncasecmp(w.p, text, w.len) == 0;
}

/* The user's word for a sentence. */
static const char *shown(struct word w, char out[WORD_BYTES])
{
    char raw[WORD_BYTES];
    size_t n = w.len < sizeof(raw) - 1 ? w.len : sizeof(raw) - 1;

    memcpy(raw, w.p, n);
    raw[n] = '\0';
    xd_str_safe_to(out, WORD_BYTES, raw);
    return out;
}

static int parse_base(struct parser *x, struct word w)
{
    char said[WORD_BYTES];

    if (!w.len)
        return wrong(x, w.p, "it begins with a model, \"host\" or \"none\"");
    if (is(w, "host") || is(w, "none")) {
        x->s->base = is(w, "host") ? XD_CPUID_BASE_HOST : XD_CPUID_BASE_NONE;
        return 0;
    }
    x->s->base = XD_CPUID_BASE_MODEL;
    x->s->model = xd_cpuid_model(x->db, XD_CPUID_ANY, w.p, w.len);
    if (x->s->model)
        return 0;
    shown(w, said);
    if (strchr("+-", *w.p))
        return wrong(x, w.p, "it begins with a model, \"host\" or \"none\": perhaps host,%s?",
                     said);
    const char *near = xd_cpuid_nearest_model(x->db, said);
    if (!near && xd_cpuid_find(x->db, XD_CPUID_ANY, w.p, w.len))
        return wrong(x, w.p, "%s is a feature, no model: perhaps none,+%s?", said, said);
    return wrong(x, w.p, "there is no model \"%s\"%s%s%s", said, near ? "; did you mean " : "",
                 near ? near : "", near ? "?" : "; see xendeck cpuid models");
}

/* "avx=on", "avx=0": takes the value off; *on as it says. */
static int parse_value(struct parser *x, struct word *w, bool *on, bool *given)
{
    static const char *const yes[] = {"on", "1", "yes", "true"}, *const no[] = {"off", "0", "no",
                                                                                "false"};
    const char *equals = memchr(w->p, '=', w->len);
    char said[WORD_BYTES];

    *given = equals != NULL;
    if (!equals)
        return 0;
    struct word v = trim(equals + 1, w->p + w->len);
    *w = trim(w->p, equals);
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        if (is(v, yes[i]) || is(v, no[i])) {
            *on = is(v, yes[i]);
            return 0;
        }
    }
    return wrong(x, v.p, "\"%s\" is neither on nor off", shown(v, said));
}

static int parse_change(struct parser *x, struct word w)
{
    bool on = true, given;
    char said[WORD_BYTES];
    struct word whole = w;

    if (!w.len)
        return wrong(x, w.p, "a feature is missing here, such as +avx2");
    char sign = *w.p == '+' || *w.p == '-' ? *w.p : 0;
    if (sign)
        w = trim(w.p + 1, w.p + w.len);
    if (parse_value(x, &w, &on, &given) < 0)
        return -EINVAL;
    if (sign && given)
        return wrong(x, whole.p, "either %c before it or =%s behind it, not both", sign,
                     on ? "on" : "off");
    if (!sign && !given)
        return wrong(x, whole.p, "\"%s\" needs + or - before it", shown(whole, said));
    if (sign)
        on = sign == '+';
    shown(w, said);
    if (memchr(w.p, '*', w.len) || memchr(w.p, '?', w.len)) {
        if (!xd_cpuid_glob(x->db, w.p, w.len, on ? &x->pattern_add : &x->pattern_remove))
            return wrong(x, w.p, "no feature is like \"%s\"", said);
        struct xd_featureset both = x->pattern_add;
        xd_fs_and(&both, &x->pattern_remove);
        if (!xd_fs_empty(&both))
            return wrong(x, whole.p, "another pattern says the contrary of %s",
                         xd_cpuid_feature(x->db, xd_fs_next(&both, 0))->name);
        return 0;
    }
    const struct xd_cpuid_feature *f = xd_cpuid_find(x->db, XD_CPUID_ANY, w.p, w.len);
    if (!f) {
        const char *near = w.len ? xd_cpuid_nearest(x->db, XD_CPUID_ANY, said) : NULL;
        return wrong(x, w.p, "there is no feature \"%s\"%s%s%s", said,
                     near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    if (xd_fs_has(on ? &x->remove : &x->add, f->bit))
        return wrong(x, whole.p, "%s is both added and taken away", f->name);
    xd_fs_add(on ? &x->add : &x->remove, f->bit);
    return 0;
}

static void join(struct parser *x)
{
    struct xd_featureset named = x->add;

    xd_fs_or(&named, &x->remove);
    xd_fs_minus(&x->pattern_add, &named);
    xd_fs_minus(&x->pattern_remove, &named);
    x->s->add = x->add;
    x->s->remove = x->remove;
    xd_fs_or(&x->s->add, &x->pattern_add);
    xd_fs_or(&x->s->remove, &x->pattern_remove);
    x->s->by_pattern = x->pattern_add;
    xd_fs_or(&x->s->by_pattern, &x->pattern_remove);
}

int xd_cpuid_spec_parse(const struct xd_cpuid_db *db, const char *text, struct xd_cpuid_spec *out,
                        int *column, struct xd_err *err)
{
    struct parser x = {.db = db, .text = text, .s = out, .err = err};
    const char *p = text;
    int rc = 0;

    memset(out, 0, sizeof(*out));
    if (strlen(text) > TEXT_MAX)
        rc = wrong(&x, text, "more than %d bytes", TEXT_MAX);
    for (bool first = true; rc == 0; first = false) {
        const char *end = p + strcspn(p, ",");
        struct word w = trim(p, end);

        rc = first ? parse_base(&x, w) : parse_change(&x, w);
        if (!*end)
            break;
        p = end + 1;
    }
    if (rc == 0)
        join(&x);
    if (column)
        *column = x.column;
    return rc;
}

/* A pattern instead of many names, where all that it names is meant: what people write. */
static void format_changes(const struct xd_cpuid_db *db, char sign,
                           const struct xd_featureset *changes, const struct xd_featureset *other,
                           struct xd_buf *out)
{
    static const char *const patterns[] = {"avx512*", "amx-*"};
    struct xd_featureset left = *changes;

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        struct xd_featureset all = {{0}}, named;

        xd_cpuid_glob(db, patterns[i], strlen(patterns[i]), &all);
        named = all;
        xd_fs_and(&named, other); /* names of the other sign outdo it */
        if (xd_fs_subset(&all, &left) && xd_fs_empty(&named)) {
            xd_buf_printf(out, ",%c%s", sign, patterns[i]);
            xd_fs_minus(&left, &all);
        }
    }
    for (int b = xd_fs_next(&left, 0); b >= 0; b = xd_fs_next(&left, b + 1))
        if (xd_cpuid_feature(db, b))
            xd_buf_printf(out, ",%c%s", sign, xd_cpuid_feature(db, b)->name);
}

void xd_cpuid_spec_format(const struct xd_cpuid_db *db, const struct xd_cpuid_spec *s,
                          struct xd_buf *out)
{
    xd_buf_add(out, s->base == XD_CPUID_BASE_HOST   ? "host"
                    : s->base == XD_CPUID_BASE_NONE ? "none"
                                                    : s->model->name);
    format_changes(db, '+', &s->add, &s->remove, out);
    format_changes(db, '-', &s->remove, &s->add, out);
}

void xd_cpuid_caret(const char *text, int column, struct xd_buf *out)
{
    size_t len = strlen(text), from = 0, at = (size_t)(column > 0 ? column - 1 : 0);
    struct xd_arena a = XD_ARENA_INIT;

    if (at > len)
        at = len;
    if (at > 60) /* long texts: what stands around it */
        from = at - 40;
    const char *before = xd_str_safe(&a, xd_arena_strndup(&a, text + from, at - from), 400);
    const char *behind = xd_str_safe(&a, text + at, 60);
    xd_buf_printf(out, "  %s%s%s\n  %*s^\n", from ? "…" : "", before, behind,
                  xd_str_width(before) + (from ? 1 : 0), "");
    xd_arena_done(&a);
}

int xd_cpuid_spec_resolve(const struct xd_cpuid_db *db, const struct xd_cpuid_spec *s,
                          const struct xd_featureset *host, struct xd_featureset *out,
                          struct xd_cpuid_broken *broken, struct xd_err *err)
{
    struct xd_featureset meant = {{0}};

    if (s->base == XD_CPUID_BASE_HOST && !host)
        return xd_err_set(err, -ENODATA, "\"host\" means what a certain host has: of which one?");
    if (s->base == XD_CPUID_BASE_HOST)
        meant = *host;
    else if (s->base == XD_CPUID_BASE_MODEL)
        meant = s->model->fs;
    xd_fs_or(&meant, &s->add);
    xd_fs_minus(&meant, &s->remove);
    *out = meant;
    xd_cpuid_drop_unmet(db, out);
    if (broken) {
        struct xd_featureset needed;

        broken->unmet = meant;
        xd_fs_minus(&broken->unmet, out);
        needed = broken->unmet;
        xd_cpuid_add_needs(db, &needed);
        xd_fs_minus(&needed, &meant);
        broken->missing = needed;
    }
    return 0;
}

void xd_cpuid_spec_mend(const struct xd_cpuid_db *db, const struct xd_cpuid_spec *s,
                        const struct xd_featureset *host, struct xd_cpuid_spec *out)
{
    struct xd_featureset fs;
    struct xd_cpuid_broken b;

    *out = *s;
    /* What was asked for by name gets what it needs, unless that was refused by name. */
    for (int i = xd_fs_next(&s->add, 0); i >= 0; i = xd_fs_next(&s->add, i + 1)) {
        struct xd_featureset one = {{0}}, refused;

        xd_fs_add(&one, i);
        xd_cpuid_add_needs(db, &one);
        refused = one;
        xd_fs_and(&refused, &s->remove);
        if (xd_fs_empty(&refused)) {
            xd_fs_or(&out->add, &one);
        } else {
            xd_fs_del(&out->add, i);
            xd_fs_add(&out->remove, i);
        }
    }
    if (xd_cpuid_spec_resolve(db, out, host, &fs, &b, NULL) == 0) {
        xd_fs_or(&out->remove, &b.unmet);
        xd_fs_minus(&out->add, &b.unmet);
    }
    /* What the base has anyway need not be said. */
    const struct xd_featureset *base = s->base == XD_CPUID_BASE_HOST    ? host
                                       : s->base == XD_CPUID_BASE_MODEL ? &s->model->fs
                                                                        : NULL;
    if (base) {
        struct xd_featureset idle = out->add;
        xd_fs_and(&idle, base);
        xd_fs_minus(&idle, &s->add);
        xd_fs_minus(&out->add, &idle);
    }
}

void xd_cpuid_broken_text(const struct xd_cpuid_db *db, const struct xd_cpuid_broken *b, int most,
                          struct xd_buf *out)
{
    int n = 0, total = xd_fs_count(&b->unmet);

    for (int i = xd_fs_next(&b->unmet, 0); i >= 0 && n < most; i = xd_fs_next(&b->unmet, i + 1)) {
        struct xd_featureset needs = {{0}};

        xd_fs_add(&needs, i);
        xd_cpuid_add_needs(db, &needs);
        xd_fs_and(&needs, &b->missing);
        xd_buf_printf(out, "%s%s needs ", n++ ? "; " : "", xd_cpuid_feature(db, i)->name);
        xd_cpuid_list(db, &needs, LIST_MOST, out);
    }
    if (total > n)
        xd_buf_printf(out, "; and so do %d more", total - n);
}

void xd_cpuid_spec_nearest(const struct xd_cpuid_db *db, const struct xd_featureset *fs,
                           enum xd_cpuid_vendor vendor, bool within, struct xd_cpuid_spec *out)
{
    struct xd_featureset named = *fs;
    int best = -1;

    memset(out, 0, sizeof(*out));
    out->base = XD_CPUID_BASE_NONE;
    xd_fs_and(&named, xd_cpuid_named(db));
    for (size_t i = 0; i < xd_cpuid_models(db); i++) {
        const struct xd_cpuid_model *m = xd_cpuid_model_at(db, i);
        struct xd_featureset add = named, remove = m->fs;

        if (vendor != XD_VENDOR_ANY && m->vendor != XD_VENDOR_ANY && m->vendor != vendor)
            continue;
        xd_fs_minus(&add, &m->fs);
        xd_fs_minus(&remove, &named);
        if (within && !xd_fs_empty(&remove))
            continue;
        int differ = xd_fs_count(&add) + xd_fs_count(&remove);
        if (best >= 0 && differ >= best)
            continue;
        best = differ;
        *out = (struct xd_cpuid_spec){
            .base = XD_CPUID_BASE_MODEL, .model = m, .add = add, .remove = remove};
    }
    if (best < 0)
        out->add = named;
}
