/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of xenstore: see words.h. */
#include "backend_devices/words.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define HOME "/local/domain/"

const char *xd_dv_number(const char *s, uint32_t most, uint32_t *out)
{
    uint64_t n = 0;

    if (*s < '0' || *s > '9' || (*s == '0' && s[1] >= '0' && s[1] <= '9'))
        return NULL;
    for (; *s >= '0' && *s <= '9'; s++) {
        n = n * 10 + (uint64_t)(*s - '0');
        if (n > most)
            return NULL;
    }
    *out = (uint32_t)n;
    return s;
}

static const char kind_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789-_";

bool xd_dv_is_kind(const char *s)
{
    size_t len = strspn(s, kind_letters);

    return len > 0 && len < XD_DV_KIND && s[len] == '\0';
}

/* One step down: the number behind a slash. */
static const char *step(const char *p, uint32_t most, uint32_t *out)
{
    p = *p == '/' ? xd_dv_number(p + 1, most, out) : NULL;
    return p && (*p == '/' || *p == '\0') ? p : NULL;
}

static const char *step_kind(const char *p, char out[XD_DV_KIND])
{
    size_t len = strspn(p + 1, kind_letters);

    if (len == 0 || len >= XD_DV_KIND || (p[len + 1] != '/' && p[len + 1] != '\0'))
        return NULL;
    memcpy(out, p + 1, len);
    out[len] = '\0';
    return p + 1 + len;
}

int xd_dv_path_parse(const char *path, struct xd_dv_path *out)
{
    static const char folder[] = "/backend";
    const char *p;

    *out = (struct xd_dv_path){.leaf = ""};
    p = xd_str_starts(path, HOME)
            ? xd_dv_number(path + strlen(HOME), XD_DV_DOMID_MAX, &out->backend)
            : NULL;
    if (!p || !xd_str_starts(p, folder))
        return -EINVAL;
    p += strlen(folder);
    if (*p == '/' && (p = step_kind(p, out->kind)))
        out->depth = 1;
    if (p && *p == '/' && (p = step(p, XD_DV_DOMID_MAX, &out->frontend)))
        out->depth = 2;
    if (p && *p == '/' && (p = step(p, UINT32_MAX, &out->device)))
        out->depth = 3;
    if (p && *p == '/' && p[1]) {
        out->depth = 4;
        out->leaf = p + 1;
        return 0;
    }
    return p && *p == '\0' ? 0 : -EINVAL;
}

/* One line a kind whose two ends have different names, or that is more than a name to us. */
static const struct {
    const char *kind, *front, *driver;
    bool disk, nic;
} kinds[] = {
    {"vbd", "vbd", "vbd", .disk = true},  {"qdisk", "vbd", "qdisk", .disk = true},
    {"tap", "vbd", "tap", .disk = true},  {"vbd3", "vbd", "tap", .disk = true},
    {"vif", "vif", "vif", .nic = true},   {"qusb", "vusb", "qusb"},
    {"qnic", "vif", "qnic", .nic = true},
};

#define KIND_FIELD(kind, field, none)                                                              \
    do {                                                                                           \
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)                              \
            if (strcmp(kinds[i].kind, kind) == 0)                                                  \
                return kinds[i].field;                                                             \
        return none;                                                                               \
    } while (0)

const char *xd_dv_front_kind(const char *kind)
{
    KIND_FIELD(kind, front, kind);
}

bool xd_dv_is_disk(const char *kind)
{
    KIND_FIELD(kind, disk, false);
}

bool xd_dv_is_nic(const char *kind)
{
    KIND_FIELD(kind, nic, false);
}

const char *xd_dv_driver(const char *kind)
{
    KIND_FIELD(kind, driver, kind);
}

bool xd_dv_is_front_path(const char *path, uint32_t frontend)
{
    uint32_t domid;
    const char *p = xd_str_starts(path, HOME)
                        ? xd_dv_number(path + strlen(HOME), XD_DV_DOMID_MAX, &domid)
                        : NULL;

    if (!p || domid != frontend || *p != '/' || p[1] == '\0' || strlen(path) > 128)
        return false;
    /* the letters that xenstore allows in a path, but no empty steps and no slash at its end */
    for (; *p; p++)
        if (*p == '/' ? p[1] == '/' || p[1] == '\0' : !strchr(kind_letters, *p) && *p != '@')
            return false;
    return true;
}

int xd_dv_state(const char *text)
{
    return text && text[0] >= '0' && text[0] <= '8' && text[1] == '\0' ? text[0] - '0' : -1;
}

