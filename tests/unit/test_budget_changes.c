/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Budgets and limits changed while a policy is carried out: kept over a restart, made by plans
 * through the source that a console brings along, and what they would have meant. */
#include "budgets/inlet.h"
#include "budgets/load.h"
#include "engine/journal.h"
#include "policies/table.h"
#include "runner_help.h"

/* --- kept --- */

static int64_t budget(const struct xd_runner *r)
{
    return xd_runner_policy(r)->rules[0].budget->cpu_ns;
}

static void again(struct bench *b, const char *yaml)
{
    xd_runner_free(b->r);
    xd_ledger_store_close(b->store);
    assert_int_equal(xd_ledger_store_open(b->dir, &b->store, NULL), 0);
    start(b, yaml);
}

static void test_a_change_outlives_the_process(void **state)
{
    struct xd_budget_change c = {9 * S, 0, 50};
    struct xd_buf text = XD_BUF_INIT;
    struct bench b;

    bench_open(&b, BURST);
    go(&b, 2 * S);
    assert_int_equal(xd_runner_change_budget(b.r, "burst", &c, NULL), 0);
    again(&b, BURST);
    assert_int_equal(budget(b.r), 9 * S);
    assert_true(
        logged(&b, "burst 9.0s in 20.0s, then cap 50% (file: 6.0s in 20.0s, then cap 20%)"));
    assert_true(logged(&b, "Write it into p.yaml to make it last"));
    go(&b, 10 * S); /* with the balance that it had */
    assert_int_equal(cap(&b, "spin1"), 50);
    xd_runner_changes(b.r, &text);
    assert_non_null(strstr(xd_buf_str(&text), "(file: 6.0s"));
    xd_buf_done(&text);
    bench_close(&b);
}

static void test_a_change_back_is_none(void **state)
{
    struct xd_budget_change more = {9 * S, 0, -1}, back = {6 * S, 0, -1};
    struct xd_buf text = XD_BUF_INIT;
    struct bench b;

    bench_open(&b, BURST);
    assert_int_equal(xd_runner_change_budget(b.r, "burst", &more, NULL), 0);
    assert_int_equal(xd_runner_change_budget(b.r, "burst", &back, NULL), 0);
    xd_runner_changes(b.r, &text);
    assert_int_equal(text.len, 0);
    again(&b, BURST);
    assert_int_equal(budget(b.r), 6 * S);
    bench_close(&b);
}

static void test_a_file_that_is_read_again_has_the_last_word(void **state)
{
    struct xd_budget_change c = {9 * S, 0, -1};
    struct bench b;

    bench_open(&b, BURST);
    assert_int_equal(xd_runner_change_budget(b.r, "burst", &c, NULL), 0);
    assert_int_equal(xd_runner_replace(b.r, policy_of(BURST), NULL), 0);
    assert_int_equal(budget(b.r), 6 * S);
    again(&b, BURST);
    assert_int_equal(budget(b.r), 6 * S);
    bench_close(&b);
}

static void test_what_makes_no_sense_is_passed_over(void **state)
{
    static const char junk[] =
        "{\"policy\":\"burst\",\"rule\":\"gone\",\"cpu_ns\":1,\"per_ns\":1,"
        "\"cap\":1}\n{\"policy\":\"other\",\"rule\":\"burst\",\"cpu_ns\":"
        "9000000000,\"per_ns\":20000000000,\"cap\":1}\nrubbish\n[]\n"
        "{\"policy\":\"burst\",\"rule\":\"burst\",\"cpu_ns\":-1,\"per_ns\":0,"
        "\"cap\":0}\n";
    struct bench b;

    bench_open(&b, BURST);
    assert_int_equal(xd_ledger_store_put(b.store, "changes", junk, strlen(junk), NULL), 0);
    again(&b, BURST);
    assert_int_equal(budget(b.r), 6 * S);
    bench_close(&b);
}

/* --- limits of cap loops --- */

