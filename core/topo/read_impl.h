/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The readers of sources, each of which tells its own troubles, and what they share. */
#ifndef XD_TOPO_READ_IMPL_H
#define XD_TOPO_READ_IMPL_H

#include "kernel/acpi.h"
#include "kernel/smbios.h"
#include "topo/topo_impl.h"

/* All sources, settled; without advice on the machine itself. */
struct xd_topo *xd_topo_gather(const struct xd_files *f);

/* --- sources --- */

/* Linux's CPUs, caches and nodes: /sys/devices/system/{cpu,node} and /proc/cpuinfo. */
void xd_topo_read_cpus(struct xd_topo *t, const struct xd_files *f);
/* /proc/cpuinfo, for threads and packages that are there. of_dom0: its CPUs are virtual, but of the
 * host's make: what they are called is told of all packages. */
void xd_topo_read_cpuinfo(struct xd_topo *t, const struct xd_files *f, bool of_dom0);
/* The machine's names as Linux has them, which dom0 has right as well. */
void xd_topo_read_machine(struct xd_topo *t, const struct xd_files *f);
/* What Linux can use of memory: not under Xen, where that is dom0's share. */
void xd_topo_read_memory(struct xd_topo *t, const struct xd_files *f);
/* xendeck/hwloc.xml. cpus: whether to ask it for CPUs, caches and nodes as well as for PCI. */
void xd_topo_read_hwloc(struct xd_topo *t, const struct xd_files *f, bool cpus);
/* sys/firmware/dmi/tables/DMI; out lives in a. False: there is none that could be read. Asks for
 * the packages that are there, and ACPI for the nodes of DIMMs. */
bool xd_topo_read_smbios(struct xd_topo *t, const struct xd_files *f, const struct xd_acpi *acpi,
                         struct xd_arena *a, struct xd_smbios *out);
/* sys/firmware/acpi/tables: SRAT, SLIT and HMAT are told here, the IOMMUs by xd_topo_pci_iommus.
 * Asks for threads' APIC ids and for PCI functions that are there. */
void xd_topo_read_acpi(struct xd_topo *t, const struct xd_files *f, struct xd_arena *a,
                       struct xd_acpi *out);

/* --- memory and its nodes --- */

struct xd_topo_span { /* of addresses; the last KiB belongs to it */
    uint64_t first_kib, last_kib;
    int node;
};
/* What SRAT tells of memory that is there, with nodes as Xen and Linux count them; in a. */
struct xd_topo_span *xd_topo_acpi_spans(const struct xd_acpi *s, struct xd_arena *a, size_t *n);
/* The node of each of SMBIOS' DIMMs, -1: not told; in a. */
int *xd_topo_dimm_nodes(const struct xd_smbios *s, const struct xd_acpi *acpi, struct xd_arena *a);

/* --- what CPUs share --- */

/* The first of its kind of these CPUs: "core/<first cpu>", for kinds whose index isn't unique. The
 * set is told where the thing is new to `by`. NULL: an empty set. */
struct xd_topo_thing *xd_topo_of_cpus(struct xd_topo *t, enum xd_thing_kind kind,
                                      const struct xd_cpuset *cpus, enum xd_topo_source by);
/* The same with a number of its own: "package/1". */
struct xd_topo_thing *xd_topo_numbered(struct xd_topo *t, enum xd_thing_kind kind, uint64_t number,
                                       const struct xd_cpuset *cpus, enum xd_topo_source by);
struct xd_topo_thing *xd_topo_thread(struct xd_topo *t, unsigned cpu, enum xd_topo_source by);
/* The kind of a cache of data by its level, or XD_THING_KINDS. */
enum xd_thing_kind xd_topo_cache_kind(uint64_t level);
/* A processor's name, with single blanks. */
const char *xd_topo_cpu_name(struct xd_topo *t, const char *text);

#endif
