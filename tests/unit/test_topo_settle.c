/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/topo: what holds of a settled tree whatever the sources said, over random machines and
 * random nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "topo/topo_impl.h"
#include "topo_help.h"

#define CPUS 24

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static struct xd_topo_thing *add(struct xd_topo *t, enum xd_thing_kind kind, unsigned number,
                                 const struct xd_cpuset *set, enum xd_topo_source by)
{
    struct xd_topo_thing *o =
        xd_topo_thing(t, kind, NULL, "%s/%u", xd_thing_kind_names[kind], number);

    xd_topo_tell_u64(t, o, XD_TOPO_INDEX, by, number);
    xd_topo_tell_set(t, o, XD_TOPO_CPUS, by, set);
    return o;
}

/* Anything: sets that cross, the same set twice, several sources for one id, a parent in a circle.
 */
static struct xd_topo *random_nonsense(uint32_t *seed)
{
    static const enum xd_topo_source sources[] = {XD_TOPO_BY_XEN, XD_TOPO_BY_SYSFS,
                                                  XD_TOPO_BY_HWLOC};
    struct xd_topo *t = xd_topo_new();
    unsigned n = 1 + next_random(seed) % 40;

    for (unsigned i = 0; i < n; i++) {
        enum xd_thing_kind kind =
            (enum xd_thing_kind)(XD_THING_PACKAGE + next_random(seed) % XD_THING_THREAD);
        struct xd_topo_thing *o;
        struct xd_cpuset set;

        xd_cpuset_zero(&set);
        for (unsigned k = next_random(seed) % 4, cpu = next_random(seed) % CPUS; k > 0; k--)
            for (unsigned len = 1 + next_random(seed) % 8; len > 0; len--)
                xd_cpuset_add(&set, cpu++ % CPUS);
        o = add(t, kind, next_random(seed) % 6, &set, sources[next_random(seed) % 3]);
        if (next_random(seed) % 8 == 0)
            o->parent_id = t->things[next_random(seed) % t->n_things]->id;
    }
    xd_topo_thing(t, XD_THING_MEMORY, "dimm/0", "memory/0");
    xd_topo_thing(t, XD_THING_DIMM, "memory/0", "dimm/0");
    return t;
}

/* The children of a box: it is cut into parts of equal kinds, down to threads. Told in any order.
 */
static void cut(struct xd_topo *t, enum xd_thing_kind kind, unsigned first, unsigned n,
                uint32_t *seed)
{
    unsigned parts = kind == XD_THING_THREAD ? n : 1 + next_random(seed) % 3;

    for (unsigned i = 0, at = first; i < parts && at < first + n; i++) {
        unsigned left = first + n - at, len = i + 1 == parts ? left : (n + parts - 1) / parts;
        struct xd_cpuset set;

        len = len < left ? len : left;
        xd_cpuset_zero(&set);
        for (unsigned cpu = at; cpu < at + len; cpu++)
            xd_cpuset_add(&set, cpu);
        if (kind == XD_THING_THREAD || next_random(seed) % 4) {
            add(t, kind, at, &set, XD_TOPO_BY_SYSFS);
            if (next_random(seed) % 2)
                add(t, kind, at, &set, XD_TOPO_BY_HWLOC);
        }
        if (kind < XD_THING_THREAD)
            cut(t, (enum xd_thing_kind)(kind + 1), at, len, seed);
        at += len;
    }
}

static void swap_things(struct xd_topo *t, uint32_t *seed)
{
    for (size_t i = 1; i + 1 < t->n_things; i++) {
        size_t k = i + next_random(seed) % (t->n_things - i);
        struct xd_topo_thing *o = t->things[i];

        t->things[i] = t->things[k];
        t->things[k] = o;
    }
}

/* --- what holds --- */

/* Each id that was told leads to a thing that stands in the tree once. */
static void nothing_is_lost(const struct xd_topo *t, char *const *ids, size_t n)
{
    size_t in_tree = 0;

    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o));) {
        assert_ptr_equal(t->things[in_tree], o);
        assert_ptr_equal(xd_topo_find(t, o->id), o);
        in_tree++;
    }
    assert_int_equal(in_tree, t->n_things);
    for (size_t i = 0; i < n; i++) {
        const struct xd_topo_thing *o = xd_topo_find(t, ids[i]);

        while (o && o != t->machine)
            o = o->parent;
        assert_ptr_equal(o, t->machine);
    }
}

static const struct xd_cpuset *cpus_of(const struct xd_topo_thing *o)
{
    const struct xd_cpuset *set = xd_topo_set(o, XD_TOPO_CPUS);

    return xd_topo_is_cpu_kind(o->kind) && set && !xd_cpuset_empty(set) ? set : NULL;
}

