/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plug-in header: what a source of truth has to offer. A backend is built in (symbol
 * xd_backend_NAME) or a module (one exported symbol, xd_backend_module); it may include this
 * header, core/base, the pure code of xen/ and kernel/, and its own library, and nothing else.
 *
 * Each open instance belongs to one worker thread; all its functions but `probe` are called from
 * that thread. A function that hangs makes its own tables stale and nothing else, but should ask
 * env->stopping() in long loops. Strings that come from guests need no care: xd_put_str makes them
 * safe. A backend never prints, exits, forks without exec, or touches signals. */
#ifndef XD_MODEL_BACKEND_H
#define XD_MODEL_BACKEND_H

#include "base/clock.h"
#include "base/err.h"
#include "base/files.h"
#include "base/log.h"
#include "base/str.h"
#include "model/knob.h"
#include "model/table.h"

#define XD_BACKEND_ABI 7

enum xd_role {
    XD_OBSERVER, /* collects, reads */
    XD_OPERATOR, /* carries out steps; may take long without ageing the screen */
    /* A live backend's for a command that looks once, edits and ends: it collects and carries out
     * steps, in turn. Nobody listens to its events, and what only a later sample would be glad of
     * isn't worth its cost. */
    XD_ERRAND,
};

struct xd_backend_env {
    struct xd_clock *clock;
    struct xd_log *log;
    enum xd_role role;
    const char *arg; /* what stood behind the colon of --host, or "" */
    void *peer;      /* operator: the observer's instance of the same host, still open; else NULL */
    bool (*stopping)(const struct xd_backend_env *env); /* the program is about to end */
    /* The columns of that table which anybody looks at just now, as a mask; 0: nobody wants the
     * table, and collect may leave it out. All ones where nobody said what he looks at. Keys and
     * labels are filled all the same, and the counters of rates. d is one of the backend's own
     * tables or fills. Use xd_wanted. */
    uint64_t (*wanted)(const struct xd_backend_env *env, const struct xd_table_desc *d);
    /* Whether anybody looks at the row which is known by one of these (its key, label, number; of a
     * child the parent's will do; NULLs are passed over). A command that edits one thing names it:
     * all rows are collected, so that it is found among them, but a cell that costs a question of
     * its own only of those that are wanted. Where nobody said which, all are. Use xd_row_wanted.
     */
    bool (*row_wanted)(const struct xd_backend_env *env, const char *const *names, size_t n);
    void *context; /* of a source that the session's caller brought along; else NULL */
    /* Whether that table is collected this time for its history alone: nobody looks at it, and what
     * is dear to ask may be left out. Use xd_glances. */
    bool (*glances)(const struct xd_backend_env *env, const struct xd_table_desc *d);
};

static inline uint64_t xd_wanted(const struct xd_backend_env *env, const struct xd_table_desc *d)
{
    return env->wanted ? env->wanted(env, d) : UINT64_MAX;
}

static inline bool xd_row_wanted(const struct xd_backend_env *env, const char *const *names,
                                 size_t n)
{
    return !env->row_wanted || env->row_wanted(env, names, n);
}

static inline bool xd_glances(const struct xd_backend_env *env, const struct xd_table_desc *d)
{
    return env->glances && env->glances(env, d);
}

/* What the program knows of a module before it loads it, which then happens only for the sake of
 * something that it tells. Linked into the program (backends/X/card.c), and the module's own struct
 * xd_backend points at the same arrays, so that the two can't differ. */
struct xd_backend_card {
    const char *name; /* of the backend, and of the module's file */
    const struct xd_table_desc *const *tables, *const *fills; /* as below */
    const uint64_t *fill_columns;
    const struct xd_table_desc *const
        *edits; /* whose rows its knobs and actions are for; or NULL */
    /* False: probe would refuse this machine, whatever else it looks at. A command that knows what
     * it needs doesn't load the module then. NULL: only the module can tell. */
    bool (*may_serve)(void);
};

/* Long work tells how far it is and asks whether to stop. */
struct xd_progress {
    void (*report)(struct xd_progress *p, int permille,
                   const char *text); /* permille -1: unknown */
    bool (*cancelled)(struct xd_progress *p);
};

