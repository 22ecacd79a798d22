/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strings, the little that is needed of them. The mem* functions are there because the compiler may
 * call them.
 */
#ifndef XENDECK_GUEST_TEXT_H
#define XENDECK_GUEST_TEXT_H

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
size_t text_length(const char *text);
bool text_equal(const char *left, const char *right);

/* Copies what fits and always ends it with a NUL. */
void text_copy(char *to, size_t room, const char *from);

/* The number a text starts with, 0 if it starts with none; 2^32 - 1 if it is too large. */
uint32_t text_number(const char *text);

/* Replaces each %XX (two hexadecimal digits) in place by the byte it stands for; not %00. */
void text_unescape(char *text);

/* Formats %s, %u, %03u and %x (eight digits) into what fits; returns the length of the result. */
size_t text_format(char *to, size_t room, const char *format, va_list args);

#endif
