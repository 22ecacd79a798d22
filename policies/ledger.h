/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's state as text that outlives the process: balances, conditions, and what the knobs
 * were before the policy. Pure: bytes in, bytes out; who keeps them on disk writes a copy beside
 * the last one and reads both.
 *
 *   {"xendeck-ledger":1,"seq":7,"policy":"burst-hour","t":…,"mono_ns":…,"wall_ns":…,"boot":…}
 *   {"shared":"RULE","account":{…}}
 *   {"keep":"RULE","effort":…,"shares":{"caps":[12.5,false],…}}   a cap loop, in points; stuck
 *   {"part":"clamp","id":0,"base":…,"seen":…,"wanted":…}           a knob of the host that it moved
 *   {"domain":"UUID","name":…,"id":…,"cpu_ns":…,"seen_t":…,"accounts":{"RULE":{…}},…}
 *   {"end":N,"sum":"…"}          how many lines, and FNV-1a over all bytes before this line
 *
 * A copy without its end, with another sum, or of a lower number than another never wins. Balances
 * are by the names of rules: those of a rule that is gone are dropped, a rule whose window is
 * another one begins anew, and one that only has more or less CPU time goes on. */
#ifndef XD_POLICIES_LEDGER_H
#define XD_POLICIES_LEDGER_H

#include "policies/engine.h"

#define XD_LEDGER_SCHEMA    1
#define XD_LEDGER_BYTES_MAX ((size_t)256 << 20)

void xd_ledger_write(const struct xd_engine *e, uint64_t seq, struct xd_buf *out);
/* Whether it is whole, and its number. -EBADMSG with a sentence that begins with `what`. */
int xd_ledger_check(const char *what, const char *text, size_t len, uint64_t *seq,
                    struct xd_err *err);
/* An engine that goes on where that one stood: the next tick's time says how long ago that was. */
int xd_ledger_read(const struct xd_policy *p, const char *what, const char *text, size_t len,
                   struct xd_engine **out, struct xd_err *err);

struct xd_ledger_copy {
    const char *text; /* NULL: there is none */
    size_t len;
};

/* The newest whole one of n, or -1. */
int xd_ledger_choose(const struct xd_ledger_copy *copies, size_t n);

#endif
