/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy carried out on the demo host, second by second on a manual clock. */
#include "runner_help.h"

static void test_budget_is_spent_capped_and_given_back(void **state)
{
    struct bench b;
    const struct xd_journal_entry *e;

    bench_open(&b, BURST);
    go(&b, 3 * S);
    assert_int_equal(cap(&b, "spin1"), 0);
    go(&b, 6 * S);
    assert_int_equal(cap(&b, "spin1"), 20);
    assert_int_equal(cap(&b, "spin2"), 20);
    assert_int_equal(cap(&b, "calm"), 0);
    go(&b, 12 * S); /* the window is over */
    assert_int_equal(cap(&b, "spin1"), 0);

    /* As any edit it is in the journal, with who and why. */
    e = xd_journal_at(xd_session_journal(b.s), 0);
    assert_string_equal(e->who, "policy burst");
    assert_non_null(strstr(e->title, "sched.cap none → 20: rule burst, its budget is used up"));
    assert_int_equal(e->outcome, XD_DONE);
    bench_close(&b);
}

/* A tick of 5 s, and budgets that are used up between two: a sample is asked for at that moment. */
static void test_windows_give_their_budget_exactly_even_if_ticks_are_rare(void **state)
{
    struct bench b;
    uint64_t before, ticks;
    struct xd_runner_status st;

    bench_open(&b, BURST);
    xd_session_set_interval(b.s, 5 * S);
    go(&b, 20 * S);
    xd_runner_status(b.r, &st);
    ticks = st.ticks;
    for (int window = 0; window < 5; window++) {
        before = value(&b, "spin1", XD_DOMAIN_CPU_NS);
        go(&b, 20 * S);
        uint64_t used = value(&b, "spin1", XD_DOMAIN_CPU_NS) - before;
        /* 6 s at full speed, a fifth of the other 14. The demo host's time has steps of 0.1 s, and
         * what was too much in one window is missing in the next. */
        assert_in_range(used, (uint64_t)(86 * S / 10), (uint64_t)(89 * S / 10));
    }
    xd_runner_status(b.r, &st);
    assert_in_range(st.ticks - ticks, 20, 5 * (4 + 5)); /* not all the time */
    bench_close(&b);
}

/* Where one moment follows the other the host isn't looked at all the time, and it doesn't end
 * either. */
static void test_many_moments_are_looked_at_now_and_then(void **state)
{
    struct bench b;
    struct xd_runner_status st;
    uint64_t ticks;

    bench_open(&b,
               "policy: busy\ntimezone: UTC\nrules:\n"
               "  - {name: a, match: {name: spin1}, budget: {cpu: 200ms, per: 1s, kind: fixed,\n"
               "     then: {sched.cap: 20}}}\n"
               "  - {name: b, match: {name: spin2}, budget: {cpu: 500ms, per: 1s, kind: fixed,\n"
               "     then: {sched.cap: 20}}}\n");
    xd_session_set_interval(b.s, 10 * S);
    go(&b, 20 * S);
    for (int i = 0; i < 5; i++) {
        xd_runner_status(b.r, &st);
        ticks = st.ticks;
        go(&b, 20 * S);
        xd_runner_status(b.r, &st);
        assert_in_range(st.ticks - ticks, 8, 16); /* two intervals */
    }
    bench_close(&b);
}

static void test_a_killed_one_is_followed_by_one_that_goes_on(void **state)
{
    struct bench b;

    bench_open(&b, BURST);
    for (int i = 0; i < 40; i++) {
        go(&b, S + S / 3);
        xd_runner_free(b.r); /* as kill -9 would: nothing is said, nothing is put back */
        xd_ledger_store_close(b.store);
        assert_int_equal(xd_ledger_store_open(b.dir, &b.store, NULL), 0);
        start(&b, BURST);
    }
    assert_true(logged(&b, "goes on with the balances of"));
    /* Whatever moment it was killed at, the domain's own cap is known. */
    xd_runner_stop(b.r);
    go(&b, S);
    assert_true(xd_runner_is_over(b.r));
    assert_int_equal(cap(&b, "spin1"), 0);
    assert_int_equal(cap(&b, "spin2"), 0);
    bench_close(&b);
}

