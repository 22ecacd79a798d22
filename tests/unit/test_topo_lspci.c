/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI of the machine that runs the test, as we read it from its sysfs, against what lspci says of
 * it: every function, its numbers, names, driver, link, and what is below what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/str.h"
#include "topo/pci.h"
#include "topo/topo_impl.h"

struct machine {
    struct xd_topo *t;
    bool have_lspci;
    size_t n; /* functions that lspci has told of */
};

/* Its output's lines, one by one; NULL at the end. */
static FILE *lspci(const char *arguments)
{
    char command[128];
    FILE *out;

    snprintf(command, sizeof(command), "LC_ALL=C lspci %s 2>/dev/null", arguments);
    out = popen(command, "r");
    assert_non_null(out);
    return out;
}

static int setup(void **state)
{
    struct machine *m = calloc(1, sizeof(*m));
    struct xd_files *root = xd_files_new("/");
    FILE *out = popen("command -v lspci", "r");
    char path[256];

    m->have_lspci = out && fgets(path, sizeof(path), out) && access("/sys/bus/pci", R_OK) == 0;
    if (out)
        pclose(out);
    m->t = xd_topo_new();
    xd_topo_read_pci(m->t, root);
    xd_files_free(root);
    xd_topo_pci_nodes(m->t);
    xd_topo_link(m->t);
    xd_topo_pci_links(m->t);
    *state = m;
    return 0;
}

static int teardown(void **state)
{
    struct machine *m = *state;

    xd_topo_free(m->t);
    free(m);
    return 0;
}

static void need_lspci(const struct machine *m)
{
    if (m->have_lspci)
        return;
    print_message("skipped: there is no lspci (package pciutils), or no PCI in sysfs\n");
    skip();
}

static struct xd_topo_thing *function(const struct machine *m, const char *place)
{
    char id[128];
    struct xd_topo_thing *o;

    snprintf(id, sizeof(id), "pci/%s", place);
    o = xd_topo_find(m->t, id);
    if (!o)
        fail_msg("lspci knows %s, we don't", place);
    return o;
}

static void assert_same(const struct xd_topo_thing *o, enum xd_topo_col col, const char *theirs)
{
    const char *ours = xd_topo_str(o, col, "");

    if (strcmp(ours, theirs) != 0)
        fail_msg("%s %s: we say \"%s\", lspci \"%s\"", o->id, xd_topology_desc.columns[col].name,
                 ours, theirs);
}

/* lspci -Dvmmnn and -Dvmmk: "Vendor:\tRed Hat, Inc. [1af4]". Without a name in its list it writes
 * "Device [0d57]"; we say nothing then. */
static void compare_names(struct xd_topo_thing *o, const char *key, char *value)
{
    char *bracket = strrchr(value, '[');

    if (!bracket || bracket == value)
        return;
    bracket[-1] = '\0';
    if (strcmp(key, "Class") == 0)
        assert_same(o, XD_TOPO_CLASS, value);
    else if (strcmp(key, "Vendor") == 0 && strcmp(value, "Vendor") != 0)
        assert_same(o, XD_TOPO_MAKER, value);
    else if (strcmp(key, "Device") == 0)
        assert_same(o, XD_TOPO_NAME, strcmp(value, "Device") == 0 ? "" : value);
}

static void compare_facts(struct xd_topo_thing *o, const char *key, const char *value)
{
    if (strcmp(key, "Driver") == 0)
        assert_same(o, XD_TOPO_DRIVER, value);
    else if (strcmp(key, "NUMANode") == 0)
        assert_int_equal(xd_topo_u64(o, XD_TOPO_NODE, UINT64_MAX), strtoull(value, NULL, 10));
    else if (strcmp(key, "IOMMUGroup") == 0)
        assert_int_equal(xd_topo_u64(o, XD_TOPO_IOMMU_GROUP, UINT64_MAX),
                         strtoull(value, NULL, 10));
    else if (strcmp(key, "Rev") == 0)
        assert_int_equal(xd_topo_u64(o, XD_TOPO_REVISION, 0), strtoull(value, NULL, 16));
}

