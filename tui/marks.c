/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks of a screen: a sorted set of keys, so that ten thousand rows can be marked and drawn. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/app.h"

/* Where the key is or would be. */
static size_t place_of(const struct xd_screen *s, const char *key)
{
    size_t lo = 0, hi = s->n_marks;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (strcmp(s->marks[mid], key) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

size_t xd_screen_mark_at(const struct xd_screen *s, const char *key)
{
    size_t i = place_of(s, key);

    return i < s->n_marks && strcmp(s->marks[i], key) == 0 ? i : SIZE_MAX;
}

bool xd_screen_marked(const struct xd_screen *s, const char *key)
{
    return xd_screen_mark_at(s, key) != SIZE_MAX;
}

void xd_screen_mark(struct xd_screen *s, const char *key, bool on)
{
    size_t i = place_of(s, key);
    bool there = i < s->n_marks && strcmp(s->marks[i], key) == 0;

    if (on && !there) {
        if (s->n_marks == s->cap_marks) {
            s->cap_marks = s->cap_marks ? 2 * s->cap_marks : 16;
            s->marks = xd_realloc(s->marks, s->cap_marks * sizeof(*s->marks));
        }
        memmove(s->marks + i + 1, s->marks + i, (s->n_marks - i) * sizeof(*s->marks));
        s->marks[i] = xd_strdup(key);
        s->n_marks++;
    } else if (!on && there) {
        free(s->marks[i]);
        s->n_marks--;
        memmove(s->marks + i, s->marks + i + 1, (s->n_marks - i) * sizeof(*s->marks));
    }
}

void xd_screen_unmark_all(struct xd_screen *s)
{
    while (s->n_marks)
        free(s->marks[--s->n_marks]);
}

int xd_screen_mark_filter(struct xd_screen *s, const char *filter, bool on, struct xd_err *err)
{
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_query *q = NULL;
    char key[XD_KEY_MAX];
    int n = xd_query_parse(filter, s->desc, &arena, &q, err);

    for (size_t i = 0; n >= 0 && i < s->n_rows; i++) {
        if (!xd_query_match(q, s->sorted[i]))
            continue;
        xd_screen_mark(s, xd_row_key(s->desc, s->sorted[i], key), on);
        n++;
    }
    xd_query_done(q);
    xd_arena_done(&arena);
    return n;
}

void xd_screen_mark_invert(struct xd_screen *s)
{
    char key[XD_KEY_MAX];

    for (size_t i = 0; i < s->n_rows; i++) {
        xd_row_key(s->desc, s->sorted[i], key);
        xd_screen_mark(s, key, !xd_screen_marked(s, key));
    }
}
