/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time, real or moved by hand: see clock.h. */
#include "base/clock.h"

#include <string.h>
#include <stdio.h>
#include <time.h>

static int64_t read_ns(clockid_t id)
{
    struct timespec ts = {0};

    clock_gettime(id, &ts); /* can't fail for these two clocks */
    return (int64_t)ts.tv_sec * XD_NS_PER_S + ts.tv_nsec;
}

void xd_clock_init_real(struct xd_clock *c)
{
    c->manual = false;
    atomic_init(&c->now_ns, 0);
    atomic_init(&c->wall_ns, 0);
}

void xd_clock_init_manual(struct xd_clock *c, int64_t wall_ns)
{
    c->manual = true;
    atomic_init(&c->now_ns, 0);
    atomic_init(&c->wall_ns, wall_ns);
}

int64_t xd_clock_now(struct xd_clock *c)
{
    return c->manual ? atomic_load(&c->now_ns) : read_ns(CLOCK_MONOTONIC);
}

int64_t xd_clock_wall(struct xd_clock *c)
{
    if (!c->manual)
        return read_ns(CLOCK_REALTIME);
    return atomic_load(&c->wall_ns) + atomic_load(&c->now_ns);
}

void xd_clock_advance(struct xd_clock *c, int64_t ns)
{
    if (c->manual)
        atomic_fetch_add(&c->now_ns, ns);
}

/* A day since 1970 in the Gregorian calendar, counted in years that begin with March, so that leap
 * days come last. (gmtime_r would first read the file of the local time zone.) */
static void date_of(int64_t day, unsigned *y, unsigned *m, unsigned *d)
{
    enum { YEARS_400 = 146097, YEARS_100 = 36524, YEARS_4 = 1461, FROM_1600 = 135080 };
    unsigned n = (unsigned)(day + FROM_1600), month;
    unsigned cycle = n / YEARS_400, in = n % YEARS_400;
    unsigned year = (in - in / (YEARS_4 - 1) + in / YEARS_100 - in / (YEARS_400 - 1)) / 365;

    in -= 365 * year + year / 4 - year / 100;
    month = (5 * in + 2) / 153; /* from March on they have 31 30 31 30 31 days, and again */
    *d = in - (153 * month + 2) / 5 + 1;
    *m = month < 10 ? month + 3 : month - 9;
    *y = 1600 + 400 * cycle + year + (month >= 10);
}

char *xd_clock_iso(int64_t wall_ns, char out[21])
{
    /* Floor, so that a moment before 1970 isn't rounded into the second after it. */
    int64_t s = wall_ns / XD_NS_PER_S - (wall_ns % XD_NS_PER_S < 0);
    int64_t day = s / 86400 - (s % 86400 < 0);
    unsigned y, m, d, t = (unsigned)(s - day * 86400);

    date_of(day, &y, &m, &d); /* 64 bits of ns reach from 1677 to 2262: four digits always do */
    snprintf(out, 21, "%04u-%02u-%02uT%02u:%02u:%02uZ", y % 10000, m % 100, d % 100, t / 3600 % 100,
             t / 60 % 60, t % 60);
    return out;
}

char *xd_clock_local(int64_t wall_ns, char out[20])
{
    time_t t = (time_t)(wall_ns / XD_NS_PER_S);
    struct tm tm;

    if (!wall_ns || !localtime_r(&t, &tm) || !strftime(out, 20, "%Y-%m-%d %H:%M:%S", &tm))
        strcpy(out, "-");
    return out;
}
