/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines for tests: see machines.h. */
#include "machines.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define GIB (1ull << 20) /* in KiB */

// clang-format off
const struct machine machines_named[] = {
    {.name = "big", .packages = 8, .dies = 1, .nodes = 1, .l3s = 8, .cores = 8, .threads = 2,
     .l1_kib = 32, .l2_kib = 1024, .l3_kib = 32 << 10, .node_kib = 768 * GIB,
     .channels = 12, .slots = 2, .filled = 12, .ports = 16, .functions = 46, .vfs = 2},
    {.name = "laptop", .packages = 1, .dies = 1, .nodes = 1, .l3s = 1, .cores = 4, .threads = 2,
     .l1_kib = 48, .l2_kib = 1280, .l3_kib = 8 << 10, .node_kib = 16 * GIB,
     .channels = 2, .slots = 1, .filled = 2, .ports = 4, .functions = 6, .spread = true},
    {.name = "two-sockets", .packages = 2, .dies = 1, .nodes = 1, .l3s = 1, .cores = 12,
     .threads = 2, .l1_kib = 32, .l2_kib = 256, .l3_kib = 30 << 10, .node_kib = 64 * GIB,
     .channels = 4, .slots = 3, .filled = 4, .ports = 6, .functions = 14, .vfs = 2, .spread = true},
    {.name = "dies", .packages = 2, .dies = 2, .nodes = 1, .l3s = 2, .cores = 4, .threads = 1,
     .l1_kib = 64, .l2_kib = 512, .l3_kib = 16 << 10, .node_kib = 32 * GIB, .ports = 2,
     .functions = 3},
    {.name = "one-cpu", .packages = 1, .dies = 1, .nodes = 1, .l3s = 1, .cores = 1, .threads = 1},
    {.name = NULL},
};
// clang-format on

/* --- chance --- */

