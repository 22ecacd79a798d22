/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dumps of CPUID, and the records of a saved domain: whatever the bytes, an answer or an error. */
#include <stdint.h>
#include <stdlib.h>

#include "xen/cpuid/dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_cpuid_dump dump;
    struct xd_cpuid_leaves l;
    struct xd_cpuid_set set;
    struct xd_err err = XD_ERR_INIT;

    if (xd_cpuid_dump_parse("fuzz", (const char *)data, size, &a, &dump, &err) == 0) {
        if (!dump.n)
            abort();
        for (size_t i = 0; i < dump.n; i++) {
            struct xd_buf b = XD_BUF_INIT;

            /* Words that aren't known have no bits. */
            for (int w = 0; w < XD_CPUID_WORDS; w++)
                if (!(dump.source[i].set.known >> w & 1) && dump.source[i].set.fs.w[w])
                    abort();
            xd_cpuid_hex_format(&dump.source[i].set, ':', &b);
            xd_buf_done(&b);
        }
    } else if (!err.code) {
        abort();
    }
    size_t half = size / 2;
    if (xd_cpuid_policy_records(data, half - half % 24, data + half, (size - half) / 16 * 16, &a,
                                &l, &err) == 0)
        xd_cpuid_leaves_to_set(&l, &set);
    xd_arena_done(&a);
    return 0;
}
