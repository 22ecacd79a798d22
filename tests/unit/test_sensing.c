/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What counts for a host among its readings: the one that measures all of it, else all packages,
 * else the model, which never stands in for a sensor that is merely dead; and watts of counters of
 * energy, whatever they do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* They are linked into modules only. */
#include "../../backends/shared/ipmi.c"
#include "../../backends/shared/sensing.c"

#define S XD_NS_PER_S

static struct xd_reading *add(struct xd_readings *l, enum xd_reading_source source,
                              const char *name, const char *place, double watts)
{
    struct xd_reading *r = xd_readings_add(l, source, false, "%s", name);

    r->place = place;
    r->has_watts = watts >= 0;
    r->watts = watts;
    r->age_ns = 0;
    r->trouble = watts < 0 ? "it is dead" : NULL;
    return r;
}

static void add_package(struct xd_readings *l, const char *name, uint64_t uj, uint64_t range)
{
    struct xd_reading *r = add(l, XD_READ_RAPL, name, "socket 0", -1);

    r->trouble = NULL;
    r->has_energy = true;
    r->energy_uj = uj;
    r->energy_range_uj = range;
}

static void near(double found, double wanted)
{
    if (found < wanted - 0.001 || found > wanted + 0.001)
        fail_msg("%f, wanted %f", found, wanted);
}

static void the_best_counts(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_sensing s;
    struct xd_sensing_sum sum;
    struct xd_readings l = {.a = &a};

    xd_sensing_init(&s);
    add(&l, XD_READ_HWMON, "hwmon/amdgpu-0/power1", "device", 12);
    add(&l, XD_READ_HWMON, "hwmon/power_meter-0/power1", "host", 231);
    xd_sensing_sum(&s, S, &l, 2, 1, &sum);
    assert_true(sum.has_watts && !sum.estimated);
    near(sum.watts, 231);
    add(&l, XD_READ_FILE, "file/rack", "rack", 4000);
    add(&l, XD_READ_FILE, "file/psu", "host", 240);
    xd_sensing_sum(&s, S, &l, 2, 1, &sum);
    assert_string_equal(sum.watts_source, "file/psu");
    add(&l, XD_READ_IPMI, "ipmi/dcmi", "host", 250);
    xd_sensing_sum(&s, S, &l, 2, 1, &sum);
    assert_string_equal(sum.watts_source, "ipmi/dcmi");
    assert_int_equal(l.n, 5); /* no model */
    xd_arena_done(&a);
}

static void a_dead_sensor_is_not_replaced_by_the_model(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_sensing s;
    struct xd_sensing_sum sum;
    struct xd_readings l = {.a = &a};

    xd_sensing_init(&s);
    add(&l, XD_READ_FILE, "file/psu", "host", -1);
    xd_sensing_sum(&s, S, &l, 2, 1, &sum);
    assert_false(sum.has_watts || sum.estimated);
    assert_string_equal(sum.trouble, "it is dead");
    xd_arena_done(&a);
}

/* What is seen with those watts of the BMC, of a file and of two packages (< 0: it is silent; NONE:
 * it isn't there). */
#define NONE -2.0
static struct xd_sensing_sum host_of(struct xd_sensing *s, struct xd_readings *l, double bmc,
                                     double psu, double package0, double package1)
{
    const struct {
        enum xd_reading_source source;
        const char *name, *place;
        double watts;
    } list[] = {{XD_READ_RAPL, "rapl/package-0", "socket 0", package0},
                {XD_READ_RAPL, "rapl/package-1", "socket 1", package1},
                {XD_READ_FILE, "file/psu", "host", psu},
                {XD_READ_IPMI, "ipmi/dcmi", "host", bmc}};
    struct xd_sensing_sum sum;

    l->n = 0;
    for (size_t i = 0; i < 4; i++)
        if (list[i].watts > NONE)
            add(l, list[i].source, list[i].name, list[i].place, list[i].watts);
    xd_sensing_sum(s, S, l, 2, 1, &sum);
    return sum;
}

