/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the matrix of CPU features gets its columns from: the host's table `cpuid`, and files of
 * other hosts. The console and `xendeck cpuid matrix` use the same. */
#ifndef XD_CMD_CPUID_COLUMNS_H
#define XD_CMD_CPUID_COLUMNS_H

#include "model/table.h"
#include "xen/cpuid/dump.h"
#include "xen/cpuid/matrix.h"

/* Adds what the table tells. Columns are called raw, host, pv-max, hvm-max, pv-def, hvm-def, and
 * domains by their names; key is the domain's UUID, else the row's name. machine: NULL for the host
 * that is looked at. A row that makes no sense becomes a
 * column of which nothing is known, and a sentence in *trouble (may be NULL). -E2BIG as
 * xd_cpuid_matrix_add. */
int xd_cpuid_columns_of_table(struct xd_cpuid_matrix *m, const struct xd_table *cpuid,
                              const char *machine, struct xd_buf *trouble, struct xd_err *err);
/* Adds the sets of a dump as another machine's. */
int xd_cpuid_columns_of_dump(struct xd_cpuid_matrix *m, const struct xd_cpuid_dump *d,
                             const char *machine, struct xd_err *err);
/* Adds what a file tells: a capture of another host (its newest sample that has such a table), what
 * cpuid -r or xen-cpuid print, a saved domain, featuresets in hex. The machine is called as the
 * file is. */
int xd_cpuid_columns_of_file(struct xd_cpuid_matrix *m, const char *path, struct xd_buf *trouble,
                             struct xd_err *err);
/* How a column is called where several machines are shown: "node7:HVM Max". In arena. */
const char *xd_cpuid_column_called(const struct xd_cpuid_column *c, struct xd_arena *a);

#endif
