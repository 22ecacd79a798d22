/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bench to put the fake host on: registry, clock, log and one session. What goes wrong in setting
 * it up aborts. */
#ifndef XD_TESTS_FAKE_BENCH_H
#define XD_TESTS_FAKE_BENCH_H

#include "fake_backend.h"

struct bench {
    struct xd_registry *registry;
    struct xd_clock clock;
    struct xd_log log;
    struct xd_session *s;
    char dir[64]; /* of this test alone, made when asked for */
    char path[128];
};

/* A folder for the test; journal files go there. */
static inline const char *bench_path(struct bench *b)
{
    if (!b->dir[0]) {
        snprintf(b->dir, sizeof(b->dir), "/tmp/xendeck-test-XXXXXX");
        if (!mkdtemp(b->dir))
            abort();
        snprintf(b->path, sizeof(b->path), "%s/sub/host.journal", b->dir);
    }
    return b->path;
}

static inline void bench_init(struct bench *b, bool manual)
{
    struct xd_err err = XD_ERR_INIT;

    memset(b, 0, sizeof(*b));
    fake_reset();
    if (manual)
        xd_clock_init_manual(&b->clock, INT64_C(1700000000) * XD_NS_PER_S);
    else
        xd_clock_init_real(&b->clock);
    xd_log_init(&b->log, &b->clock);
    if (xd_registry_new(fake_builtin, NULL, NULL, &b->log, &b->registry, &err) < 0)
        abort();
}

static inline int bench_open(struct bench *b, const struct xd_session_config *extra,
                             struct xd_err *err)
{
    struct xd_session_config c = *extra;

    c.registry = b->registry;
    c.clock = &b->clock;
    c.log = &b->log;
    c.host = c.host ? c.host : "fake";
    c.interval_ns = c.interval_ns ? c.interval_ns : XD_NS_PER_S;
    c.journal = c.journal ? c.journal : "";
    return xd_session_open(&c, &b->s, err);
}

/* Without threads, with a manual clock, and a first sample there. */
static inline const struct xd_world *bench_inline(struct bench *b, const char *journal)
{
    struct xd_session_config c = {.inline_workers = true, .journal = journal};
    struct xd_err err = XD_ERR_INIT;

    bench_init(b, true);
    if (bench_open(b, &c, &err) < 0 || xd_session_wait_samples(b->s, 1, XD_NS_PER_S, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    return xd_session_world(b->s);
}

static inline void bench_done(struct bench *b)
{
    char text[300];

    xd_session_close(b->s);
    b->s = NULL;
    xd_registry_free(b->registry);
    xd_log_done(&b->log);
    if (b->dir[0]) {
        unlink(b->path);
        snprintf(text, sizeof(text), "%s/sub", b->dir);
        rmdir(text);
        rmdir(b->dir);
    }
}

/* True if a line of the log contains text. */
static inline bool bench_logged(struct bench *b, const char *text)
{
    struct xd_log_line *lines = calloc(XD_LOG_LINES, sizeof(*lines));
    size_t n = xd_log_tail(&b->log, lines, XD_LOG_LINES);
    bool found = false;

    for (size_t i = 0; i < n && !found; i++)
        found = strstr(lines[i].text, text) != NULL;
    free(lines);
    return found;
}

/* Makes a plan of wishes, or aborts the test with the sentence. */
static inline struct xd_plan *bench_plan(struct bench *b, const struct xd_wish *w, size_t n)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p = NULL;

    if (xd_plan_make(xd_session_world(b->s), w, n, &p, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    return p;
}

/* Applies a plan and waits; it stays the session's. */
static inline const struct xd_plan *bench_carry_out(struct bench *b, struct xd_plan *p)
{
    struct xd_err err = XD_ERR_INIT;

    if (xd_session_apply(b->s, p, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    xd_session_wait_plan(b->s);
    xd_session_dispatch(b->s); /* the sample that shows it */
    return xd_session_plan(b->s);
}

static inline const struct xd_plan *bench_apply(struct bench *b, const struct xd_wish *w, size_t n)
{
    return bench_carry_out(b, bench_plan(b, w, n));
}

#endif
