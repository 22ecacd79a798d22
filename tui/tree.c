/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows in groups: by pool, by node, by domain. A group has a heading with the sums of its rows and
 * can be folded; filter and order work inside of it. */
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "model/tables.h"
#include "tui/app.h"

#define NODES_MAX 64

/* What a grouping needs to know of the rest of the host, made once for all rows. */
struct context {
    const struct xd_table *vcpus, *domains, *pcpus, *pools;
    struct xd_cpuset *of_node[NODES_MAX]; /* the pCPUs of node 0, 1 …; NULL: no such node */
    struct xd_arena *arena;
};

/* --- which group is a row in? --- */

static bool intersect(const struct xd_cpuset *a, const struct xd_cpuset *b)
{
    for (size_t i = 0; i < sizeof(a->bits) / sizeof(*a->bits); i++)
        if (a->bits[i] & b->bits[i])
            return true;
    return false;
}

/* The nodes that a set of pCPUs lies on: "node 0", "node 0,2", "all nodes". */
static const char *nodes_of(const struct context *x, const struct xd_cpuset *cpus)
{
    struct xd_buf b = XD_BUF_INIT;
    int on = 0, all = 0;

    for (int i = 0; i < NODES_MAX; i++) {
        if (!x->of_node[i])
            continue;
        all++;
        if (intersect(cpus, x->of_node[i]))
            xd_buf_printf(&b, "%s%d", on++ ? "," : "node ", i);
    }
    const char *text = on == 0                ? NULL
                       : on == all && all > 1 ? "all nodes"
                                              : xd_arena_strdup(x->arena, xd_buf_str(&b));
    xd_buf_done(&b);
    return text;
}

/* The pCPUs of a pool, or NULL. */
static const struct xd_cpuset *pool_cpus(const struct context *x, const char *pool)
{
    for (size_t i = 0; pool && x->pools && i < x->pools->n; i++) {
        const struct xd_row *r = x->pools->rows[i];
        if (strcmp(xd_row_str(r, XD_POOL_NAME, ""), pool) == 0 && xd_row_has(r, XD_POOL_CPUS))
            return r->cell[XD_POOL_CPUS].set;
    }
    return NULL;
}

/* Where it may run: its hard affinity, as far as its pool goes. */
static const char *nodes_of_vcpu(const struct context *x, const struct xd_row *row,
                                 const char *pool)
{
    const struct xd_cpuset *within = pool_cpus(x, pool);
    struct xd_cpuset set;

    if (!xd_row_has(row, XD_VCPU_HARD))
        return NULL;
    set = *row->cell[XD_VCPU_HARD].set;
    if (within)
        xd_cpuset_and(&set, within);
    return nodes_of(x, &set);
}

/* Where its first vCPU may run: what the others may differs seldom, and where one runs now changes
 * too often to sit still on a screen. */
static const char *domain_node(const struct context *x, const struct xd_row *row)
{
    char key[XD_KEY_MAX];
    const struct xd_row *v = NULL;

    snprintf(key, sizeof(key), "%s/0", xd_row_str(row, XD_DOMAIN_UUID, "?"));
    if (x->vcpus && x->vcpus->desc->n_columns >= XD_VCPU_N)
        v = xd_table_find(x->vcpus, key);
    return v ? nodes_of_vcpu(x, v, xd_row_str(row, XD_DOMAIN_POOL, NULL)) : NULL;
}

static const char *vcpu_pool(const struct context *x, const struct xd_row *row)
{
    const struct xd_row *d =
        x->domains ? xd_table_find(x->domains, xd_row_str(row, XD_VCPU_DOMAIN_UUID, "?")) : NULL;

    return d ? xd_row_str(d, XD_DOMAIN_POOL, NULL) : NULL;
}

static const char *vcpu_node(const struct context *x, const struct xd_row *row)
{
    return nodes_of_vcpu(x, row, vcpu_pool(x, row));
}

