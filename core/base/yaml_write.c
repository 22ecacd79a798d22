/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree back to YAML text that reads as the same tree: see yaml.h. */
#include <string.h>

#include "base/str.h"
#include "base/yaml.h"

#define KEY_BYTES 150 /* YAML allows 1024 characters; each may be written as six */

static void write_quoted(struct xd_buf *out, const char *text)
{
    static const char digits[] = "0123456789abcdef";

    xd_buf_addc(out, '"');
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        uint32_t cp;
        int n = xd_utf8_decode((const char *)p, strlen((const char *)p), &cp);

        if (*p == '"' || *p == '\\')
            xd_buf_printf(out, "\\%c", *p);
        else if (*p == '\n')
            xd_buf_add(out, "\\n");
        else if (*p == '\t')
            xd_buf_add(out, "\\t");
        else if (*p < 0x20 || *p == 0x7f)
            xd_buf_printf(out, "\\x%c%c", digits[*p >> 4], digits[*p & 15]);
        else if ((cp >= 0x80 && cp < 0xa0) || cp == 0x2028 || cp == 0x2029 || cp == 0xfeff)
            xd_buf_printf(out, "\\u%04x", cp); /* breaks to a reader of YAML, or nothing at all */
        else
            xd_buf_addn(out, (const char *)p, (size_t)n);
        p += n;
    }
    xd_buf_addc(out, '"');
}

/* Text that can stand without quotes anywhere in a block. All that is no plain text to a reader of
 * YAML (numbers, yes, ~) is among it, so that quotes change no meaning. */
static bool is_plain(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
                                  "-+.%/";

    if (strcmp(text, "~") == 0)
        return true;
    if (!text[0] || text[strspn(text, letters)] || xd_str_starts(text, "...") || text[0] == '%')
        return false;
    return (text[0] != '-' && text[0] != '+') || strspn(text + 1, ".0123456789") > 0;
}

static void write_node(struct xd_buf *out, const struct xd_yaml *n, int depth);

static void write_scalar(struct xd_buf *out, const struct xd_yaml *n)
{
    if (n->text[0] == '\0' && !n->quoted)
        xd_buf_addc(out, '~'); /* null, and so it is after "- " too */
    else if (n->quoted || !is_plain(n->text))
        write_quoted(out, n->text);
    else
        xd_buf_add(out, n->text);
    xd_buf_addc(out, '\n');
}

/* "key:"; a key longer than a reader looks ahead has a line of its own, "? key" and then ":". */
static void write_key(struct xd_buf *out, const char *key, int depth)
{
    bool is_long = strlen(key) > KEY_BYTES;

    if (is_long)
        xd_buf_add(out, "? ");
    if (is_plain(key))
        xd_buf_add(out, key);
    else
        write_quoted(out, key);
    if (is_long) {
        xd_buf_addc(out, '\n');
        xd_buf_pad(out, ' ', 2 * depth);
    }
    xd_buf_addc(out, ':');
}

static void write_children(struct xd_buf *out, const struct xd_yaml *n, int depth)
{
    for (const struct xd_yaml *c = n->first; c; c = c->next) {
        xd_buf_pad(out, ' ', 2 * depth);
        if (n->kind == XD_YAML_LIST) {
            xd_buf_addc(out, '-');
        } else {
            write_key(out, c->key, depth);
        }
        write_node(out, c, depth + 1);
    }
}

/* What follows "key:" or "-". */
static void write_node(struct xd_buf *out, const struct xd_yaml *n, int depth)
{
    if (n->kind == XD_YAML_SCALAR) {
        xd_buf_addc(out, ' ');
        write_scalar(out, n);
    } else if (!n->first) {
        xd_buf_add(out, n->kind == XD_YAML_LIST ? " []\n" : " {}\n");
    } else {
        xd_buf_addc(out, '\n');
        write_children(out, n, depth);
    }
}

void xd_yaml_write(const struct xd_yaml *root, struct xd_buf *out)
{
    if (!root)
        return;
    if (root->kind == XD_YAML_SCALAR)
        write_scalar(out, root);
    else if (!root->first)
        xd_buf_add(out, root->kind == XD_YAML_LIST ? "[]\n" : "{}\n");
    else
        write_children(out, root, 0);
}
