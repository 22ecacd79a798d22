/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a cell of the matrix is as it is. A feature goes from layer to layer (raw, host, maximum,
 * default, domain); the layer that has it off first is asked for the reason (why_lost.c). */
#include <string.h>

#include "xen/cpuid/why_impl.h"

const char *xd_cpuid_cause_name(enum xd_cpuid_cause c)
{
    static const char *const names[XD_CPUID_CAUSES] = {
        "on",
        "given by Xen",
        "asked for",
        "unknown",
        "hardware",
        "microcode",
        "firmware",
        "tsx",
        "guest's system",
        "nothing lost",
        "command line",
        "Xen",
        "unknown to Xen",
        "kept by Xen",
        "guest type",
        "not asked",
        "vCPU layout",
        "another setting",
        "domain's policy",
        "dependency",
    };

    return names[c];
}

const char *xd_why_host(const struct xd_why *q)
{
    return q->c->machine ? q->c->machine : "this host";
}

const char *xd_why_guests(const struct xd_cpuid_column *c)
{
    static const char *const names[] = {"guests", "PV guests", "HVM and PVH guests"};

    return names[c->side];
}

void xd_why_say(struct xd_why *q, enum xd_cpuid_cause cause, const char *text, const char *remedy)
{
    q->out->cause = cause;
    q->out->text = text;
    q->out->remedy = remedy;
}

/* --- what it needs --- */

/* Of what a feature needs and a column hasn't got the one that needs nothing else there; -1: it has
 * all. */
static int lacking(const struct xd_why *q, int bit, int column)
{
    const struct xd_cpuid_set *s = &q->m->column[column].set;
    int found = -1;

    for (int depth = 0; depth < 32; depth++) {
        const struct xd_cpuid_feature *f = xd_cpuid_feature(q->m->db, bit);
        struct xd_featureset lacks;

        if (!f)
            return found;
        lacks = f->needs;
        for (int w = 0; w < XD_CPUID_WORDS; w++) /* what nobody knows isn't blamed */
            lacks.w[w] &= s->known >> w & 1 ? ~s->fs.w[w] : 0;
        bit = xd_fs_next(&lacks, 0);
        if (bit < 0)
            return found;
        found = bit;
    }
    return found;
}

static void why(struct xd_why *q, int column, bool deep);

static void for_want_of(struct xd_why *q, int bit, int column)
{
    struct xd_cpuid_why root = {.cause = XD_CPUID_CAUSE_UNKNOWN};
    struct xd_why p = *q;
    char buf[16];
    const char *needed = xd_cpuid_name(q->m->db, bit, buf);

    p.bit = bit;
    p.out = &root;
    why(&p, column, false);
    xd_why_say(
        q, XD_CPUID_CAUSE_NEEDS,
        xd_arena_printf(q->a, "%s needs %s, which is off too. %s", q->name, needed, root.text),
        root.remedy);
    q->out->because = bit;
}

/* --- both ways --- */

/* The column in which it was lost, going back from one in which it is off. *sure false: the one
 * before doesn't tell. */
static int lost_in(const struct xd_why *q, int column, bool *sure)
{
    *sure = true;
    for (;;) {
        int parent = q->m->column[column].parent;
        enum xd_cpuid_cell c =
            parent >= 0 ? xd_cpuid_matrix_cell(q->m, q->bit, parent) : XD_CPUID_CELL_ON;

        if (c == XD_CPUID_CELL_UNKNOWN)
            *sure = false;
        if (c != XD_CPUID_CELL_OFF && c != XD_CPUID_CELL_LOST)
            return column;
        column = parent;
    }
}

static void why_off(struct xd_why *q, int column, bool deep)
{
    bool sure;
    int lost = lost_in(q, column, &sure);
    int needs;

    q->c = &q->m->column[lost];
    q->out->lost_in = lost;
    needs = deep && q->c->layer != XD_CPUID_LAYER_RAW ? lacking(q, q->bit, lost) : -1;
    if (needs >= 0)
        for_want_of(q, needs, lost);
    else
        xd_why_lost(q, sure);
}

static bool hardware_has(const struct xd_why *q, int column)
{
    while (q->m->column[column].parent >= 0)
        column = q->m->column[column].parent;
    return xd_cpuid_cell_on(xd_cpuid_matrix_cell(q->m, q->bit, column));
}

