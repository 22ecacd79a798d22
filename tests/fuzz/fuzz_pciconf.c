/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a configuration space and as a dump of some: nothing outside is read, an address
 * that is read is written the same, and errors name their place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "kernel/pciconf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_address(const struct xd_bdf *a)
{
    struct xd_bdf again;
    char text[XD_BDF_TEXT], twice[XD_BDF_TEXT];

    if (xd_bdf_parse(xd_bdf_text(a, text), &again, NULL) < 0 ||
        strcmp(text, xd_bdf_text(&again, twice)) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_pci_dumped *f;
    struct xd_pciconf c;
    size_t n;

    xd_pciconf_read(data, size, &c, &err);
    if (xd_pci_dump_parse((const char *)data, size, "dump", &a, &f, &n, &err) == 0) {
        for (size_t i = 0; i < n; i++) {
            check_address(&f[i].at);
            if (f[i].size > XD_PCICONF_MAX)
                abort();
            if (xd_pciconf_read(f[i].bytes, f[i].size, &c, NULL) == 0)
                xd_pci_link_bytes_s(c.most);
        }
    } else if (strncmp(err.text, "dump", 4) != 0) {
        abort();
    }
    xd_arena_done(&a);
    return 0;
}
