/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Xen's numbers mean: see text.h. */
#include "backend_libxl/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

void xd_xl_flags_text(unsigned flags, unsigned reason, char out[7])
{
    static const char reasons[] = "-rscwS"; /* poweroff reboot suspend crash watchdog soft-reset */
    char why = '-';

    if (flags & XD_XL_SHUTDOWN)
        why = reason < sizeof(reasons) - 1 ? reasons[reason] : '?';
    out[0] = flags & XD_XL_RUNNING ? 'r' : '-';
    out[1] = flags & XD_XL_BLOCKED ? 'b' : '-';
    out[2] = flags & XD_XL_PAUSED ? 'p' : '-';
    out[3] = flags & XD_XL_SHUTDOWN ? 's' : '-';
    out[4] = why;
    out[5] = flags & XD_XL_DYING ? 'd' : '-';
    out[6] = '\0';
}

enum xd_domain_state xd_xl_state(unsigned flags, unsigned reason)
{
    if (flags & XD_XL_DYING)
        return XD_STATE_DYING;
    if (flags & XD_XL_SHUTDOWN)
        return reason == XD_XL_REASON_CRASH ? XD_STATE_CRASHED : XD_STATE_SHUTDOWN;
    if (flags & XD_XL_PAUSED)
        return XD_STATE_PAUSED;
    if (flags & XD_XL_RUNNING)
        return XD_STATE_RUNNING;
    return flags & XD_XL_BLOCKED ? XD_STATE_BLOCKED : XD_STATE_RUNNING;
}

enum xd_vcpu_state xd_xl_vcpu_state(bool online, bool running, bool blocked, bool domain_stopped)
{
    if (!online)
        return XD_VCPU_OFFLINE;
    if (running)
        return XD_VCPU_RUNNING;
    return blocked || domain_stopped ? XD_VCPU_IDLE : XD_VCPU_RUNNING;
}

const char *xd_xl_sched_name(int sched)
{
    static const char *const names[] = {[4] = "sedf",     [5] = "credit", [6] = "credit2",
                                        [7] = "arinc653", [8] = "rtds",   [9] = "null"};

    return sched >= 0 && sched < (int)(sizeof(names) / sizeof(names[0])) ? names[sched] : NULL;
}

const char *xd_xl_reason_name(unsigned reason)
{
    static const char *const names[] = {"poweroff", "reboot",   "suspend",
                                        "crash",    "watchdog", "soft_reset"};

    return reason < sizeof(names) / sizeof(names[0]) ? names[reason] : NULL;
}

int xd_xl_stored_type(const char *text)
{
    if (!text || (strcmp(text, "pvh") != 0 && strcmp(text, "hvm") != 0 && strcmp(text, "pv") != 0))
        return -1;
    return strcmp(text, "pvh") == 0 ? XD_TYPE_PVH : XD_TYPE_HVM;
}