/* The packages of a host that takes 250 W may take 90: who keeps a limit would let it go. */
static void nothing_worse_stands_in_for_one_that_spoke(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_readings l = {.a = &a};
    struct xd_sensing s;
    struct xd_sensing_sum sum;

    xd_sensing_init(&s);
    sum = host_of(&s, &l, -1, NONE, 40, 50); /* the BMC has yet to answer */
    near(sum.watts, 90);
    sum = host_of(&s, &l, 250, NONE, 40, 50);
    assert_string_equal(sum.watts_source, "ipmi/dcmi");
    sum = host_of(&s, &l, -1, 245, 40, 50);
    assert_false(sum.has_watts || sum.estimated);
    assert_string_equal(sum.trouble, "ipmi/dcmi: it is dead. Nothing else counts for it until "
                                     "xendeck starts again; a policy may name "
                                     "another sensor");
    sum = host_of(&s, &l, NONE, 245, 40, 50);
    assert_false(sum.has_watts || sum.estimated);
    assert_non_null(strstr(sum.trouble, "ipmi/dcmi: it is gone. "));
    near(host_of(&s, &l, 240, 245, 40, 50).watts, 240);

    xd_sensing_init(&s); /* the only one, and its file is deleted */
    near(host_of(&s, &l, NONE, 245, NONE, NONE).watts, 245);
    sum = host_of(&s, &l, NONE, NONE, NONE, NONE);
    assert_false(sum.has_watts || sum.estimated);
    assert_non_null(strstr(sum.trouble, "file/psu: it is gone. "));
    assert_int_equal(l.n, 0); /* no model */

    xd_sensing_init(&s); /* a package fewer is another sum */
    near(host_of(&s, &l, NONE, NONE, 40, 50).watts, 90);
    assert_false(host_of(&s, &l, NONE, NONE, 40, NONE).has_watts);
    assert_false(host_of(&s, &l, NONE, NONE, 40, -1).has_watts);
    near(host_of(&s, &l, NONE, NONE, 45, 55).watts, 100);
    xd_arena_done(&a);
}

/* Another file that says it measures the host may mean one of its power supplies. */
static void one_of_a_kind_does_not_stand_in_for_another(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_readings l = {.a = &a};
    struct xd_sensing s;
    struct xd_sensing_sum sum;

    xd_sensing_init(&s);
    add(&l, XD_READ_FILE, "file/a", "host", 250);
    xd_sensing_sum(&s, S, &l, 2, 1, &sum);
    l.n = 0;
    add(&l, XD_READ_FILE, "file/b", "host", 125);
    xd_sensing_sum(&s, S, &l, 2, 1, &sum);
    assert_false(sum.has_watts);
    add(&l, XD_READ_FILE, "file/a", "host", 251)->age_ns = 7 * S;
    xd_sensing_sum(&s, S, &l, 2, 1, &sum);
    near(sum.watts, 251);
    assert_true(sum.watts_age_ns == 7 * S);
    xd_arena_done(&a);
}

static void where_nobody_measures_the_model_says_that_it_is_one(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_sensing s;
    struct xd_sensing_sum sum;
    struct xd_readings l = {.a = &a}, again = {.a = &a};

    xd_sensing_init(&s);
    add(&l, XD_READ_FILE, "file/rack", "rack", 4000);
    xd_sensing_sum(&s, S, &l, 2, 3.5, &sum);
    assert_true(sum.has_watts && sum.estimated);
    near(sum.watts, 2 * XD_MODEL_SOCKET_W + 3.5 * XD_MODEL_PCPU_W);
    assert_string_equal(sum.watts_source, "model/host");
    xd_sensing_sum(&s, S, &again, 2, -1, &sum); /* how busy it is isn't known yet */
    assert_true(sum.estimated && !sum.has_watts);
    xd_arena_done(&a);
}

