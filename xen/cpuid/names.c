/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of features and models, found whatever their case and their dashes. */
#include "xen/cpuid/db_impl.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char plain(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '_' || c == '.' ? '-' : c;
}

bool xd_cpuid_key(const char *name, size_t len, char out[XD_CPUID_NAME_MAX])
{
    if (len >= XD_CPUID_NAME_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        out[i] = plain(name[i]);
    out[len] = '\0';
    return true;
}

bool xd_cpuid_model_name_ok(const char *name, size_t len)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char others[] = "0123456789._-";

    for (size_t i = 0; i < len; i++)
        if (!name[i] || (!strchr(letters, name[i]) && !strchr(others, name[i])))
            return false;
    return len > 0 && len < XD_CPUID_NAME_MAX;
}

int xd_cpuid_name_add(struct xd_arena *a, struct xd_cpuid_name **names, size_t *n,
                      enum xd_cpuid_system system, const char *name, int what,
                      const struct xd_yaml *at, struct xd_err *err)
{
    char key[XD_CPUID_NAME_MAX];

    if (!*name || !xd_cpuid_key(name, strlen(name), key))
        return xd_yaml_error(at, err, "a name has 1 to %d bytes", XD_CPUID_NAME_MAX - 1);
    *names = xd_arena_grow(a, *names, *n, sizeof(**names));
    (*names)[(*n)++] = (struct xd_cpuid_name){xd_arena_strdup(a, key), system, what};
    return 0;
}

static int by_key(const void *pa, const void *pb)
{
    const struct xd_cpuid_name *a = pa, *b = pb;
    int order = strcmp(a->key, b->key);

    if (order == 0)
        order = (int)a->system - (int)b->system;
    return order ? order : a->what - b->what;
}

void xd_cpuid_names_sort(struct xd_cpuid_name *names, size_t n)
{
    if (n)
        qsort(names, n, sizeof(*names), by_key);
}

int xd_cpuid_names_find(const struct xd_cpuid_name *names, size_t n, enum xd_cpuid_system system,
                        const char *name, size_t len)
{
    char key[XD_CPUID_NAME_MAX];
    size_t low = 0, high = n;

    if (!xd_cpuid_key(name, len, key))
        return -1;
    while (low < high) { /* the first whose key isn't less */
        size_t mid = (low + high) / 2;

        if (strcmp(names[mid].key, key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < n && strcmp(names[low].key, key) == 0; low++)
        if (system == XD_CPUID_ANY || names[low].system == system)
            return names[low].what;
    return -1;
}

const char *xd_cpuid_names_nearest(const struct xd_cpuid_name *names, size_t n,
                                   enum xd_cpuid_system system, const char *name)
{
    const char **keys = xd_malloc((n + 1) * sizeof(*keys));
    char key[XD_CPUID_NAME_MAX];
    const char *near = NULL;
    size_t len = strlen(name), k = 0;

    if (xd_cpuid_key(name, len < sizeof(key) ? len : sizeof(key) - 1, key)) {
        for (size_t i = 0; i < n; i++)
            if (system == XD_CPUID_ANY || names[i].system == system)
                keys[k++] = names[i].key;
        near = xd_str_nearest(key, keys, k);
    }
    free(keys);
    return near;
}

const struct xd_cpuid_feature *xd_cpuid_find(const struct xd_cpuid_db *db,
                                             enum xd_cpuid_system system, const char *name,
                                             size_t len)
{
    int bit = xd_cpuid_names_find(db->names, db->n_names, system, name, len);

    return bit < 0 ? NULL : db->by_bit[bit];
}

const char *xd_cpuid_nearest(const struct xd_cpuid_db *db, enum xd_cpuid_system system,
                             const char *name)
{
    return xd_cpuid_names_nearest(db->names, db->n_names, system, name);
}

int xd_cpuid_glob(const struct xd_cpuid_db *db, const char *pattern, size_t len,
                  struct xd_featureset *out)
{
    char key[XD_CPUID_NAME_MAX];
    struct xd_featureset found = {{0}};

    /* Neither brackets nor backslashes: what fnmatch would make of them is no part of our language.
     */
    if (!xd_cpuid_key(pattern, len, key) || strpbrk(key, "[]\\"))
        return 0;
    for (size_t i = 0; i < db->n_names; i++)
        if (fnmatch(key, db->names[i].key, 0) == 0)
            xd_fs_add(&found, db->names[i].what);
    xd_fs_or(out, &found);
    return xd_fs_count(&found);
}

const char *xd_cpuid_name(const struct xd_cpuid_db *db, int bit, char buf[16])
{
    const struct xd_cpuid_word *w = xd_cpuid_word(bit / 32);

    if (db->by_bit[bit])
        return db->by_bit[bit]->name;
    if (w->name)
        snprintf(buf, 16, "%s.%d", w->name, bit % 32);
    else
        snprintf(buf, 16, "w%d.%d", bit / 32, bit % 32);
    return buf;
}

void xd_cpuid_list(const struct xd_cpuid_db *db, const struct xd_featureset *s, int most,
                   struct xd_buf *out)
{
    int n = xd_fs_count(s), shown = n > most ? most : n, i = 0;
    char buf[16];

    for (int bit = xd_fs_next(s, 0); bit >= 0 && i < shown; bit = xd_fs_next(s, bit + 1), i++)
        xd_buf_printf(out, "%s%s",
                      i == 0                         ? ""
                      : i == shown - 1 && shown == n ? " and "
                                                     : ", ",
                      xd_cpuid_name(db, bit, buf));
    if (shown < n)
        xd_buf_printf(out, " and %d more", n - shown);
}

const struct xd_cpuid_model *xd_cpuid_model(const struct xd_cpuid_db *db,
                                            enum xd_cpuid_system system, const char *name,
                                            size_t len)
{
    int i = xd_cpuid_names_find(db->model_names, db->n_model_names, system, name, len);

    return i < 0 ? NULL : &db->models[i];
}

const char *xd_cpuid_nearest_model(const struct xd_cpuid_db *db, const char *name)
{
    const char *near =
        xd_cpuid_names_nearest(db->model_names, db->n_model_names, XD_CPUID_ANY, name);

    if (!near) /* as it is written, not as it is looked for */
        return NULL;
    return xd_cpuid_model(db, XD_CPUID_ANY, near, strlen(near))->name;
}
