/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of several sources that tell of one host: "ground" has domains with disks, "extra"
 * fills in how long they wait; both count how often they are asked, and wake up when a test pokes
 * them. */
#ifndef TEST_SOURCES_HELP_H
#define TEST_SOURCES_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "engine/session.h"
#include "engine/worker.h"
#include "model/tables.h"

#define WEB1 "11111111-1111-1111-1111-111111111111"

/* The host of this program. */
static struct {
    int ground_samples, extra_samples, poke;
    bool has_xvdb, extra_fails, extra_says_why, glanced;
    uint64_t weight_asked; /* columns of domains that were wanted at the last sample */
    const char *bad_file;
} host;

/* --- ground --- */

static const struct xd_param attach_params[] = {
    {"vdev", "Device", "its name", {.type = XD_STR}, NULL},
    {"target", "Target", "what is behind it", {.type = XD_STR}, NULL},
    {0},
};
enum { ATTACH, DETACH, RAISE };
static const struct xd_action actions[] = {
    [ATTACH] = {.name = "disk-attach",
                .table = "domains",
                .title = "Attach",
                .help = "a disk",
                .params = attach_params,
                .inverse = "disk/{uuid}/{vdev} disk-detach",
                .previews = true,
                .xl = "xl block-attach {name} {target} {vdev}[ {nothing}]"},
    [DETACH] = {.name = "disk-detach",
                .table = "disks",
                .title = "Detach",
                .help = "a disk",
                .inverse = "domain/{domain_uuid} disk-attach vdev={vdev} target={target}"},
    [RAISE] = {.name = "raise", .table = "domains", .title = "Raise", .help = "can't be had"},
    {0},
};
static const struct xd_knob knobs[] = {
    {.name = "sched.period",
     .table = "domains",
     .column = "weight",
     .title = "Period",
     .help = "rtds",
     .kind = {.type = XD_U64}},
    {.name = "name",
     .table = "domains",
     .column = "name",
     .title = "Name",
     .help = "its name",
     .kind = {.type = XD_STR}},
    {0},
};

static int ground_open(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    *self = (void *)env;
    return 0;
}

static void ground_close(void *self)
{
}

static int ground_collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    const struct xd_backend_env *env = self;
    int64_t now = xd_clock_now(env->clock);
    struct xd_rows *t;

    host.ground_samples++;
    host.weight_asked = xd_wanted(env, &xd_domains_desc);
    host.glanced = xd_glances(env, &xd_domains_desc);
    t = xd_build_table(b, &xd_domains_desc, now);
    xd_row_begin(t);
    xd_put_str(t, XD_DOMAIN_UUID, WEB1);
    xd_put_str(t, XD_DOMAIN_NAME, "web1");
    xd_put_u64(t, XD_DOMAIN_WEIGHT, 256);
    if (xd_wanted(env, &xd_disks_desc)) {
        t = xd_build_table(b, &xd_disks_desc, now);
        for (int i = 0; i < 1 + host.has_xvdb; i++) {
            xd_row_begin(t);
            xd_put_str(t, XD_DISK_DOMAIN_UUID, WEB1);
            xd_put_str(t, XD_DISK_DOMAIN, "web1");
            xd_put_str(t, XD_DISK_VDEV, i ? "xvdb" : "xvda");
            xd_put_str(t, XD_DISK_TARGET, i ? "/a \"b\" c" : "/a");
        }
    }
    t = xd_build_table(b, &xd_limits_desc, now);
    xd_row_begin(t);
    xd_put_str(t, XD_LIMIT_NAME, "sched.period");
    xd_put_str(t, XD_LIMIT_REASON, "this hypervisor is built without rtds");
    xd_row_begin(t);
    xd_put_str(t, XD_LIMIT_NAME, "raise");
    xd_put_str(t, XD_LIMIT_REASON, "nobody can");
    return 0;
}

static int ground_read(void *self, const struct xd_object *o, const struct xd_knob *k,
                       struct xd_arena *a, struct xd_value *out, struct xd_err *err)
{
    *out = (struct xd_value){.have = true, .type = XD_STR, .cell.s = "web1"};
    return 0;
}

static int ground_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                        const struct xd_value *v, struct xd_err *err)
{
    return xd_err_set(err, -EPERM, "no name is changed here");
}

static int ground_act(void *self, const struct xd_object *o, const struct xd_action *a,
                      const struct xd_value *params, struct xd_progress *p, struct xd_err *err)
{
    if (a == &actions[ATTACH]) {
        if (strcmp(params[0].cell.s, "xvdb") != 0 || strcmp(params[1].cell.s, "/a \"b\" c") != 0)
            return xd_err_set(err, -EINVAL, "only xvdb can be attached, found %s with %s",
                              params[0].cell.s, params[1].cell.s);
        host.has_xvdb = true;
    } else {
        if (strcmp(o->key, WEB1 "/xvdb") != 0)
            return xd_err_set(err, -ESRCH, "there is no disk %s", o->key);
        host.has_xvdb = false;
    }
    return 0;
}

