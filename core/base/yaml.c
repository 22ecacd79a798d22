/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libyaml's events made into a tree with places: see yaml.h. (What is read out of the tree is in
 * yaml_get.c.) */
#include "base/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#include "base/late.h"
#include "base/slurp.h"
#include "base/str.h"

#define FUNCTIONS(F)                                                                               \
    F(yaml_event_delete)                                                                           \
    F(yaml_parser_delete)                                                                          \
    F(yaml_parser_initialize) F(yaml_parser_parse) F(yaml_parser_set_encoding)                     \
        F(yaml_parser_set_input_string)
XD_LATE_LIBRARY(libyaml, XD_SONAME_YAML, FUNCTIONS)

#define DEPTH_MAX  64
#define NAME_BYTES 200 /* of a file's name and of a key in a sentence */

struct level {
    struct xd_yaml *node;
    struct xd_yaml **tail; /* where the next child is linked */
    const char *key;       /* of the value to come; NULL: a key is due (maps) */
    yaml_mark_t key_mark;
};

struct build {
    yaml_parser_t parser;
    const char *file;
    struct xd_arena *arena;
    struct xd_err *err;
    struct level stack[DEPTH_MAX];
    int depth;
    struct xd_yaml *root;
    size_t nodes;
    bool seen_document;
};

static int fail_at(const struct build *b, yaml_mark_t at, const char *fmt, ...) XD_PRINTF(3, 4);

static int fail_at(const struct build *b, yaml_mark_t at, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    xd_err_setv(b->err, -EINVAL, fmt, ap);
    va_end(ap);
    xd_err_prefix(b->err, "%.*s:%zu:%zu: ", NAME_BYTES, b->file, at.line + 1, at.column + 1);
    return -EINVAL;
}

/* --- the characters --- */

/* What YAML allows. libyaml checks this too, but names a byte offset; and it takes UTF-16. */
static bool allowed(uint32_t cp)
{
    if (cp < 0xa0)
        return (cp >= 0x20 && cp < 0x7f) || cp == '\t' || cp == '\n' || cp == '\r' || cp == 0x85;
    return cp != 0xfeff && cp != 0xfffe && cp != 0xffff;
}

static bool is_break(uint32_t cp, const char *after, const char *end)
{
    if (cp == '\r')
        return after == end || *after != '\n';
    return cp == '\n' || cp == 0x85 || cp == 0x2028 || cp == 0x2029;
}

static int check_characters(const struct build *b, const char *text, size_t len)
{
    const char *p = text, *end = text + len;
    yaml_mark_t at = {0};
    uint32_t cp;
    int n;

    while (p < end) {
        n = xd_utf8_decode(p, (size_t)(end - p), &cp);
        if (n == 0)
            return fail_at(b, at, "a NUL byte is not allowed here");
        if (n == 1 && cp == 0xfffd)
            return fail_at(b, at, "the byte 0x%02x is not UTF-8", (unsigned char)*p);
        if (!allowed(cp))
            return fail_at(b, at, "the character U+%04X is not allowed here", (unsigned)cp);
        p += n;
        at.column++;
        if (is_break(cp, p, end)) {
            at.line++;
            at.column = 0;
        }
    }
    return 0;
}

/* --- the tree --- */

static struct level *top(struct build *b)
{
    return b->depth ? &b->stack[b->depth - 1] : NULL;
}

/* A new node in its place, below the container being read or as the root. */
static struct xd_yaml *add_node(struct build *b, enum xd_yaml_kind kind, yaml_mark_t at)
{
    struct xd_yaml *n = xd_arena_alloc(b->arena, sizeof(*n));
    struct level *l = top(b);

    n->kind = kind;
    n->file = b->file;
    n->line = (int)at.line + 1;
    n->col = (int)at.column + 1;
    if (!l) {
        b->root = n;
        return n;
    }
    if (l->node->kind == XD_YAML_MAP) {
        n->key = l->key;
        n->key_line = (int)l->key_mark.line + 1;
        n->key_col = (int)l->key_mark.column + 1;
        l->key = NULL;
    }
    *l->tail = n;
    l->tail = &n->next;
    l->node->n++;
    return n;
}

