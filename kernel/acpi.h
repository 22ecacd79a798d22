/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ACPI's tables say of where things are: SRAT, SLIT and HMAT (which CPU and which memory
 * belong to which proximity domain, how far apart they are), MCFG (where PCI is configured), DMAR
 * and IVRS (IOMMUs). ACPI 6.5, Intel's VT-d 4.1, AMD's IOMMU 3.08. Pure code over bytes as Linux
 * shows them in /sys/firmware/acpi/tables, which may be cut, corrupt or hostile: what is whole is
 * kept, what isn't is said with the table and the offset.
 *
 * A proximity domain is the firmware's number for what Xen and Linux call a node; they count nodes
 * from 0 in the order in which domains appear. */
#ifndef XD_KERNEL_ACPI_H
#define XD_KERNEL_ACPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct xd_acpi_cpu { /* SRAT: enabled ones only */
    uint32_t apic_id, domain;
};

struct xd_acpi_memory { /* SRAT: enabled ones only */
    uint32_t domain;
    uint64_t base, bytes;
    bool hotplug, nonvolatile;
};

struct xd_acpi_initiator { /* SRAT: a device with a place of its own */
    uint32_t domain;
    bool pci;
    uint16_t segment, bdf; /* of a PCI device: bus << 8 | device << 3 | function */
};

enum xd_acpi_measure {
    XD_ACPI_ACCESS_LATENCY,
    XD_ACPI_READ_LATENCY,
    XD_ACPI_WRITE_LATENCY,
    XD_ACPI_ACCESS_BANDWIDTH,
    XD_ACPI_READ_BANDWIDTH,
    XD_ACPI_WRITE_BANDWIDTH
};
struct xd_acpi_path { /* HMAT: from an initiator's domain to a memory's */
    enum xd_acpi_measure measure;
    unsigned level; /* 0: memory; 1 …: a memory-side cache */
    uint32_t from, to;
    uint64_t value; /* latency in ps, bandwidth in MB/s */
};

struct xd_acpi_mcfg {
    uint64_t base;
    uint16_t segment;
    uint8_t first_bus, last_bus;
};

struct xd_acpi_scope { /* a device, as a path from a bus */
    uint8_t type; /* VT-d: 1 endpoint, 2 bridge and all below, 3 I/O APIC, 4 HPET, 5 ACPI device */
    uint8_t bus, device, function; /* of the first step */
    uint8_t steps;
    const uint8_t *path; /* device and function of each step, the first one's among them */
};

struct xd_acpi_span { /* of PCI functions: bus << 8 | device << 3 | function */
    uint16_t first, last;
};

struct xd_acpi_iommu {
    bool amd; /* of IVRS, else of DMAR */
    uint64_t base;
    uint16_t segment;
    uint16_t bdf;     /* AMD: its own place */
    bool all;         /* Intel: all devices of the segment that no other one has */
    bool have_domain; /* Intel's RHSA says which */
    uint32_t domain;
    const struct xd_acpi_scope *scopes; /* Intel */
    const struct xd_acpi_span *spans;   /* AMD */
    size_t n_scopes, n_spans;
};

struct xd_acpi {
    const struct xd_acpi_cpu *cpus;
    const struct xd_acpi_memory *memory;
    const struct xd_acpi_initiator *initiators;
    const struct xd_acpi_path *paths;
    const struct xd_acpi_mcfg *mcfg;
    const struct xd_acpi_iommu *iommus;
    size_t n_cpus, n_memory, n_initiators, n_paths, n_mcfg, n_iommus;
    /* SLIT: distances[from * n_distances + to]; 10 is home, 255 can't be reached */
    const uint8_t *distances;
    size_t n_distances;
    const char *trouble; /* the first thing that was wrong, with table and offset; NULL: nothing */
};

/* Adds what one table says; out is zeroed before the first. All it fills in lives in a. A table of
 * another signature is passed over. -EILSEQ with table and offset where its header can't be right.
 */
int xd_acpi_add(struct xd_acpi *out, const void *table, size_t size, struct xd_arena *a,
                struct xd_err *err);

#endif
