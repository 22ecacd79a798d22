/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands behind the numbers of threads: who runs there, who may, whose pool it is, how busy it
 * is; and whose a PCI function is. From the tables of the host, so that it is as live as they are.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/tables.h"
#include "tui/topo/screen.h"

const char *const xd_topo_overlay_names[XD_TOPO_OVERLAYS + 1] = {
    "running", "affinity", "pools", "load", "links", "nothing", NULL};

static void put(struct xd_topo_marks *m, uint64_t cpu, const char *text, enum xd_role_style s)
{
    if (cpu >= m->n)
        return;
    snprintf(m->of[cpu].text, sizeof(m->of[cpu].text), "%s", text);
    m->of[cpu].style = s;
}

/* --- letters --- */

/* A letter for each name that isn't taken: one of its own, small or capital, else any. */
struct letters {
    bool taken[128];
};

static char letter_for(struct letters *l, const char *name)
{
    static const char any[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    for (int capital = 0; capital < 2; capital++)
        for (const char *p = name; *p; p++) {
            unsigned char c = (unsigned char)*p;

            if (c >= 128 || !isalpha(c))
                continue;
            c = (unsigned char)(capital ? toupper(c) : tolower(c));
            if (!l->taken[c]) {
                l->taken[c] = true;
                return (char)c;
            }
        }
    for (const char *p = any; *p; p++)
        if (!l->taken[(unsigned char)*p]) {
            l->taken[(unsigned char)*p] = true;
            return *p;
        }
    return '+';
}

static void explain(struct xd_topo_marks *m, const char *text, const char *name)
{
    xd_buf_printf(&m->legend, "%s%s %s", m->legend.len ? "  " : "", text, name);
}

/* --- who runs where --- */

static void who_runs(struct xd_topo_marks *m)
{
    const struct xd_table *domains = m->of_host.domains;
    const struct xd_row *chosen = m->of_host.domain;
    struct xd_topo_run *runs;
    size_t n = xd_topo_runs_make(&m->of_host, NULL, &m->arena, &runs);
    struct letters l = {0};

    for (size_t i = 0; domains && i < domains->n; i++) {
        const struct xd_row *d = domains->rows[i];
        const char *name = xd_row_str(d, XD_DOMAIN_NAME, "?");
        char letter[2] = {letter_for(&l, name), '\0'};
        size_t first = xd_topo_runs_of(runs, n, d), k = first;

        for (; k < n && runs[k].domain == d; k++)
            put(m, runs[k].cpu, letter, d == chosen ? XD_S_ACCENT : XD_S_NORMAL);
        if (k > first)
            explain(m, letter, name);
    }
    if (!m->legend.len)
        xd_buf_add(&m->legend, "nothing runs just now");
}

/* --- where the chosen domain may run --- */

static void where_it_may(struct xd_topo_marks *m)
{
    const struct xd_table *vcpus = m->of_host.vcpus;
    const struct xd_row *chosen = m->of_host.domain;
    const char *uuid = chosen ? xd_row_str(chosen, XD_DOMAIN_UUID, "") : "";

    for (unsigned i = 0; i < m->n; i++)
        put(m, i, "·", XD_S_DIM);
    for (size_t k = 0; vcpus && k < vcpus->n; k++) {
        const struct xd_row *v = vcpus->rows[k];

        if (strcmp(xd_row_str(v, XD_VCPU_DOMAIN_UUID, ""), uuid) != 0 ||
            !xd_row_has(v, XD_VCPU_HARD))
            continue;
        for (unsigned i = 0; i < m->n; i++) {
            bool soft = xd_row_has(v, XD_VCPU_SOFT) && xd_cpuset_has(v->cell[XD_VCPU_SOFT].set, i);

            if (!xd_cpuset_has(v->cell[XD_VCPU_HARD].set, i))
                continue;
            if (soft)
                put(m, i, "*", XD_S_ACCENT);
            else if (strcmp(m->of[i].text, "*") != 0)
                put(m, i, "+", XD_S_NORMAL);
        }
    }
    if (chosen)
        xd_buf_printf(&m->legend, "%s: * may and would rather  + may  · may not run there",
                      xd_row_str(chosen, XD_DOMAIN_NAME, "?"));
    else
        xd_buf_add(&m->legend, "choose a domain with d");
}

/* --- pools --- */

static void whose_pool(struct xd_topo_marks *m)
{
    static const enum xd_role_style styles[] = {XD_S_NORMAL, XD_S_ACCENT, XD_S_GOOD, XD_S_WARN};
    const struct xd_table *pools = m->of_host.pools;

    for (unsigned i = 0; i < m->n; i++)
        put(m, i, "-", XD_S_DIM);
    for (size_t k = 0; pools && k < pools->n; k++) {
        const struct xd_row *p = pools->rows[k];
        char letter[2] = {k < 26 ? (char)('A' + k) : '+', '\0'};

        if (!xd_row_has(p, XD_POOL_CPUS))
            continue;
        for (unsigned i = 0; i < m->n; i++)
            if (xd_cpuset_has(p->cell[XD_POOL_CPUS].set, i))
                put(m, i, letter, styles[k % (sizeof(styles) / sizeof(*styles))]);
        explain(m, letter, xd_row_str(p, XD_POOL_NAME, "?"));
    }
    explain(m, "-", "in no pool");
}

/* --- load --- */

static void how_busy(struct xd_topo_marks *m)
{
    static const char *const levels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const struct xd_table *pcpus = m->of_host.pcpus;

    for (size_t i = 0; pcpus && i < pcpus->n; i++) {
        double busy = xd_row_f64(pcpus->desc, pcpus->rows[i], XD_PCPU_BUSY, NAN);
        uint64_t cpu = xd_row_u64(pcpus->rows[i], XD_PCPU_ID, XD_TOPO_PCPUS);
        int level = busy < 0 ? 0 : busy >= 100 ? 7 : (int)(busy / 12.5);

        if (isnan(busy))
            put(m, cpu, "?", XD_S_UNKNOWN);
        else
            put(m, cpu, busy < 1 ? " " : levels[level], busy >= 90 ? XD_S_WARN : XD_S_BAR);
    }
    xd_buf_add(&m->legend, "▁ idle … █ busy all the time");
}

void xd_topo_marks_make(struct xd_topo_marks *m, const struct xd_topo *t,
                        const struct xd_topo_tables *tables, enum xd_topo_overlay overlay)
{
    static void (*const make[XD_TOPO_OVERLAYS])(struct xd_topo_marks *) = {
        [XD_TOPO_SHOW_RUNNING] = who_runs,
        [XD_TOPO_SHOW_AFFINITY] = where_it_may,
        [XD_TOPO_SHOW_POOLS] = whose_pool,
        [XD_TOPO_SHOW_LOAD] = how_busy,
    };

    *m = (struct xd_topo_marks){.of_host = *tables, .overlay = overlay, .n = XD_TOPO_PCPUS};
    xd_arena_init(&m->arena);
    if (overlay == XD_TOPO_SHOW_LINKS)
        xd_topo_loads_make(m, t);
    if (!make[overlay])
        return;
    m->of = xd_arena_array(&m->arena, m->n, sizeof(*m->of));
    make[overlay](m);
}

bool xd_topo_overlay_fits(enum xd_topo_overlay overlay, enum xd_diagram_view view)
{
    bool threads = view == XD_DIAGRAM_ALL || view == XD_DIAGRAM_CPU,
         links = view == XD_DIAGRAM_ALL || view == XD_DIAGRAM_PCI;

    return overlay == XD_TOPO_SHOW_NOTHING || (overlay == XD_TOPO_SHOW_LINKS ? links : threads);
}

void xd_topo_marks_look(const struct xd_topo_marks *m, struct xd_diagram_look *look)
{
    look->mark = m->of ? xd_topo_mark_of : NULL;
    look->load = m->overlay == XD_TOPO_SHOW_LINKS ? xd_topo_load_of : NULL;
    look->note = xd_topo_note_of;
    look->ctx = m;
}

void xd_topo_marks_done(struct xd_topo_marks *m)
{
    xd_buf_done(&m->legend);
    xd_arena_done(&m->arena);
}

bool xd_topo_mark_of(const void *ctx, const struct xd_topo_thing *thread,
                     struct xd_diagram_mark *out)
{
    const struct xd_topo_marks *m = ctx;
    uint64_t cpu = xd_topo_u64(thread, XD_TOPO_INDEX, XD_TOPO_PCPUS);

    if (!m->of || cpu >= m->n)
        return false;
    *out = m->of[cpu];
    return out->text[0];
}

const char *xd_topo_use_of(const struct xd_table *pci, const struct xd_topo_thing *o)
{
    const char *bdf = xd_topo_str(o, XD_TOPO_BDF, NULL);
    const struct xd_row *row = pci && bdf ? xd_table_find(pci, bdf) : NULL;

    if (!row)
        return xd_topo_str(o, XD_TOPO_OWNER, NULL);
    switch (xd_row_u64(row, XD_PCI_USE, XD_PCI_HOST)) {
    case XD_PCI_ASSIGNED:
        return xd_row_str(row, XD_PCI_DOMAIN, "a domain");
    case XD_PCI_ASSIGNABLE:
        return "assignable";
    default:
        return NULL;
    }
}

const char *xd_topo_note_of(const void *ctx, const struct xd_topo_thing *o)
{
    const struct xd_topo_marks *m = ctx;

    return xd_topo_use_of(m->of_host.pci, o);
}
