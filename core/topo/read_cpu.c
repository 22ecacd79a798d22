/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUs, caches and nodes as Linux shows them: Documentation/ABI/stable/sysfs-devices-system-cpu and
 * -node, Documentation/admin-guide/cputopology.rst. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "topo/read_impl.h"

#define CPU        "sys/devices/system/cpu"
#define NODE       "sys/devices/system/node"
#define BY         XD_TOPO_BY_SYSFS
#define CACHES_MAX 16

struct reading {
    struct xd_topo *t;
    const struct xd_files *files;
    struct xd_arena scratch;
    struct xd_cpuset online;
    bool have_online;
    unsigned wrong; /* files that make no sense; the first is told with its place */
};

/* A list of CPUs in a file. False: there is none, or it makes no sense. */
static bool read_set(struct reading *r, struct xd_cpuset *out, const char *path)
{
    const char *text = xd_files_text(r->files, &r->scratch, "%s", path);
    struct xd_err err = XD_ERR_INIT;

    xd_cpuset_zero(out);
    if (!text)
        return false;
    if (!*text || xd_cpuset_parse(text, 0, out, &err) == 0)
        return true;
    if (!r->wrong++)
        xd_topo_trouble(r->t, BY, "%s: %s", path, err.text);
    xd_cpuset_zero(out);
    return false;
}

static const char *path_of(struct reading *r, unsigned cpu, const char *file)
{
    return xd_arena_printf(&r->scratch, CPU "/cpu%u/%s", cpu, file);
}

/* Under its name of today, or that of kernels before 5.3. */
static bool read_siblings(struct reading *r, unsigned cpu, const char *name, const char *old,
                          struct xd_cpuset *out)
{
    return read_set(r, out, path_of(r, cpu, name)) ||
           (old && read_set(r, out, path_of(r, cpu, old)));
}

/* --- packages, dies, cores --- */

static long long topology_id(struct reading *r, unsigned cpu, const char *file)
{
    return xd_files_number(r->files, -1, CPU "/cpu%u/topology/%s", cpu, file);
}

static void read_package(struct reading *r, unsigned cpu)
{
    long long package = topology_id(r, cpu, "physical_package_id"),
              die = topology_id(r, cpu, "die_id");
    struct xd_cpuset cpus, in_die;
    struct xd_topo_thing *o;

    if (!read_siblings(r, cpu, "topology/package_cpus_list", "topology/core_siblings_list", &cpus))
        return;
    if (package >= 0)
        xd_topo_numbered(r->t, XD_THING_PACKAGE, (uint64_t)package, &cpus, BY);
    /* a package of one die isn't shown twice */
    if (die < 0 || !read_siblings(r, cpu, "topology/die_cpus_list", NULL, &in_die) ||
        xd_cpuset_equal(&cpus, &in_die))
        return;
    o = xd_topo_of_cpus(r->t, XD_THING_DIE, &in_die, BY);
    if (o)
        xd_topo_tell_u64(r->t, o, XD_TOPO_INDEX, BY, (uint64_t)die);
}

static void read_core(struct reading *r, unsigned cpu)
{
    long long number = topology_id(r, cpu, "core_id");
    struct xd_cpuset cpus;
    struct xd_topo_thing *o;

    if (!read_siblings(r, cpu, "topology/core_cpus_list", "topology/thread_siblings_list", &cpus))
        return;
    o = xd_topo_of_cpus(r->t, XD_THING_CORE, &cpus, BY);
    if (o && number >= 0)
        xd_topo_tell_u64(r->t, o, XD_TOPO_INDEX, BY, (uint64_t)number);
}

/* --- caches --- */

/* "32K", as the kernel writes it; 0: unknown. */
static uint64_t cache_kib(const char *text)
{
    char *end;
    unsigned long long n = text && *text >= '0' && *text <= '9' ? strtoull(text, &end, 10) : 0;

    return n && n < UINT64_C(1) << 40 && strcmp(end, "K") == 0 ? n : 0;
}

static void read_cache(struct reading *r, const char *dir)
{
    long long level = xd_files_number(r->files, -1, "%s/level", dir), ways;
    enum xd_thing_kind kind = xd_topo_cache_kind(level > 0 ? (uint64_t)level : 0);
    const char *type = xd_files_text(r->files, &r->scratch, "%s/type", dir);
    struct xd_cpuset cpus;
    struct xd_topo_thing *o;
    uint64_t kib;

    if (kind == XD_THING_KINDS || xd_streq(type, "Instruction") ||
        !read_set(r, &cpus, xd_arena_printf(&r->scratch, "%s/shared_cpu_list", dir)))
        return;
    o = xd_topo_of_cpus(r->t, kind, &cpus, BY);
    if (!o || xd_topo_value(o, XD_TOPO_SIZE).have) /* read with another CPU of it */
        return;
    kib = cache_kib(xd_files_text(r->files, &r->scratch, "%s/size", dir));
    ways = xd_files_number(r->files, 0, "%s/ways_of_associativity", dir);
    if (kib)
        xd_topo_tell_u64(r->t, o, XD_TOPO_SIZE, BY, kib);
    if (ways > 0)
        xd_topo_tell_u64(r->t, o, XD_TOPO_WAYS, BY, (uint64_t)ways);
}

static void read_caches(struct reading *r, unsigned cpu)
{
    for (unsigned i = 0; i < CACHES_MAX; i++) {
        const char *dir = xd_arena_printf(&r->scratch, CPU "/cpu%u/cache/index%u", cpu, i);

        if (!xd_files_is(r->files, dir))
            return;
        read_cache(r, dir);
    }
}

