/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen.json, written and read: see xen.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/json_c.h"
#include "topo/xen.h"

#define WHAT     "xen.json"
#define TEXT_MAX 16384 /* every other one of 4096 CPUs fits */

enum type { NUMBER, SIZE, TRUTH, TEXT, NUMBERS };

/* A member of a struct. The first of a list's is what an entry is about: one without it means
 * nothing. */
struct member {
    const char *name;
    size_t offset;
    enum type type;
    size_t count; /* NUMBERS: exactly so many, 0: any, counted at `counted` */
    size_t counted;
};

#define AT(type, field) offsetof(struct type, field)

static const struct member cpu_members[] = {
    {"cpu", AT(xd_xen_cpu, cpu), NUMBER},
    {"online", AT(xd_xen_cpu, online), TRUTH},
    {"socket", AT(xd_xen_cpu, socket), NUMBER},
    {"core", AT(xd_xen_cpu, core), NUMBER},
    {"node", AT(xd_xen_cpu, node), NUMBER},
    {"apic_id", AT(xd_xen_cpu, apic_id), NUMBER},
    {NULL},
};
static const struct member node_members[] = {
    {"node", AT(xd_xen_node, node), NUMBER},
    {"size_kib", AT(xd_xen_node, size_kib), SIZE},
    {"free_kib", AT(xd_xen_node, free_kib), SIZE},
    {"distances", AT(xd_xen_node, distances), NUMBERS, 0, AT(xd_xen_node, n_distances)},
    {NULL},
};
static const struct member pci_members[] = {
    {"bdf", AT(xd_xen_pci, bdf), TEXT},
    {"node", AT(xd_xen_pci, node), NUMBER},
    {NULL},
};
static const struct member owner_members[] = {
    {"bdf", AT(xd_xen_owner, bdf), TEXT},
    {"domain", AT(xd_xen_owner, domain), TEXT},
    {NULL},
};
static const struct member domain_members[] = {
    {"domain", AT(xd_xen_domain, domain), TEXT},
    {"domid", AT(xd_xen_domain, domid), NUMBER},
    {"vcpus", AT(xd_xen_domain, vcpus), NUMBER},
    {"cpus", AT(xd_xen_domain, cpus), TEXT},
    {NULL},
};
static const struct member leaf_members[] = {
    {"leaf", AT(xd_xen_leaf, leaf), NUMBER},
    {"subleaf", AT(xd_xen_leaf, subleaf), NUMBER},
    {"regs", AT(xd_xen_leaf, regs), NUMBERS, 4},
    {NULL},
};

static const struct {
    const char *name;
    const struct member *members;
    size_t list, n, size; /* of struct xd_xen_host; size: of an entry */
} lists[] = {
    {"cpus", cpu_members, AT(xd_xen_host, cpus), AT(xd_xen_host, n_cpus),
     sizeof(struct xd_xen_cpu)},
    {"nodes", node_members, AT(xd_xen_host, nodes), AT(xd_xen_host, n_nodes),
     sizeof(struct xd_xen_node)},
    {"pci", pci_members, AT(xd_xen_host, pci), AT(xd_xen_host, n_pci), sizeof(struct xd_xen_pci)},
    {"owners", owner_members, AT(xd_xen_host, owners), AT(xd_xen_host, n_owners),
     sizeof(struct xd_xen_owner)},
    {"domains", domain_members, AT(xd_xen_host, domains), AT(xd_xen_host, n_domains),
     sizeof(struct xd_xen_domain)},
    {"cpuid", leaf_members, AT(xd_xen_host, leaves), AT(xd_xen_host, n_leaves),
     sizeof(struct xd_xen_leaf)},
};
#define N_LISTS (sizeof(lists) / sizeof(lists[0]))

/* --- writing --- */

static void write_numbers(struct xd_json *j, const struct member *m, const char *entry)
{
    const uint32_t *numbers = m->count
                                  ? (const uint32_t *)(const void *)(entry + m->offset)
                                  : *(const uint32_t *const *)(const void *)(entry + m->offset);
    size_t n = m->count ? m->count : *(const size_t *)(const void *)(entry + m->counted);

    xd_json_open(j, m->name, '[');
    for (size_t i = 0; i < n; i++)
        xd_json_u64(j, NULL, numbers[i]);
    xd_json_close(j, ']');
}

