/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The `domains:` of a scenario: moulds, and the domains made from them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <uthash.h>

#include "backend_demo/fields.h"
#include "backend_demo/random.h"
#include "backend_demo/scenario.h"
#include "base/str.h"

#define SECOND UINT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define DAY    (86400 * SECOND)

/* The bounds of what Xen keeps: 16 bits of weight and cap, 128 vCPUs of an HVM guest and more of
 * others. */
#define SCHED_MAX 65535
#define VCPUS_MAX 512

/* Of xd_on_shutdown_names. */
enum { ON_DESTROY = 0, ON_RESTART = 1, ON_PRESERVE = 3 };

static const char *const types[] = {"pv", "pvh", "hvm", NULL};
static const char *const states[] = {"running", "paused", "crashed", NULL};
static const int state_of[] = {XD_STATE_RUNNING, XD_STATE_PAUSED, XD_STATE_CRASHED};
static const char *const curves[] = {"idle", "constant", "wave", "burst", "noise", "spin", NULL};

// clang-format off
#define AT(member) offsetof(struct xd_demo_spec, member)
#define TEXT(name, member, most) \
    .key = name, .kind = {.type = XD_STR}, .offset = AT(member), .min = 1, .max = most
#define COUNT(name, member, least, most) \
    .key = name, .kind = {.type = XD_U64}, .offset = AT(member), .min = least, .max = most
#define WORD(name, member, list) \
    .key = name, .kind = {.type = XD_ENUM, .names = list}, .offset = AT(member)
#define KIB(name, member) \
    .key = name, .kind = {.type = XD_U64, .unit = XD_UNIT_KIB}, .offset = AT(member), \
    .min = 1024, .max = UINT64_C(16) << 30
#define TIME(name, member, least, most) \
    .key = name, .kind = {.type = XD_U64, .unit = XD_UNIT_NS}, .offset = AT(member), \
    .min = least, .max = most
#define PERCENT(name, member) \
    .key = name, .kind = {.type = XD_F64, .unit = XD_UNIT_PERCENT}, .offset = AT(member), \
    .min = 0, .max = 100
#define TRAFFIC(name, member) \
    .key = name, .kind = {.type = XD_U64, .unit = XD_UNIT_BYTES_S}, .offset = AT(member), \
    .min = 0, .max = UINT64_C(1) << 40
#define MICRO(name, member) \
    .key = name, .kind = {.type = XD_U64, .unit = XD_UNIT_US}, .offset = AT(member), \
    .min = 10, .max = UINT32_MAX / 1000
#define CPUS(name, member) \
    .key = name, .kind = {.type = XD_CPUSET}, .offset = AT(member)

static const struct xd_demo_field load_fields[] = {
    {WORD("curve", load.curve, curves), .must = true},
    {PERCENT("low", load.low)},
    {PERCENT("high", load.high)},
    {PERCENT("noise", load.noise)},
    {TIME("period", load.period_ns, SECOND, 30 * DAY)},
    {TIME("phase", load.phase_ns, 0, 30 * DAY)},
    {TIME("on", load.on_ns, SECOND / 10, 30 * DAY)},
    {COUNT("vcpus", load.vcpus, 1, VCPUS_MAX)},
    {.key = NULL},
};
static const struct xd_demo_field net_fields[] = {
    {TRAFFIC("rx", rx)},
    {TRAFFIC("tx", tx)},
    {.key = NULL},
};
static const struct xd_demo_field disk_fields[] = {
    {TRAFFIC("read", rd)},
    {TRAFFIC("write", wr)},
    {.key = NULL},
};
static const struct xd_demo_field spec_fields[] = {
    {TEXT("name", name, XD_DEMO_NAME_MAX), .must = true},
    {TEXT("uuid", uuid, 36)},
    {COUNT("count", count, 1, XD_DEMO_DOMAINS_MAX)},
    {WORD("type", type, types)},
    {WORD("state", state, states)},
    {TEXT("pool", pool_name, 64)},
    {COUNT("vcpus", vcpus, 1, VCPUS_MAX)},
    {COUNT("online", online, 1, VCPUS_MAX)},
    {KIB("memory", memory_kib), .must = true},
    {KIB("max_memory", max_memory_kib)},
    {KIB("leak", leak_kib)},
    {COUNT("weight", weight, 1, SCHED_MAX)},
    {.key = "cap", .kind = {.type = XD_U64, .unit = XD_UNIT_PERCENT, .zero = "none"},
     .offset = AT(cap), .min = 0, .max = SCHED_MAX},
    {CPUS("cpus", cpus)},
    {CPUS("soft_cpus", soft_cpus)},
    {TEXT("guest", guest, 256)},
    {TEXT("cpuid", cpuid, 1000)},
    {TIME("age", age_ns, 0, 3650 * DAY)},
    {TIME("shutdown", shutdown_ns, 0, 3600 * SECOND)},
    {.key = "load", .child = load_fields},
    {.key = "net", .raw = true, .offset = AT(net)},
    {.key = "disk", .raw = true, .offset = AT(disk)},
    {.key = "nics", .raw = true, .offset = AT(nic_list)},
    {.key = "disks", .raw = true, .offset = AT(disk_list)},
    {WORD("on_poweroff", on[0], xd_on_shutdown_names)},
    {WORD("on_reboot", on[1], xd_on_shutdown_names)},
    {WORD("on_crash", on[2], xd_on_shutdown_names)},
    {MICRO("period", period_us)},
    {MICRO("budget", budget_us)},
    {.key = "extratime", .kind = {.type = XD_BOOL}, .offset = AT(extratime)},
    {.key = NULL},
};
// clang-format on

