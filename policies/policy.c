/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policies read from YAML: the readers that the table of keys (schema.c) names. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/slurp.h"
#include "model/tables.h"
#include "model/xenknobs.h"
#include "policies/parse.h"

#define WORDS_MOST 4096
#define NAME_BYTES 64
#define KEYS_MOST  16

/* --- knobs --- */

static const int knobs[XD_POLICY_KNOBS] = {
    [XD_POLICY_CAP] = XD_KNOB_CAP,
    [XD_POLICY_WEIGHT] = XD_KNOB_WEIGHT,
    [XD_POLICY_RTDS] = XD_KNOB_BUDGET,
    [XD_POLICY_MEMORY] = XD_KNOB_MEM_TARGET,
};

const struct xd_knob *xd_policy_knob(enum xd_policy_knob k)
{
    return &xd_xen_knobs[knobs[k]];
}

uint64_t xd_policy_amount(enum xd_policy_knob k, uint64_t value)
{
    return xd_policy_knob(k)->kind.zero && !value ? XD_POLICY_MOST : value;
}

uint64_t xd_policy_value(enum xd_policy_knob k, uint64_t amount)
{
    return xd_policy_knob(k)->kind.zero && amount == XD_POLICY_MOST ? 0 : amount;
}

const char *xd_policy_amount_text(enum xd_policy_knob k, uint64_t amount, struct xd_arena *a)
{
    struct xd_value v = {.have = true, .type = XD_U64, .cell.u = xd_policy_value(k, amount)};

    return xd_value_exact(&v, &xd_policy_knob(k)->kind, a);
}

/* --- readers --- */

int xd_policy_read_map(struct xd_policy_parser *ps, const struct xd_yaml *n, const char *what,
                       const struct xd_policy_key *keys, void *into)
{
    const char *names[KEYS_MOST] = {NULL};
    size_t count = 0;

    if (n->kind != XD_YAML_MAP)
        return xd_yaml_error(n, ps->err, "%s: wanted a map, found a %s", what,
                             n->kind == XD_YAML_LIST ? "list" : "single value");
    for (; keys[count].name; count++)
        names[count] = keys[count].name;
    if (xd_yaml_only_keys(n, names, count, ps->err) < 0)
        return -EINVAL;
    for (size_t i = 0; i < count; i++) {
        const struct xd_yaml *v = xd_yaml_get(n, keys[i].name);

        if (!v && !keys[i].fallback)
            return xd_yaml_error(n, ps->err, "%s: the key \"%s\" is missing: %s", what,
                                 keys[i].name, keys[i].takes);
        ps->what = keys[i].name;
        if (v && keys[i].read(ps, v, into) < 0)
            return -EINVAL;
    }
    return 0;
}

int xd_policy_read_text(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    const char *text;

    if (xd_yaml_str(n, ps->what, &text, ps->err) < 0)
        return -EINVAL;
    *(const char **)into = xd_str_safe(&ps->p->arena, text, 256);
    return 0;
}

int xd_policy_read_name(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    const char *text;
    size_t plain = 0;

    if (xd_yaml_str(n, ps->what, &text, ps->err) < 0)
        return -EINVAL;
    while (isalnum((unsigned char)text[plain]) ||
           (plain && text[plain] && strchr("-_.", text[plain])))
        plain++;
    if (!plain || text[plain] || plain >= NAME_BYTES)
        return xd_yaml_error(n, ps->err,
                             "%s: wanted letters, digits, - _ and . (at most %d), found \"%.80s\"",
                             ps->what, NAME_BYTES - 1, text);
    *(const char **)into = xd_arena_strdup(&ps->p->arena, text);
    return 0;
}

int xd_policy_read_bool(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return xd_yaml_bool(n, ps->what, into, ps->err);
}

