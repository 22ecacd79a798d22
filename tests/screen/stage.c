/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See stage.h. */
#include "stage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/budgets/screen.h"
#include "tui/keep.h"

#define WALL_NS (INT64_C(1772366400) * XD_NS_PER_S) /* 2026-03-01 12:00:00 UTC */

/* Made by CMakeLists.txt from the folders in backends/. */
extern const struct xd_backend *const xd_builtin_backends[];

/* What the loop of the console does when it wakes: take in what happened, as long as it leads to
 * more. The bound only keeps a broken session from hanging the test. */
static void settle(struct stage *s)
{
    for (int i = 0; i < 1000; i++) {
        bool more = xd_session_dispatch(s->session);

        s->app.news = false;
        xd_app_update(&s->app);
        if (!more && !s->app.news)
            return;
    }
}

static void settings_path(const struct stage *s, char *out, size_t size)
{
    snprintf(out, size, "%s/settings.yaml", s->folder);
}

/* As the console does: a file that can't be read is told of and left alone. */
static int use_settings(struct stage *s, const struct stage_config *c, struct xd_err *err)
{
    struct xd_settings *settings = NULL;
    struct xd_err why = XD_ERR_INIT;
    char path[128];

    if (!c->keep)
        return 0;
    if (!s->folder[0]) {
        snprintf(s->folder, sizeof(s->folder), "/tmp/xendeck-screen-XXXXXX");
        if (!mkdtemp(s->folder))
            return xd_err_set(err, -errno, "no folder for settings: %s", strerror(errno));
    }
    settings_path(s, path, sizeof(path));
    if (xd_settings_open(path, &settings, &why) < 0) {
        xd_log_write(&s->log, XD_LOG_WARN, "settings", "%s", strrchr(xd_err_text(&why), '/') + 1);
        xd_settings_free(settings);
    } else {
        xd_keep_begin(&s->app, settings, false, false);
    }
    return 0;
}

int stage_open(struct stage *s, const struct stage_config *c, struct xd_err *err)
{
    char folder[sizeof(s->folder)];

    struct xd_session_config sc = {.registry = NULL,
                                   .clock = &s->clock,
                                   .log = &s->log,
                                   .host = strcmp(c->host, "auto") == 0 ? NULL : c->host,
                                   .interval_ns = c->interval_ns,
                                   .readonly = c->readonly,
                                   .journal = "",
                                   .who = "tester",
                                   .inline_workers = true};
    struct xd_companion companion;
    int rc;

    memcpy(folder, s->folder, sizeof(folder));
    memset(s, 0, sizeof(*s));
    memcpy(s->folder, folder, sizeof(folder));
    xd_clock_init_manual(&s->clock, WALL_NS);
    xd_log_init(&s->log, &s->clock);
    xd_canvas_init(&s->canvas, c->w, c->h, c->glyphs);
    rc = xd_theme_load(c->theme, &s->theme, err);
    if (rc == 0)
        rc = xd_registry_new(xd_builtin_backends, NULL, "", &s->log, &s->registry, err);
    sc.registry = s->registry;
    if (c->policy[0]) {
        s->inlet = xd_inlet_new();
        companion = xd_inlet_companion(s->inlet);
        sc.companions = &companion;
        sc.n_companions = 1;
    }
    if (rc == 0)
        rc = xd_session_open(&sc, &s->session, err);
    if (rc == 0)
        rc = xd_app_init(&s->app, s->session, &s->theme, c->glyphs, err);
    if (rc == 0)
        s->app.inlet = s->inlet;
    if (rc == 0 && c->policy[0] && strcmp(c->policy, "none") != 0)
        rc = xd_policy_start(&s->app, c->policy, err);
    if (rc == 0)
        rc = use_settings(s, c, err);
    if (rc == 0) {
        stage_resize(s, c->w, c->h);
        return 0;
    }
    xd_session_close(s->session);
    xd_inlet_free(s->inlet);
    s->inlet = NULL;
    xd_registry_free(s->registry);
    xd_canvas_done(&s->canvas);
    xd_log_done(&s->log);
    return rc;
}

