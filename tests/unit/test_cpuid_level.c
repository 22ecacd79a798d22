/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen/cpuid/level: what is safe on several hosts, and the verdict on one. */
#include "cpuid_help.h"

#include "xen/cpuid/level.h"

static struct xd_arena arena;
static struct xd_featureset every;

static struct xd_cpuid_source source(struct xd_featureset fs)
{
    return (struct xd_cpuid_source){.label = "x", .set = {.fs = fs, .known = UINT32_MAX}};
}

static struct xd_cpuid_level level_of(struct xd_cpuid_source *s, size_t n)
{
    const struct xd_cpuid_set *sets[8];
    struct xd_cpuid_level l;

    for (size_t i = 0; i < n; i++)
        sets[i] = &s[i].set;
    memset(&every, 0xff, sizeof(every));
    xd_cpuid_level(db, sets, n, &every, &l);
    return l;
}

static void what_all_have(void **state)
{
    struct xd_cpuid_source s[] = {source(set_of("fxsr sse sse2 sse3 xsave avx")),
                                  source(set_of("fxsr sse sse2 avx")),
                                  source(set_of("fxsr sse sse2 xsave avx"))};
    struct xd_cpuid_level l = level_of(s, 3);
    struct xd_featureset loss;

    assert_string_equal(names_of(&l.common), "fxsr sse sse2");
    assert_string_equal(names_of(&l.unmet), "avx"); /* one host has no xsave */
    assert_string_equal(names_of(&l.uneven), "sse3 xsave");
    xd_cpuid_level_loss(db, &l, &s[0].set, &every, &loss);
    assert_string_equal(names_of(&loss), "sse3 xsave avx");
}

/* What one host has to admit, every guest must know; what follows the guest is no matter. */
static void not_all_bits_are_good(void **state)
{
    struct xd_cpuid_source s[] = {source(set_of("arch-caps eibrs rrsba ibrsb osxsave hypervisor")),
                                  source(set_of("arch-caps eibrs ibrsb"))};
    struct xd_cpuid_level l = level_of(s, 2);

    assert_string_equal(names_of(&l.common), "ibpb ibrsb stibp arch-caps eibrs rrsba");
    assert_string_equal(names_of(&l.told), "rrsba");
    assert_true(xd_fs_empty(&l.uneven));
}

/* Xen gives guests x2APIC and STIBP on hosts that have none of their own. */
static void what_xen_offers_anyway(void **state)
{
    struct xd_cpuid_source guest = source(set_of("tsc apic x2apic ibrsb stibp ibpb md-clear")),
                           host = source(set_of("tsc ibrsb"));
    struct xd_cpuid_source both[] = {guest, host};
    struct xd_cpuid_verdict v;

    xd_cpuid_check(db, "web1", &guest, "host2", &host, &arena, &v);
    assert_int_equal(v.answer, XD_CPUID_YES);
    assert_int_equal(v.n, 0);
    struct xd_cpuid_level l = level_of(both, 2);
    assert_string_equal(names_of(&l.common), "tsc apic x2apic ibpb md-clear ibrsb stibp");
    assert_string_equal(names_of(&l.told), "apic x2apic md-clear");
}

static void what_is_unknown_is_left_out(void **state)
{
    struct xd_cpuid_source s[] = {source(set_of("sse arch-caps rdcl-no fxsr")),
                                  source(set_of("sse arch-caps fxsr"))};

    s[1].set.known &= ~(UINT32_C(3) << 16); /* a dump of cpuid has no MSRs */
    struct xd_cpuid_level l = level_of(s, 2);
    assert_string_equal(names_of(&l.common), "fxsr sse arch-caps");
    assert_string_equal(names_of(&l.unknown), "rdcl-no");
    assert_true(xd_fs_has(&l.hidden, bit("rdcl-no")));
    struct xd_cpuid_spec policy;
    struct xd_featureset on_request;
    xd_cpuid_level_spec(db, &l, XD_CPUID_HVM_HAP, &policy, &on_request);
    assert_true(xd_fs_has(&policy.remove, bit("rdcl-no")));
    assert_false(xd_fs_has(&policy.remove, bit("sse")));
}

