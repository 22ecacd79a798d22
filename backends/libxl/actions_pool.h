/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Actions pool-create and pool-destroy; xd_xl_act and xd_xl_settled hand these two over, with the
 * instance made ready. */
#ifndef XD_XL_ACTIONS_POOL_H
#define XD_XL_ACTIONS_POOL_H

#include "backend_libxl/context.h"

bool xd_xl_is_pool_action(const struct xd_action *a);
int xd_xl_pool_act(struct xd_xl *x, const struct xd_object *o, const struct xd_action *a,
                   const struct xd_value *params, struct xd_progress *p, struct xd_err *err);
int xd_xl_pool_settled(struct xd_xl *x, const struct xd_object *o, const struct xd_action *a,
                       struct xd_err *err);

#endif
