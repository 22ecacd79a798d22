/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults as text, read and described: see fault.h. (What they do is in mischief.c.) */
#include "backend_demo/fault.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define WORDS_MAX  6
#define FOR_MAX_NS UINT64_C(86400000000000)

const char *const xd_demo_fault_kinds[] = {"slow", "dead", "change", "ignore", "vanish", NULL};
const char *const xd_demo_fault_whens[] = {"now", "edit", "after", NULL};

static const struct xd_kind duration = {.type = XD_U64, .unit = XD_UNIT_NS};
static const struct xd_kind number = {.type = XD_U64};
static const struct xd_kind when = {.type = XD_ENUM, .names = xd_demo_fault_whens};

/* --- the parts --- */

int xd_demo_fault_knob(const char *name, struct xd_err *err)
{
    const char *names[XD_KNOB_N], *near;
    char found[64];

    for (int i = 0; i < XD_KNOB_N; i++) {
        names[i] = xd_xen_knobs[i].name;
        if (!xd_streq(name, names[i]))
            continue;
        if (!xd_streq(xd_xen_knobs[i].table, "domains") &&
            !xd_streq(xd_xen_knobs[i].table, "vcpus"))
            return xd_err_set(err, -ENOTSUP,
                              "%s is a knob of %s, and only those of domains and vCPUs can be "
                              "changed by a fault",
                              name, xd_xen_knobs[i].table);
        return i;
    }
    near = xd_str_nearest(name, names, XD_KNOB_N);
    xd_str_safe_to(found, sizeof(found), name);
    return xd_err_set(err, -ENOENT, "there is no knob \"%s\"%s%s%s", found,
                      near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

int xd_demo_fault_object(struct xd_demo_fault *f, const char *text, struct xd_err *err)
{
    bool vcpu = f->kind == XD_DEMO_CHANGE && xd_streq(xd_xen_knobs[f->knob].table, "vcpus");
    const char *noun = vcpu ? "vcpu/" : "domain/", *end;
    char found[64];
    uint64_t n = 0;

    if (xd_str_starts(text, noun))
        text += strlen(noun);
    end = vcpu ? strrchr(text, '/') : text + strlen(text);
    xd_str_safe_to(found, sizeof(found), text);
    if (vcpu && (!end || xd_parse_u64(end + 1, &n) || n > INT16_MAX))
        return xd_err_set(err, -EINVAL, "wanted a vCPU such as web1/0 for knob %s, found \"%s\"",
                          xd_xen_knobs[f->knob].name, found);
    if (end == text || end - text >= (ptrdiff_t)sizeof(f->domain))
        return xd_err_set(err, -EINVAL, "wanted a domain's name, found \"%s\"", found);
    memcpy(f->domain, text, (size_t)(end - text));
    f->domain[end - text] = '\0';
    f->vcpu = vcpu ? (int)n : -1;
    return 0;
}

int xd_demo_fault_value(struct xd_demo_fault *f, const char *text, unsigned n_cpus,
                        struct xd_arena *a, struct xd_err *err)
{
    const struct xd_knob *k = &xd_xen_knobs[f->knob];
    struct xd_value v;
    int rc;

    rc = xd_value_parse(text, &k->kind, n_cpus, a, &v, err);
    if (rc) {
        xd_err_prefix(err, "%s: ", k->name);
        return rc;
    }
    if (k->kind.type == XD_CPUSET) {
        f->set = *v.cell.set;
        return 0;
    }
    if (k->kind.type == XD_STR) {
        if (strlen(v.cell.s) >= sizeof(f->text))
            return xd_err_set(err, -ERANGE, "%s: wanted at most %zu bytes", k->name,
                              sizeof(f->text) - 1);
        snprintf(f->text, sizeof(f->text), "%s", v.cell.s);
        return 0;
    }
    f->number = k->kind.type == XD_BOOL ? v.cell.b : v.cell.u;
    if (k->min != k->max && (f->number < (uint64_t)k->min || f->number > (uint64_t)k->max))
        return xd_err_set(err, -ERANGE, "%s: wanted %" PRId64 " to %" PRId64 ", found %" PRIu64,
                          k->name, k->min, k->max, f->number);
    return 0;
}

/* --- a line of words --- */

struct words {
    char *word[WORDS_MAX];
    int n;
    unsigned n_cpus;
    struct xd_arena *a;
    struct xd_err *err;
};

static int split(char *text, struct words *w)
{
    char *save = NULL;

    for (char *t = strtok_r(text, " \t", &save); t; t = strtok_r(NULL, " \t", &save)) {
        if (w->n == WORDS_MAX)
            return xd_err_set(w->err, -EINVAL, "wanted at most %d words", WORDS_MAX);
        w->word[w->n++] = t;
    }
    return 0;
}

/* The word at i by its kind; left alone where there is none. */
static int take(const struct words *w, int i, const char *what, const struct xd_kind *k, void *out)
{
    struct xd_value v;

    if (i >= w->n)
        return 0;
    if (xd_value_parse(w->word[i], k, 0, w->a, &v, w->err)) {
        xd_err_prefix(w->err, "%s: ", what);
        return -EINVAL;
    }
    if (k->type == XD_ENUM)
        *(int *)out = (int)v.cell.i;
    else
        *(uint64_t *)out = v.cell.u;
    return 0;
}

/* "slow 10s 3", "dead 10s" */
static int read_time(const struct words *w, struct xd_demo_fault *f)
{
    int rc;

    rc = take(w, 1, "the time", &duration, &f->for_ns);
    if (rc == 0 && f->for_ns > FOR_MAX_NS)
        return xd_err_set(w->err, -ERANGE, "the time: wanted at most 1d, found \"%s\"", w->word[1]);
    if (rc == 0 && f->kind == XD_DEMO_SLOW)
        rc = take(w, 2, "how many times", &number, &f->times);
    return rc;
}

/* "change web1 sched.cap=60 edit" */
static int read_change(const struct words *w, struct xd_demo_fault *f)
{
    char *value = strchr(w->word[2], '=');
    int rc;

    if (!value)
        return xd_err_set(w->err, -EINVAL, "wanted KNOB=VALUE such as sched.cap=60");
    *value++ = '\0';
    rc = xd_demo_fault_knob(w->word[2], w->err);
    if (rc < 0)
        return rc;
    f->knob = rc;
    rc = xd_demo_fault_object(f, w->word[1], w->err);
    if (rc == 0)
        rc = xd_demo_fault_value(f, value, w->n_cpus, w->a, w->err);
    return rc ? rc : take(w, 3, "when", &when, &f->when);
}

/* "ignore 2 web1" */
static int read_ignore(const struct words *w, struct xd_demo_fault *f)
{
    int rc;

    rc = take(w, 1, "how many writes", &number, &f->times);
    if (rc == 0 && w->n > 2)
        rc = xd_demo_fault_object(f, w->word[2], w->err);
    return rc;
}

/* "vanish web1 edit" */
static int read_vanish(const struct words *w, struct xd_demo_fault *f)
{
    int rc;

    rc = xd_demo_fault_object(f, w->word[1], w->err);
    return rc ? rc : take(w, 2, "when", &when, &f->when);
}

static const struct {
    int least, most; /* words, the kind's among them */
    int (*read)(const struct words *w, struct xd_demo_fault *f);
    const char *usage;
} forms[XD_DEMO_FAULT_KINDS] = {
    [XD_DEMO_SLOW] = {2, 3, read_time, "slow TIME [TIMES]"},
    [XD_DEMO_DEAD] = {2, 2, read_time, "dead TIME"},
    [XD_DEMO_CHANGE] = {3, 4, read_change, "change OBJECT KNOB=VALUE [now|edit|after]"},
    [XD_DEMO_IGNORE] = {1, 3, read_ignore, "ignore [TIMES [DOMAIN]]"},
    [XD_DEMO_VANISH] = {2, 3, read_vanish, "vanish DOMAIN [now|edit]"},
};

int xd_demo_fault_parse(const char *text, unsigned n_cpus, struct xd_arena *a,
                        struct xd_demo_fault *out, struct xd_err *err)
{
    static const struct xd_kind kind = {.type = XD_ENUM, .names = xd_demo_fault_kinds};
    struct words w = {.n_cpus = n_cpus, .a = a, .err = err};
    int rc;

    memset(out, 0, sizeof(*out));
    out->times = 1;
    out->vcpu = -1;
    rc = split(xd_arena_strdup(a, text), &w);
    if (rc)
        return rc;
    if (w.n == 0)
        return xd_err_set(err, -EINVAL, "wanted a fault: slow, dead, change, ignore or vanish");
    rc = take(&w, 0, "the fault", &kind, &out->kind);
    if (rc)
        return rc;
    if (w.n < forms[out->kind].least || w.n > forms[out->kind].most)
        return xd_err_set(err, -EINVAL, "wanted \"fault %s\"", forms[out->kind].usage);
    rc = forms[out->kind].read(&w, out);
    if (rc == 0 && out->kind == XD_DEMO_VANISH && out->when == XD_DEMO_AFTER)
        rc = xd_err_set(err, -EINVAL, "wanted \"fault %s\"", forms[out->kind].usage);
    return rc;
}

struct xd_value xd_demo_fault_wish(const struct xd_demo_fault *f)
{
    struct xd_value v = {.have = true, .type = xd_xen_knobs[f->knob].kind.type};

    if (v.type == XD_CPUSET)
        v.cell.set = &f->set;
    else if (v.type == XD_STR)
        v.cell.s = f->text;
    else if (v.type == XD_BOOL)
        v.cell.b = f->number != 0;
    else
        v.cell.u = f->number;
    return v;
}

/* --- for the log --- */

static char *describe_change(const struct xd_demo_fault *f, struct xd_arena *a)
{
    static const char *const moments[] = {"", " when it is edited next", " after its next write"};
    const struct xd_knob *k = &xd_xen_knobs[f->knob];
    struct xd_value v = xd_demo_fault_wish(f);

    return xd_arena_printf(a, "%s of %s becomes %s%s", k->name, f->domain,
                           xd_value_exact(&v, &k->kind, a), moments[f->when]);
}

char *xd_demo_fault_describe(const struct xd_demo_fault *f, struct xd_arena *a)
{
    char t[32];

    xd_fmt_ns(f->for_ns, t, sizeof(t));
    switch (f->kind) {
    case XD_DEMO_SLOW:
        return xd_arena_printf(a, "the next %" PRIu64 " samples take %s each", f->times, t);
    case XD_DEMO_DEAD:
        return xd_arena_printf(a, "no samples for %s", t);
    case XD_DEMO_CHANGE:
        return describe_change(f, a);
    case XD_DEMO_IGNORE:
        return xd_arena_printf(a, "the next %" PRIu64 " writes%s%s are accepted and not done",
                               f->times, f->domain[0] ? " to " : "", f->domain);
    default:
        return xd_arena_printf(a, "%s vanishes%s", f->domain,
                               f->when == XD_DEMO_EDIT ? " when it is edited next" : "");
    }
}
