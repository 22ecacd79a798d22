/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUID of the simulated machine: the model that its processor is, what Xen would offer guests of
 * it, and each domain's policy: the default of its kind, or what its configuration says. It changes
 * only as domains come and go, so it is built then and lent to each sample until the next time. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_demo/host.h"
#include "backend_demo/random.h"
#include "base/str.h"
#include "model/tables_cpuid.h"
#include "xen/cpuid/decode.h"
#include "xen/cpuid/into.h"
#include "xen/cpuid/level.h"
#include "xen/cpuid/translate.h"

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

/* What guests of a kind have with that policy. */
static void given(const struct maker *m, enum xd_cpuid_seen_by kind,
                  const struct xd_cpuid_spec *spec, struct xd_featureset *out)
{
    xd_cpuid_spec_resolve(m->db, spec, &m->unasked[kind], out, NULL, NULL);
    add_named(m, out, "hypervisor");
    xd_fs_and(out, &m->max[kind]);
    xd_cpuid_drop_unmet(m->db, out);
}

static enum xd_cpuid_seen_by kind_of(const struct xd_demo_domain *d)
{
    return d && d->spec->type == XD_TYPE_PV ? XD_CPUID_FOR_PV : XD_CPUID_FOR_HVM;
}

/* What its configuration says, of what guests of its kind can have. */
static void put_domain(struct maker *m, const struct xd_demo_domain *d)
{
    enum xd_cpuid_seen_by kind = kind_of(d);
    struct xd_featureset fs = m->unasked[kind];
    struct xd_cpuid_spec spec;

    if (d->spec->cpuid && xd_cpuid_spec_parse(m->db, d->spec->cpuid, &spec, NULL, NULL) == 0)
        given(m, kind, &spec, &fs);
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

/* --- a dry run --- */

/* "/etc/xen/web1.cfg" is web1's; NULL: nobody's. */
static const struct xd_demo_domain *whose(struct xd_demo_host *h, const char *file)
{
    const char *slash = strrchr(file, '/'), *dot;
    char name[128];

    file = slash ? slash + 1 : file;
    dot = strrchr(file, '.');
    snprintf(name, sizeof(name), "%.*s", dot ? (int)(dot - file) : (int)strlen(file), file);
    return xd_demo_host_named(h, name);
}

/* As xl takes it; -EINVAL with a sentence. */
static int parse(const struct xd_cpuid_db *db, const char *asked, struct xd_cpuid_spec *spec,
                 struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_cpuid_lost lost = {.n = 0};
    struct xd_buf text = XD_BUF_INIT;
    int column, rc = xd_cpuid_into_setting(asked, &text, err);

    if (rc == 0 && !text.len) /* host alone */
        *spec = (struct xd_cpuid_spec){.base = XD_CPUID_BASE_HOST};
    else if (rc == 0)
        rc = xd_cpuid_translate_from(db, xd_buf_str(&text), XD_CPUID_AS_XL, &a, spec, &lost,
                                     &column, err);
    xd_buf_done(&text);
    xd_arena_done(&a);
    return rc < 0 ? -EINVAL : 0;
}

/* Nested virtualisation has a line of its own in a configuration, whatever cpuid= says. */
static void nested_as(const struct maker *m, const struct xd_demo_domain *d,
                      struct xd_featureset *out)
{
    static const char *const names[] = {"vmx", "svm"};
    struct xd_featureset has = {{0}};
    struct xd_cpuid_spec spec;

    if (d->spec->cpuid && xd_cpuid_spec_parse(m->db, d->spec->cpuid, &spec, NULL, NULL) == 0)
        given(m, kind_of(d), &spec, &has);
    for (size_t i = 0; i < 2; i++) {
        const struct xd_cpuid_feature *f = xd_cpuid_find(m->db, XD_CPUID_ANY, names[i], 3);

        if (f && xd_fs_has(&has, f->bit))
            xd_fs_add(out, f->bit);
    }
}

int xd_demo_cpuid_preview(const char *asked, struct xd_buf *out, struct xd_err *err)
{
    struct xd_cpuid_spec spec;
    struct xd_cpuid_db *db;
    int rc = xd_cpuid_db_new(&db, err);

    if (rc < 0)
        return rc;
    if (*asked)
        rc = parse(db, asked, &spec, err);
    if (rc == 0)
        xd_buf_add(out, "a simulated domain is made, paused, without reading that file\n"
                        "its policy is read, and it is gone again\n");
    xd_cpuid_db_free(db);
    return rc;
}

int xd_demo_cpuid_try(struct xd_demo_host *h, const char *file, const char *asked,
                      struct xd_err *err)
{
    const struct xd_demo_domain *d = whose(h, file);
    struct maker m = {.h = h, .a = XD_ARENA_INIT};
    enum xd_cpuid_seen_by kind = kind_of(d);
    struct xd_cpuid_spec spec = {.base = XD_CPUID_BASE_HOST};
    int rc = xd_cpuid_db_new(&m.db, err);

    if (rc < 0)
        return rc;
    make_sets(&m);
    if (*asked)
        rc = parse(m.db, asked, &spec, err);
    else if (d && d->spec->cpuid)
        rc = xd_cpuid_spec_parse(m.db, d->spec->cpuid, &spec, NULL, err);
    if (rc == 0) {
        given(&m, kind, &spec, &h->cpuid.tried);
        if (d)
            nested_as(&m, d, &h->cpuid.tried);
        free(h->cpuid.file);
        free(h->cpuid.asked);
        h->cpuid.file = xd_strdup(file);
        h->cpuid.asked = xd_strdup(asked);
        h->cpuid.pv = kind == XD_CPUID_FOR_PV;
        h->cpuid.tries++;
    }
    xd_cpuid_db_free(m.db);
    xd_arena_done(&m.a);
    return rc;
}

static void fill_try(struct xd_demo_host *h, struct xd_builder *b)
{
    const struct xd_demo_cpuid *c = &h->cpuid;
    char name[40];

    snprintf(name, sizeof(name), "xendeck-try-%08" PRIx64, c->tries);
    xd_cpuid_put_try(b, xd_demo_at(h),
                     c->file ? &(struct xd_cpuid_tried){name,
                                                        c->file,
                                                        c->asked,
                                                        c->pv ? XD_CPUID_FOR_PV : XD_CPUID_FOR_HVM,
                                                        {.fs = c->tried, .known = UINT32_MAX}}
                             : NULL);
}

void xd_demo_fill_cpuid(struct xd_demo_host *h, const struct xd_backend_env *env,
                        struct xd_builder *b)
{
    bool leaves = xd_wanted(env, &xd_cpuid_leaves_desc);
    uint64_t state;

    if (xd_wanted(env, &xd_cpuid_try_desc))
        fill_try(h, b);
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
