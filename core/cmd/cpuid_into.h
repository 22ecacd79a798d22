/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy put into a domain's configuration file, in place of its cpuid= : from the next start on
 * the domain has it. All else in the file stays as it was written, and the file as it was is kept
 * beside it. */
#ifndef XD_CMD_CPUID_INTO_H
#define XD_CMD_CPUID_INTO_H

#include <sys/stat.h>

#include "base/arena.h"
#include "base/str.h"

struct xd_cpuid_into {
    char *path;         /* of the file itself, where a link was named */
    const char *before; /* the setting that goes, as it was written; NULL: there was none */
    int line;           /* where it stands; 0 */
    bool same;          /* nothing would change */
    const char *kept;   /* the file as it was, once it is written */
    struct xd_buf text; /* the new file */
    struct stat was;
    struct xd_arena arena;
};

/* Reads the file and makes the new text; line is "cpuid = …", or "" for no policy. -errno, -EINVAL
 * (no configuration: file, line and column), -EFBIG. To be given to xd_cpuid_into_done in any case.
 */
int xd_cpuid_into_plan(const char *path, const char *line, struct xd_cpuid_into *out,
                       struct xd_err *err);
/* Writes it, whole or not at all. -ESTALE: the file was changed since it was read. */
int xd_cpuid_into_write(struct xd_cpuid_into *p, struct xd_err *err);
void xd_cpuid_into_done(struct xd_cpuid_into *p);

#endif
