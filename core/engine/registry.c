/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding backends (linked in, or modules in a few folders) and choosing those that make up the
 * host that was asked for: see registry.h. */
#include "engine/registry.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/tables.h"

#define MODULE_SYMBOL "xd_backend_module"

struct xd_registry {
    struct xd_registry_entry *entries;
    size_t n;
    const struct xd_backend_card *const *cards;
    struct xd_log *log;
    struct xd_arena arena;
};

static const struct xd_registry_entry *find(const struct xd_registry *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (xd_streq(r->entries[i].name, name))
            return &r->entries[i];
    return NULL;
}

static struct xd_registry_entry *add(struct xd_registry *r, const char *name, const char *origin)
{
    struct xd_registry_entry *e;

    r->entries = xd_realloc(r->entries, (r->n + 1) * sizeof(*r->entries));
    e = &r->entries[r->n++];
    *e = (struct xd_registry_entry){.name = xd_arena_strdup(&r->arena, name),
                                    .origin = xd_arena_strdup(&r->arena, origin)};
    return e;
}

/* What every backend must have, whoever wrote it; NULL if it has. */
static const char *what_is_wrong(struct xd_registry *r, const struct xd_backend *b)
{
    if (b->abi != XD_BACKEND_ABI)
        return xd_arena_printf(&r->arena, "it was built for plug-in version %u, this is version %u",
                               (unsigned)b->abi, XD_BACKEND_ABI);
    if (!b->name || !b->name[0] || !b->open || !b->close || !b->collect)
        return "it lacks a name or one of open, close, collect";
    if ((xd_backend_knob(b, 0) && (!b->read || !b->write)) || (b->actions && !b->act))
        return "it declares knobs without read and write, or actions without act";
    return NULL;
}

/* A module is never unloaded: snapshots point at its descriptions, a thread that hung in it may
 * still come back, and libraries below it have atexit handlers of their own. Ours are linked so
 * that all they need is looked up here; hundreds of functions of the libraries below them never
 * are. */
static const struct xd_backend *open_module(const char *path, bool ours)
{
    void *so = dlopen(path, (ours ? RTLD_LAZY : RTLD_NOW) | RTLD_LOCAL);

    return so ? dlsym(so, MODULE_SYMBOL) : NULL;
}

/* Called when something of it is needed. */
static void load_carded(struct xd_registry *r, struct xd_registry_entry *e)
{
    const struct xd_backend *b = open_module(e->origin, true);

    if (!b) {
        const char *why = dlerror();

        e->why = xd_str_safe(&r->arena, why ? why : "no " MODULE_SYMBOL, 400);
    } else {
        e->why = what_is_wrong(r, b);
        if (!e->why && strcmp(b->name, e->name) != 0)
            e->why = xd_arena_printf(&r->arena, "it holds the backend %s", b->name);
        e->backend = e->why ? NULL : b;
    }
    e->card = NULL;
    if (e->why)
        xd_log_write(r->log, XD_LOG_WARN, "registry", "%s: %s", e->origin, e->why);
}

static void load_module(struct xd_registry *r, const char *stem, const char *path)
{
    const struct xd_backend *b = open_module(path, false);
    struct xd_registry_entry *e;

    if (!b) {
        const char *why = dlerror();

        e = add(r, stem, path);
        e->why = xd_str_safe(&r->arena, why ? why : "no " MODULE_SYMBOL, 400);
    } else {
        const char *wrong = what_is_wrong(r, b);

        if (!wrong && find(r, b->name)) {
            xd_log_write(r->log, XD_LOG_INFO, "registry", "%s: there is a backend %s already", path,
                         b->name);
            return;
        }
        e = add(r, wrong ? stem : b->name, path);
        e->backend = wrong ? NULL : b;
        e->why = wrong;
    }
    if (e->why)
        xd_log_write(r->log, XD_LOG_WARN, "registry", "%s: %s", path, e->why);
}

static const struct xd_backend_card *card_of(const struct xd_registry *r, const char *stem)
{
    for (const struct xd_backend_card *const *c = r->cards; c && *c; c++)
        if (strcmp((*c)->name, stem) == 0)
            return *c;
    return NULL;
}

static void take_module(struct xd_registry *r, const char *stem, const char *path)
{
    const struct xd_backend_card *card = card_of(r, stem);

    if (card)
        add(r, stem, path)->card = card;
    else
        load_module(r, stem, path);
}

static int is_module(const struct dirent *d)
{
    size_t len = strlen(d->d_name);

    return len > 3 && strcmp(d->d_name + len - 3, ".so") == 0;
}

