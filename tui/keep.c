/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The console's state to settings and back: see keep.h. */
#include "tui/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define SAVE_AFTER_NS (2 * XD_NS_PER_S) /* several keys are one write */
#define KEY_BYTES     128

/* --- what is kept --- */

static const char *yes_no(bool b)
{
    return b ? "yes" : "no";
}

static const char *theme_text(const struct xd_app *a, struct xd_arena *arena)
{
    return a->theme.name;
}

static const char *interval_text(const struct xd_app *a, struct xd_arena *arena)
{
    static const struct xd_kind kind = {.type = XD_U64, .unit = XD_UNIT_NS};
    struct xd_value v = {true, XD_U64, {.u = (uint64_t)xd_session_interval(a->session)}};

    return xd_value_exact(&v, &kind, arena);
}

static const char *detail_text(const struct xd_app *a, struct xd_arena *arena)
{
    return yes_no(!a->detail_off);
}

static const char *graphs_text(const struct xd_app *a, struct xd_arena *arena)
{
    return yes_no(a->graphs);
}

static const char *log_text(const struct xd_app *a, struct xd_arena *arena)
{
    return yes_no(a->log_pane);
}

static const char *columns_text(const struct xd_screen *s, struct xd_arena *arena)
{
    return s->columns ? s->columns : "";
}

static const char *tree_text(const struct xd_screen *s, struct xd_arena *arena)
{
    const char *name = s->tree ? xd_tree_name(s, s->tree - 1, NULL) : NULL;

    return name ? name : "";
}

static int use_theme(struct xd_app *a, const struct xd_yaml *n, struct xd_err *err)
{
    struct xd_err why = XD_ERR_INIT;
    struct xd_theme t;
    const char *text;
    int rc = xd_yaml_str(n, "theme", &text, err);

    if (rc == 0 && xd_theme_load(text, &t, &why) < 0)
        return xd_yaml_error(n, err, "%s", why.text);
    if (rc == 0) {
        a->theme = t;
        a->theme_changed = true;
    }
    return rc;
}

static int use_interval(struct xd_app *a, const struct xd_yaml *n, struct xd_err *err)
{
    static const struct xd_kind kind = {.type = XD_U64, .unit = XD_UNIT_NS};
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_err why = XD_ERR_INIT;
    struct xd_value v;
    const char *text;
    int rc = xd_yaml_str(n, "interval", &text, err);

    if (rc == 0 && xd_value_parse(text, &kind, 0, &arena, &v, &why) < 0)
        rc = xd_yaml_error(n, err, "interval: %s", why.text);
    else if (rc == 0 && (v.cell.u < XD_INTERVAL_LEAST || v.cell.u > XD_INTERVAL_MOST))
        rc = xd_yaml_error(n, err, "interval: wanted 100ms to 10m, found %.40s", text);
    if (rc == 0)
        xd_session_set_interval(a->session, (int64_t)v.cell.u);
    xd_arena_done(&arena);
    return rc;
}

static int use_bool(bool *out, bool turned, const struct xd_yaml *n, struct xd_err *err)
{
    bool v;
    int rc = xd_yaml_bool(n, n->key, &v, err);

    if (rc == 0)
        *out = v != turned;
    return rc;
}

static int use_detail(struct xd_app *a, const struct xd_yaml *n, struct xd_err *err)
{
    return use_bool(&a->detail_off, true, n, err);
}

static int use_graphs(struct xd_app *a, const struct xd_yaml *n, struct xd_err *err)
{
    return use_bool(&a->graphs, false, n, err);
}

static int use_log(struct xd_app *a, const struct xd_yaml *n, struct xd_err *err)
{
    return use_bool(&a->log_pane, false, n, err);
}

/* A text of a screen, handed to what reads it when it is typed. */
static int use_text(struct xd_screen *s, const struct xd_yaml *n,
                    int (*use)(struct xd_screen *s, const char *text, struct xd_err *err),
                    struct xd_err *err)
{
    struct xd_err why = XD_ERR_INIT;
    const char *text;
    int rc = xd_yaml_str(n, n->key, &text, err);

    if (rc == 0 && *text && use(s, text, &why) < 0)
        rc = xd_yaml_error(n, err, "%s: %s", n->key, why.text);
    return rc;
}

static int sort_by_text(struct xd_screen *s, const char *text, struct xd_err *err)
{
    return xd_sort_parse(text, s->desc, &s->sort, err);
}

static int use_columns(struct xd_screen *s, const struct xd_yaml *n, struct xd_err *err)
{
    return use_text(s, n, xd_screen_set_columns, err);
}

static int use_sort(struct xd_screen *s, const struct xd_yaml *n, struct xd_err *err)
{
    return use_text(s, n, sort_by_text, err);
}

static int use_tree(struct xd_screen *s, const struct xd_yaml *n, struct xd_err *err)
{
    return use_text(s, n, xd_tree_set, err);
}

