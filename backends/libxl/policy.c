/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What modules of Xen hosts share of CPUID policies, with libxenguest as this one has it: loaded
 * when it is first called. */
#include "backend_libxl/late.h"

#include "backend_shared/policy.c"
