/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands of the console itself: help, theme, screens, samples, the player of a capture. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "tui/commands.h"
#include "tui/cpuid/screen.h"
#include "tui/dialog.h"

int xd_cmd_help(void *ctx, int argc, char **argv, struct xd_err *err)
{
    xd_help_open(ctx);
    return 0;
}

int xd_cmd_quit(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    if (xd_session_busy(a->session) && !(argc > 1 && strcmp(argv[1], "now") == 0))
        return xd_err_set(err, -EBUSY, "an edit is being applied; wait, or Esc cancels it");
    if (a->n_staged && !(argc > 1 && strcmp(argv[1], "now") == 0) && !a->asked_quit) {
        a->asked_quit = true;
        return xd_err_set(err, -EBUSY, "%d staged edit%s would be lost; again quits", a->n_staged,
                          a->n_staged == 1 ? "" : "s");
    }
    int drafts = xd_cpuid_drafts_unwritten(a->cpuid);
    if (drafts && !(argc > 1 && strcmp(argv[1], "now") == 0) && !a->asked_quit) {
        a->asked_quit = true;
        return xd_err_set(
            err, -EBUSY,
            "CPU features planned for %d domain%s would be lost (e on the CPUID screen "
            "shows the line); again quits",
            drafts, drafts == 1 ? "" : "s");
    }
    a->quit = true;
    return 0;
}

int xd_cmd_command(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    a->prompt = XD_PROMPT_COMMAND;
    xd_line_set(&a->line, "");
    return 0;
}

int xd_cmd_repaint(void *ctx, int argc, char **argv, struct xd_err *err)
{
    ((struct xd_app *)ctx)->repaint = true;
    return 0;
}

int xd_cmd_suspend(void *ctx, int argc, char **argv, struct xd_err *err)
{
    ((struct xd_app *)ctx)->suspend = true;
    return 0;
}

static void theme_chosen(struct xd_app *a, int index, const void *tag)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_theme fresh;

    if (xd_theme_load(xd_theme_names()[index], &fresh, &err) < 0) {
        xd_app_fail(a, &err);
        return;
    }
    a->theme = fresh;
    a->theme_changed = true;
}

int xd_cmd_theme(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    const char *const *names = xd_theme_names();
    struct xd_menu_item items[32];
    struct xd_theme fresh;
    int n = 0, at = 0;

    if (argc > 1) {
        if (xd_theme_load(argv[1], &fresh, err) < 0)
            return -EINVAL;
        a->theme = fresh;
        a->theme_changed = true;
        return 0;
    }
    for (; names[n] && n < 32; n++) {
        items[n] = (struct xd_menu_item){.text = names[n]};
        at = strcmp(names[n], a->theme.name) == 0 ? n : at;
    }
    xd_menu_open(a, "Theme", items, n, at, theme_chosen);
    return 0;
}

int xd_cmd_log(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    a->log_pane = !a->log_pane;
    xd_app_resize(a, a->w, a->h);
    return 0;
}

int xd_cmd_detail(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    a->detail_off = !a->detail_off;
    xd_app_resize(a, a->w, a->h);
    return 0;
}

/* --- screens --- */

int xd_cmd_screen(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    uint64_t nr = a->key >= '1' && a->key <= '9' ? a->key - '0' : 0;

    if (argc > 1 && xd_parse_u64(argv[1], &nr) < 0)
        for (int i = 0; i < a->n_screens; i++)
            if (strcmp(a->screens[i].view->name, argv[1]) == 0)
                nr = (uint64_t)i + 1;
    if (nr < 1 || nr > (uint64_t)a->n_screens)
        return xd_err_set(err, -ENOENT, "there is no screen %s; there are 1 to %d",
                          argc > 1 ? argv[1] : "of that number", a->n_screens);
    a->screen = (int)nr - 1;
    return 0;
}

/* "8 Disks  Block devices of domains …". How many rows each has would make all of them wanted. */
static void screen_item(struct xd_app *a, int i, struct xd_menu_item *item, struct xd_arena *arena)
{
    const struct xd_screen *s = &a->screens[i];

    item->text = i < 9 ? xd_arena_printf(arena, "%d %s", i + 1, s->view->title)
                       : xd_arena_printf(arena, "  %s", s->view->title);
    item->note = s->view->help ? s->view->help : s->desc ? s->desc->help : "";
}

static void screen_chosen(struct xd_app *a, int index, const void *tag)
{
    a->screen = index;
}

int xd_cmd_screens(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_menu_item items[XD_SCREENS_MAX] = {{NULL}};
    struct xd_arena arena = XD_ARENA_INIT;

    for (int i = 0; i < a->n_screens; i++)
        screen_item(a, i, &items[i], &arena);
    xd_menu_open(a, "Screens", items, a->n_screens, a->screen, screen_chosen);
    xd_arena_done(&arena);
    return 0;
}

int xd_cmd_next(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    a->screen = (a->screen + 1) % a->n_screens;
    return 0;
}

int xd_cmd_previous(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    a->screen = (a->screen + a->n_screens - 1) % a->n_screens;
    return 0;
}

/* --- samples --- */

int xd_cmd_refresh(void *ctx, int argc, char **argv, struct xd_err *err)
{
    xd_session_refresh(((struct xd_app *)ctx)->session);
    return 0;
}

int xd_cmd_freeze(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    xd_app_freeze(a, !a->frozen);
    return 0;
}

static int set_interval(struct xd_app *a, int64_t ns)
{
    if (ns < XD_INTERVAL_LEAST)
        ns = XD_INTERVAL_LEAST;
    if (ns > XD_INTERVAL_MOST)
        ns = XD_INTERVAL_MOST;
    xd_session_set_interval(a->session, ns);
    return 0;
}

int xd_cmd_slower(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    return set_interval(a, xd_session_interval(a->session) * 2);
}

int xd_cmd_faster(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    return set_interval(a, xd_session_interval(a->session) / 2);
}

int xd_cmd_interval(void *ctx, int argc, char **argv, struct xd_err *err)
{
    static const struct xd_kind kind = {.type = XD_U64, .unit = XD_UNIT_NS};
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_value v;

    if (argc != 2)
        return xd_err_set(err, -EINVAL, "for example :interval 500ms");
    int rc = xd_value_parse(argv[1], &kind, 0, &arena, &v, err);
    xd_arena_done(&arena);
    return rc < 0 ? rc : set_interval(ctx, (int64_t)v.cell.u);
}

/* --- a capture as host --- */

static int player(struct xd_app *a, const char *verb, struct xd_err *err)
{
    a->verb_seq = xd_log_seq(xd_session_log(a->session)) + 1;
    return xd_session_control(a->session, verb, err);
}

int xd_cmd_play(void *ctx, int argc, char **argv, struct xd_err *err)
{
    const char *state = xd_app_playback(ctx);

    return player(ctx,
                  strcmp(state, "playing") == 0 ? "pause"
                  : strcmp(state, "ended") == 0 ? "restart"
                                                : "resume",
                  err);
}

int xd_cmd_step(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return player(ctx, "step", err);
}

int xd_cmd_step_back(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return player(ctx, "step -1", err);
}

/* Any verb of the source: ":source speed 4", ":source seek 30s"; on the demo host ":source fault
 * …". */
int xd_cmd_source(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;

    for (int i = 1; i < argc; i++)
        xd_buf_printf(&b, "%s%s", i > 1 ? " " : "", argv[i]);
    int rc = player(ctx, xd_buf_str(&b), err);
    xd_buf_done(&b);
    return rc;
}
