/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chance that is no chance: pure functions of a seed and a number, whole numbers throughout, so
 * that a scenario runs the same on every machine and however often it is sampled. The mixing
 * function is that of splitmix64 (Steele, Lea and Flood, 2014; its constants are theirs). */
#ifndef XD_DEMO_RANDOM_H
#define XD_DEMO_RANDOM_H

#include <stdint.h>

#define XD_DEMO_PPM 1000000 /* one whole */

/* The number-th value of the stream that seed names. */
static inline uint64_t xd_demo_random(uint64_t seed, uint64_t number)
{
    uint64_t z = seed + (number + 1) * UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 … PPM-1 */
static inline int64_t xd_demo_random_ppm(uint64_t seed, uint64_t number)
{
    return (int64_t)(xd_demo_random(seed, number) % XD_DEMO_PPM);
}

/* A number for a text (FNV-1a). */
static inline uint64_t xd_demo_hash_text(const char *s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    return h;
}

/* How far t is in a period, 0 … PPM. Periods are a second or more. */
static inline int64_t xd_demo_part_ppm(uint64_t t_ns, uint64_t period_ns)
{
    uint64_t part = t_ns % period_ns / (period_ns / XD_DEMO_PPM);

    return part < XD_DEMO_PPM ? (int64_t)part : XD_DEMO_PPM;
}

/* 0 … PPM made into 0 … PPM with an even start and end: 3x² - 2x³. */
static inline int64_t xd_demo_ease_ppm(int64_t x)
{
    return x * x * (3 * (int64_t)XD_DEMO_PPM - 2 * x) / ((int64_t)XD_DEMO_PPM * XD_DEMO_PPM);
}

/* 0 … PPM, wandering smoothly: a new goal each period. */
static inline int64_t xd_demo_wander_ppm(uint64_t seed, uint64_t t_ns, uint64_t period_ns)
{
    uint64_t turn = t_ns / period_ns;
    int64_t from = xd_demo_random_ppm(seed, turn), to = xd_demo_random_ppm(seed, turn + 1);

    return from + (to - from) * xd_demo_ease_ppm(xd_demo_part_ppm(t_ns, period_ns)) / XD_DEMO_PPM;
}

#endif
