/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hwloc's XML, version 2, as lstopo and libhwloc write it (hwloc 2.9, doc/hwloc.doxy, "Importing
 * and exporting topologies from/to XML files", and its hwloc2.dtd). Read as a stream of events
 * (SAX2), as a large machine has a megabyte of it: what stands before a fault is kept, the fault is
 * told with line and column. Nothing is fetched, no DTD is read, and no entity of a document's own
 * is known. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "base/late.h"
#include "base/str.h"
#include "topo/hwloc_impl.h"

#define FUNCTIONS(F)                                                                               \
    F(xmlCreateMemoryParserCtxt)                                                                   \
    F(xmlCtxtUseOptions)                                                                           \
    F(xmlFreeDoc) F(xmlFreeParserCtxt) F(xmlParseDocument) F(xmlSAX2GetLineNumber) F(xmlStopParser)
XD_LATE_LIBRARY(libxml, XD_SONAME_XML, FUNCTIONS)

#define PATH    "xendeck/hwloc.xml"
#define DOC_MAX (64u << 20)

/* Of each attribute SAX2 gives five pointers: name, prefix, URI, value, its end. */
enum { ATTRIBUTE_NAME, ATTRIBUTE_VALUE = 3, ATTRIBUTE_END, ATTRIBUTE };

/* --- troubles --- */

static void on_error(void *ctx, xmlErrorPtr e)
{
    struct xd_hwloc *r = ctx;
    char text[256];

    if (r->failed || e->level < XML_ERR_ERROR)
        return;
    r->failed = true;
    snprintf(text, sizeof(text), "%s", e->message ? e->message : "is no XML");
    text[strcspn(text, "\n")] = '\0';
    xd_topo_trouble(r->t, XD_TOPO_BY_HWLOC, "hwloc.xml, line %d, column %d: %s", e->line, e->int2,
                    text);
}

/* Where on its line a value stands, from 1; the stream itself has read on already. */
static size_t column_of(const struct xd_hwloc *r, long line, const char *value)
{
    const char *at = r->document, *end, *found;

    for (; line > 1 && at && (at = strchr(at, '\n')); line--)
        at++;
    end = at ? at + strcspn(at, "\n") : NULL;
    found = at ? memmem(at, (size_t)(end - at), value, strlen(value)) : NULL;
    return found ? (size_t)(found - at) + 1 : 1;
}

void xd_hwloc_complain(struct xd_hwloc *r, const char *what, const char *value)
{
    long line;

    if (r->wrong++)
        return;
    line = libxml.xmlSAX2GetLineNumber(r->xml);
    xd_topo_trouble(r->t, XD_TOPO_BY_HWLOC, "hwloc.xml, line %ld, column %zu: %s \"%.60s\"", line,
                    column_of(r, line, value), what, value);
}

/* --- attributes --- */

const char *xd_hwloc_attribute(struct xd_hwloc *r, const char *name)
{
    for (int i = 0; i < r->n_attributes; i++) {
        const xmlChar *const *at = &r->attributes[i * ATTRIBUTE];

        if (strcmp((const char *)at[ATTRIBUTE_NAME], name) == 0)
            return xd_arena_strndup(&r->words, (const char *)at[ATTRIBUTE_VALUE],
                                    (size_t)(at[ATTRIBUTE_END] - at[ATTRIBUTE_VALUE]));
    }
    return NULL;
}

