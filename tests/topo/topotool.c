/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes machines of tests in any format that the topology has:
 *
 *   topotool FORMAT MACHINE [ascii] [unfolded] [cpu|memory|pci] [width=N] [dark]
 *   topotool record MACHINE FILE.xdt       what would be kept of it, if Linux ran there
 *   topotool text:VIEW MACHINE [ascii] [width=N] [height=N]
 *
 * MACHINE: a name of machines.c, "random:SEED", "demo:SCENARIO", or a file or folder that holds
 * one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "capture/bundle.h"
#include "machines.h"
#include "model/backend.h"
#include "sysfs.h"
#include "topo/export.h"
#include "tui/topo/diagram.h"

extern const struct xd_backend xd_backend_demo;

/* The tables of a demo host made into a tree again. */
static struct xd_topo *demo(const char *scenario)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_clock clock;
    struct xd_log log;
    struct xd_backend_env env = {.clock = &clock, .log = &log, .arg = scenario};
    struct xd_builder *b = xd_builder_new("demo");
    struct xd_topo *t = NULL;
    struct xd_snapshot *s;
    void *self;

    xd_clock_init_manual(&clock, 0);
    xd_log_init(&log, &clock);
    if (xd_backend_demo.open(&env, &self, &err) || xd_backend_demo.collect(self, b, &err)) {
        fprintf(stderr, "topotool: %s\n", xd_err_text(&err));
        exit(1);
    }
    s = xd_builder_seal(b, NULL, 1, 0, 0, 0);
    t = xd_topo_from(xd_snapshot_table(s, "topology"), xd_snapshot_table(s, "distances"),
                     xd_snapshot_table(s, "advice"));
    xd_snapshot_unref(s);
    xd_backend_demo.close(self);
    xd_log_done(&log);
    return t;
}

/* --- a recording --- */

struct recording {
    struct xd_bundle_writer *w;
    struct xd_err err;
};

static void seen(void *ctx, char kind, const char *path, const void *bytes, size_t size)
{
    struct recording *r = ctx;

    xd_bundle_add(r->w, kind, path, bytes, size, &r->err); /* closing tells of it again */
}

/* A recording, an archive, hwloc's XML … */
static struct xd_topo *file(const char *path)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_bundle_found found;
    struct xd_files *files;
    struct xd_topo *t;

    if (xd_bundle_open(path, &files, &found, &err)) {
        fprintf(stderr, "topotool: %s\n", xd_err_text(&err));
        return NULL;
    }
    t = xd_topo_read(files);
    for (size_t i = 0; i < t->n_troubles; i++)
        fprintf(stderr, "topotool: %s\n", t->troubles[i].text);
    xd_files_free(files);
    return t;
}

static struct xd_topo *machine(const char *name)
{
    if (xd_str_starts(name, "demo:"))
        return demo(name + strlen("demo:"));
    return strchr(name, '/') ? file(name) : machine_named(name);
}

static int record(const struct xd_topo *t, const char *path)
{
    struct xd_bundle_about about = {.host = "made for tests", .made_wall_ns = 0};
    struct recording r = {.err = XD_ERR_INIT};
    struct xd_files *files = sysfs_of(t);
    int rc = xd_bundle_create(path, true, &about, &r.w, &r.err);

    if (rc == 0) {
        xd_files_watch(files, seen, &r);
        xd_topo_free(xd_topo_read(files));
        rc = xd_bundle_close(r.w, &r.err);
    }
    if (rc)
        fprintf(stderr, "topotool: %s\n", xd_err_text(&r.err));
    xd_files_free(files);
    return rc;
}

/* --- options --- */

static void darken(struct xd_topo_style *s)
{
    s->colours[XD_TOPO_C_PAPER] = 0x16191d;
    s->colours[XD_TOPO_C_INK] = 0xe4e7ea;
    s->colours[XD_TOPO_C_DIM] = 0x9aa3ac;
    s->colours[XD_TOPO_C_GOOD] = 0x6cc07a;
    s->colours[XD_TOPO_C_WARN] = 0xe0a050;
    s->colours[XD_TOPO_C_BAD] = 0xf08070;
}

static void option(struct xd_topo_style *s, const char *word)
{
    static const char *const parts[] = {"cpu", "memory", "pci"};

    s->ascii |= strcmp(word, "ascii") == 0;
    s->unfolded |= strcmp(word, "unfolded") == 0;
    if (xd_str_starts(word, "width="))
        s->width = atoi(word + strlen("width="));
    if (strcmp(word, "dark") == 0)
        darken(s);
    for (unsigned i = 0; i < 3; i++)
        if (strcmp(word, parts[i]) == 0)
            s->parts = (s->parts == XD_TOPO_PART_ALL ? 0 : s->parts) | 1u << i;
}

/* The drawing of the console. */
static int draw(const struct xd_topo *t, const char *view, const struct xd_topo_style *s,
                int height, struct xd_buf *out)
{
    struct xd_diagram_look look = {.width = s->width ? s->width : 80, .height = height};

    for (int i = 0; xd_diagram_view_names[i]; i++)
        if (strcmp(view, xd_diagram_view_names[i]) == 0)
            look.view = (enum xd_diagram_view)i;
    xd_diagram_text(t, &look, s->ascii ? XD_GLYPHS_ASCII : XD_GLYPHS_BLOCK, out);
    return 0;
}

int main(int argc, char **argv)
{
    struct xd_topo_style s = xd_topo_style_print;
    struct xd_buf out = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_topo *t;
    int rc = 1, height = 0;

    if (argc < 3) {
        fprintf(stderr, "usage: topotool FORMAT MACHINE [OPTION…]\n");
        return 2;
    }
    for (int i = 3; i < argc && strcmp(argv[1], "record") != 0; i++) {
        if (xd_str_starts(argv[i], "height="))
            height = atoi(argv[i] + strlen("height="));
        option(&s, argv[i]);
    }
    t = machine(argv[2]);
    if (!t)
        fprintf(stderr, "topotool: there is no machine %s\n", argv[2]);
    else if (strcmp(argv[1], "record") == 0)
        rc = argc == 4 && record(t, argv[3]) == 0 ? 0 : 1;
    else if (xd_str_starts(argv[1], "text:") ? draw(t, argv[1] + 5, &s, height, &out)
                                             : xd_topo_export(t, argv[1], &s, &out, &err))
        fprintf(stderr, "topotool: %s\n", xd_err_text(&err));
    else
        rc = fwrite(out.s, 1, out.len, stdout) == out.len && fflush(stdout) == 0 ? 0 : 1;
    xd_buf_done(&out);
    xd_topo_free(t);
    return rc;
}
