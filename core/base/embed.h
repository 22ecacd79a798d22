/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of the tree that travel inside the program (themes, scenarios, policies). The tables are
 * made by cmake/embed.cmake; each ends with an entry whose name is NULL. */
#ifndef XD_BASE_EMBED_H
#define XD_BASE_EMBED_H

#include <stddef.h>

struct xd_embedded {
    const char *name; /* the file's name without folder and ".yaml" */
    const char *data; /* NUL-terminated */
    size_t len;       /* without the NUL */
};

#endif
