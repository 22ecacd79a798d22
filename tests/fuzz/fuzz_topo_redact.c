/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as each kind of file that serial numbers are taken out of: sizes stay (or nothing is
 * left), no address is left, and what was clean stays as it is. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "topo/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

/* Six pairs of hex digits by themselves: what an Ethernet address looks like. */
static int has_address(const struct xd_buf *b)
{
    static const char form[] = "xx:xx:xx:xx:xx:xx";
    size_t n = sizeof(form) - 1;

    for (size_t i = 0; b->len >= n && i <= b->len - n; i++) {
        size_t k = 0;

        while (k < n &&
               (form[k] == 'x' ? isxdigit((unsigned char)b->s[i + k]) : b->s[i + k] == form[k]))
            k++;
        if (k == n && (i == 0 || !isalnum((unsigned char)b->s[i - 1])) &&
            (i + n == b->len || !isxdigit((unsigned char)b->s[i + n])))
            return 1;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"sys/firmware/dmi/tables/DMI",
                                        "sys/devices/pci0000:00/0000:00:02.0/config",
                                        "xendeck/lspci.txt",
                                        "xendeck/hwloc.xml",
                                        "sys/class/net/enx525400123456/speed",
                                        "sys/block/sda/device/serial"};
    struct xd_topo_redactor *r = xd_topo_redactor_new();
    struct xd_buf path = XD_BUF_INIT, once = XD_BUF_INIT, twice = XD_BUF_INIT;

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        xd_topo_redact(r, 'f', paths[i], data, size, &path, &once);
        check(path.len == strlen(paths[i]));
        check(once.len == (i == 5 ? 0 : size));
        if (i >= 2)
            check(!has_address(&once));
        xd_topo_redact(r, 'f', paths[i], once.s, once.len, &path, &twice);
        check(twice.len == once.len && (!once.len || memcmp(once.s, twice.s, once.len) == 0));
    }
    xd_topo_redactor_free(r);
    xd_buf_done(&path);
    xd_buf_done(&once);
    xd_buf_done(&twice);
    return 0;
}
