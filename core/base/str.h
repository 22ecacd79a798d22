/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text: a growing buffer, UTF-8 that may be broken, strings made safe for a terminal, and numbers
 * with units for people. All text inside xendeck is UTF-8. Widths are terminal cells. */
#ifndef XD_BASE_STR_H
#define XD_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct xd_arena;

/* --- a growing buffer; `s` is always NUL-terminated once something was added --- */
struct xd_buf {
    char *s;
    size_t len, cap;
};

#define XD_BUF_INIT {NULL, 0, 0}

void xd_buf_done(struct xd_buf *b);
void xd_buf_clear(struct xd_buf *b); /* keeps the memory */
void xd_buf_cut(struct xd_buf *b, size_t len); /* back to the first len bytes, which it had */
void xd_buf_add(struct xd_buf *b, const char *s);
void xd_buf_addn(struct xd_buf *b, const char *s, size_t n);
void xd_buf_addc(struct xd_buf *b, char c);
void xd_buf_pad(struct xd_buf *b, char c, int n); /* n copies of c; none if n <= 0 */
void xd_buf_printf(struct xd_buf *b, const char *fmt, ...) XD_PRINTF(2, 3);
const char *xd_buf_str(const struct xd_buf *b); /* never NULL */

/* --- UTF-8 --- */

/* Decodes one code point of at most n bytes. Returns the bytes used (at least 1 where n > 0) and
 * sets *cp; a broken sequence gives U+FFFD and 1. n == 0 or a NUL gives 0. */
int xd_utf8_decode(const char *s, size_t n, uint32_t *cp);
/* Writes cp to out[4]; returns the bytes written. */
int xd_utf8_encode(uint32_t cp, char out[4]);
/* Cells that one code point takes: 0 (combining), 1 or 2. Independent of the locale in force. */
int xd_cp_width(uint32_t cp);
/* Cells of a whole string. */
int xd_str_width(const char *s);
/* The bytes of the longest beginning of s that takes at most `cells` cells. */
size_t xd_str_fit(const char *s, int cells);
/* The bytes of its first line where prose wraps at blanks: more than 0, but for "". A word longer
 * than a line is cut. The next line begins behind the blanks. */
size_t xd_str_wrap(const char *s, int cells);

/* Guests lie: makes text from a guest, from xenstore or from a file safe for any terminal and for
 * one line. C0 and C1 controls, DEL, bidirectional and other format characters, private use, line
 * and paragraph separators become U+FFFD; broken UTF-8 as well; tabs and newlines become a space;
 * at most two combining marks follow a base character. Cut to max_bytes at a character. The
 * result contains no byte below 0x20 and no 0x7f. NULL gives NULL. */
char *xd_str_safe(struct xd_arena *a, const char *s, size_t max_bytes);
/* The same into out[size], NUL-terminated; returns the bytes written without the NUL. */
size_t xd_str_safe_to(char *out, size_t size, const char *s);
/* True if xd_str_safe would not change s. */
bool xd_str_is_safe(const char *s);
/* True for the code points that xd_str_safe replaces, tab and newline among them. */
bool xd_cp_is_unsafe(uint32_t cp);

/* --- small helpers --- */
bool xd_streq(const char *a, const char *b); /* NULL equals only NULL */
bool xd_str_starts(const char *s, const char *prefix);
/* Whole-string number parsing: no leading or trailing junk, no overflow. -EINVAL or -ERANGE. */
int xd_parse_u64(const char *s, uint64_t *out);
int xd_parse_i64(const char *s, int64_t *out);
int xd_parse_f64(const char *s, double *out);
/* How far apart two words are (optimal string alignment), for "did you mean". At most 64 bytes of
 * each are looked at. */
int xd_str_distance(const char *a, const char *b);
/* The nearest of names[n] if near enough to be what was meant, else NULL. */
const char *xd_str_nearest(const char *word, const char *const *names, size_t n);

/* --- numbers for people; each writes at most `size` bytes and returns out --- */

/* Memory and traffic in binary multiples, at most 5 cells: "512K" "2.0G" "98G" "0". From bytes. */
char *xd_fmt_bytes(uint64_t bytes, char *out, size_t size);
/* Exactly, the shortest of "4096K" "4M" "2G" that loses nothing. From KiB. */
char *xd_fmt_kib_exact(uint64_t kib, char *out, size_t size);
/* Durations: "850ms" "12.3s" "4m05s" "3h12m" "12d04h". */
char *xd_fmt_ns(uint64_t ns, char *out, size_t size);

#endif
