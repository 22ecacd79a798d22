/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line inside the program: what tests/cli can't order of a host or of an output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/cli.h"
#include "fake_backend.h"

/* Streams that a test reads, and what is to happen to the host once something was printed. */
struct line {
    char *out, *err;
    size_t out_len, err_len;
    const char *out_path; /* NULL: into `out` */
    void (*on_print)(void);
    FILE *sink;
};

static ssize_t print(void *cookie, const char *s, size_t n)
{
    struct line *l = cookie;

    if (l->on_print)
        l->on_print();
    return (ssize_t)fwrite(s, 1, n, l->sink);
}

/* Runs "xendeck WORDS…" on the fake host; returns the exit status. */
static int run(struct line *l, const char *words)
{
    static struct xd_log log;
    static struct xd_cli cli;
    char *storage, *argv[32];
    int argc, status;

    memset(&cli, 0, sizeof(cli));
    cli.log = &log;
    cli.builtin = fake_builtin;
    l->sink = open_memstream(&l->out, &l->out_len);
    cli.out = l->out_path ? fopen(l->out_path, "w")
                          : fopencookie(l, "w", (cookie_io_functions_t){.write = print});
    cli.err = open_memstream(&l->err, &l->err_len);
    argc = xd_command_split(words, &storage, argv, 31, NULL);
    argv[argc] = NULL;
    status = xd_cli_main(&cli, argc, argv);
    fclose(cli.out);
    fclose(cli.err);
    fclose(l->sink);
    free(storage);
    return status;
}

static void done(struct line *l)
{
    free(l->out);
    free(l->err);
    memset(l, 0, sizeof(*l));
}

static void output_that_cannot_be_written(void **state)
{
    struct line l = {.out_path = "/dev/full"};

    fake_reset();
    assert_int_equal(run(&l, "xendeck --host fake get domains -c name"), XD_EXIT_USAGE);
    assert_string_equal(l.err, "xendeck: standard output: No space left on device\n");
    done(&l);
    l.out_path = "/dev/full";
    assert_int_equal(run(&l, "xendeck --help"), XD_EXIT_USAGE);
    assert_string_equal(l.err, "xendeck: standard output: No space left on device\n");
    done(&l);
    /* The edit was done, and that is what its status says. */
    l.out_path = "/dev/full";
    assert_int_equal(run(&l, "xendeck --host fake --journal '' set web1 sched.cap=40 --yes"),
                     XD_EXIT_DONE);
    assert_string_equal(l.err, "xendeck: standard output: No space left on device\n");
    assert_int_equal(fake.d[1].cap, 40);
    done(&l);
}

static void what_is_not_known_is_no_misspelling(void **state)
{
    struct line l = {0};

    fake_reset();
    fake.d[1].cap_unknown = true;
    assert_int_equal(run(&l, "xendeck --host fake --journal '' set web1 sched.cap=40 --yes"),
                     XD_EXIT_REFUSED);
    assert_non_null(strstr(l.err, "what it is now is unknown"));
    done(&l);
    atomic_store(&fake.orders.domains_missing, true);
    assert_int_equal(run(&l, "xendeck --host fake --journal '' set web1 sched.cap=40 --yes"),
                     XD_EXIT_NO_SOURCE);
    assert_non_null(strstr(l.err, "web1 can't be looked up, domains are not known"));
    done(&l);
}

static void stop_answering(void)
{
    atomic_store(&fake.orders.collect_rc, -EIO);
}

/* An old sample is not given out as what is true now. */
static void time_of_what_is_old(void **state)
{
    struct line l = {.on_print = stop_answering};
    const char *first, *second;

    fake_reset();
    assert_int_equal(run(&l, "xendeck --host fake get host -c name -o json -w 1100ms -n 2"),
                     XD_EXIT_DONE);
    first = strstr(l.out, "\"time\":");
    assert_non_null(first);
    second = strstr(first + 1, "\"time\":");
    assert_non_null(second);
    assert_memory_equal(first, second, strlen("\"time\":\"2026-03-01T12:00:00Z\""));
    assert_non_null(strstr(second, "the fake host does not answer"));
    done(&l);
}

static void a_journal_is_no_csv(void **state)
{
    struct line l = {0};

    assert_int_equal(run(&l, "xendeck --journal /nonexistent/j journal -o csv"), XD_EXIT_USAGE);
    assert_string_equal(l.err, "xendeck: --output: the journal is a table or json\n");
    done(&l);
}

/* A knob of the vCPUs can be set on their domain, so it is listed there. */
static void what_can_be_edited(void **state)
{
    struct line l = {0};

    fake_reset();
    assert_int_equal(run(&l, "xendeck --host fake --journal '' set web1"), XD_EXIT_DONE);
    assert_non_null(strstr(l.out, "sched.cap            none"));
    assert_non_null(strstr(l.out, "vcpu.affinity        vcpus"));
    done(&l);
    assert_int_equal(run(&l, "xendeck --host fake --journal '' set vcpu/web1/0"), XD_EXIT_DONE);
    assert_non_null(strstr(l.out, "vcpu.affinity        0-7"));
    assert_null(strstr(l.out, "sched.cap"));
    done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_that_cannot_be_written),
        cmocka_unit_test(what_is_not_known_is_no_misspelling),
        cmocka_unit_test(time_of_what_is_old),
        cmocka_unit_test(a_journal_is_no_csv),
        cmocka_unit_test(what_can_be_edited),
    };

    setenv("XENDECK_MODULES", "/nonexistent", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
