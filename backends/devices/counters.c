/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters of the devices that dom0's kernel serves, from where the kernel keeps them: one read of
 * /proc/net/dev for all nics, five small files of sysfs for a disk.
 *
 * libxenstat has the same sources, and is not called on the way of a sample, for these reasons (of
 * its source in Xen 4.17):
 * - xenstat_get_node asks xenstore for the name of each domain, and with XENSTAT_VBD once more for
 *   each whether it has a qdisk, whatever devices there are: two messages a domain and sample,
 * where we need none. It compiles a regular expression for each line of /proc/net/dev.
 * - for a domain with a qdisk it connects to QEMU (/run/xen/qmp-libxenstat-N) and waits: at least
 *   two times 10 ms, and without a bound in connect(), write(), or when QEMU hangs up.
 * - it prints to standard error, which is the screen, where a domain ends meanwhile.
 * - on a host without a bridge it takes every interface without a "p" in its name for dom0's, and
 * so sees no vif; one whose name contains that of the bridge neither. It lists domains by count
 *   instead of by domid, and so sees some twice and others not where there are more than 256.
 *   blktap3's disks (vbd3) and those of driver domains it doesn't know.
 * `xendeck doctor` asks it once and says whether it agrees; tests/lab/dom0/devices.sh compares all
 * values, and prints what a sample of either costs. */
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "backend_devices/host.h"
#include "base/arena.h"

#define PROC_NET_DEV "/proc/net/dev"
#define TEXT_MAX     (16u << 20)

/* All of /proc/net/dev, to be freed; NULL with an error. */
static char *read_netdev(const struct xd_dv *d, size_t *len, struct xd_err *err)
{
    char path[256], *text = NULL;
    size_t size = 16384;
    int64_t n = -EFBIG;

    snprintf(path, sizeof(path), "%s" PROC_NET_DEV, d->root);
    while (n == -EFBIG && size < TEXT_MAX) {
        size *= 2;
        text = xd_realloc(text, size);
        n = xd_file_read(path, text, size);
    }
    if (n >= 0) {
        *len = (size_t)n;
        return text;
    }
    free(text);
    xd_err_set(err, (int)n, "%s can't be read: %s", path, strerror((int)-n));
    return NULL;
}

/* FNV-1a over all names: whether any interface came, went or was renamed. */
static uint64_t hash_names(const struct xd_netdev *list, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < n; i++)
        for (const char *p = list[i].name;; p++) {
            h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
            if (!*p)
                break;
        }
    return h;
}

static bool is_ours(const struct xd_dv_device *v, bool is_kind)
{
    return is_kind && v->id.backend == 0;
}

static void count_nics(struct xd_dv *d, struct xd_arena *a)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_netdev *list = NULL;
    size_t len = 0, n = 0;
    char *text = read_netdev(d, &len, &err);
    bool renamed;
    uint64_t names;

    if (!text || xd_netdev_parse(text, len, a, &list, &n, &err) < 0)
        xd_log_write(d->env->log, XD_LOG_WARN, "devices", "%s", xd_err_text(&err));
    free(text);
    names = hash_names(list, n);
    renamed = names != d->names;
    d->names = names;
    for (size_t i = 0; i < d->n_order; i++) {
        struct xd_dv_device *v = d->order[i];
        const struct xd_netdev *found;

        if (!is_ours(v, xd_dv_is_nic(v->id.kind)))
            continue;
        if ((renamed || !v->ifname[0]) &&
            xd_xenback_ifname(d->root, v->id.frontend, v->id.device, v->ifname) < 0)
            v->ifname[0] = '\0';
        found = v->ifname[0] ? xd_netdev_find(list, n, v->ifname) : NULL;
        v->have_nic = found;
        if (found)
            v->nic = *found;
    }
}

void xd_dv_count_nics(struct xd_dv *d)
{
    struct xd_arena a = XD_ARENA_INIT;
    bool any = false;

    for (size_t i = 0; i < d->n_order; i++) {
        d->order[i]->have_nic = false;
        any = any || is_ours(d->order[i], xd_dv_is_nic(d->order[i]->id.kind));
    }
    if (any)
        count_nics(d, &a);
    xd_arena_done(&a);
}

/* QEMU keeps the counters of a qdisk to itself: they stay unknown. */
static bool count_disk(const struct xd_dv *d, struct xd_dv_device *v)
{
    struct xd_xenback_name name = {.domid = v->id.frontend, .device = v->id.device};
    const char *thread = v->value[XD_DV_THREAD], *end;
    uint32_t pid;

    if (strcmp(v->id.kind, "qdisk") == 0)
        return false;
    if (strcmp(v->id.kind, "vbd3") == 0) {
        end = thread ? xd_dv_number(thread, INT32_MAX, &pid) : NULL;
        return end && !*end &&
               xd_xenback_td3_disk(d->root, pid, name.domid, name.device, &v->disk) == 0;
    }
    snprintf(name.kind, sizeof(name.kind), "%s", v->id.kind);
    return xd_xenback_disk(d->root, &name, &v->disk) == 0;
}

void xd_dv_count_disks(struct xd_dv *d)
{
    for (size_t i = 0; i < d->n_order && !d->env->stopping(d->env); i++) {
        struct xd_dv_device *v = d->order[i];

        v->have_disk = is_ours(v, xd_dv_is_disk(v->id.kind)) && count_disk(d, v);
    }
}