static void parents_contain_children(const struct xd_topo *t)
{
    for (size_t i = 1; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];
        const struct xd_cpuset *set = cpus_of(o);

        if (set)
            assert_true(xd_cpuset_subset(set, xd_topo_set(o->parent, XD_TOPO_CPUS)));
    }
}

/* The best source's fact is used, others agree or are overruled. */
static void the_best_source_counts(const struct xd_topo *t)
{
    for (size_t i = 0; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];
        const struct xd_topo_fact *best = NULL;

        for (size_t k = 0; k < o->n_facts; k++) {
            const struct xd_topo_fact *f = &o->facts[k];
            struct xd_value held = xd_topo_value(o, (enum xd_topo_col)f->col);

            if (!best || best->col != f->col)
                best = f;
            assert_true(best->source <= f->source);
            assert_int_equal(f == best, f->use == XD_TOPO_USED);
            if (f == best)
                assert_true(xd_value_equal(&f->value, &held));
            else
                assert_int_equal(f->use, xd_value_equal(&f->value, &held) ? XD_TOPO_AGREES
                                                                          : XD_TOPO_OVERRULED);
        }
    }
}

/* Nothing fits between a box and the one it is in; boxes beside each other go by their CPUs. */
static void boxes_are_tight(const struct xd_topo *t)
{
    for (size_t i = 1; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];
        const struct xd_cpuset *mine = cpus_of(o), *out = xd_topo_set(o->parent, XD_TOPO_CPUS);

        for (size_t k = 1; mine && k < t->n_things; k++) {
            const struct xd_cpuset *other = cpus_of(t->things[k]);

            if (other && xd_cpuset_subset(mine, other) && !xd_cpuset_equal(mine, other) &&
                !xd_cpuset_equal(out, other))
                assert_true(xd_cpuset_subset(out, other));
        }
        if (mine && o->next && cpus_of(o->next) && o->parent != t->machine)
            assert_true(xd_cpuset_next(mine, 0) < xd_cpuset_next(cpus_of(o->next), 0));
    }
}

static char **ids_of(const struct xd_topo *t, struct xd_arena *a, size_t *n)
{
    char **ids = xd_arena_array(a, t->n_things, sizeof(char *));

    for (*n = 0; *n < t->n_things; (*n)++)
        ids[*n] = xd_arena_strdup(a, t->things[*n]->id);
    return ids;
}

static void of_any_nonsense(void **state)
{
    uint32_t seed = 1;

    for (unsigned i = 0; i < 1500; i++) {
        struct xd_topo *t = random_nonsense(&seed);
        struct xd_arena a = XD_ARENA_INIT;
        size_t n;
        char **ids = ids_of(t, &a, &n);

        xd_topo_settle(t);
        nothing_is_lost(t, ids, n);
        parents_contain_children(t);
        the_best_source_counts(t);
        xd_topo_free(t);
        xd_arena_done(&a);
    }
}

/* Of a machine that can be, in any order of telling: nothing is merged or complained of. */
static void of_any_machine(void **state)
{
    uint32_t seed = 7;

    for (unsigned i = 0; i < 400; i++) {
        struct xd_topo *t = xd_topo_new();
        struct xd_arena a = XD_ARENA_INIT;
        size_t n;
        char **ids;

        cut(t, XD_THING_PACKAGE, 0, 1 + next_random(&seed) % CPUS, &seed);
        swap_things(t, &seed);
        ids = ids_of(t, &a, &n);
        xd_topo_settle(t);
        nothing_is_lost(t, ids, n);
        parents_contain_children(t);
        the_best_source_counts(t);
        boxes_are_tight(t);
        assert_int_equal(t->n_things, n);
        assert_int_equal(t->n_troubles, 0);
        xd_topo_free(t);
        xd_arena_done(&a);
    }
}

/* Settled, put into tables and made of them again it is the same tree. */
static void through_tables(void **state)
{
    uint32_t seed = 3;

    for (unsigned i = 0; i < 200; i++) {
        struct xd_topo *t = random_nonsense(&seed), *again;
        struct xd_builder *b = xd_builder_new("test");
        struct xd_arena a = XD_ARENA_INIT;
        struct xd_snapshot *s;

        xd_topo_settle(t);
        xd_topo_put(t, b, 0);
        s = xd_builder_seal(b, NULL, 1, 0, 0, 0);
        again = xd_topo_from(xd_snapshot_table(s, "topology"), NULL, NULL);
        assert_string_equal(tree_text(t, &a), tree_text(again, &a));
        xd_topo_free(again);
        xd_snapshot_unref(s);
        xd_topo_free(t);
        xd_arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_any_nonsense),
        cmocka_unit_test(of_any_machine),
        cmocka_unit_test(through_tables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
