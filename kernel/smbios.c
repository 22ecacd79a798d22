/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SMBIOS structures read by tables of fields: see smbios.h. Offsets and codes are those of DSP0134;
 * a field that lies behind the end of a (shorter, older) structure is unknown. */
#include "kernel/smbios.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/str.h"
#include "kernel/bytes.h"

#define HEADER    4
#define STR_MAX   256
#define END_TYPE  127
#define ITEMS_MAX 4096 /* of one type: no machine has so many, a hostile table may */

enum {
    SYSTEM = 1,
    CPU = 4,
    CACHE = 7,
    SLOT = 9,
    ARRAY = 16,
    DIMM = 17,
    ARRAY_RANGE = 19,
    DIMM_RANGE = 20
};

/* One structure: its formatted part and its strings, both within the table. */
struct item {
    struct xd_bytes b;   /* the formatted part, header included */
    const uint8_t *text; /* its strings … */
    const uint8_t *end;  /* … up to their final NUL */
    struct xd_arena *a;
};

static uint64_t number(const struct item *s, unsigned offset, unsigned bytes)
{
    return xd_bytes_le(s->b, offset, bytes);
}

static bool has(const struct item *s, unsigned offset, unsigned bytes)
{
    return xd_bytes_has(s->b, offset, bytes);
}

/* Firmware fills strings up with blanks, and writes such words where it knows nothing. */
static bool says_nothing(const char *s)
{
    static const char *const words[] = {
        "",    "unknown",   "not specified",          "none",
        "n/a", "undefined", "to be filled by o.e.m.", "default string"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(s, words[i]) == 0)
            return true;
    return false;
}

static const char *string(const struct item *s, unsigned offset)
{
    unsigned nr = (unsigned)number(s, offset, 1);
    const uint8_t *p = s->text;
    size_t len;
    char *text;

    if (nr == 0)
        return NULL;
    while (--nr && p < s->end)
        p += strnlen((const char *)p, (size_t)(s->end - p)) + 1;
    if (p >= s->end)
        return NULL;
    len = strnlen((const char *)p, (size_t)(s->end - p));
    for (; len && *p == ' '; len--)
        p++;
    while (len && p[len - 1] == ' ')
        len--;
    text = xd_str_safe(s->a, xd_arena_strndup(s->a, (const char *)p, len), STR_MAX);
    return says_nothing(text) ? NULL : text;
}

struct word {
    unsigned code;
    const char *text;
};

static const char *word(const struct word *w, unsigned code)
{
    for (; w->text; w++)
        if (w->code == code)
            return w->text;
    return NULL;
}

/* --- one function a type; each gets a zeroed record --- */

static void read_system(const struct item *s, struct xd_smbios_system *r)
{
    r->maker = string(s, 0x04);
    r->product = string(s, 0x05);
    r->version = string(s, 0x06);
    r->serial = string(s, 0x07);
}

/* A count of one byte whose 0xff means that a later word has it. */
static unsigned count(const struct item *s, unsigned narrow, unsigned wide)
{
    unsigned n = (unsigned)number(s, narrow, 1);

    return n == 0xff && has(s, wide, 2) ? (unsigned)number(s, wide, 2) : n;
}

static void read_cpu(const struct item *s, void *record)
{
    struct xd_smbios_cpu *r = record;
    r->socket = string(s, 0x04);
    r->maker = string(s, 0x07);
    r->version = string(s, 0x10);
    r->max_mhz = (unsigned)number(s, 0x14, 2);
    r->current_mhz = (unsigned)number(s, 0x16, 2);
    r->populated = number(s, 0x18, 1) & 1 << 6;
    r->l1 = has(s, 0x1a, 2) ? (uint16_t)number(s, 0x1a, 2) : 0xffff;
    r->l2 = has(s, 0x1c, 2) ? (uint16_t)number(s, 0x1c, 2) : 0xffff;
    r->l3 = has(s, 0x1e, 2) ? (uint16_t)number(s, 0x1e, 2) : 0xffff;
    r->cores = count(s, 0x23, 0x2a);
    r->cores_enabled = count(s, 0x24, 0x2c);
    r->threads = count(s, 0x25, 0x2e);
}

static uint64_t cache_kib(const struct item *s, unsigned narrow, unsigned wide)
{
    uint64_t n = number(s, narrow, 2);

    if (n == 0xffff && has(s, wide, 4)) {
        n = number(s, wide, 4);
        return (n & 0x7fffffff) * (n >> 31 ? 64 : 1);
    }
    return (n & 0x7fff) * (n >> 15 ? 64 : 1);
}

