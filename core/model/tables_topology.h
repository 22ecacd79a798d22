/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a machine's topology. `topology` has a row for each thing, from the machine to the
 * last thread, DIMM slot and PCI function; `id` and `parent` make a tree of them. What each source
 * said of a thing stands in `facts`, what is odd about the machine in `advice`. */
#ifndef XD_MODEL_TABLES_TOPOLOGY_H
#define XD_MODEL_TABLES_TOPOLOGY_H

#include "model/table.h"

/* What a thing is. The order is that of nesting, where one nests in another; names in
 * xd_thing_kind_names: "machine" "package" … */
enum xd_thing_kind {
    XD_THING_MACHINE,
    XD_THING_PACKAGE, /* what is plugged into a socket */
    XD_THING_DIE,
    XD_THING_NODE, /* NUMA node: inside a package, or above several */
    XD_THING_L3,
    XD_THING_L2,
    XD_THING_L1, /* of data */
    XD_THING_CORE,
    XD_THING_THREAD,      /* a pCPU, by Xen's number (natively: Linux's) */
    XD_THING_MEMORY,      /* an array of DIMM slots: what SMBIOS calls a physical memory array */
    XD_THING_DIMM,        /* a slot, full or empty */
    XD_THING_HOST_BRIDGE, /* a root bus of PCI */
    XD_THING_ROOT_PORT,
    XD_THING_SWITCH_UP,
    XD_THING_SWITCH_DOWN,
    XD_THING_BRIDGE,   /* to another PCI bus, by other means */
    XD_THING_FUNCTION, /* of a PCI device */
    XD_THING_VF,       /* a virtual function: inside its physical one */
    XD_THING_DISK,     /* block device, NVMe namespace */
    XD_THING_NIC,
    XD_THING_USB,
    XD_THING_KINDS,
};
extern const char *const xd_thing_kind_names[];

/* Columns of `topology`: also the names by which sources speak of facts. */
enum xd_topo_col {
    XD_TOPO_ID,     /* "package/0" "core/0.3" "pci/0000:01:00.0" */
    XD_TOPO_PARENT, /* an id; unknown for the machine */
    XD_TOPO_KIND,   /* enum xd_thing_kind */
    XD_TOPO_LABEL,  /* for people: "Core 3" "01:00.0" "DIMM A1" */
    XD_TOPO_INDEX,  /* the number that the field calls it by */
    XD_TOPO_CPUS,   /* set: its threads; of a device: those it is near to */
    XD_TOPO_NODE,   /* NUMA node it is in or near to */
    XD_TOPO_NAME,   /* model or product */
    XD_TOPO_MAKER,
    XD_TOPO_SIZE, /* KiB: of memory, caches, DIMMs, disks */
    XD_TOPO_FREE, /* KiB: of nodes */
    XD_TOPO_WAYS,
    XD_TOPO_APIC_ID,
    XD_TOPO_ONLINE, /* of a thread; a node or core is what its threads are */
    XD_TOPO_KHZ,    /* at most */
    XD_TOPO_FAMILY, /* CPUID, as do the next two */
    XD_TOPO_MODEL,
    XD_TOPO_STEPPING,
    XD_TOPO_MICROCODE, /* "0xd0003a5" */
    XD_TOPO_MEM_TYPE,  /* "DDR4" */
    XD_TOPO_FORM,      /* "DIMM" */
    XD_TOPO_SPEED_MTS, /* as it runs */
    XD_TOPO_SPEED_MAX_MTS,
    XD_TOPO_PART,
    XD_TOPO_SERIAL,
    XD_TOPO_EMPTY, /* a slot without a DIMM */
    XD_TOPO_RANKS,
    XD_TOPO_ECC,
    XD_TOPO_SIZE_MAX, /* KiB that an array can take */
    XD_TOPO_BDF,
    XD_TOPO_PCI_ID, /* "8086:10d3" */
    XD_TOPO_SUBSYSTEM,
    XD_TOPO_CLASS,      /* "Ethernet controller" */
    XD_TOPO_CLASS_CODE, /* base << 16 | sub << 8 | interface */
    XD_TOPO_REVISION,
    XD_TOPO_FIRST_BUS, /* of bridges: the buses behind it */
    XD_TOPO_LAST_BUS,
    XD_TOPO_DRIVER,
    XD_TOPO_IOMMU_GROUP, /* Linux's; none under Xen, which has its own */
    XD_TOPO_IOMMU,       /* the unit that translates for it: "dmar/0" */
    XD_TOPO_SLOT,        /* name on the board: "PCIE3" */
    XD_TOPO_LINK_MTS,
    XD_TOPO_LINK_LANES,
    XD_TOPO_LINK_MAX_MTS,
    XD_TOPO_LINK_MAX_LANES,
    XD_TOPO_LINK_BYTES_S, /* one direction, as it runs now */
    XD_TOPO_PATH_BYTES_S, /* the least of all links from the root down to it */
    XD_TOPO_LIMIT, /* id of the thing whose link above it is narrower than its own; else unknown */
    XD_TOPO_VFS,
    XD_TOPO_VFS_MAX,
    XD_TOPO_OWNER,   /* domain that it is passed through to */
    XD_TOPO_ADDRESS, /* MAC */
    XD_TOPO_BITS_S,  /* speed of a NIC or of a USB device, bits a second */
    XD_TOPO_SOURCES, /* "xen smbios" */
    XD_TOPO_N,
};

/* distances: what SLIT, Xen or HMAT say of each pair of nodes */
enum {
    XD_DISTANCE_FROM,
    XD_DISTANCE_TO,
    XD_DISTANCE_VALUE,
    XD_DISTANCE_LATENCY_NS,
    XD_DISTANCE_BYTES_S,
    XD_DISTANCE_SOURCE,
    XD_DISTANCE_N
};

/* facts: who said what of a thing */
enum {
    XD_FACT_ID,     /* the thing's, and */
    XD_FACT_NAME,   /* "column/source": a fact's own key */
    XD_FACT_COLUMN, /* of topology */
    XD_FACT_SOURCE,
    XD_FACT_VALUE, /* as text */
    XD_FACT_USE,   /* enum xd_topo_use */
    XD_FACT_N,
};
enum xd_topo_use { XD_TOPO_USED, XD_TOPO_AGREES, XD_TOPO_OVERRULED };

/* advice: what is wrong, odd or known of this machine */
enum {
    XD_ADVICE_ID,      /* the thing's, and */
    XD_ADVICE_CHECK,   /* "link-slow" "erratum AMD-1474" */
    XD_ADVICE_GRAVITY, /* enum xd_topo_gravity */
    XD_ADVICE_TEXT,
    XD_ADVICE_REMEDY,
    XD_ADVICE_CITE, /* where it stands */
    XD_ADVICE_N,
};
enum xd_topo_gravity { XD_TOPO_NOTE, XD_TOPO_WARN, XD_TOPO_BAD };

/* traffic: what the disks and NICs of the machine's own do */
enum {
    XD_TRAFFIC_ID,       /* the thing's in topology: "nic/eth0" */
    XD_TRAFFIC_IN_BYTES, /* received, or read: from the device to memory */
    XD_TRAFFIC_OUT_BYTES,
    XD_TRAFFIC_IN, /* of these a second */
    XD_TRAFFIC_OUT,
    XD_TRAFFIC_N,
};

extern const struct xd_table_desc xd_topology_desc, xd_distances_desc, xd_facts_desc,
    xd_advice_desc, xd_traffic_desc;

#endif
