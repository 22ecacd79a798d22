/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to the hypervisor: XEN_SYSCTL_get_cpu_policy for what the host has and guests can have,
 * XEN_DOMCTL_get_cpu_policy for what a domain was given. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xenstore.h>

#include "backend_cpuid/host.h"
#include "backend_shared/policy.h"
#include "base/str.h"

#define DOMAINS_AT_ONCE 256

struct question {
    struct xd_ci *c;
    struct xd_arena *a;
    struct xs_handle *xs; /* NULL: names are unknown */
    struct xd_xen_policy policy;
    struct xd_cpuid_policy *list;
    size_t n;
    struct xd_buf *trouble;
};

static void trouble(struct question *q, const char *what, const char *why)
{
    xd_buf_printf(q->trouble, "%s%s: %s", q->trouble->len ? "; " : "", what, why);
}

/* --- one policy --- */

static struct xd_cpuid_policy *add(struct question *q, struct xd_cpuid_policy p)
{
    q->list = xd_arena_grow(q->a, q->list, q->n, sizeof(*q->list));
    p.source.label = p.name;
    q->list[q->n] = p;
    return &q->list[q->n++];
}

/* --- the host's --- */

/* As Linux tells, which reads the register itself. */
static const char *microcode(struct xd_arena *a)
{
    FILE *f = fopen("/proc/cpuinfo", "re");
    const char *found = NULL;
    char line[512];

    while (f && !found && fgets(line, sizeof(line), f)) {
        char *colon = strncmp(line, "microcode", 9) == 0 ? strchr(line, ':') : NULL;

        if (colon)
            found = xd_arena_strndup(a, colon + 2, strcspn(colon + 2, "\n"));
    }
    if (f)
        fclose(f);
    return found;
}

static const char *command_line(struct question *q)
{
    xen_commandline_t text = "";

    if (xc_version(q->c->xc, XENVER_commandline, &text) < 0) {
        trouble(q, "Xen's command line", strerror(errno));
        return NULL;
    }
    return xd_arena_strndup(q->a, text, strnlen(text, sizeof(text)));
}

static void ask_host(struct question *q)
{
    /* In the order of xd_cpuid_host_policies. */
    static const unsigned numbers[] = {
        XEN_SYSCTL_cpu_policy_raw,        XEN_SYSCTL_cpu_policy_host,
        XEN_SYSCTL_cpu_policy_pv_max,     XEN_SYSCTL_cpu_policy_hvm_max,
        XEN_SYSCTL_cpu_policy_pv_default, XEN_SYSCTL_cpu_policy_hvm_default};

    for (size_t i = 0; xd_cpuid_host_policies[i].name; i++) {
        const struct xd_cpuid_host_policy *h = &xd_cpuid_host_policies[i];
        struct xd_cpuid_policy p = {h->name, h->kind, h->guests, .domid = -1};

        /* A hypervisor that can't run a kind of guests has no policy for them. */
        if (xd_xen_policy_of_host(&q->policy, numbers[i], q->a, &p.source) < 0) {
            trouble(q, xd_arena_printf(q->a, "Xen doesn't tell %s", h->name), strerror(errno));
            continue;
        }
        if (h->kind == XD_CPUID_KIND_RAW)
            p.microcode = microcode(q->a);
        if (h->kind == XD_CPUID_KIND_HOST)
            p.command_line = command_line(q);
        add(q, p);
    }
}

/* --- domains --- */

static const char *name_of(struct question *q, uint32_t domid)
{
    const char *name = NULL;
    unsigned len;
    char *value =
        q->xs ? xs_read(q->xs, XBT_NULL,
                        xd_arena_printf(q->a, "/local/domain/%" PRIu32 "/name", domid), &len)
              : NULL;

    if (value)
        name = xd_arena_strndup(q->a, value, len);
    free(value);
    return name;
}

static const char *uuid_of(struct xd_arena *a, const xen_domain_handle_t h)
{
    return xd_arena_printf(
        a, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", h[0], h[1], h[2],
        h[3], h[4], h[5], h[6], h[7], h[8], h[9], h[10], h[11], h[12], h[13], h[14], h[15]);
}

static void ask_domain(struct question *q, const xc_domaininfo_t *info)
{
    struct xd_cpuid_policy p = {.name = xd_arena_printf(q->a, "domain/%u", (unsigned)info->domain),
                                .kind = XD_CPUID_KIND_DOMAIN,
                                .guests = info->flags & XEN_DOMINF_hvm_guest ? XD_CPUID_FOR_HVM
                                                                             : XD_CPUID_FOR_PV,
                                .domid = info->domain,
                                .uuid = uuid_of(q->a, info->handle)};

    if (info->flags & XEN_DOMINF_dying)
        return;
    if (xd_xen_policy_of_domain(&q->policy, info->domain, q->a, &p.source) < 0) {
        if (errno != ESRCH) /* it went meanwhile */
            trouble(q, xd_arena_printf(q->a, "Xen doesn't tell %s", p.name), strerror(errno));
        return;
    }
    p.domain = name_of(q, info->domain);
    add(q, p);
}

/* A batch of domains from that number on; 0: there are no more. */
static int next_domains(struct xd_ci *c, uint32_t from, xc_domaininfo_t *info)
{
    int n = xc_domain_getinfolist(c->xc, from, DOMAINS_AT_ONCE, info);

    return n < 0 ? 0 : n;
}

static void ask_domains(struct question *q)
{
    xc_domaininfo_t *info = xd_malloc(DOMAINS_AT_ONCE * sizeof(*info));
    int n;

    for (uint32_t from = 0; (n = next_domains(q->c, from, info)) > 0;) {
        for (int i = 0; i < n; i++)
            ask_domain(q, &info[i]);
        from = info[n - 1].domain + 1;
    }
    free(info);
}

uint64_t xd_ci_state(struct xd_ci *c)
{
    xc_domaininfo_t *info = xd_malloc(DOMAINS_AT_ONCE * sizeof(*info));
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    int n;

    for (uint32_t from = 0; (n = next_domains(c, from, info)) > 0;) {
        for (int i = 0; i < n; i++) {
            hash = (hash ^ info[i].domain) * UINT64_C(0x100000001b3);
            hash = (hash ^ (info[i].flags & XEN_DOMINF_dying)) * UINT64_C(0x100000001b3);
            for (size_t k = 0; k < sizeof(info[i].handle); k++)
                hash = (hash ^ info[i].handle[k]) * UINT64_C(0x100000001b3);
        }
        from = info[n - 1].domain + 1;
    }
    free(info);
    return hash;
}

/* --- all --- */

int xd_ci_ask(struct xd_ci *c, struct xd_arena *a, struct xd_cpuid_policy **list, size_t *n,
              struct xd_buf *why, struct xd_err *err)
{
    struct question q = {.c = c, .a = a, .trouble = why};

    if (xd_xen_policy_init(&q.policy, c->xc, err) < 0)
        return err->code;
    if (xd_xenstore_check(NULL) == 0)
        q.xs = xs_open(XS_OPEN_READONLY);
    if (!q.xs)
        trouble(&q, "names of domains are unknown", "xenstored doesn't answer");
    ask_host(&q);
    ask_domains(&q);
    if (q.xs)
        xs_close(q.xs);
    xd_xen_policy_done(&q.policy);
    *list = q.list;
    *n = q.n;
    return 0;
}
