/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `xendeck doctor` says of tracing: whether it can be had now, and what it costs. */
#include "backend_trace/host.h"

#include <stdio.h>

#include "model/tables.h"

static void check_cost(struct xd_tr *t, struct xd_builder *b)
{
    uint32_t mask, size;
    uint64_t mfn;
    char found[320];

    if (xd_tr_info(t, &mask, &mfn, &size, NULL) < 0)
        return;
    snprintf(
        found, sizeof(found),
        "%s %u KiB on %u pCPUs until Xen restarts; while ready time is shown, 0.1 to 0.3 us of "
        "dom0 to read each change of a vCPU's state, and Xen's own to write it; reading stops "
        "for a minute where it takes over %d%% of a CPU",
        mfn ? "the buffers are there: about" : "the buffers, once made, keep",
        t->n_cpus * XD_TR_PAGES * 4, t->n_cpus, XD_TR_COST_MAX);
    xd_build_check(b, "trace", "trace cost", XD_CHECK_OK, found, NULL);
}

void xd_tr_doctor(void *self, struct xd_builder *b)
{
    struct xd_tr *t = self;
    struct xd_err err = XD_ERR_INIT;

    if (!t)
        return;
    if (t->tracing)
        xd_build_check(b, "trace", "ready time", XD_CHECK_OK,
                       "this xendeck reads Xen's trace buffers now", NULL);
    else if (xd_tr_free_now(t, &err) == 0)
        xd_build_check(
            b, "trace", "ready time", XD_CHECK_OK,
            "Xen's trace buffers are free: read while ready time or wake-ups are shown; xentrace "
            "can't start meanwhile",
            NULL);
    else
        xd_build_check(b, "trace", "ready time", XD_CHECK_ABSENT, err.text,
                       "end the other tracer, or do without READY%, WAKES and WAITS FOR");
    check_cost(t, b);
}
