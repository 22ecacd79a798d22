/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns of the core tables that cost a question of their own, asked only while somebody looks at
 * them; and those that need several sources. Each is called in the middle of a row. */
#ifndef XD_XL_COLLECT_MORE_H
#define XD_XL_COLLECT_MORE_H

#include "backend_libxl/collect.h"

#define XD_XL_COL(col) (UINT64_C(1) << (col))

/* Before the rows of domains: what is kept of their configuration is brought up to date. */
void xd_xl_more_of_domains(struct xd_xl_sample *s);
void xd_xl_put_more_domain(struct xd_xl_sample *s, struct xd_rows *t, size_t i, bool wanted);
void xd_xl_put_more_vcpu(struct xd_xl_sample *s, struct xd_rows *t, size_t i, uint32_t vcpu);
void xd_xl_put_more_pool(struct xd_xl_sample *s, struct xd_rows *t, const libxl_cpupoolinfo *pool);
void xd_xl_put_more_host(struct xd_xl_sample *s, struct xd_rows *t);

#endif
