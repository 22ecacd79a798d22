/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of domains that were read before: see names.h. The file is text, a line a domain between a
 * first line that names its format and a last one that counts them:
 *   xendeck names 1
 *   5 6a1c…-… web1
 *   end 1
 */
#include "backend_libxl/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/rundir.h"
#include "base/slurp.h"
#include "base/trust.h"

#define FIRST          "xendeck names 1\n"
#define FILENAME       "names"
#define MOST           (4 << 20) /* bytes of the file */
#define NAME_MAX_BYTES 255

/* --- text --- */

static bool fits(const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return false;
    return len > 0 && len <= NAME_MAX_BYTES;
}

bool xd_xl_name_keeps(const char *name)
{
    return fits(name, strlen(name));
}

void xd_xl_names_begin(struct xd_buf *b)
{
    xd_buf_add(b, FIRST);
}

void xd_xl_names_add(struct xd_buf *b, uint32_t domid, const uint8_t uuid[XD_XL_UUID_BYTES],
                     const char *name)
{
    char text[XD_XL_UUID_TEXT];

    xd_xl_uuid_text(uuid, text);
    xd_buf_printf(b, "%u %s %s\n", domid, text, name);
}

void xd_xl_names_end(struct xd_buf *b, size_t n)
{
    xd_buf_printf(b, "end %zu\n", n);
}

/* A decimal number without a leading zero, and what follows it; NULL: there is none. */
static const char *take_number(const char *s, uint64_t most, uint64_t *out)
{
    const char *from = s;

    *out = 0;
    for (; *s >= '0' && *s <= '9' && *out <= most; s++)
        *out = 10 * *out + (uint64_t)(*s - '0');
    return s == from || *out > most || (*from == '0' && s > from + 1) ? NULL : s;
}

static bool take_uuid(const char *s, uint8_t uuid[XD_XL_UUID_BYTES])
{
    char text[XD_XL_UUID_TEXT], again[XD_XL_UUID_TEXT];
    int vcpu;

    memcpy(text, s, sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    if (xd_xl_key_parse(text, uuid, &vcpu) < 0 || vcpu >= 0)
        return false;
    xd_xl_uuid_text(uuid, again);
    return strcmp(text, again) == 0;
}

/* "5 UUID web1", up to `end`. */
static bool take_line(const char *s, const char *end, struct xd_xl_named *out)
{
    uint64_t domid;

    s = take_number(s, UINT32_MAX, &domid);
    if (!s || *s++ != ' ' || end - s < XD_XL_UUID_TEXT || s[XD_XL_UUID_TEXT - 1] != ' ' ||
        !take_uuid(s, out->uuid))
        return false;
    out->domid = (uint32_t)domid;
    out->name = s + XD_XL_UUID_TEXT;
    out->len = (size_t)(end - out->name);
    return fits(out->name, out->len);
}

int xd_xl_names_parse(struct xd_xl_names *names)
{
    const char *s = xd_buf_str(&names->text), *end;
    size_t room = 0;
    uint64_t n;

    if (strlen(s) != names->text.len || !xd_str_starts(s, FIRST))
        return -EBADMSG;
    for (s += strlen(FIRST); (end = strchr(s, '\n')) && !xd_str_starts(s, "end "); s = end + 1) {
        if (names->n == room) {
            room = room ? 2 * room : 64;
            names->of = xd_realloc(names->of, room * sizeof(*names->of));
        }
        if (!take_line(s, end, &names->of[names->n]) ||
            (names->n && names->of[names->n].domid <= names->of[names->n - 1].domid))
            return -EBADMSG;
        names->n++;
    }
    if (!end || !(s = take_number(s + strlen("end "), SIZE_MAX / 16, &n)) || s != end || s[1] ||
        n != names->n)
        return -EBADMSG;
    return 0;
}

const struct xd_xl_named *xd_xl_names_of(const struct xd_xl_names *names, uint32_t domid,
                                         const uint8_t uuid[XD_XL_UUID_BYTES])
{
    size_t low = 0, high = names->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (names->of[mid].domid == domid)
            return memcmp(names->of[mid].uuid, uuid, XD_XL_UUID_BYTES) == 0 ? &names->of[mid]
                                                                            : NULL;
        if (names->of[mid].domid < domid)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

/* --- the file --- */

static int read_file(int dir, struct xd_buf *out)
{
    struct stat st;
    int fd = xd_trust_file(dir, FILENAME, FILENAME, &st, NULL), rc = -EFBIG;

    if (fd < 0)
        return fd;
    if (st.st_size <= MOST)
        rc = xd_slurp_fd(fd, (size_t)st.st_size, out);
    close(fd);
    return rc;
}

int xd_xl_names_load(const char *dir, struct xd_xl_names *names)
{
    int fd = xd_trust_dir(dir, NULL), rc;

    *names = XD_XL_NAMES_INIT;
    if (fd < 0)
        return fd;
    rc = read_file(fd, &names->text);
    close(fd);
    if (rc == 0)
        rc = xd_xl_names_parse(names);
    if (rc < 0)
        xd_xl_names_free(names);
    return rc;
}

/* Each process writes a file of its own and gives it the name at once: of two at a time one is the
 * last, whole. */
static int replace(int dir, const struct xd_buf *text)
{
    char fresh[32];
    struct xd_replace how = {.dir = dir, .name = FILENAME, .fresh = fresh, .mode = 0600};

    snprintf(fresh, sizeof(fresh), "." FILENAME ".%ld", (long)getpid());
    return xd_replace(&how, text->s, text->len);
}

int xd_xl_names_save(const char *dir, const struct xd_buf *text)
{
    int fd = xd_trust_dir(dir, NULL), rc;

    if (fd == -ENOENT && xd_rundir_make(dir) == 0)
        fd = xd_trust_dir(dir, NULL);
    if (fd < 0)
        return fd;
    rc = text->len <= MOST ? replace(fd, text) : -EFBIG;
    close(fd);
    return rc;
}

void xd_xl_names_free(struct xd_xl_names *names)
{
    xd_buf_done(&names->text);
    free(names->of);
    *names = XD_XL_NAMES_INIT;
}
