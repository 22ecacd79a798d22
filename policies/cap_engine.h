/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cap loops in the engine: what the rules with `keep` do just now, and the knobs of the host that
 * they move. Domains' caps are lowered by way of the rules' bounds, as budgets do (resolve.c: the
 * strictest wins).
 *
 * A knob of the host is moved from what it was when it was seen first, or what somebody else has
 * set since, and gets that back in the end, as a domain's does. Of several loops the one that takes
 * most has it.
 *
 * An actuator that takes less than it was told to for 10 s, be it that its steps are refused, fail,
 * or read back otherwise, is stuck: from then on counts what it is seen to do, and the next one
 * takes over the rest. It is still told what it should do; once it has done that for 10 s, it
 * counts again. */
#ifndef XD_POLICIES_CAP_ENGINE_H
#define XD_POLICIES_CAP_ENGINE_H

#include "model/table.h"
#include "policies/cap_loop.h"

struct xd_engine;

/* A knob of the host. Values are the knob's own: kHz, 0 or 1, percent. */
struct xd_engine_part {
    enum xd_cap_kind kind; /* not XD_CAP_CAPS */
    uint64_t id;           /* of the pCPU; 0 of the host's only one */
    uint64_t tick;         /* that it was in last */
    bool managed, base_known, seen_known;
    uint64_t base, seen, wanted;
    uint64_t least; /* frequency: it can't be lower; clamp: its most */
    int8_t rule;    /* that wants it; -1: none */
};

/* A rule with `keep`. */
struct xd_engine_keep {
    size_t rule;
    struct xd_cap_loop loop;
    struct xd_cap_share share[XD_CAP_KINDS]; /* by rank, as in the policy */
    struct xd_engine_actuator {
        size_t parts;  /* pCPUs, domains, 1; 0: the host hasn't got it */
        bool behind;   /* it takes less than it was told to */
        int64_t since; /* that it has or hasn't, the engine's time */
    } actuator[XD_CAP_KINDS];
    double most;       /* points that they can take together */
    char sensor[64];   /* who says what the value is; "" before it was looked at */
    char trouble[240]; /* why nobody does; "" */
    bool estimated;    /* it is a model's */
    struct xd_engine_counted {
        char *name; /* malloc */
        bool here;  /* at the last look */
    } * counted;    /* malloc; named sensors that the value came from so far */
    size_t n_counted;
    int64_t read_ns; /* monotonic: of the newest reading so far */
};

/* A knob of the host that the last tick wants to be another. */
struct xd_engine_host_act {
    const struct xd_engine_part *part;
    uint64_t from, to;
    int rule; /* that wants it; -1: none any more */
};

size_t xd_engine_keeps(const struct xd_engine *e);
const struct xd_engine_keep *xd_engine_keep(const struct xd_engine *e, size_t i); /* or NULL */
size_t xd_engine_parts(const struct xd_engine *e);
const struct xd_engine_part *xd_engine_part(const struct xd_engine *e, size_t i); /* or NULL */
size_t xd_engine_host_acts(const struct xd_engine *e);
const struct xd_engine_host_act *xd_engine_host_act(const struct xd_engine *e, size_t i);

/* Whether it is there just now, and seen as it is. */
bool xd_engine_part_present(const struct xd_engine *e, const struct xd_engine_part *p);
/* "pcpu/3", "power": the object for a wish, and a value as its knob takes it; in a. */
const char *xd_engine_part_object(const struct xd_engine_part *p, struct xd_arena *a);
const char *xd_engine_part_text(enum xd_cap_kind kind, uint64_t value, struct xd_arena *a);
const char *xd_cap_knob(enum xd_cap_kind kind); /* "cpu.freq_max" */
/* Whether one value takes more from the host than another. */
bool xd_cap_is_stricter(enum xd_cap_kind kind, uint64_t value, uint64_t than);

/* Loops do nothing from the next tick on: KEEPS as it is, LETS_GO at once; RUNS ends that. */
enum xd_keeps_pause { XD_KEEPS_RUN, XD_KEEPS_STAY, XD_KEEPS_LET_GO };
void xd_engine_pause_keeps(struct xd_engine *e, enum xd_keeps_pause how);

typedef void xd_cap_want_fn(void *arg, const struct xd_table_desc *d, uint64_t columns);
/* What has to be sampled for a rule's loop: calls add for each table of core's with a mask of
 * columns.
 */
void xd_cap_wants(const struct xd_policy_keep *k, xd_cap_want_fn *add, void *arg);
void xd_cap_kind_wants(enum xd_cap_kind kind, xd_cap_want_fn *add, void *arg); /* to move it */
/* What the loops do, why, and what comes next. Lines; nothing where there is none. rule: only that
 * one's; -1: all. */
void xd_engine_why_keeps(const struct xd_engine *e, int rule, struct xd_buf *out);

/* The same of all of them, as of an object called "host". */
void xd_engine_why_host(const struct xd_engine *e, struct xd_buf *out);

#endif
