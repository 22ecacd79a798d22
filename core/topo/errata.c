/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errata: reading the file, and finding those that a machine has. See advice.h. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "base/yaml.h"
#include "topo/advice_impl.h"

extern const struct xd_embedded xd_embedded_errata[];

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* --- the file --- */

struct reading {
    struct xd_arena *a;
    struct xd_err *err;
};

struct numbers {
    const char *what;
    int64_t most;
    uint32_t *list;
    size_t n;
};

/* "0x60": as C reads it, but decimal without leading zeros. */
static bool take_number(const char **s, int64_t *out)
{
    unsigned long n;
    char *end;

    if (!isdigit((unsigned char)**s))
        return false;
    n = strtoul(*s, &end, **s == '0' && ((*s)[1] | 0x20) == 'x' ? 16 : 10);
    *out = n <= UINT32_MAX ? (int64_t)n : INT64_MAX; /* more than any number here */
    *s = end;
    return true;
}

/* "0x60", or "0x60-0xaf", both among them. */
static int read_range(struct reading *r, const struct xd_yaml *node, struct numbers *out)
{
    const char *text, *s;
    int64_t from, to;
    int rc = xd_yaml_str(node, out->what, &text, r->err);
    bool good;

    if (rc)
        return rc;
    s = text;
    good = take_number(&s, &from);
    to = from;
    if (good && *s == '-') {
        s++;
        good = take_number(&s, &to);
    }
    if (!good || *s || from > to || to > out->most)
        return xd_yaml_error(node, r->err, "%s: %s: wanted numbers up to 0x%x, as 3 or 0x10-0x1f",
                             out->what, text, (unsigned)out->most);
    for (; from <= to; from++) {
        out->list = xd_arena_grow(r->a, out->list, out->n, sizeof(*out->list));
        out->list[out->n++] = (uint32_t)from;
    }
    return 0;
}

/* Texts without which an entry is no use; the place of one that is missing is its map's. */
static int need_text(struct reading *r, const struct xd_yaml *map, const char *key,
                     const char **out)
{
    const struct xd_yaml *node;
    int rc = xd_yaml_need(map, key, &node, r->err);

    return rc ? rc : xd_yaml_str(node, key, out, r->err);
}

/* A list of numbers and ranges; one alone may stand without brackets. NULL node: none. */
static int read_numbers(struct reading *r, const struct xd_yaml *node, const char *what,
                        int64_t most, const uint32_t **out, size_t *n)
{
    struct numbers numbers = {.what = what, .most = most};
    int rc = 0;

    if (node && node->kind == XD_YAML_LIST)
        for (const struct xd_yaml *at = node->first; at && !rc; at = at->next)
            rc = read_range(r, at, &numbers);
    else if (node)
        rc = read_range(r, node, &numbers);
    *out = numbers.list;
    *n = numbers.n;
    return rc;
}

/* "8086:10d3", in lower case as elsewhere. */
static bool is_pci_id(const char *s)
{
    for (int i = 0; i < 9; i++)
        if (i == 4 ? s[i] != ':' : !isxdigit((unsigned char)s[i]) || isupper((unsigned char)s[i]))
            return false;
    return s[9] == '\0';
}

static int read_pci_ids(struct reading *r, const struct xd_yaml *node, struct xd_erratum *e)
{
    const char **list;
    int rc;

    if (node->kind != XD_YAML_LIST || !node->n)
        return xd_yaml_error(node, r->err, "pci: wanted a list of ids as \"8086:10d3\"");
    list = xd_arena_array(r->a, node->n, sizeof(*list));
    e->pci_ids = list;
    for (const struct xd_yaml *at = node->first; at; at = at->next) {
        rc = xd_yaml_str(at, "pci", &list[e->n_pci_ids], r->err);
        if (rc)
            return rc;
        if (!is_pci_id(list[e->n_pci_ids++]))
            return xd_yaml_error(at, r->err, "pci: %s: wanted an id as \"8086:10d3\"",
                                 list[e->n_pci_ids - 1]);
    }
    return 0;
}