#define RANGE UINT64_C(65536000000) /* uJ: as of many processors */

/* The watts of both packages after `uj` and `other` more. */
static double packages(struct xd_sensing *s, int64_t now_ns, uint64_t uj, uint64_t other,
                       struct xd_sensing_sum *sum)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_readings l = {.a = &a};

    add_package(&l, "rapl/package-0", uj, RANGE);
    add_package(&l, "rapl/package-1", other, 0);
    add_package(&l, "rapl/package-0/dram", 7, 0); /* is in the package's, or isn't: not counted */
    xd_sensing_sum(s, now_ns, &l, 2, 1, sum);
    xd_arena_done(&a);
    return sum->watts;
}

static void energy_becomes_watts(void **state)
{
    struct xd_sensing s;
    struct xd_sensing_sum sum;

    xd_sensing_init(&s);
    packages(&s, 1 * S, RANGE - 900000, 5, &sum);
    assert_false(sum.has_watts || sum.estimated); /* one look is none */
    near(packages(&s, 3 * S, RANGE - 500000, 200005, &sum), 0.3);
    assert_string_equal(sum.watts_source, "rapl/package-0 + rapl/package-1");
    near(packages(&s, 4 * S, 100000, 400005, &sum), 0.8); /* the first has gone round: 0.6 J */
    packages(&s, 5 * S, 100000, 3, &sum);                 /* the second has begun anew */
    assert_false(sum.has_watts);
    near(packages(&s, 6 * S, 200000, 3, &sum), 0.1);
    xd_sensing_done(&s);
}

static void a_counter_that_nobody_looked_at_for_long_tells_nothing(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_readings l = {.a = &a};
    struct xd_sensing s;
    struct xd_sensing_sum sum;

    xd_sensing_init(&s);
    packages(&s, 1 * S, 0, 0, &sum);
    near(packages(&s, 101 * S, UINT64_C(10000000000), 0, &sum), 100);
    add_package(&l, "rapl/package-0", UINT64_C(11000000000), RANGE);
    xd_sensing_sum(&s, 301 * S, &l, 1, 1, &sum); /* 1 J more, or once round and 1 J more? */
    assert_false(sum.has_watts || sum.estimated || l.r[0].has_energy);
    assert_non_null(strstr(sum.trouble, "more than once"));
    near(packages(&s, 302 * S, UINT64_C(11050000000), 0, &sum), 50);
    xd_sensing_done(&s);
    xd_arena_done(&a);
}

static void how_busy_it_is(void **state)
{
    struct xd_sensing s;

    xd_sensing_init(&s);
    assert_true(xd_sensing_rate(&s, 1 * S, 5 * S, 4) < 0); /* one look is none */
    near(xd_sensing_rate(&s, 3 * S, 8 * S, 4), 1.5);
    near(xd_sensing_rate(&s, 3 * S + 1000, 9 * S, 4), 1.5); /* too soon to say more */
    assert_true(xd_sensing_rate(&s, 4 * S, 9 * S, 3) < 0);  /* a pCPU has gone */
    near(xd_sensing_rate(&s, 5 * S, 9 * S, 3), 0);
    assert_true(xd_sensing_rate(&s, 6 * S, 8 * S, 3) < 0); /* it goes back */
    near(xd_sensing_rate(&s, 7 * S, 9 * S, 3), 1);
    xd_sensing_done(&s);
}

/* --- what is read, for whom --- */

static uint64_t power_columns, sensor_columns;

static uint64_t wanted(const struct xd_backend_env *env, const struct xd_table_desc *d)
{
    return d == &xd_power_desc ? power_columns : d == &xd_sensors_desc ? sensor_columns : 0;
}

