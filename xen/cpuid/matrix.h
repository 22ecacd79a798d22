/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matrix: features of a processor as lines; what the hardware has, what Xen makes of it and
 * what each guest sees as columns. And why a feature is off there: where on the way from the
 * hardware to the guest it was lost, to what, and what would bring it back.
 *
 *   raw      what the processor has
 *   host     what Xen uses: less what its command line and its workarounds switch off
 *   max      what guests of a side (PV, HVM) can have at most
 *   default  what they have unasked
 *   domain   what one has
 *
 * as xen/arch/x86/cpu-policy.c of Xen 4.17 makes them of one another, and libxl a domain's. */
#ifndef XD_CPUID_MATRIX_H
#define XD_CPUID_MATRIX_H

#include "base/arena.h"
#include "base/err.h"
#include "xen/cpuid/db.h"

enum xd_cpuid_layer {
    XD_CPUID_LAYER_RAW,
    XD_CPUID_LAYER_HOST,
    XD_CPUID_LAYER_MAX,
    XD_CPUID_LAYER_DEFAULT,
    XD_CPUID_LAYER_DOMAIN,
    XD_CPUID_LAYER_OTHER, /* a set alone, of which it isn't known how it came about */
};

enum xd_cpuid_side { XD_CPUID_SIDE_ANY, XD_CPUID_SIDE_PV, XD_CPUID_SIDE_HVM };

struct xd_cpuid_column {
    const char *name;    /* "HVM max", "web1"; made safe when it is added */
    const char *machine; /* whose it is; NULL: this host */
    enum xd_cpuid_layer layer;
    enum xd_cpuid_side side;
    bool dom0; /* the domain that Xen starts: no configuration file has its policy */
    struct xd_cpuid_set set;
    const char *options; /* host: Xen's command line, where it is known */
    const char *key;     /* the caller's own; may be NULL */
    int parent;          /* what it was made from, or -1; found by xd_cpuid_matrix_add */
};

struct xd_cpuid_matrix {
    const struct xd_cpuid_db *db;
    struct xd_arena arena;
    struct xd_cpuid_column *column;
    int n;
};

#define XD_CPUID_COLUMNS_MAX 8192

/* Needs the db as long as it lives. */
void xd_cpuid_matrix_init(struct xd_cpuid_matrix *m, const struct xd_cpuid_db *db);
void xd_cpuid_matrix_done(struct xd_cpuid_matrix *m);
/* Copies the column; its strings too. A machine's columns are added in the order of their layers:
 * a parent stands before what is made from it. Returns its place, or -E2BIG. */
int xd_cpuid_matrix_add(struct xd_cpuid_matrix *m, const struct xd_cpuid_column *c,
                        struct xd_err *err);
/* A set of another machine by its label ("Raw", "HVM Max", "Domain 3" of xen-cpuid -p; anything
 * else is a set alone). */
void xd_cpuid_column_of_label(const char *label, struct xd_cpuid_column *out);

/* --- cells --- */

enum xd_cpuid_cell {
    XD_CPUID_CELL_UNKNOWN,
    XD_CPUID_CELL_OFF,    /* and so it is in what it was made from */
    XD_CPUID_CELL_LOST,   /* off here first */
    XD_CPUID_CELL_ON,     /* and so it is in what it was made from */
    XD_CPUID_CELL_GAINED, /* on, though it is off there */
    XD_CPUID_CELLS
};

enum xd_cpuid_cell xd_cpuid_matrix_cell(const struct xd_cpuid_matrix *m, int bit, int column);
static inline bool xd_cpuid_cell_on(enum xd_cpuid_cell c)
{
    return c == XD_CPUID_CELL_ON || c == XD_CPUID_CELL_GAINED;
}
const char *xd_cpuid_cell_name(enum xd_cpuid_cell c); /* "unknown", "off", "lost", "on", "gained" */

/* --- lines --- */

enum xd_cpuid_rows {
    XD_CPUID_ROWS_USED,      /* features that one of the columns has */
    XD_CPUID_ROWS_DIFFERENT, /* in which two differ, of those that tell */
    XD_CPUID_ROWS_ALL,       /* all that have a name, too */
    XD_CPUID_ROWS
};
extern const char *const xd_cpuid_rows_names[]; /* "used", "different", "all"; NULL ends */

#define XD_CPUID_GROUPS_MAX 64

struct xd_cpuid_line {
    int bit;   /* -1: the heading of the group */
    int group; /* its place among the groups; the last is of bits without a name */
};

struct xd_cpuid_lines {
    struct xd_cpuid_line *line; /* on the heap */
    size_t n, cap;
    size_t features;                /* lines that are no heading, and those in folded groups */
    size_t hidden;                  /* features that the search finds and `rows` leaves out */
    size_t of[XD_CPUID_GROUPS_MAX]; /* features of each group */
};

