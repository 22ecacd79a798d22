/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hangs on PCI functions: disks, NICs and USB devices, each by the path of its link in sysfs:
 * "../../devices/pci0000:00/0000:00:05.0/virtio1/block/vda". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topo/pci_impl.h"

#define BLOCK "sys/class/block"
#define NET   "sys/class/net"
#define USB   "sys/bus/usb/devices"
#define NVME  "sys/class/nvme-subsystem"

struct reading {
    struct xd_topo *t;
    const struct xd_files *files;
    struct xd_arena scratch;
};

/* A USB device: "usb1" is a root hub, "1-2.3" what is plugged into ports; "1-2:1.0" is one of its
 * interfaces. */
static bool is_usb(const char *name)
{
    if (xd_str_starts(name, "usb"))
        return name[3] && !name[3 + strspn(name + 3, "0123456789")];
    return name[0] >= '0' && name[0] <= '9' && strchr(name, '-') &&
           !name[strspn(name, "0123456789-.")];
}

/* The id of the nearest thing that a path in sysfs leads through before its last word; NULL: none,
 * it is no device of hardware. */
static const char *nearest(struct reading *r, const char *path)
{
    char *copy = xd_arena_strdup(&r->scratch, path), *slash;
    struct xd_topo_place place;
    const char *id;

    while ((slash = strrchr(copy, '/'))) {
        *slash = '\0';
        slash = strrchr(copy, '/');
        slash = slash ? slash + 1 : copy;
        if (xd_topo_place_parse(slash, &place))
            id = xd_arena_printf(&r->scratch, "pci/%s", slash);
        else if (is_usb(slash))
            id = xd_arena_printf(&r->scratch, "usb/%s", slash);
        else
            continue;
        if (xd_topo_find(r->t, id))
            return id;
    }
    return NULL;
}

static const char *path_of(struct reading *r, const char *folder, const char *name)
{
    char *target;

    return xd_files_link(r->files, xd_arena_printf(&r->scratch, "%s/%s", folder, name), &r->scratch,
                         &target, NULL) < 0
               ? NULL
               : target;
}

static const char *text_of(struct reading *r, const char *folder, const char *name,
                           const char *file)
{
    const char *text = xd_files_text(r->files, &r->scratch, "%s/%s/%s", folder, name, file);
    size_t n = text ? strlen(text) : 0;

    while (n && text[n - 1] == ' ') /* SCSI pads */
        n--;
    return text ? xd_arena_strndup(&r->scratch, text, n) : NULL;
}

static void tell_text(struct reading *r, struct xd_topo_thing *o, enum xd_topo_col col,
                      const char *folder, const char *name, const char *file)
{
    xd_topo_tell_str(r->t, o, col, XD_TOPO_BY_SYSFS, text_of(r, folder, name, file));
}

/* --- disks --- */

/* A namespace that several controllers can reach is nobody's in sysfs; we put it under the first
 * controller of its subsystem. */
static const char *nvme_owner(struct reading *r, const char *path)
{
    const char *at = strstr(path, "/nvme-subsystem/");
    char subsystem[32], **names;
    size_t n;

    if (!at || sscanf(at, "/nvme-subsystem/%31[^/]", subsystem) != 1 ||
        xd_files_list(r->files, xd_arena_printf(&r->scratch, NVME "/%s", subsystem), &r->scratch,
                      &names, &n, NULL) < 0)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const char *controller =
            strncmp(names[i], "nvme", 4) == 0 && !names[i][4 + strspn(names[i] + 4, "0123456789")]
                ? path_of(r, xd_arena_printf(&r->scratch, NVME "/%s", subsystem), names[i])
                : NULL;
        const char *owner = controller ? nearest(r, controller) : NULL;

        if (owner)
            return owner;
    }
    return NULL;
}

