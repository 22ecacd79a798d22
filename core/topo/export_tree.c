/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as lines of text, a thing each. Equal siblings are one line: "Core 0 … Core 7 (8)".
 */
#include <stdio.h>
#include <string.h>

#include "topo/export_impl.h"

#define LEVELS_MAX 64 /* deeper ones are indented no further */

/* The limbs of the tree: last child, child, beside what goes on, beside nothing. */
struct limbs {
    const char *last, *child, *on, *none, *dots;
};
static const struct limbs limbs_unicode = {"└─ ", "├─ ", "│  ", "   ", "…"};
static const struct limbs limbs_ascii = {"`- ", "|- ", "|  ", "   ", "..."};

struct writer {
    const struct xd_topo_style *s;
    const struct limbs *limbs;
    const struct xd_topo_items *l;
    struct xd_buf *out;
    struct xd_buf line;
    bool ends[LEVELS_MAX]; /* by level: the one that is open there is the last of its siblings */
};

/* What ASCII can't say becomes '?': a console of that kind would show worse. */
static void to_ascii(struct xd_buf *b)
{
    size_t to = 0;
    uint32_t cp;

    for (size_t from = 0; from < b->len;) {
        from += (size_t)xd_utf8_decode(b->s + from, b->len - from, &cp);
        b->s[to++] = cp < 0x7f ? (char)cp : '?';
    }
    xd_buf_cut(b, to);
}

static void cut(struct writer *w)
{
    int width = w->s->width, dots = xd_str_width(w->limbs->dots);

    if (width <= 0 || xd_str_width(xd_buf_str(&w->line)) <= width)
        return;
    xd_buf_cut(&w->line, xd_str_fit(w->line.s, width > dots ? width - dots : width));
    if (width > dots)
        xd_buf_add(&w->line, w->limbs->dots);
}

static void indent(struct writer *w, size_t level)
{
    if (level > LEVELS_MAX)
        level = LEVELS_MAX;
    for (size_t i = 1; i < level; i++)
        xd_buf_add(&w->line, w->ends[i - 1] ? w->limbs->none : w->limbs->on);
    if (level)
        xd_buf_add(&w->line, w->ends[level - 1] ? w->limbs->last : w->limbs->child);
}

/* The last one that a line of n siblings stands for. */
static size_t last_of(const struct xd_topo_items *l, size_t i, size_t n)
{
    for (; n > 1; n--)
        i += l->item[i].size;
    return i;
}

/* The CPUs of all that one line stands for. */
static void say_cpus(struct writer *w, size_t i, size_t n)
{
    enum xd_thing_kind kind = w->l->item[i].thing->kind;
    struct xd_cpuset all;
    struct xd_arena a = XD_ARENA_INIT;

    if (kind > XD_THING_THREAD || (kind == XD_THING_THREAD && n == 1))
        return;
    xd_cpuset_zero(&all);
    for (; n > 0; n--, i += w->l->item[i].size) {
        const struct xd_cpuset *set = xd_topo_set(w->l->item[i].thing, XD_TOPO_CPUS);

        if (set)
            xd_cpuset_or(&all, set);
    }
    if (!xd_cpuset_empty(&all))
        xd_buf_printf(&w->line, "  CPUs %s", xd_cpuset_format(&all, &a));
    xd_arena_done(&a);
}

/* Item i, which is `inner` below the first of n siblings that are alike. */
static void line(struct writer *w, size_t i, size_t inner, size_t n)
{
    const struct xd_topo_thing *o = w->l->item[i + inner].thing;
    struct xd_buf about = XD_BUF_INIT;
    char first[128], last[128];

    xd_topo_called(o, first, sizeof(first));
    xd_topo_called(w->l->item[last_of(w->l, i, n) + inner].thing, last, sizeof(last));
    xd_topo_about(o, &about);
    xd_buf_add(&w->line, first);
    if (n > 1 && strcmp(first, last) != 0)
        xd_buf_printf(&w->line, " %s %s", w->limbs->dots, last);
    if (n > 1)
        xd_buf_printf(&w->line, " (%zu)", n);
    if (about.len)
        xd_buf_printf(&w->line, "  %s", about.s);
    say_cpus(w, i, n);
    xd_buf_done(&about);
}

/* Where things of the CPU side with one thing in each end: they are said in one line. */
static size_t end_of_chain(const struct xd_topo_items *l, size_t i)
{
    const struct xd_topo_item *item = l->item;

    while (item[i].size > 1 && item[i + 1].size == item[i].size - 1 &&
           xd_topo_kind_is_cpu(item[i].thing->kind) && item[i + 1].thing->kind != XD_THING_THREAD)
        i++;
    return i;
}

/* "L2 512K + L1 32K + " of what is above the end of a chain. */
static void say_chain(struct writer *w, size_t i, size_t end)
{
    for (; i < end; i++) {
        const struct xd_topo_thing *o = w->l->item[i].thing;
        uint64_t kib = xd_topo_u64(o, XD_TOPO_SIZE, 0);
        char called[128], size[16];

        xd_buf_add(&w->line, xd_topo_called(o, called, sizeof(called)));
        if (kib)
            xd_buf_printf(&w->line, " %s", xd_fmt_bytes(kib << 10, size, sizeof(size)));
        xd_buf_add(&w->line, " + ");
    }
}

/* The siblings from i up to end, and what is in them; of several that are alike, what is in the
 * first. No deeper than a settled tree may be (XD_TOPO_DEPTH_MAX). */
static void branch(struct writer *w, size_t i, size_t end, size_t level)
{
    const struct xd_topo_item *item = w->l->item;

    while (i < end) {
        size_t n = w->s->unfolded ? 1 : xd_topo_alike(w->l, i, end), last = last_of(w->l, i, n);
        size_t inner = w->s->unfolded ? 0 : end_of_chain(w->l, i) - i;

        if (level && level <= LEVELS_MAX)
            w->ends[level - 1] = last + item[last].size >= end;
        xd_buf_clear(&w->line);
        indent(w, level);
        say_chain(w, i, i + inner);
        line(w, i, inner, n);
        if (w->s->ascii)
            to_ascii(&w->line);
        cut(w);
        xd_buf_printf(w->out, "%s\n", w->line.s);
        branch(w, i + inner + 1, i + item[i].size, level + 1);
        i = last + item[last].size;
    }
}

int xd_topo_export_tree(const struct xd_topo *t, const struct xd_topo_style *s, struct xd_buf *out,
                        struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_topo_items l;
    struct writer w = {
        .s = s, .l = &l, .out = out, .limbs = s->ascii ? &limbs_ascii : &limbs_unicode};

    xd_topo_items(t, s, &a, &l);
    branch(&w, 0, l.n, 0);
    xd_buf_done(&w.line);
    xd_arena_done(&a);
    return 0;
}
