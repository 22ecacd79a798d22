/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/engine: what becomes of a plan when all goes well, and whenever something does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_bench.h"

#define CAP_40 (&(struct xd_wish){"web1", "sched.cap", "40"}), 1

static const struct xd_wish three[] = {
    {"web1", "sched.cap", "40"},
    {"db1", "sched.weight", "512"},
    {"web1", "sched.weight", "128"},
};

static void ended(const struct xd_plan *p, enum xd_outcome outcome, const char *detail)
{
    if (detail)
        assert_string_equal(p->detail, detail);
    else
        assert_null(p->detail);
    assert_string_equal(xd_outcome_name(p->outcome), xd_outcome_name(outcome));
}

static void steps_ended(const struct xd_plan *p, const char *outcomes)
{
    static const char letters[] = "prdRBNFU";

    for (size_t i = 0; i < p->n; i++)
        assert_int_equal(letters[p->steps[i].outcome], outcomes[i]);
}

static void done_means_read_back(void **state)
{
    const struct xd_journal_entry *e;
    const struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    assert_null(xd_session_plan(b.s));
    p = bench_apply(&b, CAP_40);
    ended(p, XD_DONE, NULL);
    steps_ended(p, "d");
    assert_int_equal(fake.d[1].cap, 40);
    assert_int_equal(p->id, 1);
    assert_false(xd_session_busy(b.s));
    e = xd_journal_find(xd_session_journal(b.s), 1);
    assert_int_equal(e->outcome, XD_DONE);
    assert_string_equal(e->title, "web1 sched.cap none → 40");
    assert_int_equal(e->steps[0].outcome, XD_DONE);
    assert_null(e->no_undo);
    /* The world sees it without being asked. */
    xd_session_dispatch(b.s);
    assert_int_equal(
        xd_row_u64(xd_world_table(xd_session_world(b.s), "domains")->rows[1], XD_DOMAIN_CAP, 0),
        40);
    assert_true(bench_logged(&b, "1 web1 sched.cap none → 40: done"));

    p = bench_apply(&b, three + 1, 2);
    ended(p, XD_DONE, NULL);
    assert_int_equal(fake.d[2].weight, 512);
    assert_int_equal(fake.d[1].weight, 128);
    assert_int_equal(fake.operators, 1);
    bench_done(&b);
    assert_int_equal(fake.opened, fake.closed);
    assert_int_equal(fake.looks_wrong, 0);
}

static void somebody_changed_it_meanwhile(void **state)
{
    const struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    fake.d[1].cap = 60;
    p = bench_apply(&b, CAP_40);
    ended(p, XD_REFUSED, "web1 sched.cap: expected none, found 60: somebody changed it meanwhile");
    steps_ended(p, "R");
    assert_int_equal(fake.d[1].cap, 60);
    assert_int_equal(fake.writes, 0);
    assert_string_equal(xd_journal_find(xd_session_journal(b.s), 1)->no_undo,
                        "nothing of it is on the host");
    bench_done(&b);
}

static void the_object_is_gone(void **state)
{
    struct xd_plan *cap, *pause;
    const struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    cap = bench_plan(&b, CAP_40);
    pause = bench_plan(&b, &(struct xd_wish){"web1", "pause", NULL}, 1);
    fake.n = 1;
    p = bench_carry_out(&b, cap);
    ended(p, XD_REFUSED, "web1 is gone: there is no domain 11111111-1111-1111-1111-111111111111");
    p = bench_carry_out(&b, pause);
    ended(p, XD_REFUSED, "there is no domain 11111111-1111-1111-1111-111111111111");
    bench_done(&b);
}

static void the_host_says_no(void **state)
{
    struct bench b;

    bench_inline(&b, "");
    /* An error that by its meaning did nothing. */
    atomic_store(&fake.orders.write_rc, -EPERM);
    ended(bench_apply(&b, CAP_40), XD_REFUSED, "the fake host says no");
    /* Another one, and a look shows that nothing changed. */
    atomic_store(&fake.orders.write_rc, -EIO);
    ended(bench_apply(&b, CAP_40), XD_REFUSED,
          "the fake host says no; nothing changed, web1 sched.cap is still none");
    /* It changed all the same: that is taken back, too. */
    atomic_store(&fake.orders.write_anyway, true);
    atomic_store(&fake.orders.only_nth_write, atomic_load(&fake.writes) + 1);
    ended(bench_apply(&b, CAP_40), XD_ROLLED_BACK,
          "the fake host says no; all the same web1 sched.cap is 40 now");
    steps_ended(xd_session_plan(b.s), "B");
    assert_int_equal(fake.d[1].cap, 0);
    /* It changed, and can't be taken back. */
    atomic_store(&fake.orders.only_nth_write, 0);
    ended(bench_apply(&b, CAP_40), XD_FAILED,
          "the fake host says no; all the same web1 sched.cap is 40 now; still on the host: "
          "web1 sched.cap none → 40 (could not be taken back: the fake host says no; all the same "
          "web1 sched.cap is none now)");
    steps_ended(xd_session_plan(b.s), "F");
    bench_done(&b);
}

