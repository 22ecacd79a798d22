/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated machine as a tree of things: what Xen, CPUID and SMBIOS would tell of it, made from
 * the same scenario as the tables of nodes and pCPUs. It hardly ever changes, so its tables are
 * built when something in them did and lent to each sample until then. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "backend_demo/host.h"
#include "backend_demo/random.h"
#include "base/str.h"
#include "topo/advice.h"
#include "topo/host.h"

#define GIB_KIB (UINT64_C(1) << 20)

extern const struct xd_backend xd_backend_demo;

static const struct xd_table_desc *const tables[] = {&xd_topology_desc, &xd_distances_desc,
                                                     &xd_facts_desc, &xd_advice_desc};

/* --- CPUs --- */

/* A thing that is pCPUs first … first + n - 1. */
static struct xd_topo_thing *cpus(struct xd_topo *t, enum xd_thing_kind kind,
                                  struct xd_topo_thing *in, unsigned number, unsigned first,
                                  unsigned n, enum xd_topo_source by)
{
    struct xd_topo_thing *o =
        xd_topo_thing(t, kind, in->id, "%s/%u", xd_thing_kind_names[kind], number);
    struct xd_cpuset set;

    xd_cpuset_zero(&set);
    for (unsigned i = 0; i < n; i++)
        xd_cpuset_add(&set, first + i);
    xd_topo_tell_set(t, o, XD_TOPO_CPUS, by, &set);
    return o;
}

static struct xd_topo_thing *cache(struct xd_topo *t, enum xd_thing_kind kind,
                                   struct xd_topo_thing *in, unsigned first, unsigned n,
                                   uint64_t kib)
{
    struct xd_topo_thing *o = cpus(t, kind, in, first, first, n, XD_TOPO_BY_CPUID);

    xd_topo_tell_u64(t, o, XD_TOPO_SIZE, XD_TOPO_BY_CPUID, kib);
    return o;
}

static void core(struct xd_topo *t, const struct xd_demo_host *h, struct xd_topo_thing *in,
                 unsigned first)
{
    const struct xd_demo_scenario *s = h->scenario;
    unsigned n = (unsigned)s->host.threads_per_core;
    struct xd_topo_thing *o;

    o = cache(t, XD_THING_L2, in, first, n, s->host.l2_kib);
    o = cache(t, XD_THING_L1, o, first, n, s->host.l1_kib);
    o = cpus(t, XD_THING_CORE, o, first, first, n, XD_TOPO_BY_XEN);
    xd_topo_tell_u64(t, o, XD_TOPO_INDEX, XD_TOPO_BY_XEN, h->pcpus[first].core);
    for (unsigned i = first; i < first + n; i++) {
        struct xd_topo_thing *thread = cpus(t, XD_THING_THREAD, o, i, i, 1, XD_TOPO_BY_XEN);

        xd_topo_tell_u64(t, thread, XD_TOPO_INDEX, XD_TOPO_BY_XEN, i);
        xd_topo_tell_bool(t, thread, XD_TOPO_ONLINE, XD_TOPO_BY_XEN, h->pcpus[i].online);
    }
}

static void node(struct xd_topo *t, const struct xd_demo_host *h, struct xd_topo_thing *in,
                 unsigned number)
{
    const struct xd_demo_scenario *s = h->scenario;
    unsigned threads = (unsigned)s->host.threads_per_core;
    unsigned n = (unsigned)s->host.cores_per_node * threads, first = number * n;
    unsigned shared = (unsigned)s->host.cores_per_l3 * threads;
    struct xd_topo_thing *o = cpus(t, XD_THING_NODE, in, number, first, n, XD_TOPO_BY_XEN), *l3 = o;

    xd_topo_tell_u64(t, o, XD_TOPO_INDEX, XD_TOPO_BY_XEN, number);
    xd_topo_tell_u64(t, o, XD_TOPO_NODE, XD_TOPO_BY_XEN, number);
    xd_topo_tell_u64(t, o, XD_TOPO_SIZE, XD_TOPO_BY_XEN, xd_demo_node_kib(h, number));
    xd_topo_tell_u64(t, o, XD_TOPO_FREE, XD_TOPO_BY_XEN, h->node_free_kib[number]);
    for (unsigned i = 0; i < n; i += threads) {
        if (i % shared == 0)
            l3 = cache(t, XD_THING_L3, o, first + i, i + shared < n ? shared : n - i,
                       s->host.l3_kib);
        core(t, h, l3, first + i);
    }
}

