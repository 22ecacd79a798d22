/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language of policies: what can be said, what is refused and with which words, what is warned
 * of, and what the clock on the wall shows. */
#include "policy_help.h"

#include <dirent.h>

#define FIXTURES "tests/fixtures/policies"

static void test_shipped(void **state)
{
    size_t n = 0;

    for (const struct xd_embedded *e = xd_embedded_policies; e->name; e++, n++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_policy *p;

        if (xd_policy_load(e->name, NULL, &p, &err) < 0)
            fail_msg("%s", err.text);
        assert_string_equal(p->name, e->name);
        assert_true(*p->title);
        if (p->n_warnings)
            fail_msg("%s", p->warnings[0]);
        xd_policy_free(p);
    }
    assert_int_equal(n, 6);
}

static void test_burst_hour(void **state)
{
    struct xd_policy *p;

    assert_int_equal(xd_policy_load("burst-hour", NULL, &p, NULL), 0);
    assert_int_equal(p->n, 1);
    const struct xd_policy_budget *b = p->rules[0].budget;
    assert_int_equal(b->kind, XD_BUDGET_SLIDING);
    assert_int_equal(b->cpu_ns, 300 * S);
    assert_int_equal(b->per_ns, H);
    assert_int_equal(b->then[XD_POLICY_CAP], 20);
    assert_int_equal(b->then[XD_POLICY_WEIGHT], XD_POLICY_MOST);
    assert_true(p->restore);
    xd_policy_free(p);
}

/* Each file's first line is what has to be said of it. */
static void check_wrong(const char *name)
{
    char path[512], wanted[1100], line[512], *text;
    struct xd_err err = XD_ERR_INIT;
    struct xd_policy *p;
    FILE *f;

    snprintf(path, sizeof(path), FIXTURES "/%s", name);
    f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof(line), f));
    fclose(f);
    line[strcspn(line, "\n")] = '\0';
    text = line + strlen("# says: ");
    assert_true(xd_str_starts(line, "# says: ") && *text);
    snprintf(wanted, sizeof(wanted), "%s:%s", path, text);
    if (xd_policy_load(path, NULL, &p, &err) == 0)
        fail_msg("%s is read without a word", path);
    assert_null(p);
    assert_string_equal(err.text, wanted);
}

static void test_wrong(void **state)
{
    DIR *dir = opendir(FIXTURES);
    struct dirent *d;
    int n = 0;

    assert_non_null(dir);
    while ((d = readdir(dir)))
        if (strstr(d->d_name, ".yaml")) {
            check_wrong(d->d_name);
            n++;
        }
    closedir(dir);
    assert_true(n >= 40);
}

static void assert_warns(const char *rules, const char *wanted)
{
    struct xd_policy_env env = {.wall_ns = MONDAY_NOON};
    struct xd_err err = XD_ERR_INIT;
    struct xd_policy *p;
    char text[2048];

    snprintf(text, sizeof(text), "policy: p\ntimezone: UTC\n%s", rules);
    if (xd_policy_parse("p.yaml", text, strlen(text), &env, &p, &err) < 0)
        fail_msg("%s", err.text);
    if (!wanted) {
        assert_int_equal(p->n_warnings, 0);
    } else {
        assert_int_equal(p->n_warnings, 1);
        assert_string_equal(p->warnings[0], wanted);
    }
    xd_policy_free(p);
}

