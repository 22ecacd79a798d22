/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen/cpuid: dumps of other programs are read as they were meant, broken ones refused with a place.
 */
#include "cpuid_help.h"

#include <errno.h>

#include "xen/cpuid/dump.h"

static struct xd_arena arena;
static struct xd_cpuid_dump dump;

static void parse(const char *text)
{
    struct xd_err err = XD_ERR_INIT;

    if (xd_cpuid_dump_parse("dump", text, strlen(text), &arena, &dump, &err) < 0)
        fail_msg("%s", xd_err_text(&err));
}

static void refuses(const char *text, const char *says)
{
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_cpuid_dump_parse("dump", text, strlen(text), &arena, &dump, &err), -EINVAL);
    if (!strstr(xd_err_text(&err), says))
        fail_msg("\"%s\" does not say \"%s\"", xd_err_text(&err), says);
}

static const char two_cpus[] =
    "CPU 0:\n"
    "   0x00000000 0x00: eax=0x00000007 ebx=0x756e6547 ecx=0x6c65746e edx=0x49656e69\n"
    "   0x00000001 0x00: eax=0x000306a9 ebx=0x00020800 ecx=0x00000001 edx=0x06000000\n"
    "   0x00000007 0x00: eax=0x00000000 ebx=0x00000121 ecx=0x00000000 edx=0x00000000\n"
    "CPU 1:\n"
    "   0x00000000 0x00: eax=0x00000007 ebx=0x756e6547 ecx=0x6c65746e edx=0x49656e69\n"
    "   0x00000001 0x00: eax=0x000306a9 ebx=0x01020800 ecx=0x00000001 edx=0x06000000\n"
    "   0x00000007 0x00: eax=0x00000000 ebx=0x00000021 ecx=0x00000000 edx=0x00000000\n";

static void raw_leaves(void **state)
{
    parse(two_cpus);
    assert_string_equal(dump.format, "cpuid -r");
    assert_int_equal(dump.n, 1);
    assert_int_equal(dump.source->cpus, 2);
    /* The machine has what all of its CPUs have. */
    assert_string_equal(names_of(&dump.source->set.fs), "sse sse2 sse3 fsgsbase avx2");
    assert_string_equal(names_of(&dump.source->uneven), "bmi2");
    assert_int_equal(xd_cpuid_leaf(&dump.source->leaves, 1, 0)->r[XD_CPUID_EAX], 0x306a9);
    /* Nothing is known of leaf 0x80000001, and there can be no leaf 0xd. */
    assert_false(dump.source->set.known >> 2 & 1);
    assert_true(dump.source->set.known >> 4 & 1);
}

static void raw_leaves_that_are_broken(void **state)
{
    refuses("CPU 0:\n   0x00000000 0x00: eax=0x0000000\n   0x00000001 0x00: eax=0x1 ecx=0x2\n",
            "dump:2:34: \" ebx=0x\" and eight hex digits were expected here");
    refuses("CPU:\n   00000000 0x00: eax=0x0 ebx=0x0 ecx=0x0 edx=0x0\n", "dump:2:4: a leaf such");
    refuses("   0x0 0x0: eax=0x0 ebx=0x0 ecx=0x0 edx=0x0 more\n", "dump:1:44: there is more");
    refuses("   0x123456789 0x0: eax=0x0 ebx=0x0 ecx=0x0 edx=0x0\n", "dump:1:");
    refuses("CPU:\n# : eax=0x\n", "dump:2:1: ");
}

