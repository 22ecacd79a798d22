/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading names of devices: see device_spec.h. */
#include "backend_libxl/device_spec.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* --- disks --- */

/* Numbers of xen-vbd-interface(7): where a kind's numbers begin, and what still fits. */
#define XVD_MAJOR     202
#define XVD_EXTENDED  (1U << 28)
#define XVD_MOST_DISK 0xfffffU

/* -1: c is no digit to that base. */
static int digit_of(char c, unsigned base)
{
    if (isdigit((unsigned char)c))
        return c - '0';
    return base == 16 && isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* Digits of a number that has room in 32 bits; NULL: there is none. */
static const char *take_number(const char *s, unsigned base, uint32_t *out)
{
    const char *begin = s;
    uint64_t n = 0;

    for (; digit_of(*s, base) >= 0 && n <= UINT32_MAX; s++)
        n = n * base + (uint64_t)digit_of(*s, base);
    *out = (uint32_t)n;
    return s > begin && n <= UINT32_MAX ? s : NULL;
}

/* "a" is 0, "z" 25, "aa" 26. */
static const char *take_letters(const char *s, uint32_t *out)
{
    uint32_t n = 0;
    const char *begin = s;

    for (; *s >= 'a' && *s <= 'z' && s - begin < 5; s++)
        n = n * 26 + (uint32_t)(*s - 'a') + 1;
    *out = n - 1;
    return s > begin ? s : NULL;
}

static bool xvd_number(uint32_t disk, uint32_t part, uint32_t *out)
{
    if (disk > XVD_MOST_DISK || part > 255)
        return false;
    *out = disk <= 15 && part <= 15 ? XVD_MAJOR << 8 | disk << 4 | part
                                    : XVD_EXTENDED | disk << 8 | part;
    return true;
}

static bool hd_number(uint32_t disk, uint32_t part, uint32_t *out)
{
    *out = (disk < 2 ? 3U : 22U) << 8 | (disk & 1) << 6 | part;
    return disk <= 3 && part <= 63;
}

static bool sd_number(uint32_t disk, uint32_t part, uint32_t *out)
{
    *out = 8U << 8 | disk << 4 | part;
    return disk <= 15 && part <= 15;
}

static const struct {
    const char *prefix;
    bool (*number)(uint32_t disk, uint32_t part, uint32_t *out);
} disk_kinds[] = {{"xvd", xvd_number}, {"hd", hd_number}, {"sd", sd_number}};

static bool parse_lettered(const char *name, uint32_t *number)
{
    for (size_t i = 0; i < sizeof(disk_kinds) / sizeof(disk_kinds[0]); i++) {
        size_t len = strlen(disk_kinds[i].prefix);
        uint32_t disk, part = 0;
        const char *s;

        if (strncmp(name, disk_kinds[i].prefix, len) != 0)
            continue;
        s = take_letters(name + len, &disk);
        if (s && *s && *s != '0')
            s = take_number(s, 10, &part);
        return s && !*s && disk_kinds[i].number(disk, part, number);
    }
    return false;
}

/* "d3p2" is what "xvdd2" is. */
static bool parse_plain(const char *name, uint32_t *number)
{
    uint32_t disk, part = 0;
    const char *s;

    if (*name != 'd')
        return false;
    s = take_number(name + 1, 10, &disk);
    if (s && *s == 'p')
        s = take_number(s + 1, 10, &part);
    return s && !*s && xvd_number(disk, part, number);
}

static bool parse_number(const char *name, uint32_t *number)
{
    bool hex = name[0] == '0' && name[1] == 'x';
    const char *s = take_number(hex ? name + 2 : name, hex ? 16 : 10, number);

    return s && !*s && *number;
}

int xd_xl_vdev_parse(const char *name, uint32_t *number, struct xd_err *err)
{
    if (parse_lettered(name, number) || parse_plain(name, number) || parse_number(name, number))
        return 0;
    return xd_err_set(err, -EINVAL,
                      "\"%.64s\" is no name of a virtual disk: it is xvda, xvdb … (hda to hdd and "
                      "sda … for old guests)",
                      name);
}

/* --- NICs --- */

int xd_xl_mac_parse(const char *text, uint8_t mac[6], struct xd_err *err)
{
    const char *s = text;
    uint8_t any = 0;

    for (int i = 0; s && i < 6; i++) {
        int high = digit_of(s[0], 16), low = high >= 0 ? digit_of(s[1], 16) : -1;

        if (low >= 0 && s[2] == (i < 5 ? ':' : '\0')) {
            mac[i] = (uint8_t)(high << 4 | low);
            any |= mac[i];
            s += i < 5 ? 3 : 2;
        } else {
            s = NULL;
        }
    }
    if (!s)
        return xd_err_set(err, -EINVAL,
                          "\"%.64s\" is no Ethernet address: it is six bytes such as "
                          "00:16:3e:12:34:56",
                          text);
    if (mac[0] & 1 || !any)
        return xd_err_set(err, -EINVAL, "%s can't be the address of one interface: %s", text,
                          any ? "it is one for many receivers" : "it is all zeros");
    return 0;
}

/* "10MB/s": bytes a second; NULL: it is none. */
static const char *take_bytes(const char *s, uint64_t *out)
{
    static const char units[] = "KMG";
    const char *unit;
    uint32_t n;

    s = take_number(s, 10, &n);
    if (!s)
        return NULL;
    *out = n;
    unit = *s ? strchr(units, *s) : NULL;
    for (const char *u = units; unit && u <= unit; u++)
        *out *= 1000;
    s += unit != NULL;
    if (*s == 'b')
        *out /= 8;
    return (*s == 'b' || *s == 'B') && strncmp(s + 1, "/s", 2) == 0 ? s + 3 : NULL;
}

/* "20ms", "20000us", "1s" or "1", in microseconds; NULL: it is none. */
static const char *take_interval(const char *s, uint64_t *out)
{
    uint32_t n;

    s = take_number(s, 10, &n);
    if (!s)
        return NULL;
    *out = n * (*s == 'u' ? UINT64_C(1) : *s == 'm' ? UINT64_C(1000) : UINT64_C(1000000));
    s += *s == 'u' || *s == 'm';
    return s + (*s == 's');
}

int xd_xl_rate_parse(const char *text, struct xd_xl_rate *out, struct xd_err *err)
{
    uint64_t per_s, us = 50000;
    const char *s = take_bytes(text, &per_s);

    if (s && *s == '@')
        s = take_interval(s + 1, &us);
    if (!s || *s || !per_s || !us || us > UINT32_MAX || per_s > UINT64_MAX / us)
        return xd_err_set(err, -EINVAL,
                          "\"%.64s\" is no rate of a NIC, such as 10MB/s or 800Kb/s@20ms", text);
    *out = (struct xd_xl_rate){per_s * us / 1000000, (uint32_t)us};
    return 0;
}

/* --- PCI --- */

int xd_xl_bdf_parse(const char *text, struct xd_bdf *out, struct xd_err *err)
{
    uint32_t n[4] = {0, 0, 0, 0};
    size_t colons = 0;
    const char *s = text;
    bool ok;

    for (const char *p = text; *p; p++)
        colons += *p == ':';
    for (size_t i = colons == 2 ? 0 : 1; s && i < 4; i++) {
        s = take_number(s, 16, &n[i]);
        if (s && i < 3)
            s = *s == (i < 2 ? ':' : '.') ? s + 1 : NULL;
    }
    ok = s && !*s && n[0] <= 0xffff && n[1] <= 0xff && n[2] <= 0x1f && n[3] <= 7;
    if (!ok)
        return xd_err_set(err, -EINVAL,
                          "\"%.64s\" is no address of a PCI function, such as 0000:01:00.0", text);
    *out = (struct xd_bdf){(uint16_t)n[0], (uint8_t)n[1], (uint8_t)n[2], (uint8_t)n[3]};
    return 0;
}

bool xd_xl_key_split(const char *key, size_t *head, const char **tail)
{
    const char *slash = strchr(key, '/');

    if (!slash || slash == key || !slash[1])
        return false;
    *head = (size_t)(slash - key);
    *tail = slash + 1;
    return true;
}
