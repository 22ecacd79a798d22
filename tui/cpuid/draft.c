/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is planned for a domain's next start. A running domain's policy can't change
 * (XEN_DOMCTL_set_cpu_policy refuses it once the domain is built), so nothing is sent to the host:
 * what comes out is a line for the domain's configuration. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/cpuid/screen.h"
#include "xen/cpuid/into.h"
#include "xen/cpuid/translate.h"

const struct xd_cpuid_draft *xd_cpuid_draft_of(const struct xd_cpuid_screen *t, int column)
{
    const struct xd_cpuid_column *c = column < 0 ? NULL : &t->m.column[column];

    for (int i = 0; c && c->key && !c->machine && i < t->n_drafts; i++)
        if (strcmp(t->drafts[i].key, c->key) == 0)
            return &t->drafts[i];
    return NULL;
}

static struct xd_cpuid_draft *begin(struct xd_cpuid_screen *t, int column, struct xd_err *err)
{
    struct xd_cpuid_draft *d = (struct xd_cpuid_draft *)xd_cpuid_draft_of(t, column);

    if (d)
        return d;
    if (t->n_drafts == XD_CPUID_DRAFTS) {
        xd_err_set(err, -E2BIG, "plans for %d domains are enough: u forgets one of them",
                   XD_CPUID_DRAFTS);
        return NULL;
    }
    d = &t->drafts[t->n_drafts++];
    *d = (struct xd_cpuid_draft){.said = {{0}}};
    snprintf(d->key, sizeof(d->key), "%s", t->m.column[column].key);
    return d;
}

void xd_cpuid_draft_drop(struct xd_cpuid_screen *t, int column)
{
    const struct xd_cpuid_draft *d = xd_cpuid_draft_of(t, column);

    if (d)
        t->drafts[d - t->drafts] = t->drafts[--t->n_drafts];
}

int xd_cpuid_drafts_unwritten(const struct xd_cpuid_screen *t)
{
    int n = 0;

    for (int i = 0; i < t->n_drafts; i++)
        n += !t->drafts[i].written;
    return n;
}

void xd_cpuid_draft_written(struct xd_cpuid_screen *t, const char *key)
{
    for (int i = 0; i < t->n_drafts; i++)
        if (strcmp(t->drafts[i].key, key) == 0)
            t->drafts[i].written = true;
}

bool xd_cpuid_draft_has(const struct xd_cpuid_screen *t, int column, int bit)
{
    const struct xd_cpuid_draft *d = xd_cpuid_draft_of(t, column);

    return d && xd_fs_has(&d->said, bit) ? xd_fs_has(&d->on, bit)
                                         : xd_fs_has(&t->m.column[column].set.fs, bit);
}

bool xd_cpuid_draft_differs(const struct xd_cpuid_screen *t, int column, int bit)
{
    return xd_cpuid_draft_has(t, column, bit) != xd_fs_has(&t->m.column[column].set.fs, bit);
}

/* The column of that layer that this one was made from, or NULL. */
static const struct xd_cpuid_column *made_from(const struct xd_cpuid_screen *t, int column,
                                               enum xd_cpuid_layer layer)
{
    for (int i = t->m.column[column].parent; i >= 0; i = t->m.column[i].parent)
        if (t->m.column[i].layer == layer)
            return &t->m.column[i];
    return NULL;
}

static bool knows(const struct xd_cpuid_column *c, int bit)
{
    return c && c->set.known >> (bit / 32) & 1;
}

/* --- whether it can be had --- */

static int check_column(const struct xd_cpuid_screen *t, int column, struct xd_err *err)
{
    const struct xd_cpuid_column *c = column < 0 ? NULL : &t->m.column[column];

    if (c && c->layer == XD_CPUID_LAYER_DOMAIN && !c->machine)
        return 0;
    return xd_err_set(err, -ENOTSUP,
                      "%s is no domain of this host: go to a domain's column to plan its policy",
                      c ? c->name : "nothing");
}

/* Xen offers it to such guests, and no other line of the configuration governs it. */
static int check_on(const struct xd_cpuid_screen *t, int column, int bit, struct xd_err *err)
{
    const struct xd_cpuid_column *max = made_from(t, column, XD_CPUID_LAYER_MAX);
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_cpuid_why w;
    int rc = 0;

    if (knows(max, bit) && !xd_fs_has(&max->set.fs, bit)) {
        xd_cpuid_matrix_why(&t->m, bit, (int)(max - t->m.column), &a, &w);
        rc = xd_err_set(err, -EOPNOTSUPP, "no configuration can bring it: %s", w.text);
    } else {
        xd_cpuid_matrix_why(&t->m, bit, column, &a, &w);
        if (w.cause == XD_CPUID_CAUSE_SETTING)
            rc = xd_err_set(err, -EOPNOTSUPP, "%s", w.remedy);
    }
    xd_arena_done(&a);
    return rc;
}

