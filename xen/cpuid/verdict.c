/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict: can this guest run there, and if not, why, and what would help. */
#include "xen/cpuid/level.h"

#include <inttypes.h>
#include <string.h>

#include "xen/cpuid/decode.h"

struct judge {
    const struct xd_cpuid_db *db;
    const char *guest, *host;
    struct xd_arena *a;
    struct xd_cpuid_reason *list;
    struct xd_cpuid_verdict *v;
};

static void speak(struct judge *j, enum xd_cpuid_answer answer, int bit, const char *text,
                  const char *remedy)
{
    static const int weight[] = {[XD_CPUID_YES] = 0, [XD_CPUID_UNSURE] = 1, [XD_CPUID_NO] = 2};

    j->list = xd_arena_grow(j->a, j->list, j->v->n, sizeof(*j->list));
    j->list[j->v->n++] = (struct xd_cpuid_reason){answer, bit, text, remedy};
    if (weight[answer] > weight[j->v->answer])
        j->v->answer = answer;
}

/* What would bring a missing feature. */
static const char *remedy_of(struct judge *j, const struct xd_cpuid_feature *f,
                             const struct xd_featureset *host)
{
    struct xd_featureset lacks = f->needs;
    struct xd_buf b = XD_BUF_INIT;
    const char *text;

    xd_fs_minus(&lacks, host);
    if (!xd_fs_empty(&lacks)) {
        xd_cpuid_list(j->db, &lacks, 4, &b);
        text = xd_arena_printf(j->a, "it needs %s, which %s lacks too", xd_buf_str(&b), j->host);
        xd_buf_done(&b);
        return text;
    }
    switch (f->given) {
    case XD_CPUID_MICROCODE:
        return xd_arena_printf(j->a, "newer microcode on %s may bring it (Xen's option ucode=)",
                               j->host);
    case XD_CPUID_FIRMWARE:
        return xd_arena_printf(j->a, "the firmware setup of %s may have it switched off", j->host);
    case XD_CPUID_TSX:
        return xd_arena_printf(
            j->a, "Xen's option tsx= or microcode may have it switched off on %s", j->host);
    case XD_CPUID_BY_XEN:
        return xd_arena_printf(j->a, "Xen on %s decides about it: a newer one may give it",
                               j->host);
    default:
        return xd_arena_printf(
            j->a, "only another processor has it, unless Xen's option cpuid= on %s switched it off",
            j->host);
    }
}

/* "What it is" of a feature, without its full stop. */
static const char *what(struct judge *j, const struct xd_cpuid_feature *f)
{
    size_t len = strlen(f->text);

    return xd_arena_strndup(j->a, f->text, len - (f->text[len - 1] == '.'));
}

static void feature(struct judge *j, int b, const struct xd_cpuid_set *g,
                    const struct xd_cpuid_set *h)
{
    const struct xd_cpuid_feature *f = xd_cpuid_feature(j->db, b);
    bool guest = xd_fs_has(&g->fs, b), host = xd_fs_has(&h->fs, b);
    bool known = h->known >> (b / 32) & 1;
    char place[64];

    if (f && f->over == XD_CPUID_OVER_IGNORE)
        return;
    if (f && f->over == XD_CPUID_OVER_ANY) {
        if (f->given == XD_CPUID_NEGATIVE && host && !guest && g->known >> (b / 32) & 1)
            speak(j, XD_CPUID_YES, b,
                  xd_arena_printf(j->a, "%s has %s and %s was not told: %s", j->host, f->name,
                                  j->guest, what(j, f)),
                  "it matters for safety or for old programs only; a guest started on the levelled "
                  "policy knows");
        return;
    }
    if (!guest || host)
        return;
    if (!known) {
        xd_fs_add(&j->v->unknown, b);
        speak(
            j, XD_CPUID_UNSURE, b,
            xd_arena_printf(j->a, "nothing is known of %s on %s (%s)",
                            f ? f->name : "a bit without a name", j->host,
                            xd_cpuid_place(b, place, sizeof(place))),
            xd_arena_printf(j->a, "read it on %s with xen-cpuid -p, which tells of all", j->host));
        return;
    }
    xd_fs_add(&j->v->missing, b);
    if (f)
        speak(j, XD_CPUID_NO, b,
              xd_arena_printf(j->a, "%s has no %s (%s)", j->host, f->name, what(j, f)),
              remedy_of(j, f, &h->fs));
    else
        speak(j, XD_CPUID_NO, b,
              xd_arena_printf(j->a, "%s lacks %s, which has no name yet", j->host,
                              xd_cpuid_place(b, place, sizeof(place))),
              NULL);
}

