/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Power screen: the host, its sockets and cores, each with what it does with its time (work,
 * idle time that the power clamp injects, idle time of its own), its frequency and how deep it
 * sleeps; a pane of watts and sensors; an editor of every knob of power. */
#ifndef XD_TUI_POWER_SCREEN_H
#define XD_TUI_POWER_SCREEN_H

#include "tui/app.h"

#define XD_POWER_STATES 16 /* so many idle states and frequencies of a place are told apart */

enum xd_power_kind { XD_POWER_HOST, XD_POWER_SOCKET, XD_POWER_CORE };

/* The share of the time in an idle state, or at a frequency; both sum up to 100 over a place. */
struct xd_power_state {
    uint64_t id;    /* the state's number; kHz */
    char name[12];  /* "C2"; "" */
    double percent; /* mean of the place's pCPUs that are online */
    unsigned n;     /* how many of them tell */
};

/* What is drawn as a line. All shares are percent of the time, means over the pCPUs of the place
 * that are online; NAN: not known. */
struct xd_power_place {
    enum xd_power_kind kind;
    char name[24]; /* "host" "socket 1" "core 1/3" (socket, core): the cursor stays with it */
    int socket;    /* -1: unknown, or the host */
    unsigned from, n, online; /* its pCPUs, from xd_power_screen.cpus[from] on */
    double work, injected, natural, khz, celsius, watts;
    bool estimated;    /* the watts are a model's */
    double limit;      /* watts that its package holds itself to; NAN: none known */
    char sensor[64];   /* that its watts come from; "": none */
    char governor[24]; /* "": unknown; "mixed" */
    struct xd_power_state c[XD_POWER_STATES], p[XD_POWER_STATES]; /* p: from the highest down */
    int n_c, n_p;
};

struct xd_power_cpu {
    unsigned id;
    int64_t socket, core; /* -1: unknown */
    const struct xd_row *row;
    int core_at, socket_at; /* its places; -1: none */
};

struct xd_power_screen {
    struct xd_power_place *places; /* malloc */
    struct xd_power_cpu *cpus;     /* malloc; by socket, core and number; rows of the last update */
    size_t n, cap, n_cpus, cap_cpus;
    char here[24];          /* the place under the cursor */
    struct xd_power_taken { /* which tables these are of: of a frozen screen, or of the world */
        bool any, frozen;
        int64_t frozen_at_ns;
        uint64_t generation;
    } taken;

    /* What the dialog that was opened last is about. */
    char edited[24];
    const struct xd_knob *knob;
};

struct xd_power_screen *xd_power_screen_new(void);
void xd_power_screen_free(struct xd_power_screen *t); /* NULL allowed */
/* Takes the tables in as they are now, if they are others; rows in it are valid until the next
 * dispatch. */
void xd_power_screen_take(const struct xd_app *a);
void xd_power_screen_update(const struct xd_app *a, struct xd_screen *s); /* as xd_view.update */
/* By its name, or under the cursor; NULL: there is none. */
const struct xd_power_place *xd_power_place_named(const struct xd_power_screen *t,
                                                  const char *name);
/* The table of one that core declares, where it has at least those columns, in that order: a
 * capture's may have more behind them. NULL: it isn't there. */
const struct xd_table *xd_power_table(const struct xd_app *a, const struct xd_table_desc *d);
/* The single row of the table power; NULL: it isn't known. */
const struct xd_row *xd_power_row(const struct xd_app *a);

/* The cap loops of the policy that is carried out; NULL: there are none. */
const struct xd_table *xd_power_loops(const struct xd_app *a);

/* How many of w cells each of n shares gets (they are scaled to their sum; NAN and less count as
 * nothing); what is there at all gets a cell while there is room. */
void xd_power_split(const double *shares, int n, int w, int *cells);

/* The pane, as xd_view.detail. */
void xd_power_pane(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                   struct xd_canvas *c, struct xd_rect r);

/* --- cap loops (loops.c) --- */

/* Whether a row of theirs holds the host to its limit just now. */
bool xd_power_loop_acts(const struct xd_row *row);
/* Two lines each where all have room, else one; how many were drawn. */
int xd_power_loops_draw(const struct xd_app *a, struct xd_canvas *c, struct xd_rect r,
                        struct xd_arena *arena);
/* Whether the emergency key would make loops give back what they took. */
bool xd_power_can_release(const struct xd_app *a);

/* --- what a knob is of (objects.c) --- */

bool xd_power_knob_is_of(const struct xd_knob *k, const char *table);
/* Paths of what a knob is to be changed of: the host, sensors of the place, the cpupools it has a
 * part of, cap loops with such a limit, or its pCPUs that are online (whether they are is a knob of
 * those that aren't, too). out has room for all pCPUs and one more; paths live in the arena.
 * Returns how many. */
size_t xd_power_objects(const struct xd_app *a, const struct xd_power_place *p,
                        const struct xd_knob *k, const char **out, struct xd_arena *arena);
/* What it is now, as it would be typed; "mixed" where it differs within the place; "" where it
 * isn't known. In the arena. */
const char *xd_power_value_now(const struct xd_app *a, const char *place, const struct xd_knob *k,
                               struct xd_arena *arena);

/* --- what will it do (effect.c) --- */

/* What a clamp comes to. demand[n]: what each pCPU does, and would do were nothing injected now, in
 * percent of its time. */
struct xd_power_effect {
    double displaced; /* work that no longer fits, percent of one pCPU, of all of them together */
    double waits;     /* work that is put off, but still fits: the same */
    unsigned full;    /* pCPUs that can't do all of their work any more */
};
/* percent: the clamp; natural: idle time of its own counts for it. */
void xd_power_effect(const double *demand, size_t n, double percent, bool natural,
                     struct xd_power_effect *out);
/* The least-squares slope of watts over work (percent of one pCPU, all together), in watts for each
 * 100; NAN pairs are left out. False: there are too few, or they differ too little to tell. */
bool xd_power_slope(const double *work, const double *watts, size_t n, double *slope);
/* Tells of steps that change the clamp, or let a cap loop go, what they will do. */
void xd_power_preview(const struct xd_app *a, struct xd_plan *p);

/* --- commands --- */
int xd_cmd_power_goto(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_power_edit(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_power_clamp(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_power_more(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_power_less(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_power_release(void *ctx, int argc, char **argv, struct xd_err *err);
enum xd_use xd_use_power_clamp(const void *ctx);
enum xd_use xd_use_power_less(const void *ctx);
enum xd_use xd_use_power_more(const void *ctx);
enum xd_use xd_use_power_place(const void *ctx);
enum xd_use xd_use_power_release(const void *ctx);

#endif
