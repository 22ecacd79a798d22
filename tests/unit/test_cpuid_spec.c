/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen/cpuid/spec: the language, its errors with a caret, and parse(format(x)) = x. */
#include "cpuid_help.h"

#include <errno.h>

#include "xen/cpuid/spec.h"

static struct xd_cpuid_spec spec;

static void parse(const char *text)
{
    struct xd_err err = XD_ERR_INIT;

    if (xd_cpuid_spec_parse(db, text, &spec, NULL, &err) < 0)
        fail_msg("%s: %s", text, xd_err_text(&err));
}

static const char *formatted(const struct xd_cpuid_spec *s)
{
    static char text[16384];
    struct xd_buf b = XD_BUF_INIT;

    xd_cpuid_spec_format(db, s, &b);
    snprintf(text, sizeof(text), "%s", xd_buf_str(&b));
    xd_buf_done(&b);
    return text;
}

static void what_people_write(void **state)
{
    static const struct {
        const char *text, *means;
    } cases[] = {
        {"SandyBridge", "SandyBridge"},
        {"sandybridge,+pdpe1gb,-AVX", "SandyBridge,+page1gb,-avx"},
        {"x86-64-v3", "x86-64-v3"},
        {"Skylake-Server-IBRS", "Skylake-Server-v2"},
        {"host", "host"},
        {" host , -avx2 , aes=on,sse4_1=off", "host,+aesni,-sse4-1,-avx2"},
        {"none,+fpu,+sse2,+sse", "none,+fpu,+sse,+sse2"},
        {"host,-amx-*", "host,-amx-*"},
        {"host,-avx512*,+avx512f", NULL}, /* a name outdoes a pattern: see below */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        parse(cases[i].text);
        if (cases[i].means)
            assert_string_equal(formatted(&spec), cases[i].means);
    }
    assert_true(xd_fs_has(&spec.add, bit("avx512f")));
    assert_false(xd_fs_has(&spec.remove, bit("avx512f")));
    assert_true(xd_fs_has(&spec.remove, bit("avx512bw")));
    parse("host,-avx512*");
    assert_string_equal(formatted(&spec), "host,-avx512*");
}

static void errors_point_at_the_word(void **state)
{
    static const struct {
        const char *text;
        int column;
        const char *says;
    } cases[] = {
        {"", 1, "it begins with a model"},
        {"SandyBrige", 1, "there is no model \"SandyBrige\"; did you mean SandyBridge?"},
        {"avx2", 1, "avx2 is a feature, no model: perhaps none,+avx2?"},
        {"+avx2", 1, "perhaps host,+avx2?"},
        {"SandyBridge,+pdpe1bg", 14, "there is no feature \"pdpe1bg\"; did you mean pdpe1gb?"},
        {"SandyBridge,avx2", 13, "\"avx2\" needs + or - before it"},
        {"SandyBridge,+avx,", 18, "a feature is missing here"},
        {"SandyBridge,avx=perhaps", 17, "\"perhaps\" is neither on nor off"},
        {"SandyBridge,+avx=on", 13, "not both"},
        {"host,+avx2,-avx2", 12, "avx2 is both added and taken away"},
        {"host,+avx2,-AVX2", 12, "avx2 is both added and taken away"},
        {"host,-avx512*,+avx512f*", 15, "another pattern says the contrary of avx512f"},
        {"host,-quux*", 7, "no feature is like \"quux*\""},
        {"host,+\x1b[31m", 7, "there is no feature \"\xef\xbf\xbd[31m\""},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_err err = XD_ERR_INIT;
        int column;

        assert_int_equal(xd_cpuid_spec_parse(db, cases[i].text, &spec, &column, &err), -EINVAL);
        if (column != cases[i].column || !strstr(xd_err_text(&err), cases[i].says))
            fail_msg("%s: column %d: %s", cases[i].text, column, xd_err_text(&err));
    }
}

static void the_caret(void **state)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_cpuid_caret("SandyBridge,+pdpe1bg", 14, &b);
    assert_string_equal(xd_buf_str(&b), "  SandyBridge,+pdpe1bg\n               ^\n");
    xd_buf_clear(&b);
    xd_cpuid_caret("a\x1b[2Jb", 3, &b); /* a terminal is safe from it */
    assert_string_equal(xd_buf_str(&b), "  a\xef\xbf\xbd[2Jb\n    ^\n");
    xd_buf_done(&b);
}

static void same(const struct xd_cpuid_spec *a, const struct xd_cpuid_spec *b, const char *text)
{
    if (a->base != b->base || a->model != b->model || !xd_fs_equal(&a->add, &b->add) ||
        !xd_fs_equal(&a->remove, &b->remove))
        fail_msg("%s is not what it was", text);
}

