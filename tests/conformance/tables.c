/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a backend shows: filled or said missing, named once, safe, typed, and never going back. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <uthash.h>

#include "base/str.h"
#include "conformance.h"

#define PERCENT_TOLERANCE 5.0 /* samples and counters are not taken at one instant */

/* --- there --- */

static void filled(struct conf *c)
{
    if (!conf_sample(c, 0))
        return;
    for (size_t i = 0; c->b->tables[i]; i++) {
        const char *name = c->b->tables[i]->name;
        const struct xd_table *t = conf_table(c, name);

        CONF(c, t, "table %s is neither filled nor said missing", name);
        if (!t)
            continue;
        CONF(c, t->source && t->source[0], "table %s has no source", name);
        if (t->state == XD_TABLE_MISSING)
            CONF(c, t->reason && t->reason[0] && t->n == 0,
                 "table %s is missing without a reason, or has rows", name);
        else
            CONF(c, t->n > 0 || (t->reason && t->reason[0]),
                 "table %s is empty and doesn't say why", name);
        CONF(c, !t->reason || xd_str_is_safe(t->reason), "table %s: its reason isn't safe", name);
        CONF(c, t->at_ns <= xd_clock_now(&c->clock), "table %s is from the future", name);
    }
    for (size_t i = 0; i < xd_snapshot_tables(c->now); i++) {
        const char *name = xd_snapshot_table_at(c->now, i)->desc->name;
        size_t j = 0;

        while (c->b->tables[j] && !xd_streq(c->b->tables[j]->name, name))
            j++;
        CONF(c, c->host->recorded || c->b->tables[j] || conf_fills(c->b, name),
             "table %s is filled and not declared", name);
    }
}

/* --- names --- */

struct seen {
    char key[XD_KEY_MAX];
    UT_hash_handle hh;
};

static void check_keys(struct conf *c, const struct xd_table *t)
{
    struct seen *all = NULL, *s, *next;
    char label[XD_KEY_MAX];

    for (size_t i = 0; i < t->n; i++) {
        for (int k = 0; k < 2; k++)
            CONF(c, t->desc->keys[k] < 0 || xd_row_has(t->rows[i], t->desc->keys[k]),
                 "%s row %zu: a part of its key is unknown", t->desc->name, i);
        s = xd_malloc(sizeof(*s));
        xd_row_key(t->desc, t->rows[i], s->key);
        HASH_FIND_STR(all, s->key, next);
        CONF(c, !next, "%s has two rows \"%s\"", t->desc->name, s->key);
        CONF(c, xd_table_find(t, s->key) || next, "%s: row \"%s\" is not found by its key",
             t->desc->name, s->key);
        if (t->desc->labels[0] >= 0)
            CONF(c, xd_row_label(t->desc, t->rows[i], label)[0], "%s row %zu has no label",
                 t->desc->name, i);
        if (next)
            free(s);
        else
            HASH_ADD_STR(all, key, s);
    }
    HASH_ITER (hh, all, s, next) {
        HASH_DEL(all, s);
        free(s);
    }
}

static void check_parents(struct conf *c, const struct xd_table *t)
{
    const struct xd_table *parent = t->desc->parent ? conf_table(c, t->desc->parent) : NULL;
    const char *key;

    for (size_t i = 0; parent && i < t->n; i++) {
        key = xd_row_str(t->rows[i], t->desc->keys[0], "?");
        CONF(c, xd_table_find(parent, key), "%s row %zu: no %s \"%s\"", t->desc->name, i,
             parent->desc->noun, key);
    }
}

static void keys(struct conf *c)
{
    if (!conf_sample(c, 0))
        return;
    for (size_t i = 0; i < xd_snapshot_tables(c->now); i++) {
        check_keys(c, xd_snapshot_table_at(c->now, i));
        check_parents(c, xd_snapshot_table_at(c->now, i));
    }
}

/* --- cells --- */

static void check_cell(struct conf *c, const struct xd_table *t, size_t row, int col)
{
    const struct xd_column *k = &t->desc->columns[col];
    const union xd_cell *cell = &t->rows[row]->cell[col];
    int64_t n = 0;

    switch (k->kind.type) {
    case XD_STR:
        CONF(c, cell->s, "%s.%s row %zu is known and NULL", t->desc->name, k->name, row);
        if (cell->s)
            CONF(c, xd_str_is_safe(cell->s), "%s.%s row %zu isn't safe", t->desc->name, k->name,
                 row);
        break;
    case XD_CPUSET:
        CONF(c, cell->set, "%s.%s row %zu is known and NULL", t->desc->name, k->name, row);
        break;
    case XD_F64:
        CONF(c, isfinite(cell->f), "%s.%s row %zu is no number", t->desc->name, k->name, row);
        break;
    case XD_ENUM:
        while (k->kind.names[n])
            n++;
        CONF(c, cell->i >= 0 && cell->i < n, "%s.%s row %zu has a state without a name",
             t->desc->name, k->name, row);
        break;
    default:
        break;
    }
}

