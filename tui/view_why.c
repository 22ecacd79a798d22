/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Why screen: domains by the time they wait for a pCPU, and for the one under the cursor where
 * the time of each of its vCPUs goes, whom they wait for, and what that means in one sentence. The
 * sentence is made by xen/why.c. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mean.h"
#include "base/round.h"
#include "engine/session.h"
#include "model/tables.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/dialog.h"
#include "tui/views.h"
#include "xen/why.h"

#define BAR_LEAST      14
#define BAR_MOST       50
#define SENTENCE_LINES 4

static const struct xd_view_column columns[] = {
    {.name = "name"},
    {.name = "state"},
    {.name = "vcpus_online"},
    {.name = "cpu"},
    {.name = "ready"},
    {.name = "ready", .spark = true, .width = 10, .drop = 5},
    {.name = "wakes_s", .drop = 3},
    {.name = "wake_ns", .drop = 2},
    {.name = "cap", .drop = 1},
    {.name = "weight", .drop = 4},
    {.name = "pool", .drop = 6},
    {0},
};

#define BIT(col) (UINT64_C(1) << (col))

static const struct xd_want wants[] = {
    {"vcpus", BIT(XD_VCPU_DOMAIN_UUID) | BIT(XD_VCPU_ID) | BIT(XD_VCPU_PCPU) | BIT(XD_VCPU_STATE) |
                  BIT(XD_VCPU_CPU) | BIT(XD_VCPU_READY) | BIT(XD_VCPU_BLOCKED) |
                  BIT(XD_VCPU_WAKE_NS) | BIT(XD_VCPU_WAKE_MAX_NS) | BIT(XD_VCPU_HARD) |
                  BIT(XD_VCPU_WAITS_FOR)},
    {0},
};

/* --- the facts, from the tables --- */

struct facts {
    struct xd_arena arena;
    struct xd_why_domain d;
    struct xd_why_vcpu *vcpus; /* who misses most comes first */
    size_t n_offline;
    struct xd_cpuset pool;
    struct xd_why why;
};

static void of_pool(const struct xd_app *a, const char *pool, struct facts *f)
{
    const struct xd_table *t = xd_app_table(a, "pcpus");
    struct xd_mean busy = {0};

    for (size_t i = 0; t && pool && i < t->n; i++) {
        const struct xd_row *p = t->rows[i];

        if (strcmp(xd_row_str(p, XD_PCPU_POOL, ""), pool) != 0 || !xd_row_u64(p, XD_PCPU_ONLINE, 1))
            continue;
        xd_cpuset_add(&f->pool, (unsigned)xd_row_u64(p, XD_PCPU_ID, XD_CPUSET_MAX));
        f->d.pool_cpus++;
        xd_mean_add(&busy, xd_row_f64(t->desc, p, XD_PCPU_BUSY, NAN));
    }
    f->d.pool_busy = xd_mean(&busy);
}

static void of_affinity(const struct xd_row *row, struct facts *f, struct xd_why_vcpu *v)
{
    struct xd_cpuset may;

    if (!xd_row_has(row, XD_VCPU_HARD) || !f->d.pool_cpus)
        return;
    may = *row->cell[XD_VCPU_HARD].set;
    xd_cpuset_and(&may, &f->pool);
    v->n_may = xd_cpuset_count(&may);
    if (v->n_may < f->d.pool_cpus)
        v->may = xd_cpuset_format(&may, &f->arena);
}

