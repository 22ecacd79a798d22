/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The world: the newest snapshot of each source, history, and what can be edited. Owned by the UI
 * thread; views and commands read it through these functions and never talk to a backend. */
#ifndef XD_ENGINE_WORLD_H
#define XD_ENGINE_WORLD_H

#include "engine/registry.h"
#include "model/series.h"

struct xd_world;

enum xd_source_state {
    XD_SOURCE_STARTING, /* no sample yet */
    XD_SOURCE_OK,
    XD_SOURCE_STALE, /* its last sample is old, or the newest attempt failed: see why */
    XD_SOURCE_DEAD,  /* it could not be opened */
};

/* What is known of one backend of this host. Strings live as long as the next dispatch. */
struct xd_source_info {
    const struct xd_backend *backend;
    enum xd_source_state state;
    const char *why; /* a sentence where the state isn't OK; else NULL */
    int64_t at_ns;   /* of the newest sample, monotonic; 0: none yet */
    int64_t took_ns;
    uint64_t samples;
};

size_t xd_world_sources(const struct xd_world *w);
struct xd_source_info xd_world_source(const struct xd_world *w, size_t i);
/* The host as it was chosen: "demo:huge"; and why the demo host stands in, or "". */
const char *xd_world_host(const struct xd_world *w);
const char *xd_world_fallback(const struct xd_world *w);
bool xd_world_readonly(const struct xd_world *w);

/* Grows whenever a frame could look different: a sample, a state, a running edit. */
uint64_t xd_world_generation(const struct xd_world *w);
int64_t xd_world_now(const struct xd_world *w);  /* monotonic, by the session's clock */
int64_t xd_world_wall(const struct xd_world *w); /* ns since 1970 UTC */

/* Tables by name, over all sources (the source opened first wins; one with rows wins over one that
 * is missing). NULL: no source publishes it, or none has sampled yet. Valid until the next
 * dispatch. */
const struct xd_table *xd_world_table(const struct xd_world *w, const char *name);
/* Why the table can't be trusted at the moment: stale, dead, or missing; NULL if it can. */
const char *xd_world_trouble(const struct xd_world *w, const char *table);
/* All table descriptions that the sources publish: those that backends declare, then those that
 * only samples have (a capture's, once it is played). Index until NULL. */
const struct xd_table_desc *xd_world_desc(const struct xd_world *w, size_t i);
const struct xd_table_desc *xd_world_desc_named(const struct xd_world *w, const char *name);
const struct xd_history *xd_world_history(const struct xd_world *w);

/* An object by what people type: "domain/web1", "domain/5" (domid), "domain/UUID", "vcpu/web1/0",
 * "pool/Pool-0", "host"; the noun may be left out for domains ("web1"). -ENOENT with the nearest
 * name, -ENOTUNIQ with all that match, -ENODEV where its table can't be had. The row is valid until
 * the next dispatch. */
int xd_world_find(const struct xd_world *w, const char *path, const struct xd_table **table,
                  const struct xd_row **row, struct xd_err *err);

/* Knobs and actions by table and name, with the source that offers them. table NULL: any. */
struct xd_offer {
    size_t source;
    const struct xd_knob *knob; /* one of the two is NULL */
    const struct xd_action *action;
};
bool xd_world_offer(const struct xd_world *w, const char *table, const char *name,
                    struct xd_offer *out);
/* The i-th offer of all (knobs and actions of all sources); false past the end. */
bool xd_world_offer_at(const struct xd_world *w, size_t i, struct xd_offer *out);

/* Why this host hasn't got that knob or action, as it is; NULL: it has. */
const char *xd_world_limit(const struct xd_world *w, const char *name);

/* How many pCPUs "all" means on this host; 0: unknown. */
unsigned xd_world_pcpus(const struct xd_world *w);

#endif
