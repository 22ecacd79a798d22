/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen/cpuid/translate: there and back loses nothing but what is listed as lost. */
#include "cpuid_help.h"

#include <errno.h>

#include "xen/cpuid/dump.h"
#include "xen/cpuid/level.h"
#include "xen/cpuid/translate.h"

static struct xd_arena arena;
static struct xd_cpuid_lost lost;

static struct xd_cpuid_spec parsed(const char *text)
{
    struct xd_cpuid_spec s;
    struct xd_err err = XD_ERR_INIT;

    if (xd_cpuid_spec_parse(db, text, &s, NULL, &err) < 0)
        fail_msg("%s", xd_err_text(&err));
    return s;
}

/* A spec in the words of another program; host may be NULL. */
static const char *into(enum xd_cpuid_format to, const struct xd_cpuid_spec *s,
                        const struct xd_featureset *host)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;

    if (xd_cpuid_translate(db, s, host, to, XD_CPUID_HVM_HAP, &arena, &b, &lost, &err) < 0)
        fail_msg("%s", xd_err_text(&err));
    const char *text = xd_arena_strdup(&arena, xd_buf_str(&b));
    xd_buf_done(&b);
    return text;
}

static struct xd_cpuid_spec from(enum xd_cpuid_format of, const char *text)
{
    struct xd_cpuid_spec s;
    struct xd_err err = XD_ERR_INIT;

    if (xd_cpuid_translate_from(db, text, of, &arena, &s, &lost, NULL, &err) < 0)
        fail_msg("%s: %s", text, xd_err_text(&err));
    return s;
}

static const char *as_text(const struct xd_cpuid_spec *s)
{
    return into(XD_CPUID_AS_SPEC, s, NULL);
}

static void in_the_words_of_each(void **state)
{
    struct xd_cpuid_spec s = parsed("host,+hle,-avx512f,-aes,-clflush");

    assert_string_equal(into(XD_CPUID_AS_XL, &s, NULL),
                        "cpuid = \"host,clfsh=0,aesni=0,hle=1,avx512f=0\"");
    assert_int_equal(lost.n, 0);
    assert_string_equal(
        into(XD_CPUID_AS_XEND, &s, NULL),
        "cpuid = [ "
        "\"0x1:edx=xxxxxxxxxxxx0xxxxxxxxxxxxxxxxxxx,ecx=xxxxxx0xxxxxxxxxxxxxxxxxxxxxxxxx\",\n"
        "          \"0x7,0x0:ebx=xxxxxxxxxxxxxxx0xxxxxxxxxxx1xxxx\" ]");
    assert_string_equal(into(XD_CPUID_AS_QEMU, &s, NULL), "-cpu host,+hle,-clflush,-aes,-avx512f");
    assert_string_equal(into(XD_CPUID_AS_LIBVIRT, &s, NULL),
                        "<cpu mode='host-passthrough'>\n"
                        "  <feature policy='require' name='hle'/>\n"
                        "  <feature policy='disable' name='clflush'/>\n"
                        "  <feature policy='disable' name='aes'/>\n"
                        "  <feature policy='disable' name='avx512f'/>\n</cpu>");
    s = parsed("IvyBridge,-avx");
    assert_string_equal(into(XD_CPUID_AS_QEMU, &s, NULL), "-cpu IvyBridge,-avx,-f16c");
}

