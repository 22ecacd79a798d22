/* SPDX-License-Identifier: GPL-2.0-or-later */
/* screentest [--update] FILE…: plays screen scripts. With --update the expected screens in them are
 * rewritten as they are now; look at them before you commit. Exit: 0 as expected, 1 not, 2 a script
 * can't be played. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "script.h"

static int read_file(const char *path, struct xd_buf *out, struct xd_err *err)
{
    FILE *f = fopen(path, "r");
    char part[4096];
    size_t n;

    if (!f)
        return xd_err_set(err, -errno, "%s can't be read: %s", path, strerror(errno));
    while ((n = fread(part, 1, sizeof(part), f)) > 0)
        xd_buf_addn(out, part, n);
    fclose(f);
    return 0;
}

static int write_file(const char *path, const struct xd_buf *b, struct xd_err *err)
{
    FILE *f = fopen(path, "w");

    if (!f || fwrite(b->s, 1, b->len, f) != b->len || fclose(f) != 0)
        return xd_err_set(err, -errno, "%s can't be written: %s", path, strerror(errno));
    return 0;
}

/* Cuts text in place; the last line may lack its newline. */
static size_t split(char *text, char **lines)
{
    size_t n = 0;

    while (text && *text) {
        char *end = strchr(text, '\n');

        lines[n++] = text;
        if (end)
            *end++ = '\0';
        text = end;
    }
    return n;
}

static int play(const char *path, bool update)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf text = XD_BUF_INIT;
    struct script s = {.file = path, .update = update};
    int rc = read_file(path, &text, &err);

    s.config = (struct stage_config){.host = "demo",
                                     .theme = "default",
                                     .glyphs = XD_GLYPHS_BLOCK,
                                     .w = 80,
                                     .h = 24,
                                     .interval_ns = 2 * XD_NS_PER_S};
    s.lines = xd_malloc((text.len + 1) * sizeof(*s.lines));
    if (rc == 0 && text.len) {
        s.n = split(text.s, s.lines);
        rc = script_play(&s, &err);
    }
    if (rc == 0 && update)
        rc = write_file(path, &s.out, &err);
    if (rc < 0)
        printf("%s\n", xd_err_text(&err));
    else if (s.failures)
        printf("%s: %d failed\n", path, s.failures);
    xd_buf_done(&text);
    xd_buf_done(&s.out);
    free(s.lines);
    return rc < 0 ? 2 : s.failures > 0;
}

int main(int argc, char **argv)
{
    bool update = argc > 1 && strcmp(argv[1], "--update") == 0;
    int worst = 0;

    /* Nothing of this machine may show. */
    setenv("TZ", "UTC", 1);
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    if (argc < 2 + update) {
        fprintf(stderr, "usage: screentest [--update] FILE...\n");
        return 2;
    }
    for (int i = 1 + update; i < argc; i++) {
        int status = play(argv[i], update);
        worst = status > worst ? status : worst;
    }
    return worst;
}
