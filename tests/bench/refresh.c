/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a full-screen program costs while it only refreshes: runs it in a pseudo-terminal and tells
 * bursts of output apart by the silence between them. One burst is one refresh.
 *
 *   refresh [-k KEYS] [-d FILE] screen WIDTHxHEIGHT REFRESHES PROGRAM [ARG…]
 *                                                  → "BYTES CPU_US MAIN_THREAD_CPU_US"
 *   refresh busy COUNT                             processes that each take about 1 % of a CPU,
 *                                                  until standard input ends
 *   refresh run RUNS PROGRAM [ARG…]                → "WALL_US CPU_US MAXRSS_KIB SYSCALLS FAULTS"
 *
 * Each number is the median. KEYS are typed once the program has drawn. FILE gets a line for each
 * piece of output, readable: after how many ms, how many bytes, which. SYSCALLS are those of all
 * its threads and children, counted by the kernel's tracepoint (which costs next to nothing); -1
 * where that may not be used. FAULTS are the pages it had to be given (minor faults), those of its
 * libraries' among them: what starting a program costs, mostly. */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define QUIET_MS   150 /* so much silence ends a burst */
#define PATIENCE_S 60  /* without a burst for so long: give up */
#define SAMPLES    1000
#define WARMUP     2 /* refreshes that don't count: first rates, first spark lines */

static int64_t ns_of(struct timespec ts)
{
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ns_of(ts);
}

/* CPU time of the whole process, all its threads, to the nanosecond. */
static int64_t cpu_ns(pid_t pid)
{
    struct timespec ts;
    clockid_t clock;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &ts) < 0)
        return -1;
    return ns_of(ts);
}

/* The same of its main thread alone: what a console spends on its screen. */
static int64_t main_cpu_ns(pid_t pid)
{
    long long ns = -1;
    char path[64];
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", (int)pid, (int)pid);
    f = fopen(path, "re");
    if (!f)
        return -1;
    if (fscanf(f, "%lld", &ns) != 1)
        ns = -1;
    fclose(f);
    return ns;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static long long median(int64_t *v, int n)
{
    qsort(v, (size_t)n, sizeof(*v), by_size);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static FILE *dump; /* where every piece of output is noted */

static void note(const char *bytes, ssize_t n)
{
    static int64_t before;
    int64_t now = now_ns();

    if (!dump)
        return;
    fprintf(dump, "%lld ms, %zd bytes: ", before ? (long long)(now - before) / 1000000 : 0, n);
    before = now;
    for (ssize_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)bytes[i];

        if (c == 0x1b)
            fputs("\\e", dump);
        else if (c < 0x20 || c == 0x7f)
            fprintf(dump, "\\x%02x", c);
        else
            fputc(c, dump);
    }
    fputc('\n', dump);
}

/* Reads one burst; returns its bytes, 0 if none came, or -1 at the end of the program. */
static int64_t burst(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char buf[65536];
    int64_t bytes = 0;

    for (;;) {
        int rc = poll(&p, 1, bytes ? QUIET_MS : PATIENCE_S * 1000);

        if (rc <= 0)
            return bytes;
        ssize_t n = read(fd, buf, sizeof(buf));
        if (n <= 0)
            return bytes ? bytes : -1;
        note(buf, n);
        bytes += n;
    }
}

static void end_child(int fd, pid_t pid)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    char buf[65536];

    /* It must not block on a full terminal while it says goodbye. */
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (write(fd, "q", 1) < 0)
        kill(pid, SIGTERM);
    for (int i = 0; i < 150; i++) {
        while (read(fd, buf, sizeof(buf)) > 0)
            ;
        if (waitpid(pid, NULL, WNOHANG) == pid)
            return;
        if (i == 100)
            kill(pid, SIGTERM);
        nanosleep(&pause, NULL);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* Types the keys one after the other, as a person would; what is drawn meanwhile doesn't count. */
static void type(int fd, const char *keys)
{
    const struct timespec pause = {.tv_nsec = 30000000};

    for (; *keys; keys++) {
        if (write(fd, keys, 1) < 0)
            return;
        nanosleep(&pause, NULL);
    }
    burst(fd);
}

static int screen(const char *keys, const char *size, int n, char **argv)
{
    static int64_t bytes[SAMPLES], cpu[SAMPLES], own[SAMPLES];
    struct winsize ws = {0};
    int fd, got = 0;

    if (sscanf(size, "%hux%hu", &ws.ws_col, &ws.ws_row) != 2 || n < 1 || n > SAMPLES)
        return 2;
    pid_t pid = forkpty(&fd, NULL, NULL, &ws);
    if (pid < 0) {
        perror("refresh: forkpty");
        return 2;
    }
    if (pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        execvp(argv[0], argv);
        _exit(127);
    }
    int64_t before = burst(fd);
    if (before > 0)
        type(fd, keys);
    before = before > 0 ? cpu_ns(pid) : -1;
    int64_t own_before = main_cpu_ns(pid);
    for (int i = 0; i < n + WARMUP; i++) {
        int64_t b = burst(fd), c = cpu_ns(pid), o = main_cpu_ns(pid);

        if (b <= 0 || c < 0)
            break;
        if (i >= WARMUP) {
            bytes[got] = b;
            own[got] = (o - own_before) / 1000;
            cpu[got++] = (c - before) / 1000;
        }
        before = c;
        own_before = o;
    }
    end_child(fd, pid);
    if (got < n) {
        fprintf(stderr, "refresh: %s ended or fell silent after %d of %d refreshes\n", argv[0], got,
                n);
        return 1;
    }
    printf("%lld %lld %lld\n", median(bytes, n), median(cpu, n), median(own, n));
    return 0;
}

/* A counter of the system calls that process makes from its exec on, with all its threads and
 * children; -1: the kernel doesn't let us. */
static int count_calls(pid_t pid)
{
    static const char *const ids[] = {
        "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id",
        "/sys/kernel/debug/tracing/events/raw_syscalls/sys_enter/id",
    };
    struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT,
                                   .size = sizeof(attr),
                                   .disabled = 1,
                                   .inherit = 1,
                                   .enable_on_exec = 1};
    FILE *f = NULL;
    int got;

    for (size_t i = 0; !f && i < sizeof(ids) / sizeof(ids[0]); i++)
        f = fopen(ids[i], "re");
    if (!f)
        return -1;
    got = fscanf(f, "%llu", &attr.config);
    fclose(f);
    return got == 1 ? (int)syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC)
                    : -1;
}

