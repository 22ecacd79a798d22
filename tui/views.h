/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Views with a file of their own. */
#ifndef XD_TUI_VIEWS_H
#define XD_TUI_VIEWS_H

#include "tui/view.h"

extern const struct xd_view xd_view_domains;  /* view_domains.c */
extern const struct xd_view xd_view_journal;  /* view_journal.c */
extern const struct xd_view xd_view_why;      /* view_why.c */
extern const struct xd_view xd_view_topology; /* topo/view.c */
extern const struct xd_view xd_view_cpuid;    /* cpuid/view.c */
extern const struct xd_view xd_view_budgets;  /* budgets/view.c */
extern const struct xd_view xd_view_power;    /* power/view.c */

enum xd_role_style xd_event_style(const struct xd_row *row); /* events.c */

#endif
