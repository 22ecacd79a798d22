/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/model/series: rates are made from the samples' own time or not at all, and a graph shows a
 * gap where nothing was known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "model/series.h"
#include "model/tables.h"

#define S(n) ((int64_t)((n) * (double)XD_NS_PER_S))

/* One domain in a sample; a negative number is not known. */
struct dom {
    const char *uuid;
    double cpu_s, rx, mem_kib;
};

static struct xd_snapshot *sample(struct xd_snapshot *prev, int64_t at_ns, const struct dom *doms,
                                  size_t n)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, at_ns);

    for (size_t i = 0; i < n; i++) {
        xd_row_begin(t);
        xd_put_str(t, XD_DOMAIN_UUID, doms[i].uuid);
        if (doms[i].cpu_s >= 0)
            xd_put_u64(t, XD_DOMAIN_CPU_NS, (uint64_t)S(doms[i].cpu_s));
        if (doms[i].rx >= 0)
            xd_put_u64(t, XD_DOMAIN_NET_RX_BYTES, (uint64_t)doms[i].rx);
        if (doms[i].mem_kib >= 0)
            xd_put_u64(t, XD_DOMAIN_MEM_KIB, (uint64_t)doms[i].mem_kib);
    }
    return xd_builder_seal(b, prev, 1, at_ns, 0, 0);
}

#define SAMPLE(prev, at, ...)                                                                      \
    sample(prev, at, (const struct dom[]){__VA_ARGS__},                                            \
           sizeof((const struct dom[]){__VA_ARGS__}) / sizeof(struct dom))

static double rate(const struct xd_snapshot *s, const char *uuid, int col)
{
    const struct xd_row *r = xd_table_find(xd_snapshot_table(s, "domains"), uuid);

    assert_non_null(r);
    return xd_row_f64(&xd_domains_desc, r, col, NAN);
}

static void rates_use_the_samples_own_time(void **state)
{
    struct xd_snapshot *a = SAMPLE(NULL, S(10), {"a", 5, 1000, -1}, {"b", 1, -1, -1});
    struct xd_snapshot *b = SAMPLE(a, S(12.5), {"b", 2, 10, -1}, {"a", 10, 3500, -1});

    assert_true(isnan(rate(a, "a", XD_DOMAIN_CPU)));
    assert_float_equal(rate(b, "a", XD_DOMAIN_CPU), 200, 1e-9); /* two pCPUs: 5 s in 2.5 s */
    assert_float_equal(rate(b, "b", XD_DOMAIN_CPU), 40, 1e-9);
    assert_float_equal(rate(b, "a", XD_DOMAIN_NET_RX), 1000, 1e-9);
    assert_true(isnan(rate(b, "b", XD_DOMAIN_NET_RX))); /* not known before */
    assert_true(isnan(rate(b, "b", XD_DOMAIN_NET_TX)));
    xd_snapshot_unref(a);
    xd_snapshot_unref(b);
}

static void a_counter_that_went_back_has_no_rate(void **state)
{
    struct xd_snapshot *a = SAMPLE(NULL, S(1), {"a", 5, 1000, -1});
    struct xd_snapshot *b = SAMPLE(a, S(2), {"a", 0.5, 1100, -1});
    struct xd_snapshot *c = SAMPLE(b, S(3), {"a", 0.6, 1100, -1});

    assert_true(isnan(rate(b, "a", XD_DOMAIN_CPU)));
    assert_float_equal(rate(b, "a", XD_DOMAIN_NET_RX), 100, 1e-9);
    assert_float_equal(rate(c, "a", XD_DOMAIN_CPU), 10, 1e-6);
    assert_true(rate(c, "a", XD_DOMAIN_NET_RX) == 0); /* still: known to be nothing */
    xd_snapshot_unref(a);
    xd_snapshot_unref(b);
    xd_snapshot_unref(c);
}

static void a_new_row_has_no_rate(void **state)
{
    struct xd_snapshot *a = SAMPLE(NULL, S(1), {"a", 5, 1000, -1});
    struct xd_snapshot *b = SAMPLE(a, S(2), {"new", 9, 1000, -1}, {"a", 5, 1000, -1});

    assert_true(isnan(rate(b, "new", XD_DOMAIN_CPU)));
    assert_true(rate(b, "a", XD_DOMAIN_CPU) == 0);
    xd_snapshot_unref(a);
    xd_snapshot_unref(b);
}

