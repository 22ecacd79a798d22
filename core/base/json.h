/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON text, written piece by piece into a buffer, as RFC 8259 has it. (Reading is json-c's work;
 * xd_json_parse wraps it with a place for errors and limits on depth.) */
#ifndef XD_BASE_JSON_H
#define XD_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct json_object;

/* Deeper than 31 levels, or closing what wasn't opened, is a fault of the program: abort(). What a
 * terminal must not see is written as \u escapes; broken UTF-8 becomes U+FFFD. */
struct xd_json {
    struct xd_buf *out;
    int depth;
    bool comma[32]; /* per level: something was written, so a comma is due */
    bool pretty;    /* two blanks a level; else one line */
};

void xd_json_init(struct xd_json *j, struct xd_buf *out, bool pretty);
void xd_json_open(struct xd_json *j, const char *key, char bracket);  /* '{' or '['; key or NULL */
void xd_json_close(struct xd_json *j, char bracket);                  /* '}' or ']' */
void xd_json_str(struct xd_json *j, const char *key, const char *s);  /* NULL gives null */
void xd_json_u64(struct xd_json *j, const char *key, uint64_t v);
void xd_json_i64(struct xd_json *j, const char *key, int64_t v);
void xd_json_f64(struct xd_json *j, const char *key, double v); /* not finite gives null */
void xd_json_bool(struct xd_json *j, const char *key, bool v);
void xd_json_null(struct xd_json *j, const char *key);

/* One JSON text of at most 32 levels; trailing white space is allowed, anything else is not. The
 * result is released with json_object_put(); the text "null" gives NULL and 0. Errors name `what`
 * and the column (from 1, in bytes). */
int xd_json_parse(const char *what, const char *text, size_t len, struct json_object **out,
                  struct xd_err *err);

#endif
