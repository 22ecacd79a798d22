/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hostile sysfs: the bytes are lines "PATH WORD", each a file with that word, or a link to it
 * where the path ends in "@"; and configuration spaces "PATH# HEX". Whatever PCI it tells of, a
 * tree comes out in which each thing has its place, and advice that names things of it. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/str.h"
#include "topo/advice.h"
#include "topo/pci.h"
#include "topo/topo_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned nibble(char c)
{
    return (unsigned)(isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10) & 15;
}

static void put(struct xd_files *f, char *line)
{
    char *word = strchr(line, ' '), bytes[4096];
    size_t len, n = 0;

    if (!word || word == line)
        return;
    *word++ = '\0';
    len = strlen(line);
    if (line[len - 1] == '@') {
        line[len - 1] = '\0';
        xd_files_put_link(f, line, word, NULL);
    } else if (line[len - 1] == '#') {
        line[len - 1] = '\0';
        for (; word[0] && word[1] && n < sizeof(bytes); word += 2)
            bytes[n++] = (char)(nibble(word[0]) << 4 | nibble(word[1]));
        xd_files_put(f, line, bytes, n, NULL);
    } else {
        xd_files_put(f, line, word, strlen(word), NULL);
    }
}

/* Each thing is in the tree once, below its parent, and text is safe to show. */
static void check(struct xd_topo *t)
{
    size_t n = 0;

    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o)); n++) {
        if ((o == t->machine) != (o->parent == NULL))
            abort();
        for (size_t i = 0; i < o->n_facts; i++)
            if (o->facts[i].value.type == XD_STR && !xd_str_is_safe(o->facts[i].value.cell.s))
                abort();
    }
    if (n != t->n_things)
        abort();
    for (size_t i = 0; i < t->n_advice; i++)
        if (xd_topo_find(t, t->advice[i].thing->id) != t->advice[i].thing ||
            !xd_str_is_safe(t->advice[i].text))
            abort();
    for (size_t i = 0; i < t->n_troubles; i++)
        if (!xd_str_is_safe(t->troubles[i].text))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *line, *rest;
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t = xd_topo_new();
    static struct xd_arena kept;
    static struct xd_errata errata;

    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        put(f, line);
    xd_topo_read_pci(t, f);
    xd_topo_read_lspci(t, f);
    xd_topo_pci_nodes(t);
    xd_topo_link(t);
    xd_topo_pci_links(t);
    xd_topo_advise_hardware(t);
    if (!errata.n && xd_errata_builtin(&kept, &errata, NULL) < 0)
        abort();
    xd_topo_advise_errata(t, &errata);
    check(t);
    xd_topo_free(t);
    xd_files_free(f);
    free(text);
    return 0;
}