/* What follows an error, where even looking fails, is unknown: never "done", never "refused". */
static void what_cannot_be_read_back_is_unknown(void **state)
{
    struct bench b;

    bench_inline(&b, "");
    atomic_store(&fake.orders.write_rc, -EIO);
    atomic_store(&fake.orders.read_rc_after_write, -EIO);
    ended(bench_apply(&b, CAP_40), XD_LOST,
          "the fake host says no; whether anything changed can't be read: the fake host can't be "
          "read");
    atomic_store(&fake.orders.write_rc, 0);
    atomic_store(&fake.writes, 0);
    ended(bench_apply(&b, CAP_40), XD_LOST,
          "web1 sched.cap was accepted, but can't be read back: the fake host can't be read");
    assert_string_equal(xd_journal_find(xd_session_journal(b.s), 2)->no_undo,
                        "nobody knows what of it is on the host: look, and set it by hand");
    /* Nor is a step begun that couldn't be checked. */
    atomic_store(&fake.orders.read_rc, -EIO);
    atomic_store(&fake.writes, 0);
    ended(bench_apply(&b, &(struct xd_wish){"web1", "sched.cap", "50"}, 1), XD_REFUSED,
          "the fake host can't be read");
    assert_int_equal(fake.writes, 0);
    bench_done(&b);
}

static void accepted_but_not_seen(void **state)
{
    const struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    atomic_store(&fake.orders.ignore_write, true);
    p = bench_apply(&b, CAP_40);
    ended(p, XD_NOT_SEEN, "web1 sched.cap: 40 was accepted, but 2.0 s later it is still none");
    steps_ended(p, "N");
    bench_done(&b);
}

static void seen_only_after_a_while(void **state)
{
    struct bench b;

    bench_inline(&b, "");
    atomic_store(&fake.orders.reads_until_seen, 10);
    ended(bench_apply(&b, CAP_40), XD_DONE, NULL);
    /* "Takes effect later" is waited for longer. */
    atomic_store(&fake.orders.reads_until_seen, 100);
    atomic_store(&fake.orders.write_rc, -EINPROGRESS);
    ended(bench_apply(&b, &(struct xd_wish){"db1", "sched.weight", "512"}, 1), XD_DONE, NULL);
    bench_done(&b);
}

static void the_clock_need_not_move(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct bench b;
    int frames = 0;

    bench_inline(&b, "");
    atomic_store(&fake.orders.ignore_write, true);
    assert_int_equal(xd_session_apply(b.s, bench_plan(&b, CAP_40), &err), 0);
    assert_true(xd_session_busy(b.s));
    while (xd_session_busy(b.s) && ++frames < 1000)
        xd_session_dispatch(b.s); /* one look each */
    assert_in_range(frames, 30, 60);
    assert_int_equal(xd_session_plan(b.s)->outcome, XD_NOT_SEEN);
    bench_done(&b);
}

static void memory_on_its_way_is_enough(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *undo;
    struct bench b;

    bench_inline(&b, "");
    ended(bench_apply(&b, &(struct xd_wish){"db1", "mem.target", "4G"}, 1), XD_DONE, NULL);
    assert_int_equal(fake.d[2].mem_kib, 6 << 20);
    /* An undo expects 4G, and takes what is on its way there. */
    assert_int_equal(xd_plan_undo(xd_session_world(b.s), xd_session_journal(b.s), 0, &undo, &err),
                     0);
    assert_string_equal(undo->title, "undo 1: db1 mem.target 8G → 4G");
    assert_string_equal(undo->steps[0].text, "db1 mem.target 4G → 8G");
    assert_int_equal(xd_session_apply(b.s, undo, &err), 0);
    assert_int_equal(xd_session_wait_plan(b.s), XD_DONE);
    /* But something else than that is somebody else's. */
    xd_session_dispatch(b.s);
    fake.d[2].mem_kib = 1 << 20;
    ended(bench_apply(&b, &(struct xd_wish){"db1", "mem.target", "4G"}, 1), XD_REFUSED,
          "db1 mem.target: expected 7G, found 1G: somebody changed it meanwhile");
    bench_done(&b);
}

