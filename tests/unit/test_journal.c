/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/engine/journal: what is on disk before the host is touched, what survives a SIGKILL, and
 * what a hostile file can do (nothing). */
#include "journal_help.h"

/* --- the file --- */

static void a_journal_is_made_with_the_first_edit(void **state)
{
    struct stat st;
    char folder[128];

    assert_int_equal(file_size(), -1); /* looking leaves no trace */
    bench_apply(&b, CAP_40);
    assert_int_equal(stat(b.path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    snprintf(folder, sizeof(folder), "%s/sub", b.dir);
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
}

static void what_was_written_is_read(void **state)
{
    const struct xd_wish two[] = {{"web1", "sched.cap", "40"}, {"db1", "pause", NULL}};
    const struct xd_journal_entry *e;
    const struct xd_journal_step *s;
    struct xd_journal *j;

    bench_apply(&b, two, 2);
    xd_clock_advance(&b.clock, 5 * XD_NS_PER_S);
    atomic_store(&fake.orders.write_rc, -EPERM);
    bench_apply(&b, WEIGHT_64);
    j = open_again();
    assert_int_equal(xd_journal_count(j), 2);
    assert_string_equal(xd_journal_path(j), b.path);
    e = xd_journal_at(j, 0);
    assert_int_equal(e->id, 1);
    assert_string_equal(e->title, "2 edits");
    assert_int_equal(e->outcome, XD_DONE);
    assert_int_equal(e->begin_wall_ns, INT64_C(1700000000) * XD_NS_PER_S);
    assert_true(e->end_wall_ns >= e->begin_wall_ns);
    assert_true(e->who[0]);
    assert_int_equal(e->n, 2);
    s = &e->steps[0];
    assert_string_equal(s->table, "domains");
    assert_string_equal(s->key, "11111111-1111-1111-1111-111111111111");
    assert_string_equal(s->label, "web1");
    assert_string_equal(s->name, "sched.cap");
    assert_false(s->is_action);
    assert_string_equal(s->old, "none");
    assert_string_equal(s->now, "40");
    assert_string_equal(s->inverse, "set");
    assert_string_equal(s->text, "web1 sched.cap none → 40");
    assert_string_equal(s->xl, "xl sched-credit2 -d web1 -c 40");
    assert_int_equal(s->outcome, XD_DONE);
    s = &e->steps[1];
    assert_true(s->is_action);
    assert_null(s->old);
    assert_string_equal(s->inverse, "unpause");
    e = xd_journal_find(j, 2);
    assert_int_equal(e->outcome, XD_REFUSED);
    assert_string_equal(e->detail, "the fake host says no");
    assert_string_equal(e->steps[0].detail, "the fake host says no");
    assert_null(xd_journal_find(j, 3));
    assert_null(xd_journal_at(j, 2));
    xd_journal_close(j);
}

static void two_who_write_and_one_who_reads(void **state)
{
    struct xd_journal *j = open_again();
    struct bench other = {.registry = b.registry};
    struct xd_err err = XD_ERR_INIT;

    xd_clock_init_manual(&other.clock, 0);
    xd_log_init(&other.log, &other.clock);
    assert_false(xd_journal_refresh(j));
    bench_apply(&b, CAP_40);
    assert_true(xd_journal_refresh(j));
    assert_int_equal(xd_journal_count(j), 1);
    assert_int_equal(
        bench_open(&other, &(struct xd_session_config){.inline_workers = true, .journal = b.path},
                   &err),
        0);
    xd_session_dispatch(other.s);
    bench_apply(&other, WEIGHT_64);
    assert_int_equal(xd_session_plan(other.s)->id, 2);
    bench_apply(&b, (&(struct xd_wish){"web1", "sched.weight", "99"}), 1);
    assert_int_equal(xd_session_plan(b.s)->id, 3);
    /* Ours has read what the other wrote, before it chose a number. */
    assert_int_equal(xd_journal_count(xd_session_journal(b.s)), 3);
    assert_true(xd_journal_refresh(j));
    assert_false(xd_journal_refresh(j));
    assert_int_equal(xd_journal_count(j), 3);
    assert_string_equal(xd_journal_at(j, 1)->title, "db1 sched.weight 1024 → 64");
    xd_journal_close(j);
    xd_session_close(other.s);
    xd_log_done(&other.log);
}

#define WRITERS 4
#define EACH    8

static void many_processes_one_journal(void **state)
{
    struct xd_journal *j;
    pid_t child[WRITERS];
    int status;

    for (int i = 0; i < WRITERS; i++) {
        child[i] = fork();
        for (int k = 1; child[i] == 0 && k <= EACH; k++) {
            char value[16];

            snprintf(value, sizeof(value), "%d", k);
            bench_apply(&b, &(struct xd_wish){"web1", "sched.cap", value}, 1);
        }
        if (child[i] == 0)
            _exit(0);
    }
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_int_equal(status, 0);
    }
    j = open_again();
    assert_int_equal(xd_journal_count(j), WRITERS * EACH);
    for (size_t i = 0; i < WRITERS * EACH; i++) {
        assert_int_equal(xd_journal_at(j, i)->id, i + 1);
        assert_int_equal(xd_journal_at(j, i)->outcome, XD_DONE);
    }
    assert_false(bench_logged(&b, "host.journal:"));
    xd_journal_close(j);
}

/* A session whose process lives is running; one whose process is another by now is not. */
static void running_or_unknown(void **state)
{
    struct xd_journal *j;

    atomic_store(&fake.orders.reads_until_seen, 5);
    assert_int_equal(xd_session_apply(b.s, bench_plan(&b, CAP_40), NULL), 0);
    xd_session_dispatch(b.s);
    j = open_again();
    assert_int_equal(xd_journal_at(j, 0)->outcome, XD_RUNNING);
    assert_int_equal(xd_journal_at(j, 0)->steps[0].outcome, XD_RUNNING);
    assert_string_equal(xd_journal_at(j, 0)->no_undo, "it is still being carried out");
    xd_session_wait_plan(b.s);
    assert_true(xd_journal_refresh(j));
    assert_int_equal(xd_journal_at(j, 0)->outcome, XD_DONE);
    xd_journal_close(j);
    write_file("{\"xendeck\":1,\"rec\":\"begin\",\"id\":2,\"at_ns\":1,\"pid\":1,\"pid_start\":3,"
               "\"boot\":\"another\",\"title\":\"t\",\"steps\":[{\"table\":\"domains\","
               "\"key\":\"k\",\"label\":\"web1\",\"name\":\"pause\",\"text\":\"pause web1\"}]}\n",
               0);
    j = open_again();
    assert_int_equal(xd_journal_at(j, 1)->outcome, XD_LOST);
    assert_string_equal(xd_journal_at(j, 1)->detail,
                        "xendeck (process 1) ended between two steps; those shown as done were "
                        "done");
    assert_string_equal(xd_journal_at(j, 1)->who, "?");
    xd_journal_close(j);
}

static void killed_in_the_middle_is_unknown(void **state)
{
    const struct xd_wish two[] = {{"db1", "sched.weight", "64"}, {"web1", "sched.cap", "40"}};
    const struct xd_journal_entry *e;
    struct xd_journal *j;
    pid_t child = fork();
    int status;

    if (child == 0) { /* write() of the second step ends this process at once */
        atomic_store(&fake.orders.kill_in_write, true);
        atomic_store(&fake.orders.only_nth_write, 2);
        bench_apply(&b, two, 2);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    j = open_again();
    e = xd_journal_at(j, 0);
    assert_int_equal(e->outcome, XD_LOST);
    assert_string_equal(xd_outcome_name(e->outcome), "UNKNOWN");
    assert_non_null(strstr(e->detail, ") ended in the middle of step 2 of 2: web1 sched.cap none → "
                                      "40; look at web1 and set it by hand"));
    assert_int_equal(e->steps[0].outcome, XD_DONE);
    assert_int_equal(e->steps[1].outcome, XD_LOST);
    assert_int_equal(e->end_wall_ns, 0);
    xd_journal_close(j);
    /* Life goes on with the next number. */
    bench_apply(&b, CAP_40);
    assert_int_equal(xd_session_plan(b.s)->id, 2);
    no_undo(1, -ENOTSUP,
            "journal entry 1 can't be undone: nobody knows what of it is on the host: "
            "look, and set it by hand");
}

static void a_cut_last_line_is_taken_away(void **state)
{
    struct xd_journal *j;
    off_t whole;

    bench_apply(&b, CAP_40);
    whole = file_size();
    write_file("{\"xendeck\":1,\"rec\":\"begin\",\"id\":2,\"ti", 0);
    j = open_again();
    assert_int_equal(xd_journal_count(j), 1);
    assert_false(bench_logged(&b, "host.journal:"));
    xd_journal_close(j);
    assert_true(file_size() > whole); /* reading changes nothing */
    bench_apply(&b, WEIGHT_64);
    j = open_again();
    assert_int_equal(xd_journal_count(j), 2);
    assert_int_equal(xd_journal_at(j, 1)->outcome, XD_DONE);
    assert_false(bench_logged(&b, "host.journal:"));
    xd_journal_close(j);
}

static void a_first_record_cut_in_the_middle(void **state)
{
    bench_apply(&b, CAP_40);
    unlink(b.path);
    write_file("{\"xend", 0);
    bench_apply(&b, WEIGHT_64);
    assert_int_equal(xd_session_plan(b.s)->outcome, XD_DONE);
    assert_int_equal(xd_session_plan(b.s)->id, 1); /* another file: it counts anew */
}

static void bad_lines_are_named_and_passed_over(void **state)
{
    struct xd_journal *j;

    bench_apply(&b, CAP_40);
    write_file(
        "garbage\n\n{\"xendeck\":1}\n{\"xendeck\":2,\"rec\":\"begin\",\"id\":9}\n"
        "{\"xendeck\":1,\"rec\":\"end\",\"id\":7,\"outcome\":\"done\"}\n"
        "{\"xendeck\":1,\"rec\":\"dance\",\"id\":1}\n"
        "{\"xendeck\":1,\"rec\":\"end\",\"id\":1,\"outcome\":\"FAILED\"}\n"
        "{\"xendeck\":1,\"rec\":\"begin\",\"id\":1,\"title\":\"again\",\"steps\":[{\"table\":"
        "\"domains\",\"key\":\"k\",\"label\":\"l\",\"name\":\"n\",\"text\":\"t\"}]}\n"
        "{\"xendeck\":1,\"rec\":\"begin\",\"id\":9223372036854775807,\"title\":\"max\"}\n"
        "[1]\n",
        0);
    j = open_again();
    assert_int_equal(xd_journal_count(j), 1);
    assert_int_equal(xd_journal_at(j, 0)->outcome, XD_DONE);
    assert_true(bench_logged(&b, "host.journal:5: "));
    assert_true(bench_logged(&b, "host.journal:7: the record has no version, kind and number"));
    assert_true(bench_logged(&b, "the record was written by a newer xendeck (version 2)"));
    assert_true(bench_logged(&b, "entry 7 has no beginning"));
    assert_true(bench_logged(&b, "entry 1 had ended before"));
    assert_true(bench_logged(&b, "entry 1 begins after entry 1"));
    xd_journal_close(j);
    bench_apply(&b, WEIGHT_64);
    assert_int_equal(xd_session_plan(b.s)->id, 2);
}

static void hostile_text_is_made_safe(void **state)
{
    const struct xd_journal_entry *e;
    struct xd_journal *j;

    bench_apply(&b, CAP_40);
    write_file("{\"xendeck\":1,\"rec\":\"begin\",\"id\":2,\"title\":\"\\u001b[2J\\u202e\","
               "\"who\":\"a\\nb\",\"steps\":[{\"table\":\"domains\",\"key\":\"k\",\"label\":\"l\","
               "\"name\":\"n\",\"text\":\"\\u0007\",\"xl\":7}]}\n",
               0);
    j = open_again();
    e = xd_journal_at(j, 1);
    assert_string_equal(e->title, "\xef\xbf\xbd[2J\xef\xbf\xbd");
    assert_string_equal(e->who, "a b");
    assert_string_equal(e->steps[0].text, "\xef\xbf\xbd");
    assert_null(e->steps[0].xl);
    xd_journal_close(j);
}

static void what_is_no_journal_is_not_written_to(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;
    char folder[128], sentence[256];

    snprintf(folder, sizeof(folder), "%s/sub", b.dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    write_file("root:x:0:0:root:/root:/bin/sh", 0);
    p = bench_plan(&b, CAP_40);
    assert_int_equal(xd_session_apply(b.s, p, &err), -EILSEQ);
    snprintf(sentence, sizeof(sentence),
             "nothing was done, it could not be journalled: %s is no journal of xendeck: nothing "
             "was written to it",
             b.path);
    assert_string_equal(err.text, sentence);
    assert_int_equal(file_size(), strlen("root:x:0:0:root:/root:/bin/sh"));
    assert_int_equal(fake.writes, 0);
    assert_null(xd_session_plan(b.s)); /* still the caller's */
    xd_plan_free(p);
}

static void a_journal_that_was_put_aside(void **state)
{
    char aside[160];

    bench_apply(&b, CAP_40);
    snprintf(aside, sizeof(aside), "%s.1", b.path);
    assert_int_equal(rename(b.path, aside), 0);
    bench_apply(&b, WEIGHT_64);
    assert_int_equal(xd_journal_count(xd_session_journal(b.s)), 1);
    assert_true(file_size() > 0);
    assert_int_equal(unlink(b.path), 0);
    assert_true(xd_journal_refresh(xd_session_journal(b.s)));
    assert_int_equal(xd_journal_count(xd_session_journal(b.s)), 0);
    unlink(aside);
}

static void where_a_host_has_its_journal(void **state)
{
    char out[256];

    setenv("XENDECK_STATE", "/some/where", 1);
    assert_string_equal(xd_journal_default_path("live", out, sizeof(out)),
                        "/some/where/live.journal");
    assert_string_equal(xd_journal_default_path("capture:../../etc/x", out, sizeof(out)),
                        "/some/where/capture_.._.._etc_x.journal");
    assert_string_equal(xd_journal_default_path("..", out, sizeof(out)), "/some/where/_..journal");
    unsetenv("XENDECK_STATE");
    xd_journal_default_path("demo:huge", out, sizeof(out));
    assert_non_null(strstr(out, "/xendeck/demo_huge.journal"));
}

/* An entry of a line, with a title so long. */
static void write_entry(int id, int title)
{
    struct xd_buf line = XD_BUF_INIT;

    xd_buf_printf(
        &line,
        "{\"xendeck\":1,\"rec\":\"begin\",\"id\":%d,\"at_ns\":1,\"pid\":1,\"pid_start\":1,"
        "\"boot\":\"x\",\"who\":\"w\",\"title\":\"%0*d\",\"steps\":[{\"table\":\"domains\",\"key\":"
        "\"k\",\"label\":\"l\",\"name\":\"n\",\"text\":\"t\"}]}\n",
        id, title, 7);
    write_file(line.s, 0);
    xd_buf_done(&line);
}

static void who_appends_reads_the_end_alone(void **state)
{
    struct xd_plan *plan = bench_plan(&b, WEIGHT_64);
    struct xd_journal *j = NULL;
    struct xd_err err = XD_ERR_INIT;
    uint64_t said;

    bench_apply(&b, CAP_40);
    said = xd_log_seq(&b.log);
    for (int i = 2; i <= 500; i++)
        write_entry(i, 10);
    assert_int_equal(xd_journal_open_end(b.path, &b.clock, &b.log, &j, &err), 0);
    assert_int_equal(xd_journal_count(j), 0);
    assert_int_equal(xd_journal_begin(j, plan, "me", &err), 0);
    assert_int_equal(plan->id, 501);
    xd_plan_free(plan);
    xd_journal_close(j);
    j = open_again();
    assert_int_equal(xd_journal_count(j), 501);
    assert_int_equal(xd_log_seq(&b.log), said); /* nothing is amiss */
    xd_journal_close(j);
}

/* Its number is found however it is written. */
static void an_end_that_somebody_edited(void **state)
{
    struct xd_plan *plan = bench_plan(&b, WEIGHT_64);
    struct xd_journal *j = NULL;
    struct xd_err err = XD_ERR_INIT;

    bench_apply(&b, CAP_40);
    write_file("{ \"rec\": \"begin\", \"id\": 7, \"xendeck\": 1, \"pid\": 1, \"title\": \"t\", "
               "\"steps\": [{\"table\": \"domains\", \"key\": \"k\", \"label\": \"l\", \"name\": "
               "\"n\", \"text\": \"t\"}]}\n",
               0);
    assert_int_equal(xd_journal_open_end(b.path, &b.clock, &b.log, &j, &err), 0);
    assert_int_equal(xd_journal_begin(j, plan, "me", &err), 0);
    assert_int_equal(plan->id, 8);
    xd_plan_free(plan);
    xd_journal_close(j);
}

static void an_end_that_is_all_one_entry(void **state)
{
    struct xd_plan *plan = bench_plan(&b, WEIGHT_64);
    struct xd_journal *j = NULL;
    struct xd_err err = XD_ERR_INIT;

    bench_apply(&b, CAP_40);
    for (int i = 2; i <= 500; i++)
        write_entry(i, i == 500 ? 20000 : 100);
    assert_int_equal(xd_journal_open_end(b.path, &b.clock, &b.log, &j, &err), 0);
    assert_int_equal(xd_journal_begin(j, plan, "me", &err), 0);
    assert_int_equal(plan->id, 501);
    xd_plan_free(plan);
    xd_journal_close(j);
}

static void in_memory(void **state)
{
    struct xd_journal *j = NULL;

    assert_int_equal(xd_journal_open(NULL, &b.clock, &b.log, &j, NULL), 0);
    assert_null(xd_journal_path(j));
    assert_false(xd_journal_refresh(j));
    xd_journal_close(j);
    xd_journal_close(NULL);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_journal_is_made_with_the_first_edit),
        T(what_was_written_is_read),
        T(two_who_write_and_one_who_reads),
        T(many_processes_one_journal),
        T(running_or_unknown),
        T(killed_in_the_middle_is_unknown),
        T(a_cut_last_line_is_taken_away),
        T(a_first_record_cut_in_the_middle),
        T(bad_lines_are_named_and_passed_over),
        T(hostile_text_is_made_safe),
        T(what_is_no_journal_is_not_written_to),
        T(a_journal_that_was_put_aside),
        T(where_a_host_has_its_journal),
        T(who_appends_reads_the_end_alone),
        T(an_end_that_somebody_edited),
        T(an_end_that_is_all_one_entry),
        T(in_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
