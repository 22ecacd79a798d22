/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON written and read: see json.h. */
#include "base/json.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_c.h"

#define LEVELS (sizeof(((struct xd_json *)0)->comma) / sizeof(bool))

void xd_json_init(struct xd_json *j, struct xd_buf *out, bool pretty)
{
    memset(j, 0, sizeof(*j));
    j->out = out;
    j->pretty = pretty;
}

static void new_line(struct xd_json *j)
{
    if (!j->pretty)
        return;
    xd_buf_addc(j->out, '\n');
    xd_buf_pad(j->out, ' ', j->depth * 2);
}

/* \uXXXX, in two halves above U+FFFF. */
static void add_escape(struct xd_buf *b, uint32_t cp)
{
    if (cp > 0xffff) {
        cp -= 0x10000;
        xd_buf_printf(b, "\\u%04x", 0xd800 | (unsigned)(cp >> 10));
        cp = 0xdc00 | (cp & 0x3ff);
    }
    xd_buf_printf(b, "\\u%04x", (unsigned)cp);
}

/* Besides what JSON asks for, all that is unsafe on a terminal is escaped: nothing is lost, and
 * who lets the output scroll by sees text. */
static void add_string(struct xd_buf *b, const char *s)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
    const char *special;
    uint32_t cp;
    char utf8[4];
    int n;

    xd_buf_addc(b, '"');
    for (; (n = xd_utf8_decode(s, 4, &cp)) > 0; s += n) {
        special = cp < 0x80 ? strchr(plain, (int)cp) : NULL;
        if (special) {
            xd_buf_addc(b, '\\');
            xd_buf_addc(b, letter[special - plain]);
        } else if (xd_cp_is_unsafe(cp)) {
            add_escape(b, cp);
        } else {
            xd_buf_addn(b, utf8, (size_t)xd_utf8_encode(cp, utf8));
        }
    }
    xd_buf_addc(b, '"');
}

/* What comes before any value: the comma after the last one, and the key. */
static void lead(struct xd_json *j, const char *key)
{
    bool *comma = &j->comma[j->depth];

    if (*comma)
        xd_buf_addc(j->out, ',');
    if (j->depth > 0)
        new_line(j);
    *comma = true;
    if (!key)
        return;
    add_string(j->out, key);
    xd_buf_add(j->out, j->pretty ? ": " : ":");
}

void xd_json_open(struct xd_json *j, const char *key, char bracket)
{
    lead(j, key);
    xd_buf_addc(j->out, bracket);
    if ((size_t)j->depth + 1 >= LEVELS) /* the depth is the program's, never the data's */
        abort();
    j->comma[++j->depth] = false;
}

void xd_json_close(struct xd_json *j, char bracket)
{
    bool filled = j->comma[j->depth];

    if (j->depth == 0)
        abort();
    j->depth--;
    if (filled)
        new_line(j);
    xd_buf_addc(j->out, bracket);
}

void xd_json_str(struct xd_json *j, const char *key, const char *s)
{
    if (!s) {
        xd_json_null(j, key);
        return;
    }
    lead(j, key);
    add_string(j->out, s);
}

void xd_json_u64(struct xd_json *j, const char *key, uint64_t v)
{
    lead(j, key);
    xd_buf_printf(j->out, "%llu", (unsigned long long)v);
}

void xd_json_i64(struct xd_json *j, const char *key, int64_t v)
{
    lead(j, key);
    xd_buf_printf(j->out, "%lld", (long long)v);
}

/* The shortest text that reads back as the same number. With a point, whatever the locale says. */
static void add_f64(struct xd_buf *b, double v)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), old;
    char text[40];

    if (!c)
        abort();
    old = uselocale(c);
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    uselocale(old);
    freelocale(c);
    xd_buf_add(b, text);
}

void xd_json_f64(struct xd_json *j, const char *key, double v)
{
    if (!isfinite(v)) {
        xd_json_null(j, key);
        return;
    }
    lead(j, key);
    add_f64(j->out, v);
}

