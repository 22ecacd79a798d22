/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/engine: several sources that tell of one host. "ground" has domains with disks, "extra"
 * fills in how long they wait; both count how often they are asked, and wake up when a test pokes
 * them. */
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
    bool has_xvdb, extra_fails, extra_says_why;
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

static const struct xd_world *open_host_for(struct bench *b, bool tells)
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

static const struct xd_world *open_host(struct bench *b)
{
    return open_host_for(b, false);
}

static void close_host(struct bench *b)
{
    xd_session_close(b->s);
    xd_registry_free(b->registry);
    xd_log_done(&b->log);
    close(host.poke);
}

static void pass(struct bench *b, int64_t ns)
{
    xd_clock_advance(&b->clock, ns);
    xd_session_dispatch(b->s);
    xd_session_dispatch(b->s);
}

static const struct xd_row *web1(const struct xd_world *w)
{
    const struct xd_table *t = xd_world_table(w, "domains");

    assert_non_null(t);
    assert_int_equal(t->n, 1);
    return xd_table_find(t, WEB1);
}

/* --- tests --- */

static void cells_of_two_sources_stand_in_one_row(void **state)
{
    struct bench b;
    const struct xd_world *w = open_host(&b);
    const struct xd_row *r = web1(w);

    assert_string_equal(xd_row_str(r, XD_DOMAIN_NAME, "?"), "web1");
    assert_int_equal(xd_row_u64(r, XD_DOMAIN_WEIGHT, 0), 256);
    assert_int_equal(xd_row_u64(r, XD_DOMAIN_READY_NS, 0), 500000000);
    assert_false(xd_row_has(r, XD_DOMAIN_READY));
    pass(&b, XD_NS_PER_S);
    r = web1(w);
    assert_float_equal(xd_row_f64(&xd_domains_desc, r, XD_DOMAIN_READY, -1), 50.0, 0.01);
    assert_null(xd_world_trouble(w, "domains"));
    host.extra_says_why = true;
    pass(&b, XD_NS_PER_S);
    assert_string_equal(xd_world_table(w, "domains")->reason, "records were lost");
    close_host(&b);
}

static void a_filling_that_fails_leaves_the_rows(void **state)
{
    struct bench b;
    const struct xd_world *w = open_host(&b);

    host.extra_fails = true;
    pass(&b, XD_NS_PER_S);
    assert_false(xd_row_has(web1(w), XD_DOMAIN_READY_NS));
    assert_int_equal(xd_row_u64(web1(w), XD_DOMAIN_WEIGHT, 0), 256);
    assert_string_equal(xd_world_table(w, "domains")->reason, "another tracer holds the buffers");
    assert_null(xd_world_trouble(w, "domains"));
    host.extra_fails = false;
    pass(&b, XD_NS_PER_S);
    assert_true(xd_row_has(web1(w), XD_DOMAIN_READY_NS));
    assert_null(xd_world_table(w, "domains")->reason);
    close_host(&b);
}

static void a_snapshot_that_somebody_holds_stays_as_it_is(void **state)
{
    struct bench b;
    const struct xd_row *r;
    struct xd_snapshot *held;

    open_host(&b);
    held = xd_session_snapshot(b.s, 0);
    host.extra_fails = true;
    for (int i = 0; i < 5; i++)
        pass(&b, XD_NS_PER_S);
    close_host(&b);
    r = xd_table_find(xd_snapshot_table(held, "domains"), WEB1);
    assert_int_equal(xd_row_u64(r, XD_DOMAIN_READY_NS, 0), 500000000);
    xd_snapshot_unref(held);
}

