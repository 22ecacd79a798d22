/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All sources of a tree of files, one after the other, and what several of them share. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "kernel/dom0.h"
#include "topo/advice.h"
#include "topo/pci.h"
#include "topo/read_xen.h"

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

/* In dom0 Linux's CPUs, nodes and caches are virtual ones. */
static bool is_dom0(const struct xd_files *f)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    bool dom0 = xd_is_dom0(xd_files_text(f, &scratch, XD_DOM0_CAPABILITIES),
                           xd_files_text(f, &scratch, XD_DOM0_FEATURES));

    xd_arena_done(&scratch);
    return dom0;
}

static void advise_dom0(struct xd_topo *t, enum xd_topo_gravity gravity, const char *text,
                        const char *remedy)
{
    xd_topo_advise(t, &(struct xd_topo_advice){.thing = t->machine,
                                               .check = "dom0-view",
                                               .gravity = gravity,
                                               .text = text,
                                               .remedy = remedy,
                                               .cite = "xl(1), info -n"});
}

static void read_cpus(struct xd_topo *t, const struct xd_files *f, bool by_xen)
{
    if (by_xen) {
        xd_topo_read_cpuinfo(t, f, true);
        advise_dom0(t, XD_TOPO_NOTE,
                    "CPUs, caches and nodes are told by Xen: what dom0's Linux has of them is "
                    "virtual and was not asked",
                    NULL);
        return;
    }
    if (is_dom0(f))
        advise_dom0(t, XD_TOPO_WARN,
                    "these are dom0's virtual CPUs, caches and nodes: Xen, which knows the "
                    "machine's, was not asked",
                    "look at this host as root with Xen's module, or record it so");
    xd_topo_read_cpus(t, f);
    xd_topo_read_memory(t, f);
}

static bool has_cpus(const struct xd_topo *t)
{
    for (size_t i = 0; i < t->n_things; i++)
        if (xd_topo_is_cpu_kind(t->things[i]->kind))
            return true;
    return false;
}

struct xd_topo *xd_topo_gather(const struct xd_files *f)
{
    struct xd_topo *t = xd_topo_new();
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_smbios smbios;
    struct xd_xen_host xen;
    struct xd_acpi acpi;
    bool by_xen;

    xd_topo_read_machine(t, f);
    by_xen = xd_topo_read_xen(t, f, &a, &xen);
    read_cpus(t, f, by_xen);
    xd_topo_read_pci(t, f);
    xd_topo_read_lspci(t, f);
    xd_topo_read_hwloc(t, f, !by_xen);
    if (!has_cpus(t))
        xd_topo_trouble(t, XD_TOPO_BY_US, "no source told of any CPU");
    xd_topo_read_acpi(t, f, &a, &acpi);
    if (xd_topo_read_smbios(t, f, &acpi, &a, &smbios))
        xd_topo_pci_slots(t, &smbios);
    xd_topo_pci_iommus(t, &acpi);
    xd_topo_xen_pci(t, &xen);
    xd_topo_settle(t);
    xd_topo_xen_use(t, &xen);
    xd_arena_done(&a);
    return t;
}

struct xd_topo *xd_topo_read(const struct xd_files *files)
{
    struct xd_topo *t = xd_topo_gather(files);

    xd_topo_advise_machine(t);
    return t;
}
