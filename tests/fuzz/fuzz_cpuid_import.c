/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A model of libvirt's (the first byte is 'x') or what QEMU prints of its own. Whatever the bytes:
 * what was refused added nothing, what was added can be found, and Haswell stays what it is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xen/cpuid/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct xd_cpuid_model *haswell(const struct xd_cpuid_db *db)
{
    return xd_cpuid_model(db, XD_CPUID_ANY, "Haswell", 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_cpuid_import found;
    struct xd_cpuid_db *db;
    struct xd_err err = XD_ERR_INIT;
    struct xd_featureset before;
    size_t models;
    int rc;

    if (size == 0 || xd_cpuid_db_new(&db, NULL) < 0)
        return 0;
    before = haswell(db)->fs;
    models = xd_cpuid_models(db);
    if (data[0] == 'x') {
        struct xd_files *f = xd_files_new(NULL);

        xd_files_put(f, "map/x86_A.xml", data + 1, size - 1, NULL);
        rc = xd_cpuid_import_libvirt(db, f, "map", &found, &err);
        if ((rc == 0) != (xd_cpuid_models(db) == models + 1) ||
            (rc == 0) != (xd_cpuid_model(db, XD_CPUID_LIBVIRT, "A", 1) != NULL))
            abort();
        xd_files_free(f);
    } else {
        rc = xd_cpuid_import_qemu(db, "help", (const char *)data + 1, size - 1, &found, &err);
        if (xd_cpuid_models(db) != models || (rc < 0 && found.added))
            abort();
    }
    if ((rc < 0) != (err.code != 0) || !xd_fs_equal(&haswell(db)->fs, &before))
        abort();
    xd_cpuid_db_free(db);
    return 0;
}
