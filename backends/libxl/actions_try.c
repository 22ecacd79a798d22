/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpuid-try: what would a domain see that is started with that configuration? One is made of it,
 * paused and without its devices; its policy is read; it is destroyed. A shell holds it meanwhile:
 * it makes the domain, waits until its input is closed, and destroys it. That happens when we are
 * done, and also when we are cancelled, end, or are killed, so that the domain never stays behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend_libxl/actions.h"
#include "backend_libxl/create.h"
#include "backend_libxl/tried.h"
#include "backend_shared/policy.h"
#include "model/xenknobs.h"
#include "xen/cpuid/into.h"
#include "xen/cpuid/trial.h"

/* xl, the configuration, the domain's name. -e: no xl stays as its monitor. */
static const char holder[] = "trap '' INT TERM HUP QUIT PIPE\n"
                             "if \"$1\" create -q -p -e \"$2\"; then\n"
                             "    echo made\n"
                             "    read -r gone\n"
                             "    \"$1\" destroy \"$3\"; status=$?\n"
                             "else\n"
                             "    status=9\n"
                             "fi\n"
                             "rm -f \"$2\"\n"
                             "exit $status\n";
#define NOT_MADE 9

struct trial {
    const struct xd_xl_doing *d;
    struct xd_cpuid_trial t;
    char path[64]; /* of its configuration; "": there is none */
    int hold;      /* what the shell waits for; -1: closed */
    bool made, read, cancelled;
    struct xd_err why; /* it can't be read */
};

static void let_go(struct trial *t)
{
    if (t->hold >= 0)
        close(t->hold);
    t->hold = -1;
}

/* --- its configuration --- */

static int write_file(struct trial *t, const struct xd_buf *text, struct xd_err *err)
{
    int fd, rc = 0;

    snprintf(t->path, sizeof(t->path), "/tmp/%s-XXXXXX.cfg", t->t.name);
    fd = mkostemps(t->path, 4, O_CLOEXEC); /* for us alone to read */
    if (fd < 0) {
        rc = xd_err_set(err, -EIO, "no file for the configuration: %s", strerror(errno));
        t->path[0] = '\0';
        return rc;
    }
    if (write(fd, xd_buf_str(text), text->len) != (ssize_t)text->len)
        rc = xd_err_set(err, -EIO, "%s can't be written: %s", t->path, strerror(errno));
    close(fd);
    return rc;
}

static int prepare(struct trial *t, const struct xd_value *params, struct xd_buf *setting,
                   struct xd_err *err)
{
    const char *file = xd_xl_param_text(&params[XD_CPUID_FILE]);
    const char *value = xd_xl_param_text(&params[XD_CPUID_VALUE]);
    struct xd_buf text = XD_BUF_INIT;
    int rc = 0;

    if (strcmp(value, "host") == 0) /* overrules what the file says */
        xd_buf_add(setting, "cpuid = \"host\"");
    else if (*value)
        rc = xd_cpuid_into_setting(value, setting, err);
    if (rc == 0)
        rc = xd_cpuid_trial_begin(&t->t, err);
    if (rc == 0)
        rc = xd_cpuid_trial_text(&t->t, file, xd_buf_str(setting), &text, err);
    if (rc < 0) /* nothing was done, whatever the code */
        rc = err->code = -EINVAL;
    if (rc == 0)
        rc = write_file(t, &text, err);
    xd_buf_done(&text);
    return rc;
}

static void end(struct trial *t)
{
    let_go(t);
    if (t->path[0])
        unlink(t->path);
    xd_err_clear(&t->why);
}

/* --- beforehand --- */

int xd_xl_preview_try(struct xd_xl *x, const struct xd_value *params, struct xd_buf *out,
                      struct xd_err *err)
{
    struct trial t = {.hold = -1, .why = XD_ERR_INIT};
    struct xd_buf setting = XD_BUF_INIT;
    char monitor[512];
    int rc = prepare(&t, params, &setting, err);

    if (rc == 0)
        rc = xd_xl_look_at(x, t.path, monitor, err);
    if (rc == 0)
        xd_buf_printf(out,
                      "a domain %s… is made of that file, with %s, 128 MiB, paused, without disks, "
                      "NICs and PCI\n"
                      "its policy is read, and it is destroyed, whatever happens here\n",
                      XD_CPUID_TRIAL_NAME, setting.len ? "this policy" : "its own policy");
    end(&t);
    xd_buf_done(&setting);
    return rc;
}

/* --- while the shell holds it --- */

