/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats, and what is the same in all of them: what is shown, and how it is called. */
#include "topo/export.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "topo/export_impl.h"

// clang-format off
const struct xd_topo_style xd_topo_style_print = {
    .parts = XD_TOPO_PART_ALL,
    .colours = {
        [XD_TOPO_C_PAPER] = 0xffffff, [XD_TOPO_C_INK] = 0x1c2127, [XD_TOPO_C_DIM] = 0x5d6670,
        [XD_TOPO_C_LINE] = 0x8a939c, [XD_TOPO_C_CPU] = 0x3b74b8, [XD_TOPO_C_CACHE] = 0x8a6fb5,
        [XD_TOPO_C_MEMORY] = 0x4c9a5b, [XD_TOPO_C_PCI] = 0xb98a2f,
        [XD_TOPO_C_LEAF] = 0x3f9aa6, [XD_TOPO_C_GOOD] = 0x2f7d40, [XD_TOPO_C_WARN] = 0xb35c00,
        [XD_TOPO_C_BAD] = 0xb3261e,
    },
};

const struct xd_topo_format xd_topo_formats[] = {
    {"tree", "lines of text, a thing each, with what is known of it"},
    {"json", "all things and facts for programs"},
    {"dot", "a graph for Graphviz"},
    {"svg", "a picture for a report"},
    {"hwloc-xml", "what lstopo and other tools of hwloc open"},
    {NULL, NULL},
};
// clang-format on

static int (*const exporters[])(const struct xd_topo *t, const struct xd_topo_style *s,
                                struct xd_buf *out, struct xd_err *err) = {
    xd_topo_export_tree, xd_topo_export_json, xd_topo_export_dot, xd_topo_export_svg,
    xd_topo_export_hwloc};

static int no_such(const char *format, struct xd_err *err)
{
    struct xd_buf names = XD_BUF_INIT;
    char found[32];

    for (size_t i = 0; xd_topo_formats[i].name; i++)
        xd_buf_printf(&names, "%s%s", i ? ", " : "", xd_topo_formats[i].name);
    xd_str_safe_to(found, sizeof(found), format ? format : "");
    xd_err_set(err, -EINVAL, "there is no format \"%s\" for a topology; there are %s", found,
               xd_buf_str(&names));
    xd_buf_done(&names);
    return -EINVAL;
}

int xd_topo_export(const struct xd_topo *t, const char *format, const struct xd_topo_style *style,
                   struct xd_buf *out, struct xd_err *err)
{
    for (size_t i = 0; xd_topo_formats[i].name; i++)
        if (xd_streq(xd_topo_formats[i].name, format))
            return exporters[i](t, style ? style : &xd_topo_style_print, out, err);
    return no_such(format, err);
}

/* --- kinds --- */

bool xd_topo_kind_is_pci(enum xd_thing_kind k)
{
    return k >= XD_THING_HOST_BRIDGE && k <= XD_THING_VF;
}

bool xd_topo_kind_is_cache(enum xd_thing_kind k)
{
    return k == XD_THING_L3 || k == XD_THING_L2 || k == XD_THING_L1;
}

bool xd_topo_kind_is_leaf(enum xd_thing_kind k)
{
    return k == XD_THING_DISK || k == XD_THING_NIC || k == XD_THING_USB;
}

bool xd_topo_kind_is_cpu(enum xd_thing_kind k)
{
    return xd_topo_kind_is_cache(k) || k == XD_THING_CORE || k == XD_THING_THREAD;
}

static bool is_shown(enum xd_thing_kind k, unsigned parts)
{
    if (!parts)
        return true;
    if (xd_topo_kind_is_cpu(k))
        return parts & XD_TOPO_PART_CPU;
    if (k == XD_THING_MEMORY || k == XD_THING_DIMM)
        return parts & XD_TOPO_PART_MEMORY;
    if (xd_topo_kind_is_pci(k) || xd_topo_kind_is_leaf(k))
        return parts & XD_TOPO_PART_PCI;
    return true;
}

/* --- what is shown --- */

static uint64_t mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

static uint64_t mix_text(uint64_t h, const char *s)
{
    for (; s && *s; s++)
        h = mix(h, (unsigned char)*s);
    return mix(h, 1);
}

