/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host that tests hold in their hands: a few domains whose every value a test can set, and orders
 * for what is to go wrong. Two backends see it: "fake" (a host of its own) and "alive" (a live
 * one). A test that waits for threads asks for what it waits for, never for a time. */
#ifndef XD_TESTS_FAKE_BACKEND_H
#define XD_TESTS_FAKE_BACKEND_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "engine/session.h"
#include "model/backend.h"
#include "model/tables.h"
#include "model/xenknobs.h"

#define FAKE_MAX 64

struct fake_domain {
    const char *uuid, *name;
    uint64_t id, cap, weight, mem_kib, vcpus;
    int state;
    bool cap_unknown;
    struct xd_cpuset hard;
};

/* The orders; every field may be changed while workers run. */
struct fake_orders {
    atomic_int probe_rc, open_rc, operator_open_rc, collect_rc, read_rc, write_rc, act_rc;
    atomic_int settled_rc;           /* 0: by the domain's state; else as given (2: never) */
    atomic_bool hang_collect;        /* collect returns only when this is taken back */
    atomic_bool hang_write;          /* so does write */
    atomic_bool hang_until_stopping; /* …, or when the session ends */
    atomic_bool ignore_write;        /* accepted, never done */
    atomic_bool write_anyway;        /* done, although write_rc is an error */
    atomic_bool kill_in_write;       /* SIGKILL to ourselves */
    atomic_bool domains_missing;
    atomic_int only_nth_write;   /* 0: write_rc and ignore_write hold for all; n: for the n-th */
    atomic_int reads_until_seen; /* so many reads show the old value after a write */
    atomic_int read_rc_after_write;
};

struct fake_host {
    pthread_mutex_t lock;
    struct fake_domain d[FAKE_MAX];
    size_t n;
    struct fake_orders orders;
    atomic_int opened, closed, operators, collects, reads, writes, acts, looks_wrong, entered;
    atomic_int hung;
    atomic_int verbs;
    /* the value that reads show for a while after a write */
    struct xd_value before;
    int stale_reads;
};

/* The one host of a test program: backends have no place for a pointer of the test's. */
static struct fake_host fake;

struct fake_instance {
    const struct xd_backend_env *env;
    pthread_t thread;
};

/* Instances whose session left them behind are never closed; a test that made one keeps it here,
 * or the leak checker would rightly complain. */
static struct fake_instance *fake_instances[256];
static atomic_int fake_n_instances;

static inline void fake_reset(void)
{
    memset(&fake, 0, sizeof(fake));
    pthread_mutex_init(&fake.lock, NULL);
    fake.n = 3;
    fake.d[0] = (struct fake_domain){"00000000-0000-0000-0000-000000000000",
                                     "Domain-0",
                                     0,
                                     0,
                                     256,
                                     4 << 20,
                                     4,
                                     XD_STATE_RUNNING,
                                     false,
                                     {{0xff}}};
    fake.d[1] = (struct fake_domain){"11111111-1111-1111-1111-111111111111",
                                     "web1",
                                     3,
                                     0,
                                     256,
                                     2 << 20,
                                     2,
                                     XD_STATE_RUNNING,
                                     false,
                                     {{0xff}}};
    fake.d[2] = (struct fake_domain){"22222222-2222-2222-2222-222222222222",
                                     "db1",
                                     5,
                                     0,
                                     1024,
                                     8 << 20,
                                     4,
                                     XD_STATE_BLOCKED,
                                     false,
                                     {{0xff}}};
}

static inline void fake_lock(void)
{
    pthread_mutex_lock(&fake.lock);
}

static inline void fake_unlock(void)
{
    pthread_mutex_unlock(&fake.lock);
}

/* All calls of an instance have to come from one thread. */
static inline struct fake_instance *fake_self(void *self)
{
    struct fake_instance *i = self;

    if (!pthread_equal(i->thread, pthread_self()))
        atomic_fetch_add(&fake.looks_wrong, 1);
    return i;
}

static inline void fake_hang(struct fake_instance *i, atomic_bool *order)
{
    const struct timespec ms = {.tv_nsec = 1000000};

    if (!atomic_load(order))
        return;
    atomic_fetch_add(&fake.hung, 1);
    while (atomic_load(order)) {
        if (atomic_load(&fake.orders.hang_until_stopping) && i->env->stopping(i->env))
            break;
        nanosleep(&ms, NULL);
    }
    atomic_fetch_sub(&fake.hung, 1);
}

