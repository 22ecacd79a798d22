/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are believed: what stands in them steers what is done here, so nobody may have written
 * them who couldn't do it without us. One is root's, or of the user that runs this, and neither its
 * group nor anybody else may write it. It is looked at by its descriptor: it can't be another one
 * by the time that it is read. */
#ifndef XD_BASE_TRUST_H
#define XD_BASE_TRUST_H

#include <sys/stat.h>

#include "base/err.h"

/* Opens a folder for reading, and not by a link. -errno, or -EPERM for one that isn't believed;
 * both with a sentence. */
int xd_trust_dir(const char *path, struct xd_err *err);
/* The same for a plain file of the folder; `shown` is what sentences call it. Neither a pipe nor a
 * link holds us up or leads us elsewhere. *st: as it is now. */
int xd_trust_file(int dir, const char *name, const char *shown, struct stat *st,
                  struct xd_err *err);
/* Whether one of that type (S_IFREG, S_IFDIR) is believed. -EPERM with a sentence. */
int xd_trust_check(const char *shown, const struct stat *st, mode_t type, struct xd_err *err);

#endif
