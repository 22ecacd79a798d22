/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/engine/registry: backends that are linked in, modules that load and that don't, and which of
 * them make up the host that was asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_backend.h"

static struct xd_clock clock_;
static struct xd_log log_;
static struct xd_registry *r;

static const struct xd_backend demo = {.abi = XD_BACKEND_ABI,
                                       .name = "demo",
                                       .title = "Demo",
                                       .help = "",
                                       .open = fake_open,
                                       .close = fake_close,
                                       .collect = fake_collect};

static int sleeps(struct xd_err *err)
{
    return xd_err_set(err, -ENODEV, "nothing is awake here");
}

static int teardown(void **state)
{
    xd_registry_free(r);
    r = NULL;
    xd_log_done(&log_);
    return 0;
}

static int setup(void **state)
{
    fake_reset();
    xd_clock_init_real(&clock_);
    xd_log_init(&log_, &clock_);
    return 0;
}

static void make(const struct xd_backend *const *builtin, const char *dirs)
{
    struct xd_err err = XD_ERR_INIT;

    if (xd_registry_new(builtin, NULL, dirs, &log_, &r, &err) < 0)
        fail_msg("%s", err.text);
}

static const struct xd_registry_entry *entry(const char *origin_ends)
{
    for (size_t i = 0; i < xd_registry_count(r); i++) {
        const char *o = xd_registry_at(r, i)->origin;

        if (strlen(o) >= strlen(origin_ends) &&
            strcmp(o + strlen(o) - strlen(origin_ends), origin_ends) == 0)
            return xd_registry_at(r, i);
    }
    fail_msg("no entry %s", origin_ends);
    return NULL;
}

static void refused(const char *spec, int code, const char *sentence)
{
    struct xd_host_choice h;
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_registry_resolve(r, spec, NULL, &h, &err), code);
    assert_string_equal(err.text, sentence);
}

static void modules_load_or_say_why_not(void **state)
{
    const struct xd_registry_entry *e;

    make(fake_builtin, "/nonexistent::" TEST_MODULES);
    assert_int_equal(xd_registry_count(r), 2 + 4);
    assert_null(xd_registry_at(r, 6));
    e = xd_registry_at(r, 0);
    assert_string_equal(e->name, "fake");
    assert_string_equal(e->origin, "built in");
    assert_ptr_equal(e->backend, &fake_backend);
    assert_null(e->why);
    e = entry("/amodule.so");
    assert_string_equal(e->name, "amodule");
    assert_string_equal(e->backend->title, "A module");
    e = entry("/no_symbol.so");
    assert_null(e->backend);
    assert_string_equal(e->name, "no_symbol");
    assert_non_null(strstr(e->why, "xd_backend_module"));
    e = entry("/old_abi.so");
    assert_null(e->backend);
    assert_string_equal(e->why, "it was built for plug-in version 999, this is version 7");
    e = entry("/needs_more.so");
    assert_null(e->backend);
    assert_non_null(strstr(e->why, "no_such_function_anywhere"));
    /* another_name.so holds a second "amodule": the first of a name wins. */
}

static void the_first_folder_wins(void **state)
{
    make(fake_builtin, TEST_MODULES ":" TEST_MODULES);
    assert_int_equal(xd_registry_count(r), 2 + 4);
}

static void a_broken_file_is_an_entry_and_no_error(void **state)
{
    char dir[] = "/tmp/xendeck-test-XXXXXX", path[64];
    struct xd_err err = XD_ERR_INIT;
    struct xd_host_choice h;
    FILE *f;

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/broken.so", dir);
    f = fopen(path, "w");
    fputs("this is no ELF file", f);
    fclose(f);
    make(fake_builtin, dir);
    assert_int_equal(xd_registry_count(r), 3);
    assert_non_null(strstr(entry("/broken.so")->why, "broken.so"));
    assert_int_equal(xd_registry_resolve(r, "broken", NULL, &h, &err), -ENODEV);
    assert_non_null(strstr(err.text, "host broken: its module could not be loaded: "));
    unlink(path);
    rmdir(dir);
}

