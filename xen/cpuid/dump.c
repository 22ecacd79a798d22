/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dumps of CPUID: see dump.h. */
#include "xen/cpuid/dump.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

#define FILE_BYTES  200
#define SOURCES_MAX 100000
#define LABEL_BYTES 64
#define POLICY_LEAF 24 /* bytes of a leaf in a record: leaf, subleaf, four registers */
#define POLICY_MSR  16 /* bytes of an MSR: index, flags, value */

struct reader {
    const char *file;
    const char *next, *end; /* what is left */
    const char *line;       /* this line, without its newline */
    const char *line_end;
    int number;
    struct xd_arena *a;
    struct xd_cpuid_dump *d;
    struct xd_err *err;
};

static bool next_line(struct reader *r)
{
    if (r->next == r->end)
        return false;
    const char *nl = memchr(r->next, '\n', (size_t)(r->end - r->next));
    r->line = r->next;
    r->line_end = nl ? nl : r->end;
    r->next = nl ? nl + 1 : r->end;
    while (r->line_end > r->line && (r->line_end[-1] == '\r' || r->line_end[-1] == ' '))
        r->line_end--;
    r->number++;
    return true;
}

static int bad(struct reader *r, const char *at, const char *what)
{
    return xd_err_set(r->err, -EINVAL, "%.*s:%d:%d: %s", FILE_BYTES, r->file, r->number,
                      (int)(at - r->line) + 1, what);
}

static const char *blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p;
}

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Up to `most` hex digits; false: none. Leaves *p behind them. */
static bool hex(const char **p, const char *end, int most, uint64_t *out)
{
    int n = 0;

    *out = 0;
    for (; *p < end && n < most && digit(**p) >= 0; n++)
        *out = *out << 4 | (uint64_t)digit(*(*p)++);
    return n > 0 && (*p == end || digit(**p) < 0);
}

static bool word(const char **p, const char *end, const char *text)
{
    size_t len = strlen(text);

    if ((size_t)(end - *p) < len || memcmp(*p, text, len) != 0)
        return false;
    *p += len;
    return true;
}

static bool line_has(const struct reader *r, const char *text)
{
    return memmem(r->line, (size_t)(r->line_end - r->line), text, strlen(text)) != NULL;
}

/* A new source; NULL: too many. The label is made safe. */
static struct xd_cpuid_source *source(struct reader *r, const char *label, size_t len)
{
    char raw[LABEL_BYTES];

    if (r->d->n == SOURCES_MAX) {
        bad(r, r->line, "more than 100000 of them");
        return NULL;
    }
    snprintf(raw, sizeof(raw), "%.*s", (int)(len < sizeof(raw) ? len : sizeof(raw) - 1), label);
    r->d->source = xd_arena_grow(r->a, r->d->source, r->d->n, sizeof(*r->d->source));
    struct xd_cpuid_source *s = &r->d->source[r->d->n++];
    memset(s, 0, sizeof(*s));
    s->label = xd_str_safe(r->a, raw, sizeof(raw) - 1);
    return s;
}

/* --- cpuid -r --- */

static int raw_leaf(struct reader *r, struct xd_cpuid_leaf *l)
{
    static const char *const regs[] = {": eax=0x", " ebx=0x", " ecx=0x", " edx=0x"};
    const char *p = blanks(r->line, r->line_end);
    uint64_t v;

    if (!word(&p, r->line_end, "0x") || !hex(&p, r->line_end, 8, &v))
        return bad(r, p, "a leaf such as 0x00000001 was expected here");
    l->leaf = (uint32_t)v;
    if (!word(&p, r->line_end, " 0x") || !hex(&p, r->line_end, 8, &v))
        return bad(r, p, "a subleaf such as 0x00 was expected here");
    l->subleaf = (uint32_t)v;
    for (int i = 0; i < 4; i++) {
        if (!word(&p, r->line_end, regs[i]) || !hex(&p, r->line_end, 8, &v)) {
            char text[64];
            snprintf(text, sizeof(text), "\"%s\" and eight hex digits were expected here", regs[i]);
            return bad(r, p, text);
        }
        l->r[i] = (uint32_t)v;
    }
    return p == r->line_end ? 0 : bad(r, p, "there is more than the four registers");
}

