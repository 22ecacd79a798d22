/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rates between two samples, and the history behind spark lines: see series.h. */
#include "model/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define uthash_fatal(msg) abort()
#include <uthash.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "model/table_private.h"

/* --- rates --- */

/* What happened in less time than this says nothing of a rate: after an edit the host is looked at
 * at once, right behind the last sample. */
#define RATE_MIN_NS (10 * XD_NS_PER_MS)

/* How much a counter grew; false where that can't be known. */
static bool growth(enum xd_type type, union xd_cell was, union xd_cell now, double *out)
{
    switch (type) {
    case XD_U64:
        *out = (double)(now.u - was.u);
        return now.u >= was.u;
    case XD_I64:
        *out = (double)((uint64_t)now.i - (uint64_t)was.i);
        return now.i >= was.i;
    case XD_F64:
        *out = now.f - was.f;
        return now.f >= was.f;
    default:
        return false;
    }
}

/* The rate columns of a description, as a mask; 0: it has none. */
static uint64_t rate_columns(const struct xd_table_desc *d)
{
    uint64_t mask = 0;

    for (int i = 0; i < d->n_columns; i++) {
        if (d->columns[i].rate_of > 0 && d->columns[i].kind.type == XD_F64)
            mask |= UINT64_C(1) << i;
    }
    return mask;
}

static void fill_row(const struct xd_table_desc *d, struct xd_row *r, const struct xd_row *was,
                     uint64_t todo, double seconds)
{
    for (; todo; todo &= todo - 1) {
        int col = __builtin_ctzll(todo), of = d->columns[col].rate_of - 1;
        double grown;

        if (!xd_row_has(r, of) || !xd_row_has(was, of) ||
            !growth(d->columns[of].kind.type, was->cell[of], r->cell[of], &grown))
            continue;
        r->cell[col].f = grown * d->columns[col].rate_scale / seconds;
        r->have |= UINT64_C(1) << col;
    }
}

/* The rates as they were a moment ago. */
static void keep_row(struct xd_row *r, const struct xd_row *was, uint64_t todo)
{
    for (todo &= was->have; todo; todo &= todo - 1) {
        int col = __builtin_ctzll(todo);

        r->cell[col] = was->cell[col];
        r->have |= UINT64_C(1) << col;
    }
}

void xd_rates_fill(const struct xd_table_desc *d, struct xd_row *const *rows, size_t n,
                   int64_t at_ns, const struct xd_table *prev)
{
    uint64_t rates = rate_columns(d);
    char key[XD_KEY_MAX];
    double seconds;
    uint64_t passed_ns;

    if (!prev || at_ns < prev->at_ns || !xd_desc_same_cells(d, prev->desc))
        return;
    passed_ns = (uint64_t)at_ns - (uint64_t)prev->at_ns;
    seconds = (double)passed_ns / XD_NS_PER_S;
    for (size_t i = 0; i < n; i++) {
        uint64_t todo = rates & ~rows[i]->have;
        const struct xd_row *was;

        if (!todo)
            continue;
        was = xd_table_find(prev, xd_row_key(d, rows[i], key));
        if (was && passed_ns < RATE_MIN_NS)
            keep_row(rows[i], was, todo);
        else if (was)
            fill_row(d, rows[i], was, todo, seconds);
    }
}

/* --- history --- */

/* The samples of one row: a ring of moments, and beside it one of values, `n_cols` a moment. */
struct ring {
    char *key;
    size_t start, n, cap;
    int64_t *at;
    double *v;
    uint64_t fed; /* the feed of its table that brought the newest sample */
    UT_hash_handle hh;
};

/* One table: which of its columns are kept, and its rows. */
struct kept {
    char *name;
    uint64_t mask; /* the columns kept, and in order: */
    int cols[XD_COLUMNS_MAX], n_cols;
    uint64_t feeds;
    int64_t at_ns, swept_ns;
    struct ring *rings;
    struct kept *next;
};

struct xd_history {
    int64_t span_ns;
    struct kept *tables;
};

struct xd_history *xd_history_new(int64_t span_ns)
{
    struct xd_history *h = xd_malloc(sizeof(*h));

    h->span_ns = span_ns;
    return h;
}

static void ring_free(struct ring *r)
{
    free(r->key);
    free(r->at);
    free(r->v);
    free(r);
}

