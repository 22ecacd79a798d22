/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the screen of budgets keeps. */
#ifndef XD_TUI_BUDGETS_DATA_H
#define XD_TUI_BUDGETS_DATA_H

#include "budgets/load.h"
#include "tui/budgets/screen.h"

struct xd_course {
    char key[XD_KEY_MAX];
    int64_t step_ns; /* between two values */
    int64_t slot;    /* of the newest: its time over step_ns */
    int64_t seen_ns;
    float share[XD_COURSE_VALUES]; /* by slot modulo that; NAN: not known */
};

struct xd_budgets_screen {
    struct xd_course *rows; /* malloc */
    size_t n, cap;
    int64_t at_ns; /* of the table that was taken in last */
    struct xd_load *load;
};

#endif
