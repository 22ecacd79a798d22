/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One value: of a table's cell, of a knob, of an action's parameter. Types and units are few on
 * purpose; every part of xendeck (screen, JSON, filters, knobs, captures) goes by this list. */
#ifndef XD_MODEL_VALUE_H
#define XD_MODEL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cpuset.h"
#include "base/err.h"

struct xd_arena;
struct xd_json;

enum xd_type {
    XD_BOOL,   /* cell.b; "yes" "no", JSON true false */
    XD_I64,    /* cell.i */
    XD_U64,    /* cell.u */
    XD_F64,    /* cell.f */
    XD_STR,    /* cell.s: UTF-8, made safe for a terminal (xd_str_safe) */
    XD_ENUM,   /* cell.i: an index into the names of the column or knob; JSON the name */
    XD_CPUSET, /* cell.set; text and JSON "0-3,8" */
};

enum xd_unit {
    XD_UNIT_NONE,
    XD_UNIT_KIB,     /* memory; JSON and CSV the number, screen "2.0G" */
    XD_UNIT_BYTES,   /* traffic and disk counters */
    XD_UNIT_BYTES_S, /* … per second */
    XD_UNIT_PER_S,   /* events per second */
    XD_UNIT_PERCENT, /* of one pCPU where it is CPU time: 250.0 is two and a half pCPUs */
    XD_UNIT_NS,      /* durations and CPU time */
    XD_UNIT_WALL_NS, /* a moment: ns since 1970 UTC */
    XD_UNIT_KHZ,
    XD_UNIT_MW,
    XD_UNIT_US, /* durations of schedulers, as xl counts them: a bare number is us */
    XD_UNIT_MS,
};

union xd_cell {
    bool b;
    int64_t i;
    uint64_t u;
    double f;
    const char *s;
    const struct xd_cpuset *set;
};

/* What a value is, apart from its content: shared by columns, knobs and parameters. */
struct xd_kind {
    enum xd_type type;
    enum xd_unit unit;
    const char *const *names; /* XD_ENUM: NULL-terminated */
    const char *zero;         /* the word for 0 where 0 means something else ("none"); or NULL */
};

/* Numbers are shown to the right, and looked at from the largest down. */
static inline bool xd_type_is_number(enum xd_type t)
{
    return t == XD_U64 || t == XD_I64 || t == XD_F64;
}

struct xd_value {
    bool have; /* false: unknown. Unknown is never zero */
    enum xd_type type;
    union xd_cell cell;
};

#define XD_UNKNOWN ((struct xd_value){.have = false})

bool xd_value_equal(const struct xd_value *a, const struct xd_value *b);
/* Orders values of one type; unknown after everything. Strings by natural order ("vm2" < "vm10"),
 * CPU sets by their first member. */
int xd_value_cmp(const struct xd_value *a, const struct xd_value *b);
/* A copy whose strings and sets live in a. */
struct xd_value xd_value_copy(const struct xd_value *v, struct xd_arena *a);

/* For a screen: short, with unit, at most about 8 cells for numbers; "-" when unknown. */
const char *xd_value_short(const struct xd_value *v, const struct xd_kind *k, struct xd_arena *a);
/* Exactly, in a form that xd_value_parse reads back: "40" "none" "2G" "0-3" "paused"; "unknown".
 * (F64 is written with the digits that make it read back the same.) */
const char *xd_value_exact(const struct xd_value *v, const struct xd_kind *k, struct xd_arena *a);
/* JSON: null when unknown; numbers in the column's unit; enums, sets and moments (ISO) as text. */
void xd_value_json(const struct xd_value *v, const struct xd_kind *k, struct xd_json *j,
                   const char *key);

/* Reads what people type. Memory takes K M G T (binary; a bare number is MiB as in xl), traffic
 * k M G, percent an optional %, times ns us ms s m h d (a bare number is in the unit
 * of the kind where that is us or ms). n_all: how many CPUs "all" means (0:
 * unknown, "all" is then refused). -EINVAL or -ERANGE with a sentence that says what was wanted;
 * for an enum the nearest name is offered. */
int xd_value_parse(const char *text, const struct xd_kind *k, unsigned n_all, struct xd_arena *a,
                   struct xd_value *out, struct xd_err *err);

const char *xd_type_name(enum xd_type t); /* "bool" "i64" … as captures write them */
const char *xd_unit_name(enum xd_unit u); /* "KiB" "bytes/s" "%" … ; "" for none */
/* The reverse, for readers of captures; -ENOENT when there is none of that name. */
int xd_type_from_name(const char *name, enum xd_type *out);
int xd_unit_from_name(const char *name, enum xd_unit *out);

#endif