static void a_failing_step_takes_the_others_back(void **state)
{
    const struct xd_journal_entry *e;
    const struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    atomic_store(&fake.orders.write_rc, -EINVAL);
    atomic_store(&fake.orders.only_nth_write, 3);
    p = bench_apply(&b, three, 3);
    ended(p, XD_ROLLED_BACK, "step 3 of 3: the fake host says no");
    steps_ended(p, "BBR");
    assert_int_equal(fake.d[1].cap, 0);
    assert_int_equal(fake.d[2].weight, 1024);
    assert_int_equal(fake.writes, 5);
    e = xd_journal_find(xd_session_journal(b.s), p->id);
    assert_int_equal(e->outcome, XD_ROLLED_BACK);
    assert_int_equal(e->steps[0].outcome, XD_ROLLED_BACK);
    assert_int_equal(e->steps[2].outcome, XD_REFUSED);

    /* The same when the second is refused because of what was found. */
    atomic_store(&fake.orders.write_rc, 0);
    fake.d[2].weight = 77;
    p = bench_apply(&b, three, 3);
    ended(p, XD_ROLLED_BACK,
          "step 2 of 3: db1 sched.weight: expected 1024, found 77: somebody "
          "changed it meanwhile");
    steps_ended(p, "BRp");
    assert_int_equal(fake.d[1].cap, 0);
    bench_done(&b);
}

static void taking_back_fails_too(void **state)
{
    const struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    /* All writes from the second on fail: what was done stays, and is named. */
    atomic_store(&fake.orders.reads_until_seen, 3);
    assert_int_equal(xd_session_apply(b.s, bench_plan(&b, three, 2), NULL), 0);
    xd_session_dispatch(b.s);
    atomic_store(&fake.orders.write_rc, -EPERM);
    xd_session_wait_plan(b.s);
    p = xd_session_plan(b.s);
    ended(p, XD_FAILED,
          "step 2 of 2: the fake host says no; still on the host: web1 sched.cap none → 40 (could "
          "not be taken back: the fake host says no)");
    steps_ended(p, "FR");
    assert_int_equal(fake.d[1].cap, 40);
    bench_done(&b);
}

static void not_seen_takes_back_what_came_before(void **state)
{
    const struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    atomic_store(&fake.orders.ignore_write, true);
    atomic_store(&fake.orders.only_nth_write, 2);
    p = bench_apply(&b, three, 3);
    ended(p, XD_NOT_SEEN,
          "step 2 of 3: db1 sched.weight: 512 was accepted, but 2.0 s later it is still 1024; the "
          "steps before it were taken back");
    steps_ended(p, "BNp");
    assert_int_equal(fake.d[1].cap, 0);
    bench_done(&b);
}

static void cancel_between_steps(void **state)
{
    const struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    atomic_store(&fake.orders.reads_until_seen, 2);
    assert_int_equal(xd_session_apply(b.s, bench_plan(&b, three, 3), NULL), 0);
    xd_session_dispatch(b.s);
    assert_true(xd_session_busy(b.s));
    fake.stale_reads = 0; /* the next look sees it */
    atomic_store(&fake.orders.reads_until_seen, 0);
    xd_session_cancel(b.s);
    xd_session_wait_plan(b.s);
    p = xd_session_plan(b.s);
    ended(p, XD_ROLLED_BACK, "cancelled after step 1 of 3");
    steps_ended(p, "Bpp");
    assert_int_equal(fake.d[1].cap, 0);

    xd_session_dispatch(b.s);
    /* Before the first step began: nothing was done. A cancel holds for one plan only. */
    assert_int_equal(xd_session_apply(b.s, bench_plan(&b, three, 3), NULL), 0);
    xd_session_cancel(b.s);
    xd_session_wait_plan(b.s);
    ended(xd_session_plan(b.s), XD_REFUSED, "step 1 of 3: web1 was cancelled before it began");
    ended(bench_apply(&b, three, 3), XD_DONE, NULL);
    bench_done(&b);
}

static void actions(void **state)
{
    const struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    p = bench_apply(&b, &(struct xd_wish){"web1", "pause", NULL}, 1);
    ended(p, XD_DONE, NULL);
    assert_int_equal(fake.d[1].state, XD_STATE_PAUSED);
    atomic_store(&fake.orders.settled_rc, 2);
    p = bench_apply(&b, &(struct xd_wish){"web1", "unpause", NULL}, 1);
    ended(p, XD_NOT_SEEN, "unpause web1 was accepted, but 2.0 s later it isn't seen");
    atomic_store(&fake.orders.settled_rc, -EIO);
    p = bench_apply(&b, &(struct xd_wish){"web1", "pause", NULL}, 1);
    ended(p, XD_LOST,
          "pause web1 was accepted, but what came of it can't be known: the fake host "
          "can't tell");
    atomic_store(&fake.orders.settled_rc, 0);
    atomic_store(&fake.orders.act_rc, -EALREADY);
    p = bench_apply(&b, &(struct xd_wish){"web1", "pause", NULL}, 1);
    ended(p, XD_REFUSED, "the fake host won't");
    atomic_store(&fake.orders.act_rc, -EIO);
    p = bench_apply(&b, &(struct xd_wish){"db1", "destroy", NULL}, 1);
    ended(p, XD_FAILED, "the fake host won't; still on the host: destroy db1 (in part)");
    bench_done(&b);
}