static void cells(struct conf *c)
{
    if (!conf_sample(c, 0) || !conf_sample(c, XD_NS_PER_S))
        return;
    for (size_t i = 0; i < xd_snapshot_tables(c->now); i++) {
        const struct xd_table *t = xd_snapshot_table_at(c->now, i);

        for (size_t row = 0; row < t->n; row++) {
            for (int col = 0; col < t->desc->n_columns; col++) {
                if (xd_row_has(t->rows[row], col))
                    check_cell(c, t, row, col);
            }
        }
    }
}

/* --- time --- */

/* A domain that was rebooted meanwhile has begun to count anew. */
static bool same_incarnation(const struct xd_table *t, const struct xd_row *a,
                             const struct xd_row *b)
{
    return t->desc != &xd_domains_desc ||
           xd_row_u64(a, XD_DOMAIN_ID, 0) == xd_row_u64(b, XD_DOMAIN_ID, 1);
}

static void check_growth(struct conf *c, const struct xd_table *t, const struct xd_row *now,
                         const struct xd_row *then)
{
    char label[XD_KEY_MAX];

    for (int col = 0; col < t->desc->n_columns; col++) {
        const struct xd_column *k = &t->desc->columns[col];

        if (k->rate_of && xd_row_has(now, col))
            CONF(c, now->cell[col].f >= 0, "%s.%s of %s is negative", t->desc->name, k->name,
                 xd_row_label(t->desc, now, label));
        if (!(k->flags & XD_COL_COUNTER) || !xd_row_has(then, col) || !xd_row_has(now, col))
            continue;
        CONF(c, now->cell[col].u >= then->cell[col].u,
             "%s.%s of %s went back from %" PRIu64 " to %" PRIu64, t->desc->name, k->name,
             xd_row_label(t->desc, now, label), then->cell[col].u, now->cell[col].u);
    }
}

static void counters(struct conf *c)
{
    char key[XD_KEY_MAX];

    if (!conf_sample(c, 0))
        return;
    for (int n = 0; n < 4 && conf_sample(c, XD_NS_PER_S); n++) {
        for (size_t i = 0; i < xd_snapshot_tables(c->now); i++) {
            const struct xd_table *t = xd_snapshot_table_at(c->now, i);
            const struct xd_table *old = xd_snapshot_table(c->before, t->desc->name);

            for (size_t row = 0; old && row < t->n; row++) {
                const struct xd_row *then =
                    xd_table_find(old, xd_row_key(t->desc, t->rows[row], key));

                if (then && same_incarnation(t, t->rows[row], then))
                    check_growth(c, t, t->rows[row], then);
            }
        }
    }
}

/* --- sense --- */

static void check_domain(struct conf *c, const struct xd_row *r)
{
    uint64_t vcpus = xd_row_u64(r, XD_DOMAIN_VCPUS, UINT64_MAX);
    uint64_t online = xd_row_u64(r, XD_DOMAIN_VCPUS_ONLINE, 0);
    double cpu = xd_row_f64(&xd_domains_desc, r, XD_DOMAIN_CPU, 0);
    const char *flags = xd_row_str(r, XD_DOMAIN_FLAGS, "------");
    const char *name = xd_row_str(r, XD_DOMAIN_NAME, "?");

    CONF(c, online <= vcpus, "%s has more vCPUs online than it may have", name);
    CONF(c, cpu <= 100.0 * (double)vcpus + PERCENT_TOLERANCE,
         "%s uses %.1f %% of %" PRIu64 " vCPUs", name, cpu, vcpus);
    CONF(c, strlen(flags) == 6, "%s has the flags \"%s\"", name, flags);
    CONF(c,
         (flags[2] == 'p') == (xd_row_u64(r, XD_DOMAIN_STATE, 99) == XD_STATE_PAUSED) ||
             strpbrk(flags, "scd"),
         "%s: its flags %s don't fit its state", name, flags);
    CONF(c,
         xd_row_u64(r, XD_DOMAIN_MEM_TARGET_KIB, 0) <=
             xd_row_u64(r, XD_DOMAIN_MEM_MAX_KIB, UINT64_MAX),
         "%s has a memory target above its maximum", name);
}

static size_t rows_of(const struct conf *c, const char *table, const char *uuid)
{
    const struct xd_table *t = conf_table(c, table);
    size_t n = 0;

    for (size_t i = 0; t && i < t->n; i++)
        n += xd_streq(xd_row_str(t->rows[i], t->desc->keys[0], ""), uuid);
    return n;
}

/* Of each domain there are as many disks and NICs as it says it has; and what is assigned is so to
 * one that is there. */