/* --- one mould --- */

static int check_memory(const struct xd_demo_spec *p, struct xd_err *err)
{
    if (p->memory_kib > p->max_memory_kib)
        return xd_yaml_error(p->at, err,
                             "domain \"%s\": wanted max_memory of at least memory (%" PRIu64
                             " KiB), found %" PRIu64 " KiB",
                             p->shown, p->memory_kib, p->max_memory_kib);
    return 0;
}

static int check_vcpus(const struct xd_demo_spec *p, struct xd_err *err)
{
    if (p->online > p->vcpus)
        return xd_yaml_error(p->at, err, "domain \"%s\": %d of %d vCPUs can't be online", p->shown,
                             (int)p->online, (int)p->vcpus);
    if (p->load.vcpus > p->online)
        return xd_yaml_error(p->at, err,
                             "domain \"%s\": %d of %d online vCPUs can't carry the load", p->shown,
                             (int)p->load.vcpus, (int)p->online);
    if (p->cap > p->vcpus * 100)
        return xd_yaml_error(p->at, err,
                             "domain \"%s\": wanted a cap of at most %d (100 a vCPU), found %d",
                             p->shown, (int)p->vcpus * 100, (int)p->cap);
    if (p->load.low > p->load.high)
        return xd_yaml_error(p->at, err, "domain \"%s\": the load's low is above its high",
                             p->shown);
    if (p->budget_us > p->period_us)
        return xd_yaml_error(p->at, err, "domain \"%s\": its budget is longer than its period",
                             p->shown);
    if (p->load.on_ns > p->load.period_ns)
        return xd_yaml_error(p->at, err, "domain \"%s\": the load's on is longer than its period",
                             p->shown);
    return 0;
}

static int check_pool(struct xd_demo_scenario *s, struct xd_demo_spec *p, struct xd_arena *a,
                      struct xd_err *err)
{
    struct xd_cpuset both;
    const char *names[XD_DEMO_POOLS_MAX], *near;

    for (p->pool = 0; p->pool < s->n_pools; p->pool++) {
        names[p->pool] = s->pools[p->pool].name;
        if (!p->pool_name || xd_streq(p->pool_name, names[p->pool]))
            break;
    }
    if (p->pool == s->n_pools) {
        near = xd_str_nearest(p->pool_name, names, s->n_pools);
        return xd_yaml_error(xd_yaml_get(p->at, "pool"), err, "there is no pool \"%s\"%s%s%s",
                             xd_str_safe(a, p->pool_name, 64), near ? "; did you mean \"" : "",
                             near ? near : "", near ? "\"?" : "");
    }
    if (!p->cpus)
        return 0;
    both = *p->cpus;
    xd_cpuset_and(&both, s->pools[p->pool].cpus);
    if (xd_cpuset_empty(&both))
        return xd_yaml_error(xd_yaml_get(p->at, "cpus"), err,
                             "cpus: none of them is in the domain's pool \"%s\"",
                             xd_str_safe(a, s->pools[p->pool].name, 64));
    return 0;
}

