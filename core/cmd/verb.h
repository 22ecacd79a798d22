/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that do several things, each by a verb of its own: `xendeck cpuid explain avx2`. */
#ifndef XD_CMD_VERB_H
#define XD_CMD_VERB_H

#include "base/err.h"

struct xd_verb {
    const char *usage; /* "explain FEATURE…": the verb and what follows it */
    /* argv[0] is the verb; returns the exit status. */
    int (*run)(void *ctx, int argc, char **argv, struct xd_err *err);
};

/* The verb that argv[1] of a command is (argv[0]); NULL with a sentence that offers the nearest, or
 * all. verbs end with an entry without a usage. */
const struct xd_verb *xd_verb_find(const struct xd_verb *verbs, int argc, char **argv,
                                   struct xd_err *err);

#endif
