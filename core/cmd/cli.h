/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: `xendeck [OPTION…] [COMMAND …]`. This is the one part of core that prints, and
 * it does so only through the two streams of struct xd_cli. */
#ifndef XD_CMD_CLI_H
#define XD_CMD_CLI_H

#include <signal.h>
#include <stdio.h>

#include "cmd/command.h"
#include "engine/session.h"
#include "topo/export.h"

/* Exit statuses, as the manual page lists them. */
enum {
    XD_EXIT_DONE = 0,
    XD_EXIT_USAGE = 1,
    XD_EXIT_REFUSED = 2,
    XD_EXIT_ROLLED_BACK = 3,
    XD_EXIT_UNKNOWN = 4,
    XD_EXIT_NO_SOURCE = 5,
};

#define XD_CLI_OPTIONS_MAX 32

/* How `topo` is to draw. */
struct xd_cli_picture {
    const char *view;                 /* "all" "cpu" "memory" "pci" "numa" */
    const struct xd_topo_thing *root; /* what is looked at; NULL: the machine */
    const struct xd_world *world;     /* for what is marked in it */
    const char *overlay;              /* "nothing", or what the console marks */
    const char *domain;               /* whose affinity; NULL: of none */
    int width;                        /* cells */
    int height;                       /* lines to fold equal things for; 0: fold nothing */
    bool ascii;
    struct xd_topo_style style; /* for the other formats */
};

struct xd_cli {
    FILE *out, *err;
    bool tty; /* stdin is a terminal: questions may be asked */
    const struct xd_backend *const *builtin;
    const struct xd_backend_card *const *cards; /* of modules; or NULL */
    const struct xd_command *console_commands;  /* for help and the manual page; or NULL */
    int (*console)(struct xd_cli *cli, struct xd_err *err); /* runs the full-screen console */
    /* What is drawn as the console draws it, and in the colours of --theme; NULL only where `topo`
     * is never run. */
    int (*draw)(const struct xd_topo *t, const struct xd_cli_picture *p, struct xd_buf *out,
                struct xd_err *err);
    int (*colours)(struct xd_cli *cli, struct xd_topo_style *style, struct xd_err *err);
    struct xd_registry *registry;
    struct xd_clock clock;
    struct xd_log *log; /* the caller's; it and this struct must live as long as the process */
    int signals;        /* a signalfd while xd_cli_take_signals is in force; else 0 */
    sigset_t mask_before;
    bool edited; /* a plan was begun: its outcome is the exit status, whatever else goes wrong */
    /* Options as given; looked up with xd_cli_option. */
    struct {
        const struct xd_option *option;
        const char *value; /* "" for a flag */
    } given[XD_CLI_OPTIONS_MAX];
    int n_given;
};

/* Parses and runs; returns the exit status. out, err, tty, log, builtin, console … are set by the
 * caller, the rest is zero. */
int xd_cli_main(struct xd_cli *cli, int argc, char **argv);

/* The value of an option, "" for a flag that is set, NULL when it was not given. */
const char *xd_cli_option(const struct xd_cli *cli, const char *name);
/* Durations as options ("2s", "500ms", a bare number: seconds); fallback when not given. */
int xd_cli_duration(const struct xd_cli *cli, const char *name, int64_t fallback_ns, int64_t *out,
                    struct xd_err *err);
int xd_cli_count(const struct xd_cli *cli, const char *name, uint64_t fallback, uint64_t *out,
                 struct xd_err *err);
/* The place of an option's value among names (NULL-terminated); -1: not given, or none of them,
 * which is the error; list says them in words ("table, json or csv"). */
int xd_cli_choice(const struct xd_cli *cli, const char *name, const char *const *names,
                  const char *list, int *out, struct xd_err *err);