/* In the order of names, so that two runs choose alike. A folder that isn't there is no error. */
static void load_dir(struct xd_registry *r, const char *dir)
{
    struct dirent **list = NULL;
    int n = scandir(dir, &list, is_module, alphasort);

    for (int i = 0; i < n; i++) {
        char *stem = xd_arena_strndup(&r->arena, list[i]->d_name, strlen(list[i]->d_name) - 3);

        if (!find(r, stem))
            take_module(r, stem, xd_arena_printf(&r->arena, "%s/%s", dir, list[i]->d_name));
        free(list[i]);
    }
    free(list);
}

int xd_registry_new(const struct xd_backend *const *builtin,
                    const struct xd_backend_card *const *cards, const char *module_dirs,
                    struct xd_log *log, struct xd_registry **out, struct xd_err *err)
{
    struct xd_registry *r = xd_malloc(sizeof(*r));
    const char *dirs = module_dirs ? module_dirs : "";

    xd_arena_init(&r->arena);
    r->log = log;
    r->cards = cards;
    for (; builtin && *builtin; builtin++) {
        const char *wrong = what_is_wrong(r, *builtin);

        if (wrong) {
            int rc = xd_err_set(err, -EINVAL, "backend %s: %s",
                                (*builtin)->name ? (*builtin)->name : "?", wrong);
            xd_registry_free(r);
            return rc;
        }
        add(r, (*builtin)->name, "built in")->backend = *builtin;
    }
    while (*dirs) {
        size_t len = strcspn(dirs, ":");

        if (len)
            load_dir(r, xd_arena_strndup(&r->arena, dirs, len));
        dirs += len + (dirs[len] == ':');
    }
    *out = r;
    return 0;
}

void xd_registry_free(struct xd_registry *r)
{
    if (!r)
        return;
    free(r->entries);
    xd_arena_done(&r->arena);
    free(r);
}

size_t xd_registry_count(const struct xd_registry *r)
{
    return r->n;
}

const struct xd_registry_entry *xd_registry_at(struct xd_registry *r, size_t i)
{
    if (i >= r->n)
        return NULL;
    if (r->entries[i].card)
        load_carded(r, &r->entries[i]);
    return &r->entries[i];
}

static const struct xd_table_desc *named(const struct xd_table_desc *const *descs, const char *name)
{
    for (; descs && *descs; descs++)
        if (strcmp((*descs)->name, name) == 0)
            return *descs;
    return NULL;
}

const struct xd_table_desc *xd_registry_desc(const struct xd_registry *r, const char *name)
{
    const struct xd_table_desc *d = NULL;

    for (size_t i = 0; !d && i < r->n; i++) {
        const struct xd_registry_entry *e = &r->entries[i];

        d = named(e->card ? e->card->tables : e->backend ? e->backend->tables : NULL, name);
    }
    return d;
}

char *xd_registry_default_dirs(char *out, size_t size)
{
    const char *env = getenv("XENDECK_MODULES");
    char exe[4096];
    ssize_t n;
    char *slash;

    if (env && env[0]) {
        snprintf(out, size, "%s", env);
        return out;
    }
    n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    exe[n > 0 ? n : 0] = '\0';
    slash = strrchr(exe, '/');
    if (slash)
        snprintf(out, size, "%.*s/modules:%s", (int)(slash - exe), exe, XD_MODULE_DIR);
    else
        snprintf(out, size, "%s", XD_MODULE_DIR);
    return out;
}

/* Whether it tells that table, or fills in one of those columns. */
static bool has_of(const struct xd_backend_card *c, const struct xd_want *w)
{
    if (named(c->tables, w->table))
        return true;
    for (size_t i = 0; c->fills && c->fills[i]; i++) {
        uint64_t columns = w->columns == XD_WANT_ALL ? xd_desc_usual(c->fills[i]) : w->columns;

        if (strcmp(c->fills[i]->name, w->table) == 0 &&
            columns & (c->fill_columns ? c->fill_columns[i] : UINT64_MAX))
            return true;
    }
    return false;
}

static bool is_needed(const struct xd_backend_card *c, const struct xd_need *need)
{
    bool needed =
        !need || (need->edits && c->edits && (!need->edits_of || named(c->edits, need->edits_of)));

    for (size_t i = 0; !needed && i < need->n; i++)
        needed = !(need->edits_of && strcmp(need->wants[i].table, xd_limits_desc.name) == 0) &&
                 has_of(c, &need->wants[i]);
    return needed;
}

/* Modules without a card always are; so that nothing depends on which were loaded before, those
 * with one are asked by it even then. */
static bool is_meant(const struct xd_registry *r, const struct xd_registry_entry *e,
                     const struct xd_need *need)
{
    const struct xd_backend_card *c = card_of(r, e->name);

    return !c || (is_needed(c, need) && (!need || !c->may_serve || c->may_serve()));
}

/* Why some of the live backends can't serve this machine: several may say the same. */
struct reason {
    const char *name; /* of the first */
    char text[sizeof(((struct xd_err *)0)->text)];
    int more;
};

