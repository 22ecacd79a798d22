/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The places of the Power screen and their figures, from the tables: see screen.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mean.h"
#include "model/tables.h"
#include "model/tables_power.h"
#include "policies/table.h"
#include "tui/power/screen.h"

struct xd_power_screen *xd_power_screen_new(void)
{
    return xd_malloc(sizeof(struct xd_power_screen));
}

void xd_power_screen_free(struct xd_power_screen *t)
{
    if (!t)
        return;
    free(t->places);
    free(t->cpus);
    free(t);
}

const struct xd_table *xd_power_table(const struct xd_app *a, const struct xd_table_desc *d)
{
    const struct xd_table *t = xd_app_table(a, d->name);

    return t && (t->desc == d || t->desc->n_columns >= d->n_columns) ? t : NULL;
}

const struct xd_row *xd_power_row(const struct xd_app *a)
{
    const struct xd_table *t = xd_power_table(a, &xd_power_desc);

    return t && t->n ? t->rows[0] : NULL;
}

const struct xd_table *xd_power_loops(const struct xd_app *a)
{
    const struct xd_table *t = xd_power_table(a, &xd_cap_loops_desc);

    return t && t->n && t->state == XD_TABLE_OK ? t : NULL;
}

const struct xd_power_place *xd_power_place_named(const struct xd_power_screen *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->places[i].name, name) == 0)
            return &t->places[i];
    return NULL;
}

/* --- pCPUs, and which places there are --- */

static int by_place(const void *a, const void *b)
{
    const struct xd_power_cpu *x = a, *y = b;

    if (x->socket != y->socket)
        return x->socket < y->socket ? -1 : 1;
    if (x->core != y->core)
        return x->core < y->core ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void find_cpus(struct xd_power_screen *t, const struct xd_table *pcpus)
{
    t->n_cpus = 0;
    if (!pcpus)
        return;
    if (pcpus->n > t->cap_cpus) {
        t->cap_cpus = pcpus->n;
        t->cpus = xd_realloc(t->cpus, t->cap_cpus * sizeof(*t->cpus));
    }
    for (size_t i = 0; i < pcpus->n; i++) {
        const struct xd_row *r = pcpus->rows[i];
        bool core = xd_row_has(r, XD_PCPU_CORE), socket = xd_row_has(r, XD_PCPU_SOCKET);

        t->cpus[t->n_cpus++] = (struct xd_power_cpu){
            .id = (unsigned)xd_row_u64(r, XD_PCPU_ID, 0),
            .socket = socket ? (int64_t)xd_row_u64(r, XD_PCPU_SOCKET, 0) : -1,
            .core = core && socket ? (int64_t)xd_row_u64(r, XD_PCPU_CORE, 0) : -1,
            .row = r,
            .core_at = -1,
            .socket_at = -1};
    }
    qsort(t->cpus, t->n_cpus, sizeof(*t->cpus), by_place);
}

static struct xd_power_place *add(struct xd_power_screen *t, enum xd_power_kind kind, size_t from)
{
    struct xd_power_place *p;

    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 64;
        t->places = xd_realloc(t->places, t->cap * sizeof(*t->places));
    }
    p = &t->places[t->n++];
    memset(p, 0, sizeof(*p));
    p->kind = kind;
    p->from = (unsigned)from;
    p->socket = -1;
    p->work = p->injected = p->natural = p->khz = p->celsius = p->watts = p->limit = NAN;
    return p;
}

/* A line for the host, for each socket and for each core; a pCPU whose core isn't known is one of
 * its own, and so is one that has none of its socket known. */
static void find_places(struct xd_power_screen *t)
{
    int socket = -1, core = -1;

    t->n = 0;
    snprintf(add(t, XD_POWER_HOST, 0)->name, sizeof(t->places->name), "host");
    t->places[0].n = (unsigned)t->n_cpus;
    for (size_t i = 0; i < t->n_cpus; i++) {
        struct xd_power_cpu *c = &t->cpus[i], *before = i ? c - 1 : NULL;
        struct xd_power_place *p;

        if (c->socket >= 0 && (!before || before->socket != c->socket)) {
            p = add(t, XD_POWER_SOCKET, i);
            p->socket = (int)c->socket;
            snprintf(p->name, sizeof(p->name), "socket %d", p->socket);
            socket = (int)(t->n - 1);
        }
        if (c->core < 0 || !before || before->socket != c->socket || before->core != c->core) {
            p = add(t, XD_POWER_CORE, i);
            p->socket = (int)c->socket;
            if (c->core >= 0)
                snprintf(p->name, sizeof(p->name), "core %d/%d", p->socket, (int)c->core);
            else
                snprintf(p->name, sizeof(p->name), "pcpu %u", c->id);
            core = (int)(t->n - 1);
        }
        c->socket_at = c->socket >= 0 ? socket : -1;
        c->core_at = core;
        t->places[core].n++;
        if (c->socket_at >= 0)
            t->places[c->socket_at].n++;
    }
}

/* --- figures --- */

