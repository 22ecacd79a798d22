/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine as a backend shows it: read from a tree of files, kept as a tree and the tables that
 * somebody looks at, read anew when its time has come; and told file by file, to be recorded. */
#ifndef XD_TOPO_HOST_H
#define XD_TOPO_HOST_H

#include "base/clock.h"
#include "model/backend.h"
#include "topo/topo.h"

/* The tables that it fills; for backends' lists. NULL-terminated. */
#define XD_TOPO_TABLES_N 4
extern const struct xd_table_desc *const xd_topo_tables[XD_TOPO_TABLES_N + 1];

/* The same with `traffic`, for machines that run. */
extern const struct xd_table_desc *const xd_topo_live_tables[XD_TOPO_TABLES_N + 2];

struct xd_topo_host {
    const char *source;   /* the backend's name */
    struct xd_topo *tree; /* NULL: not read yet */
    /* Of each of xd_topo_tables that somebody looked at since: a snapshot with it, or NULL. */
    struct xd_snapshot *kept[XD_TOPO_TABLES_N];
    int64_t read_at_ns, due_ns; /* when it was read, when it is to be read again */
};

/* Whether anybody looks at one of the tables, traffic among them. */
bool xd_topo_host_wanted(const struct xd_backend_env *env);
/* Nothing is kept, or it is old. What changes seldom is read seldom: ten seconds apart at least,
 * and so that reading takes a hundredth of the time at most. */
bool xd_topo_host_is_due(const struct xd_topo_host *h, int64_t now_ns);
/* Reads the machine (began_ns: when whoever calls began with it) and keeps its tree. trouble: what
 * was wrong before there was a tree; NULL: nothing. */
void xd_topo_host_read(struct xd_topo_host *h, const struct xd_files *files, const char *trouble,
                       struct xd_clock *clock, int64_t began_ns);
/* The tables that are wanted become part of a sample; each is made once. */
void xd_topo_host_put(struct xd_topo_host *h, const struct xd_backend_env *env,
                      struct xd_builder *b);
/* traffic, read anew each time, where it is wanted. */
void xd_topo_host_traffic(const struct xd_topo_host *h, const struct xd_backend_env *env,
                          struct xd_builder *b);
#define XD_TOPO_NO_TRAFFIC "no disk and no NIC of this machine is counted here"
void xd_topo_put_traffic(const struct xd_topo *t, const struct xd_files *f, struct xd_builder *b,
                         int64_t at_ns);
void xd_topo_host_done(struct xd_topo_host *h);

/* Tells whatever has to be kept so that the machine can be read again as it is now: see
 * xd_backend's `record`. Of the list of PCI ids only the lines that it needs are told. */
int xd_topo_record(struct xd_files *files, xd_files_seen *seen, void *ctx, struct xd_err *err);

#endif
