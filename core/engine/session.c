/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session: opening, dispatch and closing. See session.h; the calls that block are in
 * session_wait.c, plans in txn.c. */
#include "engine/session_impl.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

/* --- opening --- */

/* Who makes edits, for the journal: "alice as root on pts/3". */
static void find_who(char *out, size_t size)
{
    struct passwd pw = {.pw_name = (char *)"root"}, *found = NULL;
    const char *sudo = getenv("SUDO_USER");
    char buf[1024], user[32], tty[64], all[256];
    bool by_sudo = sudo && sudo[0];

    /* root is root: the name services and their libraries needn't be asked. */
    if (getuid() == 0 || (getpwuid_r(getuid(), &pw, buf, sizeof(buf), &found) == 0 && found))
        snprintf(user, sizeof(user), "%s", pw.pw_name);
    else
        snprintf(user, sizeof(user), "uid %u", (unsigned)getuid());
    snprintf(all, sizeof(all), "%s%s%s", by_sudo ? sudo : "", by_sudo ? " as " : "", user);
    if (ttyname_r(STDIN_FILENO, tty, sizeof(tty)) == 0) {
        size_t len = strlen(all);

        snprintf(all + len, sizeof(all) - len, " on %s",
                 xd_str_starts(tty, "/dev/") ? tty + 5 : tty);
    }
    xd_str_safe_to(out, size, all);
}

/* A journal that can't be opened must not keep anybody from looking: only edits are refused. A
 * read-only session shows the host's journal without ever making one. */
static void open_journal(struct xd_session *s, const struct xd_session_config *c)
{
    const char *path = c->journal;
    char buf[4096];

    if (!path)
        path = xd_journal_default_path(s->world.host, buf, sizeof(buf));
    if (!path[0] || (s->world.readonly && access(path, F_OK) != 0))
        path = NULL;
    if ((c->appends ? xd_journal_open_end : xd_journal_open)(path, s->clock, s->log, &s->journal,
                                                             &s->journal_err) == 0)
        return;
    xd_log_write(s->log, XD_LOG_WARN, "journal", "%s", xd_err_text(&s->journal_err));
    xd_journal_open(NULL, s->clock, s->log, &s->journal, NULL);
}

/* A command needs some of several sources, and waits for those only. */
static bool is_lazy(const struct xd_session *s)
{
    return s->one_shot && (s->world.n > 1 || s->errand);
}

/* Whether one instance of that source looks and edits. Those that are hosts of their own keep the
 * two apart: that is part of what they are there to show. */
static bool errand(const struct xd_session *s, size_t i)
{
    return s->errand && s->world.sources[i].backend->live;
}

/* Whether source i does its work within dispatch. */
static bool is_inline(const struct xd_session *s, size_t i)
{
    return s->inline_workers || i >= s->n_host;
}

static int start_observer(struct xd_session *s, size_t i, struct xd_err *err)
{
    return xd_worker_new(
        &(struct xd_worker_config){.backend = s->world.sources[i].backend,
                                   .shared = s->shared,
                                   .clock = s->clock,
                                   .log = s->log,
                                   .role = errand(s, i) ? XD_ERRAND : XD_OBSERVER,
                                   .arg = s->arg,
                                   .source = i,
                                   .interval_ns = s->one_shot ? 0 : s->world.interval_ns,
                                   .threaded = !is_inline(s, i),
                                   .lazy = is_lazy(s),
                                   .tells = s->tells,
                                   .context = s->contexts[i]},
        &s->observers[i], err);
}

struct xd_worker *xd_session_operator(struct xd_session *s, size_t i, struct xd_err *err)
{
    struct xd_worker *w = s->observers[i];

    if (s->operators[i])
        return s->operators[i];
    if (!w || !s->opened[i] || s->world.sources[i].state == XD_SOURCE_DEAD) {
        xd_err_set(err, -ENODEV, "%s is not open", s->world.sources[i].backend->name);
        return NULL;
    }
    if (errand(s, i))
        return w;
    /* The observer wrote `self` before it said that it is open, and doesn't change it. */
    xd_worker_new(&(struct xd_worker_config){.backend = w->backend,
                                             .shared = s->shared,
                                             .clock = s->clock,
                                             .log = s->log,
                                             .role = XD_OPERATOR,
                                             .arg = s->arg,
                                             .peer = w->self,
                                             .source = i,
                                             .threaded = !is_inline(s, i),
                                             .context = s->contexts[i]},
                  &s->operators[i], err);
    return s->operators[i];
}