static size_t note_reason(struct reason *all, size_t n, const char *name, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].text, text) == 0) {
            all[i].more++;
            return n;
        }
    all[n].name = name;
    snprintf(all[n].text, sizeof(all[n].text), "%s", text);
    return n + 1;
}

/* "libxl and 3 more: not a Xen dom0; policy: no daemon listens" */
static void tell_reasons(const struct reason *all, size_t n, struct xd_buf *why)
{
    for (size_t i = 0; i < n; i++) {
        xd_buf_printf(why, "%s%s", why->len ? "; " : "", all[i].name);
        if (all[i].more)
            xd_buf_printf(why, " and %d more", all[i].more);
        xd_buf_printf(why, ": %s", all[i].text);
    }
}

/* Takes each live backend that can serve this machine; puts the reasons of the others into why.
 * True: one of them is there that doesn't serve just any machine. */
static bool choose_live(struct xd_registry *r, const struct xd_need *need,
                        struct xd_host_choice *out, struct xd_buf *why)
{
    struct reason *reasons = xd_malloc((r->n + 1) * sizeof(*reasons));
    bool special = false;
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        const struct xd_registry_entry *e = &r->entries[i];
        struct xd_err err = XD_ERR_INIT;

        if (!is_meant(r, e, need))
            continue;
        xd_registry_at(r, i);
        if (e->backend && !e->backend->live)
            continue;
        if (e->backend && (!e->backend->probe || e->backend->probe(&err) == 0)) {
            if (out->n < XD_SOURCES_MAX)
                out->backends[out->n++] = e->backend;
            special = special || !e->backend->any_machine;
            continue;
        }
        n = note_reason(reasons, n, e->name, e->backend ? xd_err_text(&err) : e->why);
    }
    tell_reasons(reasons, n, why);
    free(reasons);
    if (!why->len)
        xd_buf_add(why, out->n
                            ? "this build has no backend for Xen, only for --host live without it"
                            : "this build has no backend for a live host");
    return special;
}

static int no_such_host(const struct xd_registry *r, const char *spec, struct xd_err *err)
{
    struct xd_buf there = XD_BUF_INIT;

    for (size_t i = 0; i < r->n; i++)
        if (r->entries[i].backend && !r->entries[i].backend->live)
            xd_buf_printf(&there, ", %s", r->entries[i].name);
    xd_err_set(err, -ENOENT, "there is no host \"%s\": there are live%s", spec, xd_buf_str(&there));
    xd_buf_done(&there);
    return -ENOENT;
}

/* spec: "NAME" or "NAME:ARG" of a backend that is a host of its own. */
static int choose_named(struct xd_registry *r, const char *spec, struct xd_host_choice *out,
                        struct xd_err *err)
{
    const struct xd_registry_entry *e;
    size_t len = strcspn(spec, ":");
    const char *arg = spec[len] ? spec + len + 1 : "";

    if (len >= sizeof(out->name))
        return no_such_host(r, spec, err);
    if (strlen(arg) >= sizeof(out->arg))
        return xd_err_set(err, -ENAMETOOLONG,
                          "host %.*s: what stands behind the colon has %zu bytes, at most %zu fit",
                          (int)len, spec, strlen(arg), sizeof(out->arg) - 1);
    snprintf(out->name, sizeof(out->name), "%.*s", (int)len, spec);
    snprintf(out->arg, sizeof(out->arg), "%s", arg);
    e = find(r, out->name);
    if (e)
        xd_registry_at(r, (size_t)(e - r->entries));
    if (e && !e->backend)
        return xd_err_set(err, -ENODEV, "host %s: its module could not be loaded: %s", spec,
                          e->why);
    if (!e || e->backend->live)
        return no_such_host(r, spec, err);
    out->backends[out->n++] = e->backend;
    return 0;
}

int xd_registry_resolve(struct xd_registry *r, const char *spec, const struct xd_need *need,
                        struct xd_host_choice *out, struct xd_err *err)
{
    struct xd_buf why = XD_BUF_INIT;
    bool special;
    int rc = 0;

    memset(out, 0, sizeof(*out));
    if (spec && strcmp(spec, "live") != 0)
        return choose_named(r, spec, out, err);
    special = choose_live(r, need, out, &why);
    if (need && !special && !(spec && out->n)) { /* what host this is, is for all of them to say */
        out->n = 0;
        xd_buf_clear(&why);
        special = choose_live(r, NULL, out, &why);
    }
    if (out->n && (spec || special)) {
        snprintf(out->name, sizeof(out->name), "live");
    } else if (spec) {
        rc = xd_err_set(err, -ENODEV, "no live host can be shown here: %s", xd_buf_str(&why));
    } else {
        out->n = 0;
        rc = choose_named(r, "demo", out, err);
        xd_str_safe_to(out->fallback, sizeof(out->fallback), xd_buf_str(&why));
    }
    xd_buf_done(&why);
    return rc;
}