static const struct global {
    const char *key;
    bool plain;
    const char *(*text)(const struct xd_app *a, struct xd_arena *arena);
    int (*use)(struct xd_app *a, const struct xd_yaml *n, struct xd_err *err);
} globals[XD_KEPT_GLOBALS] = {
    {"theme", false, theme_text, use_theme},   {"interval", true, interval_text, use_interval},
    {"detail", true, detail_text, use_detail}, {"graphs", true, graphs_text, use_graphs},
    {"log", true, log_text, use_log},
};

static const struct local {
    const char *key;
    const char *(*text)(const struct xd_screen *s, struct xd_arena *arena);
    int (*use)(struct xd_screen *s, const struct xd_yaml *n, struct xd_err *err);
} locals[XD_KEPT_LOCALS] = {
    {"columns", columns_text, use_columns},
    {"sort", xd_screen_sort_text, use_sort},
    {"tree", tree_text, use_tree},
};

/* --- noting and saving --- */

/* One setting as it is now; what it was at first, or was noted last, is no news. */
static void note(struct xd_app *a, char **kept, const char *key, const char *text, bool plain,
                 bool first)
{
    if (*kept && strcmp(*kept, text) == 0)
        return;
    free(*kept);
    *kept = xd_strdup(text);
    if (first || !a->settings)
        return;
    xd_settings_put(a->settings, key, *text ? text : NULL, plain);
    if (!a->keep_due_ns)
        a->keep_due_ns = xd_world_now(a->world) + SAVE_AFTER_NS;
}

static void note_screen(struct xd_app *a, int i, bool first)
{
    struct xd_screen *s = &a->screens[i];
    struct xd_arena arena = XD_ARENA_INIT;
    char key[KEY_BYTES];

    for (int k = 0; s->desc && k < XD_KEPT_LOCALS; k++) {
        snprintf(key, sizeof(key), "screens/%s/%s", s->view->name, locals[k].key);
        note(a, &a->kept[XD_KEPT_GLOBALS + i * XD_KEPT_LOCALS + k], key, locals[k].text(s, &arena),
             false, first);
    }
    xd_arena_done(&arena);
}

static void note_globals(struct xd_app *a, bool first)
{
    struct xd_arena arena = XD_ARENA_INIT;

    for (int i = 0; i < XD_KEPT_GLOBALS; i++)
        note(a, &a->kept[i], globals[i].key, globals[i].text(a, &arena), globals[i].plain, first);
    xd_arena_done(&arena);
}

void xd_keep_note(struct xd_app *a)
{
    if (!a->settings)
        return;
    note_globals(a, false);
    for (int i = 0; i < a->n_screens; i++)
        note_screen(a, i, false);
}

void xd_keep_save(struct xd_app *a, bool now)
{
    struct xd_err err = XD_ERR_INIT;

    if (!a->keep_due_ns || (!now && xd_world_now(a->world) < a->keep_due_ns))
        return;
    a->keep_due_ns = 0;
    if (xd_settings_save(a->settings, &err) < 0)
        xd_log_write(xd_session_log(a->session), XD_LOG_WARN, "settings", "not kept: %s",
                     xd_err_text(&err));
}

/* --- bringing back --- */

static void complain(struct xd_app *a, const struct xd_err *err)
{
    xd_log_write(xd_session_log(a->session), XD_LOG_WARN, "settings", "%s", xd_err_text(err));
}

void xd_keep_recall_screen(struct xd_app *a, struct xd_screen *s)
{
    char key[KEY_BYTES];

    for (int k = 0; s->desc && k < XD_KEPT_LOCALS; k++) {
        struct xd_err err = XD_ERR_INIT;
        snprintf(key, sizeof(key), "screens/%s/%s", s->view->name, locals[k].key);
        const struct xd_yaml *n = xd_settings_get(a->settings, key);
        if (n && locals[k].use(s, n, &err) < 0)
            complain(a, &err);
    }
    note_screen(a, (int)(s - a->screens), true);
}

void xd_keep_begin(struct xd_app *a, struct xd_settings *settings, bool theme_given,
                   bool interval_given)
{
    a->settings = settings;
    for (int i = 0; i < XD_KEPT_GLOBALS; i++) {
        struct xd_err err = XD_ERR_INIT;
        const struct xd_yaml *n = xd_settings_get(settings, globals[i].key);
        bool given = (theme_given && globals[i].use == use_theme) ||
                     (interval_given && globals[i].use == use_interval);
        if (n && !given && globals[i].use(a, n, &err) < 0)
            complain(a, &err);
    }
    note_globals(a, true);
    for (int i = 0; i < a->n_screens; i++)
        xd_keep_recall_screen(a, &a->screens[i]);
}

void xd_keep_end(struct xd_app *a)
{
    xd_keep_save(a, true);
    xd_settings_free(a->settings);
    a->settings = NULL;
    for (size_t i = 0; i < sizeof(a->kept) / sizeof(*a->kept); i++)
        free(a->kept[i]);
    memset(a->kept, 0, sizeof(a->kept));
}
