/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen/cpuid/decode: what leaves say besides features, of processors whose answers are known. */
#include "cpuid_help.h"

#include "xen/cpuid/decode.h"

static struct xd_arena arena;
static struct xd_cpuid_leaves l;
static struct xd_cpuid_about about;

static void leaf(uint32_t n, uint32_t sub, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    xd_cpuid_leaves_add(&l, &arena, (struct xd_cpuid_leaf){n, sub, {a, b, c, d}});
}

static int setup(void **state)
{
    memset(&l, 0, sizeof(l));
    return 0;
}

static void an_intel_xeon(void **state)
{
    leaf(0, 0, 0x20, 0x756e6547, 0x6c65746e, 0x49656e69);
    leaf(1, 0, 0x000c06f2, 0x01020800, 0xfffa3203, 0x1f8bfbff);
    leaf(4, 0, 0x04000121, 0x02c0003f, 0x0000003f, 0);
    leaf(4, 1, 0x04000122, 0x01c0003f, 0x0000003f, 0);
    leaf(4, 2, 0x04000143, 0x03c0003f, 0x000007ff, 0);
    leaf(4, 3, 0x04004163, 0x04c0003f, 0x0003bfff, 4);
    leaf(4, 4, 0, 0, 0, 0);
    leaf(0xb, 0, 1, 2, 0x100, 1);
    leaf(0xb, 1, 5, 16, 0x201, 1);
    leaf(0xb, 2, 0, 0, 2, 1);
    leaf(0xd, 0, 0x000602e7, 0x2b00, 0x2b00, 0);
    leaf(0x80000000, 0, 0x80000008, 0, 0, 0);
    leaf(0x80000008, 0, 0x0030392e, 0, 0, 0);
    xd_cpuid_about(&l, &about);
    assert_string_equal(about.vendor, "GenuineIntel");
    assert_int_equal(about.maker, XD_VENDOR_INTEL);
    assert_int_equal(about.family, 6);
    assert_int_equal(about.model, 207);
    assert_int_equal(about.stepping, 2);
    assert_int_equal(about.physical_bits, 46);
    assert_int_equal(about.virtual_bits, 57);
    assert_int_equal(about.threads_per_core, 2);
    assert_int_equal(about.threads, 16);
    assert_int_equal(about.xstates, 0x602e7);
    assert_int_equal(about.n_caches, 4);
    assert_int_equal(about.cache[0].bytes, 48 << 10);
    assert_int_equal(about.cache[0].kind, 'd');
    assert_int_equal(about.cache[0].ways, 12);
    assert_int_equal(about.cache[1].kind, 'i');
    assert_int_equal(about.cache[2].bytes, 2 << 20);
    assert_int_equal(about.cache[3].level, 3);
    assert_int_equal(about.cache[3].bytes, 300 << 20);
    assert_string_equal(about.brand, ""); /* its leaves aren't there */
    assert_string_equal(about.hypervisor, "");
}

static void an_amd_epyc_under_xen(void **state)
{
    leaf(0, 0, 0x10, 0x68747541, 0x444d4163, 0x69746e65);
    leaf(1, 0, 0x00a00f11, 0, 0x80000000, 0);
    leaf(0x8000001d, 0, 0x00004121, 0x01c0003f, 0x3f, 0);
    leaf(0x40000000, 0, 0x40000005, 0x566e6558, 0x65584d4d, 0x4d4d566e);
    leaf(0x40000001, 0, 0x00040011, 0, 0, 0);
    xd_cpuid_about(&l, &about);
    assert_int_equal(about.maker, XD_VENDOR_AMD);
    assert_int_equal(about.family, 25);
    assert_int_equal(about.model, 1);
    assert_int_equal(about.stepping, 1);
    assert_int_equal(about.n_caches, 1);
    assert_int_equal(about.cache[0].bytes, 32 << 10);
    assert_string_equal(about.hypervisor, "XenVMMXenVMM");
    assert_true(about.has_xen_version);
    assert_int_equal(about.xen_major, 4);
    assert_int_equal(about.xen_minor, 17);
}

/* With Viridian extensions Windows sees Microsoft's leaves first, and Xen's behind them. */
static void xen_behind_viridian(void **state)
{
    leaf(0x40000000, 0, 0x40000006, 0x7263694d, 0x666f736f, 0x76482074);
    leaf(0x40000100, 0, 0x40000105, 0x566e6558, 0x65584d4d, 0x4d4d566e);
    leaf(0x40000101, 0, 0x00040012, 0, 0, 0);
    xd_cpuid_about(&l, &about);
    assert_string_equal(about.hypervisor, "XenVMMXenVMM");
    assert_int_equal(about.xen_minor, 18);
}

/* A guest's processor may call itself anything. */
static void hostile_names(void **state)
{
    leaf(0, 0, 0, 0x4a325b1b, 0x4a325b1b, 0x4a325b1b); /* ESC[2J thrice */
    for (uint32_t i = 0; i < 3; i++)
        leaf(0x80000002 + i, 0, 0x1b1b1b1b, 0x41414141, 0x20202020, 0x9b9b9b9b);
    xd_cpuid_about(&l, &about);
    assert_null(strchr(about.vendor, '\x1b'));
    assert_null(strchr(about.brand, '\x1b'));
    assert_int_equal(about.maker, XD_VENDOR_ANY);
    assert_int_equal(about.n_caches, 0);
}

static int done(void **state)
{
    xd_arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_intel_xeon, setup),
        cmocka_unit_test_setup(an_amd_epyc_under_xen, setup),
        cmocka_unit_test_setup(xen_behind_viridian, setup),
        cmocka_unit_test_setup(hostile_names, setup),
    };

    (void)load_db;
    (void)free_db;
    return cmocka_run_group_tests(tests, NULL, done);
}
