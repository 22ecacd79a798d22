/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a ledger. So that a fuzzer comes behind the sum, lines without an end get theirs.
 * What is read is an engine that can go on, and be written and read again. */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/tables.h"
#include "policies/ledger.h"
#include "policies/ledger_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char policy[] =
    "policy: p\ntimezone: UTC\nrules:\n"
    "  - {name: slide, match: all, budget: {cpu: 30s, per: 10m, then: {sched.cap: 20}}}\n"
    "  - {name: fix, match: all, budget: {cpu: 30s, per: 10m, kind: fixed, then: {sched.cap: "
    "20}}}\n"
    "  - {name: trickle, match: all, budget: {cpu: 30s, per: 10m, kind: bucket,\n"
    "     then: {sched.cap: 20}}}\n"
    "  - {name: warm, match: all, keep: {watts: 100, sensor: psu/*}}\n"
    "  - {name: loud, match: all, if: {where: cpu>50, for: 20s}, at_most: {sched.weight: 99}}\n";

static void go_on(const struct xd_policy *p, struct xd_engine *e)
{
    struct xd_builder *b = xd_builder_new("fuzz");
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, 1);
    struct xd_policy_now now = {INT64_MAX / 16, INT64_MAX / 16, 0};
    struct xd_buf text = XD_BUF_INIT;
    struct xd_engine *again;
    struct xd_snapshot *s;

    xd_row_begin(t);
    xd_put_str(t, XD_DOMAIN_UUID, "a");
    xd_put_u64(t, XD_DOMAIN_CPU_NS, 5);
    xd_put_u64(t, XD_DOMAIN_CAP, 0);
    s = xd_builder_seal(b, NULL, 1, 1, 1, 0);
    if (xd_engine_tick(e, s, &now, NULL) < 0)
        abort();
    xd_snapshot_unref(s);
    xd_ledger_write(e, 1, &text);
    if (xd_ledger_read(p, "f", text.s, text.len, &again, NULL) < 0)
        abort();
    xd_engine_free(again);
    xd_buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_policy *p;
    struct xd_engine *e;
    size_t lines = 0;

    if (xd_policy_parse("p", policy, strlen(policy), NULL, &p, NULL) < 0)
        abort();
    xd_buf_addn(&b, (const char *)data, size);
    if (size && b.s[size - 1] == '\n') {
        for (size_t i = 0; i < size; i++)
            lines += b.s[i] == '\n';
        xd_buf_printf(&b, "{\"end\":%zu,\"sum\":\"%016" PRIx64 "\"}\n", lines,
                      xd_ledger_sum(b.s, size));
    }
    if (xd_ledger_read(p, "f", xd_buf_str(&b), b.len, &e, &err) < 0) {
        if (e || !*err.text)
            abort();
    } else {
        go_on(p, e);
        xd_engine_free(e);
    }
    xd_policy_free(p);
    xd_buf_done(&b);
    return 0;
}
