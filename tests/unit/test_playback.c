/* SPDX-License-Identifier: GPL-2.0-or-later */
/* backends/capture: a recording is a host again, with the values it had, at the times the clock
 * says, and says of itself that it is a recording. */
#include "capture_help.h"

#include <errno.h>

#include "model/backend.h"

extern const struct xd_backend xd_backend_capture;

#define S XD_NS_PER_S

/* A worker by hand. */
struct play {
    struct tmp tmp;
    struct xd_clock clock;
    struct xd_log log;
    struct xd_backend_env env;
    void *self;
    struct xd_snapshot *s;
    uint64_t seq;
};

static void play_open(struct play *p)
{
    struct xd_err err = XD_ERR_INIT;

    xd_clock_init_manual(&p->clock, 1000 * S);
    xd_log_init(&p->log, &p->clock);
    p->env = (struct xd_backend_env){
        .clock = &p->clock, .log = &p->log, .role = XD_OBSERVER, .arg = p->tmp.path};
    if (xd_backend_capture.open(&p->env, &p->self, &err))
        fail_msg("%s", err.text);
}

static void play_close(struct play *p)
{
    xd_backend_capture.close(p->self);
    xd_snapshot_unref(p->s); /* after it, as workers do */
    xd_log_done(&p->log);
    tmp_remove(&p->tmp);
}

static void collect(struct play *p)
{
    struct xd_builder *b = xd_builder_new("capture");
    struct xd_err err = XD_ERR_INIT;
    struct xd_snapshot *s;
    int64_t now = xd_clock_now(&p->clock);

    if (xd_backend_capture.collect(p->self, b, &err))
        fail_msg("%s", err.text);
    s = xd_builder_seal(b, p->s, ++p->seq, now, xd_clock_wall(&p->clock), 0);
    xd_snapshot_unref(p->s);
    p->s = s;
}

static const struct xd_table *table(const struct play *p, const char *name)
{
    const struct xd_table *t = xd_snapshot_table(p->s, name);

    assert_non_null(t);
    return t;
}

static struct xd_value cell(const struct play *p, const char *name, const char *column)
{
    const struct xd_table *t = table(p, name);
    int col = xd_desc_column(t->desc, column);

    assert_int_equal(t->n, 1);
    assert_true(col >= 0);
    return xd_row_value(t->desc, t->rows[0], col);
}

static void record(struct play *p, struct xd_snapshot **s, size_t n)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_capture_writer *w;

    memset(p, 0, sizeof(*p));
    tmp_make(&p->tmp);
    assert_int_equal(xd_capture_writer_open(p->tmp.path, false, "live", 0, &w, &err), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(xd_capture_writer_add(w, s[i], &err), 0);
    assert_int_equal(xd_capture_writer_close(w, &err), 0);
}

/* Every table but the host, which tells more than was recorded, and its times. */
static void assert_plays(const struct play *p, const struct xd_snapshot *s, int64_t at_ns)
{
    for (size_t i = 0; i < xd_snapshot_tables(s); i++) {
        const struct xd_table *was = xd_snapshot_table_at(s, i);
        const struct xd_table *now = table(p, was->desc->name);

        if (strcmp(was->desc->name, "host") == 0)
            continue;
        assert_same_table(was, now);
        assert_int_equal(now->at_ns, at_ns - (xd_snapshot_at(s) - was->at_ns));
        assert_string_equal(now->source, "capture");
    }
}

static void test_plays_what_was(void **state)
{
    struct xd_snapshot *s[3];
    struct play p;

    for (size_t i = 0; i < 3; i++)
        s[i] = random_snapshot(i + 1, 5);
    record(&p, s, 3);
    play_open(&p);
    xd_clock_advance(&p.clock, 50 * S); /* it begins when somebody looks */
    collect(&p);
    assert_plays(&p, s[0], 50 * S);
    assert_int_equal(xd_backend_capture.due(p.self), S);
    xd_clock_advance(&p.clock, S + S / 2);
    collect(&p);
    assert_plays(&p, s[1], 51 * S); /* it was due half a second ago */
    xd_clock_advance(&p.clock, S);
    collect(&p);
    assert_plays(&p, s[2], 52 * S);
    assert_int_equal(xd_backend_capture.due(p.self), -1);
    play_close(&p);
    for (size_t i = 0; i < 3; i++)
        xd_snapshot_unref(s[i]);
}

