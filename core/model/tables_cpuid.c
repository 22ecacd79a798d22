/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of CPUID policies, described once, and how a policy gets in and out of them. */
#include "model/tables_cpuid.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/tables_kinds.h"
#include "xen/cpuid/decode.h"

static const char *const kinds[] = {"raw", "host", "max", "default", "domain", NULL};
static const char *const seen_by[] = {"pv", "hvm", "both", NULL};

// clang-format off
static const struct xd_column cpuid_columns[XD_CPUID_COL_N] = {
    [XD_CPUID_COL_NAME] = {"name", "POLICY", "raw, host, pv-max, hvm-max, pv-default, hvm-default, or domain/ID",
                       STR(12), .flags = XD_COL_DEFAULT},
    [XD_CPUID_COL_KIND] = {"kind", "KIND", "What the processor says (raw), what Xen uses (host), what guests can "
                       "have (max), have unasked (default), or what a domain has", ENUM(kinds)},
    [XD_CPUID_COL_GUESTS] = {"guests", "GUESTS", "Whom it is for: pv, hvm (and pvh), or both", ENUM(seen_by)},
    [XD_CPUID_COL_DOMID] = {"domid", "ID", "The domain's number", U64, .width = 5},
    [XD_CPUID_COL_DOMAIN] = {"domain", "DOMAIN", "The domain's name", STR(16), .flags = XD_COL_DEFAULT},
    [XD_CPUID_COL_UUID] = {"uuid", "UUID", "The domain's identity", STR(36)},
    [XD_CPUID_COL_PROCESSOR] = {"processor", "CPU", "The processor's name, as the policy has it", STR(32),
                            .flags = XD_COL_DEFAULT},
    [XD_CPUID_COL_VENDOR] = {"vendor", "VENDOR", "Who made it, as the policy has it", STR(12)},
    [XD_CPUID_COL_FEATURES] = {"features", "FEATURES", "How many feature bits are set", U64,
                           .flags = XD_COL_DEFAULT, .width = 8},
    [XD_CPUID_COL_LEAVES] = {"leaves", "LEAVES", "How many leaves it has that aren't all zero", U64,
                           .flags = XD_COL_DEFAULT, .width = 6},
    [XD_CPUID_COL_WORDS] = {"words", "WORDS", "The featureset in hex, as xen-cpuid prints it, of leaves that there are", STR(40)},
    [XD_CPUID_COL_MSRS] = {"msrs", "MSRS", "Registers of features that aren't zero, as index=value", STR(24)},
    [XD_CPUID_COL_MICROCODE] = {"microcode", "UCODE", "Revision of the processor's microcode, of raw", STR(10)},
    [XD_CPUID_COL_COMMAND_LINE] = {"command_line", "XEN", "Xen's command line, of host", STR(24)},
};
const struct xd_table_desc xd_cpuid_desc = {
    "cpuid", "cpuid", "CPUID", "CPUID policies: the processor's, Xen's for guests, and each domain's",
    cpuid_columns, XD_CPUID_COL_N, {XD_CPUID_COL_NAME, -1}, {XD_CPUID_COL_NAME, -1}, NULL};

static const struct xd_column leaf_columns[XD_CPUID_LEAF_N] = {
    [XD_CPUID_LEAF_POLICY] = {"policy", "POLICY", "The policy, by its name", STR(12), .flags = XD_COL_DEFAULT},
    [XD_CPUID_LEAF_PLACE] = {"leaf", "LEAF", "Leaf in hex, and subleaf", STR(13), .flags = XD_COL_DEFAULT},
    [XD_CPUID_LEAF_EAX] = {"eax", "EAX", "What CPUID returns in EAX", STR(10), .flags = XD_COL_DEFAULT},
    [XD_CPUID_LEAF_EBX] = {"ebx", "EBX", "What CPUID returns in EBX", STR(10), .flags = XD_COL_DEFAULT},
    [XD_CPUID_LEAF_ECX] = {"ecx", "ECX", "What CPUID returns in ECX", STR(10), .flags = XD_COL_DEFAULT},
    [XD_CPUID_LEAF_EDX] = {"edx", "EDX", "What CPUID returns in EDX", STR(10), .flags = XD_COL_DEFAULT},
};
const struct xd_table_desc xd_cpuid_leaves_desc = {
    "cpuid_leaves", "cpuid_leaf", "CPUID leaves", "Each leaf of each CPUID policy that isn't all zero",
    leaf_columns, XD_CPUID_LEAF_N, {XD_CPUID_LEAF_POLICY, XD_CPUID_LEAF_PLACE},
    {XD_CPUID_LEAF_POLICY, XD_CPUID_LEAF_PLACE}, "cpuid"};

