/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Doing without libxl until it is needed: what is loaded late is there, and what stands in for
 * libxl says what libxl says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define XD_LATE_ITSELF /* libxl's own functions are asked, by linking with it */
#include "backend_libxl/late.h"
#include "backend_libxl/text.h"

static void all_that_is_listed_can_be_had(void **state)
{
    for (int i = XD_XL_XENLIGHT; i <= XD_XL_XENGUEST; i++) {
        struct xd_err err = XD_ERR_INIT;

        if (xd_xl_need((enum xd_xl_library)i, &err) != 0)
            fail_msg("%s", err.text);
    }
    assert_ptr_equal(xd_xl_xenlight_table()->libxl_ctx_alloc, libxl_ctx_alloc);
}

static void same(const char *ours, const char *theirs)
{
    if (!theirs)
        assert_null(ours);
    else
        assert_string_equal(ours, theirs);
}

static void numbers_have_libxls_names(void **state)
{
    for (int i = 1; i < 20; i++) /* its 0 is "unknown", which Xen never says */
        same(xd_xl_sched_name(i), libxl_scheduler_to_string((libxl_scheduler)i));
    for (unsigned i = 0; i < 20; i++)
        same(xd_xl_reason_name(i), libxl_shutdown_reason_to_string((libxl_shutdown_reason)i));
    assert_null(xd_xl_sched_name(-1));
}

static void types_are_written_as_libxl_does(void **state)
{
    assert_int_equal(xd_xl_stored_type(libxl_domain_type_to_string(LIBXL_DOMAIN_TYPE_PVH)),
                     XD_TYPE_PVH);
    assert_int_equal(xd_xl_stored_type(libxl_domain_type_to_string(LIBXL_DOMAIN_TYPE_HVM)),
                     XD_TYPE_HVM);
    assert_int_equal(xd_xl_stored_type("xenix"), -1);
    assert_int_equal(xd_xl_stored_type(NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_listed_can_be_had),
        cmocka_unit_test(numbers_have_libxls_names),
        cmocka_unit_test(types_are_written_as_libxl_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