static int ground_settled(void *self, const struct xd_object *o, const struct xd_action *a,
                          struct xd_err *err)
{
    return host.has_xvdb == (a == &actions[ATTACH]);
}

static int ground_preview(void *self, const struct xd_object *o, const struct xd_action *a,
                          const struct xd_value *params, struct xd_buf *out, struct xd_err *err)
{
    if (host.bad_file && strcmp(params[1].cell.s, host.bad_file) == 0)
        return xd_err_set(err, -ENOENT, "%s is not there", host.bad_file);
    xd_buf_printf(out, "a disk of 2 GiB\n%s\x1b[31m", params[1].cell.s);
    return 0;
}

static int ground_wake_fd(void *self)
{
    return host.poke;
}

static bool ground_wake(void *self)
{
    eventfd_t n;

    return eventfd_read(host.poke, &n) == 0;
}

static const struct xd_table_desc *const ground_tables[] = {&xd_domains_desc, &xd_disks_desc,
                                                            &xd_limits_desc, NULL};
static const struct xd_backend ground = {
    .abi = XD_BACKEND_ABI,
    .name = "ground",
    .title = "Ground",
    .help = "domains and disks",
    .live = true,
    .tables = ground_tables,
    .knobs = knobs,
    .actions = actions,
    .open = ground_open,
    .close = ground_close,
    .collect = ground_collect,
    .wake_fd = ground_wake_fd,
    .wake = ground_wake,
    .read = ground_read,
    .write = ground_write,
    .act = ground_act,
    .settled = ground_settled,
    .preview = ground_preview,
};

/* --- extra --- */

static int extra_collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    const struct xd_backend_env *env = self;
    struct xd_rows *t;

    host.extra_samples++;
    if (host.extra_fails)
        return xd_err_set(err, -EBUSY, "another tracer holds the buffers");
    t = xd_build_table(b, &xd_domains_desc, xd_clock_now(env->clock));
    if (host.extra_says_why)
        xd_build_reason(t, "records were lost");
    xd_row_begin(t);
    xd_put_str(t, XD_DOMAIN_UUID, "99999999-9999-9999-9999-999999999999");
    xd_put_u64(t, XD_DOMAIN_READY_NS, 1);
    xd_row_begin(t);
    xd_put_str(t, XD_DOMAIN_UUID, WEB1);
    xd_put_u64(t, XD_DOMAIN_WEIGHT, 1); /* the ground knows better */
    xd_put_u64(t, XD_DOMAIN_READY_NS, (uint64_t)host.extra_samples * 500000000);
    return 0;
}

static const struct xd_table_desc *const extra_fills[] = {&xd_domains_desc, NULL};
static const uint64_t extra_columns[] = {UINT64_C(1) << XD_DOMAIN_READY_NS |
                                         UINT64_C(1) << XD_DOMAIN_READY};
static const struct xd_backend extra = {
    .abi = XD_BACKEND_ABI,
    .name = "extra",
    .title = "Extra",
    .help = "ready time",
    .live = true,
    .fills = extra_fills,
    .fill_columns = extra_columns,
    .open = ground_open,
    .close = ground_close,
    .collect = extra_collect,
};

/* --- the bench --- */

static const struct xd_backend *const backends[] = {&ground, &extra, NULL};

struct bench {
    struct xd_registry *registry;
    struct xd_clock clock;
    struct xd_log log;
    struct xd_session *s;
};

static inline const struct xd_world *open_host_for(struct bench *b, bool tells)
{
    struct xd_session_config c = {.host = "live",
                                  .tells = tells,
                                  .interval_ns = XD_NS_PER_S,
                                  .inline_workers = true,
                                  .journal = "",
                                  .who = "test"};

    memset(b, 0, sizeof(*b));
    memset(&host, 0, sizeof(host));
    host.poke = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    xd_clock_init_manual(&b->clock, INT64_C(1700000000) * XD_NS_PER_S);
    xd_log_init(&b->log, &b->clock);
    assert_int_equal(xd_registry_new(backends, NULL, NULL, &b->log, &b->registry, NULL), 0);
    c.registry = b->registry;
    c.clock = &b->clock;
    c.log = &b->log;
    assert_int_equal(xd_session_open(&c, &b->s, NULL), 0);
    assert_int_equal(xd_session_wait_samples(b->s, 1, XD_NS_PER_S, NULL), 0);
    return xd_session_world(b->s);
}

static inline const struct xd_world *open_host(struct bench *b)
{
    return open_host_for(b, false);
}

static inline void close_host(struct bench *b)
{
    xd_session_close(b->s);
    xd_registry_free(b->registry);
    xd_log_done(&b->log);
    close(host.poke);
}

static inline void pass(struct bench *b, int64_t ns)
{
    xd_clock_advance(&b->clock, ns);
    xd_session_dispatch(b->s);
    xd_session_dispatch(b->s);
}

static inline const struct xd_row *web1(const struct xd_world *w)
{
    const struct xd_table *t = xd_world_table(w, "domains");

    assert_non_null(t);
    assert_int_equal(t->n, 1);
    return xd_table_find(t, WEB1);
}

#endif
