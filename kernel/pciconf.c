/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration space decoded: see pciconf.h. Offsets are those of the specifications. */
#include "kernel/pciconf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/bytes.h"

#define CAP_PCIE   0x10
#define ECAP_SRIOV 0x10
#define ECAP_FIRST 0x100
#define ECAPS_MAX  ((XD_PCICONF_MAX - ECAP_FIRST) / 8)

/* Link speeds by their code: PCIe 6.0, 7.5.3.6 and 7.5.3.18. */
static unsigned speed(unsigned code)
{
    static const unsigned mts[] = {0, 2500, 5000, 8000, 16000, 32000, 64000};

    return code < sizeof(mts) / sizeof(mts[0]) ? mts[code] : 0;
}

static bool type_has_link(enum xd_pcie_type t)
{
    return t != XD_PCIE_INTEGRATED && t != XD_PCIE_EVENTS;
}

static void read_pcie(struct xd_bytes s, size_t cap, struct xd_pciconf *out)
{
    unsigned flags = xd_bytes_le(s, cap + 2, 2);
    uint32_t most = xd_bytes_le(s, cap + 0x0c, 4);
    unsigned now = xd_bytes_le(s, cap + 0x12, 2);

    out->pcie = true;
    out->type = (enum xd_pcie_type)(flags >> 4 & 15);
    out->has_link = type_has_link(out->type);
    if (out->has_link) {
        out->most = (struct xd_pci_link){speed(most & 15), most >> 4 & 63};
        out->now = (struct xd_pci_link){speed(now & 15), now >> 4 & 63};
    }
    if (flags & 1 << 8 && cap + 0x18 <= s.size) {
        out->has_slot = true;
        out->slot = xd_bytes_le(s, cap + 0x14, 4) >> 19;
    }
    out->cut |= cap + 0x14 > s.size;
}

static void read_sriov(struct xd_bytes s, size_t cap, struct xd_pciconf *out)
{
    if (cap + 0x18 > s.size) {
        out->cut = true;
        return;
    }
    out->sriov = true;
    out->vfs_most = xd_bytes_le(s, cap + 0x0e, 2);
    /* NumVFs says how many there are only while they are enabled. */
    out->vfs_now = xd_bytes_le(s, cap + 0x08, 2) & 1 ? xd_bytes_le(s, cap + 0x10, 2) : 0;
    out->vf_offset = xd_bytes_le(s, cap + 0x14, 2);
    out->vf_stride = xd_bytes_le(s, cap + 0x16, 2);
    out->vf_device = cap + 0x1c <= s.size ? (uint16_t)xd_bytes_le(s, cap + 0x1a, 2) : 0;
}

/* A list that leads in a circle ends at the first place seen twice. */
static void walk(struct xd_bytes s, struct xd_pciconf *out)
{
    uint64_t seen = 0;
    size_t at = xd_bytes_le(s, 0x34, 1) & ~3u;

    if (!(xd_bytes_le(s, 0x06, 2) & 1 << 4)) /* status: there is a list */
        return;
    while (at >= 0x40) {
        if (at + 2 > s.size || seen >> (at / 4) & 1) {
            out->cut = true;
            return;
        }
        seen |= UINT64_C(1) << (at / 4);
        if (xd_bytes_le(s, at, 1) == CAP_PCIE)
            read_pcie(s, at, out);
        at = xd_bytes_le(s, at + 1, 1) & ~3u;
    }
}

static void walk_extended(struct xd_bytes s, struct xd_pciconf *out)
{
    size_t at = ECAP_FIRST;

    for (size_t i = 0; at >= ECAP_FIRST; i++) {
        uint32_t head = xd_bytes_le(s, at, 4);

        if (at + 4 > s.size || i > ECAPS_MAX) {
            out->cut = true;
            return;
        }
        if (head == 0 || head == UINT32_MAX)
            return;
        if ((head & 0xffff) == ECAP_SRIOV)
            read_sriov(s, at, out);
        at = head >> 20 & ~3u;
    }
}

int xd_pciconf_read(const uint8_t *bytes, size_t size, struct xd_pciconf *out, struct xd_err *err)
{
    struct xd_bytes s = {bytes, size < XD_PCICONF_MAX ? size : XD_PCICONF_MAX};
    unsigned header;

    memset(out, 0, sizeof(*out));
    if (size < 64)
        return xd_err_set(err, -ENODATA, "a configuration space of %zu bytes, wanted at least 64",
                          size);
    out->vendor = (uint16_t)xd_bytes_le(s, 0x00, 2);
    out->device = (uint16_t)xd_bytes_le(s, 0x02, 2);
    if (out->vendor == 0xffff)
        return xd_err_set(err, -ENODEV, "nothing answers there: vendor ffff");
    out->revision = (uint8_t)xd_bytes_le(s, 0x08, 1);
    out->class = xd_bytes_le(s, 0x09, 3);
    header = xd_bytes_le(s, 0x0e, 1);
    out->multifunction = header & 0x80;
    out->bridge = (header & 0x7f) == 1;
    if (out->bridge) {
        out->primary = (uint8_t)xd_bytes_le(s, 0x18, 1);
        out->secondary = (uint8_t)xd_bytes_le(s, 0x19, 1);
        out->subordinate = (uint8_t)xd_bytes_le(s, 0x1a, 1);
    } else if ((header & 0x7f) == 0) {
        out->subsystem_vendor = (uint16_t)xd_bytes_le(s, 0x2c, 2);
        out->subsystem = (uint16_t)xd_bytes_le(s, 0x2e, 2);
    }
    walk(s, out);
    if (out->pcie && s.size > ECAP_FIRST)
        walk_extended(s, out);
    return 0;
}