static void read_cache(const struct item *s, void *record)
{
    struct xd_smbios_cache *r = record;
    static const unsigned char ways[] = {
        [0x03] = 1,  [0x04] = 2,  [0x05] = 4,  [0x07] = 8,  [0x08] = 16, [0x09] = 12,
        [0x0a] = 24, [0x0b] = 32, [0x0c] = 48, [0x0d] = 64, [0x0e] = 20};
    unsigned config = (unsigned)number(s, 0x05, 2), kind = (unsigned)number(s, 0x11, 1);
    unsigned code = (unsigned)number(s, 0x12, 1);

    r->name = string(s, 0x04);
    r->level = (config & 7) + 1;
    r->enabled = config & 1 << 7;
    r->size_kib = cache_kib(s, 0x09, 0x17);
    r->kind = kind == 3   ? XD_SMBIOS_CACHE_INSTRUCTION
              : kind == 4 ? XD_SMBIOS_CACHE_DATA
              : kind == 5 ? XD_SMBIOS_CACHE_UNIFIED
                          : XD_SMBIOS_CACHE_OTHER;
    r->ways = code == 0x06 ? UINT_MAX : code < sizeof(ways) ? ways[code] : 0;
}

static void read_slot(const struct item *s, void *record)
{
    struct xd_smbios_slot *r = record;
    static const struct word types[] = {{0x03, "ISA"},
                                        {0x06, "PCI"},
                                        {0x12, "PCI-X"},
                                        {0x14, "M.2 socket 1-DP"},
                                        {0x15, "M.2 socket 1-SD"},
                                        {0x16, "M.2 socket 2"},
                                        {0x17, "M.2 socket 3"},
                                        {0x1f, "PCIe 2 SFF-8639"},
                                        {0x20, "PCIe 3 SFF-8639"},
                                        {0x21, "PCIe mini"},
                                        {0x24, "PCIe 4 SFF-8639"},
                                        {0x25, "PCIe 5 SFF-8639"},
                                        {0x26, "OCP NIC 3.0 SFF"},
                                        {0x27, "OCP NIC 3.0 LFF"},
                                        {0xa5, "PCIe"},
                                        {0xa6, "PCIe x1"},
                                        {0xa7, "PCIe x2"},
                                        {0xa8, "PCIe x4"},
                                        {0xa9, "PCIe x8"},
                                        {0xaa, "PCIe x16"},
                                        {0xab, "PCIe 2"},
                                        {0xac, "PCIe 2 x1"},
                                        {0xad, "PCIe 2 x2"},
                                        {0xae, "PCIe 2 x4"},
                                        {0xaf, "PCIe 2 x8"},
                                        {0xb0, "PCIe 2 x16"},
                                        {0xb1, "PCIe 3"},
                                        {0xb2, "PCIe 3 x1"},
                                        {0xb3, "PCIe 3 x2"},
                                        {0xb4, "PCIe 3 x4"},
                                        {0xb5, "PCIe 3 x8"},
                                        {0xb6, "PCIe 3 x16"},
                                        {0xb8, "PCIe 4"},
                                        {0xb9, "PCIe 4 x1"},
                                        {0xba, "PCIe 4 x2"},
                                        {0xbb, "PCIe 4 x4"},
                                        {0xbc, "PCIe 4 x8"},
                                        {0xbd, "PCIe 4 x16"},
                                        {0xbe, "PCIe 5"},
                                        {0xbf, "PCIe 5 x1"},
                                        {0xc0, "PCIe 5 x2"},
                                        {0xc1, "PCIe 5 x4"},
                                        {0xc2, "PCIe 5 x8"},
                                        {0xc3, "PCIe 5 x16"},
                                        {0xc4, "PCIe 6 or newer"},
                                        {0xc5, "EDSFF E1"},
                                        {0xc6, "EDSFF E3"},
                                        {0, NULL}};
    static const unsigned char lanes[] = {
        [0x08] = 1, [0x09] = 2, [0x0a] = 4, [0x0b] = 8, [0x0c] = 12, [0x0d] = 16, [0x0e] = 32};
    unsigned width = (unsigned)number(s, 0x06, 1), usage = (unsigned)number(s, 0x07, 1);
    unsigned devfn = (unsigned)number(s, 0x10, 1);

    r->name = string(s, 0x04);
    r->type = word(types, (unsigned)number(s, 0x05, 1));
    r->lanes = width < sizeof(lanes) ? lanes[width] : 0;
    r->in_use = usage == 4 ? 1 : usage == 3 ? 0 : -1;
    r->segment = (unsigned)number(s, 0x0d, 2);
    r->bus = (unsigned)number(s, 0x0f, 1);
    r->device = devfn >> 3;
    r->function = devfn & 7;
    /* All ones where the slot has no such address. */
    r->have_address = has(s, 0x0d, 4) && !(r->segment == 0xffff && r->bus == 0xff && devfn == 0xff);
}

