/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading /proc/net/dev: see netdev.h. */
#include "kernel/netdev.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define COLUMNS_MAX 64
#define NAMES       2 /* lines of the heading */

struct span {
    const char *at, *end;
};

/* The counters that we want: which half of the heading, what it is called there, where it goes. */
static const struct {
    int half; /* 0: receive, 1: transmit */
    const char *name;
    size_t offset;
} wanted[] = {
    {0, "bytes", offsetof(struct xd_netdev, rx_bytes)},
    {0, "packets", offsetof(struct xd_netdev, rx_packets)},
    {0, "errs", offsetof(struct xd_netdev, rx_errs)},
    {0, "drop", offsetof(struct xd_netdev, rx_drop)},
    {1, "bytes", offsetof(struct xd_netdev, tx_bytes)},
    {1, "packets", offsetof(struct xd_netdev, tx_packets)},
    {1, "errs", offsetof(struct xd_netdev, tx_errs)},
    {1, "drop", offsetof(struct xd_netdev, tx_drop)},
};
#define N_WANTED (sizeof(wanted) / sizeof(wanted[0]))

/* Takes a line off the text; false: there is none, or its end is missing. */
static bool next_line(struct span *text, struct span *line)
{
    const char *nl =
        text->at < text->end ? memchr(text->at, '\n', (size_t)(text->end - text->at)) : NULL;

    if (!nl)
        return false;
    *line = (struct span){text->at, nl};
    text->at = nl + 1;
    return true;
}

static bool next_word(struct span *line, struct span *word)
{
    while (line->at < line->end && *line->at == ' ')
        line->at++;
    word->at = line->at;
    while (line->at < line->end && *line->at != ' ')
        line->at++;
    word->end = line->at;
    return word->at < word->end;
}

static bool is_word(const struct span *s, const char *word)
{
    size_t len = strlen(word);

    return (size_t)(s->end - s->at) == len && memcmp(s->at, word, len) == 0;
}

/* column[i]: in which of a line's numbers wanted[i] stands. */
static bool read_heading(struct span line, int column[N_WANTED])
{
    struct span word;
    int half = -1, at = 0;
    const char *bar;

    for (size_t i = 0; i < N_WANTED; i++)
        column[i] = -1;
    /* " face |bytes packets …|bytes packets …": what stands between two bars is one half */
    while ((bar = memchr(line.at, '|', (size_t)(line.end - line.at)))) {
        const char *next = memchr(bar + 1, '|', (size_t)(line.end - bar - 1));
        struct span part = {bar + 1, next ? next : line.end};

        half++;
        for (; next_word(&part, &word); at++)
            for (size_t i = 0; i < N_WANTED; i++)
                if (wanted[i].half == half && is_word(&word, wanted[i].name) && column[i] < 0)
                    column[i] = at;
        line.at = bar + 1;
    }
    for (size_t i = 0; i < N_WANTED; i++)
        if (column[i] < 0)
            return false;
    return half == 1 && at <= COLUMNS_MAX;
}

static bool read_number(const struct span *word, uint64_t *out)
{
    uint64_t n = 0;

    for (const char *p = word->at; p < word->end; p++) {
        if (*p < '0' || *p > '9' || n > UINT64_MAX / 10 ||
            n * 10 > UINT64_MAX - (uint64_t)(*p - '0'))
            return false;
        n = n * 10 + (uint64_t)(*p - '0');
    }
    *out = n;
    return true;
}

/* The kernel allows all but spaces, '/' and ':' in a name; older ones had "eth0:1". The last colon
 * ends it. */
static bool read_name(struct span *line, struct xd_netdev *d)
{
    const char *colon = memrchr(line->at, ':', (size_t)(line->end - line->at));
    struct span name = {line->at, colon};
    size_t len;

    if (!colon)
        return false;
    while (name.at < name.end && *name.at == ' ')
        name.at++;
    len = (size_t)(name.end - name.at);
    if (len == 0 || len >= sizeof(d->name) || memchr(name.at, ' ', len) || memchr(name.at, 0, len))
        return false;
    memcpy(d->name, name.at, len);
    line->at = colon + 1;
    return true;
}

static bool read_line(struct span line, const int column[N_WANTED], struct xd_netdev *d)
{
    struct span word;
    uint64_t n;
    size_t found = 0;

    memset(d, 0, sizeof(*d));
    if (!read_name(&line, d))
        return false;
    for (int at = 0; at < COLUMNS_MAX && next_word(&line, &word); at++) {
        if (!read_number(&word, &n))
            return false;
        for (size_t i = 0; i < N_WANTED; i++) {
            if (column[i] != at)
                continue;
            *(uint64_t *)((char *)d + wanted[i].offset) = n;
            found++;
        }
    }
    return found == N_WANTED;
}

int xd_netdev_parse(const char *text, size_t size, struct xd_arena *a, struct xd_netdev **out,
                    size_t *n, struct xd_err *err)
{
    struct span rest = {text, text + size}, line, heading[NAMES];
    int column[N_WANTED];
    size_t lines = 0;

    *out = NULL;
    *n = 0;
    for (int i = 0; i < NAMES; i++)
        if (!next_line(&rest, &heading[i]))
            return xd_err_set(err, -EPROTO, "/proc/net/dev: it has no heading");
    if (!read_heading(heading[1], column))
        return xd_err_set(
            err, -EPROTO,
            "/proc/net/dev: its heading doesn't name bytes, packets, errs and drop of "
            "both directions: \"%.*s\"",
            (int)(heading[1].end - heading[1].at > 160 ? 160 : heading[1].end - heading[1].at),
            heading[1].at);
    for (struct span s = rest; next_line(&s, &line);)
        lines++;
    *out = xd_arena_array(a, lines, sizeof(**out));
    while (next_line(&rest, &line))
        if (read_line(line, column, &(*out)[*n]))
            (*n)++;
    return 0;
}

const struct xd_netdev *xd_netdev_find(const struct xd_netdev *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}
