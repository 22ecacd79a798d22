/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program in the foreground of our terminal: see hand_over.h. It gets a process group of its own,
 * as a shell would give it, so that its signals and ours don't meet. */
#include "tui/hand_over.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/terminal.h"

#define LOOK_MS 500 /* how often to look whether it was stopped: nothing wakes us then */

struct guest {
    struct xd_app *app;
    struct xd_term *term;
    pid_t pid;
    pid_t before; /* the process group that had the terminal: ours */
    int signal;   /* that asked us to end */
};

/* A process in the background that touches the terminal is stopped by SIGTTOU, unless it blocks
 * that. */
static void foreground(pid_t group)
{
    sigset_t ttou, before;

    sigemptyset(&ttou);
    sigaddset(&ttou, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &ttou, &before);
    tcsetpgrp(STDIN_FILENO, group);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* In the child, where only async-signal-safe functions may be called. */
static void become(char **argv, int tell)
{
    sigset_t none;
    int rc;

    setpgid(0, 0);
    foreground(getpid());
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(argv[0], argv);
    rc = errno;
    if (write(tell, &rc, sizeof(rc)) < 0)
        _exit(126);
    _exit(127);
}

/* 0 once the program runs; -errno: why it doesn't. */
static int start(struct guest *g, char **argv)
{
    int ends[2], rc = 0;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    g->before = tcgetpgrp(STDIN_FILENO);
    g->pid = fork();
    if (g->pid == 0)
        become(argv, ends[1]);
    close(ends[1]);
    if (g->pid < 0) {
        rc = -errno;
    } else {
        setpgid(g->pid, g->pid); /* whoever comes first: both do it */
        foreground(g->pid);
        if (read(ends[0], &rc, sizeof(rc)) == (ssize_t)sizeof(rc)) {
            waitpid(g->pid, NULL, 0);
            rc = -rc;
        } else {
            rc = 0;
        }
    }
    close(ends[0]);
    return rc;
}

/* One round of the console's life without a screen. fd: something else to wait for, or -1. */
static bool live(struct guest *g, int fd)
{
    struct xd_session *s = g->app->session;
    struct pollfd fds[] = {
        {.fd = fd, .events = POLLIN},
        {.fd = xd_term_signal_fd(g->term), .events = POLLIN},
        {.fd = xd_session_fd(s), .events = POLLIN},
    };
    int ms = xd_session_timeout_ms(s);

    poll(fds, 3, ms < 0 || ms > LOOK_MS ? LOOK_MS : ms);
    if (fds[1].revents)
        g->signal = xd_term_signals(g->term);
    xd_session_dispatch(s);
    xd_app_update(g->app);
    return fds[0].revents != 0;
}

/* Until it ends; its status as waitpid tells it. A program that is stopped would keep the terminal
 * for ever: it is ended. */
static int wait_for(struct guest *g)
{
    int fd = (int)syscall(SYS_pidfd_open, g->pid, 0), status = 0;
    bool told = false;

    for (;;) {
        pid_t got = waitpid(g->pid, &status, WNOHANG | WUNTRACED);

        if (got < 0 || (got == g->pid && !WIFSTOPPED(status)))
            break;
        if ((got == g->pid || g->signal) && !told) {
            kill(-g->pid, SIGHUP);
            kill(-g->pid, SIGCONT);
            told = true;
        }
        live(g, fd);
    }
    if (fd >= 0)
        close(fd);
    return status;
}

/* What it said last should be read before the screen covers it. */
static void wait_for_enter(struct guest *g)
{
    char c = 0;

    while (!g->signal && c != '\n' && c != '\r')
        if (live(g, STDIN_FILENO) && read(STDIN_FILENO, &c, 1) <= 0)
            break;
}

static void tell_end(struct guest *g, const char *line, int status)
{
    char text[256];

    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        xd_app_say(g->app, XD_S_GOOD, "Back from %s", line);
        return;
    }
    if (WIFSIGNALED(status))
        snprintf(text, sizeof(text), "%s was ended by signal %d", line, WTERMSIG(status));
    else
        snprintf(text, sizeof(text), "%s ended with status %d", line, WEXITSTATUS(status));
    xd_app_say(g->app, XD_S_BAD, "%s", text);
    dprintf(STDOUT_FILENO, "\r\n[%s; Enter goes back to xendeck]", text);
    wait_for_enter(g);
}

int xd_hand_over(struct xd_app *a, struct xd_term *t, const char *line)
{
    struct guest g = {.app = a, .term = t};
    char *words = xd_strdup(line), *argv[XD_TERMINAL_WORDS];
    int status = 0, rc = -EINVAL;

    xd_term_leave(t);
    dprintf(STDOUT_FILENO, "[xendeck: %s]\r\n", line);
    if (xd_terminal_split(words, argv) > 0)
        rc = start(&g, argv);
    if (rc == 0)
        status = wait_for(&g);
    if (g.before > 0)
        foreground(g.before);
    if (rc < 0)
        xd_app_say(a, XD_S_BAD, "%s can't be started: %s", argv[0] ? argv[0] : line, strerror(-rc));
    else
        tell_end(&g, line, status);
    xd_term_resume(t);
    free(words);
    return g.signal;
}
