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

char *xd_clock_iso(int64_t wall_ns, char out[21])
{
    /* Floor, so that a moment before 1970 isn't rounded into the second after it. */
    time_t s = wall_ns / XD_NS_PER_S - (wall_ns % XD_NS_PER_S < 0);
    struct tm tm = {0};

    gmtime_r(&s, &tm); /* 64 bits of ns reach from 1677 to 2262: four digits always do */
    snprintf(out, 21, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)(tm.tm_year + 1900) % 10000,
             (unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100,
             (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
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