static int check_bit(const struct xd_cpuid_screen *t, int column, int bit, struct xd_err *err)
{
    const struct xd_cpuid_feature *f = xd_cpuid_feature(t->db, bit);
    char place[64];

    if (!f || !f->names[XD_CPUID_XL])
        return xd_err_set(err, -EOPNOTSUPP, "xl.cfg has no name for %s",
                          f ? f->name : xd_cpuid_place(bit, place, sizeof(place)));
    if (!knows(&t->m.column[column], bit))
        return xd_err_set(err, -ENODATA, "it isn't known whether %s has %s now",
                          t->m.column[column].name, f->name);
    if (f->given == XD_CPUID_BY_OS || f->over == XD_CPUID_OVER_IGNORE)
        return xd_err_set(err, -EOPNOTSUPP, "%s follows the guest itself: no policy sets it",
                          f->name);
    return 0;
}

/* --- switching --- */

/* All bits of the set are to be on, or off; what is so already needs no saying. */
static void plan(struct xd_cpuid_draft *d, const struct xd_featureset *set, bool on,
                 const struct xd_featureset *now)
{
    for (int b = xd_fs_next(set, 0); b >= 0; b = xd_fs_next(set, b + 1)) {
        xd_fs_del(&d->said, b);
        xd_fs_del(&d->on, b);
        if (xd_fs_has(now, b) == on)
            continue;
        xd_fs_add(&d->said, b);
        if (on)
            xd_fs_add(&d->on, b);
    }
}

/* What has to change with the bit: it, and what it needs or what depends on it. */
static void together(const struct xd_cpuid_screen *t, int column, int bit, bool on,
                     struct xd_featureset *out)
{
    const struct xd_cpuid_feature *f = xd_cpuid_feature(t->db, bit);
    struct xd_featureset with = {{0}};

    memset(out, 0, sizeof(*out));
    xd_fs_add(&with, bit);
    if (on)
        xd_cpuid_add_needs(t->db, &with);
    else
        xd_fs_or(&with, &f->dependents);
    for (int b = xd_fs_next(&with, 0); b >= 0; b = xd_fs_next(&with, b + 1))
        if (xd_cpuid_draft_has(t, column, b) != on && knows(&t->m.column[column], b))
            xd_fs_add(out, b);
}

static void tell(const struct xd_cpuid_screen *t, int column, int bit, bool on,
                 const struct xd_featureset *all, char *said, size_t size)
{
    struct xd_featureset rest = *all;
    struct xd_buf b = XD_BUF_INIT;

    xd_fs_del(&rest, bit);
    xd_cpuid_list(t->db, &rest, 4, &b);
    snprintf(said, size,
             "%s: %s %s from its next start%s%s: e shows the line for its configuration",
             t->m.column[column].name, xd_cpuid_feature(t->db, bit)->name, on ? "on" : "off",
             b.len ? ", and with it " : "", xd_buf_str(&b));
    xd_buf_done(&b);
}

int xd_cpuid_draft_switch(struct xd_cpuid_screen *t, int column, int bit, char *said, size_t size,
                          struct xd_err *err)
{
    struct xd_featureset all;
    struct xd_cpuid_draft *d;

    if (check_column(t, column, err) < 0 || check_bit(t, column, bit, err) < 0)
        return err->code ? err->code : -EINVAL;
    bool on = !xd_cpuid_draft_has(t, column, bit);
    together(t, column, bit, on, &all);
    for (int b = xd_fs_next(&all, 0); on && b >= 0; b = xd_fs_next(&all, b + 1)) {
        /* back to what it has needs no leave */
        if (!xd_fs_has(&t->m.column[column].set.fs, b) && check_on(t, column, b, err) < 0)
            return -EOPNOTSUPP;
    }
    d = begin(t, column, err);
    if (!d)
        return -E2BIG;
    plan(d, &all, on, &t->m.column[column].set.fs);
    d->written = false;
    tell(t, column, bit, on, &all, said, size);
    if (xd_fs_empty(&d->said)) {
        snprintf(said, size, "%s: as it is now", t->m.column[column].name);
        xd_cpuid_draft_drop(t, column);
    }
    return 0;
}

