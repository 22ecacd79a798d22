/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as recorded load, played under a policy: no domain gets more than it wanted. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policies/sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char policy[] =
    "policy: p\ntimezone: UTC\nrules:\n"
    "  - {name: a, match: all, budget: {cpu: 5s, per: 1m, then: {sched.cap: 20}}}\n"
    "  - {name: b, match: all, budget: {cpu: 5s, per: 1m, kind: fixed, then: {sched.weight: 9}}}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_trace_sample sample;
    struct xd_policy *p;
    struct xd_trace *t;
    struct xd_sim *s;
    int rc;

    if (xd_trace_parse("f", (const char *)data, size, &t, &err) < 0) {
        if (t || !xd_str_starts(err.text, "f"))
            abort();
        return 0;
    }
    if (xd_policy_parse("p", policy, strlen(policy), NULL, &p, NULL) < 0)
        abort();
    s = xd_sim_new(p);
    while ((rc = xd_trace_next(t, &sample, &err)) > 0)
        if (xd_sim_step(s, &sample, NULL, 0, NULL) < 0)
            abort();
    if (rc < 0 && !xd_str_starts(err.text, "f:"))
        abort();
    for (size_t i = 0; i < xd_sim_domains(s); i++)
        if (xd_sim_domain(s, i)->denied_ns < 0)
            abort();
    xd_sim_free(s);
    xd_policy_free(p);
    xd_trace_close(t);
    return 0;
}
