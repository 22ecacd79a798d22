/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Xen's own file system (hypfs): the table params, and setting what can be set in it while Xen
 * runs. See docs/misc/hypfs-paths in Xen's source. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_libxl/knobs.h"
#include "backend_libxl/limits.h"
#include "backend_libxl/rules.h"
#include "base/arena.h"

/* Nobody has so many; a hypervisor that lost its way must not take us along. */
#define DEPTH_MAX   8
#define ENTRIES_MAX 4096
/* Longer ones, and those that Xen keeps compressed, are files rather than values. */
#define VALUE_MAX 1024

static const struct {
    unsigned short hypfs;
    enum xd_xl_param_type type;
    const char *name;
} types[] = {
    {xenhypfs_type_blob, XD_XL_PARAM_BLOB, "blob"},
    {xenhypfs_type_string, XD_XL_PARAM_STRING, "string"},
    {xenhypfs_type_uint, XD_XL_PARAM_UINT, "uint"},
    {xenhypfs_type_int, XD_XL_PARAM_INT, "int"},
    {xenhypfs_type_bool, XD_XL_PARAM_BOOL, "bool"},
};

static size_t type_of(const struct xenhypfs_dirent *e)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (types[i].hypfs == e->type)
            return i;
    return 0;
}

static bool is_value(const struct xenhypfs_dirent *e)
{
    return types[type_of(e)].type != XD_XL_PARAM_BLOB && e->encoding == xenhypfs_enc_plain &&
           e->size <= VALUE_MAX;
}

char *xd_xl_pool_gran(struct xd_xl *x, uint32_t pool)
{
    xenhypfs_handle *fs = xd_xl_hypfs(x);
    char path[48];

    snprintf(path, sizeof(path), "/cpupool/%u/sched-gran", pool);
    return fs ? xenhypfs_read(fs, path) : NULL;
}

/* --- the table --- */

struct walk {
    xenhypfs_handle *fs;
    struct xd_rows *t;
    size_t n;
};

static void put_entry(struct walk *w, const char *path, const struct xenhypfs_dirent *e)
{
    char *value = is_value(e) ? xenhypfs_read(w->fs, path) : NULL;

    xd_row_begin(w->t);
    xd_put_str(w->t, XD_PARAM_NAME, path);
    xd_put_str(w->t, XD_PARAM_VALUE, value);
    xd_put_str(w->t, XD_PARAM_TYPE, types[type_of(e)].name);
    xd_put_bool(w->t, XD_PARAM_WRITABLE, e->flags & XENHYPFS_FLAG_WRITABLE);
    free(value);
}

static void walk(struct walk *w, const char *dir, int depth)
{
    char path[XD_KEY_MAX];
    unsigned n = 0;
    struct xenhypfs_dirent *list = xenhypfs_readdir(w->fs, dir[0] ? dir : "/", &n);

    if (!list) {
        xd_build_reason(w->t, "%s can't be read: %s", dir[0] ? dir : "/", strerror(errno));
        return;
    }
    for (unsigned i = 0; i < n && w->n < ENTRIES_MAX; i++, w->n++) {
        if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, list[i].name) >= sizeof(path))
            continue; /* no key could hold it */
        if (list[i].type != xenhypfs_type_dir)
            put_entry(w, path, &list[i]);
        else if (depth < DEPTH_MAX)
            walk(w, path, depth + 1);
    }
    free(list);
}

void xd_xl_collect_params(struct xd_xl_sample *s)
{
    struct walk w = {.n = 0};

    if (!xd_wanted(s->x->env, &xd_params_desc))
        return;
    w.fs = xd_xl_hypfs(s->x);
    if (!w.fs) {
        xd_build_missing(s->b, &xd_params_desc, "%s", XD_XL_HYPFS_LIMIT);
        return;
    }
    w.t = xd_build_table(s->b, &xd_params_desc, xd_clock_now(s->x->env->clock));
    walk(&w, "", 0);
}

/* --- the knob --- */

