/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What dom0 needs of a PCI function: see pciuse.h. A device is known by its number, not by its name
 * in /dev, which may be one of device-mapper's or anybody's. */
#include "kernel/pciuse.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernel/xenback.h"

#define LAYERS_MAX 8 /* what stacks higher than that is a loop */

struct asked {
    const char *root, *bdf;
};

static bool rests_on(const struct asked *q, const char *folder, int layers);

/* Whether anything that a folder's links point to rests on the function. */
static bool link_rests_on(const struct asked *q, const char *folder, const char *prefix, int layers)
{
    DIR *dir = opendir(folder);
    struct dirent *e;
    bool found = false;

    while (dir && !found && (e = readdir(dir))) {
        char path[PATH_MAX + NAME_MAX + 2];

        if (e->d_type != DT_LNK || strncmp(e->d_name, prefix, strlen(prefix)) != 0)
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        found = rests_on(q, path, layers);
    }
    if (dir)
        closedir(dir);
    return found;
}

/* The folder of a disk, a partition or a network interface in sysfs: its place names the function,
 * or it is made of others. */
static bool rests_on(const struct asked *q, const char *folder, int layers)
{
    char real[PATH_MAX], path[PATH_MAX + 16];
    bool found;

    if (layers == 0 || !realpath(folder, real))
        return false;
    if (strstr(real, q->bdf))
        return true;
    snprintf(path, sizeof(path), "%s/partition", real);
    if (access(path, F_OK) == 0) /* its disk knows of what it is made */
        *strrchr(real, '/') = '\0';
    snprintf(path, sizeof(path), "%s/slaves", real);
    found = link_rests_on(q, path, "", layers - 1) || link_rests_on(q, real, "lower_", layers - 1);
    if (found || !strstr(real, "/nvme-subsystem/"))
        return found;
    snprintf(path, sizeof(path), "%s/..", real); /* the controllers of one with several paths */
    return link_rests_on(q, path, "nvme", layers - 1);
}

static bool number_rests_on(const struct asked *q, const char *number)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/sys/dev/block/%s", q->root, number);
    return rests_on(q, path, LAYERS_MAX);
}

/* A block device by its name in /dev; what is a link there is looked at by what it leads to. */
static bool device_rests_on(const struct asked *q, const char *device)
{
    char path[PATH_MAX], real[PATH_MAX], number[32];
    struct stat st;

    snprintf(path, sizeof(path), "%s%s", q->root, device);
    if (stat(path, &st) == 0 && S_ISBLK(st.st_mode)) {
        snprintf(number, sizeof(number), "%u:%u", major(st.st_rdev), minor(st.st_rdev));
        return number_rests_on(q, number);
    }
    if (!realpath(path, real))
        return false;
    snprintf(path, sizeof(path), "%s/sys/class/block/%s", q->root, strrchr(real, '/') + 1);
    return rests_on(q, path, LAYERS_MAX);
}

/* --- what is in use --- */

#define NAME_SIZE 256 /* of what a row names, with its end */

/* "36 35 253:0 / /home rw,noatime shared:1 - ext4 /dev/mapper/vg-home rw": proc_pid_mountinfo(5).
 * The number of btrfs is one of its own, so the name counts too. */
static bool mount_rests_on(const struct asked *q, const char *row, char *source)
{
    const char *rest = strstr(row, " - ");
    char number[32];

    if (sscanf(row, "%*s %*s %31s", number) != 1 || !rest ||
        sscanf(rest, " - %*s %255s", source) != 1)
        return false;
    return number_rests_on(q, number) ||
           (strncmp(source, "/dev/", 5) == 0 && device_rests_on(q, source));
}

/* "/dev/dm-1 partition 1000 0 -2"; a file that is swapped to lies on a mounted file system. */
static bool swap_rests_on(const struct asked *q, const char *row, char *name)
{
    return sscanf(row, "%255s", name) == 1 && name[0] == '/' && device_rests_on(q, name);
}

/* A default route is a row whose destination and mask are 0. */
static bool route_rests_on(const struct asked *q, const char *row, char *name)
{
    unsigned to, mask;
    char path[PATH_MAX];

    if (sscanf(row, "%255s %8x %*x %*x %*d %*d %*d %8x", name, &to, &mask) != 3 || to || mask)
        return false;
    snprintf(path, sizeof(path), "%s/sys/class/net/%s", q->root, name);
    return rests_on(q, path, LAYERS_MAX);
}

static const struct use {
    const char *list; /* a file of rows */
    bool (*rests_on)(const struct asked *q, const char *row, char name[NAME_SIZE]);
    const char *words; /* what dom0 does with what the row names */
} uses[] = {
    {"/proc/self/mountinfo", mount_rests_on, "has a file system mounted from it"},
    {"/proc/swaps", swap_rests_on, "swaps to it"},
    {"/proc/net/route", route_rests_on, "has its default route over it"},
};

static bool is_in_use(const struct asked *q, const struct use *use, char *name)
{
    char path[PATH_MAX], row[4096];
    bool found = false;
    FILE *list;

    snprintf(path, sizeof(path), "%s%s", q->root, use->list);
    list = fopen(path, "re");
    while (list && !found && fgets(row, sizeof(row), list))
        found = use->rests_on(q, row, name);
    if (list)
        fclose(list);
    return found;
}

bool xd_pci_carries(const char *root, const char *bdf, char *out, size_t size)
{
    const struct asked q = {root, bdf};
    char name[NAME_SIZE];

    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
        if (is_in_use(&q, &uses[i], name)) {
            snprintf(out, size, "%s (%.48s)", uses[i].words, name);
            return true;
        }
    return false;
}
