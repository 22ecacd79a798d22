/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of domains that an earlier command has read, in a file below /run, so that an edit of one
 * domain of hundreds needn't ask xenstore for all their names. A name is kept by domid and UUID
 * together: a domid is used anew, a UUID outlives a reboot. Needs no Xen library.
 *
 * The file is a hint, and whoever uses it reads anew what he acts on. It and its folder have to be
 * root's or of who we run as, and nobody else may write them (base/trust.h). It is replaced as a
 * whole. Whatever is wrong with it, it is as if there were none. */
#ifndef XD_XL_NAMES_H
#define XD_XL_NAMES_H

#include "backend_libxl/text.h"
#include "base/str.h"

#define XD_XL_NAMES_DIR "/run/xendeck"

struct xd_xl_named {
    uint32_t domid;
    uint8_t uuid[XD_XL_UUID_BYTES];
    const char *name; /* into the text, without a NUL behind it */
    size_t len;
};

struct xd_xl_names {
    struct xd_buf text;
    struct xd_xl_named *of; /* in the order of domids */
    size_t n;
};
#define XD_XL_NAMES_INIT ((struct xd_xl_names){XD_BUF_INIT, NULL, 0})

/* Whether the file can hold such a name: one of up to 255 bytes without control characters. */
bool xd_xl_name_keeps(const char *name);
/* The text of the file: begin, add each in the order of domids, end with their number. */
void xd_xl_names_begin(struct xd_buf *b);
void xd_xl_names_add(struct xd_buf *b, uint32_t domid, const uint8_t uuid[XD_XL_UUID_BYTES],
                     const char *name);
void xd_xl_names_end(struct xd_buf *b, size_t n);
/* Reads names->text into names->of; -EBADMSG: it is not what the above make. */
int xd_xl_names_parse(struct xd_xl_names *names);

/* The file in `dir`; -errno: there is none that can be trusted. To be freed in any case. */
int xd_xl_names_load(const char *dir, struct xd_xl_names *names);
/* Replaces it, making dir if need be; -errno. */
int xd_xl_names_save(const char *dir, const struct xd_buf *text);
void xd_xl_names_free(struct xd_xl_names *names);

/* That of a domain, or NULL. */
const struct xd_xl_named *xd_xl_names_of(const struct xd_xl_names *names, uint32_t domid,
                                         const uint8_t uuid[XD_XL_UUID_BYTES]);

#endif
