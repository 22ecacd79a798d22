/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that read a policy. Private to policies/. */
#ifndef XD_POLICIES_PARSE_H
#define XD_POLICIES_PARSE_H

#include "base/yaml.h"
#include "policies/policy.h"

struct xd_policy_parser {
    struct xd_policy *p;
    const struct xd_policy_env *env;
    struct xd_err *err;
    const char *what; /* the key that is read */
};

/* One key of the language: read from, and documented by, this. */
struct xd_policy_key {
    const char *name;     /* a NULL name ends a list */
    const char *takes;    /* "a time such as 5m" */
    const char *fallback; /* what it is where it isn't given; NULL: it must be */
    const char *help;
    int (*read)(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into);
};

struct xd_policy_section {
    const char *title, *help;
    const struct xd_policy_key *keys;
};

extern const struct xd_policy_key xd_policy_top_keys[], xd_policy_rule_keys[],
    xd_policy_match_keys[], xd_policy_when_keys[], xd_policy_if_keys[], xd_policy_budget_keys[],
    xd_policy_keep_keys[];
extern const struct xd_policy_section xd_policy_sections[]; /* ends with a NULL title */

/* Reads a map by its keys: unknown and missing ones are errors. */
int xd_policy_read_map(struct xd_policy_parser *ps, const struct xd_yaml *n, const char *what,
                       const struct xd_policy_key *keys, void *into);
/* The readers that schema.c names, by what they read. */
int xd_policy_read_name(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into);
int xd_policy_read_text(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into);
int xd_policy_read_zone(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into);
int xd_policy_read_exit(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into);
int xd_policy_read_keep(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into);
int xd_policy_read_time(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into);
int xd_policy_read_bool(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into);
int xd_policy_read_tags(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into);
int xd_policy_read_rules(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into);
int xd_policy_read_words(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into);
int xd_policy_read_query(struct xd_policy_parser *ps, const struct xd_table_desc *d,
                         const struct xd_yaml *n, struct xd_query **out, const char **text);
/* knob: amount, into bounds: which of lo and hi by `which` ("set" "at_least" "at_most" "then"). */
int xd_policy_read_amounts(struct xd_policy_parser *ps, const struct xd_yaml *n,
                           struct xd_policy_bounds bounds[XD_POLICY_KNOBS], const char *which);

/* lint.c: what can't be meant, as warnings. */
void xd_policy_lint(struct xd_policy *p, const struct xd_policy_env *env);

#endif
