/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command table. Keys, the `:` line, scripts and the command line all resolve to entries of
 * this one kind; --help, the help screen, the key bar, shell completion and the manual page are
 * made from them, so none of these can go stale. */
#ifndef XD_CMD_COMMAND_H
#define XD_CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct xd_option {
    const char *name; /* "host": --host; a NULL name ends a list */
    char letter;      /* 'o': -o; 0: none */
    const char *arg;  /* "HOST": it takes an argument; NULL: a flag */
    const char *help;
};

enum xd_command_flags {
    XD_CMD_WRITES = 1 << 0,  /* not available in a read-only session */
    XD_CMD_BAR = 1 << 1,     /* console: shown on the key bar */
    XD_CMD_STAGED = 1 << 2,  /* console: only while edits are staged */
    XD_CMD_PLAYER = 1 << 3,  /* console: only where the host is a capture */
    XD_CMD_BARE = 1 << 4,    /* command line: does without the user's locale, or asks for it */
};

/* Console: what a key would come to, for the key bar. */
enum xd_use {
    XD_USE,         /* it does something */
    XD_USE_NOT_NOW, /* a sentence says why not: there is no row, the host lacks it … Drawn dim. */
    XD_USE_NEVER,   /* the screen that is shown has nothing of the kind. Left out. */
};

static inline enum xd_use xd_use_if(bool now)
{
    return now ? XD_USE : XD_USE_NOT_NOW;
}

struct xd_command {
    const char *name;  /* "get"; a NULL name ends a table */
    const char *screen; /* console: only on the screen of that name; its keys come first there */
    const char *group; /* heading in the help: "Moving", "Editing" …; NULL on the command line */
    const char *keys;  /* console: "j Down", names divided by blanks; NULL: none */
    const char *label; /* console: at most 8 cells for the key bar */
    const char *args;  /* "OBJECT KNOB=VALUE…" or NULL */
    const char *title; /* one line: what it does */
    const char *help;  /* more, for the manual page; or NULL */
    unsigned flags;
    const struct xd_option *options; /* command line; or NULL */
    /* ctx: struct xd_cli of the command line, struct xd_app of the console. argv[0] is the name.
     * Returns an exit status (command line) or 0 / -errno with a sentence (console). */
    int (*run)(void *ctx, int argc, char **argv, struct xd_err *err);
    enum xd_use (*use)(const void *ctx); /* NULL: it always does something */
};

/* The entry of that name, or NULL. */
const struct xd_command *xd_command_find(const struct xd_command *table, const char *name);
/* The nearest name in the table if one is near, else NULL. */
const char *xd_command_nearest(const struct xd_command *table, const char *name);

/* Splits a `:` line into words like a shell: blanks divide, '…' and "…" keep, \ escapes. argv
 * points into *storage (freed with free()). -EINVAL with the column of an open quote. */
int xd_command_split(const char *line, char **storage, char **argv, int max, struct xd_err *err);

#endif
