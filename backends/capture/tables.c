/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The moment of a recording as the tables of a host that is there now. */
#include "backend_capture/playback.h"

#include <string.h>

#include "base/str.h"
#include "model/tables.h"

enum {
    PLAY_FILE,
    PLAY_STATE,
    PLAY_SPEED,
    PLAY_POSITION,
    PLAY_LENGTH,
    PLAY_MOMENT,
    PLAY_MOMENTS,
    PLAY_RECORDED,
    PLAY_SAMPLES,
    PLAY_SOURCES,
    PLAY_HOST,
    PLAY_DAMAGES,
    PLAY_DAMAGE,
    PLAY_N,
};

static const char *const player_states[] = {
    [XD_PLAYER_PLAYING] = "playing",
    [XD_PLAYER_PAUSED] = "paused",
    [XD_PLAYER_ENDED] = "ended",
    [XD_PLAYER_ENDED + 1] = NULL,
};

// clang-format off
#define U64 {.type = XD_U64}
#define NS  {.type = XD_I64, .unit = XD_UNIT_NS}

static const struct xd_column columns[PLAY_N] = {
    [PLAY_FILE] = {"file", "FILE", "The capture that is played", {.type = XD_STR},
                   .flags = XD_COL_DEFAULT, .width = 20},
    [PLAY_STATE] = {"state", "STATE", "playing, paused, or ended",
                    {.type = XD_ENUM, .names = player_states}, .flags = XD_COL_DEFAULT, .width = 8},
    [PLAY_SPEED] = {"speed", "SPEED", "How many times as fast as it was recorded",
                    {.type = XD_F64}, .flags = XD_COL_DEFAULT},
    [PLAY_POSITION] = {"position_ns", "AT", "Time from the beginning of the recording", NS,
                       .flags = XD_COL_DEFAULT},
    [PLAY_LENGTH] = {"length_ns", "OF", "Length of the recording", NS, .flags = XD_COL_DEFAULT},
    [PLAY_MOMENT] = {"moment", "MOMENT", "Number of the moment that is shown, from 1", U64,
                     .flags = XD_COL_DEFAULT},
    [PLAY_MOMENTS] = {"moments", "MOMENTS", "How many moments were recorded", U64,
                      .flags = XD_COL_DEFAULT},
    [PLAY_RECORDED] = {"recorded_at", "RECORDED", "When the host was as it is shown",
                       {.type = XD_I64, .unit = XD_UNIT_WALL_NS}, .flags = XD_COL_DEFAULT,
                       .width = 20},
    [PLAY_SAMPLES] = {"samples", "SAMPLES", "Samples of all sources in the file", U64, .flags = 0},
    [PLAY_SOURCES] = {"sources", "SOURCES", "What was recorded from", {.type = XD_STR},
                      .width = 16},
    [PLAY_HOST] = {"host", "HOST", "The host as its recorder called it: live, demo …",
                   {.type = XD_STR}, .width = 12},
    [PLAY_DAMAGES] = {"damages", "DAMAGED", "Stretches of the file that can't be read", U64,
                      .flags = 0},
    [PLAY_DAMAGE] = {"damage", "WHY", "The first of them", {.type = XD_STR}, .width = 40},
};
// clang-format on

const struct xd_table_desc xd_playback_desc = {
    "playback", "playback",
    "Playback", "The capture that is played: its file, and where in it we are",
    columns,    PLAY_N,
    {-1, -1},   {-1, -1},
    NULL};

const struct xd_table_desc *const xd_playback_descs[] = {
    &xd_host_desc,    &xd_nodes_desc, &xd_pcpus_desc,    &xd_pools_desc,
    &xd_domains_desc, &xd_vcpus_desc, &xd_playback_desc, NULL,
};

/* --- recorded tables --- */

/* The description that fits the recording; core's own where it has no such table. */
static const struct xd_table_desc *desc_of(const struct xd_playback *p,
                                           const struct xd_table_desc *core)
{
    for (size_t i = 0; i < xd_capture_tables(p->capture); i++)
        if (xd_streq(xd_capture_table(p->capture, i)->name, core->name))
            return xd_capture_table(p->capture, i);
    return core;
}

/* The table of that name that counts, as a live host has it: a source with the table before one
 * that misses it, then by order. */
static const struct xd_table *find(const struct xd_playback *p, const char *name, size_t *source)
{
    const struct xd_table *missing = NULL, *t;

    for (size_t i = 0; i < xd_capture_sources(p->capture); i++) {
        if (!p->sources[i].snapshot)
            continue;
        t = xd_snapshot_table(p->sources[i].snapshot, name);
        if (!t || (t->state == XD_TABLE_MISSING && missing))
            continue;
        *source = i;
        if (t->state == XD_TABLE_OK)
            return t;
        missing = t;
    }
    return missing;
}

/* When the values of a recorded table would have been read, had all this happened on our clock. */
static int64_t table_at(const struct xd_playback *p, const struct xd_moment *m, size_t source,
                        const struct xd_table *t)
{
    const struct xd_capture_frame *f =
        xd_capture_frame(p->capture, (size_t)p->sources[source].shown);
    int64_t age, at;

    if (__builtin_sub_overflow(f->at_ns, t->at_ns, &age) || age < 0)
        age = 0;
    if (m->pos_ns > f->pos_ns && __builtin_add_overflow(age, m->pos_ns - f->pos_ns, &age))
        age = INT64_MAX;
    if (__builtin_sub_overflow(p->player.shown_at_ns, xd_player_scaled(&p->player, age), &at))
        return INT64_MIN;
    return at;
}

