/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Models that others define, added to those inside the program: libvirt's folder cpu_map (its own
 * format: a file a model, libvirt's src/cpu_map) and what QEMU's `-cpu help` lists. A name that is
 * known already keeps its meaning. */
#ifndef XD_CPUID_IMPORT_H
#define XD_CPUID_IMPORT_H

#include "base/files.h"
#include "xen/cpuid/db.h"

#define XD_CPUID_CPU_MAP "/usr/share/libvirt/cpu_map" /* where Debian's libvirt has it */

struct xd_cpuid_import {
    size_t models;           /* that the source has */
    size_t added;            /* models, or (QEMU) further names of ours */
    const char *const *left; /* QEMU's models that can't be added: it lists no features; db's */
    size_t n_left;
    size_t flags, unknown_flags; /* that QEMU recognizes; that have no name here */
};

/* The models of a folder with files x86_NAME.xml. Their features that have no name here are left
 * out, and the model's note names them. -ENOENT: it holds no model; -EINVAL: file, line and column
 * of what is wrong, and nothing was added. */
int xd_cpuid_import_libvirt(struct xd_cpuid_db *db, const struct xd_files *files,
                            const char *folder, struct xd_cpuid_import *out, struct xd_err *err);
/* Names of QEMU's that are others of models we know ("alias of …"), from the text that
 * `qemu-system-x86_64 -cpu help` prints. -EINVAL: file and line, and nothing was added. */
int xd_cpuid_import_qemu(struct xd_cpuid_db *db, const char *file, const char *text, size_t len,
                         struct xd_cpuid_import *out, struct xd_err *err);

#endif
