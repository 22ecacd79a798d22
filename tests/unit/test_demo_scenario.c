/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scenario language: what is read, its defaults, and every refusal with its place. */
#include <errno.h>

#include "backend_demo/scenario.h"
#include "demo_rig.h"

#define HEAD "domains:\n- {name: Domain-0, memory: 1G}\n"

static int parse(struct xd_arena *a, const char *text, struct xd_demo_scenario **out,
                 struct xd_err *err)
{
    return xd_demo_scenario_parse("s", text, strlen(text), a, out, err);
}

static void embedded(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    size_t n = 0;

    for (const struct xd_embedded *e = xd_embedded_scenarios; e->name; e++, n++) {
        struct xd_arena a = XD_ARENA_INIT;
        struct xd_demo_scenario *s;

        if (xd_demo_scenario_open(e->name, &a, &s, &err))
            fail_msg("%s: %s", e->name, err.text);
        xd_arena_done(&a);
    }
    assert_true(n >= 3);
}

static void not_there(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_demo_scenario *s;

    assert_int_equal(xd_demo_scenario_open("defualt", &a, &s, &err), -ENOENT);
    assert_string_equal(err.text,
                        "there is no demo host \"defualt\", did you mean \"default\"?; "
                        "there are default, huge, pools, tiny, vast, and demo:/path/to/file.yaml");
    assert_int_equal(xd_demo_scenario_open("/nowhere/x.yaml", &a, &s, &err), -ENOENT);
    assert_int_equal(xd_demo_scenario_open("x.yaml", &a, &s, &err), -ENOENT);
    assert_null(s);
    xd_arena_done(&a);
}

static void defaults(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_arena a = XD_ARENA_INIT;
    const struct xd_demo_spec *p;
    struct xd_demo_scenario *s;

    assert_int_equal(parse(&a, HEAD "- {name: a, memory: 512}\n", &s, &err), 0);
    assert_int_equal(s->n_pcpus, 4);
    assert_int_equal(s->n_pools, 1);
    assert_string_equal(s->pools[0].name, "Pool-0");
    assert_int_equal(s->n_births, 2);
    assert_string_equal(s->births[0].uuid, "00000000-0000-0000-0000-000000000000");
    p = s->births[1].spec;
    assert_int_equal(p->memory_kib, 512 << 10); /* a bare number is MiB, as in xl */
    assert_int_equal(p->max_memory_kib, 512 << 10);
    assert_int_equal(p->type, XD_TYPE_PVH);
    assert_int_equal(p->weight, 256);
    assert_int_equal(p->online, 1);
    assert_int_equal(p->load.curve, XD_DEMO_IDLE);
    assert_false(p->has_net || p->has_disk);
    xd_arena_done(&a);
}

/* Identity depends on seed and name alone: the journal finds a domain again tomorrow. */
static void uuids(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_demo_scenario *s, *t, *u;
    unsigned version;

    assert_int_equal(parse(&a, HEAD "- {name: a, memory: 1G}\n- {name: b, memory: 1G}\n", &s, NULL),
                     0);
    assert_int_equal(parse(&a, HEAD "- {name: b, memory: 2G}\n", &t, NULL), 0);
    assert_int_equal(parse(&a, "seed: 7\n" HEAD "- {name: b, memory: 2G}\n", &u, NULL), 0);
    assert_string_equal(s->births[2].uuid, t->births[1].uuid);
    assert_string_not_equal(s->births[2].uuid, u->births[1].uuid);
    assert_int_equal(strlen(s->births[2].uuid), 36);
    assert_int_equal(sscanf(s->births[2].uuid, "%*8x-%*4x-%1x", &version), 1);
    assert_int_equal(version, 4);
    xd_arena_done(&a);
}

static void copies(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_demo_scenario *s;

    assert_int_equal(parse(&a, HEAD "- {name: 'w-{n}-x', count: 12, memory: 64M}\n", &s, NULL), 0);
    assert_int_equal(s->n_births, 13);
    assert_string_equal(s->births[1].name, "w-1-x");
    assert_string_equal(s->births[12].name, "w-12-x");
    xd_arena_done(&a);
}