struct xd_backend {
    uint32_t abi;     /* XD_BACKEND_ABI */
    const char *name; /* "libxl" */
    const char *title, *help;
    /* True: a part of --host live, opened together with the other live ones. False: a host of its
     * own, --host NAME[:ARG]. */
    bool live;
    /* Live, and serves any machine, with Xen or without: by itself it doesn't make that machine the
     * host that is shown where nobody asked for one. */
    bool any_machine;
    const struct xd_table_desc *const *tables; /* NULL-terminated; what collect may fill */
    /* Tables of other backends to whose rows this one adds cells: collect builds a table of that
     * description with the key columns and what it knows; the world puts its cells into the rows
     * of that key where they are unknown. NULL-terminated, or NULL: none. */
    const struct xd_table_desc *const *fills;
    /* The columns that it may know, one mask for each of fills: it is not opened nor asked for the
     * sake of others. NULL: all. */
    const uint64_t *fill_columns;
    const struct xd_knob *knobs; /* NULL: none */
    const struct xd_knob
        *more_knobs;                 /* a second list, which another module may have too; or NULL */
    const struct xd_action *actions; /* NULL: none */

    /* Live backends: 0, or -errno and why this machine can't be served ("not a Xen dom0: …"). Must
     * be quick and touch nothing. NULL: always. */
    int (*probe)(struct xd_err *err);
    /* env lives until close. */
    int (*open)(const struct xd_backend_env *env, void **self, struct xd_err *err);
    void (*close)(void *self);
    /* Fills the tables it can, says xd_build_missing of those it can't. An error means that nothing
     * could be had (all its tables become stale, with this sentence). */
    int (*collect)(void *self, struct xd_builder *b, struct xd_err *err);
    /* When to collect next, ns from now, if sooner than the interval; < 0: as usual. May be NULL.
     */
    int64_t (*due)(void *self);

    /* Something of its own to wait for besides the interval: a descriptor that becomes readable
     * when wake should be called (an epoll descriptor where there are several). wake takes in what
     * there is without blocking, and says whether to collect now. Both NULL: only the interval. An
     * observer's only; collecting is held to ten times a second however often wake asks, and to
     * once a second while that goes on. */
    int (*wake_fd)(void *self);
    bool (*wake)(void *self);

    /* It holds something of the host's while it is open, and gives it back in close: a program that
     * ends waits longer for it than for others. */
    bool gives_back;

    /* What the knob is on the host now. -ESRCH with a sentence: the object is gone. */
    int (*read)(void *self, const struct xd_object *o, const struct xd_knob *k, struct xd_arena *a,
                struct xd_value *out, struct xd_err *err);
    /* Sets it. The caller has just read it and compares: no expectations here. -EINPROGRESS is not
     * an error: accepted, takes effect later. */
    int (*write)(void *self, const struct xd_object *o, const struct xd_knob *k,
                 const struct xd_value *v, struct xd_err *err);
    /* Carries out an action; params in the order of its list. Returns when the request was
     * accepted. -ECANCELED after a cancel; -EALREADY, -ESRCH, -EPERM, -EINVAL mean that nothing was
     * done. */
    int (*act)(void *self, const struct xd_object *o, const struct xd_action *a,
               const struct xd_value *params, struct xd_progress *p, struct xd_err *err);
    /* 1: the action's effect is seen. 0: not yet. -errno: can't be known. */
    int (*settled)(void *self, const struct xd_object *o, const struct xd_action *a,
                   struct xd_err *err);

    /* What an action would do, in lines of text for people, appended to out; nothing is changed.
     * An error means that it would be refused, and why. For actions that say that they preview;
     * NULL where there are none. On the operator's thread. */
    int (*preview)(void *self, const struct xd_object *o, const struct xd_action *a,
                   const struct xd_value *params, struct xd_buf *out, struct xd_err *err);

    /* Tells every file, link and folder that it reads to learn the machine's topology (documents
     * that it makes of other sources among them), so that somebody can keep them and have the
     * machine read again elsewhere: core/capture/bundle.h. NULL: it reads none. */
    int (*record)(void *self, xd_files_seen *seen, void *ctx, struct xd_err *err);

    /* Verbs for the source itself, as the console offers them to a player: "pause", "step", "speed
     * 4". NULL: none. */
    int (*control)(void *self, const char *verb, struct xd_err *err);
    /* Fills xd_checks_desc rows for `doctor`. self is NULL where the backend could not be opened.
     * NULL: nothing to say. */
    void (*doctor)(void *self, struct xd_builder *b);
};

/* The i-th of its knobs, whichever list it stands in; NULL: there are no more. */
static inline const struct xd_knob *xd_backend_knob(const struct xd_backend *b, size_t i)
{
    const struct xd_knob *const lists[] = {b->knobs, b->more_knobs};

    for (size_t l = 0; l < 2; l++)
        for (const struct xd_knob *k = lists[l]; k && k->name; k++)
            if (i-- == 0)
                return k;
    return NULL;
}

#endif
