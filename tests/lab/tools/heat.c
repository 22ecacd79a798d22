/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plays the meter of a host: its watts follow how busy Xen's pCPUs from 1 on are, with a
 * first-order lag. Once a second it replaces a sensor's file, and appends "UPTIME WATTS BUSY" to a
 * log (BUSY: percent of a pCPU, summed up). A program, because a shell's would be late: under
 * emulation each process takes a tenth of a second to start.
 *
 *   heat IDLE EACH LAG FILE LOG    W with no pCPU busy, W for each that is, seconds */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xenctrl.h>

#define CPUS_MAX 64

struct meter {
    double idle, each, lag; /* W, W, s */
    double watts, busy;     /* W; percent */
    double at;              /* s since boot; 0: nothing was seen yet */
    double asleep[CPUS_MAX];
};

static double uptime(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* 1: there are new watts; 0: this was the first look. */
static int look(xc_interface *xc, struct meter *m)
{
    xc_cpuinfo_t info[CPUS_MAX];
    double now, goal, passed, busy = 0;
    int n, first = m->at == 0;

    if (xc_getcpuinfo(xc, CPUS_MAX, info, &n) < 0)
        return -1;
    now = uptime();
    passed = now - m->at;
    for (int cpu = 1; cpu < n; cpu++) {
        double asleep = (double)info[cpu].idletime / 1e9,
               share = 1 - (asleep - m->asleep[cpu]) / passed;

        busy += share > 0 ? share : 0; /* Xen's clock and dom0's aren't read at once */
        m->asleep[cpu] = asleep;
    }
    m->at = now;
    if (first)
        return 0;
    goal = m->idle + m->each * busy;
    m->watts = m->watts > 0 ? m->watts + (goal - m->watts) * passed / (m->lag + passed) : goal;
    m->busy = 100 * busy;
    return 1;
}

/* Whole or not at all: it is written under another name first. */
static int tell(const struct meter *m, const char *file)
{
    const char *slash = strrchr(file, '/');
    int dir = slash ? (int)(slash - file) + 1 : 0;
    char hidden[4096];
    FILE *f;

    snprintf(hidden, sizeof(hidden), "%.*s.%s", dir, file, file + dir);
    f = fopen(hidden, "w");
    if (!f)
        return -1;
    fprintf(f, "watts %.2f\nplace host\nmax_age 15\n", m->watts);
    return fclose(f) < 0 ? -1 : rename(hidden, file);
}

int main(int argc, char **argv)
{
    struct meter m = {0};
    xc_interface *xc;
    FILE *log;
    int rc = 0;

    if (argc != 6) {
        fprintf(stderr, "usage: heat IDLE EACH LAG FILE LOG\n");
        return 2;
    }
    m.idle = atof(argv[1]);
    m.each = atof(argv[2]);
    m.lag = atof(argv[3]);
    xc = xc_interface_open(NULL, NULL, 0);
    log = fopen(argv[5], "a");
    while (xc && log && rc >= 0) {
        const struct timespec pause = {.tv_sec = 1};

        rc = look(xc, &m);
        if (rc == 1)
            rc = tell(&m, argv[4]);
        if (rc >= 0 && m.watts > 0) {
            fprintf(log, "%.2f %.2f %.1f\n", m.at, m.watts, m.busy);
            fflush(log);
        }
        nanosleep(&pause, NULL);
    }
    perror("heat");
    return 1;
}
