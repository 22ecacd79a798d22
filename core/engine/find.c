/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects by what people type: "domain/web1", "domain/5", "domain/UUID", "vcpu/web1/0", "host",
 * "web1". Keys are found by hash; labels too, by an index that is made when first asked for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "engine/world_impl.h"

#define HITS_MAX 4 /* so many are named when a name means more than one thing */

struct hits {
    const struct xd_row *row[HITS_MAX];
    size_t n; /* may be more than HITS_MAX */
};

static void hit(struct hits *h, const struct xd_row *r)
{
    for (size_t i = 0; i < h->n && i < HITS_MAX; i++)
        if (h->row[i] == r)
            return;
    if (h->n < HITS_MAX)
        h->row[h->n] = r;
    h->n++;
}

/* --- rows by label --- */

static uint32_t hash(const char *s)
{
    uint32_t h = 2166136261u; /* FNV-1a */

    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    return h;
}

void xd_find_cache_drop(struct xd_find_cache *c)
{
    for (size_t i = 0; i < c->n; i++) {
        free(c->index[i].head);
        free(c->index[i].next);
    }
    c->n = 0;
}

static const struct xd_label_index *label_index(struct xd_find_cache *c, const struct xd_table *t)
{
    struct xd_label_index *x;
    char label[XD_KEY_MAX];
    size_t slots = 16;

    for (size_t i = 0; i < c->n; i++)
        if (c->index[i].table == t)
            return &c->index[i];
    if (c->n == XD_LABEL_INDEXES)
        xd_find_cache_drop(c);
    x = &c->index[c->n++];
    while (slots < 2 * t->n)
        slots *= 2;
    x->table = t;
    x->mask = slots - 1;
    x->head = xd_malloc(slots * sizeof(*x->head));
    x->next = xd_malloc((t->n + 1) * sizeof(*x->next));
    for (size_t i = t->n; i-- > 0;) { /* backwards, so that chains are in the table's order */
        uint32_t *head = &x->head[hash(xd_row_label(t->desc, t->rows[i], label)) & x->mask];

        x->next[i] = *head;
        *head = (uint32_t)i + 1;
    }
    return x;
}

static void find_label(const struct xd_world *w, const struct xd_table *t, const char *name,
                       struct hits *h)
{
    const struct xd_label_index *x = label_index(w->found, t);
    char label[XD_KEY_MAX];

    for (uint32_t i = x->head[hash(name) & x->mask]; i; i = x->next[i - 1])
        if (strcmp(xd_row_label(t->desc, t->rows[i - 1], label), name) == 0)
            hit(h, t->rows[i - 1]);
}

/* A table with a number beside its names ("id") can be asked by it too. */
static void find_id(const struct xd_table *t, const char *text, struct hits *h)
{
    int col = xd_desc_column(t->desc, "id");
    uint64_t id;

    if (col < 0 || t->desc->columns[col].kind.type != XD_U64 || xd_parse_u64(text, &id))
        return;
    for (size_t i = 0; i < t->n; i++)
        if (xd_row_has(t->rows[i], col) && t->rows[i]->cell[col].u == id)
            hit(h, t->rows[i]);
}

static void find_row(const struct xd_world *w, const struct xd_table *t, const char *name,
                     struct hits *h);

/* "5/0" of a child table: the parent "5" and then its child "0". */
static void find_child(const struct xd_world *w, const struct xd_table *t, const char *name,
                       struct hits *h)
{
    const struct xd_table *parent = t->desc->parent ? xd_world_table(w, t->desc->parent) : NULL;
    const char *slash = strrchr(name, '/');
    char first[XD_KEY_MAX], key[2 * XD_KEY_MAX];
    struct hits up = {.n = 0};

    if (!parent || !slash || slash - name >= XD_KEY_MAX || strlen(slash) >= XD_KEY_MAX)
        return;
    memcpy(first, name, (size_t)(slash - name));
    first[slash - name] = '\0';
    find_row(w, parent, first, &up);
    for (size_t i = 0; i < up.n && i < HITS_MAX; i++) {
        const struct xd_row *r;

        xd_row_key(parent->desc, up.row[i], key);
        strcat(key, slash);
        r = xd_table_find(t, key);
        if (r)
            hit(h, r);
    }
}

