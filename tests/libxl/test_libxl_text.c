/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Xen's numbers mean as letters, states, keys and sets. The expected letters are those of
 * xl_info.c in Xen's source. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "backend_libxl/text.h"

static void letters_are_those_of_xl_list(void **state)
{
    static const struct {
        unsigned flags, reason;
        const char *letters;
        enum xd_domain_state state;
    } rows[] = {
        {XD_XL_RUNNING, 0, "r-----", XD_STATE_RUNNING},
        {XD_XL_BLOCKED, 0, "-b----", XD_STATE_BLOCKED},
        {0, 0, "------", XD_STATE_RUNNING}, /* it waits for a pCPU */
        {XD_XL_BLOCKED | XD_XL_PAUSED, 0, "-bp---", XD_STATE_PAUSED},
        {XD_XL_RUNNING | XD_XL_PAUSED, 0, "r-p---", XD_STATE_PAUSED},
        {XD_XL_SHUTDOWN, 0, "---s--", XD_STATE_SHUTDOWN},
        {XD_XL_SHUTDOWN, 1, "---sr-", XD_STATE_SHUTDOWN},
        {XD_XL_SHUTDOWN, 2, "---ss-", XD_STATE_SHUTDOWN},
        {XD_XL_SHUTDOWN | XD_XL_PAUSED, XD_XL_REASON_CRASH, "--psc-", XD_STATE_CRASHED},
        {XD_XL_SHUTDOWN, 4, "---sw-", XD_STATE_SHUTDOWN},
        {XD_XL_SHUTDOWN, 5, "---sS-", XD_STATE_SHUTDOWN},
        {XD_XL_SHUTDOWN, 6, "---s?-", XD_STATE_SHUTDOWN},
        {XD_XL_SHUTDOWN, 255, "---s?-", XD_STATE_SHUTDOWN},
        {XD_XL_DYING | XD_XL_SHUTDOWN, 1, "---srd", XD_STATE_DYING},
        {XD_XL_DYING | XD_XL_PAUSED, 3, "--p--d", XD_STATE_DYING},
        /* a reason is one only of what has shut down */
        {XD_XL_RUNNING, XD_XL_REASON_CRASH, "r-----", XD_STATE_RUNNING},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[7];

        xd_xl_flags_text(rows[i].flags, rows[i].reason, text);
        assert_string_equal(text, rows[i].letters);
        assert_int_equal(xd_xl_state(rows[i].flags, rows[i].reason), rows[i].state);
    }
}

static void states_of_vcpus(void **state)
{
    assert_int_equal(xd_xl_vcpu_state(true, true, false, false), XD_VCPU_RUNNING);
    assert_int_equal(xd_xl_vcpu_state(true, false, true, false), XD_VCPU_IDLE);
    assert_int_equal(xd_xl_vcpu_state(true, false, false, false), XD_VCPU_RUNNING);
    assert_int_equal(xd_xl_vcpu_state(true, false, false, true), XD_VCPU_IDLE);
    assert_int_equal(xd_xl_vcpu_state(false, false, true, false), XD_VCPU_OFFLINE);
    assert_int_equal(xd_xl_vcpu_state(false, false, false, true), XD_VCPU_OFFLINE);
}

static void keys_are_read_as_they_are_written(void **state)
{
    static const uint8_t uuid[XD_XL_UUID_BYTES] = {0x26, 0x0b, 0x43, 0xbe, 0xec, 0xaa, 0x41, 0xcc,
                                                   0x90, 0xf6, 0x08, 0x16, 0x09, 0x0f, 0xf2, 0x33};
    uint8_t read[XD_XL_UUID_BYTES];
    char text[XD_XL_UUID_TEXT];
    int vcpu;

    xd_xl_uuid_text(uuid, text);
    assert_string_equal(text, "260b43be-ecaa-41cc-90f6-0816090ff233");
    assert_int_equal(xd_xl_key_parse(text, read, &vcpu), 0);
    assert_memory_equal(read, uuid, sizeof(uuid));
    assert_int_equal(vcpu, -1);
    memset(read, 0, sizeof(read));
    assert_int_equal(xd_xl_key_parse("260B43BE-ECAA-41CC-90F6-0816090FF233/17", read, &vcpu), 0);
    assert_memory_equal(read, uuid, sizeof(uuid));
    assert_int_equal(vcpu, 17);
}

static void what_is_no_key_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "web1",
        "260b43be-ecaa-41cc-90f6-0816090ff23",
        "260b43be-ecaa-41cc-90f6-0816090ff2333",
        "260b43beecaa41cc90f60816090ff233",
        "260b43be-ecaa-41cc-90f6-0816090ff23g",
        "260b43be-ecaa-41cc-90f6-0816090ff233/",
        "260b43be-ecaa-41cc-90f6-0816090ff233/x",
        "260b43be-ecaa-41cc-90f6-0816090ff233/-1",
        "260b43be-ecaa-41cc-90f6-0816090ff233/3/4",
        "260b43be-ecaa-41cc-90f6-0816090ff233/99999999999",
        "260b43be-ecaa-41cc-90f6-0816090ff233 ",
    };
    uint8_t uuid[XD_XL_UUID_BYTES];
    int vcpu;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(xd_xl_key_parse(wrong[i], uuid, &vcpu), -EINVAL);
}

