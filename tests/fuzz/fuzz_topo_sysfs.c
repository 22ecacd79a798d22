/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All sources at once out of a hostile tree of files: /sys, /proc, SMBIOS, ACPI (topo_fuzz.h says
 * how bytes make files). A settled tree comes out. */
#include "topo/read_impl.h"
#include "topo_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_files *f = topo_fuzz_files(data, size);
    struct xd_topo *t = xd_topo_gather(f);

    topo_fuzz_check_settled(t);
    xd_topo_free(t);
    xd_files_free(f);
    return 0;
}
