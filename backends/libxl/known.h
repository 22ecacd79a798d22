/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What xenstore says of each domain: its name, its memory target, what the guest says of itself.
 * A read of xenstore is a message to another process and back, so only what somebody looks at is
 * asked for, and the answers are kept by domid and UUID until xenstore tells of a change
 * (events.c). For safety each is asked for again every few minutes. Where xenstore can't be watched
 * the domains are read one after the other, for a bounded time in each sample. */
#ifndef XD_XL_KNOWN_H
#define XD_XL_KNOWN_H

#include "backend_libxl/context.h"

struct xd_xl_known {
    uint32_t domid;
    uint8_t uuid[XD_XL_UUID_BYTES];
    unsigned fresh; /* XD_XL_NAME …: which parts were read and have not changed since */
    bool recalled;  /* the name was read by an earlier errand (recall.h) */
    char *name;     /* NULL: xenstore has none (the domain is being made, or torn down) */
    char *guest;    /* hostile text, as the guest wrote it; or NULL */
    libxl_evgen_domain_death *death; /* deaths.c; NULL: not asked for */
    bool ended;                      /* it has shut down, or is being destroyed */
    int type;                        /* enum xd_domain_type; -1: unknown yet */
    bool have_target, have_max;
    /* As `xl mem-set` and `xl list` count it: with the video memory that device models hold. */
    uint64_t target_kib, max_kib;
};

/* To be called before the list of domains is read, or it may be older than what is said of them.
 * Connects to xenstore, if need be, and hears what has changed. 0, or -errno with a sentence where
 * xenstore doesn't answer: then what was read before stays. */
int xd_xl_known_listen(struct xd_xl *x, struct xd_err *err);
/* Brings x->known to the list (which is in the order of domids): x->known[i] is of list[i]; reads
 * these parts (XD_XL_NAME …) of it that aren't known. Returns as the above. */
int xd_xl_known_update(struct xd_xl *x, const xc_domaininfo_t *list, size_t n, unsigned parts,
                       struct xd_err *err);
/* That of a domain; NULL: it was not there in the last sample. */
struct xd_xl_known *xd_xl_known_of(struct xd_xl *x, uint32_t domid);
/* All of it has to be read again. */
void xd_xl_known_doubt(struct xd_xl *x);
void xd_xl_known_free(struct xd_xl *x);

/* The memory target of one domain, now; -ENOENT: xenstore has none. */
int xd_xl_memory_target(struct xd_xl *x, const xc_domaininfo_t *d, uint64_t *kib);
/* The most memory that it may hold, now; -ENOENT: xenstore has no such bound, or it is none. */
int xd_xl_memory_max(struct xd_xl *x, const xc_domaininfo_t *d, uint64_t *kib);
/* A dom0 without a bound of its own has one of 16 EiB: that is none. */
#define XD_XL_NO_BOUND_KIB (UINT64_C(1) << 40)

/* Connects to xenstore: as x->xs, or on an errand as x->asks. Where xenstored is known by its
 * socket but dead, that is the error: the libraries would turn to the kernel's device then, and
 * wait there for ever. */
int xd_xl_store_open(struct xd_xl *x, struct xd_err *err);
void xd_xl_store_close(struct xd_xl *x);

/* The value at a path, to be freed; NULL with errno. */
char *xd_xl_xs_read(struct xd_xl *x, const char *fmt, ...) XD_PRINTF(2, 3);

#endif
