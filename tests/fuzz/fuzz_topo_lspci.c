/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as the output of lspci: a tree in which each function has its place, or a trouble that
 * names file, line and column. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/str.h"
#include "topo/pci.h"
#include "topo/topo_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t = xd_topo_new();
    size_t n = 0;

    xd_files_put(f, "xendeck/lspci.txt", data, size, NULL);
    xd_topo_read_lspci(t, f);
    if (t->n_troubles > 1 ||
        (t->n_troubles == 1 &&
         (t->n_things != 1 || !xd_str_starts(t->troubles[0].text, "xendeck/lspci.txt:"))))
        abort();
    xd_topo_pci_nodes(t);
    xd_topo_link(t);
    xd_topo_pci_links(t);
    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o)); n++)
        for (size_t i = 0; i < o->n_facts; i++)
            if (o->facts[i].value.type == XD_STR && !xd_str_is_safe(o->facts[i].value.cell.s))
                abort();
    if (n != t->n_things)
        abort();
    xd_topo_free(t);
    xd_files_free(f);
    return 0;
}