/* Where an "on" comes from: the column that has it although what it was made from has not. */
static void why_on(struct xd_why *q, int column)
{
    const struct xd_cpuid_column *c;
    int from = column;

    while (xd_cpuid_matrix_cell(q->m, q->bit, from) == XD_CPUID_CELL_ON &&
           q->m->column[from].parent >= 0)
        from = q->m->column[from].parent;
    c = q->c = &q->m->column[from];
    if (xd_cpuid_matrix_cell(q->m, q->bit, from) != XD_CPUID_CELL_GAINED)
        xd_why_say(
            q, XD_CPUID_CAUSE_ON,
            c->layer == XD_CPUID_LAYER_RAW
                ? xd_arena_printf(q->a, "The processor of %s has %s.", xd_why_host(q), q->name)
                : xd_arena_printf(q->a, "%s has %s.", c->name, q->name),
            NULL);
    else if (c->layer == XD_CPUID_LAYER_DOMAIN)
        xd_why_say(q, XD_CPUID_CAUSE_ASKED,
                   xd_arena_printf(q->a,
                                   "%s has %s though guests don't unasked: %s says so in its "
                                   "configuration, or it came here with it.",
                                   c->name, q->name,
                                   xd_why_setting(q->f) ? xd_why_setting(q->f)->remedy : "cpuid="),
                   NULL);
    else
        xd_why_say(q, XD_CPUID_CAUSE_GIVEN,
                   xd_arena_printf(
                       q->a, "Xen gives %s %s although %s.",
                       c->layer == XD_CPUID_LAYER_HOST ? "itself" : xd_why_guests(c), q->name,
                       hardware_has(q, from)
                           ? "it doesn't use it itself"
                           : xd_arena_printf(
                                 q->a, "%s hasn't got it: it emulates it, or guests have to know",
                                 xd_why_host(q))),
                   NULL);
}

static void why_unknown(struct xd_why *q, int column)
{
    const struct xd_cpuid_column *c = &q->m->column[column];
    char place[64];

    xd_cpuid_place(q->bit, place, sizeof(place));
    if (q->bit / 32 >= XD_CPUID_XEN_WORDS || (q->f && !q->f->xen))
        xd_why_say(q, XD_CPUID_CAUSE_UNKNOWN,
                   xd_arena_printf(q->a,
                                   "Nothing is known of %s here: Xen 4.17 has no word for %s.",
                                   q->name, place),
                   NULL);
    else
        xd_why_say(q, XD_CPUID_CAUSE_UNKNOWN,
                   xd_arena_printf(q->a,
                                   "Nothing is known of %s: what %s tells doesn't reach to %s.",
                                   q->name, c->name, place),
                   c->machine || c->layer == XD_CPUID_LAYER_OTHER
                       ? "xen-cpuid -p, run there, tells of all."
                       : NULL);
}

static void why(struct xd_why *q, int column, bool deep)
{
    char buf[16];

    q->f = xd_cpuid_feature(q->m->db, q->bit);
    q->name = xd_arena_strdup(q->a, xd_cpuid_name(q->m->db, q->bit, buf));
    q->asked = deep ? column : q->asked;
    q->out->cell = xd_cpuid_matrix_cell(q->m, q->bit, column);
    q->out->lost_in = q->out->because = -1;
    if (q->out->cell == XD_CPUID_CELL_UNKNOWN)
        why_unknown(q, column);
    else if (xd_cpuid_cell_on(q->out->cell))
        why_on(q, column);
    else
        why_off(q, column, deep);
}

void xd_cpuid_matrix_why(const struct xd_cpuid_matrix *m, int bit, int column, struct xd_arena *a,
                         struct xd_cpuid_why *out)
{
    struct xd_why q = {.m = m, .a = a, .bit = bit, .out = out};

    why(&q, column, true);
}

size_t xd_cpuid_matrix_reasons(const struct xd_cpuid_matrix *m, int bit, const int *columns,
                               size_t n, struct xd_arena *a, struct xd_cpuid_reasons **out)
{
    struct xd_cpuid_reasons *list = NULL;
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        struct xd_cpuid_why w;
        size_t k = 0;

        xd_cpuid_matrix_why(m, bit, columns[i], a, &w);
        while (k < count &&
               (strcmp(list[k].why.text, w.text) != 0 || !xd_streq(list[k].why.remedy, w.remedy)))
            k++;
        if (k == count) {
            list = xd_arena_grow(a, list, count, sizeof(*list));
            list[count++] = (struct xd_cpuid_reasons){.why = w};
        }
        list[k].columns = xd_arena_grow(a, list[k].columns, list[k].n, sizeof(int));
        list[k].columns[list[k].n++] = columns[i];
    }
    *out = list;
    return count;
}
