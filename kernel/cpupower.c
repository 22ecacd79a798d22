/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frequencies, idle states and idle injection of Linux: see cpupower.h. */
#include "kernel/cpupower.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define CPUS       "sys/devices/system/cpu"
#define STATES_MAX 16
#define TIMES_MAX  128
#define TICK_NS    UINT64_C(10000000) /* USER_HZ is 100 on all that we know */
#define NODES_MAX  256

static uint64_t number(const struct xd_files *f, unsigned cpu, const char *file, uint64_t unknown)
{
    long long n = xd_files_number(f, -1, CPUS "/cpu%u/%s", cpu, file);

    return n < 0 ? unknown : (uint64_t)n;
}

static const char *text(const struct xd_files *f, struct xd_arena *a, unsigned cpu,
                        const char *file)
{
    const char *s = xd_files_text(f, a, CPUS "/cpu%u/%s", cpu, file);

    return s && s[0] ? s : NULL;
}

/* --- one CPU --- */

static void read_freq(const struct xd_files *f, struct xd_arena *a, struct xd_linux_cpu *c)
{
    c->governor = text(f, a, c->cpu, "cpufreq/scaling_governor");
    c->khz = number(f, c->cpu, "cpufreq/scaling_cur_freq", 0);
    c->min_khz = number(f, c->cpu, "cpufreq/scaling_min_freq", 0);
    c->max_khz = number(f, c->cpu, "cpufreq/scaling_max_freq", 0);
}

static void read_driver(const struct xd_files *f, struct xd_arena *a, struct xd_linux_cpu *c)
{
    c->driver = text(f, a, c->cpu, "cpufreq/scaling_driver");
    c->governors = text(f, a, c->cpu, "cpufreq/scaling_available_governors");
    c->least_khz = number(f, c->cpu, "cpufreq/cpuinfo_min_freq", 0);
    c->most_khz = number(f, c->cpu, "cpufreq/cpuinfo_max_freq", 0);
}

static void read_states(const struct xd_files *f, struct xd_arena *a, struct xd_linux_cpu *c)
{
    c->states = xd_arena_array(a, STATES_MAX, sizeof(*c->states));
    for (; c->n_states < STATES_MAX; c->n_states++) {
        struct xd_linux_state *s = &c->states[c->n_states];
        char file[48];
        uint64_t us;

        snprintf(file, sizeof(file), "cpuidle/state%u/name", c->n_states);
        s->name = text(f, a, c->cpu, file);
        if (!s->name)
            break;
        snprintf(file, sizeof(file), "cpuidle/state%u/latency", c->n_states);
        s->latency_us = number(f, c->cpu, file, UINT64_MAX);
        snprintf(file, sizeof(file), "cpuidle/state%u/time", c->n_states);
        us = number(f, c->cpu, file, UINT64_MAX);
        s->residency_ns = us < UINT64_MAX / 1000 ? us * 1000 : UINT64_MAX;
        snprintf(file, sizeof(file), "cpuidle/state%u/usage", c->n_states);
        s->entries = number(f, c->cpu, file, UINT64_MAX);
        snprintf(file, sizeof(file), "cpuidle/state%u/disable", c->n_states);
        s->disabled = number(f, c->cpu, file, 0) != 0;
    }
}

/* Lines of a frequency and its time in hundredths of a second. */
static void read_times(const struct xd_files *f, struct xd_arena *a, struct xd_linux_cpu *c)
{
    char *path = xd_arena_printf(a, CPUS "/cpu%u/cpufreq/stats/time_in_state", c->cpu);
    char *bytes, *save = NULL;
    size_t size;

    if (xd_files_read(f, path, 16384, a, &bytes, &size, NULL) < 0)
        return;
    c->times = xd_arena_array(a, TIMES_MAX, sizeof(*c->times));
    for (char *line = strtok_r(bytes, "\n", &save); line && c->n_times < TIMES_MAX;
         line = strtok_r(NULL, "\n", &save)) {
        char *space = strchr(line, ' ');
        uint64_t khz, ticks;

        if (!space)
            continue;
        *space++ = '\0';
        if (xd_parse_u64(line, &khz) == 0 && xd_parse_u64(space, &ticks) == 0 &&
            ticks < UINT64_MAX / TICK_NS)
            c->times[c->n_times++] = (struct xd_linux_time){khz, ticks * TICK_NS};
    }
}

