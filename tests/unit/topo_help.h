/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of topology: trees of files in the making, and machines as text. */
#ifndef TESTS_UNIT_TOPO_HELP_H
#define TESTS_UNIT_TOPO_HELP_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "topo/topo.h"

/* A file of one line. */
XD_PRINTF(2, 4)
static inline void put_text(struct xd_files *f, const char *path_fmt, const char *text, ...)
{
    char path[256];
    struct xd_buf line = XD_BUF_INIT;
    va_list ap;

    va_start(ap, text);
    vsnprintf(path, sizeof(path), path_fmt, ap);
    va_end(ap);
    xd_buf_printf(&line, "%s\n", text);
    assert_int_equal(xd_files_put(f, path, line.s, line.len, NULL), 0);
    xd_buf_done(&line);
}

#define SYS_CPU "sys/devices/system/cpu/cpu%u/"

static inline void put_cache(struct xd_files *f, unsigned cpu, unsigned i, const char *level,
                             const char *type, const char *size, const char *cpus)
{
    put_text(f, SYS_CPU "cache/index%u/level", level, cpu, i);
    put_text(f, SYS_CPU "cache/index%u/type", type, cpu, i);
    put_text(f, SYS_CPU "cache/index%u/size", size, cpu, i);
    put_text(f, SYS_CPU "cache/index%u/ways_of_associativity", "8", cpu, i);
    put_text(f, SYS_CPU "cache/index%u/shared_cpu_list", cpus, cpu, i);
}

/* A CPU of Linux with its caches: those of its core, and one that the package shares. */
static inline void put_cpu(struct xd_files *f, unsigned cpu, const char *package,
                           const char *package_cpus, const char *core, const char *core_cpus)
{
    put_text(f, SYS_CPU "topology/physical_package_id", package, cpu);
    put_text(f, SYS_CPU "topology/package_cpus_list", package_cpus, cpu);
    put_text(f, SYS_CPU "topology/core_id", core, cpu);
    put_text(f, SYS_CPU "topology/core_cpus_list", core_cpus, cpu);
    put_cache(f, cpu, 0, "1", "Data", "32K", core_cpus);
    put_cache(f, cpu, 1, "1", "Instruction", "64K", core_cpus);
    put_cache(f, cpu, 2, "2", "Unified", "1024K", core_cpus);
    put_cache(f, cpu, 3, "3", "Unified", "16384K", package_cpus);
}

/* The tree as lines: two blanks for each level, an id and its CPUs. */
static inline char *tree_text(const struct xd_topo *t, struct xd_arena *a)
{
    struct xd_buf out = XD_BUF_INIT;
    char *text;

    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o));) {
        const struct xd_cpuset *cpus = xd_topo_set(o, XD_TOPO_CPUS);

        xd_buf_pad(&out, ' ', 2 * (int)o->depth);
        xd_buf_printf(&out, "%s%s%s\n", o->id, cpus ? " " : "",
                      cpus ? xd_cpuset_format(cpus, a) : "");
    }
    text = xd_arena_strdup(a, xd_buf_str(&out));
    xd_buf_done(&out);
    return text;
}

/* The fact of a source as text, and whether it counts: "8-15 (overruled)"; "-" without one. */
static inline const char *fact_text(const struct xd_topo *t, const char *id, enum xd_topo_col col,
                                    enum xd_topo_source by, struct xd_arena *a)
{
    static const char *const uses[] = {"", " (agrees)", " (overruled)"};
    const struct xd_topo_thing *o = xd_topo_find(t, id);

    for (size_t i = 0; o && i < o->n_facts; i++)
        if (o->facts[i].col == col && o->facts[i].source == by)
            return xd_arena_printf(
                a, "%s%s",
                xd_value_exact(&o->facts[i].value, &xd_topology_desc.columns[col].kind, a),
                uses[o->facts[i].use]);
    return "-";
}

/* What is held to be true, as text. */
static inline const char *value_text(const struct xd_topo *t, const char *id, enum xd_topo_col col,
                                     struct xd_arena *a)
{
    const struct xd_topo_thing *o = xd_topo_find(t, id);
    struct xd_value v = o ? xd_topo_value(o, col) : XD_UNKNOWN;

    return o ? xd_value_exact(&v, &xd_topology_desc.columns[col].kind, a) : "no such thing";
}

/* The first trouble of a source; NULL: it has none. */
static inline const char *trouble_of(const struct xd_topo *t, enum xd_topo_source by)
{
    for (size_t i = 0; i < t->n_troubles; i++)
        if (t->troubles[i].source == by)
            return t->troubles[i].text;
    return NULL;
}

#endif