/* The mean of a column over its pCPUs that are online, of those that tell. */
static double mean_of(const struct xd_power_screen *t, const struct xd_power_place *p, int col)
{
    struct xd_mean mean = {0};

    for (unsigned i = p->from; i < p->from + p->n; i++) {
        const struct xd_row *r = t->cpus[i].row;

        if (xd_row_u64(r, XD_PCPU_ONLINE, 1))
            xd_mean_add(&mean, xd_row_f64(&xd_pcpus_desc, r, col, NAN));
    }
    return xd_mean(&mean);
}

static void fill_text(const struct xd_power_screen *t, struct xd_power_place *p)
{
    for (unsigned i = p->from; i < p->from + p->n; i++) {
        const struct xd_row *r = t->cpus[i].row;
        const char *governor = xd_row_str(r, XD_PCPU_GOVERNOR, NULL);
        double celsius = xd_row_f64(&xd_pcpus_desc, r, XD_PCPU_CELSIUS, NAN);

        p->online += xd_row_u64(r, XD_PCPU_ONLINE, 1) != 0;
        if (!isnan(celsius) && !(p->celsius >= celsius))
            p->celsius = celsius;
        if (!governor)
            continue;
        if (p->governor[0] && strcmp(p->governor, governor) != 0)
            governor = "mixed";
        snprintf(p->governor, sizeof(p->governor), "%.20s", governor);
    }
}

/* Where no clamp is told of, all idle time is a pCPU's own. */
static void fill_shares(const struct xd_power_screen *t, struct xd_power_place *p)
{
    p->work = mean_of(t, p, XD_PCPU_BUSY);
    p->injected = mean_of(t, p, XD_PCPU_INJECTED);
    p->natural = mean_of(t, p, XD_PCPU_NATURAL);
    p->khz = mean_of(t, p, XD_PCPU_FREQ_KHZ);
    if (isnan(p->natural) && !isnan(p->work)) {
        p->natural = 100 - p->work - (isnan(p->injected) ? 0 : p->injected);
        p->natural = p->natural > 0 ? p->natural : 0;
    }
}

/* --- idle states and frequencies --- */

static struct xd_power_state *state_of(struct xd_power_state *s, int *n, uint64_t id,
                                       const char *name)
{
    for (int i = 0; i < *n; i++)
        if (s[i].id == id)
            return &s[i];
    if (*n == XD_POWER_STATES)
        return NULL;
    s[*n] = (struct xd_power_state){.id = id};
    snprintf(s[*n].name, sizeof(s->name), "%s", name);
    return &s[(*n)++];
}

static void add_share(struct xd_power_place *p, bool idle, uint64_t id, const char *name, double v)
{
    struct xd_power_state *s = state_of(idle ? p->c : p->p, idle ? &p->n_c : &p->n_p, id, name);

    if (!s || isnan(v))
        return;
    s->n++;
    s->percent += (v - s->percent) / s->n;
}

static struct xd_power_cpu *cpu_of(struct xd_power_screen *t, const uint32_t *index, uint64_t id)
{
    return id < XD_CPUSET_MAX && index[id] ? &t->cpus[index[id] - 1] : NULL;
}

/* Both tables have a row for each pCPU and state; their columns are numbered alike. */
static void fill_states(struct xd_power_screen *t, const struct xd_table *states, bool idle,
                        const uint32_t *index)
{
    for (size_t i = 0; states && i < states->n; i++) {
        const struct xd_row *r = states->rows[i];
        const struct xd_power_cpu *c = cpu_of(t, index, xd_row_u64(r, XD_CSTATE_PCPU, UINT64_MAX));
        uint64_t id = xd_row_u64(r, idle ? (int)XD_CSTATE_STATE : (int)XD_PSTATE_KHZ, UINT64_MAX);
        const char *name = idle ? xd_row_str(r, XD_CSTATE_NAME, "") : "";
        double v = xd_row_f64(states->desc, r,
                              idle ? (int)XD_CSTATE_RESIDENCY : (int)XD_PSTATE_RESIDENCY, NAN);
        char number[12];

        if (!c || id == UINT64_MAX || !xd_row_u64(c->row, XD_PCPU_ONLINE, 1))
            continue;
        if (idle && !*name) {
            snprintf(number, sizeof(number), "C%u", (unsigned)(id % 1000));
            name = number;
        }
        add_share(&t->places[0], idle, id, name, v);
        add_share(&t->places[c->core_at], idle, id, name, v);
        if (c->socket_at >= 0)
            add_share(&t->places[c->socket_at], idle, id, name, v);
    }
}

