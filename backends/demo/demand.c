/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vCPUs ask for: curves over time, as pure functions of a seed. Whole numbers throughout. */
#include "backend_demo/host.h"
#include "backend_demo/random.h"

#define PPM        ((int64_t)XD_DEMO_PPM)
#define TICK_NS    UINT64_C(1000000000) /* an idle guest's housekeeping is drawn anew so often */
#define IDLE_MAX   6000                 /* ppm */
#define SHIVER_NS  UINT64_C(1300000000) /* how fast `noise` moves */
#define MEAN_PARTS 64

static int64_t ppm(double percent)
{
    return (int64_t)(percent * 10000 + 0.5);
}

static int64_t idle(uint64_t seed, uint64_t t)
{
    return xd_demo_random_ppm(seed, t / TICK_NS) * IDLE_MAX / PPM;
}

/* 0 … PPM over the curve's own range. */
static int64_t shape(const struct xd_demo_load *l, uint64_t seed, uint64_t t)
{
    int64_t half;

    switch (l->curve) {
    case XD_DEMO_WAVE:
        half = 2 * xd_demo_part_ppm(t + l->phase_ns, l->period_ns);
        return xd_demo_ease_ppm(half <= PPM ? half : 2 * PPM - half);
    case XD_DEMO_BURST:
        return (t + l->phase_ns) % l->period_ns < l->on_ns ? PPM : 0;
    case XD_DEMO_NOISE:
        return xd_demo_wander_ppm(seed, t + l->phase_ns, l->period_ns);
    default:
        return PPM;
    }
}

int64_t xd_demo_demand_ppm(const struct xd_demo_load *l, uint64_t seed, unsigned id, int64_t t_ns)
{
    uint64_t t = t_ns > 0 ? (uint64_t)t_ns : 0;
    int64_t low = ppm(l->low), v;

    if (l->curve == XD_DEMO_SPIN && (!l->vcpus || id < l->vcpus))
        return PPM;
    if (l->curve == XD_DEMO_IDLE || (l->vcpus && id >= l->vcpus))
        return idle(seed, t);
    v = low + (ppm(l->high) - low) * shape(l, seed, t) / PPM;
    if (l->noise > 0) /* by up to `noise` of itself, up or down */
        v += v * (2 * xd_demo_wander_ppm(~seed, t, SHIVER_NS) - PPM) / PPM * ppm(l->noise) / PPM;
    return v < 0 ? 0 : v > PPM ? PPM : v;
}

int64_t xd_demo_demand_mean_ppm(const struct xd_demo_load *l, uint64_t seed, unsigned id)
{
    int64_t sum = 0;

    for (int i = 0; i < MEAN_PARTS; i++)
        sum += xd_demo_demand_ppm(l, seed, id, (int64_t)(l->period_ns / MEAN_PARTS) * i);
    return sum / MEAN_PARTS;
}
