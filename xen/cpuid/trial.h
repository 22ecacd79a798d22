/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of a throw-away domain: what would one see that is started with that file? It
 * has little memory, none of the file's devices, a name and a UUID of its own, and never runs. */
#ifndef XD_CPUID_TRIAL_H
#define XD_CPUID_TRIAL_H

#include "base/err.h"
#include "base/str.h"

#define XD_CPUID_TRIAL_NAME "xendeck-try-" /* what their names begin with */

struct xd_cpuid_trial {
    char name[32], uuid[37]; /* random: nobody else's domain is meant by them */
};

int xd_cpuid_trial_begin(struct xd_cpuid_trial *t, struct xd_err *err);
/* What the file says, and behind it what overrules it: xl takes the last of several. setting:
 * "cpuid = …" instead of the file's own; "": as the file says. -errno with a sentence. */
int xd_cpuid_trial_text(const struct xd_cpuid_trial *t, const char *file, const char *setting,
                        struct xd_buf *out, struct xd_err *err);

#endif
