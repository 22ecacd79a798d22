/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hwloc's XML, version 2, as lstopo and libhwloc write it (hwloc 2.9, doc/hwloc.doxy, "Importing
 * and exporting topologies from/to XML files", and its hwloc2.dtd). Read as a stream: what stands
 * before a fault is kept, the fault is told with line and column. Nothing is fetched and no DTD is
 * read. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlreader.h>

#include "base/str.h"
#include "topo/hwloc_impl.h"

#define PATH    "xendeck/hwloc.xml"
#define DOC_MAX (64u << 20)

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
    const char *at = r->text, *end, *found;

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
    line = xmlGetLineNo(xmlTextReaderCurrentNode(r->xml));
    xd_topo_trouble(r->t, XD_TOPO_BY_HWLOC, "hwloc.xml, line %ld, column %zu: %s \"%.60s\"", line,
                    column_of(r, line, value), what, value);
}

/* --- attributes --- */

const char *xd_hwloc_attribute(struct xd_hwloc *r, const char *name)
{
    xmlChar *v = xmlTextReaderGetAttribute(r->xml, (const xmlChar *)name);
    const char *out = v ? xd_arena_strdup(&r->scratch, (const char *)v) : NULL;

    xmlFree(v);
    return out;
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

/* "0x00000001,0x80000003": words of 32 bits, the highest first; a word of zero may be empty. */
static bool parse_set(const char *text, struct xd_cpuset *out)
{
    size_t words = 1, at;

    for (const char *p = text; *p; p++)
        words += *p == ',';
    xd_cpuset_zero(out);
    for (at = words; at-- > 0; text += *text == ',') {
        size_t len = strcspn(text, ",");
        unsigned long long word = 0;
        char *end = (char *)text;

        if (len > 10 || strspn(text, "0123456789abcdefABCDEFx") < len)
            return false;
        if (len)
            word = strtoull(text, &end, 16);
        if (end != text + len || word > UINT32_MAX)
            return false;
        for (unsigned bit = 0; bit < 32 && word >> bit; bit++)
            if (word >> bit & 1)
                xd_cpuset_add(out, (unsigned)(at < XD_CPUSET_MAX ? at * 32 + bit : XD_CPUSET_MAX));
        text = end;
    }
    return true;
}

bool xd_hwloc_set(struct xd_hwloc *r, const char *name, struct xd_cpuset *out)
{
    const char *text = xd_hwloc_attribute(r, name);

    if (!text)
        return false;
    if (parse_set(text, out))
        return true;
    xd_hwloc_complain(r, name, text);
    return false;
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
    r->list = XD_HWLOC_NO_LIST;
    if (strcmp(name, "object") == 0)
        xd_hwloc_end_object(r);
    else if (strcmp(name, "distances2") == 0)
        end_distances(r);
}

/* False: it isn't what we read. */
static bool take_node(struct xd_hwloc *r)
{
    const char *name = (const char *)xmlTextReaderConstName(r->xml);
    const char *text = (const char *)xmlTextReaderConstValue(r->xml);
    bool empty = xmlTextReaderIsEmptyElement(r->xml) == 1;

    switch (xmlTextReaderNodeType(r->xml)) {
    case XML_READER_TYPE_ELEMENT:
        if (xmlTextReaderDepth(r->xml) == 0) {
            const char *version = xd_hwloc_attribute(r, "version");

            if (strcmp(name, "topology") == 0 && version && xd_str_starts(version, "2."))
                return true;
            xd_topo_trouble(r->t, XD_TOPO_BY_HWLOC,
                            "hwloc.xml, line 1: wanted a topology of version 2, found %s%s: "
                            "lstopo of hwloc 2 makes one of older files",
                            name, version ? " of another version" : " without a version");
            return false;
        }
        begin_element(r, name);
        if (empty)
            end_element(r, name);
        return true;
    case XML_READER_TYPE_END_ELEMENT:
        end_element(r, name);
        return true;
    case XML_READER_TYPE_TEXT:
        if (r->distances && r->list != XD_HWLOC_NO_LIST)
            add_numbers(r, text);
        return true;
    default:
        return true;
    }
}

static void read_stream(struct xd_hwloc *r, const char *text, size_t size)
{
    r->xml = xmlReaderForMemory(text, (int)size, NULL, NULL, XML_PARSE_NONET | XML_PARSE_BIG_LINES);
    r->text = text;
    if (!r->xml) {
        xd_topo_trouble(r->t, XD_TOPO_BY_HWLOC, "hwloc.xml: out of memory");
        return;
    }
    xmlTextReaderSetStructuredErrorHandler(r->xml, on_error, r);
    while (xmlTextReaderRead(r->xml) == 1 && take_node(r))
        ;
    while (r->depth)
        xd_hwloc_end_object(r);
    if (r->wrong > 1)
        xd_topo_trouble(r->t, XD_TOPO_BY_HWLOC, "hwloc.xml: %u more values make no sense",
                        r->wrong - 1);
    xmlFreeTextReader(r->xml);
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
    if (xd_files_read(f, PATH, DOC_MAX, &r.scratch, &text, &size, &err) < 0)
        xd_topo_trouble(t, XD_TOPO_BY_HWLOC, "%s", err.text);
    else
        read_stream(&r, text, size);
    xd_arena_done(&r.scratch);
}
