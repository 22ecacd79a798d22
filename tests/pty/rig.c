/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host for the test of handing the terminal over: a module, --host rig, with two domains that
 * have a console. The program for it is `xl` on the PATH, which the test brings along. */
#include <errno.h>
#include <stdio.h>

#include "model/backend.h"
#include "model/tables.h"

struct rig {
    const struct xd_backend_env *env;
    uint64_t samples;
};

static const struct xd_param make_params[] = {
    {"file", "Config file", "What to make; \"bad\" can't be made", {.type = XD_STR}, NULL},
    {0},
};

static const struct xd_action actions[] = {
    {.name = "make",
     .table = "domains",
     .title = "Make",
     .help = "Tells beforehand what it would make",
     .risk = XD_RISK_LOW,
     .params = make_params,
     .previews = true},
    {.name = "console",
     .table = "domains",
     .title = "Console",
     .help = "Give the terminal to the guest's console",
     .risk = XD_RISK_LOW,
     .terminal = "xl console {id}"},
    {0},
};

static int rig_open(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    static struct rig rigs[2]; /* an observer, an operator */
    struct rig *r = &rigs[env->role];

    r->env = env;
    *self = r;
    return 0;
}

static void rig_close(void *self)
{
}

/* The name says how often it was looked: the session goes on while another has the terminal. */
static int rig_collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    static const char *const uuids[] = {"11111111-1111-1111-1111-111111111111",
                                        "22222222-2222-2222-2222-222222222222"};
    struct rig *r = self;
    int64_t now = xd_clock_now(r->env->clock);
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, now);
    char name[32];

    r->samples++;
    for (uint64_t i = 0; i < 2; i++) {
        xd_row_begin(t);
        snprintf(name, sizeof(name), i ? "other" : "guest-%s", r->samples > 6 ? "late" : "early");
        xd_put_str(t, XD_DOMAIN_UUID, uuids[i]);
        xd_put_str(t, XD_DOMAIN_NAME, name);
        if (i == 0)
            xd_put_u64(t, XD_DOMAIN_ID, 5); /* the other's id is unknown */
        xd_put_enum(t, XD_DOMAIN_STATE, XD_STATE_BLOCKED);
    }
    return 0;
}

/* Longer than a screen. */
static int rig_preview(void *self, const struct xd_object *o, const struct xd_action *a,
                       const struct xd_value *params, struct xd_buf *out, struct xd_err *err)
{
    if (xd_streq(params[0].cell.s, "bad"))
        return xd_err_set(err, -EINVAL, "bad:3:1: nothing is known of \"kernle\"");
    for (int i = 1; i <= 40; i++)
        xd_buf_printf(out, "would make %s of %s, part %d\n", o->label, params[0].cell.s, i);
    return 0;
}

/* Never called: who gets the terminal changes nothing on the host. */
static int rig_act(void *self, const struct xd_object *o, const struct xd_action *a,
                   const struct xd_value *params, struct xd_progress *p, struct xd_err *err)
{
    return xd_err_set(err, -ENOTSUP, "%s is no step", a->name);
}

static const struct xd_table_desc *const tables[] = {&xd_domains_desc, NULL};

extern const struct xd_backend xd_backend_module;
const struct xd_backend xd_backend_module = {
    .abi = XD_BACKEND_ABI,
    .name = "rig",
    .title = "Test rig",
    .help = "For tests of the terminal",
    .tables = tables,
    .actions = actions,
    .open = rig_open,
    .close = rig_close,
    .collect = rig_collect,
    .act = rig_act,
    .preview = rig_preview,
};