/* Waits until an atomic counter has reached n: 10 s, or the test has failed. */
static inline void fake_await(atomic_int *counter, int n)
{
    const struct timespec ms = {.tv_nsec = 1000000};

    for (int i = 0; i < 10000 && atomic_load(counter) < n; i++)
        nanosleep(&ms, NULL);
    if (atomic_load(counter) < n)
        abort();
}

static inline int fake_probe(struct xd_err *err)
{
    int rc = atomic_load(&fake.orders.probe_rc);

    return rc ? xd_err_set(err, rc, "not a fake host: the test said so") : 0;
}

static inline int fake_open(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    bool op = env->role == XD_OPERATOR;
    int rc = op ? atomic_load(&fake.orders.operator_open_rc) : atomic_load(&fake.orders.open_rc);
    struct fake_instance *i;

    if (rc)
        return xd_err_set(err, rc, "the fake host's door is locked");
    if (op) {
        atomic_fetch_add(&fake.operators, 1);
        if (!env->peer || ((struct fake_instance *)env->peer)->env->role != XD_OBSERVER)
            atomic_fetch_add(&fake.looks_wrong, 1);
    }
    i = calloc(1, sizeof(*i));
    i->env = env;
    i->thread = pthread_self();
    *self = i;
    fake_instances[atomic_fetch_add(&fake_n_instances, 1) % 256] = i;
    atomic_fetch_add(&fake.opened, 1);
    return 0;
}

static inline void fake_close(void *self)
{
    free(fake_self(self));
    atomic_fetch_add(&fake.closed, 1);
}

static inline struct fake_domain *fake_find(const char *key)
{
    for (size_t i = 0; i < fake.n; i++)
        if (strncmp(fake.d[i].uuid, key, strlen(fake.d[i].uuid)) == 0)
            return &fake.d[i];
    return NULL;
}

static inline void fake_put_domain(struct xd_rows *t, const struct fake_domain *d)
{
    xd_row_begin(t);
    xd_put_str(t, XD_DOMAIN_UUID, d->uuid);
    xd_put_str(t, XD_DOMAIN_NAME, d->name);
    xd_put_u64(t, XD_DOMAIN_ID, d->id);
    xd_put_enum(t, XD_DOMAIN_STATE, d->state);
    xd_put_str(t, XD_DOMAIN_SCHED, "credit2");
    xd_put_u64(t, XD_DOMAIN_VCPUS, d->vcpus);
    xd_put_u64(t, XD_DOMAIN_WEIGHT, d->weight);
    if (!d->cap_unknown)
        xd_put_u64(t, XD_DOMAIN_CAP, d->cap);
    xd_put_u64(t, XD_DOMAIN_MEM_TARGET_KIB, d->mem_kib);
    xd_put_u64(t, XD_DOMAIN_MEM_MAX_KIB, 16 << 20);
}

static inline void fake_put_vcpus(struct xd_rows *t, const struct fake_domain *d)
{
    for (uint64_t v = 0; v < d->vcpus; v++) {
        xd_row_begin(t);
        xd_put_str(t, XD_VCPU_DOMAIN_UUID, d->uuid);
        xd_put_str(t, XD_VCPU_DOMAIN, d->name);
        xd_put_u64(t, XD_VCPU_ID, v);
        xd_put_set(t, XD_VCPU_HARD, &d->hard);
    }
}

static inline int fake_collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    struct fake_instance *i = fake_self(self);
    int64_t now = xd_clock_now(i->env->clock);
    struct xd_rows *t;
    int rc = atomic_load(&fake.orders.collect_rc);

    atomic_fetch_add(&fake.entered, 1);
    fake_hang(i, &fake.orders.hang_collect);
    if (rc)
        return xd_err_set(err, rc, "the fake host does not answer");
    fake_lock();
    if (atomic_load(&fake.orders.domains_missing)) {
        xd_build_missing(b, &xd_domains_desc, "the fake host hides its domains");
    } else {
        t = xd_build_table(b, &xd_domains_desc, now);
        for (size_t k = 0; k < fake.n; k++)
            fake_put_domain(t, &fake.d[k]);
        t = xd_build_table(b, &xd_vcpus_desc, now);
        for (size_t k = 0; k < fake.n; k++)
            fake_put_vcpus(t, &fake.d[k]);
    }
    fake_unlock();
    t = xd_build_table(b, &xd_host_desc, now);
    xd_row_begin(t);
    xd_put_str(t, XD_HOST_NAME, "fakehost");
    xd_put_u64(t, XD_HOST_PCPUS, 8);
    t = xd_build_table(b, &xd_pools_desc, now);
    xd_row_begin(t);
    xd_put_u64(t, XD_POOL_ID, 0);
    xd_put_str(t, XD_POOL_NAME, "Pool-0");
    atomic_fetch_add(&fake.collects, 1);
    return 0;
}

