/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A box of prose that scrolls: paragraphs, each with its style. */
#ifndef XD_TUI_CPUID_BOX_H
#define XD_TUI_CPUID_BOX_H

#include "tui/dialog.h"

struct xd_cpuid_paragraph {
    enum xd_role_style style;
    int indent;
    const char *text; /* "": an empty line */
};

struct xd_cpuid_box {
    struct xd_dialog d;
    struct xd_arena arena; /* of all texts */
    const char *title;
    const char *keys; /* what else can be done, before "Esc closes"; NULL: nothing */
    struct xd_cpuid_paragraph *p;
    size_t n;
    int top; /* lines that are scrolled away */
    int tag; /* the caller's own */
};

/* The text is not copied: it lives in the arena, or longer. */
void xd_cpuid_box_add(struct xd_cpuid_box *e, enum xd_role_style s, int indent, const char *text);

/* For struct xd_dialog_ops. */
void xd_cpuid_box_draw(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c);
void xd_cpuid_box_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k);
void xd_cpuid_box_free(struct xd_dialog *d);

#endif
