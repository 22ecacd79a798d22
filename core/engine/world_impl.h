/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the world, for the session that feeds it and for find.c. */
#ifndef XD_ENGINE_WORLD_IMPL_H
#define XD_ENGINE_WORLD_IMPL_H

#include "engine/world.h"

/* How far back graphs can look: the detail pane shows ten minutes. At 2 s this is 300 samples, some
 * 17 KiB for a domain. */
#define XD_WORLD_HISTORY_NS (600 * XD_NS_PER_S)

struct xd_source {
    const struct xd_backend *backend;
    struct xd_snapshot *told;     /* the newest, as the source told it; NULL: none yet */
    struct xd_snapshot *snapshot; /* the same with what others fill in: what everybody sees */
    enum xd_source_state state;
    char why[600];       /* a sentence where the state isn't OK */
    bool has_twin;       /* another source offers some of its knobs too */
    bool failed;         /* the newest attempt brought an error: why holds its sentence */
    bool asked;          /* a sample was asked for and hasn't come */
    bool resting;        /* nobody looks at anything of it: it is not expected to answer */
    int64_t answered_ns; /* when it last answered, be it with an error; at first: when it began */
    int64_t shown_ns;    /* when `why` last said how long it has been silent; 0: it isn't */
    int64_t took_ns;
    uint64_t samples;
    uint64_t answers; /* samples and failed attempts */
};

/* Rows of one table by their label, made when somebody asks and dropped with the next sample. */
struct xd_label_index {
    const struct xd_table *table;
    uint32_t *head; /* hash -> row + 1, or 0 */
    uint32_t *next; /* row -> another row + 1 of the same slot, or 0 */
    size_t mask;
};

#define XD_LABEL_INDEXES 8

#define XD_MISSED_MAX 8

/* Behind a pointer, because finding makes it while the world is const for everybody. */
struct xd_find_cache {
    struct xd_label_index index[XD_LABEL_INDEXES];
    size_t n;
    /* Tables that somebody asked for and no sample has, because nobody wanted them so far: the
     * session wants them from now on. */
    const char *missed[XD_MISSED_MAX];
    size_t n_missed;
};

struct xd_world {
    struct xd_clock *clock;
    struct xd_log *log;
    char host[300]; /* "demo:huge" */
    char fallback[256];
    bool readonly;
    bool one_shot;
    int64_t interval_ns;
    uint64_t generation;
    struct xd_source sources[XD_SOURCES_MAX];
    size_t n;
    const struct xd_table_desc **descs; /* of all tables that the sources declare, each once */
    size_t n_descs;
    struct xd_history *history;
    struct xd_find_cache *found;
};

void xd_world_init(struct xd_world *w, const struct xd_host_choice *host, struct xd_clock *clock,
                   struct xd_log *log);
void xd_world_done(struct xd_world *w);

/* A sample of source i was asked for. */
void xd_world_ask(struct xd_world *w, size_t i);
/* Source i rests, or doesn't any more. */
void xd_world_rest(struct xd_world *w, size_t i, bool resting);
/* What workers reported of source i. take_sample takes over the caller's reference. */
void xd_world_take_sample(struct xd_world *w, size_t i, struct xd_snapshot *s);
void xd_world_take_failure(struct xd_world *w, size_t i, const char *sentence);
void xd_world_take_death(struct xd_world *w, size_t i, const char *sentence);

/* Looks which sources have been silent for too long. Returns ns until it should look again, or -1:
 * only after the next answer. */
int64_t xd_world_age(struct xd_world *w);
/* ns until xd_world_age would change something; -1: never by itself. */
int64_t xd_world_next_age(const struct xd_world *w);

/* The description whose noun or name an object's path begins with, and what follows it; NULL: none,
 * the path is a domain's name. */
const struct xd_table_desc *xd_world_desc_of(const struct xd_world *w, const char *path,
                                             const char **rest);
void xd_find_cache_drop(struct xd_find_cache *c);

/* Writes to the log which domains came, went and changed state between two samples. */
void xd_world_log_domains(struct xd_log *log, const struct xd_snapshot *old,
                          const struct xd_snapshot *now);

#endif
