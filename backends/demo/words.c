/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the simulated hypervisor says (its console ring) and the parameters that it takes while it
 * runs (hypfs), after those of Xen 4.17. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_demo/host.h"
#include "base/str.h"

/* --- the console ring --- */

static const char stamps[] = "/params/console_timestamps";

static const char *value_of(const struct xd_demo_host *h, const char *path)
{
    for (size_t i = 0; i < h->n_params; i++) {
        if (xd_streq(h->params[i].path, path))
            return h->params[i].value;
    }
    return "";
}

static void add_line(struct xd_demo_host *h, char *line)
{
    char **at = &h->dmesg[h->n_dmesg++ % XD_DEMO_DMESG_MAX];

    free(*at);
    *at = line;
}

void xd_demo_dmesg(struct xd_demo_host *h, const char *fmt, ...)
{
    int64_t us = ((int64_t)h->scenario->host.uptime_ns + h->t_ns) / 1000;
    struct xd_buf b = XD_BUF_INIT;
    char text[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (xd_streq(value_of(h, stamps), "boot"))
        xd_buf_printf(&b, "(XEN) [%6lld.%06lld] %s", (long long)(us / 1000000),
                      (long long)(us % 1000000), text);
    else
        xd_buf_printf(&b, "(XEN) %s", text);
    add_line(h, b.s);
}

static void boot_lines(struct xd_demo_host *h)
{
    const struct xd_demo_scenario *s = h->scenario;

    xd_demo_dmesg(h, "Xen version %s (simulated)", s->host.xen);
    xd_demo_dmesg(h, "Bootloader: none: this host is simulated");
    xd_demo_dmesg(h, "System RAM: %lluMB (%llukB)", (unsigned long long)(s->host.memory_kib >> 10),
                  (unsigned long long)s->host.memory_kib);
    for (unsigned i = 0; i < s->n_nodes && s->n_nodes > 1; i++)
        xd_demo_dmesg(h, "NUMA: node %u of %u", i, s->n_nodes);
    xd_demo_dmesg(h, "Using scheduler: %s (simulated)", xd_demo_pool_sched(h, 0));
    xd_demo_dmesg(h, "CPU0: %s", s->host.cpu);
    xd_demo_dmesg(h, "Brought up %u CPUs", s->n_pcpus);
    xd_demo_dmesg(h, "Scheduling granularity: cpu, 1 CPU per sched-resource");
    xd_demo_dmesg(h, "*** LOADING DOMAIN 0 ***");
    xd_demo_dmesg(h, "Dom0 has maximum %zu VCPUs", h->domains[0]->n_vcpus);
    xd_demo_dmesg(h, "*** Serial input to DOM0 (type 'CTRL-a' three times to switch input)");
}

/* --- parameters --- */

static bool is_word(const char *word, size_t n, const char *const *words)
{
    for (; *words; words++) {
        if (strlen(*words) == n && strncmp(*words, word, n) == 0)
            return true;
    }
    return false;
}

/* "warning" or "none/warning": what is always shown, and what may be left out where there is much.
 */
static int check_level(const char *text, struct xd_err *err)
{
    static const char *const words[] = {"none", "error", "warning", "info", "all", NULL};
    const char *slash = strchr(text, '/');
    size_t n = slash ? (size_t)(slash - text) : strlen(text);

    if (is_word(text, n, words) && (!slash || is_word(slash + 1, strlen(slash + 1), words)))
        return 0;
    return xd_err_set(err, -EINVAL,
                      "wanted none, error, warning, info or all, or two of them with "
                      "a slash between");
}

static int check_stamps(const char *text, struct xd_err *err)
{
    static const char *const words[] = {"none", "date", "datems", "boot", "raw", NULL};

    if (is_word(text, strlen(text), words))
        return 0;
    return xd_err_set(err, -EINVAL, "wanted none, date, datems, boot or raw");
}

static int check_pcid(const char *text, struct xd_err *err)
{
    static const char *const words[] = {"0", "1", "xpti", "noxpti", NULL};

    if (is_word(text, strlen(text), words))
        return 0;
    return xd_err_set(err, -EINVAL, "wanted 0, 1, xpti or noxpti");
}

static int check_bool(const char *text, struct xd_err *err)
{
    if (xd_streq(text, "0") || xd_streq(text, "1"))
        return 0;
    return xd_err_set(err, -EINVAL, "wanted 0 or 1");
}

static int check_frames(const char *text, struct xd_err *err)
{
    uint64_t n;

    /* Written as it will be read. */
    if (xd_parse_u64(text, &n) == 0 && n >= 1 && n <= 65536 && (text[0] != '0'))
        return 0;
    return xd_err_set(err, -EINVAL, "wanted a whole number from 1 to 65536");
}

static int check_keys(const char *text, struct xd_err *err)
{
    for (const char *s = text; *s; s++) {
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-", *s))
            return xd_err_set(err, -EINVAL,
                              "wanted debug keys, which are letters and digits, and + "
                              "between");
    }
    return 0;
}

static const struct {
    const char *path, *type, *value;
    int (*check)(const char *text, struct xd_err *err); /* NULL: read only */
} known[] = {
    {"/buildinfo/changeset", "string", "simulated", NULL},
    {"/buildinfo/compile_info/compile_by", "string", "demo", NULL},
    {"/buildinfo/version/major", "uint", "", NULL}, /* these three from the scenario */
    {"/buildinfo/version/minor", "uint", "", NULL},
    {"/buildinfo/version/extra", "string", "", NULL},
    {"/cpupool/0/sched-gran", "string", "cpu", NULL},
    {stamps, "string", "none", check_stamps},
    {"/params/conswitch", "string", "a", check_keys},
    {"/params/crash-debug-panic", "string", "", check_keys},
    {"/params/global-pages", "bool", "1", check_bool},
    {"/params/gnttab_max_frames", "string", "64", check_frames},
    {"/params/gnttab_max_maptrack_frames", "string", "1024", check_frames},
    {"/params/guest_loglvl", "string", "none/warning", check_level},
    {"/params/loglvl", "string", "warning", check_level},
    {"/params/pcid", "string", "xpti", check_pcid},
};

int xd_demo_check_param(const struct xd_demo_param *p, const char *text, struct xd_err *err)
{
    char found[64];
    int rc;

    if (!p->writable)
        return xd_err_set(err, -EPERM, "%s can only be read", p->path);
    xd_str_safe_to(found, sizeof(found), text);
    if (strlen(text) >= sizeof(p->value))
        return xd_err_set(err, -EINVAL, "%s: wanted at most %zu bytes, found %zu", p->path,
                          sizeof(p->value) - 1, strlen(text));
    rc = p->check(text, err);
    if (rc)
        xd_err_prefix(err, "%s: \"%s\": ", p->path, found);
    return rc;
}

static void put_version(struct xd_demo_host *h)
{
    const char *v = h->scenario->host.xen;
    size_t major = strcspn(v, "."), minor;

    snprintf(h->params[2].value, sizeof(h->params[2].value), "%.*s", (int)major, v);
    v += major + (v[major] == '.');
    minor = strcspn(v, ".");
    snprintf(h->params[3].value, sizeof(h->params[3].value), "%.*s", (int)minor, v);
    snprintf(h->params[4].value, sizeof(h->params[4].value), "%.32s", v + minor);
}

void xd_demo_words_make(struct xd_demo_host *h)
{
    _Static_assert(sizeof(known) / sizeof(known[0]) <= XD_DEMO_PARAMS_MAX, "params don't fit");

    h->n_params = sizeof(known) / sizeof(known[0]);
    for (size_t i = 0; i < h->n_params; i++) {
        h->params[i] = (struct xd_demo_param){.path = known[i].path,
                                              .type = known[i].type,
                                              .writable = known[i].check,
                                              .check = known[i].check};
        snprintf(h->params[i].value, sizeof(h->params[i].value), "%s", known[i].value);
    }
    put_version(h);
    boot_lines(h);
}

void xd_demo_words_done(struct xd_demo_host *h)
{
    for (size_t i = 0; i < XD_DEMO_DMESG_MAX; i++)
        free(h->dmesg[i]);
}
