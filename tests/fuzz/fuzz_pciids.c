/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a list of PCI ids: names that are safe to show, the same when asked twice and when
 * read again from what is kept of the list; or an error with its place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "kernel/pciids.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint16_t numbers[] = {0x0000, 0x0001, 0x1b36, 0x8086, 0x10d3, 0xffff};
#define N (sizeof(numbers) / sizeof(numbers[0]))

static void check(const char *a, const char *b)
{
    if (!a != !b || (a && (strcmp(a, b) != 0 || !xd_str_is_safe(a))))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf out = XD_BUF_INIT;
    struct xd_pciids *ids, *again;

    if (xd_pciids_open((const char *)data, size, "f", &a, &ids, &err) < 0) {
        if (!xd_str_starts(err.text, "f:") || !xd_str_is_safe(err.text))
            abort();
        goto done;
    }
    for (size_t i = 0; i < N; i++) {
        check(xd_pciids_vendor(ids, numbers[i]), xd_pciids_vendor(ids, numbers[i]));
        xd_pciids_class(ids, (uint32_t)numbers[i] << 8);
        for (size_t k = 0; k < N; k++)
            check(xd_pciids_device(ids, numbers[i], numbers[k]),
                  xd_pciids_device(ids, numbers[i], numbers[k]));
    }
    xd_pciids_write_asked(ids, &out);
    if (xd_pciids_open(xd_buf_str(&out), out.len, "f", &a, &again, NULL) == 0)
        for (size_t i = 0; i < N; i++)
            for (size_t k = 0; k < N; k++)
                check(xd_pciids_device(ids, numbers[i], numbers[k]),
                      xd_pciids_device(again, numbers[i], numbers[k]));
done:
    xd_buf_done(&out);
    xd_arena_done(&a);
    return 0;
}