/* True as soon as every backend has said how its opening went. */
static bool all_opened(const struct xd_session *s)
{
    for (size_t i = 0; i < s->world.n; i++)
        if (!s->opened[i] && !is_lazy(s))
            return false;
    return true;
}

static int none_is_alive(const struct xd_session *s, struct xd_err *err)
{
    struct xd_buf why = XD_BUF_INIT;

    for (size_t i = 0; i < s->n_host; i++) {
        if (s->world.sources[i].state != XD_SOURCE_DEAD) {
            xd_buf_done(&why);
            return 0;
        }
        xd_buf_printf(&why, "%s%s", i ? "; " : "", s->world.sources[i].why);
    }
    xd_err_set(err, -ENODEV, "host %s can't be opened: %s", s->world.host, xd_buf_str(&why));
    xd_buf_done(&why);
    return -ENODEV;
}

static int start_all(struct xd_session *s, struct xd_err *err)
{
    int64_t until = xd_session_patience_clock(s) + XD_OPEN_PATIENCE_NS;

    s->shared = xd_shared_new(err);
    if (!s->shared)
        return -ENFILE;
    for (size_t i = 0; i < s->world.n; i++) {
        int rc = start_observer(s, i, err);

        if (rc)
            return rc;
    }
    for (;;) {
        xd_session_take_all(s);
        if (all_opened(s) || xd_session_patience_clock(s) >= until)
            return none_is_alive(s, err);
        xd_session_pause(s, until - xd_session_patience_clock(s));
    }
}

static int64_t sane_interval(int64_t ns)
{
    return ns < XD_INTERVAL_MIN_NS ? XD_INTERVAL_MIN_NS : ns;
}

/* What plans of those wishes look at, as the backends that edit know it. */
static int add_wishes(const struct xd_session_config *c, struct xd_wants *wants, struct xd_err *err)
{
    struct xd_need need = {.edits = true, .edits_of = c->edits_of};
    struct xd_host_choice host;
    struct xd_world w;
    int rc = xd_registry_resolve(c->registry, c->host, &need, &host, err);

    if (rc)
        return rc;
    xd_world_init(&w, &host, c->clock, c->log);
    xd_plan_wants(&w, c->wishes, c->n_wishes, wants);
    xd_world_done(&w);
    return 0;
}

static int choose_host(const struct xd_session_config *c, struct xd_host_choice *host,
                       struct xd_err *err)
{
    struct xd_need need = {c->wants, c->n_wants, !c->readonly};
    struct xd_wants wants;
    int rc;

    if (!c->wants && !c->wishes)
        return xd_registry_resolve(c->registry, c->host, NULL, host, err);
    if (c->wishes) {
        rc = add_wishes(c, &wants, err);
        if (rc)
            return rc;
        need = (struct xd_need){wants.want, wants.n, true, c->edits_of};
    }
    return xd_registry_resolve(c->registry, c->host, &need, host, err);
}

static void add_companions(struct xd_session *s, const struct xd_session_config *c,
                           struct xd_host_choice *host)
{
    s->n_host = host->n;
    for (size_t i = 0; i < c->n_companions && host->n < XD_SOURCES_MAX; i++) {
        s->contexts[host->n] = c->companions[i].context;
        host->backends[host->n++] = c->companions[i].backend;
    }
}

int xd_session_open(const struct xd_session_config *c, struct xd_session **out, struct xd_err *err)
{
    struct xd_host_choice host;
    struct xd_session *s;
    int rc = choose_host(c, &host, err);

    if (rc)
        return rc;
    s = xd_malloc(sizeof(*s));
    s->clock = c->clock;
    s->log = c->log;
    s->inline_workers = c->inline_workers;
    s->one_shot = c->one_shot;
    s->interrupt_fd = c->interrupt_fd;
    s->errand = c->errand;
    s->tells = c->tells;
    s->arg = xd_strdup(host.arg);
    add_companions(s, c, &host);
    xd_world_init(&s->world, &host, c->clock, c->log);
    s->world.readonly = c->readonly;
    s->world.one_shot = c->one_shot;
    s->world.interval_ns = sane_interval(c->interval_ns);
    if (c->who)
        xd_str_safe_to(s->who, sizeof(s->who), c->who);
    else if (!c->readonly)
        find_who(s->who, sizeof(s->who));
    open_journal(s, c);
    rc = start_all(s, err);
    if (rc) {
        xd_session_close(s);
        return rc;
    }
    *out = s;
    return 0;
}

