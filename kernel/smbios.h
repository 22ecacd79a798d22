/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the firmware says of processors, caches, DIMMs and slots: the structures of DSP0134 (SMBIOS
 * 3.7) as Linux shows them in /sys/firmware/dmi/tables/DMI. Pure code over bytes that may be cut,
 * corrupt or hostile: what is whole is kept, what isn't is said with its offset. Strings are made
 * safe for a terminal. */
#ifndef XD_KERNEL_SMBIOS_H
#define XD_KERNEL_SMBIOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* Numbers are 0 where the firmware doesn't know them, strings NULL, unless something else is said.
 */

struct xd_smbios_system { /* type 1 */
    uint16_t handle;
    const char *maker, *product, *version, *serial;
};

struct xd_smbios_cpu { /* type 4 */
    uint16_t handle;
    const char *socket, *maker, *version;
    bool populated;
    unsigned cores, cores_enabled, threads;
    unsigned max_mhz, current_mhz;
    uint16_t l1, l2, l3; /* handles of caches; 0xffff: none */
};

enum xd_smbios_cache_kind {
    XD_SMBIOS_CACHE_OTHER,
    XD_SMBIOS_CACHE_INSTRUCTION,
    XD_SMBIOS_CACHE_DATA,
    XD_SMBIOS_CACHE_UNIFIED
};
struct xd_smbios_cache { /* type 7 */
    uint16_t handle;
    const char *name;
    unsigned level; /* 1 … */
    bool enabled;
    uint64_t size_kib;
    enum xd_smbios_cache_kind kind;
    unsigned ways; /* 0: unknown; UINT_MAX: fully associative */
};

struct xd_smbios_slot { /* type 9 */
    uint16_t handle;
    const char *name;
    const char *type;  /* "PCIe 4 x16" */
    unsigned lanes;    /* electrical width; 0: unknown */
    int in_use;        /* 1, 0, -1: unknown */
    bool have_address; /* of the device in it */
    unsigned segment, bus, device, function;
};

struct xd_smbios_array { /* type 16 */
    uint16_t handle;
    bool system_memory; /* what the CPUs use, not flash or video memory */
    const char *ecc;    /* "none" "single-bit" "multi-bit" … */
    uint64_t max_kib;
    unsigned slots;
};

struct xd_smbios_dimm { /* type 17 */
    uint16_t handle, array;
    const char *locator, *bank;
    bool empty;     /* a slot without a module */
    bool have_size; /* of a module */
    uint64_t size_kib;
    const char *type, *form;        /* "DDR4" "DIMM" */
    unsigned total_bits, data_bits; /* with and without those for ECC */
    unsigned ranks;
    unsigned speed_mts, configured_mts; /* of the module; as it runs. MT/s */
    const char *maker, *serial, *part;
};

struct xd_smbios_range { /* types 19 (of an array) and 20 (of a module) */
    uint16_t handle, of;
    uint64_t first_kib, last_kib; /* the last one belongs to it */
    unsigned interleave;          /* depth; 0: unknown */
};

struct xd_smbios {
    struct xd_smbios_system system; /* of the first type 1; strings NULL: there is none */
    const struct xd_smbios_cpu *cpus;
    const struct xd_smbios_cache *caches;
    const struct xd_smbios_slot *slots;
    const struct xd_smbios_array *arrays;
    const struct xd_smbios_dimm *dimms;
    const struct xd_smbios_range *array_ranges, *dimm_ranges;
    size_t n_cpus, n_caches, n_slots, n_arrays, n_dimms, n_array_ranges, n_dimm_ranges;
    size_t structures;   /* whole ones, of any type */
    const char *trouble; /* the first thing that was wrong, with its offset; NULL: nothing */
};

/* Reads a table of structures; all it fills in lives in a. -EILSEQ with the offset where nothing
 * could be read at all; else 0, and `trouble` says what had to be left out. */
int xd_smbios_parse(const void *table, size_t size, struct xd_arena *a, struct xd_smbios *out,
                    struct xd_err *err);

#endif
