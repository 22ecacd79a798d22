/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One open instance of the backend: what is known of domains and devices, kept up to date by
 * xenstore's watches, so that a sample of a host on which nothing changed asks xenstore nothing.
 *
 * Watches: /local/domain/N/backend of dom0 and of each driver domain (all their devices), the
 * folder of each frontend that has a backend, the names of the domains that have devices. No watch
 * covers what a guest without devices may write. */
#ifndef XD_DV_HOST_H
#define XD_DV_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>
#include <xenctrl.h>
#include <xenstore.h>

#include "backend_devices/words.h"
#include "backend_shared/xen.h"
#include "kernel/pcidev.h"
#include "kernel/xenback.h"
#include "model/backend.h"

#define XD_DV_DEVICES_MAX 16384 /* on the host; what is more is left out, and said */
#define XD_DV_FOREIGN_MAX 1024  /* that one driver domain may claim to serve */
#define XD_DV_PCI_MAX     64    /* functions of one pci backend */
#define XD_DV_VALUE_MAX   1024  /* bytes of a node's value that are kept */

/* The nodes that are read of each device. */
enum xd_dv_key {
    XD_DV_STATE,
    XD_DV_HOTPLUG_STATUS,
    XD_DV_HOTPLUG_ERROR,
    XD_DV_PARAMS,
    XD_DV_TAP_PARAMS,
    XD_DV_MODE,
    XD_DV_DEVICE_TYPE,
    XD_DV_MAC,
    XD_DV_BRIDGE,
    XD_DV_VIFNAME,
    XD_DV_SCRIPT,
    XD_DV_DISCARD,
    XD_DV_RATE,
    XD_DV_IP,
    XD_DV_GATEWAYDEV,
    XD_DV_MTU,
    XD_DV_FRONTEND,
    XD_DV_THREAD,
    XD_DV_BACK_ERROR,
    XD_DV_FRONT_STATE,
    XD_DV_FRONT_ERROR,
    XD_DV_KEYS,
    XD_DV_PCI_LIST = XD_DV_KEYS, /* not one node: the functions behind a pci backend */
};
#define XD_DV_BIT(key) (1u << (key))
#define XD_DV_ALL      (XD_DV_BIT(XD_DV_PCI_LIST + 1) - 1)

struct xd_dv_domain {
    uint32_t domid;
    char uuid[XD_DV_UUID];
    bool dying;
    bool looked; /* whether it serves devices is known */
    bool serves; /* it has a folder of backends, which is watched */
    bool fresh;  /* … and the watch has not yet told so */
    bool scan;   /* that folder is to be listed */
    bool named;  /* its name is wanted and watched */
    bool rename; /* … and is to be read again */
    char *name;  /* hostile; NULL: none */
};

struct xd_dv_id { /* zeroed before it is filled: it is hashed as it lies */
    uint32_t backend, frontend, device;
    char kind[XD_DV_KIND];
};

struct xd_dv_device {
    struct xd_dv_id id;
    uint64_t serial; /* the token of its watch */
    unsigned dirty;  /* XD_DV_BIT of what is to be read again */
    char *value[XD_DV_KEYS];
    char *front;        /* the frontend's folder, watched; NULL: not known yet */
    unsigned events;    /* of the frontend since it was read last */
    bool polled;        /* its frontend writes too often to be watched: it is read each time */
    struct xd_bdf *pci; /* functions of a pci backend */
    size_t n_pci;

    char ifname[XD_IFNAME_MAX]; /* "" : not known */
    bool have_nic, have_disk;   /* the counters are of this sample */
    struct xd_netdev nic;
    struct xd_xenback_disk disk;
    UT_hash_handle hh, by_serial;
};

struct xd_dv_pci; /* pci.c */

struct xd_dv {
    const struct xd_backend_env *env;
    struct xd_xen_logger logger;
    const char *root; /* of sysfs and proc: "" */
    xc_interface *xc;
    struct xs_handle *xs; /* NULL: xenstore is away */
    int epoll;            /* waits for xs */