static void write_member(struct xd_json *j, const struct member *m, const char *entry)
{
    const void *at = entry + m->offset;

    if (m->type == NUMBER && *(const uint32_t *)at != XD_XEN_NO)
        xd_json_u64(j, m->name, *(const uint32_t *)at);
    else if (m->type == SIZE && *(const uint64_t *)at != XD_XEN_NO_SIZE)
        xd_json_u64(j, m->name, *(const uint64_t *)at);
    else if (m->type == TRUTH && *(const int32_t *)at >= 0)
        xd_json_bool(j, m->name, *(const int32_t *)at != 0);
    else if (m->type == TEXT && *(const char *const *)at)
        xd_json_str(j, m->name, *(const char *const *)at);
    else if (m->type == NUMBERS)
        write_numbers(j, m, entry);
}

void xd_xen_host_write(const struct xd_xen_host *h, struct xd_buf *out)
{
    struct xd_json j;

    xd_json_init(&j, out, false);
    xd_json_open(&j, NULL, '{');
    xd_json_u64(&j, "schema", XD_TOPO_XEN_SCHEMA);
    for (size_t i = 0; i < N_LISTS; i++) {
        const char *entries;
        size_t n;

        memcpy(&entries, (const char *)h + lists[i].list, sizeof(entries));
        memcpy(&n, (const char *)h + lists[i].n, sizeof(n));
        if (!n)
            continue;
        xd_json_open(&j, lists[i].name, '[');
        for (size_t k = 0; k < n; k++) {
            xd_json_open(&j, NULL, '{');
            for (const struct member *m = lists[i].members; m->name; m++)
                write_member(&j, m, entries + k * lists[i].size);
            xd_json_close(&j, '}');
        }
        xd_json_close(&j, ']');
    }
    if (h->microcode)
        xd_json_str(&j, "microcode", h->microcode);
    if (h->memory_kib)
        xd_json_u64(&j, "memory_kib", h->memory_kib);
    xd_json_close(&j, '}');
    xd_buf_addc(out, '\n');
}

/* --- reading --- */

struct reading {
    struct xd_arena *a;
    struct xd_xen_host *out;
    const char *list; /* where: "cpus[3].core" */
    size_t entry;
    const char *member;
};

XD_PRINTF(2, 3) static void trouble(struct reading *r, const char *fmt, ...)
{
    char text[160];
    va_list ap;

    if (r->out->trouble)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    r->out->trouble = xd_arena_printf(r->a, WHAT ": %s[%zu]%s%s: %s", r->list, r->entry,
                                      r->member ? "." : "", r->member ? r->member : "", text);
}

static bool is_number(struct json_object *v, uint64_t most, uint64_t *out)
{
    if (!json_object_is_type(v, json_type_int) || json_object_get_int64(v) < 0 ||
        json_object_get_uint64(v) > most)
        return false;
    *out = json_object_get_uint64(v);
    return true;
}

static bool read_number(struct reading *r, struct json_object *v, uint64_t most, uint64_t *out)
{
    if (is_number(v, most, out))
        return true;
    trouble(r, "wanted a number from 0 to %llu", (unsigned long long)most);
    return false;
}

/* null is 0, what isn't known. All or nothing. */
static void read_numbers(struct reading *r, struct json_object *v, const struct member *m,
                         char *entry)
{
    size_t n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0;
    uint32_t *numbers = xd_arena_array(r->a, n + 1, sizeof(*numbers));
    uint64_t number;

    if (!json_object_is_type(v, json_type_array) || (m->count && n != m->count)) {
        if (m->count)
            trouble(r, "wanted a list of %zu numbers", m->count);
        else
            trouble(r, "wanted a list of numbers");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct json_object *at = json_object_array_get_idx(v, i);

        if (at && !read_number(r, at, UINT32_MAX, &number))
            return;
        numbers[i] = at ? (uint32_t)number : 0;
    }
    if (m->count) {
        memcpy(entry + m->offset, numbers, n * sizeof(*numbers));
        return;
    }
    *(const uint32_t **)(void *)(entry + m->offset) = numbers;
    *(size_t *)(void *)(entry + m->counted) = n;
}

