/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables domains and vcpus. Network and disk counters are other backends' work: here they stay
 * unknown. */
#include "backend_libxl/collect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend_libxl/collect_more.h"
#include "backend_libxl/known.h"

#define PAGE_KIB (XC_PAGE_SIZE >> 10)

/* What costs a question of its own. */
#define PARAM_COLUMNS    (XD_XL_COL(XD_DOMAIN_WEIGHT) | XD_XL_COL(XD_DOMAIN_CAP))
#define SCHED_COLUMNS    (PARAM_COLUMNS | XD_XL_COL(XD_DOMAIN_POOL) | XD_XL_COL(XD_DOMAIN_SCHED))
#define AFFINITY_COLUMNS (XD_XL_COL(XD_VCPU_HARD) | XD_XL_COL(XD_VCPU_SOFT))

bool xd_xl_sched_params(struct xd_xl *x, uint32_t domid, libxl_scheduler sched, uint64_t *weight,
                        uint64_t *cap)
{
    struct xen_domctl_sched_credit credit;
    struct xen_domctl_sched_credit2 credit2;

    switch (sched) {
    case LIBXL_SCHEDULER_CREDIT:
        if (xc_sched_credit_domain_get(x->xc, domid, &credit) < 0)
            return false;
        *weight = credit.weight;
        *cap = credit.cap;
        return true;
    case LIBXL_SCHEDULER_CREDIT2:
        if (xc_sched_credit2_domain_get(x->xc, domid, &credit2) < 0)
            return false;
        *weight = credit2.weight;
        *cap = credit2.cap;
        return true;
    default:
        return false;
    }
}

static void put_sched(struct xd_xl_sample *s, struct xd_rows *t, const xc_domaininfo_t *d,
                      bool wanted)
{
    const libxl_cpupoolinfo *pool = s->domain & SCHED_COLUMNS ? xd_xl_pool(s, d->cpupool) : NULL;
    uint64_t weight, cap;

    if (!pool)
        return;
    xd_put_str(t, XD_DOMAIN_POOL, pool->pool_name);
    xd_put_str(t, XD_DOMAIN_SCHED, xd_xl_sched_name((int)pool->sched));
    if (wanted && s->domain & PARAM_COLUMNS &&
        xd_xl_sched_params(s->x, d->domain, pool->sched, &weight, &cap)) {
        xd_put_u64(t, XD_DOMAIN_WEIGHT, weight);
        xd_put_u64(t, XD_DOMAIN_CAP, cap);
    }
}

static void put_state(struct xd_rows *t, const xc_domaininfo_t *d)
{
    unsigned flags = xd_xl_flags(d), reason = xd_xl_reason(d);
    const char *name;
    char text[32];

    xd_put_enum(t, XD_DOMAIN_STATE, (int)xd_xl_state(flags, reason));
    xd_xl_flags_text(flags, reason, text);
    xd_put_str(t, XD_DOMAIN_FLAGS, text);
    if (!(flags & XD_XL_SHUTDOWN))
        return;
    name = xd_xl_reason_name(reason);
    snprintf(text, sizeof(text), "code %u", reason); /* the guest may give any number */
    xd_put_str(t, XD_DOMAIN_SHUTDOWN_REASON, name ? name : text);
}

static void put_known(struct xd_rows *t, const struct xd_xl_known *k)
{
    xd_put_str(t, XD_DOMAIN_NAME, k->name);
    xd_put_str(t, XD_DOMAIN_GUEST, k->guest);
    if (k->type >= 0)
        xd_put_enum(t, XD_DOMAIN_TYPE, k->type);
    if (k->have_target)
        xd_put_u64(t, XD_DOMAIN_MEM_TARGET_KIB, k->target_kib);
    if (k->have_max && k->max_kib < XD_XL_NO_BOUND_KIB)
        xd_put_u64(t, XD_DOMAIN_MEM_MAX_KIB, k->max_kib);
}

