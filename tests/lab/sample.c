/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sample of a module's costs, for the lab:
 *
 *   sample MODULE.so N [TABLE...]   samples N times after the first, with only these tables wanted
 *                                   (all of them by default); prints the CPU time in us of the
 * first and of a later one, and how many rows there were in all */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "model/backend.h"

static char **wanted_names;
static int n_wanted;

static uint64_t wanted(const struct xd_backend_env *env, const struct xd_table_desc *d)
{
    for (int i = 0; i < n_wanted; i++)
        if (strcmp(wanted_names[i], d->name) == 0)
            return UINT64_MAX;
    return n_wanted ? 0 : UINT64_MAX;
}

static bool stopping(const struct xd_backend_env *env)
{
    return false;
}

static double cpu_us(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* One sample more; prev is let go. NULL: it failed. */
static struct xd_snapshot *sample(const struct xd_backend *b, void *self, struct xd_clock *clock,
                                  struct xd_snapshot *prev, uint64_t seq)
{
    struct xd_builder *builder = xd_builder_new(b->name);
    struct xd_err err = XD_ERR_INIT;
    struct xd_snapshot *s = NULL;

    if (b->collect(self, builder, &err) < 0) {
        fprintf(stderr, "%s\n", xd_err_text(&err));
        xd_builder_free(builder);
    } else {
        s = xd_builder_seal(builder, prev, seq, xd_clock_now(clock), xd_clock_wall(clock), 0);
    }
    xd_snapshot_unref(prev);
    return s;
}

static size_t count_rows(const struct xd_snapshot *s)
{
    size_t rows = 0;

    for (size_t i = 0; i < xd_snapshot_tables(s); i++)
        rows += xd_snapshot_table_at(s, i)->n;
    return rows;
}

int main(int argc, char **argv)
{
    int times = argc > 2 ? atoi(argv[2]) : 0;
    void *so = times > 0 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL, *self;
    const struct xd_backend *b = so ? dlsym(so, "xd_backend_module") : NULL;
    struct xd_err err = XD_ERR_INIT;
    static struct xd_clock clock;
    static struct xd_log log;
    struct xd_backend_env env = {.clock = &clock,
                                 .log = &log,
                                 .role = XD_OBSERVER,
                                 .arg = "",
                                 .stopping = stopping,
                                 .wanted = wanted};
    struct xd_snapshot *s = NULL;
    double began, first;

    if (!b) {
        fprintf(stderr, "%s\n", times > 0 ? dlerror() : "sample MODULE.so N [TABLE...]");
        return 1;
    }
    wanted_names = argv + 3;
    n_wanted = argc - 3;
    xd_clock_init_real(&clock);
    xd_log_init(&log, &clock);
    if (b->open(&env, &self, &err) < 0) {
        fprintf(stderr, "%s\n", xd_err_text(&err));
        return 1;
    }
    began = cpu_us();
    s = sample(b, self, &clock, s, 1);
    first = cpu_us() - began;
    s = s ? sample(b, self, &clock, s, 2) : NULL; /* takes in what the first one's watches told */
    began = cpu_us();
    for (int i = 0; s && i < times; i++)
        s = sample(b, self, &clock, s, (uint64_t)i + 3);
    if (!s)
        return 1;
    printf("%.0f %.0f %zu\n", first, (cpu_us() - began) / times, count_rows(s));
    xd_snapshot_unref(s);
    b->close(self);
    xd_log_done(&log);
    return 0;
}
