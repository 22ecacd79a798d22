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

static FILE *open_list(const struct asked *q, const char *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s%s", q->root, name);
    return fopen(path, "re");
}

/* "36 35 253:0 / /home rw,noatime shared:1 - ext4 /dev/mapper/vg-home rw": proc_pid_mountinfo(5).
 * The number of btrfs is one of its own, so the name counts too. */
static bool mount_rests_on(const struct asked *q, const char *row, char *source, char *number)
{
    const char *rest = strstr(row, " - ");

    if (sscanf(row, "%*s %*s %31s", number) != 1 || !rest ||
        sscanf(rest, " - %*s %255s", source) != 1)
        return false;
    return number_rests_on(q, number) ||
           (strncmp(source, "/dev/", 5) == 0 && device_rests_on(q, source));
}

static bool carries_mount(const struct asked *q, char *out, size_t size)
{
    FILE *list = open_list(q, "/proc/self/mountinfo");
    char row[4096], source[256] = "", number[32];
    bool found = false;

    while (list && !found && fgets(row, sizeof(row), list))
        found = mount_rests_on(q, row, source, number);
    if (list)
        fclose(list);
    if (found)
        snprintf(out, size, "has a file system mounted from it (%.48s)", source);
    return found;
}

/* "/dev/dm-1 partition 1000 0 -2"; a file that is swapped to lies on a mounted file system. */
static bool carries_swap(const struct asked *q, char *out, size_t size)
{
    FILE *list = open_list(q, "/proc/swaps");
    char row[1024], name[256] = "";
    bool found = false;

    while (list && !found && fgets(row, sizeof(row), list))
        found = sscanf(row, "%255s", name) == 1 && name[0] == '/' && device_rests_on(q, name);
    if (list)
        fclose(list);
    if (found)
        snprintf(out, size, "swaps to it (%.48s)", name);
    return found;
}

/* Default routes: rows of /proc/net/route whose destination and mask are 0. */
static bool carries_route(const struct asked *q, char *out, size_t size)
{
    FILE *list = open_list(q, "/proc/net/route");
    char row[512], name[32] = "", path[PATH_MAX];
    bool found = false;

    while (list && !found && fgets(row, sizeof(row), list)) {
        unsigned to, mask;

        if (sscanf(row, "%31s %8x %*x %*x %*d %*d %*d %8x", name, &to, &mask) != 3 || to || mask)
            continue;
        snprintf(path, sizeof(path), "%s/sys/class/net/%s", q->root, name);
        found = rests_on(q, path, LAYERS_MAX);
    }
    if (list)
        fclose(list);
    if (found)
        snprintf(out, size, "has its default route over it (%s)", name);
    return found;
}

bool xd_pci_carries(const char *root, const char *bdf, char *out, size_t size)
{
    const struct asked q = {root, bdf};

    return carries_mount(&q, out, size) || carries_swap(&q, out, size) ||
           carries_route(&q, out, size);
}
