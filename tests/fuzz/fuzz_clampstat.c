/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as /powerclamp/stat: pCPUs in their room, or an error with its place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpuset.h"
#include "base/str.h"
#include "xen/clampstat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_clamp_stat s;
    char *text = malloc(size + 1);
    int rc;

    if (size)
        memcpy(text, data, size);
    rc = xd_clamp_stat_parse(text, size, &a, &s, &err);
    if (rc < 0 && !xd_str_starts(err.text, "/powerclamp/stat:"))
        abort();
    for (unsigned i = 0; rc == 0 && i < s.n; i++)
        if (s.cpu[i].told && i >= XD_CPUSET_MAX)
            abort();
    free(text);
    xd_arena_done(&a);
    return 0;
}
