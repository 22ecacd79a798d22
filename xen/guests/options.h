/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's command line (`extra` in its configuration).
 */
#ifndef XENDECK_GUEST_OPTIONS_H
#define XENDECK_GUEST_OPTIONS_H

#include <stdint.h>

enum load_mode { LOAD_IDLE, LOAD_SPIN, LOAD_DUTY };

struct options {
    enum load_mode mode;
    uint32_t duty_percent;
    uint32_t period_ms;
    uint32_t heartbeat_s; /* 0: none */
    uint32_t touch_mib;
    uint32_t cpuid; /* say what CPUID returns, once */
    char data[128]; /* what to write into data/xendeck; empty: nothing */
};

/* Reads the command line and complains about what it does not know on the console. */
void options_read(struct options *options, const char *line);

const char *load_mode_name(enum load_mode mode);

#endif
