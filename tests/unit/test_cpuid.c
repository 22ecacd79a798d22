/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen/cpuid: the tables as a whole, names, sets, dependencies and leaves. */
#include "cpuid_help.h"

#include <errno.h>

#include "xen/cpuid/leaves.h"

static struct xd_cpuid_text text_of(const char *file, const char *text)
{
    return (struct xd_cpuid_text){file, text, text ? strlen(text) : 0};
}

static void each_feature_is_explained(void **state)
{
    const struct xd_featureset *all = xd_cpuid_named(db);

    assert_true(xd_fs_count(all) > 300);
    for (int b = xd_fs_next(all, 0); b >= 0; b = xd_fs_next(all, b + 1)) {
        const struct xd_cpuid_feature *f = xd_cpuid_feature(db, b);
        size_t len = strlen(f->text);

        assert_int_equal(f->bit, b);
        if (len < 20 || len > 220 || f->text[len - 1] != '.' || !strchr(f->text, ' '))
            fail_msg("%s: \"%s\" is no sentence", f->name, f->text);
        assert_non_null(f->group_title);
        assert_non_null(xd_cpuid_word(b / 32)->name);
        /* Its own name leads back to it, whatever else that name means elsewhere. */
        assert_ptr_equal(xd_cpuid_find(db, XD_CPUID_ANY, f->name, strlen(f->name)), f);
        for (int s = XD_CPUID_XL; s < XD_CPUID_SYSTEMS; s++)
            if (f->names[s])
                assert_ptr_equal(
                    xd_cpuid_find(db, (enum xd_cpuid_system)s, f->names[s], strlen(f->names[s])),
                    f);
    }
}

