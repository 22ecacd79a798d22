/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine as a tree of things, each with the facts that sources told of it. Sources (files of
 * sysfs, SMBIOS, ACPI, Xen's own words …) add things and facts in any order; settling makes one
 * tree of them: the source of highest rank wins, and who was overruled is kept. The tables of
 * model/tables_topology.h are its lasting form; a tree can be made of them again, so that drawings
 * and exports serve a live host, a recorded one and a capture alike. Pure code. */
#ifndef XD_TOPO_TOPO_H
#define XD_TOPO_TOPO_H

#include "base/arena.h"
#include "base/files.h"
#include "model/tables_topology.h"

/* Who says it, best first. Names in xd_topo_source_names. */
enum xd_topo_source {
    XD_TOPO_BY_XEN,   /* libxl: the host's truth about CPUs, nodes and PCI's nearness */
    XD_TOPO_BY_CPUID, /* leaves as the hardware has them */
    XD_TOPO_BY_PCI,   /* configuration space */
    XD_TOPO_BY_SYSFS, /* Linux */
    XD_TOPO_BY_HWLOC, /* an XML file of hwloc */
    XD_TOPO_BY_ACPI,
    XD_TOPO_BY_SMBIOS,
    XD_TOPO_BY_PCIIDS, /* names from the list of PCI ids */
    XD_TOPO_BY_US,     /* what follows from the rest */
    XD_TOPO_SOURCES_N,
};
extern const char *const xd_topo_source_names[];

struct xd_topo_fact {
    uint8_t col;    /* enum xd_topo_col */
    uint8_t source; /* enum xd_topo_source */
    uint8_t use;    /* enum xd_topo_use, once settled */
    struct xd_value value;
};

struct xd_topo_thing {
    enum xd_thing_kind kind;
    const char *id;
    struct xd_topo_thing *parent, *child, *last, *next; /* children in the order of settling */
    struct xd_topo_fact *facts; /* sorted by column, then by rank, once settled */
    size_t n_facts;
    const char *parent_id; /* as told; NULL: by its CPUs or, of a bus, by its bridge */
    size_t depth;          /* machine: 0; once settled */
    void *user;            /* for whoever draws the tree */
};

struct xd_topo_distance {
    unsigned from, to;
    enum xd_topo_source source;
    unsigned value;             /* 10: home; 0: unknown */
    double latency_ns, bytes_s; /* NAN: unknown */
};

struct xd_topo_advice {
    struct xd_topo_thing *thing;
    const char *check, *text, *remedy, *cite;
    enum xd_topo_gravity gravity;
};

/* A source that could not be read, or only in part: what, where and how that shows. */
struct xd_topo_trouble {
    enum xd_topo_source source;
    const char *text;
};

struct xd_topo {
    struct xd_arena arena; /* all below lives in it */
    struct xd_topo_thing *machine;
    struct xd_topo_thing *
        *things; /* all; the machine first; in the order of the tree once settled */
    size_t n_things;
    struct xd_topo_distance *distances;
    size_t n_distances;
    struct xd_topo_advice *advice;
    size_t n_advice;
    struct xd_topo_trouble *troubles;
    size_t n_troubles;
    struct xd_topo_index *index;      /* by id */
    const struct xd_cpuset *last_set; /* that was told */
};

struct xd_topo *xd_topo_new(void);
void xd_topo_free(struct xd_topo *t); /* NULL allowed */

/* The thing of that id, made where there is none. parent: an id, which need not be there yet; NULL:
 * settling finds it. ids are copied. */
struct xd_topo_thing *xd_topo_thing(struct xd_topo *t, enum xd_thing_kind kind, const char *parent,
                                    const char *id_fmt, ...) XD_PRINTF(4, 5);
struct xd_topo_thing *xd_topo_find(const struct xd_topo *t, const char *id); /* or NULL */

/* Tells a fact; values are copied, text made safe. NULL, and a value that isn't known, tell
 * nothing. A second one of the same source replaces the first. The column's type must fit. */
void xd_topo_tell(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                  enum xd_topo_source by, const struct xd_value *v);
void xd_topo_tell_u64(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                      enum xd_topo_source by, uint64_t v);
void xd_topo_tell_f64(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                      enum xd_topo_source by, double v); /* not finite: nothing */
void xd_topo_tell_bool(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                       enum xd_topo_source by, bool v);
void xd_topo_tell_str(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                      enum xd_topo_source by, const char *v); /* NULL, "": nothing */
void xd_topo_tell_set(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                      enum xd_topo_source by, const struct xd_cpuset *v);
void xd_topo_trouble(struct xd_topo *t, enum xd_topo_source by, const char *fmt, ...)
    XD_PRINTF(3, 4);
void xd_topo_distance(struct xd_topo *t, const struct xd_topo_distance *d);
void xd_topo_advise(struct xd_topo *t, const struct xd_topo_advice *a); /* strings are copied */

/* What the best source said of a pair of nodes; 0: nothing. */
unsigned xd_topo_distance_of(const struct xd_topo *t, uint64_t from, uint64_t to);
/* What is held to be true: the fact of the best source, unknown where nobody told. */
struct xd_value xd_topo_value(const struct xd_topo_thing *o, enum xd_topo_col col);
uint64_t xd_topo_u64(const struct xd_topo_thing *o, enum xd_topo_col col, uint64_t unknown);
double xd_topo_f64(const struct xd_topo_thing *o, enum xd_topo_col col, double unknown);
bool xd_topo_bool(const struct xd_topo_thing *o, enum xd_topo_col col, bool unknown);
const char *xd_topo_str(const struct xd_topo_thing *o, enum xd_topo_col col, const char *unknown);
const struct xd_cpuset *xd_topo_set(const struct xd_topo_thing *o,
                                    enum xd_topo_col col); /* or NULL */

/* The next one of a walk through all below (and with) `top`: each before its children. NULL: the
 * end. Start with at == NULL. */
struct xd_topo_thing *xd_topo_walk(struct xd_topo_thing *top, struct xd_topo_thing *at);

/* Makes the tree, decides between sources, works out what follows (labels, throughput of links and
 * what limits a device, the nodes of devices by their bridges). To be called once, after all
 * sources and before anything is read. */
void xd_topo_settle(struct xd_topo *t);

/* The tables, from a settled tree; and a tree from the tables (settled, without distances' and
 * facts' sources where `facts` is NULL; any table but the first may be NULL). Rows that make no
 * sense (a circle of parents, an unknown kind) become children of the machine or are left out. */
void xd_topo_put(const struct xd_topo *t, struct xd_builder *b, int64_t at_ns);
/* One of them: &xd_topology_desc, &xd_facts_desc … */
void xd_topo_put_table(const struct xd_topo *t, const struct xd_table_desc *d, struct xd_builder *b,
                       int64_t at_ns);
struct xd_topo *xd_topo_from(const struct xd_table *topology, const struct xd_table *distances,
                             const struct xd_table *advice);

/* Reads all that is found in a tree of files, each source by itself: one that is broken leaves a
 * trouble and nothing else is lost. Settled, with advice (advice.h) on what needs no more than the
 * machine. What it looks for: sys/ and proc/ as Linux has them;
 * xendeck/xen.json (core/topo/xen.h), xendeck/hwloc.xml, xendeck/lspci.txt. */
struct xd_topo *xd_topo_read(const struct xd_files *files);

#endif
