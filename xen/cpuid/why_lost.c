/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a layer has lost a feature, and what would bring it back. What each layer does:
 * xen/arch/x86/cpu-policy.c of Xen 4.17; a domain's: xc_cpuid_apply_policy (xg_cpuid_x86.c) and
 * libxl__cpuid_legacy (libxl_cpuid.c). */
#include <string.h>

#include "xen/cpuid/why_impl.h"

/* The name that goes into xl.cfg. */
static const char *xl_name(const struct xd_why *q)
{
    return q->f && q->f->names[XD_CPUID_XL] ? q->f->names[XD_CPUID_XL] : NULL;
}

static const struct xd_why_setting settings[] = {
    {"vmx", true, "it comes with nested virtualisation", "nestedhvm=1"},
    {"svm", true, "it comes with nested virtualisation", "nestedhvm=1"},
    {"itsc", true, "it is only for guests that never move, or whose clock is emulated",
     "nomigrate=1 or tsc_mode=\"always_emulate\""},
    {"pae", false, "it has a line of its own", "pae=1"},
};

const struct xd_why_setting *xd_why_setting(const struct xd_cpuid_feature *f)
{
    for (size_t i = 0; f && i < sizeof(settings) / sizeof(settings[0]); i++)
        if (strcmp(settings[i].feature, f->name) == 0)
            return &settings[i];
    return NULL;
}

/* --- layer by layer --- */

/* Of what a processor says itself, and of a set of which nothing else is known. */
static void not_in_hardware(struct xd_why *q)
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

    xd_why_say(q, by[g].cause,
               alone ? xd_arena_printf(q->a, "%s has no %s%s.", q->c->name, q->name, by[g].text)
                     : xd_arena_printf(q->a, "The processor of %s has no %s%s.", xd_why_host(q),
                                       q->name, by[g].text),
               by[g].remedy);
}

/* No policy has these: they follow what the guest's system does, or how its vCPUs are laid out. */
static bool follows_guest(struct xd_why *q)
{
    if (!q->f || (q->f->given != XD_CPUID_BY_OS && q->f->over != XD_CPUID_OVER_IGNORE))
        return false;
    if (q->f->given == XD_CPUID_BY_OS)
        xd_why_say(q, XD_CPUID_CAUSE_OS,
                   xd_arena_printf(
                       q->a, "%s follows what the running system does: no policy has it.", q->name),
                   "Nothing is wrong.");
    else
        xd_why_say(q, XD_CPUID_CAUSE_LAYOUT,
                   xd_arena_printf(q->a,
                                   "Xen and its tools set %s to match how a guest's vCPUs are laid "
                                   "out.",
                                   q->name),
                   "Nothing is wrong.");
    return true;
}

