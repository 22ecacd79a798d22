/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUID policies of a Xen host: the processor's, what guests of each kind can have, and what each
 * domain was given when it was made, which is for life. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend_cpuid/card.h"
#include "backend_cpuid/host.h"
#include "base/str.h"
#include "model/tables.h"

/* Policies are read anew when domains came or went, and every now and then: a domain gets its own a
 * moment after it appeared, and may be renamed. */
#define AGAIN_NS INT64_C(5000000000)

extern const struct xd_backend xd_backend_module;

/* --- the backend --- */

static int open_instance(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    struct xd_ci *c = xd_malloc(sizeof(*c));

    c->env = env;
    xd_xen_logger_init(&c->logger, env->log);
    c->xc = xc_interface_open(&c->logger.vtable, &c->logger.vtable, 0);
    if (!c->xc) {
        int code = -(errno ? errno : EIO);

        free(c);
        return xd_err_set(err, code, "the hypervisor can't be reached: %s", strerror(-code));
    }
    *self = c;
    return 0;
}

static void close_instance(void *self)
{
    struct xd_ci *c = self;

    xd_snapshot_unref(c->kept);
    xc_interface_close(c->xc);
    free(c);
}

static int read_all(struct xd_ci *c, bool leaves, uint64_t state, int64_t now, struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf trouble = XD_BUF_INIT;
    struct xd_cpuid_policy *list = NULL;
    size_t n = 0;
    int rc = xd_ci_ask(c, &a, &list, &n, &trouble, err);

    if (rc == 0) {
        struct xd_builder *b = xd_builder_new(xd_backend_module.name);
        struct xd_rows *rows = xd_build_table(b, &xd_cpuid_desc, now);

        if (trouble.len)
            xd_build_reason(rows, "%s", xd_buf_str(&trouble));
        if (leaves)
            xd_build_table(b, &xd_cpuid_leaves_desc, now);
        for (size_t i = 0; i < n; i++)
            xd_cpuid_put(b, now, &list[i], leaves);
        xd_snapshot_unref(c->kept);
        c->kept = xd_builder_seal(b, NULL, 0, now, 0, 0);
        c->kept_leaves = leaves;
        c->state = state;
        c->read_at_ns = now;
    }
    xd_buf_done(&trouble);
    xd_arena_done(&a);
    return rc;
}

static int collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    struct xd_ci *c = self;
    int64_t now = xd_clock_now(c->env->clock);
    bool leaves = xd_wanted(c->env, &xd_cpuid_leaves_desc);
    struct xd_err why = XD_ERR_INIT;
    uint64_t state;

    if (!leaves && !xd_wanted(c->env, &xd_cpuid_desc))
        return 0;
    state = xd_ci_state(c);
    if ((!c->kept || (leaves && !c->kept_leaves) || state != c->state ||
         now - c->read_at_ns >= AGAIN_NS) &&
        read_all(c, leaves, state, now, &why) < 0) {
        for (size_t i = 0; xd_cpuid_tables[i]; i++)
            xd_build_missing(b, xd_cpuid_tables[i], "%s", xd_err_text(&why));
        xd_err_clear(&why);
        return 0;
    }
    xd_build_lend(b, c->kept, xd_cpuid_desc.name);
    if (leaves)
        xd_build_lend(b, c->kept, xd_cpuid_leaves_desc.name);
    return 0;
}

static void doctor(void *self, struct xd_builder *b)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf trouble = XD_BUF_INIT;
    struct xd_cpuid_policy *list = NULL;
    struct xd_err err = XD_ERR_INIT;
    size_t n = 0;
    char found[64];

    if (!self)
        return;
    if (xd_ci_ask(self, &a, &list, &n, &trouble, &err) < 0)
        xd_buf_add(&trouble, xd_err_text(&err));
    snprintf(found, sizeof(found), "policies: %zu", n);
    xd_build_check(b, "cpuid", "policies", trouble.len ? XD_CHECK_WARN : XD_CHECK_OK,
                   trouble.len ? xd_buf_str(&trouble) : found,
                   trouble.len ? "this xendeck may be built for another release of Xen" : NULL);
    xd_err_clear(&err);
    xd_buf_done(&trouble);
    xd_arena_done(&a);
}

const struct xd_backend xd_backend_module = {
    .abi = XD_BACKEND_ABI,
    .name = "cpuid",
    .title = "CPUID policies",
    .help =
        "What the processor can do, what Xen lets guests of each kind have of it, and what each "
        "domain was given",
    .live = true,
    .tables = xd_cpuid_tables,
    .probe = xd_xen_probe,
    .open = open_instance,
    .close = close_instance,
    .collect = collect,
    .doctor = doctor,
};
