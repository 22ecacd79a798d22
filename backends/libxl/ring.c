/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of Xen's console ring to lines: see ring.h. */
#include "backend_libxl/ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct xd_xl_ring *xd_xl_ring_new(void)
{
    return xd_malloc(sizeof(struct xd_xl_ring));
}

void xd_xl_ring_free(struct xd_xl_ring *r)
{
    for (size_t i = 0; r && i < XD_XL_RING_LINES; i++)
        free(r->lines[i]);
    free(r);
}

static void end_line(struct xd_xl_ring *r)
{
    char **place = &r->lines[r->next++ % XD_XL_RING_LINES];

    r->line[r->len] = '\0';
    free(*place);
    *place = xd_strdup(r->line);
    r->len = 0;
}

/* One byte of the line is kept for its NUL; what is beyond is cut off. */
static void take_byte(struct xd_xl_ring *r, char c)
{
    if (c == '\n')
        end_line(r);
    else if (c != '\0' && c != '\r' && r->len < XD_XL_RING_LINE - 1)
        r->line[r->len++] = c;
}

void xd_xl_ring_take(struct xd_xl_ring *r, const char *bytes, size_t n, uint32_t index)
{
    uint32_t lost = index - (uint32_t)n - r->index;

    if (r->started && lost) {
        if (r->len)
            end_line(r);
        r->len = (size_t)snprintf(r->line, sizeof(r->line),
                                  "(%u bytes were overwritten before they were read)", lost);
        end_line(r);
    }
    r->started = true;
    r->index = index;
    for (size_t i = 0; i < n; i++)
        take_byte(r, bytes[i]);
}

uint64_t xd_xl_ring_end(const struct xd_xl_ring *r)
{
    return r->next + (r->len ? 1 : 0);
}

uint64_t xd_xl_ring_first(const struct xd_xl_ring *r)
{
    return r->next > XD_XL_RING_LINES ? r->next - XD_XL_RING_LINES : 0;
}

const char *xd_xl_ring_line(const struct xd_xl_ring *r, uint64_t number, size_t *len)
{
    const char *line = r->line;

    *len = r->len;
    if (number != r->next) {
        line = r->lines[number % XD_XL_RING_LINES];
        *len = strlen(line);
    }
    return line;
}
