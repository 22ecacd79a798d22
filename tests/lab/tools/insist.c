/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Somebody who takes back whatever a parameter of the hypervisor is set to: writes one value every
 * 5 ms, until it is ended. A shell can't be as quick: under emulation each program that it starts
 * takes a tenth of a second and more.
 *
 *   insist /params/powerclamp 0 */
#include <stdio.h>
#include <time.h>
#include <xenhypfs.h>

int main(int argc, char **argv)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    xenhypfs_handle *h;

    if (argc != 3) {
        fprintf(stderr, "usage: insist PATH VALUE\n");
        return 2;
    }
    h = xenhypfs_open(NULL, 0);
    if (!h) {
        perror("insist: xenhypfs_open");
        return 1;
    }
    while (xenhypfs_write(h, argv[1], argv[2]) == 0)
        nanosleep(&pause, NULL);
    perror("insist");
    xenhypfs_close(h);
    return 1;
}
