/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knobs (all that can be edited) and actions (verbs that are no knob), as backends declare them.
 * Editors, `set`, completion, the journal and policies speak of them by name and by nothing else.
 */
#ifndef XD_MODEL_KNOB_H
#define XD_MODEL_KNOB_H

#include "model/value.h"

enum xd_risk {
    XD_RISK_LOW,         /* undoable at once, nobody notices a mistake for long: no question */
    XD_RISK_DISRUPTIVE,  /* guests notice: y/N with the plan */
    XD_RISK_DESTRUCTIVE, /* something is lost for good: type the object's name */
};

struct xd_knob {
    const char *name;   /* "sched.cap"; a NULL name ends a list */
    const char *table;  /* the table whose rows it belongs to: "domains" */
    const char *column; /* the column of that table which shows its value: "cap" */
    const char *title;  /* "CPU cap" */
    const char *help;   /* what it does, in the field's words */
    struct xd_kind kind;
    int64_t min, max; /* numbers, in the kind's unit; min == max: unbounded */
    /* A bound of the object itself: at most the row's `max_column` times max_scale. Or NULL. */
    const char *max_column;
    int64_t max_scale;
    enum xd_risk risk;
    /* The value takes effect bit by bit (memory ballooning): a read-back on its way is enough. */
    bool gradual;
    /* The equal xl command: {value} and {COLUMN} of the object's row are put in, yes and no as 1
     * and 0. A part in [ ] is left out where a name in it has no value: "[ {vcpu}]"; one that
     * begins with a name and ? also where that is no, zero or the kind's word for zero:
     * "[paused? -p]", or where it isn't the word that is wanted: "[discard=no?,no-discard]". Or
     * NULL. xl_off: the one for no, zero, and the kind's word for zero, where
     * that is another. */
    const char *xl, *xl_off;
};

struct xd_param {
    const char *name; /* a NULL name ends a list */
    const char *title, *help;
    struct xd_kind kind;
    /* As text, or "{COLUMN}" of the object's row; "" leaves the parameter unknown. NULL: it must be
     * given. */
    const char *fallback;
};

struct xd_action {
    const char *name;  /* "pause"; a NULL name ends a list */
    const char *table; /* the rows it works on */
    const char *title, *help;
    enum xd_risk risk;
    const struct xd_param *params; /* NULL: none */
    /* What undoes it: the name of an action of the same object that needs no parameters, or a whole
     * wish, "OBJECT ACTION [PARAM=VALUE]…", whose {PARAM} and {COLUMN} are put in when the action
     * is planned: "disk/{uuid}/{vdev} disk-detach". NULL: nothing does. */
    const char *inverse;
    /* By its end it has taken back itself what it did: there is nothing to undo. */
    bool leaves_nothing;
    const char *xl;    /* as in xd_knob; {PARAM} too: "xl trigger {name} {trigger}[ {vcpu}]" */
    int64_t settle_ns; /* how long its effect may take to be seen */
    /* The backend can tell beforehand what would come of it: see preview in backend.h. */
    bool previews;
    /* A program that gets the terminal, in words separated by blanks, with {COLUMN} as in xl:
     * "xl console {id}". It changes nothing on the host by itself, so nothing is planned or
     * journalled, and act is never called. NULL: it is carried out by act. */
    const char *terminal;
};

/* A thing of the host, named so that it can be found again: never by domid alone. */
struct xd_object {
    const char *table; /* "vcpus" */
    const char *key;   /* "UUID/3" */
    const char *label; /* "web1/3" */
};

const char *xd_risk_name(enum xd_risk r); /* "low" "disruptive" "destructive" */

#endif