static void names_in_any_spelling(void **state)
{
    static const struct {
        const char *name;
        enum xd_cpuid_system system;
        const char *is; /* NULL: nothing */
    } cases[] = {
        {"avx2", XD_CPUID_ANY, "avx2"},
        {"SSE4_1", XD_CPUID_ANY, "sse4-1"},
        {"sse4.1", XD_CPUID_ANY, "sse4-1"},
        {"pdpe1gb", XD_CPUID_ANY, "page1gb"},
        {"pni", XD_CPUID_ANY, "sse3"},
        {"aes", XD_CPUID_ANY, "aesni"},
        {"spec-ctrl", XD_CPUID_ANY, "ibrsb"},
        /* One name, two meanings: ours is Xen's. */
        {"ssb-no", XD_CPUID_ANY, "ssb-no"},
        {"ssb-no", XD_CPUID_QEMU, "intel-ssb-no"},
        {"prefetchi", XD_CPUID_ANY, "prefetchi"},
        {"prefetchi", XD_CPUID_QEMU, "amd-prefetchi"},
        /* In xl.cfg clflush is the size of a cache line. */
        {"clfsh", XD_CPUID_XL, "clflush"},
        {"clflush", XD_CPUID_XL, NULL},
        {"avx3", XD_CPUID_ANY, NULL},
        {"", XD_CPUID_ANY, NULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct xd_cpuid_feature *f =
            xd_cpuid_find(db, cases[i].system, cases[i].name, strlen(cases[i].name));

        if (!cases[i].is)
            assert_null(f);
        else if (!f || strcmp(f->name, cases[i].is) != 0)
            fail_msg("%s is %s, not %s", cases[i].name, f ? f->name : "nothing", cases[i].is);
    }
    assert_string_equal(xd_cpuid_nearest(db, XD_CPUID_ANY, "avx521f"), "avx512f");
    assert_string_equal(xd_cpuid_nearest_model(db, "Skylake-Servr"), "Skylake-Server");
    assert_null(xd_cpuid_nearest(db, XD_CPUID_ANY, "quite-another-thing"));
}

static void patterns(void **state)
{
    struct xd_featureset s = {{0}};

    assert_int_equal(xd_cpuid_glob(db, "sse4?[12]", 9, &s), 0); /* brackets are none of ours */
    assert_int_equal(xd_cpuid_glob(db, "SSE4_*", 6, &s), 2);
    assert_string_equal(names_of(&s), "sse4-1 sse4-2");
    assert_true(xd_cpuid_glob(db, "avx512*", 7, &s) > 15);
    assert_true(xd_fs_has(&s, bit("avx512f")));
    assert_false(xd_fs_has(&s, bit("avx2")));
}

static void what_goes_with_what(void **state)
{
    struct xd_featureset s = set_of("xsave avx avx2 fma sse2 sse");
    struct xd_featureset gone;

    xd_fs_del(&s, bit("xsave"));
    gone = s;
    assert_true(xd_cpuid_drop_unmet(db, &s));
    xd_fs_minus(&gone, &s);
    /* fxsr isn't there either, and with it goes SSE. */
    assert_string_equal(names_of(&gone), "sse sse2 fma avx avx2");
    assert_false(xd_cpuid_drop_unmet(db, &s));

    s = set_of("avx512f");
    xd_cpuid_add_needs(db, &s);
    assert_string_equal(names_of(&s), "xsave avx avx2 avx512f");
}

/* Closing twice changes nothing more, and what is added to is never dropped from. */
static void closures_are_idempotent(void **state)
{
    uint32_t seed = 1;

    for (int i = 0; i < 2000; i++) {
        struct xd_featureset s = random_set(&seed, 1 + (uint32_t)i % 7), dropped = s, added = s;

        xd_cpuid_drop_unmet(db, &dropped);
        assert_true(xd_fs_subset(&dropped, &s));
        assert_false(xd_cpuid_drop_unmet(db, &dropped));
        xd_cpuid_add_needs(db, &added);
        assert_true(xd_fs_subset(&s, &added));
        struct xd_featureset again = added;
        xd_cpuid_add_needs(db, &again);
        assert_true(xd_fs_equal(&again, &added));
        assert_false(xd_cpuid_drop_unmet(db, &again));
    }
}

/* What is taken away with a feature is exactly what closing the rest drops. */
static void dependents_are_what_closing_drops(void **state)
{
    const struct xd_featureset *all = xd_cpuid_named(db);

    for (int b = xd_fs_next(all, 0); b >= 0; b = xd_fs_next(all, b + 1)) {
        struct xd_featureset left = *all, gone = *all;

        xd_fs_del(&left, b);
        xd_cpuid_drop_unmet(db, &left);
        xd_fs_minus(&gone, &left);
        xd_fs_del(&gone, b);
        assert_true(xd_fs_equal(&gone, &xd_cpuid_feature(db, b)->dependents));
    }
}

static void models_inherit(void **state)
{
    assert_true(xd_fs_has(&model("Westmere")->fs, bit("aesni")));
    assert_false(xd_fs_has(&model("Nehalem")->fs, bit("aesni")));
    assert_ptr_equal(model("skylake-server-v1"), model("Skylake-Server"));
    assert_ptr_equal(model("Skylake-Server-IBRS"), model("Skylake-Server-v2"));
    assert_true(xd_fs_has(&model("Skylake-Server")->fs, bit("rtm")));
    assert_false(xd_fs_has(&model("Skylake-Server-v3")->fs, bit("rtm")));
    assert_int_equal(model("EPYC-Milan")->vendor, XD_VENDOR_AMD);
    assert_int_equal(model("EPYC-Milan")->family, 25);
    /* Each level of x86-64 is within the next, and within the processors that are said to have it.
     */
    assert_true(xd_fs_subset(&model("x86-64-v1")->fs, &model("x86-64-v2")->fs));
    assert_true(xd_fs_subset(&model("x86-64-v2")->fs, &model("Nehalem")->fs));
    assert_true(xd_fs_subset(&model("x86-64-v3")->fs, &model("Haswell")->fs));
    assert_true(xd_fs_subset(&model("x86-64-v3")->fs, &model("EPYC")->fs));
    assert_true(xd_fs_subset(&model("x86-64-v4")->fs, &model("Skylake-Server")->fs));
    assert_true(xd_fs_subset(&model("x86-64-v4")->fs, &model("EPYC-Genoa")->fs));
    assert_false(xd_fs_subset(&model("x86-64-v3")->fs, &model("IvyBridge")->fs));
}

/* A model is closed, so that Xen gives all of it; but for what QEMU's own list leaves open. */
static void models_are_closed(void **state)
{
    for (size_t i = 0; i < xd_cpuid_models(db); i++) {
        const struct xd_cpuid_model *m = xd_cpuid_model_at(db, i);
        struct xd_featureset whole = m->fs, lost = m->fs;

        xd_cpuid_drop_unmet(db, &whole);
        xd_fs_minus(&lost, &whole);
        if (strcmp(m->name, "EPYC-Rome") == 0)
            assert_string_equal(names_of(&lost), "amd-stibp"); /* without ibrs until version 2 */
        else if (!xd_fs_empty(&lost))
            fail_msg("%s has %s without what they need", m->name, names_of(&lost));
    }
}

static void bad_tables(void **state)
{
    static const struct {
        const char *features, *models, *says;
    } cases[] = {
        {"groups: []\nwords:\n  - {word: 9z, features: []}\n", NULL,
         "f.yaml:3:12: there is no word \"9z\""},
        {"groups: [{name: g, title: G}]\nwords:\n  - word: 1d\n    features:\n"
         "      - {name: a, bit: 1, group: g, text: t, need: [b]}\n",
         NULL, "need"},
        {"groups: [{name: g, title: G}]\nwords:\n  - word: 1d\n    features:\n"
         "      - {name: a, bit: 1, group: g, text: t, needs: [b]}\n"
         "      - {name: b, bit: 2, group: g, text: t, needs: [a]}\n",
         NULL, "a and b need each other"},
        {"groups: [{name: g, title: G}]\nwords:\n  - word: 1d\n    features:\n"
         "      - {name: a, bit: 1, group: g, text: t}\n"
         "      - {name: A, bit: 2, group: g, text: t}\n",
         NULL, "\"a\" is the name of both a and A"},
        {"groups: [{name: g, title: G}]\nwords:\n  - word: 1d\n    features:\n"
         "      - {name: a, bit: 1, group: g, text: t}\n",
         "models:\n  - {name: m, title: t, source: s, add: [a], remove: [a]}\n",
         "m.yaml:2:54: a is not there"},
        {"groups: [{name: g, title: G}]\nwords:\n  - word: 1d\n    features:\n"
         "      - {name: a, bit: 1, group: g, text: t}\n",
         "models:\n  - {name: m, title: t, source: s, base: n}\n",
         "m.yaml:2:42: no model \"n\" stands before"},
        {"", NULL, "f.yaml: it is empty"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_cpuid_db *other;
        struct xd_err err = XD_ERR_INIT;
        const char *m = cases[i].models;

        const struct xd_cpuid_text features = text_of("f.yaml", cases[i].features);
        const struct xd_cpuid_text models = text_of("m.yaml", m), none = {0};

        assert_int_equal(xd_cpuid_db_parse(&features, &none, &models, &other, &err), -EINVAL);
        assert_null(other);
        if (!strstr(xd_err_text(&err), cases[i].says))
            fail_msg("\"%s\" does not say \"%s\"", xd_err_text(&err), cases[i].says);
    }
}

/* --- what Xen's header says --- */

static const char small[] =
    "groups:\n  - {name: base, title: Basics}\n  - {name: rest, title: Rest}\n"
    "words:\n  - word: \"1d\"\n    features:\n"
    "      - {name: fpu, bit: 0, xen: \"FPU A\", linux: fpu, group: base, text: t}\n"
    "      - {name: old, bit: 1, newer: NEW_ONE, linux: other, group: base, text: t}\n";

/* features.yaml of two features, joined with that header. */
static int joined(const char *header, struct xd_cpuid_db **out, struct xd_err *err)
{
    const struct xd_cpuid_text features = text_of("f.yaml", small), none = {0};
    const struct xd_cpuid_text words = text_of("h", header);

    return xd_cpuid_db_parse(&features, &words, &none, out, err);
}

static const struct xd_cpuid_feature *named(const struct xd_cpuid_db *d, const char *name)
{
    return xd_cpuid_find(d, XD_CPUID_XL, name, strlen(name));
}

static void the_header_of_the_installed_xen_counts(void **state)
{
    struct xd_cpuid_db *d;

    assert_int_equal(joined("", &d, NULL), 0); /* no libxen-dev when this was built */
    assert_string_equal(xd_cpuid_xens_words(d), "xendeck's own table, as of Xen 4.17");
    assert_string_equal(xd_cpuid_feature(d, 0)->marks, "A");
    assert_null(xd_cpuid_feature(d, 1)->xen);
    xd_cpuid_db_free(d);

    assert_int_equal(
        joined("0 0 FPU S\n0 1 NEW_ONE h\n0 2 NEVER_HEARD_OF !A\n0 3 BARE \n", &d, NULL), 0);
    assert_string_equal(xd_cpuid_xens_words(d), "the header of the Xen that xendeck was built for");
    assert_int_equal(xd_cpuid_guests(named(d, "fpu")), XD_CPUID_HVM); /* its marks */
    assert_string_equal(named(d, "new-one")->name, "old"); /* a name for xl.cfg, ours stays */
    assert_string_equal(xd_cpuid_feature(d, 1)->xen, "NEW_ONE");
    const struct xd_cpuid_feature *f = named(d, "never-heard-of");
    assert_int_equal(f->bit, 2);
    assert_string_equal(f->group, "rest");
    assert_non_null(strstr(f->text, "no description of it yet"));
    assert_true(xd_cpuid_special(f) && xd_fs_has(xd_cpuid_of_xen(d), 2));
    assert_int_equal(xd_cpuid_guests(named(d, "bare")), XD_CPUID_NOBODY);
    xd_cpuid_db_free(d);
}

static void a_name_of_the_header_takes_nobody_elses(void **state)
{
    struct xd_cpuid_db *d;

    assert_int_equal(joined("0 5 OTHER A\n30 0 BEYOND A\n", &d, NULL), 0);
    assert_null(xd_cpuid_feature(d, 5));       /* Linux calls bit 1 so */
    assert_null(xd_cpuid_feature(d, 30 * 32)); /* a word of ours */
    xd_cpuid_db_free(d);
}

static void wrong_lines_of_the_header_are_told(void **state)
{
    static const char *const wrong[] = {
        "0 1",          "x 1 FPU A",
        "0 1 fpu A",    "0 1 FPU Q",
        "-1 1 FPU",     "0 1 FPU A B",
        "9999 1 FPU A", "0 0 A_NAME_THAT_HAS_FAR_TOO_MANY_LETTERS_FOR_US A"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_cpuid_db *d;
        char text[160];

        snprintf(text, sizeof(text), "0 0 FPU A\n%s\n", wrong[i]);
        assert_int_equal(joined(text, &d, &err), -EINVAL);
        assert_non_null(strstr(xd_err_text(&err), "h:2: \""));
    }
}

static void places(void **state)
{
    char text[64];

    assert_string_equal(xd_cpuid_place(bit("avx2"), text, sizeof(text)),
                        "CPUID 0x00000007:0.ebx bit 5");
    assert_string_equal(xd_cpuid_place(bit("lm"), text, sizeof(text)),
                        "CPUID 0x80000001.edx bit 29");
    assert_string_equal(xd_cpuid_place(bit("its-no"), text, sizeof(text)), "MSR 0x10a bit 62");
}

/* Leaves of a featureset say the same featureset again. */
static void leaves_there_and_back(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    uint32_t seed = 7;

    for (int i = 0; i < 500; i++) {
        struct xd_cpuid_set s = {.fs = random_set(&seed, 2)}, back;
        struct xd_cpuid_leaves l;

        for (int w = 0; w < XD_CPUID_WORDS; w++)
            if (xd_cpuid_word(w)->name)
                s.known |= UINT32_C(1) << w;
        xd_cpuid_leaves_of_set(&s, i % 2, &a, &l);
        xd_cpuid_leaves_to_set(&l, &back);
        if (!xd_fs_equal(&s.fs, &back.fs))
            fail_msg("round %d", i);
        assert_int_equal(back.known, s.known);
    }
    xd_arena_done(&a);
}

/* What the highest leaf rules out is known to be zero; what just isn't there is unknown. */
static void unknown_is_not_zero(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_cpuid_leaves l = {.leaf = NULL};
    struct xd_cpuid_set s;
    int seven = bit("avx2") / 32, one = bit("sse3") / 32, caps = bit("rdcl-no") / 32;

    xd_cpuid_leaves_add(&l, &a, (struct xd_cpuid_leaf){0, 0, {5, 0x756e6547, 0, 0}});
    xd_cpuid_leaves_to_set(&l, &s);
    assert_true(s.known >> seven & 1); /* leaf 7 is beyond leaf 5 */
    assert_false(s.known >> one & 1);
    l.leaf[0].r[XD_CPUID_EAX] = 7;
    xd_cpuid_leaves_to_set(&l, &s);
    assert_false(s.known >> seven & 1);
    xd_cpuid_leaves_add(&l, &a, (struct xd_cpuid_leaf){7, 0, {0, 0x20, 0, 0}});
    xd_cpuid_leaves_to_set(&l, &s);
    assert_true(xd_fs_has(&s.fs, bit("avx2")));
    assert_true(s.known >> (bit("avx-vnni") / 32) & 1); /* subleaf 1 is beyond subleaf 0 */
    assert_true(s.known >> caps & 1); /* arch-caps is off, so there is no such register */
    l.leaf[1].r[XD_CPUID_EDX] = 1u << 29;
    xd_cpuid_leaves_to_set(&l, &s);
    assert_false(s.known >> caps & 1); /* it is there, and nobody read it */
    xd_cpuid_leaves_add_msr(&l, &a, 0x10a, UINT64_C(1) << 62 | 1);
    xd_cpuid_leaves_to_set(&l, &s);
    assert_true(xd_fs_has(&s.fs, bit("its-no")) && xd_fs_has(&s.fs, bit("rdcl-no")));
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_feature_is_explained),
        cmocka_unit_test(names_in_any_spelling),
        cmocka_unit_test(patterns),
        cmocka_unit_test(what_goes_with_what),
        cmocka_unit_test(closures_are_idempotent),
        cmocka_unit_test(dependents_are_what_closing_drops),
        cmocka_unit_test(models_inherit),
        cmocka_unit_test(models_are_closed),
        cmocka_unit_test(bad_tables),
        cmocka_unit_test(the_header_of_the_installed_xen_counts),
        cmocka_unit_test(a_name_of_the_header_takes_nobody_elses),
        cmocka_unit_test(wrong_lines_of_the_header_are_told),
        cmocka_unit_test(places),
        cmocka_unit_test(leaves_there_and_back),
        cmocka_unit_test(unknown_is_not_zero),
    };

    return cmocka_run_group_tests(tests, load_db, free_db);
}
