/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said on the socket of the daemon that carries a policy out: lines of JSON, a question and
 * an answer, as often as one likes on one connection.
 *
 *   {"ask":"status"}                                     {"ask":"explain","domain":"web1"}
 *   {"ask":"table","name":"budgets"}                     {"ask":"reload"}
 *   {"ask":"pause","domain":"web1","how":"restore"}      how: hold or restore; no domain: all of it
 *   {"ask":"resume","domain":"web1"}
 *   {"ask":"budget","rule":"burst","cpu_ns":N,"per_ns":N,"cap":N}    what isn't named stays
 *   {"ask":"limit","rule":"watts","watts":N}             or "celsius":N, of a cap loop
 *
 *   {"ok":false,"code":2,"error":"there is no …"}        code: an errno
 *   {"ok":true}                                          of what changes something
 *   {"ok":true,"policy":"burst-hour","file":…,…}         status
 *   {"ok":true,"text":"web1\n  sched.cap 20% …"}         explain
 *   {"ok":true,"columns":["uuid",…],"rows":2}            table: so many lines more, a row each:
 *   ["f3c0…","web1","burst",null,…]                      null where unknown, enums by name
 *
 * A question has at most XD_WIRE_ASK_MAX bytes with its newline. Who asks is told by the kernel
 * (SO_PEERCRED): all who may connect may ask, and change only root and the daemon's own user. */
#ifndef XD_POLICIES_WIRE_H
#define XD_POLICIES_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "model/table.h"

#define XD_WIRE_ASK_MAX    4096
#define XD_WIRE_ANSWER_MAX ((size_t)64 << 20)
#define XD_WIRE_ROWS_MAX   ((size_t)1 << 20)
#define XD_WIRE_LIVE       "/run/xendeck/policy.sock" /* a Xen host's */

enum xd_wire_kind {
    XD_WIRE_STATUS,
    XD_WIRE_EXPLAIN,
    XD_WIRE_TABLE,
    XD_WIRE_RELOAD,
    XD_WIRE_PAUSE,
    XD_WIRE_RESUME,
    XD_WIRE_BUDGET,
    XD_WIRE_LIMIT,
};

struct xd_wire_ask {
    enum xd_wire_kind kind;
    char domain[192], rule[72]; /* "": none */
    char table[32];             /* TABLE: "budgets" or "policies" (policies/table.h) */
    bool restore;               /* PAUSE */
    int64_t cpu_ns, per_ns;     /* BUDGET; 0: as it is */
    int64_t cap;                /* percent; -1: as it is */
    double watts, celsius;      /* LIMIT: one of them; 0: it is the other */
};

bool xd_wire_changes(enum xd_wire_kind kind); /* whether it asks for more than to be told */
/* One line without its newline. -EINVAL with a sentence. */
int xd_wire_ask_read(const char *line, size_t len, struct xd_wire_ask *out, struct xd_err *err);
void xd_wire_ask_write(const struct xd_wire_ask *ask, struct xd_buf *out); /* with its newline */

/* An answer of {"ok":false}; err->code is the errno. */
void xd_wire_fail(const struct xd_err *err, struct xd_buf *out);
/* A table as an answer. */
void xd_wire_table_write(const struct xd_table *t, struct xd_buf *out);

/* Whether text holds a whole answer: its length, or 0: more is to come. -EBADMSG: it is none. */
int64_t xd_wire_answer_len(const char *text, size_t len, struct xd_err *err);
/* 0, or what the daemon said instead, as its errno and sentence. */
int xd_wire_answer_check(const char *text, size_t len, struct xd_err *err);
/* The rows of a table's answer, by the names of d's columns; others are passed over, what isn't of
 * a column's type is unknown. -EBADMSG with a sentence. */
int xd_wire_table_read(const char *text, size_t len, const struct xd_table_desc *d,
                       struct xd_builder *b, int64_t at_ns, struct xd_err *err);

/* Asks the daemon whose socket that is, and waits for the answer at most timeout_ns. 0: it is in
 * *out, whole, and says ok. -ENODEV: there is no daemon, with a sentence that says what to do;
 * -ETIMEDOUT; else what the daemon said. */
int xd_wire_ask_daemon(const char *path, const struct xd_wire_ask *ask, int64_t timeout_ns,
                       struct xd_buf *out, struct xd_err *err);

#endif
