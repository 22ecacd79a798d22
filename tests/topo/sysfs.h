/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine of machines.h as Linux would show it on that machine: /sys and /proc, so that reading
 * can be tested on machines of any size. */
#ifndef XD_TESTS_TOPO_SYSFS_H
#define XD_TESTS_TOPO_SYSFS_H

#include "base/files.h"
#include "topo/topo.h"

/* The files of t, a settled tree; to be freed. DIMMs are firmware's to tell and in no file. */
struct xd_files *sysfs_of(const struct xd_topo *t);

#endif
