/* SPDX-License-Identifier: GPL-2.0-or-later */
/* XML of others: whatever the bytes, a tree or an error with its place. */
#include <stdint.h>
#include <stdlib.h>

#include "base/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count(const struct xd_xml *e)
{
    size_t n = 1;

    for (const struct xd_xml *c = e->first; c; c = c->next)
        n += count(c);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_xml *root;

    if (xd_xml_parse("fuzz", (const char *)data, size, &a, &root, &err) == 0) {
        if (count(root) > size)
            abort();
    } else if (!err.code) {
        abort();
    }
    xd_arena_done(&a);
    return 0;
}
