/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An hour of a host's time under random edits and random faults, from a seed: whatever happens,
 * what the journal says has happened has happened, what it says was refused was not done, and in
 * the end the model is what the host is; nothing leaks and no descriptor stays open.
 *
 * Every claim is held against the host itself, read past engine and model, at the moment at which
 * it is made. That these checks can fail is shown too: with a host that lies about its writes or
 * its actions, and with a model that was changed behind the engine's back, they do. */
#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/registry.h"
#include "hour_wishes.h"

#define S    XD_NS_PER_S
#define HOUR (3600 * S)

/* Small guests of every kind in pools of every scheduler. */
static const char scenario[] =
    "seed: 11\n"
    "host: {name: hour, sockets: 1, nodes_per_socket: 2, cores_per_node: 4, threads_per_core: 2,\n"
    "       memory: 16G, uptime: 1h}\n"
    "pools:\n"
    "- {name: Pool-0, cpus: 0-7}\n"
    "- {name: classic, sched: credit, cpus: 8-9}\n"
    "- {name: realtime, sched: rtds, cpus: 10-12}\n"
    "domains:\n"
    "- {name: Domain-0, type: pv, vcpus: 2, memory: 1G, load: {curve: constant, high: 10}}\n"
    "- {name: 'pv-{n}', count: 4, type: pv, vcpus: 2, memory: 256M, max_memory: 512M,\n"
    "   load: {curve: wave, low: 5, high: 90}, net: {rx: 1M, tx: 1M}, disk: {read: 1M, write: "
    "1M}}\n"
    "- {name: 'hvm-{n}', count: 3, type: hvm, vcpus: 3, memory: 256M, load: {curve: noise},\n"
    "   disks: [{vdev: hda}, {vdev: hdc, cdrom: yes}], nics: [{}, {bridge: b1}]}\n"
    "- {name: 'old-{n}', count: 3, pool: classic, memory: 128M, load: {curve: spin}}\n"
    "- {name: 'rt-{n}', count: 3, pool: realtime, vcpus: 2, memory: 128M, load: {curve: spin}}\n"
    "- {name: still, memory: 128M, state: paused}\n"
    "pci:\n"
    "- {bdf: '0000:00:00.0', class: Host bridge}\n"
    "- {bdf: '0000:01:00.0', class: NIC, driver: e1000e, use: assignable}\n"
    "- {bdf: '0000:01:00.1', class: NIC, driver: e1000e}\n"
    "- {bdf: '0000:02:00.0', class: GPU, node: 1, use: assigned, domain: hvm-1}\n";

/* --- time --- */

static void advance(struct hour *h, int64_t ns)
{
    int64_t until = xd_clock_now(&h->clock) + ns;

    while (xd_clock_now(&h->clock) < until) {
        int64_t left = until - xd_clock_now(&h->clock);
        int64_t step = (int64_t)xd_session_timeout_ms(h->s) * XD_NS_PER_MS;

        xd_clock_advance(&h->clock, step <= 0 || step > left ? left : step);
        xd_session_dispatch(h->s);
    }
}

static void carry_out(struct hour *h, struct xd_plan *p)
{
    struct xd_err err = XD_ERR_INIT;
    int waited = 0;

    spy.n_deeds = 0;
    if (xd_session_apply(h->s, p, &err))
        fail_msg("apply: %s", err.text);
    while (xd_session_busy(h->s)) {
        bool any = xd_session_dispatch(h->s);

        check_steps(h);
        if (!xd_session_busy(h->s))
            break;
        if (chance(h, 1) && chance(h, 20))
            xd_session_cancel(h->s);
        if (!any)
            xd_clock_advance(&h->clock, 50 * XD_NS_PER_MS);
        assert_true(waited++ < 100000);
    }
    check_steps(h);
    check_entry(h);
}

/* --- events --- */

