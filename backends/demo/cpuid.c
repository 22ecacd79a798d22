/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUID of the simulated machine: the model that its processor is, what Xen would offer guests of
 * it, and each domain's policy: the default of its kind, or what its configuration says. It changes
 * only as domains come and go, so it is built then and lent to each sample until the next time. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_demo/host.h"
#include "backend_demo/random.h"
#include "base/str.h"
#include "model/tables_cpuid.h"
#include "xen/cpuid/decode.h"
#include "xen/cpuid/level.h"

extern const struct xd_backend xd_backend_demo;

struct maker {
    const struct xd_demo_host *h;
    struct xd_cpuid_db *db;
    const struct xd_cpuid_model *model;
    struct xd_arena a;
    struct xd_builder *b;
    bool leaves;
    struct xd_featureset raw, host;
    struct xd_featureset max[2], unasked[2]; /* by enum xd_cpuid_seen_by: PV, HVM */
};

/* --- the scenario's words --- */

int xd_demo_cpuid_check(const struct xd_demo_scenario *s, struct xd_err *err)
{
    struct xd_cpuid_db *db = NULL;
    struct xd_cpuid_spec spec;
    struct xd_err why = XD_ERR_INIT;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < s->n_specs; i++) {
        if (!s->specs[i].cpuid)
            continue;
        if (!db && (rc = xd_cpuid_db_new(&db, err)) < 0)
            break;
        if (xd_cpuid_spec_parse(db, s->specs[i].cpuid, &spec, NULL, &why) < 0)
            rc = xd_yaml_error(s->specs[i].cpuid_at, err, "cpuid: %s", xd_err_text(&why));
    }
    xd_err_clear(&why);
    xd_cpuid_db_free(db);
    return rc;
}

/* --- the processor --- */

/* The newest of our models with these numbers; a plain one where the scenario has none. */
static const struct xd_cpuid_model *find_model(const struct maker *m)
{
    const struct xd_demo_scenario *s = m->h->scenario;
    const struct xd_cpuid_model *best = NULL;

    for (size_t i = 0; s->host.family && i < xd_cpuid_models(m->db); i++) {
        const struct xd_cpuid_model *one = xd_cpuid_model_at(m->db, i);

        if (one->family == s->host.family && one->model == s->host.model)
            best = one;
    }
    return best ? best : xd_cpuid_model(m->db, XD_CPUID_ANY, "x86-64-v3", 9);
}

static void add_named(const struct maker *m, struct xd_featureset *s, const char *name)
{
    const struct xd_cpuid_feature *f = xd_cpuid_find(m->db, XD_CPUID_ANY, name, strlen(name));

    if (f)
        xd_fs_add(s, f->bit);
}

/* What "cpuid=no-x,no-y" of Xen's command line takes away, with all that needs it. */
static void by_command_line(const struct maker *m, struct xd_featureset *s)
{
    const char *p = strstr(m->h->scenario->host.command_line, "cpuid=");

    for (p = p ? p + 6 : ""; *p && !isspace((unsigned char)*p);) {
        size_t len = strcspn(p, ", ");
        const struct xd_cpuid_feature *f = len > 3 && memcmp(p, "no-", 3) == 0
                                               ? xd_cpuid_find(m->db, XD_CPUID_ANY, p + 3, len - 3)
                                               : NULL;

        if (f) {
            xd_fs_del(s, f->bit);
            xd_fs_minus(s, &f->dependents);
        }
        p += len + (p[len] == ',');
    }
}

/* The same steps by which Xen comes from the processor to what guests get. */
static void make_sets(struct maker *m)
{
    static const char *const own[] = {"monitor", "svm", "ibs", "skinit", "perfctr-core"};
    static const enum xd_cpuid_guests kinds[] = {XD_CPUID_EVERY, XD_CPUID_HVM_HAP};
    struct xd_featureset offer, seen;

    m->model = find_model(m);
    m->raw = m->model->fs;
    for (size_t i = 0; m->model->vendor == XD_VENDOR_AMD && i < sizeof(own) / sizeof(own[0]); i++)
        add_named(m, &m->raw, own[i]);
    m->host = m->raw;
    by_command_line(m, &m->host);
    xd_cpuid_drop_unmet(m->db, &m->host);
    offer = m->host;
    xd_cpuid_add_offered(m->db, &offer);
    add_named(m, &offer, "hypervisor");
    for (int i = 0; i < 2; i++) {
        xd_cpuid_visible(m->db, kinds[i], false, &seen);
        m->max[i] = offer;
        xd_fs_and(&m->max[i], &seen);
        xd_cpuid_drop_unmet(m->db, &m->max[i]);
        xd_cpuid_visible(m->db, kinds[i], true, &seen);
        m->unasked[i] = m->max[i];
        xd_fs_and(&m->unasked[i], &seen);
        xd_cpuid_drop_unmet(m->db, &m->unasked[i]);
    }
}

