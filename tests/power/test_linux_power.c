/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module linuxpower on a machine of the test's own, a tree of files: what no number stands for
 * is unknown, what wasn't read isn't counted, and edits that fail half way are taken back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend_linuxpower/host.h"
#include "base/str.h"

/* Linux' files that don't take what they are told: none of a folder of ours is like that. */
static ssize_t fallible_write(int fd, const void *bytes, size_t n);
#define write fallible_write
#include "../../backends/linuxpower/knobs.c"
#undef write

#define BIT(col) (UINT64_C(1) << (col))
#define S        XD_NS_PER_S
#define CPU      "sys/devices/system/cpu/"

extern const struct xd_backend xd_backend_module;

/* --- the machine --- */

struct rig {
    char root[32];
    struct xd_clock clock;
    struct xd_backend_env env;
    void *self;
    struct xd_snapshot *told;
};

static const struct xd_table_desc *table;
static uint64_t columns; /* that somebody looks at */

static uint64_t wanted(const struct xd_backend_env *env, const struct xd_table_desc *d)
{
    return d == table ? columns : 0;
}

static void look(const struct xd_table_desc *d, uint64_t at)
{
    table = d;
    columns = at;
}

static void put(const struct rig *r, const char *file, const char *text)
{
    char path[256];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", r->root, file);
    for (char *c = strchr(path + 1, '/'); c; c = strchr(c + 1, '/')) {
        *c = '\0';
        if (mkdir(path, 0755) < 0 && errno != EEXIST)
            fail_msg("%s: %s", path, strerror(errno));
        *c = '/';
    }
    f = fopen(path, "w");
    if (!f)
        fail_msg("%s: %s", path, strerror(errno));
    fputs(text, f);
    fclose(f);
}

static void holds(const struct rig *r, const char *file, const char *text)
{
    char path[256], found[32] = "";
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", r->root, file);
    f = fopen(path, "r");
    assert_non_null(f);
    found[fread(found, 1, sizeof(found) - 1, f)] = '\0';
    fclose(f);
    found[strcspn(found, "\n")] = '\0';
    assert_string_equal(found, text);
}

/* Two CPUs in two sockets, with three idle states each. */
static void open_rig(struct rig *r)
{
    struct xd_err err = XD_ERR_INIT;
    char file[128];

    *r = (struct rig){.root = "/tmp/xd-linux-XXXXXX",
                      .env = {.clock = &r->clock, .role = XD_OBSERVER, .wanted = wanted}};
    xd_clock_init_manual(&r->clock, 0);
    assert_non_null(mkdtemp(r->root));
    put(r, CPU "present", "0-1\n");
    put(r, CPU "online", "0-1\n");
    put(r, CPU "cpu0/topology/physical_package_id", "0\n");
    put(r, CPU "cpu1/topology/physical_package_id", "3\n");
    put(r, "proc/stat", "cpu0 200 0 50 750 0 0 0 0 0 0\ncpu1 100 0 50 850 0 0 0 0 0 0\n");
    for (unsigned i = 0; i < 6; i++) {
        snprintf(file, sizeof(file), CPU "cpu%u/cpuidle/state%u/name", i / 3, i % 3);
        put(r, file, "C\n");
    }
    setenv("XENDECK_ROOT", r->root, 1);
    if (xd_backend_module.open(&r->env, &r->self, &err) < 0)
        fail_msg("%s", err.text);
}

static void close_rig(struct rig *r)
{
    char command[64];

    xd_snapshot_unref(r->told);
    xd_backend_module.close(r->self);
    snprintf(command, sizeof(command), "rm -r %s", r->root);
    assert_int_equal(system(command), 0);
}

/* A second later. */
static void sample(struct rig *r)
{
    struct xd_builder *b = xd_builder_new("linuxpower");
    struct xd_err err = XD_ERR_INIT;

    xd_clock_advance(&r->clock, S);
    if (xd_backend_module.collect(r->self, b, &err) < 0)
        fail_msg("%s", err.text);
    xd_snapshot_unref(r->told);
    r->told = xd_builder_seal(b, NULL, 1, 0, 0, 0);
}

static const struct xd_row *power(const struct rig *r)
{
    const struct xd_table *t = xd_snapshot_table(r->told, "power");

    assert_true(t && t->n == 1);
    return t->rows[0];
}

/* --- the model --- */

static void sockets_are_counted_by_who_looks_at_watts(void **state)
{
    struct rig r;

    open_rig(&r);
    look(&xd_power_desc, XD_SENSING_HEAT);
    sample(&r);
    look(&xd_power_desc, XD_SENSING_WATTS);
    sample(&r);
    sample(&r);
    assert_true(xd_row_u64(power(&r), XD_POWER_ESTIMATED, 0));
    assert_true(xd_row_f64(&xd_power_desc, power(&r), XD_POWER_WATTS, 0) == 2 * XD_MODEL_SOCKET_W);
    close_rig(&r);
}

/* --- edits --- */

static unsigned writes, failing; /* how many there were; bits of those that fail */

static ssize_t fallible_write(int fd, const void *bytes, size_t n)
{
    if (failing >> writes++ & 1) {
        errno = EIO;
        return -1;
    }
    return write(fd, bytes, n);
}

