/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tui/term on its own, by way of termdemo: that the terminal is given back on every way out, stop
 * and go on, and where no console can be. */
#include <signal.h>
#include <unistd.h>

#include "term_help.h"

/* --- ways out --- */

static void keys_that_kill(void **state)
{
    static const struct {
        const char *key;
        int sig, status;
    } ways[] = {{"q", 0, 0},       {"x", 0, 3},       {"s", SIGSEGV, 0},   {"a", SIGABRT, 0},
                {"o", SIGSEGV, 0}, {"t", SIGSEGV, 0}, {"C-\\", SIGQUIT, 0}};

    for (size_t t = 0; t < N(terms); t += 5) { /* one with a second screen, one without */
        for (size_t i = 0; i < N(ways); i++) {
            struct xd_pty *p = start(terms[t], 80, 13);
            int status;

            wait_for(p, "key <>");
            assert_false(xd_pty_modes_restored(p));
            press(p, ways[i].key);
            status = xd_pty_wait_exit(p, LIMIT);
            if (ways[i].sig ? !WIFSIGNALED(status) || WTERMSIG(status) != ways[i].sig
                            : !WIFEXITED(status) || WEXITSTATUS(status) != ways[i].status)
                fail_msg("%s: key %s: status %x", terms[t], ways[i].key, status);
            assert_given_back(p);
            xd_pty_free(p);
        }
    }
}

static void signals_end_it_cleanly(void **state)
{
    static const int asked[] = {SIGTERM, SIGHUP, SIGINT};
    static const int deadly[] = {SIGSEGV, SIGABRT, SIGBUS,  SIGFPE,
                                 SIGILL,  SIGQUIT, SIGUSR1, SIGALRM};

    for (size_t i = 0; i < N(asked); i++) {
        struct xd_pty *p = start("xterm-256color", 80, 13);

        wait_for(p, "key <>");
        xd_pty_signal(p, asked[i]);
        assert_exits(p, 128 + asked[i]);
        wait_for(p, "termdemo ends with");
        xd_pty_free(p);
    }
    for (size_t i = 0; i < N(deadly); i++) {
        struct xd_pty *p = start("xterm-256color", 80, 13);
        int status;

        wait_for(p, "key <>");
        xd_pty_signal(p, deadly[i]);
        status = xd_pty_wait_exit(p, LIMIT);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), deadly[i]);
        assert_given_back(p);
        xd_pty_free(p);
    }
}

static void a_terminal_that_goes_away_ends_it(void **state)
{
    struct xd_pty *p = start("xterm-256color", 80, 13);
    int status;

    wait_for(p, "key <>");
    xd_pty_hangup(p);
    status = xd_pty_wait_exit(p, LIMIT);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGHUP);
    xd_pty_free(p);
}

/* A child that ends by exit() runs the same atexit handlers; the terminal is not its to restore. */
static void a_child_leaves_the_terminal_alone(void **state)
{
    struct xd_pty *p = start("xterm-256color", 80, 13);

    wait_for(p, "key <>");
    press(p, "c");
    wait_for(p, "key <c>");
    assert_true(xd_pty_second_screen(p));
    assert_false(xd_pty_modes_restored(p));
    press(p, "q");
    assert_exits(p, 0);
    xd_pty_free(p);
}

/* A line that takes nothing (Ctrl-S, a dead connection) must not hold the program up. */
static void a_stuck_line_holds_nothing_up(void **state)
{
    struct xd_pty *p = start("xterm-256color", 250, 80);
    double before;
    int status = 0;

    wait_for(p, "key <>");
    for (int i = 0; i < 200; i++) { /* far more than a pty holds, and nobody reads */
        press(p, "C-l");
        usleep(1000);
    }
    before = xd_pty_now_ms();
    xd_pty_signal(p, SIGTERM);
    while (waitpid(xd_pty_pid(p), &status, WNOHANG | WNOWAIT) == 0 &&
           xd_pty_now_ms() < before + LIMIT) {
        siginfo_t si = {0};

        waitid(P_PID, (id_t)xd_pty_pid(p), &si, WEXITED | WNOHANG | WNOWAIT);
        if (si.si_pid)
            break;
        usleep(5000);
    }
    assert_true(xd_pty_now_ms() - before < 5000);
    status = xd_pty_wait_exit(p, LIMIT);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGTERM);
    assert_true(xd_pty_modes_restored(p));
    xd_pty_free(p);
}

