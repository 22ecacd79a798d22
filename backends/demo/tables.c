/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be seen of the simulated host: the core tables, filled. All values are those of the
 * newest step, and the tables say so: their time is the step's, so that rates are exact however
 * the clock and the steps lie to each other. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend_demo/host.h"
#include "base/str.h"

/* Distances as the firmware of a two-socket machine with several nodes a socket tells them. */
enum { HERE = 10, SAME_SOCKET = 12, OTHER_SOCKET = 32 };

static int64_t at_ns(const struct xd_demo_host *h)
{
    return h->opened_ns + h->t_ns;
}

static void fill_host(struct xd_demo_host *h, struct xd_builder *b)
{
    const struct xd_demo_scenario *s = h->scenario;
    struct xd_rows *t = xd_build_table(b, &xd_host_desc, at_ns(h));
    uint64_t busy = 0;

    for (unsigned i = 0; i < s->n_pcpus; i++)
        busy += h->pcpus[i].busy_ns;
    xd_row_begin(t);
    xd_put_str(t, XD_HOST_NAME, s->host.name);
    xd_put_enum(t, XD_HOST_KIND, XD_HOST_DEMO);
    xd_put_str(t, XD_HOST_XEN_VERSION, s->host.xen);
    xd_put_str(t, XD_HOST_KERNEL, s->host.kernel);
    xd_put_u64(t, XD_HOST_UPTIME_NS, s->host.uptime_ns + (uint64_t)h->t_ns);
    xd_put_str(t, XD_HOST_CPU_MODEL, s->host.cpu);
    xd_put_u64(t, XD_HOST_PCPUS, s->n_pcpus);
    xd_put_u64(t, XD_HOST_NODES, s->n_nodes);
    xd_put_u64(t, XD_HOST_SOCKETS, s->host.sockets);
    xd_put_u64(t, XD_HOST_CORES_PER_SOCKET, s->host.nodes_per_socket * s->host.cores_per_node);
    xd_put_u64(t, XD_HOST_THREADS_PER_CORE, s->host.threads_per_core);
    xd_put_u64(t, XD_HOST_CPU_KHZ, s->host.khz);
    xd_put_u64(t, XD_HOST_MEM_KIB, s->host.memory_kib);
    xd_put_u64(t, XD_HOST_MEM_FREE_KIB, xd_demo_host_memory(h) - h->used_kib);
    xd_put_str(t, XD_HOST_SCHEDULER, s->pools[0].sched);
    xd_put_str(t, XD_HOST_CAPS, s->host.caps);
    xd_put_u64(t, XD_HOST_DOMAINS, h->n_domains);
    xd_put_u64(t, XD_HOST_CPU_NS, busy);
}

/* --- nodes --- */

/* Memory of node i; what doesn't divide is the first one's. */
static uint64_t node_kib(const struct xd_demo_scenario *s, unsigned i)
{
    uint64_t part = s->host.memory_kib / s->n_nodes;

    return i == 0 ? s->host.memory_kib - part * (s->n_nodes - 1) : part;
}

/* A domain's memory lies on its home node as long as that has some, then on the ones after it. What
 * the hypervisor keeps for itself comes first. */
static void share_out(const struct xd_demo_host *h, uint64_t *free_kib)
{
    const struct xd_demo_scenario *s = h->scenario;

    for (unsigned i = 0; i < s->n_nodes; i++)
        free_kib[i] = node_kib(s, i);
    for (size_t i = 0; i <= h->n_domains; i++) {
        const struct xd_demo_domain *d = i ? h->domains[i - 1] : NULL;
        uint64_t left = d ? d->mem_kib : s->host.reserved_kib;

        for (unsigned j = 0; left && j < s->n_nodes; j++) {
            uint64_t *node = &free_kib[((d ? d->node : 0) + j) % s->n_nodes];
            uint64_t part = left < *node ? left : *node;

            *node -= part;
            left -= part;
        }
    }
}

static void put_distances(struct xd_rows *t, const struct xd_demo_scenario *s, unsigned from)
{
    unsigned per_socket = (unsigned)s->host.nodes_per_socket;
    struct xd_buf text = XD_BUF_INIT;

    for (unsigned to = 0; to < s->n_nodes; to++) {
        int d = from == to                             ? HERE
                : from / per_socket == to / per_socket ? SAME_SOCKET
                                                       : OTHER_SOCKET;

        xd_buf_printf(&text, "%s%d", to ? " " : "", d);
    }
    xd_put_str(t, XD_NODE_DISTANCES, xd_buf_str(&text));
    xd_buf_done(&text);
}