static void what_nobody_looks_at_is_not_read(void **state)
{
    static const struct {
        uint64_t power, sensors;
        unsigned kinds;
    } cases[] = {
        {0, 0, 0},
        {UINT64_C(1) << XD_POWER_CLAMP, 0, 0},
        {UINT64_C(1) << XD_POWER_WATTS, 0, XD_READS_POWER},
        {UINT64_C(1) << XD_POWER_ESTIMATED, 0, XD_READS_POWER},
        {UINT64_C(1) << XD_POWER_CELSIUS_SOURCE, 0, XD_READS_HEAT},
        {0, UINT64_C(1) << XD_SENSOR_NAME, XD_READS_POWER | XD_READS_HEAT},
    };
    struct xd_backend_env env = {.wanted = wanted};
    struct xd_sensing s;

    xd_sensing_init(&s);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        power_columns = cases[i].power;
        sensor_columns = cases[i].sensors;
        assert_int_equal(xd_sensing_wanted(&s, &env), cases[i].kinds);
    }
    xd_sensing_done(&s);
}

static bool glances(const struct xd_backend_env *env, const struct xd_table_desc *d)
{
    return d == &xd_power_desc;
}

static void for_the_history_alone_no_bmc_is_asked(void **state)
{
    struct xd_backend_env env = {.wanted = wanted, .glances = glances};
    struct xd_sensing s;

    xd_sensing_init(&s);
    power_columns = UINT64_C(1) << XD_POWER_WATTS;
    sensor_columns = 0;
    s.ipmi.device = "/nonexistent";
    assert_int_equal(xd_sensing_power(&s, &env), power_columns);
    assert_int_equal(xd_sensing_wanted(&s, &env), XD_READS_POWER);
    s.ipmi.device = "/dev/null";
    s.ipmi.program = "/nonexistent"; /* it can't be asked anyway */
    assert_int_equal(xd_sensing_power(&s, &env), power_columns);
    s.ipmi.program = "/bin/true";
    assert_int_equal(xd_sensing_power(&s, &env), 0);
    assert_int_equal(xd_sensing_wanted(&s, &env), 0);
    sensor_columns = 1; /* somebody looks at the sensors */
    assert_int_equal(xd_sensing_power(&s, &env), power_columns);
    sensor_columns = 0;
    env.glances = NULL; /* or at the watts */
    assert_int_equal(xd_sensing_power(&s, &env), power_columns);
    xd_sensing_done(&s);
}

/* The cells of the host that those kinds give, as bits; *why: the table's reason. */
static uint64_t cells(const struct xd_sensing_sum *sum, unsigned kinds, char *why, size_t size)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &xd_power_desc, 0);
    struct xd_snapshot *snap;
    const struct xd_table *told;
    uint64_t have = 0;

    xd_row_begin(t);
    xd_sensing_put_sum(sum, kinds, t);
    snap = xd_builder_seal(b, NULL, 1, 0, 0, 0);
    told = xd_snapshot_table(snap, "power");
    for (int i = 0; i < XD_POWER_N; i++)
        have |= xd_row_has(told->rows[0], i) ? UINT64_C(1) << i : 0;
    snprintf(why, size, "%s", told->reason ? told->reason : "");
    xd_snapshot_unref(snap);
    return have;
}

static void cells_of_what_was_read(void **state)
{
    struct xd_sensing_sum sum = {
        .has_watts = true, .has_celsius = true, .watts_source = "a", .celsius_source = "b"};
    char why[100];

    assert_true(cells(&sum, XD_READS_POWER, why, sizeof(why)) == XD_SENSING_WATTS);
    assert_true(cells(&sum, XD_READS_HEAT, why, sizeof(why)) == XD_SENSING_HEAT);
    assert_true(cells(&sum, 0, why, sizeof(why)) == 0);
    sum.has_watts = false;
    sum.trouble = "it is dead";
    assert_true(cells(&sum, XD_READS_HEAT, why, sizeof(why)) == XD_SENSING_HEAT);
    assert_string_equal(why, "");
    assert_true(cells(&sum, XD_READS_POWER, why, sizeof(why)) == UINT64_C(1) << XD_POWER_ESTIMATED);
    assert_string_equal(why, "watts: it is dead");
}