static void hosts_by_name(void **state)
{
    struct xd_host_choice h;
    char spec[400];

    make(fake_builtin, NULL);
    assert_int_equal(xd_registry_resolve(r, "fake", NULL, &h, NULL), 0);
    assert_string_equal(h.name, "fake");
    assert_string_equal(h.arg, "");
    assert_string_equal(h.fallback, "");
    assert_int_equal(h.n, 1);
    assert_ptr_equal(h.backends[0], &fake_backend);
    assert_int_equal(xd_registry_resolve(r, "fake:/a:b", NULL, &h, NULL), 0);
    assert_string_equal(h.arg, "/a:b");
    refused("nowhere", -ENOENT, "there is no host \"nowhere\": there are live, fake");
    refused("alive", -ENOENT, "there is no host \"alive\": there are live, fake");
    refused("", -ENOENT, "there is no host \"\": there are live, fake");
    memset(spec, 'x', sizeof(spec));
    spec[sizeof(spec) - 1] = '\0';
    memcpy(spec, "fake:", 5);
    refused(spec, -ENAMETOOLONG,
            "host fake: what stands behind the colon has 394 bytes, at most 255 fit");
}

static void equal_reasons_are_told_once(void **state)
{
    struct xd_backend second = fake_live_backend, third = fake_live_backend, other = demo;
    const struct xd_backend *const all[] = {
        &fake_live_backend, &second, &other, &third, &demo, NULL};
    struct xd_host_choice h;

    second.name = "breathing";
    third.name = "awake";
    other.name = "asleep";
    other.live = true;
    other.probe = sleeps;
    make(all, NULL);
    atomic_store(&fake.orders.probe_rc, -ENODEV);
    assert_int_equal(xd_registry_resolve(r, NULL, NULL, &h, NULL), 0);
    assert_string_equal(h.fallback, "alive and 2 more: not a fake host: the test said so; "
                                    "asleep: nothing is awake here");
    xd_registry_free(r);
    r = NULL;
}

static void live_where_it_can_be_else_the_demo_host(void **state)
{
    static const struct xd_backend *const both[] = {&demo, &fake_live_backend, NULL};
    static const struct xd_backend *const demo_only[] = {&demo, NULL};
    struct xd_host_choice h;

    make(both, NULL);
    assert_int_equal(xd_registry_resolve(r, NULL, NULL, &h, NULL), 0);
    assert_string_equal(h.name, "live");
    assert_int_equal(h.n, 1);
    assert_string_equal(h.fallback, "");
    assert_int_equal(xd_registry_resolve(r, "live", NULL, &h, NULL), 0);
    atomic_store(&fake.orders.probe_rc, -ENODEV);
    refused("live", -ENODEV,
            "no live host can be shown here: alive: not a fake host: the test said so");
    assert_int_equal(xd_registry_resolve(r, NULL, NULL, &h, NULL), 0);
    assert_string_equal(h.name, "demo");
    assert_string_equal(h.fallback, "alive: not a fake host: the test said so");
    xd_registry_free(r);
    make(demo_only, NULL);
    refused("live", -ENODEV,
            "no live host can be shown here: this build has no backend for a live host");
    xd_registry_free(r);
    make(&demo_only[1], NULL);
    refused(NULL, -ENOENT, "there is no host \"demo\": there are live");
}

/* Nothing of a module is touched before something that its card promises is needed. */
static void a_module_with_a_card_waits(void **state)
{
    static const struct xd_table_desc *const tables[] = {&xd_disks_desc, NULL};
    static const struct xd_table_desc *const fills[] = {&xd_domains_desc, &xd_limits_desc, NULL};
    static const uint64_t fill_columns[] = {UINT64_C(1) << XD_DOMAIN_READY, UINT64_MAX};
    static const struct xd_table_desc *const edits[] = {&xd_pcpus_desc, NULL};
    static const struct xd_backend_card a_card = {"needs_more", tables, fills, fill_columns, edits};
    static const struct xd_backend_card *const cards[] = {&a_card, NULL};
    const struct xd_want name = {"domains", UINT64_C(1) << XD_DOMAIN_NAME};
    const struct xd_want ready = {"domains", UINT64_C(1) << XD_DOMAIN_READY};
    const struct xd_want usual = {"domains", XD_WANT_ALL};
    const struct xd_want disks = {"disks", XD_WANT_ALL};
    const struct xd_want limits = {"limits", XD_WANT_ALL};
    static const struct xd_backend *const both[] = {&demo, &fake_live_backend, NULL};
    const struct {
        struct xd_need need;
        bool tried;
    } cases[] = {
        {{&name, 1}, false},
        {{&usual, 1}, false},
        {{&ready, 1}, true},
        {{&disks, 1}, true},
        {{&limits, 1}, true},
        {{NULL, 0, true}, true},
        {{NULL, 0, true, "pcpus"}, true},
        {{NULL, 0, true, "domains"}, false},
        {{&limits, 1, true, "domains"},
         false}, /* it edits none, so what it hasn't got is no matter */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_host_choice h;

        assert_int_equal(xd_registry_new(both, cards, TEST_MODULES, &log_, &r, NULL), 0);
        assert_ptr_equal(xd_registry_desc(r, "disks"), &xd_disks_desc);
        assert_null(xd_registry_desc(r, "nonsense"));
        uint64_t before = xd_log_seq(&log_);
        assert_int_equal(xd_registry_resolve(r, "live", &cases[i].need, &h, NULL), 0);
        assert_int_equal(xd_log_seq(&log_) > before, cases[i].tried); /* it can't be loaded */
        assert_non_null(entry("/needs_more.so")->why);                /* … and now it was tried */
        xd_registry_free(r);
        r = NULL;
    }
}

