/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/capture: what is written is read back value for value; what is cut, corrupt, foreign or
 * meant to hurt costs the samples it touches, says where, and nothing else. */
#include "capture_help.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define N_SAMPLES 3

/* --- helpers --- */

static struct xd_capture *must_open(const char *path)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_capture *c;

    if (xd_capture_open(path, NULL, NULL, &c, &err))
        fail_msg("%s", err.text);
    return c;
}

static void must_refuse(const char *path, int code, const char *part)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_capture *c;

    assert_int_equal(xd_capture_open(path, NULL, NULL, &c, &err), code);
    assert_null(c);
    assert_int_equal(err.code, code);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" does not say \"%s\"", err.text, part);
}

static struct xd_snapshot *must_load(struct xd_capture *c, size_t i)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_snapshot *s;

    if (xd_capture_load(c, i, &s, &err))
        fail_msg("%s", err.text);
    return s;
}

static void write_capture(const char *path, struct xd_snapshot **s, size_t n)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_capture_writer *w;

    assert_int_equal(xd_capture_writer_open(path, false, "demo", 0, &w, &err), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(xd_capture_writer_add(w, s[i], &err), 0);
    assert_int_equal(xd_capture_writer_samples(w), n);
    assert_int_equal(xd_capture_writer_close(w, &err), 0);
}

/* A small snapshot of one table: captures of it are small enough to try every byte. */
static struct xd_snapshot *small_snapshot(uint64_t number)
{
    struct xd_builder *b = xd_builder_new("demo");
    struct xd_rows *t = xd_build_table(b, &shares_desc, (int64_t)number * XD_NS_PER_S);
    uint64_t seed = number;

    random_row(t, &shares_desc, 1, &seed);
    random_row(t, &shares_desc, 2, &seed);
    return xd_builder_seal(b, NULL, number, (int64_t)number * XD_NS_PER_S, 0, 1);
}

struct small {
    struct tmp tmp;
    struct xd_snapshot *s[N_SAMPLES];
    struct xd_buf bytes;
    uint64_t ends[N_SAMPLES]; /* of each frame */
};

static void small_make(struct small *m)
{
    struct xd_capture *c;

    memset(m, 0, sizeof(*m));
    tmp_make(&m->tmp);
    for (size_t i = 0; i < N_SAMPLES; i++)
        m->s[i] = small_snapshot(i + 1);
    write_capture(m->tmp.path, m->s, N_SAMPLES);
    get_file(m->tmp.path, &m->bytes);
    c = must_open(m->tmp.path);
    assert_int_equal(xd_capture_frames(c), N_SAMPLES);
    for (size_t i = 0; i < N_SAMPLES; i++)
        m->ends[i] = xd_capture_frame(c, i)->offset + xd_capture_frame(c, i)->size;
    assert_int_equal(m->ends[N_SAMPLES - 1], m->bytes.len);
    xd_capture_close(c);
}

static void small_remove(struct small *m)
{
    for (size_t i = 0; i < N_SAMPLES; i++)
        xd_snapshot_unref(m->s[i]);
    xd_buf_done(&m->bytes);
    tmp_remove(&m->tmp);
}

/* All that can be loaded is what was recorded. Returns how many samples that is. */
static size_t check_what_is_left(const struct small *m, struct xd_capture *c)
{
    for (size_t i = 0; i < xd_capture_frames(c); i++) {
        struct xd_snapshot *s = must_load(c, i);
        uint64_t seq = xd_snapshot_seq(s);

        assert_in_range(seq, 1, N_SAMPLES);
        assert_same(m->s[seq - 1], s);
        xd_snapshot_unref(s);
    }
    return xd_capture_frames(c);
}

/* --- round trips --- */

