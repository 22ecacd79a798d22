/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All sources of a tree of files, one after the other, and what several of them share. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "topo/advice.h"
#include "topo/pci.h"
#include "topo/read_impl.h"

/* --- shared --- */

static void tell_cpus(struct xd_topo *t, struct xd_topo_thing *o, const struct xd_cpuset *cpus,
                      enum xd_topo_source by)
{
    for (size_t i = 0; i < o->n_facts; i++)
        if (o->facts[i].col == XD_TOPO_CPUS && o->facts[i].source == by)
            return;
    xd_topo_tell_set(t, o, XD_TOPO_CPUS, by, cpus);
}

struct xd_topo_thing *xd_topo_of_cpus(struct xd_topo *t, enum xd_thing_kind kind,
                                      const struct xd_cpuset *cpus, enum xd_topo_source by)
{
    int first = xd_cpuset_next(cpus, 0);
    struct xd_topo_thing *o;

    if (first < 0)
        return NULL;
    o = xd_topo_thing(t, kind, NULL, "%s/%d", xd_thing_kind_names[kind], first);
    tell_cpus(t, o, cpus, by);
    return o;
}

struct xd_topo_thing *xd_topo_numbered(struct xd_topo *t, enum xd_thing_kind kind, uint64_t number,
                                       const struct xd_cpuset *cpus, enum xd_topo_source by)
{
    struct xd_topo_thing *o =
        xd_topo_thing(t, kind, NULL, "%s/%" PRIu64, xd_thing_kind_names[kind], number);

    xd_topo_tell_u64(t, o, XD_TOPO_INDEX, by, number);
    if (cpus)
        tell_cpus(t, o, cpus, by);
    return o;
}

struct xd_topo_thing *xd_topo_thread(struct xd_topo *t, unsigned cpu, enum xd_topo_source by)
{
    struct xd_cpuset self;

    xd_cpuset_zero(&self);
    xd_cpuset_add(&self, cpu);
    return xd_topo_numbered(t, XD_THING_THREAD, cpu, &self, by);
}

enum xd_thing_kind xd_topo_cache_kind(uint64_t level)
{
    static const enum xd_thing_kind kinds[] = {XD_THING_KINDS, XD_THING_L1, XD_THING_L2,
                                               XD_THING_L3};

    return level < sizeof(kinds) / sizeof(kinds[0]) ? kinds[level] : XD_THING_KINDS;
}

const char *xd_topo_cpu_name(struct xd_topo *t, const char *text)
{
    char *out = text ? xd_arena_strdup(&t->arena, text) : NULL;
    size_t n = 0;

    for (size_t i = 0; out && out[i]; i++)
        if (out[i] != ' ' || (n && out[n - 1] != ' '))
            out[n++] = out[i];
    if (n && out[n - 1] == ' ')
        n--;
    if (out)
        out[n] = '\0';
    return out;
}

/* --- all of it --- */

static void read_pci(struct xd_topo *t, const struct xd_files *f, const struct xd_smbios *s,
                     const struct xd_acpi *a)
{
    xd_topo_read_pci(t, f);
    xd_topo_read_lspci(t, f);
    if (s)
        xd_topo_pci_slots(t, s);
    if (a)
        xd_topo_pci_iommus(t, a);
}

struct xd_topo *xd_topo_read(const struct xd_files *files)
{
    struct xd_topo *t = xd_topo_new();

    xd_topo_read_machine(t, files);
    xd_topo_read_cpus(t, files);
    xd_topo_read_memory(t, files);
    read_pci(t, files, NULL, NULL);
    xd_topo_settle(t);
    xd_topo_advise_machine(t);
    return t;
}
