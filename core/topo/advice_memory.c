/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of DIMMs, which SMBIOS tells of: DSP0134 3.7, 7.17 and 7.18. It has no word for channels:
 * they show in the names of slots only. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topo/advice_impl.h"

#define CITE_DIMM "SMBIOS 3.7, 7.18: what the firmware says of each DIMM"

/* A name up to the letter or number of its channel: "P0 CHANNEL A" of "P0 CHANNEL A DIMM 1", "A" of
 * "A1", "P1-DIMMB" of "P1-DIMMB2". Boards whose letters count processors instead are compared by
 * processors, which is no worse. 0: the name tells of no channel, as in "PROC 1 DIMM 3". */
static size_t channel_in(const char *name)
{
    const char *word = strcasestr(name, "channel");
    size_t n = strlen(name), letter;

    if (word) {
        word += strlen("channel");
        word += strspn(word, " _-");
        n = 0;
        while (isalnum((unsigned char)word[n]))
            n++;
        return n && n <= 2 ? (size_t)(word - name) + n : 0;
    }
    while (n && isdigit((unsigned char)name[n - 1]))
        n--;
    if (!n || !name[n])
        return 0;
    letter = n - 1;
    if (name[letter] < 'A' || name[letter] > 'P')
        return 0;
    if (letter && isalpha((unsigned char)name[letter - 1]) &&
        (letter < 4 || strncasecmp(name + letter - 4, "dimm", 4) != 0))
        return 0;
    return n;
}

struct dimm {
    struct xd_topo_thing *array; /* what holds it */
    const char *channel;
    uint64_t kib;
};

static int by_channel(const void *a, const void *b)
{
    const struct dimm *x = a, *y = b;

    if (x->array != y->array)
        return (uintptr_t)x->array < (uintptr_t)y->array ? -1 : 1;
    return strcmp(x->channel, y->channel);
}

static const char *place_of(const struct xd_topo_thing *o)
{
    const char *label = xd_topo_str(o, XD_TOPO_LABEL, "");

    return channel_in(label) ? label : xd_topo_str(o, XD_TOPO_SLOT, "");
}

static bool is_empty(const struct xd_topo_thing *o)
{
    return xd_topo_bool(o, XD_TOPO_EMPTY, false);
}

/* All slots whose channel is known, sorted by it. An array with a DIMM of unknown size is of no use
 * and left out. */
static struct dimm *list_dimms(struct xd_topo *t, size_t *n, struct xd_arena *scratch)
{
    struct dimm *list = NULL;

    *n = 0;
    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o));) {
        const char *place = place_of(o);
        size_t len = o->kind == XD_THING_DIMM && o->parent ? channel_in(place) : 0;

        if (!len)
            continue;
        list = xd_arena_grow(scratch, list, *n, sizeof(*list));
        list[(*n)++] = (struct dimm){o->parent, xd_arena_strndup(scratch, place, len),
                                     is_empty(o) ? 0 : xd_topo_u64(o, XD_TOPO_SIZE, UINT64_MAX)};
    }
    if (*n)
        qsort(list, *n, sizeof(*list), by_channel);
    return list;
}

static void say_unbalanced(struct xd_topo *t, const struct dimm *most, const struct dimm *least)
{
    char a[24], b[24];

    xd_topo_advise_once(
        t, &(struct xd_topo_advice){
               .thing = most->array,
               .check = "dimm-unbalanced",
               .gravity = XD_TOPO_WARN,
               .text = xd_arena_printf(&t->arena,
                                       "memory is unbalanced: %s in slots %s, %s in slots %s; it "
                                       "is interleaved in part only",
                                       xd_fmt_kib_exact(most->kib, a, sizeof(a)), most->channel,
                                       xd_fmt_kib_exact(least->kib, b, sizeof(b)), least->channel),
               .remedy = "the same DIMMs for each channel, in the slots that the board's manual "
                         "names first",
               .cite = CITE_DIMM,
           });
}

/* Channels with less than the fullest of their array. */
static void check_channels(struct xd_topo *t)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    size_t n, end;
    struct dimm *list = list_dimms(t, &n, &scratch);

    for (size_t i = 0; i < n; i = end) {
        struct dimm most = {NULL}, least = {NULL};
        bool unknown = false;

        for (end = i; end < n && list[end].array == list[i].array;) {
            struct dimm sum = {list[end].array, list[end].channel, 0};

            for (; end < n && by_channel(&list[end], &sum) == 0; end++) {
                unknown = unknown || list[end].kib == UINT64_MAX;
                sum.kib += list[end].kib;
            }
            if (!most.array || sum.kib > most.kib)
                most = sum;
            if (!least.array || sum.kib < least.kib)
                least = sum;
        }
        if (!unknown && most.kib > least.kib)
            say_unbalanced(t, &most, &least);
    }
    xd_arena_done(&scratch);
}

/* --- nodes --- */

/* What a node has of DIMMs; nodes in the order of their numbers. */
struct share {
    struct xd_topo_thing *node;
    uint64_t kib;
};