/* What people see of a thing, apart from its number and place. */
static uint64_t own_shape(const struct xd_topo_thing *o)
{
    static const enum xd_topo_col seen[] = {XD_TOPO_SIZE,   XD_TOPO_WAYS,
                                            XD_TOPO_EMPTY,  XD_TOPO_SPEED_MTS,
                                            XD_TOPO_ONLINE, XD_TOPO_SPEED_MAX_MTS};
    uint64_t h = mix(1, o->kind);

    for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
        struct xd_value v = xd_topo_value(o, seen[i]);

        h = mix(h, !v.have ? UINT64_MAX : v.type == XD_BOOL ? v.cell.b : v.cell.u);
    }
    h = mix_text(h, xd_topo_str(o, XD_TOPO_NAME, NULL));
    h = mix_text(h, xd_topo_str(o, XD_TOPO_MEM_TYPE, NULL));
    h = mix_text(h, xd_topo_str(o, XD_TOPO_OWNER, NULL));
    h = mix_text(h, xd_topo_str(o, XD_TOPO_DRIVER, NULL));
    return mix_text(h, xd_topo_str(o, XD_TOPO_PART, NULL));
}

/* Without recursion: a stranger's tree may be deep. `up` is a stack of open items. */
void xd_topo_items(const struct xd_topo *t, const struct xd_topo_style *s, struct xd_arena *a,
                   struct xd_topo_items *out)
{
    const struct xd_topo_thing *top = s->root ? s->root : t->machine, *o = top;
    size_t *up = xd_arena_array(a, t->n_things + 1, sizeof(*up)), level = 0;

    out->item = xd_arena_array(a, t->n_things + 1, sizeof(*out->item));
    out->n = 0;
    while (o) {
        bool shown = o == top || is_shown(o->kind, s->parts);

        if (shown) {
            up[level] = out->n;
            out->item[out->n++] = (struct xd_topo_item){o, 1, level, own_shape(o)};
        }
        if (shown && o->child) {
            level++;
            o = o->child;
            continue;
        }
        while (o && (o == top || !o->next))
            if ((o = o == top || o->parent == top ? NULL : o->parent))
                level--;
        o = o ? o->next : NULL;
    }
    for (size_t i = out->n; i-- > 1;) { /* children before parents */
        size_t parent = i;

        do
            parent--;
        while (out->item[parent].level >= out->item[i].level);
        out->item[parent].size += out->item[i].size;
        out->item[parent].shape += mix(out->item[i].shape, 7); /* in any order */
    }
}

bool xd_topo_is_within(const struct xd_topo_thing *o, const struct xd_topo_style *s)
{
    while (o && s->root && o != s->root)
        o = o->parent;
    return o != NULL;
}

static bool folds(enum xd_thing_kind k)
{
    return xd_topo_kind_is_cpu(k) || k == XD_THING_DIMM || k == XD_THING_VF;
}

size_t xd_topo_alike(const struct xd_topo_items *l, size_t i, size_t end)
{
    size_t n = 1;

    if (!folds(l->item[i].thing->kind))
        return 1;
    for (size_t j = i + l->item[i].size; j < end && l->item[j].shape == l->item[i].shape;
         j += l->item[j].size)
        n++;
    return n;
}

/* --- what it is called --- */

static const char *const words[XD_THING_KINDS] = {
    "Machine", "Package", "Die",      "Node", "L3",          "L2",   "L1",
    "Core",    "Thread",  "Memory",   "DIMM", "Host bridge", "Port", "Switch",
    "Switch",  "Bridge",  "Function", "VF",   "Disk",        "NIC",  "USB",
};

/* What stands behind the kind in an id: "0000:01:00.0". */
static const char *place(const struct xd_topo_thing *o)
{
    const char *slash = strchr(o->id, '/');

    return slash ? slash + 1 : o->id;
}

