/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For fuzz targets of topology: bytes as a tree of files, and what holds of any tree of things. */
#ifndef TESTS_FUZZ_TOPO_FUZZ_H
#define TESTS_FUZZ_TOPO_FUZZ_H

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/str.h"
#include "topo/topo_impl.h"

static inline unsigned topo_fuzz_nibble(char c)
{
    return (unsigned)(isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10) & 15;
}

static inline void topo_fuzz_put(struct xd_files *f, char *line)
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
            bytes[n++] = (char)(topo_fuzz_nibble(word[0]) << 4 | topo_fuzz_nibble(word[1]));
        xd_files_put(f, line, bytes, n, NULL);
    } else {
        xd_files_put(f, line, word, strlen(word), NULL);
    }
}

/* Lines "PATH WORD", each a file with that word, or a link to it where the path ends in "@"; and
 * bytes "PATH# HEX". */
static inline struct xd_files *topo_fuzz_files(const uint8_t *data, size_t size)
{
    struct xd_files *f = xd_files_new(NULL);
    char *text = malloc(size + 1), *line, *rest;

    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        topo_fuzz_put(f, line);
    free(text);
    return f;
}

/* Each thing is in the tree once, below its parent, and text is safe to show. */
static inline void topo_fuzz_check(struct xd_topo *t)
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

/* Of a settled tree: what is of CPUs is in something that has them all, and of several sources'
 * words the best one's counts. */
static inline void topo_fuzz_check_settled(struct xd_topo *t)
{
    topo_fuzz_check(t);
    for (size_t i = 0; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i], *up = o->parent;
        const struct xd_cpuset *mine = xd_topo_set(o, XD_TOPO_CPUS);
        const struct xd_cpuset *wide = up ? xd_topo_set(up, XD_TOPO_CPUS) : NULL;

        if (mine && xd_topo_is_cpu_kind(o->kind) && !xd_cpuset_empty(mine) &&
            !(wide && xd_cpuset_subset(mine, wide)))
            abort();
        for (size_t k = 0; k < o->n_facts; k++) {
            const struct xd_topo_fact *f = &o->facts[k], *before = k ? f - 1 : NULL;
            bool first = !before || before->col != f->col;

            if (before &&
                (before->col > f->col || (before->col == f->col && before->source >= f->source)))
                abort();
            if (first != (f->use == XD_TOPO_USED))
                abort();
        }
    }
}

#endif
