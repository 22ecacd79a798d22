/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that read hwloc's XML: the stream (read_hwloc.c) and its objects. */
#ifndef XD_TOPO_HWLOC_IMPL_H
#define XD_TOPO_HWLOC_IMPL_H

#include "base/str.h"
#include "topo/read_impl.h"

struct _xmlParserCtxt;

#define XD_HWLOC_DEPTH_MAX 256 /* libxml2 reads no deeper */

struct xd_hwloc {
    struct xd_topo *t;
    bool cpus; /* CPUs, caches and nodes are wanted */
    struct xd_arena scratch;
    struct xd_arena words; /* of the element that begins */
    struct _xmlParserCtxt *xml;
    const unsigned char **attributes; /* of the element that begins, as SAX has them */
    int n_attributes;
    unsigned open;        /* elements */
    const char *document; /* all of it */
    bool failed;          /* no well-formed XML from here on */
    unsigned wrong;       /* values that make no sense; the first one was told */

    struct xd_hwloc_object {
        const void *kind;            /* what is known of its type; NULL: nothing */
        struct xd_topo_thing *thing; /* NULL: none is made of it */
        const char *pci;             /* id of the nearest thing of PCI: its own, or above */
        const char *nodeset;         /* its own, or that above; in scratch */
    } stack[XD_HWLOC_DEPTH_MAX];
    size_t depth;

    bool distances; /* of nodes, being read */
    enum { XD_HWLOC_NO_LIST, XD_HWLOC_INDEXES, XD_HWLOC_VALUES } list;
    struct xd_buf text; /* of the list so far */
    uint64_t *indexes, *values;
    size_t n_indexes, n_values;
};

/* Attributes of the element that begins; they live until the next one does. */
const char *xd_hwloc_attribute(struct xd_hwloc *r, const char *name); /* or NULL */
bool xd_hwloc_number(struct xd_hwloc *r, const char *name, uint64_t *out);
bool xd_hwloc_set(struct xd_hwloc *r, const char *name, struct xd_cpuset *out);
/* The set that text is; `name` is for complaints. */
bool xd_hwloc_parse_set(struct xd_hwloc *r, const char *name, const char *text,
                        struct xd_cpuset *out);
/* A trouble with line and column; only the first of a file is told, the rest is counted. */
void xd_hwloc_complain(struct xd_hwloc *r, const char *what, const char *value);

void xd_hwloc_begin_object(struct xd_hwloc *r);
void xd_hwloc_info(struct xd_hwloc *r); /* <info> of the innermost object */
void xd_hwloc_end_object(struct xd_hwloc *r);

#endif