static void test_host_says_that_it_is_a_recording(void **state)
{
    struct xd_snapshot *s[2] = {random_snapshot(1, 1), random_snapshot(2, 1)};
    const struct xd_row *was = xd_snapshot_table(s[0], "host")->rows[0], *now;
    struct xd_log_line line;
    struct play p;

    record(&p, s, 2);
    play_open(&p);
    collect(&p);
    now = table(&p, "host")->rows[0];
    assert_int_equal(now->cell[XD_HOST_KIND].i, XD_HOST_CAPTURE);
    assert_int_equal(now->cell[XD_HOST_RECORDED].i, xd_snapshot_wall(s[0]));
    for (int col = 0; col < XD_HOST_KIND; col++) {
        struct xd_value a = xd_row_value(&xd_host_desc, was, col);
        struct xd_value b = xd_row_value(&xd_host_desc, now, col);

        assert_true(xd_value_equal(&a, &b));
    }
    assert_null(table(&p, "host")->reason);
    assert_int_equal(cell(&p, "playback", "state").cell.i, 0);
    assert_string_equal(cell(&p, "playback", "host").cell.s, "live");
    assert_string_equal(cell(&p, "playback", "sources").cell.s, "demo");
    assert_int_equal(cell(&p, "playback", "length_ns").cell.i, S);
    assert_int_equal(cell(&p, "playback", "damages").cell.u, 0);
    assert_false(cell(&p, "playback", "damage").have);

    xd_clock_advance(&p.clock, 20 * S);
    collect(&p);
    assert_string_equal(table(&p, "host")->reason, "the capture has ended: restart, or seek back");
    assert_int_equal(cell(&p, "playback", "state").cell.i, 2);
    assert_int_equal(cell(&p, "playback", "moment").cell.u, 2);
    assert_int_equal(cell(&p, "playback", "recorded_at").cell.i, xd_snapshot_wall(s[1]));
    collect(&p);
    assert_int_equal(xd_log_tail(&p.log, &line, 1), 1); /* said once */
    assert_int_equal(line.seq, 1);
    assert_non_null(strstr(line.text, "has ended"));
    play_close(&p);
    xd_snapshot_unref(s[0]);
    xd_snapshot_unref(s[1]);
}

/* domain 1 uses `cpu_ns`; rate: as recorded, < 0: unknown */
static struct xd_snapshot *one_domain(uint64_t number, uint64_t cpu_ns, double rate)
{
    struct xd_builder *b = xd_builder_new("libxl");
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, (int64_t)number * S);

    xd_row_begin(t);
    xd_put_str(t, XD_DOMAIN_UUID, "u1");
    xd_put_u64(t, XD_DOMAIN_CPU_NS, cpu_ns);
    if (rate >= 0)
        xd_put_f64(t, XD_DOMAIN_CPU, rate);
    return xd_builder_seal(b, NULL, number, (int64_t)number * S, 0, 0);
}

/* Whatever the pace: a rate is what was recorded, and unknown where it was unknown. */
static void test_rates_are_not_made_anew(void **state)
{
    struct xd_snapshot *s[4] = {one_domain(1, 0, -1), one_domain(2, S / 2, 50),
                                one_domain(3, S, -1), one_domain(4, 2 * S, 100)};
    struct xd_err err = XD_ERR_INIT;
    struct play p;

    record(&p, s, 4);
    play_open(&p);
    assert_int_equal(xd_backend_capture.control(p.self, "speed 4", &err), 0);
    collect(&p);
    assert_false(cell(&p, "domains", "cpu").have);
    xd_clock_advance(&p.clock, S / 4);
    collect(&p);
    assert_true(cell(&p, "domains", "cpu").cell.f == 50);
    xd_clock_advance(&p.clock, S / 4);
    collect(&p);
    assert_int_equal(cell(&p, "domains", "cpu_ns").cell.u, S);
    assert_false(cell(&p, "domains", "cpu").have);
    assert_int_equal(xd_backend_capture.control(p.self, "step -1", &err), 0);
    collect(&p);
    assert_true(cell(&p, "domains", "cpu").cell.f == 50);
    play_close(&p);
    for (size_t i = 0; i < 4; i++)
        xd_snapshot_unref(s[i]);
}