static void sources_nobody_looks_at_rest(void **state)
{
    const struct xd_want name[] = {{"domains", 1 << XD_DOMAIN_NAME}};
    const struct xd_want disks[] = {{"disks", XD_WANT_ALL}};
    const struct xd_want ready[] = {{"domains", UINT64_C(1) << XD_DOMAIN_READY}};
    struct bench b;
    const struct xd_world *w = open_host(&b);

    assert_int_equal(host.weight_asked, UINT64_MAX);
    xd_session_want(b.s, disks, 1);
    pass(&b, XD_NS_PER_S);
    assert_int_equal(host.weight_asked, 0);
    host.extra_samples = host.ground_samples = 0;
    for (int i = 0; i < 10; i++)
        pass(&b, XD_NS_PER_S);
    assert_int_equal(host.ground_samples, 10);
    assert_int_equal(host.extra_samples, 0);
    assert_false(xd_row_has(web1(w), XD_DOMAIN_READY_NS)); /* old, so it isn't shown */
    assert_null(xd_world_trouble(w, "disks"));

    xd_session_want(b.s, ready, 1); /* wanted again: sampled at once */
    xd_session_dispatch(b.s);
    assert_int_equal(host.extra_samples, 1);
    assert_int_equal(host.weight_asked, ready[0].columns);

    xd_session_want(b.s, name, 1);
    host.extra_samples = 0;
    pass(&b, XD_NS_PER_S);
    assert_int_equal(host.extra_samples, 0); /* names aren't its business */
    assert_null(xd_world_table(w, "disks")); /* which makes it wanted from now on */
    xd_session_dispatch(b.s);
    xd_session_dispatch(b.s);
    assert_non_null(xd_world_table(w, "disks"));
    xd_session_want(b.s, name, 1);
    pass(&b, XD_NS_PER_S);
    assert_non_null(xd_world_table(w, "disks"));
    close_host(&b);
}

/* A console says what it shows once it knows what there is: no trace is begun for that moment. */
static void nothing_dear_is_sampled_before_that_is_told(void **state)
{
    const struct xd_want ready[] = {{"domains", UINT64_C(1) << XD_DOMAIN_READY}};
    struct bench b;

    open_host_for(&b, true);
    assert_true(host.weight_asked >> XD_DOMAIN_WEIGHT & 1);
    assert_false(host.weight_asked >> XD_DOMAIN_READY & 1);
    assert_int_equal(host.extra_samples, 0);
    xd_session_want(b.s, ready, 1);
    xd_session_dispatch(b.s);
    assert_int_equal(host.extra_samples, 1);
    close_host(&b);
}

/* What several sources tell of one moment is of that moment: they sample on the ticks of one clock,
 * and an event's sample, which has none, doesn't bring the next one too near. */
static void samples_keep_to_common_ticks(void **state)
{
    const int64_t s = XD_NS_PER_S, ms = XD_NS_PER_MS;

    assert_int_equal(xd_worker_tick(7 * s, s), 8 * s);
    assert_int_equal(xd_worker_tick(7 * s + 30 * ms, s), 8 * s);
    assert_int_equal(xd_worker_tick(7 * s + 499 * ms, s), 8 * s);
    assert_int_equal(xd_worker_tick(7 * s + 500 * ms, s), 9 * s);
    assert_int_equal(xd_worker_tick(7 * s + 990 * ms, s), 9 * s);
    assert_int_equal(xd_worker_tick(61 * s, 60 * s), 120 * s);
    assert_int_equal(xd_worker_tick(5, INT64_MAX - 5), INT64_MAX);
}

/* A trace of the whole host is not started for who wants everything, but for who names it. */
static void dear_columns_are_sampled_for_who_names_them(void **state)
{
    const struct xd_want all[] = {{"domains", XD_WANT_ALL}};
    const struct xd_want both[] = {{"domains", XD_WANT_ALL},
                                   {"domains", UINT64_C(1) << XD_DOMAIN_READY}};
    struct bench b;

    open_host(&b);
    xd_session_want(b.s, all, 1);
    pass(&b, XD_NS_PER_S);
    assert_true(host.weight_asked >> XD_DOMAIN_WEIGHT & 1);
    assert_false(host.weight_asked >> XD_DOMAIN_READY & 1);
    xd_session_want(b.s, both, 2);
    pass(&b, XD_NS_PER_S);
    assert_true(host.weight_asked >> XD_DOMAIN_WEIGHT & 1);
    assert_true(host.weight_asked >> XD_DOMAIN_READY & 1);
    assert_false(host.weight_asked >> XD_DOMAIN_WAKES & 1);
    close_host(&b);
}

