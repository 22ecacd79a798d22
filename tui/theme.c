/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Themes read from YAML, and what a theme that leaves something out gets: see theme.h. */
#include "tui/theme.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/yaml.h"
#include "tui/theme_color.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

extern const struct xd_embedded xd_embedded_themes[];

/* Keys of the roles, and how a role looks without colours unless a theme says otherwise. */
static const struct role {
    const char *key;
    struct xd_look mono;
} roles[XD_S_COUNT] = {
#define LOOK(...)                                                                                  \
    {                                                                                              \
        .fg = XD_COLOR_DEFAULT, .bg = XD_COLOR_DEFAULT, __VA_ARGS__                                \
    }
#define PLAIN                                                                                      \
    {                                                                                              \
        .fg = XD_COLOR_DEFAULT, .bg = XD_COLOR_DEFAULT                                             \
    }
    [XD_S_NORMAL] = {"normal", PLAIN},
    [XD_S_DIM] = {"dim", LOOK(.dim = true)},
    [XD_S_HEADER] = {"header", LOOK(.bold = true)},
    [XD_S_TAB] = {"tab", PLAIN},
    [XD_S_TAB_ON] = {"tab_on", LOOK(.bold = true, .reverse = true)},
    [XD_S_TITLE] = {"title", LOOK(.bold = true)},
    [XD_S_TITLE_ON] = {"title_on", LOOK(.bold = true, .underline = true)},
    [XD_S_CURSOR] = {"cursor", LOOK(.reverse = true)},
    [XD_S_MARK] = {"mark", LOOK(.bold = true)},
    [XD_S_ACCENT] = {"accent", LOOK(.bold = true)},
    [XD_S_GOOD] = {"good", PLAIN},
    [XD_S_WARN] = {"warn", LOOK(.bold = true)},
    [XD_S_BAD] = {"bad", LOOK(.bold = true, .reverse = true)},
    [XD_S_UNKNOWN] = {"unknown", LOOK(.dim = true)},
    [XD_S_STAGED] = {"staged", LOOK(.bold = true, .underline = true)},
    [XD_S_KEY] = {"key", LOOK(.bold = true)},
    [XD_S_KEY_TEXT] = {"key_text", PLAIN},
    [XD_S_BORDER] = {"border", LOOK(.dim = true)},
    [XD_S_BAR] = {"bar", PLAIN},
    [XD_S_BAR_REST] = {"bar_rest", LOOK(.dim = true)},
    [XD_S_INPUT] = {"input", LOOK(.underline = true)},
    [XD_S_DIALOG] = {"dialog", PLAIN},
    [XD_S_DIALOG_BAD] = {"dialog_bad", LOOK(.bold = true, .reverse = true)},
    [XD_S_DIALOG_DIM] = {"dialog_dim", LOOK(.dim = true)},
    [XD_S_DIALOG_ACCENT] = {"dialog_accent", LOOK(.bold = true)},
#undef LOOK
#undef PLAIN
};

static const char *const embedded_names[] = {"default",       "light",        "mono",
                                             "high-contrast", "colour-blind", NULL};

const char *const *xd_theme_names(void)
{
    return embedded_names;
}

const char *xd_theme_role(enum xd_role_style s)
{
    return (unsigned)s < XD_S_COUNT ? roles[s].key : "normal";
}

/* --- looks --- */

static int16_t to_16(int16_t color)
{
    return color < 16 ? color : (int16_t)xd_color_nearest(xd_color_rgb(color), 0, 15);
}

static struct xd_look look_in_16(struct xd_look l)
{
    bool both = l.fg != XD_COLOR_DEFAULT && l.bg != XD_COLOR_DEFAULT && l.fg != l.bg;

    l.fg = to_16(l.fg);
    l.bg = to_16(l.bg);
    if (both && l.fg == l.bg) {
        l.fg = l.bg = XD_COLOR_DEFAULT;
        l.reverse = true;
    }
    return l;
}

