/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Specs out of the words of other programs: see translate.h. */
#include "xen/cpuid/translate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xml.h"

#define WORD_BYTES 64
#define TEXT_MAX   (1 << 20)

struct reader {
    const struct xd_cpuid_db *db;
    const char *text;
    struct xd_arena *a;
    struct xd_cpuid_spec *s;
    struct xd_cpuid_lost *lost;
    int column;
    struct xd_err *err;
};

static int wrong(struct reader *r, const char *at, const char *fmt, ...) XD_PRINTF(3, 4);

static int wrong(struct reader *r, const char *at, const char *fmt, ...)
{
    va_list ap;

    r->column = (int)(at - r->text) + 1;
    va_start(ap, fmt);
    xd_err_setv(r->err, -EINVAL, fmt, ap);
    va_end(ap);
    return -EINVAL;
}

static const char *skip(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

/* A piece of the text, made safe, for a sentence. */
static const char *safe(struct reader *r, const char *p, size_t len)
{
    return xd_str_safe(r->a, xd_arena_strndup(r->a, p, len < WORD_BYTES ? len : WORD_BYTES),
                       WORD_BYTES);
}

/* The feature is there or not; said twice, the last counts, as with libxl and QEMU. */
static void change(struct reader *r, int b, bool on)
{
    xd_fs_del(on ? &r->s->remove : &r->s->add, b);
    xd_fs_add(on ? &r->s->add : &r->s->remove, b);
}

/* --- xl --- */

/* "cpuid =" and a quote before the value; the end of it. */
static const char *config_value(const char *p, const char **end)
{
    p = skip(p);
    if (strncmp(p, "cpuid", 5) == 0 && *skip(p + 5) == '=')
        p = skip(skip(p + 5) + 1);
    *end = p + strlen(p);
    if (*p == '"' || *p == '\'') {
        const char *close = strchr(p + 1, *p);
        *end = close ? close : *end;
        p++;
    }
    while (*end > p && strchr(" \t\r\n", (*end)[-1]))
        (*end)--;
    return p;
}

/* Of libxl's table what is no feature, in Xen 4.17.7; clflush is the size of a line there. */
static bool is_field(const char *p, size_t len)
{
    static const char *const fields[] = {"maxleaf", "stepping",   "model",     "family",
                                         "brandid", "clflush",    "proccount", "localapicid",
                                         "procpkg", "apicidsize", "nc",        "maxhvleaf"};

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (strlen(fields[i]) == len && memcmp(fields[i], p, len) == 0)
            return true;
    return false;
}

static int xl_word(struct reader *r, const char *p, size_t len)
{
    const char *equals = memchr(p, '=', len);

    if (!equals)
        return wrong(r, p, "\"%s\" has no value, such as =0", safe(r, p, len));
    size_t name = (size_t)(equals - p), value = len - name - 1;
    if (is_field(p, name)) {
        xd_cpuid_lose(r->lost, r->a, -1, "%s: it is no feature", safe(r, p, len));
        return 0;
    }
    const struct xd_cpuid_feature *f = xd_cpuid_find(r->db, XD_CPUID_XL, p, name);
    if (!f) /* libxl's older names are among those of nobody in particular */
        f = xd_cpuid_find(r->db, XD_CPUID_ANY, p, name);
    if (!f) {
        const char *near = xd_cpuid_nearest(r->db, XD_CPUID_XL, safe(r, p, name));
        return wrong(r, p, "there is no feature \"%s\"%s%s%s", safe(r, p, name),
                     near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    if (value != 1 || !strchr("01xks", equals[1]))
        return wrong(r, equals + 1, "\"%s\" is none of 0, 1, x, k and s",
                     safe(r, equals + 1, value));
    if (equals[1] == '0' || equals[1] == '1')
        change(r, f->bit, equals[1] == '1');
    else if (equals[1] != 'x') /* x is what it is anyway */
        xd_cpuid_lose(r->lost, r->a, f->bit, "%s=%c: as the processor has it, whatever Xen thinks",
                      f->name, equals[1]);
    return 0;
}

static int from_xl(struct reader *r)
{
    const char *end, *p = config_value(r->text, &end);
    bool first = true;

    r->s->base = XD_CPUID_BASE_HOST;
    while (p <= end) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        const char *stop = comma ? comma : end, *last = stop;

        while (p < stop && strchr(" \t", *p))
            p++;
        while (last > p && strchr(" \t", last[-1]))
            last--;
        if (first && (last - p != 4 || memcmp(p, "host", 4) != 0))
            return wrong(r, p, "xl's cpuid begins with host");
        if (!first && xl_word(r, p, (size_t)(last - p)) < 0)
            return -EINVAL;
        first = false;
        p = stop + 1;
    }
    return 0;
}

/* --- xend --- */

static int xend_register(struct reader *r, int word, const char *bits, const char *where)
{
    for (int i = 0; i < 32; i++) {
        int b = 31 - i;

        if (bits[i] == 'x')
            continue;
        if (!bits[i] || !strchr("01ks", bits[i]))
            return wrong(r, bits + i, "32 of 0, 1, x, k and s were expected here");
        if (word < 0) {
            xd_cpuid_lose(r->lost, r->a, -1, "bit %d of %s: it is no feature", b, where);
        } else if (bits[i] == 'k' || bits[i] == 's') {
            char buf[16];
            xd_cpuid_lose(r->lost, r->a, word * 32 + b,
                          "%s=%c: as the processor has it, whatever Xen thinks",
                          xd_cpuid_name(r->db, word * 32 + b, buf), bits[i]);
        } else if (!xd_cpuid_feature(r->db, word * 32 + b)) {
            xd_cpuid_lose(r->lost, r->a, -1, "bit %d of %s: it has no name", b, where);
        } else {
            change(r, word * 32 + b, bits[i] == '1');
        }
    }
    return 0;
}

/* "0x7,0x0:ebx=…,ecx=…" up to `end`. */
static int xend_item(struct reader *r, const char *p, const char *end)
{
    static const char *const regs[] = {"eax=", "ebx=", "ecx=", "edx="};
    char *stop;
    unsigned long leaf = strtoul(p, &stop, 0), sub = 0;

    if (stop == p || stop > end)
        return wrong(r, p, "a leaf such as 0x1 was expected here");
    if (*stop == ',') {
        const char *at = stop + 1;
        sub = strtoul(at, &stop, 0);
        if (stop == at || stop > end)
            return wrong(r, at, "a subleaf was expected here");
    }
    if (stop >= end || *stop != ':')
        return wrong(r, stop, ": was expected here");
    for (p = skip(stop + 1);;) {
        int reg = 0;

        while (reg < 4 && strncmp(p, regs[reg], 4) != 0)
            reg++;
        if (reg == 4 || end - p < 4 + 32)
            return wrong(r, p, "a register and 32 bits were expected here");
        const char *where = xd_arena_printf(r->a, "leaf 0x%lx %.3s", leaf, regs[reg]);
        int word = leaf > UINT32_MAX || sub > UINT32_MAX
                       ? -1
                       : xd_cpuid_word_of((uint32_t)leaf, (uint32_t)sub, (enum xd_cpuid_reg)reg);
        if (xend_register(r, word, p + 4, where) < 0)
            return -EINVAL;
        p = skip(p + 4 + 32);
        if (p >= end)
            return 0;
        if (*p != ',')
            return wrong(r, p, ", was expected here");
        p = skip(p + 1);
    }
}

static int from_xend(struct reader *r)
{
    const char *end, *p = config_value(r->text, &end);

    r->s->base = XD_CPUID_BASE_HOST;
    if (*p != '[')
        return wrong(r, p, "a list such as [ \"0x1:ecx=…\" ] was expected here");
    p = skip(p + 1);
    while (*p && *p != ']') {
        const char *close = *p == '"' || *p == '\'' ? strchr(p + 1, *p) : NULL;

        if (!close)
            return wrong(r, p, "a leaf in quotes was expected here");
        if (xend_item(r, p + 1, close) < 0)
            return -EINVAL;
        p = skip(close + 1);
        if (*p == ',')
            p = skip(p + 1);
        else if (*p != ']')
            return wrong(r, p, ", or ] was expected here");
    }
    return *p ? 0 : wrong(r, p, "] was expected here");
}

/* --- QEMU --- */

static int qemu_word(struct reader *r, const char *p, size_t len)
{
    const char *equals = memchr(p, '=', len);
    bool sign = len && strchr("+-", *p), on = !len || *p != '-';
    const char *name = sign ? p + 1 : p;
    size_t n = equals && !sign ? (size_t)(equals - p) : len - sign;

    const struct xd_cpuid_feature *f = xd_cpuid_find(r->db, XD_CPUID_QEMU, name, n);
    if (!f && sign) { /* older QEMU knew some by other names */
        f = xd_cpuid_find(r->db, XD_CPUID_ANY, name, n);
        if (!f) {
            const char *near = xd_cpuid_nearest(r->db, XD_CPUID_QEMU, safe(r, name, n));
            return wrong(r, name, "QEMU has no feature \"%s\"%s%s%s", safe(r, name, n),
                         near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
        }
    }
    if (!f) {
        xd_cpuid_lose(r->lost, r->a, -1, "%s: it is no feature", safe(r, p, len));
        return 0;
    }
    if (!sign) {
        size_t value = equals ? len - n - 1 : 0;
        bool yes = equals && ((value == 2 && !strncmp(equals + 1, "on", 2)) ||
                              (value == 3 && !strncmp(equals + 1, "yes", 3)) ||
                              (value == 4 && !strncmp(equals + 1, "true", 4)));
        bool no = equals && ((value == 3 && !strncmp(equals + 1, "off", 3)) ||
                             (value == 2 && !strncmp(equals + 1, "no", 2)) ||
                             (value == 5 && !strncmp(equals + 1, "false", 5)));
        if (!yes && !no)
            return wrong(r, p, "\"%s\" is neither =on nor =off", safe(r, p, len));
        on = yes;
    }
    change(r, f->bit, on);
    return 0;
}

static int from_qemu(struct reader *r)
{
    const char *p = skip(r->text);
    bool first = true;

    if (strncmp(p, "-cpu", 4) == 0)
        p = skip(p + 4);
    for (;; p++) {
        size_t len = strcspn(p, ", \t\r\n");

        if (first && len == 4 && memcmp(p, "host", 4) == 0) {
            r->s->base = XD_CPUID_BASE_HOST;
        } else if (first) {
            r->s->model = xd_cpuid_model(r->db, XD_CPUID_QEMU, p, len);
            if (!r->s->model)
                return wrong(r, p, "QEMU's model \"%s\" is unknown here", safe(r, p, len));
        } else if (len && qemu_word(r, p, len) < 0) {
            return -EINVAL;
        }
        first = false;
        p += len;
        if (*p != ',')
            break;
    }
    p = skip(p);
    return *p ? wrong(r, p, "there is more behind the model") : 0;
}

/* --- libvirt --- */

static const struct xd_xml *find_cpu(const struct xd_xml *x)
{
    if (strcmp(x->name, "cpu") == 0)
        return x;
    for (const struct xd_xml *c = x->first; c; c = c->next) { /* a whole domain, or capabilities */
        const struct xd_xml *found = find_cpu(c);
        if (found)
            return found;
    }
    return NULL;
}

static int libvirt_feature(struct reader *r, const struct xd_xml *e)
{
    const char *name = xd_xml_attr(e, "name"), *policy = xd_xml_attr(e, "policy");

    if (!name)
        return xd_xml_error(e, r->err, "a feature has a name");
    const char *shown = safe(r, name, strlen(name));
    const struct xd_cpuid_feature *f = xd_cpuid_find(r->db, XD_CPUID_LIBVIRT, name, strlen(name));
    if (!f)
        f = xd_cpuid_find(r->db, XD_CPUID_ANY, name, strlen(name));
    if (!f && strncmp(name, "vmx-", 4) == 0) {
        xd_cpuid_lose(r->lost, r->a, -1, "%s: a detail of nested virtualisation", shown);
        return 0;
    }
    if (!f)
        return xd_xml_error(e, r->err, "libvirt's feature \"%s\" is unknown here", shown);
    if (!policy || strcmp(policy, "require") == 0 || strcmp(policy, "force") == 0)
        change(r, f->bit, true);
    else if (strcmp(policy, "disable") == 0 || strcmp(policy, "forbid") == 0)
        change(r, f->bit, false);
    else if (strcmp(policy, "optional") == 0)
        xd_cpuid_lose(r->lost, r->a, f->bit, "%s: where the host has it (optional)", f->name);
    else
        return xd_xml_error(e, r->err, "there is no policy \"%s\"",
                            safe(r, policy, strlen(policy)));
    return 0;
}

/* libvirt's model of a name may be another than ours. */
static void apply_difference(struct reader *r, const struct xd_cpuid_model *m)
{
    struct xd_featureset add = m->libvirt_adds, remove = m->libvirt_lacks;

    xd_fs_minus(&add, &r->s->remove);
    xd_fs_minus(&remove, &r->s->add);
    xd_fs_or(&r->s->add, &add);
    xd_fs_or(&r->s->remove, &remove);
    add = r->s->add; /* what libvirt has to be told, we have anyway */
    xd_fs_and(&add, &m->fs);
    xd_fs_minus(&r->s->add, &add);
    remove = r->s->remove;
    xd_fs_minus(&remove, &m->fs);
    xd_fs_minus(&r->s->remove, &remove);
}

static int from_libvirt(struct reader *r)
{
    struct xd_xml *x;

    if (xd_xml_parse("libvirt", r->text, strlen(r->text), r->a, &x, r->err) < 0)
        return -EINVAL;
    const struct xd_xml *cpu = find_cpu(x);
    if (!cpu)
        return xd_xml_error(x, r->err, "there is no <cpu> in it");
    const char *mode = xd_xml_attr(cpu, "mode");
    const struct xd_xml *model = xd_xml_child(cpu, "model");
    bool host = mode && strncmp(mode, "host-", 5) == 0;
    r->s->base = host ? XD_CPUID_BASE_HOST : XD_CPUID_BASE_MODEL;
    if (host && model && *model->text)
        xd_cpuid_lose(r->lost, r->a, -1, "the model %s beside mode %s",
                      safe(r, model->text, strlen(model->text)), safe(r, mode, strlen(mode)));
    if (!host) {
        if (!model)
            return xd_xml_error(cpu, r->err, "it names no model");
        size_t len = strlen(model->text);
        r->s->model = xd_cpuid_model(r->db, XD_CPUID_LIBVIRT, model->text, len);
        if (!r->s->model) /* newer ones have the versions of QEMU */
            r->s->model = xd_cpuid_model(r->db, XD_CPUID_ANY, model->text, len);
        if (!r->s->model)
            return xd_xml_error(model, r->err, "libvirt's model \"%s\" is unknown here",
                                safe(r, model->text, len));
    }
    for (const struct xd_xml *e = cpu->first; e; e = e->next)
        if (strcmp(e->name, "feature") == 0 && libvirt_feature(r, e) < 0)
            return -EINVAL;
    if (!host)
        apply_difference(r, r->s->model);
    return 0;
}

/* --- all of them --- */

static int from_spec(struct reader *r)
{
    return xd_cpuid_spec_parse(r->db, r->text, r->s, &r->column, r->err);
}

enum xd_cpuid_format xd_cpuid_format_of(const char *text)
{
    const char *end, *p = skip(text), *value = config_value(text, &end);

    if (*p == '<')
        return XD_CPUID_AS_LIBVIRT;
    if (strncmp(p, "-cpu", 4) == 0)
        return XD_CPUID_AS_QEMU;
    if (*value == '[')
        return XD_CPUID_AS_XEND;
    return value != p ? XD_CPUID_AS_XL : XD_CPUID_AS_SPEC;
}

int xd_cpuid_translate_from(const struct xd_cpuid_db *db, const char *text,
                            enum xd_cpuid_format from, struct xd_arena *a,
                            struct xd_cpuid_spec *out, struct xd_cpuid_lost *lost, int *column,
                            struct xd_err *err)
{
    static int (*const read[])(struct reader *) = {
        [XD_CPUID_AS_SPEC] = from_spec, [XD_CPUID_AS_XL] = from_xl,
        [XD_CPUID_AS_XEND] = from_xend, [XD_CPUID_AS_LIBVIRT] = from_libvirt,
        [XD_CPUID_AS_QEMU] = from_qemu, [XD_CPUID_AS_HEX] = NULL,
        [XD_CPUID_AS_LEAVES] = NULL,
    };
    struct reader r = {.db = db, .text = text, .a = a, .s = out, .lost = lost, .err = err};
    int rc;

    memset(out, 0, sizeof(*out));
    memset(lost, 0, sizeof(*lost));
    if (!read[from])
        rc = xd_err_set(err, -EINVAL, "%s is a set of features, no spec",
                        xd_cpuid_format_names[from]);
    else if (strlen(text) > TEXT_MAX)
        rc = xd_err_set(err, -EFBIG, "more than %d bytes", TEXT_MAX);
    else
        rc = read[from](&r);
    if (column)
        *column = r.column;
    return rc;
}