/* parse(format(x)) = x over all models and random changes. */
static void formatted_it_parses_the_same(void **state)
{
    uint32_t seed = 42;

    for (size_t i = 0; i < xd_cpuid_models(db) + 2; i++) {
        for (int round = 0; round < 20; round++) {
            struct xd_cpuid_spec s = {.base = XD_CPUID_BASE_MODEL,
                                      .model = xd_cpuid_model_at(db, i)};

            if (!s.model)
                s.base = i == xd_cpuid_models(db) ? XD_CPUID_BASE_HOST : XD_CPUID_BASE_NONE;
            if (round) { /* from a few changes to nearly all */
                s.add = random_set(&seed, 1 + (uint32_t)round * 7);
                s.remove = random_set(&seed, 1 + (uint32_t)(20 - round));
                xd_fs_minus(&s.remove, &s.add);
            }
            const char *text = formatted(&s);
            parse(text);
            same(&s, &spec, text);
        }
    }
}

static void broken_words_are_mended(void **state)
{
    struct xd_cpuid_broken broken;
    struct xd_featureset fs;
    struct xd_cpuid_spec mended;
    struct xd_buf b = XD_BUF_INIT;

    parse("IvyBridge,-xsave");
    assert_int_equal(xd_cpuid_spec_resolve(db, &spec, NULL, &fs, &broken, NULL), 0);
    assert_false(xd_fs_has(&fs, bit("avx"))); /* as Xen does it */
    assert_string_equal(names_of(&broken.unmet), "avx f16c xsaveopt");
    assert_string_equal(names_of(&broken.missing), "xsave");
    xd_cpuid_broken_text(db, &broken, 2, &b);
    assert_string_equal(xd_buf_str(&b), "avx needs xsave; f16c needs xsave; and so do 1 more");
    xd_cpuid_spec_mend(db, &spec, NULL, &mended);
    assert_string_equal(formatted(&mended), "IvyBridge,-xsave,-avx,-f16c,-xsaveopt");

    parse("Nehalem,+avx2");
    xd_cpuid_spec_mend(db, &spec, NULL, &mended);
    assert_string_equal(formatted(&mended), "Nehalem,+xsave,+avx,+avx2");
    parse("Nehalem,+avx2,-avx"); /* what was refused by name stays away */
    xd_cpuid_spec_mend(db, &spec, NULL, &mended);
    assert_string_equal(formatted(&mended), "Nehalem,-avx,-avx2");

    parse("host,-avx");
    assert_int_equal(xd_cpuid_spec_resolve(db, &spec, NULL, &fs, NULL, NULL), -ENODATA);
    xd_buf_done(&b);
}

/* What is mended is whole, whatever it was. */
static void mended_it_is_whole(void **state)
{
    uint32_t seed = 5;

    for (int i = 0; i < 500; i++) {
        struct xd_featureset host = random_set(&seed, 2), fs;
        struct xd_cpuid_spec s = {.base = i % 2 ? XD_CPUID_BASE_HOST : XD_CPUID_BASE_NONE,
                                  .add = random_set(&seed, 20),
                                  .remove = random_set(&seed, 20)},
                             mended;
        struct xd_cpuid_broken broken;

        xd_fs_minus(&s.remove, &s.add);
        xd_cpuid_spec_mend(db, &s, &host, &mended);
        assert_int_equal(xd_cpuid_spec_resolve(db, &mended, &host, &fs, &broken, NULL), 0);
        if (!xd_fs_empty(&broken.unmet))
            fail_msg("round %d: %s", i, names_of(&broken.unmet));
        struct xd_featureset back = s.remove; /* nothing comes back that was refused */
        xd_fs_and(&back, &fs);
        assert_true(xd_fs_empty(&back));
    }
}

static void the_nearest_model(void **state)
{
    struct xd_featureset fs = model("Haswell")->fs;

    xd_cpuid_spec_nearest(db, &fs, XD_VENDOR_ANY, false, &spec);
    assert_string_equal(formatted(&spec), "Haswell");
    xd_fs_del(&fs, bit("avx2"));
    xd_fs_add(&fs, bit("smap"));
    xd_cpuid_spec_nearest(db, &fs, XD_VENDOR_ANY, false, &spec);
    assert_string_equal(formatted(&spec), "Haswell,+smap,-avx2");
    xd_cpuid_spec_nearest(db, &fs, XD_VENDOR_ANY, true, &spec); /* nothing that it hasn't */
    assert_true(xd_fs_empty(&spec.remove));
    xd_cpuid_spec_nearest(db, &fs, XD_VENDOR_AMD, false, &spec);
    assert_int_not_equal(spec.model->vendor, XD_VENDOR_INTEL);
    struct xd_featureset back;
    xd_cpuid_spec_resolve(db, &spec, NULL, &back, NULL, NULL);
    assert_true(xd_fs_equal(&back, &fs)); /* far or near, it means the same */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_write),
        cmocka_unit_test(errors_point_at_the_word),
        cmocka_unit_test(the_caret),
        cmocka_unit_test(formatted_it_parses_the_same),
        cmocka_unit_test(broken_words_are_mended),
        cmocka_unit_test(mended_it_is_whole),
        cmocka_unit_test(the_nearest_model),
    };

    return cmocka_run_group_tests(tests, load_db, free_db);
}
