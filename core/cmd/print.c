/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows as text: an aligned table, CSV (RFC 4180) or JSON. */
#include "cmd/cli.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"

#define JSON_SCHEMA 1

static const char *cell_short(const struct xd_table_desc *d, const struct xd_row *r, int col,
                              struct xd_arena *a)
{
    struct xd_value v = xd_row_value(d, r, col);

    return xd_value_short(&v, &d->columns[col].kind, a);
}

/* Blanks up to the column's width stand on the left or on the right of the text. */
static void put_padded(struct xd_buf *b, const char *text, int width, bool right, bool last)
{
    int pad = width - xd_str_width(text);

    if (right)
        xd_buf_pad(b, ' ', pad);
    xd_buf_add(b, text);
    if (!right && !last)
        xd_buf_pad(b, ' ', pad);
    xd_buf_add(b, last ? "\n" : "  ");
}

static void print_table(FILE *out, const struct xd_table_desc *d, const struct xd_row *const *rows,
                        size_t n, const struct xd_print *p)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf b = XD_BUF_INIT;
    int width[XD_COLUMNS_MAX];
    const char **texts = xd_arena_array(&a, n ? n * (size_t)p->n_cols : 1, sizeof(*texts));

    for (int c = 0; c < p->n_cols; c++)
        width[c] = p->header ? xd_str_width(d->columns[p->cols[c]].title) : 0;
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < p->n_cols; c++) {
            const char *t = cell_short(d, rows[i], p->cols[c], &a);
            int w = xd_str_width(t);
            texts[i * (size_t)p->n_cols + (size_t)c] = t;
            width[c] = w > width[c] ? w : width[c];
        }
    }
    for (int c = 0; p->header && c < p->n_cols; c++) {
        const struct xd_column *col = &d->columns[p->cols[c]];
        put_padded(&b, col->title, width[c], xd_type_is_number(col->kind.type), c == p->n_cols - 1);
    }
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < p->n_cols; c++)
            put_padded(&b, texts[i * (size_t)p->n_cols + (size_t)c], width[c],
                       xd_type_is_number(d->columns[p->cols[c]].kind.type), c == p->n_cols - 1);
    fwrite(xd_buf_str(&b), 1, b.len, out);
    xd_buf_done(&b);
    xd_arena_done(&a);
}

static void put_csv(struct xd_buf *b, const char *text, bool last)
{
    if (strpbrk(text, ",\"")) {
        xd_buf_addc(b, '"');
        for (; *text; text++) {
            if (*text == '"')
                xd_buf_addc(b, '"');
            xd_buf_addc(b, *text);
        }
        xd_buf_addc(b, '"');
    } else {
        xd_buf_add(b, text);
    }
    xd_buf_add(b, last ? "\r\n" : ",");
}

/* Numbers as they are, in the column's unit; an empty field is unknown. */
static const char *csv_text(const struct xd_value *v, const struct xd_kind *k, struct xd_arena *a)
{
    if (!v->have)
        return "";
    switch (v->type) {
    case XD_U64:
        return xd_arena_printf(a, "%llu", (unsigned long long)v->cell.u);
    case XD_I64:
        return xd_arena_printf(a, "%lld", (long long)v->cell.i);
    case XD_F64:
        return xd_arena_printf(a, "%.10g", v->cell.f);
    default:
        return xd_value_exact(v, k, a);
    }
}

static void print_csv(FILE *out, const struct xd_table_desc *d, const struct xd_row *const *rows,
                      size_t n, const struct xd_print *p)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf b = XD_BUF_INIT;
    char when[21];

    if (p->wall_ns)
        xd_clock_iso(p->wall_ns, when);
    if (p->header && p->wall_ns)
        put_csv(&b, "time", false);
    for (int c = 0; p->header && c < p->n_cols; c++)
        put_csv(&b, d->columns[p->cols[c]].name, c == p->n_cols - 1);
    for (size_t i = 0; i < n; i++) {
        if (p->wall_ns)
            put_csv(&b, when, false);
        for (int c = 0; c < p->n_cols; c++) {
            struct xd_value v = xd_row_value(d, rows[i], p->cols[c]);
            put_csv(&b, csv_text(&v, &d->columns[p->cols[c]].kind, &a), c == p->n_cols - 1);
        }
    }
    fwrite(xd_buf_str(&b), 1, b.len, out);
    xd_buf_done(&b);
    xd_arena_done(&a);
}

static void print_json(FILE *out, const struct xd_table_desc *d, const struct xd_row *const *rows,
                       size_t n, const struct xd_print *p)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;
    char when[21];

    xd_json_init(&j, &b, !p->one_line);
    xd_json_open(&j, NULL, '{');
    xd_json_u64(&j, "schema", JSON_SCHEMA);
    xd_json_str(&j, "table", d->name);
    xd_json_str(&j, "source", p->source);
    if (p->wall_ns)
        xd_json_str(&j, "time", xd_clock_iso(p->wall_ns, when));
    xd_json_str(&j, "trouble", p->trouble);
    xd_json_open(&j, "rows", '[');
    for (size_t i = 0; i < n; i++) {
        xd_json_open(&j, NULL, '{');
        for (int c = 0; c < p->n_cols; c++) {
            struct xd_value v = xd_row_value(d, rows[i], p->cols[c]);
            const struct xd_column *col = &d->columns[p->cols[c]];
            xd_value_json(&v, &col->kind, &j, col->name);
        }
        xd_json_close(&j, '}');
    }
    xd_json_close(&j, ']');
    xd_json_close(&j, '}');
    xd_buf_addc(&b, '\n');
    fwrite(xd_buf_str(&b), 1, b.len, out);
    xd_buf_done(&b);
}

void xd_print_rows(FILE *out, const struct xd_table_desc *d, const struct xd_row *const *rows,
                   size_t n, const struct xd_print *p)
{
    static void (*const print[])(FILE *, const struct xd_table_desc *, const struct xd_row *const *,
                                 size_t, const struct xd_print *) = {
        [XD_FORMAT_TABLE] = print_table,
        [XD_FORMAT_JSON] = print_json,
        [XD_FORMAT_CSV] = print_csv,
    };

    print[p->format](out, d, rows, n, p);
}