static void test_tables_that_were_not_recorded(void **state)
{
    struct xd_snapshot *s = one_domain(1, 0, 1);
    struct play p;

    record(&p, &s, 1);
    play_open(&p);
    collect(&p);
    assert_int_equal(table(&p, "vcpus")->state, XD_TABLE_MISSING);
    assert_string_equal(table(&p, "vcpus")->reason, "it was not recorded");
    for (const struct xd_table_desc *const *d = xd_backend_capture.tables; *d; d++)
        table(&p, (*d)->name);
    /* There is a host all the same. */
    assert_int_equal(cell(&p, "host", "kind").cell.i, XD_HOST_CAPTURE);
    assert_string_equal(cell(&p, "host", "name").cell.s, "live");
    assert_false(cell(&p, "host", "cpu").have);
    assert_non_null(strstr(table(&p, "host")->reason, "it was not recorded"));
    play_close(&p);
    xd_snapshot_unref(s);
}

static struct xd_snapshot *of_source(const char *source, uint64_t seq, int64_t at_ns,
                                     const struct xd_table_desc *d, const char *missing)
{
    struct xd_builder *b = xd_builder_new(source);
    uint64_t seed = seq;

    if (missing)
        xd_build_missing(b, d, "%s", missing);
    else
        random_row(xd_build_table(b, d, at_ns), d, 1, &seed);
    return xd_builder_seal(b, NULL, seq, at_ns, at_ns, 0);
}

/* Two sources, one of which misses what the other has; one is slower than the other. */
static void test_two_sources(void **state)
{
    struct xd_snapshot *s[4] = {
        of_source("libxl", 1, 10 * S, &xd_pools_desc, "no pools here"),
        of_source("other", 1, 10 * S + S / 10, &xd_pools_desc, NULL),
        of_source("libxl", 2, 11 * S, &xd_vcpus_desc, NULL),
        of_source("libxl", 3, 12 * S, &xd_vcpus_desc, NULL),
    };
    struct xd_err err = XD_ERR_INIT;
    struct play p;

    record(&p, s, 4);
    play_open(&p);
    collect(&p);
    assert_int_equal(table(&p, "pools")->state, XD_TABLE_OK);
    assert_int_equal(table(&p, "vcpus")->state, XD_TABLE_MISSING);
    xd_clock_advance(&p.clock, 2 * S);
    collect(&p);
    assert_same_table(xd_snapshot_table(s[3], "vcpus"), table(&p, "vcpus"));
    assert_int_equal(table(&p, "vcpus")->at_ns, 2 * S);
    /* The other's are as old as they were then. */
    assert_same_table(xd_snapshot_table(s[1], "pools"), table(&p, "pools"));
    assert_int_equal(table(&p, "pools")->at_ns, S / 10);
    assert_int_equal(cell(&p, "playback", "moments").cell.u, 3);
    assert_int_equal(xd_backend_capture.control(p.self, "step -1", &err), 0);
    collect(&p);
    assert_same_table(xd_snapshot_table(s[2], "vcpus"), table(&p, "vcpus"));
    play_close(&p);
    for (size_t i = 0; i < 4; i++)
        xd_snapshot_unref(s[i]);
}

