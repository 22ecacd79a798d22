/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a domain's config file as xl does, with libxlutil: see create.h. The names of settings
 * and what they are where a file doesn't say them are those of xl.cfg(5). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend_libxl/create.h"
#include "backend_libxl/late.h"

#define FILE_MAX (1 << 20)
#define XL_CONF  "/etc/xen/xl.conf"

/* A file being read, and what libxlutil says of it: it writes that to a stream. */
struct reading {
    struct xd_xl_config *c;
    XLU_Config *cfg;
    FILE *report;
    char *said;
    size_t said_len;
};

/* --- the file --- */

static int read_whole(const char *file, char **data, size_t *len, struct xd_err *err)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    ssize_t n = 0;
    int rc = 0;

    *data = NULL;
    *len = 0;
    if (fd < 0 || fstat(fd, &st) < 0)
        rc = -errno;
    else if (!S_ISREG(st.st_mode))
        rc = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
    else if (st.st_size > FILE_MAX)
        rc = -EFBIG;
    if (rc == 0) {
        *data = xd_malloc((size_t)st.st_size + 1);
        while (*len < (size_t)st.st_size &&
               (n = read(fd, *data + *len, (size_t)st.st_size - *len)) > 0)
            *len += (size_t)n;
        rc = n < 0 ? -errno : 0;
    }
    if (fd >= 0)
        close(fd);
    if (rc < 0)
        return xd_err_set(err, rc == -ENOENT ? -EINVAL : rc,
                          "%s: the config file can't be read: %s", file, strerror(-rc));
    return 0;
}

/* The first line that libxlutil reported, as our error; 0 if it said nothing. */
static int reported(struct reading *r, struct xd_err *err)
{
    char line[400];
    const char *tail;

    fflush(r->report);
    if (!r->said_len)
        return 0;
    snprintf(line, sizeof(line), "%.*s", (int)strcspn(r->said, "\n"), r->said);
    xd_str_safe_to(line, sizeof(line), xd_arena_strdup(&r->c->arena, line));
    tail = strstr(line, " warning: ");
    if (tail)
        return xd_err_set(err, -EINVAL, "%.*s %s", (int)(tail - line), line, tail + 10);
    return xd_err_set(err, -EINVAL, "%s", line);
}

/* --- its settings --- */

static const char *text(struct reading *r, const char *name)
{
    const char *value;

    if (xlu_cfg_get_string(r->cfg, name, &value, 0) != 0)
        return "";
    return xd_arena_strdup(&r->c->arena, value);
}

static uint64_t number(struct reading *r, const char *name, long min, uint64_t without)
{
    long value;

    return xlu_cfg_get_bounded_long(r->cfg, name, min, 1L << 40, &value, 0) == 0 ? (uint64_t)value
                                                                                 : without;
}

static int read_type(struct reading *r, struct xd_err *err)
{
    static const struct {
        const char *name;
        enum xd_domain_type type;
    } names[] = {
        {"pv", XD_TYPE_PV}, {"generic", XD_TYPE_PV}, {"pvh", XD_TYPE_PVH}, {"hvm", XD_TYPE_HVM}};
    const char *type = text(r, "type");

    r->c->type = XD_TYPE_PV;
    if (!type[0])
        type = text(r, "builder");
    for (size_t i = 0; type[0] && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(type, names[i].name) != 0)
            continue;
        r->c->type = names[i].type;
        return 0;
    }
    return !type[0] ? 0
                    : xd_err_set(err, -EINVAL, "%s: type \"%s\" is none: it is pv, pvh or hvm",
                                 r->c->file, type);
}

static int read_uuid(struct reading *r, struct xd_err *err)
{
    const char *value = text(r, "uuid");
    libxl_uuid uuid;

    if (!value[0])
        return 0;
    if (libxl_uuid_from_string(&uuid, value) != 0)
        return xd_err_set(err, -EINVAL, "%s: uuid \"%s\" is none", r->c->file, value);
    memcpy(r->c->uuid, libxl_uuid_bytearray(&uuid), sizeof(r->c->uuid));
    r->c->have_uuid = true;
    return 0;
}

/* A list of texts of that name; entries that are none become "". */
static const char **list(struct reading *r, const char *name, size_t *n)
{
    XLU_ConfigList *l;
    const char **out;
    int entries;

    *n = 0;
    if (xlu_cfg_get_list(r->cfg, name, &l, &entries, 0) != 0 || entries <= 0)
        return NULL;
    out = xd_arena_array(&r->c->arena, (size_t)entries, sizeof(*out));
    for (int i = 0; i < entries; i++) {
        const char *item = xlu_cfg_get_listitem(l, i);

        out[(*n)++] = xd_arena_strdup(&r->c->arena, item ? item : "");
    }
    return out;
}

static int read_disk(struct reading *r, const char *spec, struct xd_xl_config_disk *out,
                     struct xd_err *err)
{
    const char *format = NULL;
    libxl_device_disk disk;
    int rc;

    libxl_device_disk_init(&disk);
    rc = xlu_disk_parse(r->cfg, 1, &spec, &disk);
    if (rc == 0) {
        format = libxl_disk_format_to_string(disk.format);
        *out = (struct xd_xl_config_disk){
            .vdev = xd_arena_strdup(&r->c->arena, disk.vdev ? disk.vdev : ""),
            .target = xd_arena_strdup(&r->c->arena, disk.pdev_path ? disk.pdev_path : ""),
            .format = format ? format : "",
            .backend =
                xd_arena_strdup(&r->c->arena, disk.backend_domname ? disk.backend_domname : ""),
            .readonly = !disk.readwrite,
            .cdrom = disk.is_cdrom != 0,
            .local = !disk.backend_domname && !disk.script,
        };
    }
    libxl_device_disk_dispose(&disk);
    if (rc == 0)
        return 0;
    rc = reported(r, err);
    return rc < 0 ? rc : xd_err_set(err, -EINVAL, "%s: disk \"%s\" is none", r->c->file, spec);
}

