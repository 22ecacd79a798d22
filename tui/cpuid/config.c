/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The box with the line for a domain's configuration, and that line as a file. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cpuid_into.h"
#include "tui/cpuid/box.h"
#include "tui/cpuid/screen.h"

static void add_changes(struct xd_cpuid_box *e, const struct xd_cpuid_screen *t, int column)
{
    const struct xd_cpuid_draft *d = xd_cpuid_draft_of(t, column);
    struct xd_featureset on = {{0}}, off = {{0}};

    for (int b = d ? xd_fs_next(&d->said, 0) : -1; b >= 0; b = xd_fs_next(&d->said, b + 1))
        if (xd_cpuid_draft_differs(t, column, b))
            xd_fs_add(xd_cpuid_draft_has(t, column, b) ? &on : &off, b);
    if (xd_fs_empty(&on) && xd_fs_empty(&off))
        xd_cpuid_box_add(
            e, XD_S_DIALOG_DIM, 0,
            "Nothing is planned yet: Space on a feature switches it on or off. This is what gives "
            "it the policy that it has now.");
    xd_cpuid_box_list(e, t, "Switched on:", &on);
    xd_cpuid_box_list(e, t, "Switched off:", &off);
}

/* --- as a file --- */

static int write_new(const char *path, const struct xd_buf *line, struct xd_err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644), rc = 0;

    if (fd < 0 || dprintf(fd, "%s\n", xd_buf_str(line)) < 0)
        rc = xd_err_set(err, -errno, "%s: %s", path, strerror(errno));
    if (fd >= 0 && close(fd) < 0 && rc == 0)
        rc = xd_err_set(err, -errno, "%s: %s", path, strerror(errno));
    return rc;
}

/* Into a configuration that is there. */
static int write_into(struct xd_app *a, const char *path, const struct xd_buf *line,
                      struct xd_err *err)
{
    struct xd_cpuid_into p;
    int rc = xd_cpuid_into_plan(path, xd_buf_str(line), &p, err);

    if (rc == 0 && !p.same)
        rc = xd_cpuid_into_write(&p, err);
    if (rc == 0 && p.same)
        xd_app_say(a, XD_S_GOOD, "%s says so already", path);
    else if (rc == 0)
        xd_app_say(a, XD_S_GOOD, "%s: line %s; from the next start on; as it was: %s", path,
                   p.before ? "replaced" : "added", p.kept);
    xd_cpuid_into_done(&p);
    return rc;
}

static int write_line(struct xd_app *a, const char *path, const void *tag, struct xd_err *err)
{
    const struct xd_cpuid_screen *t = a->cpuid;
    struct xd_buf line = XD_BUF_INIT, lost = XD_BUF_INIT;
    int column = xd_cpuid_screen_column(t);
    int rc = column < 0 ? xd_err_set(err, -ENOENT, "the domain is gone")
                        : xd_cpuid_draft_line(t, column, &line, &lost, err);

    if (rc == 0 && !t->m.column[column].dom0 && access(path, F_OK) == 0) {
        rc = write_into(a, path, &line, err);
    } else if (rc == 0) {
        rc = write_new(path, &line, err);
        if (rc == 0)
            xd_app_say(a, XD_S_GOOD, "%s has the line; the domain's configuration is as it was",
                       path);
    }
    xd_buf_done(&line);
    xd_buf_done(&lost);
    return rc;
}

/* "web1.cpuid"; names of domains may be anything. */
static void offer_file(struct xd_app *a)
{
    const char *name = a->cpuid->m.column[xd_cpuid_screen_column(a->cpuid)].name;
    char path[80];
    size_t n = 0;

    for (; name[n] && n < 64; n++)
        path[n] = isalnum((unsigned char)name[n]) || (n && strchr("-_.", name[n])) ? name[n] : '_';
    snprintf(path + n, sizeof(path) - n, ".cpuid");
    xd_ask_open(a, "Write the line into a file",
                "A configuration gets it in place of its cpuid=, and is kept as FILE.before; "
                "a new file gets the line alone.",
                path, write_line, NULL);
}

static void config_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    if (k->code != 'w') {
        xd_cpuid_box_key(a, d, k);
        return;
    }
    xd_dialog_pop(a);
    offer_file(a);
}

void xd_cpuid_config_open(struct xd_app *a)
{
    static const struct xd_dialog_ops ops = {xd_cpuid_box_draw, config_key, xd_cpuid_box_free,
                                             NULL};
    const struct xd_cpuid_screen *t = a->cpuid;
    int column = xd_cpuid_screen_column(t);
    const struct xd_cpuid_column *c = &t->m.column[column];
    struct xd_buf line = XD_BUF_INIT, lost = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_cpuid_box *e;

    if (xd_cpuid_draft_line(t, column, &line, &lost, &err) < 0) {
        xd_app_fail(a, &err);
        xd_buf_done(&line);
        xd_buf_done(&lost);
        return;
    }
    e = xd_malloc(sizeof(*e));
    e->d.ops = &ops;
    e->keys = "w writes the line into a file";
    e->title = xd_arena_printf(&e->arena, "%s: its policy from the next start on", c->name);
    xd_cpuid_box_add(
        e, XD_S_DIALOG, 0,
        c->dom0 ? "Dom0's policy is made when Xen starts. It can't change before; this belongs on "
                  "Xen's command line, instead of dom0-cpuid= there:"
                : "The policy of a running domain can't change: Xen refuses it. This line belongs "
                  "into the domain's configuration, instead of cpuid= there, and counts once it is "
                  "shut down and created anew (for a reboot xl doesn't read the file again):");
    xd_cpuid_box_add(e, XD_S_DIALOG, 0, "");
    xd_cpuid_box_add(e, XD_S_DIALOG_ACCENT, 0,
                     line.len ? xd_arena_strdup(&e->arena, line.s)
                              : "(no line: what Xen gives unasked)");
    xd_cpuid_box_add(e, XD_S_DIALOG, 0, "");
    add_changes(e, t, column);
    if (lost.len)
        xd_cpuid_box_add(e, XD_S_DIALOG_BAD, 0,
                         xd_arena_printf(&e->arena, "It can't say: %s", lost.s));
    xd_buf_done(&line);
    xd_buf_done(&lost);
    xd_dialog_push(a, &e->d);
}
