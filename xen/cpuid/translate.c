/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Specs in the words of other programs: see translate.h. */
#include "xen/cpuid/translate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "xen/cpuid/dump.h"
#include "xen/cpuid/level.h"

const char *const xd_cpuid_format_names[] = {"spec", "xl",  "xend",   "libvirt",
                                             "qemu", "hex", "leaves", NULL};

struct writer {
    const struct xd_cpuid_db *db;
    const struct xd_cpuid_spec *s;
    const struct xd_featureset *host;
    struct xd_featureset fs; /* what is meant, where has_fs */
    bool has_fs;
    enum xd_cpuid_guests guests;
    struct xd_arena *a;
    struct xd_buf *out;
    struct xd_cpuid_lost *lost;
    struct xd_err *err;
};

void xd_cpuid_lose(struct xd_cpuid_lost *lost, struct xd_arena *a, int bit, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    lost->text = xd_arena_grow(a, lost->text, lost->n, sizeof(*lost->text));
    lost->text[lost->n++] = xd_arena_strdup(a, text);
    if (bit >= 0)
        xd_fs_add(&lost->bits, bit);
}

/* --- Xen --- */

/* Which bits a policy has to clear and to set; `fs` is what a spec means whose base isn't "host". A
 * feature that guests have unasked needs no setting; one that they never see can't be given, and
 * needs no clearing. */
static void changes(const struct xd_cpuid_db *db, const struct xd_cpuid_spec *s,
                    const struct xd_featureset *fs, enum xd_cpuid_guests guests,
                    struct xd_featureset *clear, struct xd_featureset *set)
{
    struct xd_featureset visible, unasked;

    xd_cpuid_visible(db, guests, false, &visible);
    xd_cpuid_visible(db, guests, true, &unasked);
    if (s->base == XD_CPUID_BASE_HOST) {
        *clear = s->remove;
        *set = s->add;
    } else {
        *clear = unasked;
        xd_fs_minus(clear, fs);
        *set = visible;
        xd_fs_minus(set, &unasked);
        xd_fs_and(set, fs);
    }
    xd_fs_and(clear, &visible);
    xd_fs_and(set, &visible);
    for (int b = xd_fs_next(&visible, 0); b >= 0; b = xd_fs_next(&visible, b + 1)) {
        if (xd_cpuid_feature(db, b)->over == XD_CPUID_OVER_IGNORE) { /* Xen's own business */
            xd_fs_del(clear, b);
            xd_fs_del(set, b);
        }
    }
    xd_cpuid_roots(db, clear); /* Xen itself takes away what depends on something */
}

static void xen_changes(struct writer *w, struct xd_featureset *clear, struct xd_featureset *set)
{
    struct xd_featureset visible, never = w->s->base == XD_CPUID_BASE_HOST ? w->s->add : w->fs;

    changes(w->db, w->s, &w->fs, w->guests, clear, set);
    xd_cpuid_visible(w->db, w->guests, false, &visible);
    xd_fs_minus(&never, &visible);
    for (int b = xd_fs_next(&never, 0); b >= 0; b = xd_fs_next(&never, b + 1)) {
        const struct xd_cpuid_feature *f = xd_cpuid_feature(w->db, b);
        if (f->over != XD_CPUID_OVER_IGNORE)
            xd_cpuid_lose(w->lost, w->a, b, "%s: Xen 4.17 shows it to no %s guest", f->name,
                          w->guests == XD_CPUID_EVERY ? "PV" : "HVM");
    }
    if (w->s->base == XD_CPUID_BASE_MODEL && w->s->model->family)
        xd_cpuid_lose(w->lost, w->a, -1,
                      "family, model and stepping of %s: guests see those of the host",
                      w->s->model->name);
}

void xd_cpuid_predict(const struct xd_cpuid_db *db, const struct xd_cpuid_spec *s,
                      enum xd_cpuid_guests guests, const struct xd_featureset *unasked,
                      const struct xd_featureset *most, struct xd_featureset *out)
{
    struct xd_featureset fs = {{0}}, clear, set;

    xd_cpuid_spec_resolve(db, s, unasked, &fs, NULL, NULL);
    changes(db, s, &fs, guests, &clear, &set);
    *out = *unasked;
    xd_fs_or(out, &set);
    xd_fs_and(out, most);
    xd_fs_minus(out, &clear);
    xd_cpuid_drop_unmet(db, out);
}