static int by_id(const void *a, const void *b)
{
    const struct xd_power_state *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

static int by_id_down(const void *a, const void *b)
{
    return by_id(b, a);
}

static void fill_all_states(struct xd_power_screen *t, const struct xd_app *a)
{
    uint32_t *index = xd_malloc(XD_CPUSET_MAX * sizeof(*index)); /* 1 + place in cpus; 0: none */

    for (size_t i = 0; i < t->n_cpus; i++)
        if (t->cpus[i].id < XD_CPUSET_MAX)
            index[t->cpus[i].id] = (uint32_t)i + 1;
    fill_states(t, xd_power_table(a, &xd_cstates_desc), true, index);
    fill_states(t, xd_power_table(a, &xd_pstates_desc), false, index);
    free(index);
    for (size_t i = 0; i < t->n; i++) {
        struct xd_power_place *p = &t->places[i];

        qsort(p->c, (size_t)p->n_c, sizeof(*p->c), by_id);
        qsort(p->p, (size_t)p->n_p, sizeof(*p->p), by_id_down);
    }
}

/* --- sensors --- */

/* A measured value is better than a model's; among equals the first that the host names. */
static void take_watts(struct xd_power_place *p, const struct xd_row *r)
{
    bool estimated = xd_row_u64(r, XD_SENSOR_ESTIMATED, 0) != 0;

    if (!xd_row_has(r, XD_SENSOR_WATTS) || (p->sensor[0] && (estimated || !p->estimated)))
        return;
    p->watts = xd_row_f64(&xd_sensors_desc, r, XD_SENSOR_WATTS, NAN);
    p->estimated = estimated;
    snprintf(p->sensor, sizeof(p->sensor), "%.60s", xd_row_str(r, XD_SENSOR_NAME, ""));
}

static void fill_sensors(struct xd_power_screen *t, const struct xd_app *a)
{
    const struct xd_table *sensors = xd_power_table(a, &xd_sensors_desc);
    const struct xd_row *power = xd_power_row(a);

    for (size_t i = 0; sensors && i < sensors->n; i++) {
        const struct xd_row *r = sensors->rows[i];
        const char *place = xd_row_str(r, XD_SENSOR_PLACE, "");

        for (size_t j = 1; j < t->n; j++) {
            struct xd_power_place *p = &t->places[j];
            double celsius = xd_row_f64(&xd_sensors_desc, r, XD_SENSOR_CELSIUS, NAN);

            if (p->kind != XD_POWER_SOCKET || strcmp(p->name, place) != 0)
                continue;
            take_watts(p, r);
            if (!isnan(celsius) && !(p->celsius >= celsius))
                p->celsius = celsius;
            if (xd_row_u64(r, XD_SENSOR_LIMIT_MW, 0))
                p->limit = (double)xd_row_u64(r, XD_SENSOR_LIMIT_MW, 0) / 1000;
        }
    }
    if (power) {
        struct xd_power_place *p = &t->places[0];
        double celsius = xd_row_f64(&xd_power_desc, power, XD_POWER_CELSIUS, NAN);

        p->watts = xd_row_f64(&xd_power_desc, power, XD_POWER_WATTS, NAN);
        p->estimated = xd_row_u64(power, XD_POWER_ESTIMATED, 0) != 0;
        p->celsius = isnan(celsius) ? p->celsius : celsius;
        snprintf(p->sensor, sizeof(p->sensor), "%.60s",
                 xd_row_str(power, XD_POWER_WATTS_SOURCE, ""));
    }
}

/* --- the list --- */

static size_t find_here(const struct xd_power_screen *t, size_t at)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->places[i].name, t->here) == 0)
            return i;
    return at < t->n ? at : t->n - 1;
}

/* Whether the tables are others than when they were taken in last. Rows of a frozen screen stay. */
static bool is_new(const struct xd_app *a, struct xd_power_screen *t)
{
    struct xd_power_taken now = {.any = true,
                                 .frozen = a->frozen,
                                 .frozen_at_ns = a->frozen ? a->frozen_at_ns : 0,
                                 .generation = a->frozen ? 0 : xd_world_generation(a->world)};
    bool same = t->taken.any && t->taken.frozen == now.frozen &&
                t->taken.frozen_at_ns == now.frozen_at_ns && t->taken.generation == now.generation;

    t->taken = now;
    return !same;
}

void xd_power_screen_take(const struct xd_app *a)
{
    struct xd_power_screen *t = a->power;

    if (!is_new(a, t))
        return;
    find_cpus(t, xd_power_table(a, &xd_pcpus_desc));
    find_places(t);
    for (size_t i = 0; i < t->n; i++) {
        fill_text(t, &t->places[i]);
        fill_shares(t, &t->places[i]);
    }
    fill_all_states(t, a);
    fill_sensors(t, a);
}

void xd_power_screen_update(const struct xd_app *a, struct xd_screen *s)
{
    struct xd_power_screen *t = a->power;

    if (s->n_rows && s->n_rows == t->n && s->at < t->n) /* it may have been moved meanwhile */
        snprintf(t->here, sizeof(t->here), "%s", t->places[s->at].name);
    xd_power_screen_take(a);
    s->n_all = s->n_rows = t->n;
    s->at = find_here(t, s->at);
    snprintf(t->here, sizeof(t->here), "%s", t->places[s->at].name);
    if (s->page && s->top + s->page > t->n)
        s->top = t->n > s->page ? t->n - s->page : 0;
    xd_screen_fit(s, s->page);
}
