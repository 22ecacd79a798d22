/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of this backend: one open recording, and the table that tells about it. */
#ifndef XD_CAPTURE_PLAYBACK_H
#define XD_CAPTURE_PLAYBACK_H

#include "backend_capture/player.h"
#include "capture/format.h"
#include "model/backend.h"

/* What is shown of one source of the recording. */
struct xd_playback_source {
    int64_t frame;                /* tried last; -1: none so far */
    int64_t shown;                /* the frame that `snapshot` is */
    struct xd_snapshot *snapshot; /* NULL: none could be read so far */
    struct xd_err trouble;        /* why `frame` could not be read; code 0: it could */
};

struct xd_playback {
    const struct xd_backend_env *env;
    char *path;
    struct xd_capture *capture;
    struct xd_player player;
    struct xd_playback_source sources[XD_CAPTURE_SOURCES_MAX];
    bool said_end; /* the log knows that the end was reached */
};

/* tables.c: the tables of the moment m into b; now_ns by the clock. */
void xd_playback_tables(const struct xd_playback *p, const struct xd_moment *m, int64_t now_ns,
                        struct xd_builder *b);

/* The table "playback": where the player is. One row. */
extern const struct xd_table_desc xd_playback_desc;
/* What this backend always tells, be it that something is missing; NULL-terminated. */
extern const struct xd_table_desc *const xd_playback_descs[];

#endif
