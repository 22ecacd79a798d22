/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables and snapshots: all that xendeck knows about a host at one moment.
 *
 * A table is described once, by a struct xd_table_desc; that description makes it appear in the
 * console, in `get`, in JSON, in filters, in captures and in policies. A row is a have-mask and one
 * 8-byte cell for each column. Snapshots are built by one worker thread, sealed, and never changed
 * again; whoever holds a reference may read one without a lock. */
#ifndef XD_MODEL_TABLE_H
#define XD_MODEL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/value.h"

struct xd_arena;

#define XD_COLUMNS_MAX 64  /* bits in a row's have-mask */
#define XD_KEY_MAX     192 /* bytes of a row's key with its NUL */

enum xd_column_flags {
    XD_COL_DEFAULT = 1 << 0, /* shown when nobody chose columns */
    XD_COL_COUNTER = 1 << 1, /* only grows while the thing lives; rates come from it */
    XD_COL_HISTORY = 1 << 2, /* kept for spark lines and graphs */
    /* Looking costs the whole host something (a trace of its scheduler): sampled for who names it
     * only, and not because all columns are wanted. Unknown meanwhile. */
    XD_COL_DEAR = 1 << 3,
};

struct xd_column {
    const char *name;  /* stable: JSON, filters, -c. lower_case, with its unit (_ns _kib) */
    const char *title; /* heading on screen, at most 8 cells: "CPU%" */
    const char *help;  /* one sentence: what it is and where it comes from */
    struct xd_kind kind;
    unsigned flags;
    int width; /* cells on screen; 0: by kind */
    /* A rate: this column is (growth of column rate_of - 1) / (seconds between samples) times
     * rate_scale. 0: not a rate. Filled by xd_rates_fill, only where the backend left it unknown.
     */
    int rate_of;
    double rate_scale;
};

#define XD_RATE_OF(col) ((col) + 1)

struct xd_table_desc {
    const char *name;  /* "domains" */
    const char *noun;  /* "domain": the first word of an object's path, "domain/web1" */
    const char *title; /* "Domains" */
    const char *help;
    const struct xd_column *columns;
    int n_columns;
    /* Columns whose values, joined by '/', identify a row for ever ("UUID" or "UUID/3"), and those
     * that people call it by ("web1", "web1/3"). -1 ends a list of less than two. A table whose
     * keys[0] is -1 has a single row, whose key is "". */
    int keys[2];
    int labels[2];
    const char *parent; /* the table whose key our first key column holds, or NULL */
    /* Several sources have rows of it: those of fillings that the base hasn't got are added. */
    bool grows;
};

struct xd_row {
    uint64_t have; /* bit i: cell[i] is known */
    union xd_cell cell[];
};

enum xd_table_state {
    XD_TABLE_OK,
    XD_TABLE_MISSING, /* could not be had at all: no rows, a reason */
};

struct xd_table {
    const struct xd_table_desc *desc;
    const char *source; /* the backend's name */
    enum xd_table_state state;
    const char *reason; /* a sentence when not OK (or why part of it is unknown); else NULL */
    int64_t at_ns;      /* monotonic time at which its values were read: rates use this */
    const struct xd_row *const *rows;
    size_t n;
    const struct xd_table_index *index; /* made when sealed; NULL: xd_table_find tries each row */
};

struct xd_snapshot; /* counted; see below */

/* --- reading --- */
static inline bool xd_row_has(const struct xd_row *r, int col)
{
    return col >= 0 && (r->have >> col & 1);
}
struct xd_value xd_row_value(const struct xd_table_desc *d, const struct xd_row *r, int col);
/* The text, number … or the default where unknown. Numbers: U64, I64 and BOOL, ENUM convert. */
const char *xd_row_str(const struct xd_row *r, int col, const char *unknown);
uint64_t xd_row_u64(const struct xd_row *r, int col, uint64_t unknown);
double xd_row_f64(const struct xd_table_desc *d, const struct xd_row *r, int col, double unknown);
/* out[XD_KEY_MAX]; returns out. A part that is unknown is written "?". */
char *xd_row_key(const struct xd_table_desc *d, const struct xd_row *r, char *out);
char *xd_row_label(const struct xd_table_desc *d, const struct xd_row *r, char *out);
int xd_desc_column(const struct xd_table_desc *d, const char *name); /* index or -1 */
/* All columns as a mask, without the dear ones; UINT64_MAX where there are none such. */
uint64_t xd_desc_usual(const struct xd_table_desc *d);
/* Whether a mask of wanted columns names that one, and isn't simply all of the table. */
bool xd_want_names(const struct xd_table_desc *d, uint64_t wanted, int col);

