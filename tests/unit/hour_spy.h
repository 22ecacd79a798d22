/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For test_hour.c: the demo host behind a spy, who sees each write and each action, what the host
 * was before and after it, and who can be told to lie. The host's own instance is at hand, so that
 * what it is can be read past everybody. */
#ifndef XD_TESTS_HOUR_SPY_H
#define XD_TESTS_HOUR_SPY_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/backend.h"
#include "model/tables.h"
#include "model/xenknobs.h"

extern const struct xd_backend xd_backend_demo;

/* What came of a write, or an action. */
struct deed {
    const void *what; /* the knob or action */
    char key[XD_KEY_MAX];
    int rc;
    bool changed; /* the knob's value; for an action, anything that can be edited */
};
#define DEEDS_MAX 64

static struct {
    void *host;                   /* the observer's instance */
    struct deed deeds[DEEDS_MAX]; /* of the running plan */
    size_t n_deeds;
    bool lie;      /* writes are accepted and not done, and then read back as if they were */
    bool act_lies; /* actions are accepted and not done, and settled at once */
    struct xd_arena arena;
    const struct xd_knob *lied_knob;
    char lied_key[XD_KEY_MAX];
    struct xd_value lied;
} spy;

static const struct xd_backend_env spy_env; /* wants everything */

/* --- what the host is --- */

static inline struct xd_snapshot *spy_look(void)
{
    struct xd_builder *b = xd_builder_new("demo");
    struct xd_err err = XD_ERR_INIT;

    if (xd_backend_demo.collect(spy.host, b, &err)) { /* a fault: nobody can look just now */
        xd_builder_free(b);
        return NULL;
    }
    return xd_builder_seal(b, NULL, 1, 0, 0, 0);
}

/* The knob's value past everybody; unknown where it can't be read. */
static inline struct xd_value spy_read(const struct xd_object *o, const struct xd_knob *k,
                                       struct xd_arena *a)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_value v = XD_UNKNOWN;

    if (xd_backend_demo.read(spy.host, o, k, a, &v, &err))
        return XD_UNKNOWN;
    return v;
}

static inline void add_row(uint64_t *sum, const struct xd_table *t, const struct xd_row *r,
                           const int *cols)
{
    struct xd_arena a = XD_ARENA_INIT;

    for (; *cols >= 0; cols++) {
        struct xd_value v = xd_row_value(t->desc, r, *cols);
        const char *s = v.have ? xd_value_exact(&v, &t->desc->columns[*cols].kind, &a) : "?";

        for (; *s; s++)
            *sum = (*sum ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    }
    xd_arena_done(&a);
}

/* A number for all that an action could change. 0: nobody can look just now. */
static inline uint64_t spy_print(void)
{
    static const struct {
        const char *table;
        int cols[8];
    } all[] = {
        {"domains", {XD_DOMAIN_UUID, XD_DOMAIN_NAME, XD_DOMAIN_ID, XD_DOMAIN_POOL, -1}},
        {"disks", {XD_DISK_DOMAIN_UUID, XD_DISK_VDEV, XD_DISK_TARGET, XD_DISK_STATE, -1}},
        {"nics", {XD_NIC_DOMAIN_UUID, XD_NIC_DEVID, XD_NIC_MAC, XD_NIC_STATE, -1}},
        {"pci", {XD_PCI_BDF, XD_PCI_USE, XD_PCI_DOMAIN_UUID, -1}},
        {"pools", {XD_POOL_ID, XD_POOL_NAME, XD_POOL_SCHED, XD_POOL_CPUS, -1}},
        {"pcpus", {XD_PCPU_ID, XD_PCPU_POOL, XD_PCPU_ONLINE, -1}},
    };
    struct xd_snapshot *s = spy_look();
    uint64_t sum = UINT64_C(0xcbf29ce484222325);

    if (!s)
        return 0;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const struct xd_table *t = xd_snapshot_table(s, all[i].table);

        for (size_t row = 0; t && row < t->n; row++)
            add_row(&sum, t, t->rows[row], all[i].cols);
    }
    xd_snapshot_unref(s);
    return sum;
}

/* --- the backend --- */

static inline void spy_note(const void *what, const char *key, int rc, bool changed)
{
    struct deed *d = &spy.deeds[spy.n_deeds < DEEDS_MAX ? spy.n_deeds++ : DEEDS_MAX - 1];

    *d = (struct deed){.what = what, .rc = rc, .changed = changed};
    snprintf(d->key, sizeof(d->key), "%s", key);
}

/* The first on that object; NULL: it came to none. (What takes steps back comes later.) */
static inline const struct deed *spy_deed(const void *what, const char *key)
{
    for (size_t i = 0; i < spy.n_deeds; i++) {
        if (spy.deeds[i].what == what && strcmp(spy.deeds[i].key, key) == 0)
            return &spy.deeds[i];
    }
    return NULL;
}

static inline int spy_open(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    int rc = xd_backend_demo.open(env, self, err);

    if (rc == 0 && env->role == XD_OBSERVER)
        spy.host = *self;
    return rc;
}

static inline bool spy_lied(const struct xd_object *o, const struct xd_knob *k)
{
    return spy.lie && spy.lied_knob == k && strcmp(spy.lied_key, o->key) == 0;
}

static inline int spy_reads(void *self, const struct xd_object *o, const struct xd_knob *k,
                            struct xd_arena *a, struct xd_value *out, struct xd_err *err)
{
    if (!spy_lied(o, k))
        return xd_backend_demo.read(self, o, k, a, out, err);
    *out = xd_value_copy(&spy.lied, a);
    return 0;
}

static inline int spy_writes(void *self, const struct xd_object *o, const struct xd_knob *k,
                             const struct xd_value *v, struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_value before = spy_read(o, k, &a), after;
    int rc = 0;

    if (spy.lie) {
        spy.lied_knob = k;
        snprintf(spy.lied_key, sizeof(spy.lied_key), "%s", o->key);
        spy.lied = xd_value_copy(v, &spy.arena);
    } else {
        rc = xd_backend_demo.write(self, o, k, v, err);
    }
    after = spy_read(o, k, &a);
    spy_note(k, o->key, rc, !xd_value_equal(&before, &after));
    xd_arena_done(&a);
    return rc;
}

static inline int spy_acts(void *self, const struct xd_object *o, const struct xd_action *act,
                           const struct xd_value *params, struct xd_progress *p, struct xd_err *err)
{
    uint64_t before = spy_print(), after;
    int rc = spy.act_lies ? 0 : xd_backend_demo.act(self, o, act, params, p, err);

    after = spy_print();
    spy_note(act, o->key, rc, before && after && before != after);
    return rc;
}

static inline int spy_settled(void *self, const struct xd_object *o, const struct xd_action *act,
                              struct xd_err *err)
{
    return spy.act_lies ? 1 : xd_backend_demo.settled(self, o, act, err);
}

/* The demo host in all but what is spied on. */
static inline struct xd_backend spy_backend(void)
{
    struct xd_backend b = xd_backend_demo;

    b.open = spy_open;
    b.read = spy_reads;
    b.write = spy_writes;
    b.act = spy_acts;
    b.settled = spy_settled;
    return b;
}

#endif
