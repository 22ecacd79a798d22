/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of budgets: the demo host on a manual clock, and a runner that rules it. */
#ifndef TEST_RUNNER_HELP_H
#define TEST_RUNNER_HELP_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "budgets/hold.h"
#include "budgets/runner.h"
#include "model/tables.h"
#include "policies/sim.h"

#define S XD_NS_PER_S

extern const struct xd_backend xd_backend_demo;

/* Two guests that take all they get, and one that doesn't. */
static const char scenario[] =
    "seed: 5\n"
    "host: {name: rule, sockets: 1, nodes_per_socket: 1, cores_per_node: 8, threads_per_core: 1,\n"
    "       memory: 16G, uptime: 1h}\n"
    "domains:\n"
    "- {name: Domain-0, type: pv, vcpus: 2, memory: 1G, load: {curve: constant, high: 10%}}\n"
    "- {name: spin1, memory: 256M, load: {curve: spin}}\n"
    "- {name: spin2, memory: 256M, load: {curve: spin}}\n"
    "- {name: calm, memory: 256M, load: {curve: constant, high: 10%}}\n";

#define BURST                                                                                      \
    "policy: burst\ntimezone: UTC\non_exit: restore\nrules:\n"                                     \
    "  - {name: burst, match: {name: spin*}, budget: {cpu: 6s, per: 20s, kind: fixed,\n"           \
    "     then: {sched.cap: 20}}}\n"

struct bench {
    struct xd_registry *registry;
    struct xd_clock clock;
    struct xd_log log;
    struct xd_session *s;
    struct xd_ledger_store *store;
    struct xd_runner *r;
    char dir[64];
};

static inline struct xd_policy *policy_of(const char *yaml)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_policy *p;

    if (xd_policy_parse("p.yaml", yaml, strlen(yaml), NULL, &p, &err) < 0)
        fail_msg("%s", err.text);
    return p;
}

static inline void start(struct bench *b, const char *yaml)
{
    struct xd_runner_config c = {b->s, policy_of(yaml), b->store, 0};
    struct xd_err err = XD_ERR_INIT;

    if (xd_runner_new(&c, &b->r, &err) < 0)
        fail_msg("%s", err.text);
}

static inline void bench_open(struct bench *b, const char *yaml)
{
    static const struct xd_backend *const builtin[] = {&xd_backend_demo, NULL};
    char file[] = "/tmp/xendeck-runner-XXXXXX.yaml", host[64];
    struct xd_session_config c = {.inline_workers = true, .interval_ns = S, .journal = ""};
    struct xd_err err = XD_ERR_INIT;
    int fd = mkstemps(file, 5);

    memset(b, 0, sizeof(*b));
    assert_true(fd >= 0 && write(fd, scenario, strlen(scenario)) == (ssize_t)strlen(scenario));
    close(fd);
    snprintf(host, sizeof(host), "demo:%s", file);
    snprintf(b->dir, sizeof(b->dir), "/tmp/xendeck-runner-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    xd_clock_init_manual(&b->clock, INT64_C(1772452800) * S);
    xd_log_init(&b->log, &b->clock);
    assert_int_equal(xd_registry_new(builtin, NULL, NULL, &b->log, &b->registry, &err), 0);
    c.registry = b->registry;
    c.clock = &b->clock;
    c.log = &b->log;
    c.host = host;
    if (xd_session_open(&c, &b->s, &err) || xd_ledger_store_open(b->dir, &b->store, &err))
        fail_msg("%s", err.text);
    unlink(file);
    start(b, yaml);
}

static inline void remove_dir(const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *e;

    while (d && (e = readdir(d)))
        unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
    rmdir(dir);
}

static inline void bench_close(struct bench *b)
{
    xd_runner_free(b->r);
    xd_ledger_store_close(b->store);
    xd_session_close(b->s);
    xd_registry_free(b->registry);
    xd_log_done(&b->log);
    remove_dir(b->dir);
}

/* The loop of a console or a daemon, for so long. */
static inline void go(struct bench *b, int64_t ns)
{
    int64_t until = xd_clock_now(&b->clock) + ns;

    for (;;) {
        int ms;

        for (int i = 0; i < 8; i++) { /* until nothing more is to be done at this moment */
            xd_session_dispatch(b->s);
            if (b->r)
                xd_runner_step(b->r);
        }
        int64_t left = until - xd_clock_now(&b->clock);
        if (left <= 0)
            return;
        ms =
            xd_clock_sooner_ms(xd_session_timeout_ms(b->s), b->r ? xd_runner_timeout_ms(b->r) : -1);
        if (ms >= 0 && ms * XD_NS_PER_MS < left)
            left = ms > 0 ? ms * XD_NS_PER_MS : XD_NS_PER_MS;
        xd_clock_advance(&b->clock, left);
    }
}

static inline uint64_t value(struct bench *b, const char *domain, int column)
{
    const struct xd_table *t;
    const struct xd_row *r;

    xd_session_refresh(b->s);
    xd_session_dispatch(b->s);
    assert_int_equal(xd_world_find(b->s ? xd_session_world(b->s) : NULL, domain, &t, &r, NULL), 0);
    return xd_row_u64(r, column, UINT64_MAX);
}

static inline uint64_t cap(struct bench *b, const char *domain)
{
    return value(b, domain, XD_DOMAIN_CAP);
}

static inline bool logged(struct bench *b, const char *what)
{
    struct xd_log_line lines[XD_LOG_LINES];
    size_t n = xd_log_tail(&b->log, lines, XD_LOG_LINES);

    for (size_t i = 0; i < n; i++)
        if (strstr(lines[i].text, what))
            return true;
    return false;
}

#endif