static void test_killed_between_writing_down_and_doing(void **state)
{
    struct bench b;
    int cut = 0;

    /* One step at a time, and dead after each: the cap is there or it isn't. */
    bench_open(&b, BURST);
    for (int i = 0; i < 400; i++) {
        xd_clock_advance(&b.clock, S / 10);
        xd_session_dispatch(b.s);
        xd_runner_step(b.r);
        cut += xd_session_busy(b.s);
        if (i % 3 == 0 || xd_session_busy(b.s)) {
            xd_runner_free(b.r);
            xd_session_wait_plan(b.s);
            start(&b, BURST);
        }
    }
    assert_true(cut > 0);
    xd_runner_stop(b.r);
    go(&b, S);
    assert_int_equal(cap(&b, "spin1"), 0);
    bench_close(&b);
}

static void test_refused_steps_are_told_and_tried_again(void **state)
{
    struct bench b;
    struct xd_runner_status st;

    bench_open(&b, BURST);
    go(&b, S);
    assert_int_equal(xd_session_control(b.s, "fault ignore 3 spin1", NULL), 0);
    go(&b, 9 * S);
    assert_int_equal(cap(&b, "spin1"), 0);
    assert_int_equal(cap(&b, "spin2"), 20); /* one that fails keeps no other waiting */
    xd_runner_status(b.r, &st);
    assert_true(st.failed > 1 && st.failed < 6); /* not with every tick */
    assert_true(st.trouble[0] != '\0');
    assert_true(logged(&b, "it is tried again"));
    assert_int_equal(xd_session_control(b.s, "fault clear", NULL), 0);
    go(&b, 5 * S);
    assert_int_equal(cap(&b, "spin1"), 20);
    xd_runner_status(b.r, &st);
    assert_string_equal(st.trouble, "");
    bench_close(&b);
}

static void test_what_nobody_wants_any_more_is_no_trouble(void **state)
{
    struct bench b;
    struct xd_runner_status st;

    bench_open(&b, BURST);
    go(&b, S);
    assert_int_equal(xd_session_control(b.s, "fault ignore 30 spin1", NULL), 0);
    go(&b, 9 * S);
    xd_runner_status(b.r, &st);
    assert_true(st.trouble[0] != '\0');
    assert_int_equal(xd_runner_set_pause(b.r, "spin1", XD_BUDGETS_HOLDS, NULL), 0);
    go(&b, 2 * S);
    xd_runner_status(b.r, &st);
    assert_string_equal(st.trouble, "");
    bench_close(&b);
}

static void test_the_end_gives_back_or_holds(void **state)
{
    static const char *const on_exit[] = {"restore", "hold"};

    for (size_t i = 0; i < 2; i++) {
        char yaml[512] = "policy: burst\ntimezone: UTC\non_exit: ";
        struct bench b;

        strcat(strcat(yaml, on_exit[i]), "\n");
        strcat(yaml, strstr(BURST, "rules:"));
        bench_open(&b, yaml);
        go(&b, 9 * S);
        assert_int_equal(cap(&b, "spin1"), 20);
        xd_runner_stop(b.r);
        go(&b, S);
        assert_true(xd_runner_is_over(b.r));
        assert_int_equal(cap(&b, "spin1"), i == 0 ? 0 : 20);
        bench_close(&b);
    }
}

