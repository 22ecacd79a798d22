/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of the demo host: one open host on a manual clock, with samples to look at. */
#ifndef XD_TESTS_DEMO_RIG_H
#define XD_TESTS_DEMO_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/backend.h"
#include "model/tables.h"
#include "model/xenknobs.h"

#define MS XD_NS_PER_MS
#define S  XD_NS_PER_S

extern const struct xd_backend xd_backend_demo;

struct rig {
    struct xd_clock clock;
    struct xd_log log;
    struct xd_backend_env observer_env, operator_env;
    void *observer, *operator;
    struct xd_snapshot *now; /* the newest sample; NULL: none */
    uint64_t samples;
    struct xd_arena arena;
    char file[64]; /* of rig_open_text */
};

static inline void rig_open(struct rig *r, const char *arg)
{
    struct xd_err err = XD_ERR_INIT;

    memset(r, 0, sizeof(*r));
    xd_clock_init_manual(&r->clock, 0);
    xd_log_init(&r->log, &r->clock);
    r->observer_env = (struct xd_backend_env){
        .clock = &r->clock, .log = &r->log, .role = XD_OBSERVER, .arg = arg};
    if (xd_backend_demo.open(&r->observer_env, &r->observer, &err))
        fail_msg("open: %s", xd_err_text(&err));
    r->operator_env = r->observer_env;
    r->operator_env.role = XD_OPERATOR;
    r->operator_env.peer = r->observer;
    assert_int_equal(xd_backend_demo.open(&r->operator_env, &r->operator, & err), 0);
}

/* A scenario given as text, through a file as people have it. */
static inline void rig_open_text(struct rig *r, const char *yaml)
{
    char name[] = "/tmp/xendeck-demo-XXXXXX.yaml";
    int fd = mkstemps(name, 5);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, yaml, strlen(yaml)), (ssize_t)strlen(yaml));
    close(fd);
    rig_open(r, name);
    unlink(name);
}

static inline void rig_close(struct rig *r)
{
    xd_backend_demo.close(r->operator);
    xd_backend_demo.close(r->observer);
    xd_snapshot_unref(r->now);
    xd_arena_done(&r->arena);
    xd_log_done(&r->log);
}

/* Lets ns pass and takes a sample. */
static inline int rig_try_sample(struct rig *r, int64_t ns, struct xd_err *err)
{
    struct xd_builder *b = xd_builder_new("demo");
    struct xd_snapshot *old = r->now;
    int rc;

    xd_clock_advance(&r->clock, ns);
    rc = xd_backend_demo.collect(r->observer, b, err);
    if (rc) {
        xd_builder_free(b);
        return rc;
    }
    r->now =
        xd_builder_seal(b, old, ++r->samples, xd_clock_now(&r->clock), xd_clock_wall(&r->clock), 0);
    xd_snapshot_unref(old);
    return 0;
}

static inline void rig_sample(struct rig *r, int64_t ns)
{
    struct xd_err err = XD_ERR_INIT;

    if (rig_try_sample(r, ns, &err))
        fail_msg("collect: %s", xd_err_text(&err));
}

static inline const struct xd_table *rig_table(const struct rig *r, const char *name)
{
    const struct xd_table *t = xd_snapshot_table(r->now, name);

    assert_non_null(t);
    return t;
}

/* A row by what people call it; NULL: there is none. */
static inline const struct xd_row *rig_find(const struct rig *r, const char *table,
                                            const char *label)
{
    const struct xd_table *t = rig_table(r, table);
    char text[XD_KEY_MAX];

    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(xd_row_label(t->desc, t->rows[i], text), label) == 0)
            return t->rows[i];
    }
    return NULL;
}

static inline const struct xd_row *rig_row(const struct rig *r, const char *table,
                                           const char *label)
{
    const struct xd_row *row = rig_find(r, table, label);

    if (!row)
        fail_msg("no %s in %s", label, table);
    return row;
}

static inline const struct xd_row *rig_domain(const struct rig *r, const char *name)
{
    return rig_row(r, "domains", name);
}

/* CPU use in percent of one pCPU since the last sample. */
static inline double rig_cpu(const struct rig *r, const char *name)
{
    return xd_row_f64(&xd_domains_desc, rig_domain(r, name), XD_DOMAIN_CPU, -1);
}

static inline struct xd_object rig_object(struct rig *r, const char *table, const char *label)
{
    const struct xd_table *t = rig_table(r, table);
    char key[XD_KEY_MAX];

    xd_row_key(t->desc, rig_row(r, table, label), key);
    return (struct xd_object){t->desc->name, xd_arena_strdup(&r->arena, key), label};
}

static inline int rig_read(struct rig *r, int knob, const char *label, struct xd_value *out,
                           struct xd_err *err)
{
    const struct xd_knob *k = &xd_xen_knobs[knob];
    struct xd_object o = rig_object(r, k->table, label);

    return xd_backend_demo.read(r->operator, & o, k, &r->arena, out, err);
}

/* Sets a knob to what a person would type. */
static inline int rig_set(struct rig *r, int knob, const char *label, const char *text,
                          struct xd_err *err)
{
    const struct xd_knob *k = &xd_xen_knobs[knob];
    struct xd_object o = rig_object(r, k->table, label);
    struct xd_value v;

    assert_int_equal(xd_value_parse(text, &k->kind, 64, &r->arena, &v, err), 0);
    return xd_backend_demo.write(r->operator, & o, k, &v, err);
}

static inline int rig_act(struct rig *r, int action, const char *name, struct xd_err *err)
{
    struct xd_object o = rig_object(r, "domains", name);

    return xd_backend_demo.act(r->operator, & o, &xd_xen_actions[action], NULL, NULL, err);
}

/* An action with parameters, in the order of its list, as people would type them; NULL and what is
 * left out at the end: unknown. */
static inline int rig_do(struct rig *r, int action, const char *label, const char *const *params,
                         struct xd_err *err)
{
    const struct xd_action *a = &xd_xen_actions[action];
    struct xd_object o = {a->table, "", "host"};
    struct xd_value v[16] = {{0}};

    for (int i = 0; a->params && a->params[i].name && params && params[i]; i++)
        assert_int_equal(xd_value_parse(params[i], &a->params[i].kind, 64, &r->arena, &v[i], err),
                         0);
    if (!xd_streq(a->table, "host"))
        o = rig_object(r, a->table, label);
    return xd_backend_demo.act(r->operator, & o, a, v, NULL, err);
}
#define RIG_DO(r, action, label, err, ...)                                                         \
    rig_do(r, action, label, (const char *const[]){__VA_ARGS__, NULL}, err)

static inline int rig_settled(struct rig *r, int action, const struct xd_object *o,
                              struct xd_err *err)
{
    return xd_backend_demo.settled(r->operator, o, &xd_xen_actions[action], err);
}

static inline int rig_control(struct rig *r, const char *verb, struct xd_err *err)
{
    return xd_backend_demo.control(r->observer, verb, err);
}

#endif