/* --- memory --- */

/* The size of the DIMMs of a socket: one a channel if that makes it, else as few as do. 0: no size
 * that is made does. */
static uint64_t dimm_kib(const struct xd_demo_scenario *s)
{
    uint64_t all = s->host.memory_kib / s->host.sockets;
    uint64_t most[] = {s->host.channels, s->host.channels * s->host.slots_per_channel};

    for (size_t i = 0; i < 2; i++)
        for (uint64_t kib = 4 * GIB_KIB; kib <= 512 * GIB_KIB; kib *= 2)
            if (all % kib == 0 && all / kib <= most[i])
                return kib;
    return 0;
}

static void dimm(struct xd_topo *t, const struct xd_demo_scenario *s, struct xd_topo_thing *in,
                 const char *locator, uint64_t kib)
{
    struct xd_topo_thing *o = xd_topo_thing(t, XD_THING_DIMM, in->id, "dimm/%s", locator);

    xd_topo_tell_str(t, o, XD_TOPO_SLOT, XD_TOPO_BY_SMBIOS, locator);
    xd_topo_tell_str(t, o, XD_TOPO_FORM, XD_TOPO_BY_SMBIOS, "DIMM");
    xd_topo_tell_bool(t, o, XD_TOPO_EMPTY, XD_TOPO_BY_SMBIOS, kib == 0);
    if (!kib)
        return;
    xd_topo_tell_u64(t, o, XD_TOPO_SIZE, XD_TOPO_BY_SMBIOS, kib);
    xd_topo_tell_str(t, o, XD_TOPO_MEM_TYPE, XD_TOPO_BY_SMBIOS, s->host.dimm_type);
    xd_topo_tell_u64(t, o, XD_TOPO_SPEED_MTS, XD_TOPO_BY_SMBIOS, s->host.dimm_speed);
    xd_topo_tell_u64(t, o, XD_TOPO_SPEED_MAX_MTS, XD_TOPO_BY_SMBIOS, s->host.dimm_speed);
    xd_topo_tell_u64(t, o, XD_TOPO_RANKS, XD_TOPO_BY_SMBIOS, kib > 8 * GIB_KIB ? 2 : 1);
}

/* An array of slots: all first slots of the channels are filled before any second one. */
static void memory(struct xd_topo *t, const struct xd_demo_scenario *s, struct xd_topo_thing *in,
                   unsigned socket)
{
    uint64_t kib = dimm_kib(s), n = kib ? s->host.memory_kib / s->host.sockets / kib : 0;
    struct xd_topo_thing *o;
    char locator[32];

    if (!kib)
        return;
    o = xd_topo_thing(t, XD_THING_MEMORY, in->id, "memory/%u", socket);
    xd_topo_tell_u64(t, o, XD_TOPO_INDEX, XD_TOPO_BY_SMBIOS, socket);
    xd_topo_tell_u64(t, o, XD_TOPO_SIZE, XD_TOPO_BY_SMBIOS, n * kib);
    xd_topo_tell_str(t, o, XD_TOPO_ECC, XD_TOPO_BY_SMBIOS, "multi-bit");
    for (unsigned c = 0; c < s->host.channels; c++)
        for (unsigned k = 0; k < s->host.slots_per_channel; k++) {
            snprintf(locator, sizeof(locator), "P%u %c%u", socket, 'A' + c, k + 1);
            dimm(t, s, o, locator, k * s->host.channels + c < n ? kib : 0);
        }
}

/* --- all of it --- */

