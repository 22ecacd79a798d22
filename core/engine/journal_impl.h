/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the journal: journal.c (the file), journal_write.c (records made), journal_read.c
 * (records read; the text of a file is hostile until it has been through there).
 *
 * A record is one line, and begins with the format's version:
 *   {"xendeck":1,"rec":"begin","id":17,"at_ns":…,"at":"…","pid":…,"pid_start":…,"boot":"…",
 *    "who":"…","title":"…","undoes":16,"steps":[{"table":…,"key":…,"label":…,"name":…,
 *    "action":true,"old":…,"new":…,"inverse":…,"text":…,"xl":…}]}
 *   {"xendeck":1,"rec":"start","id":17,"at_ns":…,"step":0}     "back":true: it is taken back
 *   {"xendeck":1,"rec":"step","id":17,"at_ns":…,"step":0,"outcome":"done","detail":…}
 *   {"xendeck":1,"rec":"end","id":17,"at_ns":…,"outcome":"done","detail":…} */
#ifndef XD_ENGINE_JOURNAL_IMPL_H
#define XD_ENGINE_JOURNAL_IMPL_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/str.h"
#include "engine/journal.h"

#define XD_JOURNAL_VERSION    1
#define XD_JOURNAL_MAGIC      "{\"xendeck\":" /* what every record begins with */
#define XD_JOURNAL_LINE_MAX   (16 << 20)
#define XD_JOURNAL_READ_MAX   (64 << 20) /* of an older, larger file only so much of its end */
#define XD_JOURNAL_END        (4 << 10)  /* what is read of it by who only appends: a few entries */
#define XD_JOURNAL_STEPS_MAX  100000
#define XD_JOURNAL_STRING_MAX (64 << 10) /* a CPU set may take 20 KiB, and must not be cut */
#define XD_JOURNAL_ID_MAX     (INT64_C(1) << 53) /* what every reader of JSON can hold */

/* Who began an entry, so that "running" can be told from "nobody knows how it ended". */
struct xd_process {
    int64_t pid;
    uint64_t start; /* field 22 of /proc/PID/stat: tells it from a later process of that pid */
    char boot[40];  /* the boot that it lived in */
};

void xd_process_self(struct xd_process *p);
bool xd_process_lives(const struct xd_process *p);

struct xd_record {
    struct xd_journal_entry e; /* what others see */
    struct xd_arena arena;
    struct xd_journal_step *steps; /* e.steps */
    struct xd_process by;
    bool ended;
    bool begun_step;   /* a step was started and hasn't ended … */
    size_t open_step;  /* … this one */
    bool open_is_back; /* it was being taken back */
    bool settled;      /* e.no_undo is that of these two: */
    enum xd_outcome settled_as;
    uint64_t settled_by;
};

struct xd_journal {
    char *path; /* NULL: in memory */
    int fd;     /* -1: no file yet */
    int fixed;  /* errno that opening it for writing brought: it can only be read; else 0 */
    struct xd_clock *clock;
    struct xd_log *log;
    struct xd_record **records; /* by rising id */
    size_t n, cap;
    uint64_t last_id;
    bool numbers;     /* only last_id is wanted of it: no records are made */
    off_t most;       /* bytes at the end of the file that are wanted */
    off_t read_to;    /* bytes of the file taken in; always the beginning of a line */
    uint64_t lines;   /* for the sentences: the number of the line that begins there */
    bool cut_front;   /* the file was too large: entries before ours are not known */
    size_t good, bad; /* records that could be read, lines that couldn't */
    dev_t dev;
    ino_t ino;
    struct xd_process self; /* pid 0: it hasn't begun anything yet */
};

/* Takes in one line (without its newline). -EILSEQ with a sentence that names the column. */
int xd_journal_take_line(struct xd_journal *j, const char *text, size_t len, struct xd_err *err);
/* Outcomes of entries without an end, and what can be undone. True if anything changed. */
bool xd_journal_settle(struct xd_journal *j);
struct xd_record *xd_journal_record(const struct xd_journal *j, uint64_t id);
void xd_journal_forget(struct xd_journal *j); /* drops all that was read */

/* Records as text, each with its newline. */
void xd_journal_make_begin(struct xd_buf *b, struct xd_journal *j, const struct xd_plan *p,
                           uint64_t id, const char *who);
void xd_journal_make_start(struct xd_buf *b, const struct xd_journal *j, const struct xd_plan *p,
                           uint64_t id, size_t i);
void xd_journal_make_step(struct xd_buf *b, const struct xd_journal *j, const struct xd_plan *p,
                          size_t i);
void xd_journal_make_end(struct xd_buf *b, const struct xd_journal *j, const struct xd_plan *p);

#endif
