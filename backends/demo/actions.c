/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Actions of the simulated host: asked for, refused where a real one would refuse, and settled. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend_demo/host.h"
#include "base/str.h"

/* How long a domain is seen dying after its plug was pulled. */
#define DYING_NS (XD_NS_PER_S / 2)

/* A domain that has ended in one way or another can only be destroyed. */
static int must_live(const struct xd_demo_domain *d, struct xd_err *err)
{
    switch (d->life) {
    case XD_DEMO_CRASHED:
        return xd_err_set(err, -EINVAL, "domain %s has crashed: it can only be destroyed",
                          d->shown);
    case XD_DEMO_SHUT:
        return xd_err_set(err, -EINVAL, "domain %s has shut down already", d->shown);
    case XD_DEMO_DYING:
        return xd_err_set(err, -EINVAL, "domain %s is dying already", d->shown);
    default:
        return 0;
    }
}

static int pause_it(struct xd_demo_domain *d, struct xd_err *err)
{
    if (d->paused)
        return xd_err_set(err, -EALREADY, "domain %s is paused already", d->shown);
    d->paused = true;
    /* Whoever looks before the next step must not see it run. */
    for (size_t i = 0; i < d->n_vcpus; i++)
        d->vcpus[i].running = false;
    return 0;
}

static int unpause_it(struct xd_demo_domain *d, struct xd_err *err)
{
    if (!d->paused)
        return xd_err_set(err, -EALREADY, "domain %s is not paused", d->shown);
    d->paused = false;
    return 0;
}

static int stop(struct xd_demo_domain *d, bool reboot, struct xd_err *err)
{
    if (d->life == XD_DEMO_STOPPING)
        return xd_err_set(err, -EALREADY, "domain %s is about to %s already", d->shown,
                          d->rebooting ? "reboot" : "shut down");
    xd_demo_domain_stop(d, reboot);
    return 0;
}

static int shut_down(struct xd_demo_domain *d, struct xd_err *err)
{
    return stop(d, false, err);
}

static int restart(struct xd_demo_domain *d, struct xd_err *err)
{
    return stop(d, true, err);
}

static int destroy(struct xd_demo_domain *d, struct xd_err *err)
{
    if (d->life == XD_DEMO_DYING)
        return xd_err_set(err, -EALREADY, "domain %s is dying already", d->shown);
    d->life = XD_DEMO_DYING;
    d->rebooting = d->returns = false;
    d->left_ns = DYING_NS;
    for (size_t i = 0; i < d->n_vcpus; i++)
        d->vcpus[i].running = false;
    return 0;
}

static const struct {
    int (*act)(struct xd_demo_domain *d, struct xd_err *err);
    bool of_the_living;
    const char *dom0; /* why Domain-0 can't; NULL: it can */
} verbs[] = {
    [XD_ACTION_PAUSE] = {pause_it, true, "be paused: nobody would be left to unpause it"},
    [XD_ACTION_UNPAUSE] = {unpause_it, true, NULL},
    [XD_ACTION_SHUTDOWN] = {shut_down, true, "be shut down from here: shut down the host itself"},
    [XD_ACTION_REBOOT] = {restart, true, "be rebooted from here: reboot the host itself"},
    [XD_ACTION_DESTROY] = {destroy, false, "be destroyed: it is the host's own domain"},
};

static int do_verb(struct xd_demo_domain *d, int i, struct xd_err *err)
{
    int rc;

    if (d->domid == 0 && verbs[i].dom0)
        return xd_err_set(err, -EPERM, "%s can't %s", d->shown, verbs[i].dom0);
    rc = verbs[i].of_the_living ? must_live(d, err) : 0;
    return rc ? rc : verbs[i].act(d, err);
}

/* --- events that a guest is sent --- */

/* Of xd_trigger_names: those that Xen itself can send. */
enum { POWER = 1, SLEEP = 2, NMI = 3, RESET = 5 };

static int trigger(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                   struct xd_err *err)
{
    uint64_t vcpu = p[XD_TRIGGER_VCPU].have ? p[XD_TRIGGER_VCPU].cell.u : 0;
    int64_t which = p[XD_TRIGGER_NAME].cell.i;
    struct xd_demo_domain *d = t->d;
    int rc;

    if (d->domid == 0)
        return xd_err_set(err, -EPERM, "%s can't be sent a trigger: it would act on the host",
                          d->shown);
    rc = must_live(d, err);
    if (rc)
        return rc;
    if (vcpu >= d->n_vcpus)
        return xd_err_set(err, -EINVAL, "domain %s has no vCPU %d", d->shown, (int)vcpu);
    if (which == NMI) {
        xd_demo_dmesg(h, "d%dv%d: NMI", (int)d->domid, (int)vcpu);
        return 0;
    }
    if ((which == POWER || which == SLEEP) && d->spec->type == XD_TYPE_HVM)
        return which == POWER ? stop(d, false, err) : 0;
    return xd_err_set(err, -EINVAL,
                      "domain %s takes no such trigger: HVM guests take power and sleep, and all "
                      "take nmi",
                      d->shown);
}

