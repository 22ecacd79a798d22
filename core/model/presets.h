/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of columns with a name, for the console and for `get -p`: what is looked at together. */
#ifndef XD_MODEL_PRESETS_H
#define XD_MODEL_PRESETS_H

#include "model/table.h"

struct xd_preset {
    const char *table; /* a NULL table ends the list */
    const char *name;  /* "xentop" */
    const char *title; /* one line for a menu */
    const char *columns; /* as xd_columns_parse reads it; NULL: the usual ones of the table or screen */
    const char *sort;    /* as xd_sort_parse; NULL: none */
};

extern const struct xd_preset xd_presets[];

/* The preset of that table and name; -ENOENT with those there are. */
int xd_preset_find(const char *table, const char *name, const struct xd_preset **out,
                   struct xd_err *err);
/* The i-th preset of a table; NULL past the end. */
const struct xd_preset *xd_preset_at(const char *table, int i);

#endif
