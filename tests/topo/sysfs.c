/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /sys and /proc of a machine of tests: see sysfs.h. Written after the kernel's documentation, not
 * after our readers: sysfs-devices-system-cpu, sysfs-devices-node, sysfs-bus-pci; configuration
 * space after PCI 3.0 and PCIe 6.0. */
#include "sysfs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define CPU  "sys/devices/system/cpu"
#define NODE "sys/devices/system/node"

struct writer {
    const struct xd_topo *t;
    struct xd_files *f;
    struct xd_arena a;
};

static void put(struct writer *w, const char *path, const void *bytes, size_t size)
{
    struct xd_err err = XD_ERR_INIT;

    if (xd_files_put(w->f, path, bytes, size, &err)) {
        fprintf(stderr, "%s\n", xd_err_text(&err));
        abort();
    }
}

static void text(struct writer *w, const char *path, const char *fmt, ...) XD_PRINTF(3, 4);
static void text(struct writer *w, const char *path, const char *fmt, ...)
{
    char line[8192];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    put(w, path, line, (size_t)n);
}

static void link_to(struct writer *w, const char *path, const char *target)
{
    struct xd_err err = XD_ERR_INIT;

    if (xd_files_put_link(w->f, path, target, &err)) {
        fprintf(stderr, "%s\n", xd_err_text(&err));
        abort();
    }
}

#define PATH(...) xd_arena_printf(&w->a, __VA_ARGS__)

static const struct xd_topo_thing *above(const struct xd_topo_thing *o, enum xd_thing_kind kind)
{
    while (o && o->kind != kind)
        o = o->parent;
    return o;
}

static void set(struct writer *w, const char *path, const struct xd_cpuset *s)
{
    text(w, path, "%s\n", s && !xd_cpuset_empty(s) ? xd_cpuset_format(s, &w->a) : "");
}

/* --- CPUs --- */

static void cache(struct writer *w, unsigned cpu, unsigned *index, const struct xd_topo_thing *o,
                  unsigned level)
{
    const char *dir = PATH(CPU "/cpu%u/cache/index%u", cpu, *index);
    uint64_t kib = o ? xd_topo_u64(o, XD_TOPO_SIZE, 0) : 0;

    if (!o)
        return;
    (*index)++;
    text(w, PATH("%s/level", dir), "%u\n", level);
    text(w, PATH("%s/type", dir), "%s\n", level == 1 ? "Data" : "Unified");
    set(w, PATH("%s/shared_cpu_list", dir), xd_topo_set(o, XD_TOPO_CPUS));
    if (kib)
        text(w, PATH("%s/size", dir), "%" PRIu64 "K\n", kib);
    text(w, PATH("%s/ways_of_associativity", dir), "%" PRIu64 "\n",
         xd_topo_u64(o, XD_TOPO_WAYS, 0));
}

static void thread(struct writer *w, const struct xd_topo_thing *o, struct xd_buf *cpuinfo)
{
    unsigned cpu = (unsigned)xd_topo_u64(o, XD_TOPO_INDEX, 0), index = 0;
    const struct xd_topo_thing *package = above(o, XD_THING_PACKAGE), *die = above(o, XD_THING_DIE);
    const struct xd_topo_thing *core = above(o, XD_THING_CORE);
    const char *dir = PATH(CPU "/cpu%u/topology", cpu);

    text(w, PATH("%s/physical_package_id", dir), "%" PRIu64 "\n",
         xd_topo_u64(package, XD_TOPO_INDEX, 0));
    set(w, PATH("%s/package_cpus_list", dir), xd_topo_set(package, XD_TOPO_CPUS));
    text(w, PATH("%s/die_id", dir), "%" PRIu64 "\n", die ? xd_topo_u64(die, XD_TOPO_INDEX, 0) : 0);
    set(w, PATH("%s/die_cpus_list", dir), xd_topo_set(die ? die : package, XD_TOPO_CPUS));
    text(w, PATH("%s/core_id", dir), "%" PRIu64 "\n", xd_topo_u64(core, XD_TOPO_INDEX, 0));
    set(w, PATH("%s/core_cpus_list", dir), xd_topo_set(core, XD_TOPO_CPUS));
    cache(w, cpu, &index, above(o, XD_THING_L1), 1);
    cache(w, cpu, &index, above(o, XD_THING_L2), 2);
    cache(w, cpu, &index, above(o, XD_THING_L3), 3);
    xd_buf_printf(cpuinfo,
                  "processor\t: %u\nvendor_id\t: Imaginary\nmodel name\t: %s\n"
                  "physical id\t: %" PRIu64 "\n\n",
                  cpu, xd_topo_str(package, XD_TOPO_NAME, ""),
                  xd_topo_u64(package, XD_TOPO_INDEX, 0));
}