char *xd_topo_called(const struct xd_topo_thing *o, char *out, size_t size)
{
    const char *label = xd_topo_str(o, XD_TOPO_LABEL, NULL),
               *bdf = xd_topo_str(o, XD_TOPO_BDF, NULL);
    uint64_t index = xd_topo_u64(o, XD_TOPO_INDEX, UINT64_MAX);

    if (label)
        snprintf(out, size, "%s", label);
    else if (bdf)
        snprintf(out, size, "%s", xd_str_starts(bdf, "0000:") ? bdf + strlen("0000:") : bdf);
    else if (xd_topo_kind_is_leaf(o->kind))
        snprintf(out, size, "%s", place(o));
    else if (xd_topo_kind_is_cache(o->kind) || o->kind == XD_THING_MACHINE)
        snprintf(out, size, "%s", words[o->kind]);
    else if (index != UINT64_MAX)
        snprintf(out, size, "%s %" PRIu64, words[o->kind], index);
    else
        snprintf(out, size, "%s %s", words[o->kind], place(o));
    out[xd_str_fit(out, 1 << 16)] = '\0'; /* a character that was cut in two goes */
    return out;
}

/* --- what is known of it --- */

char *xd_topo_rate_text(double bytes_s, char *out, size_t size)
{
    static const char *const units[] = {"B/s", "kB/s", "MB/s", "GB/s", "TB/s"};
    size_t i = 0;

    out[0] = '\0';
    if (!isfinite(bytes_s) || bytes_s < 0)
        return out;
    for (; bytes_s >= 1000 && i + 1 < sizeof(units) / sizeof(units[0]); i++)
        bytes_s /= 1000;
    snprintf(out, size, "%.*f %s",
             bytes_s < 10 && i    ? 2
             : bytes_s < 100 && i ? 1
                                  : 0,
             bytes_s, units[i]);
    return out;
}

char *xd_topo_link_text(const struct xd_topo_thing *o, char *out, size_t size)
{
    uint64_t lanes = xd_topo_u64(o, XD_TOPO_LINK_LANES, 0);
    uint64_t mts = xd_topo_u64(o, XD_TOPO_LINK_MTS, 0);
    int n = 0;

    out[0] = '\0';
    if (lanes)
        n = snprintf(out, size, "x%" PRIu64, lanes);
    if (mts && n >= 0 && (size_t)n < size)
        snprintf(out + n, size - (size_t)n, "%s%g GT/s", n ? " " : "", (double)mts / 1000);
    return out;
}

bool xd_topo_link_is_low(const struct xd_topo_thing *o)
{
    uint64_t lanes = xd_topo_u64(o, XD_TOPO_LINK_LANES, 0);
    uint64_t mts = xd_topo_u64(o, XD_TOPO_LINK_MTS, 0);

    return (lanes && lanes < xd_topo_u64(o, XD_TOPO_LINK_MAX_LANES, 0)) ||
           (mts && mts < xd_topo_u64(o, XD_TOPO_LINK_MAX_MTS, 0));
}

static void say(struct xd_buf *out, const char *before, const char *text, const char *after)
{
    if (text && text[0])
        xd_buf_printf(out, "%s%s%s%s", out->len ? "  " : "", before, text, after);
}

static void say_column(const struct xd_topo_thing *o, enum xd_topo_col col, const char *before,
                       const char *after, struct xd_buf *out)
{
    struct xd_value v = xd_topo_value(o, col);
    struct xd_arena a = XD_ARENA_INIT;

    if (v.have)
        say(out, before, xd_value_short(&v, &xd_topology_desc.columns[col].kind, &a), after);
    xd_arena_done(&a);
}

static void say_link(const struct xd_topo_thing *o, struct xd_buf *out)
{
    char text[48], most[64] = "";
    uint64_t lanes = xd_topo_u64(o, XD_TOPO_LINK_MAX_LANES, 0);
    uint64_t mts = xd_topo_u64(o, XD_TOPO_LINK_MAX_MTS, 0);

    if (!xd_topo_link_text(o, text, sizeof(text))[0])
        return;
    if (xd_topo_link_is_low(o))
        snprintf(most, sizeof(most), " of x%" PRIu64 " %g GT/s", lanes, (double)mts / 1000);
    say(out, "", text, most);
    say(out, "", xd_topo_rate_text(xd_topo_f64(o, XD_TOPO_LINK_BYTES_S, NAN), text, sizeof(text)),
        "");
    say(out, "limited by ", xd_topo_str(o, XD_TOPO_LIMIT, NULL), "");
}

