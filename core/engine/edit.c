/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How edits end: names and exit statuses in one table. */
#include <errno.h>
#include <string.h>

#include "engine/edit.h"

static const struct {
    const char *name;
    int exit;
} outcomes[] = {
    [XD_PLANNED] = {"planned", 4},
    [XD_RUNNING] = {"running", 4},
    [XD_DONE] = {"done", 0},
    [XD_REFUSED] = {"REFUSED", 2},
    [XD_ROLLED_BACK] = {"ROLLED BACK", 3},
    [XD_NOT_SEEN] = {"NOT SEEN", 4},
    [XD_FAILED] = {"FAILED", 4},
    [XD_LOST] = {"UNKNOWN", 4},
};

#define N_OUTCOMES (sizeof(outcomes) / sizeof(outcomes[0]))

const char *xd_outcome_name(enum xd_outcome o)
{
    return (unsigned)o < N_OUTCOMES ? outcomes[o].name : "UNKNOWN";
}

int xd_outcome_from_name(const char *name, enum xd_outcome *out)
{
    for (size_t i = 0; name && i < N_OUTCOMES; i++)
        if (strcmp(outcomes[i].name, name) == 0) {
            *out = (enum xd_outcome)i;
            return 0;
        }
    return -ENOENT;
}

int xd_outcome_exit(enum xd_outcome o)
{
    return (unsigned)o < N_OUTCOMES ? outcomes[o].exit : 4;
}
