/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a cell of the matrix is as it is. A feature goes from layer to layer (raw, host, maximum,
 * default, domain); the layer that has it off first is asked for the reason. What each layer does:
 * xen/arch/x86/cpu-policy.c of Xen 4.17; a domain's: xc_cpuid_apply_policy (xg_cpuid_x86.c) and
 * libxl__cpuid_legacy (libxl_cpuid.c). */
#include <string.h>

#include "xen/cpuid/matrix.h"

struct asker {
    const struct xd_cpuid_matrix *m;
    struct xd_arena *a;
    int bit, asked;                   /* the feature, and the column that was asked for */
    const struct xd_cpuid_feature *f; /* NULL: it has no name */
    const char *name;
    const struct xd_cpuid_column *c; /* the column that the sentence is about */
    struct xd_cpuid_why *out;
};

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

static const char *host_of(const struct asker *q)
{
    return q->c->machine ? q->c->machine : "this host";
}

static const char *guests_of(const struct xd_cpuid_column *c)
{
    static const char *const names[] = {"guests", "PV guests", "HVM and PVH guests"};

    return names[c->side];
}

/* The name that goes into xl.cfg. */
static const char *xl_name(const struct asker *q)
{
    return q->f && q->f->names[XD_CPUID_XL] ? q->f->names[XD_CPUID_XL] : NULL;
}

static void say(struct asker *q, enum xd_cpuid_cause cause, const char *text, const char *remedy)
{
    q->out->cause = cause;
    q->out->text = text;
    q->out->remedy = remedy;
}

/* Features that follow another line of the configuration; libxl sets them beside cpuid=. */
static const struct setting {
    const char *feature;
    bool by_default; /* the default hasn't got it either */
    const char *text, *remedy;
} settings[] = {
    {"vmx", true, "it comes with nested virtualisation", "nestedhvm=1"},
    {"svm", true, "it comes with nested virtualisation", "nestedhvm=1"},
    {"itsc", true, "it is only for guests that never move, or whose clock is emulated",
     "nomigrate=1 or tsc_mode=\"always_emulate\""},
    {"pae", false, "it has a line of its own", "pae=1"},
};

static const struct setting *setting_of(const struct xd_cpuid_feature *f)
{
    for (size_t i = 0; f && i < sizeof(settings) / sizeof(settings[0]); i++)
        if (strcmp(settings[i].feature, f->name) == 0)
            return &settings[i];
    return NULL;
}

/* --- layer by layer --- */

/* Of what a processor says itself, and of a set of which nothing else is known. */
static void not_in_hardware(struct asker *q)
{
    static const struct {
        enum xd_cpuid_cause cause;
        const char *text; /* behind "the processor of H has no X" */
        const char *remedy;
    } by[] = {
        [XD_CPUID_HARDWARE] = {XD_CPUID_CAUSE_HARDWARE, "", "Only another processor has it."},
        [XD_CPUID_MICROCODE] = {XD_CPUID_CAUSE_MICROCODE, ", or not yet: it comes with microcode",
                                "Newer microcode may bring it: install it and let Xen load it (its "
                                "option ucode=)."},
        [XD_CPUID_FIRMWARE] = {XD_CPUID_CAUSE_FIRMWARE,
                               ", or the machine's firmware has it switched off",
                               "Look for it in the machine's firmware setup."},
        [XD_CPUID_TSX] =
            {XD_CPUID_CAUSE_TSX, ", or microcode or Xen's option tsx= has switched it off",
             "tsx=1 on Xen's command line brings it back where the processor still has "
             "it, and its weaknesses too."},
        [XD_CPUID_BY_XEN] = {XD_CPUID_CAUSE_HARDWARE, " of its own; Xen decides what guests see",
                             NULL},
        [XD_CPUID_BY_OS] = {XD_CPUID_CAUSE_OS,
                            " switched on: it follows what the running system does",
                            "No policy sets it; nothing is wrong."},
        [XD_CPUID_NEGATIVE] = {XD_CPUID_CAUSE_INTACT,
                               ", which is well: it would say that something was lost",
                               "Nothing is wrong."},
    };
    enum xd_cpuid_given g = q->f ? q->f->given : XD_CPUID_HARDWARE;
    bool alone = q->c->layer == XD_CPUID_LAYER_OTHER || q->c->layer == XD_CPUID_LAYER_DOMAIN;

    say(q, by[g].cause,
        alone ? xd_arena_printf(q->a, "%s has no %s%s.", q->c->name, q->name, by[g].text)
              : xd_arena_printf(q->a, "The processor of %s has no %s%s.", host_of(q), q->name,
                                by[g].text),
        by[g].remedy);
}

