/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands do, for the table in commands.c. */
#ifndef XD_TUI_COMMANDS_H
#define XD_TUI_COMMANDS_H

#include "tui/app.h"

int xd_cmd_act_host(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_actions(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_affinity(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_apply(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_back(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_bottom(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cap(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_columns(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_command(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_console(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_detail(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_down(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_edit(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_edit_host(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_faster(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_filter(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_fold(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_freeze(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_graphs(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_help(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_interval(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_invert(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_log(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_mark(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_mark_all(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_mark_filter(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_mark_invert(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_memory(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_next(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_page_down(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_page_up(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_play(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_preset(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_preset_next(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_previous(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_propose(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_quit(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_refresh(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_repaint(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_screen(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_screens(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_scroll_left(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_scroll_right(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_slower(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_sort(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_sort_left(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_sort_right(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_source(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_stage(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_step(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_step_back(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_suspend(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_take_back(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_theme(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_top(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_tree(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_unmark(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_unstage(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_up(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_why(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_weight(void *ctx, int argc, char **argv, struct xd_err *err);

/* --- use.c --- */
enum xd_use xd_use_actions(const void *ctx);
enum xd_use xd_use_cap(const void *ctx);
enum xd_use xd_use_edit(const void *ctx);
enum xd_use xd_use_filter(const void *ctx);
enum xd_use xd_use_graphs(const void *ctx);
enum xd_use xd_use_mark(const void *ctx);
enum xd_use xd_use_table(const void *ctx); /* the screen shows one */
enum xd_use xd_use_tree(const void *ctx);
enum xd_use xd_use_undo(const void *ctx);

#endif