static void what_cant_be_said_is_listed(void **state)
{
    struct xd_cpuid_spec s = parsed("host,+monitor");

    into(XD_CPUID_AS_XL, &s, NULL);
    assert_int_equal(lost.n, 1);
    assert_string_equal(lost.text[0], "monitor: Xen 4.17 shows it to no HVM guest");
    s = parsed("host,-rdcl-no");
    into(XD_CPUID_AS_XEND, &s, NULL);
    assert_string_equal(lost.text[0], "rdcl-no: this syntax has no words for MSRs; xl has");
    s = parsed("host,+tsa-sq-no");
    into(XD_CPUID_AS_QEMU, &s, NULL);
    assert_string_equal(lost.text[0], "tsa-sq-no: QEMU has no name for it");
    s = parsed("x86-64-v2");
    into(XD_CPUID_AS_LIBVIRT, &s, NULL);
    assert_non_null(strstr(lost.text[0], "the model's name x86-64-v2: "));
    s = parsed("Westmere");
    into(XD_CPUID_AS_LEAVES, &s, NULL);
    assert_int_equal(lost.n, 0);
    s = parsed("Cascadelake-Server-v2");
    into(XD_CPUID_AS_LEAVES, &s, NULL);
    assert_string_equal(names_of(&lost.bits), "rdcl-no eibrs skip-l1dfl mds-no");
}

static void what_others_wrote(void **state)
{
    struct xd_cpuid_spec s = from(XD_CPUID_AS_XL, "cpuid = \"host,tm=0,sse3=0,family=6,avx=k\"");
    assert_string_equal(as_text(&s), "host,-tm1,-sse3");
    from(XD_CPUID_AS_XL, "host,clflush=8,popcnt=s");
    assert_int_equal(lost.n, 2); /* the size of a line, and what can't be promised */
    s = from(XD_CPUID_AS_XEND, "[ '0x1:ecx=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx0,edx="
                               "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' ]");
    assert_string_equal(as_text(&s), "host,-sse3");
    s = from(XD_CPUID_AS_QEMU, "-cpu Haswell-noTSX,+vmx,-aes,avx512f=on,enforce,hv-relaxed=on");
    assert_int_equal(lost.n, 2);
    assert_string_equal(as_text(&s), "Haswell-v2,+vmx,+avx512f,-aesni");
    s = from(XD_CPUID_AS_LIBVIRT, "<domain type='xen'><name>a</name><cpu match='exact'>"
                                  "<model>Haswell</model><topology sockets='1'/>"
                                  "<feature policy='disable' name='rtm'/>"
                                  "<feature policy='optional' name='pdpe1gb'/>"
                                  "<feature policy='require' name='vmx-ept'/></cpu></domain>");
    assert_int_equal(lost.n, 2);
    /* libvirt's Haswell is not QEMU's. */
    assert_string_equal(as_text(&s), "Haswell,-vme,-f16c,-rdrand,-abm,-xsaveopt,-rtm,-arat");
}

