/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A read-only tree of small files: a folder on disk ("/" of this machine, an unpacked archive) or
 * files in memory (an archive that was read, documents made at run time), and both at once. Readers
 * of /sys, /proc and the like take one of these, so that a recorded machine is read by the same
 * code as this one. Paths are relative, without a leading slash: "sys/devices/system/cpu/online".
 * Not thread-safe; lives as long as its owner wants. */
#ifndef XD_BASE_FILES_H
#define XD_BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct xd_files;

/* dir: the folder that paths start from, NULL: nothing on disk. */
struct xd_files *xd_files_new(const char *dir);
void xd_files_free(struct xd_files *f); /* NULL allowed */

/* Puts a file, or a link, into memory; it hides one of that path on disk. What is given is copied.
 * -EINVAL: the path leads outside (absolute, "..") or is empty; -EEXIST: a file where a folder
 * would have to be, or the reverse. */
int xd_files_put(struct xd_files *f, const char *path, const void *bytes, size_t size,
                 struct xd_err *err);
int xd_files_put_link(struct xd_files *f, const char *path, const char *target, struct xd_err *err);
/* A file of the disk, which may be outside of the tree, by its whole path: it is opened when it is
 * read, if ever. */
int xd_files_put_from(struct xd_files *f, const char *path, const char *from, struct xd_err *err);
/* A folder, which may be there already: to be listed even if nothing is put into it. */
int xd_files_put_folder(struct xd_files *f, const char *path, struct xd_err *err);

/* A file's bytes, at most `max` of them and a NUL behind the last one that doesn't count; they live
 * in a. Links are followed, never out of the tree. -ENOENT, -EACCES, -EFBIG (longer than max) …
 * with a sentence that names the path. */
int xd_files_read(const struct xd_files *f, const char *path, size_t max, struct xd_arena *a,
                  char **bytes, size_t *size, struct xd_err *err);
/* The first `most` bytes of it, or all there are; more isn't even asked for, where asking is slow.
 */
int xd_files_read_head(const struct xd_files *f, const char *path, size_t most, struct xd_arena *a,
                       char **bytes, size_t *size, struct xd_err *err);
/* Names in a folder, sorted by natural order ("cpu2" before "cpu10"); they live in a. */
int xd_files_list(const struct xd_files *f, const char *path, struct xd_arena *a, char ***names,
                  size_t *n, struct xd_err *err);
/* Where a link leads, as it is written in it; in a. -EINVAL: it is no link. */
int xd_files_link(const struct xd_files *f, const char *path, struct xd_arena *a, char **target,
                  struct xd_err *err);
bool xd_files_is(const struct xd_files *f, const char *path); /* there is such a file or folder */

/* The usual small ones of sysfs. Text is without its last newline and made safe, NULL where it
 * can't be had; the number is `unknown` then. */
const char *xd_files_text(const struct xd_files *f, struct xd_arena *a, const char *fmt, ...)
    XD_PRINTF(3, 4);
long long xd_files_number(const struct xd_files *f, long long unknown, const char *fmt, ...)
    XD_PRINTF(3, 4);

/* From now on whatever is read is told: to keep a machine, one reads it and keeps what was read.
 * kind: 'f' a file with its bytes, 'l' a link with its target, 'd' a folder (bytes NULL). */
typedef void xd_files_seen(void *ctx, char kind, const char *path, const void *bytes, size_t size);
void xd_files_watch(struct xd_files *f, xd_files_seen *seen, void *ctx);

#endif