void xd_cpuid_fit(const struct xd_cpuid_db *db, const struct xd_cpuid_spec *s,
                  enum xd_cpuid_guests guests, const struct xd_cpuid_leaves *of,
                  const struct xd_cpuid_leaves *unasked, struct xd_cpuid_spec *out,
                  struct xd_featureset *left_out)
{
    struct xd_featureset fs = {{0}};

    memset(left_out, 0, sizeof(*left_out));
    *out = (struct xd_cpuid_spec){.base = XD_CPUID_BASE_HOST};
    if (s->base != XD_CPUID_BASE_HOST)
        xd_cpuid_spec_resolve(db, s, NULL, &fs, NULL, NULL);
    changes(db, s, &fs, guests, &out->remove, &out->add);
    for (int i = 0; i < XD_CPUID_WORDS; i++) {
        if (!xd_cpuid_word(i)->name ||
            (xd_cpuid_leaves_reach(of, i) && xd_cpuid_leaves_reach(unasked, i)))
            continue;
        left_out->w[i] = out->remove.w[i] | out->add.w[i];
        out->remove.w[i] = out->add.w[i] = 0;
    }
}

static int to_xl(struct writer *w)
{
    struct xd_featureset clear, set, both;

    xen_changes(w, &clear, &set);
    both = clear;
    xd_fs_or(&both, &set);
    xd_buf_add(w->out, "cpuid = \"host");
    for (int b = xd_fs_next(&both, 0); b >= 0; b = xd_fs_next(&both, b + 1))
        xd_buf_printf(w->out, ",%s=%d", xd_cpuid_feature(w->db, b)->names[XD_CPUID_XL],
                      xd_fs_has(&set, b));
    xd_buf_addc(w->out, '"');
    return 0;
}

static const char *const reg_names[] = {"eax", "ebx", "ecx", "edx"};

/* The registers of one leaf that have something to say; `done` marks words that are written. */
static void xend_leaf(struct writer *w, int word, const struct xd_featureset *clear,
                      const struct xd_featureset *set, uint32_t *done, bool first)
{
    const struct xd_cpuid_word *of = xd_cpuid_word(word);
    bool comma = false;

    xd_buf_printf(w->out, "%s\"0x%" PRIx32, first ? "" : ",\n          ", of->leaf);
    if (of->subleaf != XD_CPUID_NO_SUBLEAF)
        xd_buf_printf(w->out, ",0x%" PRIx32, of->subleaf);
    xd_buf_addc(w->out, ':');
    for (int i = word; i < XD_CPUID_WORDS; i++) {
        const struct xd_cpuid_word *o = xd_cpuid_word(i);

        if (!o->name || o->msr || o->leaf != of->leaf || o->subleaf != of->subleaf ||
            !(clear->w[i] | set->w[i]))
            continue;
        xd_buf_printf(w->out, "%s%s=", comma ? "," : "", reg_names[o->reg]);
        for (int b = 31; b >= 0; b--)
            xd_buf_addc(w->out, set->w[i] >> b & 1 ? '1' : clear->w[i] >> b & 1 ? '0' : 'x');
        comma = true;
        *done |= UINT32_C(1) << i;
    }
    xd_buf_addc(w->out, '"');
}

static int to_xend(struct writer *w)
{
    struct xd_featureset clear, set, both;
    uint32_t done = 0;
    bool first = true;

    xen_changes(w, &clear, &set);
    xd_buf_add(w->out, "cpuid = [ ");
    for (int i = 0; i < XD_CPUID_WORDS; i++) {
        const struct xd_cpuid_word *of = xd_cpuid_word(i);

        if (!of->name || of->msr || done >> i & 1 || !(clear.w[i] | set.w[i]))
            continue;
        xend_leaf(w, i, &clear, &set, &done, first);
        first = false;
    }
    xd_buf_add(w->out, first ? "]" : " ]");
    both = clear;
    xd_fs_or(&both, &set);
    for (int b = xd_fs_next(&both, 0); b >= 0; b = xd_fs_next(&both, b + 1))
        if (xd_cpuid_word(b / 32)->msr)
            xd_cpuid_lose(w->lost, w->a, b, "%s: this syntax has no words for MSRs; xl has",
                          xd_cpuid_feature(w->db, b)->name);
    return 0;
}

