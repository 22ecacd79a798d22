/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as hwloc's XML: a settled tree comes out, and if the document is broken, a sentence
 * with its line. */
#include "topo/read_impl.h"
#include "topo_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t;

    if (xd_files_put(f, "xendeck/hwloc.xml", data, size, NULL) < 0)
        abort();
    t = xd_topo_gather(f);
    topo_fuzz_check_settled(t);
    for (size_t i = 0; i < t->n_troubles; i++)
        if (t->troubles[i].source == XD_TOPO_BY_HWLOC &&
            !strstr(t->troubles[i].text, "hwloc.xml") &&
            !strstr(t->troubles[i].text, " has CPUs ") &&
            !strstr(t->troubles[i].text, " some of the CPUs ") &&
            !xd_str_starts(t->troubles[i].text, "from node "))
            abort();
    xd_topo_free(t);
    xd_files_free(f);
    return 0;
}
