/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Specs in each of their notations: whatever the bytes, an answer or an error with its column; and
 * what was read is written and read again as the same. The first byte chooses the notation. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xen/cpuid/translate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct xd_cpuid_db *db;

static void check(const char *text, enum xd_cpuid_format format)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_cpuid_spec s, again;
    struct xd_cpuid_lost lost;
    struct xd_buf b = XD_BUF_INIT;
    int column;

    if (xd_cpuid_translate_from(db, text, format, &a, &s, &lost, &column, &err) < 0) {
        if (!err.code || column < 0 || column > (int)strlen(text) + 1)
            abort();
        xd_cpuid_caret(text, column, &b);
        xd_buf_clear(&b);
    } else {
        struct xd_featureset both = s.add;

        xd_fs_and(&both, &s.remove);
        if (!xd_fs_empty(&both))
            abort();
        xd_cpuid_spec_format(db, &s, &b);
        if (xd_cpuid_spec_parse(db, xd_buf_str(&b), &again, NULL, &err) < 0 ||
            again.base != s.base || again.model != s.model || !xd_fs_equal(&again.add, &s.add) ||
            !xd_fs_equal(&again.remove, &s.remove))
            abort();
    }
    xd_buf_done(&b);
    xd_arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char keys[] = "sxelq"; /* spec, xl, xend, libvirt, qemu */
    struct xd_err err = XD_ERR_INIT;
    const char *key = size ? memchr(keys, data[0], sizeof(keys) - 1) : NULL;

    if (!db && xd_cpuid_db_new(&db, &err) < 0)
        abort();
    if (!key)
        return 0;
    char *text = xd_malloc(size);
    memcpy(text, data + 1, size - 1);
    check(text, (enum xd_cpuid_format)(key - keys));
    xd_cpuid_format_of(text);
    free(text);
    return 0;
}