static void test_warnings(void **state)
{
    assert_warns("rules:\n"
                 "  - {name: a, match: all, at_least: {sched.weight: 512}}\n"
                 "  - {name: b, match: all, at_most: {sched.weight: 256}}\n",
                 "p.yaml:5:5: rules a and b fight over sched.weight: at least 512 against at most "
                 "256; of equal priority the stricter wins, b");
    assert_warns(
        "rules:\n"
        "  - {name: a, match: all, priority: 1, set: {sched.weight: 512}}\n"
        "  - {name: b, match: {name: web1}, at_most: {sched.weight: 256}}\n",
        "p.yaml:5:5: rule b can never have its sched.weight: rule a, of a higher priority, "
        "is always in force");
    /* … not where the higher one has its time: that is what priorities are for. */
    assert_warns(
        "rules:\n"
        "  - {name: a, match: all, priority: 1, when: {days: mon}, set: {sched.weight: 512}}\n"
        "  - {name: b, match: all, at_most: {sched.weight: 256}}\n",
        NULL);
    /* … nor where it is about some only, or where there is no time that both have. */
    assert_warns("rules:\n"
                 "  - {name: a, match: {name: web1}, priority: 1, set: {sched.weight: 512}}\n"
                 "  - {name: b, match: all, at_most: {sched.weight: 256}}\n",
                 NULL);
    assert_warns("rules:\n"
                 "  - {name: day, match: all, when: {hours: \"08:00-18:00\"},\n"
                 "     at_least: {sched.weight: 512}}\n"
                 "  - {name: night, match: all, when: {hours: \"18:00-08:00\"},\n"
                 "     at_most: {sched.weight: 256}}\n",
                 NULL);
    assert_warns("rules:\n"
                 "  - {name: day, match: all, when: {days: mon-fri, hours: \"08:00-18:30\"},\n"
                 "     at_least: {sched.weight: 512}}\n"
                 "  - {name: night, match: all, when: {hours: \"18:00-08:00\"},\n"
                 "     at_most: {sched.weight: 256}}\n",
                 "p.yaml:6:5: rules day and night fight over sched.weight: at least 512 against at "
                 "most 256; of equal priority the stricter wins, night");
    /* all is every guest: Domain-0 is not meant. */
    assert_warns("rules:\n"
                 "  - {name: a, match: all, at_most: {sched.weight: 100}}\n"
                 "  - {name: b, match: {name: Domain-0}, at_least: {sched.weight: 256}}\n",
                 NULL);
    assert_warns("tags: {t: [web1, Domain-0]}\n"
                 "rules:\n"
                 "  - {name: a, match: all, at_most: {sched.weight: 100}}\n"
                 "  - {name: b, match: {tag: t}, at_least: {sched.weight: 256}}\n",
                 NULL);
    /* The same names with another tag are others. */
    assert_warns("tags: {t: [web*], u: [db*]}\n"
                 "rules:\n"
                 "  - {name: a, match: {name: '*1', tag: t}, at_most: {sched.weight: 100}}\n"
                 "  - {name: b, match: {name: '*1', tag: u}, at_least: {sched.weight: 256}}\n",
                 NULL);
    assert_warns(
        "rules:\n"
        "  - {name: a, match: all, when: {days: sun, dates: 2026-12-24}, set: {sched.cap: 9}}\n",
        "p.yaml:4:5: rule a can never be in force: none of its dates is one of its days");
    assert_warns("rules:\n"
                 "  - {name: a, match: all, when: {dates: 2025-12-24}, set: {sched.cap: 9}}\n",
                 "p.yaml:4:5: rule a can never be in force again: its dates are past");
    assert_warns("rules:\n"
                 "  - {name: a, match: all, at_most: {sched.cap: 20},\n"
                 "     budget: {cpu: 5m, per: 1h, then: {sched.cap: 20}}}\n",
                 "p.yaml:4:5: rule a: then allows no less than at_most does: the budget changes "
                 "nothing");
    assert_warns("rules:\n"
                 "  - {name: a, match: all, budget: {cpu: 10d, per: 1h, then: {sched.cap: 20}}}\n",
                 "p.yaml:4:5: rule a: no domain can use up that much in its window: it has at most "
                 "128 vCPUs");
    assert_warns(
        "rules:\n"
        "  - {name: a, match: all, if: {where: cpu>5, until: cpu>5}, set: {sched.cap: 9}}\n",
        "p.yaml:4:5: rule a begins and ends on the same: it would go on and off");
    assert_warns("tags: {batch: [b*]}\n"
                 "rules:\n"
                 "  - {name: a, match: all, set: {sched.cap: 9}}\n",
                 "p.yaml:3:8: tag batch is used by no rule");
}

