/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are read whole into memory: documents that people name, of a size that has a bound;
 * and the way back. */
#ifndef XD_BASE_SLURP_H
#define XD_BASE_SLURP_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

/* Adds what fd still gives to *out, to the end or until out has `most` bytes; to see whether there
 * is more, ask for one more. 0, or -errno without a sentence. */
int xd_slurp_fd(int fd, size_t most, struct xd_buf *out);
/* A whole file; path "-": standard input. "PATH: …": -errno, or -EFBIG for more than `most` bytes.
 */
int xd_slurp(const char *path, size_t most, struct xd_buf *out, struct xd_err *err);

/* Writes all of it; not to the disk yet (fsync). 0, or -errno without a sentence. */
int xd_write_all(int fd, const char *bytes, size_t n);

/* How a file is replaced: all of it under its name, or what was there before. */
struct xd_replace {
    int dir;           /* of both names; AT_FDCWD: they are paths */
    const char *name;  /* of the file */
    const char *fresh; /* until it is whole; one of a process that died is taken away first */
    mode_t mode;
    bool to_disk; /* it, and its name if dir is a folder, are on the disk when this returns */
};
/* 0, or -errno without a sentence; then nothing is left of `fresh`. */
int xd_replace(const struct xd_replace *how, const char *bytes, size_t n);

#endif
