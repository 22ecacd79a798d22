/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers of energy, power limits and heat as bits: Intel's SDM, volume 4 (MSRs 606H, 610H,
 * 611H, 1A2H, 1B1H), AMD's PPR of family 17h (MSRs C001_0299, C001_029B). */
#ifndef XD_KERNEL_RAPL_H
#define XD_KERNEL_RAPL_H

#include <stdbool.h>
#include <stdint.h>

enum {
    XD_MSR_TEMPERATURE_TARGET = 0x1a2,
    XD_MSR_PACKAGE_THERM_STATUS = 0x1b1,
    XD_MSR_RAPL_UNIT = 0x606,
    XD_MSR_PKG_LIMIT = 0x610,
    XD_MSR_PKG_ENERGY = 0x611,
};
#define XD_MSR_AMD_RAPL_UNIT  0xc0010299U
#define XD_MSR_AMD_PKG_ENERGY 0xc001029bU

/* A counter of 32 bits that begins anew, as one that doesn't: zeroed, then fed with what is read.
 * It has to be read at least once a turn: some minutes at full power. */
struct xd_energy {
    bool begun;
    uint32_t last;
    uint64_t ticks;
};

/* The energy since it was read first, in uJ; unit: the register of units. */
uint64_t xd_energy_add(struct xd_energy *e, uint32_t now, uint64_t unit);
/* The energy after which the counter begins anew, in uJ. */
uint64_t xd_energy_range_uj(uint64_t unit);

/* The first limit of a package in mW; 0: it is not switched on. */
uint64_t xd_rapl_limit_mw(uint64_t limit, uint64_t unit);
bool xd_rapl_limit_locked(uint64_t limit);
/* The register with another first limit, all else as it was; mw 0 switches it off. False: it can't
 * hold so much. */
bool xd_rapl_limit_set(uint64_t limit, uint64_t unit, uint64_t mw, uint64_t *out);

/* Degrees; false: the reading isn't valid. target: XD_MSR_TEMPERATURE_TARGET. */
bool xd_therm_celsius(uint64_t status, uint64_t target, double *celsius, double *max);

#endif
