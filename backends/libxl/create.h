/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Creating domains: what a config file asks for (create_config.c, by libxlutil), what the host says
 * to that (create_preview.c, which needs no Xen library), and xl, which makes the domain and stays
 * as its monitor (actions_create.c, spawn.c). */
#ifndef XD_XL_CREATE_H
#define XD_XL_CREATE_H

#include "backend_libxl/text.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "model/tables.h"

/* What xl.conf says of interfaces for which a config says nothing; and of Domain-0's memory. */
struct xd_xl_defaults {
    char bridge[64];
    char script[256]; /* "": libxl's own */
    char autoballoon[16];
};
void xd_xl_defaults_read(struct xd_xl_defaults *out);

struct xd_xl_config_disk {
    const char *vdev, *target; /* "": an empty drive */
    const char *format, *backend;
    bool readonly, cdrom;
    bool local; /* Domain-0 serves it, and target is a path */
};
struct xd_xl_config_nic {
    const char *bridge; /* "": the default */
    const char *mac, *backend;
};
/* Texts live in the arena; "" is what the file doesn't say. */
struct xd_xl_config {
    struct xd_arena arena;
    const char *file, *name, *pool;
    const char *kernel, *ramdisk, *bootloader, *firmware;
    const char *on_poweroff, *on_reboot, *on_crash;
    bool have_uuid;
    uint8_t uuid[XD_XL_UUID_BYTES];
    enum xd_domain_type type;
    uint64_t vcpus, max_vcpus, mem_kib, max_kib; /* mem_kib 0: not said */
    struct xd_xl_config_disk *disks;
    struct xd_xl_config_nic *nics;
    const char **pcis;
    size_t n_disks, n_nics, n_pcis;
};

/* Reads the file. An error is a sentence that begins with FILE:LINE where libxlutil tells it. out
 * is to be disposed of in any case. */
int xd_xl_config_read(const char *file, struct xd_xl_config *out, struct xd_err *err);
void xd_xl_config_done(struct xd_xl_config *c);

/* What a preview asks of the host. Each gets `self`. */
struct xd_xl_host {
    void *self;
    /* 0 if there is such a file; or -errno. Block devices are files too. */
    int (*file)(void *self, const char *path);
    /* Whether dom0 has that network interface. */
    bool (*bridge)(void *self, const char *name);
    bool (*pool)(void *self, const char *name);
    /* True if a running domain has that name (or, by_uuid, that UUID). */
    bool (*taken)(void *self, const struct xd_xl_config *c, bool by_uuid);
    /* The domain whose disk has that target, and whether it may write there; false: none. */
    bool (*disk_user)(void *self, const char *target, char *name, size_t size, bool *writes);
    /* Whether the function is free for a guest. */
    bool (*assignable)(void *self, const char *bdf);
    uint64_t free_kib; /* of the host's memory */
    bool have_free;
    bool balloons;              /* xl takes from Domain-0 what is lacking */
    const char *bridge_of_nics; /* the default */
    const char *monitor;        /* path of xl; "": there is none */
};

/* Lines for people, and -EINVAL with all that stands against it where it can't be made. */
int xd_xl_preview_text(const struct xd_xl_config *c, const struct xd_xl_host *h, bool paused,
                       struct xd_buf *out, struct xd_err *err);

/* "bridge" of "mac=00:16:3e:00:00:01, bridge=br0"; false: it has none. */
bool xd_xl_vif_value(const char *spec, const char *key, char *out, size_t size);

/* Of all that xl said, the line that tells why it failed, without what only its authors need. */
void xd_xl_why(const char *said, char *out, size_t size);

/* --- another program (spawn.c) --- */

/* Where the program is, by PATH and the usual places; false: nowhere. */
bool xd_xl_program(const char *name, char *out, size_t size);

struct xd_xl_child {
    const char *const *argv;                    /* argv[0] is its path */
    bool (*stop)(void *self);                   /* asked five times a second; it is ended then */
    void (*line)(void *self, const char *text); /* each line of its output; NULL: nobody cares */
    void *self;
    int in; /* its input, which stays the caller's; 0: /dev/null */
};
/* Runs it to its end, without our terminal. said gets what it wrote,
 * cut to some KiB. Returns its exit status; 128 + the signal that ended it; -ECANCELED if it was
 * stopped; -errno if it could not be started. */
int xd_xl_child_run(const struct xd_xl_child *child, struct xd_buf *said, struct xd_err *err);

#endif