/* --- stop and go on --- */

static void suspend_and_return_under_a_shell(void **state)
{
    static const char *const argv[] = {"bash", "--norc", "--noprofile", "-i", NULL};
    static const char *const env[] = {"PS1=ready> ", "HISTFILE=", NULL};
    struct xd_pty *p = start_with("xterm-256color", 80, 13, argv, env);

    wait_for(p, "ready>");
    xd_pty_type(p, TERMDEMO "\r");
    wait_for(p, "key <>");
    for (int round = 0; round < 2; round++) {
        press(p, "C-z");
        wait_for(p, "Stopped");
        assert_false(xd_pty_second_screen(p));
        assert_true(xd_pty_cursor_shown(p));
        if (round)
            xd_pty_resize(p, 100, 13); /* meanwhile the window is changed */
        xd_pty_type(p, "echo $((6*7))ness\r");
        wait_for(p, "42ness"); /* modes that a shell can work with */
        xd_pty_type(p, "fg\r");
        wait_for(p, round ? "size 100x13" : "key <C-z>");
        assert_true(xd_pty_second_screen(p));
        press(p, "j");
        wait_for(p, "key <j>");
    }
    press(p, "q");
    wait_for(p, "termdemo ends with 0");
    xd_pty_type(p, "exit\r");
    xd_pty_wait_exit(p, LIMIT);
    assert_given_back(p);
    xd_pty_free(p);
}

/* From outside, with no chance to do anything before it. */
static void stop_and_continue_repaints(void **state)
{
    struct xd_pty *p = start("xterm-256color", 80, 13);

    wait_for(p, "key <>");
    xd_pty_signal(p, SIGSTOP);
    assert_true(xd_pty_wait_stopped(p, LIMIT));
    xd_pty_resize(p, 90, 13);
    xd_pty_signal(p, SIGCONT);
    wait_for(p, "size 90x13");
    press(p, "j");
    wait_for(p, "key <j>");
    assert_true(xd_pty_second_screen(p));
    press(p, "q");
    assert_exits(p, 0);
    xd_pty_free(p);
}

/* --- where no console can be --- */

static void sentences_where_no_console_can_be(void **state)
{
    static const struct {
        const char *term, *says;
        const char *argv[4];
    } cases[] = {
        {"dumb", "TERM=dumb can't address its cursor", {TERMDEMO, NULL}},
        {"nonsense", "TERM=nonsense is not in the terminfo database", {TERMDEMO, NULL}},
        {"", "TERM is not set", {TERMDEMO, NULL}},
        {"xterm", "standard input is none", {"sh", "-c", TERMDEMO " </dev/null", NULL}},
        {"xterm", "standard output is none", {"sh", "-c", TERMDEMO " | cat", NULL}},
    };

    for (size_t i = 0; i < N(cases); i++) {
        struct xd_pty *p = start_with(cases[i].term, 200, 13, cases[i].argv, NULL);

        wait_for(p, cases[i].says);
        wait_for(p, "xendeck get domains");
        xd_pty_wait_exit(p, LIMIT);
        assert_given_back(p);
        assert_false(xd_pty_sent(p, "\033"));
        xd_pty_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_kill),
        cmocka_unit_test(signals_end_it_cleanly),
        cmocka_unit_test(a_terminal_that_goes_away_ends_it),
        cmocka_unit_test(a_child_leaves_the_terminal_alone),
        cmocka_unit_test(a_stuck_line_holds_nothing_up),
        cmocka_unit_test(suspend_and_return_under_a_shell),
        cmocka_unit_test(stop_and_continue_repaints),
        cmocka_unit_test(sentences_where_no_console_can_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
