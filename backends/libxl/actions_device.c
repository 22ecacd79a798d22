/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the actions on devices share: see actions_device.h. The paths are those of
 * docs/misc/xenstore-paths in Xen's source and of libxl's own directory in xenstore. */
#include "backend_libxl/actions_device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_libxl/device_spec.h"
#include "backend_libxl/known.h"
#include "base/arena.h"
#include "base/str.h"

/* --- whose it is --- */

/* "UUID/xvdb" of "web1/xvdb" as the domain UUID of web1. */
static struct xd_object domain_of(const struct xd_object *o, char key[XD_XL_UUID_TEXT],
                                  char label[128])
{
    const char *tail, *text = o->label ? o->label : "";
    const char *slash = strrchr(text, '/');
    size_t head;

    if (!xd_xl_key_split(o->key, &head, &tail))
        return *o;
    snprintf(key, XD_XL_UUID_TEXT, "%.*s", (int)head, o->key);
    snprintf(label, 128, "%.*s", slash ? (int)(slash - text) : (int)strlen(text), text);
    return (struct xd_object){.table = "domains", .key = key, .label = label};
}

/* Xen tells PV from the rest, and libxl_domain_info no more than that: what the rest is libxl noted
 * when it made the domain. */
int xd_xl_type(struct xd_xl *x, const struct xd_xl_found *f, libxl_domain_type *type,
               struct xd_err *err)
{
    char *text = xd_xl_xs_read(x, "/libxl/%u/type", f->info.domain);
    int rc = 0;

    if (!(f->info.flags & XEN_DOMINF_hvm_guest))
        *type = LIBXL_DOMAIN_TYPE_PV;
    else if (!text || libxl_domain_type_from_string(text, type) != 0)
        rc = xd_err_set(
            err, -EINVAL,
            "%s: libxl doesn't know whether it is PVH or HVM: it is being made or ended, "
            "or another toolstack made it",
            f->what);
    free(text);
    return rc;
}

int xd_xl_find_guest(const struct xd_xl_doing *d, const char *why_not, struct xd_xl_found *f,
                     libxl_domain_type *type, struct xd_err *err)
{
    char key[XD_XL_UUID_TEXT], label[128];
    struct xd_object domain = domain_of(d->o, key, label);
    int rc = xd_xl_find(d->x, &domain, f, err);

    if (rc == 0)
        rc = xd_xl_refuse_own(f, d->a->name, why_not, err);
    if (rc == 0 && type)
        rc = xd_xl_type(d->x, f, type, err);
    if (rc < 0)
        return rc;
    xd_xl_deed_domain(d->deed, &f->info);
    xd_log_write(d->x->env->log, XD_LOG_INFO, "libxl", "%s: %s (domid %u)", d->a->name, f->what,
                 f->info.domain);
    return 0;
}

int xd_xl_find_named(struct xd_xl *x, const char *text, struct xd_xl_found *out, struct xd_err *err)
{
    struct xd_object o = {.table = "domains", .key = text, .label = text};
    char key[XD_XL_UUID_TEXT];
    uint8_t uuid[XD_XL_UUID_BYTES];
    const xc_domaininfo_t *list;
    uint32_t domid;
    size_t n;
    int vcpu, rc;

    if (xd_xl_key_parse(text, uuid, &vcpu) == 0 && vcpu < 0)
        return xd_xl_find(x, &o, out, err);
    if (libxl_name_to_domid(x->ctx, text, &domid) != 0)
        return xd_err_set(err, -ESRCH, "there is no domain \"%s\" on this host", text);
    rc = xd_xl_list_domains(x, &list, &n, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < n; i++) {
        if (list[i].domain != domid)
            continue;
        xd_xl_uuid_text(list[i].handle, key);
        o.key = key;
        return xd_xl_find(x, &o, out, err);
    }
    return xd_err_set(err, -ESRCH, "domain %s is not on this host any more", text);
}

/* --- its two ends --- */

static char *read_node(struct xd_xl *x, const char *dir, const char *node)
{
    return dir ? xd_xl_xs_read(x, "%s/%s", dir, node) : NULL;
}

static enum xd_xenbus_state state_at(struct xd_xl *x, const char *dir)
{
    char *text = read_node(x, dir, "state");
    uint64_t n = 0;

    if (!text || xd_parse_u64(text, &n) < 0 || n > XD_XENBUS_RECONFIGURED)
        n = XD_XENBUS_UNKNOWN;
    free(text);
    return (enum xd_xenbus_state)n;
}

void xd_xl_ends_read(struct xd_xl *x, uint32_t domid, const char *kind, uint32_t number,
                     struct xd_xl_ends *out)
{
    char *back = xd_xl_xs_read(x, "/libxl/%u/device/%s/%u/backend", domid, kind, number);
    char *front = xd_xl_xs_read(x, "/libxl/%u/device/%s/%u/frontend", domid, kind, number);
    char *why = read_node(x, back, "hotplug-error");

