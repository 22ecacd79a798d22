/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capture format: snapshots of any host, written to a file and read back.
 *
 * A room of its own, between the model and those who use it: `xendeck capture` (core/cmd) writes,
 * backends/capture reads, neither may include the other, and core/model shall not need zstd.
 *
 * A capture (*.xdc) is a row of zstd frames, each with a content checksum and one sample of one
 * source. A frame stands alone: whatever happens to the file costs the frames it happens to and no
 * others. `zstdcat` gives NDJSON:
 *
 *   {"xendeck-capture":1,"host":"live","started":"2026-03-01T12:00:00Z","tables":[
 *     {"name":"domains","noun":"domain","title":…,"help":…,"keys":["uuid"],"labels":["name"],
 *      "parent":null,"columns":[{"name":"cap","title":…,"help":…,"type":"u64","unit":"%",
 *        "zero":"none","names":null,"flags":["default"],"width":5,"rate_of":null,"rate_scale":0},…
 *   {"sample":1,"source":"libxl","seq":7,"wall":"2026-03-01T12:00:02Z","wall_ns":…,"at_ns":…,
 *    "took_ns":…}
 *   {"table":"domains","state":"ok","reason":null,"at_ns":…,"rows":2}
 *   ["f3c0…","web1",5,…]        a row: a cell for each column, null where unknown; enums by name,
 *   ["9a11…","db1",null,…]      CPU sets as "0-3", moments and durations as numbers of ns
 *   {"table":"vcpus",…
 *
 * The header is the first line of each frame (one line: broken up here). Numbers are in the
 * column's unit, at_ns is the recorded host's monotonic clock. A reader ignores keys that it does
 * not know; a change that it could not ignore has another number behind "xendeck-capture".
 *
 * Reading trusts nothing: sizes are bounded, names are checked, strings are made safe, a frame
 * whose checksum is wrong is left out, and the search goes on at the next frame's magic number.
 * Errors name the file, the sample, the line in it and the column. */
#ifndef XD_CAPTURE_FORMAT_H
#define XD_CAPTURE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/table.h"

#define XD_CAPTURE_SCHEMA      1
#define XD_CAPTURE_FRAME_MAX   ((size_t)64 * 1024 * 1024) /* bytes of a frame's text */
#define XD_CAPTURE_LINE_MAX    ((size_t)2 * 1024 * 1024)  /* bytes of one line */
#define XD_CAPTURE_ROWS_MAX    ((size_t)256 * 1024)       /* rows of a sample, all tables */
#define XD_CAPTURE_TABLES_MAX  64
#define XD_CAPTURE_SOURCES_MAX 16
#define XD_CAPTURE_FRAMES_MAX  ((size_t)4 * 1024 * 1024) /* samples of a file */

/* --- writing --- */

struct xd_capture_writer;

/* Makes the file (0600: the names of guests are in it). host: what is recorded ("live", "demo");
 * started_wall_ns: ns since 1970 UTC. -EEXIST where there is a file and overwrite is false; what
 * isn't a regular file is refused in any case. */
int xd_capture_writer_open(const char *path, bool overwrite, const char *host,
                           int64_t started_wall_ns, struct xd_capture_writer **out,
                           struct xd_err *err);
/* Appends a snapshot of any source as one frame, with a single write: kill -9 costs at most the
 * frame in work. A snapshot that was the source's newest before (same source and number) is not
 * written again. On an error (a full disk) the file is cut back to whole frames and may be added to
 * again. */
int xd_capture_writer_add(struct xd_capture_writer *w, const struct xd_snapshot *s,
                          struct xd_err *err);
uint64_t xd_capture_writer_samples(const struct xd_capture_writer *w); /* frames written */
uint64_t xd_capture_writer_bytes(const struct xd_capture_writer *w);   /* the file's size */
/* fsync and close; w is gone whatever is returned. NULL allowed. */
int xd_capture_writer_close(struct xd_capture_writer *w, struct xd_err *err);

/* --- reading --- */

struct xd_capture;

/* One sample of one source, as found when the file was opened. */
struct xd_capture_frame {
    uint64_t offset; /* in the file */
    uint64_t size;   /* compressed bytes */
    int64_t pos_ns;  /* where it stands in the recording: from the first sample on, never less */
    int64_t at_ns;   /* monotonic clock of the recorded host */
    int64_t wall_ns; /* since 1970 UTC */
    uint16_t source; /* see xd_capture_source */
    uint16_t layout; /* internal: which header it has */
};

/* Whether a file begins as captures do; false for what can't be read. */
bool xd_capture_is(const char *path);
/* Reads through the whole file, checks every frame and makes the index. `stop` (may be NULL) is
 * asked between frames and ends the reading with -ECANCELED. A file that is damaged or cut opens
 * with what is left: see xd_capture_damages. -ENODATA: nothing is left; -EPROTONOSUPPORT: another
 * schema; -ENOENT and the like of the file. */
int xd_capture_open(const char *path, bool (*stop)(void *arg), void *arg, struct xd_capture **out,
                    struct xd_err *err);
/* The descriptions of xd_capture_table and of loaded snapshots go with it. NULL allowed. */
void xd_capture_close(struct xd_capture *c);

const char *xd_capture_host(const struct xd_capture *c); /* what the writer called it; safe */
size_t xd_capture_frames(const struct xd_capture *c);    /* at least 1 */
const struct xd_capture_frame *xd_capture_frame(const struct xd_capture *c, size_t i);
size_t xd_capture_sources(const struct xd_capture *c);
const char *xd_capture_source(const struct xd_capture *c, size_t source); /* "libxl" */
/* The newest frame of a source among the frames 0 … last, or -1. */
int64_t xd_capture_newest(const struct xd_capture *c, size_t source, size_t last);

/* How many stretches of the file could not be read (each at least one frame), and the first of
 * them as a sentence; 0 and NULL: none. */
size_t xd_capture_damages(const struct xd_capture *c);
const char *xd_capture_damage(const struct xd_capture *c);

/* Every table that occurs in the file, described once for all frames. A core table has core's
 * columns at their places (the enums of model/tables.h hold) and behind them those that only the
 * capture has; names of states are core's. No column is a rate any more: what was recorded is a
 * fact, and what was unknown must not be guessed from the pace of the playback. */
size_t xd_capture_tables(const struct xd_capture *c);
const struct xd_table_desc *xd_capture_table(const struct xd_capture *c, size_t i);

/* Frame i as a snapshot with the times it had on the recorded host. What a table of the recording
 * and its description here don't agree on is unknown, and the table's reason says so. -EBADMSG:
 * the file was changed since it was opened, or the sample makes no sense (sentence with line and
 * column); -ERANGE: no such frame. */
int xd_capture_load(struct xd_capture *c, size_t i, struct xd_snapshot **out, struct xd_err *err);
/* The newest sample of any source that has rows of that table, with a reference for the caller;
 * NULL: there is none, with a sentence if one could not be read. */
struct xd_snapshot *xd_capture_load_table(struct xd_capture *c, const char *table,
                                          struct xd_err *err);

#endif