static void policies(void **state)
{
    parse("Xen reports there are maximum 120 leaves and 3 MSRs\n"
          "Raw policy: 2 leaves, 1 MSRs\n CPUID:\n"
          "  leaf     subleaf  -> eax      ebx      ecx      edx\n"
          "  00000000:ffffffff -> 00000007:756e6547:6c65746e:49656e69\n"
          "  00000007:00000000 -> 00000000:00000000:00000000:20000000\n"
          " MSRs:\n  index    -> value\n"
          "  0000010a -> 4000000000000001\n"
          "PV Max policy: 1 leaves, 0 MSRs\n CPUID:\n"
          "  leaf     subleaf  -> eax      ebx      ecx      edx\n"
          "  00000001:ffffffff -> 00000000:00000000:00000001:00000000\n MSRs:\n");
    assert_string_equal(dump.format, "xen-cpuid -p");
    assert_int_equal(dump.n, 2);
    assert_string_equal(names_of(&dump.source[0].set.fs), "arch-caps rdcl-no its-no");
    const struct xd_cpuid_source *pv = xd_cpuid_dump_find(&dump, "pv max");
    assert_non_null(pv);
    assert_string_equal(names_of(&pv->set.fs), "sse3");
    assert_true(pv->set.known & 1); /* a policy is whole: what it doesn't print is zero */
    refuses("Host policy: 1 leaves\n  00000000:ffffffff -> 1:2:3\n", "dump:2:29: four registers");
    refuses("Host policy: 1 leaves\n MSRs:\n  10a -> zz\n", "dump:");
}

static void featuresets_of_xen_cpuid(void **state)
{
    parse("nr_features: 3\n"
          "                           KEY 1d       1c       e1d\n\nStatic sets:\n"
          "Known                           ffffffff:ffffffff:ffffffff\n\nDynamic sets:\n"
          "Raw                             06000000:00000001:20000000\n"
          "  [00] CPUID 0x00000001.edx     sse sse2\n"
          "HVM Max featureset not supported by Xen\n"
          "PV Default                      02000000:00000000:20000000\n");
    assert_string_equal(dump.format, "xen-cpuid");
    assert_int_equal(dump.n, 2);
    assert_string_equal(dump.source[1].label, "PV Default");
    assert_string_equal(names_of(&dump.source[0].set.fs), "sse sse2 sse3 lm");
    assert_int_equal(dump.source[0].set.known, 7); /* that Xen knows three words */
    refuses("nr_features: 3\nDynamic sets:\n", "it has no dynamic sets");
}

static void featuresets_by_the_line(void **state)
{
    parse("# our pool\nhost1 06000000-00000001\nhost2: 02000000:00000000\n06000000:00000000\n");
    assert_int_equal(dump.n, 3);
    assert_string_equal(dump.source[0].label, "host1");
    assert_string_equal(dump.source[1].label, "host2");
    assert_string_equal(dump.source[2].label, "line 4");
    assert_string_equal(names_of(&dump.source[0].set.fs), "sse sse2 sse3");
    refuses("host1 06000000\n", "dump:1:7: a featureset has several words");
    refuses("host1 06000000:zz\n", "dump:1:16: up to eight hex digits were expected here");
    refuses("host1 1:2-3\n", "dump:1:10: words of a featureset are divided");
    refuses("host1 123456789:2\n", "dump:1:7: up to eight hex digits");
    refuses("# nothing\n", "there is no CPUID in it");
}

static void hex_there_and_back(void **state)
{
    uint32_t seed = 3;

    for (int i = 0; i < 500; i++) {
        struct xd_cpuid_set s = {.fs = random_set(&seed, 2)}, back;
        struct xd_buf b = XD_BUF_INIT;
        struct xd_err err = XD_ERR_INIT;
        int column;

        for (int w = XD_CPUID_XEN_WORDS; w < XD_CPUID_WORDS; w++)
            s.fs.w[w] = 0;
        xd_cpuid_hex_format(&s, i % 2 ? ':' : '-', &b);
        assert_int_equal(xd_cpuid_hex_parse(b.s, b.len, &back, &column, &err), 0);
        assert_true(xd_fs_equal(&s.fs, &back.fs));
        xd_buf_done(&b);
    }
}