static void not_used_by_xen(struct xd_why *q)
{
    const char *option = xd_cpuid_option_against(q->m->db, q->c->options, q->bit, q->a);

    if (follows_guest(q)) {
        return;
    } else if (option) {
        xd_why_say(q, XD_CPUID_CAUSE_OPTION,
                   xd_arena_printf(
                       q->a, "The processor has %s; Xen's command line switches it off with %s.",
                       q->name, option),
                   xd_arena_printf(q->a, "Take %s off Xen's command line and start the host anew.",
                                   option));
    } else if (!q->f || !q->f->xen) {
        xd_why_say(
            q, XD_CPUID_CAUSE_UNAWARE,
            xd_arena_printf(q->a, "The processor has %s, but Xen 4.17 doesn't know it.", q->name),
            "A newer Xen may know it.");
    } else {
        xd_why_say(
            q, XD_CPUID_CAUSE_XEN,
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
static const char *options_of(const struct xd_why *q)
{
    const struct xd_cpuid_column *c = q->c;

    while (c->parent >= 0 && c->layer != XD_CPUID_LAYER_HOST)
        c = &q->m->column[c->parent];
    return c->options;
}

static void not_for_guests(struct xd_why *q)
{
    enum xd_cpuid_guests to = q->f ? xd_cpuid_guests(q->f) : XD_CPUID_NOBODY;
    const char *option = xd_cpuid_option_against(q->m->db, options_of(q), q->bit, q->a);

    if (!q->f || !q->f->xen)
        xd_why_say(
            q, XD_CPUID_CAUSE_UNAWARE,
            xd_arena_printf(
                q->a, "Xen 4.17 doesn't know %s, and what it doesn't know no guest sees.", q->name),
            "A newer Xen may know it.");
    else if (follows_guest(q))
        return;
    else if (to == XD_CPUID_NOBODY)
        xd_why_say(q, XD_CPUID_CAUSE_HIDDEN,
                   xd_arena_printf(q->a, "Xen keeps %s for itself: no guest of Xen 4.17 sees it.",
                                   q->name),
                   NULL);
    else if (q->c->side == XD_CPUID_SIDE_PV && to < XD_CPUID_EVERY)
        xd_why_say(q, XD_CPUID_CAUSE_SIDE,
                   xd_arena_printf(
                       q->a, "Xen gives %s to HVM and PVH guests only: PV can't have it.", q->name),
                   q->m->column[q->asked].dom0 ? "Xen's option dom0=pvh starts dom0 as PVH."
                                               : "Start the guest as type=\"pvh\" or \"hvm\".");
    else if (option)
        xd_why_say(q, XD_CPUID_CAUSE_OPTION,
                   xd_arena_printf(q->a, "Xen's command line hides %s from guests with %s.",
                                   q->name, option),
                   xd_arena_printf(q->a, "Take %s off Xen's command line and start the host anew.",
                                   option));
    else if (to == XD_CPUID_HVM_HAP && q->c->side == XD_CPUID_SIDE_HVM)
        xd_why_say(
            q, XD_CPUID_CAUSE_SIDE,
            xd_arena_printf(q->a,
                            "Xen gives %s only where it can use hardware-assisted paging (HAP) for "
                            "guests, or has switched it off for this processor.",
                            q->name),
            "See what xl info says of hap in virt_caps; Xen's option hap=0 and the firmware can "
            "switch it off.");
    else
        xd_why_say(q, XD_CPUID_CAUSE_XEN,
                   xd_arena_printf(q->a, "Xen uses %s and doesn't give it to %s on %s.", q->name,
                                   xd_why_guests(q->c), xd_why_host(q)),
                   "Xen's log (xl dmesg) and its options (spec-ctrl= and others) may say why.");
}

static bool follows_setting(struct xd_why *q, bool by_default)
{
    const struct xd_cpuid_column *who = &q->m->column[q->asked];
    const char *whose = who->layer == XD_CPUID_LAYER_DOMAIN ? who->name : "a guest";

    const struct xd_why_setting *set = xd_why_setting(q->f);

    if (!set || (by_default && !set->by_default))
        return false;
    xd_why_say(q, XD_CPUID_CAUSE_SETTING,
               xd_arena_printf(q->a, "%s is off unless the guest's configuration asks for it: %s.",
                               q->name, set->text),
               xd_arena_printf(
                   q->a, "Write %s into the configuration of %s; it counts from its next start.",
                   set->remedy, whose));
    return true;
}

static void not_unasked(struct xd_why *q)
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
        xd_why_say(
            q, XD_CPUID_CAUSE_SIDE,
            xd_arena_printf(q->a,
                            "Xen gives %s to HVM and PVH guests only; a PV guest that comes from "
                            "elsewhere with it may keep it.",
                            q->name),
            NULL);
    else if (q->f && !xd_cpuid_by_default(q->f))
        xd_why_say(q, XD_CPUID_CAUSE_UNASKED,
                   xd_arena_printf(q->a,
                                   "%s can have %s, but only if their configuration asks for it.",
                                   xd_why_guests(q->c), q->name),
                   remedy);
    else
        xd_why_say(q, XD_CPUID_CAUSE_UNASKED,
                   xd_arena_printf(q->a,
                                   "On this processor Xen gives %s to %s only if they ask for it.",
                                   q->name, xd_why_guests(q->c)),
                   remedy);
}

static void not_in_domain(struct xd_why *q)
{
    const char *xl = xl_name(q);

    if (follows_guest(q))
        return;
    if (q->c->dom0)
        xd_why_say(
            q, XD_CPUID_CAUSE_POLICY,
            xd_arena_printf(q->a, "Dom0's policy hasn't got %s: Xen made it so when it started.",
                            q->name),
            xd_arena_printf(q->a,
                            "Look for no-%s in Xen's option dom0-cpuid=; it counts from the next "
                            "start of the host.",
                            xl ? xl : q->name));
    else if (!follows_setting(q, false))
        xd_why_say(
            q, XD_CPUID_CAUSE_POLICY,
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

void xd_why_lost(struct xd_why *q, bool sure)
{
    if (q->c->parent < 0 || !sure)
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