static int read_policy(struct trial *t)
{
    struct xd_xl *x = t->d->x;
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_cpuid_source source = {.label = NULL};
    struct xd_xen_policy policy;
    xc_domaininfo_t info;
    uint32_t domid;
    int rc;

    if (libxl_name_to_domid(x->ctx, t->t.name, &domid) != 0 ||
        xc_domain_getinfolist(x->xc, domid, 1, &info) != 1 || info.domain != domid)
        return xd_err_set(&t->why, -EIO, "the domain was made and can't be found");
    rc = xd_xen_policy_init(&policy, x->xc, &t->why);
    if (rc < 0)
        return rc;
    rc = xd_xen_policy_of_domain(&policy, domid, &a, &source);
    if (rc < 0)
        xd_err_set(&t->why, rc, "Xen doesn't tell its policy: %s", strerror(-rc));
    else
        xd_xl_tried_tell(
            x, &(struct xd_cpuid_tried){
                   .name = t->t.name,
                   .file = xd_xl_param_text(&t->d->params[XD_CPUID_FILE]),
                   .asked = xd_xl_param_text(&t->d->params[XD_CPUID_VALUE]),
                   .guests = info.flags & XEN_DOMINF_hvm_guest ? XD_CPUID_FOR_HVM : XD_CPUID_FOR_PV,
                   .set = source.set});
    xd_xen_policy_done(&policy);
    xd_arena_done(&a);
    return rc;
}

static void line(void *self, const char *text)
{
    struct trial *t = self;

    if (strcmp(text, "made") != 0) {
        xd_log_write(t->d->x->env->log, XD_LOG_INFO, "xl", "%s", text);
        return;
    }
    t->made = true;
    t->read = read_policy(t) == 0;
    let_go(t);
}

/* It is never ended before it has destroyed the domain. */
static bool stop(void *self)
{
    struct trial *t = self;
    const struct xd_xl_doing *d = t->d;

    if (d->p)
        d->p->report(d->p, -1,
                     t->made ? "the throw-away domain is destroyed"
                             : "xl makes a throw-away domain");
    if (!t->made && ((d->p && d->p->cancelled(d->p)) || d->x->env->stopping(d->x->env))) {
        t->cancelled = true;
        let_go(t);
    }
    return false;
}

/* Where the shell itself was killed. */
static int start_destroy(libxl_ctx *ctx, uint32_t domid, void *arg, const libxl_asyncop_how *how)
{
    return libxl_domain_destroy(ctx, domid, how);
}

static bool is_gone(struct trial *t)
{
    uint32_t domid;

    if (libxl_name_to_domid(t->d->x->ctx, t->t.name, &domid) != 0)
        return true;
    return xd_xl_operate(t->d->x, &(struct xd_xl_op){.start = start_destroy, .domid = domid},
                         NULL) == 0;
}

static int came_of_it(struct trial *t, int rc, const char *said, struct xd_err *err)
{
    char why[300];

    if (!is_gone(t))
        return xd_err_set(err, -EIO, "%s could not be destroyed; do that: xl destroy %s", t->t.name,
                          t->t.name);
    if (rc < 0)
        return rc;
    xd_xl_why(said, why, sizeof(why));
    if (rc == NOT_MADE)
        return xd_err_set(err, -EINVAL, "xl made no domain of %s: %s",
                          xd_xl_param_text(&t->d->params[XD_CPUID_FILE]),
                          why[0] ? why : "it gives no reason (its words are in the log)");
    if (t->cancelled && !t->read)
        return xd_err_set(err, -ECANCELED, "the throw-away domain is destroyed");
    if (t->made && !t->read)
        return xd_err_set(err, -EIO, "%s; it is destroyed again", xd_err_text(&t->why));
    if (!t->made)
        return xd_err_set(err, -EIO, "the shell that makes the domain ended with %d: %s", rc, why);
    return 0;
}

int xd_xl_act_try(const struct xd_xl_doing *d, struct xd_err *err)
{
    struct trial t = {.d = d, .hold = -1, .why = XD_ERR_INIT};
    struct xd_buf setting = XD_BUF_INIT, said = XD_BUF_INIT;
    char monitor[512];
    int ends[2], rc = prepare(&t, d->params, &setting, err);

    d->deed->number = 0;
    if (rc == 0)
        rc = xd_xl_look_at(d->x, t.path, monitor, err);
    if (rc == 0 && pipe2(ends, O_CLOEXEC) < 0)
        rc = xd_err_set(err, -EIO, "no pipe: %s", strerror(errno));
    if (rc == 0) {
        const char *argv[] = {"/bin/sh", "-c", holder, "sh", monitor, t.path, t.t.name, NULL};
        struct xd_xl_child child = {
            .argv = argv, .stop = stop, .line = line, .self = &t, .in = ends[0]};

        t.hold = ends[1];
        xd_xl_deed_subject(d->deed, t.t.name);
        rc = came_of_it(&t, xd_xl_child_run(&child, &said, err), xd_buf_str(&said), err);
        close(ends[0]);
    }
    d->deed->number = rc == 0;
    end(&t);
    xd_buf_done(&setting);
    xd_buf_done(&said);
    return rc;
}

/* Its policy was read, and it is gone. */
int xd_xl_seen_try(struct xd_xl *x, const struct xd_object *o, const struct xd_xl_deed *deed,
                   struct xd_err *err)
{
    uint32_t domid;

    return deed->number == 1 && deed->subject &&
           libxl_name_to_domid(x->ctx, deed->subject, &domid) != 0;
}