/* What both tell besides features. */
static void the_rest(struct judge *j, const struct xd_cpuid_leaves *gl,
                     const struct xd_cpuid_leaves *hl)
{
    struct xd_cpuid_about g, h;

    xd_cpuid_about(gl, &g);
    xd_cpuid_about(hl, &h);
    if (g.maker && h.maker && g.maker != h.maker)
        speak(j, XD_CPUID_NO, -1,
              xd_arena_printf(j->a, "%s sees a processor of %s, %s has one of %s", j->guest,
                              xd_cpuid_vendor_name(g.maker), j->host,
                              xd_cpuid_vendor_name(h.maker)),
              "no guest moves between vendors; start it anew there");
    if (g.physical_bits && h.physical_bits && g.physical_bits > h.physical_bits)
        speak(j, XD_CPUID_NO, -1,
              xd_arena_printf(j->a, "%s counts on physical addresses of %u bits, %s has %u",
                              j->guest, g.physical_bits, j->host, h.physical_bits),
              "start it anew there");
    if (g.xstates & ~h.xstates && h.xstates)
        speak(j, XD_CPUID_NO, -1,
              xd_arena_printf(
                  j->a, "%s may use register states 0x%" PRIx64 " (XCR0), which %s can't save",
                  j->guest, g.xstates & ~h.xstates, j->host),
              "start it anew with the features off that need them");
    if (h.max_leaf && g.max_leaf > h.max_leaf)
        speak(j, XD_CPUID_YES, -1,
              xd_arena_printf(j->a,
                              "%s sees leaves up to 0x%" PRIx32 ", %s has them up to 0x%" PRIx32
                              ": Xen may refuse that",
                              j->guest, g.max_leaf, j->host, h.max_leaf),
              "start it anew with cpuid=\"host,maxleaf=…\"");
}

/* What xl.cfg would have to say. Nothing in it helps where something else than features is missing.
 */
static void restart(struct judge *j)
{
    struct xd_featureset roots = j->v->missing;
    struct xd_buf b = XD_BUF_INIT;

    xd_fs_or(&roots, &j->v->unknown);
    xd_cpuid_roots(j->db, &roots);
    for (int i = xd_fs_next(&roots, 0); i >= 0; i = xd_fs_next(&roots, i + 1)) {
        const struct xd_cpuid_feature *f = xd_cpuid_feature(j->db, i);

        if (f && f->names[XD_CPUID_XL])
            xd_buf_printf(&b, ",%s=0", f->names[XD_CPUID_XL]);
    }
    if (b.len)
        j->v->restart = xd_arena_printf(j->a, "cpuid=\"host%s\"", xd_buf_str(&b));
    xd_buf_done(&b);
}

void xd_cpuid_check(const struct xd_cpuid_db *db, const char *guest_name,
                    const struct xd_cpuid_source *guest, const char *host_name,
                    const struct xd_cpuid_source *host, struct xd_arena *a,
                    struct xd_cpuid_verdict *out)
{
    struct judge j = {.db = db, .guest = guest_name, .host = host_name, .a = a, .v = out};
    struct xd_featureset all = guest->set.fs;
    struct xd_cpuid_set offer = host->set;

    memset(out, 0, sizeof(*out));
    xd_cpuid_add_offered(db, &offer.fs);
    xd_fs_or(&all, &host->set.fs);
    for (int b = xd_fs_next(&all, 0); b >= 0; b = xd_fs_next(&all, b + 1))
        feature(&j, b, &guest->set, &offer);
    if (guest->leaves.n && host->leaves.n)
        the_rest(&j, &guest->leaves, &host->leaves);
    out->reason = j.list;
    restart(&j);
}

const char *xd_cpuid_answer_text(enum xd_cpuid_answer a)
{
    static const char *const texts[] = {"yes", "no", "unsure"};

    return texts[a];
}