static void records_of_a_saved_domain(void **state)
{
    static const uint8_t leaf[24] = {
        [0] = 1, [4] = 0xff, [5] = 0xff, [6] = 0xff, [7] = 0xff, [16] = 1 /* ecx: sse3 */};
    static const uint8_t msr[16] = {[0] = 0x0a, [1] = 0x01, [8] = 1};
    struct xd_cpuid_leaves l;
    struct xd_cpuid_set s;
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_cpuid_policy_records(leaf, 24, msr, 16, &arena, &l, &err), 0);
    xd_cpuid_leaves_to_set(&l, &s);
    assert_string_equal(names_of(&s.fs), "sse3 rdcl-no");
    assert_int_equal(xd_cpuid_policy_records(leaf, 23, msr, 16, &arena, &l, &err), -EINVAL);
    assert_int_equal(xd_cpuid_policy_records(leaf, 24, msr, 15, &arena, &l, &err), -EINVAL);
}

static size_t put_record(uint8_t *p, uint8_t type, const void *body, uint8_t len)
{
    memset(p, 0, 8);
    p[0] = type;
    p[4] = len;
    memcpy(p + 8, body, len);
    return 8 + (((size_t)len + 7) & ~(size_t)7);
}

/* As xl saves it: its own header, then libxc's image, whose first records have the policy. */
static void a_saved_domain(void **state)
{
    static const uint8_t leaf[24] = {
        [0] = 1, [4] = 0xff, [5] = 0xff, [6] = 0xff, [7] = 0xff, [16] = 1 /* ecx: sse3 */};
    static const uint8_t msr[16] = {[0] = 0x0a, [1] = 0x01, [8] = 1};
    uint8_t image[512] = "Xen saved domain, xl format\n \0 \r";
    struct xd_err err = XD_ERR_INIT;
    size_t n = 64;

    memset(image + n, 0xff, 8);
    memcpy(image + n + 8, "XENF\0\0\0\3", 8);
    n += 40;
    n += put_record(image + n, 0x11, leaf, sizeof(leaf));
    n += put_record(image + n, 0x12, msr, sizeof(msr));
    n += put_record(image + n, 0x10, "", 0);
    if (xd_cpuid_dump_parse("web1.save", (char *)image, n, &arena, &dump, &err) < 0)
        fail_msg("%s", xd_err_text(&err));
    assert_string_equal(dump.format, "saved domain");
    assert_string_equal(names_of(&dump.source->set.fs), "sse3 rdcl-no");
    assert_true(dump.source->set.known & 1);
    assert_int_equal(
        xd_cpuid_dump_parse("web1.save", (char *)image, 64 + 40 + 20, &arena, &dump, &err),
        -EINVAL);
    assert_non_null(strstr(xd_err_text(&err), "a record of type 0x11 is cut off at byte 112"));
    image[64 + 40] = 0x7f; /* some other record in its place */
    assert_int_equal(xd_cpuid_dump_parse("web1.save", (char *)image, n, &arena, &dump, &err),
                     -EINVAL);
    assert_non_null(strstr(xd_err_text(&err), "has no CPU policy in it"));
}

/* On this very machine: what the instruction says is what our set says. */
static void this_machine(void **state)
{
    struct xd_cpuid_leaves l;
    struct xd_cpuid_set s;
    struct xd_err err = XD_ERR_INIT;

    if (xd_cpuid_native(&arena, &l, &err) == -ENOTSUP)
        skip();
    xd_cpuid_leaves_to_set(&l, &s);
#if defined(__x86_64__)
    assert_true(xd_fs_has(&s.fs, bit("lm")));
    assert_true(xd_fs_has(&s.fs, bit("sse2")));
    assert_int_equal(xd_fs_has(&s.fs, bit("avx2")), __builtin_cpu_supports("avx2") != 0);
#endif
}

static int done(void **state)
{
    xd_arena_done(&arena);
    return free_db(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_leaves),
        cmocka_unit_test(raw_leaves_that_are_broken),
        cmocka_unit_test(policies),
        cmocka_unit_test(featuresets_of_xen_cpuid),
        cmocka_unit_test(featuresets_by_the_line),
        cmocka_unit_test(hex_there_and_back),
        cmocka_unit_test(records_of_a_saved_domain),
        cmocka_unit_test(a_saved_domain),
        cmocka_unit_test(this_machine),
    };

    return cmocka_run_group_tests(tests, load_db, done);
}