/* --- dispatch --- */

static void take_opened(struct xd_session *s, const struct xd_say *m)
{
    s->opened[m->source] = true;
    if (m->rc)
        xd_world_take_death(&s->world, m->source, xd_err_text(&m->err));
}

static void take(struct xd_session *s, struct xd_say *m)
{
    const char *name = s->world.sources[m->source].backend->name;

    switch ((enum xd_say_kind)m->msg.kind) {
    case XD_SAY_OPENED:
        take_opened(s, m);
        break;
    case XD_SAY_SAMPLE:
        xd_world_take_sample(&s->world, m->source, m->snapshot);
        m->snapshot = NULL;
        break;
    case XD_SAY_FAILED:
        xd_world_take_failure(&s->world, m->source, xd_err_text(&m->err));
        break;
    case XD_SAY_CONTROL:
        if (m->rc < 0)
            xd_log_write(s->log, XD_LOG_ERROR, name, "%s", xd_err_text(&m->err));
        break;
    case XD_SAY_PROGRESS:
        xd_txn_take_progress(s, m->permille, m->text);
        break;
    case XD_SAY_STEP:
        xd_txn_take_step(s, m->job);
        break;
    case XD_SAY_PREVIEW:
        xd_preview_keep(s, m->job);
        break;
    case XD_SAY_GONE: /* only while closing, which looks for itself */
        break;
    }
}

/* Workers without a thread do one turn; an operator must not make two attempts in one round. */
static bool turn_inline(struct xd_session *s)
{
    bool any = false;

    for (size_t i = s->inline_workers ? 0 : s->n_host; i < s->world.n; i++) {
        if (s->observers[i])
            any |= xd_worker_turn(s->observers[i]);
        if (s->operators[i])
            any |= xd_worker_turn(s->operators[i]);
    }
    return any;
}

bool xd_session_take_all(struct xd_session *s)
{
    bool any = false;
    struct xd_msg *m;

    while ((m = xd_queue_pop(&s->shared->answers))) {
        take(s, (struct xd_say *)m);
        m->drop(m);
        any = true;
    }
    return any;
}

/* --- what is looked at --- */

bool xd_session_is_wanted(const struct xd_session *s, size_t i)
{
    return xd_worker_is_wanted(s->observers[i]);
}

void xd_session_ask(struct xd_session *s, size_t i)
{
    /* One request is enough: a worker that hangs must not come back to a hundred of them. */
    if (s->world.sources[i].asked || s->world.sources[i].state == XD_SOURCE_DEAD)
        return;
    xd_world_ask(&s->world, i);
    xd_worker_ask(s->observers[i], XD_ASK_COLLECT);
}

static uint64_t columns_of(const struct xd_session *s, const struct xd_want *wants, size_t n,
                           const struct xd_table_desc *d)
{
    uint64_t columns = 0;

    for (size_t i = 0; i < n; i++)
        if (strcmp(wants[i].table, d->name) == 0)
            columns |= wants[i].columns == XD_WANT_ALL ? xd_desc_usual(d) : wants[i].columns;
    for (size_t i = 0; i < s->n_asked; i++)
        if (strcmp(s->asked[i], d->name) == 0)
            columns |= xd_desc_usual(d);
    return columns;
}

void xd_session_want(struct xd_session *s, const struct xd_want *wants, size_t n)
{
    for (size_t i = 0; i < s->world.n; i++) {
        const struct xd_table_desc *d;
        bool more = false;
        int fill;

        for (int k = 0; (d = xd_worker_table(s->observers[i], k, &fill)); k++)
            more |= xd_worker_want(s->observers[i], d->name, columns_of(s, wants, n, d));
        xd_world_rest(&s->world, i, !xd_session_is_wanted(s, i));
        if (more && !s->one_shot)
            xd_session_ask(s, i);
    }
}

void xd_session_glance(struct xd_session *s, const struct xd_want *wants, size_t n)
{
    for (size_t i = 0; i < s->world.n; i++)
        for (size_t k = 0; k < n; k++)
            xd_worker_glance(s->observers[i], wants[k].table, wants[k].columns);
}

void xd_session_want_rows(struct xd_session *s, const char *const *names, size_t n)
{
    for (size_t i = 0; i < s->world.n; i++)
        xd_worker_want_rows(s->observers[i], names, n);
}