static struct xd_rows *begin(const struct xd_playback *p, const struct xd_moment *m, size_t source,
                             const struct xd_table *t, struct xd_builder *b)
{
    struct xd_rows *rows = xd_build_table(b, t->desc, table_at(p, m, source, t));
    const struct xd_err *trouble = &p->sources[source].trouble;

    if (t->state == XD_TABLE_MISSING)
        xd_build_missing(b, t->desc, "%s", t->reason ? t->reason : "missing when recorded");
    else if (t->reason)
        xd_build_reason(rows, "%s", t->reason);
    if (trouble->code)
        xd_build_reason(rows, "another sample is shown: %s", trouble->text);
    return rows;
}

static void copy_row(struct xd_rows *rows, const struct xd_table_desc *d, const struct xd_row *r)
{
    xd_row_begin(rows);
    for (int col = 0; col < d->n_columns; col++) {
        struct xd_value v = xd_row_value(d, r, col);

        if (v.have)
            xd_put_value(rows, col, &v);
    }
}

static bool is_ours(const struct xd_table *t)
{
    return xd_streq(t->desc->name, xd_host_desc.name) ||
           xd_streq(t->desc->name, xd_playback_desc.name);
}

/* All but the host, each name once. */
static void put_tables(const struct xd_playback *p, const struct xd_moment *m, struct xd_builder *b)
{
    const struct xd_table *t;
    struct xd_rows *rows;
    size_t source = 0;

    for (size_t i = 0; i < xd_capture_sources(p->capture); i++) {
        const struct xd_snapshot *s = p->sources[i].snapshot;

        for (size_t k = 0; s && k < xd_snapshot_tables(s); k++) {
            t = xd_snapshot_table_at(s, k);
            if (is_ours(t) || find(p, t->desc->name, &source) != t)
                continue;
            rows = begin(p, m, source, t, b);
            for (size_t r = 0; r < t->n; r++)
                copy_row(rows, t->desc, t->rows[r]);
        }
    }
}

static void put_missing(const struct xd_playback *p, struct xd_builder *b)
{
    size_t source;

    for (size_t i = 0; xd_playback_descs[i]; i++) {
        const struct xd_table_desc *d = xd_playback_descs[i];

        if (d != &xd_host_desc && d != &xd_playback_desc && !find(p, d->name, &source))
            xd_build_missing(b, desc_of(p, d), "it was not recorded");
    }
}

/* --- the host --- */

static int64_t recorded_wall(const struct xd_playback *p, const struct xd_moment *m)
{
    return xd_capture_frame(p->capture, m->last_frame)->wall_ns;
}

/* There is always a host: if nothing else is known of it, then that it is a recording. */
static void put_host(const struct xd_playback *p, const struct xd_moment *m, bool ended,
                     struct xd_builder *b)
{
    const struct xd_table_desc *d = desc_of(p, &xd_host_desc);
    size_t source = 0;
    const struct xd_table *t = find(p, d->name, &source);
    struct xd_rows *rows;

    if (t && t->n > 0) {
        rows = begin(p, m, source, t, b);
        copy_row(rows, d, t->rows[0]);
    } else {
        rows = xd_build_table(b, d, p->player.shown_at_ns);
        xd_build_reason(rows, "%s", t && t->reason ? t->reason : "it was not recorded");
        xd_row_begin(rows);
        xd_put_str(rows, XD_HOST_NAME, xd_capture_host(p->capture));
    }
    xd_put_enum(rows, XD_HOST_KIND, XD_HOST_CAPTURE);
    xd_put_i64(rows, XD_HOST_RECORDED, recorded_wall(p, m));
    if (ended)
        xd_build_reason(rows, "the capture has ended: restart, or seek back");
}

/* --- the player --- */

static void put_sources(const struct xd_playback *p, struct xd_rows *rows)
{
    struct xd_buf text = XD_BUF_INIT;

    for (size_t i = 0; i < xd_capture_sources(p->capture); i++)
        xd_buf_printf(&text, "%s%s", i ? " " : "", xd_capture_source(p->capture, i));
    xd_put_str(rows, PLAY_SOURCES, xd_buf_str(&text));
    xd_buf_done(&text);
}

static void put_playback(const struct xd_playback *p, const struct xd_moment *m, int64_t now_ns,
                         struct xd_builder *b)
{
    struct xd_rows *rows = xd_build_table(b, &xd_playback_desc, now_ns);
    const struct xd_player *player = &p->player;

    xd_row_begin(rows);
    xd_put_str(rows, PLAY_FILE, p->path);
    xd_put_enum(rows, PLAY_STATE, (int)xd_player_state(player, now_ns));
    xd_put_f64(rows, PLAY_SPEED, (double)player->speed / XD_SPEED_ONE);
    xd_put_i64(rows, PLAY_POSITION, xd_player_position(player, now_ns));
    xd_put_i64(rows, PLAY_LENGTH, xd_player_length(player));
    xd_put_u64(rows, PLAY_MOMENT, (uint64_t)(m - player->moments) + 1);
    xd_put_u64(rows, PLAY_MOMENTS, player->n);
    xd_put_i64(rows, PLAY_RECORDED, recorded_wall(p, m));
    xd_put_u64(rows, PLAY_SAMPLES, xd_capture_frames(p->capture));
    put_sources(p, rows);
    xd_put_str(rows, PLAY_HOST, xd_capture_host(p->capture));
    xd_put_u64(rows, PLAY_DAMAGES, xd_capture_damages(p->capture));
    xd_put_str(rows, PLAY_DAMAGE, xd_capture_damage(p->capture));
}

void xd_playback_tables(const struct xd_playback *p, const struct xd_moment *m, int64_t now_ns,
                        struct xd_builder *b)
{
    put_host(p, m, xd_player_state(&p->player, now_ns) == XD_PLAYER_ENDED, b);
    put_tables(p, m, b);
    put_missing(p, b);
    put_playback(p, m, now_ns, b);
}