static void no_time_no_rate(void **state)
{
    struct xd_snapshot *a = SAMPLE(NULL, S(2), {"a", 5, 1000, -1});
    struct xd_snapshot *same = SAMPLE(a, S(2), {"a", 6, 1000, -1});
    struct xd_snapshot *earlier = SAMPLE(a, S(1), {"a", 6, 1000, -1});
    struct xd_snapshot *late = SAMPLE(NULL, INT64_MIN, {"a", 6, 1000, -1});
    struct xd_snapshot *ages = SAMPLE(late, INT64_MAX, {"a", 6, 2000, -1});

    assert_true(isnan(rate(same, "a", XD_DOMAIN_CPU)));
    assert_true(isnan(rate(earlier, "a", XD_DOMAIN_CPU)));
    assert_true(rate(ages, "a", XD_DOMAIN_NET_RX) > 0); /* 584 years: no overflow */
    xd_snapshot_unref(a);
    xd_snapshot_unref(same);
    xd_snapshot_unref(earlier);
    xd_snapshot_unref(late);
    xd_snapshot_unref(ages);
}

static void a_second_look_keeps_the_rates(void **state)
{
    struct xd_snapshot *a = SAMPLE(NULL, S(2), {"a", 5, 1000, -1});
    struct xd_snapshot *b = SAMPLE(a, S(4), {"a", 6, 1000, -1});
    struct xd_snapshot *at_once = SAMPLE(b, S(4) + 1000, {"a", 6, 9000, -1}, {"new", 1, 1, -1});
    struct xd_snapshot *then = SAMPLE(at_once, S(6) + 1000, {"a", 10, 13000, -1});

    assert_float_equal(rate(at_once, "a", XD_DOMAIN_CPU), 50, 1e-9);
    assert_true(rate(at_once, "a", XD_DOMAIN_NET_RX) == 0);
    assert_true(isnan(rate(at_once, "new", XD_DOMAIN_CPU)));
    assert_float_equal(rate(then, "a", XD_DOMAIN_CPU), 200, 1e-9);
    assert_float_equal(rate(then, "a", XD_DOMAIN_NET_RX), 2000, 1e-9);
    xd_snapshot_unref(a);
    xd_snapshot_unref(b);
    xd_snapshot_unref(at_once);
    xd_snapshot_unref(then);
}

static void a_rate_that_the_backend_knew_stays(void **state)
{
    struct xd_snapshot *a = SAMPLE(NULL, S(1), {"a", 5, -1, -1}), *s;
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, S(2));

    xd_row_begin(t);
    xd_put_str(t, XD_DOMAIN_UUID, "a");
    xd_put_u64(t, XD_DOMAIN_CPU_NS, (uint64_t)S(6));
    xd_put_f64(t, XD_DOMAIN_CPU, 12);
    s = xd_builder_seal(b, a, 2, S(2), 0, 0);
    assert_true(rate(s, "a", XD_DOMAIN_CPU) == 12);
    xd_snapshot_unref(a);
    xd_snapshot_unref(s);
}

/* --- history --- */

static void feed(struct xd_history *h, struct xd_snapshot *s)
{
    xd_history_feed(h, s);
    xd_snapshot_unref(s);
}

/* The slices of "a"'s memory as text: "- 10 15". */
static const char *slices(const struct xd_history *h, const char *key, int64_t now, int64_t span,
                          size_t n, char out[256])
{
    size_t used = 0, known, count = 0;
    double v[64];

    known = xd_history_slices(h, "domains", key, XD_DOMAIN_MEM_KIB, now, span, v, n);
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        count += !isnan(v[i]);
        used += (size_t)snprintf(out + used, 256 - used, isnan(v[i]) ? "%s-" : "%s%g", i ? " " : "",
                                 v[i]);
    }
    assert_int_equal(known, count);
    return out;
}