/* A sample whose text makes no sense is passed over, with the reason. */
static void test_unreadable_sample(void **state)
{
    static const char head[] = "{\"xendeck-capture\":1,\"host\":\"h\",\"tables\":[{\"name\":\"nodes"
                               "\",\"columns\":[{\"name\":\"node\",\"type\":\"u64\"}]}]}\n";
    struct xd_buf text = XD_BUF_INIT, file = XD_BUF_INIT;
    struct xd_builder *b;
    struct xd_err err = XD_ERR_INIT;
    struct play p = {0};

    for (int i = 0; i < 3; i++) {
        xd_buf_clear(&text);
        xd_buf_printf(&text,
                      "%s{\"source\":\"s\",\"wall_ns\":0,\"at_ns\":%d000000000}\n"
                      "{\"table\":\"nodes\",\"at_ns\":2000000000,\"rows\":1}\n[%s]\n",
                      head, i + 1, i == 1 ? "7" : "\"seven\"");
        add_frame(&file, text.s, text.len, 1);
    }
    tmp_make(&p.tmp);
    put_file(p.tmp.path, file.s, file.len);
    play_open(&p);
    b = xd_builder_new("capture");
    assert_int_equal(xd_backend_capture.collect(p.self, b, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "sample 1"));
    assert_non_null(strstr(err.text, "line 4: cell 1 (nodes.node) should be a whole number"));
    xd_builder_free(b);
    xd_clock_advance(&p.clock, S);
    collect(&p);
    assert_int_equal(table(&p, "nodes")->rows[0]->cell[XD_NODE_ID].u, 7);
    assert_null(table(&p, "nodes")->reason);
    xd_clock_advance(&p.clock, S);
    collect(&p);
    assert_int_equal(table(&p, "nodes")->rows[0]->cell[XD_NODE_ID].u, 7);
    assert_non_null(strstr(table(&p, "nodes")->reason, "another sample is shown: "));
    assert_int_equal(table(&p, "nodes")->at_ns, S);
    play_close(&p);
    xd_buf_done(&text);
    xd_buf_done(&file);
}

static void test_opening(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_snapshot *s = one_domain(1, 0, 1);
    struct play p;
    void *self;

    record(&p, &s, 1);
    play_open(&p);
    p.env.role = XD_OPERATOR;
    assert_int_equal(xd_backend_capture.open(&p.env, &self, &err), -EROFS);
    assert_non_null(strstr(err.text, "nothing of it can be edited"));
    p.env.role = XD_OBSERVER;
    p.env.arg = "";
    assert_int_equal(xd_backend_capture.open(&p.env, &self, &err), -EINVAL);
    assert_non_null(strstr(err.text, "--host capture:FILE"));
    p.env.arg = "/no/such.xdc";
    assert_int_equal(xd_backend_capture.open(&p.env, &self, &err), -ENOENT);
    assert_non_null(strstr(err.text, "/no/such.xdc"));
    assert_null(self);
    play_close(&p);
    xd_snapshot_unref(s);
}

static void test_doctor(void **state)
{
    struct xd_snapshot *s[2] = {one_domain(1, 0, 1), one_domain(2, 0, 1)}, *d;
    struct xd_builder *b = xd_builder_new("capture");
    const struct xd_table *t;
    struct xd_buf file = XD_BUF_INIT;
    struct play p;

    record(&p, s, 2);
    get_file(p.tmp.path, &file);
    put_file(p.tmp.path, file.s, file.len - 3);
    play_open(&p);
    xd_backend_capture.doctor(NULL, b);
    xd_backend_capture.doctor(p.self, b);
    d = xd_builder_seal(b, NULL, 1, 0, 0, 0);
    t = xd_snapshot_table(d, "checks");
    assert_int_equal(t->n, 3);
    assert_string_equal(xd_row_str(t->rows[0], XD_CHECK_FOUND, "?"),
                        "samples: 1, sources: 1, length: 0s");
    assert_int_equal(t->rows[1]->cell[XD_CHECK_STATUS].i, XD_CHECK_WARN);
    assert_non_null(strstr(xd_row_str(t->rows[1], XD_CHECK_FOUND, "?"), "the file ends within it"));
    assert_int_equal(t->rows[2]->cell[XD_CHECK_STATUS].i, XD_CHECK_ABSENT);
    xd_snapshot_unref(d);
    play_close(&p);
    xd_buf_done(&file);
    xd_snapshot_unref(s[0]);
    xd_snapshot_unref(s[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plays_what_was),
        cmocka_unit_test(test_host_says_that_it_is_a_recording),
        cmocka_unit_test(test_rates_are_not_made_anew),
        cmocka_unit_test(test_tables_that_were_not_recorded),
        cmocka_unit_test(test_two_sources),
        cmocka_unit_test(test_unreadable_sample),
        cmocka_unit_test(test_opening),
        cmocka_unit_test(test_doctor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