void xd_json_bool(struct xd_json *j, const char *key, bool v)
{
    lead(j, key);
    xd_buf_add(j->out, v ? "true" : "false");
}

void xd_json_null(struct xd_json *j, const char *key)
{
    lead(j, key);
    xd_buf_add(j->out, "null");
}

/* --- reading --- */

#define DEPTH_MAX 32

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int fail(const char *what, size_t at, const char *problem, struct xd_err *err)
{
    return xd_err_set(err, -EINVAL, "%.200s: column %zu: %s", what, at + 1, problem);
}

/* The bytes of a number as RFC 8259 has it; 0 if there is none. */
static size_t number_len(const char *s, size_t n)
{
    size_t i = n > 0 && s[0] == '-', start = i;

    while (i < n && s[i] >= '0' && s[i] <= '9')
        i++;
    if (i == start || (s[start] == '0' && i > start + 1))
        return 0;
    if (i < n && s[i] == '.') {
        start = ++i;
        while (i < n && s[i] >= '0' && s[i] <= '9')
            i++;
        if (i == start)
            return 0;
    }
    if (i < n && (s[i] == 'e' || s[i] == 'E')) {
        i++;
        i += i < n && (s[i] == '+' || s[i] == '-');
        start = i;
        while (i < n && s[i] >= '0' && s[i] <= '9')
            i++;
        if (i == start)
            return 0;
    }
    return i;
}

/* What json-c lets pass even when strict: NaN, Infinity, "1.", "-01", control characters inside
 * strings. Broken nesting and the like is left to it. */
static int check_lexis(const char *what, const char *text, size_t len, struct xd_err *err)
{
    bool in_string = false;
    size_t n;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if ((unsigned char)c < 0x20 && (in_string || !is_blank(c)))
            return fail(what, i, "a control character", err);
        if (c == '"') {
            in_string = !in_string;
        } else if (in_string) {
            i += c == '\\' && i + 1 < len && (unsigned char)text[i + 1] >= 0x20;
        } else if (c == 'N' || c == 'I') {
            return fail(what, i, "NaN and Infinity are no JSON", err);
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            n = number_len(text + i, len - i);
            if (n == 0)
                return fail(what, i, "not a number as JSON writes it", err);
            i += n - 1;
        }
    }
    return 0;
}

int xd_json_parse(const char *what, const char *text, size_t len, struct json_object **out,
                  struct xd_err *err)
{
    struct json_tokener *tok;
    struct json_object *o;
    size_t end;
    int rc;

    *out = NULL;
    if (len > INT_MAX)
        return fail(what, 0, "the text is too long", err);
    rc = check_lexis(what, text, len, err);
    if (rc == 0)
        rc = xd_json_c_need(err);
    if (rc)
        return rc;
    tok = json_tokener_new_ex(DEPTH_MAX);
    if (!tok)
        return xd_err_set(err, -ENOMEM, "%.200s: out of memory", what);
    json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS |
                                    JSON_TOKENER_VALIDATE_UTF8);
    o = json_tokener_parse_ex(tok, text, (int)len);
    end = json_tokener_get_parse_end(tok);
    if (json_tokener_get_error(tok) ==
        json_tokener_continue) /* a number ends where the text does */
        o = json_tokener_parse_ex(tok, "", 1);
    while (end < len && is_blank(text[end]))
        end++;
    if (json_tokener_get_error(tok) == json_tokener_continue)
        rc = fail(what, len, "the text ends too early", err);
    else if (json_tokener_get_error(tok) != json_tokener_success)
        rc = fail(what, end, json_tokener_error_desc(json_tokener_get_error(tok)), err);
    else if (end < len)
        rc = fail(what, end, "there is more text after the value", err);
    json_tokener_free(tok);
    if (rc)
        json_object_put(o);
    else
        *out = o;
    return rc;
}
