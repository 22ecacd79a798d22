/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures of the topology in the colours of a theme. */
#ifndef XD_TUI_TOPO_STYLE_H
#define XD_TUI_TOPO_STYLE_H

#include "topo/export.h"
#include "tui/theme.h"

/* Sets the colours of a style, and nothing else of it: paper and ink are what the theme takes
 * "default" for; CPUs have its accent, memory its good, PCI its staged colour. */
void xd_topo_style_of(const struct xd_theme *t, struct xd_topo_style *out);

#endif
