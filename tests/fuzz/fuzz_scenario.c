/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a scenario of the demo host; behind a NUL, lines of verbs as people order faults. A
 * scenario that is accepted has to run: no pCPU is used for longer than there was time, and no more
 * memory is held than there is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend_demo/host.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define VCPUS_MAX 2000 /* more would only be slow */

static void check(int truth)
{
    if (!truth)
        abort();
}

/* It ran, waited and rested for as long as there was time; its memory is all somewhere. */
static void look_at(const struct xd_demo_host *h, const struct xd_demo_domain *d)
{
    uint64_t time = (uint64_t)(h->t_ns + XD_DEMO_STEP_NS), kib = 0;

    for (size_t i = 0; i < d->n_vcpus; i++) {
        const struct xd_demo_vcpu *v = &d->vcpus[i];

        check(v->got_ns <= v->want_ns && v->want_ns <= v->may_ns && v->may_ns <= v->wish_ns);
        check(v->run_ns <= time && v->ready_ns <= time && v->blocked_ns <= time);
        check(v->run_ns + v->ready_ns + v->blocked_ns <= time);
    }
    for (unsigned i = 0; i < h->scenario->n_nodes; i++)
        kib += d->node_kib[i];
    check(kib == d->mem_kib);
}

static void look(struct xd_demo_host *h)
{
    const struct xd_backend_env all = {0};
    struct xd_builder *b = xd_builder_new("demo");
    uint64_t kib = 0;

    xd_demo_host_advance(h);
    for (unsigned i = 0; i < h->scenario->n_pcpus; i++)
        check(h->pcpus[i].used_ns >= 0 && h->pcpus[i].used_ns <= XD_DEMO_STEP_NS);
    for (size_t i = 0; i < h->n_domains; i++)
        kib += h->domains[i]->mem_kib;
    check(kib == h->used_kib && kib <= xd_demo_host_memory(h));
    for (size_t i = 0; i < h->n_domains; i++)
        look_at(h, h->domains[i]);
    xd_demo_fault_collect(h, NULL);
    xd_demo_fill(h, &all, b);
    xd_builder_free(b);
}

static void give_orders(struct xd_demo_host *h, char *verbs)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_demo_fault f;
    char *save = NULL;

    for (char *v = strtok_r(verbs, "\n", &save); v; v = strtok_r(NULL, "\n", &save)) {
        struct xd_err err = XD_ERR_INIT;
        int rc = xd_demo_fault_parse(v, h->scenario->n_pcpus, &a, &f, &err);

        check((rc != 0) == (err.text[0] != '\0'));
        if (rc == 0)
            xd_demo_fault_order(h, &f, &err);
    }
    xd_arena_done(&a);
}

static void run(struct xd_demo_scenario *s, struct xd_arena *a, char *verbs)
{
    struct xd_clock clock;
    struct xd_backend_env env = {.clock = &clock};
    struct xd_demo_host *h;

    xd_clock_init_manual(&clock, 0);
    h = xd_demo_host_start(&env, a, s);
    give_orders(h, verbs);
    for (int i = 0; i < 3; i++) {
        xd_clock_advance(&clock, 400 * XD_NS_PER_MS);
        look(h);
        for (size_t d = 0; d < h->n_domains; d++) {
            char uuid[37]; /* the domain may vanish in it */

            memcpy(uuid, h->domains[d]->uuid, sizeof(uuid));
            xd_demo_fault_edit(h, uuid, XD_KNOB_CAP, -1);
        }
    }
    xd_demo_host_unref(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = memchr(data, 0, size);
    size_t len = nul ? (size_t)(nul - data) : size;
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_demo_scenario *s;
    uint64_t vcpus = 0;
    char *verbs;
    int rc;

    verbs = xd_arena_strndup(&a, (const char *)data + len, 0);
    if (nul)
        verbs = xd_arena_strndup(&a, (const char *)nul + 1, size - len - 1);
    rc = xd_demo_scenario_parse("f", (const char *)data, len, &a, &s, &err);
    check(rc == 0 || xd_str_starts(err.text, "f:"));
    for (size_t i = 0; rc == 0 && i < s->n_specs; i++)
        vcpus += s->specs[i].count * s->specs[i].vcpus;
    verbs = xd_strdup(verbs);
    if (rc == 0 && vcpus <= VCPUS_MAX)
        run(s, &a, verbs);
    free(verbs);
    xd_arena_done(&a);
    return 0;
}
