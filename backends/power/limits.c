/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a Xen host hasn't got of the knobs of power, and why; and what `doctor` says. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_power/host.h"
#include "base/str.h"

static const char *no_clamp(struct xd_pw *p)
{
    char *text;

    errno = 0;
    text = xd_pw_param(p, "powerclamp");
    free(text);
    if (text)
        return NULL;
    if (!p->hypfs || errno == ENOSYS || errno == EOPNOTSUPP)
        return "this hypervisor is built without its file system (CONFIG_HYPFS), through which a "
               "power clamp is set";
    if (errno == ENOENT)
        return "this hypervisor has no power clamp (xen/patches has one)";
    snprintf(p->clamp_reason, sizeof(p->clamp_reason),
             "/params/powerclamp of Xen's file system can't be read: %s",
             strerror(errno ? errno : EIO));
    return p->clamp_reason;
}

static const char *no_cstate(struct xd_pw *p)
{
    int n = xd_pw_max_cstate(p);

    if (n >= 0)
        return NULL;
    snprintf(p->cstate_reason, sizeof(p->cstate_reason),
             "Xen tells no bound for C-states that has a name here (%s)", strerror(-n));
    return p->cstate_reason;
}

static const char *no_sched_smt(struct xd_pw *p)
{
    return "Xen tells what it is only by setting it (xenpm set-sched-smt): it could be neither "
           "read back nor taken back";
}

static const char *no_freq(struct xd_pw *p)
{
    return xd_pw_has_freq(p) ? NULL : p->freq_reason;
}

static const char *no_turbo(struct xd_pw *p)
{
    const char *why = no_freq(p);

    return why ? why
           : p->driver.has_turbo
               ? NULL
               : "these processors have no turbo, or their driver doesn't switch it";
}

static const char *no_limit(struct xd_pw *p)
{
    xen_commandline_t line = {0};
    uint64_t value;
    int rc;

    if (p->vendor != XD_PW_INTEL)
        return "Xen sets limits of power of Intel's processors only, and these are others";
    if (!p->n_sockets && xd_pw_cpus(p, NULL) < 0)
        return "Xen doesn't tell about its pCPUs";
    rc = xd_pw_msr_read(p, 0, XD_MSR_RAPL_UNIT, &value);
    if (rc == 0 && value == 0)
        return "this processor has no registers of limits of power";
    if (rc == 0)
        rc = xd_pw_msr_read(p, 0, XD_MSR_PKG_LIMIT, &value);
    if (rc < 0) {
        snprintf(p->limit_reason, sizeof(p->limit_reason),
                 "Xen gives dom0 no access to the packages' limits (%s): xen/patches has a "
                 "hypervisor that does, where the processor has them",
                 strerror(-rc));
        return p->limit_reason;
    }
    if (xd_rapl_limit_locked(value))
        return "the firmware has locked the packages' limits until the next boot";
    if (xc_version(p->xc, XENVER_commandline, &line) < 0 || !strstr(line, "dom0-power-limits"))
        return "dom0 may read the packages' limits and not set them: dom0-power-limits is not on "
               "Xen's command line";
    return NULL;
}

static const char *(*const limits[XD_PKNOB_N])(struct xd_pw *p) = {
    [XD_PKNOB_CLAMP] = no_clamp,       [XD_PKNOB_CLAMP_WINDOW] = no_clamp,
    [XD_PKNOB_CLAMP_CPUS] = no_clamp,  [XD_PKNOB_CLAMP_NATURAL] = no_clamp,
    [XD_PKNOB_MAX_CSTATE] = no_cstate, [XD_PKNOB_SCHED_SMT] = no_sched_smt,
    [XD_PKNOB_LIMIT] = no_limit,       [XD_PKNOB_GOVERNOR] = no_freq,
    [XD_PKNOB_FREQ_MIN] = no_freq,     [XD_PKNOB_FREQ_MAX] = no_freq,
    [XD_PKNOB_TURBO] = no_turbo,       [XD_PKNOB_POOL_GOVERNOR] = no_freq,
};

const char *xd_pw_limit(void *self, int knob)
{
    return knob >= 0 && knob < XD_PKNOB_N ? limits[knob](self) : NULL;
}

/* Packages' counters, which no knob stands for. */
static const char *no_energy(struct xd_pw *p)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_readings l = {.a = &a};
    const char *why = NULL;

    if (!p->n_sockets && xd_pw_cpus(p, NULL) < 0)
        return "Xen doesn't tell about its pCPUs";
    xd_pw_msr_sensors(p, XD_READS_POWER, xd_clock_now(p->env->clock), &l);
    for (size_t i = 0; i < l.n && !why; i++) {
        if (!l.r[i].trouble)
            continue;
        snprintf(p->no_msr, sizeof(p->no_msr), "%s: %s", l.r[i].name, l.r[i].trouble);
        why = p->no_msr;
    }
    xd_arena_done(&a);
    return p->no_msr_ns ? p->no_msr : why;
}

static void put_check(struct xd_builder *b, const char *name, const char *why, const char *there)
{
    xd_build_check(b, "power", name, why ? XD_CHECK_ABSENT : XD_CHECK_OK, why ? why : there, NULL);
}

void xd_pw_doctor(void *self, struct xd_builder *b)
{
    static const struct {
        int knob;
        const char *name, *there;
    } checks[] = {
        {XD_PKNOB_CLAMP, "power clamp", "idle time can be injected"},
        {XD_PKNOB_GOVERNOR, "frequencies", "Xen drives them"},
        {XD_PKNOB_MAX_CSTATE, "C-states", "the deepest can be chosen"},
        {XD_PKNOB_LIMIT, "limits of power", "packages can be told one"},
    };

    if (!self)
        return;
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        put_check(b, checks[i].name, xd_pw_limit(self, checks[i].knob), checks[i].there);
    put_check(b, "energy", no_energy(self), "packages count theirs");
}
