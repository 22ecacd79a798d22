/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One open instance of the backend "trace", and what its files offer each other.
 *
 * Xen has one set of trace buffers and lets one program read them. Who may is settled by VIRQ_TBUF:
 * Xen gives that event to one program at a time and takes it back when that ends, however it ends.
 * xentrace asks for it too before it touches anything. So whoever has it may trace, and:
 *   - if it is taken, we touch nothing, and say so;
 *   - if there are unread records in the buffers that a dead xendeck has not left, somebody
 *     (xentrace -x, Xen's command line) means to read them: we touch nothing, and say so;
 *   - else we note in a locked file which events were asked for before us, trace, and put all back
 *     when nobody looks any more. The mask we set is signed: one found at a start says that a
 *     xendeck died here, and the file what to restore. */
#ifndef XD_TR_HOST_H
#define XD_TR_HOST_H

#include <errno.h>
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>
#include <xenstore.h>

#include "backend_shared/xen.h"
#include "model/backend.h"
#include "xen/runstate.h"

/* Pages of each pCPU's buffer where Xen has none yet. It can never free or resize them; this is
 * what xentrace asks for, so that a later one finds what it would have had. */
#define XD_TR_PAGES 32

#define XD_TR_LOCK_DIR "/run/xendeck"
#define XD_TR_LOCK     XD_TR_LOCK_DIR "/trace"

/* How long nobody has to look until tracing ends, and how often buffers are emptied at least. */
#define XD_TR_LINGER_NS (10 * XD_NS_PER_S)
#define XD_TR_DRAIN_NS  (250 * XD_NS_PER_MS)

/* Most of a CPU that reading the buffers may take, in percent, and how long we stop if it takes
 * more for some intervals. */
#define XD_TR_COST_MAX 10
#define XD_TR_REST_NS  (60 * XD_NS_PER_S)

struct xd_tr_domain {
    uint16_t domid;
    uint8_t uuid[16];
    uint32_t n_vcpus;
    bool paused;
    char *name;      /* NULL: not known (yet) */
    int64_t name_at; /* when it was asked for; 0: never */
};

struct xd_tr {
    const struct xd_backend_env *env;
    struct xd_xen_logger logger;
    xc_interface *xc;
    xenforeignmemory_handle *memory;
    uint32_t khz; /* of the TSC, by Xen */
    unsigned n_cpus;
    int epoll, timer;

    /* while we trace: */
    bool tracing;
    xenevtchn_handle *events;
    evtchn_port_t port;
    int lock;
    uint32_t found_mask;
    void *info;
    size_t info_pages;
    void **rings; /* by pCPU; NULL: it has none */
    size_t ring_pages;
    unsigned n_rings;
    uint8_t *window; /* room for what one ring holds */
    struct xd_trace_merge *merge;
    struct xd_runstates *states;
    uint64_t start_tsc, last_tsc; /* last: of the newest record */
    int64_t start_ns, sample_ns;
    int64_t drained_ns; /* when records were last read */
    bool fresh;         /* began in this sample */

    int64_t wanted_at;                  /* when somebody last looked */
    int64_t rest_until;                 /* too dear: not before then */
    int dear;                           /* intervals in a row that were */
    uint64_t records, drain_ns;         /* since the last sample */
    uint64_t all_records, all_drain_ns; /* since the trace began */
    double records_s, cost_percent;     /* of the last interval */
    uint64_t told_gaps; /* how many times records had been lost at the last sample */

    struct xd_tr_domain *domains; /* in the order of domids */
    size_t n_domains;
    struct xs_handle *xs;
};

/* Why a library's call failed, never 0. */
static inline int xd_tr_errno(void)
{
    return errno > 0 ? -errno : -EIO;
}

/* claim.c: 0, or why we can't trace (-EBUSY: somebody else does); then nothing was changed. */
int xd_tr_claim(struct xd_tr *t, struct xd_err *err);
void xd_tr_release(struct xd_tr *t);
/* Whether another program traces, without keeping anything: 0, or a sentence and -errno. */
int xd_tr_free_now(struct xd_tr *t, struct xd_err *err);

/* buffers.c */
int xd_tr_info(struct xd_tr *t, uint32_t *mask, uint64_t *mfn, uint32_t *size, struct xd_err *err);
int xd_tr_map(struct xd_tr *t, uint64_t mfn, size_t bytes, struct xd_err *err);
void xd_tr_unmap(struct xd_tr *t);
bool xd_tr_unread(const struct xd_tr *t);
void xd_tr_discard(struct xd_tr *t);
/* Takes in all records up to now and returns the TSC of that moment. */
uint64_t xd_tr_drain(struct xd_tr *t);
uint64_t xd_tr_tsc(void);

/* domains.c: which domains there are, and their names. */
int xd_tr_list_domains(struct xd_tr *t, struct xd_err *err);
const struct xd_tr_domain *xd_tr_domain(const struct xd_tr *t, uint16_t domid);
/* The name, asked of xenstore if need be; "domain 7" where it has none. Valid until the next list.
 */
const char *xd_tr_name(struct xd_tr *t, uint16_t domid, char buf[24]);
void xd_tr_forget_domains(struct xd_tr *t);

/* fill.c */
int xd_tr_collect(void *self, struct xd_builder *b, struct xd_err *err);

/* doctor.c */
void xd_tr_doctor(void *self, struct xd_builder *b);

#endif
