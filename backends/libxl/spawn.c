/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running another program and listening to it: see create.h. libxl reaps only its own children
 * (context.c), and here only this one is waited for, by its pid. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend_libxl/create.h"

#define SAID_MAX (16 << 10)
#define NAP_MS   200

extern char **environ;

bool xd_xl_program(const char *name, char *out, size_t size)
{
    const char *env = getenv("PATH");
    char path[1024], *save, *dir;

    snprintf(path, sizeof(path), "%s:/usr/sbin:/sbin:/usr/bin:/usr/local/sbin", env ? env : "");
    for (dir = strtok_r(path, ":", &save); dir; dir = strtok_r(NULL, ":", &save)) {
        int n = snprintf(out, size, "%s/%s", dir, name);

        if (n > 0 && (size_t)n < size && access(out, X_OK) == 0)
            return true;
    }
    if (size)
        out[0] = '\0';
    return false;
}

/* --- starting --- */

static int prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *attr, int in, int out)
{
    sigset_t none, usual;
    int rc;

    sigemptyset(&none);
    sigfillset(&usual);
    rc = in ? posix_spawn_file_actions_adddup2(files, in, STDIN_FILENO)
            : posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(files, out, STDOUT_FILENO);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(files, out, STDERR_FILENO);
    if (rc == 0)
        rc = posix_spawnattr_setsigmask(attr, &none);
    if (rc == 0)
        rc = posix_spawnattr_setsigdefault(attr, &usual);
    if (rc == 0)
        rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                POSIX_SPAWN_SETSID);
    return rc;
}

static int start(const struct xd_xl_child *child, int out, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    int rc;

    rc = posix_spawn_file_actions_init(&files);
    if (rc)
        return -rc;
    rc = posix_spawnattr_init(&attr);
    if (rc == 0) {
        rc = prepare(&files, &attr, child->in, out);
        if (rc == 0)
            rc = posix_spawn(pid, child->argv[0], &files, &attr, (char *const *)child->argv,
                             environ);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&files);
    return -rc;
}

/* --- listening --- */

static void tell_lines(const struct xd_xl_child *child, const struct xd_buf *said, size_t *told)
{
    const char *end;

    while (child->line && *told < said->len &&
           (end = memchr(said->s + *told, '\n', said->len - *told))) {
        char line[512];
        size_t n = (size_t)(end - said->s) - *told;

        snprintf(line, sizeof(line), "%.*s", (int)(n < 500 ? n : 500), said->s + *told);
        child->line(child->self, line);
        *told += n + 1;
    }
}

/* False: nobody has the other end any more. */
static bool hear(int in, struct xd_buf *said)
{
    char bytes[2048];
    ssize_t n = read(in, bytes, sizeof(bytes));

    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    if (n > 0 && said->len < SAID_MAX)
        xd_buf_addn(said, bytes, (size_t)n);
    return n > 0;
}

/* Ends with the child, not with its output: what it leaves running may hold that open. */
static int attend(const struct xd_xl_child *child, pid_t pid, int in, struct xd_buf *said)
{
    bool open = true, stopped = false;
    size_t told = 0;
    int status;
    pid_t ended;

    do {
        struct pollfd fd = {open ? in : -1, POLLIN, 0};

        if (poll(&fd, 1, NAP_MS) > 0)
            open = hear(in, said);
        tell_lines(child, said, &told);
        if (!stopped && child->stop && child->stop(child->self)) {
            stopped = true;
            kill(pid, SIGTERM);
        }
        ended = waitpid(pid, &status, WNOHANG);
    } while (ended == 0 || (ended < 0 && errno == EINTR));
    for (struct pollfd fd = {in, POLLIN, 0}; open && poll(&fd, 1, 0) > 0;)
        open = hear(in, said);
    tell_lines(child, said, &told);
    if (stopped)
        return -ECANCELED;
    if (ended < 0)
        return -errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int xd_xl_child_run(const struct xd_xl_child *child, struct xd_buf *said, struct xd_err *err)
{
    int ends[2], rc;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return xd_err_set(err, -errno, "%s can't be run: %s", child->argv[0], strerror(errno));
    rc = start(child, ends[1], &pid);
    close(ends[1]);
    if (rc < 0)
        xd_err_set(err, rc, "%s can't be run: %s", child->argv[0], strerror(-rc));
    else if ((rc = attend(child, pid, ends[0], said)) < 0)
        xd_err_set(err, rc, "%s did not come to its end: %s", child->argv[0], strerror(-rc));
    close(ends[0]);
    return rc;
}