/* The value of a knob; with the lock held. */
static inline bool fake_get(const struct fake_domain *d, const struct xd_knob *k,
                            struct xd_arena *a, struct xd_value *out)
{
    *out = (struct xd_value){.have = true, .type = k->kind.type};
    switch (k - xd_xen_knobs) {
    case XD_KNOB_WEIGHT:
        out->cell.u = d->weight;
        return true;
    case XD_KNOB_CAP:
        out->cell.u = d->cap;
        return true;
    case XD_KNOB_MEM_TARGET:
        out->cell.u = d->mem_kib;
        return true;
    case XD_KNOB_HARD: {
        struct xd_cpuset *set = xd_arena_alloc(a, sizeof(*set));
        *set = d->hard;
        out->cell.set = set;
        return true;
    }
    default:
        return false;
    }
}

static inline int fake_read(void *self, const struct xd_object *o, const struct xd_knob *k,
                            struct xd_arena *a, struct xd_value *out, struct xd_err *err)
{
    struct fake_domain *d;
    int rc = atomic_load(&fake.orders.read_rc);

    fake_self(self);
    if (atomic_load(&fake.writes) && !rc)
        rc = atomic_load(&fake.orders.read_rc_after_write);
    if (rc)
        return xd_err_set(err, rc, "the fake host can't be read");
    fake_lock();
    d = fake_find(o->key);
    if (!d)
        rc = xd_err_set(err, -ESRCH, "there is no domain %s", o->key);
    else if (fake.stale_reads > 0 && fake.stale_reads--)
        *out = fake.before;
    else if (!fake_get(d, k, a, out))
        rc = xd_err_set(err, -ENOTSUP, "no %s", k->name);
    fake_unlock();
    atomic_fetch_add(&fake.reads, 1);
    return rc;
}

static inline void fake_put(struct fake_domain *d, const struct xd_knob *k,
                            const struct xd_value *v)
{
    static struct xd_arena none = XD_ARENA_INIT;

    if (k - xd_xen_knobs != XD_KNOB_HARD)
        fake_get(d, k, &none, &fake.before);
    fake.stale_reads = atomic_load(&fake.orders.reads_until_seen);
    switch (k - xd_xen_knobs) {
    case XD_KNOB_WEIGHT:
        d->weight = v->cell.u;
        break;
    case XD_KNOB_CAP:
        d->cap = v->cell.u;
        break;
    case XD_KNOB_MEM_TARGET: /* the balloon gets half of the way at first */
        d->mem_kib = (d->mem_kib + v->cell.u) / 2;
        break;
    case XD_KNOB_HARD:
        d->hard = *v->cell.set;
        break;
    }
}

static inline int fake_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                             const struct xd_value *v, struct xd_err *err)
{
    int rc = atomic_load(&fake.orders.write_rc);
    bool ignore = atomic_load(&fake.orders.ignore_write);
    int nth = atomic_load(&fake.orders.only_nth_write), n = atomic_fetch_add(&fake.writes, 1) + 1;
    struct fake_domain *d;

    fake_hang(fake_self(self), &fake.orders.hang_write);
    if (atomic_load(&fake.orders.kill_in_write) && (!nth || n == nth))
        kill(getpid(), SIGKILL);
    if (nth && n != nth) {
        rc = 0;
        ignore = false;
    }
    fake_lock();
    d = fake_find(o->key);
    if (d && !ignore && (!rc || rc == -EINPROGRESS || atomic_load(&fake.orders.write_anyway)))
        fake_put(d, k, v);
    fake_unlock();
    if (!d)
        return xd_err_set(err, -ESRCH, "there is no domain %s", o->key);
    return rc ? xd_err_set(err, rc, "the fake host says no") : 0;
}

enum { FAKE_PAUSE, FAKE_UNPAUSE, FAKE_DESTROY, FAKE_MOVE };

static const struct xd_param fake_move_params[] = {
    {"to", "To", "the other host's name", {.type = XD_STR}, NULL},
    {"live", "Live", "without stopping it", {.type = XD_BOOL}, "yes"},
    {"rate", "Rate", "at most so much", {.type = XD_U64, .zero = "unlimited"}, "unlimited"},
    {.name = NULL},
};

