/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals of a full-screen program: see term_signal.h. */
#include "tui/term_signal.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* --- signals that are read --- */

static const int read_signals[] = {SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT};

int xd_signals_open(struct xd_signals *s, struct xd_err *err)
{
    sigset_t set;
    int rc;

    sigemptyset(&set);
    for (size_t i = 0; i < N(read_signals); i++)
        sigaddset(&set, read_signals[i]);
    pthread_sigmask(SIG_BLOCK, &set, &s->before);
    s->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (s->fd >= 0)
        return 0;
    rc = -errno;
    pthread_sigmask(SIG_SETMASK, &s->before, NULL);
    return xd_err_set(err, rc, "signals can't be read: %s", strerrordesc_np(-rc));
}

void xd_signals_close(struct xd_signals *s)
{
    if (s->fd < 0)
        return;
    /* What came too late to be read is taken away: the program is on its way out by itself, and
     * must not be killed by it the moment the mask goes. */
    while (xd_signals_next(s))
        ;
    close(s->fd);
    s->fd = -1;
    pthread_sigmask(SIG_SETMASK, &s->before, NULL);
}

int xd_signals_next(struct xd_signals *s)
{
    struct signalfd_siginfo si;

    return read(s->fd, &si, sizeof(si)) == (ssize_t)sizeof(si) ? (int)si.ssi_signo : 0;
}

void xd_signals_stop(void)
{
    const struct timespec now = {0, 0};
    struct sigaction plain = {.sa_handler = SIG_DFL}, before;
    sigset_t stop, cont, mask;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    sigemptyset(&cont);
    sigaddset(&cont, SIGCONT);
    sigaction(SIGTSTP, &plain, &before);
    pthread_sigmask(SIG_UNBLOCK, &stop, &mask);
    raise(SIGTSTP); /* here time passes */
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTSTP, &before, NULL);
    while (sigtimedwait(&cont, NULL, &now) > 0) /* it has done its work */
        ;
}

/* --- deadly ones --- */

/* First the faults: they come on the alternate stack, as the stack may be what is broken, and are
 * passed on to whoever handled them before. The rest would end the program without a word just the
 * same, unless somebody has a use for them. */
#define REFAULTS 4
#define FAULTS   5
static const int deadly[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGABRT,  SIGQUIT, SIGTRAP,
                             SIGSYS,  SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU,  SIGXFSZ, SIGVTALRM,
                             SIGPROF, SIGIO,   SIGPWR,  SIGPIPE, SIGSTKFLT};

/* A signal handler and atexit get no argument, so what they need has to stand in a place that they
 * know: the one mutable global of this program. Written only while not armed. */
static struct {
    volatile sig_atomic_t armed;
    bool at_exit; /* registered; that can't be undone */
    pid_t pid;    /* a forked child must not restore its parent's terminal */
    int fd;
    struct termios modes;
    char bytes[XD_FATAL_BYTES];
    size_t n;
    struct sigaction before[N(deadly)];
    stack_t stack_before;
    char stack[32768] __attribute__((aligned(16)));
} fatal;

/* Only calls that are safe in a signal handler. */
static void give_terminal_back(void)
{
    size_t at = 0;

    if (!fatal.armed || getpid() != fatal.pid)
        return;
    fatal.armed = 0;
    for (int tries = 0; at < fatal.n && tries < 20;) {
        ssize_t n = write(fatal.fd, fatal.bytes + at, fatal.n - at);
        struct pollfd p = {.fd = fatal.fd, .events = POLLOUT};

        if (n > 0) {
            at += (size_t)n;
            continue;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            break;
        poll(&p, 1, 25);
        tries++;
    }
    /* What was typed for the console must not be run by the shell behind it. */
    tcflush(fatal.fd, TCIFLUSH);
    tcsetattr(fatal.fd, TCSANOW, &fatal.modes);
}

static void on_deadly(int sig, siginfo_t *si, void *context)
{
    (void)context;
    give_terminal_back();
    for (size_t i = 0; i < N(deadly); i++) {
        if (deadly[i] != sig)
            continue;
        sigaction(sig, &fatal.before[i], NULL);
        /* A fault of our own happens again when this returns, and is then told to whoever was
         * there before, with its address. All else has to be sent again. */
        if (i >= REFAULTS || si->si_code <= 0)
            raise(sig);
    }
}

void xd_fatal_arm(int fd, const struct termios *modes, const char *bytes, size_t n)
{
    stack_t stack = {.ss_sp = fatal.stack, .ss_size = sizeof(fatal.stack)};
    struct sigaction sa = {.sa_flags = SA_SIGINFO | SA_ONSTACK};

    if (fatal.armed)
        return;
    fatal.pid = getpid();
    fatal.fd = fd;
    fatal.modes = *modes;
    fatal.n = n < sizeof(fatal.bytes) ? n : sizeof(fatal.bytes);
    memcpy(fatal.bytes, bytes, fatal.n);
    if (!fatal.at_exit)
        fatal.at_exit = atexit(give_terminal_back) == 0;
    sigaltstack(&stack, &fatal.stack_before);
    sa.sa_sigaction = on_deadly;
    sigemptyset(&sa.sa_mask);
    sigaddset(&sa.sa_mask, SIGTTOU); /* so that modes may be set from the background too */
    for (size_t i = 0; i < N(deadly); i++) {
        sigaction(deadly[i], NULL, &fatal.before[i]);
        if (fatal.before[i].sa_handler == SIG_IGN ||
            (i >= FAULTS && fatal.before[i].sa_handler != SIG_DFL))
            continue;
        sigaction(deadly[i], &sa, NULL);
    }
    fatal.armed = 1;
}

void xd_fatal_disarm(void)
{
    if (!fatal.armed)
        return;
    fatal.armed = 0;
    for (size_t i = 0; i < N(deadly); i++)
        sigaction(deadly[i], &fatal.before[i], NULL);
    sigaltstack(&fatal.stack_before, NULL);
}