bool xd_hwloc_number(struct xd_hwloc *r, const char *name, uint64_t *out)
{
    const char *text = xd_hwloc_attribute(r, name);

    if (!text)
        return false;
    if (xd_parse_u64(text, out) == 0)
        return true;
    if (strcmp(text, "-1") != 0) /* what isn't known */
        xd_hwloc_complain(r, name, text);
    return false;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One word of 32 bits, "0x" before it or not; false: it is none. *end: what stands behind it. */
static bool parse_word(const char *text, uint32_t *out, const char **end)
{
    const char *digits = text[0] == '0' && (text[1] | 0x20) == 'x' ? text + 2 : text;
    unsigned n = 0;

    for (*out = 0; hex_digit(digits[n]) >= 0; n++)
        *out = *out << 4 | (uint32_t)hex_digit(digits[n]);
    *end = digits + n;
    return (n > 0 || digits == text) && n <= 8 && (**end == ',' || **end == '\0');
}

/* "0x00000001,0x80000003": words of 32 bits, the highest first; a word of zero may be empty. */
static bool parse_set(const char *text, struct xd_cpuset *out)
{
    size_t words = 1, at;
    uint32_t word;

    for (const char *p = text; *p; p++)
        words += *p == ',';
    xd_cpuset_zero(out);
    for (at = words; at-- > 0; text += *text == ',') {
        if (!parse_word(text, &word, &text))
            return false;
        for (; word; word &= word - 1) /* beyond the largest CPU: ignored */
            if (at < XD_CPUSET_MAX / 32)
                xd_cpuset_add(out, (unsigned)(at * 32) + (unsigned)__builtin_ctz(word));
    }
    return true;
}

bool xd_hwloc_parse_set(struct xd_hwloc *r, const char *name, const char *text,
                        struct xd_cpuset *out)
{
    if (parse_set(text, out))
        return true;
    xd_hwloc_complain(r, name, text);
    return false;
}

bool xd_hwloc_set(struct xd_hwloc *r, const char *name, struct xd_cpuset *out)
{
    const char *text = xd_hwloc_attribute(r, name);

    return text && xd_hwloc_parse_set(r, name, text, out);
}

/* --- distances: <distances2 type="NUMANode" indexing="os"> with lists of numbers --- */

enum { MEANS_LATENCY = 4 }; /* of kind; else it is bandwidth */

static void begin_distances(struct xd_hwloc *r)
{
    const char *type = xd_hwloc_attribute(r, "type"), *indexing = xd_hwloc_attribute(r, "indexing");
    uint64_t kind = 0;

    r->n_indexes = r->n_values = 0;
    r->distances = r->cpus && xd_streq(type, "NUMANode") && xd_streq(indexing, "os") &&
                   xd_hwloc_number(r, "kind", &kind) && kind & MEANS_LATENCY;
}

static void add_numbers(struct xd_hwloc *r, const char *text)
{
    bool indexes = r->list == XD_HWLOC_INDEXES;
    uint64_t **list = indexes ? &r->indexes : &r->values;
    size_t *n = indexes ? &r->n_indexes : &r->n_values;

    while (text[strspn(text, " \t\r\n")]) {
        char *end;
        unsigned long long v = strtoull(text, &end, 10);

        if (end == text) {
            xd_hwloc_complain(r, "wanted numbers, found", text);
            return;
        }
        *list = xd_arena_grow(&r->scratch, *n ? *list : NULL, *n, sizeof(**list));
        (*list)[(*n)++] = v;
        text = end;
    }
}

static void end_distances(struct xd_hwloc *r)
{
    size_t n = r->n_indexes;

    if (r->distances && n && n <= XD_CPUSET_MAX && r->n_values == n * n)
        for (size_t i = 0; i < n * n; i++) {
            uint64_t from = r->indexes[i / n], to = r->indexes[i % n];

            if (from < XD_CPUSET_MAX && to < XD_CPUSET_MAX && r->values[i] <= UINT32_MAX)
                xd_topo_distance(r->t, &(struct xd_topo_distance){.from = (unsigned)from,
                                                                  .to = (unsigned)to,
                                                                  .source = XD_TOPO_BY_HWLOC,
                                                                  .value = (unsigned)r->values[i],
                                                                  .latency_ns = NAN,
                                                                  .bytes_s = NAN});
        }
    r->distances = false;
}

/* --- the stream --- */

static void begin_element(struct xd_hwloc *r, const char *name)
{
    if (strcmp(name, "object") == 0)
        xd_hwloc_begin_object(r);
    else if (strcmp(name, "info") == 0)
        xd_hwloc_info(r);
    else if (strcmp(name, "distances2") == 0)
        begin_distances(r);
    else if (strcmp(name, "indexes") == 0)
        r->list = XD_HWLOC_INDEXES;
    else if (strcmp(name, "u64values") == 0)
        r->list = XD_HWLOC_VALUES;
}

static void end_element(struct xd_hwloc *r, const char *name)
{
    if (r->text.len)
        add_numbers(r, r->text.s);
    xd_buf_clear(&r->text);
    r->list = XD_HWLOC_NO_LIST;
    if (strcmp(name, "object") == 0)
        xd_hwloc_end_object(r);
    else if (strcmp(name, "distances2") == 0)
        end_distances(r);
}

/* --- what the parser calls --- */

static bool is_topology(struct xd_hwloc *r, const char *name)
{
    const char *version = xd_hwloc_attribute(r, "version");

    if (strcmp(name, "topology") == 0 && version && xd_str_starts(version, "2."))
        return true;
    if (r->xml->input->cur >= r->xml->input->end) /* cut in this tag: told as that */
        return true;
    xd_topo_trouble(r->t, XD_TOPO_BY_HWLOC,
                    "hwloc.xml, line 1: wanted a topology of version 2, found %s%s: "
                    "lstopo of hwloc 2 makes one of older files",
                    name, version ? " of another version" : " without a version");
    return false;
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int n_namespaces, const xmlChar **namespaces, int n_attributes,
                     int n_defaulted, const xmlChar **attributes)
{
    struct xd_hwloc *r = ctx;

    xd_arena_done(&r->words);
    r->attributes = attributes;
    r->n_attributes = n_attributes;
    if (r->open++ == 0 && !is_topology(r, (const char *)name)) {
        r->failed = true; /* and no fault of what follows is told */
        libxml.xmlStopParser(r->xml);
    } else if (r->open > 1) {
        begin_element(r, (const char *)name);
    }
    r->n_attributes = 0;
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct xd_hwloc *r = ctx;

    r->open--;
    end_element(r, (const char *)name);
}

/* Long text comes in pieces: a list is read once it has ended. */
static void on_text(void *ctx, const xmlChar *text, int len)
{
    struct xd_hwloc *r = ctx;

    if (r->distances && r->list != XD_HWLOC_NO_LIST)
        xd_buf_addn(&r->text, (const char *)text, (size_t)len);
}

static void read_stream(struct xd_hwloc *r, const char *text, size_t size)
{
    static const xmlSAXHandler events = {.initialized = XML_SAX2_MAGIC,
                                         .startElementNs = on_start,
                                         .endElementNs = on_end,
                                         .characters = on_text,
                                         .serror = on_error};

    r->document = text;
    r->xml = libxml.xmlCreateMemoryParserCtxt(text, (int)size);
    if (!r->xml) {
        xd_topo_trouble(r->t, XD_TOPO_BY_HWLOC, "hwloc.xml: there is nothing in it");
        return;
    }
    *r->xml->sax = events;
    r->xml->userData = r;
    /* NOENT: "&amp;" is given as "&"; entities of the document's own are never stored. */
    libxml.xmlCtxtUseOptions(r->xml, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_BIG_LINES);
    libxml.xmlParseDocument(r->xml);
    while (r->depth)
        xd_hwloc_end_object(r);
    if (r->wrong > 1)
        xd_topo_trouble(r->t, XD_TOPO_BY_HWLOC, "hwloc.xml: %u more values make no sense",
                        r->wrong - 1);
    libxml.xmlFreeDoc(r->xml->myDoc);
    libxml.xmlFreeParserCtxt(r->xml);
    xd_buf_done(&r->text);
}

void xd_topo_read_hwloc(struct xd_topo *t, const struct xd_files *f, bool cpus)
{
    struct xd_hwloc r = {.t = t, .cpus = cpus};
    struct xd_err err = XD_ERR_INIT;
    size_t size;
    char *text;

    if (!xd_files_is(f, PATH))
        return;
    xd_arena_init(&r.scratch);
    if (XD_LATE_LOAD(libxml, &err) < 0 ||
        xd_files_read(f, PATH, DOC_MAX, &r.scratch, &text, &size, &err) < 0)
        xd_topo_trouble(t, XD_TOPO_BY_HWLOC, "%s", err.text);
    else
        read_stream(&r, text, size);
    xd_arena_done(&r.words);
    xd_arena_done(&r.scratch);
}