static void an_event_brings_a_sample_but_a_storm_only_a_few(void **state)
{
    struct bench b;

    open_host(&b);
    host.ground_samples = 0;
    xd_session_set_interval(b.s, 60 * XD_NS_PER_S);
    pass(&b, 200 * XD_NS_PER_MS);
    assert_int_equal(host.ground_samples, 0);
    eventfd_write(host.poke, 1);
    assert_int_equal(xd_session_timeout_ms(b.s), 0);
    pass(&b, XD_NS_PER_MS);
    assert_int_equal(host.ground_samples, 1);
    for (int i = 0; i < 1000; i++) {
        eventfd_write(host.poke, 1);
        pass(&b, XD_NS_PER_MS);
    }
    assert_int_equal(host.ground_samples, 3); /* after 0.2 and 0.6 s; then after 1.4 s */
    for (int i = 0; i < 50; i++) {
        pass(&b, 200 * XD_NS_PER_MS); /* slower, and no end */
        eventfd_write(host.poke, 1);
    }
    assert_in_range(host.ground_samples, 12, 14);
    pass(&b, XD_NS_PER_S); /* the last one's */
    pass(&b, 10 * XD_NS_PER_S);
    host.ground_samples = 0;
    eventfd_write(host.poke, 1);
    pass(&b, XD_NS_PER_MS);
    assert_int_equal(host.ground_samples, 1);
    close_host(&b);
}

static void refused(struct bench *b, const struct xd_wish *wish, const char *sentence)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;

    assert_int_equal(xd_plan_make(xd_session_world(b->s), wish, 1, &p, &err), -ENOTSUP);
    assert_string_equal(err.text, sentence);
}

static void what_a_host_has_not_is_refused_with_its_reason(void **state)
{
    struct bench b;
    const struct xd_world *w = open_host(&b);

    assert_string_equal(xd_world_limit(w, "raise"), "nobody can");
    assert_null(xd_world_limit(w, "disk-attach"));
    refused(&b, &(struct xd_wish){"web1", "sched.period", "10"},
            "web1 sched.period: not on this host: this hypervisor is built without rtds");
    refused(&b, &(struct xd_wish){"web1", "raise", NULL},
            "web1 raise: not on this host: nobody can");
    close_host(&b);
}

static const struct xd_wish attach = {"web1", "disk-attach", "vdev=xvdb target=\"/a \\\"b\\\" c\""};

static struct xd_plan *plan(struct bench *b, const struct xd_wish *wishes, size_t n)
{
    struct xd_plan *p = NULL;

    assert_int_equal(xd_plan_make(xd_session_world(b->s), wishes, n, &p, NULL), 0);
    return p;
}

static enum xd_outcome carry_out(struct bench *b, struct xd_plan *p)
{
    assert_int_equal(xd_session_apply(b->s, p, NULL), 0);
    enum xd_outcome o = xd_session_wait_plan(b->s);
    pass(b, XD_NS_PER_MS);
    return o;
}

