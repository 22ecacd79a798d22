/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as the name of a virtual disk, an Ethernet address, a rate, a PCI function, a vif of
 * a config file, and as what xl says. What is understood reads back; what isn't gives a sentence.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend_libxl/create.h"
#include "backend_libxl/device_spec.h"
#include "base/arena.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

static void check_error(int rc, const struct xd_err *err)
{
    check(rc == -EINVAL && err->code == rc && err->text[0]);
}

static void try_names(const char *text)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_bdf bdf, again;
    char back[XD_BDF_TEXT], text_again[XD_BDF_TEXT];
    struct xd_xl_rate rate;
    uint8_t mac[6];
    uint32_t number = 0;
    int rc = xd_xl_vdev_parse(text, &number, &err);

    if (rc)
        check_error(rc, &err);
    else
        check(number != 0);
    rc = xd_xl_mac_parse(text, mac, &err);
    if (rc)
        check_error(rc, &err);
    else
        check(strlen(text) == 17 && !(mac[0] & 1));
    rc = xd_xl_rate_parse(text, &rate, &err);
    if (rc)
        check_error(rc, &err);
    else
        check(rate.interval_us != 0 && strstr(text, "/s"));
    rc = xd_xl_bdf_parse(text, &bdf, &err);
    if (rc) {
        check_error(rc, &err);
        return;
    }
    xd_bdf_text(&bdf, back);
    check(xd_xl_bdf_parse(back, &again, NULL) == 0);
    xd_bdf_text(&again, text_again);
    check(strcmp(back, text_again) == 0);
}

static void try_lines(const char *text)
{
    const char *tail;
    char out[40];
    size_t head;

    if (xd_xl_vif_value(text, "bridge", out, sizeof(out)))
        check(!strchr(out, ',') && strstr(text, "bridge="));
    xd_xl_why(text, out, sizeof(out));
    check(xd_str_is_safe(out));
    if (xd_xl_key_split(text, &head, &tail))
        check(head > 0 && text[head] == '/' && *tail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_arena a = XD_ARENA_INIT;
    const char *text = xd_arena_strndup(&a, (const char *)data, size);

    try_names(text);
    try_lines(text);
    xd_arena_done(&a);
    return 0;
}
