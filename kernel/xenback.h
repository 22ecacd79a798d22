/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Linux shows of the Xen backends that its drivers serve, below /sys/bus/xen-backend/devices:
 * a folder "vif-3-0" or "vbd-3-51712" each (kind, domid of the guest, device), with the counters of
 * a disk in statistics/, and the interface that belongs to a vif, by whatever name, in net/. Below
 * a given root directory, "" for this machine's. */
#ifndef XD_KERNEL_XENBACK_H
#define XD_KERNEL_XENBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "kernel/netdev.h"

#define XD_XENBACK_KIND 16

struct xd_xenback_name {
    char kind[XD_XENBACK_KIND]; /* "vbd" "vif" "vbd3" */
    uint32_t domid, device;
};

/* "vbd-3-51712", strictly: -EINVAL for anything else. */
int xd_xenback_name(const char *folder, struct xd_xenback_name *out);

struct xd_xenback_disk {
    uint64_t waits; /* requests that had to wait for a free slot or grant ("oo_req") */
    uint64_t rd_reqs, wr_reqs, rd_sectors, wr_sectors; /* sectors of 512 bytes */
};

/* The counters of a disk. -ENOENT: this kernel serves no such device, or it has no counters (a
 * backend in a program). -EPROTO: not what such a file holds. */
int xd_xenback_disk(const char *root, const struct xd_xenback_name *of,
                    struct xd_xenback_disk *out);

/* What blktap3 writes of a disk, as it lies in /dev/shm/td3-PID/vbd-DOMID-DEVICE: version 1 of its
 * struct. -EPROTO for anything else. */
int xd_xenback_td3(const void *bytes, size_t size, struct xd_xenback_disk *out);
int xd_xenback_td3_disk(const char *root, uint32_t pid, uint32_t domid, uint32_t device,
                        struct xd_xenback_disk *out);

/* The interface of vif-DOMID-DEVICE by its present name. -ENOENT: there is none (yet). */
int xd_xenback_ifname(const char *root, uint32_t domid, uint32_t device, char out[XD_IFNAME_MAX]);

/* Whether a driver of that name is there to serve such devices. */
bool xd_xenback_driver(const char *root, const char *name);

/* A small file whole, NUL-terminated: the bytes read, or -errno; -EFBIG where it is larger. */
int64_t xd_file_read(const char *path, char *buf, size_t size);
/* A file of one unsigned number and a newline. -EPROTO where it isn't. */
int xd_file_u64(const char *path, uint64_t *out);

#endif