static void maps_of_cpus(void **state)
{
    const uint8_t map[] = {0x05, 0x80, 0xff};
    uint8_t back[3];
    struct xd_cpuset set;

    xd_xl_set_from_map(&set, map, sizeof(map), 4096);
    assert_int_equal(xd_cpuset_count(&set), 11);
    assert_true(xd_cpuset_has(&set, 0) && xd_cpuset_has(&set, 2) && xd_cpuset_has(&set, 15));
    xd_xl_set_to_map(&set, back, sizeof(back));
    assert_memory_equal(back, map, sizeof(map));
    /* Only the pCPUs that there are; and a map too short for the set takes what it has room for. */
    xd_xl_set_from_map(&set, map, sizeof(map), 16);
    assert_int_equal(xd_cpuset_count(&set), 3);
    xd_cpuset_add(&set, 4000);
    memset(back, 0xaa, sizeof(back));
    xd_xl_set_to_map(&set, back, 1);
    assert_int_equal(back[0], 0x05);
    assert_int_equal(back[1], 0xaa);
}

static void the_essence_of_a_log_line(void **state)
{
    static const struct {
        const char *line, *essence;
    } rows[] = {
        {"libxl_sched.c:66:libxl__set_vcpuaffinity: Domain 3:Setting vcpu affinity",
         "Setting vcpu affinity"},
        {"libxl_mem.c:262:libxl_set_memory_target: memory_dynamic_max must be less",
         "memory_dynamic_max must be less"},
        {"Domain 12:Pausing domain", "Pausing domain"},
        {"Could not get number of cpus", "Could not get number of cpus"},
        {"a.c", "a.c"},
        {"a.c:12", "a.c:12"},
        {"Domain :x", "x"},
        {"Domain x:y", "Domain x:y"},
        {"", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(xd_xl_log_essence(rows[i].line), rows[i].essence);
}

static void values_of_proc_files(void **state)
{
    static const char text[] = "processor\t: 0\nmodel\t\t: 49\nmodel name\t: AMD EPYC\nflags :\n";
    char out[16];

    assert_true(xd_xl_proc_value(text, "model name", out, sizeof(out)));
    assert_string_equal(out, "AMD EPYC");
    assert_true(xd_xl_proc_value(text, "model", out, sizeof(out)));
    assert_string_equal(out, "49");
    assert_true(xd_xl_proc_value(text, "model name", out, 4));
    assert_string_equal(out, "AMD");
    assert_false(xd_xl_proc_value(text, "flags", out, sizeof(out)));
    assert_false(xd_xl_proc_value(text, "proc", out, sizeof(out)));
    assert_false(xd_xl_proc_value("", "model", out, sizeof(out)));
}

static void releases(void **state)
{
    assert_true(xd_xl_same_release("4.17.0", 4, 17));
    assert_true(xd_xl_same_release("4.17", 4, 17));
    assert_false(xd_xl_same_release("4.17.0", 4, 1));
    assert_false(xd_xl_same_release("4.1.7", 4, 17));
    assert_false(xd_xl_same_release("4.18.0", 4, 17));
}

static void paths_of_xenstore_are_parts_of_a_domain(void **state)
{
    static const struct {
        const char *path;
        unsigned parts;
        uint32_t domid;
    } rows[] = {
        {"/local/domain/5/name", XD_XL_NAME, 5},
        {"/local/domain/0/memory/target", XD_XL_TARGET, 0},
        {"/local/domain/32751/memory/static-max", XD_XL_MAX, 32751},
        {"/local/domain/7/memory/videoram", XD_XL_TARGET, 7},
        {"/local/domain/7/memory", XD_XL_TARGET | XD_XL_MAX, 7},
        {"/local/domain/7/data/os_name", XD_XL_GUEST, 7},
        {"/local/domain/7/data", XD_XL_GUEST, 7},
        {"/local/domain/7", XD_XL_NAME | XD_XL_GUEST | XD_XL_TARGET | XD_XL_MAX, 7},
        {"/local/domain/7/data/os_name/deeper", 0, 0},
        {"/local/domain/7/names", 0, 0},
        {"/local/domain/7/device/vif/0/state", 0, 0},
        {"/local/domain/7/", 0, 0},
        {"/local/domain/", 0, 0},
        {"/local/domain", 0, 0},
        {"/local/domain//name", 0, 0},
        {"/local/domain/7x/name", 0, 0},
        {"/local/domain/-1/name", 0, 0},
        {"/local/domain/4294967297/name", 0, 0},
        {"/local/domain/99999999999999999999999/name", 0, 0},
        {"/libxl/7/type", 0, 0},
        {"name", 0, 0},
        {"", 0, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t domid = 0;

        assert_int_equal(xd_xl_path_parts(rows[i].path, &domid), rows[i].parts);
        assert_int_equal(domid, rows[i].domid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_of_xenstore_are_parts_of_a_domain),
        cmocka_unit_test(letters_are_those_of_xl_list),
        cmocka_unit_test(states_of_vcpus),
        cmocka_unit_test(keys_are_read_as_they_are_written),
        cmocka_unit_test(what_is_no_key_is_refused),
        cmocka_unit_test(maps_of_cpus),
        cmocka_unit_test(the_essence_of_a_log_line),
        cmocka_unit_test(values_of_proc_files),
        cmocka_unit_test(releases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