/* --- QEMU and libvirt --- */

/* A model that the other side knows, and what differs from what it means there. */
struct other_base {
    const struct xd_cpuid_model *model; /* NULL: host */
    struct xd_featureset add, remove;
};

static void their_features(const struct xd_cpuid_model *m, enum xd_cpuid_system system,
                           struct xd_featureset *out)
{
    *out = m->fs;
    if (system == XD_CPUID_LIBVIRT) {
        xd_fs_or(out, &m->libvirt_adds);
        xd_fs_minus(out, &m->libvirt_lacks);
    }
}

static void find_base(struct writer *w, enum xd_cpuid_system system, struct other_base *out)
{
    const struct xd_cpuid_model *of = w->s->base == XD_CPUID_BASE_MODEL ? w->s->model : NULL;
    int best = -1;

    *out = (struct other_base){.model = NULL, .add = w->s->add, .remove = w->s->remove};
    if (w->s->base == XD_CPUID_BASE_HOST)
        return;
    for (size_t i = 0; i < xd_cpuid_models(w->db); i++) {
        const struct xd_cpuid_model *m = xd_cpuid_model_at(w->db, i);
        struct xd_featureset theirs, add = w->fs, remove;

        if (!m->names[system] || (of && of->vendor && m->vendor != of->vendor))
            continue;
        their_features(m, system, &theirs);
        remove = theirs;
        xd_fs_minus(&add, &theirs);
        xd_fs_minus(&remove, &w->fs);
        /* The model that was named, if there is one; of others the one with the least to say. */
        int differ = m == of ? 0 : 1 + xd_fs_count(&add) + xd_fs_count(&remove);
        if (best >= 0 && differ >= best)
            continue;
        best = differ;
        *out = (struct other_base){m, add, remove};
    }
    if (of && out->model != of)
        xd_cpuid_lose(w->lost, w->a, -1, "the model's name %s: %s stands for it there", of->name,
                      out->model->names[system]);
}

/* Takes those out of *s that have no name there. */
static void without_name(struct writer *w, enum xd_cpuid_system system, struct xd_featureset *s,
                         const char *who)
{
    for (int b = xd_fs_next(s, 0); b >= 0; b = xd_fs_next(s, b + 1)) {
        const struct xd_cpuid_feature *f = xd_cpuid_feature(w->db, b);

        if (f->names[system])
            continue;
        xd_fs_del(s, b);
        if (!xd_fs_has(&w->s->by_pattern, b)) /* a pattern means what is there */
            xd_cpuid_lose(w->lost, w->a, b, "%s: %s has no name for it", f->name, who);
    }
}

static int to_qemu(struct writer *w)
{
    struct other_base o;

    find_base(w, XD_CPUID_QEMU, &o);
    without_name(w, XD_CPUID_QEMU, &o.add, "QEMU");
    without_name(w, XD_CPUID_QEMU, &o.remove, "QEMU");
    xd_buf_printf(w->out, "-cpu %s", o.model ? o.model->names[XD_CPUID_QEMU] : "host");
    for (int b = xd_fs_next(&o.add, 0); b >= 0; b = xd_fs_next(&o.add, b + 1))
        xd_buf_printf(w->out, ",+%s", xd_cpuid_feature(w->db, b)->names[XD_CPUID_QEMU]);
    for (int b = xd_fs_next(&o.remove, 0); b >= 0; b = xd_fs_next(&o.remove, b + 1))
        xd_buf_printf(w->out, ",-%s", xd_cpuid_feature(w->db, b)->names[XD_CPUID_QEMU]);
    return 0;
}

static void libvirt_features(struct writer *w, const struct xd_featureset *s, const char *policy)
{
    for (int b = xd_fs_next(s, 0); b >= 0; b = xd_fs_next(s, b + 1))
        xd_buf_printf(w->out, "\n  <feature policy='%s' name='%s'/>", policy,
                      xd_cpuid_feature(w->db, b)->names[XD_CPUID_LIBVIRT]);
}