/* --- a CPU --- */

static void read_cpu(struct reading *r, unsigned cpu)
{
    struct xd_topo_thing *o = xd_topo_thread(r->t, cpu, BY);
    bool online = r->have_online ? xd_cpuset_has(&r->online, cpu)
                                 : xd_files_number(r->files, 1, CPU "/cpu%u/online", cpu) != 0;
    long long khz;

    xd_topo_tell_bool(r->t, o, XD_TOPO_ONLINE, BY, online);
    if (!online)
        return; /* Linux has forgotten where it is */
    khz = xd_files_number(r->files, 0, CPU "/cpu%u/cpufreq/cpuinfo_max_freq", cpu);
    if (khz > 0)
        xd_topo_tell_u64(r->t, o, XD_TOPO_KHZ, BY, (uint64_t)khz);
    read_package(r, cpu);
    read_core(r, cpu);
    read_caches(r, cpu);
}

/* The number in "cpu12" or "node1". */
static bool numbered_name(const char *name, const char *word, unsigned most, unsigned *out)
{
    uint64_t n;

    if (!xd_str_starts(name, word) || xd_parse_u64(name + strlen(word), &n) || n > most)
        return false;
    *out = (unsigned)n;
    return true;
}

/* --- nodes --- */

/* "Node 0 MemTotal:  24686592 kB" */
static void tell_meminfo(struct reading *r, struct xd_topo_thing *o, enum xd_topo_col col,
                         const char *text, const char *name)
{
    const char *at = text ? strstr(text, name) : NULL;
    unsigned long long kib;

    if (at && sscanf(at + strlen(name), ": %19llu kB", &kib) == 1)
        xd_topo_tell_u64(r->t, o, col, BY, kib);
}

static void read_distances(struct reading *r, unsigned from, const unsigned *nodes, size_t n)
{
    const char *at = xd_files_text(r->files, &r->scratch, NODE "/node%u/distance", from);
    char *end;

    for (size_t i = 0; at && i < n; i++, at = end) { /* one for each node that is online */
        unsigned long value = strtoul(at, &end, 10);

        if (end == at || value == 0 || value > 255)
            return;
        xd_topo_distance(r->t, &(struct xd_topo_distance){.from = from,
                                                          .to = nodes[i],
                                                          .source = BY,
                                                          .value = (unsigned)value,
                                                          .latency_ns = NAN,
                                                          .bytes_s = NAN});
    }
}

static void read_node(struct reading *r, unsigned number)
{
    const char *text = xd_files_text(r->files, &r->scratch, NODE "/node%u/meminfo", number);
    struct xd_topo_thing *o;
    struct xd_cpuset cpus;
    bool have = read_set(r, &cpus, xd_arena_printf(&r->scratch, NODE "/node%u/cpulist", number));

    o = xd_topo_numbered(r->t, XD_THING_NODE, number, have ? &cpus : NULL, BY);
    tell_meminfo(r, o, XD_TOPO_SIZE, text, "MemTotal");
    tell_meminfo(r, o, XD_TOPO_FREE, text, "MemFree");
}

static void read_nodes(struct reading *r)
{
    unsigned *nodes;
    size_t n, count = 0;
    char **names;

    if (xd_files_list(r->files, NODE, &r->scratch, &names, &n, NULL) < 0)
        return; /* a kernel without NUMA */
    nodes = xd_arena_array(&r->scratch, n + 1, sizeof(*nodes));
    for (size_t i = 0; i < n; i++)
        if (numbered_name(names[i], "node", XD_CPUSET_MAX - 1, &nodes[count]))
            read_node(r, nodes[count++]);
    for (size_t i = 0; i < count; i++)
        read_distances(r, nodes[i], nodes, count);
}

void xd_topo_read_cpus(struct xd_topo *t, const struct xd_files *f)
{
    struct reading r = {.t = t, .files = f};
    unsigned cpu;
    char **names;
    size_t n;

    xd_arena_init(&r.scratch);
    r.have_online = read_set(&r, &r.online, CPU "/online");
    if (xd_files_list(f, CPU, &r.scratch, &names, &n, NULL) < 0)
        n = 0;
    for (size_t i = 0; i < n; i++)
        if (numbered_name(names[i], "cpu", XD_CPUSET_MAX - 1, &cpu))
            read_cpu(&r, cpu);
    read_nodes(&r);
    if (r.wrong > 1)
        xd_topo_trouble(t, BY, "%u more lists of CPUs make no sense", r.wrong - 1);
    xd_arena_done(&r.scratch);
    xd_topo_read_cpuinfo(t, f, false);
}

/* --- the machine --- */

void xd_topo_read_machine(struct xd_topo *t, const struct xd_files *f)
{
    static const struct {
        const char *path;
        enum xd_topo_col col;
    } names[] = {{"sys/class/dmi/id/sys_vendor", XD_TOPO_MAKER},
                 {"sys/class/dmi/id/product_name", XD_TOPO_NAME},
                 {"proc/sys/kernel/hostname", XD_TOPO_LABEL}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        xd_topo_tell_str(t, t->machine, names[i].col, BY,
                         xd_files_text(f, &t->arena, "%s", names[i].path));
}

void xd_topo_read_memory(struct xd_topo *t, const struct xd_files *f)
{
    struct reading r = {.t = t, .files = f};

    tell_meminfo(&r, t->machine, XD_TOPO_SIZE, xd_files_text(f, &t->arena, "proc/meminfo"),
                 "MemTotal");
}
