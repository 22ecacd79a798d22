/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reader of XML 1.0 without document types: see xml.h. */
#include "base/xml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define NAME_BYTES 200 /* of a file's name or of an element's in a sentence */

struct parser {
    const char *file, *p, *end;
    const char *line_start;
    int line;
    size_t nodes;
    struct xd_arena *a;
    struct xd_err *err;
};

static int fail(struct parser *x, const char *fmt, ...) XD_PRINTF(2, 3);

static int fail(struct parser *x, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    xd_err_setv(x->err, -EINVAL, fmt, ap);
    va_end(ap);
    xd_err_prefix(x->err, "%.*s:%d:%d: ", NAME_BYTES, x->file, x->line,
                  (int)(x->p - x->line_start) + 1);
    return -EINVAL;
}

static bool at_end(const struct parser *x)
{
    return x->p == x->end;
}

/* The next byte is used up. */
static void step(struct parser *x)
{
    if (*x->p++ == '\n') {
        x->line++;
        x->line_start = x->p;
    }
}

static bool looks(const struct parser *x, const char *text)
{
    size_t len = strlen(text);

    return (size_t)(x->end - x->p) >= len && memcmp(x->p, text, len) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct parser *x)
{
    while (!at_end(x) && is_blank(*x->p))
        step(x);
}

/* Goes behind the next `text`; false: it never comes. */
static bool skip_past(struct parser *x, const char *text)
{
    while (!at_end(x) && !looks(x, text))
        step(x);
    if (at_end(x))
        return false;
    for (size_t i = strlen(text); i; i--)
        step(x);
    return true;
}

static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("_:-.", c) || (unsigned char)c >= 0x80;
}

static const char *take_name(struct parser *x)
{
    const char *start = x->p;

    while (!at_end(x) && *x->p && name_char(*x->p))
        step(x);
    if (x->p == start || strchr("-.0123456789", *start))
        return NULL;
    return xd_arena_strndup(x->a, start, (size_t)(x->p - start));
}

/* "&lt;" and its kin, or a character by its number. */
static int take_entity(struct parser *x, struct xd_buf *out)
{
    static const struct {
        const char *name, *text;
    } known[] = {{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""}, {"&apos;", "'"}};
    const char *semicolon = memchr(x->p, ';', (size_t)(x->end - x->p));
    char number[16], utf8[4];
    unsigned cp;
    int used = 0;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (looks(x, known[i].name)) {
            xd_buf_add(out, known[i].text);
            x->p += strlen(known[i].name);
            return 0;
        }
    }
    if (!looks(x, "&#") || !semicolon || semicolon - x->p >= (ptrdiff_t)sizeof(number))
        return fail(x, "no such entity; & is written &amp;");
    snprintf(number, sizeof(number), "%.*s", (int)(semicolon - x->p), x->p);
    if ((sscanf(number, "&#x%6x%n", &cp, &used) != 1 &&
         sscanf(number, "&#%7u%n", &cp, &used) != 1) ||
        number[used] || cp == 0 || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
        return fail(x, "no such character");
    xd_buf_addn(out, utf8, (size_t)xd_utf8_encode(cp, utf8));
    x->p = semicolon + 1;
    return 0;
}

static int take_value(struct parser *x, struct xd_buf *out)
{
    char quote = at_end(x) ? 0 : *x->p;

    xd_buf_clear(out);
    if (quote != '"' && quote != '\'')
        return fail(x, "a value in quotes was expected here");
    step(x);
    while (!at_end(x) && *x->p != quote) {
        if (*x->p == '<' || !*x->p)
            return fail(x, "this can't stand in a value");
        if (*x->p == '&') {
            if (take_entity(x, out) < 0)
                return -EINVAL;
        } else {
            xd_buf_addc(out, is_blank(*x->p) ? ' ' : *x->p);
            step(x);
        }
    }
    if (at_end(x))
        return fail(x, "a value is never closed");
    step(x);
    return 0;
}

static int count_node(struct parser *x)
{
    return ++x->nodes > XD_XML_MAX_NODES ? fail(x, "more than %d nodes", XD_XML_MAX_NODES) : 0;
}

static int take_attrs(struct parser *x, struct xd_xml *e)
{
    struct xd_buf value = XD_BUF_INIT;
    struct xd_xml_attr **last = &e->attrs;
    int rc = 0;

    for (;;) {
        bool gap = !at_end(x) && is_blank(*x->p);
        skip_blanks(x);
        if (at_end(x) || *x->p == '>' || *x->p == '/' || *x->p == '?')
            break;
        struct xd_xml_attr *a = xd_arena_alloc(x->a, sizeof(*a));
        rc = gap ? count_node(x) : fail(x, "a blank was expected before an attribute");
        if (rc == 0 && !(a->name = take_name(x)))
            rc = fail(x, "the name of an attribute was expected here");
        if (rc == 0 && xd_xml_attr(e, a->name))
            rc = fail(x, "%.*s is there twice", NAME_BYTES, a->name);
        skip_blanks(x);
        if (rc == 0 && (at_end(x) || *x->p != '='))
            rc = fail(x, "= was expected here");
        if (rc < 0)
            break;
        step(x);
        skip_blanks(x);
        rc = take_value(x, &value);
        if (rc < 0)
            break;
        a->value = xd_arena_strdup(x->a, xd_buf_str(&value));
        *last = a;
        last = &a->next;
    }
    xd_buf_done(&value);
    return rc;
}