static struct share *share_of(struct share *list, size_t n, uint64_t node)
{
    for (size_t i = 0; i < n; i++)
        if (xd_topo_u64(list[i].node, XD_TOPO_INDEX, UINT64_MAX) == node)
            return &list[i];
    return NULL;
}

/* The nodes with what their DIMMs hold; false: that isn't known of all DIMMs. */
static bool sum_up(struct xd_topo *t, struct share **list, size_t *n, struct xd_arena *scratch)
{
    *list = NULL;
    *n = 0;
    for (size_t i = 0; i < t->n_things; i++)
        if (t->things[i]->kind == XD_THING_NODE) {
            *list = xd_arena_grow(scratch, *list, *n, sizeof(**list));
            (*list)[(*n)++] = (struct share){t->things[i], 0};
        }
    for (size_t i = 0; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];
        uint64_t kib = xd_topo_u64(o, XD_TOPO_SIZE, UINT64_MAX);
        struct share *s;

        if (o->kind != XD_THING_DIMM || is_empty(o))
            continue;
        s = share_of(*list, *n, xd_topo_u64(o, XD_TOPO_NODE, UINT64_MAX));
        if (!s || kib == UINT64_MAX)
            return false;
        s->kib += kib;
    }
    return *n > 1;
}

/* Nodes without any memory have advice of their own. */
static void check_nodes(struct xd_topo *t)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    const struct share *most = NULL, *least = NULL;
    struct share *list;
    char a[24], b[24];
    size_t n;
    bool known = sum_up(t, &list, &n, &scratch);

    for (size_t i = 0; known && i < n; i++) {
        if (!most || list[i].kib > most->kib)
            most = &list[i];
        if (list[i].kib && (!least || list[i].kib < least->kib))
            least = &list[i];
    }
    if (least && least->kib < most->kib)
        xd_topo_advise_once(
            t, &(struct xd_topo_advice){
                   .thing = least->node,
                   .check = "node-unbalanced",
                   .gravity = XD_TOPO_WARN,
                   .text = xd_arena_printf(
                       &t->arena,
                       "the DIMMs of node %llu hold %s, those of node %llu %s: domains that fit "
                       "there have to spread over nodes here",
                       (unsigned long long)xd_topo_u64(least->node, XD_TOPO_INDEX, 0),
                       xd_fmt_kib_exact(least->kib, a, sizeof(a)),
                       (unsigned long long)xd_topo_u64(most->node, XD_TOPO_INDEX, 0),
                       xd_fmt_kib_exact(most->kib, b, sizeof(b))),
                   .remedy = "the same DIMMs for each node, in the slots that the board's manual "
                             "names first",
                   .cite = "SMBIOS 3.7, 7.21: the addresses of each DIMM; ACPI 6.5, 5.2.16.2: the "
                           "node of each address",
               });
    xd_arena_done(&scratch);
}

/* --- speeds --- */

struct speeds {
    uint64_t least, most; /* that they are made for; 0: unknown */
    uint64_t now;         /* the least at which one runs */
};

static void add_speed(struct speeds *s, const struct xd_topo_thing *dimm)
{
    uint64_t can = xd_topo_u64(dimm, XD_TOPO_SPEED_MAX_MTS, 0);
    uint64_t now = xd_topo_u64(dimm, XD_TOPO_SPEED_MTS, 0);

    if (can && (!s->least || can < s->least))
        s->least = can;
    if (can > s->most)
        s->most = can;
    if (now && (!s->now || now < s->now))
        s->now = now;
}

static void check_speeds(struct xd_topo *t, struct xd_topo_thing *array)
{
    struct speeds s = {0, 0, 0};

    for (const struct xd_topo_thing *o = array->child; o; o = o->next)
        if (o->kind == XD_THING_DIMM && !is_empty(o))
            add_speed(&s, o);
    if (s.least < s.most)
        xd_topo_advise_once(
            t, &(struct xd_topo_advice){
                   .thing = array,
                   .check = "dimm-speeds",
                   .gravity = XD_TOPO_WARN,
                   .text = xd_arena_printf(&t->arena,
                                           "DIMMs for %llu and for %llu MT/s are mixed: all run "
                                           "as the slowest does",
                                           (unsigned long long)s.least, (unsigned long long)s.most),
                   .remedy = "DIMMs of one speed",
                   .cite = CITE_DIMM,
               });
    if (s.now && s.now < s.least)
        xd_topo_advise_once(
            t,
            &(struct xd_topo_advice){
                .thing = array,
                .check = "dimm-slow",
                .gravity = XD_TOPO_NOTE,
                .text = xd_arena_printf(&t->arena, "DIMMs run at %llu MT/s and are made for %llu",
                                        (unsigned long long)s.now, (unsigned long long)s.least),
                .remedy = "look whether the processor, two DIMMs a channel, or a setting of the "
                          "firmware is the limit",
                .cite = CITE_DIMM,
            });
}

void xd_topo_advise_memory(struct xd_topo *t)
{
    check_channels(t);
    check_nodes(t);
    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o));)
        if (o->kind == XD_THING_MEMORY || o == t->machine)
            check_speeds(t, o);
}