/* One CPU is read; the machine has what all of its CPUs have. */
static void end_cpu(struct xd_cpuid_source *s, const struct xd_cpuid_leaves *cpu)
{
    struct xd_cpuid_set set;
    struct xd_featureset odd;

    if (!cpu->n)
        return;
    xd_cpuid_leaves_to_set(cpu, &set);
    if (s->cpus++ == 0) {
        s->set = set;
        s->leaves = *cpu;
        return;
    }
    odd = s->set.fs;
    xd_fs_or(&odd, &set.fs);
    xd_fs_and(&s->set.fs, &set.fs);
    xd_fs_minus(&odd, &s->set.fs);
    xd_fs_or(&s->uneven, &odd);
    s->set.known &= set.known;
}

static int read_raw(struct reader *r)
{
    struct xd_cpuid_source *s = source(r, "processor", 9);
    struct xd_cpuid_leaves cpu = {.leaf = NULL};
    struct xd_cpuid_leaf l;

    while (next_line(r)) {
        const char *p = blanks(r->line, r->line_end);

        if (p == r->line_end)
            continue;
        if (word(&p, r->line_end, "CPU") && r->line_end[-1] == ':') {
            end_cpu(s, &cpu);
            memset(&cpu, 0, sizeof(cpu));
            continue;
        }
        if (raw_leaf(r, &l) < 0)
            return -EINVAL;
        if (xd_cpuid_leaves_add(&cpu, r->a, l) < 0)
            return bad(r, r->line, "one CPU has too many leaves");
    }
    end_cpu(s, &cpu);
    return s->cpus ? 0 : bad(r, r->line, "there is no leaf in it");
}

/* --- xen-cpuid -p --- */

static int policy_leaf(struct reader *r, struct xd_cpuid_source *s, const char *p)
{
    struct xd_cpuid_leaf l;
    uint64_t v;

    if (!hex(&p, r->line_end, 8, &v) || !word(&p, r->line_end, ":"))
        return bad(r, p, "a leaf such as 00000001:ffffffff was expected here");
    l.leaf = (uint32_t)v;
    if (!hex(&p, r->line_end, 8, &v) || !word(&p, r->line_end, " -> "))
        return bad(r, p, "\" -> \" was expected here");
    l.subleaf = v == UINT32_MAX ? 0 : (uint32_t)v;
    for (int i = 0; i < 4; i++) {
        if ((i && !word(&p, r->line_end, ":")) || !hex(&p, r->line_end, 8, &v))
            return bad(r, p, "four registers in hex, divided by colons, were expected here");
        l.r[i] = (uint32_t)v;
    }
    if (p != r->line_end)
        return bad(r, p, "there is more than the four registers");
    return xd_cpuid_leaves_add(&s->leaves, r->a, l) < 0 ? bad(r, r->line, "too many leaves") : 0;
}

static int policy_msr(struct reader *r, struct xd_cpuid_source *s, const char *p)
{
    uint64_t index, value;

    if (!hex(&p, r->line_end, 8, &index) || !word(&p, r->line_end, " -> ") ||
        !hex(&p, r->line_end, 16, &value) || p != r->line_end)
        return bad(r, p, "an MSR such as 0000010a -> 0000000000000000 was expected here");
    return xd_cpuid_leaves_add_msr(&s->leaves, r->a, (uint32_t)index, value) < 0
               ? bad(r, r->line, "too many MSRs")
               : 0;
}

static void end_policy(struct xd_cpuid_source *s)
{
    if (!s)
        return;
    s->leaves.complete = s->leaves.complete_msrs = true; /* empty ones are not printed */
    xd_cpuid_leaves_to_set(&s->leaves, &s->set);
}

