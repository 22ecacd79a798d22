/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a list of errata: whole entries, or an error with its place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "topo/advice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_errata e;
    int rc = xd_errata_parse("f", (const char *)data, size, &a, &e, &err);

    if (rc < 0 && (e.n || !xd_str_starts(err.text, "f:") || !xd_str_is_safe(err.text)))
        abort();
    for (size_t i = 0; i < e.n; i++) {
        const struct xd_erratum *x = &e.list[i];

        if (!x->id || !x->text || !x->remedy || !x->cite || !x->vendor != (x->n_pci_ids > 0) ||
            !x->vendor != !x->n_models)
            abort();
        for (size_t k = 0; k < x->n_models; k++)
            if (x->models[k] > 0xff)
                abort();
    }
    xd_arena_done(&a);
    return 0;
}
