/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon answers, to whom, and what it tells its manager. */
#include "runner_help.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "budgets/notify.h"
#include "budgets/server.h"
#include "policies/wire.h"

static int reload(void *arg, struct xd_err *err)
{
    return ++*(int *)arg > 1 ? xd_err_set(err, -EINVAL, "p.yaml:3:1: wrong") : 0;
}

/* One question put to the daemon; the answer is of static storage. */
static const char *ask(struct bench *b, const char *line, bool may_change)
{
    static struct xd_buf out;
    static int reloads;
    struct xd_server_config c = {"", &b->r, &b->log, reload, &reloads};

    if (!line) {
        xd_buf_done(&out);
        reloads = 0;
        return NULL;
    }
    xd_buf_clear(&out);
    xd_server_answer(&c, line, strlen(line), may_change, "uid 7", &out);
    assert_true(out.len && out.s[out.len - 1] == '\n');
    return out.s;
}

#define says(b, line, may_change, text)                                                            \
    do {                                                                                           \
        const char *answer_ = ask(b, line, may_change);                                            \
        if (!strstr(answer_, text))                                                                \
            fail_msg("%s: %s", line, answer_);                                                     \
    } while (0)

static void test_questions_are_answered(void **state)
{
    struct bench b;

    bench_open(&b, BURST);
    says(&b, "{\"ask\":\"status\"}", false, "\"ticks\":0,");
    go(&b, 9 * S);
    says(&b, "{\"ask\":\"status\"}", false, "\"policy\":\"burst\",\"file\":\"p.yaml\"");
    says(&b, "{\"ask\":\"status\"}", false, "\"domains\":4,");
    says(&b, "{\"ask\":\"explain\",\"domain\":\"spin1\"}", false,
         "sched.cap 20 (by itself none): rule burst");
    says(&b, "{\"ask\":\"explain\",\"domain\":\"x\"}", false, "\"ok\":false,\"code\":2");
    says(&b, "{\"ask\":\"explain\"}", false, "domain is missing");
    says(&b, "{\"ask\":\"dance\"}", false, "\"code\":22");
    says(&b, "{\"ask\":", false, "\"code\":22");
    says(&b, "", false, "\"ok\":false");
    ask(&b, NULL, false);
    bench_close(&b);
}

static void test_who_may_change_what(void **state)
{
    static const char *const changes[] = {
        "{\"ask\":\"pause\"}", "{\"ask\":\"resume\"}", "{\"ask\":\"reload\"}",
        "{\"ask\":\"budget\",\"rule\":\"burst\",\"cpu_ns\":9000000000}"};
    struct bench b;

    bench_open(&b, BURST);
    go(&b, 9 * S);
    for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
        says(&b, changes[i], false, "\"code\":1,\"error\":\"only root");
        assert_string_equal(ask(&b, changes[i], true), "{\"ok\":true}\n");
    }
    assert_true(logged(&b, "uid 7 asked for {\"ask\":\"pause\"}, in vain"));
    says(&b, "{\"ask\":\"reload\"}", true, "p.yaml:3:1: wrong");
    says(&b, "{\"ask\":\"pause\",\"domain\":\"spin2\",\"how\":\"restore\"}", true, "true");
    says(&b, "{\"ask\":\"status\"}", false, "\"paused_domains\":[\"spin2\"]");
    says(&b, "{\"ask\":\"explain\",\"domain\":\"spin2\"}", false, "paused: its knobs are as they");
    says(&b, "{\"ask\":\"pause\"}", true, "true");
    says(&b, "{\"ask\":\"resume\",\"domain\":\"spin1\"}", true,
         "\"code\":1,\"error\":\"spin1: all of policy burst is paused");
    says(&b, "{\"ask\":\"budget\",\"rule\":\"burst\",\"cap\":-3}", true, "whole numbers");
    ask(&b, NULL, false);
    bench_close(&b);
}

/* --- over the socket --- */

static void serve(struct xd_server *s)
{
    struct pollfd fds[XD_SERVER_FDS];
    size_t n = xd_server_fds(s, fds);

    poll(fds, n, 100);
    xd_server_serve(s, fds, n);
}

