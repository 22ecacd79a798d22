/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Energy, limits and heat out of registers: see rapl.h. */
#include "kernel/rapl.h"

#define POWER_MASK   UINT64_C(0x7fff)
#define ENABLED      (UINT64_C(1) << 15)
#define LOCKED       (UINT64_C(1) << 63)
#define THERM_VALID  (UINT64_C(1) << 31)
#define THERM_MARGIN UINT64_C(0x7f)

static unsigned power_shift(uint64_t unit)
{
    return unit & 0xf;
}

static unsigned energy_shift(uint64_t unit)
{
    return unit >> 8 & 0x1f;
}

uint64_t xd_energy_add(struct xd_energy *e, uint32_t now, uint64_t unit)
{
    e->ticks += e->begun ? now - e->last : 0; /* modulo 2^32 */
    e->last = now;
    e->begun = true;
    return (uint64_t)((unsigned __int128)e->ticks * 1000000 >> energy_shift(unit));
}

uint64_t xd_energy_range_uj(uint64_t unit)
{
    return (UINT64_C(1000000) << 32) >> energy_shift(unit);
}

uint64_t xd_rapl_limit_mw(uint64_t limit, uint64_t unit)
{
    return limit & ENABLED ? (limit & POWER_MASK) * 1000 >> power_shift(unit) : 0;
}

bool xd_rapl_limit_locked(uint64_t limit)
{
    return limit & LOCKED;
}

bool xd_rapl_limit_set(uint64_t limit, uint64_t unit, uint64_t mw, uint64_t *out)
{
    uint64_t n;

    *out = limit & ~ENABLED;
    if (mw == 0)
        return true;
    n = mw > UINT64_MAX >> 15 ? UINT64_MAX : ((mw << power_shift(unit)) + 500) / 1000;
    if (n == 0 || n > POWER_MASK)
        return false;
    *out = (limit & ~POWER_MASK) | ENABLED | n;
    return true;
}

bool xd_therm_celsius(uint64_t status, uint64_t target, double *celsius, double *max)
{
    double tjmax = (double)(target >> 16 & 0xff);

    if (!(status & THERM_VALID) || tjmax == 0)
        return false;
    *max = tjmax;
    *celsius = tjmax - (double)(status >> 16 & THERM_MARGIN);
    return true;
}
