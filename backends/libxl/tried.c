/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the last dry run of a CPU policy gave: see tried.h. */
#include "backend_libxl/tried.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct xd_xl_tried {
    struct xd_arena arena;
    struct xd_cpuid_tried it; /* its texts live in the arena */
};

static void free_one(struct xd_xl_tried *t)
{
    if (t)
        xd_arena_done(&t->arena);
    free(t);
}

void xd_xl_tried_tell(struct xd_xl *x, const struct xd_cpuid_tried *tried)
{
    struct xd_xl *observer = x->env->peer ? x->env->peer : x;
    struct xd_xl_tried *t = xd_malloc(sizeof(*t));

    xd_arena_init(&t->arena);
    t->it = *tried;
    t->it.name = xd_arena_strdup(&t->arena, tried->name);
    t->it.file = xd_arena_strdup(&t->arena, tried->file);
    t->it.asked = xd_arena_strdup(&t->arena, tried->asked);
    free_one(atomic_exchange(&observer->tried_new, t));
}

void xd_xl_collect_tried(struct xd_xl_sample *s)
{
    struct xd_xl *x = s->x;
    struct xd_xl_tried *t = atomic_exchange(&x->tried_new, NULL);

    if (t) {
        free_one(x->tried);
        x->tried = t;
    }
    if (xd_wanted(x->env, &xd_cpuid_try_desc))
        xd_cpuid_put_try(s->b, xd_clock_now(x->env->clock), x->tried ? &x->tried->it : NULL);
}

void xd_xl_tried_free(struct xd_xl *x)
{
    free_one(atomic_exchange(&x->tried_new, NULL));
    free_one(x->tried);
}
