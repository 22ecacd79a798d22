/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture to play back: see record.h. */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/format.h"
#include "conformance.h"

#define SAMPLES 12

extern const struct xd_backend xd_backend_demo;

int conf_record_demo(char *arg, size_t size)
{
    static const struct conf_host demo = {.name = "demo", .backend = &xd_backend_demo};
    struct xd_err err = XD_ERR_INIT;
    struct xd_capture_writer *w = NULL;
    struct conf c;
    int fd, rc;

    snprintf(arg, size, "/tmp/xendeck-conformance-XXXXXX");
    fd = mkstemp(arg);
    if (fd < 0)
        return -1;
    close(fd);
    rc = conf_open(&c, &demo, &err);
    if (rc)
        return rc;
    rc = xd_capture_writer_open(arg, true, "demo", xd_clock_wall(&c.clock), &w, &err);
    for (int i = 0; rc == 0 && i < SAMPLES; i++)
        rc = conf_sample(&c, XD_NS_PER_S) ? xd_capture_writer_add(w, c.now, &err) : -1;
    if (w && xd_capture_writer_close(w, &err))
        rc = rc ? rc : err.code;
    if (rc)
        printf("# recording: %s\n", xd_err_text(&err));
    conf_close(&c);
    return rc;
}
