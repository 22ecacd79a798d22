/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of `xendeck policy`. */
#ifndef XD_CMD_POLICY_H
#define XD_CMD_POLICY_H

#include "cmd/cli.h"
#include "policies/sim.h"
#include "policies/wire.h"

struct policy {
    struct xd_cli *cli;
    enum xd_format format;
};

/* Reads a policy with the tables of this program's backends. */
int policy_parse(struct policy *c, const char *path, struct xd_policy **out, struct xd_err *err);
/* The same, and prints its warnings. */
int policy_load(struct policy *c, const char *path, struct xd_policy **out, struct xd_err *err);

/* Recorded load: a capture, or a table as policies/trace.h says. */
struct policy_source;
int policy_source_open(const char *path, struct policy_source **out, struct xd_err *err);
void policy_source_close(struct policy_source *s); /* NULL allowed */
const char *
policy_source_damage(const struct policy_source *s); /* what couldn't be read; or NULL */
/* Plays it: once to its end, or, with days, so long, from the beginning again where it is shorter.
 */
int policy_source_play(struct policy_source *s, struct xd_sim *sim, uint64_t days,
                       struct xd_err *err);

/* Where the daemon of that host listens: --socket, else its own place. Into out; returns it. */
char *policy_socket(struct xd_cli *cli, const char *host, const char *state, char *out,
                    size_t size);
/* Asks the daemon of --host (default: live). */
int policy_ask(struct policy *c, const struct xd_wire_ask *ask, struct xd_buf *out,
               struct xd_err *err);
/* What the daemon says of a domain, printed; returns the exit status. */
int policy_explain_daemon(struct policy *c, const char *domain, struct xd_err *err);

int policy_cmd_run(void *ctx, int argc, char **argv, struct xd_err *err);
int policy_cmd_status(void *ctx, int argc, char **argv, struct xd_err *err);
int policy_cmd_pause(void *ctx, int argc, char **argv, struct xd_err *err);
int policy_cmd_resume(void *ctx, int argc, char **argv, struct xd_err *err);
int policy_cmd_reload(void *ctx, int argc, char **argv, struct xd_err *err);
int policy_cmd_budget(void *ctx, int argc, char **argv, struct xd_err *err);
int policy_cmd_check(void *ctx, int argc, char **argv, struct xd_err *err);
int policy_cmd_simulate(void *ctx, int argc, char **argv, struct xd_err *err);
int policy_cmd_explain(void *ctx, int argc, char **argv, struct xd_err *err);
int policy_cmd_show(void *ctx, int argc, char **argv, struct xd_err *err);
int policy_cmd_reference(void *ctx, int argc, char **argv, struct xd_err *err);

#endif