static void check_devices(struct conf *c, const struct xd_table *domains)
{
    const struct xd_table *disks = conf_table(c, "disks"), *nics = conf_table(c, "nics");
    const struct xd_table *pci = conf_table(c, "pci");

    for (size_t i = 0; i < domains->n; i++) {
        const struct xd_row *r = domains->rows[i];
        const char *uuid = xd_row_str(r, XD_DOMAIN_UUID, "?");
        const char *name = xd_row_str(r, XD_DOMAIN_NAME, "?");

        CONF(c,
             !disks || disks->state || !xd_row_has(r, XD_DOMAIN_DISKS) ||
                 rows_of(c, "disks", uuid) == xd_row_u64(r, XD_DOMAIN_DISKS, 0),
             "%s counts other disks than it has", name);
        CONF(c,
             !nics || nics->state || !xd_row_has(r, XD_DOMAIN_NICS) ||
                 rows_of(c, "nics", uuid) == xd_row_u64(r, XD_DOMAIN_NICS, 0),
             "%s counts other NICs than it has", name);
    }
    for (size_t i = 0; pci && i < pci->n; i++) {
        const struct xd_row *r = pci->rows[i];
        bool assigned = xd_row_u64(r, XD_PCI_USE, 9) == XD_PCI_ASSIGNED;

        CONF(c, assigned == xd_row_has(r, XD_PCI_DOMAIN_UUID),
             "%s is assigned to nobody, or somebody has it who shouldn't",
             xd_row_str(r, XD_PCI_BDF, "?"));
        CONF(c, !assigned || xd_table_find(domains, xd_row_str(r, XD_PCI_DOMAIN_UUID, "?")),
             "%s is assigned to a domain that isn't there", xd_row_str(r, XD_PCI_BDF, "?"));
    }
}

/* A limit is one of a knob or an action that there is. */
static void check_limits(struct conf *c)
{
    const struct xd_table *t = conf_table(c, "limits");
    const struct xd_knob *k;

    for (size_t i = 0; t && i < t->n; i++) {
        const char *name = xd_row_str(t->rows[i], XD_LIMIT_NAME, "?");
        bool known = !xd_backend_knob(c->b, 0) && !c->b->actions;

        for (size_t n = 0; (k = xd_backend_knob(c->b, n)); n++)
            known = known || xd_streq(k->name, name);
        for (const struct xd_action *a = c->b->actions; a && a->name; a++)
            known = known || xd_streq(a->name, name);
        CONF(c, known, "there is a limit of %s, which is no knob and no action", name);
        CONF(c, xd_row_str(t->rows[i], XD_LIMIT_REASON, "")[0], "%s is limited without a reason",
             name);
    }
}

/* The core tables, where there are several, tell one story. */
static void sense(struct conf *c)
{
    const struct xd_table *host, *domains, *pcpus, *pools;

    if (!conf_sample(c, 0) || !conf_sample(c, XD_NS_PER_S))
        return;
    host = conf_table(c, "host");
    domains = conf_table(c, "domains");
    pcpus = conf_table(c, "pcpus");
    pools = conf_table(c, "pools");
    for (size_t i = 0; domains && domains->desc == &xd_domains_desc && i < domains->n; i++)
        check_domain(c, domains->rows[i]);
    if (domains && domains->desc == &xd_domains_desc)
        check_devices(c, domains);
    check_limits(c);
    if (host && host->n && host->desc == &xd_host_desc) {
        CONF(c, host->n == 1, "there is more than one host");
        CONF(c, !domains || xd_row_u64(host->rows[0], XD_HOST_DOMAINS, domains->n) == domains->n,
             "the host counts another number of domains than there are");
        CONF(c,
             xd_row_u64(host->rows[0], XD_HOST_MEM_FREE_KIB, 0) <=
                 xd_row_u64(host->rows[0], XD_HOST_MEM_KIB, UINT64_MAX),
             "more memory is free than there is");
    }
    for (size_t i = 0; pcpus && pcpus->desc == &xd_pcpus_desc && i < pcpus->n; i++)
        CONF(c,
             xd_row_f64(&xd_pcpus_desc, pcpus->rows[i], XD_PCPU_BUSY, 0) <= 100 + PERCENT_TOLERANCE,
             "pCPU %zu is busier than it can be", i);
    for (size_t i = 0; pools && pools->desc == &xd_pools_desc && i < pools->n; i++) {
        const struct xd_row *r = pools->rows[i];

        CONF(c,
             !xd_row_has(r, XD_POOL_CPUS) || !xd_row_has(r, XD_POOL_N_CPUS) ||
                 xd_cpuset_count(r->cell[XD_POOL_CPUS].set) == r->cell[XD_POOL_N_CPUS].u,
             "pool %zu counts other pCPUs than it has", i);
    }
}

const struct conf_check conf_table_checks[] = {
    {"tables are filled or said missing", filled}, {"keys are unique, labels are there", keys},
    {"cells are typed and safe", cells},           {"counters don't go back", counters},
    {"the tables make sense together", sense},     {NULL, NULL},
};
