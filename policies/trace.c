/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recorded load as CSV: see trace.h. */
#include "policies/trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/round.h"
#include "base/str.h"
#include "policies/calendar.h"

#define FIELDS_MAX   64
#define DOMAINS_MAX  65536
#define NAME_BYTES   64
#define RELATIVE_S   100000000           /* numbers below count from then on: */
#define MONDAY_S     INT64_C(1704067200) /* 2024-01-01 */
#define SECONDS_MOST 9e9

static const char *const column_names[XD_TRACE_COLS] = {"time",   "name",   "uuid",          "pool",
                                                        "cpu",    "cpu_ns", "vcpus",         "id",
                                                        "weight", "cap",    "mem_target_kib"};

/* What is known of a domain from one line to the next. */
struct trace_domain {
    const char *uuid, *name, *pool;
    double percent; /* from since_ns on */
    int64_t since_ns;
    uint64_t cpu_ns;
    UT_hash_handle hh;
};

struct xd_trace {
    char file[200];
    FILE *f;
    int line;
    int column[FIELDS_MAX]; /* of each field the xd_trace_col, -1: passed over */
    int n_fields;
    unsigned have;
    struct xd_arena arena;
    struct trace_domain *domains;
    struct xd_trace_row *rows; /* malloc */
    size_t n, cap;
    int64_t at_ns, next_ns;
    bool pending, ended; /* rows[n] is the first of the next sample, at next_ns */
    bool begun;
    char text[XD_TRACE_LINE_MAX];
};

static int broken(const struct xd_trace *t, const char *at, struct xd_err *err, const char *fmt,
                  ...) XD_PRINTF(4, 5);

static int broken(const struct xd_trace *t, const char *at, struct xd_err *err, const char *fmt,
                  ...)
{
    va_list ap;

    va_start(ap, fmt);
    xd_err_setv(err, -EINVAL, fmt, ap);
    va_end(ap);
    xd_err_prefix(err, "%s:%d:%d: ", t->file, t->line, (int)(at - t->text) + 1);
    return -EINVAL;
}

/* 1: a line in text, without its end; 0: the end of the file. */
static int read_line(struct xd_trace *t, struct xd_err *err)
{
    size_t n;

    if (!fgets(t->text, sizeof(t->text), t->f))
        return ferror(t->f) ? xd_err_set(err, -EIO, "%s: can't be read", t->file) : 0;
    t->line++;
    n = strlen(t->text);
    if (n + 1 == sizeof(t->text) && t->text[n - 1] != '\n')
        return broken(t, t->text + n - 1, err, "a line of more than %d bytes",
                      XD_TRACE_LINE_MAX - 2);
    while (n && (t->text[n - 1] == '\n' || t->text[n - 1] == '\r'))
        t->text[--n] = '\0';
    return 1;
}

/* Cuts the line at its commas; quotes around a field go. */
static int split(struct xd_trace *t, char **fields, int *n, struct xd_err *err)
{
    char *p = t->text;

    for (*n = 0;;) {
        if (*n == FIELDS_MAX)
            return broken(t, p, err, "more than %d fields", FIELDS_MAX);
        if (*p == '"') {
            char *end = strchr(++p, '"');

            if (!end || (end[1] && end[1] != ','))
                return broken(t, p - 1, err, "a quote that doesn't end");
            *end = '\0';
            fields[(*n)++] = p;
            p = end + 1;
        } else {
            fields[(*n)++] = p;
            p += strcspn(p, ",");
        }
        if (!*p)
            return 0;
        *p++ = '\0';
    }
}

static int read_head(struct xd_trace *t, struct xd_err *err)
{
    char *fields[FIELDS_MAX];
    int rc = read_line(t, err);

    if (rc < 0)
        return rc;
    if (!rc)
        return xd_err_set(err, -EINVAL,
                          "%s:1:1: the file is empty; it begins with a line of column "
                          "names: time,name,cpu",
                          t->file);
    if (split(t, fields, &t->n_fields, err) < 0)
        return -EINVAL;
    for (int i = 0; i < t->n_fields; i++) {
        t->column[i] = -1;
        for (int c = 0; c < XD_TRACE_COLS; c++)
            if (strcmp(fields[i], column_names[c]) == 0) {
                if (t->have >> c & 1)
                    return broken(t, fields[i], err, "a second column %s", column_names[c]);
                t->column[i] = c;
                t->have |= 1U << c;
            }
    }
    if (!(t->have >> XD_TRACE_TIME & 1))
        return broken(t, t->text, err, "there is no column time");
    if (!(t->have >> XD_TRACE_NAME & 1) && !(t->have >> XD_TRACE_UUID & 1))
        return broken(t, t->text, err, "there is no column name, and no uuid");
    if (!(t->have >> XD_TRACE_CPU & 1) == !(t->have >> XD_TRACE_CPU_NS & 1))
        return broken(t, t->text, err,
                      "wanted one of the columns cpu (percent) and cpu_ns (a counter)");
    return 0;
}