static void test_round_trip(void **state)
{
    struct xd_snapshot *s[20], *back;
    struct xd_capture *c;
    struct tmp tmp;

    tmp_make(&tmp);
    for (size_t i = 0; i < 20; i++)
        s[i] = random_snapshot(i + 1, 10);
    write_capture(tmp.path, s, 20);
    c = must_open(tmp.path);
    assert_int_equal(xd_capture_frames(c), 20);
    assert_int_equal(xd_capture_damages(c), 0);
    assert_null(xd_capture_damage(c));
    assert_string_equal(xd_capture_host(c), "demo");
    assert_int_equal(xd_capture_sources(c), 1);
    for (size_t i = 0; i < 20; i++) {
        back = must_load(c, i);
        assert_same(s[i], back);
        assert_int_equal(xd_capture_frame(c, i)->pos_ns, (int64_t)i * XD_NS_PER_S);
        xd_snapshot_unref(back);
        xd_snapshot_unref(s[i]);
    }
    assert_int_equal(xd_capture_load(c, 20, &back, NULL), -ERANGE);
    xd_capture_close(c);
    tmp_remove(&tmp);
}

/* Extremes that a reader through doubles, or a locale, would spoil. */
static void test_numbers(void **state)
{
    static const double f64s[] = {0.1, 1e300, 5e-324, 123456789.125, 0, -1.5};
    struct xd_builder *b = xd_builder_new("x");
    struct xd_snapshot *s, *back;
    struct xd_capture *c;
    struct tmp tmp;

    tmp_make(&tmp);
    for (unsigned i = 0; i < 6; i++) {
        struct xd_rows *t = xd_build_table(b, &shares_desc, INT64_MIN);

        xd_row_begin(t);
        xd_put_u64(t, 3, UINT64_MAX - i);
        xd_put_i64(t, 2, i & 1 ? INT64_MAX : INT64_MIN);
        xd_put_f64(t, 4, f64s[i]);
    }
    s = xd_builder_seal(b, NULL, 1, INT64_MAX, INT64_MIN, 0);
    write_capture(tmp.path, &s, 1);
    c = must_open(tmp.path);
    back = must_load(c, 0);
    assert_same(s, back);
    xd_snapshot_unref(s);
    xd_snapshot_unref(back);
    xd_capture_close(c);
    tmp_remove(&tmp);
}

static void test_descriptions(void **state)
{
    struct xd_snapshot *s = random_snapshot(1, 2);
    const struct xd_table_desc *d;
    struct xd_capture *c;
    struct tmp tmp;

    tmp_make(&tmp);
    write_capture(tmp.path, &s, 1);
    c = must_open(tmp.path);
    for (size_t i = 0; i < xd_capture_tables(c); i++) {
        d = xd_capture_table(c, i);
        for (int col = 0; col < d->n_columns; col++)
            assert_int_equal(d->columns[col].rate_of, 0);
        if (!strcmp(d->name, "domains")) { /* core's, at its place */
            assert_int_equal(d->n_columns, XD_DOMAIN_N);
            assert_string_equal(d->columns[XD_DOMAIN_CAP].name, "cap");
            assert_ptr_equal(d->columns[XD_DOMAIN_STATE].kind.names,
                             xd_domains_desc.columns[XD_DOMAIN_STATE].kind.names);
        }
    }
    d = xd_capture_table(c, xd_capture_tables(c) - 1); /* the module's, as it was recorded */
    assert_string_equal(d->name, "shares");
    assert_string_equal(d->noun, "share");
    assert_string_equal(d->title, "Shares");
    assert_string_equal(d->help, "What is replicated");
    assert_int_equal(d->n_columns, 7);
    assert_int_equal(d->keys[0], 0);
    assert_int_equal(d->keys[1], -1);
    assert_string_equal(d->columns[1].kind.names[1], "async");
    assert_null(d->columns[1].kind.names[2]);
    assert_string_equal(d->columns[2].kind.zero, "level");
    assert_int_equal(d->columns[3].kind.unit, XD_UNIT_BYTES);
    assert_int_equal(d->columns[3].flags, XD_COL_COUNTER);
    assert_int_equal(d->columns[0].width, 12);
    assert_string_equal(d->columns[4].title, "SENT/s");
    xd_snapshot_unref(s);
    xd_capture_close(c);
    tmp_remove(&tmp);
}

