/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices of a real Xen host: the one symbol that a module exports. Files: store.c speaks with
 * xenstore, domains.c and devices.c keep what it says, counters.c reads the kernel's counters,
 * pci.c the PCI functions, collect.c makes a sample, doctor.c explains. words.c and kernel/ hold
 * the parsers, which need no Xen. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "backend_devices/card.h"
#include "backend_devices/host.h"
#include "base/arena.h"
#include "model/tables.h"

static void close_instance(void *self)
{
    struct xd_dv *d = self;

    xd_dv_disconnect(d);
    xd_dv_forget_devices(d);
    xd_dv_forget_domains(d);
    xd_dv_pci_free(d);
    if (d->xc)
        xc_interface_close(d->xc);
    if (d->epoll >= 0)
        close(d->epoll);
    free(d);
}

static int open_all(struct xd_dv *d, struct xd_err *err)
{
    d->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (d->epoll < 0)
        return xd_err_set(err, -errno, "no way to wait for xenstore: %s", strerror(errno));
    d->xc = xc_interface_open(&d->logger.vtable, &d->logger.vtable, 0);
    if (!d->xc)
        return xd_err_set(err, -(errno ? errno : EIO), "the hypervisor can't be reached: %s",
                          strerror(errno));
    return 0;
}

/* xenstore is connected to with the first sample, and again after it was away. */
static int open_instance(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    struct xd_dv *d = xd_malloc(sizeof(*d));
    int rc;

    d->env = env;
    d->root = "";
    xd_xen_logger_init(&d->logger, env->log);
    rc = open_all(d, err);
    if (rc < 0) {
        close_instance(d);
        return rc;
    }
    *self = d;
    return 0;
}

static int wake_fd(void *self)
{
    return ((struct xd_dv *)self)->epoll;
}

static bool wake(void *self)
{
    struct xd_dv *d = self;

    return xd_dv_hear(d) && xd_dv_is_wanted(d);
}

extern const struct xd_backend xd_backend_module;
const struct xd_backend xd_backend_module = {
    .abi = XD_BACKEND_ABI,
    .name = "devices",
    .title = "Devices, by xenstore and Linux",
    .help = "Disks, network interfaces and other devices of domains, and the host's PCI functions",
    .live = true,
    .tables = xd_devices_tables,
    .fills = xd_devices_fills,
    .fill_columns = xd_devices_fill_columns,
    .probe = xd_xen_probe,
    .open = open_instance,
    .close = close_instance,
    .collect = xd_dv_collect,
    .wake_fd = wake_fd,
    .wake = wake,
    .doctor = xd_dv_doctor,
};
