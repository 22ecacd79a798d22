/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What names a single machine, left out of files and text: see redact.h. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "topo/redact.h"

#define PAIRS_MIN 6 /* of hex digits: an Ethernet address; 8 are a serial number of PCIe */
#define NAME_HEX  12
#define NAMES_MAX 998 /* what is more is called 999, all of it */

struct xd_topo_redactor {
    struct xd_arena arena;
    const char **names; /* interfaces named after their addresses: "enx525400123456" */
    size_t n_names;
};

struct xd_topo_redactor *xd_topo_redactor_new(void)
{
    struct xd_topo_redactor *r = xd_malloc(sizeof(*r));

    xd_arena_init(&r->arena);
    return r;
}

void xd_topo_redactor_free(struct xd_topo_redactor *r)
{
    if (r)
        xd_arena_done(&r->arena);
    free(r);
}

/* --- addresses in any text --- */

static bool is_hex(char c)
{
    return isxdigit((unsigned char)c);
}

/* The length of pairs with one separator between them ("52:54:00:12:34:56") that begin at s; 0:
 * none do, or fewer than an address has. */
static size_t pairs(const char *s, size_t n)
{
    char sep = n > 2 ? s[2] : '\0';
    size_t len = 2, count = 1;

    if (n < 2 || !is_hex(s[0]) || !is_hex(s[1]) || (sep != ':' && sep != '-'))
        return 0;
    while (n - len >= 3 && s[len] == sep && is_hex(s[len + 1]) && is_hex(s[len + 2])) {
        len += 3;
        count++;
    }
    return count >= PAIRS_MIN && (len == n || !is_hex(s[len])) ? len : 0;
}

/* An interface's name made of its address, as systemd makes it. */
static bool is_named_after_address(const char *s, size_t n)
{
    static const char *const kinds[] = {"enx", "wlx", "wwx", "slx", "ibx"};
    size_t len = 3 + NAME_HEX;
    bool known = false;

    if (n < len || (n > len && isalnum((unsigned char)s[len])))
        return false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        known = known || memcmp(s, kinds[i], 3) == 0;
    for (size_t i = 3; known && i < len; i++)
        known = is_hex(s[i]);
    return known;
}

/* The same name everywhere, another one for each: "enxxxxxxxxxx001". */
static void rename_interface(struct xd_topo_redactor *r, char *s)
{
    const char *name = xd_arena_strndup(&r->arena, s, 3 + NAME_HEX);
    size_t i = 0;
    char number[24];

    while (i < r->n_names && strcmp(r->names[i], name) != 0)
        i++;
    if (i == r->n_names && i < NAMES_MAX) {
        r->names = xd_arena_grow(&r->arena, r->names, r->n_names, sizeof(*r->names));
        r->names[r->n_names++] = name;
    }
    memset(s + 3, 'x', NAME_HEX);
    snprintf(number, sizeof(number), "%03zu", i + 1);
    memcpy(s + NAME_HEX, number, 3);
}

static void redact_text(struct xd_topo_redactor *r, char *s, size_t n)
{
    bool inside = false; /* of a word: nothing begins in its middle */

    for (size_t i = 0; i < n;) {
        size_t len = inside ? 0 : pairs(s + i, n - i);

        for (size_t k = 0; k < len; k++)
            if (is_hex(s[i + k]))
                s[i + k] = 'x';
        if (!len && !inside && is_named_after_address(s + i, n - i)) {
            rename_interface(r, s + i);
            len = 3 + NAME_HEX;
        }
        inside = !len && isalnum((unsigned char)s[i]);
        i += len ? len : 1;
    }
}

/* --- files of sysfs that are known by their names --- */

static bool is_serial_file(const char *path)
{
    static const char *const names[] = {
        "serial",
        "serial_number",
        "product_serial",
        "board_serial",
        "chassis_serial",
        "product_uuid",
        "asset_tag",
        "board_asset_tag",
        "chassis_asset_tag",
        "uuid",
        "wwid",
        "wwn",
        "nguid",
        "eui",
        "unique_id",
        "unique_number",
        "sas_address",
        "port_name",
        "node_name",
        "node_guid",
        "sys_image_guid",
        "cid",
        "vpd",
        "vpd_pg80",
        "vpd_pg83",
        "subsysnqn",
        "hostnqn",
        "hostid",
        "board_id",
        "machine-id",
        "phys_switch_id",
        "phys_port_id",
    };
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(base, names[i]) == 0)
            return true;
    /* A slot of PCI has an address as well, which is none of these. */
    return strcmp(base, "address") == 0 && strstr(path, "/net/");
}

