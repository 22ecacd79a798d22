/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as an ACPI table, and its second half as another one: nothing outside is read, lists
 * and their numbers agree, and what is said of faults is fit for a terminal. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "kernel/acpi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_acpi s = {.n_cpus = 0};
    volatile uint64_t sum = 0;

    xd_acpi_add(&s, data, size, &a, &err);
    xd_acpi_add(&s, data + size / 2, size - size / 2, &a, &err);
    if ((s.trouble && !xd_str_is_safe(s.trouble)) || !xd_str_is_safe(err.text))
        abort();
    for (size_t i = 0; i < s.n_cpus; i++)
        sum += s.cpus[i].apic_id;
    for (size_t i = 0; i < s.n_paths; i++)
        sum += s.paths[i].value;
    for (size_t i = 0; i < s.n_distances * s.n_distances; i++)
        sum += s.distances[i];
    for (size_t i = 0; i < s.n_iommus; i++)
        for (size_t k = 0; k < s.iommus[i].n_scopes; k++)
            for (size_t step = 0; step < s.iommus[i].scopes[k].steps; step++)
                sum += s.iommus[i].scopes[k].path[2 * step + 1];
    for (size_t i = 0; i < s.n_iommus; i++)
        for (size_t k = 0; k < s.iommus[i].n_spans; k++)
            if (s.iommus[i].spans[k].first > s.iommus[i].spans[k].last)
                abort();
    (void)sum;
    xd_arena_done(&a);
    return 0;
}
