/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What modules of Xen hosts share: each is linked with its own copy. */
#ifndef XD_BACKEND_SHARED_XEN_H
#define XD_BACKEND_SHARED_XEN_H

#include <xentoollog.h>

#include "base/err.h"
#include "base/log.h"

/* Where Xen's libraries say what they have to say, instead of on the terminal: into xendeck's log,
 * for debugging. What failed, a module says in its own words where it matters. */
struct xd_xen_logger {
    xentoollog_logger vtable; /* first: it is what the libraries hand back to us */
    struct xd_log *log;
};

void xd_xen_logger_init(struct xd_xen_logger *l, struct xd_log *log);

/* 0 where this is dom0 and hypercalls can be made, or why not: a backend's probe. */
int xd_xen_probe(struct xd_err *err);

/* A connection to xenstored's socket; -ENOENT: there is none (xenstore may be a domain of its own);
 * another -errno: nobody answers there. */
int xd_xenstore_connect(void);
/* 0, or a sentence: xenstored has died and left its socket behind. libxenstore would then turn to
 * the kernel's device, and wait there for ever: to be asked before xs_open. */
int xd_xenstore_check(struct xd_err *err);

#endif