static void test_missing_and_reasons(void **state)
{
    struct xd_builder *b = xd_builder_new("libxl");
    struct xd_snapshot *s, *back;
    struct xd_capture *c;
    struct tmp tmp;

    tmp_make(&tmp);
    xd_build_missing(b, &xd_pools_desc, "libxl: pools: \"%s\" denied", "a\x1b");
    xd_build_reason(xd_build_table(b, &xd_nodes_desc, 5), "half of it");
    s = xd_builder_seal(b, NULL, 1, 9, 9, 9);
    write_capture(tmp.path, &s, 1);
    c = must_open(tmp.path);
    back = must_load(c, 0);
    assert_int_equal(xd_snapshot_table(back, "pools")->state, XD_TABLE_MISSING);
    assert_same(s, back);
    xd_snapshot_unref(s);
    xd_snapshot_unref(back);
    xd_capture_close(c);
    tmp_remove(&tmp);
}

/* --- damage --- */

static void test_cut_anywhere(void **state)
{
    struct small m;

    small_make(&m);
    for (size_t n = 0; n < m.bytes.len; n++) {
        size_t whole = 0;
        bool between = n == 0;
        struct xd_capture *c;

        while (m.ends[whole] <= n)
            between = m.ends[whole++] == n || between;
        put_file(m.tmp.path, m.bytes.s, n);
        if (whole == 0) {
            must_refuse(m.tmp.path, -ENODATA, n ? "nothing is left of it" : "is empty");
            continue;
        }
        c = must_open(m.tmp.path);
        assert_int_equal(check_what_is_left(&m, c), whole);
        assert_int_equal(xd_capture_damages(c), n > m.ends[whole - 1]);
        xd_capture_close(c);
    }
    small_remove(&m);
}

/* One wrong bit costs at most the sample that it is in, and what is shown is never wrong. */
static void test_flip_anywhere(void **state)
{
    struct small m;

    small_make(&m);
    for (size_t bit = 0; bit < m.bytes.len * 8; bit += bit % 8 == 7 || bit < 800 ? 1 : 3) {
        struct xd_capture *c;
        size_t left;

        m.bytes.s[bit / 8] ^= (char)(1 << bit % 8);
        put_file(m.tmp.path, m.bytes.s, m.bytes.len);
        m.bytes.s[bit / 8] ^= (char)(1 << bit % 8);
        c = must_open(m.tmp.path);
        left = check_what_is_left(&m, c);
        if (left < N_SAMPLES - 1 || (left == N_SAMPLES) != (xd_capture_damages(c) == 0))
            fail_msg("bit %zu: %zu samples left, %zu damages", bit, left, xd_capture_damages(c));
        xd_capture_close(c);
    }
    small_remove(&m);
}

static void test_holes(void **state)
{
    struct xd_buf file = XD_BUF_INIT;
    struct xd_capture *c;
    struct small m;
    size_t first;

    small_make(&m);
    first = m.ends[0];
    xd_buf_addn(&file, "junk in front", 13);
    xd_buf_addn(&file, m.bytes.s, first);
    xd_buf_pad(&file, '\0', 600000); /* a hole that is larger than what is read at once */
    xd_buf_addn(&file, "\x28\xb5\x2f\xfd\x28\xb5\x2f\xfd", 8); /* and what looks like a frame */
    xd_buf_addn(&file, m.bytes.s + first, m.bytes.len - first);
    put_file(m.tmp.path, file.s, file.len);
    c = must_open(m.tmp.path);
    assert_int_equal(check_what_is_left(&m, c), N_SAMPLES);
    assert_int_equal(xd_capture_damages(c), 2);
    assert_non_null(strstr(xd_capture_damage(c), "a.xdc: at byte 0: no frame"));
    xd_capture_close(c);
    xd_buf_done(&file);
    small_remove(&m);
}

/* A file that changes while it is played. */
static void test_changed_under_us(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf large = XD_BUF_INIT;
    struct xd_snapshot *s;
    struct xd_capture *c;
    struct small m;

    small_make(&m);
    c = must_open(m.tmp.path);
    assert_int_equal(truncate(m.tmp.path, 10), 0);
    /* It is small, so it is still in memory. */
    xd_snapshot_unref(must_load(c, 0));
    xd_capture_close(c);
    for (int i = 0; i < 400; i++) /* more than is held */
        xd_buf_addn(&large, m.bytes.s, m.bytes.len);
    put_file(m.tmp.path, large.s, large.len);
    c = must_open(m.tmp.path);
    assert_int_equal(truncate(m.tmp.path, 10), 0);
    assert_int_equal(xd_capture_load(c, 0, &s, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "the file was changed"));
    xd_capture_close(c);
    xd_buf_done(&large);
    small_remove(&m);
}

