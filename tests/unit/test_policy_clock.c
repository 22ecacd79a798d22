/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the policy's clock does: when calendars turn, whether two of them meet, and fixed windows,
 * also where the clock is put on or back. */
#include "policy_help.h"

#include "policies/budget.h"

#define BERLIN  "CET-1CEST,M3.5.0,M10.5.0/3"
#define DAY_MIN 1440
#define WEEKS   4
#define MINUTES (WEEKS * 7 * DAY_MIN)

static int64_t utc(int y, int mo, int d, int h, int mi)
{
    return xd_days_of(y, mo, d) * 86400 + h * 3600 + mi * 60;
}

static int draw(unsigned *seed, int n)
{
    return rand_r(seed) % n;
}

/* Hours of whole quarters, and dates within four weeks of that day. */
static struct xd_calendar random_calendar(unsigned *seed, int64_t day)
{
    struct xd_calendar c = {.days = draw(seed, 3) ? (unsigned)draw(seed, 128) : 0};

    for (int i = draw(seed, 3); i > 0; i--) {
        int from = 15 * draw(seed, 96), to = 15 * draw(seed, 97);

        if (from == to)
            continue;
        c.hours[c.n_hours].from = from;
        c.hours[c.n_hours++].to = to;
    }
    for (int i = draw(seed, 3); i > 0; i--) {
        c.dates[c.n_dates].from = day + draw(seed, 7 * WEEKS);
        c.dates[c.n_dates].to = c.dates[c.n_dates].from + draw(seed, 9);
        c.n_dates++;
    }
    for (int i = draw(seed, 3); i > 0; i--) {
        c.except[c.n_except].from = day + draw(seed, 7 * WEEKS);
        c.except[c.n_except].to = c.except[c.n_except].from + draw(seed, 9);
        c.n_except++;
    }
    return c;
}

/* Every minute of four weeks is asked, and each start must find the next minute that differs. */
static void compare_with_each_minute(const struct xd_calendar *c, const struct xd_zone *z,
                                     int64_t day, unsigned *seed)
{
    static bool holds[MINUTES];
    int64_t begin = day * DAY_MIN, next = INT64_MAX;

    for (int i = 0; i < MINUTES; i++)
        holds[i] = xd_calendar_holds(c, z, (begin + i) * MIN);
    for (int i = MINUTES - 2; i >= 0; i--) {
        if (holds[i + 1] != holds[i])
            next = (begin + i + 1) * MIN;
        int64_t from = (begin + i) * MIN + draw(seed, 60) * S;
        if (draw(seed, 50) || xd_calendar_holds(c, z, from) != holds[i])
            continue;
        int64_t found = xd_calendar_next(c, z, from);

        if (next < INT64_MAX)
            assert_int_equal(found, next);
        else
            assert_true(found >= (begin + MINUTES) * MIN);
    }
}

static void test_next_is_the_first_minute_that_differs(void **state)
{
    static const struct {
        const char *zone;
        int month, day; /* in 2026, some days before its clock is put on or back */
    } cases[] = {
        {BERLIN, 3, 16},
        {BERLIN, 10, 12},
        {"UTC", 12, 20},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", 3, 20},
        {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 9, 25}, /* by half an hour */
        {"<+0330>-3:30<+0430>,J79/24,J263/24", 3, 10},   /* at midnight */
        {"<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", 3, 20},     /* the day before */
        {"IST-1GMT0,M10.5.0,M3.5.0/1", 10, 12},
        {"LMT-0:53:28", 6, 1}, /* minutes that aren't Greenwich's */
    };
    unsigned seed = 11;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t day = xd_days_of(2026, cases[i].month, cases[i].day);
        struct xd_zone z;

        assert_int_equal(xd_zone_load(cases[i].zone, &z, NULL), 0);
        for (int n = 0; n < 40; n++) {
            struct xd_calendar c = random_calendar(&seed, day);

            compare_with_each_minute(&c, &z, day, &seed);
        }
    }
}

/* Every row of the table of budgets asks for it: minute by minute this would take an hour. */
static void test_what_is_far_away_is_told_at_once(void **state)
{
    struct xd_calendar c = {0};
    struct xd_zone z;

    assert_int_equal(xd_zone_parse(BERLIN, &z, NULL), 0);
    assert_int_equal(xd_calendar_add_dates(&c, "2035-01-01", true, NULL), 0);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(xd_calendar_next(&c, &z, (utc(2026, 1, 9, 17, 0) + i) * S), INT64_MAX);
    /* 400 days before it, it is in sight. */
    assert_int_equal(xd_calendar_next(&c, &z, utc(2034, 1, 9, 17, 0) * S),
                     utc(2034, 12, 31, 23, 0) * S);
}

static void test_long_spans_are_read_at_once(void **state)
{
    struct xd_buf yaml = XD_BUF_INIT;

    xd_buf_add(&yaml, "policy: p\nrules:\n");
    for (int i = 0; i < XD_POLICY_RULES_MAX; i++) {
        xd_buf_printf(&yaml, "  - {name: r%d, match: all, set: {sched.cap: 5}, when: {days: sat",
                      i);
        for (int list = 0; list < 2; list++) {
            xd_buf_printf(&yaml, ", %s: [1970-01-01..9999-12-31", list ? "except" : "dates");
            for (int k = 1; k < XD_CALENDAR_SPANS; k++)
                xd_buf_printf(&yaml, ", 1970-01-0%d..9999-12-31", k);
            xd_buf_add(&yaml, "]");
        }
        xd_buf_add(&yaml, "}}\n");
    }
    for (int i = 0; i < 20; i++) {
        struct xd_policy *p = policy_of(xd_buf_str(&yaml));

        assert_int_equal(p->n_warnings, XD_POLICY_RULES_MAX); /* none of its dates is left */
        xd_policy_free(p);
    }
    xd_buf_done(&yaml);
}