struct xd_look xd_look_in_8(struct xd_look l)
{
    bool both = l.fg != XD_COLOR_DEFAULT && l.bg != XD_COLOR_DEFAULT && l.fg != l.bg;

    if (l.fg == 8) {
        l.fg = l.bg == XD_COLOR_DEFAULT ? XD_COLOR_DEFAULT : 0;
        l.dim = l.bg == XD_COLOR_DEFAULT;
    } else if (l.fg > 8) {
        l.fg -= 8;
        l.bold = true;
    }
    if (l.bg >= 8)
        l.bg -= 8;
    if (both && l.fg == l.bg) {
        l.fg = l.bg = XD_COLOR_DEFAULT;
        l.reverse = true;
    }
    return l;
}

/* --- reading --- */

enum section { SECTION_COLOR, SECTION_BASIC, SECTION_MONO, SECTIONS };

static int read_hex(const struct xd_yaml *n, int last, int16_t *out, struct xd_err *err)
{
    unsigned long rgb;

    if (strlen(n->text) != 7 || strspn(n->text + 1, "0123456789abcdefABCDEF") != 6)
        return xd_yaml_error(n, err, "%s: wanted \"#rrggbb\", found \"%.40s\"", n->key, n->text);
    rgb = strtoul(n->text + 1, NULL, 16);
    /* The first 16 differ from terminal to terminal, so an exact value avoids them if it can. */
    *out = (int16_t)xd_color_nearest((uint32_t)rgb, last > 15 ? 16 : 0, last);
    return 0;
}

static int read_color(const struct xd_yaml *n, int last, int16_t *out, struct xd_err *err)
{
    const char *text, *near;
    int64_t number;
    int rc = xd_yaml_str(n, n->key, &text, err);

    if (rc)
        return rc;
    if (xd_streq(text, "default")) {
        *out = XD_COLOR_DEFAULT;
        return 0;
    }
    if (text[0] == '#')
        return read_hex(n, last, out, err);
    if (text[0] >= '0' && text[0] <= '9') {
        rc = xd_yaml_i64(n, n->key, 0, last, &number, err);
        *out = rc ? 0 : (int16_t)number;
        return rc;
    }
    for (int i = 0; i < 16; i++) {
        if (xd_streq(text, xd_color_names[i])) {
            *out = (int16_t)i;
            return 0;
        }
    }
    near = xd_str_nearest(text, xd_color_names, N(xd_color_names));
    return xd_yaml_error(n, err,
                         "%s: no colour is called \"%.40s\"%s%s%s; wanted a name, 0 to %d, "
                         "\"#rrggbb\" or default",
                         n->key, text, near ? "; did you mean \"" : "", near ? near : "",
                         near ? "\"?" : "", last);
}

static int read_look(const struct xd_yaml *map, enum section section, struct xd_look *out,
                     struct xd_err *err)
{
    static const char *const keys[] = {"bold", "underline", "reverse", "dim", "fg", "bg"};
    int last = section == SECTION_COLOR ? 255 : 15, rc;
    struct xd_look l = {.fg = XD_COLOR_DEFAULT, .bg = XD_COLOR_DEFAULT};
    bool *const attributes[] = {&l.bold, &l.underline, &l.reverse, &l.dim};

    rc = xd_yaml_only_keys(map, keys, N(keys), err);
    for (const struct xd_yaml *n = map->first; n && rc == 0; n = n->next) {
        size_t i = 0;

        while (!xd_streq(n->key, keys[i]))
            i++;
        if (i < N(attributes))
            rc = xd_yaml_bool(n, n->key, attributes[i], err);
        else if (section == SECTION_MONO)
            rc = xd_yaml_key_error(n, err, "\"%s\": the section mono has no colours", n->key);
        else
            rc = read_color(n, last, xd_streq(n->key, "fg") ? &l.fg : &l.bg, err);
    }
    if (rc == 0)
        *out = l;
    return rc;
}

