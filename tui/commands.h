/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that edit the host (commands_edit.c), for the table in commands.c. */
#ifndef XD_TUI_COMMANDS_H
#define XD_TUI_COMMANDS_H

#include "tui/app.h"

int xd_cmd_apply(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_unstage(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_edit(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cap(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_weight(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_memory(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_affinity(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_stage(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_actions(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_propose(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_take_back(void *ctx, int argc, char **argv, struct xd_err *err);

#endif