static int read_cpu(struct reading *r, const struct xd_yaml *node, struct xd_erratum *e)
{
    static const char *const keys[] = {"vendor", "family", "models", "steppings", "microcode"};
    const struct xd_yaml *at;
    int64_t family, microcode = 0;
    int rc;

    if (node->kind != XD_YAML_MAP)
        return xd_yaml_error(node, r->err, "cpu: wanted vendor, family and models");
    if ((rc = xd_yaml_only_keys(node, keys, N(keys), r->err)) ||
        (rc = need_text(r, node, "vendor", &e->vendor)) ||
        (rc = xd_yaml_need(node, "family", &at, r->err)) ||
        (rc = xd_yaml_i64(at, "family", 1, 0x10e, &family, r->err)) ||
        (rc = read_numbers(r, xd_yaml_get(node, "models"), "models", 0xff, &e->models,
                           &e->n_models)) ||
        (rc = read_numbers(r, xd_yaml_get(node, "steppings"), "steppings", 0xf, &e->steppings,
                           &e->n_steppings)))
        return rc;
    if (!xd_streq(e->vendor, "intel") && !xd_streq(e->vendor, "amd"))
        return xd_yaml_error(xd_yaml_get(node, "vendor"), r->err, "vendor: %s: wanted intel or amd",
                             e->vendor);
    if (!e->n_models)
        return xd_yaml_error(node, r->err, "cpu: wanted the models that have it");
    if (xd_yaml_get(node, "microcode") &&
        (rc = xd_yaml_i64(xd_yaml_get(node, "microcode"), "microcode", 1, UINT32_MAX, &microcode,
                          r->err)))
        return rc;
    e->family = (unsigned)family;
    e->microcode = (uint32_t)microcode;
    return 0;
}

static int read_gravity(struct reading *r, const struct xd_yaml *map, struct xd_erratum *e)
{
    static const char *const names[] = {"note", "warn", "bad"};
    const char *text;
    int rc = need_text(r, map, "gravity", &text);

    if (rc)
        return rc;
    for (size_t i = 0; i < N(names); i++)
        if (strcmp(text, names[i]) == 0) {
            e->gravity = (enum xd_topo_gravity)i;
            return 0;
        }
    return xd_yaml_error(xd_yaml_get(map, "gravity"), r->err,
                         "gravity: %s: wanted note, warn or bad", text);
}

static int read_erratum(struct reading *r, const struct xd_yaml *node, struct xd_erratum *e)
{
    static const char *const keys[] = {"id",      "cpu",  "pci",    "revisions",
                                       "gravity", "text", "remedy", "cite"};
    const struct xd_yaml *cpu, *pci;
    int rc;

    if (node->kind != XD_YAML_MAP)
        return xd_yaml_error(node, r->err, "wanted an erratum: id, cpu or pci, gravity, text …");
    if ((rc = xd_yaml_only_keys(node, keys, N(keys), r->err)) ||
        (rc = need_text(r, node, "id", &e->id)) || (rc = need_text(r, node, "text", &e->text)) ||
        (rc = need_text(r, node, "remedy", &e->remedy)) ||
        (rc = need_text(r, node, "cite", &e->cite)) || (rc = read_gravity(r, node, e)))
        return rc;
    cpu = xd_yaml_get(node, "cpu");
    pci = xd_yaml_get(node, "pci");
    if (!cpu == !pci)
        return xd_yaml_error(node, r->err, "%s: wanted either cpu or pci", e->id);
    if (cpu)
        return read_cpu(r, cpu, e);
    rc = read_pci_ids(r, pci, e);
    return rc ? rc
              : read_numbers(r, xd_yaml_get(node, "revisions"), "revisions", 0xff, &e->revisions,
                             &e->n_revisions);
}

int xd_errata_parse(const char *file, const char *text, size_t len, struct xd_arena *a,
                    struct xd_errata *out, struct xd_err *err)
{
    struct reading r = {a, err};
    const struct xd_yaml *errata;
    struct xd_erratum *list;
    struct xd_yaml *root;
    size_t n = 0;
    int rc = xd_yaml_parse(file, text, len, a, &root, err);

    *out = (struct xd_errata){NULL, 0};
    if (rc)
        return rc;
    if (!root)
        return xd_err_set(err, -EINVAL, "%s:1:1: wanted a list named errata", file);
    if (root->kind != XD_YAML_MAP || !(errata = xd_yaml_get(root, "errata")) ||
        errata->kind != XD_YAML_LIST)
        return xd_yaml_error(root, err, "wanted a list named errata");
    list = xd_arena_array(a, errata->n, sizeof(*list));
    for (const struct xd_yaml *at = errata->first; at; at = at->next) {
        rc = read_erratum(&r, at, &list[n]);
        if (rc)
            return rc;
        n++;
    }
    *out = (struct xd_errata){list, n};
    return 0;
}

