/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Topology screen: what of the machine is drawn, how close, and what its threads show. */
#ifndef XD_TUI_TOPO_SCREEN_H
#define XD_TUI_TOPO_SCREEN_H

#include "tui/app.h"
#include "tui/topo/diagram.h"

enum xd_topo_overlay {
    XD_TOPO_SHOW_RUNNING,  /* the domain whose vCPU runs there now, by a letter */
    XD_TOPO_SHOW_AFFINITY, /* where the chosen domain may run, and had better */
    XD_TOPO_SHOW_POOLS,
    XD_TOPO_SHOW_LOAD,
    XD_TOPO_SHOW_LINKS, /* what goes over the links of PCI, and how much of them that is */
    XD_TOPO_SHOW_NOTHING,
    XD_TOPO_OVERLAYS,
};
extern const char *const xd_topo_overlay_names[]; /* NULL-terminated */

/* What can be staged for the chosen domain at the place under the cursor. */
#define XD_TOPO_CHOICES 64
struct xd_topo_choice {
    char object[XD_KEY_MAX];
    const char *knob;
    char value[256];
};

struct xd_topo_screen {
    enum xd_diagram_view view;
    enum xd_topo_overlay overlay;
    char root[XD_KEY_MAX];   /* the thing that is looked at; "": the machine */
    char domain[XD_KEY_MAX]; /* UUID of the chosen one; "": the one under the Domains' cursor */

    /* Made of the tables, and made anew when they or the look change. */
    struct xd_topo *topo;
    const struct xd_table *table; /* of that tree */
    uint64_t generation;          /* and of the world */
    struct xd_diagram *diagram;
    struct xd_diagram_look look; /* that the diagram has */
    int top;                     /* its first line that shows */

    struct xd_topo_choice choices[XD_TOPO_CHOICES]; /* of the menu that was opened last */
    int n_choices;
};

struct xd_topo_screen *xd_topo_screen_new(void);
void xd_topo_screen_free(struct xd_topo_screen *t); /* NULL allowed */
bool xd_topo_is_screen(const struct xd_screen *s);

/* The thing under the cursor; NULL: there is none. */
const struct xd_topo_thing *xd_topo_under_cursor(const struct xd_app *a, const struct xd_screen *s);
/* Its tree as the tables are now; NULL: nothing is known of the machine yet. */
const struct xd_topo *xd_topo_now(const struct xd_app *a);
/* The row of the chosen domain, or NULL. */
const struct xd_row *xd_topo_domain(const struct xd_app *a);

/* --- what threads and links show (overlay.c, links.c) --- */

#define XD_TOPO_PCPUS 4096

/* What overlays are made of; any may be NULL. */
struct xd_topo_tables {
    const struct xd_table *domains, *vcpus, *pools, *pcpus, *pci, *traffic;
    const struct xd_row *domain; /* the chosen one */
};
void xd_topo_tables_of(const struct xd_app *a, struct xd_topo_tables *out);

/* --- who runs where just now (runs.c) --- */

struct xd_topo_run { /* a vCPU that runs */
    const struct xd_row *domain;
    unsigned cpu;
};
/* All of them on these pCPUs (NULL: on any), those of a domain together; they live in the arena. */
size_t xd_topo_runs_make(const struct xd_topo_tables *t, const struct xd_cpuset *on,
                         struct xd_arena *a, struct xd_topo_run **out);
/* The first one of this domain among n; where none is, another's, or n. */
size_t xd_topo_runs_of(const struct xd_topo_run *runs, size_t n, const struct xd_row *domain);
/* What goes on on these pCPUs: "27% busy  here now: web1, db1 x8"; nothing where nothing is known.
 */
void xd_topo_runs_tell(const struct xd_topo_tables *t, const struct xd_cpuset *cpus,
                       struct xd_buf *out);

/* The pane about the thing under the cursor (pane.c). */
void xd_topo_pane(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                  struct xd_canvas *c, struct xd_rect r);

struct xd_topo_load { /* of a link */
    const struct xd_topo_thing *thing;
    const char *text; /* "1.20 GB/s 31%" */
};

struct xd_topo_marks {
    struct xd_topo_tables of_host;
    enum xd_topo_overlay overlay;
    struct xd_arena arena;
    struct xd_diagram_mark *of; /* by pCPU */
    unsigned n;
    struct xd_topo_load *loads; /* by the things' addresses */
    size_t n_loads;
    struct xd_buf legend; /* "w web1  d db1" */
};
/* t: the tree that is drawn, which marks must not outlive; nor the tables. */
void xd_topo_marks_make(struct xd_topo_marks *m, const struct xd_topo *t,
                        const struct xd_topo_tables *tables, enum xd_topo_overlay overlay);
void xd_topo_marks_done(struct xd_topo_marks *m);
/* The part of it that links.c does. */
void xd_topo_loads_make(struct xd_topo_marks *m, const struct xd_topo *t);
/* Whether an overlay shows anything in that view; what shows nothing is nothing. */
bool xd_topo_overlay_fits(enum xd_topo_overlay overlay, enum xd_diagram_view view);
/* Asks marks from now on, as their overlay needs. */
void xd_topo_marks_look(const struct xd_topo_marks *m, struct xd_diagram_look *look);
/* For struct xd_diagram_look; ctx is the marks. */
bool xd_topo_mark_of(const void *ctx, const struct xd_topo_thing *thread,
                     struct xd_diagram_mark *out);
const char *xd_topo_note_of(const void *ctx, const struct xd_topo_thing *o);
const char *xd_topo_load_of(const void *ctx, const struct xd_topo_thing *o);
/* The domain that a PCI function is passed through to, "assignable", or NULL: the host's own. By
 * the table of that name, which may be NULL; where it says nothing, by the machine's. */
const char *xd_topo_use_of(const struct xd_table *pci, const struct xd_topo_thing *o);

/* --- commands --- */
int xd_cmd_topo_closer(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_topo_domain(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_topo_drawing(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_topo_farther(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_topo_goto(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_topo_overlay(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_topo_place(void *ctx, int argc, char **argv, struct xd_err *err);
enum xd_use xd_use_topo(const void *ctx); /* there is a drawing */
enum xd_use xd_use_topo_closer(const void *ctx);
enum xd_use xd_use_topo_domain(const void *ctx);
enum xd_use xd_use_topo_farther(const void *ctx);
enum xd_use xd_use_topo_place(const void *ctx);

#endif