static uint64_t next(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static unsigned below(uint64_t *seed, unsigned n)
{
    return n ? (unsigned)(next(seed) % n) : 0;
}

static bool once_in(uint64_t *seed, unsigned n)
{
    return below(seed, n) == 0;
}

/* --- CPUs --- */

struct making {
    struct xd_topo *t;
    const struct machine *m;
    unsigned cores, n_cores; /* so far, and in all */
    unsigned packages, nodes;
    uint64_t *odd; /* a seed: leave things out, and lie; NULL: don't */
};

static bool odd(struct making *g, unsigned n)
{
    return g->odd && once_in(g->odd, n);
}

static struct xd_topo_thing *thing(struct making *g, enum xd_thing_kind kind,
                                   const struct xd_topo_thing *in, unsigned number)
{
    struct xd_topo_thing *o =
        xd_topo_thing(g->t, kind, in->id, "%s/%u", xd_thing_kind_names[kind], number);

    if (kind < XD_THING_L3 || kind > XD_THING_L1)
        xd_topo_tell_u64(g->t, o, XD_TOPO_INDEX, XD_TOPO_BY_XEN, number);
    return o;
}

static unsigned cpu_of(const struct making *g, unsigned core, unsigned thread)
{
    return g->m->spread ? core + thread * g->n_cores : core * g->m->threads + thread;
}

/* Each fills `set` with the CPUs of what it made. */
static void threads(struct making *g, const struct xd_topo_thing *in, struct xd_cpuset *set)
{
    for (unsigned k = 0; k < g->m->threads; k++) {
        unsigned cpu = cpu_of(g, g->cores, k);
        struct xd_topo_thing *o = thing(g, XD_THING_THREAD, in, cpu);
        struct xd_cpuset own;

        xd_cpuset_zero(&own);
        xd_cpuset_add(&own, cpu);
        xd_cpuset_add(set, cpu);
        xd_topo_tell_set(g->t, o, XD_TOPO_CPUS, XD_TOPO_BY_XEN, &own);
        xd_topo_tell_bool(g->t, o, XD_TOPO_ONLINE, XD_TOPO_BY_XEN, !(cpu && odd(g, 20)));
    }
    g->cores++;
}

static struct xd_topo_thing *cache(struct making *g, enum xd_thing_kind kind,
                                   struct xd_topo_thing *in, unsigned kib)
{
    struct xd_topo_thing *o;

    if (!kib || odd(g, 30))
        return in;
    o = thing(g, kind, in, cpu_of(g, g->cores, 0));
    if (!odd(g, 30))
        xd_topo_tell_u64(g->t, o, XD_TOPO_SIZE, XD_TOPO_BY_CPUID, kib);
    xd_topo_tell_u64(g->t, o, XD_TOPO_WAYS, XD_TOPO_BY_CPUID, 8);
    return o;
}

static void tell_cpus(struct making *g, struct xd_topo_thing *o, const struct xd_topo_thing *in,
                      const struct xd_cpuset *own, struct xd_cpuset *all)
{
    if (o != in)
        xd_topo_tell_set(g->t, o, XD_TOPO_CPUS, XD_TOPO_BY_XEN, own);
    xd_cpuset_or(all, own);
}

static void core(struct making *g, struct xd_topo_thing *in, struct xd_cpuset *all)
{
    struct xd_topo_thing *l2 = cache(g, XD_THING_L2, in, g->m->l2_kib);
    struct xd_topo_thing *l1 = cache(g, XD_THING_L1, l2, g->m->l1_kib);
    struct xd_topo_thing *o = thing(g, XD_THING_CORE, l1, cpu_of(g, g->cores, 0));
    struct xd_cpuset own;

    xd_cpuset_zero(&own);
    threads(g, o, &own);
    tell_cpus(g, o, l1, &own, all);
    tell_cpus(g, l1, l2, &own, all);
    tell_cpus(g, l2, in, &own, all);
}

static void l3(struct making *g, struct xd_topo_thing *in, struct xd_cpuset *all)
{
    struct xd_topo_thing *o = cache(g, XD_THING_L3, in, g->m->l3_kib);
    unsigned n = g->m->cores;
    struct xd_cpuset own;

    xd_cpuset_zero(&own);
    for (unsigned i = 0; i < n; i++)
        core(g, o, &own);
    tell_cpus(g, o, in, &own, all);
}

static void node(struct making *g, struct xd_topo_thing *in, struct xd_cpuset *all)
{
    unsigned long long kib = g->m->node_kib;
    struct xd_topo_thing *o = in;
    struct xd_cpuset own;

    if (kib) {
        o = thing(g, XD_THING_NODE, in, g->nodes++);
        xd_topo_tell_u64(g->t, o, XD_TOPO_NODE, XD_TOPO_BY_XEN, g->nodes - 1);
        xd_topo_tell_u64(g->t, o, XD_TOPO_SIZE, XD_TOPO_BY_XEN, odd(g, 8) ? 0 : kib);
        xd_topo_tell_u64(g->t, o, XD_TOPO_FREE, XD_TOPO_BY_XEN, kib / 3);
    }
    xd_cpuset_zero(&own);
    for (unsigned i = 0; i < g->m->l3s; i++)
        l3(g, o, &own);
    tell_cpus(g, o, in, &own, all);
}

static void die(struct making *g, struct xd_topo_thing *in, struct xd_cpuset *all)
{
    struct xd_topo_thing *o = in;
    struct xd_cpuset own;

    if (g->m->dies > 1)
        o = thing(g, XD_THING_DIE, in, cpu_of(g, g->cores, 0));

    xd_cpuset_zero(&own);
    for (unsigned i = 0; i < g->m->nodes; i++)
        node(g, o, &own);
    tell_cpus(g, o, in, &own, all);
}

/* --- memory --- */

static void slot(struct making *g, const struct xd_topo_thing *in, unsigned channel, unsigned k,
                 bool full)
{
    struct xd_topo_thing *o = xd_topo_thing(g->t, XD_THING_DIMM, in->id, "dimm/P%u %c%u",
                                            g->packages, 'A' + channel, k + 1);

    xd_topo_tell_str(g->t, o, XD_TOPO_SLOT, XD_TOPO_BY_SMBIOS, strchr(o->id, '/') + 1);
    xd_topo_tell_bool(g->t, o, XD_TOPO_EMPTY, XD_TOPO_BY_SMBIOS, !full);
    if (!full)
        return;
    xd_topo_tell_u64(g->t, o, XD_TOPO_SIZE, XD_TOPO_BY_SMBIOS, 64 * GIB >> (odd(g, 5) ? 1 : 0));
    xd_topo_tell_str(g->t, o, XD_TOPO_MEM_TYPE, XD_TOPO_BY_SMBIOS, "DDR5");
    xd_topo_tell_u64(g->t, o, XD_TOPO_SPEED_MTS, XD_TOPO_BY_SMBIOS, 4800);
    xd_topo_tell_str(g->t, o, XD_TOPO_PART, XD_TOPO_BY_SMBIOS, odd(g, 4) ? "<&\">'\\" : NULL);
}

static void memory(struct making *g, const struct xd_topo_thing *in)
{
    struct xd_topo_thing *o;

    if (!g->m->channels)
        return;
    o = thing(g, XD_THING_MEMORY, in, g->packages);
    for (unsigned i = 0; i < g->m->channels * g->m->slots; i++)
        slot(g, o, i / g->m->slots, i % g->m->slots,
             i % g->m->slots * g->m->channels + i / g->m->slots < g->m->filled);
}

/* --- PCI --- */

static const struct {
    const char *class, *id, *name, *leaf;
    unsigned code, lanes;
    enum xd_thing_kind kind;
} devices[] = {
    {"Ethernet controller", "15b3:101d", "ConnectX-6 Dx", "enp", 0x020000, 16, XD_THING_NIC},
    {"Non-Volatile memory controller", "144d:a826", "NVMe SSD PM174X", "nvme", 0x010802, 4,
     XD_THING_DISK},
    {"3D controller", "10de:2330", "GH100", NULL, 0x030200, 16, XD_THING_FUNCTION},
    {"USB controller", "1022:15b6", "USB 3.1", "usb", 0x0c0330, 1, XD_THING_USB},
};
#define N_DEVICES (sizeof(devices) / sizeof(devices[0]))

static struct xd_topo_thing *function(struct making *g, enum xd_thing_kind kind,
                                      const struct xd_topo_thing *in, unsigned segment,
                                      unsigned bus, unsigned df)
{
    struct xd_topo_thing *o =
        xd_topo_thing(g->t, kind, in->id, "pci/%04x:%02x:%02x.%x", segment, bus, df / 8, df % 8);

    xd_topo_tell_str(g->t, o, XD_TOPO_BDF, XD_TOPO_BY_SYSFS, strchr(o->id, '/') + 1);
    return o;
}

static void link(struct making *g, struct xd_topo_thing *o, unsigned lanes)
{
    unsigned now = odd(g, 6) ? lanes / 2 : lanes;

    if (odd(g, 10))
        return;
    xd_topo_tell_u64(g->t, o, XD_TOPO_LINK_MTS, XD_TOPO_BY_PCI, 16000);
    xd_topo_tell_u64(g->t, o, XD_TOPO_LINK_MAX_MTS, XD_TOPO_BY_PCI, 16000);
    xd_topo_tell_u64(g->t, o, XD_TOPO_LINK_LANES, XD_TOPO_BY_PCI, now ? now : 1);
    xd_topo_tell_u64(g->t, o, XD_TOPO_LINK_MAX_LANES, XD_TOPO_BY_PCI, lanes);
}

/* Of a bridge, or of a host bridge. */
static void buses(struct making *g, struct xd_topo_thing *o, unsigned first, unsigned last)
{
    if (o->kind != XD_THING_HOST_BRIDGE) {
        xd_topo_tell_str(g->t, o, XD_TOPO_PCI_ID, XD_TOPO_BY_PCI, "1022:14ab");
        xd_topo_tell_u64(g->t, o, XD_TOPO_CLASS_CODE, XD_TOPO_BY_PCI, 0x060400);
    }
    xd_topo_tell_u64(g->t, o, XD_TOPO_FIRST_BUS, XD_TOPO_BY_PCI, first);
    xd_topo_tell_u64(g->t, o, XD_TOPO_LAST_BUS, XD_TOPO_BY_PCI, last);
}

static void virtual(struct making *g, const struct xd_topo_thing *pf, unsigned segment,
                    unsigned bus, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct xd_topo_thing *o = function(g, XD_THING_VF, pf, segment, bus, 0x80 + i);

        xd_topo_tell_str(g->t, o, XD_TOPO_CLASS, XD_TOPO_BY_PCIIDS, "Ethernet controller");
        xd_topo_tell_u64(g->t, o, XD_TOPO_CLASS_CODE, XD_TOPO_BY_PCI, 0x020000);
        xd_topo_tell_str(g->t, o, XD_TOPO_PCI_ID, XD_TOPO_BY_PCI, "15b3:101e");
        xd_topo_tell_str(g->t, o, XD_TOPO_OWNER, XD_TOPO_BY_XEN, odd(g, 2) ? "web1" : NULL);
    }
}

