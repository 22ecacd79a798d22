/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine in a file: what a source of topology has read (files of /sys and /proc, firmware's
 * tables, documents of Xen and hwloc), so that it can be read again anywhere.
 *
 * A recording (*.xdt) is a tar archive, compressed with zstd, of exactly the files and links that
 * were read, by their paths without the leading slash, and of folders that were found empty.
 * `xendeck/recording.json` stands first and says what it is:
 *   {"xendeck-recording":1,"host":"live","made":"2026-03-01T12:00:00Z","serials":false}
 * Nothing else is needed to read it, and any tar can. serials: whether serial numbers and Ethernet
 * addresses were left in (topo/redact.h).
 *
 * Reading takes other archives as well: any tar of sys/ and proc/ (compressed by gzip, bzip2, xz,
 * zstd or not), with "./", "/" or one folder above them, as people and hwloc-gather-topology make
 * them. It trusts nothing: numbers, sizes and paths are bounded, links are never followed out of
 * the tree, and an archive that is cut or broken gives what stands before the damage. */
#ifndef XD_CAPTURE_BUNDLE_H
#define XD_CAPTURE_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/files.h"

#define XD_BUNDLE_SCHEMA      1
#define XD_BUNDLE_ENTRIES_MAX ((size_t)400 * 1000)
#define XD_BUNDLE_FILE_MAX    ((size_t)32 * 1024 * 1024)  /* bytes of one file */
#define XD_BUNDLE_BYTES_MAX   ((size_t)512 * 1024 * 1024) /* of all, unpacked, archive and all */
#define XD_BUNDLE_PATH_MAX    1024
#define XD_BUNDLE_DEPTH_MAX   40 /* folders in a path */
#define XD_BUNDLE_ABOUT       "xendeck/recording.json"

/* --- writing --- */

struct xd_bundle_writer;

struct xd_bundle_about {
    const char *host;     /* what is recorded: "live" */
    int64_t made_wall_ns; /* since 1970 UTC; also the time of each file in it */
    bool serials;         /* they are left in */
};

/* Makes the file (0600). -EEXIST where there is one and overwrite is false; what isn't a regular
 * file is refused in any case. */
int xd_bundle_create(const char *path, bool overwrite, const struct xd_bundle_about *about,
                     struct xd_bundle_writer **out, struct xd_err *err);
/* One more: kind as xd_files_seen has it. What was added before by that path is not added again. */
int xd_bundle_add(struct xd_bundle_writer *w, char kind, const char *path, const void *bytes,
                  size_t size, struct xd_err *err);
size_t xd_bundle_entries(const struct xd_bundle_writer *w); /* so far */
/* Ends the archive, fsync, close; w is gone whatever is returned. An error before is told again: a
 * file that isn't whole is removed. NULL allowed. */
int xd_bundle_close(struct xd_bundle_writer *w, struct xd_err *err);

/* --- reading --- */

struct xd_bundle_found {
    size_t entries;      /* files and links taken over */
    size_t left_out;     /* entries that are neither, or lead outside */
    struct xd_err first; /* what was wrong first, with the archive, the entry and its place; code 0:
                            nothing */
};

/* Takes an archive's files into memory. 0 with `found` where anything could be read; -ENODATA where
 * nothing could: no archive, or nothing in it. */
int xd_bundle_read(const char *path, struct xd_files *into, struct xd_bundle_found *found,
                   struct xd_err *err);

/* A machine by the name of a file, whatever it is: a folder (with sys/ and proc/ in it: "/" is this
 * machine), an archive, an XML file of hwloc or the output of lspci -x…; the latter two stand in
 * the tree as xendeck/hwloc.xml and xendeck/lspci.txt. *out is the caller's. */
int xd_bundle_open(const char *path, struct xd_files **out, struct xd_bundle_found *found,
                   struct xd_err *err);

#endif
