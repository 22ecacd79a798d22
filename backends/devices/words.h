/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of the backend that needs no Xen library: what xenstore's paths and words of devices
 * mean. All of it may have been written by a guest or by a driver domain, so it is read strictly:
 * what isn't exactly as Xen's tools and drivers write it is unknown. Tested on any machine. */
#ifndef XD_DV_WORDS_H
#define XD_DV_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tables.h"

#define XD_DV_DOMID_MAX 0x7fefu /* the last one before Xen's special ones */
#define XD_DV_KIND      16      /* bytes of a kind with its NUL */
#define XD_DV_UUID      37
#define XD_DV_VDEV      16

/* A decimal number without sign, space or leading 0, at most `most`. Returns what follows it, or
 * NULL. */
const char *xd_dv_number(const char *s, uint32_t most, uint32_t *out);

/* A node below the folder of a domain's backends:
 *   /local/domain/BACKEND/backend[/KIND[/FRONTEND[/DEVICE[/LEAF]]]]
 * depth says how much of it is there: 0 the folder itself … 4 with a leaf. */
struct xd_dv_path {
    int depth;
    uint32_t backend, frontend, device;
    char kind[XD_DV_KIND];
    const char *leaf; /* into the path; "" where depth < 4 */
};
int xd_dv_path_parse(const char *path, struct xd_dv_path *out); /* -EINVAL */

/* Whether that may be a kind: short, of letters, digits, '-' and '_'. */
bool xd_dv_is_kind(const char *s);
/* What the other end calls such a device: "vbd" for "qdisk". */
const char *xd_dv_front_kind(const char *kind);
bool xd_dv_is_disk(const char *kind);
bool xd_dv_is_nic(const char *kind);
/* "vbd" "qdisk" "tap": what serves it, as xl names it ("phy" apart). */
const char *xd_dv_driver(const char *kind);

/* Whether path may be the folder of a frontend of that domain: below its own home, of the
 * characters that xenstore allows, nothing else. */
bool xd_dv_is_front_path(const char *path, uint32_t frontend);

/* "4" of enum xd_xenbus_state; -1: none of them. NULL gives -1. */
int xd_dv_state(const char *text);

/* The name of a disk by its number, as Xen's guests are told: 51712 is "xvda", 5632 "hdc"; a number
 * of no known scheme is written as it is. Returns out. */
char *xd_dv_vdev(uint32_t device, char out[XD_DV_VDEV]);

/* What lies behind a disk: QEMU's are written "aio:/a.img" or "qcow2:/b", all others the bare name.
 * *format is NULL where it isn't known; returns into params. */
const char *xd_dv_target(const char *kind, const char *params, const char **format);

/* What serves a disk, as xl's backendtype= names it: "phy" for "vbd". */
const char *xd_dv_backendtype(const char *kind);
/* A hotplug script of a disk, or NULL for the one that libxl writes where nobody names one. */
const char *xd_dv_disk_script(const char *path);

/* A limit as libxl writes it, "BYTES,MICROSECONDS", in the form that xl reads and makes the same of
 * again: "10000000B/s", with "@20000us" where that isn't the usual 50 ms. False: it is none. */
#define XD_DV_RATE_TEXT 48
bool xd_dv_rate(const char *text, char out[XD_DV_RATE_TEXT]);

/* An Ethernet address, written in lower case; false: it is none. */
bool xd_dv_mac(const char *text, char out[18]);

/* Xen's 16 bytes as text in lower case. */
void xd_dv_uuid(const uint8_t bytes[16], char out[XD_DV_UUID]);

#endif