static void device(struct making *g, const struct xd_topo_thing *in, unsigned segment, unsigned bus,
                   unsigned df, unsigned which)
{
    struct xd_topo_thing *o = function(g, XD_THING_FUNCTION, in, segment, bus, df), *leaf;

    xd_topo_tell_str(g->t, o, XD_TOPO_CLASS, XD_TOPO_BY_PCIIDS, devices[which].class);
    xd_topo_tell_u64(g->t, o, XD_TOPO_CLASS_CODE, XD_TOPO_BY_PCI, devices[which].code);
    xd_topo_tell_str(g->t, o, XD_TOPO_PCI_ID, XD_TOPO_BY_PCI, devices[which].id);
    xd_topo_tell_str(g->t, o, XD_TOPO_NAME, XD_TOPO_BY_PCIIDS,
                     odd(g, 9) ? "a very long name of a device that no box is wide enough for, "
                                 "with \"quotes\", <marks> & 日本語"
                               : devices[which].name);
    link(g, o, devices[which].lanes);
    if (devices[which].leaf) {
        leaf = xd_topo_thing(g->t, devices[which].kind, o->id, "%s/%s%us%uf%u",
                             xd_thing_kind_names[devices[which].kind], devices[which].leaf,
                             segment << 8 | bus, df / 8, df % 8);
        xd_topo_tell_str(g->t, leaf, XD_TOPO_LABEL, XD_TOPO_BY_SYSFS, strchr(leaf->id, '/') + 1);
        if (leaf->kind == XD_THING_DISK)
            xd_topo_tell_u64(g->t, leaf, XD_TOPO_SIZE, XD_TOPO_BY_SYSFS, 3576 * GIB);
    }
    if (which == 0)
        virtual(g, o, segment, bus, g->m->vfs);
}

