/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the hypervisor says of idle time, frequencies, C-states and its power clamp: see host.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_power/host.h"
#include "base/str.h"

#define KEPT_NS   (10 * XD_NS_PER_S) /* drivers of frequencies come, when dom0 has booted */
#define FREQS_MAX 256
#define GOVS_MAX  32

/* --- pCPUs --- */

static void note_socket(struct xd_pw *p, unsigned cpu, unsigned socket)
{
    p->cpu[cpu].socket = socket;
    if (socket >= XD_PW_SOCKETS_MAX)
        return;
    if (socket >= p->n_sockets)
        p->n_sockets = socket + 1;
    p->had_socket[socket] = true;
    if (p->first_cpu[socket] == UINT32_MAX)
        p->first_cpu[socket] = cpu;
}

static int where(struct xd_pw *p)
{
    unsigned n = p->n_cpus;
    xc_cputopo_t *topo = xd_malloc(n * sizeof(*topo));
    int rc = xc_cputopoinfo(p->xc, &n, topo) < 0 ? -errno : 0;

    p->n_sockets = 0;
    for (unsigned s = 0; s < XD_PW_SOCKETS_MAX; s++)
        p->first_cpu[s] = UINT32_MAX;
    for (unsigned i = 0; i < p->n_cpus; i++) {
        p->cpu[i].online = rc == 0 && i < n && topo[i].core != XEN_INVALID_CORE_ID;
        if (p->cpu[i].online)
            note_socket(p, i, topo[i].socket);
    }
    free(topo);
    return rc;
}

int xd_pw_cpus(struct xd_pw *p, struct xd_err *err)
{
    xc_cpuinfo_t *info = xd_malloc(p->n_cpus * sizeof(*info));
    int n = 0, rc = where(p);

    if (rc == 0 && xc_getcpuinfo(p->xc, (int)p->n_cpus, info, &n) < 0)
        rc = -errno;
    p->idle_at_ns = xd_clock_now(p->env->clock);
    for (int i = 0; rc == 0 && i < n && i < (int)p->n_cpus; i++)
        if (info[i].idletime > p->cpu[i].idle_ns)
            p->cpu[i].idle_ns = info[i].idletime;
    free(info);
    if (rc < 0)
        return xd_err_set(err, rc, "Xen doesn't tell about its pCPUs: %s", strerror(-rc));
    return 0;
}

/* --- frequencies --- */

static const char *governors(const char *list, unsigned n, struct xd_arena *a)
{
    struct xd_buf b = XD_BUF_INIT;
    const char *text;

    for (unsigned i = 0; i < n; i++)
        xd_buf_printf(&b, "%s%.*s", i ? " " : "",
                      (int)strnlen(list + i * CPUFREQ_NAME_LEN, CPUFREQ_NAME_LEN),
                      list + i * CPUFREQ_NAME_LEN);
    text = n ? xd_arena_strdup(a, xd_buf_str(&b)) : NULL;
    xd_buf_done(&b);
    return text;
}

static const char *name_of(const char text[CPUFREQ_NAME_LEN], struct xd_arena *a)
{
    size_t n = strnlen(text, CPUFREQ_NAME_LEN);

    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\n'))
        n--;
    return n ? xd_arena_strndup(a, text, n) : NULL;
}

/* Into as much room as was enough last time; where it isn't, Xen says how much it needs. */
static int get_para(struct xd_pw *p, unsigned cpu, struct xd_arena *a,
                    struct xc_get_cpufreq_para *out)
{
    int errnum = EAGAIN;

    *out = (struct xc_get_cpufreq_para){
        .cpu_num = p->cpu_num, .freq_num = p->freq_num, .gov_num = p->gov_num};
    for (int round = 0; errnum == EAGAIN && round < 2; round++) {
        if (out->cpu_num > XD_CPUSET_MAX || out->freq_num > FREQS_MAX || out->gov_num > GOVS_MAX)
            return -EIO;
        out->affected_cpus = xd_arena_array(a, out->cpu_num + 1, sizeof(uint32_t));
        out->scaling_available_frequencies = xd_arena_array(a, out->freq_num + 1, sizeof(uint32_t));
        out->scaling_available_governors = xd_arena_alloc(a, (out->gov_num + 1) * CPUFREQ_NAME_LEN);
        errno = 0;
        errnum = xc_get_cpufreq_para(p->xc, (int)cpu, out) == 0 ? 0 : errno ? errno : EIO;
    }
    if (errnum)
        return -errnum;
    p->cpu_num = out->cpu_num;
    p->freq_num = out->freq_num;
    p->gov_num = out->gov_num;
    return 0;
}

static int ask_freq(struct xd_pw *p, unsigned cpu, struct xd_arena *a, struct xd_pw_freq *out)
{
    struct xc_get_cpufreq_para para;
    int rc = get_para(p, cpu, a, &para);

    *out = (struct xd_pw_freq){0};
    if (rc < 0)
        return rc;
    out->driver = name_of(para.scaling_driver, a);
    out->governor = name_of(para.scaling_governor, a);
    out->governors = governors(para.scaling_available_governors, para.gov_num, a);
    out->min_khz = para.scaling_min_freq;
    out->max_khz = para.scaling_max_freq;
    out->least_khz = para.cpuinfo_min_freq;
    out->most_khz = para.cpuinfo_max_freq;
    out->has_turbo = para.turbo_enabled != 0; /* CPUFREQ_TURBO_UNSUPPORTED */
    out->turbo = para.turbo_enabled > 0;
    return 0;
}