    struct xd_dv_domain *domains; /* in the order of domids */
    size_t n_domains;
    bool relist; /* a domain came or went */
    int64_t listed_at;

    struct xd_dv_device *devices, *by_serial;
    uint64_t serial;
    bool full;                   /* there are more devices than we keep */
    struct xd_dv_device **order; /* by frontend, kind, number; the newest first */
    size_t n_order;
    bool changed; /* devices were added or taken away since that order was made */

    uint64_t names; /* a hash of the interfaces' names at the last sample */
    struct xd_dv_pci *pci;
};

/* --- store.c: the connection --- */

/* 0, or -errno and why xenstore can't be reached. Forgets all that was known when it is a new
 * connection. */
int xd_dv_connect(struct xd_dv *d, struct xd_err *err);
void xd_dv_disconnect(struct xd_dv *d);
/* A node's value, cut to XD_DV_VALUE_MAX, to be freed; NULL: it isn't there. A failure of xenstore
 * itself ends the connection: d->xs is NULL then. */
char *xd_dv_read(struct xd_dv *d, const char *fmt, ...) XD_PRINTF(2, 3);
/* The names in a folder, to be freed in one go; NULL: it isn't there, or xenstore failed. */
char **xd_dv_list(struct xd_dv *d, unsigned *n, const char *fmt, ...) XD_PRINTF(3, 4);
bool xd_dv_watch(struct xd_dv *d, const char *path, const char *token);
/* Takes in the events that have come, without waiting. True: something is to be read again. */
bool xd_dv_hear(struct xd_dv *d);

/* --- domains.c --- */
int xd_dv_list_domains(struct xd_dv *d, struct xd_err *err);
struct xd_dv_domain *xd_dv_domain(const struct xd_dv *d, uint32_t domid); /* or NULL */
void xd_dv_forget_domains(struct xd_dv *d);
/* The domain whose rows these are: NULL where another one that lives has the same UUID. */
const struct xd_dv_domain *xd_dv_owner(const struct xd_dv *d, uint32_t domid);
/* Asks each domain that is new whether it serves devices: one message each, and no more than that.
 * False: some are still to be asked. */
bool xd_dv_look(struct xd_dv *d, size_t looks);
void xd_dv_names(struct xd_dv *d);

/* --- devices.c --- */

/* An event of a folder of backends, of a frontend. True: something is to be read again. */
bool xd_dv_event(struct xd_dv *d, const char *path);
bool xd_dv_front_event(struct xd_dv *d, uint64_t serial, const char *path);
/* Lists what is to be listed and reads what is to be read. */
void xd_dv_refresh(struct xd_dv *d);
void xd_dv_sort(struct xd_dv *d);
void xd_dv_forget_devices(struct xd_dv *d);
/* Its numbers, or unknown: -1. */
static inline int xd_dv_end(const struct xd_dv_device *v, enum xd_dv_key key)
{
    return xd_dv_state(v->value[key]);
}

/* --- counters.c --- */
/* Fills in the counters of nics and disks that dom0's kernel serves. */
void xd_dv_count_nics(struct xd_dv *d);
void xd_dv_count_disks(struct xd_dv *d);

/* --- collect.c, pci.c, doctor.c --- */
int xd_dv_collect(void *self, struct xd_builder *b, struct xd_err *err);
/* Brings what is known up to date; at most so many domains are asked whether they serve devices.
 * False: not all of them have been asked yet, or there is an error. */
bool xd_dv_update(struct xd_dv *d, size_t looks, struct xd_err *err);
/* Whether anybody looks at anything of ours. */
bool xd_dv_is_wanted(const struct xd_dv *d);
void xd_dv_collect_pci(struct xd_dv *d, struct xd_builder *b);
void xd_dv_pci_free(struct xd_dv *d);
void xd_dv_doctor(void *self, struct xd_builder *b);

#endif
