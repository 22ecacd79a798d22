/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language of policies as a table: each key with what it takes, what it is if left out, what it
 * means, and how it is read. The reference is printed from it. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "model/tables.h"
#include "policies/parse.h"

#define AT(type, member, reader)                                                                   \
    static int read_##type##_##member(struct xd_policy_parser *ps, const struct xd_yaml *n,        \
                                      void *into)                                                  \
    {                                                                                              \
        return reader(ps, n, &((struct xd_policy_##type *)into)->member);                          \
    }

static int read_policy_name(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return xd_policy_read_name(ps, n, &ps->p->name);
}

static int read_policy_title(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return xd_policy_read_text(ps, n, &ps->p->title);
}

static int read_policy_settle(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return xd_policy_read_time(ps, n, &ps->p->settle_ns);
}

AT(rule, name, xd_policy_read_name)

static int read_rule_priority(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return xd_yaml_i64(n, ps->what, -1000, 1000, &((struct xd_policy_rule *)into)->priority,
                       ps->err);
}

static int read_rule_match(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_match *m = &((struct xd_policy_rule *)into)->match;
    const char *text = n->kind == XD_YAML_SCALAR ? n->text : "";

    if (n->kind == XD_YAML_SCALAR && strcmp(text, "all") == 0)
        return 0;
    if (n->kind != XD_YAML_MAP || !n->n)
        return xd_yaml_error(n, ps->err,
                             "match: wanted a map such as {name: web*}, or all for every guest");
    return xd_policy_read_map(ps, n, "match", xd_policy_match_keys, m);
}

static int read_rule_when(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_calendar *c = xd_arena_alloc(&ps->p->arena, sizeof(*c));

    ((struct xd_policy_rule *)into)->when = c;
    return xd_policy_read_map(ps, n, "when", xd_policy_when_keys, c);
}

static int read_rule_if(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into);

static int read_rule_set(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return xd_policy_read_amounts(ps, n, ((struct xd_policy_rule *)into)->bounds, "set");
}

static int read_rule_at_least(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return xd_policy_read_amounts(ps, n, ((struct xd_policy_rule *)into)->bounds, "at_least");
}

static int read_rule_at_most(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return xd_policy_read_amounts(ps, n, ((struct xd_policy_rule *)into)->bounds, "at_most");
}

static int read_rule_budget(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_budget *b = xd_arena_alloc(&ps->p->arena, sizeof(*b));
    const char *sliding = "carry: a sliding window has nothing to carry over; kind: fixed or "
                          "bucket has";

    b->resume_ns = -1;
    memset(b->then, 0xff, sizeof(b->then));
    ((struct xd_policy_rule *)into)->budget = b;
    if (xd_policy_read_map(ps, n, "budget", xd_policy_budget_keys, b) < 0)
        return -1;
    if (b->kind == XD_BUDGET_SLIDING && b->carry_ns)
        return xd_yaml_error(xd_yaml_get(n, "carry"), ps->err, "%s", sliding);
    if (b->resume_ns > b->cpu_ns)
        return xd_yaml_error(xd_yaml_get(n, "resume"), ps->err,
                             "resume: there are never more than %lld s left; once used up it would "
                             "stay so",
                             (long long)(b->cpu_ns / 1000000000));
    if (b->resume_ns < 0)
        b->resume_ns = b->cpu_ns / 5;
    return 0;
}

AT(match, names, xd_policy_read_words)
AT(match, uuids, xd_policy_read_words)
AT(match, pools, xd_policy_read_words)

static int read_match_where(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_match *m = into;

    return xd_policy_read_query(ps, NULL, n, &m->where, &m->where_text);
}

/* A tag is its words; a list of tags is all of theirs. They stand beside the names, not among them:
 * who is meant must fulfil both. */
static int read_match_tag(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_match *m = into;
    const char *names[XD_POLICY_RULES_MAX], *near;
    struct xd_policy_words tags = {0}, all = m->tagged;

    if (xd_policy_read_words(ps, n, &tags) < 0)
        return -1;
    for (size_t i = 0; i < tags.n; i++) {
        struct xd_policy_tag *t = NULL;

        for (size_t k = 0; k < ps->p->n_tags; k++) {
            names[k] = ps->p->tags[k].name;
            if (strcmp(names[k], tags.list[i]) == 0)
                t = &ps->p->tags[k];
        }
        near = xd_str_nearest(tags.list[i], names, ps->p->n_tags);
        if (!t)
            return xd_yaml_error(n, ps->err, "tag: there is no tag \"%.60s\"%s%s%s", tags.list[i],
                                 near ? "; did you mean \"" : "; tags: says who has which",
                                 near ? near : "", near ? "\"?" : "");
        t->used = true;
        for (size_t k = 0; k < t->names.n; k++) {
            const char **list = xd_arena_grow(&ps->p->arena, all.list, all.n, sizeof(*list));

            list[all.n++] = t->names.list[k];
            all.list = list;
        }
    }
    m->tagged = all;
    return 0;
}

static int read_spans(struct xd_policy_parser *ps, const struct xd_yaml *n, struct xd_calendar *c,
                      int (*add)(struct xd_calendar *, const char *, struct xd_err *))
{
    struct xd_policy_words list = {0};

    if (xd_policy_read_words(ps, n, &list) < 0)
        return -1;
    for (size_t i = 0; i < list.n; i++) {
        struct xd_err why = XD_ERR_INIT;

        if (add(c, list.list[i], &why) < 0)
            return xd_yaml_error(n, ps->err, "%s: %s", ps->what, why.text);
    }
    return 0;
}

static int add_date(struct xd_calendar *c, const char *text, struct xd_err *err)
{
    return xd_calendar_add_dates(c, text, false, err);
}

static int add_except(struct xd_calendar *c, const char *text, struct xd_err *err)
{
    return xd_calendar_add_dates(c, text, true, err);
}

static int read_when_days(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return read_spans(ps, n, into, xd_calendar_add_days);
}

static int read_when_hours(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return read_spans(ps, n, into, xd_calendar_add_hours);
}

static int read_when_dates(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return read_spans(ps, n, into, add_date);
}

static int read_when_except(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return read_spans(ps, n, into, add_except);
}

AT(condition, for_ns, xd_policy_read_time)
AT(condition, until_for_ns, xd_policy_read_time)

static int read_if_table(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return 0; /* before all others, in read_rule_if: they are read by its columns */
}

static int read_if_where(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_condition *c = into;

    return xd_policy_read_query(ps, c->table, n, &c->where, &c->where_text);
}

static int read_if_until(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_condition *c = into;

    return xd_policy_read_query(ps, c->table, n, &c->until, &c->until_text);
}

static int read_choice(struct xd_policy_parser *ps, const struct xd_yaml *n,
                       const char *const *names, size_t count, int *out)
{
    const char *text;

    if (xd_yaml_str(n, ps->what, &text, ps->err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], text) == 0) {
            *out = (int)i;
            return 0;
        }
    const char *near = xd_str_nearest(text, names, count);
    return xd_yaml_error(n, ps->err, "%s: \"%.60s\" is none of %s, %s%s%s%s%s%s", ps->what, text,
                         names[0], names[1], count > 2 ? ", " : "", count > 2 ? names[2] : "",
                         near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static int read_if_rows(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    static const char *const names[] = {"any", "all"};
    int i = 0;

    if (read_choice(ps, n, names, 2, &i) < 0)
        return -1;
    ((struct xd_policy_condition *)into)->all_rows = i == 1;
    return 0;
}

int xd_policy_read_exit(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    static const char *const names[] = {"hold", "restore"};
    int i = 0;

    if (read_choice(ps, n, names, 2, &i) < 0)
        return -1;
    ps->p->restore = i == 1;
    return 0;
}

static int read_budget_kind(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    static const char *const names[] = {"sliding", "fixed", "bucket"};
    int i = 0;

    if (read_choice(ps, n, names, 3, &i) < 0)
        return -1;
    ((struct xd_policy_budget *)into)->kind = (enum xd_budget_kind)i;
    return 0;
}

static int read_budget_counts(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    static const char *const names[] = {"burst", "all"};
    int i = 0;

    if (read_choice(ps, n, names, 2, &i) < 0)
        return -1;
    ((struct xd_policy_budget *)into)->counts_all = i == 1;
    return 0;
}

static int read_budget_then(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_bounds bounds[XD_POLICY_KNOBS];

    for (int k = 0; k < XD_POLICY_KNOBS; k++)
        bounds[k] = (struct xd_policy_bounds){0, XD_POLICY_MOST};
    if (xd_policy_read_amounts(ps, n, bounds, "then") < 0)
        return -1;
    bool any = false;
    for (int k = 0; k < XD_POLICY_KNOBS; k++) {
        ((struct xd_policy_budget *)into)->then[k] = bounds[k].hi;
        any |= bounds[k].hi < XD_POLICY_MOST;
    }
    return any ? 0 : xd_yaml_error(n, ps->err, "then: nothing would be limited");
}

AT(budget, cpu_ns, xd_policy_read_time)
AT(budget, per_ns, xd_policy_read_time)
AT(budget, carry_ns, xd_policy_read_time)
AT(budget, resume_ns, xd_policy_read_time)
AT(budget, shared, xd_policy_read_bool)

static int unknown_table(struct xd_policy_parser *ps, const struct xd_yaml *n, const char *name)
{
    const char *names[64], *near;
    size_t count = 0;

    for (; count < 64 && xd_core_tables[count]; count++)
        names[count] = xd_core_tables[count]->name;
    near = xd_str_nearest(name, names, count);
    return xd_yaml_error(n, ps->err, "table: there is no table \"%.60s\"%s%s%s", name,
                         near ? "; did you mean " : "; xendeck get lists them", near ? near : "",
                         near ? "?" : "");
}

static int read_rule_if(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_condition *c = xd_arena_alloc(&ps->p->arena, sizeof(*c));
    const struct xd_yaml *table = xd_yaml_get(n, "table");

    ((struct xd_policy_rule *)into)->condition = c;
    c->table_name = "domains";
    c->until_for_ns = -1;
    if (table && xd_yaml_str(table, "table", &c->table_name, ps->err) < 0)
        return -1;
    c->table_name = xd_str_safe(&ps->p->arena, c->table_name, 64);
    c->table = xd_core_table(c->table_name);
    if (!c->table && ps->env && ps->env->desc)
        c->table = ps->env->desc(ps->env->arg, c->table_name);
    if (!c->table)
        return unknown_table(ps, table, c->table_name);
    if (xd_policy_read_map(ps, n, "if", xd_policy_if_keys, c) < 0)
        return -1;
    if (c->until_for_ns < 0)
        c->until_for_ns = c->for_ns;
    return 0;
}

// clang-format off
const struct xd_policy_key xd_policy_top_keys[] = {
    {"policy", "a name", NULL, "What it is called in reasons and in the journal.", read_policy_name},
    {"title", "a text", "none", "What it is for, in a line.", read_policy_title},
    {"timezone", "UTC, local, a name such as Europe/Berlin, or CET-1CEST,M3.5.0,M10.5.0/3", "local",
     "The clock that hours, days, dates and fixed windows go by, with its summer time.",
     xd_policy_read_zone},
    {"on_exit", "hold or restore", "restore",
     "What becomes of the knobs when the policy ends: they stay, or get back what they were.",
     xd_policy_read_exit},
    {"settle", "a time", "0",
     "A knob that was moved isn't loosened again before. What is stricter is never put off.",
     read_policy_settle},
    {"tags", "a map: tag to names, patterns or UUIDs", "none",
     "Names for groups of domains, for match: {tag: …}.", xd_policy_read_tags},
    {"rules", "a list of rules", NULL, "Their order means nothing.", xd_policy_read_rules},
    {0},
};

const struct xd_policy_key xd_policy_rule_keys[] = {
    {"name", "a name", NULL, "Balances are kept under it: a rule of another name begins anew.",
     read_rule_name},
    {"match", "all, or a map", NULL, "Which domains. all is every guest, without Domain-0.",
     read_rule_match},
    {"priority", "-1000 to 1000", "0",
     "Where rules contradict each other about a knob, the higher one has it. Among equals the "
     "stricter (lower) bound wins, and it is told.", read_rule_priority},
    {"when", "a map", "always", "Hours, days and dates at which it is in force.", read_rule_when},
    {"if", "a map", "always", "A state of the host in which it is in force.", read_rule_if},
    {"set", "a map: knob to value", "none", "The knobs' values: at least and at most in one.",
     read_rule_set},
    {"at_least", "a map: knob to value", "none", "Floors.", read_rule_at_least},
    {"at_most", "a map: knob to value", "none", "Ceilings.", read_rule_at_most},
    {"budget", "a map", "none", "So much CPU time in so much time, then less.", read_rule_budget},
    {"keep", "a map", "none", "A limit of the host's watts or degrees.", xd_policy_read_keep},
    {0},
};

const struct xd_policy_key xd_policy_match_keys[] = {
    {"name", "a pattern or a list of them", "any", "Names, with * and ?.", read_match_names},
    {"uuid", "a UUID or a list of them", "any", "Identities.", read_match_uuids},
    {"tag", "a tag or a list of them", "any", "Those that tags: lists under it.", read_match_tag},
    {"pool", "a pattern or a list of them", "any", "Cpupools.", read_match_pools},
    {"where", "a filter, as behind get -f", "any", "An expression over the columns of domains.",
     read_match_where},
    {0},
};

const struct xd_policy_key xd_policy_when_keys[] = {
    {"days", "a day, a span such as mon-fri, or a list", "every day", "Days of the week.",
     read_when_days},
    {"hours", "a span such as \"08:00-18:00\", or a list", "00:00-24:00",
     "A span over midnight belongs to the day it begins on.", read_when_hours},
    {"dates", "a date, a span such as 2026-12-24..2027-01-02, or a list", "every date", "Dates.",
     read_when_dates},
    {"except", "as dates", "none", "Dates that are left out.", read_when_except},
    {0},
};

const struct xd_policy_key xd_policy_if_keys[] = {
    {"table", "a table's name", "domains",
     "Where to look: at the domain's own row, at the rows that are parts of it (vcpus, disks), or, of "
     "other tables, at all of them.", read_if_table},
    {"rows", "any or all", "any",
     "any: one row begins it, and until must hold for all. all: the other way round.", read_if_rows},
    {"where", "a filter", NULL, "It begins when this holds.", read_if_where},
    {"for", "a time", "0", "… for so long.", read_condition_for_ns},
    {"until", "a filter", "where holds no more", "It ends when this holds: the hysteresis.",
     read_if_until},
    {"until_for", "a time", "as for", "… for so long.", read_condition_until_for_ns},
    {0},
};

const struct xd_policy_key xd_policy_budget_keys[] = {
    {"cpu", "a time", NULL, "CPU time of all its vCPUs together: 300s is five minutes of one pCPU.",
     read_budget_cpu_ns},
    {"per", "a time", NULL, "The window.", read_budget_per_ns},
    {"kind", "sliding, fixed or bucket", "sliding",
     "sliding: in any stretch of that length. fixed: from one multiple of it to the next by the "
     "policy's clock, counted from Thursday, 1970-01-01: a day begins at midnight, 7d on Thursdays; a "
     "window that is cut short has its share. bucket: trickles in evenly.",
     read_budget_kind},
    {"carry", "a time", "0", "fixed, bucket: how much more may be saved up from quiet times.",
     read_budget_carry_ns},
    {"resume", "a time", "a fifth of cpu",
     "Once used up, so much must be left before it counts as there again.", read_budget_resume_ns},
    {"shared", "true or false", "false", "One budget for all that match, instead of one each.",
     read_budget_shared},
    {"counts", "burst or all", "burst",
     "burst: what is used under the limits of then is free. all: it counts too.",
     read_budget_counts},
    {"then", "a map: knob to value", NULL, "The most they may have once it is used up.",
     read_budget_then},
    {0},
};

const struct xd_policy_section xd_policy_sections[] = {
    {"A policy", "The file is a map:", xd_policy_top_keys},
    {"A rule", "It may only do something if it has set, at_least, at_most, budget or keep:",
     xd_policy_rule_keys},
    {"match", "Every key that is given must hold:", xd_policy_match_keys},
    {"when", "Every key that is given must hold; of a list one is enough:", xd_policy_when_keys},
    {"if", "While a value or a table isn't known, all stays as it was:", xd_policy_if_keys},
    {"budget", "CPU time is read from Xen's own counters:", xd_policy_budget_keys},
    {"keep", "One of watts and celsius. match says whose caps may be lowered, when at what times:",
     xd_policy_keep_keys},
    {0},
};
// clang-format on

/* Words of the text from column `indent` on, up to column 78. */
static void add_wrapped(struct xd_buf *out, int indent, const char *text)
{
    int col = indent;

    xd_buf_pad(out, ' ', indent);
    while (*text) {
        size_t len = strcspn(text, " ");
        char word[128];

        snprintf(word, sizeof(word), "%.*s", (int)len, text);
        int width = xd_str_width(word);
        if (col > indent && col + 1 + width > 78) {
            xd_buf_addc(out, '\n');
            xd_buf_pad(out, ' ', indent);
            col = indent;
        } else if (col > indent) {
            xd_buf_addc(out, ' ');
            col++;
        }
        xd_buf_addn(out, text, len);
        col += width;
        text += len + strspn(text + len, " ");
    }
    xd_buf_addc(out, '\n');
}

void xd_policy_reference(struct xd_buf *out)
{
    xd_buf_add(out, "Times are written 90s, 5m, 1h, 1d.\n");
    for (const struct xd_policy_section *s = xd_policy_sections; s->title; s++) {
        xd_buf_printf(out, "\n%s\n  %s\n", s->title, s->help);
        for (const struct xd_policy_key *k = s->keys; k->name; k++) {
            xd_buf_printf(out, "\n  %s: %s%s%s\n", k->name, k->takes,
                          k->fallback ? "; if left out: " : "; needed",
                          k->fallback ? k->fallback : "");
            add_wrapped(out, 6, k->help);
        }
    }
    xd_buf_add(out, "\nKnobs (set, at_least, at_most, then)\n");
    for (int k = 0; k < XD_POLICY_KNOBS; k++) {
        xd_buf_printf(out, "\n  %s\n", xd_policy_knob(k)->name);
        add_wrapped(out, 6, xd_policy_knob(k)->help);
    }
}