/* What is refused in every node, wherever it stands. */
static int check_node(struct build *b, const yaml_char_t *anchor, const yaml_char_t *tag,
                      yaml_mark_t at)
{
    if (anchor)
        return fail_at(b, at, "anchors are not supported, found \"&%s\"", (const char *)anchor);
    if (tag)
        return fail_at(b, at, "tags are not supported, found \"%s\"", (const char *)tag);
    if (++b->nodes > XD_YAML_MAX_NODES)
        return fail_at(b, at, "more than %d values", XD_YAML_MAX_NODES);
    return 0;
}

static int on_scalar(struct build *b, const yaml_event_t *ev)
{
    const char *value = (const char *)ev->data.scalar.value;
    size_t len = ev->data.scalar.length;
    struct level *l = top(b);
    struct xd_yaml *n;
    int rc;

    rc = check_node(b, ev->data.scalar.anchor, ev->data.scalar.tag, ev->start_mark);
    if (rc)
        return rc;
    if (memchr(value, '\0', len)) /* "\0" would end the text unseen */
        return fail_at(b, ev->start_mark, "a NUL character is not allowed in a text");
    if (l && l->node->kind == XD_YAML_MAP && !l->key) {
        l->key = xd_arena_strndup(b->arena, value, len);
        l->key_mark = ev->start_mark;
        return 0;
    }
    n = add_node(b, XD_YAML_SCALAR, ev->start_mark);
    n->text = xd_arena_strndup(b->arena, value, len);
    n->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return 0;
}

static int on_open(struct build *b, enum xd_yaml_kind kind, const yaml_char_t *anchor,
                   const yaml_char_t *tag, yaml_mark_t at)
{
    struct level *l = top(b);
    int rc = check_node(b, anchor, tag, at);

    if (rc)
        return rc;
    if (l && l->node->kind == XD_YAML_MAP && !l->key)
        return fail_at(b, at, "a key must be a text, found a %s",
                       kind == XD_YAML_MAP ? "map" : "list");
    if (b->depth == DEPTH_MAX)
        return fail_at(b, at, "nested deeper than %d levels", DEPTH_MAX);
    l = &b->stack[b->depth];
    l->node = add_node(b, kind, at);
    l->tail = &l->node->first;
    l->key = NULL;
    b->depth++;
    return 0;
}

static bool stands_before(const struct xd_yaml *a, const struct xd_yaml *b)
{
    return a->key_line != b->key_line ? a->key_line < b->key_line : a->key_col < b->key_col;
}

static int by_key_then_place(const void *pa, const void *pb)
{
    const struct xd_yaml *const *a = pa, *const *b = pb;
    int d = strcmp((*a)->key, (*b)->key);

    return d ? d : stands_before(*b, *a) - stands_before(*a, *b);
}

/* Sorted, so that a map of a million keys is no trap. Names the first repetition in the file. */
static int check_duplicates(struct build *b, const struct xd_yaml *map)
{
    const struct xd_yaml **sorted, *again = NULL, *before = NULL, *n;
    yaml_mark_t at = {0};
    size_t i = 0;

    if (map->n < 2)
        return 0;
    sorted = xd_malloc(map->n * sizeof(*sorted));
    for (n = map->first; n; n = n->next)
        sorted[i++] = n;
    qsort(sorted, map->n, sizeof(*sorted), by_key_then_place);
    for (i = 1; i < map->n; i++) {
        if (!xd_streq(sorted[i - 1]->key, sorted[i]->key))
            continue;
        if (!again || stands_before(sorted[i], again)) {
            again = sorted[i];
            before = sorted[i - 1];
        }
    }
    free(sorted);
    if (!again)
        return 0;
    at.line = (size_t)again->key_line - 1;
    at.column = (size_t)again->key_col - 1;
    return fail_at(b, at, "the key \"%.*s\" was given before, in line %d", NAME_BYTES, again->key,
                   before->key_line);
}

