/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A domain's configuration in which one setting is changed: it can be found again as what it was
 * set to, and without it the text is what it was without it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xen/cpuid/xlcfg.h"

#define NEW "cpuid=\"host\""

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct xd_xlcfg_place at, again;
    struct xd_buf out = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;

    if (xd_xlcfg_find("f", text, size, "cpuid", &at, &err) < 0) {
        if (!err.code)
            abort();
        return 0;
    }
    if (at.line && (at.from >= at.to || at.to > size))
        abort();
    xd_xlcfg_replace(text, size, &at, NEW, &out);
    if (xd_xlcfg_find("f", xd_buf_str(&out), out.len, "cpuid", &again, NULL) < 0 || !again.line ||
        again.to - again.from != strlen(NEW) || memcmp(out.s + again.from, NEW, strlen(NEW)) != 0)
        abort();
    xd_buf_done(&out);
    return 0;
}
