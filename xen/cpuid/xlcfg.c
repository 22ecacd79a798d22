/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One setting in the text of a domain's configuration: see xlcfg.h. */
#include "xen/cpuid/xlcfg.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

struct scan {
    const char *file, *text;
    size_t len, at;
    struct xd_err *err;
};

static int line_of(const struct scan *s, size_t at)
{
    int line = 1;

    for (size_t i = 0; i < at; i++)
        line += s->text[i] == '\n';
    return line;
}

static int wrong(const struct scan *s, size_t at, const char *what)
{
    size_t begin = at;

    while (begin > 0 && s->text[begin - 1] != '\n')
        begin--;
    return xd_err_set(s->err, -EINVAL, "%s:%d:%zu: %s", s->file, line_of(s, at), at - begin + 1,
                      what);
}

static char now(const struct scan *s)
{
    return s->at < s->len ? s->text[s->at] : '\0';
}

static void skip_comment(struct scan *s)
{
    while (s->at < s->len && s->text[s->at] != '\n')
        s->at++;
}

/* Blanks; with lines: their ends, ';' and comments as well. */
static void skip_blanks(struct scan *s, bool lines)
{
    for (; s->at < s->len; s->at++) {
        char c = s->text[s->at];

        if (c == '#' && lines) {
            skip_comment(s);
            if (s->at == s->len)
                return;
        } else if (c != ' ' && c != '\t' && c != '\r' && !(lines && (c == '\n' || c == ';'))) {
            return;
        }
    }
}

/* A string; there are no escapes that could hide its end. */
static int skip_string(struct scan *s)
{
    size_t begin = s->at;
    char quote = s->text[s->at++];

    while (s->at < s->len && s->text[s->at] != quote && s->text[s->at] != '\n')
        s->at++;
    if (now(s) != quote)
        return wrong(s, begin, "the string that begins here has no end");
    s->at++;
    return 0;
}

/* To the end of the value: of the line, or to a ';' or comment, outside of strings and lists. */
static int skip_value(struct scan *s)
{
    size_t depth = 0, open = s->at, end = s->at;

    for (; s->at < s->len; s->at++) {
        char c = s->text[s->at];

        if (depth == 0 && (c == '\n' || c == ';' || c == '#'))
            break;
        if (c == '#') {
            skip_comment(s);
            continue;
        }
        if (c == '\'' || c == '"') {
            if (skip_string(s) < 0)
                return -EINVAL;
            s->at--;
        } else if (c == '[') {
            open = depth++ ? open : s->at;
        } else if (c == ']' && depth-- == 0) {
            return wrong(s, s->at, "this ] closes no list");
        }
        if (!isspace((unsigned char)c))
            end = s->at + 1;
    }
    if (depth > 0)
        return wrong(s, open, "the list that begins here has no end");
    s->at = end;
    return 0;
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

/* The setting at s; with that name its place is noted. */
static int take_setting(struct scan *s, const char *name, struct xd_xlcfg_place *out)
{
    size_t from = s->at, n;
    bool adds, ours;

    while (is_name(now(s)))
        s->at++;
    n = s->at - from;
    if (n == 0)
        return wrong(s, from, "wanted a setting such as name=\"web1\"");
    ours = n == strlen(name) && memcmp(s->text + from, name, n) == 0;
    skip_blanks(s, false);
    adds = now(s) == '+';
    s->at += adds;
    if (now(s) != '=')
        return wrong(s, s->at, "wanted a =");
    s->at++;
    if (adds && ours)
        return wrong(s, from, "this adds to the setting with +=; say it in one place");
    if (skip_value(s) < 0)
        return -EINVAL;
    if (ours)
        *out = (struct xd_xlcfg_place){from, s->at, line_of(s, from)};
    return 0;
}

int xd_xlcfg_find(const char *file, const char *text, size_t len, const char *name,
                  struct xd_xlcfg_place *out, struct xd_err *err)
{
    struct scan s = {file, text, len, 0, err};
    int rc = 0;

    *out = (struct xd_xlcfg_place){.line = 0};
    for (skip_blanks(&s, true); rc == 0 && s.at < s.len; skip_blanks(&s, true))
        rc = take_setting(&s, name, out);
    return rc;
}

void xd_xlcfg_replace(const char *text, size_t len, const struct xd_xlcfg_place *at,
                      const char *setting, struct xd_buf *out)
{
    size_t to = at->to;

    if (at->line == 0) {
        xd_buf_addn(out, text, len);
        if (*setting)
            xd_buf_printf(out, "%s%s\n", len && text[len - 1] != '\n' ? "\n" : "", setting);
        return;
    }
    /* a line that held nothing else goes as a whole */
    if (!*setting && (at->from == 0 || text[at->from - 1] == '\n') && to < len && text[to] == '\n')
        to++;
    xd_buf_addn(out, text, at->from);
    xd_buf_add(out, setting);
    xd_buf_addn(out, text + to, len - to);
}
