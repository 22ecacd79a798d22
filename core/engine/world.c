/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The world: what is known of each source, which table counts, what can be edited. See world.h. */
#include "engine/world_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/tables.h"

static bool offers_knob(const struct xd_backend *b, const struct xd_knob *k)
{
    const struct xd_knob *o;

    for (size_t i = 0; (o = xd_backend_knob(b, i)); i++)
        if (strcmp(o->name, k->name) == 0 && strcmp(o->table, k->table) == 0)
            return true;
    return false;
}

/* Whether any of its knobs is offered by another source too. */
static bool has_twin(const struct xd_world *w, size_t i)
{
    const struct xd_knob *k;

    for (size_t n = 0; (k = xd_backend_knob(w->sources[i].backend, n)); n++)
        for (size_t other = 0; other < w->n; other++)
            if (other != i && offers_knob(w->sources[other].backend, k))
                return true;
    return false;
}

static const struct xd_table_desc *declared(const struct xd_world *w, const char *name)
{
    for (size_t i = 0; i < w->n_descs; i++)
        if (strcmp(w->descs[i]->name, name) == 0)
            return w->descs[i];
    return NULL;
}

static void list_descs(struct xd_world *w, const struct xd_table_desc *const *d)
{
    for (; d && *d; d++) {
        if (declared(w, (*d)->name))
            continue;
        w->descs = xd_realloc(w->descs, (w->n_descs + 1) * sizeof(*w->descs));
        w->descs[w->n_descs++] = *d;
    }
}

void xd_world_init(struct xd_world *w, const struct xd_host_choice *host, struct xd_clock *clock,
                   struct xd_log *log)
{
    memset(w, 0, sizeof(*w));
    w->clock = clock;
    w->log = log;
    w->generation = 1;
    snprintf(w->host, sizeof(w->host), "%s%s%s", host->name, host->arg[0] ? ":" : "", host->arg);
    snprintf(w->fallback, sizeof(w->fallback), "%s", host->fallback);
    w->history = xd_history_new(XD_WORLD_HISTORY_NS);
    w->found = xd_malloc(sizeof(*w->found));
    w->n = host->n;
    for (size_t i = 0; i < w->n; i++) {
        w->sources[i].backend = host->backends[i];
        w->sources[i].answered_ns = xd_clock_now(clock);
    }
    for (size_t i = 0; i < w->n; i++) {
        w->sources[i].has_twin = has_twin(w, i);
        list_descs(w, host->backends[i]->tables);
    }
}

void xd_world_done(struct xd_world *w)
{
    xd_find_cache_drop(w->found);
    free(w->found);
    free(w->descs);
    xd_history_free(w->history);
    for (size_t i = 0; i < w->n; i++) {
        xd_snapshot_unref(w->sources[i].told);
        xd_snapshot_unref(w->sources[i].snapshot);
    }
}

/* --- one source filling in what another tells --- */

static bool declares(const struct xd_table_desc *const *descs, const char *table)
{
    for (; descs && *descs; descs++)
        if (strcmp((*descs)->name, table) == 0)
            return true;
    return false;
}

static bool publishes(const struct xd_backend *b, const char *table)
{
    return declares(b->tables, table);
}

/* What everybody sees of source i: its newest sample with what others add to it just now. */
static void compose(struct xd_world *w, size_t i)
{
    struct xd_source *s = &w->sources[i];
    struct xd_filling f[XD_SOURCES_MAX];
    size_t n = 0;

    if (!s->told)
        return;
    for (size_t k = 0; k < w->n; k++) {
        const struct xd_source *by = &w->sources[k];

        if (k == i || !by->backend->fills)
            continue;
        f[n++] =
            (struct xd_filling){by->state == XD_SOURCE_OK && !by->resting ? by->told : NULL,
                                by->backend->fills, by->why[0] && !by->resting ? by->why : NULL};
    }
    xd_snapshot_unref(s->snapshot);
    s->snapshot = n || s->backend->fills ? xd_snapshot_compose(s->told, s->backend->fills, f, n)
                                         : xd_snapshot_ref(s->told);
    xd_find_cache_drop(w->found);
    w->generation++; /* the rows of before may be gone */
}