/* --- hwloc's XML --- */

static bool is_serial_info(const char *name, size_t n)
{
    static const char *const words[] = {"serial", "uuid", "guid", "address",
                                        "asset",  "gid",  "wwn",  "nqn"};
    char lower[64];

    if (n >= sizeof(lower))
        return true; /* hwloc has no such name */
    for (size_t i = 0; i < n; i++)
        lower[i] = (char)tolower((unsigned char)name[i]);
    lower[n] = '\0';
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strstr(lower, words[i]))
            return true;
    return false;
}

/* The value of an attribute within a tag: where it begins, and its length; NULL: it has none. */
static char *attribute(char *tag, size_t n, const char *name, size_t *len)
{
    size_t name_len = strlen(name);

    for (size_t i = 0; i + name_len < n; i++) {
        size_t at = i + name_len;
        char quote, *end;

        if (memcmp(tag + i, name, name_len) != 0 || (i && !isspace((unsigned char)tag[i - 1])))
            continue;
        while (at < n && (isspace((unsigned char)tag[at]) || tag[at] == '='))
            at++;
        quote = at < n ? tag[at++] : '\0';
        end = quote == '"' || quote == '\'' ? memchr(tag + at, quote, n - at) : NULL;
        if (end) {
            *len = (size_t)(end - (tag + at));
            return tag + at;
        }
    }
    return NULL;
}

static void redact_xml(char *s, size_t n)
{
    char *end = s + n, *tag, *close;

    for (tag = memchr(s, '<', n); tag; tag = memchr(close, '<', (size_t)(end - close))) {
        size_t name_len = 0, value_len = 0;
        char *name, *value;

        close = memchr(tag, '>', (size_t)(end - tag));
        if (!close)
            close = end;
        if (close - tag < 6 || memcmp(tag, "<info", 5) != 0)
            continue;
        name = attribute(tag, (size_t)(close - tag), "name", &name_len);
        value = attribute(tag, (size_t)(close - tag), "value", &value_len);
        if (!value || (name && !is_serial_info(name, name_len)))
            continue;
        if (close < end && close[-1] == '/')
            memset(tag, ' ', (size_t)(close + 1 - tag)); /* as if it had never been told */
        else
            memset(value, 'x', value_len);
    }
}

/* --- all --- */

static bool ends(const char *s, const char *with)
{
    size_t n = strlen(s), m = strlen(with);

    return n >= m && strcmp(s + n - m, with) == 0;
}

void xd_topo_redact(struct xd_topo_redactor *r, char kind, const char *path, const void *bytes,
                    size_t size, struct xd_buf *path_out, struct xd_buf *bytes_out)
{
    xd_buf_clear(path_out);
    xd_buf_clear(bytes_out);
    xd_buf_add(path_out, path);
    redact_text(r, path_out->s, path_out->len);
    if (kind == 'f' && is_serial_file(path))
        return;
    xd_buf_addn(bytes_out, bytes ? bytes : "", bytes ? size : 0);
    if (!bytes_out->len)
        return;
    if (kind == 'f' && ends(path, "/dmi/tables/DMI")) {
        xd_topo_redact_smbios((uint8_t *)bytes_out->s, bytes_out->len);
    } else if (kind == 'f' && ends(path, "/config") && xd_str_starts(path, "sys/")) {
        xd_topo_redact_config((uint8_t *)bytes_out->s, bytes_out->len);
    } else {
        if (kind == 'f' && ends(path, "/lspci.txt"))
            xd_topo_redact_lspci(bytes_out->s, bytes_out->len);
        else if (kind == 'f' && ends(path, ".xml"))
            redact_xml(bytes_out->s, bytes_out->len);
        redact_text(r, bytes_out->s, bytes_out->len);
    }
}
