/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding commands in tables, and splitting a line into words. */
#include "cmd/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

const struct xd_command *xd_command_find(const struct xd_command *table, const char *name)
{
    for (; table && table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

const char *xd_command_nearest(const struct xd_command *table, const char *name)
{
    const char *names[128];
    size_t n = 0;

    for (; table && table->name && n < 128; table++)
        names[n++] = table->name;
    return xd_str_nearest(name, names, n);
}

/* Copies one word from *in to *out without its quotes; both are moved on. 0, or -EINVAL for a
 * quote that is never closed. */
static int take_word(const char **in, char **out)
{
    char quote = 0;

    for (; **in && (quote || (**in != ' ' && **in != '\t')); (*in)++) {
        if (quote == **in && quote) {
            quote = 0;
        } else if (!quote && (**in == '\'' || **in == '"')) {
            quote = **in;
        } else if (**in == '\\' && quote != '\'' && (*in)[1]) {
            *(*out)++ = *++*in;
        } else {
            *(*out)++ = **in;
        }
    }
    *(*out)++ = '\0';
    return quote ? -EINVAL : 0;
}

int xd_command_split(const char *line, char **storage, char **argv, int max, struct xd_err *err)
{
    const char *in = line;
    char *out = xd_malloc(2 * strlen(line) + 2); /* each word costs at most one byte more */
    int argc = 0;

    *storage = out;
    for (;;) {
        in += strspn(in, " \t");
        if (!*in)
            break;
        int col = (int)(in - line) + 1;
        if (argc == max) {
            xd_err_set(err, -E2BIG, "column %d: more than %d words", col, max);
            goto fail;
        }
        argv[argc++] = out;
        if (take_word(&in, &out) < 0) {
            xd_err_set(err, -EINVAL, "column %d: this word has a quote that is never closed", col);
            goto fail;
        }
    }
    return argc;
fail:
    free(*storage);
    *storage = NULL;
    return -EINVAL;
}
