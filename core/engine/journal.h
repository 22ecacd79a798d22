/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal: an append-only file of NDJSON records, one file a host. A record is on disk (fsync)
 * before the step it announces touches the host. Several xendecks may append to one journal. A cut
 * last line is tolerated; an entry without an end is UNKNOWN, unless the process that began it
 * still lives (then "running"). */
#ifndef XD_ENGINE_JOURNAL_H
#define XD_ENGINE_JOURNAL_H

#include "engine/edit.h"

struct xd_journal_step {
    const char *table, *key, *label;
    const char *name; /* knob or action */
    bool is_action;
    const char *old, *now; /* exact texts; actions: NULL, parameters */
    /* What takes it back. Action: another's name, or a wish "OBJECT ACTION …"; knob: "set"; NULL:
     * nothing does. */
    const char *inverse;
    const char *text, *xl;
    enum xd_outcome outcome;
    const char *detail;
};

struct xd_journal_entry {
    uint64_t id;                        /* 1, 2, 3 … in this journal */
    int64_t begin_wall_ns, end_wall_ns; /* end 0: none */
    const char *who;                    /* user, terminal or "policy …" */
    const char *title;
    enum xd_outcome outcome;
    const char *detail;
    uint64_t undoes, undone_by; /* entries, or 0 */
    const struct xd_journal_step *steps;
    size_t n;
    const char *no_undo; /* why it can't be undone, or NULL: it can */
};

/* path NULL: in memory only (tests, read-only sessions). The file (0600) and its folders (0700) are
 * made with the first record: looking leaves no trace. A record in the middle that can't be read is
 * passed over, with file, line and column in the log. -errno: the file is there, but can't be read,
 * or is no regular file. One that can't be written opens, and begin says why it can't. */
int xd_journal_open(const char *path, struct xd_clock *clock, struct xd_log *log,
                    struct xd_journal **out, struct xd_err *err);
/* For who only appends to it, whatever its size: of its end the number of the last entry is read, and
 * no entry is known, not even those that are appended. */
int xd_journal_open_end(const char *path, struct xd_clock *clock, struct xd_log *log,
                        struct xd_journal **out, struct xd_err *err);
void xd_journal_close(struct xd_journal *j);
const char *xd_journal_path(const struct xd_journal *j); /* or NULL */
/* $XENDECK_STATE/HOST.journal; else /var/lib/xendeck for root, $XDG_STATE_HOME/xendeck or
 * ~/.local/state/xendeck for others. */
char *xd_journal_default_path(const char *host, char *out, size_t size);

size_t xd_journal_count(const struct xd_journal *j);
const struct xd_journal_entry *xd_journal_at(const struct xd_journal *j, size_t i); /* oldest 0 */
const struct xd_journal_entry *xd_journal_find(const struct xd_journal *j, uint64_t id);
/* Reads what others have appended; true if anything is new. */
bool xd_journal_refresh(struct xd_journal *j);

/* Writing; each is on disk when it returns 0. begin gives the plan its id. A step that is started
 * while its outcome isn't "planned" is one that is taken back. A file that holds something else
 * than a journal is not written to (-EILSEQ); what can't be written whole is taken away again. */
int xd_journal_begin(struct xd_journal *j, struct xd_plan *p, const char *who, struct xd_err *err);
int xd_journal_step_start(struct xd_journal *j, const struct xd_plan *p, size_t i,
                          struct xd_err *err);
int xd_journal_step_end(struct xd_journal *j, const struct xd_plan *p, size_t i,
                        struct xd_err *err);
int xd_journal_end(struct xd_journal *j, const struct xd_plan *p, struct xd_err *err);
/* Two records between which nothing is done, by one write and one wait for the disk: both are there
 * or neither. The begin and the start of the first step; the end of the last step (i) and the end.
 */
int xd_journal_begin_first(struct xd_journal *j, struct xd_plan *p, const char *who,
                           struct xd_err *err);
int xd_journal_end_last(struct xd_journal *j, const struct xd_plan *p, size_t i,
                        struct xd_err *err);

#endif
