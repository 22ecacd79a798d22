/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens over time: rates between two samples (the only place where rates are made) and the
 * history behind spark lines. */
#ifndef XD_MODEL_SERIES_H
#define XD_MODEL_SERIES_H

#include "model/table.h"

/* Fills the rate columns of `rows` that are unknown, from the same rows (by key) of `prev`. The
 * time between is that of the samples themselves. Unknown stays unknown where the row is new, a
 * counter went back (another incarnation), or time did. A sample taken within 10 ms of the last one
 * (the look after an edit) keeps the rates of that one. Used by xd_builder_seal. */
void xd_rates_fill(const struct xd_table_desc *d, struct xd_row *const *rows, size_t n,
                   int64_t at_ns, const struct xd_table *prev);

/* Rings of the last samples of each XD_COL_HISTORY cell, by table, key and column. A ring whose row
 * is gone is dropped after the span; none keeps more than XD_HISTORY_SAMPLES. One thread. */
#define XD_HISTORY_SAMPLES 3600

struct xd_history;

struct xd_history *xd_history_new(int64_t span_ns); /* what is older than this is forgotten */
void xd_history_free(struct xd_history *h); /* NULL allowed */
/* A table whose at_ns is not later than the last time is the same sample again: ignored. */
void xd_history_feed(struct xd_history *h, const struct xd_snapshot *s);
/* Means of the samples in n equal slices of [now - span, now], oldest first, into out[n]; NAN where
 * nothing is known. Slices are aligned to multiples of their length, so that a graph moves by whole
 * cells instead of flickering: the last one holds now and has only just begun. A slice between two
 * samples of successive feeds takes the later one (a rate's sample speaks for the time since the
 * one before), so that slices may be shorter than the interval. Samples later than now are left
 * out. Returns how many are known. */
size_t xd_history_slices(const struct xd_history *h, const char *table, const char *key, int col,
                         int64_t now_ns, int64_t span_ns, double *out, size_t n);

#endif
