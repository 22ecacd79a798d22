/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture to play back, made on the spot. */
#ifndef XD_TESTS_CONFORMANCE_RECORD_H
#define XD_TESTS_CONFORMANCE_RECORD_H

#include <stddef.h>

/* Records some seconds of the demo host into a temporary file, whose path is written to
 * arg[size]. 0 or a negative errno. */
int conf_record_demo(char *arg, size_t size);

#endif
