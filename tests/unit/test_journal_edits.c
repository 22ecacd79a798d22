/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits and their journal: no edit without one, one that breaks in the middle, and undo. */
#include "journal_help.h"

/* --- a journal that can't be written --- */

static void no_journal_no_edit(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p = bench_plan(&b, CAP_40);
    char folder[128];

    snprintf(folder, sizeof(folder), "%s/sub", b.dir);
    assert_int_equal(symlink("/dev/null", folder), 0); /* no folder can be made there */
    assert_int_equal(xd_session_apply(b.s, p, &err), -ENOTDIR);
    assert_non_null(strstr(err.text, "nothing was done, it could not be journalled: journal "));
    assert_non_null(strstr(err.text, ": Not a directory"));
    assert_int_equal(fake.writes, 0);
    unlink(folder);
    bench_carry_out(&b, p); /* the same plan, once it can */
    assert_int_equal(xd_session_plan(b.s)->outcome, XD_DONE);

    /* Nor with one that can't even be read: looking works, editing doesn't. */
    xd_session_close(b.s);
    assert_int_equal(
        bench_open(&b, &(struct xd_session_config){.inline_workers = true, .journal = "/dev/null"},
                   &err),
        0);
    assert_true(bench_logged(&b, "journal /dev/null: wanted a regular file"));
    xd_session_dispatch(b.s);
    p = bench_plan(&b, WEIGHT_64);
    assert_int_equal(xd_session_apply(b.s, p, &err), -EINVAL);
    xd_plan_free(p);
}

/* The disk is full from the second step on: nothing that leaves no trace is done, and what was done
 * is taken back even without one. */
static void the_journal_breaks_in_the_middle(void **state)
{
    const struct xd_wish two[] = {{"web1", "sched.cap", "40"}, {"db1", "sched.weight", "64"}};
    struct rlimit old, small;
    struct xd_journal *j;
    const struct xd_plan *p;
    char expected[256];
    off_t size;

    signal(SIGXFSZ, SIG_IGN);
    atomic_store(&fake.orders.reads_until_seen, 2);
    assert_int_equal(xd_session_apply(b.s, bench_plan(&b, two, 2), NULL), 0);
    xd_session_dispatch(b.s); /* written, not yet seen */
    size = file_size();
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){.rlim_cur = (rlim_t)size + 20, .rlim_max = old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    xd_session_wait_plan(b.s);
    setrlimit(RLIMIT_FSIZE, &old);
    p = xd_session_plan(b.s);
    snprintf(expected, sizeof(expected),
             "stopped, because the journal can't be written: journal %s: writing to it: File too "
             "large",
             b.path);
    assert_string_equal(p->detail, expected);
    assert_int_equal(p->outcome, XD_ROLLED_BACK);
    assert_int_equal(fake.d[1].cap, 0);
    assert_int_equal(fake.d[2].weight, 1024);
    assert_int_equal(xd_journal_at(xd_session_journal(b.s), 0)->outcome, XD_ROLLED_BACK);
    /* What could not be written whole was taken away again. */
    assert_int_equal(file_size(), size);
    j = open_again();
    assert_int_equal(xd_journal_at(j, 0)->outcome, XD_RUNNING); /* this process lives */
    xd_journal_close(j);
}

/* How often the file has that text. */
static int count_in_file(const char *text)
{
    char all[8192], *at = all;
    FILE *f = fopen(b.path, "r");
    int n = 0;

    assert_non_null(f);
    all[fread(all, 1, sizeof(all) - 1, f)] = '\0';
    fclose(f);
    while ((at = strstr(at, text))) {
        n++;
        at++;
    }
    return n;
}