/* A segment for each package, near to that node (NULL: nobody knows); the functions are dealt out
 * to the root ports, some of which lead to a switch. */
static void pci(struct making *g, const struct xd_topo_thing *node)
{
    unsigned segment = g->packages, ports = g->m->ports, bus = 1;
    const struct xd_topo_thing *in = node ? node : g->t->machine;
    struct xd_topo_thing *root;

    if (!ports)
        return;
    root = xd_topo_thing(g->t, XD_THING_HOST_BRIDGE, in->id, "bus/%04x:00", segment);
    buses(g, root, 0, 255);
    if (node)
        xd_topo_tell_u64(g->t, root, XD_TOPO_NODE, XD_TOPO_BY_ACPI,
                         xd_topo_u64(node, XD_TOPO_INDEX, 0));
    for (unsigned p = 0; p < ports; p++) {
        unsigned n = g->m->functions / ports + (p < g->m->functions % ports), first = bus++;
        struct xd_topo_thing *o = function(g, XD_THING_ROOT_PORT, root, segment, 0, 8 + p * 8);

        if (n < 3) {
            for (unsigned i = 0; i < n; i++)
                device(g, o, segment, first, i, (p + segment) % N_DEVICES);
        } else {
            struct xd_topo_thing *up = function(g, XD_THING_SWITCH_UP, o, segment, first, 0);
            unsigned inner = bus++;

            link(g, up, 8);
            for (unsigned i = 0; i + 2 < n && bus < 250; i += 2) {
                struct xd_topo_thing *down =
                    function(g, XD_THING_SWITCH_DOWN, up, segment, inner, i * 4);

                link(g, down, 4);
                device(g, down, segment, bus, 0, (p + i) % N_DEVICES);
                buses(g, down, bus, bus);
                bus++;
            }
            buses(g, up, inner, bus - 1);
        }
        link(g, o, 16);
        buses(g, o, first, bus - 1);
    }
}

