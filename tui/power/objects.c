/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a knob of a place on the Power screen is changed of, and what it is now: see screen.h. */
#include <string.h>

#include "base/arena.h"
#include "model/tables.h"
#include "model/tables_power.h"
#include "policies/table.h"
#include "tui/power/screen.h"

bool xd_power_knob_is_of(const struct xd_knob *k, const char *table)
{
    return strcmp(k->table, table) == 0;
}

/* The sensors of the place that have a limit: its own socket's, or all for the host. */
static size_t limited_sensors(const struct xd_app *a, const struct xd_power_place *p,
                              const char **names, size_t max)
{
    const struct xd_table *t = xd_power_table(a, &xd_sensors_desc);
    size_t n = 0;

    for (size_t i = 0; t && i < t->n && n < max; i++)
        if (xd_row_has(t->rows[i], XD_SENSOR_LIMIT_MW) &&
            (p->kind == XD_POWER_HOST ||
             strcmp(xd_row_str(t->rows[i], XD_SENSOR_PLACE, ""), p->name) == 0))
            names[n++] = xd_row_str(t->rows[i], XD_SENSOR_NAME, "?");
    return n;
}

/* The cap loops with such a limit, watts or degrees. */
static size_t loops_with(const struct xd_app *a, const struct xd_knob *k, const char **names,
                         size_t max)
{
    const struct xd_table *t = xd_power_loops(a);
    int col = t ? xd_desc_column(t->desc, k->column) : -1;
    size_t n = 0;

    for (size_t i = 0; col >= 0 && i < t->n && n < max; i++)
        if (xd_row_has(t->rows[i], col))
            names[n++] = xd_row_str(t->rows[i], XD_CAP_LOOPS_RULE, "?");
    return n;
}

/* The cpupools that pCPUs of the place are in. */
static size_t pools_of(const struct xd_app *a, const struct xd_power_place *p, const char **names)
{
    size_t n = 0;

    for (unsigned i = p->from; i < p->from + p->n; i++) {
        const char *pool = xd_row_str(a->power->cpus[i].row, XD_PCPU_POOL, NULL);
        size_t at = 0;

        while (pool && at < n && strcmp(names[at], pool) != 0)
            at++;
        if (pool && pool[0] && at == n) /* else it is in none */
            names[n++] = pool;
    }
    return n;
}

/* Names become paths. */
static size_t under(const struct xd_table_desc *d, const char **names, size_t n,
                    struct xd_arena *arena)
{
    for (size_t i = 0; i < n; i++)
        names[i] = xd_arena_printf(arena, "%s/%s", d->noun, names[i]);
    return n;
}

size_t xd_power_objects(const struct xd_app *a, const struct xd_power_place *p,
                        const struct xd_knob *k, const char **out, struct xd_arena *arena)
{
    const struct xd_power_screen *t = a->power;
    bool parks = strcmp(k->column, "online") == 0;
    size_t n = 0, max = t->n_cpus + 1;

    if (xd_power_knob_is_of(k, xd_power_desc.name)) {
        out[n++] = xd_power_desc.noun;
    } else if (xd_power_knob_is_of(k, xd_host_desc.name)) {
        out[n++] = xd_host_desc.noun;
    } else if (xd_power_knob_is_of(k, xd_cap_loops_desc.name)) {
        n = under(&xd_cap_loops_desc, out, loops_with(a, k, out, max), arena);
    } else if (xd_power_knob_is_of(k, xd_pools_desc.name)) {
        n = under(&xd_pools_desc, out, pools_of(a, p, out), arena);
    } else if (xd_power_knob_is_of(k, xd_sensors_desc.name)) {
        n = under(&xd_sensors_desc, out, limited_sensors(a, p, out, max), arena);
    } else {
        for (unsigned i = p->from; i < p->from + p->n; i++)
            if (parks || xd_row_u64(t->cpus[i].row, XD_PCPU_ONLINE, 1))
                out[n++] = xd_arena_printf(arena, "%s/%u", xd_pcpus_desc.noun, t->cpus[i].id);
    }
    return n;
}

/* --- the value that is there now --- */

static const struct xd_row *row_of(const struct xd_app *a, const char *path)
{
    const struct xd_table *t;
    const struct xd_row *row;
    struct xd_err err = XD_ERR_INIT;

    return xd_world_find(a->world, path, &t, &row, &err) == 0 ? row : NULL;
}

const char *xd_power_value_now(const struct xd_app *a, const char *place, const struct xd_knob *k,
                               struct xd_arena *arena)
{
    const struct xd_power_place *p = xd_power_place_named(a->power, place);
    const struct xd_table_desc *d = xd_world_desc_named(a->world, k->table);
    int col = d ? xd_desc_column(d, k->column) : -1;
    const char **objects = xd_arena_array(arena, a->power->n_cpus + 1, sizeof(*objects));
    size_t n = p && col >= 0 ? xd_power_objects(a, p, k, objects, arena) : 0;
    const char *text = "";

    for (size_t i = 0; i < n; i++) {
        const struct xd_row *row = row_of(a, objects[i]);
        struct xd_value v = row ? xd_row_value(d, row, col) : XD_UNKNOWN;
        const char *one = v.have ? xd_value_exact(&v, &k->kind, arena) : "";

        if (i && strcmp(one, text) != 0)
            return "mixed";
        text = one;
    }
    return text;
}
