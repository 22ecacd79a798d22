/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs of screen scripts, in one table. */
#include "script.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/value.h"

static int number(const char **p, int *out)
{
    char *end;
    long v = strtol(*p, &end, 10);

    if (end == *p || v < -10000 || v > 10000)
        return -EINVAL;
    *out = (int)v;
    *p = end + strspn(end, " x");
    return 0;
}

static int duration(const char *text, int64_t *out, struct xd_err *err)
{
    static const struct xd_kind kind = {.type = XD_U64, .unit = XD_UNIT_NS};
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_value v;
    int rc = xd_value_parse(text, &kind, 0, &a, &v, err);

    if (rc == 0)
        *out = (int64_t)v.cell.u;
    xd_arena_done(&a);
    return rc;
}

/* --- before the curtain rises --- */

static int copy(char *out, size_t size, const char *arg, struct xd_err *err)
{
    if (!*arg || strlen(arg) >= size)
        return xd_err_set(err, -EINVAL, "needs a name of less than %zu bytes", size);
    snprintf(out, size, "%s", arg);
    return 0;
}

static int do_host(struct script *s, const char *arg, struct xd_err *err)
{
    return copy(s->config.host, sizeof(s->config.host), arg, err);
}

static int do_theme(struct script *s, const char *arg, struct xd_err *err)
{
    return copy(s->config.theme, sizeof(s->config.theme), arg, err);
}

static int do_readonly(struct script *s, const char *arg, struct xd_err *err)
{
    s->config.readonly = true;
    return 0;
}

static int do_keep(struct script *s, const char *arg, struct xd_err *err)
{
    s->config.keep = true;
    return 0;
}

static int do_interval(struct script *s, const char *arg, struct xd_err *err)
{
    return duration(arg, &s->config.interval_ns, err);
}

static int do_policy(struct script *s, const char *arg, struct xd_err *err)
{
    snprintf(s->config.policy, sizeof(s->config.policy), "%s", arg);
    return *arg ? 0 : xd_err_set(err, -EINVAL, "needs a policy's file or name, or none");
}

static int do_size(struct script *s, const char *arg, struct xd_err *err)
{
    if (number(&arg, &s->config.w) || number(&arg, &s->config.h) || *arg || s->config.w < 1 ||
        s->config.w > 500 || s->config.h < 1 || s->config.h > 500)
        return xd_err_set(err, -EINVAL, "needs WIDTHxHEIGHT, from 1x1 to 500x500");
    return 0;
}

/* --- at any time --- */

static int do_glyphs(struct script *s, const char *arg, struct xd_err *err)
{
    static const char *const names[] = {"ascii", "block", "braille"};

    for (int i = 0; i < 3; i++) {
        if (strcmp(arg, names[i]) == 0) {
            s->config.glyphs = (enum xd_glyphs)i;
            if (s->open)
                stage_glyphs(&s->stage, s->config.glyphs);
            return 0;
        }
    }
    return xd_err_set(err, -EINVAL, "needs ascii, block or braille");
}

/* --- acts --- */

static int do_resize(struct script *s, const char *arg, struct xd_err *err)
{
    int rc = do_size(s, arg, err);

    if (rc == 0)
        stage_resize(&s->stage, s->config.w, s->config.h);
    return rc;
}

static int do_tick(struct script *s, const char *arg, struct xd_err *err)
{
    int64_t ns;
    int rc = duration(arg, &ns, err);

    if (rc == 0)
        stage_tick(&s->stage, ns);
    return rc;
}

/* j Enter "typed text" C-l */
static int do_keys(struct script *s, const char *arg, struct xd_err *err)
{
    char word[512];

    while (*arg) {
        bool quoted = *arg == '"' && arg[1] && strchr(arg + 1, '"');
        size_t len = quoted ? strcspn(arg + 1, "\"") : strcspn(arg, " ");

        snprintf(word, sizeof(word), "%.*s", (int)len, arg + quoted);
        arg += len + 2 * quoted;
        arg += strspn(arg, " ");
        if (quoted) {
            stage_type(&s->stage, word);
            continue;
        }
        uint32_t code = xd_key_parse(word);
        if (!code)
            return xd_err_set(err, -EINVAL, "there is no key \"%s\"", word);
        stage_key(&s->stage, code);
    }
    return 0;
}

static int do_click(struct script *s, const char *arg, struct xd_err *err)
{
    int x, y;

    if (number(&arg, &x) || number(&arg, &y) || *arg || x < 1 || y < 1)
        return xd_err_set(err, -EINVAL, "needs COLUMN LINE, both from 1");
    stage_click(&s->stage, x - 1, y - 1);
    return 0;
}

static int do_line(struct script *s, const char *arg, struct xd_err *err)
{
    stage_key(&s->stage, ':');
    stage_type(&s->stage, arg);
    stage_key(&s->stage, XD_KEY_ENTER);
    return 0;
}

static int do_again(struct script *s, const char *arg, struct xd_err *err)
{
    int rc = stage_again(&s->stage, &s->config, err);

    s->open = rc == 0;
    return rc;
}

/* The settings file by hand, its lines divided by \ns. */
static int do_settings(struct script *s, const char *arg, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;

    for (; *arg; arg++) {
        bool nl = arg[0] == '\\' && arg[1] == 'n';
        xd_buf_addc(&b, nl ? '\n' : *arg);
        arg += nl;
    }
    xd_buf_addc(&b, '\n');
    int rc = stage_settings(&s->stage, b.s, err);
    xd_buf_done(&b);
    return rc;
}

