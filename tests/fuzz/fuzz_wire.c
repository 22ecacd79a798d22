/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a question to the daemon, and as its answer. A question that is understood can be
 * said again, and means the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policies/table.h"
#include "policies/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void question(const char *text, size_t len)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_wire_ask ask, again;

    if (xd_wire_ask_read(text, len, &ask, &err) < 0) {
        if (!*err.text)
            abort();
        return;
    }
    xd_wire_ask_write(&ask, &b);
    if (xd_wire_ask_read(b.s, b.len - 1, &again, NULL) < 0 || again.kind != ask.kind ||
        strcmp(again.domain, ask.domain) != 0 || strcmp(again.rule, ask.rule) != 0)
        abort();
    xd_buf_done(&b);
}

static void answer(const char *text, size_t len)
{
    struct xd_err err = XD_ERR_INIT;
    int64_t whole = xd_wire_answer_len(text, len, &err);

    if (whole > (int64_t)len || (whole < 0 && !*err.text))
        abort();
    if (whole > 0 && xd_wire_answer_check(text, (size_t)whole, &err) < 0 && !*err.text)
        abort();
    if (whole > 0) {
        struct xd_builder *b = xd_builder_new("fuzz");

        if (xd_wire_table_read(text, (size_t)whole, &xd_budgets_desc, b, 1, &err) < 0 && !*err.text)
            abort();
        xd_snapshot_unref(xd_builder_seal(b, NULL, 1, 1, 1, 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size ? (const char *)data : "";

    question(text, size);
    answer(text, size);
    return 0;
}
