/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs of a command: see verb.h. */
#include "cmd/verb.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

const struct xd_verb *xd_verb_find(const struct xd_verb *verbs, int argc, char **argv,
                                   struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf all = XD_BUF_INIT;
    const char **names = NULL, *near;
    size_t n = 0;

    for (const struct xd_verb *v = verbs; v->usage; v++) {
        const char *name = xd_arena_strndup(&a, v->usage, strcspn(v->usage, " "));

        if (argc > 1 && strcmp(argv[1], name) == 0) {
            xd_buf_done(&all);
            xd_arena_done(&a);
            return v;
        }
        names = xd_arena_grow(&a, names, n, sizeof(*names));
        names[n++] = name;
        xd_buf_printf(&all, "%s%s", all.len ? ", " : "", v->usage);
    }
    near = argc > 1 ? xd_str_nearest(argv[1], names, n) : NULL;
    if (near)
        xd_err_set(err, -EINVAL, "%s can't \"%s\"; did you mean %s?", argv[0], argv[1], near);
    else
        xd_err_set(err, -EINVAL, "%s does one of: %s", argv[0], xd_buf_str(&all));
    xd_buf_done(&all);
    xd_arena_done(&a);
    return NULL;
}
