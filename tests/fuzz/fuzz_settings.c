/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a settings file: an error with a place, or settings that are the same after they
 * were changed, written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "tui/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

static void same(const struct xd_yaml *a, const struct xd_yaml *b)
{
    check(!a == !b);
    if (!a)
        return;
    check(a->kind == b->kind && a->n == b->n);
    if (a->kind == XD_YAML_SCALAR) {
        /* What can't stand without quotes gets some: it was a text anyway. */
        check(strcmp(a->text, b->text) == 0 || (!a->text[0] && !a->quoted));
        check(!a->quoted || b->quoted);
    }
    for (const struct xd_yaml *x = a->first, *y = b->first; x; x = x->next, y = y->next) {
        check(!x->key == !y->key && (!x->key || strcmp(x->key, y->key) == 0));
        same(x, y);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_settings *s, *again;
    struct xd_buf text = XD_BUF_INIT;
    int rc = xd_settings_parse("f.yaml", (const char *)data, size, &s, &err);

    if (rc < 0) {
        check(err.code == rc && xd_str_starts(err.text, "f.yaml:"));
    } else {
        xd_settings_put(s, "screens/domains/sort", "-cpu,\"name\"\n", false);
        xd_settings_put(s, "detail", "no", true);
        xd_settings_put(s, "gone/with/it", NULL, false);
        xd_settings_write(s, &text);
        check(xd_settings_parse("f.yaml", xd_buf_str(&text), text.len, &again, &err) == 0);
        same(xd_settings_get(s, ""), xd_settings_get(again, ""));
        check(strcmp(xd_settings_get(again, "screens/domains/sort")->text, "-cpu,\"name\"\n") == 0);
        xd_settings_free(again);
    }
    xd_settings_free(s);
    xd_buf_done(&text);
    return 0;
}
