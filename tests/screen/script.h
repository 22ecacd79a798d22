/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A screen script being played: lines of a file, one verb a line. README.md lists the verbs. */
#ifndef XD_TESTS_SCRIPT_H
#define XD_TESTS_SCRIPT_H

#include "stage.h"

struct script {
    const char *file;
    char **lines;      /* without newlines */
    size_t n, at;      /* at: the line that is played; one further than its number for people */
    bool update;       /* write what is seen instead of comparing */
    struct xd_buf out; /* update: the script with its screens as they are */
    struct stage_config config;
    struct stage stage;
    bool open; /* the curtain is up: the host is there */
    int failures;
};

/* Plays all lines. 0; or -errno for a script that can't be understood, with FILE:LINE. What is seen
 * but not expected is printed and counted in `failures`. */
int script_play(struct script *s, struct xd_err *err);

/* Blocks of framed lines, in expect.c: compares or rewrites; `from` and `to` count lines of the
 * screen from 1, or from the end if negative. */
int script_block(struct script *s, bool styles, int from, int to, struct xd_err *err);
/* One line of it as a failure: "FILE:LINE: sentence". */
void script_fail(struct script *s, const char *fmt, ...) XD_PRINTF(2, 3);
/* The screen as it is, framed, on standard output. */
void script_show(struct script *s);

#endif