static void slices_are_means_of_samples(void **state)
{
    struct xd_history *h = xd_history_new(S(120));
    char out[256];

    for (int i = 0; i < 8; i++)
        feed(h, SAMPLE(NULL, S(100 + i), {"a", -1, -1, 10.0 * i}));
    /* of 2 s each: 96, 98, 100 (0 10), 102 (20 30), 104 (40 50), 106 (60 70) */
    assert_string_equal(slices(h, "a", S(107), S(12), 6, out), "- - 5 25 45 65");
    /* half a second later nothing moves; at the next multiple all moves by one cell */
    assert_string_equal(slices(h, "a", S(107.9), S(12), 6, out), "- - 5 25 45 65");
    assert_string_equal(slices(h, "a", S(108), S(12), 6, out), "- 5 25 45 65 -");
    /* what came later is no part of what was known at 104 s */
    assert_string_equal(slices(h, "a", S(104), S(6), 3, out), "5 25 40");
    assert_string_equal(slices(h, "a", S(99), S(6), 3, out), "- - -");
    assert_string_equal(slices(h, "nobody", S(107), S(12), 6, out), "- - - - - -");
    assert_string_equal(slices(h, "a", S(107), 0, 2, out), "- -");
    assert_string_equal(slices(h, "a", S(107), S(12), 0, out), "");
    assert_int_equal(xd_history_slices(h, "pools", "a", 0, S(107), S(9), (double[3]){0}, 3), 0);
    /* a column that is not kept */
    assert_int_equal(
        xd_history_slices(h, "domains", "a", XD_DOMAIN_CPU_NS, S(107), S(9), (double[3]){0}, 3), 0);
    xd_history_free(h);
    xd_history_free(NULL);
}

static void short_slices_have_no_holes(void **state)
{
    struct xd_history *h = xd_history_new(S(120));
    char out[256];

    feed(h, SAMPLE(NULL, S(10), {"a", -1, -1, 1}));
    feed(h, SAMPLE(NULL, S(13), {"a", -1, -1, 2}));
    feed(h, SAMPLE(NULL, S(16), {"a", -1, -1, -1})); /* not known this time */
    feed(h, SAMPLE(NULL, S(18), {"a", -1, -1, 4}));
    assert_string_equal(slices(h, "a", S(19), S(11), 11, out), "- 1 2 2 2 - - - 4 4 -");
    xd_history_free(h);
}

static void a_row_that_was_away_leaves_a_gap(void **state)
{
    struct xd_history *h = xd_history_new(S(120));
    char out[256];

    feed(h, SAMPLE(NULL, S(10), {"a", -1, -1, 1}, {"b", -1, -1, 1}));
    feed(h, SAMPLE(NULL, S(12), {"b", -1, -1, 1}));
    feed(h, SAMPLE(NULL, S(14), {"a", -1, -1, 3}, {"b", -1, -1, 1}));
    assert_string_equal(slices(h, "a", S(14), S(5), 5, out), "1 - - - 3");
    assert_string_equal(slices(h, "b", S(14), S(5), 5, out), "1 1 1 1 1");
    xd_history_free(h);
}

static void the_same_sample_counts_once(void **state)
{
    struct xd_history *h = xd_history_new(S(120));
    char out[256];

    feed(h, SAMPLE(NULL, S(10), {"a", -1, -1, 1}));
    feed(h, SAMPLE(NULL, S(10), {"a", -1, -1, 9}));
    feed(h, SAMPLE(NULL, S(9), {"a", -1, -1, 9}));
    feed(h, SAMPLE(NULL, S(11), {"a", -1, -1, 3}, {"a", -1, -1, 9})); /* twins: the first */
    assert_string_equal(slices(h, "a", S(11), S(4), 2, out), "- 2");
    xd_history_free(h);
}

static void what_is_old_is_forgotten(void **state)
{
    struct xd_history *h = xd_history_new(S(10));
    char out[256];

    feed(h, SAMPLE(NULL, S(1), {"a", -1, -1, 1}, {"gone", -1, -1, 5}));
    for (int i = 2; i < 40; i++)
        feed(h, SAMPLE(NULL, S(i), {"a", -1, -1, i}));
    assert_string_equal(slices(h, "gone", S(3), S(10), 2, out), "- -");
    assert_string_equal(slices(h, "a", S(39), S(40), 4, out), "- - 28.5 34.5"); /* 28 to 39 */
    xd_history_free(h);
}

static void a_ring_has_an_end(void **state)
{
    struct xd_history *h = xd_history_new(INT64_MAX);
    char out[256];

    for (int i = 0; i < XD_HISTORY_SAMPLES + 500; i++)
        feed(h, SAMPLE(NULL, S(i), {"a", -1, -1, i}));
    /* 0 to 499 are gone, so the first mean is that of 500 to 819 */
    assert_string_equal(slices(h, "a", S(4099), S(4100), 5, out),
                        "659.5 1229.5 2049.5 2869.5 3689.5");
    xd_history_free(h);
}

