/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One open instance of the backend, and the libraries' handles in it. The observer and the operator
 * each have an instance, on a thread of their own; they share nothing but `stale` and `tried_new`.
 */
#ifndef XD_XL_CONTEXT_H
#define XD_XL_CONTEXT_H

#include <stdatomic.h>

#include "backend_libxl/events.h"
#include "backend_libxl/facts.h"
#include "backend_libxl/late.h"
#include "backend_libxl/logger.h"
#include "backend_libxl/text.h"
#include "model/backend.h"

struct xd_xl_asked;
struct xd_xl_known;
struct xd_xl_names;
struct xd_xl_ring;
struct xd_xl_stored;
struct xd_xl_tried;

/* An action that was carried out, as far as it takes to see whether it had an effect: on which
 * incarnation of a domain (a UUID outlives it), and on what of it. */
struct xd_xl_deed {
    ptrdiff_t action; /* index into xd_xen_actions */
    char key[96];     /* of the object */
    bool have_domain; /* then: */
    uint8_t uuid[XD_XL_UUID_BYTES];
    uint32_t domid;
    uint32_t number; /* of a device in its domain; what else the action wants */
    char *subject;   /* a device's or domain's name, a file; or NULL */
};
#define XD_XL_DEEDS 64

struct xd_xl {
    const struct xd_backend_env *env;
    struct xd_xl_logger logger;
    libxl_ctx *ctx;
    xc_interface *xc;
    struct xs_handle *xs; /* on an errand NULL, where asks serves instead */
    int asks;             /* xenstored's socket, for asks.h; -1: none is kept open */
    bool disaster;        /* libxl reported one: the context is of no use any more */
    bool pending;         /* an operation is under way in ctx, or was when the disaster came */
    bool store_lost;      /* xenstore went away under us */
    uint64_t operations;

    xc_domaininfo_t *domains; /* room for the list of xd_xl_list_domains */
    size_t domains_room;
    uint32_t domains_last; /* how many there were */

    /* What xenstore says of the domains (known.c). Set from another thread to have it all read
     * again where xenstore can't be watched: something was just changed. */
    atomic_bool stale;
    struct xd_xl_known *known;
    size_t n_known;
    struct xd_xl_asked *asked; /* answers read ahead, while known.c reads; else NULL */
    struct xd_xl_names *names; /* recall.c: of an earlier errand; NULL: not asked for */
    size_t next_known;         /* where the reading again goes on */
    int64_t known_at_ns;       /* when that was last done */
    struct xd_xl_events events;
    uint64_t samples; /* of domains, counted up to where deaths.c begins */

    /* pCPU time (collect_cpus.c): Xen tells how long each was idle, and not since when. */
    unsigned ending; /* so many samples on end had a domain that is being torn down */

    bool have_origin;
    int64_t origin_ns; /* added to this machine's clock, it is the time that Xen counts from */
    uint64_t *busy_ns;
    size_t n_busy;
    struct xd_cpuset counted; /* pCPUs that were online in the last sample */
    uint64_t busy_all_ns;     /* what they did, summed up over the samples */

    struct xd_xl_deed deeds[XD_XL_DEEDS]; /* the newest, in a ring (actions.c) */
    size_t n_deeds;

    struct xd_xl_ring *ring; /* Xen's console (dmesg.c); NULL: nobody has looked yet */

    struct xd_xl_facts facts;   /* facts.c */
    struct xd_snapshot *limits; /* limits.c: the table, kept for some samples */
    int64_t limits_at_ns;
    struct xd_xl_stored *stored; /* stored.c */
    size_t n_stored;
    bool have_made_pool; /* actions_pool.c: the cpupool that was created last */
    uint32_t made_pool;
    struct xd_xl_tried *tried;               /* tried.c; NULL: nothing was yet */
    _Atomic(struct xd_xl_tried *) tried_new; /* set from another thread */
};

/* Opens the handles: logger, disaster callback and child mode before anything else is asked of
 * libxl. The error says what is missing and what to do. */
int xd_xl_open(struct xd_xl *x, struct xd_err *err);
void xd_xl_close(struct xd_xl *x);
/* Only the handles, which the next request makes anew. */
void xd_xl_close_handles(struct xd_xl *x);
/* Waits at most `timeout_ms` for something to happen in libxl and lets it happen. */
void xd_xl_serve(struct xd_xl *x, int timeout_ms);
/* To be called at the beginning of every request: makes a new context after a disaster, and clears
 * what the logger has heard. */
int xd_xl_ready(struct xd_xl *x, struct xd_err *err);
/* The same for requests that can do without libxl itself: on an errand x->ctx may be NULL then.
 * What needs it all the same calls need_ctx before; 0 or -errno with a sentence. */
int xd_xl_reach(struct xd_xl *x, struct xd_err *err);
int xd_xl_need_ctx(struct xd_xl *x, struct xd_err *err);

typedef int xd_xl_start_fn(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how);
/* One libxl operation that may take long: `start` with an ao_how of ours, then libxl's events until
 * it ended. What arg points to has to live until then. Asks p (NULL allowed) for a cancel where the
 * operation can be cut short without leaving something half done. Returns libxl's ERROR_ number or
 * 0. */
struct xd_xl_op {
    xd_xl_start_fn *start;
    uint32_t domid;
    void *arg;
    bool can_abort;
    const char *waiting; /* for p, where libxl doesn't say what it is doing */
};
int xd_xl_operate(struct xd_xl *x, const struct xd_xl_op *op, struct xd_progress *p);

/* All domains, in the order of their domids: one hypercall for each 1024. *list is valid until the
 * next call. */
int xd_xl_list_domains(struct xd_xl *x, const xc_domaininfo_t **list, size_t *n,
                       struct xd_err *err);
unsigned xd_xl_flags(const xc_domaininfo_t *d);  /* XD_XL_RUNNING … */
unsigned xd_xl_reason(const xc_domaininfo_t *d); /* the shutdown code */

/* Whether anybody looks at the domain's cells that cost a question each; name NULL: unknown. */
bool xd_xl_domain_wanted(struct xd_xl *x, const xc_domaininfo_t *d, const char *name);

/* An object of ours, found again by its UUID. */
struct xd_xl_found {
    xc_domaininfo_t info;
    int vcpu;       /* -1 for a domain */
    char what[160]; /* for sentences: "domain web1", "vCPU 3 of domain web1"; made safe */
};
/* -ESRCH with a sentence if it is gone or being destroyed; -ENOTUNIQ if two domains have that UUID;
 * -EINVAL for a key that is none. */
int xd_xl_find(struct xd_xl *x, const struct xd_object *o, struct xd_xl_found *out,
               struct xd_err *err);

#endif