static void wish(struct hour *h)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_wish w[3];
    struct xd_plan *p;
    size_t n = 0, want = chance(h, 25) ? 3 : 1;
    int what[3];

    for (int tries = 0; n < want && tries < 20; tries++) {
        bool again = !random_wish(h, &w[n], &what[n], &a);

        for (size_t i = 0; i < n && !again; i++)
            again = same_thing(w[i].object, w[n].object);
        n += !again;
    }
    if (n && xd_plan_make(xd_session_world(h->s), w, n, &p, &err) == 0) {
        h->planned++;
        for (size_t i = 0; i < n; i++)
            h->tried[what[i]] = true;
        carry_out(h, p);
    } else if (n) {
        h->unplanned++;
        assert_true(err.text[0] && xd_str_is_safe(err.text));
    }
    xd_arena_done(&a);
}

static void undo(struct hour *h)
{
    const struct xd_journal *j = xd_session_journal(h->s);
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;
    uint64_t id = chance(h, 50) || !xd_journal_count(j) ? 0 : draw(h, xd_journal_count(j)) + 1;

    if (xd_plan_undo(xd_session_world(h->s), j, id, &p, &err) == 0)
        carry_out(h, p);
    else
        assert_true(err.text[0] && xd_str_is_safe(err.text));
}

static void order(struct hour *h)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    const char *verb, *when = PICK(h, "now", "edit", "after");
    const char *dom = any_label(h, "domains", &a);
    int knob;

    switch (draw(h, 10)) {
    case 0:
        verb = xd_arena_printf(&a, "fault dead %ds", (int)draw(h, 8) + 1);
        break;
    case 1:
        verb = chance(h, 10) ? "fault slow 1ms" : "fault clear"; /* that is real time */
        break;
    case 2:
    case 3:
        verb = xd_arena_printf(&a, "fault ignore %d", (int)draw(h, 2) + 1);
        break;
    case 4:
        verb = chance(h, 5) ? xd_arena_printf(&a, "fault vanish %s %s", dom, PICK(h, "now", "edit"))
                            : "fault clear";
        break;
    default:
        do
            knob = (int)draw(h, XD_KNOB_N);
        while (!xd_streq(xd_xen_knobs[knob].table, "domains") &&
               !xd_streq(xd_xen_knobs[knob].table, "vcpus"));
        verb = xd_arena_printf(
            &a, "fault change %s %s=%s %s",
            xd_streq(xd_xen_knobs[knob].table, "vcpus") ? any_label(h, "vcpus", &a) : dom,
            xd_xen_knobs[knob].name, random_value(h, knob, &a), when);
        break;
    }
    if (xd_session_control(h->s, verb, &err))
        fail_msg("%s: %s", verb, err.text);
    xd_arena_done(&a);
}

/* --- the end --- */

/* For each knob of each object what the model shows is what the host is. */
static size_t differences(struct hour *h)
{
    const struct xd_world *w = xd_session_world(h->s);
    struct xd_arena a = XD_ARENA_INIT;
    char key[XD_KEY_MAX], label[XD_KEY_MAX];
    size_t n = 0;

    for (int i = 0; i < XD_KNOB_N; i++) {
        const struct xd_knob *k = &xd_xen_knobs[i];
        const struct xd_table *t = xd_world_table(w, k->table);

        for (size_t row = 0; row < t->n; row++) {
            struct xd_object o = {t->desc->name, xd_row_key(t->desc, t->rows[row], key),
                                  xd_row_label(t->desc, t->rows[row], label)};
            struct xd_value shown =
                xd_row_value(t->desc, t->rows[row], xd_desc_column(t->desc, k->column));
            struct xd_value is = spy_read(&o, k, &a);

            if (xd_value_equal(&shown, &is))
                continue;
            n++;
            if (h->tell)
                fprintf(stderr, "seed %" PRIu64 ": %s %s is shown as %s and is %s\n", h->seed,
                        o.label, k->name, shown.have ? xd_value_exact(&shown, &k->kind, &a) : "?",
                        is.have ? xd_value_exact(&is, &k->kind, &a) : "?");
        }
    }
    xd_arena_done(&a);
    return n;
}