static int check_name(const struct xd_demo_spec *p, struct xd_err *err)
{
    const char *n = strstr(p->name, "{n}");
    const struct xd_yaml *at = xd_yaml_get(p->at, "name");

    if (p->count > 1 && !n)
        return xd_yaml_error(at, err, "name: wanted \"{n}\" in it, as there are %d of them",
                             (int)p->count);
    if (p->count == 1 && n)
        return xd_yaml_error(at, err, "name: \"{n}\" is for a count of more than 1");
    if (p->count > 1 && p->uuid)
        return xd_yaml_error(xd_yaml_get(p->at, "uuid"), err, "uuid: %d domains can't share one",
                             (int)p->count);
    return 0;
}

static int check_uuid(const struct xd_demo_spec *p, struct xd_arena *a, struct xd_err *err)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t i;

    if (!p->uuid)
        return 0;
    for (i = 0; form[i]; i++) {
        if (form[i] == '-' ? p->uuid[i] != '-' : !strchr("0123456789abcdef", p->uuid[i]))
            break;
        if (!p->uuid[i])
            break;
    }
    if (form[i])
        return xd_yaml_error(xd_yaml_get(p->at, "uuid"), err,
                             "uuid: wanted the form %s in lower case, found \"%s\"", form,
                             xd_str_safe(a, p->uuid, 40));
    return 0;
}

static int check_spec(struct xd_demo_scenario *s, struct xd_demo_spec *p, struct xd_arena *a,
                      struct xd_err *err)
{
    int rc;

    rc = check_name(p, err);
    if (rc == 0)
        rc = check_uuid(p, a, err);
    if (rc == 0)
        rc = check_memory(p, err);
    if (rc == 0)
        rc = check_vcpus(p, err);
    return rc ? rc : check_pool(s, p, a, err);
}

static int read_spec(struct xd_demo_scenario *s, const struct xd_yaml *n, struct xd_arena *a,
                     struct xd_demo_spec *p, struct xd_err *err)
{
    int rc;

    *p = (struct xd_demo_spec){
        .at = n,
        .type = XD_TYPE_PVH,
        .count = 1,
        .vcpus = 1,
        .weight = 256,
        .age_ns = s->host.uptime_ns,
        .shutdown_ns = 3 * SECOND,
        .load = {.curve = XD_DEMO_IDLE, .high = 100, .period_ns = MINUTE},
        .on = {ON_DESTROY, ON_RESTART, -1},
        /* As Xen gives them to a new vCPU: RTDS_DEFAULT_PERIOD and _BUDGET. */
        .period_us = 10000,
        .budget_us = 4000,
        .extratime = true,
    };
    rc = xd_demo_fields_read(n, spec_fields, s->n_pcpus, a, p, err);
    if (rc == 0 && p->net)
        rc = xd_demo_fields_read(p->net, net_fields, 0, a, p, err);
    if (rc == 0 && p->disk)
        rc = xd_demo_fields_read(p->disk, disk_fields, 0, a, p, err);
    if (rc)
        return rc;
    p->shown = xd_str_safe(a, p->name, 80);
    p->cpuid_at = xd_yaml_get(n, "cpuid");
    p->has_net = p->net;
    p->has_disk = p->disk;
    p->state = state_of[p->state];
    if (!p->online)
        p->online = p->vcpus;
    if (!p->max_memory_kib)
        p->max_memory_kib = p->memory_kib;
    if (!p->load.on_ns)
        p->load.on_ns = p->load.period_ns / 4;
    if (p->age_ns > s->host.uptime_ns)
        p->age_ns = s->host.uptime_ns;
    if (p->on[2] < 0) /* a crashed one is there to be looked at */
        p->on[2] = p->state == XD_STATE_CRASHED ? ON_PRESERVE : ON_DESTROY;
    rc = check_spec(s, p, a, err);
    return rc ? rc : xd_demo_read_devices(p, s->n_specs == 0, a, err);
}

/* Domain-0 is the machine's own and can't be one of many. */
static int check_first(const struct xd_demo_spec *p, struct xd_err *err)
{
    if (xd_streq(p->name, "Domain-0") && p->count == 1 && p->state == XD_STATE_RUNNING)
        return 0;
    return xd_yaml_error(p->at, err, "domains: wanted a running \"Domain-0\" first, found \"%s\"",
                         p->shown);
}

int xd_demo_read_specs(struct xd_demo_scenario *s, const struct xd_yaml *list, struct xd_arena *a,
                       struct xd_err *err)
{
    const struct xd_yaml *n;
    uint64_t domains = 0, vcpus = 0, kib = s->host.reserved_kib;
    int rc = 0;