static int read_policies(struct reader *r)
{
    static const char policy[] = " policy: ";
    struct xd_cpuid_source *s = NULL;
    bool msrs = false;

    while (next_line(r)) {
        const char *p = blanks(r->line, r->line_end);
        const char *head = memmem(r->line, (size_t)(r->line_end - r->line), policy, 9);

        if (head) {
            end_policy(s);
            s = source(r, r->line, (size_t)(head - r->line));
            if (!s)
                return -EINVAL;
            msrs = false;
        } else if (word(&p, r->line_end, "MSRs:")) {
            msrs = true;
        } else if (s && p < r->line_end && digit(*p) >= 0 && line_has(r, " -> ")) {
            if ((msrs ? policy_msr(r, s, p) : policy_leaf(r, s, p)) < 0)
                return -EINVAL;
        }
    }
    end_policy(s);
    return s ? 0 : bad(r, r->line, "there is no policy in it");
}

/* --- featuresets --- */

int xd_cpuid_hex_parse(const char *text, size_t len, struct xd_cpuid_set *out, int *column,
                       struct xd_err *err)
{
    const char *p = text, *end = text + len;
    char divider = 0;
    int n = 0;
    uint64_t v;

    memset(out, 0, sizeof(*out));
    for (;; n++) {
        *column = (int)(p - text) + 1;
        if (n == XD_CPUID_XEN_WORDS)
            return xd_err_set(err, -EINVAL, "a featureset has at most %d words",
                              XD_CPUID_XEN_WORDS);
        if (!hex(&p, end, 8, &v))
            return xd_err_set(err, -EINVAL, "up to eight hex digits were expected here");
        out->fs.w[n] = (uint32_t)v;
        out->known |= UINT32_C(1) << n;
        if (p == end)
            break;
        *column = (int)(p - text) + 1;
        if ((*p != ':' && *p != '-') || (divider && *p != divider))
            return xd_err_set(err, -EINVAL, "words of a featureset are divided by : or by -");
        divider = *p++;
    }
    if (!divider)
        return xd_err_set(err, -EINVAL, "a featureset has several words, divided by : or by -");
    out->fs.w[2] &= ~XD_CPUID_COMMON_1D; /* Xen's raw ones have what AMD repeats */
    return 0;
}

void xd_cpuid_hex_format(const struct xd_cpuid_set *s, char divider, struct xd_buf *out)
{
    int n = XD_CPUID_HEX_WORDS;

    for (int i = n; i < XD_CPUID_XEN_WORDS; i++)
        if (s->fs.w[i])
            n = i + 1;
    for (int i = 0; i < n; i++) {
        if (i)
            xd_buf_addc(out, divider);
        xd_buf_printf(out, "%08" PRIx32, s->fs.w[i]);
    }
}

/* The words at the end of the line, with what stands before them as the label. */
static int named_hex(struct reader *r, bool quiet)
{
    const char *end = r->line_end, *p = end, *label = blanks(r->line, end);
    struct xd_cpuid_set set;
    struct xd_err e = XD_ERR_INIT;
    int column;

    while (p > r->line && p[-1] != ' ' && p[-1] != '\t')
        p--;
    if (xd_cpuid_hex_parse(p, (size_t)(end - p), &set, &column, &e) < 0)
        return quiet ? 0 : bad(r, p + column - 1, xd_err_text(&e));
    const char *stop = p;
    while (stop > label && (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == ':'))
        stop--;
    char number[16];
    snprintf(number, sizeof(number), "line %d", r->number);
    struct xd_cpuid_source *s =
        stop > label ? source(r, label, (size_t)(stop - label)) : source(r, number, strlen(number));
    if (!s)
        return -EINVAL;
    s->set = set;
    return 0;
}

/* Static sets are what Xen was built with; they are no host's. */
static int read_xen(struct reader *r)
{
    bool dynamic = false;

    while (next_line(r)) {
        if (line_has(r, "Dynamic sets:"))
            dynamic = true;
        else if (dynamic && r->line < r->line_end && *r->line != ' ' && named_hex(r, true) < 0)
            return -EINVAL;
    }
    return r->d->n ? 0 : bad(r, r->line, "it has no dynamic sets");
}

static int read_sets(struct reader *r)
{
    while (next_line(r)) {
        const char *p = blanks(r->line, r->line_end);

        if (p < r->line_end && *p != '#' && named_hex(r, false) < 0)
            return -EINVAL;
    }
    return 0;
}

/* --- a saved domain --- */

