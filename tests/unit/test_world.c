/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/engine: what the world knows of its sources, and finding objects by what people type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_bench.h"

static const struct xd_world *world_with(struct bench *b)
{
    return bench_inline(b, "");
}

static void found(const struct xd_world *w, const char *path, const char *table, const char *label)
{
    const struct xd_table *t = NULL;
    const struct xd_row *r = NULL;
    struct xd_err err = XD_ERR_INIT;
    char got[XD_KEY_MAX];

    assert_int_equal(xd_world_find(w, path, &t, &r, &err), 0);
    assert_string_equal(t->desc->name, table);
    assert_string_equal(xd_row_label(t->desc, r, got), label);
}

static void not_found(const struct xd_world *w, const char *path, int code, const char *sentence)
{
    const struct xd_table *t;
    const struct xd_row *r;
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_world_find(w, path, &t, &r, &err), code);
    assert_string_equal(err.text, sentence);
    assert_int_equal(xd_world_find(w, path, &t, &r, NULL), code);
}

static void objects_by_what_people_type(void **state)
{
    struct bench b;
    const struct xd_world *w = world_with(&b);

    found(w, "domain/web1", "domains", "web1");
    found(w, "domains/web1", "domains", "web1");
    found(w, "web1", "domains", "web1");
    found(w, "domain/3", "domains", "web1");
    found(w, "3", "domains", "web1");
    found(w, "0", "domains", "Domain-0");
    found(w, "domain/22222222-2222-2222-2222-222222222222", "domains", "db1");
    found(w, "vcpu/web1/1", "vcpus", "web1/1");
    found(w, "vcpu/3/1", "vcpus", "web1/1");
    found(w, "vcpu/22222222-2222-2222-2222-222222222222/3", "vcpus", "db1/3");
    found(w, "pool/Pool-0", "pools", "Pool-0");
    found(w, "pool/0", "pools", "Pool-0");
    found(w, "host", "host", "");

    not_found(w, "domain/web2", -ENOENT, "there is no domain \"web2\": did you mean web1?");
    not_found(w, "vcpu/web1/9", -ENOENT, "there is no vcpu \"web1/9\": did you mean web1/0?");
    not_found(w, "zebra", -ENOENT, "there is no domain \"zebra\" among 3");
    not_found(w, "pool/zebra-pool", -ENOENT, "there is no pool \"zebra-pool\" among 1");
    not_found(w, "", -EINVAL,
              "an object is needed: domain/NAME, vcpu/NAME/NUMBER, pool/NAME or host");
    not_found(w, NULL, -EINVAL,
              "an object is needed: domain/NAME, vcpu/NAME/NUMBER, pool/NAME or host");
    bench_done(&b);
}

/* Names are the guests' own: one may be called like another's number, or like another guest. */
static void a_name_that_means_two_things(void **state)
{
    struct bench b;
    const struct xd_world *w = world_with(&b);

    fake.d[2].name = "3";
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    not_found(w, "domain/3", -ENOTUNIQ,
              "\"3\" means 2 things: domain/22222222-2222-2222-2222-222222222222 (3), "
              "domain/11111111-1111-1111-1111-111111111111 (web1); name one of them in full");
    fake.d[2].name = "web1";
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    not_found(w, "web1", -ENOTUNIQ,
              "\"web1\" means 2 things: domain/11111111-1111-1111-1111-111111111111 (web1), "
              "domain/22222222-2222-2222-2222-222222222222 (web1); name one of them in full");
    found(w, "domain/22222222-2222-2222-2222-222222222222", "domains", "web1");
    /* An identity wins over whoever calls itself so. */
    fake.d[2].name = "11111111-1111-1111-1111-111111111111";
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    found(w, "domain/11111111-1111-1111-1111-111111111111", "domains", "web1");
    bench_done(&b);
}

static void many_objects_each_found(void **state)
{
    static char uuids[FAKE_MAX][48], names[FAKE_MAX][16];
    struct bench b;
    const struct xd_world *w = world_with(&b);
    char path[64], label[32];

    for (unsigned i = 0; i < FAKE_MAX; i++) {
        snprintf(uuids[i], sizeof(uuids[i]), "33333333-3333-3333-3333-%012u", i);
        snprintf(names[i], sizeof(names[i]), "vm%u", i);
        fake.d[i] =
            (struct fake_domain){uuids[i], names[i], i, 0, 256, 1 << 20, 1, 0, false, {{1}}};
    }
    fake.n = FAKE_MAX;
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    for (unsigned i = 0; i < FAKE_MAX; i++) {
        snprintf(path, sizeof(path), "domain/vm%u", i);
        found(w, path, "domains", path + strlen("domain/"));
        snprintf(path, sizeof(path), "vcpu/33333333-3333-3333-3333-%012u/0", i);
        snprintf(label, sizeof(label), "vm%u/0", i);
        found(w, path, "vcpus", label);
    }
    bench_done(&b);
}