static bool read_iso(const char *s, double *out)
{
    int y, mo, d, h, mi, n = 0;
    double sec;

    if (sscanf(s, "%4d-%2d-%2dT%2d:%2d:%lf%n", &y, &mo, &d, &h, &mi, &sec, &n) != 6 ||
        strcmp(s + n, "Z") != 0 || y < 1970 || mo < 1 || mo > 12 || d < 1 || d > 31 || h < 0 ||
        h > 23 || mi < 0 || mi > 59 || !(sec >= 0 && sec < 61))
        return false;
    *out = (double)(xd_days_of(y, mo, d) * 86400 + h * 3600 + mi * 60) + sec;
    return true;
}

static int read_time(struct xd_trace *t, const char *s, int64_t *out, struct xd_err *err)
{
    double v;

    if (!read_iso(s, &v) && (xd_parse_f64(s, &v) < 0 || !(v >= 0 && v < SECONDS_MOST)))
        return broken(t, s, err, "time: wanted seconds or 2026-03-01T12:00:00Z, found \"%.40s\"",
                      s);
    if (v < RELATIVE_S)
        v += (double)MONDAY_S;
    *out = (int64_t)xd_floor(v) * XD_NS_PER_S + (int64_t)((v - xd_floor(v)) * 1e9 + 0.5);
    return 0;
}

static int domain_of(struct xd_trace *t, const char *name, const char *uuid, const char *at,
                     struct trace_domain **out, struct xd_err *err)
{
    struct trace_domain *d;
    char key[NAME_BYTES];

    xd_str_safe_to(key, sizeof(key), uuid && *uuid ? uuid : name ? name : "");
    if (!*key)
        return broken(t, at, err, "a line without a name");
    HASH_FIND_STR(t->domains, key, d);
    if (!d) {
        if (HASH_COUNT(t->domains) >= DOMAINS_MAX)
            return broken(t, at, err, "more than %d domains", DOMAINS_MAX);
        d = xd_arena_alloc(&t->arena, sizeof(*d));
        d->uuid = xd_arena_strdup(&t->arena, key);
        d->name = xd_str_safe(&t->arena, name && *name ? name : key, NAME_BYTES);
        HASH_ADD_KEYPTR(hh, t->domains, d->uuid, strlen(d->uuid), d);
    }
    *out = d;
    return 0;
}

static void count_use(struct trace_domain *d, double percent, int64_t at_ns)
{
    if (d->since_ns)
        d->cpu_ns += (uint64_t)(d->percent / 100 * (double)(at_ns - d->since_ns));
    d->percent = percent;
    d->since_ns = at_ns;
}

/* The line's numbers into row. */
static int read_numbers(struct xd_trace *t, char **fields, int n, struct xd_trace_row *row,
                        double *percent, struct xd_err *err)
{
    for (int i = 0; i < n; i++) {
        int c = t->column[i];

        if (c < XD_TRACE_CPU || !*fields[i])
            continue;
        if (c == XD_TRACE_CPU
                ? xd_parse_f64(fields[i], percent) < 0 || !(*percent >= 0 && *percent <= 1e6)
                : xd_parse_u64(fields[i], &row->number[c]) < 0)
            return broken(t, fields[i], err, "%s: wanted a number, found \"%.40s\"",
                          column_names[c], fields[i]);
        row->have |= 1U << c;
    }
    return 0;
}

static int read_row(struct xd_trace *t, struct xd_trace_row *row, int64_t *at_ns,
                    struct xd_err *err)
{
    char *fields[FIELDS_MAX];
    const char *text[XD_TRACE_CPU] = {NULL};
    struct trace_domain *d = NULL;
    double percent = 0;
    int n;

