/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serial numbers out of SMBIOS tables, of configuration space and of its dumps: see redact.h. */
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "kernel/pciconf.h"
#include "topo/redact.h"

/* --- SMBIOS (DSP0134) --- */

#define HEADER  4 /* type, length, handle */
#define STRINGS 8

/* The structures that are kept, and what of them: offsets of numbers of strings. Others of their
 * strings are blotted out; `drop` are the numbers of those, which become "not specified". 0 ends a
 * list. */
static const struct kept {
    uint8_t type;
    uint8_t keep[STRINGS], drop[STRINGS];
    uint8_t blot, blot_size; /* bytes to be zeroed: a UUID */
} kept[] = {
    {0, {0x04, 0x05, 0x08}, {0}, 0, 0},                       /* firmware */
    {1, {0x04, 0x05, 0x06, 0x1a}, {0x07, 0x19}, 0x08, 16},    /* system */
    {2, {0x04, 0x05, 0x06, 0x0a}, {0x07, 0x08}, 0, 0},        /* board */
    {3, {0x04, 0x06}, {0x07, 0x08}, 0, 0},                    /* chassis */
    {4, {0x04, 0x07, 0x10}, {0x20, 0x21, 0x22}, 0, 0},        /* processor */
    {7, {0x04}, {0}, 0, 0},                                   /* cache */
    {9, {0x04}, {0}, 0, 0},                                   /* slot */
    {16, {0}, {0}, 0, 0},                                     /* array of DIMMs */
    {17, {0x10, 0x11, 0x17, 0x1a}, {0x18, 0x19, 0x2b}, 0, 0}, /* DIMM */
    {19, {0}, {0}, 0, 0},                                     /* address of an array */
    {20, {0}, {0}, 0, 0},                                     /* address of a DIMM */
    {41, {0x04}, {0}, 0, 0},                                  /* device on the board */
    {127, {0}, {0}, 0, 0},                                    /* end of the table */
};

static const struct kept *kept_type(uint8_t type)
{
    for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
        if (kept[i].type == type)
            return &kept[i];
    return NULL;
}

/* Whether one of the strings that are kept has that number (from 1). */
static bool keeps(const struct kept *k, const uint8_t *s, unsigned number)
{
    for (size_t i = 0; k && i < STRINGS && k->keep[i]; i++)
        if (k->keep[i] < s[1] && s[k->keep[i]] == number)
            return true;
    return false;
}

/* The formatted part; s[1] is its length, which is there. */
static void redact_structure(const struct kept *k, uint8_t *s)
{
    if (!k) {
        memset(s + HEADER, 0, (size_t)s[1] - HEADER);
        return;
    }
    for (size_t i = 0; i < STRINGS && k->drop[i]; i++)
        if (k->drop[i] < s[1])
            s[k->drop[i]] = 0;
    for (unsigned i = k->blot; i < (unsigned)k->blot + k->blot_size && i < s[1]; i++)
        s[i] = 0;
}

void xd_topo_redact_smbios(uint8_t *table, size_t size)
{
    size_t at = 0;

    while (size - at >= HEADER + 2u) {
        uint8_t *s = table + at;
        const struct kept *k = kept_type(s[0]);
        size_t end = at + s[1];
        unsigned number = 1;

        if (s[1] < HEADER || end + 2 > size)
            break;
        redact_structure(k, s);
        while (end < size && table[end]) {
            bool keep = keeps(k, s, number++);

            for (; end < size && table[end]; end++)
                if (!keep)
                    table[end] = 'x';
            end++; /* its NUL */
        }
        end += number == 1 ? 2 : 1; /* without strings there are two NULs */
        if (end > size)
            break; /* cut within its strings: all but whole structures goes */
        at = end;
        if (s[0] == 127)
            break;
    }
    memset(table + at, 0, size - at);
}

/* --- PCI --- */

#define EXTENDED      0x100
#define CAP_SERIAL    0x0003
#define SERIAL_OFFSET 4
#define SERIAL_BYTES  8
#define CAPS_MAX      ((XD_PCICONF_MAX - EXTENDED) / 4)

