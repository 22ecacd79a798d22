/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine written for other eyes: as a text tree, JSON, a graph for dot, an SVG picture for a
 * report, or XML that hwloc's tools open. All are pure functions of a settled tree. */
#ifndef XD_TOPO_EXPORT_H
#define XD_TOPO_EXPORT_H

#include "base/str.h"
#include "topo/topo.h"

/* What to show. Machine, packages, dies and nodes are always there. */
enum xd_topo_part {
    XD_TOPO_PART_CPU = 1 << 0,    /* caches, cores, threads */
    XD_TOPO_PART_MEMORY = 1 << 1, /* arrays, DIMMs, distances */
    XD_TOPO_PART_PCI = 1 << 2,    /* from host bridges to the disks and NICs that hang on them */
    XD_TOPO_PART_ALL = 7,
};

/* Colours of pictures, 0xrrggbb. Boxes are filled with a hue thinned with the paper, so that ink
 * stays readable on them with dark paper as with light. */
enum xd_topo_colour {
    XD_TOPO_C_PAPER,
    XD_TOPO_C_INK,
    XD_TOPO_C_DIM, /* what matters less, and what is missing */
    XD_TOPO_C_LINE,
    XD_TOPO_C_CPU, /* packages, dies, cores, threads */
    XD_TOPO_C_CACHE,
    XD_TOPO_C_MEMORY,
    XD_TOPO_C_PCI,
    XD_TOPO_C_LEAF, /* disks, NICs, USB devices */
    XD_TOPO_C_GOOD, /* near; a link at its best */
    XD_TOPO_C_WARN, /* a link below what it could be; far */
    XD_TOPO_C_BAD,
    XD_TOPO_COLOURS_N,
};

struct xd_topo_style {
    const char *title; /* over a picture; NULL: the machine's name, or what is looked at */
    const struct xd_topo_thing *root; /* with all in it is what is looked at; NULL: the machine */
    unsigned parts;                   /* enum xd_topo_part, or'ed; 0: all */
    bool ascii;                       /* the text tree's branches */
    bool unfolded;                    /* each of equal siblings by itself, instead of one for all */
    int width; /* of the text tree in cells; longer lines are cut; 0: as long as they are */
    uint32_t colours[XD_TOPO_COLOURS_N];
};
/* All parts, folded, dark ink on white paper. */
extern const struct xd_topo_style xd_topo_style_print;

struct xd_topo_format {
    const char *name; /* "svg" */
    const char *help;
};
extern const struct xd_topo_format xd_topo_formats[]; /* a NULL name ends it */

/* Appends t to out in that format. style NULL: xd_topo_style_print. -EINVAL: there is no such
 * format (the sentence has those that there are), or it is of whole machines and there is a root
 * (hwloc's XML); -ENODATA: the format can't say what is known (of hwloc's XML: no CPUs). */
int xd_topo_export(const struct xd_topo *t, const char *format, const struct xd_topo_style *style,
                   struct xd_buf *out, struct xd_err *err);

/* What people call a thing: its label, else what kind and number say ("Core 3"), else its id. In
 * out[size]; returns out. */
char *xd_topo_called(const struct xd_topo_thing *o, char *out, size_t size);
/* The rest of what is known of it in a line: "32G  8.0G free  CPUs 0-15". Appends to out. */
void xd_topo_describe(const struct xd_topo_thing *o, struct xd_buf *out);

/* --- words and kinds that drawings share --- */

bool xd_topo_kind_is_pci(enum xd_thing_kind k); /* host bridges to virtual functions */
bool xd_topo_kind_is_cache(enum xd_thing_kind k);
bool xd_topo_kind_is_leaf(enum xd_thing_kind k); /* disks, NICs, USB devices */
bool xd_topo_kind_is_cpu(enum xd_thing_kind k);  /* caches, cores, threads */
/* A link that is slower or narrower than it could be. */
bool xd_topo_link_is_low(const struct xd_topo_thing *o);
/* "x4 16 GT/s"; "" where it has no link or nothing is known of it. Returns out. */
char *xd_topo_link_text(const struct xd_topo_thing *o, char *out, size_t size);
/* Bytes a second in decimal units, as links are sold: "7.88 GB/s". Returns out. */
char *xd_topo_rate_text(double bytes_s, char *out, size_t size);

#endif
