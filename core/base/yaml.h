/* SPDX-License-Identifier: GPL-2.0-or-later */
/* YAML 1.1 through libyaml into a tree that knows where each value stands, so that every error in
 * a file can name file, line and column. The tree and all its strings live in the caller's arena.
 * Anchors, aliases and tags are refused, as are duplicate keys, a second document, more than 64
 * levels, a million values, and files over 16 MiB; each with its place. Strings are not made safe here: xd_str_safe where they are shown. */
#ifndef XD_BASE_YAML_H
#define XD_BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define XD_YAML_MAX_BYTES (16 << 20)
#define XD_YAML_MAX_NODES 1000000 /* keys count too */

enum xd_yaml_kind { XD_YAML_SCALAR, XD_YAML_LIST, XD_YAML_MAP };

struct xd_yaml {
    enum xd_yaml_kind kind;
    const char *file; /* the name given to the parser */
    int line, col;    /* from 1 */
    const char *key;  /* in a map: the key's text; else NULL */
    int key_line, key_col;
    const char *text;      /* scalars */
    bool quoted;           /* or a block (| >): always a string, whatever it looks like */
    struct xd_yaml *first; /* children of lists and maps, in file order */
    struct xd_yaml *next;
    size_t n; /* how many children */
};

/* An empty document gives *out = NULL and 0. */
int xd_yaml_parse(const char *file, const char *text, size_t len, struct xd_arena *a,
                  struct xd_yaml **out, struct xd_err *err);
int xd_yaml_load(const char *path, struct xd_arena *a, struct xd_yaml **out, struct xd_err *err);

/* Appends the tree as a document that xd_yaml_parse reads as the same tree. NULL: nothing. */
void xd_yaml_write(const struct xd_yaml *root, struct xd_buf *out);

/* "FILE:LINE:COL: sentence"; -EINVAL. */
int xd_yaml_error(const struct xd_yaml *at, struct xd_err *err, const char *fmt, ...)
    XD_PRINTF(3, 4);

/* The same with the place of at's key, where it has one. */
int xd_yaml_key_error(const struct xd_yaml *at, struct xd_err *err, const char *fmt, ...)
    XD_PRINTF(3, 4);

const struct xd_yaml *xd_yaml_get(const struct xd_yaml *map, const char *key); /* or NULL */
/* The same, but a missing key is an error with the map's place. */
int xd_yaml_need(const struct xd_yaml *map, const char *key, const struct xd_yaml **out,
                 struct xd_err *err);

/* Each reads one scalar; -EINVAL with the place if it is of another kind or out of [min, max], and
 * without a place if it is missing (node NULL). `what` names the thing for the sentence. Whole
 * numbers are decimal or 0x…; leading zeros are refused, as YAML 1.1 reads them as octal. */
int xd_yaml_i64(const struct xd_yaml *n, const char *what, int64_t min, int64_t max, int64_t *out,
                struct xd_err *err);
int xd_yaml_f64(const struct xd_yaml *n, const char *what, double min, double max, double *out,
                struct xd_err *err);
int xd_yaml_bool(const struct xd_yaml *n, const char *what, bool *out, struct xd_err *err);
int xd_yaml_str(const struct xd_yaml *n, const char *what, const char **out, struct xd_err *err);

/* Reports the first key of `map` that is not among keys[n], with the nearest one as advice. */
int xd_yaml_only_keys(const struct xd_yaml *map, const char *const *keys, size_t n,
                      struct xd_err *err);

#endif
