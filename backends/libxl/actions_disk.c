/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks of running guests: attach, detach, and the medium of a CD drive. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backend_libxl/actions_device.h"
#include "backend_libxl/device_spec.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/xenknobs.h"

#define KIND     "vbd"
#define NOT_DOM0 "it serves disks and mounts files by itself"

static int start_add(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    return libxl_device_disk_add(ctx, domid, arg, how);
}

/* Gives up after some seconds where the guest keeps it. */
static int start_ask(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    return libxl_device_disk_safe_remove(ctx, domid, arg, how);
}

static int start_take(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    return libxl_device_disk_destroy(ctx, domid, arg, how);
}

static int start_insert(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    return libxl_cdrom_insert(ctx, domid, arg, how);
}

static struct xd_xl_removal removal(const char *what, uint32_t domid, libxl_device_disk *disk)
{
    return xd_xl_removal_of(what, KIND, domid, disk, start_ask, start_take);
}

static void describe(const struct xd_xl_found *f, const char *vdev, char *out, size_t size)
{
    char words[256];

    snprintf(words, sizeof(words), "disk %.40s of %s", vdev, f->what);
    xd_str_safe_to(out, size, words);
}

/* --- attaching --- */

/* Where another domain serves the disk (elsewhere), or a script makes it of the target, that is no
 * file of ours. */
static int check_target(const char *what, const char *target, bool cdrom, bool elsewhere,
                        struct xd_err *err)
{
    struct stat st;

    if (!target[0])
        return cdrom ? 0
                     : xd_err_set(err, -EINVAL,
                                  "%s: only a CD drive can be empty: name a file or a block device",
                                  what);
    if (elsewhere)
        return 0;
    if (stat(target, &st) < 0)
        return xd_err_set(err, -EINVAL, "%s: %s: %s", what, target, strerror(errno));
    if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
        return xd_err_set(err, -EINVAL, "%s: %s is neither a file nor a block device", what,
                          target);
    return 0;
}

/* Who serves it, and how. */
static int fill_setup(const struct xd_xl_doing *d, const char *what, libxl_device_disk *disk,
                      struct xd_err *err)
{
    const char *type = xd_xl_param_text(&d->params[XD_DISK_ATTACH_BACKENDTYPE]);
    const char *script = xd_xl_param_text(&d->params[XD_DISK_ATTACH_SCRIPT]);
    const struct xd_value *discard = &d->params[XD_DISK_ATTACH_DISCARD];

    if (type[0] && libxl_disk_backend_from_string(type, &disk->backend) < 0)
        return xd_err_set(err, -EINVAL, "%s: \"%s\" serves no disks: phy or qdisk does", what,
                          type);
    disk->script = script[0] ? xd_strdup(script) : NULL;
    if (discard->have && discard->cell.u != XD_DISCARD_USUAL)
        libxl_defbool_set(&disk->discard_enable, discard->cell.u == XD_DISCARD_YES);
    return 0;
}

static int fill(const struct xd_xl_doing *d, const char *what, libxl_device_disk *disk,
                struct xd_err *err)
{
    const char *target = xd_xl_param_text(&d->params[XD_DISK_ATTACH_TARGET]);
    const char *format = xd_xl_param_text(&d->params[XD_DISK_ATTACH_FORMAT]);
    const char *backend = xd_xl_param_text(&d->params[XD_DISK_ATTACH_BACKEND]);
    bool cdrom = xd_xl_param_yes(&d->params[XD_DISK_ATTACH_CDROM]);
    struct xd_xl_found server;
    int rc = 0;

