/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Event channels without interrupts: send to them, look at them, sleep until one fires.
 */
#ifndef XENDECK_GUEST_EVENTS_H
#define XENDECK_GUEST_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "xen.h"

extern volatile struct shared_info shared_info;

void events_init(void);
void event_send(uint32_t port);

/* Says whether the port has fired since it was last taken, without taking it. */
bool event_pending(uint32_t port);

/* The same, and makes it not pending. To be done before looking at the ring it belongs to. */
bool event_take(uint32_t port);

/* Sleeps until one of the ports fires or until the given time in ns (0: no end). The virtual CPU is
 * blocked meanwhile and costs nothing. */
void event_wait(const uint32_t *ports, uint32_t nr_ports, uint64_t until_ns);

#endif
