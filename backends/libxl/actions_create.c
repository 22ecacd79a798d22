/* SPDX-License-Identifier: GPL-2.0-or-later */
/* create: checks what a config file asks for against this host, and hands it to xl, which has to
 * stay for as long as the guest lives: it restarts it when it reboots, as its config says. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend_libxl/actions_device.h"
#include "backend_libxl/create.h"
#include "backend_libxl/device_spec.h"
#include "backend_libxl/known.h"
#include "model/xenknobs.h"

/* --- what a preview asks of the host --- */

static int host_file(void *self, const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return -errno;
    return S_ISREG(st.st_mode) || S_ISBLK(st.st_mode) ? 0 : -EINVAL;
}

static bool host_bridge(void *self, const char *name)
{
    char path[320];

    if (!name[0] || strchr(name, '/'))
        return false;
    snprintf(path, sizeof(path), "/sys/class/net/%s", name);
    return access(path, F_OK) == 0;
}

static bool host_pool(void *self, const char *name)
{
    struct xd_xl *x = self;
    uint32_t pool;

    return libxl_cpupool_qualifier_to_cpupoolid(x->ctx, name, &pool, NULL) == 0;
}

static bool host_taken(void *self, const struct xd_xl_config *c, bool by_uuid)
{
    struct xd_xl *x = self;
    const xc_domaininfo_t *list;
    uint32_t domid;
    size_t n;

    if (!by_uuid)
        return libxl_name_to_domid(x->ctx, c->name, &domid) == 0;
    if (xd_xl_list_domains(x, &list, &n, NULL) < 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (memcmp(list[i].handle, c->uuid, sizeof(c->uuid)) == 0)
            return true;
    return false;
}

static bool same_target(const struct stat *a, const char *path)
{
    struct stat b;

    if (!path || !path[0] || stat(path, &b) < 0)
        return false;
    return S_ISBLK(a->st_mode) && S_ISBLK(b.st_mode)
               ? a->st_rdev == b.st_rdev
               : a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

static bool uses(struct xd_xl *x, uint32_t domid, const struct stat *target, bool *writes)
{
    libxl_device_disk *disks;
    int n = 0;
    bool found = false;

    disks = libxl_device_disk_list(x->ctx, domid, &n);
    for (int i = 0; disks && i < n; i++) {
        if (!same_target(target, disks[i].pdev_path))
            continue;
        *writes = (found && *writes) || disks[i].readwrite;
        found = true;
    }
    if (disks)
        libxl_device_disk_list_free(disks, n);
    return found;
}

static bool host_disk_user(void *self, const char *target, char *name, size_t size, bool *writes)
{
    struct xd_xl *x = self;
    const xc_domaininfo_t *list;
    struct stat st;
    size_t n;

    if (stat(target, &st) < 0 || xd_xl_list_domains(x, &list, &n, NULL) < 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        char *text;

        if (!list[i].domain || !uses(x, list[i].domain, &st, writes))
            continue;
        text = libxl_domid_to_name(x->ctx, list[i].domain);
        xd_str_safe_to(name, size, text ? text : "?");
        free(text);
        return true;
    }
    return false;
}

static bool host_assignable(void *self, const char *text)
{
    struct xd_bdf bdf;

    return xd_xl_bdf_parse(text, &bdf, NULL) == 0 && xd_xl_pciback_has(&bdf);
}

/* Without a bound on Domain-0's memory xl takes from it what a new domain needs (xl.conf(5)). */
static bool balloons(struct xd_xl *x, const struct xd_xl_defaults *defaults)
{
    const libxl_version_info *version;

    if (strcmp(defaults->autoballoon, "auto") != 0)
        return strcmp(defaults->autoballoon, "off") != 0 && strcmp(defaults->autoballoon, "0") != 0;
    version = libxl_get_version_info(x->ctx);
    return version && version->commandline && !strstr(version->commandline, "dom0_mem=");
}

static void ask_memory(struct xd_xl *x, struct xd_xl_host *h)
{
    libxl_physinfo info;

    libxl_physinfo_init(&info);
    h->have_free = libxl_get_physinfo(x->ctx, &info) == 0;
    if (h->have_free)
        h->free_kib = info.free_pages * (XC_PAGE_SIZE >> 10);
    libxl_physinfo_dispose(&info);
}

static bool stopping(void *self)
{
    const struct xd_xl *x = self;

    return x->env->stopping(x->env);
}

/* There is more in a config file than is looked at here: xl reads it too, and makes nothing. */
static int ask_xl(struct xd_xl *x, const struct xd_xl_config *c, const char *monitor,
                  struct xd_err *err)
{
    const char *argv[] = {monitor, "-N", "create", "-q", c->file, NULL};
    struct xd_xl_child child = {.argv = argv, .stop = stopping, .self = x};
    struct xd_buf said = XD_BUF_INIT;
    char why[300];
    int rc = xd_xl_child_run(&child, &said, err);

    if (rc > 0) {
        xd_xl_why(xd_buf_str(&said), why, sizeof(why));
        rc = xd_err_set(err, -EINVAL, "%s: xl does not take it: %s", c->file, why);
    } else if (rc == -ECANCELED) {
        xd_err_set(err, rc, "%s: the program ends", c->file);
    }
    xd_buf_done(&said);
    return rc;
}

/* Reads the file and holds it against the host. c is to be disposed of in any case. */
static int look(struct xd_xl *x, const struct xd_value *params, struct xd_xl_config *c,
                char monitor[512], struct xd_buf *out, struct xd_err *err)
{
    struct xd_xl_host h = {.self = x,
                           .file = host_file,
                           .bridge = host_bridge,
                           .pool = host_pool,
                           .taken = host_taken,
                           .disk_user = host_disk_user,
                           .assignable = host_assignable,
                           .monitor = monitor};
    struct xd_xl_defaults defaults;
    int rc = xd_xl_config_read(xd_xl_param_text(&params[XD_CREATE_FILE]), c, err);

    if (rc < 0)
        return rc;
    xd_xl_defaults_read(&defaults);
    h.bridge_of_nics = defaults.bridge;
    h.balloons = balloons(x, &defaults);
    ask_memory(x, &h);
    xd_xl_program("xl", monitor, 512);
    rc = xd_xl_preview_text(c, &h, xd_xl_param_yes(&params[XD_CREATE_PAUSED]), out, err);
    return rc < 0 ? rc : ask_xl(x, c, monitor, err);
}

int xd_xl_look_at(struct xd_xl *x, const char *file, char monitor[512], struct xd_err *err)
{
    const struct xd_value params[] = {
        [XD_CREATE_FILE] = {.have = true, .type = XD_STR, .cell.s = file},
        [XD_CREATE_PAUSED] = {.have = true, .type = XD_BOOL, .cell.b = true}};
    struct xd_buf text = XD_BUF_INIT;
    struct xd_xl_config c;
    int rc = look(x, params, &c, monitor, &text, err);

    xd_xl_config_done(&c);
    xd_buf_done(&text);
    return rc;
}

int xd_xl_preview_create(struct xd_xl *x, const struct xd_value *params, struct xd_buf *out,
                         struct xd_err *err)
{
    struct xd_xl_config c;
    char monitor[512];
    int rc = look(x, params, &c, monitor, out, err);

    xd_xl_config_done(&c);
    return rc;
}

/* --- making it --- */

static bool stop(void *self)
{
    const struct xd_xl_doing *d = self;

    if (d->p)
        d->p->report(d->p, -1, "xl makes the domain");
    return (d->p && d->p->cancelled(d->p)) || d->x->env->stopping(d->x->env);
}

static void line(void *self, const char *text)
{
    const struct xd_xl_doing *d = self;

    xd_log_write(d->x->env->log, XD_LOG_INFO, "xl", "%s", text);
}

static int start_destroy(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    return libxl_domain_destroy(ctx, domid, how);
}

/* An xl that was ended half-way leaves a domain that nobody watches. That name was free before. */
static int stopped(const struct xd_xl_doing *d, const struct xd_xl_config *c, struct xd_err *err)
{
    uint32_t domid;

    if (libxl_name_to_domid(d->x->ctx, c->name, &domid) != 0)
        return xd_err_set(err, -ECANCELED, "xl was ended before it had made domain %s", c->name);
    if (xd_xl_operate(d->x, &(struct xd_xl_op){.start = start_destroy, .domid = domid}, NULL) < 0)
        return xd_err_set(err, -ECANCELED,
                          "xl was ended; what it had made of domain %s (domid %u) could not be "
                          "destroyed: do that with destroy",
                          c->name, domid);
    return xd_err_set(err, -ECANCELED,
                      "xl was ended, and what it had made of domain %s is destroyed", c->name);
}

static int run(const struct xd_xl_doing *d, const struct xd_xl_config *c, const char *monitor,
               struct xd_err *err)
{
    bool paused = xd_xl_param_yes(&d->params[XD_CREATE_PAUSED]);
    const char *argv[] = {monitor, "create", "-q", paused ? "-p" : c->file, paused ? c->file : NULL,
                          NULL};
    struct xd_xl_child child = {.argv = argv, .stop = stop, .line = line, .self = (void *)d};
    struct xd_buf said = XD_BUF_INIT;
    char why[300];
    int rc = xd_xl_child_run(&child, &said, err);

    if (rc == -ECANCELED) {
        rc = stopped(d, c, err);
    } else if (rc > 0) {
        xd_xl_why(xd_buf_str(&said), why, sizeof(why));
        /* xl takes away what it had made of it: then it is as if it had been refused. */
        rc = xd_err_set(err, host_taken(d->x, c, false) ? -EIO : -EINVAL,
                        "xl did not make domain %s from %s: %s", c->name, c->file,
                        why[0] ? why : "it gives no reason (its words are in the log)");
    }
    xd_buf_done(&said);
    return rc;
}

/* Which domain it became. One that has ended since was made all the same. */
static void note_made(struct xd_xl *x, const char *name, struct xd_xl_deed *deed)
{
    const xc_domaininfo_t *list;
    uint32_t domid;
    size_t n;

    if (libxl_name_to_domid(x->ctx, name, &domid) != 0 ||
        xd_xl_list_domains(x, &list, &n, NULL) < 0)
        return;
    for (size_t i = 0; i < n; i++)
        if (list[i].domain == domid)
            xd_xl_deed_domain(deed, &list[i]);
}

int xd_xl_act_create(const struct xd_xl_doing *d, struct xd_err *err)
{
    struct xd_buf text = XD_BUF_INIT;
    struct xd_xl_config c;
    char monitor[512];
    int rc = look(d->x, d->params, &c, monitor, &text, err);

    if (rc == 0) {
        xd_xl_deed_subject(d->deed, c.name);
        d->deed->number = xd_xl_param_yes(&d->params[XD_CREATE_PAUSED]);
        xd_log_write(d->x->env->log, XD_LOG_INFO, "libxl", "create of %s from %s", c.name, c.file);
        rc = run(d, &c, monitor, err);
    }
    if (rc == 0)
        note_made(d->x, c.name, d->deed);
    xd_buf_done(&text);
    xd_xl_config_done(&c);
    return rc;
}

int xd_xl_seen_create(struct xd_xl *x, const struct xd_object *o, const struct xd_xl_deed *deed,
                      struct xd_err *err)
{
    const xc_domaininfo_t *list;
    size_t n;
    int rc;

    if (!deed->have_domain)
        return 0;
    rc = xd_xl_list_domains(x, &list, &n, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < n; i++)
        if (list[i].domain == deed->domid &&
            memcmp(list[i].handle, deed->uuid, sizeof(deed->uuid)) == 0)
            return !!(xd_xl_flags(&list[i]) & XD_XL_PAUSED) == (deed->number == 1);
    return 1;
}
