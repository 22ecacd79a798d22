/* SPDX-License-Identifier: GPL-2.0-or-later */
/* model/tables_cpuid: a policy goes into the tables and comes out again as it was; and the policies
 * of the demo host, as a capture or the screen gets them. */
#include "cpuid_help.h"

#include <errno.h>

#include "backend_demo/scenario.h"
#include "demo_rig.h"
#include "model/tables_cpuid.h"

static struct xd_arena arena;

static const struct xd_cpuid_policy *named(const struct xd_cpuid_policy *list, size_t n,
                                           const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    fail_msg("there is no policy %s", name);
    return NULL;
}

static size_t policies_of(struct xd_snapshot *s, bool leaves, struct xd_cpuid_policy **out)
{
    return xd_cpuid_policies(xd_snapshot_table(s, "cpuid"),
                             leaves ? xd_snapshot_table(s, "cpuid_leaves") : NULL, &arena, out);
}

static void there_and_back(void **state)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_cpuid_policy one = {.name = "domain/7",
                                  .kind = XD_CPUID_KIND_DOMAIN,
                                  .guests = XD_CPUID_FOR_PV,
                                  .domid = 7,
                                  .domain = "web1"},
                           two = {.name = "host",
                                  .kind = XD_CPUID_KIND_HOST,
                                  .guests = XD_CPUID_FOR_BOTH,
                                  .domid = -1,
                                  .command_line = "smt=0"},
                           *list;

    xd_cpuid_leaves_add(&one.source.leaves, &arena,
                        (struct xd_cpuid_leaf){7, 1, {0, 0xfedcba98, 0, 1}});
    xd_cpuid_leaves_add(&one.source.leaves, &arena, (struct xd_cpuid_leaf){0xb, 0, {0}});
    xd_cpuid_leaves_add_msr(&one.source.leaves, &arena, 0x10a, UINT64_C(0x8000000000000001));
    one.source.leaves.complete = one.source.leaves.complete_msrs = true;
    two.source.set.fs.w[0] = 0x12345678;
    two.source.set.fs.w[3] = 0x10;
    two.source.set.known = 0x7; /* word 3 is not known, whatever stands there */
    xd_cpuid_put(b, 0, &two, true);
    xd_cpuid_put(b, 0, &one, true);
    struct xd_snapshot *s = xd_builder_seal(b, NULL, 1, 0, 0, 0);

    assert_int_equal(xd_snapshot_table(s, "cpuid_leaves")->n, 1); /* zero ones are left out */
    assert_int_equal(policies_of(s, true, &list), 2);
    assert_string_equal(list[0].name, "host");
    assert_int_equal(list[0].kind, XD_CPUID_KIND_HOST);
    assert_int_equal(list[0].domid, -1);
    assert_null(list[0].domain);
    assert_string_equal(list[0].command_line, "smt=0");
    assert_int_equal(list[0].source.set.known, 0x7);
    assert_int_equal(list[0].source.set.fs.w[0], 0x12345678);
    assert_int_equal(list[0].source.set.fs.w[3], 0);
    assert_int_equal(list[1].guests, XD_CPUID_FOR_PV);
    assert_int_equal(list[1].domid, 7);
    assert_string_equal(list[1].domain, "web1");
    assert_null(list[1].command_line);
    const struct xd_cpuid_leaf *l = xd_cpuid_leaf(&list[1].source.leaves, 7, 1);
    assert_non_null(l);
    assert_int_equal(l->r[1], 0xfedcba98);
    assert_int_equal(l->r[3], 1);
    assert_int_equal(list[1].source.leaves.n_msr, 1);
    assert_true(list[1].source.leaves.msr[0].value == UINT64_C(0x8000000000000001));
    assert_true(list[1].source.set.known & 1 << 5); /* complete: what isn't there is zero */
    xd_snapshot_unref(s);
}

/* What a guest was given is within what its kind can have, and that within the host's, but for what
 * Xen adds; a domain with a policy of its own has that. */
static void the_demo_hosts(void **state)
{
    struct xd_cpuid_policy *list, *words;
    struct rig r;

    rig_open(&r, "default");
    rig_sample(&r, 0);
    size_t n = policies_of(r.now, true, &list);

    assert_int_equal(policies_of(r.now, false, &words), n);
    assert_int_equal(n, 6 + rig_table(&r, "domains")->n);
    for (size_t i = 6; i < n; i++) {
        const struct xd_cpuid_policy *max =
            named(list, n, list[i].guests == XD_CPUID_FOR_PV ? "pv-max" : "hvm-max");

        assert_true(xd_fs_subset(&list[i].source.set.fs, &max->source.set.fs));
        assert_true(xd_fs_equal(&list[i].source.set.fs, &words[i].source.set.fs));
    }
    const struct xd_cpuid_policy *web1 = named(list, n, "domain/1"),
                                 *unasked = named(list, n, "hvm-default");
    assert_string_equal(web1->domain, "web1");
    assert_true(xd_fs_has(&unasked->source.set.fs, bit("vaes"))); /* EPYC-Rome has none */
    assert_false(xd_fs_has(&web1->source.set.fs, bit("vaes")));
    rig_close(&r);
}

/* A policy that can't be understood is an error of the scenario, at its place. */
static void bad_words(void **state)
{
    static const char text[] = "domains:\n  - {name: Domain-0, memory: 1G}\n"
                               "  - name: web\n    memory: 1G\n    cpuid: EPYC-Rmoe\n";
    struct xd_demo_scenario *s;
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_demo_scenario_parse("x", text, strlen(text), &arena, &s, &err), -EINVAL);
    assert_non_null(strstr(xd_err_text(&err), "x:5:12: cpuid: "));
    assert_non_null(strstr(xd_err_text(&err), "EPYC-Rome"));
    xd_err_clear(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(the_demo_hosts),
        cmocka_unit_test(bad_words),
    };
    int rc = cmocka_run_group_tests(tests, load_db, free_db);

    xd_arena_done(&arena);
    return rc;
}