static const struct grouping {
    const char *table, *name, *title;
    const char *column; /* the group is its value; NULL: of() says */
    const char *prefix; /* before a value that is a bare number */
    const char *(*of)(const struct context *x, const struct xd_row *row);
} groupings[] = {
    {"domains", "pool", "by cpupool", "pool", "", NULL},
    {"domains", "node", "by the nodes it may run on", NULL, "", domain_node},
    {"domains", "state", "by state", "state", "", NULL},
    {"vcpus", "domain", "by domain", "domain", "", NULL},
    {"vcpus", "pool", "by cpupool", NULL, "", vcpu_pool},
    {"vcpus", "node", "by the nodes it may run on", NULL, "", vcpu_node},
    {"pcpus", "pool", "by cpupool", "pool", "", NULL},
    {"pcpus", "node", "by NUMA node", "node", "node ", NULL},
    {"pcpus", "socket", "by socket", "socket", "socket ", NULL},
    {"disks", "domain", "by domain", "domain", "", NULL},
    {"disks", "backend", "by the domain that serves it", "backend", "", NULL},
    {"nics", "domain", "by domain", "domain", "", NULL},
    {"nics", "bridge", "by bridge", "bridge", "", NULL},
    {"devices", "domain", "by domain", "domain", "", NULL},
    {"devices", "backend", "by the domain that serves it", "backend", "", NULL},
    {"pci", "use", "by use", "use", "", NULL},
    {"pci", "node", "by NUMA node", "node", "node ", NULL},
    {"pci", "domain", "by domain", "domain", "", NULL},
    {"events", "level", "by severity", "level", "", NULL},
    {"events", "source", "by source", "source", "", NULL},
};

static const struct grouping *grouping_at(const struct xd_screen *s, int i)
{
    for (size_t g = 0; s->desc && i >= 0 && g < sizeof(groupings) / sizeof(*groupings); g++)
        if (strcmp(groupings[g].table, s->desc->name) == 0 && i-- == 0)
            return &groupings[g];
    return NULL;
}

const char *xd_tree_name(const struct xd_screen *s, int i, const char **title)
{
    const struct grouping *g = grouping_at(s, i);

    if (g && title)
        *title = g->title;
    return g ? g->name : NULL;
}

int xd_tree_set(struct xd_screen *s, const char *name, struct xd_err *err)
{
    struct xd_buf all = XD_BUF_INIT;
    const char *at;

    if (strcmp(name, "flat") == 0) {
        s->tree = 0;
        return 0;
    }
    for (int i = 0; (at = xd_tree_name(s, i, NULL)); i++) {
        xd_buf_printf(&all, ", %s", at);
        if (strcmp(at, name) == 0) {
            s->tree = i + 1;
            xd_buf_done(&all);
            return 0;
        }
    }
    xd_err_set(err, -ENOENT, "%s can't be grouped by \"%s\"; there are flat%s", s->view->title,
               name, xd_buf_str(&all));
    xd_buf_done(&all);
    return -ENOENT;
}

/* --- folding --- */

static size_t find_folded(const struct xd_screen *s, const char *group)
{
    size_t i = 0;

    while (i < s->n_folded && strcmp(s->folded[i], group) != 0)
        i++;
    return i;
}

void xd_tree_fold(struct xd_screen *s, const char *group, bool on)
{
    size_t i = find_folded(s, group);

    if (on && i == s->n_folded) {
        s->folded = xd_realloc(s->folded, (s->n_folded + 1) * sizeof(*s->folded));
        s->folded[s->n_folded++] = xd_strdup(group);
    } else if (!on && i < s->n_folded) {
        free(s->folded[i]);
        s->folded[i] = s->folded[--s->n_folded];
    }
}

/* --- the groups of a screen --- */

struct member {
    const char *group;
    const struct xd_row *row;
    size_t at; /* in the order that was sorted for */
};

static int by_group(const void *pa, const void *pb)
{
    const struct member *a = pa, *b = pb;
    struct xd_value va = {true, XD_STR, {.s = a->group}}, vb = {true, XD_STR, {.s = b->group}};
    int d = xd_value_cmp(&va, &vb);

    d = d ? d : strcmp(a->group, b->group);
    return d ? d : (a->at > b->at) - (a->at < b->at);
}

static void know_nodes(struct context *x)
{
    for (size_t i = 0; x->pcpus && i < x->pcpus->n; i++) {
        const struct xd_row *r = x->pcpus->rows[i];
        uint64_t node = xd_row_u64(r, XD_PCPU_NODE, NODES_MAX);

        if (node >= NODES_MAX || !xd_row_has(r, XD_PCPU_ID))
            continue;
        if (!x->of_node[node]) {
            x->of_node[node] = xd_arena_alloc(x->arena, sizeof(struct xd_cpuset));
            xd_cpuset_zero(x->of_node[node]);
        }
        xd_cpuset_add(x->of_node[node], (unsigned)r->cell[XD_PCPU_ID].u);
    }
}

static const char *group_of(const struct context *x, const struct grouping *g,
                            const struct xd_table_desc *d, int col, const struct xd_row *row)
{
    const char *text = NULL;

    if (!g->column)
        text = g->of(x, row);
    else if (xd_row_has(row, col)) {
        struct xd_value v = xd_row_value(d, row, col);
        text = xd_value_short(&v, &d->columns[col].kind, x->arena);
        if (*g->prefix)
            text = xd_arena_printf(x->arena, "%s%s", g->prefix, text);
    }
    return text && *text ? text : "-"; /* what is unknown, and what is in none */
}