static int read_disks(struct reading *r, struct xd_err *err)
{
    const char **specs = list(r, "disk", &r->c->n_disks);
    int rc = 0;

    r->c->disks = xd_arena_array(&r->c->arena, r->c->n_disks + 1, sizeof(*r->c->disks));
    for (size_t i = 0; rc == 0 && i < r->c->n_disks; i++)
        rc = read_disk(r, specs[i], &r->c->disks[i], err);
    return rc;
}

static const char *vif_text(struct reading *r, const char *spec, const char *key)
{
    char value[256];

    return xd_xl_vif_value(spec, key, value, sizeof(value)) ? xd_arena_strdup(&r->c->arena, value)
                                                            : "";
}

static void read_nics(struct reading *r)
{
    const char **specs = list(r, "vif", &r->c->n_nics);

    r->c->nics = xd_arena_array(&r->c->arena, r->c->n_nics + 1, sizeof(*r->c->nics));
    for (size_t i = 0; i < r->c->n_nics; i++)
        r->c->nics[i] = (struct xd_xl_config_nic){.bridge = vif_text(r, specs[i], "bridge"),
                                                  .mac = vif_text(r, specs[i], "mac"),
                                                  .backend = vif_text(r, specs[i], "backend")};
}

static int read_settings(struct reading *r, struct xd_err *err)
{
    struct xd_xl_config *c = r->c;
    int rc;

    c->name = text(r, "name");
    c->pool = text(r, "pool");
    c->kernel = text(r, "kernel");
    c->ramdisk = text(r, "ramdisk");
    c->bootloader = text(r, "bootloader");
    c->firmware = text(r, "firmware");
    c->on_poweroff = text(r, "on_poweroff");
    c->on_reboot = text(r, "on_reboot");
    c->on_crash = text(r, "on_crash");
    c->vcpus = number(r, "vcpus", 1, 1);
    c->max_vcpus = number(r, "maxvcpus", 1, c->vcpus);
    c->mem_kib = number(r, "memory", 1, 0) << 10;
    c->max_kib = number(r, "maxmem", 1, c->mem_kib >> 10) << 10;
    rc = read_type(r, err);
    if (rc == 0)
        rc = read_uuid(r, err);
    if (rc == 0)
        rc = read_disks(r, err);
    if (rc < 0)
        return rc;
    read_nics(r);
    c->pcis = list(r, "pci", &c->n_pcis);
    return reported(r, err);
}

int xd_xl_config_read(const char *file, struct xd_xl_config *out, struct xd_err *err)
{
    struct reading r = {.c = out};
    char *data;
    size_t len;
    int rc;

    *out = (struct xd_xl_config){.arena = XD_ARENA_INIT};
    out->file = xd_arena_strdup(&out->arena, file);
    rc = xd_xl_need(XD_XL_XLUTIL, err);
    if (rc < 0)
        return rc;
    rc = read_whole(file, &data, &len, err);
    if (rc < 0)
        goto out;
    r.report = open_memstream(&r.said, &r.said_len);
    r.cfg = r.report ? xlu_cfg_init(r.report, file) : NULL;
    if (!r.cfg)
        rc = xd_err_set(err, -ENOMEM, "%s: no memory to read it", file);
    if (rc == 0 && xlu_cfg_readdata(r.cfg, data, (int)len) != 0) {
        rc = reported(&r, err);
        if (rc == 0)
            rc = xd_err_set(err, -EINVAL, "%s: it is no config file that xl understands", file);
    }
    if (rc == 0)
        rc = read_settings(&r, err);
    xlu_cfg_destroy(r.cfg);
    if (r.report)
        fclose(r.report);
    free(r.said);
out:
    free(data);
    return rc;
}

void xd_xl_config_done(struct xd_xl_config *c)
{
    xd_arena_done(&c->arena);
}

/* --- xl.conf --- */

static void default_text(XLU_Config *cfg, const char *name, char *out, size_t size)
{
    const char *value;

    if (xlu_cfg_get_string(cfg, name, &value, 1) == 0)
        snprintf(out, size, "%s", value);
}

void xd_xl_defaults_read(struct xd_xl_defaults *out)
{
    FILE *nowhere = xd_xl_need(XD_XL_XLUTIL, NULL) == 0 ? fopen("/dev/null", "we") : NULL;
    XLU_Config *cfg = nowhere ? xlu_cfg_init(nowhere, XL_CONF) : NULL;
    size_t len;
    char *data;

    *out = (struct xd_xl_defaults){.bridge = "xenbr0", .autoballoon = "auto"};
    if (read_whole(XL_CONF, &data, &len, NULL) == 0 && cfg &&
        xlu_cfg_readdata(cfg, data, (int)len) == 0) {
        default_text(cfg, "vif.default.bridge", out->bridge, sizeof(out->bridge));
        default_text(cfg, "vif.default.script", out->script, sizeof(out->script));
        default_text(cfg, "autoballoon", out->autoballoon, sizeof(out->autoballoon));
    }
    free(data);
    if (cfg)
        xlu_cfg_destroy(cfg);
    if (nowhere)
        fclose(nowhere);
}