/* Somebody asked for a table that isn't sampled, because nobody had wanted it. */
static void take_missed(struct xd_session *s)
{
    struct xd_find_cache *c = s->world.found;

    for (; c->n_missed; c->n_missed--) {
        const char *table = c->missed[c->n_missed - 1];

        if (s->n_asked < XD_MISSED_MAX)
            s->asked[s->n_asked++] = table;
        const struct xd_table_desc *d = xd_world_desc_named(&s->world, table);
        for (size_t i = 0; i < s->world.n; i++)
            if (xd_worker_want(s->observers[i], table, d ? xd_desc_usual(d) : XD_WANT_ALL)) {
                xd_world_rest(&s->world, i, false);
                xd_session_ask(s, i);
            }
    }
}

/* One round. True if anything was done or said. */
static bool pump(struct xd_session *s)
{
    bool any = turn_inline(s);

    any |= xd_session_take_all(s);
    take_missed(s);
    return any;
}

bool xd_session_dispatch(struct xd_session *s)
{
    uint64_t before = s->world.generation;
    size_t rounds = s->txn.running ? 2 * s->txn.plan->n + 1 : 1;

    /* Without threads: a plan whose steps are seen at once ends within one dispatch. */
    while (pump(s) && s->inline_workers && s->txn.job && s->txn.job->phase == XD_JOB_NEW &&
           --rounds)
        ;
    xd_world_age(&s->world);
    return s->world.generation != before;
}

int xd_session_fd(const struct xd_session *s)
{
    return s->shared->answers.fd;
}

int xd_session_timeout_ms(const struct xd_session *s)
{
    int64_t next = xd_world_next_age(&s->world);

    for (size_t i = s->inline_workers ? 0 : s->n_host; i < s->world.n; i++) {
        struct xd_worker *both[] = {s->observers[i], s->operators[i]};

        for (size_t k = 0; k < 2; k++) {
            int64_t ns = both[k] ? xd_worker_wait_ns(both[k]) : -1;

            if (ns >= 0 && (next < 0 || ns < next))
                next = ns;
        }
    }
    if (next < 0)
        return -1;
    next = (next + XD_NS_PER_MS - 1) / XD_NS_PER_MS;
    return next < 3600000 ? (int)next : 3600000;
}

/* --- what the session is asked --- */

const struct xd_world *xd_session_world(const struct xd_session *s)
{
    return &s->world;
}

struct xd_journal *xd_session_journal(const struct xd_session *s)
{
    return s->journal;
}

struct xd_log *xd_session_log(const struct xd_session *s)
{
    return s->log;
}

struct xd_clock *xd_session_clock(const struct xd_session *s)
{
    return s->clock;
}

struct xd_snapshot *xd_session_snapshot(const struct xd_session *s, size_t source)
{
    return source < s->world.n ? xd_snapshot_ref(s->world.sources[source].snapshot) : NULL;
}

void xd_session_refresh(struct xd_session *s)
{
    for (size_t i = 0; i < s->world.n; i++)
        if (xd_session_is_wanted(s, i))
            xd_session_ask(s, i);
}

int64_t xd_session_interval(const struct xd_session *s)
{
    return s->world.interval_ns;
}

void xd_session_set_interval(struct xd_session *s, int64_t ns)
{
    s->world.interval_ns = sane_interval(ns);
    s->world.generation++;
    for (size_t i = 0; i < s->world.n && !s->one_shot; i++)
        xd_worker_ask_interval(s->observers[i], s->world.interval_ns);
}

int xd_session_control(struct xd_session *s, const char *verb, struct xd_err *err)
{
    bool any = false;

    for (size_t i = 0; i < s->world.n; i++) {
        if (!s->world.sources[i].backend->control || s->world.sources[i].state == XD_SOURCE_DEAD)
            continue;
        xd_worker_ask_control(s->observers[i], verb);
        any = true;
    }
    if (any)
        return 0;
    return xd_err_set(err, -ENOTSUP, "host %s takes no verbs: there is nothing to \"%s\"",
                      s->world.host, verb);
}

/* --- closing --- */

void xd_session_close(struct xd_session *s)
{
    if (!s)
        return;
    if (s->shared) {
        xd_txn_abandon(s);
        xd_session_stop_workers(s);
    }
    xd_txn_done(&s->txn);
    xd_preview_done(s);
    xd_journal_close(s->journal);
    xd_world_done(&s->world);
    xd_shared_unref(s->shared);
    free(s->arg);
    free(s);
}
