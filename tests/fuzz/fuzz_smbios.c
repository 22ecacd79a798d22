/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a table of SMBIOS structures: nothing outside is read, what comes out is fit for a
 * terminal, and whatever was left out is told. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "kernel/smbios.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void safe(const char *s)
{
    if (s && !xd_str_is_safe(s))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_smbios s;
    int rc = xd_smbios_parse(data, size, &a, &s, &err);

    if ((rc == 0) != (s.structures > 0) || (rc < 0 && !err.text[0]))
        abort();
    safe(s.trouble);
    safe(err.text);
    safe(s.system.maker);
    safe(s.system.product);
    for (size_t i = 0; i < s.n_cpus; i++)
        safe(s.cpus[i].version);
    for (size_t i = 0; i < s.n_caches; i++)
        safe(s.caches[i].name);
    for (size_t i = 0; i < s.n_slots; i++)
        safe(s.slots[i].name);
    for (size_t i = 0; i < s.n_dimms; i++) {
        safe(s.dimms[i].part);
        if (s.dimms[i].empty && s.dimms[i].have_size)
            abort();
    }
    xd_arena_done(&a);
    return 0;
}
