/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the actions on devices share: whose a device is, what state its two ends are in, and why a
 * hotplug script failed. */
#ifndef XD_XL_ACTIONS_DEVICE_H
#define XD_XL_ACTIONS_DEVICE_H

#include "backend_libxl/actions.h"
#include "model/tables.h"

/* The domain of d's object (its own key, or the first part of a device's), in a state in which
 * something can be done to it: not Domain-0 (why_not: what it would do there) nor xenstore's. Fills
 * the deed's domain. type may be NULL. */
int xd_xl_find_guest(const struct xd_xl_doing *d, const char *why_not, struct xd_xl_found *f,
                     libxl_domain_type *type, struct xd_err *err);

int xd_xl_type(struct xd_xl *x, const struct xd_xl_found *f, libxl_domain_type *type,
               struct xd_err *err);

/* A device in xenstore, as far as libxl knows it. Kinds: "vbd" "vif". */
struct xd_xl_ends {
    bool there;
    enum xd_xenbus_state front, back;
    char why[256]; /* what its script says of its failure; "" nothing */
};
void xd_xl_ends_read(struct xd_xl *x, uint32_t domid, const char *kind, uint32_t number,
                     struct xd_xl_ends *out);

/* seen of attaching and detaching a device of that kind, by the deed's domid and number. */
int xd_xl_seen_attached(struct xd_xl *x, const char *kind, const struct xd_xl_deed *deed,
                        struct xd_err *err);
int xd_xl_seen_detached(struct xd_xl *x, const char *kind, const struct xd_xl_deed *deed);

/* How a device is taken from its domain. */
struct xd_xl_removal {
    const char *what;     /* for sentences: "disk xvdb of domain web1" */
    const char *kind;     /* "vbd" */
    struct xd_xl_op ask;  /* the guest is asked, and may keep it */
    struct xd_xl_op take; /* it is taken at once */
};
/* That of a device `arg`, by libxl's two calls for its kind. */
struct xd_xl_removal xd_xl_removal_of(const char *what, const char *kind, uint32_t domid, void *arg,
                                      xd_xl_start_fn *ask, xd_xl_start_fn *take);
int xd_xl_detach(const struct xd_xl_doing *d, const struct xd_xl_found *f,
                 const struct xd_xl_removal *r, struct xd_err *err);

/* After an attach that failed with rc: tells why, and takes away what libxl left in xenstore. */
int xd_xl_attach_failed(const struct xd_xl_doing *d, const struct xd_xl_removal *r, int rc,
                        struct xd_err *err);

/* The domain of that name or UUID, by text of a parameter. -ESRCH with a sentence. */
int xd_xl_find_named(struct xd_xl *x, const char *text, struct xd_xl_found *out,
                     struct xd_err *err);

/* --- PCI functions (actions_pci.c) --- */

struct xd_bdf;
/* Whether dom0's driver pciback holds it, free for a guest or given to one. */
bool xd_xl_pciback_has(const struct xd_bdf *bdf);
/* Why no function can be given to guests here; NULL: it can. */
const char *xd_xl_pci_limit(struct xd_xl *x);

#endif