static void node(struct writer *w, const struct xd_topo_thing *o)
{
    uint64_t number = xd_topo_u64(o, XD_TOPO_INDEX, 0);
    const char *dir = PATH(NODE "/node%" PRIu64, number);
    struct xd_buf distances = XD_BUF_INIT;

    set(w, PATH("%s/cpulist", dir), xd_topo_set(o, XD_TOPO_CPUS));
    text(w, PATH("%s/meminfo", dir),
         "Node %" PRIu64 " MemTotal:       %" PRIu64 " kB\nNode %" PRIu64
         " MemFree:        %" PRIu64 " kB\n",
         number, xd_topo_u64(o, XD_TOPO_SIZE, 0), number, xd_topo_u64(o, XD_TOPO_FREE, 0));
    for (size_t i = 0; i < w->t->n_distances; i++) /* sorted, once settled */
        if (w->t->distances[i].from == number)
            xd_buf_printf(&distances, "%s%u", distances.len ? " " : "", w->t->distances[i].value);
    text(w, PATH("%s/distance", dir), "%s\n", xd_buf_str(&distances));
    xd_buf_done(&distances);
}

/* --- PCI --- */

static void u16(uint8_t *at, unsigned v)
{
    at[0] = (uint8_t)v;
    at[1] = (uint8_t)(v >> 8);
}

static unsigned speed_code(uint64_t mts)
{
    static const unsigned speeds[] = {0, 2500, 5000, 8000, 16000, 32000, 64000};

    for (unsigned i = 1; i < sizeof(speeds) / sizeof(speeds[0]); i++)
        if (speeds[i] == mts)
            return i;
    return 0;
}

/* PCIe capability at 0x40: its type, link capabilities and link status. */
static void express(uint8_t *c, const struct xd_topo_thing *o)
{
    static const uint8_t types[XD_THING_KINDS] = {
        [XD_THING_ROOT_PORT] = 4, [XD_THING_SWITCH_UP] = 5, [XD_THING_SWITCH_DOWN] = 6};

    u16(c + 0x06, 0x10); /* status: there are capabilities */
    c[0x34] = 0x40;
    c[0x40] = 0x10;
    u16(c + 0x42, 2 | types[o->kind] << 4);
    u16(c + 0x4c, speed_code(xd_topo_u64(o, XD_TOPO_LINK_MAX_MTS, 0)) |
                      (unsigned)xd_topo_u64(o, XD_TOPO_LINK_MAX_LANES, 0) << 4);
    u16(c + 0x52, speed_code(xd_topo_u64(o, XD_TOPO_LINK_MTS, 0)) |
                      (unsigned)xd_topo_u64(o, XD_TOPO_LINK_LANES, 0) << 4);
}

static void config(struct writer *w, const struct xd_topo_thing *o, const char *path)
{
    uint64_t class = xd_topo_u64(o, XD_TOPO_CLASS_CODE, 0x060400);
    bool bridge = o->kind >= XD_THING_ROOT_PORT && o->kind <= XD_THING_BRIDGE;
    unsigned vendor = 0x1af4, device = 1;
    uint8_t c[256] = {0};

    sscanf(xd_topo_str(o, XD_TOPO_PCI_ID, ""), "%x:%x", &vendor, &device);
    u16(c, o->kind == XD_THING_VF ? 0xffff : vendor); /* a VF has none of its own */
    u16(c + 2, o->kind == XD_THING_VF ? 0xffff : device);
    for (unsigned i = 0; i < 3; i++)
        c[0x09 + i] = (uint8_t)(class >> 8 * i);
    c[0x0e] = bridge;
    if (bridge) {
        c[0x19] = (uint8_t)xd_topo_u64(o, XD_TOPO_FIRST_BUS, 0);
        c[0x1a] = (uint8_t)xd_topo_u64(o, XD_TOPO_LAST_BUS, 0);
    }
    if (o->kind != XD_THING_VF)
        express(c, o);
    put(w, path, c, sizeof(c));
}

