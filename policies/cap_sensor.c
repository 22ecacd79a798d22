/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sensors of a cap loop say: the sum of watts, the highest of temperatures. One that is
 * named and says nothing makes all of it unknown: a sum without it would be too low. So does one
 * that counted once and is gone (its file, its driver), until it is back, the policy names others
 * or the loop is let go: which did is kept with the loop, in the ledger too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/cap_impl.h"

/* The names of what is looked at, here and nowhere else: core/model/tables_power.h. Tables and
 * columns are found by them, so that a host's recording without them can be looked at as well. */
#define SENSORS "sensors"
#define SENSOR  "sensor"
#define POWER   "power"

#define COUNTED_MOST 1024 /* sensors of one loop that are kept in mind */

static const char *value_column(const struct xd_policy_keep *k)
{
    return k->celsius ? "celsius" : "watts";
}

static bool number(const struct xd_row *r, const struct xd_table_desc *d, const char *column,
                   double *out)
{
    int col = xd_desc_column(d, column);

    if (col < 0 || !xd_row_has(r, col))
        return false;
    *out = xd_row_f64(d, r, col, 0);
    return true;
}

static bool flag(const struct xd_row *r, const struct xd_table_desc *d, const char *column)
{
    int col = xd_desc_column(d, column);

    return col >= 0 && xd_row_has(r, col) && r->cell[col].b;
}

/* ns; 0 where it isn't told. */
static int64_t age_of(const struct xd_row *r, const struct xd_table_desc *d, const char *column)
{
    int col = xd_desc_column(d, column);

    return col >= 0 && xd_row_has(r, col) ? (int64_t)r->cell[col].u : 0;
}

/* One more reading, which was so old when its table was sampled. */
static void was_read(struct xd_cap_read *when, int64_t age_ns)
{
    int64_t then = when->at_ns - age_ns;

    when->oldest_ns = then < when->oldest_ns ? then : when->oldest_ns;
    when->newest_ns = then > when->newest_ns ? then : when->newest_ns;
}

static const char *text(const struct xd_row *r, const struct xd_table_desc *d, const char *column)
{
    int col = xd_desc_column(d, column);

    return col >= 0 ? xd_row_str(r, col, NULL) : NULL;
}

/* The host's own, by the best source it has. */
static bool read_power(const struct xd_policy_keep *k, const struct xd_table *t,
                       struct xd_engine_keep *out, double *value, struct xd_cap_read *when)
{
    const struct xd_row *r = t->n ? t->rows[0] : NULL;
    const char *by = r ? text(r, t->desc, k->celsius ? "celsius_source" : "watts_source") : NULL;
    bool told = t->reason && xd_str_starts(t->reason, value_column(k)); /* of it, not of others */

    if (!r || !number(r, t->desc, value_column(k), value)) {
        snprintf(out->trouble, sizeof(out->trouble), "%s%s",
                 told ? t->reason : "the host has no sensor of ", told ? "" : value_column(k));
        return false;
    }
    xd_str_safe_to(out->sensor, sizeof(out->sensor), by ? by : POWER);
    out->estimated = !k->celsius && flag(r, t->desc, "estimated");
    was_read(when, age_of(r, t->desc, k->celsius ? "celsius_age_ns" : "watts_age_ns"));
    return true;
}

static bool is_named(const struct xd_policy_keep *k, const char *name)
{
    for (size_t i = 0; name && i < k->sensors.n; i++)
        if (xd_policy_glob(k->sensors.list[i], name))
            return true;
    return false;
}

/* --- which ones counted --- */

void xd_cap_sensor_counts(const struct xd_policy_keep *p, struct xd_engine_keep *k,
                          const char *name)
{
    if (!is_named(p, name) || k->n_counted == COUNTED_MOST)
        return;
    for (size_t i = 0; i < k->n_counted; i++)
        if (strcmp(k->counted[i].name, name) == 0) {
            k->counted[i].here = true;
            return;
        }
    k->counted = xd_realloc(k->counted, (k->n_counted + 1) * sizeof(*k->counted));
    k->counted[k->n_counted++] = (struct xd_engine_counted){xd_strdup(name), true};
}

void xd_cap_sensors_forget(struct xd_engine_keep *k)
{
    for (size_t i = 0; i < k->n_counted; i++)
        free(k->counted[i].name);
    free(k->counted);
    k->counted = NULL;
    k->n_counted = 0;
}

/* One that counted and is gone, or NULL. */
static const char *gone(const struct xd_engine_keep *k)
{
    for (size_t i = 0; i < k->n_counted; i++)
        if (!k->counted[i].here)
            return k->counted[i].name;
    return NULL;
}

