/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipmitool as backends ask it: nobody waits for it, its answer is told with its age, one that hangs
 * is ended. Programs of the test's own stand in for it; time is told, not measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <poll.h>
#include <sys/stat.h>

#include <cmocka.h>

/* They are linked into modules only. */
#include "../../backends/shared/ipmi.c"

#define S XD_NS_PER_S

static char path[] = "/tmp/xendeck-ipmi-XXXXXX";

static void write_program(const char *body)
{
    FILE *f;

    if (strstr(path, "XXXXXX"))
        close(mkstemp(path));
    f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n%s\n", body);
    fclose(f);
    assert_int_equal(chmod(path, 0700), 0);
}

static const struct xd_reading *look(struct xd_ipmi *i, int64_t now_ns, struct xd_arena *a)
{
    struct xd_readings l = {.a = a};

    xd_ipmi_read(i, now_ns, &l);
    return l.n ? &l.r[0] : NULL;
}

/* Until it has said what it has to say, which is soon, but not at once. */
static void wait_for(const struct xd_ipmi *i)
{
    struct pollfd p = {.fd = i->fd, .events = POLLIN};

    assert_true(i->fd >= 0);
    do {
        assert_int_equal(poll(&p, 1, 60000), 1);
    } while (!(p.revents & POLLHUP));
}

static void an_answer_is_told_with_its_age(void **state)
{
    struct xd_ipmi i = {.fd = -1, .device = "/dev/null", .program = path};
    struct xd_arena a = XD_ARENA_INIT;
    const struct xd_reading *r;

    write_program("echo '    Instantaneous power reading:                   220 Watts'");
    r = look(&i, 1 * S, &a);
    assert_string_equal(r->name, "ipmi/dcmi");
    assert_false(r->has_watts);
    assert_string_equal(r->trouble, "ipmitool was asked and hasn't answered yet");
    wait_for(&i);
    r = look(&i, 2 * S, &a);
    assert_true(r->has_watts && r->watts == 220 && r->age_ns == 0 && !r->trouble);
    r = look(&i, 4 * S, &a);
    assert_true(r->has_watts && r->age_ns == 2 * S);
    assert_true(i.fd < 0); /* not asked again so soon */
    write_program("echo 'DCMI request failed'");
    r = look(&i, 7 * S, &a);
    wait_for(&i);
    r = look(&i, 8 * S, &a);
    assert_true(r->has_watts && r->age_ns == 6 * S); /* for a while the old one is good enough */
    r = look(&i, 40 * S, &a);
    assert_false(r->has_watts);
    assert_non_null(strstr(r->trouble, "tells no power"));
    xd_ipmi_stop(&i);
    xd_arena_done(&a);
}

static void one_that_hangs_is_ended(void **state)
{
    struct xd_ipmi i = {.fd = -1, .device = "/dev/null", .program = path};
    struct xd_arena a = XD_ARENA_INIT;
    const struct xd_reading *r;
    pid_t pid;

    write_program("exec sleep 1000");
    look(&i, 1 * S, &a);
    pid = i.pid;
    assert_true(pid > 0);
    look(&i, 10 * S, &a);
    assert_int_equal(i.pid, pid);
    r = look(&i, 12 * S, &a);
    assert_string_equal(r->trouble, "ipmitool gave no answer in 10 s");
    for (int n = 0; kill(pid, 0) == 0 && n < 6000; n++) {
        usleep(10000);
        reap(&i);
    }
    assert_int_not_equal(i.pid, pid); /* dead and reaped; or another one was asked */
    i.pid = i.fd >= 0 ? i.pid : 0;
    xd_ipmi_stop(&i);
    xd_arena_done(&a);
}

static void one_whose_device_goes_is_ended(void **state)
{
    struct xd_ipmi i = {.fd = -1, .device = "/dev/null", .program = path};
    struct xd_arena a = XD_ARENA_INIT;

    write_program("exec sleep 1000");
    look(&i, 1 * S, &a);
    assert_true(i.pid > 0);
    i.device = "/nonexistent";
    for (int n = 0; (n == 0 || i.pid > 0) && n < 6000; n++) {
        assert_null(look(&i, 2 * S, &a));
        assert_true(i.fd < 0);
        usleep(10000);
    }
    assert_int_equal(i.pid, 0);
    xd_arena_done(&a);
}

static void a_machine_without(void **state)
{
    struct xd_ipmi none = {.fd = -1, .device = "/nonexistent", .program = path};
    struct xd_ipmi no_tool = {.fd = -1, .device = "/dev/null", .program = "/nonexistent"};
    struct xd_arena a = XD_ARENA_INIT;

    assert_null(look(&none, S, &a));
    assert_true(none.pid == 0 && none.asked_ns == 0); /* nothing was started */
    assert_string_equal(look(&no_tool, S, &a)->trouble,
                        "there is a BMC, but ipmitool is not installed");
    xd_arena_done(&a);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_told_with_its_age),
        cmocka_unit_test(one_that_hangs_is_ended),
        cmocka_unit_test(one_whose_device_goes_is_ended),
        cmocka_unit_test(a_machine_without),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
