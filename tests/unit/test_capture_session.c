/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture as a whole host: recorded from the demo host by a session, played back in another, and
 * the same value for value; tables that only a module knew; a session that ends first. */
#include "capture_help.h"

#include <errno.h>

#include "engine/session.h"

extern const struct xd_backend xd_backend_demo, xd_backend_capture;

#define S XD_NS_PER_S

static const struct xd_backend *const backends[] = {&xd_backend_demo, &xd_backend_capture, NULL};

/* A session without threads, on a clock that the test moves. */
struct host {
    struct xd_clock clock;
    struct xd_log log;
    struct xd_registry *registry;
    struct xd_session *s;
};

static void host_open(struct host *h, const char *spec)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_session_config c = {.clock = &h->clock,
                                  .log = &h->log,
                                  .host = spec,
                                  .interval_ns = S,
                                  .journal = "",
                                  .inline_workers = true};

    xd_clock_init_manual(&h->clock, INT64_C(1772366400) * S);
    xd_log_init(&h->log, &h->clock);
    assert_int_equal(xd_registry_new(backends, NULL, "", &h->log, &h->registry, &err), 0);
    c.registry = h->registry;
    if (xd_session_open(&c, &h->s, &err))
        fail_msg("%s", err.text);
    xd_session_dispatch(h->s);
}

static void host_close(struct host *h)
{
    xd_session_close(h->s);
    xd_registry_free(h->registry);
    xd_log_done(&h->log);
}

static void tick(struct host *h)
{
    xd_clock_advance(&h->clock, S);
    xd_session_dispatch(h->s);
}

static void host_open_capture(struct host *h, const struct tmp *tmp)
{
    char spec[128];

    snprintf(spec, sizeof(spec), "capture:%s", tmp->path);
    host_open(h, spec);
}

/* All tables of the demo host, value for value; the host's own two columns aside. */
static void assert_same_host(const struct xd_snapshot *was, const struct xd_snapshot *now)
{
    assert_true(xd_snapshot_tables(was) >= 6);
    for (size_t i = 0; i < xd_snapshot_tables(was); i++) {
        const struct xd_table *a = xd_snapshot_table_at(was, i);
        const struct xd_table *b = xd_snapshot_table(now, a->desc->name);
        struct xd_value x, y;

        assert_non_null(b);
        if (strcmp(a->desc->name, "host") != 0) {
            assert_same_table(a, b);
            continue;
        }
        for (int col = 0; col < XD_HOST_N; col++) {
            x = xd_row_value(a->desc, a->rows[0], col);
            y = xd_row_value(b->desc, b->rows[0], col);
            if (col != XD_HOST_KIND && col != XD_HOST_RECORDED)
                assert_true(x.have == y.have && xd_value_equal(&x, &y));
        }
    }
}

static void test_demo_host_again(void **state)
{
    struct xd_snapshot *was[6], *now;
    struct xd_capture_writer *w;
    struct xd_err err = XD_ERR_INIT;
    struct host h;
    struct tmp tmp;

    tmp_make(&tmp);
    assert_int_equal(xd_capture_writer_open(tmp.path, false, "demo", 0, &w, &err), 0);
    host_open(&h, "demo");
    for (int i = 0; i < 6; i++) {
        tick(&h);
        was[i] = xd_session_snapshot(h.s, 0);
        assert_non_null(was[i]);
        assert_int_equal(xd_capture_writer_add(w, was[i], &err), 0);
    }
    host_close(&h);
    assert_int_equal(xd_capture_writer_samples(w), 6);
    assert_int_equal(xd_capture_writer_close(w, &err), 0);

    host_open_capture(&h, &tmp);
    for (int i = 0; i < 6; i++) {
        now = xd_session_snapshot(h.s, 0);
        assert_non_null(now);
        assert_same_host(was[i], now);
        assert_true(i == 0 ||
                    xd_row_has(xd_snapshot_table(now, "domains")->rows[0], XD_DOMAIN_CPU));
        xd_snapshot_unref(now);
        xd_snapshot_unref(was[i]);
        tick(&h);
    }
    assert_string_equal(xd_world_table(xd_session_world(h.s), "host")->reason,
                        "the capture has ended: restart, or seek back");
    host_close(&h);
    tmp_remove(&tmp);
}