/* --- machines --- */

static void package(struct making *g, struct xd_cpuset *all)
{
    struct xd_topo_thing *o = thing(g, XD_THING_PACKAGE, g->t->machine, g->packages);
    unsigned first = g->nodes;
    struct xd_cpuset own;

    xd_topo_tell_str(g->t, o, XD_TOPO_NAME, XD_TOPO_BY_CPUID, "Imaginary CPU 9000");
    xd_cpuset_zero(&own);
    for (unsigned i = 0; i < g->m->dies; i++)
        die(g, o, &own);
    tell_cpus(g, o, g->t->machine, &own, all);
    memory(g, o);
    pci(g, first == g->nodes || odd(g, 3) ? NULL : thing(g, XD_THING_NODE, o, first));
    g->packages++;
}

static struct xd_topo *make(const struct machine *m, uint64_t *seed)
{
    struct making g = {.t = xd_topo_new(), .m = m, .odd = seed};
    struct xd_cpuset all;

    g.n_cores = m->packages * m->dies * m->nodes * m->l3s * m->cores;
    xd_cpuset_zero(&all);
    xd_topo_tell_str(g.t, g.t->machine, XD_TOPO_NAME, XD_TOPO_BY_SMBIOS, m->name);
    for (unsigned i = 0; i < m->packages; i++)
        package(&g, &all);
    xd_topo_tell_set(g.t, g.t->machine, XD_TOPO_CPUS, XD_TOPO_BY_XEN, &all);
    for (unsigned i = 0; i < g.nodes; i++)
        for (unsigned k = 0; k < g.nodes; k++)
            if (!odd(&g, 50))
                xd_topo_distance(g.t, &(struct xd_topo_distance){.from = i,
                                                                 .to = k,
                                                                 .source = XD_TOPO_BY_XEN,
                                                                 .value = i == k         ? 10
                                                                          : (i ^ k) == 1 ? 16
                                                                                         : 32,
                                                                 .latency_ns = NAN,
                                                                 .bytes_s = NAN});
    xd_topo_settle(g.t);
    return g.t;
}

struct xd_topo *machine_make(const struct machine *m)
{
    return make(m, NULL);
}

struct machine machine_any(uint64_t seed)
{
    return (struct machine){
        .name = "random",
        .packages = 1 + below(&seed, 4),
        .dies = 1 + below(&seed, 2),
        .nodes = 1 + below(&seed, 3),
        .l3s = 1 + below(&seed, 3),
        .cores = 1 + below(&seed, 9),
        .threads = 1 + below(&seed, 4),
        .l1_kib = once_in(&seed, 4) ? 0 : 32,
        .l2_kib = once_in(&seed, 4) ? 0 : 512,
        .l3_kib = once_in(&seed, 4) ? 0 : 8192,
        .node_kib = once_in(&seed, 4) ? 0 : GIB << below(&seed, 8),
        .channels = below(&seed, 9),
        .slots = 1 + below(&seed, 3),
        .filled = below(&seed, 20),
        .ports = below(&seed, 9),
        .functions = below(&seed, 60),
        .vfs = below(&seed, 6),
        .spread = once_in(&seed, 2),
    };
}

struct xd_topo *machine_random(uint64_t seed)
{
    struct machine m = machine_any(seed);

    return make(&m, &seed);
}

struct xd_topo *machine_named(const char *name)
{
    uint64_t seed;

    if (xd_str_starts(name, "random:") && xd_parse_u64(name + strlen("random:"), &seed) == 0)
        return machine_random(seed);
    for (size_t i = 0; machines_named[i].name; i++)
        if (xd_streq(machines_named[i].name, name))
            return machine_make(&machines_named[i]);
    return NULL;
}