static void package(struct xd_topo *t, const struct xd_demo_host *h, unsigned number)
{
    const struct xd_demo_scenario *s = h->scenario;
    unsigned n = s->n_pcpus / (unsigned)s->host.sockets;
    unsigned nodes = (unsigned)s->host.nodes_per_socket;
    struct xd_topo_thing *o =
        cpus(t, XD_THING_PACKAGE, t->machine, number, number * n, n, XD_TOPO_BY_XEN);

    xd_topo_tell_u64(t, o, XD_TOPO_INDEX, XD_TOPO_BY_XEN, number);
    xd_topo_tell_str(t, o, XD_TOPO_NAME, XD_TOPO_BY_CPUID, s->host.cpu);
    xd_topo_tell_u64(t, o, XD_TOPO_KHZ, XD_TOPO_BY_SMBIOS, s->host.khz);
    if (s->host.family) {
        xd_topo_tell_u64(t, o, XD_TOPO_FAMILY, XD_TOPO_BY_CPUID, s->host.family);
        xd_topo_tell_u64(t, o, XD_TOPO_MODEL, XD_TOPO_BY_CPUID, s->host.model);
        xd_topo_tell_u64(t, o, XD_TOPO_STEPPING, XD_TOPO_BY_CPUID, s->host.stepping);
    }
    for (unsigned i = 0; i < nodes; i++)
        node(t, h, o, number * nodes + i);
    memory(t, s, o, number);
}

/* --- who uses it --- */

/* Where its vCPUs may run: what advice on nearness goes by. */
static void cpus_of(const struct xd_demo_host *h, const struct xd_demo_domain *d,
                    struct xd_cpuset *out)
{
    xd_cpuset_zero(out);
    for (size_t i = 0; i < d->n_vcpus; i++)
        xd_cpuset_or(out, &h->masks[d->vcpus[i].hard].set);
    xd_cpuset_and(out, &h->pools[d->pool].cpus);
}

static bool matters(const struct xd_demo_host *h, const struct xd_demo_domain *d)
{
    for (size_t i = 0; i < h->scenario->n_pci; i++)
        if (h->pci[i].owner == d)
            return true;
    return d->domid == 0;
}

static void advise(const struct xd_demo_host *h, struct xd_topo *t)
{
    struct xd_topo_domain *list = NULL;
    size_t n = 0;

    xd_topo_advise_machine(t);
    for (size_t i = 0; i < h->n_domains; i++) {
        const struct xd_demo_domain *d = h->domains[i];
        struct xd_cpuset *cpus;

        if (!matters(h, d))
            continue;
        cpus = xd_arena_alloc(&t->arena, sizeof(*cpus));
        cpus_of(h, d, cpus);
        list = xd_arena_grow(&t->arena, list, n, sizeof(*list));
        list[n++] = (struct xd_topo_domain){
            .name = d->shown, .dom0 = d->domid == 0, .vcpus = (unsigned)d->n_vcpus, .cpus = cpus};
    }
    xd_topo_advise_use(t, list, n);
}

static struct xd_topo *machine(const struct xd_demo_host *h)
{
    const struct xd_demo_scenario *s = h->scenario;
    struct xd_topo *t = xd_topo_new();

    xd_topo_tell_str(t, t->machine, XD_TOPO_NAME, XD_TOPO_BY_SMBIOS, s->host.board);
    xd_topo_tell_str(t, t->machine, XD_TOPO_LABEL, XD_TOPO_BY_XEN, s->host.name);
    xd_topo_tell_u64(t, t->machine, XD_TOPO_SIZE, XD_TOPO_BY_XEN, s->host.memory_kib);
    for (unsigned i = 0; i < s->host.sockets; i++)
        package(t, h, i);
    for (unsigned from = 0; from < s->n_nodes; from++)
        for (unsigned to = 0; to < s->n_nodes; to++)
            xd_topo_distance(t, &(struct xd_topo_distance){.from = from,
                                                           .to = to,
                                                           .source = XD_TOPO_BY_XEN,
                                                           .value = xd_demo_distance(s, from, to),
                                                           .latency_ns = NAN,
                                                           .bytes_s = NAN});
    xd_demo_topology_pci(h, t);
    xd_topo_settle(t);
    advise(h, t);
    return t;
}

/* --- the tables --- */

