/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rounding without libm, which would be a library to load for every command, for these few. */
#ifndef XD_BASE_ROUND_H
#define XD_BASE_ROUND_H

#include <stdint.h>

/* From here on a double has no fraction; it holds for NaN and infinities too that they stay. */
static inline int xd_is_whole(double f)
{
    return !(f < 0x1p52 && f > -0x1p52);
}

static inline double xd_floor(double f)
{
    double whole = xd_is_whole(f) ? f : (double)(int64_t)f;

    return whole > f ? whole - 1 : whole;
}

static inline double xd_ceil(double f)
{
    return -xd_floor(-f);
}

/* Halves away from zero, as round() of libm. */
static inline double xd_round(double f)
{
    double size = f < 0 ? -f : f, whole = xd_floor(size);

    if (size - whole >= 0.5)
        whole += 1;
    return xd_is_whole(f) ? f : f < 0 ? -whole : whole;
}

/* The same as a number; |f| has to be below 2^63. */
static inline int64_t xd_round_i64(double f)
{
    return (int64_t)xd_round(f);
}

#endif