static void test_pauses(void **state)
{
    struct bench b;
    struct xd_err err = XD_ERR_INIT;

    bench_open(&b, BURST);
    go(&b, 9 * S);
    assert_int_equal(xd_runner_set_pause(b.r, "spin1", XD_BUDGETS_RESTORES, &err), 0);
    go(&b, S);
    assert_int_equal(cap(&b, "spin1"), 0);
    assert_int_equal(cap(&b, "spin2"), 20);
    /* It outlives the process. */
    xd_runner_free(b.r);
    start(&b, BURST);
    go(&b, 2 * S);
    assert_int_equal(cap(&b, "spin1"), 0);
    assert_int_equal(xd_runner_set_pause(b.r, "spin1", XD_BUDGETS_RUNS, &err), 0);
    go(&b, S);
    assert_int_equal(cap(&b, "spin1"), 20);
    /* All of it, and the caps stay where they are past the window's end. */
    assert_int_equal(xd_runner_set_pause(b.r, NULL, XD_BUDGETS_HOLDS, &err), 0);
    go(&b, 12 * S);
    assert_int_equal(cap(&b, "spin1"), 20);
    assert_int_equal(xd_runner_set_pause(b.r, NULL, XD_BUDGETS_RUNS, &err), 0);
    go(&b, S);
    assert_int_equal(cap(&b, "spin1"), 0);
    assert_int_equal(xd_runner_set_pause(b.r, "nobody", XD_BUDGETS_HOLDS, &err), -ENOENT);
    bench_close(&b);
}

static void test_budgets_are_changed_live(void **state)
{
    struct bench b;
    struct xd_err err = XD_ERR_INIT;

    bench_open(&b, BURST);
    go(&b, 9 * S);
    assert_int_equal(cap(&b, "spin1"), 20);
    /* More is there at once; what was used stays used. */
    assert_int_equal(
        xd_runner_change_budget(b.r, "burst", &(struct xd_budget_change){10 * S, 0, -1}, &err), 0);
    go(&b, 2 * S);
    assert_int_equal(cap(&b, "spin1"), 0);
    go(&b, 4 * S);
    assert_int_equal(cap(&b, "spin1"), 20);
    assert_int_equal(
        xd_runner_change_budget(b.r, "burst", &(struct xd_budget_change){0, 0, 35}, &err), 0);
    go(&b, S);
    assert_int_equal(cap(&b, "spin1"), 35);
    assert_int_equal(
        xd_runner_change_budget(b.r, "brust", &(struct xd_budget_change){S, 0, -1}, &err), -ENOENT);
    assert_non_null(strstr(err.text, "did you mean burst?"));
    assert_int_equal(
        xd_runner_change_budget(b.r, "burst", &(struct xd_budget_change){1, 0, -1}, &err), -ERANGE);
    assert_int_equal(
        xd_runner_change_budget(b.r, "burst", &(struct xd_budget_change){0, 0, 409601}, &err),
        -ERANGE);
    assert_string_equal(err.text, "rule burst: a cap is at most 409600%");
    /* Another policy: what no rule wants any more is given back. */
    assert_int_equal(
        xd_runner_replace(
            b.r,
            policy_of("policy: other\nrules:\n"
                      "  - {name: w, match: {name: spin2}, at_most: {sched.cap: 50}}\n"),
            &err),
        0);
    go(&b, S);
    assert_int_equal(cap(&b, "spin1"), 0);
    assert_int_equal(cap(&b, "spin2"), 50);
    bench_close(&b);
}

static void spoil(const struct bench *b, const char *name, off_t cut)
{
    char path[128];
    struct stat st;

    snprintf(path, sizeof(path), "%s/%s", b->dir, name);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size - cut), 0);
}

static uint64_t newest(struct bench *b, const char **note, int *rc)
{
    struct xd_buf text = XD_BUF_INIT;

    xd_ledger_store_close(b->store);
    assert_int_equal(xd_ledger_store_open(b->dir, &b->store, NULL), 0);
    *rc = xd_ledger_store_load(b->store, &text, note, NULL);
    xd_buf_done(&text);
    return xd_ledger_store_seq(b->store);
}

static void test_a_torn_copy_never_wins(void **state)
{
    struct bench b;
    const char *note, *last;
    uint64_t seq;
    int rc;

    bench_open(&b, BURST);
    go(&b, 10 * S);
    seq = newest(&b, &note, &rc);
    assert_true(rc == 1 && seq > 4 && !note);
    last = seq % 2 ? "ledger.1" : "ledger.0";
    spoil(&b, last, 7);
    assert_int_equal(newest(&b, &note, &rc), seq - 1);
    assert_int_equal(rc, 1);
    assert_non_null(strstr(note, last));
    spoil(&b, seq % 2 ? "ledger.0" : "ledger.1", 1);
    newest(&b, &note, &rc);
    assert_int_equal(rc, -EBADMSG);
    /* Told, and a beginning. */
    xd_runner_free(b.r);
    start(&b, BURST);
    assert_true(logged(&b, "budgets begin full"));
    bench_close(&b);
}