    if (backend[0]) {
        rc = xd_xl_find_named(d->x, backend, &server, err);
        if (rc < 0)
            return rc;
        disk->backend_domid = server.info.domain;
    }
    rc = fill_setup(d, what, disk, err);
    if (rc == 0)
        rc = check_target(what, target, cdrom, disk->backend_domid || disk->script, err);
    if (rc < 0)
        return rc;
    if (!target[0])
        disk->format = LIBXL_DISK_FORMAT_EMPTY;
    else if (libxl_disk_format_from_string(format[0] ? format : "raw", &disk->format) < 0)
        return xd_err_set(err, -EINVAL,
                          "%s: \"%s\" is no format of an image: raw, qcow2, qcow, vhd or qed", what,
                          format);
    disk->vdev = xd_strdup(xd_xl_param_text(&d->params[XD_DISK_ATTACH_VDEV]));
    disk->pdev_path = target[0] ? xd_strdup(target) : NULL;
    disk->is_cdrom = disk->removable = cdrom;
    disk->readwrite = !cdrom && !xd_xl_param_yes(&d->params[XD_DISK_ATTACH_READONLY]);
    return 0;
}

static int attach(const struct xd_xl_doing *d, const struct xd_xl_found *f, const char *what,
                  struct xd_err *err)
{
    libxl_device_disk disk;
    struct xd_xl_removal r = removal(what, f->info.domain, &disk);
    int rc;

    libxl_device_disk_init(&disk);
    rc = fill(d, what, &disk, err);
    if (rc == 0) {
        rc = xd_xl_operate(d->x,
                           &(struct xd_xl_op){.start = start_add,
                                              .domid = f->info.domain,
                                              .arg = &disk,
                                              .waiting = "waiting for its backend and its script"},
                           d->p);
        if (rc < 0)
            rc = xd_xl_attach_failed(d, &r, rc, err);
    }
    libxl_device_disk_dispose(&disk);
    return rc;
}

int xd_xl_act_disk_attach(const struct xd_xl_doing *d, struct xd_err *err)
{
    const char *vdev = xd_xl_param_text(&d->params[XD_DISK_ATTACH_VDEV]);
    struct xd_xl_ends ends;
    libxl_domain_type type;
    struct xd_xl_found f;
    char what[256];
    int rc = xd_xl_find_guest(d, NOT_DOM0, &f, &type, err);

    if (rc == 0)
        rc = xd_xl_vdev_parse(vdev, &d->deed->number, err);
    if (rc < 0)
        return rc;
    describe(&f, vdev, what, sizeof(what));
    if (xd_xl_flags(&f.info) & XD_XL_SHUTDOWN)
        return xd_err_set(err, -EINVAL, "%s has shut down: it can't take a disk", f.what);
    xd_xl_ends_read(d->x, f.info.domain, KIND, d->deed->number, &ends);
    if (ends.there)
        return xd_err_set(err, -EALREADY, "%s is there already", what);
    return attach(d, &f, what, err);
}

int xd_xl_seen_disk_attach(struct xd_xl *x, const struct xd_object *o,
                           const struct xd_xl_deed *deed, struct xd_err *err)
{
    return xd_xl_seen_attached(x, KIND, deed, err);
}

/* --- what is there --- */

/* The disk that the object's key names; disk is initialised, and to be disposed of in any case. */
static int find_disk(const struct xd_xl_doing *d, struct xd_xl_found *f, libxl_domain_type *type,
                     libxl_device_disk *disk, char *what, size_t size, struct xd_err *err)
{
    const char *vdev;
    size_t head;
    int rc;

    libxl_device_disk_init(disk);
    if (!xd_xl_key_split(d->o->key, &head, &vdev))
        return xd_err_set(err, -EINVAL, "\"%s\" is no key of a disk", d->o->key);
    rc = xd_xl_find_guest(d, NOT_DOM0, f, type, err);
    if (rc == 0)
        rc = xd_xl_vdev_parse(vdev, &d->deed->number, err);
    if (rc < 0)
        return rc;
    describe(f, vdev, what, size);
    if (libxl_vdev_to_device_disk(d->x->ctx, f->info.domain, vdev, disk) != 0)
        return xd_err_set(err, -ESRCH, "%s is not there any more", what);
    return 0;
}

