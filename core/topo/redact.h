/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaving serial numbers and Ethernet addresses out of what is kept of a machine, so that a
 * recording can be given away. What is known to be harmless is kept where a format can carry
 * anything (SMBIOS: the strings that the tree shows, and no structure that it doesn't read); where
 * names tell (files of sysfs, hwloc's infos), what is known to tell one machine from its sisters
 * goes. Lengths and places stay, so that what reads the whole reads this as well. Pure code over
 * bytes that may be cut, corrupt or hostile. */
#ifndef XD_TOPO_REDACT_H
#define XD_TOPO_REDACT_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct xd_topo_redactor;

struct xd_topo_redactor *xd_topo_redactor_new(void);
void xd_topo_redactor_free(struct xd_topo_redactor *r); /* NULL allowed */

/* A file, link or folder as xd_files_seen has it, into path_out and bytes_out (cleared before). An
 * interface named after its address ("enx5254…") has another name from now on, everywhere. */
void xd_topo_redact(struct xd_topo_redactor *r, char kind, const char *path, const void *bytes,
                    size_t size, struct xd_buf *path_out, struct xd_buf *bytes_out);

/* --- one format each, in place --- */

/* A table of SMBIOS structures (/sys/firmware/dmi/tables/DMI). From where it makes no sense on it
 * becomes zeros. */
void xd_topo_redact_smbios(uint8_t *table, size_t size);
/* Configuration space: the serial number that PCIe 7.9.3 has. */
void xd_topo_redact_config(uint8_t *config, size_t size);
/* Output of lspci: dumped configuration, the serial number in words, vital product data. */
void xd_topo_redact_lspci(char *text, size_t size);

#endif