/* 8b/10b up to 5 GT/s, 128b/130b up to 32, whole flits (242 of 256 bytes) at 64. */
uint64_t xd_pci_link_bytes_s(struct xd_pci_link l)
{
    uint64_t bits = (uint64_t)l.mts * l.lanes * 1000000;

    if (l.mts <= 5000)
        return bits / 10;
    if (l.mts <= 32000)
        return bits / 130 * 128 / 8;
    return bits / 256 * 242 / 8;
}

/* --- dumps --- */

/* Up to `most` hex digits; false: none. */
static bool take_hex(const char **s, int most, unsigned *out)
{
    const char *begin = *s;

    for (*out = 0; most > 0 && isxdigit((unsigned char)**s); most--, (*s)++)
        *out = *out << 4 |
               (unsigned)(isdigit((unsigned char)**s) ? **s - '0' : (**s | 0x20) - 'a' + 10);
    return *s > begin;
}

struct dump {
    const char *file;
    unsigned line;
    struct xd_arena *a;
    struct xd_pci_dumped *list;
    size_t n;
    uint8_t *bytes; /* of the newest function */
    struct xd_err *err;
};

static int wrong(const struct dump *d, size_t column, const char *what)
{
    return xd_err_set(d->err, -EINVAL, "%s:%u:%zu: %s", d->file, d->line, column + 1, what);
}

static void begin_function(struct dump *d, const struct xd_bdf *at)
{
    d->list = xd_arena_grow(d->a, d->list, d->n, sizeof(*d->list));
    d->bytes = NULL;
    d->list[d->n++] = (struct xd_pci_dumped){.at = *at};
}

/* "40: 01 a0 …", behind the colon; offset: what stood before it. */
static int take_bytes(struct dump *d, const char *line, const char *s, unsigned offset)
{
    struct xd_pci_dumped *f = &d->list[d->n - 1];

    if (!d->bytes)
        f->bytes = d->bytes = xd_arena_alloc(d->a, XD_PCICONF_MAX);
    while (*s) {
        unsigned byte;
        const char *before = s += strspn(s, " \t");

        if (!*s)
            break;
        if (!take_hex(&s, 2, &byte) || s != before + 2)
            return wrong(d, (size_t)(before - line), "wanted two hex digits");
        if (offset >= XD_PCICONF_MAX)
            return wrong(d, (size_t)(before - line),
                         "a configuration space ends at 4096 bytes (fff)");
        if (offset > f->size)
            return wrong(d, 0, "bytes before these are missing");
        d->bytes[offset++] = (uint8_t)byte;
        f->size = f->size > offset ? f->size : offset;
    }
    return 0;
}

static int take_line(struct dump *d, const char *line)
{
    struct xd_bdf at;
    const char *s = line;
    unsigned offset;

    if (xd_bdf_parse(line, &at, &s) == 0 && (*s == ' ' || !*s)) {
        begin_function(d, &at);
        return 0;
    }
    s = line;
    if (d->n && take_hex(&s, 3, &offset) && s - line >= 2 && s[0] == ':' && s[1] == ' ')
        return take_bytes(d, line, s + 1, offset);
    return 0; /* text for people: "Subsystem: …" */
}

int xd_pci_dump_parse(const char *text, size_t size, const char *file, struct xd_arena *a,
                      struct xd_pci_dumped **out, size_t *n, struct xd_err *err)
{
    struct dump d = {.file = file, .a = a, .err = err};
    const char *end = text + size;

    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t len = (size_t)((newline ? newline : end) - text);
        char line[512];
        int rc;

        d.line++;
        /* Lines with bytes are short; of longer ones only the beginning matters. */
        snprintf(line, sizeof(line), "%.*s", (int)(len < sizeof(line) ? len : sizeof(line) - 1),
                 text);
        line[strcspn(line, "\r")] = '\0';
        rc = take_line(&d, line);
        if (rc < 0)
            return rc;
        text += len + 1;
    }
    *out = d.list;
    *n = d.n;
    if (d.n)
        return 0;
    return xd_err_set(err, -ENODATA, "%s: no PCI function in it: wanted the output of lspci -xxxx",
                      file);
}
