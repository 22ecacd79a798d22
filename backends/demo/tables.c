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

/* Of xd_scheduler_names. */
enum { CREDIT, CREDIT2, RTDS };

/* Cells that cost something are left out where nobody looks at their column. */
#define WANTS(mask, col) ((mask) >> (col)&1)

#define SECTOR      512
#define OWN_REQUEST 32768 /* bytes of a request to Domain-0's own disks */

static void put_states(struct xd_rows *t, const struct xd_demo_host *h)
{
    uint64_t in[XD_HOST_DYING - XD_HOST_RUN + 1] = {0};

    for (size_t i = 0; i < h->n_domains; i++)
        in[xd_demo_domain_state(h->domains[i])]++;
    for (int i = XD_HOST_RUN; i <= XD_HOST_DYING; i++)
        xd_put_u64(t, i, in[i - XD_HOST_RUN]);
}

static void fill_host(struct xd_demo_host *h, struct xd_builder *b, uint64_t want)
{
    const struct xd_demo_scenario *s = h->scenario;
    struct xd_rows *t = xd_build_table(b, &xd_host_desc, xd_demo_at(h));
    uint64_t busy = 0, online = 0;

    for (unsigned i = 0; i < s->n_pcpus; i++) {
        busy += h->pcpus[i].busy_ns;
        online += h->pcpus[i].online;
    }
    xd_row_begin(t);
    xd_put_str(t, XD_HOST_NAME, s->host.name);
    xd_put_enum(t, XD_HOST_KIND, XD_HOST_DEMO);
    xd_put_str(t, XD_HOST_XEN_VERSION, s->host.xen);
    xd_put_str(t, XD_HOST_KERNEL, s->host.kernel);
    xd_put_u64(t, XD_HOST_UPTIME_NS, s->host.uptime_ns + (uint64_t)h->t_ns);
    xd_put_str(t, XD_HOST_CPU_MODEL, s->host.cpu);
    xd_put_u64(t, XD_HOST_PCPUS, online);
    xd_put_u64(t, XD_HOST_NODES, s->n_nodes);
    xd_put_u64(t, XD_HOST_SOCKETS, s->host.sockets);
    xd_put_u64(t, XD_HOST_CORES_PER_SOCKET, s->host.nodes_per_socket * s->host.cores_per_node);
    xd_put_u64(t, XD_HOST_THREADS_PER_CORE, s->host.threads_per_core);
    xd_put_u64(t, XD_HOST_CPU_KHZ, s->host.khz);
    xd_put_u64(t, XD_HOST_MEM_KIB, s->host.memory_kib);
    xd_put_u64(t, XD_HOST_MEM_FREE_KIB, xd_demo_host_memory(h) - h->used_kib);
    xd_put_str(t, XD_HOST_SCHEDULER, xd_demo_pool_sched(h, 0));
    xd_put_str(t, XD_HOST_CAPS, s->host.caps);
    put_states(t, h);
    xd_put_u64(t, XD_HOST_DOMAINS, h->n_domains);
    xd_put_u64(t, XD_HOST_CPU_NS, busy);
    if (s->host.threads_per_core > 1)
        xd_put_bool(t, XD_HOST_SMT, h->smt);
}

/* --- nodes --- */

unsigned xd_demo_distance(const struct xd_demo_scenario *s, unsigned from, unsigned to)
{
    unsigned per_socket = (unsigned)s->host.nodes_per_socket;

    return from == to ? HERE : from / per_socket == to / per_socket ? SAME_SOCKET : OTHER_SOCKET;
}

static void put_distances(struct xd_rows *t, const struct xd_demo_scenario *s, unsigned from)
{
    struct xd_buf text = XD_BUF_INIT;

    for (unsigned to = 0; to < s->n_nodes; to++)
        xd_buf_printf(&text, "%s%u", to ? " " : "", xd_demo_distance(s, from, to));
    xd_put_str(t, XD_NODE_DISTANCES, xd_buf_str(&text));
    xd_buf_done(&text);
}

static void fill_nodes(struct xd_demo_host *h, struct xd_builder *b, uint64_t want)
{
    const struct xd_demo_scenario *s = h->scenario;
    struct xd_rows *t = xd_build_table(b, &xd_nodes_desc, xd_demo_at(h));
    struct xd_cpuset cpus;

    for (unsigned i = 0; i < s->n_nodes; i++) {
        xd_cpuset_zero(&cpus);
        for (unsigned p = 0; p < s->n_pcpus; p++) {
            if (h->pcpus[p].node == i)
                xd_cpuset_add(&cpus, p);
        }
        xd_row_begin(t);
        xd_put_u64(t, XD_NODE_ID, i);
        xd_put_u64(t, XD_NODE_MEM_KIB, xd_demo_node_kib(h, i));
        xd_put_u64(t, XD_NODE_FREE_KIB, h->node_free_kib[i]);
        xd_put_set(t, XD_NODE_CPUS, &cpus);
        put_distances(t, s, i);
    }
}

