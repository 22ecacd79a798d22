/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xendeck: puts the rooms together. The command line decides; without a command it calls the
 * console, which core/cmd may not know. */
#include <unistd.h>

#include "cmd/cli.h"
#include "tui/console.h"

/* Made by CMakeLists.txt from the folders in backends/. */
extern const struct xd_backend *const xd_builtin_backends[];
extern const struct xd_backend_card *const xd_module_cards[];

int main(int argc, char **argv)
{
    /* Clock and log live as long as the process: a backend that hangs when the session ends is left
     * behind and may still write to the log. */
    static struct xd_log log;
    static struct xd_cli cli;

    cli.log = &log;
    cli.out = stdout;
    cli.err = stderr;
    cli.tty = isatty(STDIN_FILENO);
    cli.builtin = xd_builtin_backends;
    cli.cards = xd_module_cards;
    cli.console_commands = xd_console_commands;
    cli.console = xd_console_run;
    cli.draw = xd_console_draw;
    cli.colours = xd_console_colours;
    return xd_cli_main(&cli, argc, argv);
}
