/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values read out of a YAML tree, with errors that name their place: see yaml.h. */
#include "base/yaml.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define NAME_BYTES 200 /* of a file's name or of a value in a sentence */

static int error_at(const char *file, int line, int col, struct xd_err *err, const char *fmt,
                    va_list ap)
{
    xd_err_setv(err, -EINVAL, fmt, ap);
    xd_err_prefix(err, "%.*s:%d:%d: ", NAME_BYTES, file, line, col);
    return -EINVAL;
}

int xd_yaml_error(const struct xd_yaml *at, struct xd_err *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    error_at(at->file, at->line, at->col, err, fmt, ap);
    va_end(ap);
    return -EINVAL;
}

int xd_yaml_key_error(const struct xd_yaml *at, struct xd_err *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (at->key)
        error_at(at->file, at->key_line, at->key_col, err, fmt, ap);
    else
        error_at(at->file, at->line, at->col, err, fmt, ap);
    va_end(ap);
    return -EINVAL;
}

const struct xd_yaml *xd_yaml_get(const struct xd_yaml *map, const char *key)
{
    const struct xd_yaml *n;

    if (!map || map->kind != XD_YAML_MAP)
        return NULL;
    for (n = map->first; n; n = n->next) {
        if (xd_streq(n->key, key))
            return n;
    }
    return NULL;
}

int xd_yaml_need(const struct xd_yaml *map, const char *key, const struct xd_yaml **out,
                 struct xd_err *err)
{
    if (map->kind != XD_YAML_MAP)
        return xd_yaml_error(map, err, "wanted a map with the key \"%s\"", key);
    *out = xd_yaml_get(map, key);
    return *out ? 0 : xd_yaml_error(map, err, "the key \"%s\" is missing", key);
}

/* What YAML 1.1 reads as no value at all. */
static bool is_null(const struct xd_yaml *n)
{
    return n->kind == XD_YAML_SCALAR && !n->quoted &&
           (!n->text[0] || xd_streq(n->text, "~") || strcasecmp(n->text, "null") == 0);
}

static int wrong(const struct xd_yaml *n, const char *what, const char *wanted, struct xd_err *err)
{
    if (!n)
        return xd_err_set(err, -EINVAL, "%s is missing, wanted %s", what, wanted);
    if (n->kind != XD_YAML_SCALAR)
        return xd_yaml_error(n, err, "%s: wanted %s, found a %s", what, wanted,
                             n->kind == XD_YAML_MAP ? "map" : "list");
    if (is_null(n))
        return xd_yaml_error(n, err, "%s: wanted %s, found nothing", what, wanted);
    return xd_yaml_error(n, err, "%s: wanted %s, found %s\"%.*s\"", what, wanted,
                         n->quoted ? "the text " : "", NAME_BYTES, n->text);
}

static bool is_plain(const struct xd_yaml *n)
{
    return n && n->kind == XD_YAML_SCALAR && !n->quoted;
}

/* "0x1f" of at most 16 digits; -EINVAL if it isn't that, -ERANGE above INT64_MAX. */
static int parse_hex(const char *s, int64_t *out)
{
    uint64_t v = 0;
    size_t n;

    if (!xd_str_starts(s, "0x"))
        return -EINVAL;
    s += 2;
    n = strspn(s, "0123456789abcdefABCDEF");
    if (n == 0 || s[n])
        return -EINVAL;
    if (n > 16)
        return -ERANGE;
    for (; *s; s++)
        v = v << 4 | (uint64_t)(*s <= '9' ? *s - '0' : (*s | 0x20) - 'a' + 10);
    if (v > INT64_MAX)
        return -ERANGE;
    *out = (int64_t)v;
    return 0;
}

int xd_yaml_i64(const struct xd_yaml *n, const char *what, int64_t min, int64_t max, int64_t *out,
                struct xd_err *err)
{
    char wanted[96] = "a whole number";
    int64_t v;
    int rc = -EINVAL;

    if (is_plain(n)) {
        const char *digits = n->text + (n->text[0] == '-');

        /* To YAML 1.1 "010" is eight, to people it is ten. */
        if (digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9')
            return wrong(n, what, "a whole number without leading zeros", err);
        rc = parse_hex(n->text, &v);
        if (rc == -EINVAL)
            rc = xd_parse_i64(n->text, &v);
    }
    if (rc == 0 && v >= min && v <= max) {
        *out = v;
        return 0;
    }
    if (min != INT64_MIN || max != INT64_MAX)
        snprintf(wanted, sizeof(wanted), "a whole number from %" PRId64 " to %" PRId64, min, max);
    return wrong(n, what, wanted, err);
}

int xd_yaml_f64(const struct xd_yaml *n, const char *what, double min, double max, double *out,
                struct xd_err *err)
{
    char wanted[96];
    double v;

    if (is_plain(n) && xd_parse_f64(n->text, &v) == 0 && v >= min && v <= max) {
        *out = v;
        return 0;
    }
    /* as people write them: 1000000, not 1e+06 */
    snprintf(wanted, sizeof(wanted), "a number from %.15g to %.15g", min, max);
    return wrong(n, what, wanted, err);
}

int xd_yaml_bool(const struct xd_yaml *n, const char *what, bool *out, struct xd_err *err)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};

    for (int i = 0; is_plain(n) && i < 6; i++) {
        if (strcasecmp(n->text, words[i]) == 0) {
            *out = i & 1;
            return 0;
        }
    }
    return wrong(n, what, "true or false", err);
}

int xd_yaml_str(const struct xd_yaml *n, const char *what, const char **out, struct xd_err *err)
{
    if (!n || n->kind != XD_YAML_SCALAR || is_null(n))
        return wrong(n, what, "a text", err);
    *out = n->text;
    return 0;
}

int xd_yaml_only_keys(const struct xd_yaml *map, const char *const *keys, size_t n,
                      struct xd_err *err)
{
    const struct xd_yaml *c;
    const char *near;
    size_t i;

    if (!map)
        return 0;
    if (map->kind != XD_YAML_MAP)
        return xd_yaml_error(map, err, "wanted a map, found a %s",
                             map->kind == XD_YAML_LIST ? "list" : "single value");
    for (c = map->first; c; c = c->next) {
        for (i = 0; i < n && !xd_streq(c->key, keys[i]); i++)
            ;
        if (i < n)
            continue;
        near = xd_str_nearest(c->key, keys, n);
        if (near)
            return xd_yaml_key_error(c, err, "unknown key \"%.*s\"; did you mean \"%s\"?",
                                     NAME_BYTES, c->key, near);
        return xd_yaml_key_error(c, err, "unknown key \"%.*s\"", NAME_BYTES, c->key);
    }
    return 0;
}
