/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which process began an entry, and whether it still lives: pids are used again, start times and
 * boots are not. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "engine/journal_impl.h"

/* A small file of /proc as text; "" if it can't be read. */
static void read_small(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

    out[n > 0 ? n : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

static void boot_id(char out[40])
{
    read_small("/proc/sys/kernel/random/boot_id", out, 40);
    out[strcspn(out, "\n")] = '\0';
}

/* Field 22 of /proc/PID/stat; 0: no such process, or one that is dead already and only waits for
 * its parent. The name (field 2) may hold anything, so fields are counted behind its last ')'. */
static uint64_t start_time(int64_t pid)
{
    char path[64], text[1024], *s;
    uint64_t start = 0;

    snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", pid);
    read_small(path, text, sizeof(text));
    s = strrchr(text, ')');
    if (!s || !s[1] || strchr("ZXx", s[2]))
        return 0;
    s += 2;
    for (int field = 3; field < 22 && s; field++) {
        s = strchr(s, ' ');
        s = s ? s + 1 : NULL;
    }
    if (s)
        s[strcspn(s, " \n")] = '\0';
    return xd_parse_u64(s, &start) == 0 ? start : 0;
}

void xd_process_self(struct xd_process *p)
{
    p->pid = getpid();
    p->start = start_time(p->pid);
    boot_id(p->boot);
}

bool xd_process_lives(const struct xd_process *p)
{
    char boot[40];

    boot_id(boot);
    return p->pid > 0 && p->start && strcmp(boot, p->boot) == 0 && start_time(p->pid) == p->start;
}