static void what_has_to_be_asked_for_is_not_asked_for(void **state)
{
    struct xd_cpuid_source s[] = {source(set_of("fpu svm npt")), source(set_of("fpu svm npt"))};
    struct xd_cpuid_level l = level_of(s, 2);
    struct xd_cpuid_spec policy;
    struct xd_featureset on_request;

    xd_cpuid_level_spec(db, &l, XD_CPUID_HVM_HAP, &policy, &on_request);
    assert_true(xd_fs_empty(&policy.add));
    assert_true(xd_fs_has(&on_request, bit("svm")));
    assert_false(xd_fs_has(&on_request, bit("fpu")));
}

/* A guest at the level of some hosts runs on each of them: the two sides of one thing. */
static void at_that_level_it_runs_everywhere(void **state)
{
    uint32_t seed = 17;

    for (int round = 0; round < 200; round++) {
        struct xd_cpuid_source s[5], guest;

        for (int i = 0; i < 5; i++) {
            struct xd_featureset fs = random_set(&seed, 1 + (uint32_t)(round % 4));
            xd_cpuid_drop_unmet(db, &fs);
            s[i] = source(fs);
        }
        struct xd_cpuid_level l = level_of(s, 5);
        /* As Xen shows them: bits that one admits are set where all the others can set them. */
        guest = source(l.common);
        for (int i = 0; i < 5; i++) {
            struct xd_cpuid_verdict v;

            xd_cpuid_check(db, "guest", &guest, "host", &s[i], &arena, &v);
            if (v.answer != XD_CPUID_YES)
                fail_msg("round %d: %s", round, v.reason[0].text);
            assert_true(xd_fs_empty(&v.missing));
            assert_null(v.restart);
        }
        struct xd_featureset again = l.common;
        assert_false(xd_cpuid_drop_unmet(db, &again));
    }
}

static void order_of_hosts_is_no_matter(void **state)
{
    struct xd_cpuid_source a[] = {source(model("Skylake-Server")->fs), source(model("Haswell")->fs),
                                  source(model("EPYC")->fs)};
    struct xd_cpuid_source b[] = {a[2], a[0], a[1]};
    struct xd_cpuid_level l = level_of(a, 3), m = level_of(b, 3);

    assert_true(xd_fs_equal(&l.common, &m.common));
    a[1] = a[0]; /* a host twice is a host once */
    l = level_of(a, 2);
    assert_true(xd_fs_equal(&l.common, &model("Skylake-Server")->fs));
}

static const struct xd_cpuid_reason *reason(const struct xd_cpuid_verdict *v, const char *feature)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->reason[i].bit == bit(feature))
            return &v->reason[i];
    fail_msg("nothing is said of %s", feature);
    return NULL;
}

static void no_and_why(void **state)
{
    struct xd_cpuid_source guest = source(set_of("fxsr sse sse2 xsave avx avx2 ibrsb vmx hle")),
                           host = source(set_of("fxsr sse sse2 xsave rsba arch-caps"));
    struct xd_cpuid_verdict v;

    xd_cpuid_check(db, "web1", &guest, "host2", &host, &arena, &v);
    assert_int_equal(v.answer, XD_CPUID_NO);
    assert_string_equal(names_of(&v.missing), "vmx avx hle avx2 ibrsb");
    assert_string_equal(reason(&v, "avx")->text,
                        "host2 has no avx (AVX: 256-bit vectors of floating-point numbers)");
    assert_string_equal(reason(&v, "avx")->remedy,
                        "only another processor has it, unless Xen's option cpuid= on host2 "
                        "switched it off");
    assert_string_equal(reason(&v, "avx2")->remedy, "it needs avx, which host2 lacks too");
    assert_non_null(strstr(reason(&v, "ibrsb")->remedy, "newer microcode on host2"));
    assert_non_null(strstr(reason(&v, "vmx")->remedy, "firmware setup of host2"));
    assert_non_null(strstr(reason(&v, "hle")->remedy, "tsx="));
    assert_int_equal(reason(&v, "rsba")->answer, XD_CPUID_YES); /* worth knowing, no obstacle */
    assert_string_equal(v.restart, "cpuid=\"host,vmx=0,avx=0,hle=0,ibrsb=0\"");
}