static void read_member(struct reading *r, struct json_object *v, const struct member *m,
                        char *entry)
{
    void *at = entry + m->offset;
    uint64_t number;

    r->member = m->name;
    if (m->type == NUMBERS) {
        read_numbers(r, v, m, entry);
    } else if (m->type == NUMBER) {
        if (read_number(r, v, UINT32_MAX, &number))
            *(uint32_t *)at = (uint32_t)number;
    } else if (m->type == SIZE) {
        if (read_number(r, v, INT64_MAX, &number))
            *(uint64_t *)at = number;
    } else if (m->type == TRUTH) {
        if (json_object_is_type(v, json_type_boolean))
            *(int32_t *)at = json_object_get_boolean(v);
        else
            trouble(r, "wanted true or false");
    } else if (json_object_is_type(v, json_type_string)) {
        *(const char **)at = xd_str_safe(r->a, json_object_get_string(v), TEXT_MAX);
    } else {
        trouble(r, "wanted a text");
    }
    r->member = NULL;
}

static void unknown(const struct member *m, char *entry)
{
    void *at = entry + m->offset;

    if (m->type == NUMBER)
        *(uint32_t *)at = XD_XEN_NO;
    else if (m->type == SIZE)
        *(uint64_t *)at = XD_XEN_NO_SIZE;
    else if (m->type == TRUTH)
        *(int32_t *)at = -1;
}

static bool is_about_something(const struct member *first, const char *entry)
{
    const void *at = entry + first->offset;

    return first->type == TEXT ? *(const char *const *)at && **(const char *const *)at
                               : *(const uint32_t *)at != XD_XEN_NO;
}

static bool read_entry(struct reading *r, struct json_object *o, const struct member *members,
                       char *entry)
{
    struct json_object *v;

    if (!json_object_is_type(o, json_type_object)) {
        trouble(r, "wanted an object");
        return false;
    }
    for (const struct member *m = members; m->name; m++) {
        unknown(m, entry);
        if (json_object_object_get_ex(o, m->name, &v) && v)
            read_member(r, v, m, entry);
    }
    if (!is_about_something(members, entry))
        trouble(r, "there is no \"%s\"", members->name);
    return is_about_something(members, entry);
}

static void read_list(struct reading *r, size_t i, struct json_object *doc)
{
    struct json_object *v;
    size_t n, count = 0;
    char *entries;

    r->list = lists[i].name;
    r->entry = 0;
    if (!json_object_object_get_ex(doc, lists[i].name, &v) || !v)
        return;
    if (!json_object_is_type(v, json_type_array)) {
        if (!r->out->trouble)
            r->out->trouble = xd_arena_printf(r->a, WHAT ": %s: wanted a list", r->list);
        return;
    }
    n = json_object_array_length(v);
    entries = xd_arena_array(r->a, n + 1, lists[i].size);
    for (r->entry = 0; r->entry < n; r->entry++) {
        char *entry = entries + count * lists[i].size;

        memset(entry, 0, lists[i].size);
        count += read_entry(r, json_object_array_get_idx(v, r->entry), lists[i].members, entry);
    }
    memcpy((char *)r->out + lists[i].list, &entries, sizeof(entries));
    memcpy((char *)r->out + lists[i].n, &count, sizeof(count));
}

/* Of the host itself. */
static void read_scalars(struct reading *r, struct json_object *doc)
{
    struct json_object *v;

    if (json_object_object_get_ex(doc, "microcode", &v) && json_object_is_type(v, json_type_string))
        r->out->microcode = xd_str_safe(r->a, json_object_get_string(v), 64);
    if (json_object_object_get_ex(doc, "memory_kib", &v) &&
        !is_number(v, UINT64_MAX, &r->out->memory_kib) && !r->out->trouble)
        r->out->trouble = WHAT ": memory_kib: wanted a number";
}

int xd_xen_host_parse(const char *text, size_t len, struct xd_arena *a, struct xd_xen_host *out,
                      struct xd_err *err)
{
    struct reading r = {.a = a, .out = out};
    struct json_object *doc, *v;
    uint64_t schema;
    int rc = xd_json_parse(WHAT, text, len, &doc, err);

    memset(out, 0, sizeof(*out));
    if (rc)
        return rc;
    if (!json_object_is_type(doc, json_type_object) ||
        !json_object_object_get_ex(doc, "schema", &v) || !is_number(v, UINT32_MAX, &schema)) {
        rc = xd_err_set(err, -EINVAL, WHAT ": wanted an object with a \"schema\"");
    } else if (schema != XD_TOPO_XEN_SCHEMA) {
        rc = xd_err_set(err, -EINVAL, WHAT ": schema %llu, wanted %d", (unsigned long long)schema,
                        XD_TOPO_XEN_SCHEMA);
    } else {
        for (size_t i = 0; i < N_LISTS; i++)
            read_list(&r, i, doc);
        read_scalars(&r, doc);
    }
    json_object_put(doc);
    return rc;
}