/* Bits a second in decimal units: "10 Gbit/s". */
static void say_bits(const struct xd_topo_thing *o, struct xd_buf *out)
{
    static const char *const units[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"};
    double v = (double)xd_topo_u64(o, XD_TOPO_BITS_S, 0);
    char text[32];
    size_t i = 0;

    for (; v >= 1000 && i + 1 < sizeof(units) / sizeof(units[0]); i++)
        v /= 1000;
    snprintf(text, sizeof(text), "%g %s", v, units[i]);
    say(out, "", v > 0 ? text : NULL, "");
}

/* "2 of 63 VFs". */
static void say_vfs(const struct xd_topo_thing *o, struct xd_buf *out)
{
    uint64_t n = xd_topo_u64(o, XD_TOPO_VFS, UINT64_MAX), most = xd_topo_u64(o, XD_TOPO_VFS_MAX, 0);
    char text[64];

    if (n == UINT64_MAX)
        return;
    if (most)
        snprintf(text, sizeof(text), "%" PRIu64 " of %" PRIu64 " VFs", n, most);
    else
        snprintf(text, sizeof(text), "%" PRIu64 " VFs", n);
    say(out, "", text, "");
}

static void say_device(const struct xd_topo_thing *o, struct xd_buf *out)
{
    if (xd_topo_str(o, XD_TOPO_NAME, NULL) == NULL)
        say(out, "", xd_topo_str(o, XD_TOPO_CLASS, xd_topo_str(o, XD_TOPO_PCI_ID, NULL)), "");
    say(out, "slot ", xd_topo_str(o, XD_TOPO_SLOT, NULL), "");
    say_link(o, out);
    say(out, "driver ", xd_topo_str(o, XD_TOPO_DRIVER, NULL), "");
    say_vfs(o, out);
    say(out, "given to ", xd_topo_str(o, XD_TOPO_OWNER, NULL), "");
}

void xd_topo_about(const struct xd_topo_thing *o, struct xd_buf *out)
{
    struct xd_buf b = XD_BUF_INIT;
    const char *name = xd_topo_str(o, XD_TOPO_NAME, NULL);
    char called[128];

    if (xd_topo_bool(o, XD_TOPO_EMPTY, false))
        say(&b, "", "empty", "");
    if (!xd_topo_bool(o, XD_TOPO_ONLINE, true))
        say(&b, "", "offline", "");
    if (name && strcmp(name, xd_topo_called(o, called, sizeof(called))) != 0)
        say(&b, "", name, "");
    say_column(o, XD_TOPO_SIZE, "", "", &b);
    say_column(o, XD_TOPO_FREE, "", " free", &b);
    say(&b, "", xd_topo_str(o, XD_TOPO_MEM_TYPE, NULL), "");
    say_column(o, XD_TOPO_SPEED_MTS, "", " MT/s", &b);
    say(&b, "part ", xd_topo_str(o, XD_TOPO_PART, NULL), "");
    if (xd_topo_kind_is_pci(o->kind))
        say_device(o, &b);
    say_bits(o, &b);
    say(&b, "", xd_topo_str(o, XD_TOPO_ADDRESS, NULL), "");
    xd_buf_add(out, xd_buf_str(&b));
    xd_buf_done(&b);
}

void xd_topo_describe(const struct xd_topo_thing *o, struct xd_buf *out)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_topo_about(o, &b);
    if (o->kind < XD_THING_THREAD) /* what is near a device is seen by where it is */
        say_column(o, XD_TOPO_CPUS, "CPUs ", "", &b);
    xd_buf_add(out, xd_buf_str(&b));
    xd_buf_done(&b);
}

/* --- XML --- */

void xd_topo_xml(struct xd_buf *out, const char *s)
{
    size_t left = strlen(s);
    uint32_t cp;
    int n;

    for (; (n = xd_utf8_decode(s, left, &cp)) > 0; s += n, left -= (size_t)n) {
        if (cp == '<' || cp == '>' || cp == '&' || cp == '"' || cp == '\'')
            xd_buf_printf(out, "&#%u;", (unsigned)cp);
        else if (cp >= ' ' && cp != 0x7f && (cp & 0xfffe) != 0xfffe)
            xd_buf_addn(out, s, (size_t)n);
    }
}
