/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the last dry run of a CPU policy gave: made by the operator, shown by the observer as the
 * table cpuid_try. */
#ifndef XD_XL_TRIED_H
#define XD_XL_TRIED_H

#include "backend_libxl/collect.h"
#include "model/tables_cpuid.h"

/* Copies it for whoever observes this host. */
void xd_xl_tried_tell(struct xd_xl *x, const struct xd_cpuid_tried *tried);
void xd_xl_collect_tried(struct xd_xl_sample *s);
void xd_xl_tried_free(struct xd_xl *x);

#endif