/* As Linux understands them. */
static int sysrq(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                 struct xd_err *err)
{
    const char *key = p[0].cell.s;
    struct xd_demo_domain *d = t->d;
    int rc;

    if (d->domid == 0)
        return xd_err_set(err, -EPERM, "%s can't be sent a SysRq key from here: press it there",
                          d->shown);
    rc = must_live(d, err);
    if (rc)
        return rc;
    if (strlen(key) != 1 || (unsigned char)key[0] < '0' || (unsigned char)key[0] > 'z')
        return xd_err_set(err, -EINVAL, "key: wanted one letter or digit");
    if (key[0] == 'c')
        xd_demo_domain_crash(h, d);
    if (key[0] == 'b' || key[0] == 'o') {
        rc = stop(d, key[0] == 'b', err);
        d->left_ns = rc ? d->left_ns : 0; /* at once */
    }
    return rc;
}

/* --- pools --- */

static int pool_create(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                       struct xd_err *err)
{
    return xd_demo_pool_create(h, p, err);
}

static int pool_destroy(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                        struct xd_err *err)
{
    return xd_demo_pool_destroy(h, t->number, err);
}

/* --- the host --- */

static int cpuid_try(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                     struct xd_err *err)
{
    return xd_demo_cpuid_try(h, p[XD_CPUID_FILE].cell.s,
                             p[XD_CPUID_VALUE].have ? p[XD_CPUID_VALUE].cell.s : "", err);
}

/* --- whether it is seen to have happened; t's pointers are NULL where the thing is gone --- */

static int is_sent(const struct xd_demo_host *h, const struct xd_demo_thing *t, int i)
{
    return 1; /* what the guest makes of it is its own affair */
}

static int is_paused(const struct xd_demo_host *h, const struct xd_demo_thing *t, int i)
{
    return t->d->paused == (i == XD_ACTION_PAUSE);
}

static int is_down(const struct xd_demo_host *h, const struct xd_demo_thing *t, int i)
{
    return !t->d || t->d->life == XD_DEMO_SHUT || t->d->boots > t->d->asked_boots;
}

static int is_back(const struct xd_demo_host *h, const struct xd_demo_thing *t, int i)
{
    return t->d->boots > t->d->asked_boots;
}

static int is_gone(const struct xd_demo_host *h, const struct xd_demo_thing *t, int i)
{
    return !t->d && !t->disk && !t->nic && !t->pool;
}

static int is_detached(const struct xd_demo_host *h, const struct xd_demo_thing *t, int i)
{
    return !t->disk && !t->nic;
}

static int is_connected(const struct xd_demo_host *h, const struct xd_demo_thing *t, int i)
{
    for (size_t k = 0; k < t->d->n_disks && i == XD_ACTION_DISK_ATTACH; k++) {
        if (t->d->disks[k].link.state == XD_XENBUS_INIT_WAIT)
            return 0;
    }
    for (size_t k = 0; k < t->d->n_nics && i == XD_ACTION_NIC_ATTACH; k++) {
        if (t->d->nics[k].link.state == XD_XENBUS_INIT_WAIT)
            return 0;
    }
    return 1;
}

static int is_there(const struct xd_demo_host *h, const struct xd_demo_thing *t, int i)
{
    static const int use[XD_ACTION_N] = {
        [XD_ACTION_PCI_ASSIGNABLE] = XD_PCI_ASSIGNABLE,
        [XD_ACTION_PCI_HOST] = XD_PCI_HOST,
        [XD_ACTION_PCI_ATTACH] = XD_PCI_ASSIGNED,
        [XD_ACTION_PCI_DETACH] = XD_PCI_ASSIGNABLE,
    };

    return t->pci->use == use[i];
}

/* --- all of them --- */

