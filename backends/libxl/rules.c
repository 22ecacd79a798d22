/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is refused and why: see rules.h. */
#include "backend_libxl/rules.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define NAME_MAX_BYTES 128

bool xd_xl_config_has(const char *config, const char *option)
{
    size_t len = strlen(option);

    for (const char *p = strstr(config, option); p; p = strstr(p + 1, option))
        if ((p == config || p[-1] == '\n') && strncmp(p + len, "=y", 2) == 0 &&
            (p[len + 2] == '\0' || isspace((unsigned char)p[len + 2])))
            return true;
    return false;
}

int xd_xl_check_name(const char *what, const char *name, struct xd_err *err)
{
    size_t len = strlen(name), digits = strspn(name, "0123456789");

    if (len == 0)
        return xd_err_set(err, -EINVAL, "%s needs a name, an empty one is none", what);
    if (len > NAME_MAX_BYTES)
        return xd_err_set(err, -EINVAL, "%s: a name of %zu bytes is too long, at most %d", what,
                          len, NAME_MAX_BYTES);
    if (digits == len)
        return xd_err_set(err, -EINVAL, "%s can't be called \"%s\": xl would take it for a number",
                          what, name);
    if (strpbrk(name, "/\"'\\"))
        return xd_err_set(err, -EINVAL,
                          "%s can't be called \"%s\": slashes, backslashes and quotes have a "
                          "meaning of their own in paths and config files",
                          what, name);
    if (name[0] == ' ' || name[len - 1] == ' ' || !xd_str_is_safe(name))
        return xd_err_set(err, -EINVAL,
                          "%s can't be called \"%s\": no blanks at the ends, no control "
                          "characters",
                          what, name);
    return 0;
}

static int check_decimal(const char *path, const char *text, struct xd_err *err)
{
    const char *digits = text + (text[0] == '-');
    size_t len = strspn(digits, "0123456789");

    if (len == 0 || digits[len] || (len > 1 && digits[0] == '0') ||
        (digits != text && digits[0] == '0'))
        return xd_err_set(err, -EINVAL,
                          "%s is a number: wanted it in plain decimal, as Xen shows it, found "
                          "\"%s\"",
                          path, text);
    return 0;
}

static int too_large(const char *path, size_t bytes, const char *text, struct xd_err *err)
{
    return xd_err_set(err, -ERANGE, "%s: %s is out of range, Xen keeps it in %zu bytes", path, text,
                      bytes);
}

static int check_uint(const char *path, size_t bytes, const char *text, struct xd_err *err)
{
    uint64_t v;
    int rc = text[0] == '-' ? -EINVAL : check_decimal(path, text, err);

    if (text[0] == '-')
        return xd_err_set(err, rc, "%s can't be negative, found %s", path, text);
    if (rc < 0)
        return rc;
    if (xd_parse_u64(text, &v) < 0 || (bytes < sizeof(v) && v >> (8 * bytes)))
        return too_large(path, bytes, text, err);
    return 0;
}

static int check_int(const char *path, size_t bytes, const char *text, struct xd_err *err)
{
    int64_t v, most = bytes < sizeof(v) && bytes ? (INT64_C(1) << (8 * bytes - 1)) - 1 : INT64_MAX;
    int rc = check_decimal(path, text, err);

    if (rc < 0)
        return rc;
    if (xd_parse_i64(text, &v) < 0 || v > most || v < -most - 1)
        return too_large(path, bytes, text, err);
    return 0;
}

int xd_xl_check_param(const char *path, enum xd_xl_param_type type, size_t bytes, const char *text,
                      struct xd_err *err)
{
    switch (type) {
    case XD_XL_PARAM_STRING:
        return 0;
    case XD_XL_PARAM_UINT:
        return check_uint(path, bytes, text, err);
    case XD_XL_PARAM_INT:
        return check_int(path, bytes, text, err);
    case XD_XL_PARAM_BOOL:
        if (strcmp(text, "0") == 0 || strcmp(text, "1") == 0)
            return 0;
        return xd_err_set(err, -EINVAL,
                          "%s is on or off: wanted 1 or 0, as Xen shows it, found "
                          "\"%s\"",
                          path, text);
    default:
        return xd_err_set(err, -EINVAL, "%s holds bytes that are no text", path);
    }
}

bool xd_xl_strands(const struct xd_cpuset *hard, const struct xd_cpuset *pool,
                   const struct xd_cpuset *leaving)
{
    struct xd_cpuset now = *hard;

    xd_cpuset_and(&now, pool);
    return !xd_cpuset_empty(&now) && xd_cpuset_subset(&now, leaving);
}

unsigned xd_xl_leaf_threads(unsigned so_far, uint32_t leaf, uint32_t b, uint32_t c)
{
    if (leaf == 0xb && (c >> 8 & 0xff) == 1 && (b & 0xffff))
        return b & 0xffff;
    /* Of a leaf that a processor has not, all registers are zero. */
    if (leaf == 0x8000001e && !so_far && (b || c))
        return (b >> 8 & 0xff) + 1;
    return so_far;
}

/* The first pCPU of that core among those online, or of all where online is NULL; -1: none. */
static int first_of_core(const struct xd_xl_place *place, unsigned n, unsigned cpu,
                         const struct xd_cpuset *online)
{
    for (unsigned i = 0; i < n; i++)
        if (place[i].socket == place[cpu].socket && place[i].core == place[cpu].core &&
            (!online || xd_cpuset_has(online, i)))
            return (int)i;
    return -1;
}

static bool placed(const struct xd_xl_place *p)
{
    return p->socket != XD_XL_NOWHERE && p->core != XD_XL_NOWHERE;
}

enum xd_xl_smt xd_xl_smt_state(unsigned threads, const struct xd_xl_place *place, unsigned n,
                               const struct xd_cpuset *online, struct xd_cpuset *second)
{
    bool shared = false, parked = false, offline = false;

    if (second)
        xd_cpuset_zero(second);
    for (unsigned i = 0; i < n; i++) {
        bool on = xd_cpuset_has(online, i);
        int first = placed(&place[i]) ? first_of_core(place, n, i, on ? online : NULL) : -1;

        offline = offline || !on;
        if (first < 0 || (unsigned)first == i)
            continue;
        shared = shared || on;
        parked = parked || !on;
        if (on && second)
            xd_cpuset_add(second, i);
    }
    if (shared)
        return XD_XL_SMT_ON;
    /* Some processors tell what they were shipped with, even where the firmware has turned the
     * second threads off: then there are no pCPUs of them. */
    if (parked || (threads > 1 && offline))
        return XD_XL_SMT_OFF;
    return threads ? XD_XL_SMT_NONE : XD_XL_SMT_UNKNOWN;
}

bool xd_xl_rtds_keeps_pcpus(unsigned major, unsigned minor, const char *extra)
{
    if (extra && strstr(extra, "xendeck"))
        return false;
    return major < 4 || (major == 4 && minor < 23);
}

bool xd_xl_credit_may_stop(unsigned major, unsigned minor)
{
    return major < 4 || (major == 4 && minor < 22);
}
