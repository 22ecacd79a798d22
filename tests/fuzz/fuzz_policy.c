/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a policy: a whole one that an engine can carry out, or an error with its place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/tables.h"
#include "policies/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct xd_snapshot *snapshot(int64_t at_ns)
{
    static const char *const names[] = {"Domain-0", "web1", "build-7"};
    struct xd_builder *b = xd_builder_new("fuzz");
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, at_ns);

    for (uint64_t i = 0; i < 3; i++) {
        xd_row_begin(t);
        xd_put_str(t, XD_DOMAIN_UUID, names[i]);
        xd_put_str(t, XD_DOMAIN_NAME, names[i]);
        xd_put_u64(t, XD_DOMAIN_VCPUS, 2);
        xd_put_u64(t, XD_DOMAIN_CPU_NS, (uint64_t)at_ns * i);
        xd_put_u64(t, XD_DOMAIN_CAP, 0);
        xd_put_u64(t, XD_DOMAIN_WEIGHT, 256);
    }
    return xd_builder_seal(b, NULL, 1, at_ns, at_ns, 0);
}

static void carry_out(const struct xd_policy *p)
{
    struct xd_engine *e = xd_engine_new(p);
    struct xd_buf why = XD_BUF_INIT;

    for (int64_t at = 1; at < 4; at++) {
        struct xd_policy_now now = {at * 600 * XD_NS_PER_S, at * 600 * XD_NS_PER_S, 0};
        struct xd_snapshot *s = snapshot(now.mono_ns);

        if (xd_engine_tick(e, s, &now, NULL) < 0)
            abort();
        xd_snapshot_unref(s);
    }
    for (size_t i = 0; i < xd_engine_domains(e); i++)
        xd_engine_why(e, xd_engine_domain(e, i), &why);
    xd_buf_done(&why);
    xd_engine_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_policy *p;
    int rc = xd_policy_parse("f", (const char *)data, size, NULL, &p, &err);

    if (rc < 0 && (p || !xd_str_starts(err.text, "f:")))
        abort();
    if (rc < 0)
        return 0;
    if (!p->n || !p->name)
        abort();
    carry_out(p);
    xd_policy_free(p);
    return 0;
}
