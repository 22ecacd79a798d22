/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network interfaces of running guests: attach and detach. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend_libxl/actions_device.h"
#include "backend_libxl/create.h"
#include "backend_libxl/device_spec.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/xenknobs.h"

#define KIND     "vif"
#define NOT_DOM0 "it has the host's own interfaces"

static int start_add(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    return libxl_device_nic_add(ctx, domid, arg, how);
}

static int start_remove(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    return libxl_device_nic_remove(ctx, domid, arg, how);
}

static int start_take(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    return libxl_device_nic_destroy(ctx, domid, arg, how);
}

/* Unlike a disk, an interface has nothing to lose: where the guest doesn't answer in time, libxl
 * takes it. */
static struct xd_xl_removal removal(const char *what, uint32_t domid, libxl_device_nic *nic)
{
    return xd_xl_removal_of(what, KIND, domid, nic, start_remove, start_take);
}

static void describe(const struct xd_xl_found *f, uint64_t devid, char *out, size_t size)
{
    snprintf(out, size, "NIC %llu of %s", (unsigned long long)devid, f->what);
}

/* --- attaching --- */

/* Scripts that route, or do what only they know, need none: libxl names one all the same. */
static bool uses_bridge(const char *script)
{
    const char *name = script ? strrchr(script, '/') : NULL;

    return !script || strcmp(name ? name + 1 : script, "vif-bridge") == 0;
}

static int check_bridge(const char *what, const char *bridge, struct xd_err *err)
{
    char path[160];

    if (strchr(bridge, '/') || strlen(bridge) > 64)
        return xd_err_set(err, -EINVAL, "%s: \"%s\" is no name of a bridge", what, bridge);
    snprintf(path, sizeof(path), "/sys/class/net/%s", bridge);
    if (access(path, F_OK) < 0)
        return xd_err_set(err, -EINVAL,
                          "%s: there is no bridge %s in Domain-0 (ip link add %s type bridge)",
                          what, bridge, bridge);
    return 0;
}

/* NULL where nothing is said. */
static char *said(const struct xd_xl_doing *d, int param)
{
    const char *text = xd_xl_param_text(&d->params[param]);

    return text[0] ? xd_strdup(text) : NULL;
}

/* What is for scripts and for the backend. */
static int fill_setup(const struct xd_xl_doing *d, const char *what, libxl_device_nic *nic,
                      struct xd_err *err)
{
    const struct xd_value *mtu = &d->params[XD_NIC_ATTACH_MTU];
    const char *text = xd_xl_param_text(&d->params[XD_NIC_ATTACH_RATE]);
    struct xd_xl_rate rate = {0};

    if (text[0] && xd_xl_rate_parse(text, &rate, err) < 0) {
        xd_err_prefix(err, "%s: ", what);
        return -EINVAL;
    }
    if (mtu->have && (mtu->cell.u < 68 || mtu->cell.u > UINT16_MAX))
        return xd_err_set(err, -ERANGE, "%s: an MTU is 68 to 65535", what);
    nic->rate_bytes_per_interval = rate.bytes;
    nic->rate_interval_usecs = rate.interval_us;
    nic->mtu = mtu->have ? (int)mtu->cell.u : 0;
    nic->ifname = said(d, XD_NIC_ATTACH_VIFNAME);
    nic->ip = said(d, XD_NIC_ATTACH_IP);
    nic->gatewaydev = said(d, XD_NIC_ATTACH_GATEWAYDEV);
    return 0;
}

static int fill(const struct xd_xl_doing *d, const char *what, libxl_device_nic *nic,
                struct xd_err *err)
{
    const char *bridge = xd_xl_param_text(&d->params[XD_NIC_ATTACH_BRIDGE]);
    const char *mac = xd_xl_param_text(&d->params[XD_NIC_ATTACH_MAC]);
    const char *backend = xd_xl_param_text(&d->params[XD_NIC_ATTACH_BACKEND]);
    struct xd_xl_defaults defaults;
    struct xd_xl_found server;
    int rc = 0;