/* Where its folder is: below those of the bridges above it. */
static const char *folder(struct writer *w, const struct xd_topo_thing *o)
{
    const char *name = strchr(o->id, '/') + 1;

    if (o->kind == XD_THING_HOST_BRIDGE)
        return PATH("sys/devices/pci%s", name);
    if (o->kind == XD_THING_VF) /* beside its physical function */
        return PATH("%s/%s", folder(w, o->parent->parent), name);
    return PATH("%s/%s", folder(w, o->parent), name);
}

static void function(struct writer *w, const struct xd_topo_thing *o)
{
    const char *name = strchr(o->id, '/') + 1, *dir = folder(w, o);
    unsigned vendor = 0x1af4, device = 1;

    sscanf(xd_topo_str(o, XD_TOPO_PCI_ID, ""), "%x:%x", &vendor, &device);
    link_to(w, PATH("sys/bus/pci/devices/%s", name), PATH("../../../%s", dir + strlen("sys/")));
    config(w, o, PATH("%s/config", dir));
    text(w, PATH("%s/vendor", dir), "0x%04x\n", vendor);
    text(w, PATH("%s/device", dir), "0x%04x\n", device);
    text(w, PATH("%s/class", dir), "0x%06x\n",
         (unsigned)xd_topo_u64(o, XD_TOPO_CLASS_CODE, 0x060400));
    text(w, PATH("%s/numa_node", dir), "%d\n", (int)xd_topo_u64(o, XD_TOPO_NODE, (uint64_t)-1));
    if (o->kind == XD_THING_VF)
        link_to(w, PATH("%s/physfn", dir), PATH("../%s", strchr(o->parent->id, '/') + 1));
}

static void leaf(struct writer *w, const struct xd_topo_thing *o)
{
    const char *name = strchr(o->id, '/') + 1, *dir = folder(w, o->parent);
    const char *class = o->kind == XD_THING_DISK ? "block" : "net";

    if (o->kind == XD_THING_USB)
        return;
    dir = PATH("%s/%s/%s", dir, class, name);
    link_to(w, PATH("sys/class/%s/%s", class, name), PATH("../../%s", dir + strlen("sys/")));
    if (o->kind == XD_THING_DISK)
        text(w, PATH("%s/size", dir), "%" PRIu64 "\n", xd_topo_u64(o, XD_TOPO_SIZE, 0) * 2);
    else
        text(w, PATH("%s/address", dir), "02:00:00:00:00:01\n");
}

struct xd_files *sysfs_of(const struct xd_topo *t)
{
    struct writer writer = {.t = t, .f = xd_files_new(NULL), .a = XD_ARENA_INIT}, *w = &writer;
    struct xd_buf cpuinfo = XD_BUF_INIT;
    struct xd_cpuset online;

    xd_cpuset_zero(&online);
    for (size_t i = 0; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];

        if (o->kind == XD_THING_THREAD) {
            thread(w, o, &cpuinfo);
            xd_cpuset_or(&online, xd_topo_set(o, XD_TOPO_CPUS));
        } else if (o->kind == XD_THING_NODE) {
            node(w, o);
        } else if (o->kind > XD_THING_HOST_BRIDGE && o->kind <= XD_THING_VF) {
            function(w, o);
        } else if (o->kind >= XD_THING_DISK) {
            leaf(w, o);
        }
    }
    set(w, CPU "/online", &online);
    put(w, "proc/cpuinfo", xd_buf_str(&cpuinfo), cpuinfo.len);
    xd_buf_done(&cpuinfo);
    xd_arena_done(&w->a);
    return w->f;
}
