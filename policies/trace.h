/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recorded load as a table of comma-separated values, for simulations:
 *
 *   time,name,cpu,vcpus            time: seconds, or 2026-03-01T12:00:00Z; never less than before
 *   0,web1,80,2                    cpu: percent of one pCPU from then on; or cpu_ns: a counter
 *   10,web1,12.5,2                 further: uuid, pool, id, weight, cap, mem_target_kib
 *
 * Lines of one time are one sample. Seconds below 100,000,000 count from Monday 2024-01-01 00:00
 * UTC, others since 1970. Other columns are passed over. Errors name file, line and column. */
#ifndef XD_POLICIES_TRACE_H
#define XD_POLICIES_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/table.h"

#define XD_TRACE_LINE_MAX 4096
#define XD_TRACE_ROWS_MAX (256 * 1024) /* of one sample */

enum xd_trace_col {
    XD_TRACE_TIME,
    XD_TRACE_NAME,
    XD_TRACE_UUID,
    XD_TRACE_POOL,
    XD_TRACE_CPU, /* percent */
    XD_TRACE_CPU_NS,
    XD_TRACE_VCPUS,
    XD_TRACE_ID,
    XD_TRACE_WEIGHT,
    XD_TRACE_CAP,
    XD_TRACE_MEM,
    XD_TRACE_COLS
};

struct xd_trace_row {
    const char *uuid, *name, *pool; /* pool NULL: unknown */
    unsigned have;                  /* a bit for each xd_trace_col, of numbers */
    uint64_t number[XD_TRACE_COLS]; /* CPU_NS: always made, if CPU is there */
    const struct xd_row *recorded;  /* of a captured sample: all else that it says; or NULL */
};

struct xd_trace_sample {
    int64_t at_ns, wall_ns;
    const struct xd_trace_row *rows;
    size_t n;
};

struct xd_trace;

int xd_trace_open(const char *path, struct xd_trace **out, struct xd_err *err);
/* The same from memory, which must live as long. */
int xd_trace_parse(const char *file, const char *text, size_t len, struct xd_trace **out,
                   struct xd_err *err);
/* 1: a sample, valid until the next call; 0: the end; else -EINVAL. */
int xd_trace_next(struct xd_trace *t, struct xd_trace_sample *out, struct xd_err *err);
void xd_trace_close(struct xd_trace *t); /* NULL allowed */

#endif
