/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that ask the command line to end: read from a descriptor, so that a recording or a plan
 * ends in good order. */
#include "cmd/cli.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

int xd_cli_take_signals(struct xd_cli *cli, struct xd_err *err)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction now;
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
        /* what whoever started us (nohup) has us ignore would be readable all the same */
        if (sigaction(ends[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaddset(&set, ends[i]);
    cli->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (cli->signals < 0)
        return xd_err_set(err, -errno, "no descriptor for signals: %s", strerror(errno));
    pthread_sigmask(SIG_BLOCK, &set, &cli->mask_before);
    return 0;
}

void xd_cli_give_signals(struct xd_cli *cli)
{
    struct signalfd_siginfo info;

    if (cli->signals <= 0)
        return;
    while (read(cli->signals, &info, sizeof(info)) == sizeof(info))
        continue;
    pthread_sigmask(SIG_SETMASK, &cli->mask_before, NULL);
    close(cli->signals);
    cli->signals = 0;
}
