/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xendeck: puts the rooms together. The command line decides; without a command it calls the
 * console, which core/cmd may not know. */
#include <locale.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "tui/console.h"

/* Made by CMakeLists.txt from the folders in backends/. */
extern const struct xd_backend *const xd_builtin_backends[];

int main(int argc, char **argv)
{
    struct xd_cli cli = {
        .out = stdout,
        .err = stderr,
        .tty = isatty(STDIN_FILENO),
        .builtin = xd_builtin_backends,
        .console_commands = xd_console_commands,
        .console = xd_console_run,
    };

    setlocale(LC_CTYPE, "");
    return xd_cli_main(&cli, argc, argv);
}
