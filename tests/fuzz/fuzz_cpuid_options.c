/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people type into the matrix, and what Xen was started with: the first line is a command line
 * of Xen, the second a search. Whatever the bytes, what is blamed stands in the command line, and a
 * search only takes away. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xen/cpuid/matrix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct xd_cpuid_db *db;

static void options(const char *text)
{
    struct xd_arena a = XD_ARENA_INIT;

    for (int bit = 0; bit < XD_CPUID_BITS; bit++) {
        const char *found = xd_cpuid_option_against(db, text, bit, &a);
        const char *eq = found ? strchr(found, '=') : NULL;

        /* "cpuid=no-avx": the option and the element, each as it was written */
        if (found && (!*found || !strstr(text, eq ? eq + 1 : found)))
            abort();
    }
    xd_arena_done(&a);
}

static void search(const char *text)
{
    struct xd_featureset all = *xd_cpuid_named(db), found = all, again;

    xd_cpuid_search(db, text, &found);
    again = found;
    xd_cpuid_search(db, text, &again);
    if (!xd_fs_subset(&found, &all) || !xd_fs_equal(&found, &again))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = xd_malloc(size + 1);

    if (!db && xd_cpuid_db_new(&db, NULL) < 0)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    char *line = strchr(text, '\n');
    if (line)
        *line++ = '\0';
    options(text);
    search(line ? line : "");
    free(text);
    return 0;
}