/* A pattern that none of them is meant by, or NULL. */
static const char *unmet(const struct xd_policy_keep *p, const struct xd_engine_keep *k)
{
    for (size_t i = 0; i < p->sensors.n; i++) {
        bool met = false;

        for (size_t n = 0; n < k->n_counted && !met; n++)
            met = xd_policy_glob(p->sensors.list[i], k->counted[n].name);
        if (!met)
            return p->sensors.list[i];
    }
    return NULL;
}

/* --- the sum --- */

/* One more reading. False: it says nothing, or what it says is too old. */
static bool take(const struct xd_policy_keep *k, const struct xd_row *r,
                 const struct xd_table_desc *d, const char *name, struct xd_engine_keep *out,
                 double *value, struct xd_cap_read *when)
{
    const char *why = text(r, d, "trouble");
    int64_t age = age_of(r, d, "age_ns");
    double v;

    if (!number(r, d, value_column(k), &v) || age >= k->trust_ns) {
        snprintf(out->trouble, sizeof(out->trouble), "%.60s: %.90s", name,
                 why                  ? why
                 : age >= k->trust_ns ? "it has said nothing new for too long"
                                      : "it says nothing");
        return false;
    }
    was_read(when, age);
    if (!out->sensor[0])
        *value = v;
    else
        *value = !k->celsius ? *value + v : v > *value ? v : *value;
    snprintf(out->sensor + strlen(out->sensor), sizeof(out->sensor) - strlen(out->sensor),
             "%s%.40s", out->sensor[0] ? " + " : "", name);
    out->estimated |= flag(r, d, "estimated");
    xd_cap_sensor_counts(k, out, name);
    return true;
}

static bool read_named(const struct xd_policy_keep *k, const struct xd_table *t,
                       struct xd_engine_keep *out, double *value, struct xd_cap_read *when)
{
    const char *missing;

    for (size_t i = 0; i < out->n_counted; i++)
        out->counted[i].here = false;
    for (size_t i = 0; i < t->n; i++) {
        const char *name = text(t->rows[i], t->desc, SENSOR);
        int kind = xd_desc_column(t->desc, "kind");
        bool other = kind >= 0 && xd_row_has(t->rows[i], kind) &&
                     (t->rows[i]->cell[kind].i != 0) != k->celsius; /* power, temperature */

        if (is_named(k, name) && !other && !take(k, t->rows[i], t->desc, name, out, value, when))
            return false;
    }
    missing = gone(out);
    if (missing)
        snprintf(out->trouble, sizeof(out->trouble),
                 "%.60s: it is gone. Bring it back, or name those that are left in the policy",
                 missing);
    else if ((missing = unmet(k, out)))
        snprintf(out->trouble, sizeof(out->trouble), "the host has no sensor \"%.60s\" of %s",
                 missing, value_column(k));
    return !missing;
}

bool xd_cap_read_sensor(const struct xd_policy_keep *k, const struct xd_snapshot *s,
                        struct xd_engine_keep *out, double *value, struct xd_cap_read *when)
{
    const char *table = k->sensors.n ? SENSORS : POWER;
    const struct xd_table *t = s ? xd_snapshot_table(s, table) : NULL;

    out->trouble[0] = out->sensor[0] = '\0';
    out->estimated = false;
    *when = (struct xd_cap_read){t ? t->at_ns : 0, INT64_MAX, INT64_MIN};
    if (!t || t->state != XD_TABLE_OK) {
        snprintf(out->trouble, sizeof(out->trouble), "%s: %.120s", table,
                 !s               ? "the host says nothing"
                 : t && t->reason ? t->reason
                                  : "nobody tells of it");
        return false;
    }
    return k->sensors.n ? read_named(k, t, out, value, when) : read_power(k, t, out, value, when);
}

static uint64_t mask(const struct xd_table_desc *d, const char *const *columns)
{
    uint64_t out = 0;

    for (; *columns; columns++)
        if (xd_desc_column(d, *columns) >= 0)
            out |= UINT64_C(1) << xd_desc_column(d, *columns);
    return out;
}

void xd_cap_sensor_wants(const struct xd_policy_keep *k, xd_cap_want_fn *add, void *arg)
{
    static const char *const of_power[] = {
        "watts",   "watts_source",   "watts_age_ns",   "estimated",
        "celsius", "celsius_source", "celsius_age_ns", NULL};
    static const char *const of_sensors[] = {SENSOR,      "kind",   "watts",   "celsius",
                                             "estimated", "age_ns", "trouble", NULL};
    const struct xd_table_desc *d = xd_core_table(k->sensors.n ? SENSORS : POWER);

    if (d)
        add(arg, d, mask(d, k->sensors.n ? of_sensors : of_power));
}
