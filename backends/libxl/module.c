/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The backend of a real Xen host, through libxl and libxc: the one symbol that a module exports.
 * Files: context.c opens the libraries, find.c finds objects by UUID, known.c reads xenstore,
 * collect_*.c fill tables, knobs*.c and actions*.c change the host, doctor.c explains it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend_libxl/card.h"
#include "backend_libxl/collect.h"
#include "backend_libxl/deaths.h"
#include "backend_libxl/edit.h"
#include "backend_libxl/knobs.h"
#include "backend_libxl/known.h"
#include "backend_libxl/limits.h"
#include "backend_libxl/stored.h"
#include "backend_libxl/tried.h"
#include "backend_shared/xen.h"
#include "base/arena.h"
#include "model/backend.h"
#include "model/xenknobs.h"

static void close_instance(void *self)
{
    struct xd_xl *x = self;

    xd_xl_known_free(x);
    xd_xl_stored_free(x);
    xd_xl_tried_free(x);
    xd_xl_close(x);
    free(x);
}

static int open_instance(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    struct xd_xl *x = xd_malloc(sizeof(*x));
    int rc;

    x->env = env;
    x->asks = -1;
    atomic_init(&x->stale, false);
    atomic_init(&x->tried_new, NULL);
    xd_xl_logger_init(&x->logger, env->log);
    xd_xl_events_init(x);
    rc = xd_xl_open(x, err);
    if (rc < 0) {
        close_instance(x);
        return rc;
    }
    *self = x;
    return 0;
}

/* Nobody tells when Xen has got rid of the last of a domain: while one is being torn down, it is
 * looked at again soon. One that hangs there for good is given up after a while. */
#define ENDING_NS   (500 * XD_NS_PER_MS)
#define ENDING_LOOK 60

static void note_ending(struct xd_xl *x, const struct xd_xl_sample *s)
{
    bool any = false;

    for (size_t i = 0; i < s->n_domains && !any; i++)
        any = s->domains[i].flags & XEN_DOMINF_dying;
    x->ending = any ? x->ending + 1 : 0;
}

static int64_t due(void *self)
{
    const struct xd_xl *x = self;

    return x->ending && x->ending < ENDING_LOOK ? ENDING_NS : -1;
}

static int collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    struct xd_xl *x = self;
    struct xd_xl_sample s = {.x = x, .b = b};
    int rc = xd_xl_reach(x, err);
    unsigned parts;

    if (rc < 0)
        return rc;
    parts = xd_xl_look(&s);
    if (parts)
        xd_xl_known_listen(x, &s.store_err);
    s.domains_at_ns = xd_clock_now(x->env->clock);
    rc = xd_xl_list_domains(x, &s.domains, &s.n_domains, err);
    if (rc < 0)
        return rc;
    note_ending(x, &s);
    if (parts)
        xd_xl_known_update(x, s.domains, s.n_domains, parts, &s.store_err);
    if (parts)
        xd_xl_deaths_watch(x);
    xd_xl_collect_pools(&s);
    xd_xl_collect_pcpus(&s);
    xd_xl_collect_nodes(&s);
    xd_xl_collect_host(&s);
    xd_xl_collect_domains(&s);
    xd_xl_collect_vcpus(&s);
    xd_xl_collect_dmesg(&s);
    xd_xl_collect_params(&s);
    xd_xl_collect_limits(&s);
    xd_xl_collect_tried(&s);
    if (s.pools)
        xd_xl_pools_drop(s.pools, s.n_pools);
    if (s.topology)
        libxl_cputopology_list_free(s.topology, s.n_cpus);
    return 0;
}

extern const struct xd_backend xd_backend_module;
const struct xd_backend xd_backend_module = {
    .abi = XD_BACKEND_ABI,
    .name = "libxl",
    .title = "Xen, by libxl",
    .help = "The Xen host this program runs on as dom0: pools, domains, vCPUs, topology",
    .live = true,
    .tables = xd_libxl_tables,
    .knobs = xd_xen_knobs,
    .actions = xd_xen_actions,
    .probe = xd_xen_probe,
    .open = open_instance,
    .close = close_instance,
    .collect = collect,
    .due = due,
    .wake_fd = xd_xl_wake_fd,
    .wake = xd_xl_wake,
    .read = xd_xl_read,
    .write = xd_xl_write,
    .act = xd_xl_act,
    .settled = xd_xl_settled,
    .preview = xd_xl_preview,
    .doctor = xd_xl_doctor,
};
