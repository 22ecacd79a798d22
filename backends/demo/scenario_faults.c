/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The `faults:` of a scenario. */
#include <errno.h>
#include <string.h>

#include "backend_demo/fields.h"
#include "backend_demo/scenario.h"
#include "base/str.h"

#define SECOND UINT64_C(1000000000)
#define DAY    (86400 * SECOND)

/* An entry while it is read. */
struct entry {
    struct xd_demo_fault f;
    const char *object, *knob, *value;
};

// clang-format off
#define AT(member) offsetof(struct entry, member)

static const struct xd_demo_field entry_fields[] = {
    {.key = "at", .kind = {.type = XD_U64, .unit = XD_UNIT_NS}, .offset = AT(f.at_ns),
     .min = 0, .max = 365 * DAY, .must = true},
    {.key = "kind", .kind = {.type = XD_ENUM, .names = xd_demo_fault_kinds}, .offset = AT(f.kind),
     .must = true},
    {.key = "for", .kind = {.type = XD_U64, .unit = XD_UNIT_NS}, .offset = AT(f.for_ns),
     .min = 1, .max = DAY},
    {.key = "times", .kind = {.type = XD_U64}, .offset = AT(f.times), .min = 1, .max = 1000000},
    {.key = "object", .kind = {.type = XD_STR}, .offset = AT(object), .min = 1,
     .max = XD_DEMO_OBJECT_MAX - 1},
    {.key = "knob", .kind = {.type = XD_STR}, .offset = AT(knob), .min = 1, .max = 64},
    {.key = "value", .kind = {.type = XD_STR}, .offset = AT(value), .min = 1, .max = 1024},
    {.key = "when", .kind = {.type = XD_ENUM, .names = xd_demo_fault_whens}, .offset = AT(f.when)},
    {.key = NULL},
};

/* Which keys a kind needs and which it may have besides at and kind. */
static const struct {
    const char *need[4], *may[2];
} grammar[XD_DEMO_FAULT_KINDS] = {
    [XD_DEMO_SLOW] = {{"for"}, {"times"}},
    [XD_DEMO_DEAD] = {{"for"}, {NULL}},
    [XD_DEMO_CHANGE] = {{"object", "knob", "value"}, {"when"}},
    [XD_DEMO_IGNORE] = {{NULL}, {"times", "object"}},
    [XD_DEMO_VANISH] = {{"object"}, {"when"}},
};
// clang-format on

static bool among(const char *key, const char *const *list, int n)
{
    for (int i = 0; i < n && list[i]; i++) {
        if (xd_streq(key, list[i]))
            return true;
    }
    return false;
}

static int check_keys(const struct xd_yaml *n, int kind, struct xd_err *err)
{
    const struct xd_yaml *c;

    for (int i = 0; i < 4 && grammar[kind].need[i]; i++) {
        if (!xd_yaml_get(n, grammar[kind].need[i]))
            return xd_yaml_error(n, err, "a fault \"%s\" needs the key \"%s\"",
                                 xd_demo_fault_kinds[kind], grammar[kind].need[i]);
    }
    for (c = n->first; c; c = c->next) {
        if (!xd_streq(c->key, "at") && !xd_streq(c->key, "kind") &&
            !among(c->key, grammar[kind].need, 4) && !among(c->key, grammar[kind].may, 2))
            return xd_yaml_key_error(c, err, "a fault \"%s\" has no use for the key \"%s\"",
                                     xd_demo_fault_kinds[kind], c->key);
    }
    return 0;
}

/* The domain has to be one of the scenario, or the fault would never come. */
static int check_object(const struct xd_demo_scenario *s, const struct xd_yaml *n,
                        const struct xd_demo_fault *f, struct xd_arena *a, struct xd_err *err)
{
    size_t i;

    if (!f->domain[0])
        return 0;
    for (i = 0; i < s->n_births && !xd_streq(s->births[i].name, f->domain); i++)
        ;
    if (i == s->n_births)
        return xd_yaml_error(xd_yaml_get(n, "object"), err, "object: there is no domain \"%s\"",
                             xd_str_safe(a, f->domain, 80));
    if (f->vcpu >= 0 && (uint64_t)f->vcpu >= s->births[i].spec->vcpus)
        return xd_yaml_error(xd_yaml_get(n, "object"), err, "object: \"%s\" has no vCPU %d",
                             xd_str_safe(a, f->domain, 80), f->vcpu);
    if (f->kind == XD_DEMO_VANISH && i == 0)
        return xd_yaml_error(xd_yaml_get(n, "object"), err, "object: Domain-0 can't vanish");
    return 0;
}

/* The texts of the entry, whose meaning depends on one another. */
static int read_texts(const struct xd_demo_scenario *s, const struct xd_yaml *n, struct entry *e,
                      struct xd_arena *a, struct xd_err *err)
{
    struct xd_err why = XD_ERR_INIT;
    const char *key = "knob";
    int rc = 0;

    if (e->knob) {
        e->f.knob = rc = xd_demo_fault_knob(e->knob, &why);
        rc = rc < 0 ? rc : 0;
    }
    if (rc == 0 && e->object) {
        key = "object";
        rc = xd_demo_fault_object(&e->f, e->object, &why);
    }
    if (rc == 0 && e->value) {
        key = "value";
        rc = xd_demo_fault_value(&e->f, e->value, s->n_pcpus, a, &why);
    }
    if (rc)
        return xd_yaml_error(xd_yaml_get(n, key), err, "%s: %s", key, why.text);
    if (e->f.kind == XD_DEMO_VANISH && e->f.when == XD_DEMO_AFTER)
        return xd_yaml_error(xd_yaml_get(n, "when"), err, "when: wanted now or edit");
    return check_object(s, n, &e->f, a, err);
}

int xd_demo_read_faults(struct xd_demo_scenario *s, const struct xd_yaml *list, struct xd_arena *a,
                        struct xd_err *err)
{
    const struct xd_yaml *n;
    struct entry e;
    int rc = 0;

    if (list->kind != XD_YAML_LIST || list->n > XD_DEMO_FAULTS_MAX)
        return xd_yaml_key_error(list, err, "faults: wanted a list of at most %d faults",
                                 XD_DEMO_FAULTS_MAX);
    s->faults = xd_arena_array(a, list->n ? list->n : 1, sizeof(*s->faults));
    for (n = list->first; rc == 0 && n; n = n->next) {
        memset(&e, 0, sizeof(e));
        e.f.times = 1;
        e.f.vcpu = -1;
        rc = xd_demo_fields_read(n, entry_fields, 0, a, &e, err);
        if (rc == 0)
            rc = check_keys(n, e.f.kind, err);
        if (rc == 0)
            rc = read_texts(s, n, &e, a, err);
        if (rc == 0)
            s->faults[s->n_faults++] = e.f;
    }
    return rc;
}