    if (backend[0]) {
        rc = xd_xl_find_named(d->x, backend, &server, err);
        if (rc < 0)
            return rc;
        nic->backend_domid = server.info.domain;
    }
    if (mac[0])
        rc = xd_xl_mac_parse(mac, nic->mac, err);
    if (rc < 0) {
        xd_err_prefix(err, "%s: ", what);
        return rc;
    }
    xd_xl_defaults_read(&defaults);
    if (!bridge[0])
        bridge = defaults.bridge;
    nic->script = said(d, XD_NIC_ATTACH_SCRIPT);
    if (!nic->script && defaults.script[0])
        nic->script = xd_strdup(defaults.script);
    if (!nic->backend_domid && uses_bridge(nic->script))
        rc = check_bridge(what, bridge, err);
    if (rc < 0)
        return rc;
    nic->devid = (libxl_devid)d->deed->number;
    nic->bridge = xd_strdup(bridge);
    nic->model = said(d, XD_NIC_ATTACH_MODEL);
    return fill_setup(d, what, nic, err);
}

static int attach(const struct xd_xl_doing *d, const struct xd_xl_found *f, const char *what,
                  struct xd_err *err)
{
    libxl_device_nic nic;
    struct xd_xl_removal r = removal(what, f->info.domain, &nic);
    int rc;

    libxl_device_nic_init(&nic);
    rc = fill(d, what, &nic, err);
    if (rc == 0) {
        rc = xd_xl_operate(d->x,
                           &(struct xd_xl_op){.start = start_add,
                                              .domid = f->info.domain,
                                              .arg = &nic,
                                              .waiting = "waiting for its backend and its script"},
                           d->p);
        if (rc < 0)
            rc = xd_xl_attach_failed(d, &r, rc, err);
    }
    libxl_device_nic_dispose(&nic);
    return rc;
}

int xd_xl_act_nic_attach(const struct xd_xl_doing *d, struct xd_err *err)
{
    const struct xd_value *devid = &d->params[XD_NIC_ATTACH_DEVID];
    struct xd_xl_ends ends;
    libxl_domain_type type;
    struct xd_xl_found f;
    char what[256];
    int rc = xd_xl_find_guest(d, NOT_DOM0, &f, &type, err);

    if (rc < 0)
        return rc;
    if (!devid->have || devid->cell.u > 255)
        return xd_err_set(err, -ERANGE,
                          "%s: the number of a NIC is 0 to 255; name one with devid=", f.what);
    d->deed->number = (uint32_t)devid->cell.u;
    describe(&f, devid->cell.u, what, sizeof(what));
    if (xd_xl_flags(&f.info) & XD_XL_SHUTDOWN)
        return xd_err_set(err, -EINVAL, "%s has shut down: it can't take a NIC", f.what);
    xd_xl_ends_read(d->x, f.info.domain, KIND, d->deed->number, &ends);
    if (ends.there)
        return xd_err_set(err, -EALREADY,
                          "%s is there already: name another number with devid=", what);
    return attach(d, &f, what, err);
}

int xd_xl_seen_nic_attach(struct xd_xl *x, const struct xd_object *o, const struct xd_xl_deed *deed,
                          struct xd_err *err)
{
    return xd_xl_seen_attached(x, KIND, deed, err);
}

/* --- detaching --- */

int xd_xl_act_nic_detach(const struct xd_xl_doing *d, struct xd_err *err)
{
    libxl_device_nic nic;
    struct xd_xl_found f;
    const char *number;
    uint64_t devid;
    char what[256];
    size_t head;
    int rc;

    if (!xd_xl_key_split(d->o->key, &head, &number) || xd_parse_u64(number, &devid) < 0 ||
        devid > INT32_MAX)
        return xd_err_set(err, -EINVAL, "\"%s\" is no key of a NIC", d->o->key);
    rc = xd_xl_find_guest(d, NOT_DOM0, &f, NULL, err);
    if (rc < 0)
        return rc;
    d->deed->number = (uint32_t)devid;
    describe(&f, devid, what, sizeof(what));
    libxl_device_nic_init(&nic);
    if (libxl_devid_to_device_nic(d->x->ctx, f.info.domain, (int)devid, &nic) != 0) {
        rc = xd_err_set(err, -ESRCH, "%s is not there any more", what);
    } else {
        struct xd_xl_removal r = removal(what, f.info.domain, &nic);

        rc = xd_xl_detach(d, &f, &r, err);
    }
    libxl_device_nic_dispose(&nic);
    return rc;
}

int xd_xl_seen_nic_detach(struct xd_xl *x, const struct xd_object *o, const struct xd_xl_deed *deed,
                          struct xd_err *err)
{
    return xd_xl_seen_detached(x, KIND, deed);
}
