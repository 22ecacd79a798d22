/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hostile sysfs: the bytes are lines "PATH WORD", each a file with that word, or a link to it
 * where the path ends in "@"; and configuration spaces "PATH# HEX". Whatever PCI it tells of, a
 * tree comes out in which each thing has its place, and advice that names things of it. */
#include "topo/advice.h"
#include "topo/pci.h"
#include "topo_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_files *f = topo_fuzz_files(data, size);
    struct xd_topo *t = xd_topo_new();
    static struct xd_arena kept;
    static struct xd_errata errata;

    xd_topo_read_pci(t, f);
    xd_topo_read_lspci(t, f);
    xd_topo_pci_nodes(t);
    xd_topo_link(t);
    xd_topo_pci_links(t);
    xd_topo_advise_hardware(t);
    if (!errata.n && xd_errata_builtin(&kept, &errata, NULL) < 0)
        abort();
    xd_topo_advise_errata(t, &errata);
    topo_fuzz_check(t);
    xd_topo_free(t);
    xd_files_free(f);
    return 0;
}
