/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one can do on the Topology screen. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/tables.h"
#include "topo/export.h"
#include "tui/dialog.h"
#include "tui/topo/screen.h"

/* The index of a word among names, or -1 with a sentence. */
static int word_among(const char *word, const char *const *names, const char *what,
                      struct xd_err *err)
{
    struct xd_buf all = XD_BUF_INIT;
    int n = 0;

    for (; names[n]; n++) {
        if (strcmp(names[n], word) == 0) {
            xd_buf_done(&all);
            return n;
        }
        xd_buf_printf(&all, "%s%s", n ? ", " : "", names[n]);
    }
    xd_err_set(err, -EINVAL, "there is no %s \"%s\": there are %s", what, word, all.s);
    xd_buf_done(&all);
    return -1;
}

/* Chooses by name, or the next one where none is said. */
static int choose(int argc, char **argv, const char *const *names, int n, const char *what, int *at,
                  struct xd_err *err)
{
    int i = argc > 1 ? word_among(argv[1], names, what, err) : (*at + 1) % n;

    if (i < 0)
        return -EINVAL;
    *at = i;
    return 0;
}

int xd_cmd_topo_drawing(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    int at = (int)a->topo->view;
    int rc = choose(argc, argv, xd_diagram_view_names, XD_DIAGRAM_VIEWS, "drawing", &at, err);

    if (rc == 0 && at != (int)a->topo->view)
        a->topo->root[0] = '\0'; /* there may be nothing of the new view in it */
    a->topo->view = (enum xd_diagram_view)at;
    return rc;
}

int xd_cmd_topo_overlay(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    int at = (int)a->topo->overlay;
    int rc;

    do /* by the key to the next one that this drawing has */
        rc = choose(argc, argv, xd_topo_overlay_names, XD_TOPO_OVERLAYS, "overlay", &at, err);
    while (argc < 2 && !xd_topo_overlay_fits((enum xd_topo_overlay)at, a->topo->view));
    if (rc == 0 && !xd_topo_overlay_fits((enum xd_topo_overlay)at, a->topo->view))
        return xd_err_set(err, -EINVAL, "the drawing \"%s\" shows nothing of %s: take another (v)",
                          xd_diagram_view_names[a->topo->view], xd_topo_overlay_names[at]);
    a->topo->overlay = (enum xd_topo_overlay)at;
    return rc;
}

int xd_cmd_topo_closer(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    const struct xd_topo_thing *o = xd_topo_under_cursor(a, xd_app_screen(a));

    if (!o)
        return 0;
    if (!o->child && o->parent)
        o = o->parent; /* it has nothing in it: its own surroundings */
    snprintf(a->topo->root, sizeof(a->topo->root), "%s", o->id);
    a->topo->top = 0;
    return 0;
}

int xd_cmd_topo_farther(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    const struct xd_topo *t = xd_topo_now(a);
    const struct xd_topo_thing *root = t ? xd_topo_find(t, a->topo->root) : NULL;

    if (root && root->parent && root->parent != t->machine)
        snprintf(a->topo->root, sizeof(a->topo->root), "%s", root->parent->id);
    else
        a->topo->root[0] = '\0';
    a->topo->top = 0;
    return 0;
}

int xd_cmd_topo_goto(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    for (int i = 0; i < a->n_screens; i++)
        if (xd_topo_is_screen(&a->screens[i])) {
            a->screen = i;
            xd_screen_update(a, xd_app_screen(a));
            return 0;
        }
    return xd_err_set(err, -ENOTSUP, "this host says nothing of its topology");
}

/* --- which domain --- */

static const struct xd_row *domain_named(const struct xd_app *a, const char *name)
{
    const struct xd_table *t = xd_app_table(a, "domains");

    for (size_t i = 0; t && i < t->n; i++)
        if (strcmp(xd_row_str(t->rows[i], XD_DOMAIN_NAME, ""), name) == 0)
            return t->rows[i];
    return NULL;
}

