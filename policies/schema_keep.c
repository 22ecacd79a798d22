/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of the language that is about cap loops: its keys, and how they are read. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "policies/parse.h"

#define LAG_WATTS   (5 * XD_NS_PER_S)
#define LAG_CELSIUS (30 * XD_NS_PER_S)
#define TRUST       (15 * XD_NS_PER_S)

/* What each takes at most, if the policy doesn't say. */
static const double fallback_most[XD_CAP_KINDS] = {
    [XD_CAP_FREQUENCY] = 50, [XD_CAP_CAPS] = 90, [XD_CAP_PARKING] = 50, [XD_CAP_CLAMP] = 50};
/* … and whatever it says: Xen clamps at most 75 %, and nobody lives on nothing. */
static const double highest_most[XD_CAP_KINDS] = {
    [XD_CAP_FREQUENCY] = 90, [XD_CAP_CAPS] = 99, [XD_CAP_PARKING] = 99, [XD_CAP_CLAMP] = 75};

static int read_limit(struct xd_policy_parser *ps, const struct xd_yaml *n,
                      struct xd_policy_keep *k, bool celsius, double lo, double hi)
{
    if (k->limit > 0)
        return xd_yaml_error(
            n, ps->err, "%s: a rule keeps one limit; another rule may keep the other", ps->what);
    k->celsius = celsius;
    return xd_yaml_f64(n, ps->what, lo, hi, &k->limit, ps->err);
}

static int read_watts(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return read_limit(ps, n, into, false, 1, 1e6);
}

static int read_celsius(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return read_limit(ps, n, into, true, 20, 150);
}

static int read_sensor(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return xd_policy_read_words(ps, n, &((struct xd_policy_keep *)into)->sensors);
}

/* "5%" or 5. */
static int read_percent(struct xd_policy_parser *ps, const struct xd_yaml *n, double lo, double hi,
                        double *out)
{
    const char *text;
    char *end;

    if (xd_yaml_str(n, ps->what, &text, ps->err) < 0)
        return -1;
    double v = strtod(text, &end);
    if (end == text || (*end && strcmp(end, "%") != 0) || !(v >= lo && v <= hi))
        return xd_yaml_error(n, ps->err, "%s: wanted %g%% to %g%%, found \"%.60s\"", ps->what, lo,
                             hi, text);
    *out = v;
    return 0;
}

static int read_within(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_keep *k = into;
    double percent;

    if (read_percent(ps, n, 1, 20, &percent) < 0)
        return -1;
    k->within = percent / 100;
    return 0;
}

static int read_rate(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return read_percent(ps, n, 0.1, 100, &((struct xd_policy_keep *)into)->rate);
}

static int read_safe(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return read_percent(ps, n, 0, 100, &((struct xd_policy_keep *)into)->safe);
}

static int read_lag(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_keep *k = into;

    if (xd_policy_read_time(ps, n, &k->lag_ns) < 0)
        return -1;
    return k->lag_ns < XD_NS_PER_S ? xd_yaml_error(n, ps->err, "lag: wanted at least 1s") : 0;
}

static int read_release(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    return xd_policy_read_time(ps, n, &((struct xd_policy_keep *)into)->release_ns);
}

static int read_trust(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_keep *k = into;

    if (xd_policy_read_time(ps, n, &k->trust_ns) < 0)
        return -1;
    return k->trust_ns < XD_NS_PER_S ? xd_yaml_error(n, ps->err, "trust: wanted at least 1s") : 0;
}

