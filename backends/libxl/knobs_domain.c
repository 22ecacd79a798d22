/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the toolstack keeps of a domain: its name, and what follows when it ends. */
#include <errno.h>
#include <stdlib.h>

#include "backend_libxl/knobs.h"
#include "backend_libxl/known.h"
#include "backend_libxl/rules.h"
#include "backend_libxl/stored.h"
#include "model/xenknobs.h"

/* --- name --- */

static char *read_name(struct xd_xl *x, const struct xd_xl_target *t, struct xd_err *err)
{
    char *name = xd_xl_xs_read(x, "/local/domain/%u/name", t->on.info.domain);

    if (!name)
        xd_xl_fail_errno(&x->logger, errno, err, "%s: xenstore has no name of it", t->what);
    return name;
}

int xd_xl_get_name(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                   struct xd_err *err)
{
    char *name = read_name(x, t, err);

    if (!name)
        return -EIO;
    *out = xd_xl_text_value(t, name);
    free(name);
    return 0;
}

static int check_free(struct xd_xl *x, const struct xd_xl_target *t, const char *name,
                      struct xd_err *err)
{
    uint32_t other;

    if (libxl_name_to_domid(x->ctx, name, &other) == 0 && other != t->on.info.domain)
        return xd_err_set(err, -EINVAL,
                          "%s can't be called \"%s\": domain %u is, and a name is of "
                          "one domain",
                          t->what, name, other);
    return 0;
}

/* libxl renames a domain's device model with it, and checks once more that nobody was quicker. */
int xd_xl_put_name(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                   struct xd_err *err)
{
    const char *name = v->cell.s;
    char *old;
    int rc = xd_xl_check_name(t->what, name, err);

    if (rc == 0 && t->on.info.domain == 0)
        rc = xd_err_set(err, -EPERM, "Domain-0 keeps its name: scripts and tools know it by that");
    if (rc == 0)
        rc = check_free(x, t, name, err);
    if (rc < 0)
        return rc;
    old = read_name(x, t, err);
    if (!old)
        return -EIO;
    xd_xl_log_reset(&x->logger);
    rc = libxl_domain_rename(x->ctx, t->on.info.domain, old, name);
    free(old);
    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "%s was not renamed to \"%s\"", t->what, name);
    return 0;
}

/* --- on_…: to be seen only, see XD_XL_ON_LIMIT --- */

int xd_xl_get_on(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                 struct xd_err *err)
{
    struct xd_xl_on on = XD_XL_ON_UNKNOWN;
    int event = xd_xl_knob(t) - XD_KNOB_ON_POWEROFF;

    if (xd_xl_stored_read(x, t->on.info.domain, &on) < 0 || on.action[event] < 0)
        return xd_err_set(err, -ENODATA, "%s: what it was made with says nothing of %s", t->what,
                          t->knob->name);
    *out = (struct xd_value){.have = true, .type = XD_ENUM, .cell.i = on.action[event]};
    return 0;
}
