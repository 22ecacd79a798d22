/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Balances on disk: a folder with two copies of the ledger, ledger.0 and ledger.1, written in turn,
 * and small documents beside them.
 *
 * Each write goes to a file of another name, is on disk (fsync), takes the name of the older copy
 * (rename), and the folder is on disk, before save returns 0. So at any moment at least one whole
 * copy is there, and the newest whole one is what was saved last: one that is torn or older never
 * wins (policies/ledger.h says how that is told). */
#ifndef XD_BUDGETS_STORE_H
#define XD_BUDGETS_STORE_H

#include "policies/ledger.h"

struct xd_ledger_store;

/* Makes the folder (0700) where there is none. -errno. */
int xd_ledger_store_open(const char *dir, struct xd_ledger_store **out, struct xd_err *err);
void xd_ledger_store_close(struct xd_ledger_store *s); /* NULL allowed */
const char *xd_ledger_store_dir(const struct xd_ledger_store *s);

/* The newest whole copy, into *out. 1: there is one; 0: there is none at all. -EBADMSG: there are
 * copies, and each is torn: the sentence says which. *note (may be NULL, not owned) is set where
 * one copy had to be passed over, else NULL; valid until the next call. */
int xd_ledger_store_load(struct xd_ledger_store *s, struct xd_buf *out, const char **note,
                         struct xd_err *err);
/* The next copy, under the next number. On an error what was there is untouched. */
int xd_ledger_store_save(struct xd_ledger_store *s, const struct xd_engine *e, struct xd_err *err);
uint64_t xd_ledger_store_seq(const struct xd_ledger_store *s); /* of the newest; 0: none */

/* A document of that name (no slash), replaced at once or not at all; len 0: removed. */
int xd_ledger_store_put(struct xd_ledger_store *s, const char *name, const char *text, size_t len,
                        struct xd_err *err);
/* 1: into *out; 0: there is none. More than 1 MiB: -EFBIG. */
int xd_ledger_store_get(struct xd_ledger_store *s, const char *name, struct xd_buf *out,
                        struct xd_err *err);

/* Where balances of a host are kept: beside its journal (core/engine/journal.h), as "policy" for
 * the live host, /var/lib/xendeck/policy, and as "HOST.policy" for others. Into out; returns it. */
char *xd_ledger_store_default(const char *host, char *out, size_t size);

#endif