    *out = (struct xd_xl_ends){.there = back != NULL};
    out->back = state_at(x, back);
    out->front = state_at(x, front);
    if (why)
        xd_str_safe_to(out->why, sizeof(out->why), why);
    free(why);
    free(front);
    free(back);
}

/* --- whether it is seen --- */

int xd_xl_seen_attached(struct xd_xl *x, const char *kind, const struct xd_xl_deed *deed,
                        struct xd_err *err)
{
    struct xd_xl_ends ends;

    xd_xl_ends_read(x, deed->domid, kind, deed->number, &ends);
    if (ends.there)
        return ends.back >= XD_XENBUS_INIT_WAIT && ends.back <= XD_XENBUS_CONNECTED;
    if (!xd_xl_deed_listed(x, deed))
        return xd_err_set(err, -ESRCH, "the domain ended meanwhile");
    return 0;
}

int xd_xl_seen_detached(struct xd_xl *x, const char *kind, const struct xd_xl_deed *deed)
{
    struct xd_xl_ends ends;

    xd_xl_ends_read(x, deed->domid, kind, deed->number, &ends);
    return !ends.there || !xd_xl_deed_listed(x, deed);
}

/* --- taking it away --- */

/* A guest that never took the device can't give it back, and neither can one that has ended. */
static bool nobody_holds(const struct xd_xl_found *f, const struct xd_xl_ends *ends)
{
    return ends->front <= XD_XENBUS_INITIALISING || ends->front == XD_XENBUS_CLOSED ||
           xd_xl_flags(&f->info) & XD_XL_SHUTDOWN;
}

struct xd_xl_removal xd_xl_removal_of(const char *what, const char *kind, uint32_t domid, void *arg,
                                      xd_xl_start_fn *ask, xd_xl_start_fn *take)
{
    return (struct xd_xl_removal){
        .what = what,
        .kind = kind,
        .ask = {.start = ask,
                .domid = domid,
                .arg = arg,
                .waiting = "waiting for the guest to let go of it"},
        .take = {.start = take, .domid = domid, .arg = arg, .waiting = "removing it"},
    };
}

int xd_xl_detach(const struct xd_xl_doing *d, const struct xd_xl_found *f,
                 const struct xd_xl_removal *r, struct xd_err *err)
{
    struct xd_xl_ends ends;
    bool take;
    int rc;

    xd_xl_ends_read(d->x, f->info.domain, r->kind, d->deed->number, &ends);
    if (!ends.there)
        return xd_err_set(err, -ESRCH, "%s is not there any more", r->what);
    take = nobody_holds(f, &ends);
    if (!take && xd_xl_flags(&f->info) & XD_XL_PAUSED)
        return xd_err_set(err, -EINVAL,
                          "%s: the domain is paused and can't let go of it: unpause "
                          "it first",
                          r->what);
    rc = xd_xl_operate(d->x, take ? &r->take : &r->ask, d->p);
    if (rc == 0)
        return 0;
    xd_xl_ends_read(d->x, f->info.domain, r->kind, d->deed->number, &ends);
    if (ends.there && ends.front == XD_XENBUS_CONNECTED)
        return xd_err_set(err, -ETIMEDOUT,
                          "%s was not detached: the guest does not let go of it (is it mounted, or "
                          "in use?); the request stands, and it goes when the guest closes it",
                          r->what);
    rc = xd_xl_fail(&d->x->logger, rc, err, "%s was not detached", r->what);
    if (err)
        err->code = -EIO;
    return -EIO;
}

/* libxl leaves a device whose script failed in xenstore, where nothing uses it and its name is
 * taken. */
int xd_xl_attach_failed(const struct xd_xl_doing *d, const struct xd_xl_removal *r, int rc,
                        struct xd_err *err)
{
    struct xd_xl_logger heard = d->x->logger;
    struct xd_xl_ends ends;
    char why[300] = "";
    int code = -EIO;

    xd_xl_ends_read(d->x, r->take.domid, r->kind, d->deed->number, &ends);
    if (ends.why[0])
        snprintf(why, sizeof(why), "its hotplug script says: %s", ends.why);
    if (ends.there)
        xd_xl_operate(d->x, &r->take, NULL);
    xd_xl_ends_read(d->x, r->take.domid, r->kind, d->deed->number, &ends);
    if (!ends.there)
        code = -EINVAL; /* nothing is left of it, as if it had been refused */
    if (why[0])
        return xd_err_set(err, code, "%s was not attached: %s", r->what, why);
    xd_xl_fail(&heard, rc, err, "%s was not attached", r->what);
    if (err)
        err->code = code;
    return code;
}