/* All that can change in them, as a number. */
static uint64_t state_of(const struct xd_demo_host *h)
{
    uint64_t x = 0;

    for (unsigned i = 0; i < h->scenario->n_pcpus; i++)
        x = xd_demo_random(x, h->pcpus[i].online);
    for (unsigned i = 0; i < h->scenario->n_nodes; i++)
        x = xd_demo_random(x, h->node_free_kib[i]);
    for (size_t i = 0; i < h->scenario->n_pci; i++) {
        const struct xd_demo_pci *p = &h->pci[i];

        x = xd_demo_random(x, (uint64_t)p->use);
        x = xd_demo_random(x, p->owner ? xd_demo_hash_text(p->owner->shown) : 0);
        for (size_t k = 0; p->owner && k < p->owner->n_vcpus; k++)
            x = xd_demo_random(x, p->owner->vcpus[k].hard);
    }
    for (size_t k = 0; h->n_domains && k < h->domains[0]->n_vcpus; k++)
        x = xd_demo_random(x, h->domains[0]->vcpus[k].hard);
    for (size_t i = 0; i < XD_DEMO_POOLS_MAX; i++)
        x = xd_demo_random(x, h->pools[i].n_cpus);
    return x;
}

static void first_of(const struct xd_topo *t, enum xd_thing_kind kind, char *id, size_t size)
{
    id[0] = '\0';
    for (size_t i = 0; i < t->n_things && !id[0]; i++)
        if (t->things[i]->kind == kind && !xd_topo_str(t->things[i], XD_TOPO_OWNER, NULL))
            snprintf(id, size, "%s", t->things[i]->id);
}

static void put_traffic(struct xd_rows *t, const char *id, uint64_t in, uint64_t out)
{
    if (!id[0])
        return;
    xd_row_begin(t);
    xd_put_str(t, XD_TRAFFIC_ID, id);
    xd_put_u64(t, XD_TRAFFIC_IN_BYTES, in);
    xd_put_u64(t, XD_TRAFFIC_OUT_BYTES, out);
}

/* All that domains do goes through the first NIC and to the first disk. */
static void fill_traffic(const struct xd_demo_host *h, struct xd_builder *b)
{
    struct xd_rows *t = xd_build_table(b, &xd_traffic_desc, xd_demo_at(h));
    uint64_t rx = 0, tx = 0, rd = 0, wr = 0;

    for (size_t i = 0; i < h->n_domains; i++) {
        const struct xd_demo_domain *d = h->domains[i];

        for (size_t k = 0; k < d->n_nics; k++) {
            rx += d->nics[k].rx;
            tx += d->nics[k].tx;
        }
        for (size_t k = 0; k < d->n_disks; k++) {
            rd += d->disks[k].rd;
            wr += d->disks[k].wr;
        }
    }
    put_traffic(t, h->topology.nic, rx, tx);
    put_traffic(t, h->topology.disk, rd, wr);
    if (!h->topology.nic[0] && !h->topology.disk[0])
        xd_build_reason(t, "%s", XD_TOPO_NO_TRAFFIC);
}

static void build(struct xd_demo_host *h, uint64_t wanted, uint64_t state)
{
    struct xd_builder *b = xd_builder_new(xd_backend_demo.name);
    struct xd_topo *t = machine(h);

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        if (wanted >> i & 1)
            xd_topo_put_table(t, tables[i], b, xd_demo_at(h));
    first_of(t, XD_THING_NIC, h->topology.nic, sizeof(h->topology.nic));
    first_of(t, XD_THING_DISK, h->topology.disk, sizeof(h->topology.disk));
    xd_topo_free(t);
    xd_snapshot_unref(h->topology.kept);
    h->topology.kept = xd_builder_seal(b, NULL, 0, xd_demo_at(h), 0, 0);
    h->topology.tables = wanted;
    h->topology.state = state;
}

void xd_demo_fill_topology(struct xd_demo_host *h, const struct xd_backend_env *env,
                           struct xd_builder *b)
{
    bool traffic = xd_wanted(env, &xd_traffic_desc);
    uint64_t wanted = 0, state;

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        if (xd_wanted(env, tables[i]))
            wanted |= UINT64_C(1) << i;
    if (!wanted && !traffic)
        return;
    state = state_of(h);
    if (!h->topology.kept || (wanted & ~h->topology.tables) || h->topology.state != state)
        build(h, wanted, state);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        if (wanted >> i & 1)
            xd_build_lend(b, h->topology.kept, tables[i]->name);
    if (traffic)
        fill_traffic(h, b);
}
