/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BMC's reading of power, by `ipmitool dcmi power reading`. It takes from a second to for ever,
 * so it is started and listened to without waiting: each sample takes in what it has said, and
 * tells the last answer with its age. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend_shared/sensing.h"
#include "base/str.h"

#define EVERY_NS    (5 * XD_NS_PER_S)  /* asked again so long after the last question */
#define PATIENCE_NS (10 * XD_NS_PER_S) /* then it is ended */
#define STALE_NS    (30 * XD_NS_PER_S) /* an answer as old as that counts no more */

extern char **environ;

static bool has_bmc(const struct xd_ipmi *own)
{
    static const char *const devices[] = {"/dev/ipmi0", "/dev/ipmi/0", "/dev/ipmidev/0"};

    if (own->device)
        return access(own->device, F_OK) == 0;
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
        if (access(devices[i], F_OK) == 0)
            return true;
    return false;
}

static const char *program(const struct xd_ipmi *own)
{
    static const char *const paths[] = {"/usr/bin/ipmitool", "/usr/sbin/ipmitool",
                                        "/usr/local/bin/ipmitool"};

    if (own->program)
        return access(own->program, X_OK) == 0 ? own->program : NULL;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (access(paths[i], X_OK) == 0)
            return paths[i];
    return NULL;
}

static int spawn(const char *path, int out, pid_t *pid)
{
    const char *const argv[] = {path, "dcmi", "power", "reading", NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, usual;
    int rc;

    sigemptyset(&none);
    sigfillset(&usual);
    if (posix_spawn_file_actions_init(&files))
        return -ENOMEM;
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &usual);
    posix_spawnattr_setflags(&attr,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
    rc = posix_spawn(pid, path, &files, &attr, (char *const *)argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    return -rc;
}

static void ask(struct xd_ipmi *i, const char *path, int64_t now_ns)
{
    int fds[2], rc;

    i->asked_ns = now_ns;
    i->n = 0;
    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0) {
        snprintf(i->trouble, sizeof(i->trouble), "%s can't be started: no pipe: %s", path,
                 strerror(errno));
        return;
    }
    rc = spawn(path, fds[1], &i->pid);
    close(fds[1]);
    i->fd = fds[0];
    if (rc < 0) {
        snprintf(i->trouble, sizeof(i->trouble), "%s can't be started: %s", path, strerror(-rc));
        close(i->fd);
        i->fd = -1;
        i->pid = 0;
    }
}

/* Reaps one that was ended, if it is gone: in a driver it may take its time to die. */
static void reap(struct xd_ipmi *i)
{
    pid_t rc = i->pid > 0 ? waitpid(i->pid, NULL, WNOHANG) : 0;

    if (rc == i->pid || (rc < 0 && errno != EINTR))
        i->pid = 0;
}

void xd_ipmi_stop(struct xd_ipmi *i)
{
    if (i->fd >= 0)
        close(i->fd);
    i->fd = -1;
    if (i->pid > 0)
        kill(i->pid, SIGKILL);
    reap(i);
}

static void answered(struct xd_ipmi *i, int64_t now_ns)
{
    struct xd_err err = XD_ERR_INIT;
    double watts;

    xd_ipmi_stop(i); /* it has closed its end: nothing more comes */
    i->trouble[0] = '\0';
    if (xd_dcmi_parse(i->said, i->n, &watts, &err) < 0) {
        snprintf(i->trouble, sizeof(i->trouble), "%s", err.text);
        return;
    }
    i->known = true;
    i->watts = watts;
    i->answered_ns = now_ns;
}

/* What it has said meanwhile. */
static void listen_to(struct xd_ipmi *i, int64_t now_ns)
{
    char more[512];
    ssize_t n;

    while ((n = read(i->fd, more, sizeof(more))) > 0) {
        if (i->n + (size_t)n <= sizeof(i->said)) {
            memcpy(i->said + i->n, more, (size_t)n);
            i->n += (size_t)n;
        }
    }
    if (n == 0) {
        answered(i, now_ns);
    } else if (now_ns - i->asked_ns > PATIENCE_NS) {
        xd_ipmi_stop(i);
        snprintf(i->trouble, sizeof(i->trouble), "ipmitool gave no answer in 10 s");
    }
}

bool xd_ipmi_is_there(const struct xd_ipmi *i)
{
    return has_bmc(i) && program(i);
}

void xd_ipmi_read(struct xd_ipmi *i, int64_t now_ns, struct xd_readings *l)
{
    struct xd_reading *r;
    const char *path;

    if (!has_bmc(i)) {
        xd_ipmi_stop(i); /* its driver may have been taken out meanwhile */
        return;
    }
    path = program(i);
    r = xd_readings_add(l, XD_READ_IPMI, false, "ipmi/dcmi");
    r->label = "Power reading";
    r->place = "host";
    if (!path) {
        r->trouble = "there is a BMC, but ipmitool is not installed";
        return;
    }
    if (i->fd >= 0)
        listen_to(i, now_ns);
    else
        reap(i);
    if (i->pid <= 0 && (!i->asked_ns || now_ns - i->asked_ns >= EVERY_NS))
        ask(i, path, now_ns);
    r->has_watts = i->known && now_ns - i->answered_ns < STALE_NS;
    r->watts = i->watts;
    r->age_ns = r->has_watts ? now_ns - i->answered_ns : -1;
    if (!r->has_watts)
        r->trouble = i->trouble[0] ? xd_arena_strdup(l->a, i->trouble)
                                   : "ipmitool was asked and hasn't answered yet";
}
