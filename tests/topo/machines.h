/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines that nobody has to own: made from a few numbers, or from one seed, for tests of drawings
 * and exports and for benchmarks. What they tell is told as sources would tell it. */
#ifndef XD_TESTS_TOPO_MACHINES_H
#define XD_TESTS_TOPO_MACHINES_H

#include "topo/topo.h"

struct machine {
    const char *name;
    unsigned packages, dies, nodes, l3s, cores, threads; /* each inside one of the one before */
    unsigned l1_kib, l2_kib, l3_kib;                     /* 0: there is none */
    unsigned long long node_kib;
    unsigned channels, slots, filled; /* of a package: DIMMs; 0 channels: nothing is told */
    unsigned ports, functions; /* of a package: root ports, and PCI functions behind them all */
    unsigned vfs;              /* of each NIC */
    bool spread;               /* second threads are numbered after all first ones, as Linux does */
};

/* The first is the largest that tests know: 8 packages of 64 cores of 2 threads, 500 PCI functions.
 * A NULL name ends it. */
extern const struct machine machines_named[];

/* Settled; to be freed. */
struct xd_topo *machine_make(const struct machine *m);
/* By a name of machines_named, or "random:SEED". NULL: there is none. */
struct xd_topo *machine_named(const char *name);
/* The numbers of a machine of any shape; the same for one seed. */
struct machine machine_any(uint64_t seed);
/* Such a machine, with gaps, lies and things that nobody told of. */
struct xd_topo *machine_random(uint64_t seed);

#endif