int xd_pw_freq(struct xd_pw *p, unsigned cpu, struct xd_arena *a, struct xd_pw_freq *out)
{
    struct xd_pw_asked *k = p->asked && cpu < p->n_cpus ? &p->asked[cpu] : NULL;

    if (!k)
        return ask_freq(p, cpu, a, out);
    if (!k->is)
        k->rc = ask_freq(p, cpu, a, &k->told);
    k->is = true;
    *out = k->told;
    return k->rc;
}

static void ask_driver(struct xd_pw *p)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_pw_freq f;
    int rc = ask_freq(p, 0, &a, &f);

    p->driver.there = rc == 0;
    p->driver.has_turbo = f.has_turbo;
    snprintf(p->driver.name, sizeof(p->driver.name), "%s", f.driver ? f.driver : "");
    snprintf(p->driver.governors, sizeof(p->driver.governors), "%s",
             f.governors ? f.governors : "");
    xd_arena_done(&a);
    if (rc < 0)
        snprintf(p->freq_reason, sizeof(p->freq_reason),
                 "Xen drives no frequencies here (%s): dom0 has told it no P-states from ACPI, or "
                 "it was booted with cpufreq=none",
                 strerror(-rc));
}

bool xd_pw_has_freq(struct xd_pw *p)
{
    int64_t now = xd_clock_now(p->env->clock);

    if (!p->driver.asked_ns || now - p->driver.asked_ns >= KEPT_NS) {
        ask_driver(p);
        p->driver.asked_ns = now ? now : 1;
    }
    return p->driver.there;
}

const char *xd_pw_common_governor(struct xd_pw *p, const struct xd_cpuset *cpus, struct xd_arena *a)
{
    const char *common = NULL;
    struct xd_pw_freq f;

    for (int c = xd_cpuset_next(cpus, 0); c >= 0; c = xd_cpuset_next(cpus, (unsigned)c + 1)) {
        if (xd_pw_freq(p, (unsigned)c, a, &f) < 0 || !f.governor)
            return NULL;
        if (common && !xd_streq(common, f.governor))
            return NULL;
        common = f.governor;
    }
    return common;
}

int xd_pw_pool_cpus(struct xd_pw *p, uint32_t pool, struct xd_cpuset *out)
{
    xc_cpupoolinfo_t *info = xc_cpupool_getinfo(p->xc, pool);
    bool found = info && info->cpupool_id == pool; /* it gives the next one where there is none */

    xd_cpuset_zero(out);
    for (unsigned i = 0; found && i < p->n_cpus; i++)
        if (info->cpumap[i / 8] >> (i % 8) & 1)
            xd_cpuset_add(out, i);
    if (info)
        xc_cpupool_infofree(p->xc, info);
    return found ? 0 : -ESRCH;
}

/* --- C-states --- */

int xd_pw_max_cstate(struct xd_pw *p)
{
    uint32_t n;

    errno = 0;
    if (xc_get_cpuidle_max_cstate(p->xc, &n) < 0)
        return -(errno ? errno : EIO);
    return n == XEN_SYSCTL_CX_UNLIMITED ? XD_CSTATE_UNLIMITED
           : n <= XD_CSTATE_DEEPEST     ? (int)n
                                        : -ERANGE;
}

/* --- the clamp --- */

char *xd_pw_param(struct xd_pw *p, const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "/params/%s", name);
    return p->hypfs ? xenhypfs_read(p->hypfs, path) : NULL;
}

int xd_pw_parse_clamped(const struct xd_pw *p, const char *text, struct xd_cpuset *out)
{
    return xd_cpuset_parse(text, p->n_cpus, out, NULL);
}

/* Injected time that shrinks is told once: what was found then is what the next is held against. */
static int check_growth(struct xd_pw *p, const struct xd_clamp_stat *now, struct xd_err *err)
{
    int rc = 0;

    for (unsigned i = 0; i < p->n_cpus && i < now->n; i++) {
        if (!now->cpu[i].told)
            continue;
        if (rc == 0)
            rc = xd_clamp_stat_follows(now, i, p->cpu[i].injected_ns, err);
        p->cpu[i].injected_ns = now->cpu[i].injected_ns;
    }
    return rc;
}

int xd_pw_clamp(struct xd_pw *p, struct xd_arena *a, struct xd_clamp_stat *out, struct xd_err *err)
{
    static const char path[] = "/powerclamp/stat";
    char *text;
    int rc;

    *out = (struct xd_clamp_stat){0};
    if (!p->hypfs)
        return -ENOTSUP;
    errno = 0;
    text = xenhypfs_read(p->hypfs, path);
    if (!text && (errno == ENOENT || errno == ENOSYS || errno == EOPNOTSUPP))
        return -ENOTSUP;
    if (!text)
        return xd_err_set(err, -(errno ? errno : EIO), "%s can't be read: %s", path,
                          strerror(errno ? errno : EIO));
    rc = xd_clamp_stat_parse(text, strlen(text), a, out, err);
    if (rc == 0)
        rc = check_growth(p, out, err);
    free(text);
    return rc;
}
