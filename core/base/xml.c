/* SPDX-License-Identifier: GPL-2.0-or-later */
/* XML into a tree, by libxml2: see xml.h. */
#include "base/xml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "base/late.h"
#include "base/str.h"

#define FUNCTIONS(F)                                                                               \
    F(xmlByteConsumed)                                                                             \
    F(xmlCreateMemoryParserCtxt) F(xmlCtxtUseOptions) F(xmlFreeParserCtxt) F(xmlParseDocument)     \
        F(xmlStopParser)
XD_LATE_LIBRARY(libxml, XD_SONAME_XML, FUNCTIONS)

struct building {
    const char *file, *text;
    size_t len;
    xmlParserCtxtPtr xml;
    struct xd_arena *a;
    struct xd_xml *root;
    struct {
        struct xd_xml *e, *last; /* last: of its children */
        struct xd_buf words;
    } open[XD_XML_MAX_DEPTH];
    int depth;
    size_t nodes;
    struct xd_err *err;
    bool refused; /* err says why */
};

/* --- places --- */

static void place_of(const char *text, size_t at, int *line, int *col)
{
    *line = *col = 1;
    for (size_t i = 0; i < at; i++) {
        *col = text[i] == '\n' ? 1 : *col + 1;
        *line += text[i] == '\n';
    }
}

/* Where the tag that was just read begins: its '<', as none can stand within it. */
static size_t tag_start(const struct building *b)
{
    long at = libxml.xmlByteConsumed(b->xml);
    const char *found = at > 0 && (size_t)at <= b->len ? memrchr(b->text, '<', (size_t)at) : NULL;

    return found ? (size_t)(found - b->text) : 0;
}

/* The first thing that we refuse is what is told. */
static void refuse(struct building *b, const char *why)
{
    int line, col;

    if (b->refused)
        return;
    place_of(b->text, tag_start(b), &line, &col);
    xd_err_set(b->err, -EINVAL, "%s:%d:%d: %s", b->file, line, col, why);
    b->refused = true;
    libxml.xmlStopParser(b->xml);
}

/* --- what libxml2 calls --- */

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *uri)
{
    refuse(ctx, "document types are refused");
}

static bool one_more(struct building *b)
{
    if (++b->nodes > XD_XML_MAX_NODES)
        refuse(b, "more than a million elements and attributes");
    return !b->refused;
}

/* Names as they are written: what stands before the colon is a part of them. */
static const char *whole_name(struct building *b, const xmlChar *name, const xmlChar *prefix)
{
    return prefix ? xd_arena_printf(b->a, "%s:%s", (const char *)prefix, (const char *)name)
                  : xd_arena_strdup(b->a, (const char *)name);
}

/* Five pointers each: name, prefix, namespace, where the value begins and ends. */
static void add_attrs(struct building *b, struct xd_xml *e, const xmlChar **atts, int n)
{
    struct xd_xml_attr **end = &e->attrs;

    for (int i = 0; i < n && one_more(b); i++, atts += 5) {
        *end = xd_arena_alloc(b->a, sizeof(**end));
        (*end)->name = whole_name(b, atts[0], atts[1]);
        (*end)->value = xd_arena_strndup(b->a, (const char *)atts[3], (size_t)(atts[4] - atts[3]));
        end = &(*end)->next;
    }
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int n_spaces, const xmlChar **spaces, int n_atts, int n_defaults,
                     const xmlChar **atts)
{
    struct building *b = ctx;
    struct xd_xml *e;

    if (b->refused || !one_more(b))
        return;
    if (b->depth == XD_XML_MAX_DEPTH) {
        refuse(b, "more than 64 levels");
        return;
    }
    e = xd_arena_alloc(b->a, sizeof(*e));
    e->file = b->file;
    place_of(b->text, tag_start(b), &e->line, &e->col);
    e->name = whole_name(b, name, prefix);
    e->text = "";
    add_attrs(b, e, atts, n_atts);
    if (b->depth == 0)
        b->root = e;
    else if (b->open[b->depth - 1].last)
        b->open[b->depth - 1].last->next = e;
    else
        b->open[b->depth - 1].e->first = e;
    if (b->depth)
        b->open[b->depth - 1].last = e;
    b->open[b->depth].e = e;
    b->open[b->depth].last = NULL;
    xd_buf_clear(&b->open[b->depth].words);
    b->depth++;
}