static int64_t calls_made(int fd)
{
    uint64_t n;

    if (fd < 0)
        return -1;
    if (read(fd, &n, sizeof(n)) != sizeof(n))
        n = (uint64_t)-1;
    close(fd);
    return (int64_t)n;
}

/* The child: waits until it is being counted, then becomes the program. */
static void become(int go, char **argv)
{
    int null = open("/dev/null", O_RDWR);
    char c;

    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || read(go, &c, 1) < 0)
        _exit(127);
    execvp(argv[0], argv);
    _exit(127);
}

static int run(int n, char **argv)
{
    static int64_t wall[SAMPLES], cpu[SAMPLES], rss[SAMPLES], calls[SAMPLES];
    static int64_t faults[SAMPLES];

    if (n < 1 || n > SAMPLES)
        return 2;
    for (int i = 0; i < n; i++) {
        struct rusage ru;
        int status, counter, go[2];
        int64_t began;
        pid_t pid = pipe2(go, O_CLOEXEC) < 0 ? -1 : fork();

        if (pid == 0) {
            close(go[1]);
            become(go[0], argv);
        }
        counter = pid < 0 ? -1 : count_calls(pid);
        began = now_ns();
        close(go[1]);
        close(go[0]);
        if (pid < 0 || wait4(pid, &status, 0, &ru) < 0 || !WIFEXITED(status) ||
            WEXITSTATUS(status)) {
            fprintf(stderr, "refresh: %s failed\n", argv[0]);
            return 1;
        }
        wall[i] = (now_ns() - began) / 1000;
        cpu[i] = (int64_t)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000000 +
                 ru.ru_utime.tv_usec + ru.ru_stime.tv_usec;
        rss[i] = ru.ru_maxrss;
        faults[i] = ru.ru_minflt;
        calls[i] = calls_made(counter);
    }
    printf("%lld %lld %lld %lld %lld\n", median(wall, n), median(cpu, n), median(rss, n),
           median(calls, n), median(faults, n));
    return 0;
}

/* Something for htop to show: rows that change as those of busy domains do. */
static void take_one_percent(unsigned seed)
{
    struct timespec pause = {.tv_nsec = 100000000};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        int64_t until = cpu_ns(getpid()) + rand_r(&seed) % 2000000;

        while (cpu_ns(getpid()) < until)
            ;
        nanosleep(&pause, NULL);
    }
}

static int busy(int n)
{
    char c;

    for (int i = 0; i < n; i++)
        if (fork() == 0)
            take_one_percent((unsigned)i);
    while (read(STDIN_FILENO, &c, 1) > 0)
        ;
    return 0;
}

int main(int argc, char **argv)
{
    const char *keys = "";

    for (; argc >= 3 && argv[1][0] == '-'; argc -= 2, argv += 2) {
        if (strcmp(argv[1], "-k") == 0)
            keys = argv[2];
        else if (strcmp(argv[1], "-d") == 0)
            dump = fopen(argv[2], "we");
    }
    if (argc >= 5 && strcmp(argv[1], "screen") == 0)
        return screen(keys, argv[2], atoi(argv[3]), argv + 4);
    if (argc >= 4 && strcmp(argv[1], "run") == 0)
        return run(atoi(argv[2]), argv + 3);
    if (argc == 3 && strcmp(argv[1], "busy") == 0)
        return busy(atoi(argv[2]));
    fprintf(stderr, "usage: refresh [-k KEYS] [-d FILE] screen WIDTHxHEIGHT REFRESHES PROGRAM [ARG...]\n"
                    "       refresh busy COUNT\n"
                    "       refresh run RUNS PROGRAM [ARG...]\n");
    return 2;
}
