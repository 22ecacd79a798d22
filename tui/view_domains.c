/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Domains screen: its columns, and all that is known of the domain under the cursor. */
#include <math.h>
#include <string.h>

#include "model/tables.h"
#include "tui/budgets/screen.h"
#include "tui/views.h"

#define GRAPH_SPAN (10 * 60 * XD_NS_PER_S)
#define GRAPH_MAX  120

static const struct xd_view_column columns[] = {
    {.name = "name"},
    {.name = "id", .drop = 3},
    {.name = "state"},
    {.name = "pool", .drop = 7},
    {.name = "vcpus_online", .drop = 3},
    {.name = "cpu"},
    {.name = "cpu", .spark = true, .width = 12, .drop = 6, .full = "vcpus_online"},
    {.name = "mem_kib", .drop = 1},
    {.name = "weight", .drop = 5},
    {.name = "cap", .drop = 2},
    {.name = "net_rx", .drop = 8},
    {.name = "net_tx", .drop = 8},
    {.name = "disk_rd", .drop = 9},
    {.name = "disk_wr", .drop = 9},
    {.name = "type", .drop = 10},
    {.name = "mem_max_kib", .drop = 11},
    {0},
};

static enum xd_role_style style(const struct xd_row *row)
{
    static const enum xd_role_style by_state[] = {
        [XD_STATE_RUNNING] = XD_S_NORMAL, [XD_STATE_BLOCKED] = XD_S_NORMAL,
        [XD_STATE_PAUSED] = XD_S_DIM,     [XD_STATE_SHUTDOWN] = XD_S_DIM,
        [XD_STATE_CRASHED] = XD_S_BAD,    [XD_STATE_DYING] = XD_S_WARN,
    };
    uint64_t state = xd_row_u64(row, XD_DOMAIN_STATE, XD_STATE_RUNNING);

    return state < sizeof(by_state) / sizeof(*by_state) ? by_state[state] : XD_S_NORMAL;
}

static const char *text_of(const struct xd_row *row, int col, struct xd_arena *a)
{
    struct xd_value v = xd_row_value(&xd_domains_desc, row, col);

    return xd_value_short(&v, &xd_domains_desc.columns[col].kind, a);
}

/* "memory 2.0G now · 2.0G target · 4.0G most" with a gauge of now against most */
static void draw_memory(const struct xd_row *row, struct xd_canvas *c, int x, int y, int w,
                        struct xd_arena *a)
{
    double now = (double)xd_row_u64(row, XD_DOMAIN_MEM_KIB, 0);
    double most = (double)xd_row_u64(row, XD_DOMAIN_MEM_MAX_KIB, 0);
    bool known = xd_row_has(row, XD_DOMAIN_MEM_KIB) && xd_row_has(row, XD_DOMAIN_MEM_MAX_KIB);

    x += xd_canvas_text(c, x, y, XD_S_DIM, "memory ");
    xd_canvas_gauge(c, x, y, 12, known && most > 0 ? now / most : NAN, XD_S_BAR);
    xd_canvas_field(c, x + 13, y, w - 20, false, XD_S_NORMAL,
                    xd_arena_printf(a, "%s now · %s target · %s most",
                                    text_of(row, XD_DOMAIN_MEM_KIB, a),
                                    text_of(row, XD_DOMAIN_MEM_TARGET_KIB, a),
                                    text_of(row, XD_DOMAIN_MEM_MAX_KIB, a)));
}

static void draw_graph(const struct xd_app *a, const struct xd_row *row, const char *key,
                       struct xd_canvas *c, int x, int y, int w)
{
    double values[2 * GRAPH_MAX];
    int64_t end = xd_app_graph_end(a, "domains");
    size_t known = 0;

    x += xd_canvas_text(c, x, y, XD_S_DIM, "10 min ");
    w = w - 7 > GRAPH_MAX ? GRAPH_MAX : w - 7;
    int n = xd_spark_values(c, w);
    n = n > 2 * GRAPH_MAX ? 2 * GRAPH_MAX : n;
    /* Until one slice is over, what has begun. */
    for (int i = 0; known == 0 && i < 2; i++)
        known = xd_history_slices(xd_world_history(a->world), "domains", key, XD_DOMAIN_CPU,
                                  i ? end : xd_calm_end(end, GRAPH_SPAN, n), GRAPH_SPAN, values,
                                  (size_t)n);
    xd_canvas_spark(c, x, y, w, values, n,
                    100.0 * (double)xd_row_u64(row, XD_DOMAIN_VCPUS_ONLINE, 1), XD_S_BAR);
}

