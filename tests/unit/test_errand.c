/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/engine: a command that looks once and edits one thing. Live backends are opened once for
 * both, those that have nothing of it not at all; and they are told which rows matter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "engine/session.h"
#include "model/tables.h"

#define WEB1 "11111111-1111-1111-1111-111111111111"
#define DB1  "22222222-2222-2222-2222-222222222222"

/* The host of this program: two domains, and what was asked about them. */
static struct {
    int opened, closed, aside_opened, dear;
    enum xd_role role;
    uint64_t weight;
    const struct xd_backend_env *env;
} host;

static const struct xd_knob knobs[] = {
    {.name = "sched.weight",
     .table = "domains",
     .column = "weight",
     .title = "Weight",
     .help = "its share",
     .kind = {.type = XD_U64},
     .min = 1,
     .max = 65535},
    {0},
};

static int main_open(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    host.opened++;
    host.role = env->role;
    host.env = env;
    *self = (void *)env;
    return 0;
}

static void main_close(void *self)
{
    host.closed++;
}

static void put_domain(const struct xd_backend_env *env, struct xd_rows *t, const char *uuid,
                       const char *name, uint64_t id)
{
    const char *names[] = {uuid, name, id == 1 ? "1" : "2"};

    xd_row_begin(t);
    xd_put_str(t, XD_DOMAIN_UUID, uuid);
    xd_put_str(t, XD_DOMAIN_NAME, name);
    xd_put_u64(t, XD_DOMAIN_ID, id);
    if (!xd_row_wanted(env, names, 3))
        return;
    host.dear++;
    xd_put_u64(t, XD_DOMAIN_WEIGHT, host.weight);
}

static int main_collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    const struct xd_backend_env *env = self;
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, xd_clock_now(env->clock));

    put_domain(env, t, WEB1, "web1", 1);
    put_domain(env, t, DB1, "db1", 2);
    return 0;
}

static int main_read(void *self, const struct xd_object *o, const struct xd_knob *k,
                     struct xd_arena *a, struct xd_value *out, struct xd_err *err)
{
    *out = (struct xd_value){.have = true, .type = XD_U64, .cell.u = host.weight};
    return 0;
}

static int main_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                      const struct xd_value *v, struct xd_err *err)
{
    host.weight = v->cell.u;
    return 0;
}

static const struct xd_table_desc *const main_tables[] = {&xd_domains_desc, NULL};
static const struct xd_backend main_backend = {.abi = XD_BACKEND_ABI,
                                               .name = "main",
                                               .title = "Main",
                                               .help = "domains",
                                               .live = true,
                                               .tables = main_tables,
                                               .knobs = knobs,
                                               .open = main_open,
                                               .close = main_close,
                                               .collect = main_collect,
                                               .read = main_read,
                                               .write = main_write};

static int aside_open(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    host.aside_opened++;
    *self = NULL;
    return 0;
}

static void aside_close(void *self)
{
}

static int aside_collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    return 0;
}

static const struct xd_table_desc *const aside_tables[] = {&xd_disks_desc, NULL};
static const struct xd_backend aside_backend = {.abi = XD_BACKEND_ABI,
                                                .name = "aside",
                                                .title = "Aside",
                                                .help = "disks",
                                                .live = true,
                                                .tables = aside_tables,
                                                .open = aside_open,
                                                .close = aside_close,
                                                .collect = aside_collect};
static const struct xd_backend *const backends[] = {&aside_backend, &main_backend, NULL};
static const struct xd_backend_card main_card = {"main", main_tables, NULL, NULL, main_tables};
static const struct xd_backend_card aside_card = {"aside", aside_tables, NULL, NULL, NULL};
static const struct xd_backend_card *const cards[] = {&main_card, &aside_card, NULL};

static struct xd_registry *registry;
static struct xd_clock clock_;
static struct xd_log log_;
static struct xd_session *s;

static const struct xd_wish wish[] = {{"domain/db1", "sched.weight", "64"}};

static const struct xd_world *open_for(const struct xd_wish *wishes, size_t n, bool errand)
{
    struct xd_session_config c = {.registry = registry,
                                  .clock = &clock_,
                                  .log = &log_,
                                  .host = "live",
                                  .interval_ns = XD_NS_PER_S,
                                  .one_shot = true,
                                  .errand = errand,
                                  .wishes = wishes,
                                  .n_wishes = n,
                                  .journal = "",
                                  .who = "test"};
    struct xd_err err = XD_ERR_INIT;

    if (xd_session_open(&c, &s, &err) < 0)
        fail_msg("%s", err.text);
    return xd_session_world(s);
}