static void find_row(const struct xd_world *w, const struct xd_table *t, const char *name,
                     struct hits *h)
{
    const struct xd_row *r = xd_table_find(t, name);

    if (r) { /* an identity beats every name, whatever a guest calls itself */
        hit(h, r);
        return;
    }
    find_label(w, t, name, h);
    find_id(t, name, h);
    if (!h->n)
        find_child(w, t, name, h);
}

/* --- errors --- */

static int not_unique(const struct xd_table *t, const char *name, const struct hits *h,
                      struct xd_err *err)
{
    struct xd_buf all = XD_BUF_INIT;
    char key[XD_KEY_MAX], label[XD_KEY_MAX];

    for (size_t i = 0; i < h->n && i < HITS_MAX; i++)
        xd_buf_printf(&all, "%s%s/%s (%s)", i ? ", " : "", t->desc->noun,
                      xd_row_key(t->desc, h->row[i], key), xd_row_label(t->desc, h->row[i], label));
    xd_err_set(err, -ENOTUNIQ, "\"%s\" means %zu things: %s%s; name one of them in full", name,
               h->n, xd_buf_str(&all), h->n > HITS_MAX ? " …" : "");
    xd_buf_done(&all);
    return -ENOTUNIQ;
}

static int not_found(const struct xd_world *w, const struct xd_table *t, const char *name,
                     struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    const char **names = xd_arena_array(&a, t->n + 1, sizeof(*names));
    const char *trouble = xd_world_trouble(w, t->desc->name);
    char label[XD_KEY_MAX];
    const char *near;

    for (size_t i = 0; i < t->n; i++)
        names[i] = xd_arena_strdup(&a, xd_row_label(t->desc, t->rows[i], label));
    near = xd_str_nearest(name, names, t->n);
    if (near)
        xd_err_set(err, -ENOENT, "there is no %s \"%s\": did you mean %s?", t->desc->noun, name,
                   near);
    else
        xd_err_set(err, -ENOENT, "there is no %s \"%s\" among %zu%s%s", t->desc->noun, name, t->n,
                   trouble ? "; but " : "", trouble ? trouble : "");
    xd_arena_done(&a);
    return -ENOENT;
}

/* --- paths --- */

const struct xd_table_desc *xd_world_desc_of(const struct xd_world *w, const char *path,
                                             const char **rest)
{
    const struct xd_table_desc *d;
    size_t len = strcspn(path, "/");

    for (size_t i = 0; (d = xd_world_desc(w, i)); i++) {
        bool is = (strlen(d->noun) == len && strncmp(d->noun, path, len) == 0) ||
                  (strlen(d->name) == len && strncmp(d->name, path, len) == 0);

        /* "host" needs no more; "domain" alone is somebody's name. */
        if (is && (path[len] || d->keys[0] < 0)) {
            *rest = path[len] ? path + len + 1 : "";
            return d;
        }
    }
    return NULL;
}

int xd_world_find(const struct xd_world *w, const char *path, const struct xd_table **table,
                  const struct xd_row **row, struct xd_err *err)
{
    const char *name = path ? path : "";
    const struct xd_table_desc *d = xd_world_desc_of(w, name, &name);
    const char *table_name = d ? d->name : "domains";
    const struct xd_table *t = xd_world_table(w, table_name);
    struct hits h = {.n = 0};

    if (!path || !path[0])
        return xd_err_set(err, -EINVAL,
                          "an object is needed: domain/NAME, vcpu/NAME/NUMBER, pool/NAME or host");
    if (!t || (t->state == XD_TABLE_MISSING && !t->n))
        return xd_err_set(err, -ENODEV, "%s can't be looked up, %s are not known: %s", path,
                          table_name, xd_world_trouble(w, table_name));
    if (d && d->keys[0] < 0 && !name[0] && t->n)
        hit(&h, t->rows[0]);
    else
        find_row(w, t, name, &h);
    if (h.n > 1)
        return not_unique(t, name, &h, err);
    if (!h.n)
        return not_found(w, t, name, err);
    *table = t;
    *row = h.row[0];
    return 0;
}
