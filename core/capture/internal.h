/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of this room: text, layouts, frames. Not for others. */
#ifndef XD_CAPTURE_INTERNAL_H
#define XD_CAPTURE_INTERNAL_H

#include "base/arena.h"
#include "base/str.h"
#include "capture/format.h"

struct json_object;

/* A new file (0600), open for writing and empty: the descriptor, or what xd_capture_writer_open
 * says. */
int xd_capture_make_file(const char *path, bool overwrite, struct xd_err *err);

/* --- text.c: a snapshot as the lines of a frame --- */

struct xd_capture_head {
    const char *host;
    int64_t started_wall_ns;
    uint64_t sample; /* 1, 2, 3 … of the file */
};

void xd_capture_text(const struct xd_capture_head *head, const struct xd_snapshot *s,
                     struct xd_buf *out);

/* --- layout.c: descriptions read from headers --- */

/* A table as one header describes it, and what it is for us. */
struct xd_capture_map {
    const char *name;                 /* as in the "table" lines */
    const struct xd_table_desc *desc; /* of the whole file, its columns may grow until opened */
    int n;                            /* recorded columns: cells in each row */
    int16_t col[XD_COLUMNS_MAX];      /* our column, or -1: left out */
    const char *note;                 /* what could not be taken over, as a sentence; or NULL */
    bool missing;                     /* nothing of it can be shown: note says why */
};

/* One kind of header line: equal lines share one. */
struct xd_capture_layout {
    char *text; /* the line */
    size_t len;
    struct xd_capture_map *maps;
    size_t n;
};

struct xd_capture_layouts {
    struct xd_arena arena;
    struct xd_capture_layout *all; /* malloc */
    size_t n;
    struct xd_table_desc *tables[XD_CAPTURE_TABLES_MAX];
    size_t n_tables;
    char host[64];
};

#define XD_CAPTURE_LAYOUTS_MAX 64

void xd_capture_layouts_done(struct xd_capture_layouts *l);
/* The layout of a header line; a new one is read, checked and kept. Returns its index, or -errno
 * with a sentence that begins with `what` (the file and the frame). -EPROTONOSUPPORT: another
 * schema. */
int xd_capture_layout_get(struct xd_capture_layouts *l, const char *what, const char *text,
                          size_t len, struct xd_err *err);
/* lower_case and short: names of tables, columns and sources. */
bool xd_capture_name_ok(const char *s);

/* --- frame.c: zstd --- */

enum xd_frame_fit {
    XD_FRAME_WHOLE, /* a frame of *size bytes */
    XD_FRAME_SHORT, /* it goes on behind the buffer (or is broken and pretends so) */
    XD_FRAME_BAD,   /* none begins here */
};

struct xd_unpacker; /* memory and zstd's state, for one frame after the other */

/* -ENODEV: zstd can't be had. Before it, and without it, none of the rest may be called. */
int xd_unpacker_new(struct xd_unpacker **out, struct xd_err *err);
void xd_unpacker_free(struct xd_unpacker *u);
size_t xd_frame_bound(size_t n); /* how large a frame of n bytes of text may be */
enum xd_frame_fit xd_frame_measure(const void *src, size_t n, size_t *size);
/* True if a whole magic number stands in src at or behind `from`: *at tells where first. */
bool xd_frame_search(const void *src, size_t n, size_t from, size_t *at);
/* The text of one whole frame, valid until the next call. -EBADMSG: checksum wrong
 * or missing, too large, or a line too long; sentence without file and place. */
int xd_unpack(struct xd_unpacker *u, const void *src, size_t n, const char **text, size_t *len,
              struct xd_err *err);

/* --- sample.c: the lines behind the header --- */

struct xd_lines { /* one line after the other; none holds a newline */
    const char *what, *at, *end;
    size_t number; /* of the line read last; from 1 */
};

/* False at the end. */
bool xd_lines_next(struct xd_lines *l, const char **line, size_t *len);

struct xd_sample_line {
    char source[32];
    uint64_t seq;
    int64_t wall_ns, at_ns, took_ns;
};

int xd_sample_line_read(struct xd_lines *l, struct xd_sample_line *out, struct xd_err *err);
/* The tables: lines 3 to the end. */
int xd_sample_tables_read(struct xd_lines *l, const struct xd_capture_layout *layout,
                          struct xd_builder *b, struct xd_err *err);

#endif
