/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policies that a host tells of: the live one or that of --host, and those in captures. */
#include "cmd/cpuid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/tables_cpuid.h"
#include "xen/cpuid/decode.h"

static const char *dup_or_null(struct cpuid *c, const char *s)
{
    return s ? xd_arena_strdup(&c->a, s) : NULL;
}

/* The policies of two tables; all lives in c. */
static struct cpuid_host *from_tables(struct cpuid *c, const char *title,
                                      const struct xd_table *policies,
                                      const struct xd_table *leaves)
{
    struct cpuid_host *h = xd_arena_alloc(&c->a, sizeof(*h));

    h->title = xd_str_safe(&c->a, title, 128);
    h->n = xd_cpuid_policies(policies, leaves, &c->a, &h->policy);
    for (size_t i = 0; i < h->n; i++) {
        struct xd_cpuid_policy *p = &h->policy[i];

        p->name = p->source.label = xd_arena_strdup(&c->a, p->name);
        p->domain = dup_or_null(c, p->domain);
        p->uuid = dup_or_null(c, p->uuid);
        p->microcode = dup_or_null(c, p->microcode);
        p->command_line = dup_or_null(c, p->command_line);
    }
    return h;
}

/* --- live --- */

static int ask(struct cpuid *c, struct xd_session *s, struct xd_err *err)
{
    const struct xd_world *w = xd_session_world(s);
    const struct xd_table *t;
    const char *why;

    t = xd_world_table(w, xd_cpuid_desc.name);
    if (!t || !t->n) {
        why = xd_world_trouble(w, xd_cpuid_desc.name);
        if (!xd_cli_option(c->cli, "host") && !xd_world_desc_named(w, xd_cpuid_desc.name))
            return xd_err_set(err, -ENODATA,
                              "this is no Xen host that can be asked for policies: name one with "
                              "--host, or a file (xendeck doctor says what is missing)");
        return xd_err_set(err, -ENODATA, "host %s says nothing of CPUID%s%s", xd_world_host(w),
                          why ? ": " : "", why ? why : "");
    }
    if (t->reason)
        fprintf(c->cli->err, "xendeck: %s\n", t->reason);
    c->live = from_tables(c, xd_world_host(w), t, xd_world_table(w, xd_cpuid_leaves_desc.name));
    return 0;
}

const struct xd_want cpuid_wants[2] = {{"cpuid", XD_WANT_ALL}, {"cpuid_leaves", XD_WANT_ALL}};

/* Never the demo host where nobody named it: it is not what one asks for. */
int cpuid_host_live(struct cpuid *c, struct cpuid_host **out, struct xd_err *err)
{
    struct xd_session *s;

    if (!c->asked_live) {
        c->asked_live = true;
        if (xd_cli_look(c->cli, "live", cpuid_wants, 2, &s, &c->why_not) == 0)
            ask(c, s, &c->why_not);
        xd_session_close(s);
    }
    *out = c->live;
    return c->live ? 0 : xd_err_set(err, -ENODATA, "%s", xd_err_text(&c->why_not));
}

/* --- captures --- */

int cpuid_host_capture(struct cpuid *c, const char *path, struct cpuid_host **out,
                       struct xd_err *err)
{
    struct xd_capture *capture;
    struct xd_snapshot *s;
    int rc = xd_capture_open(path, NULL, NULL, &capture, err);

    if (rc < 0)
        return rc;
    s = xd_capture_load_table(capture, xd_cpuid_desc.name, err);
    *out = s ? from_tables(c, xd_capture_host(capture), xd_snapshot_table(s, xd_cpuid_desc.name),
                           xd_snapshot_table(s, xd_cpuid_leaves_desc.name))
             : NULL;
    xd_snapshot_unref(s);
    xd_capture_close(capture);
    if (*out)
        return 0;
    return err->code ? err->code
                     : xd_err_set(err, -ENODATA, "%s: it was recorded without CPUID", path);
}

/* --- one of them --- */

const struct xd_cpuid_policy *cpuid_host_find(const struct cpuid_host *h, const char *word)
{
    uint64_t id;
    bool number = xd_parse_u64(word, &id) == 0;

    for (size_t i = 0; i < h->n; i++)
        if (strcmp(h->policy[i].name, word) == 0)
            return &h->policy[i];
    for (size_t i = 0; i < h->n; i++) {
        const struct xd_cpuid_policy *p = &h->policy[i];

        if ((p->domain && strcmp(p->domain, word) == 0) ||
            (p->uuid && strcmp(p->uuid, word) == 0) || (number && p->domid == (int64_t)id))
            return p;
    }
    return NULL;
}

const struct xd_cpuid_policy *cpuid_host_unasked(const struct cpuid_host *h, bool pv)
{
    return cpuid_host_find(h, pv ? "pv-default" : "hvm-default");
}

const struct xd_cpuid_policy *cpuid_host_most(const struct cpuid_host *h, bool pv)
{
    const char *const order[] = {pv ? "pv-max" : "hvm-max", "host", "raw"};
    const struct xd_cpuid_policy *p = NULL;

    for (size_t i = 0; !p && i < 3; i++)
        p = cpuid_host_find(h, order[i]);
    return p;
}