/* a - b; times come from captures too, so any number must do. */
static int64_t minus(int64_t a, int64_t b)
{
    int64_t v;

    return __builtin_sub_overflow(a, b, &v) ? (a < b ? INT64_MIN : INT64_MAX) : v;
}

static void drop_all(struct kept *k)
{
    struct ring *r, *tmp;

    HASH_ITER (hh, k->rings, r, tmp) {
        HASH_DEL(k->rings, r);
        ring_free(r);
    }
}

static void drop_older(struct kept *k, int64_t than_ns)
{
    struct ring *r, *tmp;

    HASH_ITER (hh, k->rings, r, tmp) {
        if (r->at[(r->start + r->n - 1) % r->cap] < than_ns) {
            HASH_DEL(k->rings, r);
            ring_free(r);
        }
    }
}

void xd_history_free(struct xd_history *h)
{
    struct kept *k, *next;

    for (k = h ? h->tables : NULL; k; k = next) {
        next = k->next;
        drop_all(k);
        free(k->name);
        free(k);
    }
    free(h);
}

static struct kept *kept_of(const struct xd_history *h, const char *table)
{
    struct kept *k;

    for (k = h->tables; k && !xd_streq(k->name, table);)
        k = k->next;
    return k;
}

/* The table with what is kept of it; where that changed, what was kept is of no more use. */
static struct kept *kept_for(struct xd_history *h, const struct xd_table_desc *d)
{
    struct kept *k = kept_of(h, d->name);
    uint64_t mask = 0;

    for (int i = 0; i < d->n_columns; i++) {
        if (d->columns[i].flags & XD_COL_HISTORY)
            mask |= UINT64_C(1) << i;
    }
    if (!k) {
        k = xd_malloc(sizeof(*k));
        k->name = xd_strdup(d->name);
        k->swept_ns = INT64_MIN;
        k->next = h->tables;
        h->tables = k;
    }
    if (k->mask != mask) {
        drop_all(k);
        k->mask = mask;
        for (k->n_cols = 0; mask; mask &= mask - 1)
            k->cols[k->n_cols++] = __builtin_ctzll(mask);
    }
    return k;
}

/* Makes room for one more sample: forgets what is older than the span (but for one sample, which
 * tells where the next one's time begins), then grows, up to the most that a ring may hold; then
 * the oldest goes. */
static void ring_room(struct ring *r, int n_cols, int64_t oldest_ns)
{
    size_t cap, n = 0;
    int64_t *at;
    double *v;

    while (r->n > 1 && (r->at[(r->start + 1) % r->cap] < oldest_ns || r->n == XD_HISTORY_SAMPLES)) {
        r->start = (r->start + 1) % r->cap;
        r->n--;
    }
    if (r->n < r->cap)
        return;
    cap = r->cap ? r->cap * 2 : 16;
    if (cap > XD_HISTORY_SAMPLES)
        cap = XD_HISTORY_SAMPLES;
    at = xd_malloc(cap * sizeof(*at));
    v = xd_malloc(cap * (size_t)n_cols * sizeof(*v));
    for (; n < r->n; n++) {
        size_t i = (r->start + n) % r->cap;

        at[n] = r->at[i];
        memcpy(v + n * (size_t)n_cols, r->v + i * (size_t)n_cols, (size_t)n_cols * sizeof(*v));
    }
    free(r->at);
    free(r->v);
    r->at = at;
    r->v = v;
    r->start = 0;
    r->cap = cap;
}

/* row NULL: a sample of which nothing is known. */
static void ring_push(struct ring *r, const struct kept *k, const struct xd_table_desc *d,
                      const struct xd_row *row, int64_t at_ns, int64_t span_ns)
{
    size_t i;

    ring_room(r, k->n_cols, minus(at_ns, span_ns));
    i = (r->start + r->n++) % r->cap;
    r->at[i] = at_ns;
    for (int c = 0; c < k->n_cols; c++)
        r->v[i * (size_t)k->n_cols + (size_t)c] = row ? xd_row_f64(d, row, k->cols[c], NAN) : NAN;
}