/* A table that this xendeck has never heard of is there like any other; edits are refused. */
static void test_table_of_a_module(void **state)
{
    struct xd_snapshot *s = random_snapshot(1, 3);
    struct xd_capture_writer *w;
    struct xd_err err = XD_ERR_INIT;
    const struct xd_world *world;
    const struct xd_table *t;
    const struct xd_row *row;
    struct xd_wish wish = {"share/row-1", "pause", NULL};
    struct xd_plan *plan;
    struct host h;
    struct tmp tmp;

    tmp_make(&tmp);
    assert_int_equal(xd_capture_writer_open(tmp.path, false, "demo", 0, &w, &err), 0);
    assert_int_equal(xd_capture_writer_add(w, s, &err), 0);
    assert_int_equal(xd_capture_writer_close(w, &err), 0);
    host_open_capture(&h, &tmp);
    world = xd_session_world(h.s);
    t = xd_world_table(world, "shares");
    assert_non_null(t);
    assert_same_table(xd_snapshot_table(s, "shares"), t);
    assert_ptr_equal(xd_world_desc_named(world, "shares"), t->desc);
    assert_null(xd_world_trouble(world, "shares"));
    assert_int_equal(xd_world_find(world, "share/row-1", &t, &row, &err), 0);
    assert_string_equal(xd_row_str(row, 0, "?"), "row-1");
    assert_int_not_equal(xd_plan_make(world, &wish, 1, &plan, &err), 0);
    xd_snapshot_unref(s);
    host_close(&h);
    tmp_remove(&tmp);
}

/* The console's verbs reach the player. */
static void test_verbs(void **state)
{
    struct xd_snapshot *s[3], *now;
    struct xd_capture_writer *w;
    struct xd_err err = XD_ERR_INIT;
    struct host h;
    struct tmp tmp;

    tmp_make(&tmp);
    assert_int_equal(xd_capture_writer_open(tmp.path, false, "demo", 0, &w, &err), 0);
    for (size_t i = 0; i < 3; i++) {
        s[i] = random_snapshot(i + 1, 2);
        assert_int_equal(xd_capture_writer_add(w, s[i], &err), 0);
    }
    assert_int_equal(xd_capture_writer_close(w, &err), 0);
    host_open_capture(&h, &tmp);
    assert_int_equal(xd_session_control(h.s, "step 2", &err), 0);
    xd_session_dispatch(h.s);
    now = xd_session_snapshot(h.s, 0); /* held beyond the end of the session */
    assert_same_table(xd_snapshot_table(s[2], "vcpus"), xd_snapshot_table(now, "vcpus"));
    host_close(&h);
    xd_snapshot_unref(now);
    for (size_t i = 0; i < 3; i++)
        xd_snapshot_unref(s[i]);
    tmp_remove(&tmp);
}

/* --- recordings that were made long ago have to play for ever --- */

static double cpu_of(const struct host *h, const char *path)
{
    struct xd_err err = XD_ERR_INIT;
    const struct xd_table *t;
    const struct xd_row *row;

    if (xd_world_find(xd_session_world(h->s), path, &t, &row, &err))
        fail_msg("%s", err.text);
    return xd_row_f64(t->desc, row, XD_DOMAIN_CPU, -1);
}

static void test_fixture_tiny(void **state)
{
    struct host h;

    host_open(&h, "capture:tests/fixtures/tiny.xdc");
    assert_true(cpu_of(&h, "domain/web1") == -1); /* unknown in the first sample */
    for (int i = 1; i < 6; i++) {
        const struct xd_table *t;

        tick(&h);
        assert_true(cpu_of(&h, "domain/web1") > 119 && cpu_of(&h, "domain/web1") < 121);
        t = xd_world_table(xd_session_world(h.s), "host");
        assert_int_equal(t->rows[0]->cell[XD_HOST_RECORDED].i, (INT64_C(1772366400) + i) * S);
        assert_int_equal(xd_world_table(xd_session_world(h.s), "domains")->n, 3);
    }
    host_close(&h);
}

/* Two sources, a table that nobody here knows, a column that core doesn't have, one that fails. */
static void test_fixture_module(void **state)
{
    const struct xd_world *w;
    const struct xd_table *t;
    struct host h;
    int col;

    host_open(&h, "capture:tests/fixtures/module.xdc");
    w = xd_session_world(h.s);
    t = xd_world_table(w, "shares");
    assert_int_equal(t->n, 2);
    assert_string_equal(xd_row_str(t->rows[0], 0, "?"), "home");
    assert_false(xd_row_has(t->rows[0], 4));
    t = xd_world_table(w, "domains");
    col = xd_desc_column(t->desc, "firmware");
    assert_int_equal(col, XD_DOMAIN_N);
    assert_string_equal(xd_row_str(t->rows[0], col, "?"), "bios");
    assert_false(xd_row_has(t->rows[0], XD_DOMAIN_CAP));
    assert_int_equal(xd_session_control(h.s, "seek 2s", NULL), 0);
    xd_session_dispatch(h.s);
    t = xd_world_table(w, "shares");
    assert_true(t->rows[0]->cell[4].f == 1e6);
    tick(&h);
    tick(&h);
    assert_int_equal(xd_world_table(w, "shares")->state, XD_TABLE_MISSING);
    assert_string_equal(xd_world_trouble(w, "shares"), "shares: the server does not answer");
    host_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_demo_host_again), cmocka_unit_test(test_table_of_a_module),
        cmocka_unit_test(test_verbs),           cmocka_unit_test(test_fixture_tiny),
        cmocka_unit_test(test_fixture_module),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