/* The command of that name; NULL with a sentence that offers the nearest. */
const struct xd_command *xd_cli_command(const char *name, struct xd_err *err);
/* The user's locale, where a command was started without it (XD_CMD_BARE): before it has threads. */
void xd_cli_take_locale(void);
/* How long the commands wait for a sample of a host that says nothing. */
#define XD_CLI_SAMPLE_TIMEOUT (30 * XD_NS_PER_S)
/* Fills what the global options say (host, journal, readonly, interval), and what ends waiting: the
 * signals, if they were taken. */
int xd_cli_session_config(struct xd_cli *cli, struct xd_session_config *c, struct xd_err *err);
/* Opens a host for one look at it: --host, else `host` (NULL: chosen), read-only, with a first
 * sample. wants: all that is looked at; NULL: everything. On an error *s is NULL. */
int xd_cli_look(struct xd_cli *cli, const char *host, const struct xd_want *wants, size_t n,
                struct xd_session **s, struct xd_err *err);
/* From here on SIGINT, SIGTERM and SIGHUP, unless they are ignored, are readable at cli->signals
 * instead of ending the program. To be called before a session starts its threads, which inherit
 * the mask. */
int xd_cli_take_signals(struct xd_cli *cli, struct xd_err *err);
/* As before; harmless if they were not taken. Those that came meanwhile are forgotten: they have
 * ended what they could end. */
void xd_cli_give_signals(struct xd_cli *cli);
/* The journal of a host that was chosen but not opened: --journal, or the host's own. Into out;
 * returns it or the option's text. */
const char *xd_cli_journal_path(const struct xd_cli *cli, const struct xd_host_choice *choice,
                                char *out, size_t size);
/* Prints "xendeck: sentence" and returns status. */
int xd_cli_fail(struct xd_cli *cli, int status, const struct xd_err *err);
/* The exit status for an error of opening a host or making a plan. */
int xd_cli_status_of(int code);

/* The tables; each ends with an entry without a name. */
extern const struct xd_command xd_cli_commands[];
extern const struct xd_option xd_cli_global_options[];

/* --- what the commands share --- */

enum xd_format { XD_FORMAT_TABLE, XD_FORMAT_JSON, XD_FORMAT_CSV };
int xd_cli_format(const struct xd_cli *cli, enum xd_format *out, struct xd_err *err); /* -o */

/* rows of a table in one of the formats; `columns` as given by the user or NULL. For the JSON
 * envelope: when (wall ns; 0: not said) and trouble (NULL: null). */
struct xd_print {
    enum xd_format format;
    const int *cols;
    int n_cols;
    bool header;     /* table and CSV: print the headings */
    bool one_line;   /* JSON: a document a line, for --watch */
    int64_t wall_ns; /* when the rows were true; 0: not said */
    const char *source, *trouble;
};
void xd_print_rows(FILE *out, const struct xd_table_desc *d, const struct xd_row *const *rows,
                   size_t n, const struct xd_print *p);

/* Shows a plan, asks as its risk demands, applies it and says how it ended. Frees the plan.
 * Options --dry-run, --yes and -o are looked at. */
int xd_cli_run_plan(struct xd_cli *cli, struct xd_session *s, struct xd_plan *plan);
/* Carries out one wish on the host, as `do` does. Once it is done (and not with --dry-run) `after`,
 * unless it is NULL, may look at the host; it returns the exit status. */
int xd_cli_do(struct xd_cli *cli, const struct xd_wish *wish,
              int (*after)(void *ctx, struct xd_session *s, struct xd_err *err), void *ctx,
              struct xd_err *err);

/* `capture --topology`: the files of the machine instead of samples. Returns the exit status. */
int xd_cli_capture_topology(struct xd_cli *cli, const char *path, struct xd_err *err);

/* The help texts, all made from the tables. */
void xd_help_overview(struct xd_cli *cli, FILE *out);
void xd_help_command(const struct xd_command *c, FILE *out);
void xd_help_man(struct xd_cli *cli, FILE *out);
void xd_help_completion(FILE *out);

/* The commands. */
int xd_cmd_get(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_set(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_do(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_undo(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_topo(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_journal(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_capture(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_console_of(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_policy(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_doctor(void *ctx, int argc, char **argv, struct xd_err *err);

#endif