/* begin and start are one write, step and end another: neither is there without its twin. */
static void what_belongs_together_is_written_together(void **state)
{
    struct rlimit old, small;

    signal(SIGXFSZ, SIG_IGN);
    atomic_store(&fake.orders.reads_until_seen, 2);
    assert_int_equal(xd_session_apply(b.s, bench_plan(&b, CAP_40), NULL), 0);
    xd_session_dispatch(b.s); /* written, not yet seen */
    assert_int_equal(count_in_file("\n"), 2);
    getrlimit(RLIMIT_FSIZE, &old);
    /* room for the step's end, and for half of the plan's */
    small = (struct rlimit){.rlim_cur = (rlim_t)file_size() + 200, .rlim_max = old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    xd_session_wait_plan(b.s);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(xd_session_plan(b.s)->outcome, XD_ROLLED_BACK);
    assert_int_equal(fake.d[1].cap, 0);
    assert_int_equal(count_in_file("\"outcome\":\"done\""), 0);
    bench_apply(&b, WEIGHT_64);
    assert_int_equal(xd_session_plan(b.s)->outcome, XD_DONE);
    assert_int_equal(count_in_file("\"outcome\":\"done\""), 2);
}

/* --- undo --- */

static void undo_and_undo_of_undo(void **state)
{
    no_undo(0, -ENOENT, "there is nothing in the journal that can be undone");
    bench_apply(&b, CAP_40);
    bench_apply(&b, WEIGHT_64);
    undo_is(0, "undo 2: db1 sched.weight 1024 → 64", "db1 sched.weight 64 → 1024");
    assert_int_equal(fake.d[2].weight, 1024);
    /* The second goes on back, not to and fro. */
    undo_is(0, "undo 1: web1 sched.cap none → 40", "web1 sched.cap 40 → none");
    assert_int_equal(fake.d[1].cap, 0);
    no_undo(0, -ENOENT, "there is nothing in the journal that can be undone");
    no_undo(2, -EALREADY, "journal entry 2 was undone by 3");
    no_undo(9, -ENOENT, "there is no journal entry 9");
    assert_int_equal(xd_journal_find(xd_session_journal(b.s), 1)->undone_by, 4);
    assert_string_equal(xd_journal_find(xd_session_journal(b.s), 1)->no_undo, "it was undone by 4");
    /* Taking an undo back makes its edit count again. */
    undo_is(3, "undo 3: undo 2: db1 sched.weight 1024 → 64", "db1 sched.weight 1024 → 64");
    assert_int_equal(xd_journal_find(xd_session_journal(b.s), 2)->undone_by, 0);
    assert_int_equal(xd_journal_find(xd_session_journal(b.s), 3)->undone_by, 5);
    undo_is(0, "undo 2: db1 sched.weight 1024 → 64", "db1 sched.weight 64 → 1024");
}

static void undo_in_reverse_and_after_a_restart(void **state)
{
    const struct xd_wish three[] = {
        {"web1", "sched.cap", "40"}, {"db1", "vcpu.affinity", "0-3"}, {"web1", "pause", NULL}};
    struct xd_err err = XD_ERR_INIT;
    const struct xd_plan *p;

    fake.d[2].vcpus = 1;
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    bench_apply(&b, three, 3);
    assert_int_equal(xd_session_plan(b.s)->outcome, XD_DONE);
    xd_session_close(b.s);
    assert_int_equal(
        bench_open(&b, &(struct xd_session_config){.inline_workers = true, .journal = b.path},
                   &err),
        0);
    xd_session_dispatch(b.s);
    undo_is(0, "undo 1: 3 edits", "unpause web1");
    p = xd_session_plan(b.s);
    assert_string_equal(p->steps[1].text, "db1/0 vcpu.affinity 0-3 → 0-7");
    assert_string_equal(p->steps[2].text, "web1 sched.cap 40 → none");
    assert_int_equal(fake.d[1].state, XD_STATE_RUNNING);
    assert_int_equal(p->undoes, 1);
}

static void what_cannot_be_undone_says_why(void **state)
{
    const struct xd_plan *p;
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *undo;

    bench_apply(&b, (&(struct xd_wish){"db1", "destroy", NULL}), 1);
    no_undo(1, -ENOTSUP,
            "journal entry 1 can't be undone: step 1, destroy db1, has nothing that "
            "would take it back");
    atomic_store(&fake.orders.write_rc, -EPERM);
    bench_apply(&b, CAP_40);
    no_undo(2, -ENOTSUP, "journal entry 2 can't be undone: nothing of it is on the host");
    atomic_store(&fake.orders.write_rc, 0);
    bench_apply(&b, CAP_40);
    /* Somebody set it to something else since: the undo finds out and refuses. */
    fake.d[1].cap = 60;
    assert_int_equal(xd_plan_undo(xd_session_world(b.s), xd_session_journal(b.s), 0, &undo, &err),
                     0);
    p = bench_carry_out(&b, undo);
    assert_int_equal(p->outcome, XD_REFUSED);
    assert_string_equal(p->detail,
                        "web1 sched.cap: expected 40, found 60: somebody changed it meanwhile");
    assert_int_equal(xd_journal_find(xd_session_journal(b.s), 3)->undone_by, 0);
    fake.n = 1;
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    no_undo(0, -ESRCH,
            "undoing 3: web1 (11111111-1111-1111-1111-111111111111) is not among the "
            "domains any more");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(no_journal_no_edit),
        T(the_journal_breaks_in_the_middle),
        T(what_belongs_together_is_written_together),
        T(undo_and_undo_of_undo),
        T(undo_in_reverse_and_after_a_restart),
        T(what_cannot_be_undone_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
