/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What modules of power share: see power.h. */
#include "backend_shared/power.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "model/tables.h"

#define KEPT_NS (10 * XD_NS_PER_S)

/* --- edits --- */

int xd_power_knob_of(const struct xd_knob *knobs, const struct xd_object *o,
                     const struct xd_knob *k, struct xd_err *err)
{
    int i = 0;

    while (knobs[i].name && &knobs[i] != k)
        i++;
    if (!knobs[i].name)
        return xd_err_set(err, -ENOTSUP, "there is no knob %s of power", k->name);
    if (!xd_streq(o->table, k->table))
        return xd_err_set(err, -EINVAL, "%s is a knob of the table %s, and %s is one of %s",
                          k->name, k->table, o->label, o->table);
    return i;
}

const char *xd_power_who(const struct xd_object *o, char *out, size_t size)
{
    const char *noun = xd_streq(o->table, xd_pcpus_desc.name)   ? "pCPU "
                       : xd_streq(o->table, xd_pools_desc.name) ? "cpupool "
                                                                : "";

    snprintf(out, size, "%s%s", noun, o->label);
    return out;
}

int xd_power_out_of_range(const char *who, const struct xd_knob *k, uint64_t min, uint64_t max,
                          uint64_t found, struct xd_err *err)
{
    return xd_err_set(err, -ERANGE, "%s %s: wanted %" PRIu64 " to %" PRIu64 " %s, found %" PRIu64,
                      who, k->name, min, max, xd_unit_name(k->kind.unit), found);
}

int xd_power_check_value(const char *who, const struct xd_knob *k, const struct xd_value *v,
                         struct xd_err *err)
{
    uint64_t min = (uint64_t)k->min, max = (uint64_t)k->max;

    if (!v->have || v->type != k->kind.type)
        return xd_err_set(err, -EINVAL, "%s %s: wanted a value of type %s, found %s", who, k->name,
                          xd_type_name(k->kind.type), v->have ? xd_type_name(v->type) : "none");
    if (v->type != XD_U64 || min == max || (k->kind.zero && v->cell.u == 0) ||
        (v->cell.u >= min && v->cell.u <= max))
        return 0;
    return xd_power_out_of_range(who, k, min, max, v->cell.u, err);
}

int xd_power_check_governor(const char *who, const struct xd_knob *k, const char *list,
                            const char *name, struct xd_err *err)
{
    size_t len = strlen(name);
    char shown[40];

    for (const char *at = list ? list : ""; *at;) {
        size_t word = strcspn(at, " ");

        if (word && word == len && strncmp(at, name, len) == 0)
            return 0;
        at += word + strspn(at + word, " ");
    }
    xd_str_safe_to(shown, sizeof(shown), name);
    return xd_err_set(err, -EINVAL, "%s %s: wanted one of %s, found \"%s\"", who, k->name,
                      list ? list : "none", shown);
}

/* --- what there is not --- */

static void build(const struct xd_backend_env *env, const struct xd_knob *knobs, xd_power_why *why,
                  void *self, struct xd_builder *b)
{
    struct xd_rows *t = xd_build_table(b, &xd_limits_desc, xd_clock_now(env->clock));

    for (int i = 0; knobs[i].name; i++) {
        const char *reason = xd_row_wanted(env, &knobs[i].name, 1) ? why(self, i) : NULL;

        if (!reason)
            continue;
        xd_row_begin(t);
        xd_put_str(t, XD_LIMIT_NAME, knobs[i].name);
        xd_put_str(t, XD_LIMIT_REASON, reason);
    }
}

/* One that edits asks anew, and so does one that looks at some rows only. */
static bool keeps(const struct xd_backend_env *env)
{
    return env->role == XD_OBSERVER && xd_row_wanted(env, NULL, 0);
}

bool xd_power_limits_due(const struct xd_power_limits *l, const struct xd_backend_env *env)
{
    return xd_wanted(env, &xd_limits_desc) &&
           (!l->told || !keeps(env) || xd_clock_now(env->clock) - l->at_ns >= KEPT_NS);
}

void xd_power_limits_put(struct xd_power_limits *l, const struct xd_backend_env *env, bool due,
                         const struct xd_knob *knobs, xd_power_why *why, void *self,
                         struct xd_builder *b)
{
    if (!xd_wanted(env, &xd_limits_desc) || (!due && !l->told))
        return;
    if (due && !keeps(env)) {
        build(env, knobs, why, self, b);
        return;
    }
    if (due) {
        struct xd_builder *own = xd_builder_new("power");

        build(env, knobs, why, self, own);
        xd_snapshot_unref(l->told);
        l->at_ns = xd_clock_now(env->clock);
        l->told = xd_builder_seal(own, NULL, 1, l->at_ns, xd_clock_wall(env->clock), 0);
    }
    xd_build_lend(b, l->told, xd_limits_desc.name);
}

void xd_power_limits_done(struct xd_power_limits *l)
{
    xd_snapshot_unref(l->told);
    l->told = NULL;
}
