/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the columns of the matrix stand. */
#include <stdio.h>
#include <string.h>

#include "tui/cpuid/screen.h"

#define GAP   2
#define W_MIN 3

char *xd_cpuid_column_title(const struct xd_cpuid_screen *t, size_t i, char *out, size_t size)
{
    const char *name = t->m.column[t->shown[i]].name;
    char more[24] = "";
    size_t n = strlen(name);

    if (t->same[i])
        snprintf(more, sizeof(more), " +%zu", t->same[i]);
    int room = XD_CPUID_TITLE_W - xd_str_width(more);
    if (xd_str_width(name) > room) /* the name is cut, the number isn't */
        n = xd_str_fit(name, room - 1);
    snprintf(out, size, "%.*s%s%s", (int)n, name, name[n] ? "…" : "", more);
    return out;
}

const char *xd_cpuid_column_over(const struct xd_cpuid_column *c)
{
    static const char *const over[] = {
        [XD_CPUID_LAYER_RAW] = "CPU",        [XD_CPUID_LAYER_HOST] = "Xen",
        [XD_CPUID_LAYER_MAX] = "at most",    [XD_CPUID_LAYER_DEFAULT] = "by default",
        [XD_CPUID_LAYER_DOMAIN] = "domains", [XD_CPUID_LAYER_OTHER] = "others",
    };

    return c->machine ? c->machine : over[c->layer];
}

static int width_of(const struct xd_cpuid_screen *t, size_t i)
{
    char title[128];
    int w = xd_str_width(xd_cpuid_column_title(t, i, title, sizeof(title)));

    return w < W_MIN ? W_MIN : w;
}

void xd_cpuid_layout_make(const struct xd_cpuid_screen *t, size_t first, int w,
                          struct xd_cpuid_layout *out)
{
    int x = XD_CPUID_NAME_W;

    out->first = first;
    out->n = 0;
    for (size_t i = first; i < t->n_shown && out->n < 256; i++, out->n++) {
        int width = width_of(t, i);

        if (x + width > w)
            break;
        out->x[out->n] = x;
        out->w[out->n] = width;
        x += width + GAP;
    }
    out->end = x;
    out->right = t->n_shown - first - out->n;
}

size_t xd_cpuid_layout_first(const struct xd_cpuid_screen *t, int w)
{
    struct xd_cpuid_layout l;
    size_t first = t->first < t->n_shown ? t->first : 0;

    if (t->at < first)
        return t->at;
    for (;; first++) {
        xd_cpuid_layout_make(t, first, w, &l);
        if (t->at < first + l.n || first >= t->at)
            break;
    }
    /* nothing is scrolled away that would fit */
    while (first > 0 && l.right == 0) {
        xd_cpuid_layout_make(t, first - 1, w, &l);
        if (l.right)
            break;
        first--;
    }
    return first;
}