static int to_libvirt(struct writer *w)
{
    struct other_base o;

    find_base(w, XD_CPUID_LIBVIRT, &o);
    without_name(w, XD_CPUID_LIBVIRT, &o.add, "libvirt");
    without_name(w, XD_CPUID_LIBVIRT, &o.remove, "libvirt");
    if (o.model)
        xd_buf_printf(w->out,
                      "<cpu mode='custom' match='exact'>\n"
                      "  <model fallback='forbid'>%s</model>",
                      o.model->names[XD_CPUID_LIBVIRT]);
    else
        xd_buf_add(w->out, "<cpu mode='host-passthrough'>");
    libvirt_features(w, &o.add, "require");
    libvirt_features(w, &o.remove, "disable");
    xd_buf_add(w->out, "\n</cpu>");
    return 0;
}

/* --- sets --- */

static struct xd_cpuid_set whole_set(const struct writer *w)
{
    struct xd_cpuid_set s = {.fs = w->fs};

    for (int i = 0; i < XD_CPUID_WORDS; i++)
        if (xd_cpuid_word(i)->name)
            s.known |= UINT32_C(1) << i;
    return s;
}

static int to_hex(struct writer *w)
{
    struct xd_cpuid_set s = whole_set(w);

    xd_cpuid_hex_format(&s, ':', w->out);
    for (int b = xd_fs_next(&w->fs, XD_CPUID_XEN_WORDS * 32); b >= 0; b = xd_fs_next(&w->fs, b + 1))
        xd_cpuid_lose(w->lost, w->a, b, "%s: it is in none of Xen's words",
                      xd_cpuid_feature(w->db, b)->name);
    return 0;
}

static int to_leaves(struct writer *w)
{
    struct xd_cpuid_set s = whole_set(w);
    bool amd = w->s->base == XD_CPUID_BASE_MODEL && w->s->model->vendor > XD_VENDOR_INTEL;
    struct xd_cpuid_leaves l;

    xd_cpuid_leaves_of_set(&s, amd, w->a, &l);
    xd_buf_add(w->out, "CPU:");
    for (size_t i = 0; i < l.n; i++)
        xd_buf_printf(w->out,
                      "\n   0x%08" PRIx32 " 0x%02" PRIx32 ": eax=0x%08" PRIx32 " ebx=0x%08" PRIx32
                      " ecx=0x%08" PRIx32 " edx=0x%08" PRIx32,
                      l.leaf[i].leaf, l.leaf[i].subleaf, l.leaf[i].r[0], l.leaf[i].r[1],
                      l.leaf[i].r[2], l.leaf[i].r[3]);
    for (int b = xd_fs_next(&w->fs, 0); b >= 0; b = xd_fs_next(&w->fs, b + 1))
        if (xd_cpuid_word(b / 32)->msr)
            xd_cpuid_lose(w->lost, w->a, b, "%s: it is in an MSR, not in a leaf",
                          xd_cpuid_feature(w->db, b)->name);
    return 0;
}

static int to_spec(struct writer *w)
{
    xd_cpuid_spec_format(w->db, w->s, w->out);
    return 0;
}

int xd_cpuid_translate(const struct xd_cpuid_db *db, const struct xd_cpuid_spec *s,
                       const struct xd_featureset *host, enum xd_cpuid_format to,
                       enum xd_cpuid_guests guests, struct xd_arena *a, struct xd_buf *out,
                       struct xd_cpuid_lost *lost, struct xd_err *err)
{
    static int (*const write[])(struct writer *) = {
        [XD_CPUID_AS_SPEC] = to_spec,     [XD_CPUID_AS_XL] = to_xl,
        [XD_CPUID_AS_XEND] = to_xend,     [XD_CPUID_AS_LIBVIRT] = to_libvirt,
        [XD_CPUID_AS_QEMU] = to_qemu,     [XD_CPUID_AS_HEX] = to_hex,
        [XD_CPUID_AS_LEAVES] = to_leaves,
    };
    struct writer w = {.db = db,
                       .s = s,
                       .host = host,
                       .guests = guests,
                       .a = a,
                       .out = out,
                       .lost = lost,
                       .err = err};
    bool needs_set = to == XD_CPUID_AS_HEX || to == XD_CPUID_AS_LEAVES;

    memset(lost, 0, sizeof(*lost));
    w.has_fs = s->base != XD_CPUID_BASE_HOST || host;
    if (w.has_fs || needs_set) {
        int rc = xd_cpuid_spec_resolve(db, s, host, &w.fs, NULL, err);
        if (rc < 0)
            return rc;
        xd_fs_and(&w.fs, xd_cpuid_named(db));
    }
    return write[to](&w);
}