/* Source i has something else to say, or nothing any more: those that it fills look different. */
static void compose_others(struct xd_world *w, size_t i)
{
    const struct xd_table_desc *const *d = w->sources[i].backend->fills;

    for (size_t k = 0; d && k < w->n; k++) {
        bool any = false;

        for (size_t t = 0; k != i && d[t] && !any; t++)
            any = declares(w->sources[k].backend->tables, d[t]->name);
        if (any)
            compose(w, k);
    }
}

/* --- what the workers report --- */

static void say_why(struct xd_source *s, const char *sentence)
{
    xd_str_safe_to(s->why, sizeof(s->why), sentence);
}

void xd_world_ask(struct xd_world *w, size_t i)
{
    struct xd_source *s = &w->sources[i];

    if (s->asked)
        return;
    s->asked = true;
    if (w->one_shot) /* it was not expected to say anything until now */
        s->answered_ns = xd_clock_now(w->clock);
}

void xd_world_rest(struct xd_world *w, size_t i, bool resting)
{
    struct xd_source *s = &w->sources[i];

    if (s->resting == resting)
        return;
    s->resting = resting;
    s->answered_ns = xd_clock_now(w->clock);
    compose_others(w, i);
    w->generation++;
}

void xd_world_take_sample(struct xd_world *w, size_t i, struct xd_snapshot *snap)
{
    struct xd_source *s = &w->sources[i];

    if (s->told)
        xd_world_log_domains(w->log, s->told, snap);
    if (s->state == XD_SOURCE_STALE)
        xd_log_write(w->log, XD_LOG_INFO, s->backend->name, "answers again");
    xd_snapshot_unref(s->told);
    s->told = snap;
    s->state = XD_SOURCE_OK;
    s->why[0] = '\0';
    s->failed = s->asked = false;
    s->answered_ns = xd_snapshot_at(snap);
    s->shown_ns = 0;
    s->took_ns = xd_snapshot_took(snap);
    s->samples++;
    s->answers++;
    compose(w, i);
    compose_others(w, i);
    if (!w->one_shot) /* a command draws no graphs */
        xd_history_feed(w->history, s->snapshot);
    w->generation++;
}

void xd_world_take_failure(struct xd_world *w, size_t i, const char *sentence)
{
    struct xd_source *s = &w->sources[i];
    char before[sizeof(s->why)];

    memcpy(before, s->why, sizeof(before));
    say_why(s, sentence);
    if (!s->failed || strcmp(before, s->why) != 0) {
        xd_log_write(w->log, XD_LOG_WARN, s->backend->name, "%s", s->why);
        w->generation++;
    }
    s->state = XD_SOURCE_STALE;
    s->failed = true;
    s->asked = false;
    s->answered_ns = xd_clock_now(w->clock);
    s->shown_ns = 0;
    s->answers++;
    compose_others(w, i);
}

void xd_world_take_death(struct xd_world *w, size_t i, const char *sentence)
{
    struct xd_source *s = &w->sources[i];

    s->state = XD_SOURCE_DEAD;
    s->asked = false;
    say_why(s, sentence);
    xd_log_write(w->log, XD_LOG_ERROR, s->backend->name, "%s", s->why);
    compose_others(w, i);
    w->generation++;
}

/* --- age --- */

static int64_t patience_ns(const struct xd_world *w, const struct xd_source *s)
{
    int64_t a = 3 * w->interval_ns, b = 3 * XD_NS_PER_S + s->took_ns;

    return a > b ? a : b;
}

/* ns until source s has to be looked at; <= 0: now; INT64_MAX: only after it answered. */
static int64_t next_look(const struct xd_world *w, const struct xd_source *s, int64_t now)
{
    if (s->state == XD_SOURCE_DEAD || ((w->one_shot || s->resting) && !s->asked))
        return INT64_MAX;
    if (s->shown_ns) /* silent already: the sentence counts on */
        return s->shown_ns + XD_NS_PER_S - now;
    return s->answered_ns + patience_ns(w, s) - now;
}

int64_t xd_world_next_age(const struct xd_world *w)
{
    int64_t now = xd_clock_now(w->clock), next = INT64_MAX;

    for (size_t i = 0; i < w->n; i++) {
        int64_t t = next_look(w, &w->sources[i], now);

        next = t < next ? t : next;
    }
    if (next == INT64_MAX)
        return -1;
    return next > 0 ? next : 0;
}