/* Rows that one of the two has and the other hasn't. */
static size_t strangers(struct hour *h)
{
    struct xd_snapshot *s = spy_look();
    size_t n = 0;
    char key[XD_KEY_MAX];

    assert_non_null(s);
    for (size_t i = 0; i < xd_snapshot_tables(s); i++) {
        const struct xd_table *is = xd_snapshot_table_at(s, i);
        const struct xd_table *shown = xd_world_table(xd_session_world(h->s), is->desc->name);

        assert_non_null(shown);
        n += is->n != shown->n;
        for (size_t row = 0; row < is->n; row++)
            n += !xd_table_find(shown, xd_row_key(is->desc, is->rows[row], key));
    }
    xd_snapshot_unref(s);
    return n;
}

/* --- an hour --- */

static size_t descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t n = 0;

    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void begin(struct hour *h, uint64_t seed, const char *journal)
{
    static const struct xd_backend *builtin[2];
    char file[] = "/tmp/xendeck-hour-XXXXXX.yaml", host[64];
    struct xd_session_config c = {.inline_workers = true, .interval_ns = 5 * S};
    struct xd_err err = XD_ERR_INIT;
    int fd = mkstemps(file, 5);

    memset(h, 0, sizeof(*h));
    memset(&spy, 0, sizeof(spy));
    h->seed = seed;
    h->tell = true;
    h->backend = spy_backend();
    builtin[0] = &h->backend;
    assert_true(fd >= 0 && write(fd, scenario, strlen(scenario)) == (ssize_t)strlen(scenario));
    close(fd);
    snprintf(host, sizeof(host), "demo:%s", file);
    xd_clock_init_manual(&h->clock, INT64_C(1700000000) * S);
    xd_log_init(&h->log, &h->clock);
    assert_int_equal(xd_registry_new(builtin, NULL, NULL, &h->log, &h->registry, &err), 0);
    c.registry = h->registry;
    c.clock = &h->clock;
    c.log = &h->log;
    c.host = host;
    c.journal = journal;
    if (xd_session_open(&c, &h->s, &err) || xd_session_wait_samples(h->s, 1, 10 * S, &err))
        fail_msg("%s", err.text);
    unlink(file);
}

static void finish(struct hour *h)
{
    xd_session_close(h->s);
    xd_registry_free(h->registry);
    xd_log_done(&h->log);
    xd_arena_done(&spy.arena);
}

static void live(struct hour *h, int64_t ns)
{
    int64_t until = xd_clock_now(&h->clock) + ns;

    while (xd_clock_now(&h->clock) < until) {
        uint64_t what = draw(h, 10);

        if (what < 5)
            wish(h);
        else if (what < 7)
            undo(h);
        else if (what < 9)
            order(h);
        advance(h, (int64_t)draw(h, 12000) * XD_NS_PER_MS);
    }
}

/* Until nothing is on its way any more. */
static void come_to_rest(struct hour *h)
{
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_session_control(h->s, "fault clear", &err), 0);
    advance(h, 60 * S);
    xd_session_refresh(h->s);
    xd_session_dispatch(h->s);
}

/* The journal as the next xendeck will read it. */
static void check_file(struct hour *h, const char *path)
{
    const struct xd_journal *mine = xd_session_journal(h->s);
    struct xd_err err = XD_ERR_INIT;
    struct xd_journal *j;

    if (xd_journal_open(path, &h->clock, &h->log, &j, &err))
        fail_msg("%s", err.text);
    assert_int_equal(xd_journal_count(j), xd_journal_count(mine));
    for (size_t i = 0; i < xd_journal_count(j); i++) {
        const struct xd_journal_entry *a = xd_journal_at(j, i), *b = xd_journal_at(mine, i);

        assert_int_equal(a->outcome, b->outcome);
        assert_int_equal(a->n, b->n);
        assert_int_equal(a->undoes, b->undoes);
        assert_int_equal(a->undone_by, b->undone_by);
        for (size_t k = 0; k < a->n; k++)
            assert_int_equal(a->steps[k].outcome, b->steps[k].outcome);
    }
    xd_journal_close(j);
}

