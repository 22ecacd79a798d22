/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of the knobs that needs no Xen library: which names, values and moves are refused, what
 * a hypervisor's build configuration says, whether there are second threads. Tested on any machine.
 */
#ifndef XD_XL_RULES_H
#define XD_XL_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cpuset.h"
#include "base/err.h"

/* Why Xen may refuse a pCPU for ever: for the end of a sentence about one (tests/lab/README.md). */
#define XD_XL_LOCKED                                                                               \
    "Xen has locked it, as 4.17 does for good when xen-hptool was refused to take it offline "     \
    "from another cpupool"

/* The word that stands for no cpupool. */
#define XD_XL_NO_POOL "none"

/* True if a .config has OPTION=y. */
bool xd_xl_config_has(const char *config, const char *option);

/* Names of domains and cpupools as xl's users need them: not empty, not a number (xl would take it
 * for an id), nothing that a path or a config file splits. `what` begins the sentence. -EINVAL. */
int xd_xl_check_name(const char *what, const char *name, struct xd_err *err);

enum xd_xl_param_type {
    XD_XL_PARAM_STRING,
    XD_XL_PARAM_UINT,
    XD_XL_PARAM_INT,
    XD_XL_PARAM_BOOL,
    XD_XL_PARAM_BLOB,
};
/* A parameter's value must be written as Xen will show it, else it could never be seen again:
 * 0 or 1 for a bool, plain decimal for numbers of `bytes` bytes. -EINVAL or -ERANGE. */
int xd_xl_check_param(const char *path, enum xd_xl_param_type type, size_t bytes, const char *text,
                      struct xd_err *err);

/* True if a vCPU of that hard affinity would have no pCPU of its pool left: Xen then forgets the
 * affinity, which no undo brings back. */
bool xd_xl_strands(const struct xd_cpuset *hard, const struct xd_cpuset *pool,
                   const struct xd_cpuset *leaving);

/* How many threads a core has, from a processor's CPUID leaves one after the other, beginning with
 * 0 (unknown): leaf 0xb (Intel, newer AMD), whose level of type 1 is that of threads, or else
 * 0x8000001e (AMD). b, c: registers EBX, ECX. */
unsigned xd_xl_leaf_threads(unsigned so_far, uint32_t leaf, uint32_t b, uint32_t c);

/* Where a pCPU is; what isn't known is XD_XL_NOWHERE. */
struct xd_xl_place {
    uint32_t socket, core;
};
#define XD_XL_NOWHERE UINT32_MAX

enum xd_xl_smt { XD_XL_SMT_UNKNOWN, XD_XL_SMT_NONE, XD_XL_SMT_OFF, XD_XL_SMT_ON };
/* Whether second threads are in use. threads: how many a core has, as the boot CPU says; 0: it
 * didn't. second: if not NULL, gets the online pCPUs that are not the first of their core. */
enum xd_xl_smt xd_xl_smt_state(unsigned threads, const struct xd_xl_place *place, unsigned n,
                               const struct xd_cpuset *online, struct xd_cpuset *second);

/* Taking a pCPU out of an rtds pool reads through a NULL pointer in move_repl_timer of
 * xen/common/sched/rt.c, and the whole host stops; repaired in 4.23 ("xen/sched: rt: fix NULL
 * cpupool dereference in move_repl_timer()"), and in builds that name themselves xendeck. */
bool xd_xl_rtds_keeps_pcpus(unsigned major, unsigned minor, const char *extra);
/* Of the credit scheduler it is a race that is rarely lost: a timer of the pCPU that goes may fire
 * in a moment in which it finds a NULL pointer; repaired in 4.22 ("xen/credit: fix race with
 * schedule_cpu_rm() in csched_timer()"). */
bool xd_xl_credit_may_stop(unsigned major, unsigned minor);

#endif
