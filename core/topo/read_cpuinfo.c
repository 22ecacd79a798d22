/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/cpuinfo of x86: what processors are called, and their APIC ids. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "topo/read_impl.h"

#define PATH        "proc/cpuinfo"
#define CPUINFO_MAX (64u << 20)
#define BY          XD_TOPO_BY_SYSFS

enum field { PROCESSOR, VENDOR, FAMILY, MODEL, NAME, STEPPING, MICROCODE, PACKAGE, APIC, FIELDS };
static const char *const names[FIELDS] = {
    "processor", "vendor_id", "cpu family",  "model",  "model name",
    "stepping",  "microcode", "physical id", "apicid",
};

static const struct {
    enum field field;
    enum xd_topo_col col;
    bool number;
} of_package[] = {
    {VENDOR, XD_TOPO_MAKER, false},     {NAME, XD_TOPO_NAME, false},
    {FAMILY, XD_TOPO_FAMILY, true},     {MODEL, XD_TOPO_MODEL, true},
    {STEPPING, XD_TOPO_STEPPING, true}, {MICROCODE, XD_TOPO_MICROCODE, false},
};

static void tell_package(struct xd_topo *t, struct xd_topo_thing *o, char *const values[FIELDS])
{
    for (size_t i = 0; i < sizeof(of_package) / sizeof(of_package[0]); i++) {
        const char *text = values[of_package[i].field];
        uint64_t n;

        if (xd_topo_value(o, of_package[i].col).have)
            continue;
        if (!of_package[i].number)
            xd_topo_tell_str(t, o, of_package[i].col, BY, xd_topo_cpu_name(t, text));
        else if (text && xd_parse_u64(text, &n) == 0)
            xd_topo_tell_u64(t, o, of_package[i].col, BY, n);
    }
}

/* What stands between two empty lines is one processor. */
static void tell_processor(struct xd_topo *t, char *const values[FIELDS])
{
    struct xd_topo_thing *o;
    uint64_t cpu, n = 0;
    char id[32];

    if (!values[PROCESSOR] || xd_parse_u64(values[PROCESSOR], &cpu) || cpu >= XD_CPUSET_MAX)
        return;
    snprintf(id, sizeof(id), "thread/%u", (unsigned)cpu);
    o = xd_topo_find(t, id);
    if (o && values[APIC] && xd_parse_u64(values[APIC], &n) == 0)
        xd_topo_tell_u64(t, o, XD_TOPO_APIC_ID, BY, n);
    if (values[PACKAGE] && xd_parse_u64(values[PACKAGE], &n))
        return;
    snprintf(id, sizeof(id), "package/%llu", (unsigned long long)(values[PACKAGE] ? n : 0));
    o = xd_topo_find(t, id);
    if (o)
        tell_package(t, o, values);
}

/* "model name\t: Intel(R) Xeon(R)" */
static void take_line(char *line, char *values[FIELDS])
{
    char *colon = strchr(line, ':'), *end = colon;

    if (!colon)
        return;
    while (end > line && (end[-1] == '\t' || end[-1] == ' '))
        end--;
    *end = '\0';
    for (int i = 0; i < FIELDS; i++)
        if (strcmp(line, names[i]) == 0)
            values[i] = colon + 1 + (colon[1] == ' ');
}

static void tell_all_packages(struct xd_topo *t, char *const values[FIELDS])
{
    for (size_t i = 0; i < t->n_things; i++)
        if (t->things[i]->kind == XD_THING_PACKAGE)
            tell_package(t, t->things[i], values);
}

void xd_topo_read_cpuinfo(struct xd_topo *t, const struct xd_files *f, bool of_dom0)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    char *values[FIELDS] = {NULL}, *text, *line;
    size_t size;

    if (xd_files_read(f, PATH, CPUINFO_MAX, &scratch, &text, &size, NULL) == 0) {
        while ((line = strsep(&text, "\n"))) {
            if (*line) {
                take_line(line, values);
                continue;
            }
            if (of_dom0)
                break;
            tell_processor(t, values);
            memset(values, 0, sizeof(values));
        }
        if (of_dom0)
            tell_all_packages(t, values);
        else
            tell_processor(t, values); /* a file that was cut */
    }
    xd_arena_done(&scratch);
}