static void an_hour(uint64_t seed, const char *journal, bool *tried)
{
    size_t files = descriptors();
    struct hour h;

    begin(&h, seed, journal);
    live(&h, HOUR);
    come_to_rest(&h);
    assert_int_equal(h.lies, 0);
    assert_int_equal(strangers(&h), 0);
    assert_int_equal(differences(&h), 0);
    if (journal[0])
        check_file(&h, journal);
    /* It was an hour in which something happened. */
    print_message("seed %" PRIu64 ": %zu plans, %zu wishes refused at once;", seed, h.planned,
                  h.unplanned);
    for (int i = XD_DONE; i <= XD_LOST; i++)
        print_message(" %zu %s", h.outcomes[i], xd_outcome_name((enum xd_outcome)i));
    print_message("\n");
    assert_true(h.planned > 100 && h.unplanned > 10);
    assert_true(h.outcomes[XD_DONE] > 50 && h.outcomes[XD_REFUSED] > 10);
    for (int i = 0; i < XD_KNOB_N + XD_ACTION_N; i++)
        tried[i] = tried[i] || h.tried[i];
    finish(&h);
    assert_int_equal(descriptors(), files);
}

/* Each knob and action but those that the demo host hasn't got at all. */
static bool all_tried(const bool *tried)
{
    for (int i = 0; i < XD_KNOB_N + XD_ACTION_N; i++) {
        int action = i - XD_KNOB_N;

        if (!tried[i] && action != XD_ACTION_CONSOLE && action != XD_ACTION_DUMP_CORE &&
            action != XD_ACTION_CREATE && action != XD_ACTION_CPUID_CONFIG)
            return false;
    }
    return true;
}

static void hours(void **state)
{
    char dir[] = "/tmp/xendeck-hour-XXXXXX", path[64];
    const char *more = getenv("XENDECK_HOURS"); /* to go and look for trouble */
    uint64_t least = more ? strtoull(more, NULL, 10) : 3;
    bool tried[XD_KNOB_N + XD_ACTION_N] = {false};

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/journal", dir);
    an_hour(1, path, tried);
    /* Three at least, and as many as it takes until everything was tried. */
    for (uint64_t seed = 2; seed <= least || (!all_tried(tried) && seed < 20); seed++)
        an_hour(seed, "", tried);
    unlink(path);
    assert_int_equal(rmdir(dir), 0);
    assert_true(all_tried(tried));
}

/* --- that a lie is found --- */

static size_t lies_of(bool writes, bool actions)
{
    struct hour h;
    size_t n;

    begin(&h, 4, "");
    h.tell = false;
    spy.lie = writes;
    spy.act_lies = actions;
    live(&h, HOUR / 6);
    n = h.lies;
    finish(&h);
    return n;
}

static void lies_are_found(void **state)
{
    assert_true(lies_of(true, false) > 0);
    assert_true(lies_of(false, true) > 0);
    assert_int_equal(lies_of(false, false), 0);
}

/* Somebody changes something, and the model doesn't hear of it. */
static void a_wrong_model_is_found(void **state)
{
    const struct xd_table *t;
    const struct xd_row *r;
    struct xd_err err = XD_ERR_INIT;
    struct hour h;
    struct xd_value v = {.have = true, .type = XD_U64, .cell.u = 77};
    char key[XD_KEY_MAX];

    begin(&h, 5, "");
    h.tell = false;
    assert_int_equal(differences(&h), 0);
    assert_int_equal(xd_world_find(xd_session_world(h.s), "pv-1", &t, &r, &err), 0);
    xd_row_key(t->desc, r, key);
    assert_int_equal(xd_backend_demo.write(spy.host, &(struct xd_object){"domains", key, "pv-1"},
                                           &xd_xen_knobs[XD_KNOB_WEIGHT], &v, &err),
                     0);
    assert_int_equal(differences(&h), 1);
    assert_int_equal(strangers(&h), 0);
    assert_int_equal(xd_backend_demo.control(spy.host, "fault vanish pv-2", &err), 0);
    assert_true(strangers(&h) > 0);
    finish(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours),
        cmocka_unit_test(lies_are_found),
        cmocka_unit_test(a_wrong_model_is_found),
    };

    return cmocka_run_group_tests_name("an hour", tests, NULL, NULL);
}
