/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One setting of a domain's configuration, changed in the text as its owner wrote it. The syntax is
 * that of xl.cfg(5), "Syntax": NAME=VALUE up to the end of the line or a ';', a value a number, a
 * string in ' or ", or a list in [ ] that may go over lines; '#' begins a comment. */
#ifndef XD_XEN_XLCFG_H
#define XD_XEN_XLCFG_H

#include "base/err.h"
#include "base/str.h"

/* Where a setting stands in a text: from its name to the end of its value, in bytes. */
struct xd_xlcfg_place {
    size_t from, to;
    int line; /* from 1; 0: it isn't set */
};

/* Where `name` is set; of several the last, which is the one that xl takes. -EINVAL: the text is no
 * configuration (FILE:LINE:COL), or adds to the setting with +=, which has no single place. */
int xd_xlcfg_find(const char *file, const char *text, size_t len, const char *name,
                  struct xd_xlcfg_place *out, struct xd_err *err);
/* The text with `setting` ("cpuid = …") in that place, at its end if it isn't set; "": without it.
 * All else stays byte by byte. */
void xd_xlcfg_replace(const char *text, size_t len, const struct xd_xlcfg_place *at,
                      const char *setting, struct xd_buf *out);

#endif
