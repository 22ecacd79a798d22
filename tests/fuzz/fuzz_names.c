/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as the file of names that one command leaves to the next: it is nothing, or each name
 * is one that could have been written, and writing them gives the same bytes again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* It is linked into a module only. */
#include "../../backends/libxl/names.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_xl_names names = XD_XL_NAMES_INIT;
    struct xd_buf again = XD_BUF_INIT;

    xd_buf_addn(&names.text, (const char *)data, size);
    if (xd_xl_names_parse(&names) == 0) {
        xd_xl_names_begin(&again);
        for (size_t i = 0; i < names.n; i++) {
            const struct xd_xl_named *of = &names.of[i];
            char name[NAME_MAX_BYTES + 1];

            check(of->len < sizeof(name));
            memcpy(name, of->name, of->len);
            name[of->len] = '\0';
            check(xd_xl_name_keeps(name));
            check(xd_xl_names_of(&names, of->domid, of->uuid) == of);
            xd_xl_names_add(&again, of->domid, of->uuid, name);
        }
        xd_xl_names_end(&again, names.n);
        check(again.len == size && memcmp(again.s, data, size) == 0);
    }
    xd_buf_done(&again);
    xd_xl_names_free(&names);
    return 0;
}