static void test_first_and_last_day(void **state)
{
    struct xd_calendar c = {0};
    int64_t first, last;

    assert_int_equal(xd_calendar_add_days(&c, "sat", NULL), 0);
    assert_int_equal(xd_calendar_add_dates(&c, "2026-01-01..2026-01-31", false, NULL), 0);
    assert_int_equal(xd_calendar_add_dates(&c, "2025-12-01..2026-01-03", true, NULL), 0);
    assert_int_equal(xd_calendar_add_dates(&c, "2026-01-31", true, NULL), 0);
    assert_true(xd_calendar_days(&c, &first, &last));
    assert_int_equal(first, xd_days_of(2026, 1, 10));
    assert_int_equal(last, xd_days_of(2026, 1, 24));
    assert_int_equal(xd_calendar_add_dates(&c, "2026-01-04..2026-01-30", true, NULL), 0);
    assert_false(xd_calendar_days(&c, &first, &last));
}

static void test_calendars_that_meet(void **state)
{
    const int64_t day = xd_days_of(2026, 3, 2);
    unsigned seed = 5;
    int met = 0;

    for (int n = 0; n < 400; n++) {
        struct xd_calendar a = random_calendar(&seed, day), b = random_calendar(&seed, day);
        struct xd_zone z = {0};
        bool meet = false;

        for (int64_t q = (day - 16) * 96; q < (day + 56) * 96 && !meet; q++)
            meet =
                xd_calendar_holds(&a, &z, q * 15 * MIN) && xd_calendar_holds(&b, &z, q * 15 * MIN);
        assert_int_equal(xd_calendar_meet(&a, &b), meet);
        met += meet;
    }
    assert_in_range(met, 50, 350);
}

/* How long the windows are that begin one after the other, from that moment on: "6 5 6 6". */
static const char *windows(int64_t per_ns, int64_t begin_s, int count, char *out, size_t size)
{
    struct xd_policy_budget b = {.kind = XD_BUDGET_FIXED, .cpu_ns = H, .per_ns = per_ns};
    struct xd_account a = {0};
    struct xd_account_now now = {.wall_ns = begin_s * S};
    struct xd_zone z;
    size_t n = 0;

    assert_int_equal(xd_zone_parse(BERLIN, &z, NULL), 0);
    now.zone = &z;
    for (int i = 0; i < count; i++) {
        xd_account_advance(&a, &b, &now);
        int64_t length = a.end - now.t;

        n += (size_t)snprintf(out + n, size - n, "%s%lld", i ? " " : "", (long long)(length / H));
        assert_int_equal(length % H, 0);
        now.t = a.end;
        now.wall_ns += length;
        xd_account_advance(&a, &b, &(struct xd_account_now){now.t - 1, now.wall_ns - 1, &z});
        assert_int_equal(a.end, now.t); /* not a moment earlier */
    }
    return out;
}

/* In Berlin March 29, 2026 has 23 hours, October 25 has 25. Windows of hours and days begin by the
 * clock on the wall: at 0, 6, 12 and 18 o'clock, and at midnight. */
static void test_windows_where_the_clock_is_changed(void **state)
{
    const int64_t march = utc(2026, 3, 28, 23, 0), october = utc(2026, 10, 24, 22, 0);
    char text[64];

    assert_string_equal(windows(6 * H, march, 6, text, sizeof(text)), "5 6 6 6 6 6");
    assert_string_equal(windows(6 * H, october, 6, text, sizeof(text)), "7 6 6 6 6 6");
    assert_string_equal(windows(6 * H, march - 12 * 3600, 4, text, sizeof(text)), "6 6 5 6");
    assert_string_equal(windows(24 * H, march - 24 * 3600, 3, text, sizeof(text)), "24 23 24");
    assert_string_equal(windows(24 * H, october - 24 * 3600, 3, text, sizeof(text)), "24 25 24");
    /* from the middle of a day */
    assert_string_equal(windows(24 * H, march - 8 * 3600, 3, text, sizeof(text)), "8 23 24");
    /* Weeks are counted from January 1, 1970, a Thursday. */
    assert_string_equal(windows(7 * 24 * H, march, 2, text, sizeof(text)), "95 168");
    assert_string_equal(windows(7 * 24 * H, october, 2, text, sizeof(text)), "97 168");
    /* Short ones go on in steps of their own length. */
    assert_string_equal(windows(H, march, 4, text, sizeof(text)), "1 1 1 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_next_is_the_first_minute_that_differs),
        cmocka_unit_test(test_what_is_far_away_is_told_at_once),
        cmocka_unit_test(test_long_spans_are_read_at_once),
        cmocka_unit_test(test_first_and_last_day),
        cmocka_unit_test(test_calendars_that_meet),
        cmocka_unit_test(test_windows_where_the_clock_is_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