/* --- leaves --- */

static struct xd_cpuid_leaf *leaf(struct maker *m, struct xd_cpuid_leaves *l, uint32_t number)
{
    if (!xd_cpuid_leaf(l, number, 0))
        xd_cpuid_leaves_add(l, &m->a, (struct xd_cpuid_leaf){.leaf = number});
    return (struct xd_cpuid_leaf *)(uintptr_t)xd_cpuid_leaf(l, number, 0);
}

static uint32_t le32(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;

    return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

static void put_vendor(struct maker *m, struct xd_cpuid_leaves *l, uint32_t number)
{
    const char *vendor = m->model->vendor == XD_VENDOR_AMD     ? "AuthenticAMD"
                         : m->model->vendor == XD_VENDOR_HYGON ? "HygonGenuine"
                                                               : "GenuineIntel";
    struct xd_cpuid_leaf *o = leaf(m, l, number);

    o->r[XD_CPUID_EBX] = le32(vendor);
    o->r[XD_CPUID_EDX] = le32(vendor + 4);
    o->r[XD_CPUID_ECX] = le32(vendor + 8);
}

/* Family, model and stepping as CPUID packs them (Intel SDM volume 2A, figure 3-6). */
static uint32_t signature(const struct xd_demo_scenario *s)
{
    uint32_t family = (uint32_t)s->host.family, model = (uint32_t)s->host.model;
    uint32_t low = family < 15 ? family : 15;

    return (family - low) << 20 | (model >> 4) << 16 | low << 8 | (model & 15) << 4 |
           (uint32_t)s->host.stepping;
}

static int by_number(const void *a, const void *b)
{
    const struct xd_cpuid_leaf *x = a, *y = b;

    return x->leaf != y->leaf ? (x->leaf > y->leaf) - (x->leaf < y->leaf)
                              : (x->subleaf > y->subleaf) - (x->subleaf < y->subleaf);
}

static void make_leaves(struct maker *m, struct xd_cpuid_source *out)
{
    const struct xd_demo_scenario *s = m->h->scenario;
    struct xd_cpuid_leaves *l = &out->leaves;
    uint32_t top = 0xd, top_extended = 0x80000008;
    char brand[48] = "";

    xd_cpuid_leaves_of_set(&out->set, m->model->vendor == XD_VENDOR_AMD, &m->a, l);
    for (size_t i = 0; i < l->n; i++) {
        uint32_t number = l->leaf[i].leaf;

        if (number >= 0x80000000 && number > top_extended)
            top_extended = number;
    }
    leaf(m, l, 0)->r[XD_CPUID_EAX] = top;
    put_vendor(m, l, 0);
    leaf(m, l, 1)->r[XD_CPUID_EAX] = signature(s);
    leaf(m, l, 0x80000000)->r[XD_CPUID_EAX] = top_extended;
    put_vendor(m, l, 0x80000000);
    leaf(m, l, 0x80000008)->r[XD_CPUID_EAX] = 48 << 8 | 48; /* widths of addresses */
    snprintf(brand, sizeof(brand), "%s", s->host.cpu);
    for (uint32_t i = 0; i < 12; i++)
        leaf(m, l, 0x80000002 + i / 4)->r[i % 4] = le32(brand + 4 * (size_t)i);
    qsort(l->leaf, l->n, sizeof(*l->leaf), by_number);
    l->complete = l->complete_msrs = true;
    xd_cpuid_leaves_to_set(l, &out->set);
}

static void put(struct maker *m, struct xd_cpuid_policy p, const struct xd_featureset *fs)
{
    p.source = (struct xd_cpuid_source){.label = p.name, .set = {.fs = *fs, .known = UINT32_MAX}};
    make_leaves(m, &p.source);
    xd_cpuid_put(m->b, xd_demo_at(m->h), &p, m->leaves);
}

/* --- the policies --- */

static void put_host(struct maker *m)
{
    const struct xd_demo_scenario *s = m->h->scenario;

    for (const struct xd_cpuid_host_policy *h = xd_cpuid_host_policies; h->name; h++) {
        struct xd_cpuid_policy p = {h->name, h->kind, h->guests, .domid = -1};
        const struct xd_featureset *fs = &m->raw;

        if (h->kind == XD_CPUID_KIND_RAW)
            p.microcode = s->host.microcode;
        if (h->kind == XD_CPUID_KIND_HOST) {
            p.command_line = s->host.command_line;
            fs = &m->host;
        }
        if (h->kind == XD_CPUID_KIND_MAX)
            fs = &m->max[h->guests];
        if (h->kind == XD_CPUID_KIND_DEFAULT)
            fs = &m->unasked[h->guests];
        put(m, p, fs);
    }
}

/* What its configuration says, of what guests of its kind can have. */
static void put_domain(struct maker *m, const struct xd_demo_domain *d)
{
    enum xd_cpuid_seen_by kind = d->spec->type == XD_TYPE_PV ? XD_CPUID_FOR_PV : XD_CPUID_FOR_HVM;
    struct xd_featureset fs = m->unasked[kind];
    struct xd_cpuid_spec spec;

    if (d->spec->cpuid && xd_cpuid_spec_parse(m->db, d->spec->cpuid, &spec, NULL, NULL) == 0) {
        xd_cpuid_spec_resolve(m->db, &spec, &m->unasked[kind], &fs, NULL, NULL);
        add_named(m, &fs, "hypervisor");
        xd_fs_and(&fs, &m->max[kind]);
        xd_cpuid_drop_unmet(m->db, &fs);
    }
    put(m,
        (struct xd_cpuid_policy){.name = xd_arena_printf(&m->a, "domain/%u", (unsigned)d->domid),
                                 .kind = XD_CPUID_KIND_DOMAIN,
                                 .guests = kind,
                                 .domid = (int64_t)d->domid,
                                 .domain = d->shown,
                                 .uuid = d->uuid},
        &fs);
}

static int build(struct xd_demo_host *h, bool leaves, uint64_t state)
{
    struct maker m = {.h = h, .leaves = leaves, .a = XD_ARENA_INIT};

    if (xd_cpuid_db_new(&m.db, NULL) < 0)
        return -ENODATA;
    m.b = xd_builder_new(xd_backend_demo.name);
    make_sets(&m);
    put_host(&m);
    for (size_t i = 0; i < h->n_domains; i++)
        put_domain(&m, h->domains[i]);
    xd_snapshot_unref(h->cpuid.kept);
    h->cpuid.kept = xd_builder_seal(m.b, NULL, 0, xd_demo_at(h), 0, 0);
    h->cpuid.state = state;
    h->cpuid.leaves = leaves;
    xd_cpuid_db_free(m.db);
    xd_arena_done(&m.a);
    return 0;
}

/* Policies are for life: they change only as domains come, go, and get other numbers. */
static uint64_t state_of(const struct xd_demo_host *h)
{
    uint64_t x = 0;

    for (size_t i = 0; i < h->n_domains; i++)
        x = xd_demo_random(xd_demo_random(x, h->domains[i]->domid),
                           xd_demo_hash_text(h->domains[i]->shown));
    return x;
}

void xd_demo_fill_cpuid(struct xd_demo_host *h, const struct xd_backend_env *env,
                        struct xd_builder *b)
{
    bool leaves = xd_wanted(env, &xd_cpuid_leaves_desc);
    uint64_t state;

    if (!leaves && !xd_wanted(env, &xd_cpuid_desc))
        return;
    state = state_of(h);
    if ((!h->cpuid.kept || (leaves && !h->cpuid.leaves) || h->cpuid.state != state) &&
        build(h, leaves, state) < 0) {
        xd_build_missing(b, &xd_cpuid_desc, "the table of CPU features can't be read");
        return;
    }
    xd_build_lend(b, h->cpuid.kept, xd_cpuid_desc.name);
    if (leaves)
        xd_build_lend(b, h->cpuid.kept, xd_cpuid_leaves_desc.name);
}