static void tables_and_why_they_cannot_be_trusted(void **state)
{
    struct bench b;
    const struct xd_world *w = world_with(&b);

    assert_int_equal(xd_world_table(w, "domains")->n, 3);
    assert_null(xd_world_trouble(w, "domains"));
    assert_null(xd_world_table(w, "nodes"));
    assert_string_equal(xd_world_trouble(w, "nodes"),
                        "no source of this host publishes this table");
    assert_string_equal(xd_world_desc(w, 0)->name, "domains");
    assert_string_equal(xd_world_desc(w, 3)->name, "pools");
    assert_null(xd_world_desc(w, 4));
    assert_ptr_equal(xd_world_desc_named(w, "host"), &xd_host_desc);
    assert_null(xd_world_desc_named(w, "nodes"));
    assert_int_equal(xd_world_pcpus(w), 8);

    /* The newest attempt failed: the old rows stay, and say that they are old. */
    atomic_store(&fake.orders.collect_rc, -EIO);
    xd_session_refresh(b.s);
    assert_true(xd_session_dispatch(b.s));
    assert_int_equal(xd_world_table(w, "domains")->n, 3);
    assert_string_equal(xd_world_trouble(w, "domains"), "the fake host does not answer");
    assert_int_equal(xd_world_source(w, 0).state, XD_SOURCE_STALE);
    assert_string_equal(xd_world_source(w, 0).why, "the fake host does not answer");
    assert_true(bench_logged(&b, "the fake host does not answer"));
    /* The same failure again is nothing new to show. */
    xd_session_refresh(b.s);
    assert_false(xd_session_dispatch(b.s));
    atomic_store(&fake.orders.collect_rc, 0);
    xd_session_refresh(b.s);
    assert_true(xd_session_dispatch(b.s));
    assert_null(xd_world_trouble(w, "domains"));
    assert_null(xd_world_source(w, 0).why);
    assert_true(bench_logged(&b, "answers again"));

    atomic_store(&fake.orders.domains_missing, true);
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    assert_string_equal(xd_world_trouble(w, "domains"), "the fake host hides its domains");
    assert_false(bench_logged(&b, "vanished"));
    not_found(w, "web1", -ENODEV,
              "web1 can't be looked up, domains are not known: the fake host "
              "hides its domains");
    bench_done(&b);
}

static void what_a_source_offers(void **state)
{
    struct xd_session_config c = {.inline_workers = true, .host = "live"};
    struct xd_offer o;
    struct bench b;
    const struct xd_world *w;
    size_t n = 0;

    bench_init(&b, true);
    assert_int_equal(bench_open(&b, &c, NULL), 0);
    w = xd_session_world(b.s);
    assert_string_equal(xd_world_host(w), "live");
    assert_string_equal(xd_world_fallback(w), "");
    assert_int_equal(xd_world_sources(w), 1);
    assert_int_equal(xd_world_source(w, 0).state, XD_SOURCE_STARTING);
    assert_null(xd_world_table(w, "domains"));
    assert_string_equal(xd_world_trouble(w, "domains"), "no sample yet");
    assert_true(xd_world_offer(w, "domains", "sched.cap", &o));
    assert_string_equal(o.knob->name, "sched.cap");
    assert_null(o.action);
    assert_true(xd_world_offer(w, NULL, "pause", &o));
    assert_ptr_equal(o.action, &fake_actions[FAKE_PAUSE]);
    assert_false(xd_world_offer(w, "pools", "sched.cap", &o));
    assert_false(xd_world_offer(w, NULL, "sched.zap", &o));
    while (xd_world_offer_at(w, n, &o))
        n++;
    assert_int_equal(n, XD_KNOB_N + 4);
    bench_done(&b);
}

/* A second live source beside "alive": it knows nodes, can't tell pools, and may be dead. */
static const struct xd_table_desc *const second_tables[] = {&xd_nodes_desc, &xd_pools_desc, NULL};
static bool second_is_dead, second_has_pools;

static int second_open(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    *self = NULL;
    return second_is_dead ? xd_err_set(err, -EACCES, "the second source is locked") : 0;
}

static void second_close(void *self)
{
}

static int second_collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    struct xd_rows *t = xd_build_table(b, &xd_nodes_desc, 0);

    xd_row_begin(t);
    xd_put_u64(t, XD_NODE_ID, 0);
    if (second_has_pools) {
        t = xd_build_table(b, &xd_pools_desc, 0);
        xd_row_begin(t);
        xd_put_u64(t, XD_POOL_ID, 7);
    } else {
        xd_build_missing(b, &xd_pools_desc, "the second source is blind to pools");
    }
    return 0;
}