/* Each with the place that an editor can jump to. */
static const struct {
    const char *text, *error;
} refused[] = {
    {"", "s:1:1: the scenario is empty, wanted at least the key \"domains\""},
    {"seed: 1\n", "s:1:1: the key \"domains\" is missing"},
    {"domain: []\n", "s:1:1: unknown key \"domain\"; did you mean \"domains\"?"},
    {"domains: []\n", "s:1:1: domains: wanted a list of at least Domain-0"},
    {"domains: 5\n", "s:1:1: domains: wanted a list of at least Domain-0"},
    {"domains:\n- {name: web1, memory: 1G}\n",
     "s:2:3: domains: wanted a running \"Domain-0\" first, found \"web1\""},
    {"domains:\n- {name: Domain-0}\n", "s:2:3: the key \"memory\" is missing"},
    {HEAD "- {name: a, memory: 1X}\n",
     "s:3:21: memory: wanted memory such as 512M or 2G (a bare number is MiB), found \"1X\""},
    {HEAD "- {name: a, memory: 512K}\n", "s:3:21: memory: wanted 1M to 16T, found \"512K\""},
    {HEAD "- {name: a, memory: 2G, max_memory: 1G}\n",
     "s:3:3: domain \"a\": wanted max_memory of at least memory (2097152 KiB), found 1048576 "
     "KiB"},
    {HEAD "- {name: a, memory: 1G, wieght: 5}\n",
     "s:3:25: unknown key \"wieght\"; did you mean \"weight\"?"},
    {HEAD "- {name: a, memory: 1G, weight: 0}\n", "s:3:33: weight: wanted 1 to 65535, found \"0\""},
    {HEAD "- {name: a, memory: 1G, cap: 101}\n",
     "s:3:3: domain \"a\": wanted a cap of at most 100 (100 a vCPU), found 101"},
    {HEAD "- {name: a, memory: 1G, vcpus: 2, online: 3}\n",
     "s:3:3: domain \"a\": 3 of 2 vCPUs can't be online"},
    {HEAD "- {name: a, memory: 1G, load: {curve: wavy}}\n", NULL},
    {HEAD "- {name: a, memory: 1G, load: {low: 5%}}\n", "s:3:31: the key \"curve\" is missing"},
    {HEAD "- {name: a, memory: 1G, load: {curve: wave, low: 50, high: 20}}\n",
     "s:3:3: domain \"a\": the load's low is above its high"},
    {HEAD "- {name: a, memory: 1G, load: {curve: wave, high: 101}}\n",
     "s:3:51: high: wanted 0 to 100, found \"101\""},
    {HEAD "- {name: a, memory: 1G, load: {curve: burst, period: 10s, on: 11s}}\n",
     "s:3:3: domain \"a\": the load's on is longer than its period"},
    {HEAD "- {name: a, memory: 1G, load: {curve: spin, vcpus: 2}}\n",
     "s:3:3: domain \"a\": 2 of 1 online vCPUs can't carry the load"},
    {HEAD "- {name: a, memory: 1G, net: {rx: 1M, ty: 1M}}\n",
     "s:3:39: unknown key \"ty\"; did you mean \"tx\"?"},
    {HEAD "- {name: a, memory: 1G, pool: Pool-1}\n",
     "s:3:31: there is no pool \"Pool-1\"; did you mean \"Pool-0\"?"},
    {HEAD "- {name: a, memory: 1G, cpus: 4}\n", NULL},
    {HEAD "- {name: a, memory: 1G, cpus: none}\n",
     "s:3:31: cpus: wanted at least one pCPU, found none"},
    {HEAD "- {name: a, memory: 1G}\n- {name: a, memory: 1G}\n",
     "s:4:3: there are two domains \"a\""},
    {HEAD "- {name: a, memory: 1G, uuid: 00000000-0000-0000-0000-000000000000}\n",
     "s:3:3: domain \"a\" has the UUID of another, 00000000-0000-0000-0000-000000000000"},
    {HEAD "- {name: a, memory: 1G, uuid: 123}\n",
     "s:3:31: uuid: wanted the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx in lower case, found "
     "\"123\""},
    {HEAD "- {name: a, memory: 1G, count: 2}\n",
     "s:3:10: name: wanted \"{n}\" in it, as there are 2 of them"},
    {HEAD "- {name: 'a{n}', memory: 1G}\n", "s:3:10: name: \"{n}\" is for a count of more than 1"},
    {HEAD "- {name: a, memory: 20G}\n",
     "s:3:3: with domain \"a\" there is more memory in use (21760 MiB) than the host has "
     "(16384 MiB)"},
    {HEAD "- {name: 'a{n}', count: 20000, memory: 1M}\n",
     "s:3:3: wanted at most 20000 domains with 100000 vCPUs in all"},
    {"host: {sockets: 16, cores_per_node: 256}\n" HEAD,
     "s:1:1: host: wanted at most 64 nodes and 1024 pCPUs, found 16 and 4096"},
    {"host: {memory: 1G, reserved: 1G}\n" HEAD,
     "s:1:1: host: wanted less memory reserved than there is"},
    {"host: {sokets: 2}\n" HEAD, "s:1:8: unknown key \"sokets\"; did you mean \"sockets\"?"},
    {"pools: []\n" HEAD, "s:1:1: pools: wanted a list of 1 to 32 pools"},
    {"pools: [{name: p, cpus: 0-1}, {name: q, cpus: 1-2}]\n" HEAD,
     "s:1:47: cpus: pCPU 1 of pool \"q\" is in another pool already"},
    {"pools: [{name: p, cpus: 0, sched: null}]\n" HEAD, NULL},
    {"pools: [{name: p, cpus: 0, sched: arinc653}]\n" HEAD,
     "s:1:35: sched: wanted one of credit, credit2, rtds, found \"arinc653\""},
    {"pools: [{name: p, cpus: 0}, {name: p, cpus: 1}]\n" HEAD, "s:1:29: there are two pools \"p\""},
    {"pools: [{name: p, cpus: 0}]\n" HEAD "- {name: a, memory: 1G, cpus: 1}\n",
     "s:4:31: cpus: none of them is in the domain's pool \"p\""},
    {HEAD "faults: 5\n", "s:3:1: faults: wanted a list of at most 256 faults"},
    {HEAD "faults:\n- {at: 1s, kind: slow}\n", "s:4:3: a fault \"slow\" needs the key \"for\""},
    {HEAD "faults:\n- {at: 1s, kind: dead, for: 1s, object: a}\n",
     "s:4:33: a fault \"dead\" has no use for the key \"object\""},
    {HEAD "faults:\n- {at: 1s, kind: vanish, object: a}\n",
     "s:4:34: object: there is no domain \"a\""},
    {HEAD "faults:\n- {at: 1s, kind: vanish, object: Domain-0}\n",
     "s:4:34: object: Domain-0 can't vanish"},
    {HEAD "faults:\n- {at: 1s, kind: change, object: Domain-0, knob: cap, value: 1}\n",
     "s:4:50: knob: there is no knob \"cap\""},
    {HEAD "faults:\n- {at: 1s, kind: change, object: Domain-0, knob: sched.cap, value: x}\n", NULL},
    {HEAD "faults:\n- {at: 1s, kind: change, object: Domain-0/1, knob: vcpu.affinity, "
          "value: 1}\n",
     "s:4:34: object: \"Domain-0\" has no vCPU 1"},
    {"domains:\n- name: \"\\e[2J\"\n  memory: 1G\n",
     "s:2:3: domains: wanted a running \"Domain-0\" first, found \"\xef\xbf\xbd[2J\""},
    {"a: &x 1\n", NULL},
};

static void refusals(void **state)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_arena a = XD_ARENA_INIT;
        struct xd_demo_scenario *s;

        if (parse(&a, refused[i].text, &s, &err) != -EINVAL)
            fail_msg("accepted: %s", refused[i].text);
        assert_null(s);
        assert_true(xd_str_starts(err.text, "s:"));
        if (refused[i].error)
            assert_string_equal(err.text, refused[i].error);
        xd_arena_done(&a);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(embedded), cmocka_unit_test(not_there), cmocka_unit_test(defaults),
        cmocka_unit_test(uuids),    cmocka_unit_test(copies),    cmocka_unit_test(refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
