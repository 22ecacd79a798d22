/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expected screens: framed lines in the script, compared with the frame or rewritten by it. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

void script_fail(struct script *s, const char *fmt, ...)
{
    va_list ap;

    s->failures++;
    printf("%s:%zu: ", s->file, s->at + 1);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

/* Cuts text in place into its lines; returns how many, at most max. */
static size_t cut_lines(char *text, char **lines, size_t max)
{
    size_t n = 0;

    for (char *end; text && n < max && (end = strchr(text, '\n')); text = end + 1) {
        *end = '\0';
        lines[n++] = text;
    }
    return n;
}

void script_show(struct script *s)
{
    struct xd_buf b = XD_BUF_INIT;
    char *lines[512];

    stage_frame(&s->stage, false, &b);
    size_t n = cut_lines(b.s, lines, 512);
    for (size_t i = 0; i < n; i++)
        printf("|%s|\n", lines[i]);
    xd_buf_done(&b);
}

/* The block's lines in the script, from behind its verb to before "end". */
static int find_end(const struct script *s, size_t *end, struct xd_err *err)
{
    size_t i = s->at + 1;

    while (i < s->n && strcmp(s->lines[i], "end") != 0) {
        size_t len = strlen(s->lines[i]);
        if (len < 2 || s->lines[i][0] != '|' || s->lines[i][len - 1] != '|')
            return xd_err_set(err, -EINVAL,
                              "%s:%zu: a line of a screen stands between | and |, and "
                              "\"end\" behind the last",
                              s->file, i + 1);
        i++;
    }
    if (i == s->n)
        return xd_err_set(err, -EINVAL, "%s:%zu: this block has no \"end\"", s->file, s->at + 1);
    *end = i;
    return 0;
}

static bool same(const char *framed, const char *line)
{
    size_t len = strlen(line);

    return strlen(framed) == len + 2 && memcmp(framed + 1, line, len) == 0;
}

static void show_difference(struct script *s, size_t want_n, char **got, size_t got_n, size_t first)
{
    char **want = s->lines + s->at + 1;

    script_fail(s, "the screen is another one than expected");
    printf("expected:\n");
    for (size_t i = 0; i < want_n; i++)
        printf("%s\n", want[i]);
    printf("found:\n");
    for (size_t i = 0; i < got_n; i++)
        printf("|%s|\n", got[i]);
    printf("these lines differ:\n");
    for (size_t i = 0; i < want_n || i < got_n; i++) {
        if (i < want_n && i < got_n && same(want[i], got[i]))
            continue;
        printf("%3zu - %s\n", first + i, i < want_n ? want[i] : "(no such line)");
        if (i < got_n)
            printf("%3zu + |%s|\n", first + i, got[i]);
        else
            printf("%3zu + (no such line)\n", first + i);
    }
}

int script_block(struct script *s, bool styles, int from, int to, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    char *all[512];
    size_t end = 0;
    int rc = find_end(s, &end, err);

    if (rc < 0)
        return rc;
    stage_frame(&s->stage, styles, &b);
    int n = (int)cut_lines(b.s, all, 512);
    from = from < 0 ? n + 1 + from : from;
    to = to < 0 ? n + 1 + to : to;
    if (from < 1 || to > n || from > to) {
        rc =
            xd_err_set(err, -ERANGE, "%s:%zu: the screen has lines 1 to %d", s->file, s->at + 1, n);
        goto out;
    }
    char **got = all + from - 1;
    size_t got_n = (size_t)(to - from + 1), want_n = end - s->at - 1;
    bool differs = got_n != want_n;
    for (size_t i = 0; !differs && i < want_n; i++)
        differs = !same(s->lines[s->at + 1 + i], got[i]);
    if (s->update) {
        for (size_t i = 0; i < got_n; i++)
            xd_buf_printf(&s->out, "|%s|\n", got[i]);
        xd_buf_add(&s->out, "end\n");
    } else if (differs) {
        show_difference(s, want_n, got, got_n, (size_t)from);
    }
    s->at = end;
out:
    xd_buf_done(&b);
    return rc;
}
