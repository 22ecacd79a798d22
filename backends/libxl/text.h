/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of the backend that needs no Xen library: what Xen's numbers mean as text, states and
 * sets. Tested on any machine. */
#ifndef XD_XL_TEXT_H
#define XD_XL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cpuset.h"
#include "model/tables.h"

#define XD_XL_UUID_BYTES 16
#define XD_XL_UUID_TEXT  37 /* with the NUL */

/* What Xen says of a domain, one bit each; the order is that of xl list's letters. */
enum {
    XD_XL_RUNNING = 1 << 0,
    XD_XL_BLOCKED = 1 << 1,
    XD_XL_PAUSED = 1 << 2,
    XD_XL_SHUTDOWN = 1 << 3,
    XD_XL_DYING = 1 << 4,
};

#define XD_XL_REASON_CRASH 3 /* SHUTDOWN_crash of xen/include/public/sched.h */

/* "r-----": the letters of `xl list`. reason: the shutdown code, looked at if XD_XL_SHUTDOWN. */
void xd_xl_flags_text(unsigned flags, unsigned reason, char out[7]);
/* A domain that is neither on a pCPU nor blocked waits for one: that is "run" too. */
enum xd_domain_state xd_xl_state(unsigned flags, unsigned reason);
/* Xen calls a vCPU of a stopped domain runnable; it isn't. */
enum xd_vcpu_state xd_xl_vcpu_state(bool online, bool running, bool blocked, bool domain_stopped);

/* "credit2", "crash": libxl's names for the numbers of a scheduler (public/domctl.h) and of a
 * shutdown (public/sched.h); NULL: it has none for that one. */
const char *xd_xl_sched_name(int sched);
const char *xd_xl_reason_name(unsigned reason);
/* enum xd_domain_type of what libxl wrote at /libxl/ID/type, where a domain isn't PV; -1: unknown.
 * text may be NULL. */
int xd_xl_stored_type(const char *text);

void xd_xl_uuid_text(const uint8_t uuid[XD_XL_UUID_BYTES], char out[XD_XL_UUID_TEXT]);
/* Reads the key of a row, "UUID" or "UUID/3". *vcpu is -1 where there is no number. -EINVAL. */
int xd_xl_key_parse(const char *key, uint8_t uuid[XD_XL_UUID_BYTES], int *vcpu);

/* Bitmaps as Xen has them: bit n of byte n / 8. Only bits below n_cpus are taken. */
void xd_xl_set_from_map(struct xd_cpuset *out, const uint8_t *map, size_t bytes, unsigned n_cpus);
void xd_xl_set_to_map(const struct xd_cpuset *set, uint8_t *map, size_t bytes);

/* Parts of what known.c keeps of a domain. */
enum {
    XD_XL_NAME = 1 << 0,
    XD_XL_GUEST = 1 << 1,
    XD_XL_TARGET = 1 << 2,
    XD_XL_MAX = 1 << 3,
    XD_XL_TYPE = 1 << 4,
    XD_XL_ALL = (1 << 5) - 1,
};
/* Which of them a change at that path of xenstore may concern, and of which domain; 0: none. Guests
 * can write whatever path they like below their own. */
unsigned xd_xl_path_parts(const char *path, uint32_t *domid);

/* A line of libxl's log without what only libxl's authors need: "libxl_sched.c:66:f: Domain 3:Text"
 * gives "Text". */
const char *xd_xl_log_essence(const char *line);

/* The value of the first line "KEY : VALUE" of a text like /proc/cpuinfo, into out; false: none. */
bool xd_xl_proc_value(const char *text, const char *key, char *out, size_t size);

/* "4.17.0" against 4 and 17. */
bool xd_xl_same_release(const char *built, unsigned major, unsigned minor);

#endif
