/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines of any size, written as Linux would show them, or as XML of hwloc, are read as what they
 * are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "machines.h"
#include "sysfs.h"
#include "topo/export.h"

#define RANDOM_MACHINES 60

static void check_column(const struct xd_topo_thing *a, const struct xd_topo_thing *b,
                         enum xd_topo_col col, const char *what)
{
    struct xd_value x = xd_topo_value(a, col), y = xd_topo_value(b, col);
    struct xd_arena scratch = XD_ARENA_INIT;
    const struct xd_kind *k = &xd_topology_desc.columns[col].kind;

    if (!xd_value_equal(&x, &y))
        fail_msg("%s: %s of %s is %s, and was %s", what, xd_topology_desc.columns[col].name, a->id,
                 xd_value_exact(&y, k, &scratch), xd_value_exact(&x, k, &scratch));
}

/* What was told of a is told of b, as far as that source can. */
static void check_thing(const struct xd_topo_thing *a, const struct xd_topo *t,
                        const enum xd_topo_col *cols, const char *what)
{
    const struct xd_topo_thing *b = xd_topo_find(t, a->id);

    if (!b)
        fail_msg("%s: %s is missing", what, a->id);
    assert_int_equal(b->kind, a->kind);
    if (a->parent && strcmp(a->parent->id, b->parent->id) != 0)
        fail_msg("%s: %s is in %s, and was in %s", what, a->id, b->parent->id, a->parent->id);
    for (; *cols; cols++)
        check_column(a, b, *cols, what);
}

static void check_sysfs(const struct machine *m, const char *what)
{
    static const enum xd_topo_col cpu[] = {XD_TOPO_CPUS,   XD_TOPO_SIZE, XD_TOPO_WAYS,
                                           XD_TOPO_ONLINE, XD_TOPO_NODE, 0};
    static const enum xd_topo_col pci[] = {XD_TOPO_BDF,
                                           XD_TOPO_LINK_MTS,
                                           XD_TOPO_LINK_LANES,
                                           XD_TOPO_LINK_MAX_MTS,
                                           XD_TOPO_LINK_MAX_LANES,
                                           XD_TOPO_LINK_BYTES_S,
                                           XD_TOPO_PATH_BYTES_S,
                                           XD_TOPO_LIMIT,
                                           XD_TOPO_NODE,
                                           0};
    static const enum xd_topo_col none[] = {0};
    struct xd_topo *told = machine_make(m), *read;
    struct xd_files *files = sysfs_of(told);
    size_t n = 0;

    read = xd_topo_read(files);
    for (size_t i = 0; i < read->n_troubles; i++)
        fail_msg("%s: %s", what, read->troubles[i].text);
    for (size_t i = 0; i < told->n_things; i++) {
        const struct xd_topo_thing *o = told->things[i];

        if (o->kind == XD_THING_MEMORY || o->kind == XD_THING_DIMM || o->kind == XD_THING_USB)
            continue;
        check_thing(o, read,
                    o->kind <= XD_THING_THREAD        ? cpu
                    : o->kind <= XD_THING_HOST_BRIDGE ? none
                    : o->kind <= XD_THING_VF          ? pci
                                                      : none,
                    what);
        n++;
    }
    assert_int_equal(read->n_things, n);
    assert_int_equal(read->n_distances, told->n_distances);
    for (size_t i = 0; i < read->n_distances; i++)
        assert_int_equal(read->distances[i].value, told->distances[i].value);
    xd_topo_free(read);
    xd_topo_free(told);
    xd_files_free(files);
}

static void linux_tells_all_of_it(void **state)
{
    char what[64];

    for (size_t i = 0; machines_named[i].name; i++)
        check_sysfs(&machines_named[i], machines_named[i].name);
    for (uint64_t seed = 0; seed < RANDOM_MACHINES; seed++) {
        struct machine m = machine_any(seed);

        snprintf(what, sizeof(what), "seed %lu", (unsigned long)seed);
        check_sysfs(&m, what);
    }
}

/* --- hwloc --- */

/* hwloc knows bridges, and not what of, and has virtual functions beside their physical one. */
static void check_hwloc(struct xd_topo *told, const char *what)
{
    static const enum xd_topo_col cpu[] = {XD_TOPO_CPUS, XD_TOPO_SIZE, XD_TOPO_WAYS, 0};
    static const enum xd_topo_col pci[] = {XD_TOPO_BDF, XD_TOPO_PCI_ID, XD_TOPO_FIRST_BUS,
                                           XD_TOPO_LAST_BUS, 0};
    struct xd_files *files;
    struct xd_buf xml = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_topo *read;

    if (!told->n_distances) /* hwloc must have a node, also where nobody told of one */
        return;
    files = xd_files_new(NULL);
    assert_int_equal(xd_topo_export(told, "hwloc-xml", NULL, &xml, &err), 0);
    assert_int_equal(xd_files_put(files, "xendeck/hwloc.xml", xml.s, xml.len, &err), 0);
    read = xd_topo_read(files);
    for (size_t i = 0; i < read->n_troubles; i++)
        fail_msg("%s: %s", what, read->troubles[i].text);
    for (size_t i = 0; i < told->n_things; i++) {
        const struct xd_topo_thing *o = told->things[i], *b;

        if (o->kind == XD_THING_USB || o->kind == XD_THING_MEMORY || o->kind == XD_THING_DIMM)
            continue;
        if (o->kind <= XD_THING_THREAD) {
            check_thing(o, read, cpu, what);
            continue;
        }
        b = xd_topo_find(read, o->id);
        if (!b)
            fail_msg("%s: %s is missing", what, o->id);
        for (const enum xd_topo_col *col = pci; *col; col++)
            check_column(o, b, *col, what);
        if (o->kind != XD_THING_VF)
            assert_string_equal(b->parent->id, o->parent->id);
    }
    /* hwloc has no distances where there is but one node */
    assert_int_equal(read->n_distances, told->n_distances > 1 ? told->n_distances : 0);
    for (size_t i = 0; i < read->n_distances; i++)
        assert_int_equal(read->distances[i].value, told->distances[i].value);
    xd_topo_free(read);
    xd_files_free(files);
    xd_buf_done(&xml);
}

static void hwloc_tells_all_of_it(void **state)
{
    char what[64];

    for (size_t i = 0; machines_named[i].name; i++) {
        struct xd_topo *t = machine_make(&machines_named[i]);

        check_hwloc(t, machines_named[i].name);
        xd_topo_free(t);
    }
    for (uint64_t seed = 0; seed < RANDOM_MACHINES; seed++) {
        struct machine m = machine_any(seed);
        struct xd_topo *t = machine_make(&m);

        snprintf(what, sizeof(what), "seed %lu", (unsigned long)seed);
        check_hwloc(t, what);
        xd_topo_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linux_tells_all_of_it),
        cmocka_unit_test(hwloc_tells_all_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
