/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/topo on the machine that runs the tests: its own reading of /sys and /proc equals what
 * lstopo (Debian's hwloc-nox) finds, thing by thing. Skipped without lstopo, and in a dom0, which
 * has no CPUs of its own to compare. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <sys/wait.h>

#include "topo_help.h"

/* What lstopo prints, as xendeck/hwloc.xml in a tree without anything else: of this machine, or of
 * one that is described (hwloc(7), "Synthetic topologies"). NULL: no lstopo. */
static struct xd_files *ask_lstopo(const char *machine)
{
    struct xd_files *f = xd_files_new(NULL);
    struct xd_buf text = XD_BUF_INIT;
    char command[256], part[4096];
    size_t n;
    FILE *p;

    snprintf(command, sizeof(command),
             "lstopo-no-graphics %s%s%s --of xml --filter io:none 2>/dev/null",
             machine ? "-i '" : "", machine ? machine : "", machine ? "'" : "");
    p = popen(command, "r");
    assert_non_null(p);
    while ((n = fread(part, 1, sizeof(part), p)) > 0)
        xd_buf_addn(&text, part, n);
    if (pclose(p) != 0 || !text.len) {
        xd_files_free(f);
        f = NULL;
    } else {
        assert_int_equal(xd_files_put(f, "xendeck/hwloc.xml", text.s, text.len, NULL), 0);
    }
    xd_buf_done(&text);
    return f;
}

/* Its CPUs, caches and nodes as lines: id, CPUs, size. Free memory changes, and hwloc doesn't tell
 * of CPUs that are off. */
static char *cpu_lines(const struct xd_topo *t, struct xd_arena *a)
{
    struct xd_buf out = XD_BUF_INIT;
    char *text;

    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o));) {
        if (o->kind < XD_THING_PACKAGE || o->kind > XD_THING_THREAD ||
            !xd_topo_bool(o, XD_TOPO_ONLINE, true))
            continue;
        xd_buf_pad(&out, ' ', 2 * (int)o->depth);
        xd_buf_printf(&out, "%s CPUs %s, size %s, index %s, ways %s\n", o->id,
                      value_text(t, o->id, XD_TOPO_CPUS, a), value_text(t, o->id, XD_TOPO_SIZE, a),
                      value_text(t, o->id, XD_TOPO_INDEX, a),
                      value_text(t, o->id, XD_TOPO_WAYS, a));
    }
    text = xd_arena_strdup(a, xd_buf_str(&out));
    xd_buf_done(&out);
    return text;
}

static bool is_dom0(const struct xd_files *f, struct xd_arena *a)
{
    const char *text = xd_files_text(f, a, "proc/xen/capabilities");

    return text && strstr(text, "control_d");
}

static void equals_lstopo(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *disk = xd_files_new("/"), *xml = ask_lstopo(NULL);
    struct xd_topo *ours, *theirs;
    bool dom0 = is_dom0(disk, &a);

    if (!xml || dom0) {
        print_message(dom0 ? "skipped: dom0's CPUs are virtual\n"
                           : "skipped: there is no lstopo (Debian: hwloc-nox)\n");
        xd_files_free(disk);
        xd_files_free(xml);
        xd_arena_done(&a);
        skip();
    }
    ours = xd_topo_read(disk);
    theirs = xd_topo_read(xml);
    assert_int_equal(theirs->n_troubles, 0);
    assert_non_null(xd_topo_find(theirs, "thread/0"));
    assert_string_equal(cpu_lines(ours, &a), cpu_lines(theirs, &a));
    assert_string_equal(value_text(ours, "package/0", XD_TOPO_NAME, &a),
                        value_text(theirs, "package/0", XD_TOPO_NAME, &a));
    xd_topo_free(ours);
    xd_topo_free(theirs);
    xd_files_free(disk);
    xd_files_free(xml);
    xd_arena_done(&a);
}

