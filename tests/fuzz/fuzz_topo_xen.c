/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as xen.json: a settled tree comes out; what is understood is written as a document that
 * is understood the same. */
#include "topo/xen.h"
#include "topo/read_impl.h"
#include "topo_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const char *text, size_t size)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf once = XD_BUF_INIT, twice = XD_BUF_INIT;
    struct xd_xen_host h;
    int rc = xd_xen_host_parse(text, size, &a, &h, &err);

    if (rc < 0 && !xd_str_starts(err.text, "xen.json"))
        abort();
    if (rc == 0) {
        xd_xen_host_write(&h, &once);
        if (xd_xen_host_parse(once.s, once.len, &a, &h, &err) < 0 || h.trouble)
            abort();
        xd_xen_host_write(&h, &twice);
        if (strcmp(once.s, twice.s) != 0)
            abort();
    }
    xd_buf_done(&once);
    xd_buf_done(&twice);
    xd_arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t;

    round_trip((const char *)data, size);
    if (xd_files_put(f, XD_TOPO_XEN_PATH, data, size, NULL) < 0)
        abort();
    t = xd_topo_gather(f);
    topo_fuzz_check_settled(t);
    xd_topo_free(t);
    xd_files_free(f);
    return 0;
}