static void test_nothing_moves_that_is_not_written_down(void **state)
{
    struct bench b;
    struct xd_runner_status st;
    char path[128];

    bench_open(&b, BURST);
    go(&b, 2 * S);
    for (int i = 0; i < 2; i++) { /* folders stand where the copies go */
        snprintf(path, sizeof(path), "%s/ledger.%d", b.dir, i);
        unlink(path);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    go(&b, 7 * S);
    assert_int_equal(cap(&b, "spin1"), 0);
    xd_runner_status(b.r, &st);
    assert_non_null(strstr(st.trouble, "ledger."));
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/ledger.%d", b.dir, i);
        assert_int_equal(rmdir(path), 0);
    }
    go(&b, 2 * S);
    assert_int_equal(cap(&b, "spin1"), 20);
    assert_true(logged(&b, "balances are kept again"));
    bench_close(&b);
}

static void test_somebody_elses_value_is_what_it_goes_back_to(void **state)
{
    struct bench b;
    struct xd_plan *p;

    bench_open(&b, BURST);
    go(&b, 2 * S);
    assert_int_equal(xd_plan_make(xd_session_world(b.s),
                                  &(struct xd_wish){"spin1", "sched.cap", "90"}, 1, &p, NULL),
                     0);
    assert_int_equal(xd_session_apply(b.s, p, NULL), 0);
    go(&b, 8 * S);
    assert_int_equal(cap(&b, "spin1"), 20);
    xd_runner_stop(b.r);
    go(&b, S);
    assert_int_equal(cap(&b, "spin1"), 90);
    bench_close(&b);
}

static void test_a_silent_host_gives_nobody_more(void **state)
{
    struct bench b;
    uint64_t before;

    bench_open(&b, BURST);
    go(&b, 2 * S);
    before = value(&b, "spin1", XD_DOMAIN_CPU_NS);
    assert_int_equal(xd_session_control(b.s, "fault dead 12s", NULL), 0);
    go(&b, 12 * S);
    assert_true(logged(&b, "says nothing: whose budget may be used up is limited"));
    go(&b, 2 * S); /* seen to be silent after 5 s; and from then on a fifth */
    assert_in_range(value(&b, "spin1", XD_DOMAIN_CPU_NS) - before, (uint64_t)(4 * S),
                    (uint64_t)(9 * S));
    assert_int_equal(xd_session_busy(b.s), 0);
    assert_false(logged(&b, "REFUSED"));
    go(&b, 6 * S); /* the next window, and the domain's own value isn't forgotten */
    assert_int_equal(cap(&b, "spin1"), 0);
    assert_int_equal(cap(&b, "calm"), 0);
    bench_close(&b);
}

/* What the host saw, played to the simulation: the same knobs at the same times. */
struct moves {
    struct {
        char what[128]; /* "spin1 20" */
        int64_t wall_ns;
    } list[64];
    size_t n;
};

static void note_move(struct moves *m, int64_t wall_ns, const char *domain, const char *cap)
{
    assert_true(m->n < sizeof(m->list) / sizeof(m->list[0]));
    snprintf(m->list[m->n].what, sizeof(m->list[0].what), "%s %s", domain, cap);
    m->list[m->n++].wall_ns = wall_ns;
}

static void note_sim(void *arg, int64_t wall_ns, const struct xd_engine_act *a)
{
    note_move(arg, wall_ns, a->domain->name, a->to == XD_POLICY_MOST ? "none" : "20");
}

/* The host is also looked at between two samples, at the moment when a budget is used up. */
static void assert_same_moves(const struct moves *live, const struct moves *simulated,
                              int64_t sample_ns)
{
    assert_int_equal(live->n, simulated->n);
    for (size_t i = 0; i < live->n; i++) {
        assert_string_equal(live->list[i].what, simulated->list[i].what);
        assert_in_range(simulated->list[i].wall_ns - live->list[i].wall_ns + sample_ns, 0,
                        2 * sample_ns);
    }
}

