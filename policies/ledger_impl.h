/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between writing and reading of the ledger. */
#ifndef XD_POLICIES_LEDGER_IMPL_H
#define XD_POLICIES_LEDGER_IMPL_H

#include <stddef.h>
#include <stdint.h>

extern const char *const xd_ledger_kinds[]; /* by enum xd_budget_kind */
uint64_t xd_ledger_sum(const char *text, size_t len);

#endif
