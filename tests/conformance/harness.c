/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening, sampling and closing a backend as the engine does, without the engine. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "conformance.h"

#define FAILURES_SHOWN 10                           /* of one check */
#define WALL_NS        INT64_C(1767225600000000000) /* the manual clock's: 1 January 2026 */

static bool never(const struct xd_backend_env *env)
{
    return false;
}

int conf_open(struct conf *c, const struct conf_host *h, struct xd_err *err)
{
    int rc;

    memset(c, 0, sizeof(*c));
    c->host = h;
    c->b = h->backend;
    if (h->real_clock)
        xd_clock_init_real(&c->clock);
    else
        xd_clock_init_manual(&c->clock, WALL_NS);
    xd_log_init(&c->log, &c->clock);
    c->observer_env = (struct xd_backend_env){.clock = &c->clock,
                                              .log = &c->log,
                                              .role = XD_OBSERVER,
                                              .arg = h->arg ? h->arg : "",
                                              .stopping = never};
    rc = c->b->open(&c->observer_env, &c->observer, err);
    if (rc)
        return rc;
    if (!xd_backend_knob(c->b, 0) && !c->b->actions)
        return 0;
    c->operator_env = c->observer_env;
    c->operator_env.role = XD_OPERATOR;
    c->operator_env.peer = c->observer;
    rc = c->b->open(&c->operator_env, &c->operator, err);
    if (rc)
        c->b->close(c->observer);
    return rc;
}

void conf_close(struct conf *c)
{
    if (c->operator)
        c->b->close(c->operator);
    if (c->observer)
        c->b->close(c->observer);
    xd_snapshot_unref(c->before);
    xd_snapshot_unref(c->now);
    xd_arena_done(&c->arena);
    xd_log_done(&c->log);
}

/* --- results --- */

void conf_fail(struct conf *c, const char *fmt, ...)
{
    char text[1024], safe[1024];
    va_list ap;

    if (c->failures++ >= FAILURES_SHOWN)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    xd_str_safe_to(safe, sizeof(safe), text);
    printf("#   %s\n", safe);
}

void conf_skip(struct conf *c, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(c->skipped, sizeof(c->skipped), fmt, ap);
    va_end(ap);
}

void conf_expect_error(struct conf *c, int rc, const struct xd_err *err, const char *what)
{
    CONF(c, rc < 0, "%s was not refused", what);
    if (rc >= 0)
        return;
    CONF(c, err->text[0], "%s was refused without a sentence", what);
    CONF(c, err->code == rc, "%s: returned %d, and the error says %d", what, rc, err->code);
    CONF(c, xd_str_is_safe(err->text), "%s: the sentence isn't fit for a terminal", what);
}

/* --- samples --- */

void conf_pass(struct conf *c, int64_t ns)
{
    struct timespec ts = {.tv_sec = ns / XD_NS_PER_S, .tv_nsec = ns % XD_NS_PER_S};

    if (c->host->real_clock)
        nanosleep(&ts, NULL);
    else
        xd_clock_advance(&c->clock, ns);
}

bool conf_sample(struct conf *c, int64_t ns)
{
    struct xd_builder *b = xd_builder_new(c->b->name);
    struct xd_err err = XD_ERR_INIT;
    int64_t began;

    conf_pass(c, ns);
    began = xd_clock_now(&c->clock);
    if (c->b->collect(c->observer, b, &err)) {
        conf_fail(c, "collect: %s", xd_err_text(&err));
        xd_builder_free(b);
        return false;
    }
    xd_snapshot_unref(c->before);
    c->before = c->now;
    c->now = xd_builder_seal(b, c->before, ++c->samples, xd_clock_now(&c->clock),
                             xd_clock_wall(&c->clock), xd_clock_now(&c->clock) - began);
    return true;
}

bool conf_fills(const struct xd_backend *b, const char *table)
{
    size_t i = 0;

    while (b->fills && b->fills[i] && !xd_streq(b->fills[i]->name, table))
        i++;
    return b->fills && b->fills[i];
}

const struct xd_table *conf_table(const struct conf *c, const char *name)
{
    return xd_snapshot_table(c->now, name);
}

const struct xd_row *conf_row(const struct conf *c, const char *table, const char *label)
{
    const struct xd_table *t = conf_table(c, table);
    char text[XD_KEY_MAX];

    for (size_t i = 0; t && i < t->n; i++) {
        if (strcmp(xd_row_label(t->desc, t->rows[i], text), label) == 0)
            return t->rows[i];
    }
    return NULL;
}

const struct xd_row *conf_path(const struct conf *c, const char *path, const struct xd_table **t)
{
    for (size_t i = 0; i < xd_snapshot_tables(c->now); i++) {
        const struct xd_table *table = xd_snapshot_table_at(c->now, i);
        size_t n = strlen(table->desc->noun);
        const struct xd_row *r;

        if (strncmp(path, table->desc->noun, n) != 0 || (path[n] && path[n] != '/'))
            continue;
        *t = table;
        if (!path[n])
            return table->n ? table->rows[0] : NULL;
        r = xd_table_find(table, path + n + 1);
        return r ? r : conf_row(c, table->desc->name, path + n + 1);
    }
    return NULL;
}

struct xd_object conf_object(struct conf *c, const struct xd_table *t, const struct xd_row *r)
{
    char key[XD_KEY_MAX], label[XD_KEY_MAX];

    xd_row_key(t->desc, r, key);
    xd_row_label(t->desc, r, label);
    return (struct xd_object){t->desc->name, xd_arena_strdup(&c->arena, key),
                              xd_arena_strdup(&c->arena, label)};
}

struct xd_object conf_nobody(const char *table)
{
    static const struct {
        const char *table, *key;
    } keys[] = {
        {"domains", CONF_NOWHERE},
        {"vcpus", CONF_NOWHERE "/0"},
        {"disks", CONF_NOWHERE "/xvdz"},
        {"nics", CONF_NOWHERE "/99"},
        {"pools", "99999"},
        {"pcpus", "4095"},
        {"pci", "fffe:ff:1f.7"},
        {"params", "/params/there-is-no-such-thing"},
        {"sensors", "nowhere/nothing"},
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (xd_streq(keys[i].table, table))
            return (struct xd_object){keys[i].table, keys[i].key, "nobody"};
    }
    return (struct xd_object){table, NULL, "nobody"};
}

const char *conf_limit(const struct conf *c, const char *name)
{
    const struct xd_table *t = conf_table(c, "limits");
    const struct xd_row *r = t ? xd_table_find(t, name) : NULL;

    return r ? xd_row_str(r, XD_LIMIT_REASON, "") : NULL;
}

unsigned conf_pcpus(const struct conf *c)
{
    const struct xd_table *t = conf_table(c, "pcpus");

    return t ? (unsigned)t->n : 0;
}
