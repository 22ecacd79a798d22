/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of others' tables that power fills in, and what each of them costs; the same of its
 * own table power. A pCPU's temperature is none of them: what dom0's drivers tell of cores is told
 * by dom0's numbers, which aren't Xen's. */
#ifndef XD_PW_COLUMNS_H
#define XD_PW_COLUMNS_H

#include "model/tables.h"
#include "model/tables_power.h"

#define XD_PW_BIT(col) (UINT64_C(1) << (col))

#define XD_PW_IDLE_COLUMNS                                                                         \
    (XD_PW_BIT(XD_PCPU_INJECTED_NS) | XD_PW_BIT(XD_PCPU_INJECTED) |                                \
     XD_PW_BIT(XD_PCPU_NATURAL_NS) | XD_PW_BIT(XD_PCPU_NATURAL))
/* What a governor is set to, and what came of it: two questions. */
#define XD_PW_PARA_COLUMNS                                                                         \
    (XD_PW_BIT(XD_PCPU_FREQ_MIN_KHZ) | XD_PW_BIT(XD_PCPU_FREQ_MAX_KHZ) |                           \
     XD_PW_BIT(XD_PCPU_GOVERNOR) | XD_PW_BIT(XD_PCPU_TURBO))
#define XD_PW_FREQ_COLUMNS (XD_PW_PARA_COLUMNS | XD_PW_BIT(XD_PCPU_FREQ_KHZ))
#define XD_PW_PCPU_COLUMNS (XD_PW_IDLE_COLUMNS | XD_PW_FREQ_COLUMNS)
#define XD_PW_POOL_COLUMNS XD_PW_BIT(XD_POOL_GOVERNOR)

#define XD_PW_CLAMP_COLUMNS                                                                        \
    (XD_PW_BIT(XD_POWER_CLAMP) | XD_PW_BIT(XD_POWER_CLAMP_MAX) |                                   \
     XD_PW_BIT(XD_POWER_CLAMP_WINDOW_US) | XD_PW_BIT(XD_POWER_CLAMP_CPUS) |                        \
     XD_PW_BIT(XD_POWER_CLAMP_NATURAL) | XD_PW_BIT(XD_POWER_INJECTED_NS) |                         \
     XD_PW_BIT(XD_POWER_INJECTED))
#define XD_PW_DRIVER_COLUMNS (XD_PW_BIT(XD_POWER_FREQ_DRIVER) | XD_PW_BIT(XD_POWER_GOVERNORS))

#endif