static void test_simulation_and_host_decide_the_same(void **state)
{
    struct bench b;
    struct moves live = {.n = 0}, simulated = {.n = 0};
    struct xd_policy *p = policy_of(BURST);
    struct xd_sim *sim = xd_sim_new(p);
    struct xd_journal *j;

    bench_open(&b, BURST);
    xd_sim_on_act(sim, note_sim, &simulated);
    for (int i = 0; i <= 100; i++) {
        struct xd_trace_row rows[2];
        struct xd_trace_sample sample = {(i + 1) * S, xd_clock_wall(&b.clock), rows, 2};
        static const char *const names[] = {"spin1", "spin2"};

        for (int k = 0; k < 2; k++)
            rows[k] = (struct xd_trace_row){
                .uuid = names[k],
                .name = names[k],
                .have = 1u << XD_TRACE_CPU_NS | 1u << XD_TRACE_VCPUS | 1u << XD_TRACE_CAP,
                .number = {[XD_TRACE_CPU_NS] = (uint64_t)(i * S), [XD_TRACE_VCPUS] = 1}};
        assert_int_equal(xd_sim_step(sim, &sample, NULL, 0, NULL), 0);
        go(&b, i < 100 ? S : S / 2);
    }
    j = xd_session_journal(b.s);
    for (size_t i = 0; i < xd_journal_count(j); i++) {
        const struct xd_journal_entry *e = xd_journal_at(j, i);

        note_move(&live, e->begin_wall_ns, e->steps[0].label, e->steps[0].now);
    }
    assert_true(live.n >= 20); /* five windows: two domains, down and up */
    assert_same_moves(&live, &simulated, S);
    xd_sim_free(sim);
    xd_policy_free(p);
    bench_close(&b);
}

static void test_one_holder_at_a_time(void **state)
{
    struct xd_hold *h, *other;
    struct xd_err err = XD_ERR_INIT;
    char dir[] = "/tmp/xendeck-hold-XXXXXX", path[64], who[32];

    assert_non_null(mkdtemp(dir));
    xd_hold_path("demo", dir, path, sizeof(path));
    assert_int_equal(xd_hold_take(path, "xendeck policy run", &h, &err), 0);
    assert_int_equal(xd_hold_take(path, "xendeck", &other, &err), -EBUSY);
    snprintf(who, sizeof(who), "process %ld, ", (long)getpid());
    assert_non_null(strstr(err.text, who));
    assert_non_null(strstr(err.text, "xendeck policy run"));
    xd_hold_give(h);
    assert_int_equal(xd_hold_take(path, "xendeck", &other, &err), 0);
    xd_hold_give(other);
    remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget_is_spent_capped_and_given_back),
        cmocka_unit_test(test_windows_give_their_budget_exactly_even_if_ticks_are_rare),
        cmocka_unit_test(test_many_moments_are_looked_at_now_and_then),
        cmocka_unit_test(test_a_killed_one_is_followed_by_one_that_goes_on),
        cmocka_unit_test(test_killed_between_writing_down_and_doing),
        cmocka_unit_test(test_refused_steps_are_told_and_tried_again),
        cmocka_unit_test(test_what_nobody_wants_any_more_is_no_trouble),
        cmocka_unit_test(test_the_end_gives_back_or_holds),
        cmocka_unit_test(test_pauses),
        cmocka_unit_test(test_budgets_are_changed_live),
        cmocka_unit_test(test_a_torn_copy_never_wins),
        cmocka_unit_test(test_nothing_moves_that_is_not_written_down),
        cmocka_unit_test(test_somebody_elses_value_is_what_it_goes_back_to),
        cmocka_unit_test(test_a_silent_host_gives_nobody_more),
        cmocka_unit_test(test_simulation_and_host_decide_the_same),
        cmocka_unit_test(test_one_holder_at_a_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
