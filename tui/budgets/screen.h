/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen of budgets: what the policy that is carried out gives each domain, its course over the
 * window, what follows and why, and what was done. */
#ifndef XD_TUI_BUDGETS_SCREEN_H
#define XD_TUI_BUDGETS_SCREEN_H

#include "budgets/inlet.h"
#include "policies/table.h"
#include "tui/app.h"

/* How much was left, over the window: so many values of each row of `budgets`, the window's length
 * over that apart, so 30 days cost what a minute does, half a KiB a row. It is the console's own
 * and kept here, because it serves the same whoever carries the policy out, and nobody but this
 * screen looks at it; the engine's balance remembers no course except of sliding windows. */
#define XD_COURSE_VALUES 120
#define XD_COURSE_ROWS   4096

struct xd_budgets_screen;

struct xd_budgets_screen *xd_budgets_screen_new(void);
void xd_budgets_screen_free(struct xd_budgets_screen *t); /* NULL allowed */
/* Takes in the tables as they are now; called whenever the world may have changed. */
void xd_budgets_screen_feed(struct xd_app *a);

/* The course of a row (its key) over the window that ends now, as shares of the most: n values, the
 * newest last, NAN where it isn't known. */
void xd_course_of(const struct xd_budgets_screen *t, const char *key, int64_t now_ns,
                  double *values, int n);

/* "burst: 3m32s of 5m00s left in any 1h00m · cap 20% at 14:03:11": in a. */
const char *xd_budgets_sentence(const struct xd_row *row, struct xd_arena *a);
/* The row that matters most for a domain: the one whose budget has least left. NULL: none. */
const struct xd_row *xd_budgets_row_of(const struct xd_app *a, const char *uuid);

/* Carries a policy out in this console: xd_inlet_begin, and says so. */
int xd_policy_start(struct xd_app *a, const char *name, struct xd_err *err);
/* Tells of steps that change a budget what they would have meant for the last hour. */
void xd_budgets_preview(const struct xd_app *a, struct xd_plan *p);

/* --- commands --- */
int xd_cmd_budgets_goto(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_budgets_policy(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_budgets_more(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_budgets_less(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_budgets_edit(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_budgets_pause(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_budgets_pause_all(void *ctx, int argc, char **argv, struct xd_err *err);
enum xd_use xd_use_budgets_all(const void *ctx);
enum xd_use xd_use_budgets_budget(const void *ctx); /* there is one under the cursor */
enum xd_use xd_use_budgets_policy(const void *ctx);
enum xd_use xd_use_budgets_row(const void *ctx);

#endif
