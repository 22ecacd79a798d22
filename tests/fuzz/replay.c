/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a fuzz target over the files of the folders (or the files) given as arguments: what fuzzing
 * once found stays found, with any compiler. A target that fails ends the program; the name of the
 * file at fault was printed before. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct tally {
    unsigned passed, failed;
};

/* The bytes in a block of exactly their size, so that a sanitizer sees a read beyond the end. */
static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = NULL;
    long len;

    if (!f)
        return NULL;
    if (fseek(f, 0, SEEK_END) == 0 && (len = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0) {
        *size = (size_t)len;
        data = malloc(*size ? *size : 1);
        if (data && fread(data, 1, *size, f) != *size) {
            free(data);
            data = NULL;
        }
    }
    fclose(f);
    return data;
}

static void run_file(const char *path, struct tally *t)
{
    size_t size = 0;
    uint8_t *data = read_file(path, &size);

    if (!data) {
        printf("%s: can't be read: %s\n", path, strerror(errno));
        t->failed++;
        return;
    }
    printf("%s\n", path);
    fflush(stdout); /* the target may end us */
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    t->passed++;
}

static int visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

static void run_folder(const char *folder, struct tally *t)
{
    struct dirent **list;
    char path[4096];
    int n = scandir(folder, &list, visible, alphasort);

    if (n < 0) {
        printf("%s: can't be read: %s\n", folder, strerror(errno));
        t->failed++;
        return;
    }
    for (int i = 0; i < n; i++) {
        if (snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name) < (int)sizeof(path))
            run_file(path, t);
        free(list[i]);
    }
    free(list);
}

int main(int argc, char **argv)
{
    struct tally t = {0, 0};
    struct stat st;

    for (int i = 1; i < argc; i++) {
        if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
            run_folder(argv[i], &t);
        else
            run_file(argv[i], &t);
    }
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed > 0 || t.passed == 0; /* a corpus that isn't there is no success */
}