static const char *trimmed(struct building *b, const struct xd_buf *words)
{
    static const char blanks[] = " \t\r\n";
    const char *s = xd_buf_str(words);
    size_t n;

    s += strspn(s, blanks);
    n = strlen(s);
    while (n && strchr(blanks, s[n - 1]))
        n--;
    return xd_arena_strndup(b->a, s, n);
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct building *b = ctx;

    if (b->refused || !b->depth)
        return;
    b->depth--;
    b->open[b->depth].e->text = trimmed(b, &b->open[b->depth].words);
}

static void on_words(void *ctx, const xmlChar *s, int n)
{
    struct building *b = ctx;

    if (!b->refused && b->depth && n > 0)
        xd_buf_addn(&b->open[b->depth - 1].words, (const char *)s, (size_t)n);
}

/* --- */

/* The first fault says most; those after it follow from it. */
static void on_fault(void *ctx, xmlErrorPtr e)
{
    struct building *b = ctx;
    char text[256];

    if (b->refused || e->level < XML_ERR_ERROR)
        return;
    snprintf(text, sizeof(text), "%s", e->message ? e->message : "this is no XML");
    text[strcspn(text, "\n")] = '\0';
    xd_err_set(b->err, -EINVAL, "%s:%d:%d: %s", b->file, e->line > 0 ? e->line : 1,
               e->int2 > 0 ? e->int2 : 1, text);
    b->refused = true;
}

int xd_xml_parse(const char *file, const char *text, size_t len, struct xd_arena *a,
                 struct xd_xml **out, struct xd_err *err)
{
    xmlSAXHandler sax = {.internalSubset = on_doctype,
                         .startElementNs = on_start,
                         .endElementNs = on_end,
                         .characters = on_words,
                         .cdataBlock = on_words,
                         .serror = on_fault,
                         .initialized = XML_SAX2_MAGIC};
    struct building *b;
    int rc = 0;

    if (len > XD_XML_MAX_BYTES)
        return xd_err_set(err, -EINVAL, "%s:1:1: more than 16 MiB of XML", file);
    rc = XD_LATE_LOAD(libxml, err);
    if (rc < 0)
        return rc;
    b = xd_malloc(sizeof(*b));
    b->file = xd_arena_strdup(a, file);
    b->text = text;
    b->len = len;
    b->a = a;
    b->err = err;
    b->xml = libxml.xmlCreateMemoryParserCtxt(len ? text : " ", len ? (int)len : 1);
    *b->xml->sax = sax;
    b->xml->userData = b;
    libxml.xmlCtxtUseOptions(b->xml, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOERROR |
                                         XML_PARSE_NOWARNING);
    libxml.xmlParseDocument(b->xml);
    if (b->refused)
        rc = -EINVAL;
    else if (!b->xml->wellFormed || !b->root)
        rc = xd_err_set(err, -EINVAL, "%s:1:1: this is no XML", file);
    for (int i = 0; i < XD_XML_MAX_DEPTH; i++)
        xd_buf_done(&b->open[i].words);
    *out = b->root;
    libxml.xmlFreeParserCtxt(b->xml);
    free(b);
    return rc;
}

int xd_xml_error(const struct xd_xml *at, struct xd_err *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    xd_err_setv(err, -EINVAL, fmt, ap);
    va_end(ap);
    xd_err_prefix(err, "%s:%d:%d: ", at->file, at->line, at->col);
    return -EINVAL;
}

const char *xd_xml_attr(const struct xd_xml *e, const char *name)
{
    for (const struct xd_xml_attr *at = e->attrs; at; at = at->next)
        if (strcmp(at->name, name) == 0)
            return at->value;
    return NULL;
}

const struct xd_xml *xd_xml_child(const struct xd_xml *e, const char *name)
{
    for (const struct xd_xml *c = e->first; c; c = c->next)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}
