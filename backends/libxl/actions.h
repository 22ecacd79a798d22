/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The actions of model/xenknobs.h, by what they work on. Each has one function that checks and does
 * it and one that tells whether it is seen; actions.c has the table of them. */
#ifndef XD_XL_ACTIONS_H
#define XD_XL_ACTIONS_H

#include "backend_libxl/context.h"

/* One action being carried out. The instance is ready; nothing else was checked. */
struct xd_xl_doing {
    struct xd_xl *x;
    const struct xd_object *o;
    const struct xd_action *a;
    const struct xd_value *params;
    struct xd_progress *p;   /* or NULL */
    struct xd_xl_deed *deed; /* to be filled before anything is changed: seen gets it */
};

typedef int xd_xl_act_fn(const struct xd_xl_doing *d, struct xd_err *err);
/* 1, 0 or -errno: see `settled` in model/backend.h. */
typedef int xd_xl_seen_fn(struct xd_xl *x, const struct xd_object *o, const struct xd_xl_deed *deed,
                          struct xd_err *err);

/* actions_life.c: pause, unpause, shutdown, reboot, destroy */
xd_xl_act_fn xd_xl_act_life;
xd_xl_seen_fn xd_xl_seen_life;
/* actions_send.c: trigger, sysrq */
xd_xl_act_fn xd_xl_act_trigger, xd_xl_act_sysrq;
xd_xl_seen_fn xd_xl_seen_trigger, xd_xl_seen_sysrq;
/* actions_dump.c */
xd_xl_act_fn xd_xl_act_dump;
xd_xl_seen_fn xd_xl_seen_dump;
/* actions_disk.c, actions_nic.c */
xd_xl_act_fn xd_xl_act_disk_attach, xd_xl_act_disk_detach, xd_xl_act_cdrom;
xd_xl_act_fn xd_xl_act_nic_attach, xd_xl_act_nic_detach;
xd_xl_seen_fn xd_xl_seen_disk_attach, xd_xl_seen_disk_detach, xd_xl_seen_cdrom;
xd_xl_seen_fn xd_xl_seen_nic_attach, xd_xl_seen_nic_detach;
/* actions_pci.c */
xd_xl_act_fn xd_xl_act_pci_assignable, xd_xl_act_pci_host, xd_xl_act_pci_attach,
    xd_xl_act_pci_detach;
xd_xl_seen_fn xd_xl_seen_pci_bound, xd_xl_seen_pci_attached;
/* actions_create.c */
xd_xl_act_fn xd_xl_act_create;
xd_xl_seen_fn xd_xl_seen_create;
int xd_xl_preview_create(struct xd_xl *x, const struct xd_value *params, struct xd_buf *out,
                         struct xd_err *err);
/* actions_try.c */
xd_xl_act_fn xd_xl_act_try;
xd_xl_seen_fn xd_xl_seen_try;
int xd_xl_preview_try(struct xd_xl *x, const struct xd_value *params, struct xd_buf *out,
                      struct xd_err *err);
/* actions_config.c */
xd_xl_act_fn xd_xl_act_config;
xd_xl_seen_fn xd_xl_seen_config;
int xd_xl_preview_config(const struct xd_value *params, struct xd_buf *out, struct xd_err *err);
/* Whether a domain could be made of that file, as far as the host and xl tell; monitor: where xl
 * is (actions_create.c). */
int xd_xl_look_at(struct xd_xl *x, const char *file, char monitor[512], struct xd_err *err);

/* --- what several of them need (actions.c) --- */

/* Notes on which domain it is done. */
void xd_xl_deed_domain(struct xd_xl_deed *deed, const xc_domaininfo_t *d);
void xd_xl_deed_subject(struct xd_xl_deed *deed, const char *subject);
/* True while Xen lists that very incarnation, be it on its way out. */
bool xd_xl_deed_listed(struct xd_xl *x, const struct xd_xl_deed *deed);

/* Refuses what would harm the host itself: anything done to Domain-0 (why: what it would do there)
 * or to the domain that holds xenstore. */
int xd_xl_refuse_own(const struct xd_xl_found *f, const char *action, const char *why,
                     struct xd_err *err);

/* Text of a parameter; "" where it is unknown. */
const char *xd_xl_param_text(const struct xd_value *v);
bool xd_xl_param_yes(const struct xd_value *v);

#endif
