/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenarios: where they are found, and the host and pools of one. (Domains are in spec.c, devices
 * in spec_devices.c, faults in scenario_faults.c.) */
#include "backend_demo/scenario.h"

#include <errno.h>
#include <string.h>

#include "backend_demo/fields.h"
#include "base/str.h"

#define SECOND UINT64_C(1000000000)
#define DAY    (86400 * SECOND)

/* The whole document while it is read. */
struct document {
    struct xd_demo_scenario s;
    const struct xd_yaml *pools, *domains, *faults, *pci;
};

// clang-format off
#define AT(member) offsetof(struct document, member)
#define TEXT(name, member, most) \
    {.key = name, .kind = {.type = XD_STR}, .offset = AT(member), .min = 1, .max = most}
#define COUNT(name, member, least, most) \
    {.key = name, .kind = {.type = XD_U64}, .offset = AT(member), .min = least, .max = most}
#define KIB(name, member, least, most) \
    {.key = name, .kind = {.type = XD_U64, .unit = XD_UNIT_KIB}, .offset = AT(member), \
     .min = least, .max = most}

static const struct xd_demo_field host_fields[] = {
    TEXT("name", s.host.name, 64),
    TEXT("xen", s.host.xen, 64),
    TEXT("kernel", s.host.kernel, 64),
    TEXT("cpu", s.host.cpu, 64),
    TEXT("caps", s.host.caps, 128),
    COUNT("sockets", s.host.sockets, 1, 16),
    COUNT("nodes_per_socket", s.host.nodes_per_socket, 1, 16),
    COUNT("cores_per_node", s.host.cores_per_node, 1, 256),
    COUNT("threads_per_core", s.host.threads_per_core, 1, 8),
    COUNT("cores_per_l3", s.host.cores_per_l3, 1, 256),
    KIB("l1", s.host.l1_kib, 1, 1 << 20),
    KIB("l2", s.host.l2_kib, 1, 1 << 20),
    KIB("l3", s.host.l3_kib, 1, 1 << 24),
    COUNT("family", s.host.family, 1, 1 << 12),
    COUNT("model", s.host.model, 0, 255),
    COUNT("stepping", s.host.stepping, 0, 15),
    TEXT("microcode", s.host.microcode, 16),
    TEXT("command_line", s.host.command_line, 1000),
    TEXT("board", s.host.board, 64),
    COUNT("channels", s.host.channels, 1, 16),
    COUNT("slots_per_channel", s.host.slots_per_channel, 1, 4),
    TEXT("dimm_type", s.host.dimm_type, 16),
    COUNT("dimm_speed", s.host.dimm_speed, 100, 20000),
    {.key = "clock", .kind = {.type = XD_U64, .unit = XD_UNIT_KHZ}, .offset = AT(s.host.khz),
     .min = 100000, .max = 10000000},
    KIB("memory", s.host.memory_kib, UINT64_C(64) << 10, UINT64_C(64) << 30),
    KIB("reserved", s.host.reserved_kib, 0, UINT64_C(1) << 30),
    {.key = "uptime", .kind = {.type = XD_U64, .unit = XD_UNIT_NS}, .offset = AT(s.host.uptime_ns),
     .min = 0, .max = 3650 * DAY},
    {.key = "clamp", .kind = {.type = XD_BOOL}, .offset = AT(s.host.clamp)},
    {.key = NULL},
};

static const struct xd_demo_field document_fields[] = {
    COUNT("seed", s.seed, 0, 0),
    {.key = "host", .child = host_fields},
    {.key = "pools", .raw = true, .offset = AT(pools)},
    {.key = "domains", .raw = true, .offset = AT(domains), .must = true},
    {.key = "faults", .raw = true, .offset = AT(faults)},
    {.key = "pci", .raw = true, .offset = AT(pci)},
    {.key = NULL},
};

static const struct xd_demo_scenario defaults = {
    .seed = 1,
    .host = {
        .name = "demo",
        .xen = "4.17.5",
        .kernel = "6.1.0-28-amd64",
        .cpu = "Simulated CPU",
        .caps = "pv hvm hvm_directio pv_directio hap shadow",
        .sockets = 1,
        .nodes_per_socket = 1,
        .cores_per_node = 4,
        .threads_per_core = 1,
        .cores_per_l3 = 8,
        .l1_kib = 32,
        .l2_kib = 512,
        .l3_kib = 32 << 10,
        .command_line = "",
        .board = "Simulated machine",
        .channels = 8,
        .slots_per_channel = 2,
        .dimm_type = "DDR4",
        .dimm_speed = 3200,
        .khz = 2400000,
        .memory_kib = UINT64_C(16) << 20,
        .reserved_kib = UINT64_C(256) << 10,
        .uptime_ns = 3600 * SECOND,
        .clamp = true,
    },
};
// clang-format on

