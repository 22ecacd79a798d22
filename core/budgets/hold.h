/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who rules a host's budgets: one at a time. A lock on a file, which the kernel lets go when its
 * holder ends, however that happens; the file says who he is. */
#ifndef XD_BUDGETS_HOLD_H
#define XD_BUDGETS_HOLD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct xd_hold;

#define XD_HOLD_LIVE "/run/xendeck/policy.lock" /* a Xen host's; others: "lock" in their folder */

/* Makes the file's folder (0755) where there is none. -EBUSY: another one has it, named with its
 * process id. program: what others are told, "xendeck policy run". */
int xd_hold_take(const char *path, const char *program, struct xd_hold **out, struct xd_err *err);
void xd_hold_give(struct xd_hold *h); /* NULL allowed */
/* Where the lock of that host is; state: its folder of balances. Into out; returns it. */
char *xd_hold_path(const char *host, const char *state, char *out, size_t size);

/* This run of the machine, as a number for struct xd_policy_now; 0: not known. */
uint64_t xd_boot_number(void);

#endif