static void nobody_knows(void **state)
{
    struct xd_cpuid_source guest = source(set_of("sse arch-caps rdcl-no")),
                           host = source(set_of("sse arch-caps"));
    struct xd_cpuid_verdict v;

    host.set.known &= ~(UINT32_C(3) << 16);
    xd_cpuid_check(db, "web1", &guest, "host2", &host, &arena, &v);
    assert_int_equal(v.answer, XD_CPUID_UNSURE);
    assert_string_equal(names_of(&v.unknown), "rdcl-no");
    assert_string_equal(v.reason[0].text, "nothing is known of rdcl-no on host2 (MSR 0x10a bit 0)");
}

static void more_than_features(void **state)
{
    struct xd_cpuid_source guest = source(set_of("sse")), host = guest;
    struct xd_cpuid_verdict v;

    xd_cpuid_leaves_add(&guest.leaves, &arena,
                        (struct xd_cpuid_leaf){0, 0, {13, 0x756e6547, 0x6c65746e, 0x49656e69}});
    xd_cpuid_leaves_add(&host.leaves, &arena,
                        (struct xd_cpuid_leaf){0, 0, {11, 0x68747541, 0x444d4163, 0x69746e65}});
    xd_cpuid_leaves_add(&guest.leaves, &arena,
                        (struct xd_cpuid_leaf){0x80000008, 0, {0x3030, 0, 0, 0}});
    xd_cpuid_leaves_add(&host.leaves, &arena,
                        (struct xd_cpuid_leaf){0x80000008, 0, {0x3027, 0, 0, 0}});
    xd_cpuid_leaves_add(&guest.leaves, &arena, (struct xd_cpuid_leaf){0xd, 0, {7, 0, 0, 0}});
    xd_cpuid_leaves_add(&host.leaves, &arena, (struct xd_cpuid_leaf){0xd, 0, {3, 0, 0, 0}});
    xd_cpuid_check(db, "web1", &guest, "host2", &host, &arena, &v);
    assert_int_equal(v.answer, XD_CPUID_NO);
    assert_int_equal(v.n, 4);
    assert_string_equal(v.reason[0].text, "web1 sees a processor of Intel, host2 has one of AMD");
    assert_string_equal(v.reason[1].text,
                        "web1 counts on physical addresses of 48 bits, host2 has 39");
    assert_string_equal(v.reason[2].text,
                        "web1 may use register states 0x4 (XCR0), which host2 can't save");
    assert_int_equal(v.reason[3].answer, XD_CPUID_YES);
}

static int done(void **state)
{
    xd_arena_done(&arena);
    return free_db(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_all_have),
        cmocka_unit_test(not_all_bits_are_good),
        cmocka_unit_test(what_xen_offers_anyway),
        cmocka_unit_test(what_is_unknown_is_left_out),
        cmocka_unit_test(what_has_to_be_asked_for_is_not_asked_for),
        cmocka_unit_test(at_that_level_it_runs_everywhere),
        cmocka_unit_test(order_of_hosts_is_no_matter),
        cmocka_unit_test(no_and_why),
        cmocka_unit_test(nobody_knows),
        cmocka_unit_test(more_than_features),
    };

    return cmocka_run_group_tests(tests, load_db, done);
}
