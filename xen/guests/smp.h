/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Further virtual CPUs.
 */
#ifndef XENDECK_GUEST_SMP_H
#define XENDECK_GUEST_SMP_H

#include <stdint.h>

/* Starts every virtual CPU beside the first; each calls `entry` with its number. */
void smp_start(void (*entry)(uint32_t vcpu));

#endif