static int on_event(struct build *b, const yaml_event_t *ev)
{
    switch (ev->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->seen_document)
            return fail_at(b, ev->start_mark, "a second document is not supported");
        b->seen_document = true;
        return 0;
    case YAML_ALIAS_EVENT:
        return fail_at(b, ev->start_mark, "aliases are not supported, found \"*%s\"",
                       (const char *)ev->data.alias.anchor);
    case YAML_SCALAR_EVENT:
        return on_scalar(b, ev);
    case YAML_SEQUENCE_START_EVENT:
        return on_open(b, XD_YAML_LIST, ev->data.sequence_start.anchor, ev->data.sequence_start.tag,
                       ev->start_mark);
    case YAML_MAPPING_START_EVENT:
        return on_open(b, XD_YAML_MAP, ev->data.mapping_start.anchor, ev->data.mapping_start.tag,
                       ev->start_mark);
    case YAML_SEQUENCE_END_EVENT:
        b->depth--;
        return 0;
    case YAML_MAPPING_END_EVENT:
        b->depth--;
        return check_duplicates(b, b->stack[b->depth].node);
    default:
        return 0;
    }
}

static int syntax_error(const struct build *b)
{
    const yaml_parser_t *p = &b->parser;
    const char *problem = p->problem ? p->problem : "can't be read as YAML";

    if (p->error == YAML_MEMORY_ERROR)
        return xd_err_set(b->err, -ENOMEM, "%s: out of memory", b->file);
    if (p->context && p->context_mark.line == p->problem_mark.line)
        return fail_at(b, p->problem_mark, "%s %s", problem, p->context);
    if (p->context)
        return fail_at(b, p->problem_mark, "%s %s (line %zu)", problem, p->context,
                       p->context_mark.line + 1);
    return fail_at(b, p->problem_mark, "%s", problem);
}

static int read_events(struct build *b)
{
    yaml_event_t ev;
    bool end = false;
    int rc = 0;

    while (rc == 0 && !end) {
        if (!libyaml.yaml_parser_parse(&b->parser, &ev))
            return syntax_error(b);
        end = ev.type == YAML_STREAM_END_EVENT;
        rc = on_event(b, &ev);
        libyaml.yaml_event_delete(&ev);
    }
    return rc;
}

/* A document of nothing but comments is one empty plain scalar to libyaml, or no document. */
static bool is_nothing(const struct xd_yaml *root)
{
    return root && root->kind == XD_YAML_SCALAR && !root->quoted && !root->text[0];
}

int xd_yaml_parse(const char *file, const char *text, size_t len, struct xd_arena *a,
                  struct xd_yaml **out, struct xd_err *err)
{
    struct build b = {.arena = a, .err = err};
    int rc;

    *out = NULL;
    b.file = xd_arena_strdup(a, file);
    if (len > XD_YAML_MAX_BYTES)
        return xd_err_set(err, -EFBIG, "%.*s:1:1: the file is larger than %d MiB", NAME_BYTES,
                          b.file, XD_YAML_MAX_BYTES >> 20);
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark is no column */
        text += 3;
        len -= 3;
    }
    rc = check_characters(&b, text, len);
    if (rc)
        return rc;
    rc = XD_LATE_LOAD(libyaml, err);
    if (rc < 0)
        return rc;
    if (!libyaml.yaml_parser_initialize(&b.parser))
        return xd_err_set(err, -ENOMEM, "%s: out of memory", b.file);
    libyaml.yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    libyaml.yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, len);
    rc = read_events(&b);
    libyaml.yaml_parser_delete(&b.parser);
    if (rc == 0 && !is_nothing(b.root))
        *out = b.root;
    return rc;
}

int xd_yaml_load(const char *path, struct xd_arena *a, struct xd_yaml **out, struct xd_err *err)
{
    struct xd_buf buf = XD_BUF_INIT;
    int fd, rc;

    *out = NULL;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        rc = -errno;
        return xd_err_set(err, rc, "%s: can't be opened: %s", path, strerrordesc_np(-rc));
    }
    rc = xd_slurp_fd(fd, XD_YAML_MAX_BYTES + 1, &buf); /* one more is enough to refuse */
    close(fd);
    if (rc)
        xd_err_set(err, rc, "%s: can't be read: %s", path, strerrordesc_np(-rc));
    else
        rc = xd_yaml_parse(path, xd_buf_str(&buf), buf.len, a, out, err);
    xd_buf_done(&buf);
    return rc;
}
