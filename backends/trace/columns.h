/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For which columns of "vcpus" and "domains" the trace is needed: rates of its counters among them.
 */
#ifndef XD_TR_COLUMNS_H
#define XD_TR_COLUMNS_H

#include "model/tables.h"

#define XD_TR_BIT(col) (UINT64_C(1) << (col))

#define XD_TR_VCPU_COLUMNS                                                                         \
    (XD_TR_BIT(XD_VCPU_RUN_NS) | XD_TR_BIT(XD_VCPU_READY_NS) | XD_TR_BIT(XD_VCPU_BLOCKED_NS) |     \
     XD_TR_BIT(XD_VCPU_READY) | XD_TR_BIT(XD_VCPU_BLOCKED) | XD_TR_BIT(XD_VCPU_WAKES) |            \
     XD_TR_BIT(XD_VCPU_WAKES_S) | XD_TR_BIT(XD_VCPU_WAKE_NS) | XD_TR_BIT(XD_VCPU_WAKE_MAX_NS) |    \
     XD_TR_BIT(XD_VCPU_MOVES) | XD_TR_BIT(XD_VCPU_MOVES_S) | XD_TR_BIT(XD_VCPU_WAITS_FOR))

#define XD_TR_DOMAIN_COLUMNS                                                                       \
    (XD_TR_BIT(XD_DOMAIN_READY_NS) | XD_TR_BIT(XD_DOMAIN_READY) | XD_TR_BIT(XD_DOMAIN_WAKES) |     \
     XD_TR_BIT(XD_DOMAIN_WAKES_S) | XD_TR_BIT(XD_DOMAIN_WAKE_NS))

#endif
