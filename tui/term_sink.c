/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where curses writes: see term_sink.h. */
#include "tui/term_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define WANTED (1 << 20) /* what anybody may ask for, if nobody changed the limit */

int xd_sink_open(struct xd_sink *s, struct xd_err *err)
{
    int fds[2], rc, room;

    s->in = NULL;
    s->out = -1;
    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
        goto fail;
    fcntl(fds[1], F_SETPIPE_SZ, WANTED);
    room = fcntl(fds[1], F_GETPIPE_SZ);
    s->room = room > 0 ? (size_t)room : 4096;
    s->out = fds[0];
    s->in = fdopen(fds[1], "w");
    if (s->in)
        return 0;
    close(fds[1]);
fail:
    rc = -errno;
    xd_sink_close(s);
    return xd_err_set(err, rc, "the screen can't be set up: %s", strerrordesc_np(-rc));
}

void xd_sink_close(struct xd_sink *s)
{
    if (s->in)
        fclose(s->in);
    if (s->out >= 0)
        close(s->out);
    s->in = NULL;
    s->out = -1;
}

void xd_sink_take(struct xd_sink *s, struct xd_buf *buf)
{
    char piece[16384];
    ssize_t n;

    while ((n = read(s->out, piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            xd_buf_addn(buf, piece, (size_t)n);
}
