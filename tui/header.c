/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two top lines: the host with its load, and the tabs of the screens. */
#include <math.h>
#include <stdio.h>

#include "model/tables.h"
#include "tui/app.h"

#define GAUGE        8
#define CPU_WIDTH    (4 + GAUGE + 11) /* "CPU ######## 100% of 64" */
#define MEMORY_WIDTH (4 + GAUGE + 10) /* "MEM ######## 105G/128G" */

/* Where the player is: "CAPTURE 3/120 paused", "CAPTURE 40/120 playing 4x". */
static void playback_text(const struct xd_app *a, char *out, size_t size)
{
    const struct xd_table *t = xd_app_table(a, "playback");
    const struct xd_row *r = t && t->n ? t->rows[0] : NULL;

    if (!r)
        return;
    const struct xd_table_desc *d = t->desc;
    double speed = xd_row_f64(d, r, xd_desc_column(d, "speed"), 1);
    int n = snprintf(out, size, " %llu/%llu %s",
                     (unsigned long long)xd_row_u64(r, xd_desc_column(d, "moment"), 0),
                     (unsigned long long)xd_row_u64(r, xd_desc_column(d, "moments"), 0),
                     xd_app_playback(a));
    if (speed != 1 && n > 0 && (size_t)n < size)
        snprintf(out + n, size - (size_t)n, " %gx", speed);
}

static bool declares_host(const struct xd_backend *b)
{
    for (const struct xd_table_desc *const *d = b->tables; d && *d; d++)
        if (*d == &xd_host_desc)
            return true;
    return false;
}

/* While nothing is known of the host: for want of a first sample of who would tell, since that
 * can't be had, or as nobody tells: a host without a hypervisor has no such table. */
static const char *mode_of_unknown(const struct xd_app *a)
{
    const char *mode = "LIVE";

    for (size_t i = 0; i < xd_world_sources(a->world); i++) {
        struct xd_source_info s = xd_world_source(a->world, i);

        if (!declares_host(s.backend))
            continue;
        if (s.state == XD_SOURCE_STARTING)
            return "STARTING";
        if (s.state != XD_SOURCE_OK)
            mode = "STALE";
    }
    return mode;
}

static const char *mode(const struct xd_app *a, const struct xd_row *host)
{
    if (a->frozen)
        return "FROZEN";
    if (!host)
        return mode_of_unknown(a);
    if (xd_world_trouble(a->world, "host"))
        return "STALE";
    switch (xd_row_u64(host, XD_HOST_KIND, XD_HOST_XEN)) {
    case XD_HOST_DEMO:
        return "DEMO";
    case XD_HOST_CAPTURE:
        return "CAPTURE";
    default:
        return "LIVE";
    }
}

static int draw_cpu(const struct xd_app *a, const struct xd_row *h, struct xd_canvas *c, int x)
{
    uint64_t pcpus = xd_row_u64(h, XD_HOST_PCPUS, 0);
    double now = xd_row_f64(&xd_host_desc, h, XD_HOST_CPU, NAN);
    double mean = isnan(now) ? NAN : xd_calm_mean(a, "host", "", XD_HOST_CPU);
    double cpu = isnan(mean) ? now : mean;

    x += xd_canvas_text(c, x, 0, XD_S_HEADER, "CPU ");
    xd_canvas_gauge(c, x, 0, GAUGE, pcpus ? cpu / (100.0 * (double)pcpus) : NAN, XD_S_BAR);
    x += GAUGE + 1;
    if (isnan(cpu) || !pcpus)
        return x +
               xd_canvas_printf(c, x, 0, XD_S_HEADER, "  -%% of %llu", (unsigned long long)pcpus);
    return x + xd_canvas_printf(c, x, 0, XD_S_HEADER, "%3.0f%% of %llu", cpu / (double)pcpus,
                                (unsigned long long)pcpus);
}

static int draw_memory(const struct xd_row *h, struct xd_canvas *c, int x)
{
    uint64_t all = xd_row_u64(h, XD_HOST_MEM_KIB, 0),
             unused = xd_row_u64(h, XD_HOST_MEM_FREE_KIB, 0);
    bool known = xd_row_has(h, XD_HOST_MEM_KIB) && xd_row_has(h, XD_HOST_MEM_FREE_KIB) && all;
    char used_text[16], all_text[16];

    x += xd_canvas_text(c, x, 0, XD_S_HEADER, "MEM ");
    xd_canvas_gauge(c, x, 0, GAUGE, known ? (double)(all - unused) / (double)all : NAN, XD_S_BAR);
    x += GAUGE + 1;
    if (!known)
        return x + xd_canvas_text(c, x, 0, XD_S_HEADER, "-");
    return x + xd_canvas_printf(c, x, 0, XD_S_HEADER, "%s/%s",
                                xd_fmt_bytes((all - unused) * 1024, used_text, sizeof(used_text)),
                                xd_fmt_bytes(all * 1024, all_text, sizeof(all_text)));
}

/* "12d04h", "1h05m", "24m": nobody asks for the seconds. */
static void up_text(uint64_t ns, char *out, size_t size)
{
    uint64_t minutes = ns / XD_NS_PER_S / 60;

    if (minutes < 60)
        snprintf(out, size, "%um", (unsigned)minutes);
    else
        xd_fmt_ns(ns, out, size);
}