#define LOOPS                                                                                      \
    "policy: warm\ntimezone: UTC\nrules:\n"                                                        \
    "  - {name: w, match: {name: spin*}, keep: {watts: 150}}\n"                                    \
    "  - {name: heat, match: all, keep: {celsius: 80}}\n"

static double limit(const struct xd_runner *r)
{
    return xd_runner_policy(r)->rules[0].keep->limit;
}

static void test_a_limit_outlives_the_process(void **state)
{
    struct xd_buf text = XD_BUF_INIT;
    struct bench b;

    bench_open(&b, LOOPS);
    go(&b, 2 * S);
    assert_int_equal(xd_runner_change_limit(b.r, "w", false, 120.5, NULL), 0);
    assert_int_equal(xd_runner_change_limit(b.r, "heat", true, 70, NULL), 0);
    again(&b, LOOPS);
    assert_true(limit(b.r) == 120.5);
    assert_true(logged(&b, "w 120.5 W (file: 150 W); heat 70 °C (file: 80 °C)"));
    assert_int_equal(xd_runner_change_limit(b.r, "w", false, 150, NULL), 0);
    xd_runner_changes(b.r, &text);
    assert_string_equal(xd_buf_str(&text), "heat 70 °C (file: 80 °C)");
    assert_int_equal(xd_runner_replace(b.r, policy_of(LOOPS), NULL), 0); /* its file is read */
    again(&b, LOOPS);
    assert_true(xd_runner_policy(b.r)->rules[1].keep->limit == 80);
    xd_buf_done(&text);
    bench_close(&b);
}

static void test_a_limit_that_cannot_be(void **state)
{
    static const char junk[] = "{\"policy\":\"warm\",\"rule\":\"w\",\"celsius\":70}\n"
                               "{\"policy\":\"warm\",\"rule\":\"w\",\"watts\":\"lots\"}\n"
                               "{\"policy\":\"warm\",\"rule\":\"w\",\"watts\":-5}\n";
    struct xd_err err = XD_ERR_INIT;
    struct bench b;

    bench_open(&b, LOOPS);
    assert_int_equal(xd_runner_change_limit(b.r, "heat", false, 100, &err), -ENOENT);
    assert_string_equal(err.text, "policy warm has no rule \"heat\" with a limit of watts");
    assert_int_equal(xd_runner_change_limit(b.r, "w", false, 0.5, &err), -ERANGE);
    assert_string_equal(err.text, "rule w: a limit is 1 to 1000000 watts");
    assert_int_equal(xd_ledger_store_put(b.store, "changes", junk, strlen(junk), NULL), 0);
    again(&b, LOOPS);
    assert_true(limit(b.r) == 150);
    bench_close(&b);
}

/* --- as a source --- */

struct console {
    struct xd_registry *registry;
    struct xd_clock clock;
    struct xd_log log;
    struct xd_inlet *in;
    struct xd_session *s;
    char policy[64];
};