/* No policy has these: they follow what the guest's system does, or how its vCPUs are laid out. */
static bool follows_guest(struct asker *q)
{
    if (!q->f || (q->f->given != XD_CPUID_BY_OS && q->f->over != XD_CPUID_OVER_IGNORE))
        return false;
    if (q->f->given == XD_CPUID_BY_OS)
        say(q, XD_CPUID_CAUSE_OS,
            xd_arena_printf(q->a, "%s follows what the running system does: no policy has it.",
                            q->name),
            "Nothing is wrong.");
    else
        say(q, XD_CPUID_CAUSE_LAYOUT,
            xd_arena_printf(q->a,
                            "Xen and its tools set %s to match how a guest's vCPUs are laid "
                            "out.",
                            q->name),
            "Nothing is wrong.");
    return true;
}

static void not_used_by_xen(struct asker *q)
{
    const char *option = xd_cpuid_option_against(q->m->db, q->c->options, q->bit, q->a);

    if (follows_guest(q)) {
        return;
    } else if (option) {
        say(q, XD_CPUID_CAUSE_OPTION,
            xd_arena_printf(q->a,
                            "The processor has %s; Xen's command line switches it off with %s.",
                            q->name, option),
            xd_arena_printf(q->a, "Take %s off Xen's command line and start the host anew.",
                            option));
    } else if (!q->f || !q->f->xen) {
        say(q, XD_CPUID_CAUSE_UNAWARE,
            xd_arena_printf(q->a, "The processor has %s, but Xen 4.17 doesn't know it.", q->name),
            "A newer Xen may know it.");
    } else {
        say(q, XD_CPUID_CAUSE_XEN,
            xd_arena_printf(q->a, "The processor has %s, and Xen has switched it off%s.", q->name,
                            q->c->options
                                ? " by itself: it can't use it, or works round a fault of the "
                                  "processor"
                                : ": by its command line, because it can't use it, or to "
                                  "work round a fault"),
            q->c->options ? "Xen's log (xl dmesg) may say why."
                          : xd_arena_printf(q->a,
                                            "Look for %s on Xen's command line (xl info, "
                                            "xen_commandline), then into its log (xl dmesg).",
                                            xd_cpuid_option_of(q->m->db, q->bit, q->a)));
    }
}

/* Xen's command line of the machine that a column belongs to. */
static const char *options_of(const struct asker *q)
{
    const struct xd_cpuid_column *c = q->c;

    while (c->parent >= 0 && c->layer != XD_CPUID_LAYER_HOST)
        c = &q->m->column[c->parent];
    return c->options;
}

static void not_for_guests(struct asker *q)
{
    enum xd_cpuid_guests to = q->f ? xd_cpuid_guests(q->f) : XD_CPUID_NOBODY;
    const char *option = xd_cpuid_option_against(q->m->db, options_of(q), q->bit, q->a);

    if (!q->f || !q->f->xen)
        say(q, XD_CPUID_CAUSE_UNAWARE,
            xd_arena_printf(
                q->a, "Xen 4.17 doesn't know %s, and what it doesn't know no guest sees.", q->name),
            "A newer Xen may know it.");
    else if (follows_guest(q))
        return;
    else if (to == XD_CPUID_NOBODY)
        say(q, XD_CPUID_CAUSE_HIDDEN,
            xd_arena_printf(q->a, "Xen keeps %s for itself: no guest of Xen 4.17 sees it.",
                            q->name),
            NULL);
    else if (q->c->side == XD_CPUID_SIDE_PV && to < XD_CPUID_EVERY)
        say(q, XD_CPUID_CAUSE_SIDE,
            xd_arena_printf(q->a, "Xen gives %s to HVM and PVH guests only: PV can't have it.",
                            q->name),
            q->m->column[q->asked].dom0 ? "Xen's option dom0=pvh starts dom0 as PVH."
                                        : "Start the guest as type=\"pvh\" or \"hvm\".");
    else if (option)
        say(q, XD_CPUID_CAUSE_OPTION,
            xd_arena_printf(q->a, "Xen's command line hides %s from guests with %s.", q->name,
                            option),
            xd_arena_printf(q->a, "Take %s off Xen's command line and start the host anew.",
                            option));
    else if (to == XD_CPUID_HVM_HAP && q->c->side == XD_CPUID_SIDE_HVM)
        say(q, XD_CPUID_CAUSE_SIDE,
            xd_arena_printf(q->a,
                            "Xen gives %s only where it can use hardware-assisted paging (HAP) for "
                            "guests, or has switched it off for this processor.",
                            q->name),
            "See what xl info says of hap in virt_caps; Xen's option hap=0 and the firmware can "
            "switch it off.");
    else
        say(q, XD_CPUID_CAUSE_XEN,
            xd_arena_printf(q->a, "Xen uses %s and doesn't give it to %s on %s.", q->name,
                            guests_of(q->c), host_of(q)),
            "Xen's log (xl dmesg) and its options (spec-ctrl= and others) may say why.");
}