    memset(row, 0, sizeof(*row));
    if (split(t, fields, &n, err) < 0)
        return -EINVAL;
    if (n != t->n_fields)
        return broken(t, t->text, err, "%d fields where the first line has %d", n, t->n_fields);
    for (int i = 0; i < n; i++)
        if (t->column[i] >= 0 && t->column[i] < XD_TRACE_CPU)
            text[t->column[i]] = fields[i];
    if (read_time(t, text[XD_TRACE_TIME], at_ns, err) < 0 ||
        domain_of(t, text[XD_TRACE_NAME], text[XD_TRACE_UUID], t->text, &d, err) < 0 ||
        read_numbers(t, fields, n, row, &percent, err) < 0)
        return -EINVAL;
    if (t->begun && *at_ns < t->next_ns)
        return broken(t, text[XD_TRACE_TIME], err, "time goes back");
    t->begun = true;
    t->next_ns = *at_ns;
    if (text[XD_TRACE_POOL] && *text[XD_TRACE_POOL] && !d->pool)
        d->pool = xd_str_safe(&t->arena, text[XD_TRACE_POOL], NAME_BYTES);
    row->uuid = d->uuid;
    row->name = d->name;
    row->pool = d->pool;
    if (row->have >> XD_TRACE_CPU & 1) {
        count_use(d, percent, *at_ns);
        row->number[XD_TRACE_CPU_NS] = d->cpu_ns;
        row->have |= 1U << XD_TRACE_CPU_NS;
    }
    return 0;
}

static int begin(struct xd_trace *t, const char *file, struct xd_trace **out, struct xd_err *err)
{
    xd_str_safe_to(t->file, sizeof(t->file), file);
    if (read_head(t, err) < 0) {
        xd_trace_close(t);
        return -EINVAL;
    }
    *out = t;
    return 0;
}

int xd_trace_open(const char *path, struct xd_trace **out, struct xd_err *err)
{
    struct xd_trace *t = xd_malloc(sizeof(*t));

    *out = NULL;
    t->f = fopen(path, "re");
    if (!t->f) {
        int rc = xd_err_set(err, -errno, "%s: %s", path, strerror(errno));
        free(t);
        return rc;
    }
    return begin(t, path, out, err);
}

int xd_trace_parse(const char *file, const char *text, size_t len, struct xd_trace **out,
                   struct xd_err *err)
{
    struct xd_trace *t;

    *out = NULL;
    if (!len)
        return xd_err_set(err, -EINVAL, "%s:1:1: the file is empty", file);
    t = xd_malloc(sizeof(*t));
    t->f = fmemopen((void *)text, len, "r");
    if (!t->f)
        abort();
    return begin(t, file, out, err);
}

static void take(struct xd_trace *t, const struct xd_trace_row *row)
{
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 64;
        t->rows = xd_realloc(t->rows, t->cap * sizeof(*t->rows));
    }
    t->rows[t->n++] = *row;
}

int xd_trace_next(struct xd_trace *t, struct xd_trace_sample *out, struct xd_err *err)
{
    struct xd_trace_row row;
    int64_t at_ns = 0;
    int rc = 1;

    if (t->pending) { /* the row that ended the last sample begins this one */
        t->rows[0] = t->rows[t->n];
        t->n = 1;
        t->at_ns = t->next_ns;
    } else {
        t->n = 0;
    }
    t->pending = false;
    while (!t->ended && (rc = read_line(t, err)) > 0) {
        if (!*t->text)
            continue;
        if (read_row(t, &row, &at_ns, err) < 0)
            return -EINVAL;
        if (t->n >= XD_TRACE_ROWS_MAX)
            return broken(t, t->text, err, "more than %d lines of one time", XD_TRACE_ROWS_MAX);
        if (!t->n)
            t->at_ns = at_ns;
        take(t, &row);
        if (at_ns != t->at_ns) {
            t->n--;
            t->pending = true;
            break;
        }
    }
    if (rc < 0)
        return rc;
    t->ended |= rc == 0;
    if (!t->n)
        return 0;
    *out = (struct xd_trace_sample){t->at_ns, t->at_ns, t->rows, t->n};
    return 1;
}

void xd_trace_close(struct xd_trace *t)
{
    if (!t)
        return;
    fclose(t->f);
    HASH_CLEAR(hh, t->domains);
    free(t->rows);
    xd_arena_done(&t->arena);
    free(t);
}