/* --- the line --- */

/* What another line governs, or the guest itself: not for cpuid=, unless somebody asked. */
static bool governed_elsewhere(const struct xd_cpuid_feature *f)
{
    static const char *const names[] = {"vmx", "svm", "itsc", "pae"};

    if (!f || f->given == XD_CPUID_BY_OS || f->over == XD_CPUID_OVER_IGNORE)
        return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(f->name, names[i]) == 0)
            return true;
    return false;
}

/* The policy as changes of what such guests have unasked. */
static void spec_of(const struct xd_cpuid_screen *t, int column, struct xd_cpuid_spec *out)
{
    const struct xd_cpuid_column *def = made_from(t, column, XD_CPUID_LAYER_DEFAULT);
    const struct xd_cpuid_draft *d = xd_cpuid_draft_of(t, column);

    *out = (struct xd_cpuid_spec){.base = XD_CPUID_BASE_HOST};
    for (int b = 0; b < XD_CPUID_BITS; b++) {
        const struct xd_cpuid_feature *f = xd_cpuid_feature(t->db, b);
        bool asked = d && xd_fs_has(&d->said, b), has = xd_cpuid_draft_has(t, column, b);

        if (!f || !f->names[XD_CPUID_XL] || !knows(&t->m.column[column], b) ||
            (!asked && governed_elsewhere(f)))
            continue;
        if (knows(def, b) ? xd_fs_has(&def->set.fs, b) == has : !asked)
            continue;
        xd_fs_add(has ? &out->add : &out->remove, b);
    }
    xd_cpuid_roots(t->db, &out->remove);
}

static void dom0_line(const struct xd_cpuid_screen *t, const struct xd_cpuid_spec *s,
                      struct xd_buf *line)
{
    const struct xd_featureset *const sets[] = {&s->add, &s->remove};

    for (int i = 0; i < 2; i++)
        for (int b = xd_fs_next(sets[i], 0); b >= 0; b = xd_fs_next(sets[i], b + 1))
            xd_buf_printf(line, "%s%s%s", line->len ? "," : "dom0-cpuid=", i ? "no-" : "",
                          xd_cpuid_feature(t->db, b)->names[XD_CPUID_XL]);
}

int xd_cpuid_draft_line(const struct xd_cpuid_screen *t, int column, struct xd_buf *line,
                        struct xd_buf *lost, struct xd_err *err)
{
    const struct xd_cpuid_column *c = &t->m.column[column];
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_cpuid_lost l = {.n = 0};
    struct xd_buf text = XD_BUF_INIT;
    struct xd_cpuid_spec s;
    int rc = check_column(t, column, err);

    if (rc == 0)
        spec_of(t, column, &s);
    if (rc == 0 && c->dom0)
        dom0_line(t, &s, line);
    else if (rc == 0)
        rc = xd_cpuid_translate(t->db, &s, NULL, XD_CPUID_AS_XL,
                                c->side == XD_CPUID_SIDE_PV ? XD_CPUID_EVERY : XD_CPUID_HVM_HAP, &a,
                                &text, &l, err);
    if (rc == 0 && text.len)
        xd_buf_add(line, text.s);
    for (size_t i = 0; i < l.n; i++)
        xd_buf_printf(lost, "%s%s", i ? "\n" : "", l.text[i]);
    xd_buf_done(&text);
    xd_arena_done(&a);
    return rc;
}

int xd_cpuid_draft_value(const struct xd_cpuid_screen *t, int column, char *out, size_t size,
                         struct xd_err *err)
{
    struct xd_buf line = XD_BUF_INIT, lost = XD_BUF_INIT;
    struct xd_arena a = XD_ARENA_INIT;
    const char *value = NULL;
    int rc = check_column(t, column, err);

    if (rc == 0)
        rc = xd_cpuid_draft_line(t, column, &line, &lost, err);
    if (rc == 0)
        value = xd_cpuid_into_value(xd_buf_str(&line), &a);
    if (rc == 0 && !value)
        rc = xd_err_set(err, -ENOTSUP, "%s has no line for a configuration",
                        t->m.column[column].name);
    if (rc == 0 && strlen(value) >= size)
        rc = xd_err_set(err, -E2BIG, "the line is too long");
    if (rc == 0)
        snprintf(out, size, "%s", value);
    xd_arena_done(&a);
    xd_buf_done(&line);
    xd_buf_done(&lost);
    return rc;
}
