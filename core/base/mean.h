/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mean of what is known: cells that tell nothing (NAN) don't count, and of none it is unknown.
 */
#ifndef XD_BASE_MEAN_H
#define XD_BASE_MEAN_H

#include <math.h>

struct xd_mean {
    double sum;
    unsigned n;
};

static inline void xd_mean_add(struct xd_mean *m, double value)
{
    if (isnan(value))
        return;
    m->sum += value;
    m->n++;
}

static inline double xd_mean(const struct xd_mean *m)
{
    return m->n ? m->sum / m->n : NAN;
}

#endif