static void any_time_will_do(void **state)
{
    static const int64_t times[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX};
    struct xd_history *h = xd_history_new(S(10));
    double out[3];

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        feed(h, SAMPLE(NULL, times[i], {"a", -1, -1, 1}));
        for (size_t k = 0; k < sizeof(times) / sizeof(times[0]); k++) {
            xd_history_slices(h, "domains", "a", XD_DOMAIN_MEM_KIB, times[k], 3, out, 3);
            xd_history_slices(h, "domains", "a", XD_DOMAIN_MEM_KIB, times[k], INT64_MAX, out, 3);
        }
    }
    xd_history_free(h);
}

/* A description that changed (a module of another version): what was kept means something else. */
static void another_description_starts_anew(void **state)
{
    static const struct xd_column other_columns[] = {
        {"uuid", "UUID", "", {.type = XD_STR}, .flags = 0},
        {"mem_kib", "MEM", "", {.type = XD_U64}, .flags = XD_COL_HISTORY},
    };
    static const struct xd_table_desc other = {"domains", "domain", "",      "",  other_columns,
                                               2,         {0, -1},  {0, -1}, NULL};
    struct xd_history *h = xd_history_new(S(100));
    struct xd_snapshot *first = SAMPLE(NULL, S(1), {"a", 1, -1, 7}), *s;
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &other, S(2));
    double out[1];

    xd_row_begin(t);
    xd_put_str(t, 0, "a");
    xd_put_u64(t, 1, 3);
    s = xd_builder_seal(b, first, 2, S(2), 0, 0);
    xd_history_feed(h, first);
    xd_history_feed(h, s);
    assert_int_equal(xd_history_slices(h, "domains", "a", 1, S(2), S(100), out, 1), 1);
    assert_true(out[0] == 3);
    assert_int_equal(xd_history_slices(h, "domains", "a", XD_DOMAIN_MEM_KIB, S(2), S(100), out, 1),
                     0);
    xd_snapshot_unref(first);
    xd_snapshot_unref(s);
    xd_history_free(h);
}

static struct xd_snapshot *crowd(struct xd_snapshot *prev, int n, int64_t at_ns, double cpu_s)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, at_ns);
    char uuid[40];

    for (int i = 0; i < n; i++) {
        snprintf(uuid, sizeof(uuid), "00000000-0000-4000-8000-%012d", i);
        xd_row_begin(t);
        xd_put_str(t, XD_DOMAIN_UUID, uuid);
        xd_put_u64(t, XD_DOMAIN_CPU_NS, (uint64_t)S(cpu_s));
    }
    return xd_builder_seal(b, prev, 1, at_ns, 0, 0);
}

static double crowd_seconds(int n)
{
    struct timespec from, to;
    struct xd_snapshot *a = crowd(NULL, n, S(1), 1), *b;
    struct xd_history *h = xd_history_new(S(120));

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    b = crowd(a, n, S(2), 1.5);
    xd_history_feed(h, b);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    assert_float_equal(rate(b, "00000000-0000-4000-8000-000000000007", XD_DOMAIN_CPU), 50, 1e-9);
    xd_history_free(h);
    xd_snapshot_unref(a);
    xd_snapshot_unref(b);
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Ten times the rows may cost no more than thirty times as much (caches get cold); were each row
 * looked for among all, it would be a hundred times. */
static void rates_of_many_rows_cost_the_same_a_row(void **state)
{
    double few = 1e9, many = 1e9;

    /* What malloc gives back to the kernel only where it is much is no cost of ours. */
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    for (int i = 0; i < 5; i++) {
        few = fmin(few, crowd_seconds(2000));
        many = fmin(many, crowd_seconds(20000));
    }
    if (many > few * 30)
        fail_msg("2000 rows: %.3f ms, 20000 rows: %.3f ms", few * 1e3, many * 1e3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_use_the_samples_own_time),
        cmocka_unit_test(a_counter_that_went_back_has_no_rate),
        cmocka_unit_test(a_new_row_has_no_rate),
        cmocka_unit_test(no_time_no_rate),
        cmocka_unit_test(a_second_look_keeps_the_rates),
        cmocka_unit_test(a_rate_that_the_backend_knew_stays),
        cmocka_unit_test(slices_are_means_of_samples),
        cmocka_unit_test(short_slices_have_no_holes),
        cmocka_unit_test(a_row_that_was_away_leaves_a_gap),
        cmocka_unit_test(the_same_sample_counts_once),
        cmocka_unit_test(what_is_old_is_forgotten),
        cmocka_unit_test(a_ring_has_an_end),
        cmocka_unit_test(any_time_will_do),
        cmocka_unit_test(another_description_starts_anew),
        cmocka_unit_test(rates_of_many_rows_cost_the_same_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