static const struct xd_column try_columns[XD_CPUID_TRY_N] = {
    [XD_CPUID_TRY_NAME] = {"name", "NAME", "The throw-away domain's, which is gone", STR(20), .flags = XD_COL_DEFAULT},
    [XD_CPUID_TRY_FILE] = {"file", "FILE", "The configuration that was tried", STR(24), .flags = XD_COL_DEFAULT},
    [XD_CPUID_TRY_ASKED] = {"cpuid", "CPUID", "The policy that was asked for; unknown: the file's own", STR(24),
                            .flags = XD_COL_DEFAULT},
    [XD_CPUID_TRY_GUESTS] = {"guests", "GUESTS", "What it was: pv or hvm (and pvh)", ENUM(seen_by)},
    [XD_CPUID_TRY_FEATURES] = {"features", "FEATURES", "How many feature bits it had", U64,
                               .flags = XD_COL_DEFAULT, .width = 8},
    [XD_CPUID_TRY_WORDS] = {"words", "WORDS", "Its featureset in hex, as xen-cpuid prints it", STR(40)},
};
const struct xd_table_desc xd_cpuid_try_desc = {
    "cpuid_try", "cpuid_try", "CPUID dry run", "What the last throw-away domain had of CPU features (cpuid-try)",
    try_columns, XD_CPUID_TRY_N, {-1, -1}, {XD_CPUID_TRY_NAME, -1}, NULL};

const struct xd_cpuid_host_policy xd_cpuid_host_policies[] = {
    {"raw", XD_CPUID_KIND_RAW, XD_CPUID_FOR_BOTH},
    {"host", XD_CPUID_KIND_HOST, XD_CPUID_FOR_BOTH},
    {"pv-max", XD_CPUID_KIND_MAX, XD_CPUID_FOR_PV},
    {"hvm-max", XD_CPUID_KIND_MAX, XD_CPUID_FOR_HVM},
    {"pv-default", XD_CPUID_KIND_DEFAULT, XD_CPUID_FOR_PV},
    {"hvm-default", XD_CPUID_KIND_DEFAULT, XD_CPUID_FOR_HVM},
    {NULL, 0, 0},
};
// clang-format on

/* --- in --- */

/* As many words as are known: what comes behind one that isn't can't be told from zero. */
static void put_words(struct xd_rows *t, int col, const struct xd_cpuid_set *s)
{
    struct xd_buf b = XD_BUF_INIT;
    int n = XD_CPUID_HEX_WORDS;

    for (int i = n; i < XD_CPUID_XEN_WORDS; i++)
        if (s->fs.w[i])
            n = i + 1;
    for (int i = 0; i < n && s->known >> i & 1; i++)
        xd_buf_printf(&b, "%s%08" PRIx32, i ? ":" : "", s->fs.w[i]);
    if (b.len)
        xd_put_str(t, col, xd_buf_str(&b));
    xd_buf_done(&b);
}

static void put_msrs(struct xd_rows *t, const struct xd_cpuid_leaves *l)
{
    struct xd_buf b = XD_BUF_INIT;

    for (size_t i = 0; i < l->n_msr; i++)
        if (l->msr[i].value)
            xd_buf_printf(&b, "%s0x%" PRIx32 "=0x%" PRIx64, b.len ? " " : "", l->msr[i].index,
                          l->msr[i].value);
    if (l->complete_msrs || b.len)
        xd_put_str(t, XD_CPUID_COL_MSRS, xd_buf_str(&b));
    xd_buf_done(&b);
}

static bool is_zero(const struct xd_cpuid_leaf *l)
{
    return !(l->r[0] | l->r[1] | l->r[2] | l->r[3]);
}

static void put_leaves(struct xd_builder *b, int64_t at_ns, const char *name,
                       const struct xd_cpuid_leaves *l)
{
    struct xd_rows *t = xd_build_table(b, &xd_cpuid_leaves_desc, at_ns);
    char text[24];

    for (size_t i = 0; i < l->n; i++) {
        if (is_zero(&l->leaf[i]))
            continue;
        xd_row_begin(t);
        xd_put_str(t, XD_CPUID_LEAF_POLICY, name);
        snprintf(text, sizeof(text), "0x%08" PRIx32 ":%" PRIu32, l->leaf[i].leaf,
                 l->leaf[i].subleaf);
        xd_put_str(t, XD_CPUID_LEAF_PLACE, text);
        for (int r = 0; r < 4; r++) {
            snprintf(text, sizeof(text), "0x%08" PRIx32, l->leaf[i].r[r]);
            xd_put_str(t, XD_CPUID_LEAF_EAX + r, text);
        }
    }
}

