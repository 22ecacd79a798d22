/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a machine in a file: a tree of files with what could be read of it, or an error with
 * a sentence. What was read is recorded anew and has to read back the same. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "capture/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

/* Reads all that is below a folder. */
static size_t walk(const struct xd_files *f, const char *folder, int depth)
{
    struct xd_arena a = XD_ARENA_INIT;
    char **names, *bytes, *target;
    size_t n, size, files = 0;

    if (xd_files_list(f, folder, &a, &names, &n, NULL) == 0) {
        for (size_t i = 0; i < n; i++) {
            const char *path = xd_arena_printf(&a, "%s/%s", folder, names[i]);

            if (xd_files_link(f, path, &a, &target, NULL) == 0) {
                files++; /* not followed: it may lead in a circle */
            } else if (xd_files_read(f, path, XD_BUNDLE_FILE_MAX, &a, &bytes, &size, NULL) == 0) {
                check(bytes[size] == '\0');
                files++;
            } else {
                check(depth < XD_BUNDLE_DEPTH_MAX);
                files += walk(f, path, depth + 1);
            }
        }
    }
    xd_arena_done(&a);
    return files;
}

static size_t walk_all(const struct xd_files *f)
{
    return walk(f, "sys", 1) + walk(f, "proc", 1) + walk(f, "xendeck", 1);
}

static void record(void *ctx, char kind, const char *path, const void *bytes, size_t size)
{
    struct xd_err err = XD_ERR_INIT;

    if (strcmp(path, XD_BUNDLE_ABOUT) != 0) /* it has been written */
        check(xd_bundle_add(ctx, kind, path, bytes, size, &err) == 0);
}

static void record_again(struct xd_files *f, size_t files)
{
    const struct xd_bundle_about about = {.host = "fuzz"};
    struct xd_bundle_writer *w;
    struct xd_bundle_found found;
    struct xd_files *again;
    bool had_about = xd_files_is(f, XD_BUNDLE_ABOUT);
    int fd = memfd_create("again", MFD_CLOEXEC);
    char path[40];

    check(fd >= 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    check(xd_bundle_create(path, true, &about, &w, NULL) == 0);
    xd_files_watch(f, record, w);
    walk_all(f);
    xd_files_watch(f, NULL, NULL);
    check(xd_bundle_close(w, NULL) == 0);
    check(xd_bundle_open(path, &again, &found, NULL) == 0);
    check(!found.left_out && !found.first.code);
    check(walk_all(again) == files + !had_about);
    xd_files_free(again);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    struct xd_bundle_found found;
    struct xd_err err = XD_ERR_INIT;
    struct xd_files *f;
    char path[40];

    check(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (xd_bundle_open(path, &f, &found, &err)) {
        check(!f && err.code < 0 && err.text[0] && xd_str_is_safe(err.text));
    } else {
        size_t files = walk_all(f);

        check(!found.first.code || xd_str_is_safe(found.first.text));
        check(files <= found.entries); /* one may have come twice */
        record_again(f, files);
        xd_files_free(f);
    }
    close(fd);
    return 0;
}