static void fill_nodes(struct xd_demo_host *h, struct xd_builder *b)
{
    const struct xd_demo_scenario *s = h->scenario;
    struct xd_rows *t = xd_build_table(b, &xd_nodes_desc, at_ns(h));
    uint64_t free_kib[XD_DEMO_NODES_MAX];
    struct xd_cpuset cpus;

    share_out(h, free_kib);
    for (unsigned i = 0; i < s->n_nodes; i++) {
        xd_cpuset_zero(&cpus);
        for (unsigned p = 0; p < s->n_pcpus; p++) {
            if (h->pcpus[p].node == i)
                xd_cpuset_add(&cpus, p);
        }
        xd_row_begin(t);
        xd_put_u64(t, XD_NODE_ID, i);
        xd_put_u64(t, XD_NODE_MEM_KIB, node_kib(s, i));
        xd_put_u64(t, XD_NODE_FREE_KIB, free_kib[i]);
        xd_put_set(t, XD_NODE_CPUS, &cpus);
        put_distances(t, s, i);
    }
}

/* --- pCPUs and pools --- */

static void fill_pcpus(struct xd_demo_host *h, struct xd_builder *b)
{
    struct xd_rows *t = xd_build_table(b, &xd_pcpus_desc, at_ns(h));

    for (unsigned i = 0; i < h->scenario->n_pcpus; i++) {
        const struct xd_demo_pcpu *p = &h->pcpus[i];

        xd_row_begin(t);
        xd_put_u64(t, XD_PCPU_ID, i);
        xd_put_bool(t, XD_PCPU_ONLINE, true);
        xd_put_u64(t, XD_PCPU_NODE, p->node);
        xd_put_u64(t, XD_PCPU_SOCKET, p->socket);
        xd_put_u64(t, XD_PCPU_CORE, p->core);
        xd_put_str(t, XD_PCPU_POOL, p->pool >= 0 ? h->scenario->pools[p->pool].name : "none");
        xd_put_u64(t, XD_PCPU_BUSY_NS, p->busy_ns);
    }
}

static void fill_pools(struct xd_demo_host *h, struct xd_builder *b)
{
    struct xd_rows *t = xd_build_table(b, &xd_pools_desc, at_ns(h));
    uint64_t domains[XD_DEMO_POOLS_MAX] = {0};

    for (size_t i = 0; i < h->n_domains; i++)
        domains[h->domains[i]->spec->pool]++;
    for (size_t i = 0; i < h->scenario->n_pools; i++) {
        const struct xd_demo_pool *p = &h->scenario->pools[i];

        xd_row_begin(t);
        xd_put_u64(t, XD_POOL_ID, i);
        xd_put_str(t, XD_POOL_NAME, p->name);
        xd_put_str(t, XD_POOL_SCHED, p->sched);
        xd_put_set(t, XD_POOL_CPUS, p->cpus);
        xd_put_u64(t, XD_POOL_N_CPUS, xd_cpuset_count(p->cpus));
        xd_put_u64(t, XD_POOL_DOMAINS, domains[i]);
    }
}

/* --- domains and vCPUs --- */

/* As `xl list` writes it: a crashed domain has shut down too, and a paused one may be anything. */
static void put_flags(struct xd_rows *t, const struct xd_demo_domain *d, enum xd_domain_state st)
{
    bool down = d->life == XD_DEMO_SHUT || d->life == XD_DEMO_CRASHED;
    char flags[7] = {
        st == XD_STATE_RUNNING ? 'r' : '-',
        st == XD_STATE_BLOCKED ? 'b' : '-',
        d->paused ? 'p' : '-',
        down ? 's' : '-',
        st == XD_STATE_CRASHED ? 'c' : '-',
        st == XD_STATE_DYING ? 'd' : '-',
    };

    xd_put_str(t, XD_DOMAIN_FLAGS, flags);
}

static void put_reason(struct xd_rows *t, const struct xd_demo_domain *d)
{
    if (d->life == XD_DEMO_CRASHED)
        xd_put_str(t, XD_DOMAIN_SHUTDOWN_REASON, "crash");
    if (d->life == XD_DEMO_SHUT)
        xd_put_str(t, XD_DOMAIN_SHUTDOWN_REASON, d->rebooting ? "reboot" : "poweroff");
}