static void read_array(const struct item *s, void *record)
{
    struct xd_smbios_array *r = record;
    static const struct word ecc[] = {{3, "none"},          {4, "parity"}, {5, "single-bit ECC"},
                                      {6, "multi-bit ECC"}, {7, "CRC"},    {0, NULL}};

    r->system_memory = number(s, 0x05, 1) == 3;
    r->ecc = word(ecc, (unsigned)number(s, 0x06, 1));
    r->max_kib = number(s, 0x07, 4);
    if (r->max_kib == 0x80000000)
        r->max_kib = number(s, 0x0f, 8) >> 10;
    r->slots = (unsigned)number(s, 0x0d, 2);
}

static void read_size(const struct item *s, struct xd_smbios_dimm *r)
{
    uint64_t n = number(s, 0x0c, 2);

    r->empty = n == 0;
    r->have_size = n != 0 && n != 0xffff;
    if (n == 0x7fff && has(s, 0x1c, 4))
        r->size_kib = (number(s, 0x1c, 4) & 0x7fffffff) << 10;
    else if (r->have_size)
        r->size_kib = n >> 15 ? n & 0x7fff : n << 10;
}

/* A word of MT/s whose 0xffff means that a later double word has it. */
static unsigned speed(const struct item *s, unsigned narrow, unsigned wide)
{
    unsigned n = (unsigned)number(s, narrow, 2);

    return n == 0xffff ? (unsigned)number(s, wide, 4) & 0x7fffffff : n;
}

static unsigned bits(const struct item *s, unsigned offset)
{
    unsigned n = (unsigned)number(s, offset, 2);

    return n == 0xffff ? 0 : n;
}

static void read_dimm(const struct item *s, void *record)
{
    struct xd_smbios_dimm *r = record;
    static const struct word types[] = {
        {0x0f, "SDRAM"},  {0x12, "DDR"},    {0x13, "DDR2"},       {0x14, "DDR2 FB-DIMM"},
        {0x18, "DDR3"},   {0x1a, "DDR4"},   {0x1b, "LPDDR"},      {0x1c, "LPDDR2"},
        {0x1d, "LPDDR3"}, {0x1e, "LPDDR4"}, {0x1f, "persistent"}, {0x20, "HBM"},
        {0x21, "HBM2"},   {0x22, "DDR5"},   {0x23, "LPDDR5"},     {0x24, "HBM3"},
        {0x07, "RAM"},    {0, NULL}};
    static const struct word forms[] = {{0x03, "SIMM"},   {0x05, "chip"},    {0x09, "DIMM"},
                                        {0x0d, "SODIMM"}, {0x0f, "FB-DIMM"}, {0x10, "die"},
                                        {0x11, "CAMM"},   {0, NULL}};

    r->array = (uint16_t)number(s, 0x04, 2);
    r->total_bits = bits(s, 0x08);
    r->data_bits = bits(s, 0x0a);
    read_size(s, r);
    r->form = word(forms, (unsigned)number(s, 0x0e, 1));
    r->locator = string(s, 0x10);
    r->bank = string(s, 0x11);
    r->type = word(types, (unsigned)number(s, 0x12, 1));
    r->speed_mts = speed(s, 0x15, 0x54);
    r->maker = string(s, 0x17);
    r->serial = string(s, 0x18);
    r->part = string(s, 0x1a);
    r->ranks = (unsigned)number(s, 0x1b, 1) & 15;
    r->configured_mts = speed(s, 0x20, 0x58);
}

static void read_range(const struct item *s, struct xd_smbios_range *r, unsigned wide)
{
    r->of = (uint16_t)number(s, 0x0c, 2);
    r->first_kib = number(s, 0x04, 4);
    r->last_kib = number(s, 0x08, 4);
    if (r->first_kib == 0xffffffff && has(s, wide, 16)) {
        r->first_kib = number(s, wide, 8) >> 10;
        r->last_kib = number(s, wide + 8, 8) >> 10;
    }
}

static void read_array_range(const struct item *s, void *record)
{
    read_range(s, record, 0x0f);
}

static void read_dimm_range(const struct item *s, void *record)
{
    struct xd_smbios_range *r = record;
    unsigned depth = (unsigned)number(s, 0x12, 1);

    read_range(s, r, 0x13);
    r->interleave = depth == 0xff ? 0 : depth;
}