static void put_domain(struct xd_xl_sample *s, struct xd_rows *t, size_t i)
{
    const xc_domaininfo_t *d = &s->domains[i];
    bool wanted = xd_xl_domain_wanted(s->x, d, s->x->known[i].name);
    char uuid[XD_XL_UUID_TEXT];

    xd_row_begin(t);
    xd_xl_uuid_text(d->handle, uuid);
    xd_put_str(t, XD_DOMAIN_UUID, uuid);
    xd_put_u64(t, XD_DOMAIN_ID, d->domain);
    put_state(t, d);
    put_known(t, &s->x->known[i]);
    put_sched(s, t, d, wanted);
    xd_put_u64(t, XD_DOMAIN_VCPUS,
               d->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? 0 : d->max_vcpu_id + 1U);
    xd_put_u64(t, XD_DOMAIN_VCPUS_ONLINE, d->nr_online_vcpus);
    xd_put_u64(t, XD_DOMAIN_CPU_NS, d->cpu_time);
    /* As `xl list` counts: what it holds and what it has claimed. */
    xd_put_u64(t, XD_DOMAIN_MEM_KIB, (d->tot_pages + d->outstanding_pages) * PAGE_KIB);
    xd_xl_put_more_domain(s, t, i, wanted);
}

/* Domains that are being torn down come last: a restarted domain has the UUID of the one whose
 * remains may still be there, and whoever looks a UUID up must find the living one. */
void xd_xl_collect_domains(struct xd_xl_sample *s)
{
    struct xd_rows *t;

    if (!s->domain)
        return;
    t = xd_build_table(s->b, &xd_domains_desc, s->domains_at_ns);
    if (s->store_err.code)
        xd_build_reason(t, "%s", xd_err_text(&s->store_err));
    xd_xl_more_of_domains(s);
    for (int dying = 0; dying < 2; dying++)
        for (size_t i = 0; i < s->n_domains; i++)
            if (!!(s->domains[i].flags & XEN_DOMINF_dying) == dying)
                put_domain(s, t, i);
}

static void put_vcpu(struct xd_xl_sample *s, struct xd_rows *t, size_t i, uint32_t vcpu,
                     unsigned n_cpus)
{
    const xc_domaininfo_t *d = &s->domains[i];
    bool stopped = xd_xl_flags(d) & (XD_XL_PAUSED | XD_XL_SHUTDOWN | XD_XL_DYING);
    char uuid[XD_XL_UUID_TEXT];
    struct xd_cpuset hard, soft;
    xc_vcpuinfo_t info;

    if (xc_vcpu_getinfo(s->x->xc, d->domain, vcpu, &info) < 0)
        return; /* numbers may be left out; or the domain has just gone */
    xd_row_begin(t);
    xd_xl_uuid_text(d->handle, uuid);
    xd_put_str(t, XD_VCPU_DOMAIN_UUID, uuid);
    xd_put_str(t, XD_VCPU_DOMAIN, s->x->known[i].name);
    xd_put_u64(t, XD_VCPU_ID, vcpu);
    if (info.online)
        xd_put_u64(t, XD_VCPU_PCPU, info.cpu);
    xd_put_enum(t, XD_VCPU_STATE,
                (int)xd_xl_vcpu_state(info.online, info.running, info.blocked, stopped));
    xd_put_u64(t, XD_VCPU_CPU_NS, info.cpu_time);
    xd_xl_put_more_vcpu(s, t, i, vcpu);
    if (!n_cpus || /* it is only asked for where affinities are looked at */
        !xd_xl_domain_wanted(s->x, d, s->x->known[i].name) ||
        xd_xl_affinity(s->x, d->domain, vcpu, n_cpus, &hard, &soft) < 0)
        return;
    xd_put_set(t, XD_VCPU_HARD, &hard);
    xd_put_set(t, XD_VCPU_SOFT, &soft);
}

void xd_xl_collect_vcpus(struct xd_xl_sample *s)
{
    bool affinity = s->vcpu & AFFINITY_COLUMNS;
    unsigned n_cpus = 0;
    struct xd_rows *t;

    if (!s->vcpu)
        return;
    t = xd_build_table(s->b, &xd_vcpus_desc, xd_clock_now(s->x->env->clock));
    if (affinity)
        n_cpus = s->topology ? (unsigned)s->n_cpus : xd_xl_n_cpus(s->x);
    if (affinity && !n_cpus)
        xd_build_reason(t, "Xen doesn't tell its pCPUs, so affinities are unknown");
    for (size_t i = 0; i < s->n_domains; i++) {
        const xc_domaininfo_t *d = &s->domains[i];

        if (d->flags & XEN_DOMINF_dying || d->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID)
            continue;
        if (s->x->env->stopping(s->x->env))
            return;
        for (uint32_t v = 0; v <= d->max_vcpu_id; v++)
            put_vcpu(s, t, i, v, n_cpus);
    }
}
