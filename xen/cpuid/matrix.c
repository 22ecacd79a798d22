/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matrix: its columns, its cells, and which lines there are to show. */
#include "xen/cpuid/matrix.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const xd_cpuid_rows_names[] = {"used", "different", "all", NULL};

void xd_cpuid_matrix_init(struct xd_cpuid_matrix *m, const struct xd_cpuid_db *db)
{
    *m = (struct xd_cpuid_matrix){.db = db};
    xd_arena_init(&m->arena);
}

void xd_cpuid_matrix_done(struct xd_cpuid_matrix *m)
{
    xd_arena_done(&m->arena);
    m->column = NULL;
    m->n = 0;
}

/* --- columns --- */

static bool sides_meet(enum xd_cpuid_side of, enum xd_cpuid_side parent)
{
    return parent == XD_CPUID_SIDE_ANY || parent == of;
}

/* The nearest layer below of the same machine, for the same guests. */
static int parent_of(const struct xd_cpuid_matrix *m, const struct xd_cpuid_column *c)
{
    int best = -1;

    if (c->layer == XD_CPUID_LAYER_OTHER)
        return -1;
    for (int i = m->n - 1; i >= 0; i--) {
        const struct xd_cpuid_column *p = &m->column[i];

        if (p->layer >= c->layer || !xd_streq(p->machine, c->machine) ||
            !sides_meet(c->side, p->side))
            continue;
        if (best < 0 || p->layer > m->column[best].layer)
            best = i;
        if ((int)p->layer == (int)c->layer - 1)
            break;
    }
    return best;
}

int xd_cpuid_matrix_add(struct xd_cpuid_matrix *m, const struct xd_cpuid_column *c,
                        struct xd_err *err)
{
    struct xd_cpuid_column *to;

    if (m->n == XD_CPUID_COLUMNS_MAX)
        return xd_err_set(err, -E2BIG, "more than %d sets of features", XD_CPUID_COLUMNS_MAX);
    m->column = xd_arena_grow(&m->arena, m->column, (size_t)m->n, sizeof(*m->column));
    to = &m->column[m->n];
    *to = *c;
    to->name = xd_str_safe(&m->arena, c->name ? c->name : "?", 128);
    to->machine = xd_str_safe(&m->arena, c->machine, 128);
    to->options = xd_str_safe(&m->arena, c->options, 4096);
    to->key = xd_arena_strdup(&m->arena, c->key);
    to->parent = parent_of(m, to);
    return m->n++;
}

void xd_cpuid_column_of_label(const char *label, struct xd_cpuid_column *out)
{
    static const struct {
        const char *label;
        enum xd_cpuid_layer layer;
        enum xd_cpuid_side side;
    } known[] = {
        {"Raw", XD_CPUID_LAYER_RAW, XD_CPUID_SIDE_ANY},
        {"Host", XD_CPUID_LAYER_HOST, XD_CPUID_SIDE_ANY},
        {"PV Max", XD_CPUID_LAYER_MAX, XD_CPUID_SIDE_PV},
        {"HVM Max", XD_CPUID_LAYER_MAX, XD_CPUID_SIDE_HVM},
        {"PV Default", XD_CPUID_LAYER_DEFAULT, XD_CPUID_SIDE_PV},
        {"HVM Default", XD_CPUID_LAYER_DEFAULT, XD_CPUID_SIDE_HVM},
    };

    *out = (struct xd_cpuid_column){.name = label, .layer = XD_CPUID_LAYER_OTHER};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcasecmp(known[i].label, label) == 0) {
            out->layer = known[i].layer;
            out->side = known[i].side;
        }
    }
}

/* --- cells --- */

enum xd_cpuid_cell xd_cpuid_matrix_cell(const struct xd_cpuid_matrix *m, int bit, int column)
{
    const struct xd_cpuid_column *c = &m->column[column];
    const struct xd_cpuid_set *p = c->parent >= 0 ? &m->column[c->parent].set : NULL;
    bool on = xd_fs_has(&c->set.fs, bit);

    if (!(c->set.known >> (bit / 32) & 1))
        return XD_CPUID_CELL_UNKNOWN;
    if (p && (p->known >> (bit / 32) & 1) && xd_fs_has(&p->fs, bit) != on)
        return on ? XD_CPUID_CELL_GAINED : XD_CPUID_CELL_LOST;
    return on ? XD_CPUID_CELL_ON : XD_CPUID_CELL_OFF;
}

const char *xd_cpuid_cell_name(enum xd_cpuid_cell c)
{
    static const char *const names[XD_CPUID_CELLS] = {"unknown", "off", "lost", "on", "gained"};

    return names[c];
}

/* --- search --- */

/* Upper and lower case, and what people write between words, are one. */
static char plain(char c)
{
    return c == '_' || c == '.' ? '-' : (char)tolower((unsigned char)c);
}