/* Captures put one behind the other, or a host that booted in between: time goes on. Sources that
 * are a little out of step are not that. */
static void test_clocks_that_go_back(void **state)
{
    static const uint64_t at_s[] = {20, 21, 19, 22, 3, 5};
    static const int64_t pos_s[] = {0, 1, 1, 2, 3, 5};
    struct xd_snapshot *s[6];
    struct xd_capture *c;
    struct tmp tmp;

    tmp_make(&tmp);
    for (size_t i = 0; i < 6; i++)
        s[i] = small_snapshot(at_s[i]);
    write_capture(tmp.path, s, 6);
    c = must_open(tmp.path);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(xd_capture_frame(c, i)->pos_ns, pos_s[i] * XD_NS_PER_S);
        xd_snapshot_unref(s[i]);
    }
    xd_capture_close(c);
    tmp_remove(&tmp);
}

/* --- the writer's manners --- */

static void test_writer(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_capture_writer *w;
    struct stat st;
    struct small m;

    small_make(&m);
    assert_int_equal(stat(m.tmp.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(xd_capture_writer_open(m.tmp.path, false, "x", 0, &w, &err), -EEXIST);
    assert_null(w);
    assert_non_null(strstr(err.text, "a.xdc is there already"));
    assert_int_equal(xd_capture_writer_open(m.tmp.dir, true, "x", 0, &w, &err), -EISDIR);
    assert_int_equal(xd_capture_writer_open("/dev/null", true, "x", 0, &w, &err), -EINVAL);
    assert_int_equal(xd_capture_writer_open("/nowhere/x", false, "x", 0, &w, &err), -ENOENT);

    assert_int_equal(xd_capture_writer_open(m.tmp.path, true, "x", 0, &w, &err), 0);
    assert_int_equal(xd_capture_writer_bytes(w), 0);
    assert_int_equal(xd_capture_writer_add(w, m.s[0], &err), 0);
    assert_int_equal(xd_capture_writer_add(w, m.s[0], &err), 0); /* nothing new */
    assert_int_equal(xd_capture_writer_samples(w), 1);
    assert_int_equal(stat(m.tmp.path, &st), 0);
    assert_int_equal(st.st_size, xd_capture_writer_bytes(w));
    assert_int_equal(xd_capture_writer_close(w, &err), 0);
    assert_int_equal(xd_capture_writer_close(NULL, &err), 0);
    small_remove(&m);
}

/* A disk that is full in the middle of a frame: the file stays whole and goes on later. */
static void test_full_disk(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rlimit old, small;
    struct xd_capture_writer *w;
    struct xd_capture *c;
    struct small m;

    small_make(&m);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(xd_capture_writer_open(m.tmp.path, true, "x", 0, &w, &err), 0);
    assert_int_equal(xd_capture_writer_add(w, m.s[0], &err), 0);
    small = old;
    small.rlim_cur = xd_capture_writer_bytes(w) + 100;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(xd_capture_writer_add(w, m.s[1], &err), -EFBIG);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_non_null(strstr(err.text, "sample 2 can't be written"));
    c = must_open(m.tmp.path);
    assert_int_equal(check_what_is_left(&m, c), 1);
    assert_int_equal(xd_capture_damages(c), 0);
    xd_capture_close(c);
    assert_int_equal(xd_capture_writer_add(w, m.s[1], &err), 0);
    assert_int_equal(xd_capture_writer_close(w, &err), 0);
    c = must_open(m.tmp.path);
    assert_int_equal(check_what_is_left(&m, c), 2);
    xd_capture_close(c);
    small_remove(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_descriptions),
        cmocka_unit_test(test_missing_and_reasons),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_flip_anywhere),
        cmocka_unit_test(test_holes),
        cmocka_unit_test(test_changed_under_us),
        cmocka_unit_test(test_clocks_that_go_back),
        cmocka_unit_test(test_writer),
        cmocka_unit_test(test_full_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