static void errors_have_a_place(void **state)
{
    static const struct {
        enum xd_cpuid_format of;
        const char *text;
        int column;
        const char *says;
    } cases[] = {
        {XD_CPUID_AS_XL, "cpuid=\"hots,avx=0\"", 8, "xl's cpuid begins with host"},
        {XD_CPUID_AS_XL, "cpuid=\"host,xsavee=0\"", 13,
         "no feature \"xsavee\"; did you mean xsave?"},
        {XD_CPUID_AS_XL, "host,avx=7", 10, "none of 0, 1, x, k and s"},
        {XD_CPUID_AS_XL, "host,avx", 6, "\"avx\" has no value"},
        {XD_CPUID_AS_XEND, "[ \"1:eax=01\" ]", 6, "a register and 32 bits were expected"},
        {XD_CPUID_AS_XEND, "[ \"x\" ]", 4, "a leaf such as 0x1"},
        {XD_CPUID_AS_XEND, "[ \"0x1,:\" ]", 8, "a subleaf was expected here"},
        {XD_CPUID_AS_XEND, "[ 1 ]", 3, "a leaf in quotes"},
        {XD_CPUID_AS_XEND, "[ \"0x1:eax=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2\" ]", 43, "32 of 0, 1"},
        {XD_CPUID_AS_QEMU, "-cpu Pentium9", 6, "QEMU's model \"Pentium9\" is unknown"},
        {XD_CPUID_AS_QEMU, "-cpu host,+awx", 12, "QEMU has no feature \"awx\""},
        {XD_CPUID_AS_LIBVIRT, "<cpu><model>Foo</model></cpu>", 0, "libvirt:1:6: libvirt's model"},
        {XD_CPUID_AS_LIBVIRT, "<cpu/>", 0, "it names no model"},
        {XD_CPUID_AS_LIBVIRT, "<!DOCTYPE cpu><cpu/>", 0, "document types are refused"},
        {XD_CPUID_AS_HEX, "1:2", 0, "hex is a set of features, no spec"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_cpuid_spec s;
        int column;

        assert_int_equal(xd_cpuid_translate_from(db, cases[i].text, cases[i].of, &arena, &s, &lost,
                                                 &column, &err),
                         -EINVAL);
        if (column != cases[i].column || !strstr(xd_err_text(&err), cases[i].says))
            fail_msg("%s: column %d: %s", cases[i].text, column, xd_err_text(&err));
    }
}

static void the_format_is_seen(void **state)
{
    assert_int_equal(xd_cpuid_format_of(" <cpu/>"), XD_CPUID_AS_LIBVIRT);
    assert_int_equal(xd_cpuid_format_of("-cpu host"), XD_CPUID_AS_QEMU);
    assert_int_equal(xd_cpuid_format_of("cpuid = [ \"0x1:…\" ]"), XD_CPUID_AS_XEND);
    assert_int_equal(xd_cpuid_format_of("[ \"0x1:…\" ]"), XD_CPUID_AS_XEND);
    assert_int_equal(xd_cpuid_format_of("cpuid=\"host,avx=0\""), XD_CPUID_AS_XL);
    assert_int_equal(xd_cpuid_format_of("host,-avx"), XD_CPUID_AS_SPEC);
}

/* QEMU and libvirt name features: what comes back means the same set, but for what is listed. */
static void there_and_back_by_name(enum xd_cpuid_format f)
{
    uint32_t seed = 99;

    for (size_t i = 0; i <= xd_cpuid_models(db); i++) {
        for (int round = 0; round < 4; round++) {
            struct xd_featureset host = random_set(&seed, 2), before, after, gone;
            struct xd_cpuid_spec s = {.base = XD_CPUID_BASE_MODEL,
                                      .model = xd_cpuid_model_at(db, i)};

            if (!s.model)
                s.base = XD_CPUID_BASE_HOST;
            if (round) {
                s.add = random_set(&seed, 30);
                s.remove = random_set(&seed, 30);
                xd_fs_minus(&s.remove, &s.add);
            }
            /* What is not closed is another matter. */
            struct xd_cpuid_spec whole;
            xd_cpuid_spec_mend(db, &s, &host, &whole);
            const char *text = into(f, &whole, &host);
            gone = lost.bits;
            struct xd_cpuid_spec back = from(f, text);
            assert_int_equal(lost.n, 0);
            xd_cpuid_spec_resolve(db, &whole, &host, &before, NULL, NULL);
            xd_cpuid_spec_resolve(db, &back, &host, &after, NULL, NULL);
            /* What was lost, and what can't be without it. */
            xd_fs_minus(&before, &gone);
            xd_fs_minus(&after, &gone);
            xd_cpuid_drop_unmet(db, &before);
            xd_cpuid_drop_unmet(db, &after);
            if (!xd_fs_equal(&before, &after)) {
                xd_fs_minus(&before, &after);
                fail_msg("%s: differs by %s", text, names_of(&before));
            }
        }
    }
}

static void qemu_there_and_back(void **state)
{
    there_and_back_by_name(XD_CPUID_AS_QEMU);
}

static void libvirt_there_and_back(void **state)
{
    there_and_back_by_name(XD_CPUID_AS_LIBVIRT);
}

/* What a guest sees of a policy on a host: what it is offered unasked, changed by the policy, and
 * never more than its maximum. */
static struct xd_featureset seen(const struct xd_cpuid_spec *policy,
                                 const struct xd_featureset *host)
{
    struct xd_featureset max, unasked, fs;

    xd_cpuid_visible(db, XD_CPUID_HVM_HAP, false, &max);
    xd_cpuid_visible(db, XD_CPUID_HVM_HAP, true, &unasked);
    xd_fs_and(&max, host);
    xd_fs_and(&unasked, host);
    fs = unasked;
    xd_fs_or(&fs, &policy->add);
    xd_fs_minus(&fs, &policy->remove);
    xd_fs_and(&fs, &max);
    xd_cpuid_drop_unmet(db, &fs);
    return fs;
}

/* A model written for xl.cfg makes a guest see that model, on every host that has all of it. */
static void xen_shows_the_model(enum xd_cpuid_format f)
{
    struct xd_featureset ignored = {{0}}, visible;
    const struct xd_featureset *all = xd_cpuid_named(db);
    uint32_t seed = 11;

    xd_cpuid_visible(db, XD_CPUID_HVM_HAP, false, &visible);
    for (int b = xd_fs_next(all, 0); b >= 0; b = xd_fs_next(all, b + 1))
        if (xd_cpuid_feature(db, b)->over == XD_CPUID_OVER_IGNORE)
            xd_fs_add(&ignored, b);
    for (size_t i = 0; i < xd_cpuid_models(db); i++) {
        struct xd_cpuid_spec s = {.base = XD_CPUID_BASE_MODEL, .model = xd_cpuid_model_at(db, i)};
        struct xd_featureset host = random_set(&seed, 2), wanted = s.model->fs;

        xd_fs_or(&host, &s.model->fs);
        xd_cpuid_add_needs(db, &host);
        xd_cpuid_drop_unmet(db, &wanted);
        const char *text = into(f, &s, NULL);
        struct xd_featureset gone = lost.bits;
        struct xd_cpuid_spec policy = from(f, text);
        struct xd_featureset guest = seen(&policy, &host);
        xd_fs_and(&wanted, &visible);
        /* What couldn't be said in xend's words may be seen or not. */
        xd_fs_minus(&wanted, &gone);
        xd_fs_minus(&guest, &gone);
        xd_fs_minus(&wanted, &ignored);
        xd_fs_minus(&guest, &ignored);
        xd_cpuid_drop_unmet(db, &wanted);
        xd_cpuid_drop_unmet(db, &guest);
        if (!xd_fs_equal(&guest, &wanted)) {
            print_error("guest: %s\n", names_of(&guest));
            fail_msg("%s: wanted: %s", s.model->name, names_of(&wanted));
        }
    }
}

static void xl_shows_the_model(void **state)
{
    xen_shows_the_model(XD_CPUID_AS_XL);
}

static void xend_shows_the_model(void **state)
{
    xen_shows_the_model(XD_CPUID_AS_XEND);
}

/* Sets there and back: hex, and leaves through our own reader of dumps. */
static void sets_there_and_back(void **state)
{
    for (size_t i = 0; i < xd_cpuid_models(db); i++) {
        struct xd_cpuid_spec s = {.base = XD_CPUID_BASE_MODEL, .model = xd_cpuid_model_at(db, i)};

        for (int f = XD_CPUID_AS_HEX; f <= XD_CPUID_AS_LEAVES; f++) {
            const char *text = into((enum xd_cpuid_format)f, &s, NULL);
            struct xd_featureset wanted;
            struct xd_cpuid_dump dump;
            struct xd_err err = XD_ERR_INIT;

            xd_cpuid_spec_resolve(db, &s, NULL, &wanted, NULL, NULL);
            xd_fs_minus(&wanted, &lost.bits);
            if (xd_cpuid_dump_parse("x", text, strlen(text), &arena, &dump, &err) < 0)
                fail_msg("%s: %s", s.model->name, xd_err_text(&err));
            assert_true(xd_fs_equal(&dump.source->set.fs, &wanted));
        }
    }
}

static int done(void **state)
{
    xd_arena_done(&arena);
    return free_db(state);
}

/* Xen refuses a policy that names a leaf which the host hasn't got: what is said for one host
 * leaves those out. */
static void for_one_host(void **state)
{
    struct xd_cpuid_leaves host = {.leaf = NULL};
    struct xd_cpuid_spec spec, fitted;
    struct xd_featureset left_out;

    xd_cpuid_leaves_add(&host, &arena, (struct xd_cpuid_leaf){0, 0, {0xd}});
    xd_cpuid_leaves_add(&host, &arena, (struct xd_cpuid_leaf){7, 0, {0}}); /* no subleaf 1 */
    xd_cpuid_leaves_add(&host, &arena, (struct xd_cpuid_leaf){0x80000000, 0, {0x8000001e}});
    host.complete = true;
    assert_int_equal(xd_cpuid_spec_parse(db, "x86-64-v2,+fzrm", &spec, NULL, NULL), 0);
    xd_cpuid_fit(db, &spec, XD_CPUID_HVM_HAP, &host, &host, &fitted, &left_out);
    assert_int_equal(fitted.base, XD_CPUID_BASE_HOST);
    assert_true(xd_fs_has(&fitted.remove, bit("bmi1"))); /* leaf 7, subleaf 0 */
    assert_true(xd_fs_has(&left_out, bit("fsrs")));      /* leaf 7, subleaf 1 */
    assert_true(xd_fs_has(&left_out, bit("nscb")));      /* leaf 0x80000021 */
    assert_false(xd_fs_has(&fitted.remove, bit("fsrs")));
    assert_false(xd_fs_has(&left_out, bit("bmi1")));
}

/* What a guest sees: what is unasked, less and more by the spec, as far as the host can. */
static void prediction(void **state)
{
    struct xd_featureset unasked = set_of("fpu fxsr sse sse2 sse3 xsave avx avx2 htt"),
                         most = set_of("fpu fxsr sse sse2 sse3 xsave avx avx2 htt mpx"), out;
    struct xd_cpuid_spec spec;

    assert_int_equal(xd_cpuid_spec_parse(db, "host,-avx,+fma,+mpx", &spec, NULL, NULL), 0);
    xd_cpuid_predict(db, &spec, XD_CPUID_HVM_HAP, &unasked, &most, &out);
    assert_false(xd_fs_has(&out, bit("avx2"))); /* it needs avx */
    assert_false(xd_fs_has(&out, bit("fma")));  /* the host hasn't got it */
    assert_true(xd_fs_has(&out, bit("sse3")));
    assert_true(xd_fs_has(&out, bit("mpx")));
    assert_int_equal(xd_cpuid_spec_parse(db, "none,+fpu,+sse2,+sse,+fxsr", &spec, NULL, NULL), 0);
    xd_cpuid_predict(db, &spec, XD_CPUID_HVM_HAP, &unasked, &most, &out);
    assert_string_equal(names_of(&out), "fpu fxsr sse sse2 htt"); /* htt is Xen's own business */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(for_one_host),           cmocka_unit_test(prediction),
        cmocka_unit_test(in_the_words_of_each),   cmocka_unit_test(what_cant_be_said_is_listed),
        cmocka_unit_test(what_others_wrote),      cmocka_unit_test(errors_have_a_place),
        cmocka_unit_test(the_format_is_seen),     cmocka_unit_test(qemu_there_and_back),
        cmocka_unit_test(libvirt_there_and_back), cmocka_unit_test(xl_shows_the_model),
        cmocka_unit_test(xend_shows_the_model),   cmocka_unit_test(sets_there_and_back),
    };

    return cmocka_run_group_tests(tests, load_db, done);
}