int xd_policy_read_time(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    static const struct xd_kind kind = {.type = XD_I64, .unit = XD_UNIT_NS};
    struct xd_err why = XD_ERR_INIT;
    struct xd_value v;
    const char *text;
    bool zero_is_fine = strcmp(ps->what, "cpu") != 0 && strcmp(ps->what, "per") != 0;

    if (xd_yaml_str(n, ps->what, &text, ps->err) < 0)
        return -EINVAL;
    if (xd_value_parse(text, &kind, 0, &ps->p->arena, &v, &why) < 0)
        return xd_yaml_error(n, ps->err, "%s: wanted a time such as 90s, 5m or 1h, found \"%.60s\"",
                             ps->what, text);
    if (v.cell.i < 0 || v.cell.i > XD_POLICY_MOST_NS)
        return xd_yaml_error(n, ps->err, "%s: wanted a time of at most 400 days, found \"%.60s\"",
                             ps->what, text);
    if (!zero_is_fine && v.cell.i < 100 * XD_NS_PER_MS)
        return xd_yaml_error(n, ps->err, "%s: wanted at least 100ms, found \"%.60s\"", ps->what,
                             text);
    *(int64_t *)into = v.cell.i;
    return 0;
}

int xd_policy_read_zone(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_err why = XD_ERR_INIT;

    if (xd_policy_read_text(ps, n, &ps->p->zone_name) < 0)
        return -EINVAL;
    if (xd_zone_load(ps->p->zone_name, &ps->p->zone, &why) < 0)
        return xd_yaml_error(n, ps->err, "timezone: %s", why.text);
    return 0;
}

int xd_policy_read_words(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_words *w = into;
    const struct xd_yaml *v = n->kind == XD_YAML_LIST ? n->first : n;
    const char **list;
    size_t count = n->kind == XD_YAML_LIST ? n->n : 1, have = w->n;

    if (!count)
        return xd_yaml_error(n, ps->err, "%s: the list is empty, so nothing would match", ps->what);
    if (count > WORDS_MOST)
        return xd_yaml_error(n, ps->err, "%s: more than %d in one list", ps->what, WORDS_MOST);
    list = xd_arena_array(&ps->p->arena, have + count, sizeof(*list));
    for (size_t i = 0; i < have; i++)
        list[i] = w->list[i];
    for (size_t i = 0; i < count; i++, v = v->next) {
        const char *text;

        if (xd_yaml_str(v, ps->what, &text, ps->err) < 0)
            return -EINVAL;
        if (!*text || strlen(text) > 255)
            return xd_yaml_error(v, ps->err, "%s: wanted 1 to 255 characters", ps->what);
        list[have + i] = xd_str_safe(&ps->p->arena, text, 256);
    }
    *w = (struct xd_policy_words){list, have + count};
    return 0;
}

int xd_policy_read_query(struct xd_policy_parser *ps, const struct xd_table_desc *d,
                         const struct xd_yaml *n, struct xd_query **out, const char **text)
{
    struct xd_err why = XD_ERR_INIT;
    const char *what = ps->what;

    if (xd_yaml_str(n, what, text, ps->err) < 0)
        return -EINVAL;
    if (!(*text)[strspn(*text, " \t\n")])
        return xd_yaml_error(n, ps->err, "%s: an empty filter holds for everything; leave it out",
                             what);
    if (xd_query_parse(*text, d ? d : &xd_domains_desc, &ps->p->arena, out, &why) < 0)
        return xd_yaml_error(n, ps->err, "%s: %s", what, why.text);
    *text = xd_str_safe(&ps->p->arena, *text, 256);
    return 0;
}

int xd_policy_read_amounts(struct xd_policy_parser *ps, const struct xd_yaml *n,
                           struct xd_policy_bounds bounds[XD_POLICY_KNOBS], const char *which)
{
    const char *names[XD_POLICY_KNOBS];

