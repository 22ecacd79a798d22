/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ACPI's tables read: see acpi.h. */
#include "kernel/acpi.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/bytes.h"

#define HEADER    36
#define ITEMS_MAX 65536 /* of one kind */
#define NODES_MAX 1024  /* of a square of distances */

/* A table while it is read. */
struct reader {
    struct xd_bytes b;
    char name[5]; /* made printable */
    struct xd_acpi *out;
    struct xd_arena *a;
};

static uint64_t number(const struct reader *r, size_t offset, unsigned bytes)
{
    return xd_bytes_le(r->b, offset, bytes);
}

static void complain(struct reader *r, size_t offset, const char *what)
{
    if (!r->out->trouble)
        r->out->trouble =
            xd_arena_printf(r->a, "ACPI table %s, offset 0x%zx: %s", r->name, offset, what);
}

/* Room for one more record at the end of a list, zeroed. NULL: there are too many. */
static void *grow(struct reader *r, const void **list, size_t *n, size_t size)
{
    if (*n == ITEMS_MAX)
        return NULL;
    *list = xd_arena_grow(r->a, *list, *n, size);
    return (char *)*list + (*n)++ * size;
}

#define ADD(r, member)                                                                             \
    grow(r, (const void **)&(r)->out->member, &(r)->out->n_##member, sizeof(*(r)->out->member))

/* --- SRAT --- */

static void srat_entry(struct reader *r, size_t at, unsigned type, size_t len)
{
    struct xd_acpi_memory *m;
    struct xd_acpi_initiator *i;
    struct xd_acpi_cpu *c;

    if (type == 0 && len >= 16 && number(r, at + 4, 4) & 1 && (c = ADD(r, cpus))) {
        c->domain = (uint32_t)(number(r, at + 2, 1) | number(r, at + 9, 3) << 8);
        c->apic_id = (uint32_t)number(r, at + 3, 1);
    } else if (type == 2 && len >= 24 && number(r, at + 12, 4) & 1 && (c = ADD(r, cpus))) {
        c->domain = (uint32_t)number(r, at + 4, 4);
        c->apic_id = (uint32_t)number(r, at + 8, 4);
    } else if (type == 1 && len >= 40 && number(r, at + 28, 4) & 1 && (m = ADD(r, memory))) {
        m->domain = (uint32_t)number(r, at + 2, 4);
        m->base = number(r, at + 8, 8);
        m->bytes = number(r, at + 16, 8);
        m->hotplug = number(r, at + 28, 4) & 2;
        m->nonvolatile = number(r, at + 28, 4) & 4;
    } else if (type == 5 && len >= 32 && number(r, at + 24, 4) & 1 && (i = ADD(r, initiators))) {
        i->domain = (uint32_t)number(r, at + 4, 4);
        i->pci = number(r, at + 3, 1) == 1;
        i->segment = (uint16_t)number(r, at + 8, 2);
        i->bdf = (uint16_t)number(r, at + 10, 2);
    }
}

/* --- SLIT --- */

static void read_slit(struct reader *r)
{
    uint64_t n = number(r, HEADER, 8);

    if (n == 0 || n > NODES_MAX || r->b.size < HEADER + 8 + n * n) {
        complain(r, HEADER, "the matrix of distances does not fit into the table");
        return;
    }
    r->out->distances = memcpy(xd_arena_alloc(r->a, n * n), r->b.at + HEADER + 8, n * n);
    r->out->n_distances = n;
}

/* --- HMAT --- */

static void hmat_entry(struct reader *r, size_t at, unsigned type, size_t len)
{
    uint64_t n_from = number(r, at + 12, 4), n_to = number(r, at + 16, 4);
    uint64_t unit = number(r, at + 24, 8);
    unsigned measure = (unsigned)number(r, at + 9, 1);
    size_t from = at + 32, to, cells;

    if (type != 1)
        return;
    if (len < 32 || n_from > NODES_MAX || n_to > NODES_MAX || measure > XD_ACPI_WRITE_BANDWIDTH ||
        len < 32 + 4 * (n_from + n_to) + 2 * n_from * n_to) {
        complain(r, at, "a matrix of latencies or bandwidths does not fit into its structure");
        return;
    }
    to = from + 4 * n_from;
    cells = to + 4 * n_to;
    for (uint64_t i = 0; i < n_from * n_to; i++) {
        uint64_t n = number(r, cells + 2 * i, 2), value;
        struct xd_acpi_path *p;

        if (n == 0 || n == 0xffff || __builtin_mul_overflow(n, unit, &value) ||
            !(p = ADD(r, paths)))
            continue; /* nothing known, or not to be reached */
        p->measure = measure;
        p->level = (unsigned)number(r, at + 8, 1) & 15;
        p->from = (uint32_t)number(r, from + 4 * (i / n_to), 4);
        p->to = (uint32_t)number(r, to + 4 * (i % n_to), 4);
        p->value = value;
    }
}

/* --- MCFG --- */

static void read_mcfg(struct reader *r)
{
    size_t at = HEADER + 8;

    for (; r->b.size - at >= 16; at += 16) {
        struct xd_acpi_mcfg *m = ADD(r, mcfg);

        if (!m)
            return;
        m->base = number(r, at, 8);
        m->segment = (uint16_t)number(r, at + 8, 2);
        m->first_bus = (uint8_t)number(r, at + 10, 1);
        m->last_bus = (uint8_t)number(r, at + 11, 1);
    }
    if (at != r->b.size)
        complain(r, at, "an entry is cut");
}

/* --- DMAR --- */

static void read_scopes(struct reader *r, size_t at, size_t end, struct xd_acpi_iommu *u)
{
    const void *list = NULL;
    size_t n = 0;

    while (end - at >= 6) {
        size_t len = (size_t)number(r, at + 1, 1);
        struct xd_acpi_scope *s;

        if (len < 6 || len > end - at) {
            complain(r, at, "a device scope does not fit into its structure");
            break;
        }
        s = grow(r, &list, &n, sizeof(*s));
        if (!s)
            break;
        s->type = (uint8_t)number(r, at, 1);
        s->bus = (uint8_t)number(r, at + 5, 1);
        s->steps = (uint8_t)((len - 6) / 2);
        if (s->steps) {
            s->device = (uint8_t)number(r, at + 6, 1);
            s->function = (uint8_t)number(r, at + 7, 1);
            s->path = xd_arena_alloc(r->a, 2 * (size_t)s->steps);
            memcpy((void *)s->path, r->b.at + at + 6, 2 * (size_t)s->steps);
        }
        at += len;
    }
    u->scopes = list;
    u->n_scopes = n;
}

/* RHSA: where a unit is that was told of before. */
static void place_unit(struct reader *r, uint64_t base, uint32_t domain)
{
    struct xd_acpi_iommu *u = (struct xd_acpi_iommu *)r->out->iommus;

    for (size_t i = 0; i < r->out->n_iommus; i++)
        if (u[i].base == base && !u[i].amd) {
            u[i].have_domain = true;
            u[i].domain = domain;
        }
}

static void dmar_entry(struct reader *r, size_t at, unsigned type, size_t len)
{
    struct xd_acpi_iommu *u;

    if (type == 0 && len >= 16 && (u = ADD(r, iommus))) {
        u->all = number(r, at + 4, 1) & 1;
        u->segment = (uint16_t)number(r, at + 6, 2);
        u->base = number(r, at + 8, 8);
        read_scopes(r, at + 16, at + len, u);
    } else if (type == 3 && len >= 20) {
        place_unit(r, number(r, at + 8, 8), (uint32_t)number(r, at + 16, 4));
    }
}

/* --- IVRS --- */

/* Entries have the size that the two highest bits of their type say, but for those that name a
 * device of ACPI. 0: it is one of a kind that isn't known. */
static size_t ivrs_device_size(const struct reader *r, size_t at)
{
    unsigned type = (unsigned)number(r, at, 1);

    if (type == 0xf0)
        return 22 + (size_t)number(r, at + 21, 1);
    return type < 0x80 ? (size_t)4 << (type >> 6) : 0;
}

/* A range is two entries: where it starts and, next, where it ends. */
static void read_spans(struct reader *r, size_t at, size_t end, struct xd_acpi_iommu *u)
{
    enum { ALL = 0x01, ONE, START, END, ALIAS = 0x42, ALIAS_START, EXT = 0x46, EXT_START };
    const void *list = NULL;
    struct xd_acpi_span *s = NULL;
    bool open = false;
    size_t n = 0, size;

    for (; at < end; at += size) {
        unsigned type = (unsigned)number(r, at, 1);
        uint16_t device = (uint16_t)number(r, at + 1, 2);

        size = ivrs_device_size(r, at);
        if (!size || size > end - at) {
            complain(r, at, "a device entry does not fit into its structure");
            break;
        }
        if (type == END && open && s && device >= s->first)
            s->last = device;
        open = type == START || type == ALIAS_START || type == EXT_START;
        if (type != ALL && type != ONE && type != ALIAS && type != EXT && !open)
            continue;
        s = grow(r, &list, &n, sizeof(*s));
        if (!s)
            break;
        s->first = type == ALL ? 0 : device;
        s->last = type == ALL ? UINT16_MAX : device;
    }
    u->spans = list;
    u->n_spans = n;
}

/* A unit is told of by up to three structures, each newer one saying more. */
static void ivrs_entry(struct reader *r, size_t at, unsigned type, size_t len)
{
    uint64_t base = number(r, at + 8, 8);
    struct xd_acpi_iommu *u;

    if ((type != 0x10 && type != 0x11 && type != 0x40) || len < 24)
        return;
    for (size_t i = 0; i < r->out->n_iommus; i++)
        if (r->out->iommus[i].amd && r->out->iommus[i].base == base)
            return;
    u = ADD(r, iommus);
    if (!u)
        return;
    u->amd = true;
    u->base = base;
    u->bdf = (uint16_t)number(r, at + 4, 2);
    u->segment = (uint16_t)number(r, at + 16, 2);
    if (len >= (type == 0x10 ? 24 : 40))
        read_spans(r, at + (type == 0x10 ? 24 : 40), at + len, u);
}

/* --- tables that are lists of structures --- */

static const struct list {
    const char *name;
    size_t first;               /* where the structures begin */
    unsigned type_bytes;        /* of a structure's type, at its offset 0 … */
    unsigned len_at, len_bytes; /* … and of its length */
    void (*entry)(struct reader *r, size_t at, unsigned type, size_t len);
} lists[] = {
    {"SRAT", 48, 1, 1, 1, srat_entry},
    {"HMAT", 40, 2, 4, 4, hmat_entry},
    {"DMAR", 48, 2, 2, 2, dmar_entry},
    {"XMAR", 48, 2, 2, 2, dmar_entry}, /* DMAR as Xen renames it, to hide it from dom0 */
    {"IVRS", 48, 1, 2, 2, ivrs_entry},
};

static void read_list(struct reader *r, const struct list *l)
{
    size_t at = l->first, least = l->len_at + l->len_bytes;

    if (r->b.size < at)
        complain(r, HEADER, "the table is cut");
    while (at < r->b.size) {
        size_t len = r->b.size - at >= least ? (size_t)number(r, at + l->len_at, l->len_bytes) : 0;

        if (len < least || len > r->b.size - at) {
            complain(r, at, "a structure does not fit into the table");
            return;
        }
        l->entry(r, at, (unsigned)number(r, at, l->type_bytes), len);
        at += len;
    }
}

static void name_table(struct reader *r)
{
    for (int i = 0; i < 4; i++)
        r->name[i] = r->b.at[i] > ' ' && r->b.at[i] < 0x7f ? (char)r->b.at[i] : '?';
    r->name[4] = '\0';
}

int xd_acpi_add(struct xd_acpi *out, const void *table, size_t size, struct xd_arena *a,
                struct xd_err *err)
{
    struct reader r = {.b = {table, size}, .out = out, .a = a};
    uint64_t told;
    uint8_t sum = 0;

    if (size < HEADER)
        return xd_err_set(err, -EILSEQ, "an ACPI table of %zu bytes, wanted at least %d", size,
                          HEADER);
    name_table(&r);
    told = number(&r, 4, 4);
    if (told < HEADER)
        return xd_err_set(err, -EILSEQ,
                          "ACPI table %s, offset 0x4: a length of %u, wanted at least %d", r.name,
                          (unsigned)told, HEADER);
    if (told > size)
        complain(&r, 4, "the table is longer than what there is of it");
    r.b.size = told < size ? (size_t)told : size;
    for (size_t i = 0; i < r.b.size; i++)
        sum = (uint8_t)(sum + r.b.at[i]);
    if (sum && told <= size)
        complain(&r, 9, "the checksum is wrong");
    if (strcmp(r.name, "SLIT") == 0)
        read_slit(&r);
    if (strcmp(r.name, "MCFG") == 0 && r.b.size >= HEADER + 8)
        read_mcfg(&r);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (strcmp(r.name, lists[i].name) == 0)
            read_list(&r, &lists[i]);
    return 0;
}
