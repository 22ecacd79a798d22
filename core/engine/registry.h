/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which backends there are and which of them make up the host that was asked for. */
#ifndef XD_ENGINE_REGISTRY_H
#define XD_ENGINE_REGISTRY_H

#include "base/err.h"
#include "base/log.h"
#include "model/backend.h"

#define XD_SOURCES_MAX 16

struct xd_registry;

/* Columns (a mask, or XD_WANT_ALL: those of xd_desc_usual) of a table that somebody looks at. */
struct xd_want {
    const char *table;
    uint64_t columns;
};
#define XD_WANT_ALL UINT64_MAX

struct xd_registry_entry {
    const struct xd_backend *backend; /* NULL: a module that could not be loaded */
    const char *name;
    const char *origin;                 /* "built in" or the module's path */
    const char *why;                    /* why it could not be loaded; NULL if it was */
    const struct xd_backend_card *card; /* what is known of a module that waits to be loaded */
};

/* builtin: NULL-terminated. module_dirs: folders separated by ':', searched in order for *.so (the
 * first of a name wins); a module that can't be loaded is an entry with a reason, not an error.
 * cards: NULL-terminated or NULL; modules that have one are loaded once something of theirs is
 * needed, the others at once. */
int xd_registry_new(const struct xd_backend *const *builtin,
                    const struct xd_backend_card *const *cards, const char *module_dirs,
                    struct xd_log *log, struct xd_registry **out, struct xd_err *err);
void xd_registry_free(struct xd_registry *r);
size_t xd_registry_count(const struct xd_registry *r);
/* Loads it, if it is a module that still waits for that. */
const struct xd_registry_entry *xd_registry_at(struct xd_registry *r, size_t i);
/* The table of that name, as a backend or a card describes it; NULL: none does. */
const struct xd_table_desc *xd_registry_desc(const struct xd_registry *r, const char *name);

/* The folders where modules are looked for: $XENDECK_MODULES, or "modules" beside the program,
 * then the installed place. Into out; returns out. */
char *xd_registry_default_dirs(char *out, size_t size);

struct xd_host_choice {
    const struct xd_backend *backends[XD_SOURCES_MAX];
    size_t n;
    char name[32]; /* "live", "demo", "capture" */
    char arg[256]; /* what stood behind the colon */
    /* Nobody chose and there is no Xen here: the demo host stands in, and this says why. Else "".
     */
    char fallback[256];
};

/* What a command needs of a host: some tables, and whether it edits: rows of edits_of (NULL: of any
 * table). The limits of such an edit are told by who carries it out, not by others that have some.
 */
struct xd_need {
    const struct xd_want *wants;
    size_t n;
    bool edits;
    const char *edits_of;
};

/* spec: "live", "demo", "demo:huge", "capture:FILE", "topo:FILE", or NULL: live where a live
 * backend can serve this machine (one that serves any machine doesn't count), else the demo host.
 * -ENODEV: live was asked for and nothing can serve it (with each backend's reason); -ENOENT: no
 * such host (with the ones there are). need: modules of a live host that have nothing of it stay
 * out (and unloaded, if they are); NULL: all are needed. */
int xd_registry_resolve(struct xd_registry *r, const char *spec, const struct xd_need *need,
                        struct xd_host_choice *out, struct xd_err *err);

#endif