/* "a" … "z" "aa" …, as Linux counts disks */
static size_t letters(uint32_t n, char *out)
{
    size_t len = n >= 26 ? letters(n / 26 - 1, out) : 0;

    out[len] = (char)('a' + n % 26);
    out[len + 1] = '\0';
    return len + 1;
}

/* Xen's docs/man/xen-vbd-interface.7: majors of Linux, and bit 28 for what they have no room for.
 */
static const struct {
    uint32_t major;
    const char *name;
    uint32_t first; /* the letter of its first disk */
    unsigned shift; /* bits of the minor that number a partition */
    uint32_t disks;
} majors[] = {
    {202, "xvd", 0, 4, 16},
    {3, "hd", 0, 6, 2},
    {22, "hd", 2, 6, 2},
    {8, "sd", 0, 4, 16},
};

char *xd_dv_vdev(uint32_t device, char out[XD_DV_VDEV])
{
    const char *name = NULL;
    uint32_t disk = 0, part = 0;
    char letter[8];

    if (device >> 28 == 1) {
        disk = device >> 8 & 0xfffff;
        part = device & 0xff;
        /* what major 202 has room for is written so, or there would be two of one name */
        name = disk > 15 || part > 15 ? "xvd" : NULL;
    }
    for (size_t i = 0; i < sizeof(majors) / sizeof(majors[0]); i++) {
        uint32_t minor = device & 0xff;

        if (device >> 8 != majors[i].major || minor >> majors[i].shift >= majors[i].disks)
            continue;
        name = majors[i].name;
        disk = majors[i].first + (minor >> majors[i].shift);
        part = minor & ((1u << majors[i].shift) - 1);
    }
    if (!name) {
        snprintf(out, XD_DV_VDEV, "%u", device);
        return out;
    }
    letters(disk, letter);
    if (part)
        snprintf(out, XD_DV_VDEV, "%s%s%u", name, letter, part);
    else
        snprintf(out, XD_DV_VDEV, "%s%s", name, letter);
    return out;
}

/* How libxl tells QEMU a format, and what xl calls it. */
static const struct {
    const char *prefix, *format;
} formats[] = {
    {"aio:", "raw"}, {"raw:", "raw"}, {"qcow:", "qcow"}, {"qcow2:", "qcow2"},
    {"vhd:", "vhd"}, {"vpc:", "vhd"}, {"qed:", "qed"},
};

const char *xd_dv_target(const char *kind, const char *params, const char **format)
{
    *format = strcmp(kind, "vbd") == 0 ? "raw" : NULL;
    if (strcmp(kind, "vbd") == 0)
        return params;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (!xd_str_starts(params, formats[i].prefix))
            continue;
        *format = formats[i].format;
        return params + strlen(formats[i].prefix);
    }
    return params;
}

const char *xd_dv_backendtype(const char *kind)
{
    const char *driver = xd_dv_driver(kind);

    return strcmp(driver, "vbd") == 0 ? "phy" : driver;
}

const char *xd_dv_disk_script(const char *path)
{
    const char *name = strrchr(path, '/');

    return strcmp(name ? name + 1 : path, "block") == 0 ? NULL : path;
}

#define RATE_USUAL_US 50000

/* A whole number of bytes a second of which the tools make that many an interval, since they round
 * down. */
bool xd_dv_rate(const char *text, char out[XD_DV_RATE_TEXT])
{
    uint32_t bytes, us;
    uint64_t per_s;
    const char *p = xd_dv_number(text, UINT32_MAX, &bytes);

    p = p && *p == ',' ? xd_dv_number(p + 1, UINT32_MAX, &us) : NULL;
    if (!p || *p || !us || !bytes)
        return false;
    per_s = ((uint64_t)bytes * 1000000 + us - 1) / us;
    if (us == RATE_USUAL_US)
        snprintf(out, XD_DV_RATE_TEXT, "%" PRIu64 "B/s", per_s);
    else
        snprintf(out, XD_DV_RATE_TEXT, "%" PRIu64 "B/s@%" PRIu32 "us", per_s, us);
    return true;
}

bool xd_dv_mac(const char *text, char out[18])
{
    static const char digits[] = "0123456789abcdef";

    if (strlen(text) != 17)
        return false;
    for (int i = 0; i < 17; i++) {
        char c = text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] | 0x20) : text[i];

        if (i % 3 == 2 ? c != ':' : !c || !strchr(digits, c))
            return false;
        out[i] = c;
    }
    out[17] = '\0';
    return true;
}

void xd_dv_uuid(const uint8_t bytes[16], char out[XD_DV_UUID])
{
    char *p = out;

    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        p += snprintf(p, 3, "%02x", bytes[i]);
    }
}