static int dial(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

    strcpy(to.sun_path, path);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

/* What comes back; "" where it was hung up on. */
static char *hear(struct xd_server *s, int fd, char text[4096])
{
    ssize_t n = -1;

    for (int i = 0; n < 0 && i < 100; i++) {
        serve(s);
        n = recv(fd, text, 4095, MSG_DONTWAIT);
    }
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void test_the_socket(void **state)
{
    static char flood[3 * XD_WIRE_ASK_MAX];
    struct xd_err err = XD_ERR_INIT;
    struct xd_server *s;
    struct bench b;
    struct stat st;
    char path[96], text[4096];
    int fd, many[XD_SERVER_CLIENTS + 3];

    bench_open(&b, BURST);
    go(&b, 2 * S);
    snprintf(path, sizeof(path), "%s/socket", b.dir);
    assert_int_equal(
        xd_server_open(&(struct xd_server_config){path, &b.r, &b.log, NULL, NULL}, &s, &err), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);
    /* A question in pieces, and two at once. */
    fd = dial(path);
    assert_int_equal(send(fd, "{\"ask\":\"sta", 11, 0), 11);
    serve(s);
    serve(s);
    assert_int_equal(send(fd, "tus\"}\n", 6, 0), 6);
    assert_non_null(strstr(hear(s, fd, text), "\"policy\":\"burst\""));
    assert_int_equal(send(fd, "{\"ask\":\"pause\"}\n{\"ask\":\"resume\"}\n", 33, 0), 33);
    assert_string_equal(hear(s, fd, text), "{\"ok\":true}\n{\"ok\":true}\n");
    close(fd);
    /* A line without an end. */
    fd = dial(path);
    memset(flood, 'x', sizeof(flood));
    assert_true(send(fd, flood, sizeof(flood), 0) > 0);
    assert_string_equal(hear(s, fd, text), "");
    close(fd);
    /* More than there is room for: the newest is served. */
    for (size_t i = 0; i < XD_SERVER_CLIENTS + 3; i++) {
        many[i] = dial(path);
        serve(s);
    }
    fd = many[XD_SERVER_CLIENTS + 2];
    assert_int_equal(send(fd, "{\"ask\":\"status\"}\n", 17, 0), 17);
    assert_non_null(strstr(hear(s, fd, text), "\"ok\":true"));
    for (size_t i = 0; i < XD_SERVER_CLIENTS + 3; i++)
        close(many[i]);
    for (size_t i = 0; i < 5; i++)
        serve(s);
    xd_server_close(s);
    assert_int_equal(stat(path, &st), -1);
    assert_int_equal(xd_wire_ask_daemon(path, &(struct xd_wire_ask){XD_WIRE_STATUS}, S,
                                        &(struct xd_buf)XD_BUF_INIT, &err),
                     -ENODEV);
    bench_close(&b);
}

/* What stands in its place and isn't a dead daemon's socket stays. */
static void test_a_file_of_that_name_stays(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_server *s;
    struct bench b;
    struct stat st;
    char path[96];
    int fd;

    bench_open(&b, BURST);
    snprintf(path, sizeof(path), "%s/precious", b.dir);
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(
        xd_server_open(&(struct xd_server_config){path, &b.r, &b.log, NULL, NULL}, &s, &err),
        -EADDRINUSE);
    assert_non_null(strstr(err.text, path));
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISREG(st.st_mode));
    bench_close(&b);
}

/* It isn't that there is none: one that hangs takes nobody in any more. */
static void test_a_daemon_that_hangs(void **state)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char dir[] = "/tmp/xendeck-hangs-XXXXXX";
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_non_null(mkdtemp(dir));
    snprintf(at.sun_path, sizeof(at.sun_path), "%s/socket", dir);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(fd, 1), 0);
    for (int i = 0; i < 5; i++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_buf out = XD_BUF_INIT;

        assert_int_equal(
            xd_wire_ask_daemon(at.sun_path, &(struct xd_wire_ask){XD_WIRE_STATUS}, 1, &out, &err),
            -ETIMEDOUT);
        assert_non_null(strstr(err.text, "the daemon doesn't answer"));
        xd_buf_done(&out);
    }
    close(fd);
    remove_dir(dir);
}

/* --- its manager --- */

static void test_notify(void **state)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char dir[] = "/tmp/xendeck-notify-XXXXXX", text[256] = "";
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    xd_notify("READY=1"); /* to nobody */
    assert_non_null(mkdtemp(dir));
    snprintf(at.sun_path, sizeof(at.sun_path), "%s/n", dir);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    setenv("NOTIFY_SOCKET", at.sun_path, 1);
    xd_notify("READY=1\nSTATUS=policy %s", "p");
    assert_true(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT) > 0);
    assert_string_equal(text, "READY=1\nSTATUS=policy p");
    unsetenv("NOTIFY_SOCKET");
    assert_int_equal(xd_notify_watchdog_ns(), 0);
    setenv("WATCHDOG_USEC", "60000000", 1);
    assert_int_equal(xd_notify_watchdog_ns(), 30 * S);
    setenv("WATCHDOG_PID", "1", 1); /* somebody else's */
    assert_int_equal(xd_notify_watchdog_ns(), 0);
    unsetenv("WATCHDOG_PID");
    setenv("WATCHDOG_USEC", "soon", 1);
    assert_int_equal(xd_notify_watchdog_ns(), 0);
    unsetenv("WATCHDOG_USEC");
    close(fd);
    remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions_are_answered),
        cmocka_unit_test(test_who_may_change_what),
        cmocka_unit_test(test_the_socket),
        cmocka_unit_test(test_a_file_of_that_name_stays),
        cmocka_unit_test(test_a_daemon_that_hangs),
        cmocka_unit_test(test_notify),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
