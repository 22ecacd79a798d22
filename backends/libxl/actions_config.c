/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpuid-config: a CPU policy in a domain's configuration file, which is
 * replaced as a whole and kept as it was beside it (xen/cpuid/into.h). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend_libxl/actions.h"
#include "model/xenknobs.h"
#include "xen/cpuid/into.h"

/* What is planned; p is to be disposed of in any case. */
static int plan(const struct xd_value *params, struct xd_cpuid_into *p, struct xd_err *err)
{
    const char *file = xd_xl_param_text(&params[XD_CPUID_FILE]);
    const char *value = xd_xl_param_text(&params[XD_CPUID_VALUE]);
    struct xd_buf setting = XD_BUF_INIT;
    int rc = 0;

    *p = (struct xd_cpuid_into){.path = NULL};
    if (file[0] != '/') /* an undo may come from another folder */
        rc = xd_err_set(err, -EINVAL, "%s: wanted the whole path of a configuration", file);
    else if (strcmp(value, "before") == 0)
        rc = xd_cpuid_into_plan_back(file, p, err);
    else if ((rc = xd_cpuid_into_setting(value, &setting, err)) == 0)
        rc = xd_cpuid_into_plan(file, xd_buf_str(&setting), p, err);
    if (rc == 0 && p->same)
        rc = xd_err_set(err, -EALREADY, "%s says so already", file);
    if (rc < 0 && rc != -EALREADY) /* nothing was done, whatever the code */
        rc = err->code = -EINVAL;
    xd_buf_done(&setting);
    return rc;
}

int xd_xl_preview_config(const struct xd_value *params, struct xd_buf *out, struct xd_err *err)
{
    struct xd_cpuid_into p;
    int rc = plan(params, &p, err);

    if (rc == 0) {
        xd_cpuid_into_diff(&p, out);
        xd_buf_printf(out,
                      "as it is now it is kept as %s; a running domain doesn't change: it counts "
                      "from the next xl create on\n",
                      p.kept);
    }
    xd_cpuid_into_done(&p);
    return rc;
}

int xd_xl_act_config(const struct xd_xl_doing *d, struct xd_err *err)
{
    struct xd_cpuid_into p;
    int rc = plan(d->params, &p, err);

    if (rc == 0) {
        rc = xd_cpuid_into_write(&p, err);
        xd_xl_deed_subject(d->deed, p.path);
        d->deed->number = xd_cpuid_into_hash(&p.text);
    }
    xd_cpuid_into_done(&p);
    return rc;
}

int xd_xl_seen_config(struct xd_xl *x, const struct xd_object *o, const struct xd_xl_deed *deed,
                      struct xd_err *err)
{
    struct xd_cpuid_into p;
    int rc = deed->subject ? xd_cpuid_into_plan(deed->subject, "", &p, err) : -ENODATA;

    if (rc == 0)
        rc = xd_cpuid_into_hash(&p.old) == deed->number;
    if (deed->subject)
        xd_cpuid_into_done(&p);
    return rc;
}
