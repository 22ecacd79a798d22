/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as the answers of xenstored to many questions at once: each is answered, or has an
 * error, or is left alone after the first that makes no sense. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* It is linked into a module only. */
#include "../../backends/libxl/asks.c"

#define N 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_xl_ask asks[N] = {{.path = "/a"}, {.path = "/b"}, {.path = "/c"}};
    int fds[2], rc, answered = 0;

    if (size > 32768 || socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
        return 0;
    check(size == 0 || send(fds[1], data, size, 0) == (ssize_t)size);
    shutdown(fds[1], SHUT_WR);
    rc = xd_xl_ask_all(fds[0], NULL, asks, N);
    for (int i = 0; i < N; i++) {
        bool known = asks[i].answer || asks[i].errnum;

        check(!(asks[i].answer && asks[i].errnum));
        check(!known || i == answered); /* none after the first that has no answer */
        answered += known;
        check(!asks[i].answer || strlen(asks[i].answer) <= MOST);
        free(asks[i].answer);
    }
    check(rc < 0 || answered == N);
    check(answered < N || rc == 0 || rc == -EPROTO); /* that: bytes nobody asked for came after */
    close(fds[0]);
    close(fds[1]);
    return 0;
}