static const struct xd_backend second = {.abi = XD_BACKEND_ABI,
                                         .name = "second",
                                         .live = true,
                                         .title = "Second",
                                         .help = "",
                                         .tables = second_tables,
                                         .open = second_open,
                                         .close = second_close,
                                         .collect = second_collect};

static void open_two(struct bench *b, const struct xd_backend *first, const struct xd_backend *then)
{
    const struct xd_backend *const both[] = {first, then, NULL};
    struct xd_session_config c = {.inline_workers = true, .host = "live"};

    bench_init(b, true);
    xd_registry_free(b->registry);
    assert_int_equal(xd_registry_new(both, NULL, NULL, &b->log, &b->registry, NULL), 0);
    assert_int_equal(bench_open(b, &c, NULL), 0);
    xd_session_dispatch(b->s);
}

static void two_sources_make_one_host(void **state)
{
    const struct xd_world *w;
    struct bench b;

    /* With rows beats missing, whatever the order; then the first beats the second. */
    second_is_dead = second_has_pools = false;
    open_two(&b, &second, &fake_live_backend);
    w = xd_session_world(b.s);
    assert_int_equal(xd_world_sources(w), 2);
    assert_int_equal(xd_world_table(w, "nodes")->n, 1);
    assert_string_equal(xd_world_table(w, "pools")->source, "alive");
    assert_null(xd_world_trouble(w, "pools"));
    assert_string_equal(xd_world_desc(w, 0)->name, "nodes");
    assert_string_equal(xd_world_desc(w, 1)->name, "pools");
    assert_string_equal(xd_world_desc(w, 2)->name, "domains");
    assert_non_null(xd_world_desc(w, 4));
    assert_null(xd_world_desc(w, 5));
    bench_done(&b);

    second_has_pools = true;
    open_two(&b, &second, &fake_live_backend);
    assert_string_equal(xd_world_table(xd_session_world(b.s), "pools")->source, "second");
    bench_done(&b);

    /* One that can't be opened is a source with a reason; the others are the host. */
    second_is_dead = true;
    open_two(&b, &second, &fake_live_backend);
    w = xd_session_world(b.s);
    assert_int_equal(xd_world_source(w, 0).state, XD_SOURCE_DEAD);
    assert_string_equal(xd_world_source(w, 0).why, "the second source is locked");
    assert_string_equal(xd_world_trouble(w, "nodes"), "the second source is locked");
    assert_int_equal(xd_world_source(w, 1).state, XD_SOURCE_OK);
    assert_string_equal(xd_world_table(w, "pools")->source, "alive");
    xd_session_refresh(b.s);
    assert_int_equal(xd_session_wait_samples(b.s, 3, XD_NS_PER_S * 60, NULL), 0);
    bench_done(&b);
}

static void what_happened_to_domains_is_logged(void **state)
{
    struct bench b;

    world_with(&b);
    assert_false(bench_logged(&b, "appeared")); /* the first sample is no news */
    fake.d[1].state = XD_STATE_BLOCKED;
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    assert_false(bench_logged(&b, "web1"));
    fake.d[1].state = XD_STATE_PAUSED;
    fake.d[2].name = "db\x1b[2J";
    fake.d[3] = (struct fake_domain){"33333333-3333-3333-3333-333333333333",
                                     "new",
                                     9,
                                     0,
                                     256,
                                     1 << 20,
                                     1,
                                     XD_STATE_RUNNING,
                                     false,
                                     {{1}}};
    fake.n = 4;
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    assert_true(bench_logged(&b, "web1: idle → paused"));
    assert_true(bench_logged(&b, "domain new (id 9) appeared"));
    assert_true(bench_logged(&b, "renamed from db1"));
    assert_false(bench_logged(&b, "\x1b"));
    fake.d[1].state = XD_STATE_RUNNING;
    fake.d[1].id = 12;
    fake.n = 3;
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    assert_true(bench_logged(&b, "web1: began anew: id 3 → 12, paused → run"));
    assert_true(bench_logged(&b, "domain new (id 9) vanished"));
    bench_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_by_what_people_type),
        cmocka_unit_test(a_name_that_means_two_things),
        cmocka_unit_test(many_objects_each_found),
        cmocka_unit_test(tables_and_why_they_cannot_be_trusted),
        cmocka_unit_test(what_a_source_offers),
        cmocka_unit_test(two_sources_make_one_host),
        cmocka_unit_test(what_happened_to_domains_is_logged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
