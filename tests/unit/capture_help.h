/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of captures share: files that go away, frames made by hand, snapshots with every
 * kind of value, and how to tell whether two are the same. */
#ifndef TEST_CAPTURE_HELP_H
#define TEST_CAPTURE_HELP_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zstd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "capture/format.h"
#include "model/tables.h"

struct tmp {
    char dir[64], path[96];
};

static inline void tmp_make(struct tmp *t)
{
    const char *base = getenv("TMPDIR");

    snprintf(t->dir, sizeof(t->dir), "%.40s/xd-capture-XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(t->dir));
    snprintf(t->path, sizeof(t->path), "%s/a.xdc", t->dir);
}

static inline void tmp_remove(struct tmp *t)
{
    unlink(t->path);
    assert_int_equal(rmdir(t->dir), 0);
}

static inline void put_file(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static inline void get_file(const char *path, struct xd_buf *out)
{
    FILE *f = fopen(path, "rb");
    char block[4096];
    size_t n;

    assert_non_null(f);
    while ((n = fread(block, 1, sizeof(block), f)) > 0)
        xd_buf_addn(out, block, n);
    fclose(f);
}

/* Adds text as one frame, as the writer would. */
static inline void add_frame(struct xd_buf *out, const char *text, size_t n, int checksum)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    size_t cap = ZSTD_compressBound(n);
    char *packed = malloc(cap);

    assert_non_null(packed);
    ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, 1);
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, checksum);
    cap = ZSTD_compress2(c, packed, cap, text, n);
    assert_false(ZSTD_isError(cap));
    xd_buf_addn(out, packed, cap);
    free(packed);
    ZSTD_freeCCtx(c);
}

