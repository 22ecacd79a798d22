/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's console, as `xl console` shows it.
 */
#ifndef XENDECK_GUEST_CONSOLE_H
#define XENDECK_GUEST_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

void console_init(void);
uint32_t console_port(void);

/* Writes a line: %s, %u and %03u. If nobody has read the last 2 KiB, the line is dropped: a guest
 * that waited for its reader could be stopped by him. */
/* Waits until dom0 has taken what was said: for those who say much at once. */
void console_flush(void);
void console_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says whether somebody typed something, and throws it away. */
bool console_typed(void);

#endif
