/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completion: the first word is a command; what follows depends on it: objects, knobs, actions,
 * columns, themes, screens. */
#include "tui/complete.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "model/presets.h"
#include "tui/console.h"

#define CANDIDATES 2048

struct words {
    struct xd_arena arena;
    const char *at[CANDIDATES];
    size_t n;
    const char *stem; /* only words that begin so are taken */
    const char *end;  /* what follows a word that is whole; or NULL */
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add(struct words *w, const char *word)
{
    if (w->n < CANDIDATES && xd_str_starts(word, w->stem))
        w->at[w->n++] = word;
}

static void add_commands(const struct xd_app *a, struct words *w)
{
    for (const struct xd_command *c = xd_console_commands; c->name; c++)
        if (xd_app_offers(a, c, NULL))
            add(w, c->name);
}

static void add_objects(const struct xd_app *a, struct words *w)
{
    const struct xd_table_desc *d;
    char label[XD_KEY_MAX];

    for (size_t i = 0; (d = xd_world_desc(a->world, i)); i++) {
        const struct xd_table *t = xd_world_table(a->world, d->name);
        for (size_t r = 0; t && r < t->n; r++)
            add(w,
                xd_arena_printf(&w->arena, "%s/%s", d->noun, xd_row_label(d, t->rows[r], label)));
    }
}

static void add_offers(const struct xd_app *a, struct words *w, bool actions)
{
    struct xd_offer o;

    for (size_t i = 0; xd_world_offer_at(a->world, i, &o); i++) {
        if (actions && o.action)
            add(w, o.action->name);
        else if (!actions && o.knob)
            add(w, xd_arena_printf(&w->arena, "%s=", o.knob->name));
    }
}

static void add_set(const struct xd_app *a, struct words *w)
{
    add_objects(a, w);
    add_offers(a, w, false);
}

static void add_do(const struct xd_app *a, struct words *w)
{
    add_offers(a, w, true);
}

static void add_columns(const struct xd_app *a, struct words *w)
{
    const struct xd_table_desc *d = a->screens[a->screen].desc;

    for (int i = 0; d && i < d->n_columns; i++) {
        add(w, d->columns[i].name);
        add(w, xd_arena_printf(&w->arena, "-%s", d->columns[i].name));
    }
}

static void add_themes(const struct xd_app *a, struct words *w)
{
    for (const char *const *name = xd_theme_names(); *name; name++)
        add(w, *name);
}

static void add_screens(const struct xd_app *a, struct words *w)
{
    for (int i = 0; i < a->n_screens; i++)
        add(w, a->screens[i].view->name);
}

/* What a preset, a group, a column list may be on this screen. */
static void add_lists(const struct xd_app *a, struct words *w)
{
    const struct xd_table_desc *d = a->screens[a->screen].desc;

    for (int i = 0; d && i < d->n_columns; i++) {
        add(w, d->columns[i].name);
        add(w, xd_arena_printf(&w->arena, "+%s", d->columns[i].name));
        add(w, xd_arena_printf(&w->arena, "-%s", d->columns[i].name));
        if (d->columns[i].flags & XD_COL_HISTORY)
            add(w, xd_arena_printf(&w->arena, "+%s:graph", d->columns[i].name));
    }
}

static void add_presets(const struct xd_app *a, struct words *w)
{
    const struct xd_table_desc *d = a->screens[a->screen].desc;
    const struct xd_preset *p;

    for (int i = 0; d && (p = xd_preset_at(d->name, i)); i++)
        add(w, p->name);
}

static void add_trees(const struct xd_app *a, struct words *w)
{
    const char *name;

    add(w, "flat");
    for (int i = 0; (name = xd_tree_name(&a->screens[a->screen], i, NULL)); i++)
        add(w, name);
}

static const struct {
    const char *command;
    void (*add)(const struct xd_app *a, struct words *w);
} arguments[] = {
    {"set", add_set},        {"do", add_do},         {"sort", add_columns},   {"theme", add_themes},
    {"screen", add_screens}, {"columns", add_lists}, {"preset", add_presets}, {"tree", add_trees},
};

/* Takes the stem in the line's place further by what all candidates share. */
static void insert_common(struct xd_line *l, const struct words *w, size_t stem)
{
    char more[XD_LINE_BYTES];
    size_t n = strlen(w->at[0]);

    for (size_t i = 1; i < w->n; i++) {
        size_t same = 0;
        while (same < n && w->at[i][same] == w->at[0][same])
            same++;
        n = same;
    }
    while (n > stem && ((unsigned char)w->at[0][n] & 0xc0) == 0x80)
        n--; /* not inside a character */
    if (n > stem) {
        snprintf(more, sizeof(more), "%.*s", (int)(n - stem), w->at[0] + stem);
        xd_line_insert(l, more);
    }
    if (w->n == 1 && w->end && w->at[0][strlen(w->at[0]) - 1] != '=')
        xd_line_insert(l, w->end);
}

static void finish(struct words *w, struct xd_line *l, char *hint, size_t size)
{
    size_t used = 0;

    hint[0] = '\0';
    if (w->n)
        insert_common(l, w, strlen(w->stem));
    for (size_t i = 0; w->n > 1 && i < w->n && used + 2 < size; i++)
        used += (size_t)snprintf(hint + used, size - used, "%s ", w->at[i]);
    xd_arena_done(&w->arena);
}

void xd_complete_label(const struct xd_app *a, const char *table, struct xd_line *l, char *hint,
                       size_t size)
{
    const struct xd_table *t = xd_app_table(a, table);
    struct words w = {.arena = XD_ARENA_INIT};
    char label[XD_KEY_MAX];

    w.stem = xd_arena_strndup(&w.arena, l->text, l->at);
    for (size_t i = 0; t && i < t->n; i++)
        add(&w, xd_arena_strdup(&w.arena, xd_row_label(t->desc, t->rows[i], label)));
    finish(&w, l, hint, size);
}

/* Names in a folder; "~/" is the home. Names that could not be shown as they are don't count. */
void xd_complete_file(struct xd_line *l, char *hint, size_t size)
{
    struct words w = {.arena = XD_ARENA_INIT};
    const char *text = xd_arena_strndup(&w.arena, l->text, l->at), *home = getenv("HOME");
    const char *slash = strrchr(text, '/');
    const char *folder =
        slash ? xd_arena_strndup(&w.arena, text, (size_t)(slash - text) + 1) : "./";
    struct dirent *e;

    w.stem = slash ? slash + 1 : text;
    if (xd_str_starts(folder, "~/") && home) {
        char *whole = xd_arena_printf(&w.arena, "%s/%s", home, text + 2);
        folder = xd_arena_printf(&w.arena, "%s/%s", home, folder + 2);
        xd_line_set(l, whole);
    }
    DIR *dir = opendir(folder);
    while (dir && (e = readdir(dir))) {
        struct stat st;
        bool hidden = e->d_name[0] == '.' && w.stem[0] != '.';
        if (hidden || strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
            !xd_str_is_safe(e->d_name))
            continue;
        bool is_dir = fstatat(dirfd(dir), e->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
        add(&w, xd_arena_printf(&w.arena, "%s%s", e->d_name, is_dir ? "/" : ""));
    }
    if (dir)
        closedir(dir);
    qsort(w.at, w.n, sizeof(*w.at), by_name);
    finish(&w, l, hint, size);
}

void xd_complete(const struct xd_app *a, struct xd_line *l, char *hint, size_t size)
{
    struct words w = {.arena = XD_ARENA_INIT, .end = " "};
    char head[XD_LINE_BYTES], command[32];

    snprintf(head, sizeof(head), "%.*s", (int)l->at, l->text);
    char *stem = strrchr(head, ' ');
    w.stem = stem ? stem + 1 : head;
    snprintf(command, sizeof(command), "%.*s", (int)strcspn(head, " "), head);
    if (!stem)
        add_commands(a, &w);
    for (size_t i = 0; stem && i < sizeof(arguments) / sizeof(*arguments); i++)
        if (strcmp(arguments[i].command, command) == 0)
            arguments[i].add(a, &w);
    finish(&w, l, hint, size);
}
