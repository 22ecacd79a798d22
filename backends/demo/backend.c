/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demo host as a backend: a simulated Xen host that runs anywhere, made from a scenario, with
 * faults on order. `--host demo` is the default scenario, `--host demo:huge` an embedded one,
 * `--host demo:/path/to/file.yaml` one of your own. See README.md. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backend_demo/host.h"
#include "base/str.h"
#include "model/tables_cpuid.h"

#define NAP_NS INT64_C(10000000) /* between questions whether to stop */

extern const struct xd_backend xd_backend_demo;

static int open_demo(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    const struct xd_demo *peer = env->peer;
    struct xd_demo *demo = xd_malloc(sizeof(*demo));
    int rc = 0;

    demo->env = env;
    if (peer)
        demo->host = xd_demo_host_ref(peer->host);
    else
        rc = xd_demo_host_new(env, &demo->host, err);
    if (rc) {
        free(demo);
        demo = NULL;
    }
    *self = demo;
    return rc;
}

static void close_demo(void *self)
{
    struct xd_demo *demo = self;

    xd_demo_host_unref(demo->host);
    free(demo);
}

/* --- collecting --- */

static int64_t real_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * XD_NS_PER_S + ts.tv_nsec;
}

/* Hangs for real, as a hypercall would: the clock that the host runs by may be a test's. */
static int hang(const struct xd_backend_env *env, int64_t ns, struct xd_err *err)
{
    static const struct timespec nap = {0, NAP_NS};
    int64_t end = real_now() + ns;

    while (real_now() < end) {
        if (env->stopping && env->stopping(env))
            return xd_err_set(err, -ECANCELED, "the demo host was told to stop while it was slow");
        nanosleep(&nap, NULL);
    }
    return 0;
}

static int collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    struct xd_demo *demo = self;
    struct xd_demo_host *h = demo->host;
    int64_t ns;
    int rc = 0;

    pthread_mutex_lock(&h->lock);
    xd_demo_host_advance(h);
    ns = xd_demo_fault_collect(h, err);
    pthread_mutex_unlock(&h->lock);
    if (ns < 0)
        return (int)ns;
    if (ns > 0) /* without the lock: edits go on meanwhile */
        rc = hang(demo->env, ns, err);
    if (rc)
        return rc;
    pthread_mutex_lock(&h->lock);
    xd_demo_host_advance(h);
    xd_demo_fill(h, demo->env, b);
    pthread_mutex_unlock(&h->lock);
    return 0;
}

/* --- verbs --- */

static int preview(void *self, const struct xd_object *o, const struct xd_action *a,
                   const struct xd_value *params, struct xd_buf *out, struct xd_err *err)
{
    struct xd_demo *demo = self;
    int rc = xd_demo_action_limited(demo->host, (int)(a - xd_xen_actions), err);

    if (rc == 0 && a == &xd_xen_actions[XD_ACTION_CPUID_TRY])
        rc = xd_demo_cpuid_preview(params[XD_CPUID_VALUE].have ? params[XD_CPUID_VALUE].cell.s : "",
                                   out, err);
    return rc;
}

static int order_fault(struct xd_demo_host *h, const char *text, struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_demo_fault f;
    int rc;

    rc = xd_demo_fault_parse(text, h->scenario->n_pcpus, &a, &f, err);
    xd_arena_done(&a);
    if (rc == 0) {
        pthread_mutex_lock(&h->lock);
        xd_demo_host_advance(h);
        rc = xd_demo_fault_order(h, &f, err);
        pthread_mutex_unlock(&h->lock);
    }
    return rc;
}

static int control(void *self, const char *verb, struct xd_err *err)
{
    struct xd_demo *demo = self;
    struct xd_demo_host *h = demo->host;
    char shown[80];

    if (strcmp(verb, "fault clear") == 0) {
        pthread_mutex_lock(&h->lock);
        xd_demo_fault_clear(h);
        pthread_mutex_unlock(&h->lock);
        return 0;
    }
    if (strcmp(verb, "fault") == 0 || xd_str_starts(verb, "fault "))
        return order_fault(h, verb + strlen("fault"), err);
    xd_str_safe_to(shown, sizeof(shown), verb);
    return xd_err_set(err, -ENOTSUP, "the demo host knows the verb \"fault …\" and not \"%s\"",
                      shown);
}

/* --- doctor --- */

static void doctor(void *self, struct xd_builder *b)
{
    struct xd_demo *demo = self;
    struct xd_arena *a = xd_builder_arena(b);
    const char *found = "it needs nothing of this machine";

    if (demo) {
        struct xd_demo_host *h = demo->host;

        pthread_mutex_lock(&h->lock);
        xd_demo_host_advance(h);
        found =
            xd_arena_printf(a, "scenario %s: %zu domains on %u pCPUs, %zu faults on order",
                            h->scenario->source, h->n_domains, h->scenario->n_pcpus, h->n_faults);
        pthread_mutex_unlock(&h->lock);
    }
    xd_build_check(b, "demo", "simulated host", XD_CHECK_OK, found, NULL);
}

static const struct xd_table_desc *const tables[] = {
    &xd_host_desc,      &xd_nodes_desc,
    &xd_pcpus_desc,     &xd_pools_desc,
    &xd_domains_desc,   &xd_vcpus_desc,
    &xd_disks_desc,     &xd_nics_desc,
    &xd_pci_desc,       &xd_devices_desc,
    &xd_dmesg_desc,     &xd_params_desc,
    &xd_limits_desc,    &xd_topology_desc,
    &xd_facts_desc,     &xd_distances_desc,
    &xd_advice_desc,    &xd_traffic_desc,
    &xd_cpuid_desc,     &xd_cpuid_leaves_desc,
    &xd_cpuid_try_desc, &xd_power_desc,
    &xd_sensors_desc,   &xd_cstates_desc,
    &xd_pstates_desc,   NULL,
};

const struct xd_backend xd_backend_demo = {
    .abi = XD_BACKEND_ABI,
    .name = "demo",
    .title = "Demo host",
    .help = "A simulated Xen host that runs anywhere; edits act on it, faults can be ordered",
    .live = false,
    .tables = tables,
    .knobs = xd_xen_knobs,
    .more_knobs = xd_power_knobs,
    .actions = xd_xen_actions,
    .open = open_demo,
    .close = close_demo,
    .collect = collect,
    .read = xd_demo_read,
    .write = xd_demo_write,
    .act = xd_demo_act,
    .settled = xd_demo_settled,
    .preview = preview,
    .control = control,
    .doctor = doctor,
};
