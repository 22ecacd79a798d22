/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A xenstore and a list of domains for tests on any machine: they stand in for libxenstore and
 * libxenctrl, as far as backends/devices calls those, and count what is asked. */
#ifndef XD_TESTS_FAKE_XENSTORE_H
#define XD_TESTS_FAKE_XENSTORE_H

#include <stdbool.h>
#include <stdint.h>

/* Writing and removing fire the watches, as xenstored does. */
void fake_write(const char *value, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void fake_rm(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The domain's UUID has its number in all bytes. */
void fake_domain(uint32_t domid, bool dying);
void fake_domains_clear(void);
/* Messages since the last call. */
unsigned fake_asked(void);
bool fake_is_watched(const char *path);
/* From now on xenstored answers nothing (or does again). */
void fake_dead(bool dead);
void fake_done(void);

#endif