static void feed_row(struct kept *k, const struct xd_table *t, const struct xd_row *row,
                     int64_t span_ns)
{
    char key[XD_KEY_MAX];
    struct ring *r;

    xd_row_key(t->desc, row, key);
    HASH_FIND_STR(k->rings, key, r);
    if (!r) {
        r = xd_malloc(sizeof(*r));
        r->key = xd_strdup(key);
        HASH_ADD_KEYPTR(hh, k->rings, r->key, strlen(r->key), r);
    } else if (r->fed == k->feeds) { /* a second row of that key */
        return;
    } else if (r->fed + 1 != k->feeds) { /* it was away: nothing is known of the time between */
        ring_push(r, k, t->desc, NULL, minus(t->at_ns, 1), span_ns);
    }
    ring_push(r, k, t->desc, row, t->at_ns, span_ns);
    r->fed = k->feeds;
}

static void feed_table(struct xd_history *h, const struct xd_table *t)
{
    struct kept *k = kept_for(h, t->desc);

    if (k->n_cols == 0 || (k->feeds && t->at_ns <= k->at_ns))
        return;
    k->at_ns = t->at_ns;
    k->feeds++;
    for (size_t i = 0; i < t->n; i++)
        feed_row(k, t, t->rows[i], h->span_ns);
    /* Looking for rows that are gone costs as much as feeding does: not each time. */
    if (minus(t->at_ns, k->swept_ns) > h->span_ns / 8) {
        drop_older(k, minus(t->at_ns, h->span_ns));
        k->swept_ns = t->at_ns;
    }
}

void xd_history_feed(struct xd_history *h, const struct xd_snapshot *s)
{
    for (size_t i = 0; i < xd_snapshot_tables(s); i++)
        feed_table(h, xd_snapshot_table_at(s, i));
}

/* --- slices --- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* One column of one ring, put into slices of len_ns of which the first has the number `first`. */
struct slicer {
    int64_t len_ns, first;
    int64_t now_ns; /* a sample that came later is not part of it: the screen may stand still */
    size_t n;
    double *out;
};

/* The slice of a moment; all before the first are -1, all behind the last are n. */
static int64_t slice_of(const struct slicer *s, int64_t at_ns)
{
    int64_t slice = minus(floor_div(at_ns, s->len_ns), s->first);

    if (slice < 0)
        return -1;
    return slice < (int64_t)s->n ? slice : (int64_t)s->n;
}

/* The last sample before the first slice, or the first there is: samples are in the order of their
 * time. */
static size_t first_sample(const struct slicer *s, const struct ring *r)
{
    size_t lo = 0, hi = r->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (slice_of(s, r->at[(r->start + mid) % r->cap]) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo ? lo - 1 : 0;
}

static void slice_samples(const struct slicer *s, const struct ring *r, int n_cols, int c,
                          unsigned *count)
{
    int64_t last = (int64_t)s->n; /* the slice of the sample before; there is none yet */

    for (size_t i = first_sample(s, r); i < r->n; i++) {
        size_t at = (r->start + i) % r->cap;
        int64_t slice = slice_of(s, r->at[at]);
        double v = r->v[at * (size_t)n_cols + (size_t)c];

        if (r->at[at] > s->now_ns)
            break;
        for (last++; last < slice; last++)
            s->out[last] = v;
        last = slice;
        if (slice < 0 || slice == (int64_t)s->n || isnan(v))
            continue;
        /* A running mean: a sum could lose what small values add to it. */
        s->out[slice] = count[slice] ? s->out[slice] : 0;
        s->out[slice] += (v - s->out[slice]) / ++count[slice];
    }
}

size_t xd_history_slices(const struct xd_history *h, const char *table, const char *key, int col,
                         int64_t now_ns, int64_t span_ns, double *out, size_t n)
{
    const struct kept *k = kept_of(h, table);
    struct slicer s = {.n = n, .out = out, .now_ns = now_ns};
    unsigned *count;
    struct ring *r = NULL;
    size_t known = 0;
    int c = 0;

    for (size_t i = 0; i < n; i++)
        out[i] = NAN;
    while (k && c < k->n_cols && k->cols[c] != col)
        c++;
    if (k && c < k->n_cols)
        HASH_FIND_STR(k->rings, key, r);
    if (!r || n == 0 || span_ns <= 0)
        return 0;
    s.len_ns = (span_ns - 1) / (int64_t)n + 1;
    s.first = minus(floor_div(now_ns, s.len_ns), (int64_t)n - 1);
    count = xd_malloc(n * sizeof(*count));
    slice_samples(&s, r, k->n_cols, c, count);
    free(count);
    for (size_t i = 0; i < n; i++)
        known += !isnan(out[i]);
    return known;
}