static void read_place(const struct xd_files *f, struct xd_linux_cpu *c)
{
    c->socket = (int)number(f, c->cpu, "topology/physical_package_id", (uint64_t)-1);
    c->core = (int)number(f, c->cpu, "topology/core_id", (uint64_t)-1);
    c->node = -1;
    for (int n = 0; n < NODES_MAX && c->node < 0; n++) {
        char path[64];

        snprintf(path, sizeof(path), "sys/devices/system/node/node%d", n);
        if (!xd_files_is(f, path))
            break;
        snprintf(path, sizeof(path), "sys/devices/system/node/node%d/cpu%u", n, c->cpu);
        if (xd_files_is(f, path))
            c->node = n;
    }
}

/* --- /proc/stat --- */

/* "cpu3 user nice system idle iowait irq softirq steal …": idle and iowait are idle, guest times
 * are in user and nice already. */
static void read_stat_line(const char *line, struct xd_linux_power *p)
{
    unsigned long long t[8] = {0};
    unsigned cpu;
    int n = sscanf(line, "cpu%5u %llu %llu %llu %llu %llu %llu %llu %llu", &cpu, &t[0], &t[1],
                   &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]);

    if (n < 5 || line[strlen("cpu")] == ' ') /* that is the sum of all of them */
        return;
    for (unsigned i = 0; i < p->n; i++) {
        if (p->cpu[i].cpu != cpu)
            continue;
        p->cpu[i].has_stat = true;
        p->cpu[i].idle_ns = (t[3] + t[4]) * TICK_NS;
        p->cpu[i].busy_ns = (t[0] + t[1] + t[2] + t[5] + t[6] + t[7]) * TICK_NS;
    }
}

static void read_stat(const struct xd_files *f, struct xd_arena *a, struct xd_linux_power *p)
{
    char *bytes, *save = NULL;
    size_t size;

    /* Interrupts come behind the CPUs, in one line that may be long. */
    if (xd_files_read_head(f, "proc/stat", 512 * 1024, a, &bytes, &size, NULL) < 0)
        return;
    for (char *line = strtok_r(bytes, "\n", &save); line && xd_str_starts(line, "cpu");
         line = strtok_r(NULL, "\n", &save))
        read_stat_line(line, p);
}

/* --- the host --- */

static void read_turbo(const struct xd_files *f, struct xd_linux_power *p)
{
    long long boost = xd_files_number(f, -1, CPUS "/cpufreq/boost");
    long long off = xd_files_number(f, -1, CPUS "/intel_pstate/no_turbo");

    p->turbo = boost >= 0 ? boost != 0 : off >= 0 ? off == 0 : -1;
    p->turbo_forbids = boost < 0;
    p->turbo_path = boost >= 0 ? CPUS "/cpufreq/boost"
                    : off >= 0 ? CPUS "/intel_pstate/no_turbo"
                               : NULL;
}

static void read_clamp(const struct xd_files *f, struct xd_arena *a, struct xd_linux_power *p)
{
    char **names;
    size_t n = 0;

    if (xd_files_list(f, "sys/class/thermal", a, &names, &n, NULL) < 0)
        return;
    for (size_t i = 0; i < n && !p->clamp_dir; i++) {
        const char *dir = xd_arena_printf(a, "sys/class/thermal/%s", names[i]);
        const char *type =
            xd_str_starts(names[i], "cooling_device") ? xd_files_text(f, a, "%s/type", dir) : NULL;
        long long now, max;

        if (!type || !xd_streq(type, "intel_powerclamp"))
            continue;
        p->clamp_dir = dir;
        now = xd_files_number(f, -2, "%s/cur_state", dir); /* -1: off */
        max = xd_files_number(f, -1, "%s/max_state", dir);
        p->has_clamp = now >= -1 && max > 0;
        p->clamp = now > 0 ? (uint64_t)now : 0;
        p->clamp_max = max > 0 ? (uint64_t)max : 0;
    }
}

