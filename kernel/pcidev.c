/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI functions in sysfs: see pcidev.h. */
#include "kernel/pcidev.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/xenback.h"

#define DEVICES       "/sys/bus/pci/devices"
#define FUNCTIONS_MAX 65536

/* A file like "0x8086\n" of at most that many bits. */
static bool read_hex(const char *folder, const char *file, unsigned bits, uint32_t *out)
{
    char path[600], text[32], *end;
    unsigned long n;

    snprintf(path, sizeof(path), "%s/%s", folder, file);
    if (xd_file_read(path, text, sizeof(text)) < 3 || text[0] != '0' || text[1] != 'x' ||
        !isxdigit((unsigned char)text[2]))
        return false;
    n = strtoul(text + 2, &end, 16);
    if (*end == '\n')
        end++;
    *out = (uint32_t)n;
    return *end == '\0' && n >> bits == 0;
}

/* The name that a link's target ends in; "" where there is no link. */
static const char *read_driver(const char *folder, struct xd_arena *a)
{
    char path[600], target[512];
    const char *name;
    ssize_t n;

    snprintf(path, sizeof(path), "%s/driver", folder);
    n = readlink(path, target, sizeof(target) - 1);
    if (n <= 0)
        return "";
    target[n] = '\0';
    name = strrchr(target, '/');
    return xd_arena_strdup(a, name ? name + 1 : target);
}

static bool read_function(const char *root, const char *name, struct xd_arena *a,
                          struct xd_pcidev *out)
{
    uint32_t vendor, device, class;
    char folder[512];

    if (xd_bdf_parse(name, &out->bdf, NULL) < 0)
        return false;
    snprintf(folder, sizeof(folder), "%s" DEVICES "/%s", root, name);
    if (!read_hex(folder, "vendor", 16, &vendor) || !read_hex(folder, "device", 16, &device) ||
        !read_hex(folder, "class", 24, &class))
        return false;
    out->vendor = (uint16_t)vendor;
    out->device = (uint16_t)device;
    out->class = class;
    out->driver = read_driver(folder, a);
    return true;
}

static int by_place(const void *a, const void *b)
{
    return xd_bdf_cmp(&((const struct xd_pcidev *)a)->bdf, &((const struct xd_pcidev *)b)->bdf);
}

int xd_pcidev_list(const char *root, struct xd_arena *a, struct xd_pcidev **out, size_t *n,
                   struct xd_err *err)
{
    struct xd_pcidev *list = NULL;
    size_t room = 0, count = 0;
    char path[512];
    struct dirent *e;
    DIR *d;

    *out = NULL;
    *n = 0;
    snprintf(path, sizeof(path), "%s" DEVICES, root);
    d = opendir(path);
    if (!d)
        return xd_err_set(err, -errno, "%s can't be read: %s", path, strerror(errno));
    while (count < FUNCTIONS_MAX && (e = readdir(d))) {
        if (e->d_name[0] == '.')
            continue;
        if (count == room) {
            room = room ? 2 * room : 64;
            list = xd_realloc(list, room * sizeof(*list));
        }
        if (read_function(root, e->d_name, a, &list[count]))
            count++;
    }
    closedir(d);
    *out = xd_arena_array(a, count, sizeof(**out));
    if (count) {
        memcpy(*out, list, count * sizeof(*list));
        qsort(*out, count, sizeof(**out), by_place);
    }
    *n = count;
    free(list);
    return 0;
}