static void read_disk(struct reading *r, const char *name)
{
    const char *path = path_of(r, BLOCK, name), *parent;
    struct xd_topo_thing *o;
    long long sectors;

    if (!path || xd_files_number(r->files, 0, BLOCK "/%s/partition", name) > 0 ||
        xd_files_number(r->files, 0, BLOCK "/%s/hidden", name) > 0)
        return;
    parent = nearest(r, path);
    if (!parent)
        parent = nvme_owner(r, path);
    if (!parent)
        return;
    o = xd_topo_thing(r->t, XD_THING_DISK, parent, "disk/%s", name);
    sectors = xd_files_number(r->files, -1, BLOCK "/%s/size", name); /* of 512 bytes, always */
    if (sectors >= 0)
        xd_topo_tell_u64(r->t, o, XD_TOPO_SIZE, XD_TOPO_BY_SYSFS, (uint64_t)sectors / 2);
    tell_text(r, o, XD_TOPO_NAME, BLOCK, name, "device/model");
    tell_text(r, o, XD_TOPO_SERIAL, BLOCK, name, "device/serial");
    if (!xd_str_starts(name, "vd")) /* virtio's is a number */
        tell_text(r, o, XD_TOPO_MAKER, BLOCK, name, "device/vendor");
}

/* --- NICs --- */

static void read_nic(struct reading *r, const char *name)
{
    const char *path = path_of(r, NET, name), *parent = path ? nearest(r, path) : NULL;
    struct xd_topo_thing *o;
    long long mbits;

    if (!parent)
        return;
    o = xd_topo_thing(r->t, XD_THING_NIC, parent, "nic/%s", name);
    tell_text(r, o, XD_TOPO_ADDRESS, NET, name, "address");
    mbits = xd_files_number(r->files, -1, NET "/%s/speed", name);
    if (mbits > 0 && mbits < 100000000) /* -1, or an error: the link is down */
        xd_topo_tell_u64(r->t, o, XD_TOPO_BITS_S, XD_TOPO_BY_SYSFS, (uint64_t)mbits * 1000000);
}

/* --- USB --- */

/* "480", "1.5": Mbit/s. */
static uint64_t usb_speed(const char *text)
{
    unsigned whole, tenths = 0;

    if (!text || sscanf(text, "%7u.%1u", &whole, &tenths) < 1)
        return 0;
    return whole * UINT64_C(1000000) + tenths * UINT64_C(100000);
}

static void read_usb(struct reading *r, const char *name)
{
    const char *path = is_usb(name) ? path_of(r, USB, name) : NULL;
    const char *parent = path ? nearest(r, path) : NULL;
    const char *vendor, *product;
    struct xd_topo_thing *o;
    uint64_t speed;

    if (!parent)
        return;
    o = xd_topo_thing(r->t, XD_THING_USB, parent, "usb/%s", name);
    tell_text(r, o, XD_TOPO_NAME, USB, name, "product");
    tell_text(r, o, XD_TOPO_MAKER, USB, name, "manufacturer");
    if (!xd_str_starts(name, "usb")) /* a root hub's is its PCI address */
        tell_text(r, o, XD_TOPO_SERIAL, USB, name, "serial");
    vendor = text_of(r, USB, name, "idVendor");
    product = text_of(r, USB, name, "idProduct");
    if (vendor && product)
        xd_topo_tell_str(r->t, o, XD_TOPO_PART, XD_TOPO_BY_SYSFS,
                         xd_arena_printf(&r->scratch, "%s:%s", vendor, product));
    speed = usb_speed(text_of(r, USB, name, "speed"));
    if (speed)
        xd_topo_tell_u64(r->t, o, XD_TOPO_BITS_S, XD_TOPO_BY_SYSFS, speed);
}

void xd_topo_read_leaves(struct xd_topo *t, const struct xd_files *f)
{
    /* USB first: disks and NICs may hang on it. Hubs come before what is plugged into them: "usb1"
     * is looked for before "1-2", and "1-2" sorts before "1-2.1". */
    static const struct {
        const char *folder;
        void (*read)(struct reading *r, const char *name);
        bool roots; /* only, or none, of "usbN" */
        bool all;
    } kinds[] = {
        {USB, read_usb, true, false},
        {USB, read_usb, false, false},
        {BLOCK, read_disk, false, true},
        {NET, read_nic, false, true},
    };
    struct reading r = {.t = t, .files = f};
    char **names;
    size_t n;

    xd_arena_init(&r.scratch);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        if (xd_files_list(f, kinds[k].folder, &r.scratch, &names, &n, NULL) < 0)
            continue;
        for (size_t i = 0; i < n; i++)
            if (kinds[k].all || xd_str_starts(names[i], "usb") == kinds[k].roots)
                kinds[k].read(&r, names[i]);
    }
    xd_arena_done(&r.scratch);
}