static int setup(void **state)
{
    memset(&host, 0, sizeof(host));
    host.weight = 256;
    xd_clock_init_real(&clock_);
    xd_log_init(&log_, &clock_);
    return xd_registry_new(backends, cards, NULL, &log_, &registry, NULL);
}

static int teardown(void **state)
{
    xd_session_close(s);
    s = NULL;
    xd_registry_free(registry);
    xd_log_done(&log_);
    return 0;
}

static enum xd_outcome carry_out(void)
{
    struct xd_wants wants;
    struct xd_plan *p;
    struct xd_err err = XD_ERR_INIT;

    xd_plan_wants(xd_session_world(s), wish, 1, &wants);
    xd_session_want(s, wants.want, wants.n);
    xd_session_want_rows(s, wants.rows, wants.n_rows);
    assert_int_equal(xd_session_wait_samples(s, 1, 10 * XD_NS_PER_S, NULL), 0);
    if (xd_plan_make(xd_session_world(s), wish, 1, &p, &err) < 0 ||
        xd_session_apply(s, p, &err) < 0)
        fail_msg("%s", err.text);
    return xd_session_wait_plan(s);
}

static void one_instance_looks_and_edits(void **state)
{
    open_for(wish, 1, true);
    assert_int_equal(host.opened, 0); /* nobody has asked for anything yet */
    assert_int_equal(carry_out(), XD_DONE);
    assert_int_equal(host.weight, 64);
    assert_int_equal(host.opened, 1);
    assert_int_equal(host.role, XD_ERRAND);
    xd_session_close(s);
    s = NULL;
    assert_int_equal(host.closed, 1);
}

static void other_sessions_keep_two(void **state)
{
    open_for(NULL, 0, false);
    assert_int_equal(carry_out(), XD_DONE);
    assert_int_equal(host.opened, 2);
    assert_int_equal(host.role, XD_OPERATOR);
}

static void what_has_nothing_of_it_is_left_out(void **state)
{
    const struct xd_want disks[] = {{"disks", XD_WANT_ALL}};
    const struct xd_need need = {disks, 1, false};
    struct xd_host_choice h;

    assert_int_equal(xd_world_sources(open_for(wish, 1, true)), 1);
    assert_string_equal(xd_world_source(xd_session_world(s), 0).backend->name, "main");
    carry_out();
    assert_int_equal(host.aside_opened, 0);
    assert_int_equal(xd_registry_resolve(registry, "live", &need, &h, NULL), 0);
    assert_int_equal(h.n, 1);
    assert_string_equal(h.backends[0]->name, "aside");
    assert_int_equal(xd_registry_resolve(registry, "live", NULL, &h, NULL), 0);
    assert_int_equal(h.n, 2);
}

static void dear_cells_are_of_the_rows_that_are_named(void **state)
{
    const struct xd_world *w = open_for(wish, 1, true);
    const struct xd_table *t;

    carry_out();
    assert_int_equal(host.dear, 1);
    t = xd_world_table(w, "domains");
    assert_int_equal(t->n, 2);
    assert_true(xd_row_has(xd_table_find(t, DB1), XD_DOMAIN_WEIGHT));
    assert_false(xd_row_has(xd_table_find(t, WEB1), XD_DOMAIN_WEIGHT));
}

static bool wanted(const char *name)
{
    return xd_row_wanted(host.env, &name, 1);
}

static void rows_have_several_names(void **state)
{
    const char *names[] = {"web1/3", "limits.name"};

    open_for(wish, 1, true);
    carry_out();
    assert_true(wanted("db1"));
    assert_true(wanted("sched.weight")); /* its row of the limits */
    assert_false(wanted(DB1));           /* who has several tells all of them */
    assert_false(wanted(NULL));
    xd_session_want_rows(s, names, 2);
    assert_true(wanted("web1/3"));
    assert_true(wanted("web1")); /* the child is found by way of its parent */
    assert_false(wanted("web"));
    assert_false(wanted("db1"));
    xd_session_want_rows(s, NULL, 0);
    assert_true(wanted("db1"));
    assert_true(xd_row_wanted(host.env, NULL, 0)); /* all are */
}

/* Nothing of another host is touched for it, nor is a thread started. */
static void an_errand_that_looks_at_nothing_opens_nothing(void **state)
{
    open_for(wish, 1, true);
    xd_session_close(s);
    s = NULL;
    assert_int_equal(host.opened + host.aside_opened + host.closed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_instance_looks_and_edits, setup, teardown),
        cmocka_unit_test_setup_teardown(other_sessions_keep_two, setup, teardown),
        cmocka_unit_test_setup_teardown(what_has_nothing_of_it_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(dear_cells_are_of_the_rows_that_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_have_several_names, setup, teardown),
        cmocka_unit_test_setup_teardown(an_errand_that_looks_at_nothing_opens_nothing, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
