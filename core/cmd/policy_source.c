/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recorded load for simulations: captures of hosts, and tables of comma-separated values. */
#include "cmd/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/format.h"

#define DAY_NS (86400 * XD_NS_PER_S)

struct policy_source {
    char path[512];
    struct xd_capture *capture; /* or */
    struct xd_trace *trace;
};

int policy_source_open(const char *path, struct policy_source **out, struct xd_err *err)
{
    struct policy_source *s = xd_malloc(sizeof(*s));
    int rc;

    snprintf(s->path, sizeof(s->path), "%s", path);
    rc = xd_capture_is(path) ? xd_capture_open(path, NULL, NULL, &s->capture, err)
                             : xd_trace_open(path, &s->trace, err);
    if (rc < 0) {
        free(s);
        s = NULL;
    }
    *out = s;
    return rc;
}

void policy_source_close(struct policy_source *s)
{
    if (!s)
        return;
    if (s->capture)
        xd_capture_close(s->capture);
    xd_trace_close(s->trace);
    free(s);
}

const char *policy_source_damage(const struct policy_source *s)
{
    return s->capture ? xd_capture_damage(s->capture) : NULL;
}

static bool is_enough(const struct xd_sim *sim, int64_t most_ns)
{
    return most_ns && xd_sim_length(sim) >= most_ns;
}

static int play_trace(struct policy_source *s, struct xd_sim *sim, int64_t most_ns,
                      struct xd_err *err)
{
    struct xd_trace_sample sample;
    int rc = 0;

    while (!is_enough(sim, most_ns) && (rc = xd_trace_next(s->trace, &sample, err)) > 0)
        if ((rc = xd_sim_step(sim, &sample, NULL, 0, err)) < 0)
            break;
    if (rc < 0)
        return rc;
    xd_trace_close(s->trace); /* from the beginning, the next time */
    s->trace = NULL;
    return xd_trace_open(s->path, &s->trace, err);
}

static int play_capture(struct policy_source *s, struct xd_sim *sim, int64_t most_ns,
                        struct xd_err *err)
{
    struct xd_snapshot *newest[XD_CAPTURE_SOURCES_MAX] = {NULL};
    size_t n = xd_capture_sources(s->capture);
    bool any = false;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < xd_capture_frames(s->capture); i++) {
        size_t source = xd_capture_frame(s->capture, i)->source;
        struct xd_snapshot *snap, *beside[XD_CAPTURE_SOURCES_MAX];
        const struct xd_table *t;
        size_t k = 0;

        if (is_enough(sim, most_ns))
            break;
        if ((rc = xd_capture_load(s->capture, i, &snap, err)) < 0)
            break;
        xd_snapshot_unref(newest[source]);
        newest[source] = snap;
        t = xd_snapshot_table(snap, "domains");
        if (!t || t->state != XD_TABLE_OK || !t->n ||
            !xd_row_has(t->rows[0], xd_desc_column(t->desc, "cpu_ns")))
            continue;
        for (size_t o = 0; o < n; o++)
            if (newest[o])
                beside[k++] = newest[o];
        rc = xd_sim_step_snapshot(sim, snap, beside, k, err);
        any = true;
    }
    for (size_t i = 0; i < n; i++)
        xd_snapshot_unref(newest[i]);
    if (rc == 0 && !any)
        return xd_err_set(err, -ENODATA, "%s: no sample has domains and their CPU time", s->path);
    return rc;
}

int policy_source_play(struct policy_source *s, struct xd_sim *sim, uint64_t days,
                       struct xd_err *err)
{
    int64_t most_ns = (int64_t)days * DAY_NS;

    for (;;) {
        int64_t before = xd_sim_length(sim);
        int rc = s->capture ? play_capture(s, sim, most_ns, err) : play_trace(s, sim, most_ns, err);

        if (rc < 0)
            return rc;
        if (!most_ns || is_enough(sim, most_ns))
            return 0;
        if (xd_sim_length(sim) == before)
            return xd_err_set(err, -ENODATA, "%s: a recording of no length can't be repeated",
                              s->path);
        xd_sim_again(sim);
    }
}