static int set(struct rig *r, int knob, const char *key, struct xd_value v, struct xd_err *err)
{
    const struct xd_knob *k = &xd_linux_power_knobs[knob];
    struct xd_object o = {k->table, key, key[0] ? key : k->table};

    xd_err_clear(err);
    v.have = true;
    v.type = k->kind.type;
    return xd_backend_module.write(r->self, &o, k, &v, err);
}

/* --- a package's limit --- */

#define RAPL "sys/class/powercap/intel-rapl:0/"

static void a_limit_is_switched_on_and_off(void **state)
{
    const struct xd_value some = {.cell.u = 15000}, none = {.cell.u = 0};
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    open_rig(&r);
    put(&r, RAPL "name", "package-0\n");
    put(&r, RAPL "constraint_0_power_limit_uw", "28000000\n");
    assert_int_equal(set(&r, XD_PKNOB_LIMIT, "rapl/package-0", none, &err), -ERANGE);
    put(&r, RAPL "enabled", "0\n");
    assert_int_equal(set(&r, XD_PKNOB_LIMIT, "rapl/package-0", some, &err), 0);
    holds(&r, RAPL "constraint_0_power_limit_uw", "15000000");
    holds(&r, RAPL "enabled", "1");
    assert_int_equal(set(&r, XD_PKNOB_LIMIT, "rapl/package-0", none, &err), 0);
    holds(&r, RAPL "constraint_0_power_limit_uw", "15000000");
    holds(&r, RAPL "enabled", "0");
    close_rig(&r);
}

/* --- idle states --- */

/* Whether each is forbidden: "001 001" of both CPUs; each file and what stands in it go to `with`.
 */
static void each_state(const struct rig *r, const char *states,
                       void (*with)(const struct rig *, const char *, const char *))
{
    char file[128], text[] = "0";

    for (unsigned i = 0; i < 6; i++) {
        snprintf(file, sizeof(file), CPU "cpu%u/cpuidle/state%u/disable", i / 3, i % 3);
        text[0] = states[i + i / 3];
        with(r, file, text);
    }
}

static void what_no_number_of_an_idle_state_stands_for(void **state)
{
    static const struct {
        const char *states, *why;
        int64_t deepest;
    } cases[] = {
        {"000 000", NULL, XD_CSTATE_UNLIMITED},
        {"001 001", NULL, 1},
        {"001 011", "different idle states", 0},
        {"111 111", "even idle state 0 is forbidden", 0},
        {"000 111", "even idle state 0 is forbidden", 0},
        {"100 000", "even idle state 0 is forbidden", 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct xd_table *t;
        const struct xd_row *limit;
        struct rig r;

        open_rig(&r);
        each_state(&r, cases[i].states, put);
        look(&xd_power_desc, BIT(XD_POWER_MAX_CSTATE));
        sample(&r);
        assert_int_equal(xd_row_has(power(&r), XD_POWER_MAX_CSTATE), !cases[i].why);
        if (!cases[i].why)
            assert_int_equal(xd_row_value(&xd_power_desc, power(&r), XD_POWER_MAX_CSTATE).cell.i,
                             cases[i].deepest);
        look(&xd_limits_desc, UINT64_MAX);
        sample(&r);
        t = xd_snapshot_table(r.told, "limits");
        assert_non_null(t);
        limit = xd_table_find(t, "power.max_cstate");
        assert_int_equal(limit != NULL, cases[i].why != NULL);
        assert_true(!limit || strstr(xd_row_str(limit, XD_LIMIT_REASON, ""), cases[i].why));
        close_rig(&r);
    }
}

static void idle_states_are_set_on_all_cpus_or_none(void **state)
{
    const struct xd_value first = {.cell.i = 0};
    struct xd_err err = XD_ERR_INIT;
    char wanted_text[256];
    struct rig r;

    open_rig(&r);
    each_state(&r, "001 001", put); /* state 1 of both is to be forbidden as well */
    writes = 0;
    failing = 1 << 1; /* of CPU 1 it isn't taken */
    assert_int_equal(set(&r, XD_PKNOB_MAX_CSTATE, "", first, &err), -EIO);
    snprintf(wanted_text, sizeof(wanted_text),
             "power power.max_cstate: %s/" CPU "cpu1/cpuidle/state1/disable doesn't take \"1\": "
             "Input/output error",
             r.root);
    assert_string_equal(err.text, wanted_text);
    assert_int_equal(writes, 3);
    holds(&r, CPU "cpu0/cpuidle/state1/disable", "0");
    each_state(&r, "001 001", put);
    writes = 0;
    failing = 1 << 1 | 1 << 2; /* and CPU 0's doesn't go back */
    assert_int_equal(set(&r, XD_PKNOB_MAX_CSTATE, "", first, &err), -EIO);
    assert_true(xd_str_starts(err.text, "CPUs 0 didn't get back their idle states: power "));
    failing = 0;
    each_state(&r, "001 001", put);
    assert_int_equal(set(&r, XD_PKNOB_MAX_CSTATE, "", first, &err), 0);
    each_state(&r, "011 011", holds);
    close_rig(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets_are_counted_by_who_looks_at_watts),
        cmocka_unit_test(a_limit_is_switched_on_and_off),
        cmocka_unit_test(what_no_number_of_an_idle_state_stands_for),
        cmocka_unit_test(idle_states_are_set_on_all_cpus_or_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