/* Both in one tree: they agree, nothing is overruled, and hwloc adds no thing. */
static void agrees_with_lstopo(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *disk = xd_files_new("/"), *xml = ask_lstopo(NULL);
    struct xd_topo *t;
    size_t size;
    char *bytes;

    if (!xml || is_dom0(disk, &a)) {
        xd_files_free(disk);
        xd_files_free(xml);
        xd_arena_done(&a);
        skip();
    }
    assert_int_equal(xd_files_read(xml, "xendeck/hwloc.xml", 64 << 20, &a, &bytes, &size, NULL), 0);
    assert_int_equal(xd_files_put(disk, "xendeck/hwloc.xml", bytes, size, NULL), 0);
    t = xd_topo_read(disk);
    for (size_t i = 0; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];

        for (size_t k = 0; k < o->n_facts && o->kind < XD_THING_MEMORY; k++)
            if (o->facts[k].source == XD_TOPO_BY_HWLOC && o->facts[k].use == XD_TOPO_OVERRULED &&
                o->kind != XD_THING_MACHINE)
                fail_msg("%s, %s: hwloc and sysfs differ", o->id,
                         xd_topology_desc.columns[o->facts[k].col].name);
    }
    assert_string_equal(fact_text(t, "thread/0", XD_TOPO_CPUS, XD_TOPO_BY_HWLOC, &a), "0 (agrees)");
    xd_topo_free(t);
    xd_files_free(disk);
    xd_files_free(xml);
    xd_arena_done(&a);
}

/* Machines that lstopo makes up: all that is in their XML is in the tree, in the same things. */
static void machines_of_lstopo(void **state)
{
    static const struct {
        const char *machine;
        unsigned n[XD_THING_MEMORY]; /* of each kind */
        const char *parents;         /* of the last CPU, from the machine down */
    } cases[] = {
        {"pack:2 numa:2 l3:1 core:4 pu:2",
         {[XD_THING_PACKAGE] = 2,
          [XD_THING_NODE] = 4,
          [XD_THING_L3] = 4,
          [XD_THING_CORE] = 16,
          [XD_THING_THREAD] = 32},
         "machine package node l3 core thread"},
        {"numa:2 pack:2 die:2 l2:2 l1d:1 core:1 pu:2", /* nodes above packages */
         {[XD_THING_PACKAGE] = 4,
          [XD_THING_DIE] = 8,
          [XD_THING_NODE] = 2,
          [XD_THING_L2] = 16,
          [XD_THING_L1] = 16,
          [XD_THING_CORE] = 16,
          [XD_THING_THREAD] = 32},
         "machine node package die l2 l1 core thread"},
        {"pack:4 [numa] l3:2 [numa] core:2 pu:1", /* nodes of two sizes */
         {[XD_THING_PACKAGE] = 4,
          [XD_THING_NODE] = 12,
          [XD_THING_L3] = 8,
          [XD_THING_CORE] = 16,
          [XD_THING_THREAD] = 16},
         "machine package node node l3 core thread"},
        {"pack:8 numa:1 l3:8 l2:8 l1d:1 core:1 pu:2",
         {[XD_THING_PACKAGE] = 8,
          [XD_THING_NODE] = 8,
          [XD_THING_L3] = 64,
          [XD_THING_L2] = 512,
          [XD_THING_L1] = 512,
          [XD_THING_CORE] = 512,
          [XD_THING_THREAD] = 1024},
         "machine package node l3 l2 l1 core thread"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_files *f = ask_lstopo(cases[i].machine);
        unsigned n[XD_THING_KINDS] = {0};
        struct xd_arena a = XD_ARENA_INIT;
        const char *parents = "";
        struct xd_topo *t;

        if (!f)
            skip();
        t = xd_topo_read(f);
        assert_int_equal(t->n_troubles, 0);
        for (size_t k = 1; k < t->n_things; k++)
            n[t->things[k]->kind]++;
        assert_memory_equal(n, cases[i].n, sizeof(cases[i].n));
        for (const struct xd_topo_thing *o = t->things[t->n_things - 1]; o; o = o->parent)
            parents = xd_arena_printf(&a, "%s%s%s", xd_thing_kind_names[o->kind],
                                      *parents ? " " : "", parents);
        assert_string_equal(parents, cases[i].parents);
        xd_topo_free(t);
        xd_files_free(f);
        xd_arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_lstopo),
        cmocka_unit_test(agrees_with_lstopo),
        cmocka_unit_test(machines_of_lstopo),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