    for (int k = 0; k < XD_POLICY_KNOBS; k++)
        names[k] = xd_policy_knob(k)->name;
    if (n->kind != XD_YAML_MAP || !n->n)
        return xd_yaml_error(n, ps->err, "%s: wanted a map of knobs such as {sched.cap: 20}",
                             which);
    if (xd_yaml_only_keys(n, names, XD_POLICY_KNOBS, ps->err) < 0)
        return -EINVAL;
    for (int k = 0; k < XD_POLICY_KNOBS; k++) {
        const struct xd_yaml *v = xd_yaml_get(n, names[k]);
        const struct xd_knob *knob = xd_policy_knob(k);
        struct xd_err why = XD_ERR_INIT;
        struct xd_value value;
        const char *text;

        if (!v)
            continue;
        if (xd_yaml_str(v, names[k], &text, ps->err) < 0)
            return -EINVAL;
        if (xd_value_parse(text, &knob->kind, 0, &ps->p->arena, &value, &why) < 0)
            return xd_yaml_error(v, ps->err, "%s: %s", names[k], why.text);
        uint64_t amount = xd_policy_amount(k, value.cell.u);
        if (knob->min != knob->max &&
            (value.cell.u < (uint64_t)knob->min || value.cell.u > (uint64_t)knob->max))
            return xd_yaml_error(v, ps->err, "%s: \"%.60s\" is not between %s and %s", names[k],
                                 text, xd_policy_amount_text(k, (uint64_t)knob->min, &ps->p->arena),
                                 xd_policy_amount_text(k, (uint64_t)knob->max, &ps->p->arena));
        if (strcmp(which, "at_least") != 0)
            bounds[k].hi = amount < bounds[k].hi ? amount : bounds[k].hi;
        if (strcmp(which, "at_most") != 0 && strcmp(which, "then") != 0)
            bounds[k].lo = amount > bounds[k].lo ? amount : bounds[k].lo;
        if (bounds[k].lo > bounds[k].hi)
            return xd_yaml_error(v, ps->err,
                                 "%s: %s is against what the same rule says before: at "
                                 "least %s, at most %s",
                                 names[k], which,
                                 xd_policy_amount_text(k, bounds[k].lo, &ps->p->arena),
                                 xd_policy_amount_text(k, bounds[k].hi, &ps->p->arena));
    }
    return 0;
}

int xd_policy_read_tags(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy *p = ps->p;

    if (n->kind != XD_YAML_MAP)
        return xd_yaml_error(n, ps->err, "tags: wanted a map such as {batch: [build-*]}");
    if (n->n > XD_POLICY_RULES_MAX)
        return xd_yaml_error(n, ps->err, "tags: more than %d", XD_POLICY_RULES_MAX);
    p->tags = xd_arena_array(&p->arena, n->n + 1, sizeof(*p->tags));
    for (const struct xd_yaml *v = n->first; v; v = v->next) {
        struct xd_policy_tag *t = &p->tags[p->n_tags++];

        t->name = xd_str_safe(&p->arena, v->key, NAME_BYTES);
        ps->what = t->name;
        t->line = v->key_line;
        t->col = v->key_col;
        if (xd_policy_read_words(ps, v, &t->names) < 0)
            return -EINVAL;
    }
    return 0;
}

static bool does_something(const struct xd_policy_rule *r)
{
    for (int k = 0; k < XD_POLICY_KNOBS; k++)
        if (r->bounds[k].lo > 0 || r->bounds[k].hi < XD_POLICY_MOST)
            return true;
    return r->budget || r->keep;
}

int xd_policy_read_rules(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy *p = ps->p;

    if (n->kind != XD_YAML_LIST || !n->n)
        return xd_yaml_error(n, ps->err,
                             "rules: wanted a list of rules, each begins with \"- name:\"");
    if (n->n > XD_POLICY_RULES_MAX)
        return xd_yaml_error(n, ps->err, "rules: %zu are more than %d", n->n, XD_POLICY_RULES_MAX);
    p->rules = xd_arena_array(&p->arena, n->n, sizeof(*p->rules));
    for (const struct xd_yaml *v = n->first; v; v = v->next) {
        struct xd_policy_rule *r = &p->rules[p->n++]; /* counted at once: it is freed with them */

        r->line = v->line;
        r->col = v->col;
        for (int k = 0; k < XD_POLICY_KNOBS; k++)
            r->bounds[k] = (struct xd_policy_bounds){0, XD_POLICY_MOST};
        if (xd_policy_read_map(ps, v, "rule", xd_policy_rule_keys, r) < 0)
            return -EINVAL;
        if (!does_something(r))
            return xd_yaml_error(v, ps->err,
                                 "rule %s does nothing: it has neither set, at_least, "
                                 "at_most, budget nor keep",
                                 r->name);
        for (struct xd_policy_rule *o = p->rules; o < r; o++)
            if (strcmp(o->name, r->name) == 0)
                return xd_yaml_error(v, ps->err, "a second rule %s; the first stands in line %d",
                                     r->name, o->line);
    }
    return 0;
}