/* The (first) row of that key, or NULL; by a hash, so at the same cost in a table of any size. */
const struct xd_row *xd_table_find(const struct xd_table *t, const char *key);

struct xd_snapshot *xd_snapshot_ref(struct xd_snapshot *s); /* NULL allowed */
void xd_snapshot_unref(struct xd_snapshot *s);              /* NULL allowed */
uint64_t xd_snapshot_seq(const struct xd_snapshot *s);      /* 1, 2, 3 … of its source */
int64_t xd_snapshot_at(const struct xd_snapshot *s);   /* monotonic ns: when collecting ended */
int64_t xd_snapshot_wall(const struct xd_snapshot *s); /* wall ns of the same moment */
int64_t xd_snapshot_took(const struct xd_snapshot *s); /* ns that collecting took */
const char *xd_snapshot_source(const struct xd_snapshot *s);
size_t xd_snapshot_tables(const struct xd_snapshot *s);
const struct xd_table *xd_snapshot_table_at(const struct xd_snapshot *s, size_t i);
const struct xd_table *xd_snapshot_table(const struct xd_snapshot *s, const char *name);

/* --- building: one thread, then sealed --- */
struct xd_builder;
struct xd_rows; /* one table under construction */

/* `source` and the descs must outlive all snapshots. */
struct xd_builder *xd_builder_new(const char *source);
void xd_builder_free(struct xd_builder *b);              /* without sealing */
struct xd_arena *xd_builder_arena(struct xd_builder *b); /* lives as long as the snapshot */
/* Starts a table (or goes on with it, if it was begun before: then the first at_ns counts). at_ns:
 * when its values were read. */
struct xd_rows *xd_build_table(struct xd_builder *b, const struct xd_table_desc *d, int64_t at_ns);
/* The table can't be had, or (where it has rows) a part of it is unknown: why, as a sentence. Made
 * safe; several sentences are joined by "; ", and there is an end to them at about 1 KiB.
 * xd_build_reason never makes a table missing. */
void xd_build_missing(struct xd_builder *b, const struct xd_table_desc *d, const char *fmt, ...)
    XD_PRINTF(3, 4);
void xd_build_reason(struct xd_rows *t, const char *fmt, ...) XD_PRINTF(2, 3);

void xd_row_begin(struct xd_rows *t); /* a new row; the xd_put functions fill it */
/* Each asserts that the column is of that type. A NULL string or set leaves the cell unknown. */
void xd_put_bool(struct xd_rows *t, int col, bool v);
void xd_put_i64(struct xd_rows *t, int col, int64_t v);
void xd_put_u64(struct xd_rows *t, int col, uint64_t v);
void xd_put_f64(struct xd_rows *t, int col, double v);      /* not finite: unknown */
void xd_put_enum(struct xd_rows *t, int col, int v);        /* out of the names: unknown */
void xd_put_str(struct xd_rows *t, int col, const char *s); /* copied, made safe, ≤ 1024 bytes */
void xd_put_set(struct xd_rows *t, int col, const struct xd_cpuset *set); /* copied */
void xd_put_value(struct xd_rows *t, int col, const struct xd_value *v);  /* copied */

/* The table of that name as another snapshot has it becomes one of this snapshot too, rows, strings
 * and index; nothing is copied, and `from` lives as long. What does not change is built once.
 * False: `from` has no such table. One that is built here as well wins. */
bool xd_build_lend(struct xd_builder *b, struct xd_snapshot *from, const char *table);

/* Ends building and frees b. Rates of rows that were already in prev (which may be NULL) are
 * filled in here, by xd_rates_fill. */
struct xd_snapshot *xd_builder_seal(struct xd_builder *b, struct xd_snapshot *prev, uint64_t seq,
                                    int64_t at_ns, int64_t wall_ns, int64_t took_ns);

/* --- composing: several sources tell of the same rows --- */

/* What one source adds to another's tables, or why it can't just now. */
struct xd_filling {
    struct xd_snapshot *snapshot; /* its newest sample; NULL: none that counts */
    const struct xd_table_desc *const *fills;
    const char *why; /* with NULL: a sentence, told of the tables that stay without its cells */
};

/* A new snapshot (to be unreferenced): that of `base` without the tables named in hide (its own
 * fills; NULL: none), and with the cells of the fillings put in where base's rows of the same key
 * don't know them (of a table that grows: with their rows). Order, seq and times are base's. Costs
 * one copy of the tables that are filled; everything else is shared. */
struct xd_snapshot *xd_snapshot_compose(struct xd_snapshot *base,
                                        const struct xd_table_desc *const *hide,
                                        const struct xd_filling *fillings, size_t n);

#endif
