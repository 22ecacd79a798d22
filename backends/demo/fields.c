/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The strict reader of maps: see fields.h. */
#include "backend_demo/fields.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

#define FIELDS_MAX 40

/* A bound as people would write it: "64G" and not 67108864. */
static const char *bound(const struct xd_demo_field *f, uint64_t v, struct xd_arena *a)
{
    struct xd_value value = {.have = true, .type = f->kind.type};

    if (f->kind.type == XD_F64)
        value.cell.f = (double)v;
    else
        value.cell.u = v;
    return xd_value_exact(&value, &f->kind, a);
}

static int out_of_range(const struct xd_demo_field *f, const struct xd_yaml *n, struct xd_arena *a,
                        struct xd_err *err)
{
    return xd_yaml_error(n, err, "%s: wanted %s to %s, found \"%s\"", f->key, bound(f, f->min, a),
                         bound(f, f->max, a), xd_str_safe(a, n->text, 60));
}

/* Raw on purpose: a scenario may give a domain a name as hostile as a guest's own text. */
static int read_text(const struct xd_demo_field *f, const struct xd_yaml *n, void *at,
                     struct xd_err *err)
{
    const char *text;
    int rc;

    rc = xd_yaml_str(n, f->key, &text, err);
    if (rc)
        return rc;
    if (f->min != f->max && (strlen(text) < f->min || strlen(text) > f->max))
        return xd_yaml_error(n, err, "%s: wanted %d to %d bytes, found %zu", f->key, (int)f->min,
                             (int)f->max, strlen(text));
    memcpy(at, &text, sizeof(text));
    return 0;
}

static int read_scalar(const struct xd_demo_field *f, const struct xd_yaml *n, unsigned n_cpus,
                       struct xd_arena *a, void *at, struct xd_err *err)
{
    bool bounded = f->min != f->max;
    struct xd_err why = XD_ERR_INIT;
    struct xd_value v;
    const char *text;
    int rc;

    if (f->kind.type == XD_STR)
        return read_text(f, n, at, err);
    rc = xd_yaml_str(n, f->key, &text, err);
    if (rc)
        return rc;
    if (xd_value_parse(text, &f->kind, n_cpus, a, &v, &why))
        return xd_yaml_error(n, err, "%s: %s", f->key, why.text);
    switch (f->kind.type) {
    case XD_BOOL:
        memcpy(at, &v.cell.b, sizeof(v.cell.b));
        break;
    case XD_ENUM:
        *(int *)at = (int)v.cell.i;
        break;
    case XD_F64:
        if (bounded && !(v.cell.f >= (double)f->min && v.cell.f <= (double)f->max))
            return out_of_range(f, n, a, err);
        memcpy(at, &v.cell.f, sizeof(v.cell.f));
        break;
    case XD_CPUSET:
        if (xd_cpuset_empty(v.cell.set))
            return xd_yaml_error(n, err, "%s: wanted at least one pCPU, found none", f->key);
        memcpy(at, &v.cell.set, sizeof(v.cell.set));
        break;
    default:
        if (bounded && (v.cell.u < f->min || v.cell.u > f->max))
            return out_of_range(f, n, a, err);
        memcpy(at, &v.cell.u, sizeof(v.cell.u));
    }
    return 0;
}

static int only_known(const struct xd_yaml *map, const struct xd_demo_field *fields,
                      struct xd_err *err)
{
    const char *keys[FIELDS_MAX];
    size_t n = 0;

    while (fields[n].key && n < FIELDS_MAX) {
        keys[n] = fields[n].key;
        n++;
    }
    return xd_yaml_only_keys(map, keys, n, err);
}

int xd_demo_fields_read(const struct xd_yaml *map, const struct xd_demo_field *fields,
                        unsigned n_cpus, struct xd_arena *a, void *into, struct xd_err *err)
{
    const struct xd_demo_field *f;
    const struct xd_yaml *n;
    int rc;

    rc = only_known(map, fields, err);
    for (f = fields; rc == 0 && f->key; f++) {
        char *at = (char *)into + f->offset;

        n = xd_yaml_get(map, f->key);
        if (!n) {
            if (f->must)
                rc = xd_yaml_error(map, err, "the key \"%s\" is missing", f->key);
        } else if (f->raw) {
            memcpy(at, &n, sizeof(n));
        } else if (f->child) {
            rc = xd_demo_fields_read(n, f->child, n_cpus, a, into, err);
        } else {
            rc = read_scalar(f, n, n_cpus, a, at, err);
        }
    }
    return rc;
}
