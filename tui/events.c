/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program's log as a table, so that its screen can be filtered, sorted and grouped as others.
 */
#include <stdlib.h>

#include "tui/app.h"
#include "tui/views.h"

enum { SEQ, TIME, LEVEL, SOURCE, TEXT, COLUMNS };

static const char *const levels[] = {"debug", "info", "warn", "error", NULL};

static const struct xd_column columns[COLUMNS] = {
    [SEQ] = {"nr", "NR", "Counts on while xendeck runs", {.type = XD_U64}},
    [TIME] = {"time",
              "TIME",
              "When, by this machine's clock",
              {.type = XD_STR},
              .flags = XD_COL_DEFAULT,
              .width = 19},
    [LEVEL] = {"level",
               "LEVEL",
               "How bad it is",
               {.type = XD_ENUM, .names = levels},
               .flags = XD_COL_DEFAULT,
               .width = 5},
    [SOURCE] =
        {"source", "SOURCE", "Who says it", {.type = XD_STR}, .flags = XD_COL_DEFAULT, .width = 8},
    [TEXT] =
        {"text", "EVENT", "What happened", {.type = XD_STR}, .flags = XD_COL_DEFAULT, .width = 40},
};

const struct xd_table_desc xd_events_desc = {
    "events", "event", "Events",  "What happened since xendeck was started: its log",
    columns,  COLUMNS, {SEQ, -1}, {SEQ, -1},
    NULL};

enum xd_role_style xd_event_style(const struct xd_row *row)
{
    static const enum xd_role_style styles[] = {
        [XD_LOG_DEBUG] = XD_S_DIM,
        [XD_LOG_INFO] = XD_S_NORMAL,
        [XD_LOG_WARN] = XD_S_WARN,
        [XD_LOG_ERROR] = XD_S_BAD,
    };
    return styles[xd_row_u64(row, LEVEL, XD_LOG_INFO) & 3];
}

void xd_events_update(struct xd_app *a)
{
    struct xd_log *log = xd_session_log(a->session);
    int64_t now = xd_world_now(a->world);
    char when[20];

    if (a->events && xd_log_seq(log) == a->events_seq)
        return;
    struct xd_log_line *lines = xd_malloc(XD_LOG_LINES * sizeof(*lines));
    size_t n = xd_log_tail(log, lines, XD_LOG_LINES);
    struct xd_builder *b = xd_builder_new("xendeck");
    struct xd_rows *t = xd_build_table(b, &xd_events_desc, now);

    for (size_t i = 0; i < n; i++) {
        xd_row_begin(t);
        xd_put_u64(t, SEQ, lines[i].seq);
        xd_put_str(t, TIME, xd_clock_local(lines[i].wall_ns, when));
        xd_put_enum(t, LEVEL, lines[i].level);
        xd_put_str(t, SOURCE, lines[i].source);
        xd_put_str(t, TEXT, lines[i].text);
    }
    a->events_seq = n ? lines[n - 1].seq : 0;
    xd_snapshot_unref(a->events);
    a->events = xd_builder_seal(b, NULL, 1, now, xd_world_wall(a->world), 0);
    free(lines);
}

void xd_events_done(struct xd_app *a)
{
    xd_snapshot_unref(a->events);
    a->events = NULL;
}