/* From the left up to `end`: name, version, up time; then the gauges; what doesn't fit is left out,
 * the version and the up time first. */
static void draw_host(const struct xd_app *a, const struct xd_row *h, struct xd_canvas *c, int end)
{
    char up[16] = "-";
    const char *name = xd_row_str(h, XD_HOST_NAME, "host");
    int x = 1 + xd_canvas_field(c, 1, 0, xd_str_width(name) < 20 ? xd_str_width(name) : 20, false,
                                XD_S_HEADER, name);

    if (end >= 66)
        x += 2 + xd_canvas_printf(c, x + 2, 0, XD_S_HEADER, "Xen %s",
                                  xd_row_str(h, XD_HOST_XEN_VERSION, "-"));
    if (xd_row_has(h, XD_HOST_UPTIME_NS))
        up_text(xd_row_u64(h, XD_HOST_UPTIME_NS, 0), up, sizeof(up));
    if (end >= 90)
        x += 2 + xd_canvas_printf(c, x + 2, 0, XD_S_HEADER, "up %s", up);
    if (x + 3 + CPU_WIDTH <= end)
        x = draw_cpu(a, h, c, x + 3);
    if (x + 3 + MEMORY_WIDTH <= end)
        draw_memory(h, c, x + 3);
}

/* Draws at the right end; returns where it begins. */
static int draw_mode(const struct xd_app *a, const struct xd_row *host, struct xd_canvas *c)
{
    char text[64], where[48] = "";
    bool readonly = xd_app_readonly(a) && !xd_app_playing(a);

    if (xd_app_playing(a))
        playback_text(a, where, sizeof(where));
    int n =
        snprintf(text, sizeof(text), "%s%s%s", readonly ? "READ-ONLY " : "", mode(a, host), where);
    xd_canvas_text(c, c->w - n - 1, 0, XD_S_ACCENT, text);
    return c->w - n - 1;
}

static int tab_width(const struct xd_app *a, int i)
{
    return xd_str_width(a->screens[i].view->title) + 4;
}

static int all_tabs(const struct xd_app *a)
{
    int w = 0;

    for (int i = 0; i < a->n_screens; i++)
        w += tab_width(a, i);
    return w;
}

/* The interval and the key of the help; before them the key to the screens where the tabs don't all
 * fit. */
static int right_text(const struct xd_app *a, char *out, size_t size)
{
    char interval[16];
    int n;

    xd_fmt_ns((uint64_t)xd_session_interval(a->session), interval, sizeof(interval));
    n = snprintf(out, size, "%s  ? help", interval);
    if (all_tabs(a) > a->w - 2 - n)
        n = snprintf(out, size, "M more  %s  ? help", interval);
    return n;
}

/* The first tab to show, so that the one that is on is among those that fit. */
static int first_tab(const struct xd_app *a, int room)
{
    int used = 0, first = a->screen;

    while (first >= 0 && used + tab_width(a, first) <= room)
        used += tab_width(a, first--);
    return first == a->screen ? first : first + 1;
}

int xd_tab_at(const struct xd_app *a, int x)
{
    char right[48];
    int room = a->w - 2 - right_text(a, right, sizeof(right)), left = 1;

    for (int i = first_tab(a, room); i < a->n_screens; i++) {
        if (left + tab_width(a, i) > 1 + room)
            break;
        if (x >= left && x < left + tab_width(a, i))
            return i;
        left += tab_width(a, i);
    }
    return -1;
}

static void draw_tabs(const struct xd_app *a, struct xd_canvas *c)
{
    struct xd_rect line = {0, 1, c->w, 1};
    char right[48];
    int n = right_text(a, right, sizeof(right)), room = c->w - 2 - n, x = 1;

    xd_canvas_fill(c, line, XD_S_TAB);
    for (int i = first_tab(a, room); i < a->n_screens; i++) {
        const char *title = a->screens[i].view->title;
        enum xd_role_style s = i == a->screen ? XD_S_TAB_ON : XD_S_TAB;

        if (x + tab_width(a, i) > 1 + room)
            break;
        if (i < 9)
            xd_canvas_printf(c, x, 1, s, " %d %s ", i + 1, title);
        else
            xd_canvas_printf(c, x, 1, s, "   %s ", title);
        x += tab_width(a, i);
    }
    xd_canvas_text(c, c->w - n - 1, 1, XD_S_TAB, right);
    if (first_tab(a, room) > 0)
        xd_canvas_text(c, 0, 1, XD_S_TAB, "‹");
}

void xd_header_draw(const struct xd_app *a, struct xd_canvas *c)
{
    struct xd_rect line = {0, 0, c->w, 1};
    const struct xd_table *t = xd_app_table(a, "host");
    const struct xd_row *h = t && t->n ? t->rows[0] : NULL;

    xd_canvas_fill(c, line, XD_S_HEADER);
    int end = draw_mode(a, h, c) - 1;
    if (h)
        draw_host(a, h, c, end);
    else
        xd_canvas_printf(c, 1, 0, XD_S_HEADER, "%s", xd_world_host(a->world));
    draw_tabs(a, c);
}
