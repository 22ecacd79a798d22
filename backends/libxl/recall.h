/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that need not be asked for: an edit of one domain has to know the names of all, since two
 * may have the same one and then neither may be edited for the other. With hundreds of domains
 * xenstored takes longer for that than all the rest takes, so an errand that says which rows it is
 * for takes the names of other domains from what an earlier one read (names.h). What it is for is
 * always asked for, by whatever it is called, and so is every domain that no earlier errand met or
 * that is being torn down.
 *
 * So that a name means one domain rests on xenstore for those that are read, and for the rest on
 * libxl, which gives no name twice. Who writes a second domain's name to xenstore himself, after it
 * was read here, is not noticed: then the one that had the name before is edited. A domain that
 * another tool has renamed is not found by its new name; who asks for all rows then has all read.
 */
#ifndef XD_XL_RECALL_H
#define XD_XL_RECALL_H

#include "backend_libxl/context.h"

/* Once x->known is brought to the list: fills in the names that are recalled. Only the first time
 * that some rows are wanted, on an errand. */
void xd_xl_recall(struct xd_xl *x, const xc_domaininfo_t *list, size_t n);
/* Those that were recalled have to be read after all. */
void xd_xl_recall_doubt(struct xd_xl *x);
/* Once names were read: writes them down for the next errand, if any is new. */
void xd_xl_recall_keep(struct xd_xl *x);
void xd_xl_recall_free(struct xd_xl *x);

#endif
