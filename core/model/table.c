/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables read: cells, keys and labels, and rows found by key. See table.h. */
#include "model/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define uthash_fatal(msg) abort()
#include <uthash.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/table_private.h"

/* xd_row_u64 reads a bool's cell as a number. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "Xen runs on little-endian machines");

/* --- cells --- */

struct xd_value xd_row_value(const struct xd_table_desc *d, const struct xd_row *r, int col)
{
    if (!xd_row_has(r, col))
        return (struct xd_value){.have = false, .type = d->columns[col].kind.type};
    return (struct xd_value){.have = true, .type = d->columns[col].kind.type, .cell = r->cell[col]};
}

const char *xd_row_str(const struct xd_row *r, int col, const char *unknown)
{
    return xd_row_has(r, col) ? r->cell[col].s : unknown;
}

uint64_t xd_row_u64(const struct xd_row *r, int col, uint64_t unknown)
{
    return xd_row_has(r, col) ? r->cell[col].u : unknown;
}

double xd_row_f64(const struct xd_table_desc *d, const struct xd_row *r, int col, double unknown)
{
    if (!xd_row_has(r, col))
        return unknown;
    switch (d->columns[col].kind.type) {
    case XD_BOOL:
        return r->cell[col].b;
    case XD_I64:
    case XD_ENUM:
        return (double)r->cell[col].i;
    case XD_U64:
        return (double)r->cell[col].u;
    case XD_F64:
        return r->cell[col].f;
    default:
        return unknown;
    }
}

int xd_desc_column(const struct xd_table_desc *d, const char *name)
{
    for (int i = 0; i < d->n_columns; i++) {
        if (xd_streq(d->columns[i].name, name))
            return i;
    }
    return -1;
}

static uint64_t all_columns(const struct xd_table_desc *d)
{
    return d->n_columns < 64 ? (UINT64_C(1) << d->n_columns) - 1 : UINT64_MAX;
}

bool xd_want_names(const struct xd_table_desc *d, uint64_t wanted, int col)
{
    return wanted >> col & 1 && all_columns(d) & ~wanted;
}

uint64_t xd_desc_usual(const struct xd_table_desc *d)
{
    uint64_t all = all_columns(d), dear = 0;

    for (int i = 0; i < d->n_columns; i++)
        if (d->columns[i].flags & XD_COL_DEAR)
            dear |= UINT64_C(1) << i;
    return dear ? all & ~dear : UINT64_MAX;
}

bool xd_desc_same_cells(const struct xd_table_desc *a, const struct xd_table_desc *b)
{
    if (a == b)
        return true;
    if (a->n_columns != b->n_columns)
        return false;
    for (int i = 0; i < a->n_columns; i++) {
        if (a->columns[i].kind.type != b->columns[i].kind.type ||
            !xd_streq(a->columns[i].name, b->columns[i].name))
            return false;
    }
    return true;
}

/* --- keys and labels --- */

/* Adds text to out[XD_KEY_MAX], of which `used` bytes are taken; cut at a character. */
static size_t add_text(char *out, size_t used, const char *text)
{
    size_t room = XD_KEY_MAX - 1 - used, n = strnlen(text, room + 1);

    if (n > room) {
        for (n = room; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80;)
            n--;
    }
    memcpy(out + used, text, n);
    out[used + n] = '\0';
    return used + n;
}

static size_t add_cell(char *out, size_t used, const struct xd_column *c, union xd_cell cell)
{
    struct xd_value v = {.have = true, .type = c->kind.type, .cell = cell};
    struct xd_arena a = XD_ARENA_INIT;
    char number[24];

    switch (c->kind.type) {
    case XD_STR:
        return add_text(out, used, cell.s);
    case XD_U64:
        snprintf(number, sizeof(number), "%" PRIu64, cell.u);
        return add_text(out, used, number);
    case XD_I64:
        snprintf(number, sizeof(number), "%" PRId64, cell.i);
        return add_text(out, used, number);
    default: /* nobody has had such a key so far; right, if not quick */
        used = add_text(out, used, xd_value_exact(&v, &c->kind, &a));
        xd_arena_done(&a);
        return used;
    }
}

static char *join(const struct xd_table_desc *d, const struct xd_row *r, const int cols[2],
                  char *out)
{
    size_t used = 0;

    out[0] = '\0';
    for (int i = 0; i < 2 && cols[i] >= 0; i++) {
        if (i > 0)
            used = add_text(out, used, "/");
        if (xd_row_has(r, cols[i]))
            used = add_cell(out, used, &d->columns[cols[i]], r->cell[cols[i]]);
        else
            used = add_text(out, used, "?");
    }
    return out;
}

char *xd_row_key(const struct xd_table_desc *d, const struct xd_row *r, char *out)
{
    return join(d, r, d->keys, out);
}

char *xd_row_label(const struct xd_table_desc *d, const struct xd_row *r, char *out)
{
    return join(d, r, d->labels, out);
}

/* --- rows by key --- */

/* By place, not by address: a snapshot with the same rows completed shares the index. */
struct entry {
    const char *key;
    size_t at;
    UT_hash_handle hh;
};

struct xd_table_index {
    struct entry *head;
};

/* The key's text: the cell's own where the key is a string, else a copy. */
static const char *key_of(const struct xd_table_desc *d, const struct xd_row *r, char *buf,
                          struct xd_arena *a)
{
    const char *s;

    if (d->keys[0] >= 0 && d->keys[1] < 0 && d->columns[d->keys[0]].kind.type == XD_STR) {
        s = xd_row_str(r, d->keys[0], "?");
        if (strnlen(s, XD_KEY_MAX) < XD_KEY_MAX)
            return s;
    }
    return xd_arena_strdup(a, xd_row_key(d, r, buf));
}

const struct xd_table_index *xd_table_index_new(const struct xd_table *t, struct xd_arena *a)
{
    struct xd_table_index *x = xd_arena_alloc(a, sizeof(*x));
    struct entry *e = xd_arena_array(a, t->n, sizeof(*e)), *twin;
    char buf[XD_KEY_MAX];

    for (size_t i = 0; i < t->n; i++) {
        size_t len;
        unsigned hash;

        e[i].key = key_of(t->desc, t->rows[i], buf, a);
        e[i].at = i;
        len = strlen(e[i].key);
        HASH_VALUE(e[i].key, len, hash);
        HASH_FIND_BYHASHVALUE(hh, x->head, e[i].key, len, hash, twin);
        if (!twin) /* rows of one key: the first is found */
            HASH_ADD_KEYPTR_BYHASHVALUE(hh, x->head, e[i].key, len, hash, &e[i]);
    }
    return x;
}

void xd_table_index_free(const struct xd_table_index *x)
{
    struct entry *head = x ? x->head : NULL;

    /* The entries are the arena's. */
    HASH_CLEAR(hh, head);
}

const struct xd_row *xd_table_find(const struct xd_table *t, const char *key)
{
    struct entry *e = NULL;
    char buf[XD_KEY_MAX];

    if (t->index) {
        HASH_FIND_STR(t->index->head, key, e);
        return e ? t->rows[e->at] : NULL;
    }
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(xd_row_key(t->desc, t->rows[i], buf), key) == 0)
            return t->rows[i];
    }
    return NULL;
}