static void put_processor(struct xd_rows *t, const struct xd_cpuid_leaves *l)
{
    struct xd_cpuid_about about;
    uint64_t n = 0;

    for (size_t i = 0; i < l->n; i++)
        n += !is_zero(&l->leaf[i]);
    xd_put_u64(t, XD_CPUID_COL_LEAVES, n);
    xd_cpuid_about(l, &about);
    if (*about.brand)
        xd_put_str(t, XD_CPUID_COL_PROCESSOR, about.brand);
    if (about.maker)
        xd_put_str(t, XD_CPUID_COL_VENDOR, xd_cpuid_vendor_name(about.maker));
    else if (*about.vendor)
        xd_put_str(t, XD_CPUID_COL_VENDOR, about.vendor);
}

void xd_cpuid_put(struct xd_builder *b, int64_t at_ns, const struct xd_cpuid_policy *p, bool leaves)
{
    struct xd_rows *t = xd_build_table(b, &xd_cpuid_desc, at_ns);

    xd_row_begin(t);
    xd_put_str(t, XD_CPUID_COL_NAME, p->name);
    xd_put_enum(t, XD_CPUID_COL_KIND, (int)p->kind);
    xd_put_enum(t, XD_CPUID_COL_GUESTS, (int)p->guests);
    if (p->domid >= 0)
        xd_put_u64(t, XD_CPUID_COL_DOMID, (uint64_t)p->domid);
    xd_put_str(t, XD_CPUID_COL_DOMAIN, p->domain);
    xd_put_str(t, XD_CPUID_COL_UUID, p->uuid);
    xd_put_str(t, XD_CPUID_COL_MICROCODE, p->microcode);
    xd_put_str(t, XD_CPUID_COL_COMMAND_LINE, p->command_line);
    xd_put_u64(t, XD_CPUID_COL_FEATURES, (uint64_t)xd_fs_count(&p->source.set.fs));
    put_words(t, XD_CPUID_COL_WORDS, &p->source.set);
    put_msrs(t, &p->source.leaves);
    if (!p->source.leaves.n)
        return;
    put_processor(t, &p->source.leaves);
    if (leaves)
        put_leaves(b, at_ns, p->name, &p->source.leaves);
}

void xd_cpuid_put_try(struct xd_builder *b, int64_t at_ns, const struct xd_cpuid_tried *tried)
{
    struct xd_rows *t;

    if (!tried) {
        xd_build_missing(b, &xd_cpuid_try_desc, "no dry run was made yet");
        return;
    }
    t = xd_build_table(b, &xd_cpuid_try_desc, at_ns);
    xd_row_begin(t);
    xd_put_str(t, XD_CPUID_TRY_NAME, tried->name);
    xd_put_str(t, XD_CPUID_TRY_FILE, tried->file);
    if (tried->asked && *tried->asked)
        xd_put_str(t, XD_CPUID_TRY_ASKED, tried->asked);
    xd_put_enum(t, XD_CPUID_TRY_GUESTS, (int)tried->guests);
    xd_put_u64(t, XD_CPUID_TRY_FEATURES, (uint64_t)xd_fs_count(&tried->set.fs));
    put_words(t, XD_CPUID_TRY_WORDS, &tried->set);
}

/* --- out --- */

/* Where a table has our columns; one of another xendeck's capture may have others. */
static void columns(const struct xd_table *t, const struct xd_table_desc *ours, int *out)
{
    for (int i = 0; i < ours->n_columns; i++) {
        out[i] = xd_desc_column(t->desc, ours->columns[i].name);
        if (out[i] >= 0 && t->desc->columns[out[i]].kind.type != ours->columns[i].kind.type)
            out[i] = -1;
    }
}

static const char *text_of(const struct xd_row *r, int col)
{
    return xd_row_has(r, col) ? xd_row_str(r, col, NULL) : NULL;
}

static void what_it_is(struct xd_cpuid_policy *p, const struct xd_row *r, int guests)
{
    p->kind = XD_CPUID_KIND_DOMAIN;
    p->guests = (enum xd_cpuid_seen_by)xd_row_u64(r, guests, XD_CPUID_FOR_HVM);
    for (size_t i = 0; xd_cpuid_host_policies[i].name; i++)
        if (xd_streq(p->name, xd_cpuid_host_policies[i].name)) {
            p->kind = xd_cpuid_host_policies[i].kind;
            p->guests = xd_cpuid_host_policies[i].guests;
        }
}

static void read_msrs(const char *text, struct xd_arena *a, struct xd_cpuid_leaves *l)
{
    l->complete_msrs = text != NULL;
    while (text && *text) {
        char *end;
        uint64_t index = strtoull(text, &end, 16);

        if (*end != '=' || index > UINT32_MAX)
            return;
        uint64_t value = strtoull(end + 1, &end, 16);
        xd_cpuid_leaves_add_msr(l, a, (uint32_t)index, value);
        text = end + strspn(end, " ");
    }
}

