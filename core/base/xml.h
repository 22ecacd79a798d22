/* SPDX-License-Identifier: GPL-2.0-or-later */
/* XML as programs such as libvirt write it, into a tree that knows where each element stands:
 * elements, attributes, text. libxml2 reads it. What
 * can hurt (document types and with them entities of one's own) is refused, and so are more than 64
 * levels, a million nodes, and files over 16 MiB; each with its place. Namespaces are part of the
 * names. Strings are not made safe: xd_str_safe where they are shown. */
#ifndef XD_BASE_XML_H
#define XD_BASE_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

#define XD_XML_MAX_BYTES (16 << 20)
#define XD_XML_MAX_NODES 1000000 /* attributes count too */
#define XD_XML_MAX_DEPTH 64

struct xd_xml_attr {
    const char *name, *value;
    struct xd_xml_attr *next;
};

struct xd_xml {
    const char *file; /* the name given to the parser */
    int line, col;    /* from 1, in bytes: of its '<' */
    const char *name;
    struct xd_xml_attr *attrs;   /* in their order */
    const char *text;            /* all text directly within it, joined and trimmed; "" for none */
    struct xd_xml *first, *next; /* children, in their order */
};

/* The root element. Everything lives in the arena. */
int xd_xml_parse(const char *file, const char *text, size_t len, struct xd_arena *a,
                 struct xd_xml **out, struct xd_err *err);
/* "FILE:LINE:COL: sentence"; -EINVAL. */
int xd_xml_error(const struct xd_xml *at, struct xd_err *err, const char *fmt, ...) XD_PRINTF(3, 4);
const char *xd_xml_attr(const struct xd_xml *e, const char *name); /* or NULL */
const struct xd_xml *xd_xml_child(const struct xd_xml *e,
                                  const char *name); /* the first, or NULL */

#endif