int xd_errata_builtin(struct xd_arena *a, struct xd_errata *out, struct xd_err *err)
{
    const struct xd_embedded *e = &xd_embedded_errata[0];

    return xd_errata_parse("errata.yaml", e->data, e->len, a, out, err);
}

/* --- who has it --- */

static bool has_number(const uint32_t *list, size_t n, uint64_t v)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == v)
            return true;
    return false;
}

/* Vendors share families: 6 is Intel's, and once was AMD's. */
static bool is_of(const struct xd_topo_thing *o, const char *vendor)
{
    const char *maker = xd_topo_str(o, XD_TOPO_MAKER, NULL);
    const char *name = xd_topo_str(o, XD_TOPO_NAME, NULL);
    bool intel = (maker && strcasestr(maker, "intel")) || (name && strcasestr(name, "intel"));
    bool amd = (maker && (strcasestr(maker, "amd") || strcasestr(maker, "advanced micro"))) ||
               (name && strcasestr(name, "amd "));

    return strcmp(vendor, "intel") == 0 ? !amd : !intel;
}

/* "0xd0003a5"; 0: unknown */
static uint64_t microcode_of(const struct xd_topo_thing *o)
{
    const char *text = xd_topo_str(o, XD_TOPO_MICROCODE, NULL);

    return text ? strtoull(text, NULL, 16) : 0;
}

static bool cpu_has(const struct xd_topo_thing *o, const struct xd_erratum *e)
{
    uint64_t stepping = xd_topo_u64(o, XD_TOPO_STEPPING, UINT64_MAX);

    return e->vendor && xd_topo_u64(o, XD_TOPO_FAMILY, 0) == e->family &&
           has_number(e->models, e->n_models, xd_topo_u64(o, XD_TOPO_MODEL, UINT64_MAX)) &&
           (!e->n_steppings || stepping == UINT64_MAX ||
            has_number(e->steppings, e->n_steppings, stepping)) &&
           is_of(o, e->vendor) && !(e->microcode && microcode_of(o) >= e->microcode);
}

static bool pci_has(const struct xd_topo_thing *o, const struct xd_erratum *e)
{
    const char *id = e->n_pci_ids ? xd_topo_str(o, XD_TOPO_PCI_ID, "") : "";
    uint64_t revision = e->n_revisions ? xd_topo_u64(o, XD_TOPO_REVISION, UINT64_MAX) : UINT64_MAX;

    if (e->n_revisions && revision != UINT64_MAX &&
        !has_number(e->revisions, e->n_revisions, revision))
        return false;
    for (size_t i = 0; i < e->n_pci_ids; i++)
        if (strcmp(e->pci_ids[i], id) == 0)
            return true;
    return false;
}

/* Where microcode has it fixed, what runs here is said, or that it isn't known. */
static const char *text_of(struct xd_topo *t, const struct xd_topo_thing *o,
                           const struct xd_erratum *e)
{
    const char *now = xd_topo_str(o, XD_TOPO_MICROCODE, NULL);

    if (!e->microcode)
        return e->text;
    return xd_arena_printf(&t->arena, "%s; fixed by microcode 0x%x, %s%s", e->text, e->microcode,
                           now ? "here runs " : "which one runs here isn't known", now ? now : "");
}

static void say(struct xd_topo *t, struct xd_topo_thing *o, const struct xd_erratum *e)
{
    xd_topo_advise_once(t, &(struct xd_topo_advice){
                               .thing = o,
                               .check = xd_arena_printf(&t->arena, "erratum %s", e->id),
                               .gravity = e->gravity,
                               .text = text_of(t, o, e),
                               .remedy = e->remedy,
                               .cite = e->cite,
                           });
}

void xd_topo_advise_errata(struct xd_topo *t, const struct xd_errata *e)
{
    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o));) {
        bool package = o->kind == XD_THING_PACKAGE;

        if (!package && !xd_topo_value(o, XD_TOPO_PCI_ID).have)
            continue;
        for (size_t i = 0; i < e->n; i++)
            if (package ? cpu_has(o, &e->list[i]) : pci_has(o, &e->list[i]))
                say(t, o, &e->list[i]);
    }
}

void xd_topo_advise_machine(struct xd_topo *t)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_errata errata;

    xd_topo_advise_hardware(t);
    if (xd_errata_builtin(&scratch, &errata, &err) < 0)
        xd_topo_trouble(t, XD_TOPO_BY_US, "%s", err.text);
    xd_topo_advise_errata(t, &errata);
    xd_arena_done(&scratch);
}