static int kind_of(struct xd_policy_parser *ps, const struct xd_yaml *n, const char *name)
{
    const char *near = xd_str_nearest(name, xd_cap_kind_names, XD_CAP_KINDS);

    for (int i = 0; i < XD_CAP_KINDS; i++)
        if (strcmp(xd_cap_kind_names[i], name) == 0)
            return i;
    xd_yaml_error(n, ps->err,
                  "actuators: \"%.60s\" is none of frequency, caps, parking and clamp%s%s%s", name,
                  near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return -1;
}

/* One of the list: a name, or a map of one name to the most that it takes. */
static int read_actuator(struct xd_policy_parser *ps, const struct xd_yaml *n,
                         struct xd_policy_keep *k)
{
    const struct xd_yaml *most = n->kind == XD_YAML_MAP && n->n == 1 ? n->first : NULL;
    const char *name = most ? most->key : NULL;
    struct xd_policy_actuator *a = &k->actuators[k->n];

    if (!most && n->kind != XD_YAML_SCALAR)
        return xd_yaml_error(n, ps->err,
                             "actuators: wanted a name, or one with the most that it "
                             "takes, such as {clamp: 30%%}");
    if (!name && xd_yaml_str(n, "actuators", &name, ps->err) < 0)
        return -1;
    int kind = kind_of(ps, n, name);
    if (kind < 0)
        return -1;
    for (size_t i = 0; i < k->n; i++)
        if ((int)k->actuators[i].kind == kind)
            return xd_yaml_error(n, ps->err, "actuators: %s stands there twice",
                                 xd_cap_kind_names[kind]);
    *a = (struct xd_policy_actuator){(enum xd_cap_kind)kind, fallback_most[kind]};
    k->n++;
    ps->what = xd_cap_kind_names[kind];
    return most ? read_percent(ps, most, 1, highest_most[kind], &a->most) : 0;
}

static int read_actuators(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_keep *k = into;

    k->n = 0;
    if (n->kind == XD_YAML_SCALAR)
        return read_actuator(ps, n, k);
    if (n->kind != XD_YAML_LIST || !n->n)
        return xd_yaml_error(n, ps->err, "actuators: wanted a list such as [frequency, caps]");
    for (const struct xd_yaml *v = n->first; v; v = v->next)
        if (read_actuator(ps, v, k) < 0)
            return -1;
    return 0;
}

// clang-format off
const struct xd_policy_key xd_policy_keep_keys[] = {
    {"watts", "a number", "celsius has one", "The host may take so much power.", read_watts},
    {"celsius", "a number", "watts has one", "The host may be so hot.", read_celsius},
    {"sensor", "a pattern or a list of them", "the host's own, as the table power has it",
     "Sensors by their names in the table sensors. Their watts add up; of temperatures the highest "
     "counts. If one that is named says nothing or is gone, nothing is known.", read_sensor},
    {"within", "1% to 20%", "5%",
     "The band below the limit in which nothing is changed. Above it more is taken, below it less.",
     read_within},
    {"actuators", "a list", "[frequency, caps, parking, clamp]",
     "What is taken, and in which order; the next one begins when those before have given their most. "
     "frequency: the highest that pCPUs may have; caps: of the domains that match; parking: pCPUs are "
     "taken out of use; clamp: Xen injects idle time. {clamp: 30%} says how much one takes at most "
     "(else 50%, 90%, 50%, 50%).", read_actuators},
    {"rate", "0.1% to 100%", "5%",
     "How fast it may change what is taken: so many points in a second.", read_rate},
    {"lag", "a time", "5s; of temperatures 30s",
     "How long it takes until the sensor shows most of what a change does. It moves accordingly.",
     read_lag},
    {"release", "a time", "as lag", "It must be below the band for so long before less is taken.",
     read_release},
    {"trust", "a time", "15s",
     "What was taken stays if the sensor says nothing, or nothing new for two thirds of that time. "
     "After all of it, it is at least safe.",
     read_trust},
    {"safe", "0% to 100%", "50%", "That part of all that can be taken.", read_safe},
    {0},
};
// clang-format on

int xd_policy_read_keep(struct xd_policy_parser *ps, const struct xd_yaml *n, void *into)
{
    struct xd_policy_keep *k = xd_arena_alloc(&ps->p->arena, sizeof(*k));

    *k = (struct xd_policy_keep){.within = 0.05,
                                 .rate = 5,
                                 .safe = 50,
                                 .lag_ns = -1,
                                 .release_ns = -1,
                                 .trust_ns = TRUST,
                                 .n = XD_CAP_KINDS};
    for (int i = 0; i < XD_CAP_KINDS; i++)
        k->actuators[i] = (struct xd_policy_actuator){(enum xd_cap_kind)i, fallback_most[i]};
    ((struct xd_policy_rule *)into)->keep = k;
    if (xd_policy_read_map(ps, n, "keep", xd_policy_keep_keys, k) < 0)
        return -1;
    if (k->limit <= 0)
        return xd_yaml_error(n, ps->err,
                             "keep: below which limit? watts: 180, or celsius: 75, says so");
    if (k->lag_ns < 0)
        k->lag_ns = k->celsius ? LAG_CELSIUS : LAG_WATTS;
    if (k->release_ns < 0)
        k->release_ns = k->lag_ns;
    return 0;
}
