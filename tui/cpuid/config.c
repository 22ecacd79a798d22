/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The box with the line for a domain's configuration, and that line as a file. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

#define LINE_W 68

/* The line, broken only behind commas: so that no name is torn apart. */
static void add_line(struct xd_cpuid_box *e, const char *line)
{
    for (int indent = 0; *line; indent = 4) {
        size_t cut = strlen(line), most = LINE_W - (size_t)indent;

        if (cut > most) {
            for (cut = most; cut && line[cut - 1] != ','; cut--)
                ;
            cut = cut ? cut : most;
        }
        xd_cpuid_box_add(e, XD_S_DIALOG_ACCENT, indent, xd_arena_strndup(&e->arena, line, cut));
        line += cut;
    }
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

void xd_cpuid_whole_path(const char *path, char *out, size_t size)
{
    char here[512];

    if (path[0] == '/' || !getcwd(here, sizeof(here)))
        snprintf(out, size, "%s", path);
    else
        snprintf(out, size, "%s/%s", here, path);
}

/* Into a configuration that is there: a step of the host's, which shows what it would change. */
static int propose(struct xd_app *a, const char *path, int column, struct xd_err *err)
{
    const struct xd_action *action = xd_app_action(a, "cpuid-config", err);
    struct xd_buf params = XD_BUF_INIT;
    char value[XD_CPUID_VALUE_MAX], whole[1024];
    int rc;

    if (!action) {
        xd_err_clear(err);
        return xd_err_set(err, -ENOTSUP,
                          "%s is there, and only a live host is edited from here: give the line a "
                          "file of its own, or put it in with xendeck cpuid translate --into",
                          path);
    }
    rc = xd_cpuid_draft_value(a->cpuid, column, value, sizeof(value), err);
    if (rc < 0)
        return rc;
    xd_cpuid_whole_path(path, whole, sizeof(whole));
    xd_param_add(&params, "file", whole);
    xd_param_add(&params, "cpuid", value);
    snprintf(a->cpuid->writing, sizeof(a->cpuid->writing), "%s", a->cpuid->m.column[column].key);
    rc = xd_app_propose_action(a, action, xd_buf_str(&params), err);
    xd_buf_done(&params);
    return rc;
}

void xd_cpuid_plan_ended(struct xd_app *a, const struct xd_plan *p)
{
    struct xd_cpuid_screen *t = a->cpuid;
    const struct xd_action *action = p->n ? p->steps[0].offer.action : NULL;

    if (p->outcome == XD_DONE && !p->undoes && action && strcmp(action->name, "cpuid-config") == 0)
        xd_cpuid_draft_written(t, t->writing);
    t->writing[0] = '\0';
}

static int write_line(struct xd_app *a, const char *path, const void *tag, struct xd_err *err)
{
    struct xd_cpuid_screen *t = a->cpuid;
    struct xd_buf line = XD_BUF_INIT, lost = XD_BUF_INIT;
    int column = xd_cpuid_screen_column(t);
    int rc = column < 0 ? xd_err_set(err, -ENOENT, "the domain is gone")
                        : xd_cpuid_draft_line(t, column, &line, &lost, err);

    if (rc == 0 && !t->m.column[column].dom0 && access(path, F_OK) == 0) {
        rc = propose(a, path, column, err);
    } else if (rc == 0) {
        rc = write_new(path, &line, err);
        if (rc == 0)
            xd_cpuid_draft_written(t, t->m.column[column].key);
        if (rc == 0)
            xd_app_say(a, XD_S_GOOD, "%s has the line; the domain's configuration is as it was",
                       path);
    }
    xd_buf_done(&line);
    xd_buf_done(&lost);
    return rc;
}

/* Names of domains may be anything. */
static void safe_name(const struct xd_cpuid_column *c, char *out, size_t size)
{
    size_t n = 0;

    for (; c->name[n] && n + 1 < size; n++)
        out[n] = isalnum((unsigned char)c->name[n]) || (n && strchr("-_.", c->name[n])) ? c->name[n]
                                                                                        : '_';
    out[n] = '\0';
}

void xd_cpuid_config_path(const struct xd_cpuid_column *c, char *out, size_t size)
{
    char name[64];

    safe_name(c, name, sizeof(name));
    snprintf(out, size, "/etc/xen/%s.cfg", name);
}

/* path NULL: "/etc/xen/web1.cfg" where there is one, else "web1.cpuid". */
void xd_cpuid_offer_file(struct xd_app *a, const char *path)
{
    const struct xd_cpuid_column *c = &a->cpuid->m.column[xd_cpuid_screen_column(a->cpuid)];
    char usual[512], name[64];

    if (!path) {
        xd_cpuid_config_path(c, usual, sizeof(usual));
        safe_name(c, name, sizeof(name));
        if (c->dom0 || access(usual, F_OK) < 0)
            snprintf(usual, sizeof(usual), "%s.cpuid", name);
        path = usual;
    }
    xd_ask_open(a, "Write the line into a file",
                "A configuration gets it in place of its cpuid=, shown before and kept as "
                "FILE.before; a new file gets the line alone.",
                path, write_line, NULL);
}

static void config_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    struct xd_err err = XD_ERR_INIT;

    if (k->code == 't') {
        xd_dialog_pop(a);
        if (xd_cmd_cpuid_try(a, 1, NULL, &err) < 0)
            xd_app_fail(a, &err);
        return;
    }
    if (k->code != 'w') {
        xd_cpuid_box_key(a, d, k);
        return;
    }
    xd_dialog_pop(a);
    xd_cpuid_offer_file(a, NULL);
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
    e->keys = c->dom0 ? "w writes it into a file" : "w writes it into a file · t tries it";
    e->title = xd_arena_printf(&e->arena, "%s: its policy from the next start on", c->name);
    xd_cpuid_box_add(
        e, XD_S_DIALOG, 0,
        c->dom0 ? "Dom0's policy is made when Xen starts. It can't change before; this belongs on "
                  "Xen's command line, instead of dom0-cpuid= there:"
                : "The policy of a running domain can't change: Xen refuses it. This line belongs "
                  "into the domain's configuration, instead of cpuid= there, and counts once it is "
                  "shut down and created anew (for a reboot xl doesn't read the file again):");
    xd_cpuid_box_add(e, XD_S_DIALOG, 0, "");
    if (line.len)
        add_line(e, line.s);
    else
        xd_cpuid_box_add(e, XD_S_DIALOG_ACCENT, 0, "(no line: what Xen gives unasked)");
    xd_cpuid_box_add(e, XD_S_DIALOG, 0, "");
    add_changes(e, t, column);
    if (lost.len)
        xd_cpuid_box_add(e, XD_S_DIALOG_BAD, 0,
                         xd_arena_printf(&e->arena, "It can't say: %s", lost.s));
    xd_buf_done(&line);
    xd_buf_done(&lost);
    xd_dialog_push(a, &e->d);
}
