/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a theme: looks that every terminal can be told, or an error with a place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "tui/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

static void check_look(struct xd_look l, int last)
{
    check(l.fg >= XD_COLOR_DEFAULT && l.fg <= last);
    check(l.bg >= XD_COLOR_DEFAULT && l.bg <= last);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_theme t;
    int rc = xd_theme_parse("f.yaml", (const char *)data, size, &t, &err);

    if (rc) {
        check(err.code == rc && xd_str_starts(err.text, "f.yaml:"));
        return 0;
    }
    check(strcmp(t.name, "f") == 0 && xd_str_is_safe(t.title));
    check(t.fg >= 0 && t.fg < 256 && t.bg >= 0 && t.bg < 256);
    for (int s = 0; s < XD_S_COUNT; s++) {
        check_look(t.color[s], 255);
        check_look(t.basic[s], 15);
        check_look(t.mono[s], XD_COLOR_DEFAULT);
        check_look(xd_look_in_8(t.basic[s]), 7);
    }
    return 0;
}
