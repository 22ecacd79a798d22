/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of PCI ids: see pciids.h. */
#include "kernel/pciids.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 200

struct entry { /* a line "ID  name" and what stands below it */
    uint32_t id;
    bool asked;         /* and so to be written */
    const char *at;     /* its line */
    const char *below;  /* the lines behind it, up to the next one of its level */
    const char *name;   /* once asked for */
    struct entry *list; /* of those below, once one of them was asked for; sorted */
    size_t n;
    bool listed;
};

struct xd_pciids {
    struct xd_arena *a;
    const char *end;
    struct entry vendors, classes; /* only their lists count */
};

static const char *line_end(const char *s, const char *end)
{
    const char *newline = memchr(s, '\n', (size_t)(end - s));

    return newline ? newline : end;
}

/* Exactly `digits` lower-case hex digits and two blanks. */
static bool take_id(const char *s, const char *end, int digits, uint32_t *id)
{
    *id = 0;
    if (end - s < digits + 2 || s[digits] != ' ' || s[digits + 1] != ' ')
        return false;
    for (int i = 0; i < digits; i++) {
        if (s[i] >= '0' && s[i] <= '9')
            *id = *id << 4 | (uint32_t)(s[i] - '0');
        else if (s[i] >= 'a' && s[i] <= 'f')
            *id = *id << 4 | (uint32_t)(s[i] - 'a' + 10);
        else
            return false;
    }
    return true;
}

static void add(struct xd_pciids *ids, struct entry *to, uint32_t id, const char *at,
                const char *below)
{
    to->list = xd_arena_grow(ids->a, to->list, to->n, sizeof(*to->list));
    to->list[to->n++] = (struct entry){.id = id, .at = at, .below = below};
}

static int by_id(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    return x->id != y->id ? (x->id < y->id ? -1 : 1) : (x->at < y->at ? -1 : 1);
}

/* In nearly every list the ids are in order. */
static void sort(struct entry *e)
{
    e->listed = true;
    for (size_t i = 1; i < e->n; i++)
        if (e->list[i - 1].id >= e->list[i].id) {
            qsort(e->list, e->n, sizeof(*e->list), by_id);
            return;
        }
}

/* Of two with one id the first. */
static struct entry *find(const struct entry *e, uint32_t id)
{
    size_t low = 0, high = e->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (e->list[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < e->n && e->list[low].id == id ? &e->list[low] : NULL;
}

int xd_pciids_open(const char *text, size_t size, const char *file, struct xd_arena *a,
                   struct xd_pciids **out, struct xd_err *err)
{
    struct xd_pciids *ids = xd_arena_alloc(a, sizeof(*ids));
    const char *next, *end = text + size;
    unsigned line = 1;

    ids->a = a;
    ids->end = end;
    for (const char *s = text; s < end; s = next, line++) {
        const char *stop = line_end(s, end);
        uint32_t id;

        next = stop < end ? stop + 1 : end;
        if (*s == '\t' || *s == '#' || s == stop)
            continue;
        if (take_id(s, stop, 4, &id))
            add(ids, &ids->vendors, id, s, next);
        else if (*s == 'C' && stop - s > 2 && s[1] == ' ' && take_id(s + 2, stop, 2, &id))
            add(ids, &ids->classes, id, s, next);
        else
            return xd_err_set(err, -EINVAL,
                              "%s:%u:1: wanted a vendor (4 hex digits, two blanks, a name), a "
                              "class (C, 2 hex digits) or a comment",
                              file, line);
    }
    if (!ids->vendors.n)
        return xd_err_set(err, -ENODATA, "%s: not one vendor in it: wanted a list of PCI ids",
                          file);
    sort(&ids->vendors);
    sort(&ids->classes);
    *out = ids;
    return 0;
}

/* The lines below one, with one tab more; lines that make no sense have no name to give. */
static struct entry *below(struct xd_pciids *ids, struct entry *e, int digits, uint32_t id)
{
    const char *next;

    if (!e)
        return NULL;
    for (const char *s = e->below; !e->listed && s < ids->end; s = next) {
        const char *stop = line_end(s, ids->end);
        uint32_t at;

        next = stop < ids->end ? stop + 1 : ids->end;
        if (*s != '\t' && *s != '#' && s != stop)
            break;
        if (*s == '\t' && take_id(s + 1, stop, digits, &at))
            add(ids, e, at, s, next);
    }
    if (!e->listed)
        sort(e);
    return find(e, id);
}

/* skip: what stands before the name. */
static const char *name_of(struct xd_pciids *ids, struct entry *e, int skip)
{
    char raw[NAME_MAX_BYTES];
    size_t n;

    if (!e)
        return NULL;
    e->asked = true;
    if (!e->name) {
        n = (size_t)(line_end(e->at, ids->end) - e->at) - (size_t)skip;
        n = n < sizeof(raw) ? n : sizeof(raw) - 1;
        memcpy(raw, e->at + skip, n);
        while (n && (raw[n - 1] == '\r' || raw[n - 1] == ' '))
            n--;
        raw[n] = '\0';
        e->name = xd_str_safe(ids->a, raw, sizeof(raw));
    }
    return *e->name ? e->name : NULL;
}

const char *xd_pciids_vendor(struct xd_pciids *ids, uint16_t vendor)
{
    return ids ? name_of(ids, find(&ids->vendors, vendor), 6) : NULL;
}

const char *xd_pciids_device(struct xd_pciids *ids, uint16_t vendor, uint16_t device)
{
    struct entry *v = ids ? find(&ids->vendors, vendor) : NULL, *d;

    if (!v)
        return NULL;
    d = below(ids, v, 4, device);
    if (d)
        v->asked = true;
    return name_of(ids, d, 7);
}

const char *xd_pciids_class(struct xd_pciids *ids, uint32_t class)
{
    struct entry *base = ids ? find(&ids->classes, class >> 16 & 0xff) : NULL;
    struct entry *sub = base ? below(ids, base, 2, class >> 8 & 0xff) : NULL;
    const char *name = name_of(ids, base, 6);

    return sub ? name_of(ids, sub, 5) : name;
}

static void write_line(const struct xd_pciids *ids, const struct entry *e, struct xd_buf *out)
{
    xd_buf_addn(out, e->at, (size_t)(line_end(e->at, ids->end) - e->at));
    xd_buf_addc(out, '\n');
}

void xd_pciids_write_asked(const struct xd_pciids *ids, struct xd_buf *out)
{
    const struct entry *const lists[] = {&ids->vendors, &ids->classes};

    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < lists[k]->n; i++) {
            const struct entry *e = &lists[k]->list[i];

            if (!e->asked)
                continue;
            write_line(ids, e, out);
            for (size_t j = 0; j < e->n; j++)
                if (e->list[j].asked)
                    write_line(ids, &e->list[j], out);
        }
}