/* Reads one section; given[s] tells which roles it named. */
static int read_section(const struct xd_yaml *map, enum section section, struct xd_look *looks,
                        bool *given, struct xd_err *err)
{
    const char *keys[XD_S_COUNT];
    const struct xd_yaml *n;
    int rc;

    for (int s = 0; s < XD_S_COUNT; s++)
        keys[s] = roles[s].key;
    rc = xd_yaml_only_keys(map, keys, XD_S_COUNT, err);
    for (int s = 0; s < XD_S_COUNT && rc == 0; s++) {
        n = xd_yaml_get(map, keys[s]);
        if (!n)
            continue;
        given[s] = true;
        rc = read_look(n, section, &looks[s], err);
    }
    return rc;
}

/* A role of dialogs that a theme doesn't speak of is another role on a dialog's ground. */
static void on_dialog(struct xd_look *looks, const bool *given, enum xd_role_style role,
                      enum xd_role_style like)
{
    if (given[role] || !given[XD_S_DIALOG] || !given[like])
        return;
    looks[role] = looks[like];
    looks[role].bg = looks[XD_S_DIALOG].bg;
}

/* What a section leaves out: the colours of its "normal" with the attributes that mono has. */
static void fill_in(struct xd_look *looks, const bool *given)
{
    struct xd_look normal = looks[XD_S_NORMAL];

    for (int s = 0; s < XD_S_COUNT; s++) {
        if (given[s])
            continue;
        looks[s] = roles[s].mono;
        if (given[XD_S_NORMAL]) {
            looks[s].fg = normal.fg;
            looks[s].bg = normal.bg;
        }
    }
    on_dialog(looks, given, XD_S_DIALOG_DIM, XD_S_DIM);
    on_dialog(looks, given, XD_S_DIALOG_ACCENT, XD_S_ACCENT);
}

static int read_terminal(const struct xd_yaml *map, struct xd_theme *t, struct xd_err *err)
{
    static const char *const keys[] = {"fg", "bg"};
    int16_t *const out[] = {&t->fg, &t->bg};
    int rc = xd_yaml_only_keys(map, keys, N(keys), err);

    for (size_t i = 0; i < N(keys) && rc == 0; i++) {
        const struct xd_yaml *n = xd_yaml_get(map, keys[i]);

        if (!n)
            continue;
        rc = read_color(n, 255, out[i], err);
        if (rc == 0 && *out[i] == XD_COLOR_DEFAULT)
            rc = xd_yaml_error(n, err, "%s: \"default\" can't stand for itself", keys[i]);
    }
    return rc;
}

static int read_theme(const struct xd_yaml *root, struct xd_theme *t, struct xd_err *err)
{
    static const char *const keys[] = {"color", "basic", "mono", "title", "terminal"};
    struct xd_look *const looks[SECTIONS] = {t->color, t->basic, t->mono};
    bool given[SECTIONS][XD_S_COUNT] = {{false}};
    const struct xd_yaml *n = xd_yaml_get(root, "title");
    const char *title = t->name;
    int rc = xd_yaml_only_keys(root, keys, N(keys), err);

    if (rc == 0 && n)
        rc = xd_yaml_str(n, "title", &title, err);
    if (rc == 0 && (n = xd_yaml_get(root, "terminal")))
        rc = read_terminal(n, t, err);
    for (int i = 0; i < SECTIONS && rc == 0; i++)
        if ((n = xd_yaml_get(root, keys[i])))
            rc = read_section(n, (enum section)i, looks[i], given[i], err);
    if (rc)
        return rc;
    xd_str_safe_to(t->title, sizeof(t->title), title);
    fill_in(t->color, given[SECTION_COLOR]);
    for (int s = 0; s < XD_S_COUNT; s++) {
        if (given[SECTION_BASIC][s] || !given[SECTION_COLOR][s])
            continue;
        t->basic[s] = look_in_16(t->color[s]);
        given[SECTION_BASIC][s] = true;
    }
    fill_in(t->basic, given[SECTION_BASIC]);
    fill_in(t->mono, given[SECTION_MONO]);
    return 0;
}