static void end(struct stage *s)
{
    xd_app_done(&s->app);
    xd_session_close(s->session);
    xd_inlet_free(s->inlet);
    s->inlet = NULL;
    xd_registry_free(s->registry);
    xd_canvas_done(&s->canvas);
    xd_log_done(&s->log);
}

void stage_close(struct stage *s)
{
    char path[128];

    end(s);
    settings_path(s, path, sizeof(path));
    if (s->folder[0]) {
        unlink(path);
        rmdir(s->folder);
    }
}

int stage_again(struct stage *s, const struct stage_config *c, struct xd_err *err)
{
    end(s);
    return stage_open(s, c, err);
}

int stage_settings(struct stage *s, const char *text, struct xd_err *err)
{
    char path[128];

    settings_path(s, path, sizeof(path));
    FILE *f = s->folder[0] ? fopen(path, "w") : NULL;
    if (!f)
        return xd_err_set(err, -EINVAL, "there is no settings file; \"keep\" makes one");
    fputs(text, f);
    return fclose(f) == 0 ? 0 : xd_err_set(err, -EIO, "%s can't be written", path);
}

int stage_settings_text(struct stage *s, struct xd_buf *out, struct xd_err *err)
{
    char path[128], text[4096];

    settings_path(s, path, sizeof(path));
    FILE *f = s->folder[0] ? fopen(path, "r") : NULL;
    if (!f)
        return xd_err_set(err, -ENOENT, "there is no settings file");
    xd_buf_addn(out, text, fread(text, 1, sizeof(text), f));
    fclose(f);
    return 0;
}

void stage_tick(struct stage *s, int64_t ns)
{
    while (ns > 0) {
        int session = xd_session_timeout_ms(s->session), app = xd_app_timeout_ms(&s->app);
        int64_t step = ns;

        if (session >= 0 && session * XD_NS_PER_MS < step)
            step = session * XD_NS_PER_MS;
        if (app >= 0 && app * XD_NS_PER_MS < step)
            step = app * XD_NS_PER_MS;
        if (step < XD_NS_PER_MS)
            step = ns < XD_NS_PER_MS ? ns : XD_NS_PER_MS;
        xd_clock_advance(&s->clock, step);
        ns -= step;
        settle(s);
    }
}

void stage_key(struct stage *s, uint32_t code)
{
    struct xd_key k = {.code = code};

    xd_app_key(&s->app, &k);
    settle(s);
}

void stage_click(struct stage *s, int x, int y)
{
    struct xd_key k = {.code = XD_KEY_CLICK, .x = (int16_t)x, .y = (int16_t)y};

    xd_app_key(&s->app, &k);
    settle(s);
}

void stage_type(struct stage *s, const char *text)
{
    while (*text) {
        uint32_t cp;

        text += xd_utf8_decode(text, strlen(text), &cp);
        stage_key(s, cp);
    }
}

void stage_resize(struct stage *s, int w, int h)
{
    xd_canvas_resize(&s->canvas, w, h);
    xd_app_resize(&s->app, w, h);
    settle(s);
}

void stage_glyphs(struct stage *s, enum xd_glyphs glyphs)
{
    s->canvas.glyphs = glyphs;
    s->app.glyphs = glyphs;
}

int stage_verb(struct stage *s, const char *verb, struct xd_err *err)
{
    int rc = xd_session_control(s->session, verb, err);

    settle(s);
    return rc;
}

void stage_frame(struct stage *s, bool styles, struct xd_buf *out)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_canvas_clear(&s->canvas);
    s->canvas.cursor_x = s->canvas.cursor_y = -1;
    xd_app_draw(&s->app, &s->canvas);
    (styles ? xd_canvas_dump_styles : xd_canvas_dump)(&s->canvas, &b);
    for (char *line = b.s, *end; line && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        xd_buf_add(out, line);
        xd_buf_pad(out, ' ', s->canvas.w - xd_str_width(line));
        xd_buf_addc(out, '\n');
    }
    xd_buf_done(&b);
}