/* The last state that is allowed, where all CPUs have the same and none before it is forbidden. No
 * number says that not even the first is allowed. */
static int deepest(const struct xd_linux_power *p)
{
    int common = -3; /* none seen */

    for (unsigned i = 0; i < p->n; i++) {
        const struct xd_linux_cpu *c = &p->cpu[i];
        unsigned k = 0;
        int own;

        if (!c->n_states)
            continue;
        while (k < c->n_states && !c->states[k].disabled)
            k++;
        if (k == 0)
            return -2;
        own = k == c->n_states ? -1 : (int)k - 1;
        for (; k < c->n_states; k++)
            if (!c->states[k].disabled)
                return -2;
        if (common != -3 && common != own)
            return -2;
        common = own;
    }
    return common == -3 ? -2 : common;
}

static void read_cpu(const struct xd_files *f, unsigned wanted, struct xd_arena *a,
                     struct xd_linux_cpu *c)
{
    c->socket = c->core = c->node = -1;
    if (wanted & XD_LINUX_PLACE)
        read_place(f, c);
    if (!c->online)
        return;
    if (wanted & XD_LINUX_FREQ)
        read_freq(f, a, c);
    if (wanted & XD_LINUX_DRIVER)
        read_driver(f, a, c);
    if (wanted & XD_LINUX_STATES)
        read_states(f, a, c);
    if (wanted & XD_LINUX_TIMES)
        read_times(f, a, c);
}

static void read_host(const struct xd_files *f, unsigned wanted, struct xd_arena *a,
                      struct xd_linux_power *p)
{
    if (wanted & XD_LINUX_STAT)
        read_stat(f, a, p);
    if (wanted & XD_LINUX_FREQ)
        read_turbo(f, p);
    if (wanted & XD_LINUX_CLAMP)
        read_clamp(f, a, p);
    if (wanted & XD_LINUX_DRIVER)
        p->idle_driver = xd_files_text(f, a, CPUS "/cpuidle/current_driver");
    if (wanted & XD_LINUX_STATES)
        p->deepest = deepest(p);
}

int xd_linux_power_read(const struct xd_files *f, unsigned wanted, struct xd_arena *a,
                        struct xd_linux_power *out, struct xd_err *err)
{
    const char *present = xd_files_text(f, a, CPUS "/present");
    const char *online = xd_files_text(f, a, CPUS "/online");
    struct xd_cpuset all, on;

    *out = (struct xd_linux_power){.turbo = -1, .deepest = -2};
    if (!present || xd_cpuset_parse(present, XD_CPUSET_MAX, &all, NULL) < 0)
        return xd_err_set(err, -ENOENT, "/" CPUS "/present: wanted a list of CPUs, found %s%s%s",
                          present ? "\"" : "", present ? present : "no such file",
                          present ? "\"" : "");
    if (!online || xd_cpuset_parse(online, XD_CPUSET_MAX, &on, NULL) < 0)
        on = all;
    out->cpu = xd_arena_array(a, (size_t)xd_cpuset_count(&all) + 1, sizeof(*out->cpu));
    for (int i = xd_cpuset_next(&all, 0); i >= 0; i = xd_cpuset_next(&all, (unsigned)i + 1)) {
        struct xd_linux_cpu *c = &out->cpu[out->n++];

        c->cpu = (unsigned)i;
        c->online = xd_cpuset_has(&on, c->cpu);
        read_cpu(f, wanted, a, c);
    }
    read_host(f, wanted, a, out);
    return 0;
}