/* Comments, processing instructions and what stands before the root. */
static int skip_misc(struct parser *x, bool *skipped)
{
    const char *end = looks(x, "<!--") ? "-->" : looks(x, "<?") ? "?>" : NULL;

    *skipped = end != NULL;
    if (!end)
        return looks(x, "<!D") ? fail(x, "document types are refused") : 0;
    if (!skip_past(x, end))
        return fail(x, "%s never comes", end);
    return 0;
}

static const char *trimmed(struct parser *x, const struct xd_buf *b)
{
    const char *s = xd_buf_str(b), *end = s + b->len;

    while (s < end && is_blank(*s))
        s++;
    while (end > s && is_blank(end[-1]))
        end--;
    return xd_arena_strndup(x->a, s, (size_t)(end - s));
}

static int take_element(struct parser *x, int depth, struct xd_xml **out);

/* What stands between the tags, up to behind the closing one. */
static int take_content(struct parser *x, int depth, struct xd_xml *e)
{
    struct xd_buf text = XD_BUF_INIT;
    struct xd_xml **last = &e->first;
    bool skipped;
    int rc = 0;

    while (rc == 0) {
        if (at_end(x) || !*x->p) {
            rc = fail(x, "<%.*s> of line %d is never closed", NAME_BYTES, e->name, e->line);
        } else if (*x->p == '&') {
            rc = take_entity(x, &text);
        } else if (*x->p != '<') {
            xd_buf_addc(&text, *x->p);
            step(x);
        } else if (looks(x, "<![CDATA[")) {
            const char *start = x->p + 9;
            if (!skip_past(x, "]]>"))
                rc = fail(x, "]]> never comes");
            else
                xd_buf_addn(&text, start, (size_t)(x->p - 3 - start));
        } else if (looks(x, "</")) {
            const char *tag = x->p;
            x->p += 2;
            const char *name = take_name(x);
            if (!name || strcmp(name, e->name) != 0) {
                x->p = tag;
                rc = fail(x, "</%.*s> was expected here", NAME_BYTES, e->name);
                break;
            }
            skip_blanks(x);
            if (at_end(x) || *x->p != '>')
                rc = fail(x, "> was expected here");
            else
                step(x);
            break;
        } else {
            rc = skip_misc(x, &skipped);
            if (rc == 0 && !skipped) {
                rc = take_element(x, depth + 1, last);
                if (rc == 0)
                    last = &(*last)->next;
            }
        }
    }
    e->text = trimmed(x, &text);
    xd_buf_done(&text);
    return rc;
}

static int take_element(struct parser *x, int depth, struct xd_xml **out)
{
    struct xd_xml *e = xd_arena_alloc(x->a, sizeof(*e));

    *out = e;
    e->file = x->file;
    e->line = x->line;
    e->col = (int)(x->p - x->line_start) + 1;
    e->text = "";
    if (depth > XD_XML_MAX_DEPTH)
        return fail(x, "more than %d levels", XD_XML_MAX_DEPTH);
    if (at_end(x) || *x->p != '<')
        return fail(x, "an element was expected here");
    step(x);
    e->name = take_name(x);
    if (!e->name)
        return fail(x, "the name of an element was expected here");
    if (count_node(x) < 0 || take_attrs(x, e) < 0)
        return -EINVAL;
    if (looks(x, "/>")) {
        x->p += 2;
        return 0;
    }
    if (at_end(x) || *x->p != '>')
        return fail(x, "> was expected here");
    step(x);
    return take_content(x, depth, e);
}

static int skip_all_misc(struct parser *x)
{
    bool skipped = true;
    int rc = 0;

    while (rc == 0 && skipped) {
        skip_blanks(x);
        rc = skip_misc(x, &skipped);
    }
    return rc;
}

int xd_xml_parse(const char *file, const char *text, size_t len, struct xd_arena *a,
                 struct xd_xml **out, struct xd_err *err)
{
    struct parser x = {.file = xd_arena_strdup(a, file),
                       .p = text,
                       .end = text + len,
                       .line_start = text,
                       .line = 1,
                       .a = a,
                       .err = err};

    *out = NULL;
    if (len > XD_XML_MAX_BYTES)
        return xd_err_set(err, -EFBIG, "%.*s: more than %d MiB", NAME_BYTES, file,
                          XD_XML_MAX_BYTES >> 20);
    if (looks(&x, "\xef\xbb\xbf"))
        x.p += 3;
    if (skip_all_misc(&x) < 0 || take_element(&x, 1, out) < 0 || skip_all_misc(&x) < 0)
        return -EINVAL;
    return at_end(&x) ? 0 : fail(&x, "there is more behind the end");
}

int xd_xml_error(const struct xd_xml *at, struct xd_err *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    xd_err_setv(err, -EINVAL, fmt, ap);
    va_end(ap);
    xd_err_prefix(err, "%.*s:%d:%d: ", NAME_BYTES, at->file, at->line, at->col);
    return -EINVAL;
}

const char *xd_xml_attr(const struct xd_xml *e, const char *name)
{
    for (const struct xd_xml_attr *a = e->attrs; a; a = a->next)
        if (strcmp(a->name, name) == 0)
            return a->value;
    return NULL;
}

const struct xd_xml *xd_xml_child(const struct xd_xml *e, const char *name)
{
    for (const struct xd_xml *c = e->first; c; c = c->next)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}