static void make_lines(struct xd_screen *s, const struct member *m)
{
    size_t lines = 0;

    s->groups = xd_arena_array(&s->group_arena, s->n_rows ? s->n_rows : 1, sizeof(*s->groups));
    for (size_t i = 0; i < s->n_rows; i++) {
        struct xd_group *g = s->n_groups ? &s->groups[s->n_groups - 1] : NULL;

        if (!g || strcmp(g->name, m[i].group) != 0) {
            g = &s->groups[s->n_groups++];
            *g = (struct xd_group){.name = m[i].group, .from = i, .line = lines};
            g->folded = find_folded(s, g->name) < s->n_folded;
            s->rows[lines++] = NULL;
        }
        g->n++;
        s->sorted[i] = m[i].row;
        if (!g->folded)
            s->rows[lines++] = m[i].row;
    }
    s->n = lines;
}

void xd_tree_make(const struct xd_app *a, struct xd_screen *s)
{
    const struct grouping *g = grouping_at(s, s->tree - 1);
    struct context x = {.arena = &s->group_arena};
    size_t most = g ? 2 * s->n_rows : s->n_rows; /* each row may be a group of its own */

    if (most > s->cap_lines) {
        s->cap_lines = most + most / 4;
        s->rows = xd_realloc(s->rows, s->cap_lines * sizeof(*s->rows));
    }
    s->n_groups = 0;
    xd_arena_done(&s->group_arena);
    if (!g) {
        s->n = s->n_rows;
        if (s->n)
            memcpy(s->rows, s->sorted, s->n * sizeof(*s->rows));
        return;
    }
    x.vcpus = xd_app_table(a, "vcpus");
    x.domains = xd_app_table(a, "domains");
    x.pcpus = xd_app_table(a, "pcpus");
    x.pools = xd_app_table(a, "pools");
    know_nodes(&x);
    struct member *m = xd_arena_array(&s->group_arena, s->n_rows ? s->n_rows : 1, sizeof(*m));
    int col = g->column ? xd_desc_column(s->desc, g->column) : -1;
    for (size_t i = 0; i < s->n_rows; i++)
        m[i] = (struct member){group_of(&x, g, s->desc, col, s->sorted[i]), s->sorted[i], i};
    qsort(m, s->n_rows, sizeof(*m), by_group);
    make_lines(s, m);
}

/* --- sums --- */

/* Amounts add up; shares, limits, numbers and moments don't. */
static bool adds_up(const struct xd_column *c)
{
    static const char *const counts[] = {"vcpus",       "vcpus_online",    "nics",
                                         "disks",       "n_cpus",          "domains",
                                         "mem_percent", "mem_max_percent", "mem_limit_percent"};

    if (c->kind.type != XD_U64 && c->kind.type != XD_I64 && c->kind.type != XD_F64)
        return false;
    /* A capture has rates as they were, of nothing: they are known by their unit. */
    if (c->rate_of || (c->flags & XD_COL_COUNTER) || c->kind.unit == XD_UNIT_KIB ||
        c->kind.unit == XD_UNIT_BYTES_S || c->kind.unit == XD_UNIT_PER_S ||
        (c->kind.unit == XD_UNIT_PERCENT && (c->flags & XD_COL_HISTORY)))
        return true;
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        if (strcmp(counts[i], c->name) == 0)
            return true;
    return false;
}

const char *xd_tree_sum(const struct xd_screen *s, const struct xd_group *g, int col,
                        struct xd_arena *a)
{
    const struct xd_column *c = &s->desc->columns[col];
    struct xd_kind kind = {.type = XD_F64, .unit = c->kind.unit};
    double sum = 0;
    size_t known = 0;

    if (!adds_up(c))
        return NULL;
    for (size_t i = g->from; i < g->from + g->n; i++) {
        if (xd_row_has(s->sorted[i], col)) {
            sum += xd_row_f64(s->desc, s->sorted[i], col, 0);
            known++;
        }
    }
    struct xd_value v = {known > 0, XD_F64, {.f = sum}};
    if (c->kind.type != XD_F64) {
        kind.type = v.type = XD_U64;
        v.cell.u = sum > 0 ? (uint64_t)sum : 0;
    }
    const char *text = xd_value_short(&v, &kind, a);
    return known && known < g->n ? xd_arena_printf(a, "≥%s", text) : text;
}
