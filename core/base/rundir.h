/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder of a program that runs, in /run: for files and sockets that others have a use for. */
#ifndef XD_BASE_RUNDIR_H
#define XD_BASE_RUNDIR_H

/* Makes the folder so that everybody may look into it, whatever the umask. 0, or -errno: one that
 * is there (-EEXIST) stays as it is. */
int xd_rundir_make(const char *path);

#endif
