/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libxl's own events of domains that shut down: why one did is gone from Xen as soon as its
 * toolstack has started it anew, which is often before the next sample. They become lines of the
 * log. Only where somebody goes on looking: from the second sample on. */
#ifndef XD_XL_DEATHS_H
#define XD_XL_DEATHS_H

#include <stdbool.h>

struct xd_xl;
struct xd_xl_known;

/* Asks libxl for the events of all domains of x->known, and has their descriptors waited for. */
void xd_xl_deaths_watch(struct xd_xl *x);
/* k is about to be forgotten. */
void xd_xl_deaths_forget(struct xd_xl *x, struct xd_xl_known *k);
/* The context is about to be freed, which ends what it was asked for. */
void xd_xl_deaths_end(struct xd_xl *x);
/* Takes in what libxl has to say, without waiting. */
void xd_xl_deaths_hear(struct xd_xl *x);

#endif
