/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of Xen's command line switches a feature off: docs/misc/xen-command-line.pandoc of Xen 4.17
 * (cpuid, spec-ctrl, tsx, xsave, smep, smap, pku). */
#include <string.h>

#include "xen/cpuid/matrix.h"

/* An option, or an element of its list, and what goes away with it. */
static const struct {
    const char *option, *element; /* element NULL: the option as a whole is a boolean */
    bool on;                      /* it is its "yes" that takes them away */
    const char *features;         /* and all that depends on them */
} table[] = {
    {"xsave", NULL, false, "xsave"},
    {"smep", NULL, false, "smep"},
    {"smap", NULL, false, "smap"},
    {"pku", NULL, false, "pku"},
    {"tsx", NULL, false, "hle rtm"},
    {"spec-ctrl", NULL, false, "ibrsb ibrs"},
    {"spec-ctrl", "msr-sc", false, "ibrsb ibrs"},
    {"spec-ctrl", "gds-mit", true, "avx"},
};

#define N_TABLE (sizeof(table) / sizeof(table[0]))

struct word {
    const char *s;
    size_t len;
};

static bool is(struct word w, const char *text)
{
    return strlen(text) == w.len && memcmp(w.s, text, w.len) == 0;
}

/* Splits "no-name", "name=no" or "name" into name and whether it is on; false: neither. */
static bool boolean(struct word w, struct word *name, bool *on)
{
    static const char *const no[] = {"0", "no", "off", "false", "disable"};
    static const char *const yes[] = {"1", "yes", "on", "true", "enable"};
    const char *eq = memchr(w.s, '=', w.len);

    *on = true;
    *name = w;
    if (!eq) {
        if (w.len > 3 && memcmp(w.s, "no-", 3) == 0) {
            *name = (struct word){w.s + 3, w.len - 3};
            *on = false;
        }
        return true;
    }
    struct word value = {eq + 1, w.len - (size_t)(eq + 1 - w.s)};
    name->len = (size_t)(eq - w.s);
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        if (is(value, no[i]) || is(value, yes[i])) {
            *on = is(value, yes[i]);
            return true;
        }
    }
    return false;
}

/* Whether the feature, or something it needs, is among these. */
static bool takes(const struct xd_cpuid_db *db, const char *features, size_t len, int bit)
{
    struct word w = {features, 0};

    for (const char *end = features + len; w.s < end; w.s += w.len + 1) {
        w.len = strcspn(w.s, " ");
        if (w.s + w.len > end)
            w.len = (size_t)(end - w.s);
        const struct xd_cpuid_feature *f = xd_cpuid_find(db, XD_CPUID_ANY, w.s, w.len);
        if (f && (f->bit == bit || xd_fs_has(&f->dependents, bit)))
            return true;
    }
    return false;
}

/* One element of an option that is a list: cpuid=no-avx,no-rtm. */
static bool element_against(const struct xd_cpuid_db *db, struct word option, struct word e,
                            int bit)
{
    struct word name;
    bool on;

    if (!boolean(e, &name, &on))
        return false;
    if (is(option, "cpuid"))
        return !on && takes(db, name.s, name.len, bit);
    for (size_t i = 0; i < N_TABLE; i++)
        if (table[i].element && is(option, table[i].option) && is(name, table[i].element) &&
            on == table[i].on && takes(db, table[i].features, strlen(table[i].features), bit))
            return true;
    return false;
}

static const char *list_against(const struct xd_cpuid_db *db, struct word w, int bit,
                                struct xd_arena *a)
{
    const char *eq = memchr(w.s, '=', w.len), *end = w.s + w.len;

    for (const char *p = eq ? eq + 1 : end; p < end;) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        struct word e = {p, (size_t)((comma ? comma : end) - p)};

        if (element_against(db, (struct word){w.s, (size_t)(eq - w.s)}, e, bit))
            return xd_arena_printf(a, "%.*s=%.*s", (int)(eq - w.s), w.s, (int)e.len, e.s);
        p += e.len + 1;
    }
    return NULL;
}

static const char *word_against(const struct xd_cpuid_db *db, struct word w, int bit,
                                struct xd_arena *a)
{
    struct word name;
    bool on;

    for (size_t i = 0; boolean(w, &name, &on) && i < N_TABLE; i++)
        if (!table[i].element && is(name, table[i].option) && on == table[i].on &&
            takes(db, table[i].features, strlen(table[i].features), bit))
            return xd_arena_strndup(a, w.s, w.len);
    return list_against(db, w, bit, a);
}

const char *xd_cpuid_option_against(const struct xd_cpuid_db *db, const char *options, int bit,
                                    struct xd_arena *a)
{
    const char *found = NULL;

    for (const char *p = options ? options : ""; *(p += strspn(p, " ")) && !found;) {
        struct word w = {p, strcspn(p, " ")};

        found = word_against(db, w, bit, a);
        p += w.len;
    }
    return found;
}

const char *xd_cpuid_option_of(const struct xd_cpuid_db *db, int bit, struct xd_arena *a)
{
    const struct xd_cpuid_feature *f = xd_cpuid_feature(db, bit);

    for (size_t i = 0; i < N_TABLE; i++)
        if (!table[i].element && takes(db, table[i].features, strlen(table[i].features), bit))
            return xd_arena_printf(a, "%s= or cpuid=no-%s", table[i].option,
                                   f && f->names[XD_CPUID_XL] ? f->names[XD_CPUID_XL] : "…");
    return f && f->names[XD_CPUID_XL] ? xd_arena_printf(a, "cpuid=no-%s", f->names[XD_CPUID_XL])
                                      : "cpuid=";
}