static const struct {
    int (*act)(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
               struct xd_err *err); /* NULL: one of the verbs, or limited */
    int (*settled)(const struct xd_demo_host *h, const struct xd_demo_thing *t, int action);
    bool ends; /* the thing may be gone when it is done */
} actions[XD_ACTION_N] = {
    [XD_ACTION_PAUSE] = {NULL, is_paused, false},
    [XD_ACTION_UNPAUSE] = {NULL, is_paused, false},
    [XD_ACTION_SHUTDOWN] = {NULL, is_down, true},
    [XD_ACTION_REBOOT] = {NULL, is_back, false},
    [XD_ACTION_DESTROY] = {NULL, is_gone, true},
    [XD_ACTION_TRIGGER] = {trigger, is_sent, true},
    [XD_ACTION_SYSRQ] = {sysrq, is_sent, true},
    [XD_ACTION_DISK_ATTACH] = {xd_demo_disk_attach, is_connected, false},
    [XD_ACTION_DISK_DETACH] = {xd_demo_disk_detach, is_detached, true},
    [XD_ACTION_CDROM] = {xd_demo_cdrom, is_sent, false},
    [XD_ACTION_NIC_ATTACH] = {xd_demo_nic_attach, is_connected, false},
    [XD_ACTION_NIC_DETACH] = {xd_demo_nic_detach, is_detached, true},
    [XD_ACTION_PCI_ASSIGNABLE] = {xd_demo_pci_assignable, is_there, false},
    [XD_ACTION_PCI_HOST] = {xd_demo_pci_host, is_there, false},
    [XD_ACTION_PCI_ATTACH] = {xd_demo_pci_attach, is_there, false},
    [XD_ACTION_PCI_DETACH] = {xd_demo_pci_detach, is_there, false},
    [XD_ACTION_POOL_CREATE] = {pool_create, is_sent, false},
    [XD_ACTION_POOL_DESTROY] = {pool_destroy, is_gone, true},
    [XD_ACTION_CPUID_TRY] = {cpuid_try, is_sent, false},
};

static int aim(const struct xd_object *o, const struct xd_action *a, struct xd_err *err)
{
    ptrdiff_t i = a - xd_xen_actions;

    if (i < 0 || i >= XD_ACTION_N)
        return xd_err_set(err, -ENOTSUP, "the demo host has no action %s", a->name);
    if (!xd_streq(o->table, a->table))
        return xd_err_set(err, -EINVAL, "%s works on the table %s, and %s is one of %s", a->name,
                          a->table, o->label, o->table);
    return 0;
}

/* Those without a fallback have to be there, and each of its type. */
static int check_params(const struct xd_action *a, const struct xd_value *p, struct xd_err *err)
{
    for (size_t i = 0; a->params && a->params[i].name; i++) {
        const struct xd_param *k = &a->params[i];

        if (!p || (!p[i].have && !k->fallback))
            return xd_err_set(err, -EINVAL, "%s: %s is needed", a->name, k->name);
        if (p[i].have && p[i].type != k->kind.type)
            return xd_err_set(err, -EINVAL, "%s: %s: wanted a value of type %s, found %s", a->name,
                              k->name, xd_type_name(k->kind.type), xd_type_name(p[i].type));
    }
    return 0;
}

static int act(struct xd_demo_host *h, const struct xd_object *o, const struct xd_action *a,
               const struct xd_value *params, struct xd_err *err)
{
    int i = (int)(a - xd_xen_actions), rc = xd_demo_action_limited(h, i, err);
    struct xd_demo_thing t;

    rc = rc ? rc : xd_demo_thing_find(h, o, &t, err);
    rc = rc ? rc : check_params(a, params, err);
    if (rc)
        return rc;
    return actions[i].act ? actions[i].act(h, &t, params, err) : do_verb(t.d, i, err);
}

int xd_demo_act(void *self, const struct xd_object *o, const struct xd_action *a,
                const struct xd_value *params, struct xd_progress *p, struct xd_err *err)
{
    struct xd_demo *demo = self;
    struct xd_demo_host *h = demo->host;
    int rc = aim(o, a, err);
    char uuid[40];

    if (rc)
        return rc;
    snprintf(uuid, sizeof(uuid), "%.*s", (int)strcspn(o->key, "/"), o->key);
    pthread_mutex_lock(&h->lock);
    xd_demo_host_advance(h);
    xd_demo_fault_edit(h, uuid, -1, -1);
    rc = act(h, o, a, params, err);
    pthread_mutex_unlock(&h->lock);
    return rc;
}

static int settled(struct xd_demo_host *h, const struct xd_object *o, const struct xd_action *a,
                   struct xd_err *err)
{
    int i = (int)(a - xd_xen_actions), rc = xd_demo_action_limited(h, i, err);
    struct xd_err gone = XD_ERR_INIT;
    struct xd_demo_thing t;

    if (rc)
        return rc;
    rc = xd_demo_thing_find(h, o, &t, &gone);
    if (rc && (rc != -ESRCH || !actions[i].ends)) {
        *err = gone;
        return rc;
    }
    return actions[i].settled(h, &t, i);
}

int xd_demo_settled(void *self, const struct xd_object *o, const struct xd_action *a,
                    struct xd_err *err)
{
    struct xd_demo *demo = self;
    struct xd_demo_host *h = demo->host;
    int rc = aim(o, a, err);

    if (rc)
        return rc;
    pthread_mutex_lock(&h->lock);
    xd_demo_host_advance(h);
    rc = settled(h, o, a, err);
    pthread_mutex_unlock(&h->lock);
    return rc;
}
