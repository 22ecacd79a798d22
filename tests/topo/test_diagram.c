/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds for every drawing of every machine: no line is too long, nothing lies over anything
 * else, everything has a place, and every place can be gone to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "machines.h"
#include "tui/topo/diagram_impl.h"

#define SEEDS 40

static const int widths[] = {24, 80, 132};
static const int heights[] = {0, 18};

/* The machines of a name, then random ones. */
static struct xd_topo *machine(unsigned i)
{
    unsigned named = 0;

    while (machines_named[named].name)
        named++;
    return i < named           ? machine_make(&machines_named[i])
           : i < named + SEEDS ? machine_random(i - named)
                               : NULL;
}

typedef void visit(const struct xd_topo *t, const struct xd_diagram_look *look);

static void every_drawing(visit *v)
{
    struct xd_topo *t;

    for (unsigned i = 0; (t = machine(i)); i++) {
        for (size_t w = 0; w < sizeof(widths) / sizeof(*widths); w++)
            for (size_t h = 0; h < sizeof(heights) / sizeof(*heights); h++)
                for (int view = 0; view < XD_DIAGRAM_VIEWS; view++)
                    v(t, &(struct xd_diagram_look){.view = (enum xd_diagram_view)view,
                                                   .width = widths[w],
                                                   .height = heights[h]});
        xd_topo_free(t);
    }
}

static void lines_fit(const struct xd_topo *t, const struct xd_diagram_look *look)
{
    struct xd_buf out = XD_BUF_INIT;

    xd_diagram_text(t, look, XD_GLYPHS_BLOCK, &out);
    for (char *line = strtok(out.s, "\n"); line; line = strtok(NULL, "\n"))
        if (xd_str_width(line) > look->width)
            fail_msg("%d cells in %d: %s", xd_str_width(line), look->width, line);
    xd_buf_done(&out);
}

static void no_line_is_longer_than_the_width(void **state)
{
    every_drawing(lines_fit);
}

static bool inside(const struct xd_rect *in, const struct xd_rect *of)
{
    return in->x >= of->x && in->y >= of->y && in->x + in->w <= of->x + of->w &&
           in->y + in->h <= of->y + of->h;
}

static bool apart(const struct xd_rect *a, const struct xd_rect *b)
{
    return a->x + a->w <= b->x || b->x + b->w <= a->x || a->y + a->h <= b->y ||
           b->y + b->h <= a->y || !a->w || !b->w;
}

static void check_places(const struct xd_diagram_node *n)
{
    for (const struct xd_diagram_node *c = n->child; c; c = c->next) {
        if (n->form == XD_DIAGRAM_BOX && !inside(&c->rect, &n->rect))
            fail_msg("%s is not inside of %s", c->thing->id, n->thing->id);
        for (const struct xd_diagram_node *e = c->next; e; e = e->next)
            if (!apart(&c->rect, &e->rect))
                fail_msg("%s and %s lie over each other", c->thing->id, e->thing->id);
        check_places(c);
    }
}

static void places(const struct xd_topo *t, const struct xd_diagram_look *look)
{
    struct xd_diagram *d = xd_diagram_new(t, look);

    if (d->root)
        check_places(d->root);
    for (size_t i = 0; d->root && i < t->n_things; i++)
        assert_non_null(xd_diagram_item_of(d, t->things[i]));
    xd_diagram_free(d);
}

static void nothing_overlaps_and_everything_has_a_place(void **state)
{
    every_drawing(places);
}

/* From one item to the next in all four directions, until nothing new comes up. */
static void go(const struct xd_diagram *d, const struct xd_diagram_item *from, bool *seen)
{
    static const int ways[4][2] = {{0, 1}, {1, 0}, {0, -1}, {-1, 0}};
    size_t *todo = calloc(d->n_items, sizeof(*todo)), n = 0;

    seen[from - d->items] = true;
    todo[n++] = (size_t)(from - d->items);
    while (n) {
        const struct xd_diagram_item *at = &d->items[todo[--n]];

        for (int i = 0; i < 4; i++) {
            const struct xd_diagram_item *to = xd_diagram_next(d, at, ways[i][0], ways[i][1]);

            if (to && !seen[to - d->items]) {
                seen[to - d->items] = true;
                todo[n++] = (size_t)(to - d->items);
            }
        }
    }
    free(todo);
}

static void walks(const struct xd_topo *t, const struct xd_diagram_look *look)
{
    struct xd_diagram *d;
    bool *seen;

    if (look->width != 80 || look->view == XD_DIAGRAM_NUMA || t->n_things > 2000)
        return;
    d = xd_diagram_new(t, look);
    seen = calloc(d->n_items, sizeof(*seen));
    go(d, &d->items[0], seen);
    for (size_t i = 0; i < d->n_items; i++) {
        const struct xd_diagram_node *n = d->items[i].node;

        /* A core is where its first thread is, which one comes to instead. */
        if (!seen[i] && !(n->form == XD_DIAGRAM_CELL && n->child))
            fail_msg("the keys do not lead to %s", d->items[i].thing->id);
    }
    free(seen);
    xd_diagram_free(d);
}

static void the_keys_lead_everywhere(void **state)
{
    every_drawing(walks);
}

static void whatever_is_looked_at_is_drawn(void **state)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct xd_topo *t = machine_random(seed);

        for (size_t i = 0; i < t->n_things; i++) {
            struct xd_diagram_look look = {.root = t->things[i], .width = 80, .height = 20};
            struct xd_diagram *d = xd_diagram_new(t, &look);

            assert_ptr_equal(xd_diagram_item_of(d, t->things[i])->thing, t->things[i]);
            for (const struct xd_topo_thing *c = t->things[i]->child; c; c = c->next)
                assert_non_null(xd_diagram_item_of(d, c));
            xd_diagram_free(d);
        }
        xd_topo_free(t);
    }
}

static void equal_ones_are_folded_until_it_fits(void **state)
{
    struct xd_topo *t = machine_named("big");
    struct xd_diagram_look look = {.view = XD_DIAGRAM_CPU, .width = 80};
    struct xd_diagram *whole = xd_diagram_new(t, &look), *folded;
    size_t n_whole, n_folded;

    xd_diagram_items(whole, &n_whole);
    assert_true(xd_diagram_height(whole) > 100);
    xd_diagram_free(whole);
    look.height = 20;
    folded = xd_diagram_new(t, &look);
    xd_diagram_items(folded, &n_folded);
    assert_true(xd_diagram_height(folded) <= 20);
    assert_true(n_folded < n_whole / 20);
    /* the last thread of the last package is drawn where all that are like it are */
    assert_non_null(xd_diagram_item_of(folded, xd_topo_find(t, "thread/1023")));
    xd_diagram_free(folded);
    xd_topo_free(t);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_is_longer_than_the_width),
        cmocka_unit_test(nothing_overlaps_and_everything_has_a_place),
        cmocka_unit_test(the_keys_lead_everywhere),
        cmocka_unit_test(whatever_is_looked_at_is_drawn),
        cmocka_unit_test(equal_ones_are_folded_until_it_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