/* --- the types that are kept --- */

/* A list under construction: its place in struct xd_smbios, the size of its records, and the least
 * length of a structure that is worth reading. */
struct kind {
    unsigned type;
    unsigned least;
    size_t size;
    size_t list, n; /* offsets; list SIZE_MAX: not a list */
    void (*read)(const struct item *s, void *record);
    const char *name;
};

#define LIST(member) offsetof(struct xd_smbios, member), offsetof(struct xd_smbios, n_##member)

static const struct kind kinds[] = {
    {CPU, 0x1a, sizeof(struct xd_smbios_cpu), LIST(cpus), read_cpu, "processor"},
    {CACHE, 0x0f, sizeof(struct xd_smbios_cache), LIST(caches), read_cache, "cache"},
    {SLOT, 0x0c, sizeof(struct xd_smbios_slot), LIST(slots), read_slot, "slot"},
    {ARRAY, 0x0f, sizeof(struct xd_smbios_array), LIST(arrays), read_array, "memory array"},
    {DIMM, 0x15, sizeof(struct xd_smbios_dimm), LIST(dimms), read_dimm, "memory device"},
    {ARRAY_RANGE, 0x0f, sizeof(struct xd_smbios_range), LIST(array_ranges), read_array_range,
     "memory array's address range"},
    {DIMM_RANGE, 0x13, sizeof(struct xd_smbios_range), LIST(dimm_ranges), read_dimm_range,
     "memory device's address range"},
};

static const struct kind *kind_of(unsigned type)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (kinds[i].type == type)
            return &kinds[i];
    return NULL;
}

static void complain(struct xd_smbios *out, struct xd_arena *a, const char *text)
{
    if (!out->trouble)
        out->trouble = xd_arena_strdup(a, text);
}

/* Adds a record of its kind. */
static void keep(struct xd_smbios *out, const struct kind *k, const struct item *s)
{
    char *base = (char *)out;
    void **list = (void **)(base + k->list);
    size_t *n = (size_t *)(base + k->n);
    char *record;

    if (*n == ITEMS_MAX)
        return;
    *list = xd_arena_grow(s->a, *list, *n, k->size);
    record = (char *)*list + (*n)++ * k->size;
    memcpy(record, s->b.at + 2, sizeof(uint16_t)); /* each record begins with the handle */
    k->read(s, record);
}

static void take(struct xd_smbios *out, const struct item *s, size_t offset)
{
    const struct kind *k = kind_of(s->b.at[0]);

    out->structures++;
    if (s->b.at[0] == SYSTEM && s->b.size >= 0x08 && !out->system.product && !out->system.maker)
        read_system(s, &out->system);
    if (!k)
        return;
    if (s->b.size < k->least)
        complain(out, s->a,
                 xd_arena_printf(s->a,
                                 "SMBIOS, offset 0x%zx: a %s of %zu bytes, wanted at least %u",
                                 offset, k->name, s->b.size, k->least));
    else
        keep(out, k, s);
}

/* Where the strings behind a structure end: at two NULs; NULL: the table ends before. */
static const uint8_t *strings_end(const uint8_t *p, const uint8_t *end)
{
    for (; end - p >= 2; p++)
        if (!p[0] && !p[1])
            return p;
    return NULL;
}

int xd_smbios_parse(const void *table, size_t size, struct xd_arena *a, struct xd_smbios *out,
                    struct xd_err *err)
{
    const uint8_t *begin = table, *p = begin, *end = begin + size;

    memset(out, 0, sizeof(*out));
    while (end - p >= HEADER) {
        struct item s = {.b = {p, p[1]}, .a = a};
        size_t offset = (size_t)(p - begin);

        if (s.b.size < HEADER || s.b.size > (size_t)(end - p)) {
            complain(out, a,
                     xd_arena_printf(
                         a, "SMBIOS, offset 0x%zx: a structure of %zu bytes, wanted 4 to %zu",
                         offset, s.b.size, (size_t)(end - p)));
            break;
        }
        s.text = p + s.b.size;
        s.end = strings_end(s.text, end);
        if (!s.end) {
            complain(out, a,
                     xd_arena_printf(a,
                                     "SMBIOS, offset 0x%zx: the strings of a structure do not "
                                     "end within the table",
                                     offset));
            break;
        }
        take(out, &s, offset);
        if (p[0] == END_TYPE)
            break;
        p = s.end + 2;
    }
    if (out->structures)
        return 0;
    return xd_err_set(err, -EILSEQ, "%s",
                      out->trouble ? out->trouble : "SMBIOS: the table is empty");
}