static int do_settings_have(struct script *s, const char *arg, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    int rc = stage_settings_text(&s->stage, &b, err);

    if (rc == 0 && !strstr(xd_buf_str(&b), arg))
        script_fail(s, "\"%s\" is not in the settings:\n%s", arg, xd_buf_str(&b));
    xd_buf_done(&b);
    return rc;
}

static int do_verb(struct script *s, const char *arg, struct xd_err *err)
{
    return stage_verb(&s->stage, arg, err);
}

/* --- what must be --- */

static int block(struct script *s, bool styles, const char *arg, struct xd_err *err)
{
    int from = 1, to = -1;

    if (*arg && (number(&arg, &from) || (*arg ? number(&arg, &to) : (to = from, 0)) || *arg))
        return xd_err_set(err, -EINVAL,
                          "needs nothing, a line of the screen, or the first and last");
    return script_block(s, styles, from, to, err);
}

static int do_expect(struct script *s, const char *arg, struct xd_err *err)
{
    return block(s, false, arg, err);
}

static int do_styles(struct script *s, const char *arg, struct xd_err *err)
{
    return block(s, true, arg, err);
}

static bool is_shown(struct script *s, const char *text)
{
    struct xd_buf b = XD_BUF_INIT;

    stage_frame(&s->stage, false, &b);
    bool found = strstr(xd_buf_str(&b), text) != NULL;
    xd_buf_done(&b);
    return found;
}

static int do_contains(struct script *s, const char *arg, struct xd_err *err)
{
    if (!is_shown(s, arg)) {
        script_fail(s, "\"%s\" is not on the screen:", arg);
        script_show(s);
    }
    return 0;
}

static int do_absent(struct script *s, const char *arg, struct xd_err *err)
{
    if (is_shown(s, arg)) {
        script_fail(s, "\"%s\" is on the screen, and should not be:", arg);
        script_show(s);
    }
    return 0;
}

static int do_cursor(struct script *s, const char *arg, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    int x = 0, y = 0;

    if (strcmp(arg, "hidden") != 0 && (number(&arg, &x) || number(&arg, &y) || *arg))
        return xd_err_set(err, -EINVAL, "needs COLUMN LINE, both from 1, or \"hidden\"");
    stage_frame(&s->stage, false, &b);
    xd_buf_done(&b);
    int at_x = s->stage.canvas.cursor_x + 1, at_y = s->stage.canvas.cursor_y + 1;
    if (at_x != x || at_y != y)
        script_fail(s, "the cursor is at %d %d, not at %d %d (0: hidden)", at_x, at_y, x, y);
    return 0;
}

static int do_quits(struct script *s, const char *arg, struct xd_err *err)
{
    if (!s->stage.app.quit)
        script_fail(s, "the console does not end here");
    return 0;
}

enum when { BEFORE, ANY, ON_STAGE };

static const struct verb {
    const char *name;
    enum when when;
    int (*run)(struct script *s, const char *arg, struct xd_err *err);
} verbs[] = {
    {"host", BEFORE, do_host},
    {"theme", BEFORE, do_theme},
    {"policy", BEFORE, do_policy},
    {"readonly", BEFORE, do_readonly},
    {"interval", BEFORE, do_interval},
    {"size", BEFORE, do_size},
    {"glyphs", ANY, do_glyphs},
    {"resize", ON_STAGE, do_resize},
    {"tick", ON_STAGE, do_tick},
    {"keys", ON_STAGE, do_keys},
    {"line", ON_STAGE, do_line},
    {"verb", ON_STAGE, do_verb},
    {"expect", ON_STAGE, do_expect},
    {"styles", ON_STAGE, do_styles},
    {"contains", ON_STAGE, do_contains},
    {"absent", ON_STAGE, do_absent},
    {"cursor", ON_STAGE, do_cursor},
    {"quits", ON_STAGE, do_quits},
    {"click", ON_STAGE, do_click},
    {"keep", BEFORE, do_keep},
    {"again", ON_STAGE, do_again},
    {"settings", ON_STAGE, do_settings},
    {"settings?", ON_STAGE, do_settings_have},
};

static const struct verb *find_verb(const char *line, size_t len)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
        if (strlen(verbs[i].name) == len && memcmp(verbs[i].name, line, len) == 0)
            return &verbs[i];
    return NULL;
}

static int play_line(struct script *s, const char *line, struct xd_err *err)
{
    size_t len = strcspn(line, " ");
    const struct verb *v = find_verb(line, len);
    const char *arg = line + len + strspn(line + len, " ");
    int rc;

    if (!v)
        return xd_err_set(err, -EINVAL, "there is no verb \"%.*s\"", (int)len, line);
    if (v->when == BEFORE && s->open)
        return xd_err_set(err, -EINVAL, "must come before what happens on the stage");
    if (v->when == ON_STAGE && !s->open) {
        rc = stage_open(&s->stage, &s->config, err);
        if (rc < 0)
            return rc;
        s->open = true;
    }
    return v->run(s, arg, err);
}

int script_play(struct script *s, struct xd_err *err)
{
    int rc = 0;

    for (s->at = 0; rc == 0 && s->at < s->n; s->at++) {
        size_t nr = s->at + 1;
        const char *line = s->lines[s->at];

        if (s->update)
            xd_buf_printf(&s->out, "%s\n", line);
        if (!*line || *line == '#')
            continue;
        rc = play_line(s, line, err);
        if (rc < 0 && !xd_str_starts(xd_err_text(err), s->file))
            xd_err_prefix(err, "%s:%zu: %.*s: ", s->file, nr, (int)strcspn(line, " "), line);
    }
    if (s->open)
        stage_close(&s->stage);
    return rc;
}
