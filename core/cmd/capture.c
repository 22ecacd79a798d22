/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck capture FILE`: records the host until Ctrl-C or for so many samples. (With --topology:
 * capture_topology.c.) */
#include "cmd/cli.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "capture/format.h"

#define WAIT_MS 1000 /* between looks at who is late */

struct recording {
    struct xd_cli *cli;
    struct xd_session *s;
    struct xd_capture_writer *w;
    const char *path;
    uint64_t count;                 /* samples of each source to record */
    uint64_t seen[XD_SOURCES_MAX];  /* newest snapshot recorded, by source */
    uint64_t added[XD_SOURCES_MAX]; /* how many were, by source */
    int64_t first_done_ns;          /* when the first source had given all; 0: none has */
};

/* Whether every source has given so many samples. One that doesn't answer is waited for as long as
 * `get` would, once another has given all. */
static bool is_enough(struct recording *r)
{
    const struct xd_world *w = xd_session_world(r->s);
    int64_t now = xd_clock_now(&r->cli->clock);
    size_t late = 0, done = 0;

    for (size_t i = 0; i < xd_world_sources(w); i++) {
        if (r->added[i] >= r->count)
            done++;
        else if (xd_world_source(w, i).state != XD_SOURCE_DEAD)
            late++;
    }
    if (done && !r->first_done_ns)
        r->first_done_ns = now;
    return done && (!late || now - r->first_done_ns > XD_CLI_SAMPLE_TIMEOUT);
}

/* Adds what is new. */
static int add_samples(struct recording *r, struct xd_err *err)
{
    size_t n = xd_world_sources(xd_session_world(r->s));
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        struct xd_snapshot *snap = xd_session_snapshot(r->s, i);
        if (snap && xd_snapshot_seq(snap) != r->seen[i] && r->added[i] < r->count) {
            r->seen[i] = xd_snapshot_seq(snap);
            r->added[i]++;
            rc = xd_capture_writer_add(r->w, snap, err);
        }
        xd_snapshot_unref(snap);
    }
    return rc;
}

static void tell_progress(const struct recording *r)
{
    char size[16];

    if (isatty(fileno(r->cli->err)))
        fprintf(r->cli->err, "\r%llu samples, %s   (Ctrl-C ends) ",
                (unsigned long long)xd_capture_writer_samples(r->w),
                xd_fmt_bytes(xd_capture_writer_bytes(r->w), size, sizeof(size)));
}

static int record(struct recording *r, struct xd_err *err)
{
    int rc = 0;

    while (rc == 0 && !is_enough(r)) {
        int ms = xd_session_timeout_ms(r->s);
        struct pollfd fds[] = {
            {.fd = xd_session_fd(r->s), .events = POLLIN},
            {.fd = r->cli->signals, .events = POLLIN},
        };

        poll(fds, 2, ms < 0 || ms > WAIT_MS ? WAIT_MS : ms);
        if (fds[1].revents)
            break;
        if (xd_session_dispatch(r->s)) {
            rc = add_samples(r, err);
            tell_progress(r);
        }
    }
    return rc;
}

int xd_cmd_capture(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct recording r = {.cli = ctx};
    struct xd_session_config c;
    struct xd_err close_err = XD_ERR_INIT;
    int status = XD_EXIT_USAGE;

    if (argc != 2) {
        xd_err_set(err, -EINVAL, "capture needs the name of one file: xendeck capture host.xdc");
        return status;
    }
    r.path = argv[1];
    if (xd_cli_option(r.cli, "topology"))
        return xd_cli_capture_topology(r.cli, r.path, err);
    if (xd_cli_option(r.cli, "with-serials")) {
        xd_err_set(err, -EINVAL, "--with-serials goes with --topology");
        return status;
    }
    if (xd_cli_count(r.cli, "count", UINT64_MAX, &r.count, err) < 0 ||
        xd_cli_session_config(r.cli, &c, err) < 0)
        return status;
    c.readonly = true;
    c.journal = "";
    if (xd_cli_take_signals(r.cli, err) < 0)
        return status;
    status = XD_EXIT_NO_SOURCE;
    if (xd_session_open(&c, &r.s, err) < 0)
        goto out;
    status = XD_EXIT_REFUSED;
    if (xd_capture_writer_open(r.path, xd_cli_option(r.cli, "force") != NULL,
                               xd_world_host(xd_session_world(r.s)), xd_clock_wall(&r.cli->clock),
                               &r.w, err) < 0) {
        if (err->code == -EEXIST)
            xd_err_prefix(err, "--force writes over it: ");
        goto out;
    }
    int rc = record(&r, err);
    uint64_t samples = xd_capture_writer_samples(r.w);
    if (xd_capture_writer_close(r.w, &close_err) < 0 && rc == 0) {
        *err = close_err;
        rc = close_err.code;
    }
    if (rc == 0)
        fprintf(r.cli->err, "%s%s: %llu samples; look at them with xendeck --host capture:%s\n",
                isatty(fileno(r.cli->err)) ? "\r" : "", r.path, (unsigned long long)samples,
                r.path);
    status = rc < 0 ? XD_EXIT_UNKNOWN : XD_EXIT_DONE;
out:
    xd_session_close(r.s);
    xd_cli_give_signals(r.cli);
    return status;
}