/* --- pCPUs and pools --- */

static void fill_pcpus(struct xd_demo_host *h, struct xd_builder *b, uint64_t want)
{
    struct xd_rows *t = xd_build_table(b, &xd_pcpus_desc, xd_demo_at(h));

    for (unsigned i = 0; i < h->scenario->n_pcpus; i++) {
        const struct xd_demo_pcpu *p = &h->pcpus[i];

        xd_row_begin(t);
        xd_put_u64(t, XD_PCPU_ID, i);
        xd_put_bool(t, XD_PCPU_ONLINE, p->online);
        xd_put_u64(t, XD_PCPU_NODE, p->node);
        xd_put_u64(t, XD_PCPU_SOCKET, p->socket);
        xd_put_u64(t, XD_PCPU_CORE, p->core);
        xd_put_str(t, XD_PCPU_POOL, p->pool >= 0 ? h->pools[p->pool].name : "none");
        xd_put_u64(t, XD_PCPU_BUSY_NS, p->busy_ns);
        xd_demo_put_pcpu_power(t, h, i);
    }
}

static void fill_pools(struct xd_demo_host *h, struct xd_builder *b, uint64_t want)
{
    struct xd_rows *t = xd_build_table(b, &xd_pools_desc, xd_demo_at(h));
    uint64_t domains[XD_DEMO_POOLS_MAX] = {0};

    for (size_t i = 0; i < h->n_domains; i++)
        domains[h->domains[i]->pool]++;
    for (size_t i = 0; i < XD_DEMO_POOLS_MAX; i++) {
        const struct xd_demo_cpupool *p = &h->pools[i];

        if (!p->used)
            continue;
        xd_row_begin(t);
        xd_put_u64(t, XD_POOL_ID, i);
        xd_put_str(t, XD_POOL_NAME, p->name);
        xd_put_str(t, XD_POOL_SCHED, xd_scheduler_names[p->sched]);
        xd_put_set(t, XD_POOL_CPUS, &p->cpus);
        xd_put_u64(t, XD_POOL_N_CPUS, p->n_cpus);
        xd_put_u64(t, XD_POOL_DOMAINS, domains[i]);
        if (p->sched <= CREDIT2)
            xd_put_u64(t, XD_POOL_RATELIMIT_US, p->ratelimit_us);
        if (p->sched == CREDIT)
            xd_put_u64(t, XD_POOL_TSLICE_MS, p->tslice_ms);
        xd_put_str(t, XD_POOL_GRAN, "cpu");
        xd_put_str(t, XD_POOL_GOVERNOR, xd_demo_pool_governor(h, &p->cpus));
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

/* Bytes of all that it has, and requests and sectors that go with them. */
static void put_traffic(struct xd_rows *t, const struct xd_demo_domain *d)
{
    uint64_t rx = d->rx, tx = d->tx, rd = d->rd, wr = d->wr;
    uint64_t reads = d->rd / OWN_REQUEST, writes = d->wr / OWN_REQUEST, oo = 0;

    for (size_t i = 0; i < d->n_nics; i++) {
        rx += d->nics[i].rx;
        tx += d->nics[i].tx;
    }
    for (size_t i = 0; i < d->n_disks; i++) {
        const struct xd_demo_disk *k = &d->disks[i];

        rd += k->rd;
        wr += k->wr;
        reads += k->rd >> k->shift;
        writes += k->wr >> k->shift;
        oo += XD_DEMO_DISK_OO(k);
    }
    xd_put_u64(t, XD_DOMAIN_NICS, d->n_nics);
    xd_put_u64(t, XD_DOMAIN_DISKS, d->n_disks);
    if (d->n_nics || (d->domid == 0 && d->spec->has_net)) {
        xd_put_u64(t, XD_DOMAIN_NET_RX_BYTES, rx);
        xd_put_u64(t, XD_DOMAIN_NET_TX_BYTES, tx);
    }
    if (!d->n_disks && (d->domid || !d->spec->has_disk))
        return;
    xd_put_u64(t, XD_DOMAIN_DISK_RD_BYTES, rd);
    xd_put_u64(t, XD_DOMAIN_DISK_WR_BYTES, wr);
    xd_put_u64(t, XD_DOMAIN_DISK_OO, oo);
    xd_put_u64(t, XD_DOMAIN_DISK_RD_REQS, reads);
    xd_put_u64(t, XD_DOMAIN_DISK_WR_REQS, writes);
    xd_put_u64(t, XD_DOMAIN_DISK_RD_SECT, rd / SECTOR);
    xd_put_u64(t, XD_DOMAIN_DISK_WR_SECT, wr / SECTOR);
}

/* What its vCPUs did, together. */
static void put_sums(struct xd_rows *t, const struct xd_demo_host *h,
                     const struct xd_demo_domain *d)
{
    uint64_t cpu_ns = 0, ready_ns = 0, wakes = 0, woken = 0, late_ns = 0;

    for (size_t i = 0; i < d->n_vcpus; i++) {
        const struct xd_demo_vcpu *v = &d->vcpus[i];

        cpu_ns += v->cpu_ns;
        ready_ns += v->ready_ns;
        wakes += v->wakes;
        if (v->look != h->look)
            continue;
        woken += v->waits.wakes;
        late_ns += v->waits.wake_ns;
    }
    xd_put_u64(t, XD_DOMAIN_CPU_NS, cpu_ns);
    xd_put_u64(t, XD_DOMAIN_READY_NS, ready_ns);
    xd_put_u64(t, XD_DOMAIN_WAKES, wakes);
    if (woken)
        xd_put_u64(t, XD_DOMAIN_WAKE_NS, late_ns / woken);
}

static double percent(uint64_t part, uint64_t whole)
{
    return 100.0 * (double)part / (double)whole;
}

static void put_domain(struct xd_rows *t, const struct xd_demo_host *h,
                       const struct xd_demo_domain *d, uint64_t want)
{
    const struct xd_demo_cpupool *pool = &h->pools[d->pool];
    enum xd_domain_state state = xd_demo_domain_state(d);

    xd_put_str(t, XD_DOMAIN_UUID, d->uuid);
    xd_put_str(t, XD_DOMAIN_NAME, d->shown);
    xd_put_u64(t, XD_DOMAIN_ID, d->domid);
    xd_put_enum(t, XD_DOMAIN_STATE, (int)state);
    put_flags(t, d, state);
    xd_put_enum(t, XD_DOMAIN_TYPE, d->spec->type);
    xd_put_str(t, XD_DOMAIN_POOL, pool->name);
    xd_put_str(t, XD_DOMAIN_SCHED, xd_scheduler_names[pool->sched]);
    xd_put_u64(t, XD_DOMAIN_VCPUS, d->n_vcpus);
    xd_put_u64(t, XD_DOMAIN_VCPUS_ONLINE, d->online);
    put_sums(t, h, d);
    xd_put_u64(t, XD_DOMAIN_MEM_KIB, d->mem_kib);
    xd_put_u64(t, XD_DOMAIN_MEM_TARGET_KIB, d->mem_target_kib);
    xd_put_u64(t, XD_DOMAIN_MEM_MAX_KIB, d->mem_max_kib);
    xd_put_f64(t, XD_DOMAIN_MEM_PERCENT, percent(d->mem_kib, h->scenario->host.memory_kib));
    xd_put_u64(t, XD_DOMAIN_MEM_LIMIT_KIB, d->mem_max_kib);
    xd_put_f64(t, XD_DOMAIN_MEM_LIMIT_PERCENT,
               percent(d->mem_max_kib, h->scenario->host.memory_kib));
    xd_put_f64(t, XD_DOMAIN_MEM_MAX_PERCENT, percent(d->mem_max_kib, h->scenario->host.memory_kib));
    xd_put_u64(t, XD_DOMAIN_SSID, 0);
    if (WANTS(want, XD_DOMAIN_NODE_AFFINITY))
        xd_put_set(t, XD_DOMAIN_NODE_AFFINITY, &h->masks[d->nodes].set);
    if (pool->sched != RTDS) {
        xd_put_u64(t, XD_DOMAIN_WEIGHT, d->weight);
        xd_put_u64(t, XD_DOMAIN_CAP, d->cap);
    }
    put_traffic(t, d);
    put_reason(t, d);
    xd_put_str(t, XD_DOMAIN_GUEST, d->spec->guest);
    for (int i = 0; i < 3 && d->domid; i++) /* nobody is left to do anything after Domain-0 */
        xd_put_enum(t, XD_DOMAIN_ON_POWEROFF + i, d->on[i]);
}

static void put_waits(struct xd_rows *t, const struct xd_demo_host *h, const struct xd_demo_vcpu *v,
                      uint64_t want)
{
    char text[512];

    xd_put_u64(t, XD_VCPU_RUN_NS, v->run_ns);
    xd_put_u64(t, XD_VCPU_READY_NS, v->ready_ns);
    xd_put_u64(t, XD_VCPU_BLOCKED_NS, v->blocked_ns);
    xd_put_u64(t, XD_VCPU_WAKES, v->wakes);
    xd_put_u64(t, XD_VCPU_MOVES, v->moves);
    if (v->look != h->look)
        return;
    if (v->waits.wakes) {
        xd_put_u64(t, XD_VCPU_WAKE_NS, v->waits.wake_ns / v->waits.wakes);
        xd_put_u64(t, XD_VCPU_WAKE_MAX_NS, v->waits.wake_max_ns);
    }
    if (WANTS(want, XD_VCPU_WAITS_FOR) && xd_demo_waits_for(h, v, text, sizeof(text))[0])
        xd_put_str(t, XD_VCPU_WAITS_FOR, text);
}

static void put_vcpu(struct xd_rows *t, const struct xd_demo_host *h, const struct xd_demo_vcpu *v,
                     uint64_t want)
{
    enum xd_vcpu_state state = v->running ? XD_VCPU_RUNNING : XD_VCPU_IDLE;

    xd_put_str(t, XD_VCPU_DOMAIN_UUID, v->domain->uuid);
    xd_put_str(t, XD_VCPU_DOMAIN, v->domain->shown);
    xd_put_u64(t, XD_VCPU_ID, v->id);
    if (v->online) /* one that never ran was never anywhere */
        xd_put_u64(t, XD_VCPU_PCPU, v->pcpu);
    xd_put_enum(t, XD_VCPU_STATE, (int)(v->online ? state : XD_VCPU_OFFLINE));
    xd_put_u64(t, XD_VCPU_CPU_NS, v->cpu_ns);
    if (WANTS(want, XD_VCPU_HARD))
        xd_put_set(t, XD_VCPU_HARD, &h->masks[v->hard].set);
    if (WANTS(want, XD_VCPU_SOFT))
        xd_put_set(t, XD_VCPU_SOFT, &h->masks[v->soft].set);
    if (h->pools[v->domain->pool].sched == RTDS) {
        xd_put_u64(t, XD_VCPU_PERIOD_US, v->period_us);
        xd_put_u64(t, XD_VCPU_BUDGET_US, v->budget_us);
        xd_put_bool(t, XD_VCPU_EXTRATIME, v->extratime);
    }
    if (v->online)
        put_waits(t, h, v, want);
}

static void fill_domains(struct xd_demo_host *h, struct xd_builder *b, uint64_t want)
{
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, xd_demo_at(h));

    for (size_t i = 0; i < h->n_domains; i++) {
        xd_row_begin(t);
        put_domain(t, h, h->domains[i], want);
    }
    h->looked = true;
}

static void fill_vcpus(struct xd_demo_host *h, struct xd_builder *b, uint64_t want)
{
    struct xd_rows *t = xd_build_table(b, &xd_vcpus_desc, xd_demo_at(h));

    for (size_t i = 0; i < h->n_domains; i++) {
        for (size_t j = 0; j < h->domains[i]->n_vcpus; j++) {
            xd_row_begin(t);
            put_vcpu(t, h, &h->domains[i]->vcpus[j], want);
        }
    }
    h->looked = true;
}

static void fill_limits(struct xd_demo_host *h, struct xd_builder *b, uint64_t want)
{
    xd_demo_fill_limits(h, b, xd_demo_at(h));
}

static const struct {
    const struct xd_table_desc *desc;
    void (*fill)(struct xd_demo_host *h, struct xd_builder *b, uint64_t want);
} tables[] = {
    {&xd_host_desc, fill_host},
    {&xd_nodes_desc, fill_nodes},
    {&xd_pcpus_desc, fill_pcpus},
    {&xd_pools_desc, fill_pools},
    {&xd_domains_desc, fill_domains},
    {&xd_vcpus_desc, fill_vcpus},
    {&xd_limits_desc, fill_limits},
    {&xd_power_desc, xd_demo_fill_power},
    {&xd_sensors_desc, xd_demo_fill_sensors},
    {&xd_cstates_desc, xd_demo_fill_cstates},
    {&xd_pstates_desc, xd_demo_fill_pstates},
};

void xd_demo_fill(struct xd_demo_host *h, const struct xd_backend_env *env, struct xd_builder *b)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        uint64_t want = xd_wanted(env, tables[i].desc);

        if (want)
            tables[i].fill(h, b, want);
    }
    xd_demo_fill_devices(h, env, b);
    xd_demo_fill_topology(h, env, b);
    xd_demo_fill_cpuid(h, env, b);
}
