/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of files.h. */
#ifndef XD_BASE_FILES_IMPL_H
#define XD_BASE_FILES_IMPL_H

#include <stdint.h>

#include "base/files.h"

#include <uthash.h>

#define XD_FILES_PATH 4096

struct xd_files_node { /* in memory */
    char *path;
    char kind;   /* 'f', 'l', 'd'; '@': a file on the disk, whose path is its bytes */
    char *bytes; /* of a file, or a link's target; a NUL behind them */
    size_t size;
    char **names; /* in a folder */
    size_t n_names;
    UT_hash_handle hh;
};

struct xd_files {
    char *dir;
    int root; /* that folder; -1: none */
    struct xd_files_node *nodes; /* by path; "" is the root */
    xd_files_seen *seen;
    void *seen_ctx;
};

/* What a path leads to: something in memory, on disk, or (folders) both. */
struct xd_files_found {
    const struct xd_files_node *node;
    int fd;                   /* open, or -1 */
    char path[XD_FILES_PATH]; /* without links, where that had to be found out */
};

struct xd_files_node *xd_files_node(const struct xd_files *f, const char *path, size_t len);
/* flags: as for open(2). keep_link: a link that the path ends in is what is wanted. */
int xd_files_find(const struct xd_files *f, const char *path, int flags, bool keep_link,
                  struct xd_files_found *out, struct xd_err *err);
void xd_files_tell(const struct xd_files *f, char kind, const char *path, const void *bytes,
                   size_t size);

#endif
