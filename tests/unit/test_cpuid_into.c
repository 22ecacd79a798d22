/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen/cpuid/into and trial: a policy in a domain's configuration file, there and back, and the
 * configuration of a throw-away domain. */
#include "cpuid_help.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/slurp.h"
#include "xen/cpuid/into.h"
#include "xen/cpuid/trial.h"

static char dir[64], file[96], kept[128];
static struct xd_err err;

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void holds(const char *path, const char *wanted)
{
    struct xd_buf b = XD_BUF_INIT;

    assert_int_equal(xd_slurp(path, 65536, &b, NULL), 0);
    assert_string_equal(xd_buf_str(&b), wanted);
    xd_buf_done(&b);
}

static int begin(void **state)
{
    snprintf(dir, sizeof(dir), "/tmp/xendeck-into-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(file, sizeof(file), "%s/web1.cfg", dir);
    snprintf(kept, sizeof(kept), "%s.before", file);
    return 0;
}

static int end(void **state)
{
    xd_err_clear(&err);
    unlink(file);
    unlink(kept);
    return rmdir(dir);
}

/* What a diff of this change says. */
static void differs(const char *old, const char *setting, const char *wanted)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_cpuid_into p;

    write_file(file, old);
    assert_int_equal(xd_cpuid_into_plan(file, setting, &p, &err), 0);
    xd_cpuid_into_diff(&p, &b);
    assert_string_equal(xd_buf_str(&b), wanted);
    xd_buf_done(&b);
    xd_cpuid_into_done(&p);
}

static void what_changes_is_shown_with_its_lines(void **state)
{
    differs("name = \"web1\"\ncpuid = \"host,avx=0\"\nvcpus = 2\n", "cpuid = \"host,avx2=0\"",
            " 1 name = \"web1\"\n-2 cpuid = \"host,avx=0\"\n+2 cpuid = \"host,avx2=0\"\n");
    differs("name = \"web1\"\nvcpus = 2\n", "cpuid = \"host,avx2=0\"",
            " 2 vcpus = 2\n+3 cpuid = \"host,avx2=0\"\n");
    differs("vcpus = 2", "cpuid = \"host,avx2=0\"",
            "-1 vcpus = 2\n+1 vcpus = 2\n+2 cpuid = \"host,avx2=0\"\n"); /* its line had no end */
    differs("cpuid = \"host,avx=0\"\nvcpus = 2\n", "", "-1 cpuid = \"host,avx=0\"\n");
    differs("cpuid = [\n'1:eax=x',\n'2:eax=x' ]\nvcpus = 2\n", "cpuid = \"host,avx2=0\"",
            "-1 cpuid = [\n-2 '1:eax=x',\n-3 '2:eax=x' ]\n+1 cpuid = \"host,avx2=0\"\n");
    differs("", "cpuid = \"host,avx2=0\"", "+1 cpuid = \"host,avx2=0\"\n");
    differs("cpuid = \"host\"\n", "cpuid = \"host\"", "");
}

static void put(const char *setting)
{
    struct xd_cpuid_into p;

    assert_int_equal(xd_cpuid_into_plan(file, setting, &p, &err), 0);
    assert_int_equal(xd_cpuid_into_write(&p, &err), 0);
    xd_cpuid_into_done(&p);
}

static int put_back(void)
{
    struct xd_cpuid_into p;
    int rc;

    xd_err_clear(&err);
    rc = xd_cpuid_into_plan_back(file, &p, &err);
    if (rc == 0)
        rc = xd_cpuid_into_write(&p, &err);
    xd_cpuid_into_done(&p);
    return rc;
}

