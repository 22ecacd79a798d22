/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a service tells its manager, by the protocol of sd_notify(3): datagrams of NAME=VALUE lines
 * to $NOTIFY_SOCKET, and nothing where that isn't set. */
#ifndef XD_BUDGETS_NOTIFY_H
#define XD_BUDGETS_NOTIFY_H

#include <stdint.h>

#include "base/err.h"

/* "READY=1\nSTATUS=…". What can't be told isn't: a service does its work all the same. */
void xd_notify(const char *fmt, ...) XD_PRINTF(1, 2);
/* How often WATCHDOG=1 is due at the least (half of $WATCHDOG_USEC, if that is meant for this
 * process); 0: nobody waits for it. ns */
int64_t xd_notify_watchdog_ns(void);

#endif