static bool serves;

static bool may_serve(void)
{
    return serves;
}

/* Nor is one that its card says can't serve this machine; where nobody says what he needs, it is
 * asked for its reason. */
static void a_module_for_other_machines_stays_unloaded(void **state)
{
    static const struct xd_table_desc *const tables[] = {&xd_disks_desc, NULL};
    static const struct xd_backend_card a_card = {
        .name = "needs_more", .tables = tables, .may_serve = may_serve};
    static const struct xd_backend_card *const cards[] = {&a_card, NULL};
    static const struct xd_backend *const both[] = {&demo, &fake_live_backend, NULL};
    const struct xd_want disks = {"disks", XD_WANT_ALL};
    const struct xd_need need = {&disks, 1};

    for (int i = 0; i < 3; i++) {
        struct xd_host_choice h;

        serves = i == 1;
        assert_int_equal(xd_registry_new(both, cards, TEST_MODULES, &log_, &r, NULL), 0);
        uint64_t before = xd_log_seq(&log_);
        assert_int_equal(xd_registry_resolve(r, "live", i == 2 ? NULL : &need, &h, NULL), 0);
        assert_int_equal(xd_log_seq(&log_) > before, i > 0);
        xd_registry_free(r);
        r = NULL;
    }
}

/* One that serves any machine is used where a live host is asked for, or another one is there. */
static void any_machine_is_no_reason(void **state)
{
    struct xd_backend any = fake_live_backend;
    const struct xd_backend *const all[] = {&demo, &any, &fake_live_backend, NULL};
    const struct xd_backend *const alone[] = {&demo, &any, NULL};
    struct xd_host_choice h;

    any.name = "any";
    any.any_machine = true;
    make(all, NULL);
    assert_int_equal(xd_registry_resolve(r, NULL, NULL, &h, NULL), 0);
    assert_string_equal(h.name, "live");
    assert_int_equal(h.n, 2);
    xd_registry_free(r);
    make(alone, NULL);
    assert_int_equal(xd_registry_resolve(r, NULL, NULL, &h, NULL), 0);
    assert_string_equal(h.name, "demo");
    assert_int_equal(h.n, 1);
    assert_ptr_equal(h.backends[0], &demo);
    assert_int_equal(xd_registry_resolve(r, "live", NULL, &h, NULL), 0);
    assert_string_equal(h.name, "live");
    assert_ptr_equal(h.backends[0], &any);
}

static void a_builtin_that_lacks_something(void **state)
{
    static const struct xd_backend no_read = {.abi = XD_BACKEND_ABI,
                                              .name = "noread",
                                              .open = fake_open,
                                              .close = fake_close,
                                              .collect = fake_collect,
                                              .knobs = xd_xen_knobs};
    static const struct xd_backend *const list[] = {&no_read, NULL};
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_registry_new(list, NULL, NULL, &log_, &r, &err), -EINVAL);
    assert_string_equal(err.text, "backend noread: it declares knobs without read and write, or "
                                  "actions without act");
}

static void where_modules_are(void **state)
{
    char out[4200];

    setenv("XENDECK_MODULES", "/a:/b", 1);
    assert_string_equal(xd_registry_default_dirs(out, sizeof(out)), "/a:/b");
    unsetenv("XENDECK_MODULES");
    xd_registry_default_dirs(out, sizeof(out));
    assert_int_equal(out[0], '/');
    assert_non_null(strstr(out, "/modules:/"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(modules_load_or_say_why_not),
        T(the_first_folder_wins),
        T(a_broken_file_is_an_entry_and_no_error),
        T(hosts_by_name),
        T(equal_reasons_are_told_once),
        T(live_where_it_can_be_else_the_demo_host),
        T(a_module_with_a_card_waits),
        T(a_module_for_other_machines_stays_unloaded),
        T(any_machine_is_no_reason),
        T(a_builtin_that_lacks_something),
        T(where_modules_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
