/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/engine: edits of a host that several sources tell of: what is refused, done, undone and
 * asked beforehand. */
#include "sources_help.h"

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
        cmocka_unit_test(what_a_host_has_not_is_refused_with_its_reason),
        cmocka_unit_test(attaching_is_undone_by_detaching_and_that_by_attaching),
        cmocka_unit_test(a_plan_that_fails_detaches_what_it_attached),
        cmocka_unit_test(undoing_what_is_gone_is_refused),
        cmocka_unit_test(an_action_says_beforehand_what_it_would_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