static void write_file(char *path, size_t size, const char *text)
{
    snprintf(path, size, "/tmp/xendeck-inlet-XXXXXX.yaml");
    int fd = mkstemps(path, 5);

    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static void console_open_with(struct console *c, const char *policy)
{
    static const struct xd_backend *const builtin[] = {&xd_backend_demo, NULL};
    struct xd_session_config config = {.inline_workers = true, .interval_ns = S, .journal = ""};
    struct xd_companion companion;
    struct xd_err err = XD_ERR_INIT;
    char host[80], file[64];

    memset(c, 0, sizeof(*c));
    write_file(file, sizeof(file), scenario);
    write_file(c->policy, sizeof(c->policy), policy);
    snprintf(host, sizeof(host), "demo:%s", file);
    xd_clock_init_manual(&c->clock, INT64_C(1772452800) * S);
    xd_log_init(&c->log, &c->clock);
    assert_int_equal(xd_registry_new(builtin, NULL, NULL, &c->log, &c->registry, &err), 0);
    c->in = xd_inlet_new();
    companion = xd_inlet_companion(c->in);
    config.registry = c->registry;
    config.clock = &c->clock;
    config.log = &c->log;
    config.host = host;
    config.companions = &companion;
    config.n_companions = 1;
    if (xd_session_open(&config, &c->s, &err))
        fail_msg("%s", err.text);
    unlink(file);
}

static void console_open(struct console *c)
{
    console_open_with(c, BURST);
}

static void console_close(struct console *c)
{
    unlink(c->policy);
    xd_session_close(c->s);
    xd_inlet_free(c->in);
    xd_registry_free(c->registry);
    xd_log_done(&c->log);
}

static void pass(struct console *c, int64_t ns)
{
    for (int64_t t = 0; t <= ns; t += S / 4) {
        for (int i = 0; i < 8; i++) {
            xd_session_dispatch(c->s);
            xd_inlet_step(c->in);
        }
        if (t < ns)
            xd_clock_advance(&c->clock, S / 4);
    }
}

static struct xd_value cell(struct console *c, const char *path, int col)
{
    const struct xd_table *t;
    const struct xd_row *r;
    struct xd_err err = XD_ERR_INIT;

    if (xd_world_find(xd_session_world(c->s), path, &t, &r, &err) < 0)
        fail_msg("%s", err.text);
    return xd_row_value(t->desc, r, col);
}

static enum xd_outcome carry_out(struct console *c, struct xd_plan *p)
{
    struct xd_err err = XD_ERR_INIT;
    enum xd_outcome outcome;

    for (int i = 0; xd_session_busy(c->s) && i < 100; i++)
        pass(c, S / 4);
    if (xd_session_apply(c->s, p, &err) < 0)
        fail_msg("%s", err.text);
    outcome = xd_session_wait_plan(c->s);
    pass(c, 0);
    return outcome;
}

static enum xd_outcome edit(struct console *c, const char *object, const char *knob, const char *to)
{
    struct xd_wish wish = {object, knob, to};
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;

    if (xd_plan_make(xd_session_world(c->s), &wish, 1, &p, &err) < 0)
        fail_msg("%s", err.text);
    return carry_out(c, p);
}

static void test_nothing_is_carried_out_at_first(void **state)
{
    const struct xd_table *t;
    struct console c;

    console_open(&c);
    pass(&c, S);
    t = xd_world_table(xd_session_world(c.s), "budgets");
    assert_int_equal(t->state, XD_TABLE_MISSING);
    assert_non_null(strstr(t->reason, "no policy is carried out; n begins one"));
    assert_null(xd_inlet_runner(c.in));
    console_close(&c);
}

static void test_it_is_a_table_with_knobs(void **state)
{
    struct console c;

    console_open(&c);
    assert_int_equal(xd_inlet_begin(c.in, c.s, c.policy, false, NULL), 0);
    pass(&c, 3 * S);
    assert_int_equal(cell(&c, "budget/spin1/burst", XD_BUDGETS_CPU_NS).cell.u, 6 * S);
    assert_int_equal(edit(&c, "budget/spin1/burst", "budget.cpu", "8s"), XD_DONE);
    assert_int_equal(cell(&c, "budget/spin1/burst", XD_BUDGETS_CPU_NS).cell.u, 8 * S);
    assert_int_equal(cell(&c, "budget/spin2/burst", XD_BUDGETS_CPU_NS).cell.u, 8 * S);
    assert_int_equal(edit(&c, "budget/spin1/burst", "budget.cap", "40%"), XD_DONE);
    pass(&c, 7 * S);
    assert_int_equal(cell(&c, "spin1", XD_DOMAIN_CAP).cell.u, 40);
    assert_non_null(strstr(cell(&c, "policy/burst", XD_POLICIES_CHANGED).cell.s, "burst 8.0s in"));
    console_close(&c);
}

/* What the policy itself does isn't what people mean by "the last edit". */
static void test_undo_takes_back_the_change_and_not_an_act(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;
    struct console c;

    console_open(&c);
    assert_int_equal(xd_inlet_begin(c.in, c.s, c.policy, false, NULL), 0);
    pass(&c, 3 * S);
    assert_int_equal(edit(&c, "budget/spin1/burst", "budget.cpu", "5s"), XD_DONE);
    pass(&c, 4 * S);
    assert_int_equal(cell(&c, "spin1", XD_DOMAIN_CAP).cell.u, 20); /* an act */
    if (xd_plan_undo(xd_session_world(c.s), xd_session_journal(c.s), 0, &p, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(p->steps[0].offer.knob->name, "budget.cpu");
    assert_int_equal(carry_out(&c, p), XD_DONE);
    assert_int_equal(cell(&c, "budget/spin1/burst", XD_BUDGETS_CPU_NS).cell.u, 6 * S);
    console_close(&c);
}

static void test_a_limit_is_a_knob_of_its_loop(void **state)
{
    struct xd_wish few = {"cap_loop/w", "loop.watts", "0.5"};
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;
    struct console c;

    console_open_with(&c, LOOPS);
    assert_int_equal(xd_inlet_begin(c.in, c.s, c.policy, false, NULL), 0);
    pass(&c, 3 * S);
    assert_int_equal(edit(&c, "cap_loop/w", "loop.watts", "120.5"), XD_DONE);
    assert_true(cell(&c, "cap_loop/w", XD_CAP_LOOPS_WATTS_LIMIT).cell.f == 120.5);
    assert_int_equal(edit(&c, "cap_loop/heat", "loop.celsius", "70"), XD_DONE);
    assert_true(cell(&c, "cap_loop/heat", XD_CAP_LOOPS_CELSIUS_LIMIT).cell.f == 70);
    assert_int_equal(xd_plan_make(xd_session_world(c.s), &few, 1, &p, &err), -ERANGE);
    assert_string_equal(err.text, "w loop.watts: wanted 1 to 1000000, found 0.5");
    if (xd_plan_undo(xd_session_world(c.s), xd_session_journal(c.s), 0, &p, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(carry_out(&c, p), XD_DONE);
    assert_true(cell(&c, "cap_loop/heat", XD_CAP_LOOPS_CELSIUS_LIMIT).cell.f == 80);
    console_close(&c);
}

static void test_a_paused_domain_is_left_alone(void **state)
{
    struct console c;

    console_open(&c);
    assert_int_equal(xd_inlet_begin(c.in, c.s, c.policy, false, NULL), 0);
    pass(&c, 2 * S);
    assert_int_equal(edit(&c, "budget/spin1/burst", "budget.paused", "hold"), XD_DONE);
    pass(&c, 7 * S);
    assert_int_equal(cell(&c, "budget/spin1/burst", XD_BUDGETS_STATE).cell.i, XD_BUDGETS_HELD);
    assert_int_equal(cell(&c, "spin1", XD_DOMAIN_CAP).cell.u, 0);
    assert_int_equal(cell(&c, "spin2", XD_DOMAIN_CAP).cell.u, 20);
    assert_int_equal(edit(&c, "policy/burst", "policy.paused", "restore"), XD_DONE);
    pass(&c, 2 * S);
    assert_int_equal(cell(&c, "spin2", XD_DOMAIN_CAP).cell.u, 0);
    /* one of a paused policy can't go on alone */
    assert_int_equal(edit(&c, "budget/spin1/burst", "budget.paused", "no"), XD_REFUSED);
    console_close(&c);
}

static void test_it_ends_as_it_says(void **state)
{
    struct console c;

    console_open(&c);
    assert_int_equal(xd_inlet_begin(c.in, c.s, c.policy, false, NULL), 0);
    pass(&c, 9 * S);
    assert_int_equal(cell(&c, "spin1", XD_DOMAIN_CAP).cell.u, 20);
    xd_inlet_end(c.in);
    pass(&c, 3 * S);
    assert_null(xd_inlet_runner(c.in));
    assert_int_equal(cell(&c, "spin1", XD_DOMAIN_CAP).cell.u, 0);
    console_close(&c);
}

static void test_a_wrong_file_changes_nothing(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct console c;

    console_open(&c);
    assert_int_equal(xd_inlet_begin(c.in, c.s, c.policy, false, NULL), 0);
    pass(&c, 2 * S);
    assert_true(xd_inlet_begin(c.in, c.s, "/nonexistent.yaml", false, &err) < 0);
    assert_string_equal(xd_runner_policy(xd_inlet_runner(c.in))->name, "burst");
    console_close(&c);
}

/* --- what if --- */

static void test_what_another_budget_would_have_meant(void **state)
{
    static const char uuid_col = XD_DOMAIN_UUID;
    struct xd_what_if was, would;
    struct xd_err err = XD_ERR_INIT;
    struct xd_policy *p = policy_of("policy: p\nrules:\n"
                                    "  - {name: b, match: all, budget: {cpu: 300s, per: 1h, "
                                    "then: {sched.cap: 20}}}\n"
                                    "  - {name: hot, match: all, set: {sched.weight: 9},\n"
                                    "     if: {table: pcpus, where: busy>90}}\n");
    struct xd_policy_budget half = *p->rules[0].budget;
    struct xd_load *l = xd_load_new();
    struct xd_buf gaps = XD_BUF_INIT;
    struct console c;
    char uuid[40];

    console_open(&c);
    pass(&c, S);
    snprintf(uuid, sizeof(uuid), "%s", cell(&c, "spin1", uuid_col).cell.s);
    xd_load_feed(l, xd_session_world(c.s));
    assert_int_equal(xd_load_what_if(l, p, 0, NULL, uuid, &was, &gaps, &err), -ENODATA);
    for (int i = 0; i < 60; i++) { /* ten minutes at full speed */
        pass(&c, 10 * S);
        xd_load_feed(l, xd_session_world(c.s));
    }
    half.cpu_ns = 150 * S;
    assert_int_equal(xd_load_what_if(l, p, 0, NULL, uuid, &was, &gaps, &err), 0);
    assert_int_equal(xd_load_what_if(l, p, 0, &half, uuid, &would, &gaps, &err), 0);
    /* 300 s of 600 free, then 20 %; 150 s free, then 20 %: within two steps of ten seconds */
    assert_in_range(was.recorded_ns, 580 * S, 610 * S);
    assert_in_range(was.limited_ns, 280 * S, 310 * S);
    assert_in_range(would.limited_ns, 430 * S, 460 * S);
    assert_in_range(was.used_ns, 345 * S, 375 * S);
    assert_in_range(would.used_ns, 225 * S, 255 * S);
    /* The counters of domains don't tell of pCPUs, and that is said, of each of the two. */
    static const char gap[] =
        "rule hot is never in force here: it asks pcpus \"busy>90\", which the load doesn't tell\n";
    assert_int_equal(gaps.len, 2 * strlen(gap));
    assert_true(xd_str_starts(gaps.s, gap));
    xd_buf_done(&gaps);
    xd_load_free(l);
    xd_policy_free(p);
    console_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_change_outlives_the_process),
        cmocka_unit_test(test_a_change_back_is_none),
        cmocka_unit_test(test_a_file_that_is_read_again_has_the_last_word),
        cmocka_unit_test(test_what_makes_no_sense_is_passed_over),
        cmocka_unit_test(test_a_limit_outlives_the_process),
        cmocka_unit_test(test_a_limit_that_cannot_be),
        cmocka_unit_test(test_nothing_is_carried_out_at_first),
        cmocka_unit_test(test_it_is_a_table_with_knobs),
        cmocka_unit_test(test_undo_takes_back_the_change_and_not_an_act),
        cmocka_unit_test(test_a_limit_is_a_knob_of_its_loop),
        cmocka_unit_test(test_a_paused_domain_is_left_alone),
        cmocka_unit_test(test_it_ends_as_it_says),
        cmocka_unit_test(test_a_wrong_file_changes_nothing),
        cmocka_unit_test(test_what_another_budget_would_have_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