int64_t xd_world_age(struct xd_world *w)
{
    int64_t now = xd_clock_now(w->clock);

    for (size_t i = 0; i < w->n; i++) {
        struct xd_source *s = &w->sources[i];
        bool first = !s->shown_ns;

        if (next_look(w, s, now) > 0)
            continue;
        s->state = XD_SOURCE_STALE;
        s->shown_ns = now;
        snprintf(s->why, sizeof(s->why), "%s has not answered for %.1f s", s->backend->name,
                 (double)(now - s->answered_ns) / XD_NS_PER_S);
        if (first) {
            xd_log_write(w->log, XD_LOG_WARN, s->backend->name, "%s", s->why);
            compose_others(w, i);
        }
        w->generation++;
    }
    return xd_world_next_age(w);
}

/* --- what others read --- */

size_t xd_world_sources(const struct xd_world *w)
{
    return w->n;
}

struct xd_source_info xd_world_source(const struct xd_world *w, size_t i)
{
    const struct xd_source *s = &w->sources[i];

    return (struct xd_source_info){
        .backend = s->backend,
        .state = s->state,
        .why = s->state == XD_SOURCE_OK || !s->why[0] ? NULL : s->why,
        .at_ns = s->snapshot ? xd_snapshot_at(s->snapshot) : 0,
        .took_ns = s->took_ns,
        .samples = s->samples,
    };
}

const char *xd_world_host(const struct xd_world *w)
{
    return w->host;
}

const char *xd_world_fallback(const struct xd_world *w)
{
    return w->fallback;
}

bool xd_world_readonly(const struct xd_world *w)
{
    return w->readonly;
}

uint64_t xd_world_generation(const struct xd_world *w)
{
    return w->generation;
}

int64_t xd_world_now(const struct xd_world *w)
{
    return xd_clock_now(w->clock);
}

int64_t xd_world_wall(const struct xd_world *w)
{
    return xd_clock_wall(w->clock);
}

const struct xd_history *xd_world_history(const struct xd_world *w)
{
    return w->history;
}

/* The table that counts, and the source it comes from. */
static const struct xd_table *table_of(const struct xd_world *w, const char *name, size_t *source)
{
    const struct xd_table *missing = NULL;

    for (size_t i = 0; i < w->n; i++) {
        const struct xd_snapshot *s = w->sources[i].snapshot;
        const struct xd_table *t = s ? xd_snapshot_table(s, name) : NULL;

        if (!t || (t->state == XD_TABLE_MISSING && missing))
            continue;
        *source = i;
        if (t->state != XD_TABLE_MISSING)
            return t;
        missing = t;
    }
    return missing;
}

/* Nobody wanted the table so far, or it would be there. */
static void miss(const struct xd_world *w, const char *name)
{
    struct xd_find_cache *c = w->found;
    const struct xd_table_desc *d = xd_world_desc_named(w, name);

    bool sampled = false;

    for (size_t i = 0; i < w->n; i++)
        sampled |= w->sources[i].told && publishes(w->sources[i].backend, name);
    for (size_t i = 0; i < c->n_missed; i++)
        if (strcmp(c->missed[i], name) == 0)
            return;
    if (d && sampled && c->n_missed < XD_MISSED_MAX)
        c->missed[c->n_missed++] = d->name;
}

const struct xd_table *xd_world_table(const struct xd_world *w, const char *name)
{
    size_t source;
    const struct xd_table *t = table_of(w, name, &source);

    if (!t)
        miss(w, name);
    return t;
}

const char *xd_world_limit(const struct xd_world *w, const char *name)
{
    for (size_t i = 0; i < w->n; i++) {
        const struct xd_table *t = xd_snapshot_table(w->sources[i].snapshot, xd_limits_desc.name);
        const struct xd_row *r = t ? xd_table_find(t, name) : NULL;

        if (r)
            return xd_row_str(r, XD_LIMIT_REASON, "its source does not say why");
    }
    return NULL;
}

const char *xd_world_trouble(const struct xd_world *w, const char *table)
{
    size_t i = 0;
    const struct xd_table *t = table_of(w, table, &i);

    if (!t) {
        for (i = 0; i < w->n && !publishes(w->sources[i].backend, table); i++)
            ;
        if (i == w->n)
            return "no source of this host publishes this table";
        if (w->sources[i].why[0])
            return w->sources[i].why;
        return w->sources[i].snapshot ? "its source does not tell it" : "no sample yet";
    }
    if (t->state == XD_TABLE_MISSING)
        return t->reason ? t->reason : "its source does not say why it is missing";
    return w->sources[i].state == XD_SOURCE_OK ? NULL : w->sources[i].why;
}