/* --- pools --- */

#undef AT
#define AT(member) offsetof(struct xd_demo_pool, member)

/* Those that the simulated hypervisor is built with: the first of all. */
static const char *const schedulers[] = {"credit", "credit2", "rtds", NULL};

static const struct xd_demo_field pool_fields[] = {
    {.key = "name",
     .kind = {.type = XD_STR},
     .offset = AT(name),
     .min = 1,
     .max = 64,
     .must = true},
    {.key = "sched", .kind = {.type = XD_ENUM, .names = schedulers}, .offset = AT(sched)},
    {.key = "ratelimit",
     .kind = {.type = XD_U64, .unit = XD_UNIT_US, .zero = "none"},
     .offset = AT(ratelimit_us),
     .min = 0,
     .max = 500000},
    {.key = "tslice",
     .kind = {.type = XD_U64, .unit = XD_UNIT_MS},
     .offset = AT(tslice_ms),
     .min = 1,
     .max = 1000},
    {.key = "cpus", .kind = {.type = XD_CPUSET}, .offset = AT(cpus), .must = true},
    {.key = NULL},
};

#define CREDIT2 1
static const struct xd_demo_pool pool_defaults = {
    .name = "Pool-0", .sched = CREDIT2, .ratelimit_us = 1000, .tslice_ms = 30};

static int read_pool(struct xd_demo_scenario *s, const struct xd_yaml *n, struct xd_cpuset *taken,
                     struct xd_arena *a, struct xd_err *err)
{
    struct xd_demo_pool *p = &s->pools[s->n_pools];
    struct xd_cpuset both;
    size_t i;
    int rc;

    *p = pool_defaults;
    p->at = n;
    rc = xd_demo_fields_read(n, pool_fields, s->n_pcpus, a, p, err);
    if (rc)
        return rc;
    for (i = 0; i < s->n_pools; i++) {
        if (xd_streq(p->name, s->pools[i].name))
            return xd_yaml_error(n, err, "there are two pools \"%s\"", xd_str_safe(a, p->name, 64));
    }
    both = *p->cpus;
    xd_cpuset_and(&both, taken);
    if (!xd_cpuset_empty(&both))
        return xd_yaml_error(xd_yaml_get(n, "cpus"), err,
                             "cpus: pCPU %s of pool \"%s\" is in another pool already",
                             xd_cpuset_format(&both, a), xd_str_safe(a, p->name, 64));
    xd_cpuset_or(taken, p->cpus);
    s->n_pools++;
    return 0;
}

/* Without the list there is one pool with all pCPUs, as Xen makes it. */
static void only_pool(struct xd_demo_scenario *s, struct xd_arena *a)
{
    struct xd_cpuset *all = xd_arena_alloc(a, sizeof(*all));

    xd_cpuset_fill(all, s->n_pcpus);
    s->pools = xd_arena_array(a, 1, sizeof(*s->pools));
    s->pools[0] = pool_defaults;
    s->pools[0].cpus = all;
    s->n_pools = 1;
}

static int read_pools(struct xd_demo_scenario *s, const struct xd_yaml *list, struct xd_arena *a,
                      struct xd_err *err)
{
    const struct xd_yaml *n;
    struct xd_cpuset taken;
    int rc = 0;

    if (!list) {
        only_pool(s, a);
        return 0;
    }
    if (list->kind != XD_YAML_LIST || list->n == 0 || list->n > XD_DEMO_POOLS_MAX)
        return xd_yaml_key_error(list, err, "pools: wanted a list of 1 to %d pools",
                                 XD_DEMO_POOLS_MAX);
    xd_cpuset_zero(&taken);
    s->pools = xd_arena_array(a, list->n, sizeof(*s->pools));
    for (n = list->first; rc == 0 && n; n = n->next)
        rc = read_pool(s, n, &taken, a, err);
    return rc;
}

/* --- the host --- */

