/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A backend's own life: opened and closed often, alone or in pairs, without leaving anything
 * behind; and what it says to a doctor and to verbs. */
#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "base/str.h"
#include "conformance.h"

#define ROUNDS     20
#define WARM_UP    5     /* libraries fill their caches */
#define GROWTH_MAX 32768 /* bytes in all the rounds after that: less than 2 KiB each */

static size_t entries(const char *path)
{
    DIR *d = opendir(path);
    size_t n = 0;

    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

static void round_trip(struct conf *c)
{
    struct xd_err err = XD_ERR_INIT;
    struct conf other;

    if (conf_open(&other, c->host, &err)) {
        conf_fail(c, "open: %s", xd_err_text(&err));
        return;
    }
    conf_sample(&other, 0);
    conf_sample(&other, XD_NS_PER_S / 10);
    c->failures += other.failures;
    conf_close(&other);
}

/* Files, threads and memory. */
static void leaks_nothing(struct conf *c)
{
    size_t files = 0, threads = 0, bytes = 0;

    for (int i = 0; i < ROUNDS && !c->failures; i++) {
        if (i == WARM_UP) {
            files = entries("/proc/self/fd");
            threads = entries("/proc/self/task");
            bytes = mallinfo2().uordblks;
        }
        round_trip(c);
    }
    if (c->failures)
        return;
    CONF(c, entries("/proc/self/fd") <= files, "%zu files were open, now %zu", files,
         entries("/proc/self/fd"));
    CONF(c, entries("/proc/self/task") <= threads, "%zu threads were running, now %zu", threads,
         entries("/proc/self/task"));
    CONF(c, mallinfo2().uordblks <= bytes + GROWTH_MAX, "%zu bytes were in use, now %zu", bytes,
         (size_t)mallinfo2().uordblks);
}

static void opens_with_errors(struct conf *c)
{
    struct xd_backend_env env = c->observer_env;
    struct xd_err err = XD_ERR_INIT;
    void *self;
    int rc;

    if (c->b->live) {
        conf_skip(c, "a live host takes no name");
        return;
    }
    env.arg = "/nowhere/there-is-no-such-file.yaml";
    rc = c->b->open(&env, &self, &err);
    conf_expect_error(c, rc, &err, "opening a host that isn't there");
    if (rc == 0)
        c->b->close(self);
}

static void probes(struct conf *c)
{
    struct xd_err err = XD_ERR_INIT;
    int rc;

    if (!c->b->probe) {
        conf_skip(c, "it has no probe");
        return;
    }
    rc = c->b->probe(&err);
    CONF(c, rc == 0, "it opens and says that it can't serve this machine: %s", xd_err_text(&err));
}

/* --- doctor, verbs, due --- */

/* Of a host that could not be opened there may be nothing to say: then self is NULL. */
static void see_doctor(struct conf *c, void *self)
{
    struct xd_builder *b = xd_builder_new(c->b->name);
    const struct xd_table *t;
    struct xd_snapshot *s;

    c->b->doctor(self, b);
    s = xd_builder_seal(b, NULL, 1, xd_clock_now(&c->clock), xd_clock_wall(&c->clock), 0);
    t = xd_snapshot_table(s, "checks");
    CONF(c, !self || (t && t->n), "the doctor has nothing to say");
    for (size_t i = 0; t && i < t->n; i++) {
        const struct xd_row *r = t->rows[i];
        bool warns = xd_row_u64(r, XD_CHECK_STATUS, 99) == XD_CHECK_WARN;

        for (int col = 0; col < XD_CHECK_REMEDY; col++)
            CONF(c, xd_row_has(r, col), "check %zu has no %s", i, xd_checks_desc.columns[col].name);
        CONF(c, !warns || xd_row_str(r, XD_CHECK_REMEDY, "")[0],
             "%s: something is wrong and nothing is advised", xd_row_str(r, XD_CHECK_NAME, "?"));
    }
    xd_snapshot_unref(s);
}

static void doctor(struct conf *c)
{
    if (!c->b->doctor) {
        conf_skip(c, "it has no doctor");
        return;
    }
    see_doctor(c, c->observer);
    see_doctor(c, NULL);
}

static void verbs(struct conf *c)
{
    struct xd_err err = XD_ERR_INIT;
    int rc;

    if (!c->b->control) {
        conf_skip(c, "it takes no verbs");
        return;
    }
    rc = c->b->control(c->observer, "no-such-verb 1 2 3", &err);
    CONF(c, rc == -ENOTSUP || rc == -EINVAL, "a verb that it doesn't know gives %d", rc);
    conf_expect_error(c, rc, &err, "a verb that it doesn't know");
}

static void due(struct conf *c)
{
    if (!c->b->due) {
        conf_skip(c, "it is due as usual");
        return;
    }
    for (int i = 0; i < 3 && conf_sample(c, XD_NS_PER_S / 2); i++)
        CONF(c, c->b->due(c->observer) != 0, "it wants to be sampled without a pause");
}

const struct conf_check conf_life_checks[] = {
    {"it can serve this machine", probes},
    {"opened and closed often it leaks nothing", leaks_nothing},
    {"a host that isn't there is refused with a sentence", opens_with_errors},
    {"the doctor's rows are complete", doctor},
    {"verbs that it doesn't know are refused", verbs},
    {"it is not due at once for ever", due},
    {NULL, NULL},
};