static void of_vcpu(const struct xd_table *t, const struct xd_row *row, struct facts *f)
{
    struct xd_why_vcpu *v = &f->vcpus[f->d.n];

    if (xd_row_u64(row, XD_VCPU_STATE, XD_VCPU_RUNNING) == XD_VCPU_OFFLINE) {
        f->n_offline++;
        return;
    }
    f->d.n++;
    *v = (struct xd_why_vcpu){
        .id = (unsigned)xd_row_u64(row, XD_VCPU_ID, 0),
        .online = true,
        .pcpu = (int)xd_row_u64(row, XD_VCPU_PCPU, (uint64_t)-1),
        .run = xd_row_f64(t->desc, row, XD_VCPU_CPU, NAN),
        .ready = xd_row_f64(t->desc, row, XD_VCPU_READY, NAN),
        .idle = xd_row_f64(t->desc, row, XD_VCPU_BLOCKED, NAN),
        .wake_ns = xd_row_u64(row, XD_VCPU_WAKE_NS, 0),
        .wake_max_ns = xd_row_u64(row, XD_VCPU_WAKE_MAX_NS, 0),
        .waits_for = xd_row_str(row, XD_VCPU_WAITS_FOR, NULL),
    };
    of_affinity(row, f, v);
}

/* Time that it wanted and did not get; unknown comes last. */
static double missed(const struct xd_why_vcpu *v)
{
    double sum = v->ready + xd_why_held(v);

    return isnan(sum) ? -1 : sum;
}

static int by_missed(const void *a, const void *b)
{
    const struct xd_why_vcpu *x = a, *y = b;
    double d = missed(y) - missed(x);

    return d > 0 ? 1 : d < 0 ? -1 : x->id < y->id ? -1 : x->id > y->id;
}

static void of_vcpus(const struct xd_app *a, const char *uuid, struct facts *f)
{
    const struct xd_table *t = xd_app_table(a, "vcpus");

    if (!t)
        return;
    f->d.unknown = t->reason;
    f->vcpus = xd_arena_array(&f->arena, t->n + 1, sizeof(*f->vcpus));
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(xd_row_str(t->rows[i], XD_VCPU_DOMAIN_UUID, ""), uuid) == 0)
            of_vcpu(t, t->rows[i], f);
    qsort(f->vcpus, f->d.n, sizeof(*f->vcpus), by_missed);
    f->d.vcpus = f->vcpus;
}

static enum xd_why_life life_of(const struct xd_row *row)
{
    switch (xd_row_u64(row, XD_DOMAIN_STATE, XD_STATE_RUNNING)) {
    case XD_STATE_RUNNING:
    case XD_STATE_BLOCKED:
        return XD_WHY_LIVES;
    case XD_STATE_PAUSED:
        return XD_WHY_PAUSED;
    default:
        return XD_WHY_ENDED;
    }
}

static const char *text_of(const struct xd_row *row, int col, struct xd_arena *arena)
{
    struct xd_value v = xd_row_value(&xd_domains_desc, row, col);

    return xd_value_short(&v, &xd_domains_desc.columns[col].kind, arena);
}

static void gather(const struct xd_app *a, const struct xd_row *row, struct facts *f)
{
    memset(f, 0, sizeof(*f));
    xd_arena_init(&f->arena);
    f->d.name = xd_row_str(row, XD_DOMAIN_NAME, "?");
    f->d.life = life_of(row);
    f->d.state = text_of(row, XD_DOMAIN_STATE, &f->arena);
    f->d.cap = xd_row_u64(row, XD_DOMAIN_CAP, 0);
    f->d.pool = xd_row_str(row, XD_DOMAIN_POOL, NULL);
    of_pool(a, f->d.pool, f);
    of_vcpus(a, xd_row_str(row, XD_DOMAIN_UUID, ""), f);
    xd_why_explain(&f->d, &f->why);
}

/* --- the picture --- */

enum { RUN, READY, HELD, IDLE, PARTS };

static const enum xd_role_style styles[PARTS] = {
    [RUN] = XD_S_GOOD, [READY] = XD_S_BAD, [HELD] = XD_S_WARN, [IDLE] = XD_S_BAR_REST};
static const char *const names[PARTS] = {
    [RUN] = "run", [READY] = "ready", [HELD] = "held", [IDLE] = "idle"};