/* A floor, and a budget that would take the domains below it once it is used up. */
static void test_floors_against_budgets(void **state)
{
    assert_warns("rules:\n"
                 "  - {name: a, match: all, priority: 1, at_least: {sched.cap: 50}}\n"
                 "  - {name: b, match: {name: web1}, budget: {cpu: 5m, per: 1h, then: {sched.cap: "
                 "20}}}\n",
                 "p.yaml:5:5: rule b can never have its then of sched.cap: rule a, of a higher "
                 "priority, is always in force and wants at least 50");
    assert_warns("rules:\n"
                 "  - {name: a, match: all, at_least: {sched.cap: 50}}\n"
                 "  - {name: b, match: all, budget: {cpu: 5m, per: 1h, then: {sched.cap: 20}}}\n",
                 "p.yaml:5:5: rules a and b fight over sched.cap once the budget is used up: at "
                 "least 50 against at most 20; of equal priority the stricter wins, b");
    /* … and where that is meant: the budget is of a higher priority, the floor has its time or is
     * below what is left. */
    assert_warns("rules:\n"
                 "  - {name: a, match: all, at_least: {sched.cap: 50}}\n"
                 "  - {name: b, match: all, priority: 1, budget: {cpu: 5m, per: 1h, then: "
                 "{sched.cap: 20}}}\n",
                 NULL);
    assert_warns("rules:\n"
                 "  - {name: a, match: all, priority: 1, when: {days: sun}, at_least: {sched.cap: "
                 "50}}\n"
                 "  - {name: b, match: all, budget: {cpu: 5m, per: 1h, then: {sched.cap: 20}}}\n",
                 NULL);
    assert_warns("rules:\n"
                 "  - {name: a, match: all, priority: 1, at_least: {sched.cap: 20}}\n"
                 "  - {name: b, match: all, budget: {cpu: 5m, per: 1h, then: {sched.cap: 20}}}\n",
                 NULL);
}

static void test_reference(void **state)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_policy_reference(&b);
    assert_non_null(strstr(b.s, "\n  on_exit: hold or restore; if left out: restore\n"));
    assert_non_null(strstr(b.s, "\n  cpu: a time; needed\n"));
    assert_non_null(strstr(b.s, "\n  sched.cap\n      The most CPU"));
    assert_non_null(strstr(b.s, "7d on Thursdays")); /* which test_policy_clock shows */
    xd_buf_done(&b);
}

/* --- clocks --- */

static int64_t utc(int y, int mo, int d, int h, int mi)
{
    return xd_days_of(y, mo, d) * 86400 + h * 3600 + mi * 60;
}

static void test_zone(void **state)
{
    struct xd_zone z;

    assert_int_equal(xd_zone_parse("CET-1CEST,M3.5.0,M10.5.0/3", &z, NULL), 0);
    assert_int_equal(xd_zone_offset(&z, utc(2026, 1, 15, 12, 0)), 3600);
    assert_int_equal(xd_zone_offset(&z, utc(2026, 7, 15, 12, 0)), 7200);
    /* Summer time 2026 is from March 29, 01:00 UTC, to October 25, 01:00 UTC. */
    assert_int_equal(xd_zone_offset(&z, utc(2026, 3, 29, 0, 59)), 3600);
    assert_int_equal(xd_zone_offset(&z, utc(2026, 3, 29, 1, 0)), 7200);
    assert_int_equal(xd_zone_offset(&z, utc(2026, 10, 25, 0, 59)), 7200);
    assert_int_equal(xd_zone_offset(&z, utc(2026, 10, 25, 1, 0)), 3600);
    /* South of the equator summer lasts over New Year. */
    assert_int_equal(xd_zone_parse("AEST-10AEDT,M10.1.0,M4.1.0/3", &z, NULL), 0);
    assert_int_equal(xd_zone_offset(&z, utc(2026, 1, 15, 0, 0)), 11 * 3600);
    assert_int_equal(xd_zone_offset(&z, utc(2026, 7, 15, 0, 0)), 10 * 3600);
    /* Names in < >, half hours, days of the year. */
    assert_int_equal(xd_zone_parse("<+0330>-3:30<+0430>,J79/24,J263/24", &z, NULL), 0);
    assert_int_equal(xd_zone_offset(&z, utc(2026, 1, 1, 0, 0)), 12600);
    assert_int_equal(xd_zone_offset(&z, utc(2026, 6, 1, 0, 0)), 16200);
    /* Ireland's summer is its standard time. */
    assert_int_equal(xd_zone_parse("IST-1GMT0,M10.5.0,M3.5.0/1", &z, NULL), 0);
    assert_int_equal(xd_zone_offset(&z, utc(2026, 1, 15, 0, 0)), 0);
    assert_int_equal(xd_zone_offset(&z, utc(2026, 7, 15, 0, 0)), 3600);
    assert_int_equal(xd_zone_load("UTC", &z, NULL), 0);
    assert_int_equal(xd_zone_offset(&z, utc(2026, 6, 1, 0, 0)), 0);
    assert_true(xd_zone_parse("CET-1CEST,M13.5.0,M10.5.0", &z, NULL) < 0);
    assert_true(xd_zone_parse("CET-99", &z, NULL) < 0);
}