/* An undo, and the undo of that: the two files change places. */
static void there_and_back(void **state)
{
    static const char old[] = "name = \"web1\"\ncpuid = \"host,avx=0\" # why\n";
    static const char new[] = "name = \"web1\"\ncpuid = \"host,avx2=0\" # why\n";
    struct stat st;

    write_file(file, old);
    chmod(file, 0640);
    put("cpuid = \"host,avx2=0\"");
    holds(file, new);
    holds(kept, old);
    assert_int_equal(put_back(), 0);
    holds(file, old);
    holds(kept, new);
    assert_int_equal(put_back(), 0);
    holds(file, new);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

/* What its owner wrote meanwhile is not lost. */
static void others_work_is_kept(void **state)
{
    write_file(file, "vcpus = 2\n");
    put("cpuid = \"host,avx2=0\"");
    write_file(file, "vcpus = 4\ncpuid = \"host,avx2=0\"\n");
    assert_int_equal(put_back(), -ESTALE);
    assert_non_null(strstr(xd_err_text(&err), "differ in more than cpuid="));
    holds(file, "vcpus = 4\ncpuid = \"host,avx2=0\"\n");
    unlink(kept);
    assert_int_equal(put_back(), -ENOENT);
}

static void changed_between_plan_and_write(void **state)
{
    struct xd_cpuid_into p;

    write_file(file, "vcpus = 2\n");
    assert_int_equal(xd_cpuid_into_plan(file, "cpuid = \"host,avx2=0\"", &p, &err), 0);
    write_file(file, "vcpus = 12\n");
    assert_int_equal(xd_cpuid_into_write(&p, &err), -ESTALE);
    holds(file, "vcpus = 12\n");
    xd_cpuid_into_done(&p);
}

static void settings_and_their_values(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf b = XD_BUF_INIT;

    assert_int_equal(xd_cpuid_into_setting("host,avx2=0", &b, &err), 0);
    assert_string_equal(xd_buf_str(&b), "cpuid = \"host,avx2=0\"");
    assert_string_equal(xd_cpuid_into_value(xd_buf_str(&b), &a), "host,avx2=0");
    assert_string_equal(xd_cpuid_into_value("", &a), "host");
    assert_null(xd_cpuid_into_value("cpuid = [ \"1:eax=x\" ]", &a));
    assert_null(xd_cpuid_into_value("dom0-cpuid=no-avx", &a));
    xd_buf_clear(&b);
    assert_int_equal(xd_cpuid_into_setting("host", &b, &err), 0); /* that needs no line */
    assert_string_equal(xd_buf_str(&b), "");
    /* nothing gets out of the quotes */
    assert_int_equal(xd_cpuid_into_setting("host\"\nkernel=\"/x", &b, &err), -EINVAL);
    assert_int_equal(xd_cpuid_into_setting("host\n", &b, &err), -EINVAL);
    assert_int_equal(xd_cpuid_into_setting("", &b, &err), -EINVAL);
    xd_buf_done(&b);
    xd_arena_done(&a);
}

/* What overrules the file stands behind it; no two are called alike. */
static void a_throw_away_domain(void **state)
{
    struct xd_cpuid_trial one, two;
    struct xd_buf b = XD_BUF_INIT;
    const char *disk, *name;

    write_file(file, "name = \"web1\"\ndisk = [ '/dev/vg/web1,raw,xvda' ]\n");
    assert_int_equal(xd_cpuid_trial_begin(&one, &err), 0);
    assert_int_equal(xd_cpuid_trial_begin(&two, &err), 0);
    assert_string_not_equal(one.uuid, two.uuid);
    assert_int_equal(strlen(one.uuid), 36);
    assert_int_equal(one.uuid[14], '4');
    assert_int_equal(xd_cpuid_trial_text(&one, file, "cpuid = \"host,avx2=0\"", &b, &err), 0);
    disk = strstr(xd_buf_str(&b), "disk = []");
    name = strstr(xd_buf_str(&b), one.name);
    assert_true(disk && name && disk > strstr(b.s, "/dev/vg/web1"));
    assert_non_null(strstr(name, "cpuid = \"host,avx2=0\"\n"));
    xd_buf_clear(&b);
    assert_int_equal(xd_cpuid_trial_text(&one, "/nowhere/x.cfg", "", &b, &err), -ENOENT);
    xd_buf_done(&b);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(what_changes_is_shown_with_its_lines),
        T(there_and_back),
        T(others_work_is_kept),
        T(changed_between_plan_and_write),
        T(settings_and_their_values),
        T(a_throw_away_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