/* Offset of the serial number in configuration space; 0: none. */
static size_t serial_at(const uint8_t *c, size_t size)
{
    size_t at = EXTENDED;

    for (unsigned i = 0; i < CAPS_MAX && at >= EXTENDED && at + 4 <= size; i++) {
        uint32_t head = c[at] | (uint32_t)c[at + 1] << 8 | (uint32_t)c[at + 2] << 16 |
                        (uint32_t)c[at + 3] << 24;

        if ((head & 0xffff) == CAP_SERIAL)
            return at + SERIAL_OFFSET;
        at = head >> 20 & ~3u;
    }
    return 0;
}

void xd_topo_redact_config(uint8_t *config, size_t size)
{
    size_t at = serial_at(config, size);

    for (size_t i = at; at && i < at + SERIAL_BYTES && i < size; i++)
        config[i] = 0;
}

/* --- lspci --- */

/* One function of a dump, and where in the text each of its bytes stands. */
struct dumped {
    uint8_t bytes[XD_PCICONF_MAX];
    char *place[XD_PCICONF_MAX];    /* of two digits; NULL: not dumped */
    uint16_t taken[XD_PCICONF_MAX]; /* offsets that were */
    size_t n_taken;
};

static unsigned digit(char c)
{
    return (unsigned)(isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10);
}

static void redact_dumped(struct dumped *d)
{
    size_t at = d->n_taken ? serial_at(d->bytes, sizeof(d->bytes)) : 0;

    for (size_t i = at; at && i < at + SERIAL_BYTES && i < sizeof(d->bytes); i++)
        if (d->place[i])
            memset(d->place[i], '0', 2);
    for (size_t i = 0; i < d->n_taken; i++) { /* all of it would be much for a line */
        d->bytes[d->taken[i]] = 0;
        d->place[d->taken[i]] = NULL;
    }
    d->n_taken = 0;
}

/* "1f0: 00 11 …": false: it is none of these lines. */
static bool take_dump_line(struct dumped *d, char *s, const char *end)
{
    char *at = s;
    size_t offset = 0;

    while (at < end && at - s < 4 && isxdigit((unsigned char)*at))
        offset = offset << 4 | digit(*at++);
    if (at - s < 2 || end - at < 2 || at[0] != ':' || at[1] != ' ')
        return false;
    for (at++; end - at >= 3 && *at == ' ' && isxdigit((unsigned char)at[1]) &&
               isxdigit((unsigned char)at[2]) && offset < XD_PCICONF_MAX;
         at += 3) {
        if (!d->place[offset])
            d->taken[d->n_taken++] = (uint16_t)offset;
        d->bytes[offset] = (uint8_t)(digit(at[1]) << 4 | digit(at[2]));
        d->place[offset++] = at + 1;
    }
    return true;
}

/* "[SN] Serial number: …" and its kin; product names and part numbers are no secret. */
static bool is_product_data(const char *s, const char *end)
{
    while (s < end && (*s == ' ' || *s == '\t'))
        s++;
    return end - s > 4 && s[0] == '[' && s[3] == ']' && memcmp(s, "[PN]", 4) != 0;
}

void xd_topo_redact_lspci(char *text, size_t size)
{
    struct dumped *d = xd_malloc(sizeof(*d));
    char *end = text + size, *next;

    for (char *line = text; line < end; line = next) {
        char *stop = memchr(line, '\n', (size_t)(end - line));

        next = stop ? stop + 1 : end;
        if (!stop)
            stop = end;
        if (isspace((unsigned char)*line)) {
            if (is_product_data(line, stop))
                for (char *at = line; at < stop; at++)
                    *at = isspace((unsigned char)*at) ? *at : 'x';
        } else if (!take_dump_line(d, line, stop)) {
            redact_dumped(d); /* the next function's first line */
        }
    }
    redact_dumped(d);
    free(d);
}