static bool follows_setting(struct asker *q, bool by_default)
{
    const struct xd_cpuid_column *who = &q->m->column[q->asked];
    const char *whose = who->layer == XD_CPUID_LAYER_DOMAIN ? who->name : "a guest";

    const struct setting *set = setting_of(q->f);

    if (!set || (by_default && !set->by_default))
        return false;
    say(q, XD_CPUID_CAUSE_SETTING,
        xd_arena_printf(q->a, "%s is off unless the guest's configuration asks for it: %s.",
                        q->name, set->text),
        xd_arena_printf(q->a,
                        "Write %s into the configuration of %s; it counts from its next start.",
                        set->remedy, whose));
    return true;
}

static void not_unasked(struct asker *q)
{
    const struct xd_cpuid_column *who = &q->m->column[q->asked];
    const char *xl = xl_name(q);
    const char *remedy =
        !xl ? NULL
        : who->dom0
            ? xd_arena_printf(q->a,
                              "Xen's option dom0-cpuid=%s gives it to dom0, from the next start of "
                              "the host.",
                              xl)
            : xd_arena_printf(q->a,
                              "Write cpuid=\"host,%s=1\" into the configuration of %s; it counts "
                              "from its next start.",
                              xl, who->layer == XD_CPUID_LAYER_DOMAIN ? who->name : "a guest");

    if (follows_guest(q) || follows_setting(q, true))
        return;
    if (q->f && q->c->side == XD_CPUID_SIDE_PV && xd_cpuid_guests(q->f) < XD_CPUID_EVERY)
        say(q, XD_CPUID_CAUSE_SIDE,
            xd_arena_printf(q->a,
                            "Xen gives %s to HVM and PVH guests only; a PV guest that comes from "
                            "elsewhere with it may keep it.",
                            q->name),
            NULL);
    else if (q->f && !xd_cpuid_by_default(q->f))
        say(q, XD_CPUID_CAUSE_UNASKED,
            xd_arena_printf(q->a, "%s can have %s, but only if their configuration asks for it.",
                            guests_of(q->c), q->name),
            remedy);
    else
        say(q, XD_CPUID_CAUSE_UNASKED,
            xd_arena_printf(q->a, "On this processor Xen gives %s to %s only if they ask for it.",
                            q->name, guests_of(q->c)),
            remedy);
}

static void not_in_domain(struct asker *q)
{
    const char *xl = xl_name(q);

    if (follows_guest(q))
        return;
    if (q->c->dom0)
        say(q, XD_CPUID_CAUSE_POLICY,
            xd_arena_printf(q->a, "Dom0's policy hasn't got %s: Xen made it so when it started.",
                            q->name),
            xd_arena_printf(q->a,
                            "Look for no-%s in Xen's option dom0-cpuid=; it counts from the next "
                            "start of the host.",
                            xl ? xl : q->name));
    else if (!follows_setting(q, false))
        say(q, XD_CPUID_CAUSE_POLICY,
            xd_arena_printf(q->a,
                            "The policy of %s takes %s away: cpuid= in its configuration says so, "
                            "or it came here from a host without.",
                            q->c->name, q->name),
            xd_arena_printf(
                q->a,
                "Take %s=0 out of cpuid= in the configuration of %s, and start it anew: "
                "a running domain's policy can't change.",
                xl ? xl : q->name, q->c->name));
}

/* --- what it needs --- */

/* Of what a feature needs and a column hasn't got the one that needs nothing else there; -1: it has
 * all. */
static int lacking(const struct asker *q, int bit, int column)
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

static void why(struct asker *q, int column, bool deep);