/* "themes/night.yaml" → "night" */
static void name_of(const char *file, char *out, size_t size)
{
    const char *base = strrchr(file, '/');
    char name[256];
    size_t n;

    snprintf(name, sizeof(name), "%s", base ? base + 1 : file);
    n = strlen(name);
    if (n > 5 && strcmp(name + n - 5, ".yaml") == 0)
        name[n - 5] = '\0';
    xd_str_safe_to(out, size, name);
}

/* Takes what the YAML reader gave; an empty file is a theme that leaves everything out. */
static int finish(int rc, const char *file, const struct xd_yaml *root, struct xd_theme *out,
                  struct xd_err *err)
{
    struct xd_theme t = {.fg = 7, .bg = 0};

    if (rc)
        return rc;
    name_of(file, t.name, sizeof(t.name));
    if (root)
        rc = read_theme(root, &t, err);
    else
        rc = xd_err_set(err, -EINVAL, "%s:1:1: the theme is empty", file);
    if (rc == 0)
        *out = t;
    return rc;
}

int xd_theme_parse(const char *file, const char *text, size_t len, struct xd_theme *out,
                   struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_yaml *root = NULL;
    int rc = xd_yaml_parse(file, text, len, &a, &root, err);

    rc = finish(rc, file, root, out, err);
    xd_arena_done(&a);
    return rc;
}

static int load_file(const char *path, struct xd_theme *out, struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_yaml *root = NULL;
    int rc = xd_yaml_load(path, &a, &root, err);

    rc = finish(rc, path, root, out, err);
    xd_arena_done(&a);
    return rc;
}

/* --- finding --- */

/* The user's folder of themes, or "" where there is no home. */
static void user_folder(struct xd_buf *out)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

    if (xdg && xdg[0] == '/')
        xd_buf_printf(out, "%s/xendeck/themes", xdg);
    else if (home && home[0] == '/')
        xd_buf_printf(out, "%s/.config/xendeck/themes", home);
}

static int unknown_name(const char *name, const char *folder, struct xd_err *err)
{
    const char *near = xd_str_nearest(name, embedded_names, N(embedded_names) - 1);
    struct xd_buf list = XD_BUF_INIT;
    int rc;

    for (size_t i = 0; embedded_names[i]; i++)
        xd_buf_printf(&list, "%s%s", i ? ", " : "", embedded_names[i]);
    rc = xd_err_set(err, -ENOENT, "no theme is called \"%.60s\"%s%s%s; there are %s%s%s", name,
                    near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "",
                    xd_buf_str(&list), folder[0] ? ", and yours in " : "", folder);
    xd_buf_done(&list);
    return rc;
}

int xd_theme_load(const char *name, struct xd_theme *out, struct xd_err *err)
{
    struct xd_buf folder = XD_BUF_INIT, path = XD_BUF_INIT;
    int rc = -ENOENT;

    if (strchr(name, '/'))
        return load_file(name, out, err);
    user_folder(&folder);
    if (folder.len) {
        xd_buf_printf(&path, "%s/%s.yaml", folder.s, name);
        if (access(path.s, F_OK) == 0) {
            rc = load_file(path.s, out, err);
            goto done;
        }
    }
    for (const struct xd_embedded *e = xd_embedded_themes; e->name; e++) {
        if (xd_streq(e->name, name)) {
            rc = xd_theme_parse(e->name, e->data, e->len, out, err);
            goto done;
        }
    }
    rc = unknown_name(name, xd_buf_str(&folder), err);
done:
    xd_buf_done(&path);
    xd_buf_done(&folder);
    return rc;
}
