/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Backends in sysfs: see xenback.h. */
#include "kernel/xenback.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

#define DEVICES "/sys/bus/xen-backend/devices"
#define DRIVERS "/sys/bus/xen-backend/drivers"

int64_t xd_file_read(const char *path, char *buf, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t n = 1;

    if (fd < 0)
        return -errno;
    while (n > 0 && len < size) {
        n = read(fd, buf + len, size - len);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n > 0)
            len += (size_t)n;
    }
    n = n < 0 ? -errno : len == size ? -EFBIG : (ssize_t)len;
    close(fd);
    buf[len < size ? len : size - 1] = '\0';
    return n;
}

int xd_file_u64(const char *path, uint64_t *out)
{
    char text[32];
    int64_t n = xd_file_read(path, text, sizeof(text));

    if (n < 0)
        return n == -EFBIG ? -EPROTO : (int)n;
    if (n > 0 && text[n - 1] == '\n')
        text[--n] = '\0';
    return strlen(text) == (size_t)n && xd_parse_u64(text, out) == 0 ? 0 : -EPROTO;
}

/* A number as Linux prints it: without a sign, a space or a leading 0. Returns what follows, or
 * NULL. */
static const char *number(const char *s, uint32_t *out)
{
    uint64_t n = 0;

    if (*s < '0' || *s > '9' || (*s == '0' && s[1] >= '0' && s[1] <= '9'))
        return NULL;
    for (; *s >= '0' && *s <= '9'; s++) {
        n = n * 10 + (uint64_t)(*s - '0');
        if (n > UINT32_MAX)
            return NULL;
    }
    *out = (uint32_t)n;
    return s;
}

int xd_xenback_name(const char *folder, struct xd_xenback_name *out)
{
    size_t len = strcspn(folder, "-");
    const char *p;

    if (len == 0 || len >= sizeof(out->kind) || folder[len] != '-' ||
        strspn(folder, "abcdefghijklmnopqrstuvwxyz0123456789_") != len)
        return -EINVAL;
    memcpy(out->kind, folder, len);
    out->kind[len] = '\0';
    p = number(folder + len + 1, &out->domid);
    p = p && *p == '-' ? number(p + 1, &out->device) : NULL;
    return p && *p == '\0' ? 0 : -EINVAL;
}

int xd_xenback_disk(const char *root, const struct xd_xenback_name *of, struct xd_xenback_disk *out)
{
    const struct {
        const char *file;
        uint64_t *to;
    } counters[] = {
        {"oo_req", &out->waits},       {"rd_req", &out->rd_reqs},     {"wr_req", &out->wr_reqs},
        {"rd_sect", &out->rd_sectors}, {"wr_sect", &out->wr_sectors},
    };
    char path[512];
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof(counters) / sizeof(counters[0]); i++) {
        snprintf(path, sizeof(path), "%s" DEVICES "/%s-%u-%u/statistics/%s", root, of->kind,
                 of->domid, of->device, counters[i].file);
        rc = xd_file_u64(path, counters[i].to);
    }
    return rc;
}

/* Layout of version 1: version, padding, then 64-bit numbers: waits; reads submitted, completed,
 * sectors, ticks; the same of writes; errors; flags. */
int xd_xenback_td3(const void *bytes, size_t size, struct xd_xenback_disk *out)
{
    uint32_t version;
    uint64_t n[11];

    if (size < 8 + sizeof(n))
        return -EPROTO;
    memcpy(&version, bytes, sizeof(version));
    memcpy(n, (const char *)bytes + 8, sizeof(n));
    if (version != 1)
        return -EPROTO;
    *out = (struct xd_xenback_disk){
        .waits = n[0], .rd_reqs = n[1], .rd_sectors = n[3], .wr_reqs = n[5], .wr_sectors = n[7]};
    return 0;
}

int xd_xenback_td3_disk(const char *root, uint32_t pid, uint32_t domid, uint32_t device,
                        struct xd_xenback_disk *out)
{
    char path[512], bytes[4097];
    int64_t n;

    snprintf(path, sizeof(path), "%s/dev/shm/td3-%u/vbd-%u-%u", root, pid, domid, device);
    n = xd_file_read(path, bytes, sizeof(bytes));
    return n < 0 ? (int)n : xd_xenback_td3(bytes, (size_t)n, out);
}

int xd_xenback_ifname(const char *root, uint32_t domid, uint32_t device, char out[XD_IFNAME_MAX])
{
    char path[512];
    struct dirent *e;
    int rc = -ENOENT;
    DIR *d;

    snprintf(path, sizeof(path), "%s" DEVICES "/vif-%u-%u/net", root, domid, device);
    d = opendir(path);
    if (!d)
        return errno ? -errno : -ENOENT;
    while (rc < 0 && (e = readdir(d))) {
        if (e->d_name[0] == '.' || strlen(e->d_name) >= XD_IFNAME_MAX)
            continue;
        strcpy(out, e->d_name);
        rc = 0;
    }
    closedir(d);
    return rc;
}

bool xd_xenback_driver(const char *root, const char *name)
{
    char path[512];

    snprintf(path, sizeof(path), "%s" DRIVERS "/%s", root, name);
    return access(path, F_OK) == 0;
}
