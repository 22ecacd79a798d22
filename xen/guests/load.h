/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The work a guest does between two things that happen: none, all it can, or a share.
 */
#ifndef XENDECK_GUEST_LOAD_H
#define XENDECK_GUEST_LOAD_H

#include <stdint.h>

#include "options.h"

/* Starts the further virtual CPUs, which do from then on what the mode says. */
void load_start(const struct options *options, uint64_t memory_start, uint64_t memory_end);

/* Works or sleeps until one of the ports fires or until the given time (0: none). */
void load_run(const uint32_t *ports, uint32_t nr_ports, uint64_t until_ns);

/* To be called when time has jumped. */
void load_restart(void);

/* How many units of work all virtual CPUs have done: a measure of the CPU time they were given. */
uint32_t load_work_done(void);

#endif