/* More files than are read, or a folder that can't be: a row that says so. */
static void a_folder_that_is_not_read_is_told(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_readings l = {.a = &a};
    char dir[] = "/tmp/xd-sensors-XXXXXX", path[64];

    assert_non_null(mkdtemp(dir));
    for (int i = 0; i <= FILES_MAX; i++) {
        snprintf(path, sizeof(path), "%s/s%d", dir, i);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs("watts 5\n", f);
        fclose(f);
    }
    read_files(dir, &l);
    assert_int_equal(l.n, FILES_MAX + 1);
    assert_string_equal(l.r[FILES_MAX].name, "file/*");
    assert_non_null(strstr(l.r[FILES_MAX].trouble, "has more than 64 files: the rest is not read"));
    l.n = 0;
    read_files(path, &l); /* is a file itself */
    assert_int_equal(l.n, 1);
    assert_non_null(strstr(l.r[0].trouble, "Not a directory"));
    for (int i = 0; i <= FILES_MAX; i++) {
        snprintf(path, sizeof(path), "%s/s%d", dir, i);
        unlink(path);
    }
    rmdir(dir);
    l.n = 0;
    read_files(dir, &l); /* nobody has any */
    assert_int_equal(l.n, 0);
    xd_arena_done(&a);
}

/* Who could write the files could steer those that go by them. */
static void files_of_others_are_not_believed(void **state)
{
    static const struct {
        mode_t folder, file;
        const char *name, *trouble;
    } cases[] = {
        {0755, 0644, "file/s", NULL},
        {0755, 0664, "file/s", "/s could be written by group "},
        {0755, 0646, "file/s", "/s could be written by anybody"},
        {0777, 0644, "file/*", " could be written by anybody"},
        {0775, 0644, "file/*", " could be written by group "},
    };
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_readings l = {.a = &a};
    char dir[] = "/tmp/xd-sensors-XXXXXX", path[64], link[64];
    FILE *f;

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/s", dir);
    snprintf(link, sizeof(link), "%s.link", dir);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs("watts 5\n", f);
    fclose(f);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(chmod(dir, cases[i].folder) | chmod(path, cases[i].file), 0);
        l.n = 0;
        read_files(dir, &l);
        assert_int_equal(l.n, 1);
        assert_string_equal(l.r[0].name, cases[i].name);
        assert_int_equal(l.r[0].has_watts, !cases[i].trouble);
        assert_true(!cases[i].trouble || strstr(l.r[0].trouble, cases[i].trouble));
    }
    assert_int_equal(chmod(dir, 0755) | symlink(dir, link), 0);
    l.n = 0;
    read_files(link, &l);
    assert_int_equal(l.n, 1);
    assert_non_null(strstr(l.r[0].trouble, "Not a directory"));
    unlink(link);
    unlink(path);
    rmdir(dir);
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_counts),
        cmocka_unit_test(a_dead_sensor_is_not_replaced_by_the_model),
        cmocka_unit_test(nothing_worse_stands_in_for_one_that_spoke),
        cmocka_unit_test(one_of_a_kind_does_not_stand_in_for_another),
        cmocka_unit_test(where_nobody_measures_the_model_says_that_it_is_one),
        cmocka_unit_test(energy_becomes_watts),
        cmocka_unit_test(a_counter_that_nobody_looked_at_for_long_tells_nothing),
        cmocka_unit_test(how_busy_it_is),
        cmocka_unit_test(what_nobody_looks_at_is_not_read),
        cmocka_unit_test(for_the_history_alone_no_bmc_is_asked),
        cmocka_unit_test(cells_of_what_was_read),
        cmocka_unit_test(a_folder_that_is_not_read_is_told),
        cmocka_unit_test(files_of_others_are_not_believed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
