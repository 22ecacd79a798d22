/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attaches a disk and a NIC to a domain and detaches them, again and again, in one process: what an
 * operator that lives for weeks would lose each time shows in its memory and descriptors.
 *
 *   cycle MODULE DOMAIN-UUID TARGET BRIDGE TIMES
 *
 * Prints "fds BEFORE AFTER" and "rss_kib BEFORE AFTER", BEFORE being taken after three rounds. */
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "model/backend.h"
#include "model/xenknobs.h"

#define WARM_UP 3

struct operator
{
    const struct xd_backend *b;
    void *self;
    struct xd_backend_env env;
};

static bool never(const struct xd_backend_env *env)
{
    return false;
}

static void report(struct xd_progress *p, int permille, const char *text)
{
}

static bool cancelled(struct xd_progress *p)
{
    return false;
}

static int descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

static long resident_kib(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    long size, pages = -1;

    if (f && fscanf(f, "%ld %ld", &size, &pages) != 2)
        pages = -1;
    if (f)
        fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Acts and waits until it is seen. */
static void carry_out(struct operator* op, const char *table, const char *key, int action,
                      const struct xd_value *params)
{
    struct xd_object o = {.table = table, .key = key, .label = key};
    const struct xd_action *a = &op->b->actions[action];
    struct xd_progress p = {report, cancelled};
    struct xd_err err = XD_ERR_INIT;
    int rc = op->b->act(op->self, &o, a, params, &p, &err);

    for (int i = 0; rc == 0 && i < 600; i++) {
        rc = op->b->settled(op->self, &o, a, &err);
        if (rc == 0)
            nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    if (rc == 1)
        return;
    printf("%s %s: %s\n", a->name, key, rc ? xd_err_text(&err) : "not seen");
    exit(1);
}

static struct xd_value text(const char *s)
{
    return (struct xd_value){.have = true, .type = XD_STR, .cell.s = s};
}

static void round_of(struct operator* op, const char *uuid, const char *target, const char *bridge)
{
    struct xd_value disk[] = {
        [XD_DISK_ATTACH_VDEV] = text("xvdf"),  [XD_DISK_ATTACH_TARGET] = text(target),
        [XD_DISK_ATTACH_FORMAT] = text("raw"), [XD_DISK_ATTACH_READONLY] = XD_UNKNOWN,
        [XD_DISK_ATTACH_CDROM] = XD_UNKNOWN,   [XD_DISK_ATTACH_BACKEND] = text("Domain-0"),
        [XD_DISK_ATTACH_N - 1] = XD_UNKNOWN,
    };
    struct xd_value nic[] = {
        [XD_NIC_ATTACH_DEVID] = {.have = true, .type = XD_U64, .cell.u = 7},
        [XD_NIC_ATTACH_BRIDGE] = text(bridge),
        [XD_NIC_ATTACH_MAC] = XD_UNKNOWN,
        [XD_NIC_ATTACH_MODEL] = XD_UNKNOWN,
        [XD_NIC_ATTACH_BACKEND] = text("Domain-0"),
        [XD_NIC_ATTACH_N - 1] = XD_UNKNOWN,
    };
    char key[64];

    carry_out(op, "domains", uuid, XD_ACTION_DISK_ATTACH, disk);
    carry_out(op, "domains", uuid, XD_ACTION_NIC_ATTACH, nic);
    snprintf(key, sizeof(key), "%s/xvdf", uuid);
    carry_out(op, "disks", key, XD_ACTION_DISK_DETACH, NULL);
    snprintf(key, sizeof(key), "%s/7", uuid);
    carry_out(op, "nics", key, XD_ACTION_NIC_DETACH, NULL);
}

int main(int argc, char **argv)
{
    void *module = argc == 6 ? dlopen(argv[1], RTLD_NOW) : NULL;
    struct operator op = {.b = module ? dlsym(module, "xd_backend_module") : NULL};
    struct xd_clock clock;
    struct xd_log log;
    struct xd_err err = XD_ERR_INIT;
    int fds = 0;
    long rss = 0;

    if (!op.b) {
        printf("usage: cycle MODULE UUID TARGET BRIDGE TIMES (%s)\n", module ? "" : dlerror());
        return 1;
    }
    xd_clock_init_real(&clock);
    xd_log_init(&log, &clock);
    op.env = (struct xd_backend_env){
        .clock = &clock, .log = &log, .role = XD_OPERATOR, .arg = "", .stopping = never};
    if (op.b->open(&op.env, &op.self, &err) < 0) {
        printf("%s\n", xd_err_text(&err));
        return 1;
    }
    for (int i = 0; i < atoi(argv[5]); i++) {
        if (i == WARM_UP) {
            fds = descriptors();
            rss = resident_kib();
        }
        round_of(&op, argv[2], argv[3], argv[4]);
    }
    printf("fds %d %d\nrss_kib %ld %ld\n", fds, descriptors(), rss, resident_kib());
    op.b->close(op.self);
    xd_log_done(&log);
    return 0;
}