/* What Xen says of the entry now; to be freed. */
static struct xenhypfs_dirent *look_up(struct xd_xl *x, const struct xd_xl_target *t,
                                       struct xd_err *err)
{
    xenhypfs_handle *fs = xd_xl_hypfs(x);
    struct xenhypfs_dirent *e = NULL;
    void *content;

    if (!fs) {
        xd_err_set(err, -ENOTSUP, "%s: %s", t->what, XD_XL_HYPFS_LIMIT);
        return NULL;
    }
    content = xenhypfs_read_raw(fs, t->object->key, &e);
    free(content);
    if (!e)
        xd_err_set(err,
                   errno == ENOENT || errno == EINVAL || errno == ENAMETOOLONG ? -ESRCH : -errno,
                   "%s is not in this hypervisor: %s", t->what, strerror(errno));
    return e;
}

static int check_value_entry(const struct xd_xl_target *t, const struct xenhypfs_dirent *e,
                             struct xd_err *err)
{
    if (e->type == xenhypfs_type_dir)
        return xd_err_set(err, -EINVAL, "%s is a directory", t->what);
    if (!is_value(e))
        return xd_err_set(err, -ENOTSUP, "%s holds %zu bytes (%s) that are no value", t->what,
                          e->size, types[type_of(e)].name);
    return 0;
}

int xd_xl_get_param(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                    struct xd_err *err)
{
    struct xd_err found = XD_ERR_INIT;
    struct xenhypfs_dirent *e = look_up(x, t, &found);
    int rc = e ? check_value_entry(t, e, &found) : found.code;
    char *value = rc == 0 ? xenhypfs_read(x->facts.hypfs, t->object->key) : NULL;

    if (rc == 0 && !value)
        rc = xd_err_set(&found, errno ? -errno : -EIO, "%s can't be read: %s", t->what,
                        strerror(errno));
    if (value)
        *out = xd_xl_text_value(t, value);
    if (rc < 0 && err)
        *err = found;
    free(value);
    free(e);
    return rc;
}

static int write_failed(const struct xd_xl_target *t, const char *text, int errnum,
                        struct xd_err *err)
{
    switch (errnum) {
    case EINVAL:
    case EDOM:
    case ERANGE:
    case 0: /* libxenhypfs says nothing of some numbers that it can't read */
        return xd_err_set(err, -EINVAL, "%s: Xen doesn't take \"%s\" for it", t->what, text);
    case ENOSPC:
        return xd_err_set(err, -EINVAL, "%s: \"%s\" is too long for it", t->what, text);
    case EBUSY:
        return xd_err_set(err, -EINVAL,
                          "%s can't be changed just now: the granularity of a cpupool only while "
                          "it has no pCPU",
                          t->what);
    default:
        return xd_err_set(err, -errnum, "%s was not set to \"%s\": %s", t->what, text,
                          strerror(errnum));
    }
}

static int check_write(const struct xd_xl_target *t, const struct xenhypfs_dirent *e,
                       const char *text, struct xd_err *err)
{
    int rc = check_value_entry(t, e, err);

    if (rc == 0 && !(e->flags & XENHYPFS_FLAG_WRITABLE))
        rc = xd_err_set(err, -EACCES,
                        "%s can't be changed while Xen runs: what begins with /params stands on "
                        "Xen's command line",
                        t->what);
    if (rc == 0)
        rc = xd_xl_check_param(t->what, types[type_of(e)].type, e->size, text, err);
    return rc;
}

int xd_xl_put_param(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                    struct xd_err *err)
{
    struct xd_err found = XD_ERR_INIT;
    struct xenhypfs_dirent *e = look_up(x, t, &found);
    int rc = e ? check_write(t, e, v->cell.s, &found) : found.code;

    free(e);
    errno = 0;
    if (rc == 0 && xenhypfs_write(x->facts.hypfs, t->object->key, v->cell.s) < 0)
        rc = write_failed(t, v->cell.s, errno, &found);
    if (rc < 0 && err)
        *err = found;
    return rc;
}