/* splitmix64 */
static inline uint64_t rnd(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline void put_random(struct xd_rows *t, const struct xd_table_desc *d, int col,
                              uint64_t *seed)
{
    static const char *const texts[] = {"web1", "", "Zürich ✓", "a \"quoted\" \\ one", "\x1b[2J"};
    const struct xd_kind *k = &d->columns[col].kind;
    uint64_t r = rnd(seed);
    struct xd_cpuset set;
    int n = 0;

    switch (k->type) {
    case XD_BOOL:
        xd_put_bool(t, col, r & 1);
        break;
    case XD_I64:
        xd_put_i64(t, col, r & 1 ? (int64_t)r : (int64_t)(r % 1000) - 500);
        break;
    case XD_U64:
        xd_put_u64(t, col, r & 1 ? r : r % 1000);
        break;
    case XD_F64:
        xd_put_f64(t, col, r & 1 ? (double)r / 7e11 : (double)(r % 100));
        break;
    case XD_ENUM:
        while (k->names[n])
            n++;
        xd_put_enum(t, col, (int)(r % (unsigned)n));
        break;
    case XD_STR:
        xd_put_str(t, col, texts[r % 5]);
        break;
    case XD_CPUSET:
        xd_cpuset_zero(&set);
        for (int i = (int)(r % 5); i > 0; i--)
            xd_cpuset_add(&set, (unsigned)(rnd(seed) % XD_CPUSET_MAX));
        xd_put_set(t, col, &set);
        break;
    }
}

/* A row with a key of its own; other cells are random, every fifth unknown. */
static inline void random_row(struct xd_rows *t, const struct xd_table_desc *d, unsigned number,
                              uint64_t *seed)
{
    char text[24];

    snprintf(text, sizeof(text), "row-%u", number);
    xd_row_begin(t);
    for (int col = 0; col < d->n_columns; col++)
        if (rnd(seed) % 5)
            put_random(t, d, col, seed);
    for (int i = 0; i < 2 && d->keys[i] >= 0; i++) {
        if (d->columns[d->keys[i]].kind.type == XD_STR)
            xd_put_str(t, d->keys[i], text);
        else
            xd_put_u64(t, d->keys[i], number);
    }
}

static inline void assert_same_table(const struct xd_table *a, const struct xd_table *b)
{
    assert_string_equal(a->desc->name, b->desc->name);
    assert_int_equal(a->state, b->state);
    assert_true(xd_streq(a->reason, b->reason));
    assert_int_equal(a->n, b->n);
    for (size_t r = 0; r < a->n; r++)
        for (int col = 0; col < a->desc->n_columns; col++) {
            int other = xd_desc_column(b->desc, a->desc->columns[col].name);
            struct xd_value x, y;

            assert_true(other >= 0);
            x = xd_row_value(a->desc, a->rows[r], col);
            y = xd_row_value(b->desc, b->rows[r], other);
            if (x.have != y.have || !xd_value_equal(&x, &y))
                fail_msg("%s row %zu: %s differs", a->desc->name, r, a->desc->columns[col].name);
        }
}

static inline void assert_same(const struct xd_snapshot *a, const struct xd_snapshot *b)
{
    assert_string_equal(xd_snapshot_source(a), xd_snapshot_source(b));
    assert_int_equal(xd_snapshot_seq(a), xd_snapshot_seq(b));
    assert_int_equal(xd_snapshot_at(a), xd_snapshot_at(b));
    assert_int_equal(xd_snapshot_wall(a), xd_snapshot_wall(b));
    assert_int_equal(xd_snapshot_took(a), xd_snapshot_took(b));
    assert_int_equal(xd_snapshot_tables(a), xd_snapshot_tables(b));
    for (size_t i = 0; i < xd_snapshot_tables(a); i++) {
        assert_same_table(xd_snapshot_table_at(a, i), xd_snapshot_table_at(b, i));
        assert_int_equal(xd_snapshot_table_at(a, i)->at_ns, xd_snapshot_table_at(b, i)->at_ns);
    }
}

/* A table as a module might publish it, with every type. */
static const char *const share_modes[] = {"sync", "async", NULL};
static const struct xd_column share_columns[] = {
    {.name = "share",
     .title = "SHARE",
     .help = "Its name",
     .kind = {.type = XD_STR},
     .flags = XD_COL_DEFAULT,
     .width = 12},
    {.name = "mode", .title = "MODE", .help = "", .kind = {.type = XD_ENUM, .names = share_modes}},
    {.name = "behind_ns",
     .title = "BEHIND",
     .help = "",
     .kind = {.type = XD_I64, .unit = XD_UNIT_NS, .zero = "level"}},
    {.name = "sent_bytes",
     .title = "SENT",
     .help = "",
     .kind = {.type = XD_U64, .unit = XD_UNIT_BYTES},
     .flags = XD_COL_COUNTER},
    {.name = "sent",
     .title = "SENT/s",
     .help = "",
     .kind = {.type = XD_F64, .unit = XD_UNIT_BYTES_S},
     .rate_of = XD_RATE_OF(3),
     .rate_scale = 1,
     .flags = XD_COL_HISTORY},
    {.name = "cpus", .title = "CPUS", .help = "", .kind = {.type = XD_CPUSET}},
    {.name = "active", .title = "ON", .help = "", .kind = {.type = XD_BOOL}},
};
static const struct xd_table_desc shares_desc = {
    "shares", "share", "Shares", "What is replicated", share_columns, 7, {0, -1}, {0, -1}, NULL};

/* All core tables and a module's; `number` makes each differ. */
static inline struct xd_snapshot *random_snapshot(uint64_t number, unsigned rows)
{
    struct xd_builder *b = xd_builder_new("demo");
    int64_t at = (int64_t)number * XD_NS_PER_S;
    uint64_t seed = number;

    for (size_t i = 0; xd_core_tables[i]; i++) {
        const struct xd_table_desc *d = xd_core_tables[i];
        struct xd_rows *t = xd_build_table(b, d, at - (int64_t)i);

        for (unsigned r = 0; r < (d->keys[0] < 0 ? 1 : rows); r++)
            random_row(t, d, r, &seed);
    }
    for (unsigned r = 0; r < rows; r++)
        random_row(xd_build_table(b, &shares_desc, at - 7), &shares_desc, r, &seed);
    return xd_builder_seal(b, NULL, number, at, INT64_C(1772366400) * XD_NS_PER_S + at, 12345);
}

#endif