/* Told apart without colours too. */
static const char *glyph(const struct xd_canvas *c, int part)
{
    static const char *const rich[PARTS] = {[RUN] = "█", [READY] = "▒", [HELD] = "=", [IDLE] = "·"};
    static const char *const ascii[PARTS] = {
        [RUN] = "#", [READY] = "x", [HELD] = "=", [IDLE] = "."};

    return c->glyphs == XD_GLYPHS_ASCII ? ascii[part] : rich[part];
}

/* Where the parts of the pane's lines stand. */
struct places {
    int bar, bar_w, numbers, late, waits, waits_w;
};

#define NUMBER_W 8
#define LATE_W   7

static struct places places(struct xd_rect r)
{
    int rest = r.w - 9 - PARTS * NUMBER_W - LATE_W - 2, w = rest * 2 / 5;
    struct places p = {.bar = r.x + 9};

    p.bar_w = w < BAR_LEAST ? BAR_LEAST : w > BAR_MOST ? BAR_MOST : w;
    p.numbers = p.bar + p.bar_w;
    p.late = p.numbers + PARTS * NUMBER_W;
    p.waits = p.late + LATE_W + 2;
    p.waits_w = r.x + r.w - p.waits;
    return p;
}

static void draw_heading(struct xd_canvas *c, const struct places *p, int x, int y)
{
    xd_canvas_text(c, x, y, XD_S_TITLE, "VCPU@CPU");
    for (int i = 0; i < PARTS; i++) {
        int at = p->numbers + (i + 1) * NUMBER_W - 2 - xd_str_width(names[i]);

        xd_canvas_text(c, at, y, styles[i], glyph(c, i));
        xd_canvas_text(c, at + 2, y, XD_S_TITLE, names[i]);
    }
    xd_canvas_field(c, p->late, y, LATE_W, true, XD_S_TITLE, "late");
    if (p->waits_w > 4)
        xd_canvas_field(c, p->waits, y, p->waits_w, false, XD_S_TITLE, "waits on");
}

/* The parts fill the bar together, each rounded where it ends. */
static void draw_bar(struct xd_canvas *c, int x, int y, int w, const double parts[PARTS])
{
    double sum = 0, at = 0;
    int cell = 0;

    for (int i = 0; i < PARTS; i++)
        sum += parts[i];
    if (isnan(sum) || sum <= 0) {
        xd_canvas_gauge(c, x, y, w, NAN, XD_S_UNKNOWN);
        return;
    }
    for (int i = 0; i < PARTS; i++) {
        at += parts[i] / sum * w;
        for (; cell < (int)xd_round(at) && cell < w; cell++)
            xd_canvas_text(c, x + cell, y, styles[i], glyph(c, i));
    }
}

static void draw_vcpu(struct xd_canvas *c, const struct places *p, int x, int y,
                      const struct xd_why_vcpu *v)
{
    const double parts[PARTS] = {v->run, v->ready, xd_why_held(v), v->idle};
    char text[24];

    if (v->pcpu >= 0)
        snprintf(text, sizeof(text), "%u@%d", v->id, v->pcpu);
    else
        snprintf(text, sizeof(text), "%u", v->id);
    xd_canvas_field(c, x, y, 8, false, XD_S_NORMAL, text);
    draw_bar(c, p->bar, y, p->bar_w, parts);
    for (int i = 0; i < PARTS; i++) {
        enum xd_role_style s = i == RUN || i == IDLE || !(parts[i] >= 5) ? XD_S_NORMAL : styles[i];

        snprintf(text, sizeof(text), "%.0f%%", parts[i]);
        xd_canvas_field(c, p->numbers + i * NUMBER_W, y, NUMBER_W, true,
                        isnan(parts[i]) ? XD_S_UNKNOWN : s, isnan(parts[i]) ? "-" : text);
    }
    xd_canvas_field(c, p->late, y, LATE_W, true, v->wake_ns ? XD_S_NORMAL : XD_S_UNKNOWN,
                    v->wake_ns ? xd_fmt_ns(v->wake_ns, text, sizeof(text)) : "-");
    if (p->waits_w > 4 && v->waits_for)
        xd_canvas_field(c, p->waits, y, p->waits_w, false, XD_S_NORMAL, v->waits_for);
}