struct xd_cpuid_wish {
    const int *columns; /* that are looked at: places in the matrix */
    size_t n;
    enum xd_cpuid_rows rows;
    const char *search; /* words, all of which a feature has to match; NULL, "": all features */
    uint64_t folded;    /* groups of which only the heading is wanted */
    bool flat;          /* no headings */
};

/* Fills *out, which is zeroed or was filled before, in the order of groups and bits. */
void xd_cpuid_matrix_lines(const struct xd_cpuid_matrix *m, const struct xd_cpuid_wish *wish,
                           struct xd_cpuid_lines *out);
void xd_cpuid_lines_done(struct xd_cpuid_lines *l);
/* The title of a line's group. */
const char *xd_cpuid_group_title(const struct xd_cpuid_db *db, int group);
/* Takes out of *s what doesn't match all words of `search`: one of its names, its group's title or
 * its sentence has to contain the word; the case of letters and '_', '-', '.' don't matter. A word
 * with * or ? is a pattern for the whole of a name. */
void xd_cpuid_search(const struct xd_cpuid_db *db, const char *search, struct xd_featureset *s);

/* --- why --- */

enum xd_cpuid_cause {
    XD_CPUID_CAUSE_ON,
    XD_CPUID_CAUSE_GIVEN, /* Xen offers it although the processor hasn't got it */
    XD_CPUID_CAUSE_ASKED, /* the domain's policy asks for it */
    XD_CPUID_CAUSE_UNKNOWN,
    XD_CPUID_CAUSE_HARDWARE,  /* the processor hasn't got it */
    XD_CPUID_CAUSE_MICROCODE, /* hasn't got it yet */
    XD_CPUID_CAUSE_FIRMWARE,  /* may have it switched off in its setup */
    XD_CPUID_CAUSE_TSX,
    XD_CPUID_CAUSE_OS,      /* the running system hasn't switched it on */
    XD_CPUID_CAUSE_INTACT,  /* it would say that something is lost, and nothing is */
    XD_CPUID_CAUSE_OPTION,  /* Xen's command line */
    XD_CPUID_CAUSE_XEN,     /* Xen, by a workaround or by an option that we don't see */
    XD_CPUID_CAUSE_UNAWARE, /* this Xen doesn't know it */
    XD_CPUID_CAUSE_HIDDEN,  /* Xen keeps it for itself */
    XD_CPUID_CAUSE_SIDE,    /* guests of the other kind can have it */
    XD_CPUID_CAUSE_UNASKED, /* off by default */
    XD_CPUID_CAUSE_LAYOUT,  /* the toolstack sets it to match the guest's vCPUs */
    XD_CPUID_CAUSE_SETTING, /* follows another line of the domain's configuration */
    XD_CPUID_CAUSE_POLICY,  /* the domain's own policy */
    XD_CPUID_CAUSE_NEEDS,   /* something that it needs is off */
    XD_CPUID_CAUSES
};
/* "hardware", "command line" …: a word or two. */
const char *xd_cpuid_cause_name(enum xd_cpuid_cause c);

struct xd_cpuid_why {
    enum xd_cpuid_cell cell;
    enum xd_cpuid_cause cause;
    int lost_in;        /* off: the column in which it was lost; else -1 */
    int because;        /* NEEDS: the bit that is off; else -1 */
    const char *text;   /* a sentence */
    const char *remedy; /* a sentence; NULL: nothing is to be done */
};

/* Why a cell is as it is. Texts live in the arena. */
void xd_cpuid_matrix_why(const struct xd_cpuid_matrix *m, int bit, int column, struct xd_arena *a,
                         struct xd_cpuid_why *out);

/* Columns of which the same is true. */
struct xd_cpuid_reasons {
    struct xd_cpuid_why why; /* of the first; `cell` and `lost_in` may differ in the others */
    int *columns;
    size_t n;
};
/* Why the feature is as it is in each of columns[n], each reason once, in the order in which they
 * are met. Returns how many; all in the arena. */
size_t xd_cpuid_matrix_reasons(const struct xd_cpuid_matrix *m, int bit, const int *columns,
                               size_t n, struct xd_arena *a, struct xd_cpuid_reasons **out);

/* What of Xen's command line switches a feature off, or NULL: "cpuid=no-avx512f", "xsave=0". In
 * the arena. docs/misc/xen-command-line.pandoc of Xen 4.17. */
const char *xd_cpuid_option_against(const struct xd_cpuid_db *db, const char *options, int bit,
                                    struct xd_arena *a);
/* What such an option would be called for that feature, for one who looks for it; never NULL. */
const char *xd_cpuid_option_of(const struct xd_cpuid_db *db, int bit, struct xd_arena *a);

#endif