static void attaching_is_undone_by_detaching_and_that_by_attaching(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct bench b;
    struct xd_plan *p;
    const struct xd_world *w = open_host(&b);

    p = plan(&b, &attach, 1);
    assert_string_equal(p->steps[0].xl, "xl block-attach web1 '/a \"b\" c' xvdb");
    assert_string_equal(p->steps[0].undo, "disk/" WEB1 "/xvdb disk-detach");
    assert_string_equal(p->steps[0].inverse, "disk/web1/xvdb disk-detach");
    assert_int_equal(carry_out(&b, p), XD_DONE);
    assert_true(host.has_xvdb);
    for (int i = 0; i < 2; i++) { /* and back, and forth: each undo is another entry */
        assert_int_equal(xd_plan_undo(w, xd_session_journal(b.s), (uint64_t)i + 1, &p, &err), 0);
        assert_int_equal(carry_out(&b, p), XD_DONE);
        assert_int_equal(host.has_xvdb, i);
    }
    close_host(&b);
}

static void a_plan_that_fails_detaches_what_it_attached(void **state)
{
    const struct xd_wish wishes[] = {attach, {"web1", "name", "web2"}};
    struct bench b;

    open_host(&b);
    assert_int_equal(carry_out(&b, plan(&b, wishes, 2)), XD_ROLLED_BACK);
    assert_false(host.has_xvdb);
    close_host(&b);
}

static void undoing_what_is_gone_is_refused(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct bench b;
    struct xd_plan *p;
    const struct xd_world *w = open_host(&b);

    assert_int_equal(carry_out(&b, plan(&b, &attach, 1)), XD_DONE);
    host.has_xvdb = false;
    pass(&b, XD_NS_PER_S);
    assert_int_equal(xd_plan_undo(w, xd_session_journal(b.s), 1, &p, &err), -ESRCH);
    assert_string_equal(err.text, "undoing 1: there is no disk \"" WEB1 "/xvdb\" among 1");
    close_host(&b);
}

static void an_action_says_beforehand_what_it_would_do(void **state)
{
    struct bench b;
    struct xd_plan *p, *other;

    open_host(&b);
    p = plan(&b, &attach, 1);
    other = plan(&b, &attach, 1);
    xd_session_ask_preview(b.s, other);
    xd_session_ask_preview(b.s, p);
    assert_int_equal(p->awaited, 1);
    xd_session_dispatch(b.s);
    assert_false(xd_session_take_preview(b.s, other)); /* only the newest question counts */
    assert_true(xd_session_take_preview(b.s, p));
    assert_int_equal(p->awaited, 0);
    assert_string_equal(p->steps[0].preview, "a disk of 2 GiB\n/a \"b\" c\xef\xbf\xbd[31m");
    assert_false(p->steps[0].preview_bad);
    assert_false(host.has_xvdb);

    host.bad_file = "/a \"b\" c";
    xd_session_ask_preview(b.s, p);
    xd_session_dispatch(b.s);
    assert_true(xd_session_take_preview(b.s, p));
    assert_true(p->steps[0].preview_bad);
    assert_string_equal(p->steps[0].preview, "/a \"b\" c is not there");
    xd_session_ask_preview(b.s, p); /* an answer that nobody takes is freed with the session */
    xd_session_dispatch(b.s);
    xd_plan_free(p);
    xd_plan_free(other);
    close_host(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_of_two_sources_stand_in_one_row),
        cmocka_unit_test(a_filling_that_fails_leaves_the_rows),
        cmocka_unit_test(a_snapshot_that_somebody_holds_stays_as_it_is),
        cmocka_unit_test(sources_nobody_looks_at_rest),
        cmocka_unit_test(dear_columns_are_sampled_for_who_names_them),
        cmocka_unit_test(nothing_dear_is_sampled_before_that_is_told),
        cmocka_unit_test(samples_keep_to_common_ticks),
        cmocka_unit_test(an_event_brings_a_sample_but_a_storm_only_a_few),
        cmocka_unit_test(what_a_host_has_not_is_refused_with_its_reason),
        cmocka_unit_test(attaching_is_undone_by_detaching_and_that_by_attaching),
        cmocka_unit_test(a_plan_that_fails_detaches_what_it_attached),
        cmocka_unit_test(undoing_what_is_gone_is_refused),
        cmocka_unit_test(an_action_says_beforehand_what_it_would_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
