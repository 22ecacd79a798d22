/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy put into a domain's configuration file, in place of its cpuid= : from the next start on
 * the domain has it. All else in the file stays as it was written; the file as it was is kept
 * beside it (FILE.before), and can be put back. */
#ifndef XD_CPUID_INTO_H
#define XD_CPUID_INTO_H

#include <sys/stat.h>

#include "base/arena.h"
#include "base/str.h"

struct xd_cpuid_into {
    char *path;         /* of the file itself, where a link was named */
    const char *before; /* the setting that goes, as it was written; NULL: there was none */
    int line;           /* where it stands; 0 */
    bool same;          /* nothing would change */
    struct xd_buf old;  /* the file as it is */
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
/* The same for putting back what FILE.before has; written, each has become the other. -ESTALE: they
 * differ in more than cpuid=, so that somebody's work would be lost. */
int xd_cpuid_into_plan_back(const char *path, struct xd_cpuid_into *out, struct xd_err *err);
/* What would change, in lines: "-7 cpuid = …", "+7 cpuid = …", with the line before. */
void xd_cpuid_into_diff(const struct xd_cpuid_into *p, struct xd_buf *out);
/* The setting that a value for cpuid= makes ("host,avx2=0"), into out; of "host" alone none, for
 * that is what guests have unasked. -EINVAL: it isn't one that xl.cfg takes between quotes. */
int xd_cpuid_into_setting(const char *value, struct xd_buf *out, struct xd_err *err);
/* The value of such a setting ("cpuid = …"), in the arena; "host" for an empty one; NULL: it isn't
 * written so. */
const char *xd_cpuid_into_value(const char *setting, struct xd_arena *a);

/* A number that another text hardly has: to see whether a file is what was written. */
uint32_t xd_cpuid_into_hash(const struct xd_buf *text);
/* Writes it, whole or not at all. -ESTALE: the file was changed since it was read. */
int xd_cpuid_into_write(struct xd_cpuid_into *p, struct xd_err *err);
void xd_cpuid_into_done(struct xd_cpuid_into *p);

#endif
