/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose vCPUs run where just now, in one walk through the vCPUs: see screen.h. */
#include <math.h>
#include <stdlib.h>

#include "base/mean.h"
#include "model/tables.h"
#include "tui/topo/screen.h"

#define NAMED 6 /* domains that are called by their names; two or more others are counted */

static int by_domain(const void *a, const void *b)
{
    const struct xd_topo_run *x = a, *y = b;
    uintptr_t p = (uintptr_t)x->domain, q = (uintptr_t)y->domain;

    return p != q ? (p > q) - (p < q) : (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

size_t xd_topo_runs_make(const struct xd_topo_tables *t, const struct xd_cpuset *on,
                         struct xd_arena *a, struct xd_topo_run **out)
{
    size_t n = 0;

    *out = xd_arena_array(a, t->vcpus ? t->vcpus->n : 0, sizeof(**out));
    for (size_t i = 0; t->vcpus && t->domains && i < t->vcpus->n; i++) {
        const struct xd_row *v = t->vcpus->rows[i];
        unsigned cpu = (unsigned)xd_row_u64(v, XD_VCPU_PCPU, 0);

        if (xd_row_u64(v, XD_VCPU_STATE, XD_VCPU_IDLE) != XD_VCPU_RUNNING ||
            !xd_row_has(v, XD_VCPU_PCPU) || (on && !xd_cpuset_has(on, cpu)))
            continue;
        (*out)[n].domain = xd_table_find(t->domains, xd_row_str(v, XD_VCPU_DOMAIN_UUID, ""));
        (*out)[n].cpu = cpu;
        n += (*out)[n].domain != NULL;
    }
    if (n)
        qsort(*out, n, sizeof(**out), by_domain);
    return n;
}

size_t xd_topo_runs_of(const struct xd_topo_run *runs, size_t n, const struct xd_row *domain)
{
    size_t low = 0;

    while (low < n) {
        size_t middle = low + (n - low) / 2;

        if ((uintptr_t)runs[middle].domain < (uintptr_t)domain)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

/* How busy those of these pCPUs that are online are on average, percent. */
static double busy(const struct xd_table *pcpus, const struct xd_cpuset *cpus)
{
    struct xd_mean mean = {0};

    for (size_t i = 0; pcpus && i < pcpus->n; i++) {
        const struct xd_row *p = pcpus->rows[i];

        if (xd_row_u64(p, XD_PCPU_ONLINE, 1) &&
            xd_cpuset_has(cpus, (unsigned)xd_row_u64(p, XD_PCPU_ID, UINT32_MAX)))
            xd_mean_add(&mean, xd_row_f64(pcpus->desc, p, XD_PCPU_BUSY, NAN));
    }
    return xd_mean(&mean);
}

struct share {
    const struct xd_row *domain;
    unsigned n;
};

static int most_first(const void *a, const void *b)
{
    const struct share *x = a, *y = b;
    uint64_t p = xd_row_u64(x->domain, XD_DOMAIN_ID, 0), q = xd_row_u64(y->domain, XD_DOMAIN_ID, 0);

    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : (p > q) - (p < q);
}

/* Who has how many of them; returns how many domains these are. */
static size_t shares(const struct xd_topo_run *runs, size_t n, struct share *out)
{
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        if (!k || out[k - 1].domain != runs[i].domain)
            out[k++] = (struct share){.domain = runs[i].domain};
        out[k - 1].n++;
    }
    if (k)
        qsort(out, k, sizeof(*out), most_first);
    return k;
}

void xd_topo_runs_tell(const struct xd_topo_tables *t, const struct xd_cpuset *cpus,
                       struct xd_buf *out)
{
    struct xd_arena arena = XD_ARENA_INIT;
    double percent = busy(t->pcpus, cpus);
    struct xd_topo_run *runs;
    struct share *s;
    size_t n, k, named;

    n = xd_topo_runs_make(t, cpus, &arena, &runs);
    s = xd_arena_array(&arena, n, sizeof(*s));
    k = shares(runs, n, s);
    if (!isnan(percent))
        xd_buf_printf(out, "%.0f%% busy", percent);
    named = k > NAMED + 1 ? NAMED : k;
    if (named)
        xd_buf_printf(out, "%shere now: ", out->len ? "  " : "");
    for (size_t i = 0; i < named; i++) {
        xd_buf_printf(out, "%s%s", i ? ", " : "", xd_row_str(s[i].domain, XD_DOMAIN_NAME, "?"));
        if (s[i].n > 1)
            xd_buf_printf(out, " ×%u", s[i].n);
    }
    if (k > named)
        xd_buf_printf(out, " and %zu more", k - named);
    xd_arena_done(&arena);
}