static void actions_are_taken_back_by_their_inverse(void **state)
{
    const struct xd_wish pause_then_cap[] = {{"web1", "pause", NULL}, {"db1", "sched.cap", "40"}};
    const struct xd_wish destroy_then_cap[] = {{"web1", "destroy", NULL},
                                               {"db1", "sched.cap", "40"}};
    const struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    atomic_store(&fake.orders.write_rc, -EPERM);
    p = bench_apply(&b, pause_then_cap, 2);
    ended(p, XD_ROLLED_BACK, "step 2 of 2: the fake host says no");
    assert_int_equal(fake.d[1].state, XD_STATE_RUNNING);
    assert_int_equal(fake.acts, 2);
    p = bench_apply(&b, destroy_then_cap, 2);
    ended(p, XD_FAILED,
          "step 2 of 2: the fake host says no; still on the host: destroy web1 (it "
          "can't be undone)");
    steps_ended(p, "dR");
    bench_done(&b);
}

static void progress_is_shown_and_made_safe(void **state)
{
    struct bench b;
    uint64_t before;

    bench_inline(&b, "");
    atomic_store(&fake.orders.settled_rc, 2);
    assert_int_equal(
        xd_session_apply(b.s, bench_plan(&b, &(struct xd_wish){"web1", "pause", NULL}, 1), NULL),
        0);
    before = xd_world_generation(xd_session_world(b.s));
    assert_int_equal(xd_session_plan(b.s)->permille, -1);
    assert_true(xd_session_dispatch(b.s));
    assert_int_equal(xd_session_plan(b.s)->permille, 500);
    assert_string_equal(xd_session_plan(b.s)->progress, "half \xef\xbf\xbd[31mdone");
    assert_true(xd_world_generation(xd_session_world(b.s)) > before);
    xd_session_cancel(b.s);
    xd_session_wait_plan(b.s);
    assert_int_equal(xd_session_plan(b.s)->permille, -1);
    bench_done(&b);
}

static void one_plan_at_a_time_and_only_once(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    p = bench_plan(&b, &(struct xd_wish){"db1", "sched.weight", "512"}, 1);
    assert_int_equal(xd_session_apply(b.s, bench_plan(&b, CAP_40), &err), 0);
    assert_int_equal(xd_session_apply(b.s, p, &err), -EBUSY);
    assert_string_equal(err.text, "another edit is being carried out: web1 sched.cap none → 40");
    xd_session_wait_plan(b.s);
    assert_int_equal(xd_session_apply(b.s, p, &err), 0);
    xd_session_wait_plan(b.s);
    assert_int_equal(xd_session_apply(b.s, p, &err), -EINVAL);
    assert_string_equal(err.text, "\"db1 sched.weight 1024 → 512\" was carried out before");
    bench_done(&b);
}

static void the_operator_cannot_be_opened(void **state)
{
    struct bench b;

    bench_inline(&b, "");
    atomic_store(&fake.orders.operator_open_rc, -EACCES);
    ended(bench_apply(&b, CAP_40), XD_REFUSED, "the fake host's door is locked");
    /* Each step tries again. */
    atomic_store(&fake.orders.operator_open_rc, 0);
    ended(bench_apply(&b, CAP_40), XD_DONE, NULL);
    bench_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(done_means_read_back),
        cmocka_unit_test(somebody_changed_it_meanwhile),
        cmocka_unit_test(the_object_is_gone),
        cmocka_unit_test(the_host_says_no),
        cmocka_unit_test(what_cannot_be_read_back_is_unknown),
        cmocka_unit_test(accepted_but_not_seen),
        cmocka_unit_test(seen_only_after_a_while),
        cmocka_unit_test(the_clock_need_not_move),
        cmocka_unit_test(memory_on_its_way_is_enough),
        cmocka_unit_test(a_failing_step_takes_the_others_back),
        cmocka_unit_test(taking_back_fails_too),
        cmocka_unit_test(not_seen_takes_back_what_came_before),
        cmocka_unit_test(cancel_between_steps),
        cmocka_unit_test(actions),
        cmocka_unit_test(actions_are_taken_back_by_their_inverse),
        cmocka_unit_test(progress_is_shown_and_made_safe),
        cmocka_unit_test(one_plan_at_a_time_and_only_once),
        cmocka_unit_test(the_operator_cannot_be_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
