/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Models of libvirt's and names of QEMU's for `xendeck cpuid`. */
#include "cmd/cpuid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/slurp.h"
#include "xen/cpuid/import.h"

#define HELP_MAX (1 << 20) /* bytes of `-cpu help` */

static int import_folder(struct cpuid *c, const char *dir, struct xd_cpuid_import *found,
                         struct xd_err *err)
{
    char *whole = realpath(dir, NULL);
    struct xd_files *f;
    int rc;

    if (!whole)
        return xd_err_set(err, -errno, "%s: %s", dir, strerror(errno));
    f = xd_files_new("/");
    rc = xd_cpuid_import_libvirt(c->db, f, whole + 1, found, err);
    if (rc < 0)
        xd_err_prefix(err, "%s: ", dir);
    xd_files_free(f);
    free(whole);
    return rc;
}

bool cpuid_import_installed(struct cpuid *c)
{
    const char *dir = getenv("XENDECK_CPU_MAP");
    struct xd_cpuid_import found;
    struct xd_err err = XD_ERR_INIT;

    if (c->asked_cpu_map)
        return false;
    c->asked_cpu_map = true;
    dir = dir ? dir : XD_CPUID_CPU_MAP;
    if (access(dir, R_OK) < 0)
        return false;
    if (import_folder(c, dir, &found, &err) < 0) {
        fprintf(c->cli->err, "xendeck: libvirt's models are left out: %s\n", err.text);
        return false;
    }
    return found.added > 0;
}

const struct xd_cpuid_model *cpuid_model(struct cpuid *c, const char *name)
{
    const struct xd_cpuid_model *m = xd_cpuid_model(c->db, XD_CPUID_ANY, name, strlen(name));

    if (!m && cpuid_import_installed(c))
        m = xd_cpuid_model(c->db, XD_CPUID_ANY, name, strlen(name));
    return m;
}

static void tell_qemu(struct cpuid *c, const char *file, const struct xd_cpuid_import *found)
{
    fprintf(c->cli->err, "xendeck: %s: %zu models, %zu further names of known ones; %zu flags",
            file, found->models, found->added, found->flags);
    if (found->unknown_flags)
        fprintf(c->cli->err, ", %zu of them unknown here", found->unknown_flags);
    for (size_t i = 0; i < found->n_left; i++)
        fprintf(c->cli->err, "%s%s",
                i ? ", " : "\nxendeck: QEMU lists no features, so these stay unknown: ",
                found->left[i]);
    fputc('\n', c->cli->err);
}

static int import_help(struct cpuid *c, const char *file, struct xd_err *err)
{
    struct xd_cpuid_import found;
    struct xd_buf text = XD_BUF_INIT;
    int rc = xd_slurp(file, HELP_MAX, &text, err);

    if (rc == 0)
        rc = xd_cpuid_import_qemu(c->db, file, xd_buf_str(&text), text.len, &found, err);
    if (rc == 0)
        tell_qemu(c, file, &found);
    xd_buf_done(&text);
    return rc;
}

int cpuid_import(struct cpuid *c, struct xd_err *err)
{
    const char *dir = xd_cli_option(c->cli, "cpu-map"), *help = xd_cli_option(c->cli, "qemu-help");
    struct xd_cpuid_import found;
    int rc = 0;

    if (dir) {
        c->asked_cpu_map = true; /* the one that is named stands for the installed one */
        rc = import_folder(c, dir, &found, err);
        if (rc == 0)
            fprintf(c->cli->err, "xendeck: %s: %zu models, %zu of them added\n", dir, found.models,
                    found.added);
    }
    return rc == 0 && help ? import_help(c, help, err) : rc;
}