/* "Key:\tvalue" lines, a block a function. */
static void compare_blocks(struct machine *m, const char *arguments, bool names)
{
    struct xd_topo_thing *o = NULL;
    FILE *out = lspci(arguments);
    char line[512];

    m->n = 0;
    while (fgets(line, sizeof(line), out)) {
        char *value = strstr(line, ":\t");

        line[strcspn(line, "\n")] = '\0';
        if (!value)
            continue;
        *value = '\0';
        value += 2;
        if (strcmp(line, "Slot") == 0 && strchr(value, ':')) {
            o = function(m, value);
            m->n++;
        } else if (o && names) {
            compare_names(o, line, value);
        } else if (o) {
            compare_facts(o, line, value);
        }
    }
    pclose(out);
}

static void functions_and_names(void **state)
{
    struct machine *m = *state;
    size_t ours = 0;

    need_lspci(m);
    compare_blocks(m, "-Dvmmnn", true);
    for (size_t i = 0; i < m->t->n_things; i++)
        ours += m->t->things[i]->kind >= XD_THING_ROOT_PORT && m->t->things[i]->kind <= XD_THING_VF;
    assert_int_equal(ours, m->n);
}

static void drivers_nodes_and_groups(void **state)
{
    struct machine *m = *state;

    need_lspci(m);
    compare_blocks(m, "-Dvmmk", false);
}

/* lspci -PP -D: "0000:00:02.0/01:00.0/02:01.0 class: …", the way through bridges. */
static void what_is_below_what(void **state)
{
    struct machine *m = *state;
    char line[512];
    FILE *out;

    need_lspci(m);
    out = lspci("-D -PP");
    while (fgets(line, sizeof(line), out)) {
        char *word, *rest, above[64] = "", place[64];

        line[strcspn(line, " ")] = '\0';
        for (word = strtok_r(line, "/", &rest); word; word = strtok_r(NULL, "/", &rest)) {
            if (strchr(word, ':') == strrchr(word, ':')) /* in the segment of the one before */
                snprintf(place, sizeof(place), "%.*s:%.40s", (int)strcspn(above, ":"), above, word);
            else
                snprintf(place, sizeof(place), "%.60s", word);
            if (!above[0] && function(m, place)->parent->kind != XD_THING_HOST_BRIDGE)
                fail_msg("%s is on a root bus for lspci, not for us", place);
            if (above[0] && function(m, place)->parent != function(m, above) &&
                function(m, place)->kind != XD_THING_VF)
                fail_msg("%s is below %s for lspci, not for us", place, above);
            memcpy(above, place, sizeof(above));
        }
    }
    pclose(out);
}

/* lspci -vv: "LnkSta: Speed 8GT/s, Width x4". */
static void links(void **state)
{
    struct machine *m = *state;
    struct xd_topo_thing *o = NULL;
    char line[512], place[64];
    FILE *out;

    need_lspci(m);
    out = lspci("-Dvv");
    while (fgets(line, sizeof(line), out)) {
        const char *status = strstr(line, "LnkSta:"), *speed, *width;

        if (line[0] != '\t' && sscanf(line, "%63s", place) == 1)
            o = function(m, place);
        speed = status ? strstr(status, "Speed ") : NULL;
        width = status ? strstr(status, "Width x") : NULL;
        if (!speed || !width || !o || o->kind == XD_THING_VF)
            continue;
        assert_int_equal(xd_topo_u64(o, XD_TOPO_LINK_LANES, 0), strtoull(width + 7, NULL, 10));
        assert_int_equal(xd_topo_u64(o, XD_TOPO_LINK_MTS, 0),
                         (uint64_t)(strtod(speed + 6, NULL) * 1000 + 0.5));
    }
    pclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_and_names),
        cmocka_unit_test(drivers_nodes_and_groups),
        cmocka_unit_test(what_is_below_what),
        cmocka_unit_test(links),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
