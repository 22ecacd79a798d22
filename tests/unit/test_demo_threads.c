/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demo host under two workers: the observer collects while the operator edits, also while the
 * observer hangs. (For ThreadSanitizer as much as for the assertions.) */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "demo_rig.h"

#define EDITS 300

struct party {
    struct rig r;
    atomic_bool done;
    atomic_int samples, failed; /* cmocka's assertions are for the main thread only */
    struct xd_object web1, vcpu;
};

static void *observe(void *arg)
{
    struct party *p = arg;
    struct xd_snapshot *s;

    do {
        struct xd_builder *b = xd_builder_new("demo");

        xd_clock_advance(&p->r.clock, 100 * MS);
        if (xd_backend_demo.collect(p->r.observer, b, NULL)) {
            atomic_fetch_add(&p->failed, 1);
            xd_builder_free(b);
            continue;
        }
        s = xd_builder_seal(b, NULL, 1, 0, 0, 0);
        xd_snapshot_unref(s);
        atomic_fetch_add(&p->samples, 1);
    } while (!atomic_load(&p->done));
    return NULL;
}

static void set_up(struct party *p)
{
    memset(p, 0, sizeof(*p));
    rig_open(&p->r, "tiny");
    rig_sample(&p->r, 0);
    p->web1 = rig_object(&p->r, "domains", "web1");
    p->vcpu = rig_object(&p->r, "vcpus", "web1/0");
}

static void edits_while_collecting(void **state)
{
    struct xd_cpuset set;
    struct party p;
    pthread_t t;

    set_up(&p);
    assert_int_equal(pthread_create(&t, NULL, observe, &p), 0);
    for (uint64_t i = 0; i < EDITS; i++) {
        struct xd_value cap = {.have = true, .type = XD_U64, .cell.u = 1 + i % 200};
        struct xd_value hard = {.have = true, .type = XD_CPUSET, .cell.set = &set};
        struct xd_arena a = XD_ARENA_INIT;
        struct xd_value seen;

        xd_cpuset_fill(&set, 1 + (unsigned)i % 8);
        assert_int_equal(
            xd_backend_demo.write(p.r.operator, & p.web1, &xd_xen_knobs[XD_KNOB_CAP], &cap, NULL),
            0);
        assert_int_equal(
            xd_backend_demo.write(p.r.operator, & p.vcpu, &xd_xen_knobs[XD_KNOB_HARD], &hard, NULL),
            0);
        assert_int_equal(xd_backend_demo.read(p.r.operator, & p.vcpu, &xd_xen_knobs[XD_KNOB_HARD],
                                              &a, &seen, NULL),
                         0);
        assert_true(xd_cpuset_equal(seen.cell.set, &set));
        xd_arena_done(&a);
    }
    atomic_store(&p.done, true);
    pthread_join(t, NULL);
    assert_int_equal(atomic_load(&p.failed), 0);
    rig_close(&p.r);
}

static int64_t real_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * S + ts.tv_nsec;
}

/* A sample that takes its time holds up no edit. */
static void edits_while_hanging(void **state)
{
    struct xd_value cap = {.have = true, .type = XD_U64, .cell.u = 40};
    int64_t began = real_now();
    struct party p;
    pthread_t t;

    set_up(&p);
    assert_int_equal(rig_control(&p.r, "fault slow 1s", NULL), 0);
    assert_int_equal(pthread_create(&t, NULL, observe, &p), 0);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(
            xd_backend_demo.write(p.r.operator, & p.web1, &xd_xen_knobs[XD_KNOB_CAP], &cap, NULL),
            0);
    }
    assert_true(real_now() - began < 1 * S);
    assert_int_equal(atomic_load(&p.samples), 0);
    atomic_store(&p.done, true);
    pthread_join(t, NULL);
    assert_true(real_now() - began >= 1 * S);
    assert_int_equal(atomic_load(&p.samples), 1);
    rig_close(&p.r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_while_collecting),
        cmocka_unit_test(edits_while_hanging),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