/* One vCPU: "0 on 12 (0-15)". The affinity is left out where it is all pCPUs. */
static const char *vcpu_text(const struct xd_app *a, const struct xd_row *v, struct xd_arena *arena)
{
    struct xd_value hard = xd_row_value(&xd_vcpus_desc, v, XD_VCPU_HARD);
    const char *where =
        xd_row_has(v, XD_VCPU_PCPU) &&
                xd_row_u64(v, XD_VCPU_STATE, XD_VCPU_OFFLINE) != XD_VCPU_OFFLINE
            ? xd_arena_printf(arena, "%llu", (unsigned long long)xd_row_u64(v, XD_VCPU_PCPU, 0))
            : "-";
    unsigned all = xd_world_pcpus(a->world);
    const char *set = hard.have && (!all || xd_cpuset_count(hard.cell.set) < all)
                          ? xd_value_short(&hard, &xd_vcpus_desc.columns[XD_VCPU_HARD].kind, arena)
                          : NULL;

    return xd_arena_printf(arena, "%llu@%s%s%s%s", (unsigned long long)xd_row_u64(v, XD_VCPU_ID, 0),
                           where, set ? "(" : "", set ? set : "", set ? ")" : "");
}

static void draw_vcpus(const struct xd_app *a, const char *uuid, struct xd_canvas *c, int x, int y,
                       int w, struct xd_arena *arena)
{
    const struct xd_table *t = xd_app_table(a, "vcpus");
    int right = x + w;

    x += xd_canvas_text(c, x, y, XD_S_DIM, "vCPU@pCPU ");
    for (size_t i = 0; t && i < t->n; i++) {
        if (strcmp(xd_row_str(t->rows[i], XD_VCPU_DOMAIN_UUID, ""), uuid) != 0)
            continue;
        const char *text = vcpu_text(a, t->rows[i], arena);
        if (x + xd_str_width(text) + 2 > right) {
            xd_canvas_text(c, x, y, XD_S_DIM, "…");
            break;
        }
        x += xd_canvas_text(c, x, y, XD_S_NORMAL, text) + 2;
    }
}

static void detail(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                   struct xd_canvas *c, struct xd_rect r)
{
    struct xd_arena arena = XD_ARENA_INIT;
    const char *uuid = xd_row_str(row, XD_DOMAIN_UUID, "");
    const char *guest = xd_row_str(row, XD_DOMAIN_GUEST, NULL);
    const char *reason = xd_row_str(row, XD_DOMAIN_SHUTDOWN_REASON, NULL);
    int y = r.y;

    const char *first = xd_arena_printf(
        &arena, "%s · %s%s%s · %s of %s vCPUs · cap %s · weight %s · %s",
        text_of(row, XD_DOMAIN_TYPE, &arena), text_of(row, XD_DOMAIN_STATE, &arena),
        reason ? ": " : "", reason ? reason : "", text_of(row, XD_DOMAIN_VCPUS_ONLINE, &arena),
        text_of(row, XD_DOMAIN_VCPUS, &arena), text_of(row, XD_DOMAIN_CAP, &arena),
        text_of(row, XD_DOMAIN_WEIGHT, &arena), text_of(row, XD_DOMAIN_SCHED, &arena));
    xd_canvas_field(c, r.x, y++, r.w, false, XD_S_NORMAL, first);
    if (y < r.y + r.h)
        draw_memory(row, c, r.x, y++, r.w, &arena);
    if (y < r.y + r.h)
        draw_vcpus(a, uuid, c, r.x, y++, r.w, &arena);
    if (y < r.y + r.h)
        draw_graph(a, row, uuid, c, r.x, y++, r.w);
    if (y < r.y + r.h)
        xd_canvas_field(c, r.x, y++, r.w, false, XD_S_DIM,
                        xd_arena_printf(&arena, "%s%s%s", uuid, guest ? " · guest says: " : "",
                                        guest ? guest : ""));
    xd_arena_done(&arena);
}

/* "burst: 3m32s of 5m00s left in any 1h00m · then cap 20%", of a domain that has a budget. */
static const char *aside(const struct xd_app *app, const struct xd_row *row, struct xd_arena *a)
{
    const struct xd_row *b = xd_budgets_row_of(app, xd_row_str(row, XD_DOMAIN_UUID, ""));

    return b ? xd_budgets_sentence(b, a) : NULL;
}

const struct xd_view xd_view_domains = {
    .name = "domains",
    .title = "Domains",
    .table = "domains",
    .columns = columns,
    .style = style,
    .draw = xd_table_draw,
    .detail = detail,
    .aside = aside,
};