static bool holds(const struct xd_calendar *c, const struct xd_zone *z, int64_t utc_s)
{
    return xd_calendar_holds(c, z, utc_s * S);
}

static void test_calendar(void **state)
{
    struct xd_calendar c = {0};
    struct xd_zone z;

    assert_int_equal(xd_zone_parse("CET-1CEST,M3.5.0,M10.5.0/3", &z, NULL), 0);
    assert_int_equal(xd_calendar_add_days(&c, "mon-fri", NULL), 0);
    assert_int_equal(xd_calendar_add_hours(&c, "08:00-18:00", NULL), 0);
    assert_int_equal(xd_calendar_add_dates(&c, "2026-12-24..2026-12-26", true, NULL), 0);
    /* 08:00 is 07:00 UTC in winter and 06:00 UTC in summer. */
    assert_false(holds(&c, &z, utc(2026, 1, 12, 6, 59)));
    assert_true(holds(&c, &z, utc(2026, 1, 12, 7, 0)));
    assert_true(holds(&c, &z, utc(2026, 7, 13, 6, 0)));
    assert_false(holds(&c, &z, utc(2026, 7, 13, 16, 0)));
    assert_false(holds(&c, &z, utc(2026, 1, 11, 10, 0)));  /* Sunday */
    assert_false(holds(&c, &z, utc(2026, 12, 24, 10, 0))); /* a Thursday, but left out */
    assert_int_equal(xd_calendar_next(&c, &z, utc(2026, 1, 9, 17, 0) * S),
                     utc(2026, 1, 12, 7, 0) * S); /* from Friday evening to Monday */
}

static void test_over_midnight(void **state)
{
    struct xd_calendar c = {0};
    struct xd_zone z = {0};

    assert_int_equal(xd_calendar_add_days(&c, "fri", NULL), 0);
    assert_int_equal(xd_calendar_add_hours(&c, "22:00-06:00", NULL), 0);
    assert_true(holds(&c, &z, utc(2026, 1, 9, 23, 0)));  /* Friday */
    assert_true(holds(&c, &z, utc(2026, 1, 10, 5, 59))); /* its night goes on into Saturday */
    assert_false(holds(&c, &z, utc(2026, 1, 10, 6, 0)));
    assert_false(holds(&c, &z, utc(2026, 1, 9, 5, 0))); /* Thursday's night is not meant */
}

static void test_dates(void **state)
{
    int64_t year;
    int month, day;

    for (int64_t d = -200000; d < 200000; d += 97) {
        xd_date_of(d, &year, &month, &day);
        assert_int_equal(xd_days_of(year, month, day), d);
    }
    assert_int_equal(xd_days_of(1970, 1, 1), 0);
    assert_int_equal(xd_days_of(2000, 3, 1), 11017);
}

static void test_glob(void **state)
{
    struct xd_policy *p = policy_of("policy: p\nrules:\n  - {name: r, match: {name: [\"web?\", "
                                    "\"*db*\"]}, set: {sched.cap: 5}}\n");
    struct host h = {.p = p, .e = xd_engine_new(p), .mono_ns = 1, .wall_ns = MONDAY_NOON};

    guest_add(&h, "web1", 1, 0);
    guest_add(&h, "web10", 1, 0);
    guest_add(&h, "olddb2", 1, 0);
    host_tick(&h);
    assert_int_equal(h.guest[0].cap, 5);
    assert_int_equal(h.guest[1].cap, 0);
    assert_int_equal(h.guest[2].cap, 5);
    host_done(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped),
        cmocka_unit_test(test_burst_hour),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_floors_against_budgets),
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_zone),
        cmocka_unit_test(test_calendar),
        cmocka_unit_test(test_over_midnight),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_glob),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
