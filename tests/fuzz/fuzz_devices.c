/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as what Linux and xenstore say of devices. The first byte chooses the reader: n
 * /proc/net/dev, b the name of a backend, t blktap3's counters, p the place of a PCI function, w
 * xenstore's paths and words. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_devices/words.h"
#include "base/str.h"
#include "kernel/netdev.h"
#include "kernel/pcidev.h"
#include "kernel/xenback.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

static void netdev(const char *text, size_t size)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_netdev *list;
    size_t n;

    if (xd_netdev_parse(text, size, &a, &list, &n, &err))
        check(n == 0 && err.code && err.text[0]);
    for (size_t i = 0; i < n; i++) {
        check(list[i].name[0] && memchr(list[i].name, 0, sizeof(list[i].name)) != NULL);
        check(xd_netdev_find(list, n, list[i].name) != NULL);
    }
    xd_arena_done(&a);
}

/* What is accepted is written back the same. */
static void backend(const char *text)
{
    struct xd_xenback_name n;
    char again[64];

    if (xd_xenback_name(text, &n) < 0)
        return;
    snprintf(again, sizeof(again), "%s-%u-%u", n.kind, n.domid, n.device);
    check(strcmp(again, text) == 0);
}

static void place(const char *text)
{
    char out[XD_BDF_TEXT];
    struct xd_bdf a, b;
    const char *end;

    if (xd_bdf_parse(text, &a, &end) < 0)
        return;
    check(end > text && end <= text + strlen(text));
    check(xd_bdf_parse(xd_bdf_text(&a, out), &b, NULL) == 0 && xd_bdf_cmp(&a, &b) == 0);
}

static void words(const char *text)
{
    struct xd_dv_path p;
    const char *format, *end;
    char mac[18], vdev[XD_DV_VDEV], rate[XD_DV_RATE_TEXT], again[128];
    uint32_t n;

    if (xd_dv_path_parse(text, &p) == 0) {
        check(p.depth >= 0 && p.depth <= 4 && (p.depth == 0) == (p.kind[0] == '\0'));
        check((p.depth == 4) == (p.leaf[0] != '\0'));
        check(p.backend <= XD_DV_DOMID_MAX && p.frontend <= XD_DV_DOMID_MAX);
        snprintf(again, sizeof(again), "/local/domain/%u/backend/%s/%u/%u/", p.backend, p.kind,
                 p.frontend, p.device);
        check(p.depth < 4 || strncmp(again, text, strlen(again)) == 0);
    }
    check(xd_dv_state(text) >= -1 && xd_dv_state(text) <= 8);
    check(!xd_dv_mac(text, mac) || strlen(mac) == 17);
    check(!xd_dv_rate(text, rate) || strstr(rate, "B/s"));
    if (xd_dv_is_front_path(text, 3))
        check(xd_str_starts(text, "/local/domain/3/") && xd_str_is_safe(text));
    end = xd_dv_target("qdisk", text, &format);
    check(end >= text && end <= text + strlen(text));
    if (xd_dv_is_kind(text))
        check(strlen(text) < XD_DV_KIND && xd_dv_front_kind(text) && xd_dv_driver(text));
    if (xd_dv_number(text, UINT32_MAX, &n))
        check(strlen(xd_dv_vdev(n, vdev)) < XD_DV_VDEV);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_xenback_disk disk;
    char *text;

    if (size == 0)
        return 0;
    text = malloc(size);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    switch (data[0]) {
    case 'n':
        netdev(text, size - 1);
        break;
    case 'b':
        backend(text);
        break;
    case 't':
        xd_xenback_td3(data + 1, size - 1, &disk);
        break;
    case 'p':
        place(text);
        break;
    default:
        words(text);
    }
    free(text);
    return 0;
}
