/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the toolstack asks of the guest: to power off, reboot or suspend.
 */
#ifndef XENDECK_GUEST_CONTROL_H
#define XENDECK_GUEST_CONTROL_H

#include <stdbool.h>

/* Connects to Xen and xenstore; after a restore too. */
void control_connect(void);

/* Tells the toolstack what we understand, and has it wake us. */
void control_offer(void);

/* Does what has been asked for, if anything. Returns true after a suspend, when time has jumped. */
bool control_answer(void);

#endif