/* True if a backend declares the table, or the snapshot of a source before `source` has it. */
static bool told_before(const struct xd_world *w, size_t source, const struct xd_table_desc *d)
{
    const char *table = d->name;

    for (size_t i = 0; i < w->n_descs; i++)
        if (w->descs[i] == d) /* as nearly all are */
            return true;
    if (declared(w, table))
        return true;
    for (size_t i = 0; i < source; i++)
        if (w->sources[i].snapshot && xd_snapshot_table(w->sources[i].snapshot, table))
            return true;
    return false;
}

/* The i-th of the tables that no backend declares: those that a module published where a capture
 * was recorded are known once they are played. */
static const struct xd_table_desc *undeclared(const struct xd_world *w, size_t i)
{
    for (size_t s = 0; s < w->n; s++) {
        const struct xd_snapshot *snap = w->sources[s].snapshot;

        for (size_t k = 0; snap && k < xd_snapshot_tables(snap); k++) {
            const struct xd_table_desc *d = xd_snapshot_table_at(snap, k)->desc;

            if (!told_before(w, s, d) && i-- == 0)
                return d;
        }
    }
    return NULL;
}

const struct xd_table_desc *xd_world_desc(const struct xd_world *w, size_t i)
{
    return i < w->n_descs ? w->descs[i] : undeclared(w, i - w->n_descs);
}

const struct xd_table_desc *xd_world_desc_named(const struct xd_world *w, const char *name)
{
    const struct xd_table_desc *d = declared(w, name);

    for (size_t i = 0; !d && (d = undeclared(w, i)); i++)
        if (strcmp(d->name, name) != 0)
            d = NULL;
    return d;
}

/* Whether another source offers the same, and the table that counts just now is that one's: a
 * policy is carried out by the daemon, or by this console. */
static bool is_eclipsed(const struct xd_world *w, size_t i, const struct xd_knob *k)
{
    size_t by;

    return w->sources[i].has_twin && table_of(w, k->table, &by) && by != i &&
           offers_knob(w->sources[by].backend, k);
}

bool xd_world_offer_at(const struct xd_world *w, size_t i, struct xd_offer *out)
{
    for (size_t s = 0; s < w->n; s++) {
        const struct xd_backend *b = w->sources[s].backend;
        const struct xd_knob *k;

        if (w->sources[s].state == XD_SOURCE_DEAD)
            continue;
        for (size_t n = 0; (k = xd_backend_knob(b, n)); n++)
            if (!is_eclipsed(w, s, k) && i-- == 0) {
                *out = (struct xd_offer){.source = s, .knob = k};
                return true;
            }
        for (const struct xd_action *a = b->actions; a && a->name; a++)
            if (i-- == 0) {
                *out = (struct xd_offer){.source = s, .action = a};
                return true;
            }
    }
    return false;
}

bool xd_world_offer(const struct xd_world *w, const char *table, const char *name,
                    struct xd_offer *out)
{
    for (size_t i = 0; xd_world_offer_at(w, i, out); i++) {
        const char *n = out->knob ? out->knob->name : out->action->name;
        const char *t = out->knob ? out->knob->table : out->action->table;

        if (strcmp(n, name) == 0 && (!table || strcmp(t, table) == 0))
            return true;
    }
    return false;
}

/* "all" reaches to the highest pCPU there is, online or not; the host's own count is the second
 * choice, because it may leave out those that are offline. */
unsigned xd_world_pcpus(const struct xd_world *w)
{
    const struct xd_table *t = xd_world_table(w, "pcpus");
    int col = t ? xd_desc_column(t->desc, "pcpu") : -1;
    uint64_t n = 0;

    for (size_t i = 0; t && i < t->n; i++)
        if (xd_row_has(t->rows[i], col) && xd_row_u64(t->rows[i], col, 0) >= n)
            n = xd_row_u64(t->rows[i], col, 0) + 1;
    if (!n) {
        t = xd_world_table(w, "host");
        col = t ? xd_desc_column(t->desc, "pcpus") : -1;
        if (t && t->n && xd_row_has(t->rows[0], col))
            n = xd_row_u64(t->rows[0], col, 0);
    }
    return n <= XD_CPUSET_MAX ? (unsigned)n : XD_CPUSET_MAX;
}
