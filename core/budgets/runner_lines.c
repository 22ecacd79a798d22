/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Documents beside the ledger that are lines of JSON. */
#include <string.h>

#include "base/json.h"
#include "base/json_c.h"
#include "budgets/runner_impl.h"

void xd_runner_read_lines(struct xd_runner *r, const char *document, const char *what,
                          void (*take)(struct xd_runner *r, struct json_object *o))
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    int rc = r->store ? xd_ledger_store_get(r->store, document, &b, &err) : 0;

    if (rc < 0)
        xd_log_write(r->log, XD_LOG_WARN, "policy", "%s isn't known: %s", what, xd_err_text(&err));
    for (size_t at = 0, len; rc > 0 && at < b.len; at += len + 1) {
        struct json_object *o = NULL;

        len = strcspn(b.s + at, "\n");
        if (xd_json_parse(document, b.s + at, len, &o, NULL) == 0)
            take(r, o);
        json_object_put(o);
    }
    xd_buf_done(&b);
}