    if (list->kind != XD_YAML_LIST || list->n == 0)
        return xd_yaml_key_error(list, err, "domains: wanted a list of at least Domain-0");
    s->specs = xd_arena_array(a, list->n, sizeof(*s->specs));
    for (n = list->first; rc == 0 && n; n = n->next) {
        struct xd_demo_spec *p = &s->specs[s->n_specs];

        rc = read_spec(s, n, a, p, err);
        if (rc == 0 && s->n_specs++ == 0)
            rc = check_first(p, err);
        domains += p->count;
        vcpus += p->count * p->vcpus;
        kib += p->count * p->memory_kib;
        if (rc == 0 && (domains > XD_DEMO_DOMAINS_MAX || vcpus > XD_DEMO_VCPUS_MAX))
            rc = xd_yaml_error(n, err, "wanted at most %d domains with %d vCPUs in all",
                               XD_DEMO_DOMAINS_MAX, XD_DEMO_VCPUS_MAX);
        if (rc == 0 && kib > s->host.memory_kib)
            rc = xd_yaml_error(n, err,
                               "with domain \"%s\" there is more memory in use (%" PRIu64
                               " MiB) than the host has (%" PRIu64 " MiB)",
                               p->shown, kib >> 10, s->host.memory_kib >> 10);
    }
    return rc;
}

/* --- domains made from moulds --- */

struct known {
    char key[XD_DEMO_NAME_MAX + 16];
    UT_hash_handle hh;
};

static const char *copy_name(const struct xd_demo_spec *p, uint64_t i, struct xd_arena *a)
{
    const char *n = strstr(p->name, "{n}");

    if (p->count == 1)
        return p->name;
    return xd_arena_printf(a, "%.*s%" PRIu64 "%s", (int)(n - p->name), p->name, i + 1, n + 3);
}

/* A random (version 4) UUID that is the same each time. Domain-0's is all zero, as under Xen. */
static void make_uuid(const struct xd_demo_scenario *s, struct xd_demo_birth *b)
{
    uint64_t name = xd_demo_hash_text(b->name);
    uint64_t hi = xd_demo_random(s->seed, name), lo = xd_demo_random(s->seed, ~name);

    if (b->spec->uuid)
        snprintf(b->uuid, sizeof(b->uuid), "%s", b->spec->uuid);
    else if (b == s->births)
        snprintf(b->uuid, sizeof(b->uuid), "00000000-0000-0000-0000-000000000000");
    else
        snprintf(b->uuid, sizeof(b->uuid), "%08x-%04x-4%03x-%04x-%012" PRIx64, (unsigned)(hi >> 32),
                 (unsigned)(hi >> 16 & 0xffff), (unsigned)(hi & 0xfff),
                 (unsigned)(0x8000 | (lo >> 48 & 0x3fff)), lo & UINT64_C(0xffffffffffff));
}

/* False if the key was there before. */
static bool remember(struct known **set, const char *key, struct xd_arena *a)
{
    struct known *k;

    HASH_FIND_STR(*set, key, k);
    if (k)
        return false;
    k = xd_arena_alloc(a, sizeof(*k));
    snprintf(k->key, sizeof(k->key), "%s", key);
    HASH_ADD_STR(*set, key, k);
    return true;
}

static int make_births(struct xd_demo_scenario *s, struct known **names, struct known **uuids,
                       struct xd_arena *a, struct xd_err *err)
{
    for (size_t i = 0; i < s->n_specs; i++) {
        const struct xd_demo_spec *p = &s->specs[i];

        for (uint64_t c = 0; c < p->count; c++) {
            struct xd_demo_birth *b = &s->births[s->n_births++];

            b->spec = p;
            b->name = copy_name(p, c, a);
            make_uuid(s, b);
            if (!remember(names, b->name, a))
                return xd_yaml_error(p->at, err, "there are two domains \"%s\"",
                                     xd_str_safe(a, b->name, 80));
            if (!remember(uuids, b->uuid, a))
                return xd_yaml_error(p->at, err, "domain \"%s\" has the UUID of another, %s",
                                     p->shown, b->uuid);
        }
    }
    return 0;
}

int xd_demo_make_births(struct xd_demo_scenario *s, struct xd_arena *a, struct xd_err *err)
{
    struct known *names = NULL, *uuids = NULL;
    uint64_t n = 0;
    int rc;

    for (size_t i = 0; i < s->n_specs; i++)
        n += s->specs[i].count;
    s->births = xd_arena_array(a, n, sizeof(*s->births));
    rc = make_births(s, &names, &uuids, a, err);
    HASH_CLEAR(hh, names);
    HASH_CLEAR(hh, uuids);
    return rc;
}