static void put_domain(struct xd_rows *t, const struct xd_demo_host *h,
                       const struct xd_demo_domain *d)
{
    const struct xd_demo_pool *pool = &h->scenario->pools[d->spec->pool];
    enum xd_domain_state state = xd_demo_domain_state(d);
    uint64_t cpu_ns = 0;

    for (size_t i = 0; i < d->n_vcpus; i++)
        cpu_ns += d->vcpus[i].cpu_ns;
    xd_put_str(t, XD_DOMAIN_UUID, d->uuid);
    xd_put_str(t, XD_DOMAIN_NAME, d->name);
    xd_put_u64(t, XD_DOMAIN_ID, d->domid);
    xd_put_enum(t, XD_DOMAIN_STATE, (int)state);
    put_flags(t, d, state);
    xd_put_enum(t, XD_DOMAIN_TYPE, d->spec->type);
    xd_put_str(t, XD_DOMAIN_POOL, pool->name);
    xd_put_str(t, XD_DOMAIN_SCHED, pool->sched);
    xd_put_u64(t, XD_DOMAIN_VCPUS, d->n_vcpus);
    xd_put_u64(t, XD_DOMAIN_VCPUS_ONLINE, d->spec->online);
    xd_put_u64(t, XD_DOMAIN_CPU_NS, cpu_ns);
    xd_put_u64(t, XD_DOMAIN_MEM_KIB, d->mem_kib);
    xd_put_u64(t, XD_DOMAIN_MEM_TARGET_KIB, d->mem_target_kib);
    xd_put_u64(t, XD_DOMAIN_MEM_MAX_KIB, d->mem_max_kib);
    xd_put_u64(t, XD_DOMAIN_WEIGHT, d->weight);
    xd_put_u64(t, XD_DOMAIN_CAP, d->cap);
    if (d->spec->has_net) {
        xd_put_u64(t, XD_DOMAIN_NET_RX_BYTES, d->rx);
        xd_put_u64(t, XD_DOMAIN_NET_TX_BYTES, d->tx);
    }
    if (d->spec->has_disk) {
        xd_put_u64(t, XD_DOMAIN_DISK_RD_BYTES, d->rd);
        xd_put_u64(t, XD_DOMAIN_DISK_WR_BYTES, d->wr);
    }
    put_reason(t, d);
    xd_put_str(t, XD_DOMAIN_GUEST, d->spec->guest);
}

static void put_vcpu(struct xd_rows *t, const struct xd_demo_host *h, const struct xd_demo_vcpu *v)
{
    enum xd_vcpu_state state = v->running ? XD_VCPU_RUNNING : XD_VCPU_IDLE;

    xd_put_str(t, XD_VCPU_DOMAIN_UUID, v->domain->uuid);
    xd_put_str(t, XD_VCPU_DOMAIN, v->domain->name);
    xd_put_u64(t, XD_VCPU_ID, v->id);
    if (v->online) /* one that never ran was never anywhere */
        xd_put_u64(t, XD_VCPU_PCPU, v->pcpu);
    xd_put_enum(t, XD_VCPU_STATE, (int)(v->online ? state : XD_VCPU_OFFLINE));
    xd_put_u64(t, XD_VCPU_CPU_NS, v->cpu_ns);
    xd_put_set(t, XD_VCPU_HARD, &h->masks[v->hard].set);
    xd_put_set(t, XD_VCPU_SOFT, &h->masks[v->soft].set);
}

static void fill_domains(struct xd_demo_host *h, struct xd_builder *b)
{
    struct xd_rows *domains = xd_build_table(b, &xd_domains_desc, at_ns(h));
    struct xd_rows *vcpus = xd_build_table(b, &xd_vcpus_desc, at_ns(h));

    for (size_t i = 0; i < h->n_domains; i++) {
        const struct xd_demo_domain *d = h->domains[i];

        xd_row_begin(domains);
        put_domain(domains, h, d);
        for (size_t j = 0; j < d->n_vcpus; j++) {
            xd_row_begin(vcpus);
            put_vcpu(vcpus, h, &d->vcpus[j]);
        }
    }
}

static const struct xd_table_desc *const later[] = {
    &xd_disks_desc, &xd_nics_desc, &xd_pci_desc, &xd_devices_desc, &xd_dmesg_desc, &xd_params_desc};

void xd_demo_fill(struct xd_demo_host *h, struct xd_builder *b)
{
    fill_host(h, b);
    fill_nodes(h, b);
    fill_pcpus(h, b);
    fill_pools(h, b);
    fill_domains(h, b);
    for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
        xd_build_missing(b, later[i], "the demo host doesn't simulate it");
    xd_demo_fill_limits(h, b, at_ns(h));
}