static bool contains(const char *text, const char *word, size_t len)
{
    for (; text && *text; text++) {
        size_t i = 0;

        while (i < len && text[i] && plain(text[i]) == plain(word[i]))
            i++;
        if (i == len)
            return true;
    }
    return false;
}

static bool has_word(const struct xd_cpuid_db *db, int bit, const char *word, size_t len)
{
    const struct xd_cpuid_feature *f = xd_cpuid_feature(db, bit);
    char buf[16];

    if (!f)
        return contains(xd_cpuid_name(db, bit, buf), word, len);
    for (int s = 0; s < XD_CPUID_SYSTEMS; s++)
        if (contains(f->names[s], word, len))
            return true;
    for (size_t i = 0; i < f->n_also; i++)
        if (contains(f->also[i], word, len))
            return true;
    return contains(f->name, word, len) || contains(f->group_title, word, len) ||
           contains(f->text, word, len);
}

void xd_cpuid_search(const struct xd_cpuid_db *db, const char *search, struct xd_featureset *s)
{
    for (const char *p = search ? search : ""; *(p += strspn(p, " ")); p += strcspn(p, " ")) {
        size_t len = strcspn(p, " ");
        struct xd_featureset hit = {{0}};

        if (memchr(p, '*', len) || memchr(p, '?', len))
            xd_cpuid_glob(db, p, len, &hit);
        else
            for (int b = xd_fs_next(s, 0); b >= 0; b = xd_fs_next(s, b + 1))
                if (has_word(db, b, p, len))
                    xd_fs_add(&hit, b);
        xd_fs_and(s, &hit);
    }
}

/* --- lines --- */

/* What at least one of the columns has, and what at least one is known not to have. */
static void gather(const struct xd_cpuid_matrix *m, const struct xd_cpuid_wish *w,
                   struct xd_featureset *on, struct xd_featureset *off)
{
    memset(on, 0, sizeof(*on));
    memset(off, 0, sizeof(*off));
    for (size_t i = 0; i < w->n; i++) {
        const struct xd_cpuid_set *s = &m->column[w->columns[i]].set;

        for (int k = 0; k < XD_CPUID_WORDS; k++) {
            if (!(s->known >> k & 1))
                continue;
            on->w[k] |= s->fs.w[k];
            off->w[k] |= ~s->fs.w[k];
        }
    }
}

static int group_of(const struct xd_cpuid_db *db, int bit, int nameless)
{
    const struct xd_cpuid_feature *f = xd_cpuid_feature(db, bit);

    return f ? f->group_at : nameless;
}

static void add_line(struct xd_cpuid_lines *l, int bit, int group)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 256;
        l->line = xd_realloc(l->line, l->cap * sizeof(*l->line));
    }
    l->line[l->n++] = (struct xd_cpuid_line){bit, group};
}

/* Looks for the set's features of one group. */
static void add_group(const struct xd_cpuid_matrix *m, const struct xd_cpuid_wish *w,
                      const struct xd_featureset *set, int group, int nameless, bool folded,
                      struct xd_cpuid_lines *out)
{
    for (int b = xd_fs_next(set, 0); b >= 0; b = xd_fs_next(set, b + 1)) {
        if (group_of(m->db, b, nameless) != group)
            continue;
        if (!out->of[group]++ && !w->flat)
            add_line(out, -1, group);
        if (!folded)
            add_line(out, b, group);
    }
    out->features += out->of[group];
}

void xd_cpuid_matrix_lines(const struct xd_cpuid_matrix *m, const struct xd_cpuid_wish *w,
                           struct xd_cpuid_lines *out)
{
    struct xd_featureset on, off, all = *xd_cpuid_named(m->db), found;
    bool searched = w->search && w->search[strspn(w->search, " ")];
    int groups = 0;

    gather(m, w, &on, &off);
    xd_fs_or(&all, &on);
    found = all;
    xd_cpuid_search(m->db, w->search, &found);
    all = found;
    if (w->rows == XD_CPUID_ROWS_DIFFERENT)
        xd_fs_and(&found, &off);
    /* who looks for something wants to know of it even if nobody has it */
    if (w->rows == XD_CPUID_ROWS_DIFFERENT || (w->rows == XD_CPUID_ROWS_USED && !searched))
        xd_fs_and(&found, &on);
    out->n = out->features = 0;
    memset(out->of, 0, sizeof(out->of));
    while (xd_cpuid_group(m->db, groups, NULL) && groups < XD_CPUID_GROUPS_MAX - 1)
        groups++;
    for (int g = 0; g <= groups; g++)
        add_group(m, w, &found, g, groups, !searched && w->folded >> g & 1, out);
    out->hidden = (size_t)xd_fs_count(&all) - out->features;
}

void xd_cpuid_lines_done(struct xd_cpuid_lines *l)
{
    free(l->line);
    *l = (struct xd_cpuid_lines){.n = 0};
}

const char *xd_cpuid_group_title(const struct xd_cpuid_db *db, int group)
{
    const char *title = NULL;

    return xd_cpuid_group(db, group, &title) ? title : "Bits without a name";
}
