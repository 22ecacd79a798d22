/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stage on which a screen script plays: a host on a manual clock without threads, the console's
 * state on it, and a canvas in place of a terminal. Every frame follows from the script alone. */
#ifndef XD_TESTS_STAGE_H
#define XD_TESTS_STAGE_H

#include "tui/app.h"

/* What a script may say before the curtain rises. */
struct stage_config {
    char host[256]; /* "auto": none is asked for */
    char theme[256];
    enum xd_glyphs glyphs;
    int w, h;
    bool readonly;
    int64_t interval_ns;
    char policy[256]; /* that is carried out; "none": none, but it could be; "": it couldn't */
    bool keep;        /* settings, in a file of its own */
};

struct stage {
    struct xd_clock clock;
    struct xd_log log;
    struct xd_registry *registry;
    struct xd_session *session;
    struct xd_theme theme;
    struct xd_inlet *inlet;
    struct xd_app app;
    struct xd_canvas canvas;
    char folder[64]; /* of the settings file; "": none */
};

/* Opens the host and takes its first sample; -errno with a sentence. */
int stage_open(struct stage *s, const struct stage_config *c, struct xd_err *err);
void stage_close(struct stage *s);
/* Ends the console and starts it anew on a fresh host, with the settings that it has kept. */
int stage_again(struct stage *s, const struct stage_config *c, struct xd_err *err);
/* Writes the settings file by hand. */
int stage_settings(struct stage *s, const char *text, struct xd_err *err);
int stage_settings_text(struct stage *s, struct xd_buf *out, struct xd_err *err); /* as it is */

/* Lets the time pass, as the console's loop would: it wakes whenever the session or the console has
 * something to do. */
void stage_tick(struct stage *s, int64_t ns);
void stage_key(struct stage *s, uint32_t code);
void stage_click(struct stage *s, int x, int y);    /* from 0 */
void stage_type(struct stage *s, const char *text); /* as characters */
void stage_resize(struct stage *s, int w, int h);
void stage_glyphs(struct stage *s, enum xd_glyphs glyphs);
int stage_verb(struct stage *s, const char *verb, struct xd_err *err);

/* The frame now, h lines of w cells (blanks included); with `styles` a letter for each cell's role
 * instead of the cell. */
void stage_frame(struct stage *s, bool styles, struct xd_buf *out);

#endif