static const struct xd_action fake_actions[] = {
    [FAKE_PAUSE] = {.name = "pause",
                    .table = "domains",
                    .title = "Pause",
                    .help = "Stops it",
                    .risk = XD_RISK_DISRUPTIVE,
                    .inverse = "unpause",
                    .xl = "xl pause {name}"},
    [FAKE_UNPAUSE] = {.name = "unpause",
                      .table = "domains",
                      .title = "Unpause",
                      .help = "Goes on",
                      .inverse = "pause",
                      .xl = "xl unpause {name}"},
    [FAKE_DESTROY] = {.name = "destroy",
                      .table = "domains",
                      .title = "Destroy",
                      .help = "Ends it",
                      .risk = XD_RISK_DESTRUCTIVE,
                      .xl = "xl destroy {name}"},
    [FAKE_MOVE] = {.name = "move",
                   .table = "domains",
                   .title = "Move",
                   .help = "Moves it",
                   .params = fake_move_params,
                   .xl = "xl migrate {name} {to} --rate {rate} --live {live}"},
    {.name = NULL},
};

static inline int fake_act(void *self, const struct xd_object *o, const struct xd_action *a,
                           const struct xd_value *params, struct xd_progress *p, struct xd_err *err)
{
    int rc = atomic_load(&fake.orders.act_rc);
    struct fake_domain *d;

    fake_self(self);
    atomic_fetch_add(&fake.acts, 1);
    p->report(p, 500, "half \x1b[31mdone");
    if (p->cancelled(p))
        return xd_err_set(err, -ECANCELED, "stopped on request");
    fake_lock();
    d = fake_find(o->key);
    if (d && !rc && a - fake_actions == FAKE_PAUSE)
        d->state = XD_STATE_PAUSED;
    if (d && !rc && a - fake_actions == FAKE_UNPAUSE)
        d->state = XD_STATE_RUNNING;
    if (d && !rc && a - fake_actions == FAKE_DESTROY)
        d->state = XD_STATE_DYING;
    fake_unlock();
    if (!d)
        return xd_err_set(err, -ESRCH, "there is no domain %s", o->key);
    return rc ? xd_err_set(err, rc, "the fake host won't") : 0;
}

static inline int fake_settled(void *self, const struct xd_object *o, const struct xd_action *a,
                               struct xd_err *err)
{
    int rc = atomic_load(&fake.orders.settled_rc), state = -1;

    fake_self(self);
    if (rc < 0)
        return xd_err_set(err, rc, "the fake host can't tell");
    fake_lock();
    if (fake_find(o->key))
        state = fake_find(o->key)->state;
    fake_unlock();
    if (rc == 2)
        return 0;
    return a - fake_actions == FAKE_PAUSE     ? state == XD_STATE_PAUSED
           : a - fake_actions == FAKE_UNPAUSE ? state == XD_STATE_RUNNING
           : a - fake_actions == FAKE_DESTROY ? state == XD_STATE_DYING
                                              : 1;
}

static inline int fake_control(void *self, const char *verb, struct xd_err *err)
{
    fake_self(self);
    atomic_fetch_add(&fake.verbs, 1);
    return strcmp(verb, "wink") == 0 ? 0 : xd_err_set(err, -EINVAL, "what is \"%s\"?", verb);
}

static const struct xd_table_desc *const fake_tables[] = {&xd_domains_desc, &xd_vcpus_desc,
                                                          &xd_host_desc, &xd_pools_desc, NULL};

static const struct xd_backend fake_backend = {
    .abi = XD_BACKEND_ABI,
    .name = "fake",
    .title = "Fake",
    .help = "A host for tests",
    .tables = fake_tables,
    .knobs = xd_xen_knobs,
    .actions = fake_actions,
    .open = fake_open,
    .close = fake_close,
    .collect = fake_collect,
    .read = fake_read,
    .write = fake_write,
    .act = fake_act,
    .settled = fake_settled,
    .control = fake_control,
};

static const struct xd_backend fake_live_backend = {
    .abi = XD_BACKEND_ABI,
    .name = "alive",
    .title = "Alive",
    .help = "The same host, live",
    .live = true,
    .tables = fake_tables,
    .knobs = xd_xen_knobs,
    .actions = fake_actions,
    .probe = fake_probe,
    .open = fake_open,
    .close = fake_close,
    .collect = fake_collect,
    .read = fake_read,
    .write = fake_write,
    .act = fake_act,
    .settled = fake_settled,
};

static const struct xd_backend *const fake_builtin[] = {&fake_backend, &fake_live_backend, NULL};

#endif
