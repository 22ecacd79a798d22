/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scheduling policy: rules in YAML that say what CPU time, weight, cap and memory domains may
 * have over time. This header is the language as data; engine.h carries it out, schema.c is the
 * table of its keys, which the parser and the reference are both made from.
 *
 * Amounts of knobs are compared as "how much a domain may have": where a knob's 0 means "no limit"
 * (a cap), that is XD_POLICY_MOST here. */
#ifndef XD_POLICIES_POLICY_H
#define XD_POLICIES_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/embed.h"
#include "base/err.h"
#include "base/str.h"
#include "model/knob.h"
#include "model/query.h"
#include "policies/calendar.h"

#define XD_POLICY_RULES_MAX 64
#define XD_POLICY_BYTES_MAX (1 << 20)
#define XD_POLICY_MOST      UINT64_MAX
#define XD_POLICY_MOST_NS   (INT64_C(400) * 86400 * 1000000000) /* of every time, and of a budget */

/* The knobs that a policy may move; all of them are of domains. */
enum xd_policy_knob {
    XD_POLICY_CAP,
    XD_POLICY_WEIGHT,
    XD_POLICY_RTDS, /* sched.budget of each of its vCPUs */
    XD_POLICY_MEMORY,
    XD_POLICY_KNOBS
};

const struct xd_knob *xd_policy_knob(enum xd_policy_knob k);
/* A value in the knob's own terms, and back. */
uint64_t xd_policy_amount(enum xd_policy_knob k, uint64_t value);
uint64_t xd_policy_value(enum xd_policy_knob k, uint64_t amount);
/* "20%" "none" "2G", as `set` takes it; in a. */
const char *xd_policy_amount_text(enum xd_policy_knob k, uint64_t amount, struct xd_arena *a);

struct xd_policy_words {
    const char *const *list;
    size_t n;
};

/* Which domains: every kind of condition that is given must hold, of a list one word. Patterns have
 * * and ?. Nothing given: every guest, which Domain-0 is not. */
struct xd_policy_match {
    struct xd_policy_words names, uuids, pools;
    struct xd_policy_words tagged; /* what its tags list: names and UUIDs */
    struct xd_query *where;        /* over the table of domains; NULL: none */
    const char *where_text;
};

/* A state of the host that must last before it counts, and must be over for as long. */
struct xd_policy_condition {
    const char *table_name;
    const struct xd_table_desc *table;
    struct xd_query *where, *until; /* until NULL: where holds no more */
    const char *where_text, *until_text;
    int64_t for_ns, until_for_ns;
    bool all_rows; /* where must hold for all rows, and until for one; else the other way round */
};

enum xd_budget_kind {
    XD_BUDGET_SLIDING, /* in any stretch of that length */
    XD_BUDGET_FIXED,   /* from one multiple of the length to the next, in the policy's time zone */
    XD_BUDGET_BUCKET,  /* trickles in evenly; what isn't used is kept up to a bound */
};

struct xd_policy_budget {
    enum xd_budget_kind kind;
    int64_t cpu_ns, per_ns;
    int64_t carry_ns;               /* fixed, bucket: how much more than cpu_ns may be saved up */
    int64_t resume_ns;              /* once used up, it counts as there again with this much left */
    bool shared;                    /* one for all domains that match */
    bool counts_all;                /* also what is used while it is used up */
    uint64_t then[XD_POLICY_KNOBS]; /* the most they may have once it is used up */
};

/* What takes away from the host's power. Each takes a percent of what it is about, in points. */
enum xd_cap_kind {
    XD_CAP_FREQUENCY, /* of the pCPUs' highest frequency */
    XD_CAP_CAPS,      /* of the CPU time of the domains that the rule matches */
    XD_CAP_PARKING,   /* of the pCPUs */
    XD_CAP_CLAMP,     /* of all time, as idle time that Xen injects */
    XD_CAP_KINDS
};
extern const char *const xd_cap_kind_names[];

/* A limit of watts or degrees: cap_loop.h says how it is kept. */
struct xd_policy_keep {
    bool celsius;  /* the limit is a temperature, else watts */
    double limit;  /* W or degrees Celsius */
    double within; /* part of the limit: the band below it in which nothing moves */
    double rate;   /* points per second */
    double safe;   /* percent of all that can be taken, once the sensor was silent for trust */
    int64_t lag_ns, release_ns, trust_ns;
    struct xd_policy_words sensors; /* patterns of keys of the table of sensors */
    struct xd_policy_actuator {
        enum xd_cap_kind kind;
        double most;           /* points */
    } actuators[XD_CAP_KINDS]; /* ranked: what is taken first comes first */
    size_t n;
};

/* At least lo, at most hi; set is both. */
struct xd_policy_bounds {
    uint64_t lo, hi;
};

struct xd_policy_rule {
    const char *name;
    int line, col;
    int64_t priority;
    struct xd_policy_match match;
    const struct xd_calendar *when;              /* NULL: always */
    const struct xd_policy_condition *condition; /* NULL: none */
    const struct xd_policy_budget *budget;       /* NULL: none */
    const struct xd_policy_keep *keep;           /* NULL: none */
    struct xd_policy_bounds bounds[XD_POLICY_KNOBS];
};

struct xd_policy_tag {
    const char *name;
    struct xd_policy_words names; /* patterns of names, or UUIDs */
    int line, col;
    bool used;
};

struct xd_policy {
    struct xd_arena arena;
    const char *file, *name, *title;
    const char *zone_name;
    struct xd_zone zone;
    bool restore;      /* on_exit */
    int64_t settle_ns; /* a knob that moved isn't loosened again before */
    struct xd_policy_rule *rules;
    size_t n;
    struct xd_policy_tag *tags;
    size_t n_tags;
    const char **warnings; /* "FILE:LINE:COL: sentence" */
    size_t n_warnings;
};

struct xd_policy_env {
    /* Descriptions of tables beside core's; NULL: none. */
    const struct xd_table_desc *(*desc)(void *arg, const char *table);
    void *arg;
    int64_t wall_ns; /* the present, for warnings of what lies in the past; 0: not known */
};

/* Errors: -EINVAL with file, line, column and advice. env NULL: core's tables only. */
int xd_policy_parse(const char *file, const char *text, size_t len, const struct xd_policy_env *env,
                    struct xd_policy **out, struct xd_err *err);
/* A file, or the name of a policy that comes with xendeck. */
int xd_policy_load(const char *path, const struct xd_policy_env *env, struct xd_policy **out,
                   struct xd_err *err);
void xd_policy_free(struct xd_policy *p); /* NULL allowed */

/* Those that come with xendeck; ends with a NULL name. */
extern const struct xd_embedded xd_embedded_policies[];

/* The language, every key with what it takes: as text for a terminal. */
void xd_policy_reference(struct xd_buf *out);

#endif