static int read_image(struct reader *r)
{
    struct xd_cpuid_source *s = source(r, "saved", 5);

    if (xd_cpuid_image_read(r->file, r->next, (size_t)(r->end - r->next), r->a, &s->leaves,
                            r->err) < 0)
        return -EINVAL;
    xd_cpuid_leaves_to_set(&s->leaves, &s->set);
    return 0;
}

/* --- all of them --- */

static const struct {
    const char *format, *sign; /* sign: what only its lines have; NULL: the rest */
    int (*read)(struct reader *r);
} formats[] = {
    {"cpuid -r", ": eax=0x", read_raw},
    {"xen-cpuid -p", " policy: ", read_policies},
    {"xen-cpuid", "nr_features:", read_xen},
    {"featuresets", NULL, read_sets},
};

int xd_cpuid_dump_parse(const char *file, const char *text, size_t len, struct xd_arena *a,
                        struct xd_cpuid_dump *out, struct xd_err *err)
{
    struct reader r = {.file = file, .a = a, .d = out, .err = err, .line = text};
    size_t f = 0;

    memset(out, 0, sizeof(*out));
    if (len > XD_CPUID_DUMP_MAX_BYTES)
        return xd_err_set(err, -EFBIG, "%.*s: more than %d MiB", FILE_BYTES, file,
                          XD_CPUID_DUMP_MAX_BYTES >> 20);
    if (xd_cpuid_image_find(text, len)) {
        r.next = text;
        r.end = text + len;
        out->format = "saved domain";
        return read_image(&r);
    }
    while (formats[f].sign && !memmem(text, len, formats[f].sign, strlen(formats[f].sign)))
        f++;
    r.next = text;
    r.end = text + len;
    out->format = formats[f].format;
    int rc = formats[f].read(&r);
    if (rc == 0 && out->n == 0)
        rc = xd_err_set(err, -EINVAL, "%.*s: there is no CPUID in it", FILE_BYTES, file);
    return rc;
}

const struct xd_cpuid_source *xd_cpuid_dump_find(const struct xd_cpuid_dump *d, const char *label)
{
    for (size_t i = 0; i < d->n; i++)
        if (strcasecmp(d->source[i].label, label) == 0)
            return &d->source[i];
    return NULL;
}

static uint32_t le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

int xd_cpuid_policy_records(const void *cpuid, size_t cpuid_len, const void *msrs, size_t msrs_len,
                            struct xd_arena *a, struct xd_cpuid_leaves *out, struct xd_err *err)
{
    memset(out, 0, sizeof(*out));
    if (cpuid_len % POLICY_LEAF || cpuid_len / POLICY_LEAF > XD_CPUID_LEAVES_MAX)
        return xd_err_set(err, -EINVAL, "a record of CPUID with %zu bytes: a leaf has %d",
                          cpuid_len, POLICY_LEAF);
    if (msrs_len % POLICY_MSR || msrs_len / POLICY_MSR > XD_CPUID_LEAVES_MAX)
        return xd_err_set(err, -EINVAL, "a record of MSRs with %zu bytes: an MSR has %d", msrs_len,
                          POLICY_MSR);
    for (const uint8_t *p = cpuid, *end = p + cpuid_len; p < end; p += POLICY_LEAF) {
        struct xd_cpuid_leaf l = {.leaf = le32(p), .subleaf = le32(p + 4)};

        if (l.subleaf == UINT32_MAX)
            l.subleaf = 0;
        for (int i = 0; i < 4; i++)
            l.r[i] = le32(p + 8 + 4 * i);
        xd_cpuid_leaves_add(out, a, l);
    }
    for (size_t i = 0; i < msrs_len / POLICY_MSR; i++) {
        const uint8_t *p = (const uint8_t *)msrs + i * POLICY_MSR;

        if (le32(p + 4)) /* as Xen itself refuses them */
            return xd_err_set(err, -EINVAL, "MSR 0x%" PRIx32 " has flags 0x%" PRIx32, le32(p),
                              le32(p + 4));
        xd_cpuid_leaves_add_msr(out, a, le32(p), le32(p + 8) | (uint64_t)le32(p + 12) << 32);
    }
    out->complete = true;
    out->complete_msrs = msrs != NULL;
    return 0;
}