/* "cap 40 · weight 256 · Pool-0: 43% of 8 pCPUs busy · vCPU 0: only on 1" */
static void draw_facts(struct xd_canvas *c, struct xd_rect r, int y, const struct xd_row *row,
                       struct facts *f)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_buf_printf(&b, "cap %s · weight %s", text_of(row, XD_DOMAIN_CAP, &f->arena),
                  text_of(row, XD_DOMAIN_WEIGHT, &f->arena));
    if (f->d.pool && !isnan(f->d.pool_busy))
        xd_buf_printf(&b, " · %s: %.0f%% of %u pCPUs busy", f->d.pool, f->d.pool_busy,
                      f->d.pool_cpus);
    if (f->d.n && f->vcpus[0].may)
        xd_buf_printf(&b, " · vCPU %u: only on %s", f->vcpus[0].id, f->vcpus[0].may);
    xd_canvas_field(c, r.x, y, r.w, false, XD_S_DIM, xd_buf_str(&b));
    xd_buf_done(&b);
}

static int draw_sentence(struct xd_canvas *c, struct xd_rect r, const struct xd_why *why)
{
    struct xd_rect box = {r.x, r.y, r.w, r.h < SENTENCE_LINES ? r.h : SENTENCE_LINES};
    enum xd_role_style s = xd_why_is_trouble(why->cause)  ? XD_S_WARN
                           : why->cause == XD_WHY_UNKNOWN ? XD_S_UNKNOWN
                                                          : XD_S_GOOD;

    return xd_dialog_text(c, box, s, why->text);
}

static void detail(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                   struct xd_canvas *c, struct xd_rect r)
{
    int y, end = r.y + r.h - 1; /* the last line is for the facts */
    struct places p = places(r);
    struct facts f;

    gather(a, row, &f);
    y = r.y + draw_sentence(c, r, &f.why);
    if (f.d.n && y < end)
        draw_heading(c, &p, r.x, y++);
    for (size_t i = 0; i < f.d.n && y < end; i++, y++) {
        size_t more = f.d.n - i + (f.n_offline != 0);

        if (y == end - 1 && more > 1) {
            xd_canvas_printf(c, r.x, y, XD_S_DIM, "and %zu more that miss less; %zu offline",
                             f.d.n - i, f.n_offline);
            continue;
        }
        draw_vcpu(c, &p, r.x, y, &f.vcpus[i]);
    }
    if (y <= end)
        draw_facts(c, r, y, row, &f);
    xd_arena_done(&f.arena);
}

const struct xd_view xd_view_why = {
    .name = "why",
    .title = "Why slow",
    .help = "Who waits for a pCPU, and for whom: why a guest is slow",
    .table = "domains",
    .columns = columns,
    .sort = "-ready",
    .draw = xd_table_draw,
    .detail = detail,
    .tall = true,
    .wants = wants,
};

/* --- going there --- */

/* The domain that the row under the cursor is, or belongs to; "" where it is neither. */
static void domain_meant(const struct xd_screen *s, char *out)
{
    const struct xd_row *row = xd_screen_row(s);
    bool is_one = s->desc && strcmp(s->desc->name, "domains") == 0;
    bool has_one = s->desc && s->desc->parent && strcmp(s->desc->parent, "domains") == 0;

    out[0] = '\0';
    if (row && (is_one || has_one))
        snprintf(out, XD_KEY_MAX, "%s", xd_row_str(row, s->desc->keys[0], ""));
}

int xd_cmd_why(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    char key[XD_KEY_MAX];

    domain_meant(xd_app_screen(a), key);
    for (int i = 0; i < a->n_screens; i++) {
        struct xd_screen *s = &a->screens[i];

        if (s->view != &xd_view_why)
            continue;
        if (key[0])
            snprintf(s->cursor, sizeof(s->cursor), "%s", key);
        a->screen = i;
        return 0;
    }
    return xd_err_set(err, -ENOENT, "this host tells of no domains");
}