static int count_cpus(struct xd_demo_scenario *s, const struct xd_yaml *root, struct xd_err *err)
{
    uint64_t nodes = s->host.sockets * s->host.nodes_per_socket;
    uint64_t pcpus = nodes * s->host.cores_per_node * s->host.threads_per_core;
    const struct xd_yaml *at = xd_yaml_get(root, "host");

    if (nodes > XD_DEMO_NODES_MAX || pcpus > XD_DEMO_PCPUS_MAX)
        return xd_yaml_key_error(at, err,
                                 "host: wanted at most %d nodes and %d pCPUs, found %d and %d",
                                 XD_DEMO_NODES_MAX, XD_DEMO_PCPUS_MAX, (int)nodes, (int)pcpus);
    if (s->host.reserved_kib >= s->host.memory_kib)
        return xd_yaml_key_error(at ? at : root, err,
                                 "host: wanted less memory reserved than there is");
    s->n_nodes = (unsigned)nodes;
    s->n_pcpus = (unsigned)pcpus;
    return 0;
}

/* The struct from the tree, root, which is NULL where the text says nothing. */
static int from_tree(const char *source, const struct xd_yaml *root, struct xd_arena *a,
                     struct xd_demo_scenario **out, struct xd_err *err)
{
    struct document *d = xd_arena_alloc(a, sizeof(*d));
    int rc;

    if (!root)
        return xd_err_set(err, -EINVAL,
                          "%s:1:1: the scenario is empty, wanted at least the key \"domains\"",
                          source);
    d->s = defaults;
    d->s.source = xd_arena_strdup(a, source);
    rc = xd_demo_fields_read(root, document_fields, 0, a, d, err);
    if (rc == 0)
        rc = count_cpus(&d->s, root, err);
    if (rc == 0)
        rc = read_pools(&d->s, d->pools, a, err);
    if (rc == 0)
        rc = xd_demo_read_specs(&d->s, d->domains, a, err);
    if (rc == 0)
        rc = xd_demo_cpuid_check(&d->s, err);
    if (rc == 0)
        rc = xd_demo_make_births(&d->s, a, err);
    if (rc == 0 && d->pci)
        rc = xd_demo_read_pci(&d->s, d->pci, a, err);
    if (rc == 0 && d->faults)
        rc = xd_demo_read_faults(&d->s, d->faults, a, err);
    if (rc == 0)
        *out = &d->s;
    return rc;
}

int xd_demo_scenario_parse(const char *source, const char *text, size_t len, struct xd_arena *a,
                           struct xd_demo_scenario **out, struct xd_err *err)
{
    struct xd_yaml *root;
    int rc;

    *out = NULL;
    rc = xd_yaml_parse(source, text, len, a, &root, err);
    return rc ? rc : from_tree(source, root, a, out, err);
}

/* --- where scenarios are --- */

static int no_such(const char *arg, struct xd_err *err)
{
    const char *names[64], *near;
    struct xd_buf list = XD_BUF_INIT;
    char found[80];
    size_t n = 0;

    xd_str_safe_to(found, sizeof(found), arg);
    for (const struct xd_embedded *e = xd_embedded_scenarios; e->name && n < 64; e++) {
        xd_buf_printf(&list, "%s%s", n ? ", " : "", e->name);
        names[n++] = e->name;
    }
    near = xd_str_nearest(arg, names, n);
    xd_err_set(err, -ENOENT,
               "there is no demo host \"%s\"%s%s%s; there are %s, and demo:/path/to/file.yaml",
               found, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "",
               xd_buf_str(&list));
    xd_buf_done(&list);
    return -ENOENT;
}

static bool is_path(const char *arg)
{
    size_t n = strlen(arg);

    return strchr(arg, '/') || (n > 5 && strcmp(arg + n - 5, ".yaml") == 0);
}

int xd_demo_scenario_open(const char *arg, struct xd_arena *a, struct xd_demo_scenario **out,
                          struct xd_err *err)
{
    const struct xd_embedded *e;
    struct xd_yaml *root;
    int rc;

    *out = NULL;
    if (!arg || !arg[0])
        arg = "default";
    if (is_path(arg)) {
        rc = xd_yaml_load(arg, a, &root, err);
        return rc ? rc : from_tree(arg, root, a, out, err);
    }
    for (e = xd_embedded_scenarios; e->name; e++) {
        if (xd_streq(e->name, arg))
            return xd_demo_scenario_parse(e->name, e->data, e->len, a, out, err);
    }
    return no_such(arg, err);
}