/* --- whole policies --- */

int xd_policy_parse(const char *file, const char *text, size_t len, const struct xd_policy_env *env,
                    struct xd_policy **out, struct xd_err *err)
{
    struct xd_policy *p = xd_malloc(sizeof(*p));
    struct xd_policy_parser ps = {p, env, err, "policy"};
    struct xd_arena scratch = XD_ARENA_INIT;
    struct xd_yaml *root = NULL;
    int rc;

    *out = NULL;
    p->file = xd_str_safe(&p->arena, file, 200);
    p->restore = true;
    p->zone_name = "local";
    p->title = "";
    if (len > XD_POLICY_BYTES_MAX)
        rc = xd_err_set(err, -EINVAL, "%s: %zu bytes are more than a policy may have (%d)", p->file,
                        len, XD_POLICY_BYTES_MAX);
    else
        rc = xd_yaml_parse(p->file, text, len, &scratch, &root, err);
    if (rc == 0 && !root)
        rc = xd_err_set(err, -EINVAL,
                        "%s:1:1: the file is empty; xendeck policy show burst-hour "
                        "prints one to begin with",
                        p->file);
    if (rc == 0) /* the zone comes before the rules whatever the file's order is */
        rc = xd_zone_load("local", &p->zone, err);
    if (rc == 0)
        rc = xd_policy_read_map(&ps, root, "policy", xd_policy_top_keys, NULL);
    xd_arena_done(&scratch);
    if (rc < 0) {
        xd_policy_free(p);
        return -EINVAL;
    }
    xd_policy_lint(p, env);
    *out = p;
    return 0;
}

static const struct xd_embedded *shipped(const char *name)
{
    for (const struct xd_embedded *e = xd_embedded_policies; e->name; e++)
        if (strcmp(e->name, name) == 0)
            return e;
    return NULL;
}

static int read_file(const char *path, struct xd_buf *b, struct xd_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc;
    char safe[200];

    xd_str_safe_to(safe, sizeof(safe), path);
    if (fd < 0)
        return xd_err_set(err, -errno,
                          "%s: %s; policies that come with xendeck are called by name: "
                          "xendeck policy show",
                          safe, strerror(errno));
    rc = xd_slurp_fd(fd, XD_POLICY_BYTES_MAX + 1, b); /* one more is enough to refuse */
    close(fd);
    if (rc == -EISDIR)
        return xd_err_set(err, rc, "%s is no file", safe);
    return rc < 0 ? xd_err_set(err, rc, "%s: %s", safe, strerror(-rc)) : 0;
}

int xd_policy_load(const char *path, const struct xd_policy_env *env, struct xd_policy **out,
                   struct xd_err *err)
{
    const struct xd_embedded *e = strchr(path, '/') ? NULL : shipped(path);
    struct xd_buf b = XD_BUF_INIT;
    int rc;

    *out = NULL;
    if (e)
        return xd_policy_parse(path, e->data, e->len, env, out, err);
    rc = read_file(path, &b, err);
    if (rc == 0)
        rc = xd_policy_parse(path, xd_buf_str(&b), b.len, env, out, err);
    xd_buf_done(&b);
    return rc;
}

void xd_policy_free(struct xd_policy *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n; i++) {
        xd_query_done(p->rules[i].match.where);
        if (p->rules[i].condition) {
            xd_query_done(p->rules[i].condition->where);
            xd_query_done(p->rules[i].condition->until);
        }
    }
    xd_arena_done(&p->arena);
    free(p);
}
