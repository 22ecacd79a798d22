/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CPU policy of a saved domain: docs/specs/libxc-migration-stream.pandoc of Xen, version 3.
 * What xl writes before libxc's image is skipped; the policy stands among its first records. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "xen/cpuid/dump.h"

#define HEADERS    40 /* bytes of the image's header and the domain's */
#define RECORD     8  /* of a record's: type, length */
#define FILE_BYTES 200

enum { END = 0x00, STATIC_DATA_END = 0x10, CPUID_POLICY = 0x11, MSR_POLICY = 0x12 };

static uint32_t le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

const void *xd_cpuid_image_find(const void *data, size_t len)
{
    static const uint8_t start[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                    'X',  'E',  'N',  'F',  0,    0,    0,    3};

    return memmem(data, len, start, sizeof(start));
}

int xd_cpuid_image_read(const char *file, const void *data, size_t len, struct xd_arena *a,
                        struct xd_cpuid_leaves *out, struct xd_err *err)
{
    const uint8_t *p = xd_cpuid_image_find(data, len), *end = (const uint8_t *)data + len;
    const uint8_t *body[2] = {NULL, NULL}; /* CPUID, MSRs */
    uint32_t size[2] = {0, 0};

    if (!p || end - p < HEADERS)
        return xd_err_set(err, -EINVAL, "%.*s: it is no saved domain of version 3", FILE_BYTES,
                          file);
    if (p[17] & 1)
        return xd_err_set(err, -EINVAL, "%.*s: a big-endian image", FILE_BYTES, file);
    for (p += HEADERS; end - p >= RECORD;) {
        uint32_t type = le32(p), n = le32(p + 4);

        p += RECORD;
        if (type == END || type == STATIC_DATA_END)
            break;
        if (n > (size_t)(end - p))
            return xd_err_set(err, -EINVAL,
                              "%.*s: a record of type 0x%" PRIx32 " is cut off at byte %zu",
                              FILE_BYTES, file, type, (size_t)(p - (const uint8_t *)data));
        if (type == CPUID_POLICY || type == MSR_POLICY) {
            body[type == MSR_POLICY] = p;
            size[type == MSR_POLICY] = n;
        }
        size_t padded = ((size_t)n + 7) & ~(size_t)7;
        p += padded < (size_t)(end - p) ? padded : (size_t)(end - p);
    }
    if (!body[0])
        return xd_err_set(err, -EINVAL,
                          "%.*s: the saved domain has no CPU policy in it (Xen before "
                          "4.14 wrote none)",
                          FILE_BYTES, file);
    int rc = xd_cpuid_policy_records(body[0], size[0], body[1], size[1], a, out, err);
    if (rc < 0)
        xd_err_prefix(err, "%.*s: ", FILE_BYTES, file);
    return rc;
}