void xd_xl_uuid_text(const uint8_t uuid[XD_XL_UUID_BYTES], char out[XD_XL_UUID_TEXT])
{
    static const char hex[] = "0123456789abcdef";

    for (int i = 0; i < XD_XL_UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = hex[uuid[i] >> 4];
        *out++ = hex[uuid[i] & 15];
    }
    *out = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int xd_xl_key_parse(const char *key, uint8_t uuid[XD_XL_UUID_BYTES], int *vcpu)
{
    uint64_t number;

    for (int i = 0; i < XD_XL_UUID_BYTES; i++) {
        int high, low;

        if ((i == 4 || i == 6 || i == 8 || i == 10) && *key++ != '-')
            return -EINVAL;
        high = hex_digit(key[0]);
        low = high < 0 ? -1 : hex_digit(key[1]);
        if (low < 0)
            return -EINVAL;
        uuid[i] = (uint8_t)(high << 4 | low);
        key += 2;
    }
    *vcpu = -1;
    if (*key == '\0')
        return 0;
    if (*key != '/' || xd_parse_u64(key + 1, &number) < 0 || number > INT32_MAX)
        return -EINVAL;
    *vcpu = (int)number;
    return 0;
}

void xd_xl_set_from_map(struct xd_cpuset *out, const uint8_t *map, size_t bytes, unsigned n_cpus)
{
    xd_cpuset_zero(out);
    for (unsigned cpu = 0; cpu < n_cpus && cpu / 8 < bytes; cpu++)
        if (map[cpu / 8] >> (cpu % 8) & 1)
            xd_cpuset_add(out, cpu);
}

void xd_xl_set_to_map(const struct xd_cpuset *set, uint8_t *map, size_t bytes)
{
    memset(map, 0, bytes);
    for (int cpu = xd_cpuset_next(set, 0); cpu >= 0 && (size_t)cpu / 8 < bytes;
         cpu = xd_cpuset_next(set, (unsigned)cpu + 1))
        map[cpu / 8] |= (uint8_t)(1 << (cpu % 8));
}

/* Behind "NAME.c:123:function: ", or where it began. */
static const char *skip_place(const char *s)
{
    const char *p = s;

    while (isalnum((unsigned char)*p) || *p == '_' || *p == '.' || *p == '/')
        p++;
    if (p - s < 3 || p[-1] != 'c' || p[-2] != '.' || *p != ':')
        return s;
    for (p++; isdigit((unsigned char)*p);)
        p++;
    if (*p == ':')
        for (p++; isalnum((unsigned char)*p) || *p == '_';)
            p++;
    if (*p != ':')
        return s;
    return p + 1 + strspn(p + 1, " ");
}

const char *xd_xl_log_essence(const char *line)
{
    static const char domain[] = "Domain ";
    const char *s = skip_place(line), *p;

    if (xd_str_starts(s, domain)) {
        for (p = s + sizeof(domain) - 1; isdigit((unsigned char)*p);)
            p++;
        if (*p == ':')
            s = p + 1 + strspn(p + 1, " ");
    }
    return s;
}

bool xd_xl_proc_value(const char *text, const char *key, char *out, size_t size)
{
    size_t len = strlen(key);

    for (const char *line = text; line; line = strchr(line, '\n')) {
        const char *p;

        line += *line == '\n';
        if (strncmp(line, key, len) != 0)
            continue;
        p = line + len + strspn(line + len, " \t");
        if (*p != ':')
            continue;
        p += 1 + strspn(p + 1, " \t");
        snprintf(out, size, "%.*s", (int)strcspn(p, "\n"), p);
        return out[0] != '\0';
    }
    return false;
}

bool xd_xl_same_release(const char *built, unsigned major, unsigned minor)
{
    char release[24];
    size_t len = (size_t)snprintf(release, sizeof(release), "%u.%u", major, minor);

    return strncmp(built, release, len) == 0 && !isdigit((unsigned char)built[len]);
}

unsigned xd_xl_path_parts(const char *path, uint32_t *domid)
{
    static const struct {
        const char *key;
        unsigned parts;
    } keys[] = {
        {"name", XD_XL_NAME},
        {"memory/target", XD_XL_TARGET},
        {"memory/videoram", XD_XL_TARGET},
        {"memory/static-max", XD_XL_MAX},
        {"memory", XD_XL_TARGET | XD_XL_MAX},
        {"data", XD_XL_GUEST},
        {"data/os_name", XD_XL_GUEST},
        {"data/os_distro", XD_XL_GUEST},
        {"data/xendeck", XD_XL_GUEST},
    };
    static const char root[] = "/local/domain/";
    unsigned parts = 0;
    uint32_t id = 0;
    const char *p;

    if (strncmp(path, root, sizeof(root) - 1) != 0)
        return 0;
    for (p = path + sizeof(root) - 1; *p >= '0' && *p <= '9' && id <= 0xffff; p++)
        id = id * 10 + (uint32_t)(*p - '0');
    if (p == path + sizeof(root) - 1 || (*p && *p != '/') || id > 0xffff)
        return 0;
    if (!*p) /* all of it was removed */
        parts = XD_XL_ALL & ~(unsigned)XD_XL_TYPE;
    for (size_t i = 0; *p && !parts && i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(p + 1, keys[i].key) == 0)
            parts = keys[i].parts;
    if (parts)
        *domid = id;
    return parts;
}