static void choose_domain(struct xd_app *a, const struct xd_row *row)
{
    snprintf(a->topo->domain, sizeof(a->topo->domain), "%s", xd_row_str(row, XD_DOMAIN_UUID, ""));
    if (a->topo->overlay != XD_TOPO_SHOW_RUNNING)
        a->topo->overlay = XD_TOPO_SHOW_AFFINITY;
}

static void domain_chosen(struct xd_app *a, int index, const void *tag)
{
    const struct xd_row *row = domain_named(a, a->chosen);

    if (row)
        choose_domain(a, row);
}

#define MENU_MOST 256

int xd_cmd_topo_domain(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    const struct xd_table *t = xd_app_table(a, "domains");
    const struct xd_row *row = argc > 1 ? domain_named(a, argv[1]) : NULL;
    struct xd_menu_item items[MENU_MOST];
    int n = 0;

    if (argc > 1 && !row)
        return xd_err_set(err, -ENOENT, "there is no domain \"%s\"", argv[1]);
    if (row) {
        choose_domain(a, row);
        return 0;
    }
    for (size_t i = 0; t && i < t->n && n < MENU_MOST; i++)
        items[n++] = (struct xd_menu_item){.text = xd_row_str(t->rows[i], XD_DOMAIN_NAME, "?"),
                                           .help = "Its affinity is shown, and it is what A moves"};
    if (!n)
        return xd_err_set(err, -ENOENT, "there are no domains to choose from");
    xd_menu_open(a, "Domain", items, n, 0, domain_chosen);
    return 0;
}

/* --- moving the chosen domain, or one of its vCPUs, here --- */

static const char *pool_of(const struct xd_app *a, const struct xd_cpuset *cpus)
{
    const struct xd_table *t = xd_app_table(a, "pools");

    for (size_t i = 0; t && i < t->n; i++)
        if (xd_row_has(t->rows[i], XD_POOL_CPUS) &&
            xd_cpuset_subset(cpus, t->rows[i]->cell[XD_POOL_CPUS].set))
            return xd_row_str(t->rows[i], XD_POOL_NAME, NULL);
    return NULL;
}

struct offers {
    struct xd_topo_screen *t;
    struct xd_menu_item items[XD_TOPO_CHOICES];
    struct xd_arena arena;
};

static void offer(struct offers *l, const char *object, const char *knob, const char *value,
                  const char *text, const char *help)
{
    struct xd_topo_choice *c = &l->t->choices[l->t->n_choices];

    if (l->t->n_choices == XD_TOPO_CHOICES)
        return;
    snprintf(c->object, sizeof(c->object), "%s", object);
    snprintf(c->value, sizeof(c->value), "%s", value);
    c->knob = knob;
    l->items[l->t->n_choices++] = (struct xd_menu_item){.text = text, .help = help};
}

static void offer_vcpus(const struct xd_app *a, struct offers *l, const struct xd_row *domain,
                        const char *here, const char *called)
{
    const struct xd_table *t = xd_app_table(a, "vcpus");
    const char *uuid = xd_row_str(domain, XD_DOMAIN_UUID, "");

    for (size_t i = 0; t && i < t->n; i++) {
        const struct xd_row *v = t->rows[i];
        unsigned long long id = xd_row_u64(v, XD_VCPU_ID, 0);

        if (strcmp(xd_row_str(v, XD_VCPU_DOMAIN_UUID, ""), uuid) == 0)
            offer(l, xd_arena_printf(&l->arena, "vcpu/%s/%llu", uuid, id), "vcpu.affinity", here,
                  xd_arena_printf(&l->arena, "vCPU %llu only on %s", id, called),
                  "Hard affinity of this vCPU");
    }
}

