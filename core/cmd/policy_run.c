/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck policy run`: the daemon, in the foreground. It holds the host's lock, a session, a
 * runner and the socket, and waits for all of them in one poll; nothing in its loop waits for the
 * host. */
#include "cmd/policy.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "budgets/hold.h"
#include "budgets/notify.h"
#include "budgets/runner.h"
#include "budgets/server.h"

/* A host that says nothing for so long after a sample was due is left to a process that begins
 * anew: xenstored may have been started again, and connections with it are lost then. */
#define SILENCE_NS (180 * XD_NS_PER_S)
#define END_NS     (20 * XD_NS_PER_S) /* for what on_exit says */
#define PAUSE_MS   1000

struct daemon {
    struct policy *c;
    const char *file;
    char state[4096];
    struct xd_hold *hold;
    struct xd_ledger_store *store;
    struct xd_session *s;
    struct xd_runner *r;
    struct xd_server *server;
    uint64_t told; /* the newest line of the log that was printed */
    bool journald; /* lines get the priorities of sd-daemon(3) */
    bool ready;
    bool again;                                /* what is in its file now needs another session */
    struct xd_want wants[XD_RUNNER_WANTS_MAX]; /* of what the session was opened for */
    size_t n_wants;
    int64_t watchdog_ns, pinged_ns, ending_ns, ticked_ns;
    uint64_t ticks;
};

/* --- what it says --- */

static void print_log(struct daemon *d)
{
    static const char *const priority[] = {"<7>", "<6>", "<4>", "<3>"};
    struct xd_log_line *lines;
    struct xd_log *log = d->c->cli->log;
    size_t n;

    if (xd_log_seq(log) == d->told)
        return;
    lines = xd_malloc(XD_LOG_LINES * sizeof(*lines));
    n = xd_log_tail(log, lines, XD_LOG_LINES);
    for (size_t i = 0; i < n; i++) {
        if (lines[i].seq <= d->told)
            continue;
        fprintf(d->c->cli->err, "%s%s: %s\n", d->journald ? priority[lines[i].level] : "",
                lines[i].source, lines[i].text);
        d->told = lines[i].seq;
    }
    fflush(d->c->cli->err);
    free(lines);
}

static int64_t now_of(const struct daemon *d)
{
    return xd_clock_now(&d->c->cli->clock);
}

static void ping(struct daemon *d)
{
    if (!d->watchdog_ns || now_of(d) - d->pinged_ns < d->watchdog_ns / 2)
        return;
    d->pinged_ns = now_of(d);
    xd_notify("WATCHDOG=1");
}

static void tell_status(struct daemon *d)
{
    struct xd_runner_status st;

    xd_runner_status(d->r, &st);
    if (st.ticks != d->ticks || !d->ticked_ns) {
        d->ticks = st.ticks;
        d->ticked_ns = now_of(d);
    }
    if (d->ready || !st.ticks)
        return;
    d->ready = true;
    xd_notify("READY=1\nSTATUS=policy %s, %zu domains", st.policy, st.domains);
    xd_log_write(d->c->cli->log, XD_LOG_INFO, "policy",
                 "%s rules %zu domains of host %s, every %g s", st.policy, st.domains,
                 xd_world_host(xd_session_world(d->s)),
                 (double)xd_session_interval(d->s) / XD_NS_PER_S);
}

/* --- its file --- */

static bool is_covered(const struct daemon *d, const struct xd_want *w)
{
    for (size_t i = 0; i < d->n_wants; i++)
        if (strcmp(d->wants[i].table, w->table) == 0)
            return !(w->columns & ~d->wants[i].columns);
    return false;
}

/* Samples what the policy looks at. A session has only the sources of what it was opened for. */
static void want(struct daemon *d)
{
    struct xd_want wants[XD_RUNNER_WANTS_MAX];
    size_t n = xd_runner_wants(xd_runner_policy(d->r), wants);

    for (size_t i = 0; i < n; i++)
        d->again |= !is_covered(d, &wants[i]);
    xd_session_want(d->s, wants, xd_runner_wants_now(d->r, wants));
}

/* A wrong file is told, and the policy that is in force goes on. */
static int reload(struct daemon *d, struct xd_err *err)
{
    struct xd_policy *p;
    int rc = policy_parse(d->c, d->file, &p, err);

    if (rc == 0) {
        for (size_t i = 0; i < p->n_warnings; i++)
            xd_log_write(d->c->cli->log, XD_LOG_WARN, "policy", "%s", p->warnings[i]);
        rc = xd_runner_replace(d->r, p, err);
    }
    if (rc == 0)
        want(d);
    else
        xd_log_write(d->c->cli->log, XD_LOG_ERROR, "policy", "%s; policy %s goes on as it was",
                     xd_err_text(err), xd_runner_policy(d->r)->name);
    return rc;
}

static int reload_asked(void *arg, struct xd_err *err)
{
    return reload(arg, err);
}

/* --- the loop --- */

static void stop(struct daemon *d)
{
    if (d->ending_ns)
        return;
    d->ending_ns = now_of(d);
    xd_notify("STOPPING=1\nSTATUS=%s",
              xd_runner_policy(d->r)->restore ? "giving knobs back" : "knobs stay as they are");
    xd_runner_stop(d->r);
}

static void take_signals(struct daemon *d)
{
    struct signalfd_siginfo info;

    while (read(d->c->cli->signals, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo != SIGHUP) {
            stop(d);
        } else if (!d->ending_ns) {
            xd_notify("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)(now_of(d) / 1000));
            reload(d, &(struct xd_err){0});
            xd_notify("READY=1");
        }
    }
}

static void wait(struct daemon *d)
{
    struct pollfd fds[2 + XD_SERVER_FDS] = {
        {.fd = xd_session_fd(d->s), .events = POLLIN},
        {.fd = d->c->cli->signals, .events = POLLIN},
    };
    size_t n = 2 + (d->server ? xd_server_fds(d->server, fds + 2) : 0);
    int ms = xd_clock_sooner_ms(
        xd_clock_sooner_ms(xd_session_timeout_ms(d->s), xd_runner_timeout_ms(d->r)), PAUSE_MS);

    if (d->watchdog_ns)
        ms = xd_clock_sooner_ms(ms, (int)(d->watchdog_ns / 4 / XD_NS_PER_MS));
    poll(fds, n, ms);
    if (d->server)
        xd_server_serve(d->server, fds + 2, n - 2);
}

/* 0: it ended as it was told to. */
static int loop(struct daemon *d, struct xd_err *err)
{
    for (;;) {
        wait(d);
        xd_session_dispatch(d->s);
        take_signals(d);
        xd_runner_step(d->r);
        tell_status(d);
        print_log(d);
        ping(d);
        if (d->ending_ns && (xd_runner_is_over(d->r) || now_of(d) - d->ending_ns > END_NS))
            return 0;
        if (d->again && !d->ending_ns)
            return 0;
        if (now_of(d) - d->ticked_ns > SILENCE_NS + xd_session_interval(d->s))
            return xd_err_set(err, -ETIMEDOUT,
                              "host %s said nothing of its domains for %lld s: the knobs stay, "
                              "and who starts next goes on",
                              xd_world_host(xd_session_world(d->s)),
                              (long long)((now_of(d) - d->ticked_ns) / XD_NS_PER_S));
    }
}

/* --- beginning and end --- */

/* A machine without Xen has sources, too, but none of domains. */
static int has_domains(const struct xd_host_choice *c, struct xd_err *err)
{
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; c->backends[i]->tables && c->backends[i]->tables[k]; k++)
            if (strcmp(c->backends[i]->tables[k]->name, "domains") == 0)
                return 0;
    return xd_err_set(
        err, -ENODEV,
        "host %s: nothing tells of domains here; a policy is carried out in a Xen dom0 "
        "(xendeck doctor says what is missing)",
        c->name);
}

static int open_all(struct daemon *d, struct xd_err *err)
{
    struct xd_session_config config;
    struct xd_policy *p = NULL;
    struct xd_registry *registry = d->c->cli->registry;
    struct xd_host_choice choice;
    char host[sizeof(choice.name) + sizeof(choice.arg)], lock[4200], path[4200];
    const char *state = xd_cli_option(d->c->cli, "state");
    int rc;

    if (policy_load(d->c, d->file, &p, err) < 0)
        return XD_EXIT_USAGE;
    if (xd_cli_session_config(d->c->cli, &config, err) < 0) {
        xd_policy_free(p);
        return XD_EXIT_USAGE;
    }
    if (!config.host)
        config.host = "live"; /* a demo host that stands in would be ruled by nobody's wish */
    d->n_wants = xd_runner_wants(p, d->wants);
    config.wants = d->wants;
    config.n_wants = d->n_wants;
    config.appends = true;
    config.who = "xendeck policy run";
    rc = xd_registry_resolve(registry, config.host, NULL, &choice, err);
    if (rc == 0)
        rc = has_domains(&choice, err);
    snprintf(host, sizeof(host), "%s%s%s", rc == 0 ? choice.name : "",
             rc == 0 && choice.arg[0] ? ":" : "", rc == 0 ? choice.arg : "");
    if (rc == 0 && state)
        snprintf(d->state, sizeof(d->state), "%s", state);
    else if (rc == 0)
        xd_ledger_store_default(host, d->state, sizeof(d->state));
    if (rc == 0)
        rc = xd_ledger_store_open(d->state, &d->store, err);
    if (rc == 0)
        rc = xd_hold_take(xd_hold_path(host, d->state, lock, sizeof(lock)), "xendeck policy run",
                          &d->hold, err);
    if (rc == 0)
        rc = xd_session_open(&config, &d->s, err);
    if (rc < 0) {
        xd_policy_free(p);
        return rc == -EBUSY ? XD_EXIT_REFUSED : XD_EXIT_NO_SOURCE;
    }
    rc = xd_runner_new(&(struct xd_runner_config){d->s, p, d->store, xd_boot_number()}, &d->r, err);
    if (rc < 0)
        return XD_EXIT_REFUSED;
    policy_socket(d->c->cli, host, d->state, path, sizeof(path));
    rc = xd_server_open(&(struct xd_server_config){path, &d->r, d->c->cli->log, reload_asked, d},
                        &d->server, err);
    return rc < 0 ? XD_EXIT_NO_SOURCE : XD_EXIT_DONE;
}

static void close_all(struct daemon *d)
{
    xd_server_close(d->server);
    xd_runner_free(d->r);
    xd_session_close(d->s);
    xd_ledger_store_close(d->store);
    xd_hold_give(d->hold);
    print_log(d);
    d->server = NULL;
    d->r = NULL;
    d->s = NULL;
    d->store = NULL;
    d->hold = NULL;
}

int policy_cmd_run(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct policy *c = ctx;
    struct daemon d = {.c = c, .file = argc == 2 ? argv[1] : NULL};
    int status;

    if (argc != 2) {
        xd_err_set(
            err, -EINVAL,
            "which policy? xendeck policy run FILE; a host has one, with as many rules as it "
            "takes");
        return XD_EXIT_USAGE;
    }
    if (xd_cli_take_signals(c->cli, err) < 0)
        return XD_EXIT_NO_SOURCE;
    d.journald = getenv("JOURNAL_STREAM") || getenv("NOTIFY_SOCKET");
    d.watchdog_ns = xd_notify_watchdog_ns();
    do { /* again: as a process that was killed, and with the knobs as they are */
        d.again = false;
        d.ticks = 0;
        d.ticked_ns = now_of(&d);
        status = open_all(&d, err);
        if (status == XD_EXIT_DONE) {
            want(&d);
            if (loop(&d, err) < 0)
                status = XD_EXIT_NO_SOURCE;
        }
        close_all(&d);
    } while (status == XD_EXIT_DONE && d.again && !d.ending_ns);
    xd_cli_give_signals(c->cli);
    return status;
}