static bool read_place(const char *text, struct xd_cpuid_leaf *out)
{
    char *end;

    if (!text)
        return false;
    out->leaf = (uint32_t)strtoul(text, &end, 16);
    if (*end != ':')
        return false;
    out->subleaf = (uint32_t)strtoul(end + 1, &end, 10);
    return *end == '\0';
}

/* As far as rows may stand in disorder before the rest is left out: a capture may be anything. */
#define SEARCHES_MAX (1 << 24)

/* Rows of one policy stand together, in the order of the policies, so that they are found without a
 * search. */
static void read_leaves(const struct xd_table *t, struct xd_arena *a, struct xd_cpuid_policy *list,
                        size_t n)
{
    int col[XD_CPUID_LEAF_N];
    size_t at = 0, searches = 0;

    columns(t, &xd_cpuid_leaves_desc, col);
    for (size_t i = 0; i < t->n && n && searches < SEARCHES_MAX; i++) {
        const char *policy = text_of(t->rows[i], col[XD_CPUID_LEAF_POLICY]);
        struct xd_cpuid_leaf leaf = {.leaf = 0};
        size_t tried = 0;

        if (!policy || !read_place(text_of(t->rows[i], col[XD_CPUID_LEAF_PLACE]), &leaf))
            continue;
        for (; tried < n && !xd_streq(list[at].name, policy); tried++)
            at = (at + 1) % n;
        searches += tried;
        if (tried == n)
            continue;
        for (int r = 0; r < 4; r++) {
            const char *value = text_of(t->rows[i], col[XD_CPUID_LEAF_EAX + r]);
            leaf.r[r] = value ? (uint32_t)strtoul(value, NULL, 16) : 0;
        }
        xd_cpuid_leaves_add(&list[at].source.leaves, a, leaf);
    }
}

static void read_words(const char *text, struct xd_cpuid_set *out)
{
    struct xd_err err = XD_ERR_INIT;
    int column;

    if (!text || xd_cpuid_hex_parse(text, strlen(text), out, &column, &err) < 0)
        memset(out, 0, sizeof(*out));
    xd_err_clear(&err);
}

size_t xd_cpuid_policies(const struct xd_table *policies, const struct xd_table *leaves,
                         struct xd_arena *a, struct xd_cpuid_policy **out)
{
    struct xd_cpuid_policy *list = xd_arena_array(a, policies->n + 1, sizeof(*list));
    int col[XD_CPUID_COL_N];
    size_t n = 0;

    columns(policies, &xd_cpuid_desc, col);
    for (size_t i = 0; i < policies->n; i++) {
        const struct xd_row *r = policies->rows[i];
        struct xd_cpuid_policy *p = &list[n];

        p->name = text_of(r, col[XD_CPUID_COL_NAME]);
        if (!p->name)
            continue;
        n++;
        p->source.label = p->name;
        p->domid = xd_row_has(r, col[XD_CPUID_COL_DOMID])
                       ? (int64_t)xd_row_u64(r, col[XD_CPUID_COL_DOMID], 0)
                       : -1;
        p->domain = text_of(r, col[XD_CPUID_COL_DOMAIN]);
        p->uuid = text_of(r, col[XD_CPUID_COL_UUID]);
        p->microcode = text_of(r, col[XD_CPUID_COL_MICROCODE]);
        p->command_line = text_of(r, col[XD_CPUID_COL_COMMAND_LINE]);
        what_it_is(p, r, col[XD_CPUID_COL_GUESTS]);
        read_words(text_of(r, col[XD_CPUID_COL_WORDS]), &p->source.set);
        read_msrs(text_of(r, col[XD_CPUID_COL_MSRS]), a, &p->source.leaves);
    }
    if (leaves)
        read_leaves(leaves, a, list, n);
    for (size_t i = 0; i < n; i++) {
        struct xd_cpuid_source *s = &list[i].source;

        s->leaves.complete = s->leaves.n > 0;
        if (s->leaves.n)
            xd_cpuid_leaves_to_set(&s->leaves, &s->set);
    }
    *out = list;
    return n;
}

bool xd_cpuid_try_get(const struct xd_table *t, struct xd_cpuid_tried *out)
{
    const struct xd_row *r = t && t->desc == &xd_cpuid_try_desc && t->n ? t->rows[0] : NULL;

    if (!r)
        return false;
    *out = (struct xd_cpuid_tried){
        .name = text_of(r, XD_CPUID_TRY_NAME),
        .file = text_of(r, XD_CPUID_TRY_FILE),
        .asked = text_of(r, XD_CPUID_TRY_ASKED),
        .guests = (enum xd_cpuid_seen_by)xd_row_u64(r, XD_CPUID_TRY_GUESTS, XD_CPUID_FOR_HVM)};
    read_words(text_of(r, XD_CPUID_TRY_WORDS), &out->set);
    return out->name != NULL;
}