static void offer_all(const struct xd_app *a, struct offers *l, const struct xd_row *domain,
                      const struct xd_topo_thing *o, const struct xd_cpuset *cpus)
{
    const char *here = xd_cpuset_format(cpus, &l->arena), *pool = pool_of(a, cpus);
    const char *name = xd_row_str(domain, XD_DOMAIN_NAME, "?");
    const char *object =
        xd_arena_printf(&l->arena, "domain/%s", xd_row_str(domain, XD_DOMAIN_UUID, ""));
    char called[XD_KEY_MAX];

    xd_topo_called(o, called, sizeof(called));
    l->t->n_choices = 0;
    offer(l, object, "vcpu.affinity", here,
          xd_arena_printf(&l->arena, "%s only on %s", name, called),
          "Hard affinity of all its vCPUs");
    offer(l, object, "vcpu.affinity.soft", here,
          xd_arena_printf(&l->arena, "%s rather on %s", name, called),
          "Soft affinity of all its vCPUs");
    if (pool && strcmp(pool, xd_row_str(domain, XD_DOMAIN_POOL, "")) != 0)
        offer(l, object, "pool", pool, xd_arena_printf(&l->arena, "%s into cpupool %s", name, pool),
              "These pCPUs are that pool's");
    offer(l, object, "vcpu.affinity", "all", xd_arena_printf(&l->arena, "%s anywhere", name),
          "Hard affinity of all its vCPUs, to all pCPUs");
    offer_vcpus(a, l, domain, here, called);
}

static void placed(struct xd_app *a, int index, const void *tag)
{
    const struct xd_topo_choice *c = &a->topo->choices[index];
    struct xd_err err = XD_ERR_INIT;

    if (xd_app_stage_for(a, c->object, c->knob, c->value, &err) < 0)
        xd_app_fail(a, &err);
}

/* Those of a thing that a domain can be moved to; NULL: it has none of its own. */
static const struct xd_cpuset *pcpus_of(const struct xd_topo_thing *o)
{
    const struct xd_cpuset *cpus = xd_topo_set(o, XD_TOPO_CPUS);

    return cpus && !xd_cpuset_empty(cpus) && !xd_diagram_is_device(o->kind) ? cpus : NULL;
}

int xd_cmd_topo_place(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    const struct xd_topo_thing *o = xd_topo_under_cursor(a, xd_app_screen(a));
    const struct xd_cpuset *cpus = o ? pcpus_of(o) : NULL;
    const struct xd_row *domain = xd_topo_domain(a);
    struct offers l = {.t = a->topo};
    char name[XD_KEY_MAX];

    if (!cpus)
        return xd_err_set(
            err, -ENOTSUP,
            "%s has no pCPUs of its own: go to a thread, a core, a cache, a node or a "
            "package",
            o ? xd_topo_called(o, name, sizeof(name)) : "nothing");
    if (!domain)
        return xd_err_set(err, -ENOENT, "choose the domain to move first, with d");
    xd_arena_init(&l.arena);
    offer_all(a, &l, domain, o, cpus);
    xd_menu_open(a, "Place here", l.items, l.t->n_choices, 0, placed);
    xd_arena_done(&l.arena);
    return 0;
}

/* --- what their keys come to --- */

enum xd_use xd_use_topo(const void *ctx)
{
    return xd_use_if(xd_topo_now(ctx));
}

enum xd_use xd_use_topo_closer(const void *ctx)
{
    const struct xd_app *a = ctx;

    return xd_use_if(xd_topo_under_cursor(a, &a->screens[a->screen]));
}

enum xd_use xd_use_topo_farther(const void *ctx)
{
    const struct xd_app *a = ctx;

    return xd_use_if(a->topo->root[0]);
}

enum xd_use xd_use_topo_domain(const void *ctx)
{
    const struct xd_table *t = xd_app_table(ctx, "domains");

    return xd_use_if(t && t->n);
}

enum xd_use xd_use_topo_place(const void *ctx)
{
    const struct xd_app *a = ctx;
    const struct xd_topo_thing *o = xd_topo_under_cursor(a, &a->screens[a->screen]);

    return xd_use_if(o && pcpus_of(o) && xd_topo_domain(a));
}
