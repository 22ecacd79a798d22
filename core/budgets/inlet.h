/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy that a console carries out itself, as a source of its session: the tables `budgets` and
 * `policies`, and their knobs. Where nothing is carried out yet the tables say how to begin, so
 * that the screen is there from the start.
 *
 *     struct xd_inlet *in = xd_inlet_new();
 *     config.companions = &xd_inlet_companion(in); config.n_companions = 1;
 *     xd_session_open(&config, &s, err);  xd_inlet_begin(in, s, "burst-hour", true, err);
 *     …after each xd_session_dispatch: xd_inlet_step(in);
 *     xd_session_close(s);  xd_inlet_free(in);
 *
 * A change of a budget or a pause is an edit like any other: planned, journalled, read back,
 * undone. All of this belongs to the session's thread. */
#ifndef XD_BUDGETS_INLET_H
#define XD_BUDGETS_INLET_H

#include "budgets/runner.h"
#include "engine/session.h"

struct xd_inlet;

extern const struct xd_backend xd_inlet_backend;

struct xd_inlet *xd_inlet_new(void);
/* After the session was closed. NULL allowed. What on_exit says is not done here: xd_inlet_end. */
void xd_inlet_free(struct xd_inlet *in);

static inline struct xd_companion xd_inlet_companion(struct xd_inlet *in)
{
    return (struct xd_companion){&xd_inlet_backend, in};
}

/* Carries out a policy by its file, or the name of one that comes with xendeck, instead of the one
 * before. keep: as the daemon does, as the only one on this host, and with balances that outlive
 * the program; otherwise (the demo host, which begins anew as well) neither. -EBUSY: somebody else
 * rules the host, with his process id; -EROFS; or what is wrong with the file: all is as before
 * then. */
int xd_inlet_begin(struct xd_inlet *in, struct xd_session *s, const char *policy, bool keep,
                   struct xd_err *err);
/* Ends it, as its on_exit says; step on, or close the session with the knobs as they are. */
void xd_inlet_end(struct xd_inlet *in);

/* To be called after each dispatch. True if anything happened that a screen could show. */
bool xd_inlet_step(struct xd_inlet *in);
int xd_inlet_timeout_ms(const struct xd_inlet *in); /* as of a runner */
/* NULL: nothing is carried out here. */
struct xd_runner *xd_inlet_runner(const struct xd_inlet *in);

#endif
