/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of domains, and finding an object in it again. Domids are used anew after a domain has
 * ended, so nothing is ever found by one: the UUID decides, each time. */
#include "backend_libxl/context.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

/* Room for so many is asked for in one hypercall, and more than there were last time: libxc maps
 * and unmaps a buffer of that size. */
#define AT_ONCE 1024
#define SPARE   32

int xd_xl_list_domains(struct xd_xl *x, const xc_domaininfo_t **list, size_t *n, struct xd_err *err)
{
    uint32_t first = 0, ask = x->domains_last + SPARE;
    int got;

    if (ask > AT_ONCE)
        ask = AT_ONCE;
    *n = 0;
    do {
        if (x->domains_room < *n + ask) {
            x->domains_room = *n + ask;
            x->domains = xd_realloc(x->domains, x->domains_room * sizeof(*x->domains));
        }
        got = xc_domain_getinfolist(x->xc, first, ask, x->domains + *n);
        if (got < 0)
            return xd_xl_fail_errno(&x->logger, errno, err, "Xen doesn't list its domains");
        *n += (size_t)got;
        if (got > 0)
            first = x->domains[*n - 1].domain + 1U;
    } while (got == (int)ask);
    x->domains_last = (uint32_t)*n;
    *list = x->domains;
    return 0;
}

bool xd_xl_domain_wanted(struct xd_xl *x, const xc_domaininfo_t *d, const char *name)
{
    char uuid[XD_XL_UUID_TEXT], number[16], label[XD_KEY_MAX];
    const char *names[] = {uuid, number, name ? label : NULL};

    if (xd_row_wanted(x->env, NULL, 0))
        return true;
    xd_xl_uuid_text(d->handle, uuid);
    snprintf(number, sizeof(number), "%u", d->domain);
    if (name)
        xd_str_safe_to(label, sizeof(label), name);
    return xd_row_wanted(x->env, names, sizeof(names) / sizeof(names[0]));
}

unsigned xd_xl_flags(const xc_domaininfo_t *d)
{
    static const struct {
        uint32_t xen;
        unsigned ours;
    } bits[] = {
        {XEN_DOMINF_running, XD_XL_RUNNING}, {XEN_DOMINF_blocked, XD_XL_BLOCKED},
        {XEN_DOMINF_paused, XD_XL_PAUSED},   {XEN_DOMINF_shutdown, XD_XL_SHUTDOWN},
        {XEN_DOMINF_dying, XD_XL_DYING},
    };
    unsigned flags = 0;

    for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
        if (d->flags & bits[i].xen)
            flags |= bits[i].ours;
    return flags;
}

unsigned xd_xl_reason(const xc_domaininfo_t *d)
{
    return d->flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask;
}

/* The label of a vCPU is "web1/3", of a domain "web1". */
static void describe(const struct xd_object *o, int vcpu, char *out, size_t size)
{
    const char *label = o->label ? o->label : o->key;
    const char *slash = vcpu >= 0 ? strrchr(label, '/') : NULL;
    int len = slash ? (int)(slash - label) : (int)strlen(label);
    char words[192];

    if (vcpu >= 0)
        snprintf(words, sizeof(words), "vCPU %d of domain %.*s", vcpu, len, label);
    else
        snprintf(words, sizeof(words), "domain %.*s", len, label);
    xd_str_safe_to(out, size, words);
}

static int not_here(const struct xd_xl_found *f, const uint8_t uuid[XD_XL_UUID_BYTES],
                    const char *how, struct xd_err *err)
{
    char text[XD_XL_UUID_TEXT];

    xd_xl_uuid_text(uuid, text);
    return xd_err_set(err, -ESRCH, "%s (UUID %s) %s", f->what, text, how);
}

int xd_xl_find(struct xd_xl *x, const struct xd_object *o, struct xd_xl_found *out,
               struct xd_err *err)
{
    uint8_t uuid[XD_XL_UUID_BYTES];
    const xc_domaininfo_t *list;
    size_t n, alive = 0, dying = 0;
    int rc;

    if (xd_xl_key_parse(o->key, uuid, &out->vcpu) < 0)
        return xd_err_set(err, -EINVAL, "\"%s\" is no key of a domain or vCPU", o->key);
    describe(o, out->vcpu, out->what, sizeof(out->what));
    rc = xd_xl_list_domains(x, &list, &n, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < n; i++) {
        if (memcmp(list[i].handle, uuid, sizeof(uuid)) != 0)
            continue;
        if (list[i].flags & XEN_DOMINF_dying) {
            dying++;
            continue;
        }
        alive++;
        out->info = list[i];
    }
    if (alive > 1)
        return xd_err_set(err, -ENOTUNIQ, "%s: %zu domains on this host have its UUID", out->what,
                          alive);
    if (alive == 0)
        return not_here(out, uuid, dying ? "is being destroyed" : "is not on this host any more",
                        err);
    if (out->vcpu >= 0 && (out->info.max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ||
                           (uint32_t)out->vcpu > out->info.max_vcpu_id))
        return not_here(out, uuid, "does not exist", err);
    return 0;
}
