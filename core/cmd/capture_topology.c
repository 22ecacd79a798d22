/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck capture --topology FILE`: all that is read of the machine, kept in one file. Runs
 * without workers: here it may wait. */
#include "cmd/cli.h"

#include <errno.h>
#include <string.h>

#include "capture/bundle.h"
#include "topo/redact.h"

struct keeping {
    struct xd_bundle_writer *w;
    struct xd_topo_redactor *redactor; /* NULL: all is kept */
    struct xd_buf path, bytes;
};

/* What goes wrong is remembered by the writer, and told by xd_bundle_close. */
static void keep(void *ctx, char kind, const char *path, const void *bytes, size_t size)
{
    struct keeping *k = ctx;

    if (strcmp(path, XD_BUNDLE_ABOUT) == 0) /* of a recording that is recorded: ours stands there */
        return;
    if (k->redactor) {
        xd_topo_redact(k->redactor, kind, path, bytes, size, &k->path, &k->bytes);
        xd_bundle_add(k->w, kind, xd_buf_str(&k->path), xd_buf_str(&k->bytes), k->bytes.len, NULL);
    } else {
        xd_bundle_add(k->w, kind, path, bytes, size, NULL);
    }
}

static bool never(const struct xd_backend_env *env)
{
    return false;
}

static const struct xd_backend *recorder(const struct xd_host_choice *c, struct xd_err *err)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->backends[i]->record)
            return c->backends[i];
    xd_err_set(err, -ENOTSUP,
               "host %s has no files of a machine to record: --host live is this machine, --host "
               "topo:FILE another one's recording",
               c->name);
    return NULL;
}

static int record(struct xd_cli *cli, const struct xd_backend *b, const struct xd_host_choice *c,
                  struct keeping *k, struct xd_err *err)
{
    struct xd_backend_env env = {.clock = &cli->clock,
                                 .log = cli->log,
                                 .role = XD_OBSERVER,
                                 .arg = c->arg,
                                 .stopping = never};
    void *self;
    int rc = b->open(&env, &self, err);

    if (rc < 0)
        return rc;
    rc = b->record(self, keep, k, err);
    b->close(self);
    return rc;
}

static int record_to(struct xd_cli *cli, const char *path, const struct xd_backend *b,
                     const struct xd_host_choice *c, bool serials, struct xd_err *err)
{
    const struct xd_bundle_about about = {
        .host = c->name, .made_wall_ns = xd_clock_wall(&cli->clock), .serials = serials};
    struct keeping k = {.redactor = NULL};
    struct xd_err record_err = XD_ERR_INIT;
    size_t files;
    int rc;

    if (xd_bundle_create(path, xd_cli_option(cli, "force") != NULL, &about, &k.w, err) < 0) {
        if (err->code == -EEXIST)
            xd_err_prefix(err, "--force writes over it: ");
        return XD_EXIT_REFUSED;
    }
    k.redactor = serials ? NULL : xd_topo_redactor_new();
    rc = record(cli, b, c, &k, &record_err);
    files = xd_bundle_entries(k.w);
    if (xd_bundle_close(k.w, err) == 0 && rc < 0)
        *err = record_err;
    xd_topo_redactor_free(k.redactor);
    xd_buf_done(&k.path);
    xd_buf_done(&k.bytes);
    if (err->code)
        return XD_EXIT_UNKNOWN;
    fprintf(cli->err,
            "%s: %zu files, links and folders, %s; look at them with xendeck --host topo:%s\n",
            path, files,
            serials ? "serial numbers and Ethernet addresses among them"
                    : "without serial numbers and Ethernet addresses",
            path);
    return XD_EXIT_DONE;
}

int xd_cli_capture_topology(struct xd_cli *cli, const char *path, struct xd_err *err)
{
    const char *host = xd_cli_option(cli, "host");
    bool serials = xd_cli_option(cli, "with-serials") != NULL;
    const struct xd_backend *b;
    struct xd_host_choice choice;

    if (xd_registry_resolve(cli->registry, host ? host : "live", NULL, &choice, err) < 0)
        return XD_EXIT_NO_SOURCE;
    b = recorder(&choice, err);
    return b ? record_to(cli, path, b, &choice, serials, err) : XD_EXIT_NO_SOURCE;
}