static void for_want_of(struct asker *q, int bit, int column)
{
    struct xd_cpuid_why root = {.cause = XD_CPUID_CAUSE_UNKNOWN};
    struct asker p = *q;
    char buf[16];
    const char *needed = xd_cpuid_name(q->m->db, bit, buf);

    p.bit = bit;
    p.out = &root;
    why(&p, column, false);
    say(q, XD_CPUID_CAUSE_NEEDS,
        xd_arena_printf(q->a, "%s needs %s, which is off too. %s", q->name, needed, root.text),
        root.remedy);
    q->out->because = bit;
}

/* --- both ways --- */

/* The column in which it was lost, going back from one in which it is off. *sure false: the one
 * before doesn't tell. */
static int lost_in(const struct asker *q, int column, bool *sure)
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

static void why_off(struct asker *q, int column, bool deep)
{
    bool sure;
    int lost = lost_in(q, column, &sure);
    int needs;

    q->c = &q->m->column[lost];
    q->out->lost_in = lost;
    needs = deep && q->c->layer != XD_CPUID_LAYER_RAW ? lacking(q, q->bit, lost) : -1;
    if (needs >= 0)
        for_want_of(q, needs, lost);
    else if (q->c->parent < 0 || !sure)
        not_in_hardware(q);
    else if (q->c->layer == XD_CPUID_LAYER_HOST)
        not_used_by_xen(q);
    else if (q->c->layer == XD_CPUID_LAYER_MAX)
        not_for_guests(q);
    else if (q->c->layer == XD_CPUID_LAYER_DEFAULT)
        not_unasked(q);
    else
        not_in_domain(q);
}

static bool hardware_has(const struct asker *q, int column)
{
    while (q->m->column[column].parent >= 0)
        column = q->m->column[column].parent;
    return xd_cpuid_cell_on(xd_cpuid_matrix_cell(q->m, q->bit, column));
}

/* Where an "on" comes from: the column that has it although what it was made from has not. */
static void why_on(struct asker *q, int column)
{
    const struct xd_cpuid_column *c;
    int from = column;

    while (xd_cpuid_matrix_cell(q->m, q->bit, from) == XD_CPUID_CELL_ON &&
           q->m->column[from].parent >= 0)
        from = q->m->column[from].parent;
    c = q->c = &q->m->column[from];
    if (xd_cpuid_matrix_cell(q->m, q->bit, from) != XD_CPUID_CELL_GAINED)
        say(q, XD_CPUID_CAUSE_ON,
            c->layer == XD_CPUID_LAYER_RAW
                ? xd_arena_printf(q->a, "The processor of %s has %s.", host_of(q), q->name)
                : xd_arena_printf(q->a, "%s has %s.", c->name, q->name),
            NULL);
    else if (c->layer == XD_CPUID_LAYER_DOMAIN)
        say(q, XD_CPUID_CAUSE_ASKED,
            xd_arena_printf(q->a,
                            "%s has %s though guests don't unasked: %s says so in its "
                            "configuration, or it came here with it.",
                            c->name, q->name,
                            setting_of(q->f) ? setting_of(q->f)->remedy : "cpuid="),
            NULL);
    else
        say(q, XD_CPUID_CAUSE_GIVEN,
            xd_arena_printf(
                q->a, "Xen gives %s %s although %s.",
                c->layer == XD_CPUID_LAYER_HOST ? "itself" : guests_of(c), q->name,
                hardware_has(q, from)
                    ? "it doesn't use it itself"
                    : xd_arena_printf(q->a,
                                      "%s hasn't got it: it emulates it, or guests have to know",
                                      host_of(q))),
            NULL);
}

static void why_unknown(struct asker *q, int column)
{
    const struct xd_cpuid_column *c = &q->m->column[column];
    char place[64];

    xd_cpuid_place(q->bit, place, sizeof(place));
    if (q->bit / 32 >= XD_CPUID_XEN_WORDS || (q->f && !q->f->xen))
        say(q, XD_CPUID_CAUSE_UNKNOWN,
            xd_arena_printf(q->a, "Nothing is known of %s here: Xen 4.17 has no word for %s.",
                            q->name, place),
            NULL);
    else
        say(q, XD_CPUID_CAUSE_UNKNOWN,
            xd_arena_printf(q->a, "Nothing is known of %s: what %s tells doesn't reach to %s.",
                            q->name, c->name, place),
            c->machine || c->layer == XD_CPUID_LAYER_OTHER
                ? "xen-cpuid -p, run there, tells of all."
                : NULL);
}

static void why(struct asker *q, int column, bool deep)
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
    struct asker q = {.m = m, .a = a, .bit = bit, .out = out};

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