int xd_xl_act_disk_detach(const struct xd_xl_doing *d, struct xd_err *err)
{
    libxl_device_disk disk;
    libxl_domain_type type;
    struct xd_xl_found f;
    char what[256];
    int rc = find_disk(d, &f, &type, &disk, what, sizeof(what), err);

    if (rc == 0) {
        struct xd_xl_removal r = removal(what, f.info.domain, &disk);

        rc = xd_xl_detach(d, &f, &r, err);
    }
    libxl_device_disk_dispose(&disk);
    return rc;
}

int xd_xl_seen_disk_detach(struct xd_xl *x, const struct xd_object *o,
                           const struct xd_xl_deed *deed, struct xd_err *err)
{
    return xd_xl_seen_detached(x, KIND, deed);
}

/* --- the medium of a CD drive --- */

static int check_cdrom(const struct xd_xl_found *f, libxl_domain_type type,
                       const libxl_device_disk *disk, const char *what, struct xd_err *err)
{
    if (type != LIBXL_DOMAIN_TYPE_HVM)
        return xd_err_set(err, -ENOTSUP,
                          "%s: only the emulated drive of an HVM guest can change its medium, and "
                          "%s is %s: detach the disk and attach another",
                          what, f->what, type == LIBXL_DOMAIN_TYPE_PVH ? "PVH" : "PV");
    if (!disk->is_cdrom)
        return xd_err_set(err, -EINVAL, "%s is no CD drive", what);
    return 0;
}

int xd_xl_act_cdrom(const struct xd_xl_doing *d, struct xd_err *err)
{
    const char *medium = xd_xl_param_text(&d->params[0]);
    libxl_device_disk old, disk;
    libxl_domain_type type;
    struct xd_xl_found f;
    char what[256];
    int rc = find_disk(d, &f, &type, &old, what, sizeof(what), err);

    libxl_device_disk_init(&disk);
    if (rc == 0)
        rc = check_cdrom(&f, type, &old, what, err);
    if (rc == 0)
        rc = check_target(what, medium, true, old.backend_domid, err);
    if (rc == 0) {
        disk.vdev = xd_strdup(old.vdev);
        disk.backend_domid = old.backend_domid;
        disk.is_cdrom = disk.removable = 1;
        disk.pdev_path = medium[0] ? xd_strdup(medium) : NULL;
        disk.format = medium[0] ? LIBXL_DISK_FORMAT_RAW : LIBXL_DISK_FORMAT_EMPTY;
        xd_xl_deed_subject(d->deed, medium);
        rc = xd_xl_operate(d->x,
                           &(struct xd_xl_op){.start = start_insert,
                                              .domid = f.info.domain,
                                              .arg = &disk,
                                              .waiting = "waiting for the device model"},
                           d->p);
        if (rc < 0)
            rc = xd_xl_fail(&d->x->logger, rc, err, "%s: its medium was not changed", what);
    }
    libxl_device_disk_dispose(&disk);
    libxl_device_disk_dispose(&old);
    return rc;
}

int xd_xl_seen_cdrom(struct xd_xl *x, const struct xd_object *o, const struct xd_xl_deed *deed,
                     struct xd_err *err)
{
    libxl_device_disk disk;
    const char *vdev;
    size_t head;
    int seen = 0;

    if (!xd_xl_key_split(o->key, &head, &vdev))
        return xd_err_set(err, -EINVAL, "\"%s\" is no key of a disk", o->key);
    libxl_device_disk_init(&disk);
    if (libxl_vdev_to_device_disk(x->ctx, deed->domid, vdev, &disk) == 0)
        seen =
            strcmp(disk.pdev_path ? disk.pdev_path : "", deed->subject ? deed->subject : "") == 0;
    libxl_device_disk_dispose(&disk);
    return seen;
}
