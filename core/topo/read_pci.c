/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI as Linux shows it: /sys/bus/pci (Documentation/ABI/testing/sysfs-bus-pci). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topo/pci_impl.h"

#define DEVICES "sys/bus/pci/devices"
#define SLOTS   "sys/bus/pci/slots"
#define IDS_MAX (16 << 20)
/* Each word of configuration space is a question to the device, and takes a microsecond or more; of
 * what lies behind these only SR-IOV matters, which Linux tells besides. */
#define CONFIG_SIZE 256

struct reading {
    struct xd_topo *t;
    const struct xd_files *files;
    struct xd_arena scratch;
    struct xd_topo_pci *list;
    size_t n;
};

/* --- names --- */

struct xd_pciids *xd_topo_pci_names(struct xd_topo *t, const struct xd_files *f, struct xd_arena *a)
{
    static const char *const paths[] = {"usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids"};
    struct xd_err err = XD_ERR_INIT;
    struct xd_pciids *ids;
    size_t size;
    char *text;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (!xd_files_is(f, paths[i]))
            continue;
        if (xd_files_read(f, paths[i], IDS_MAX, a, &text, &size, &err) == 0 &&
            xd_pciids_open(text, size, paths[i], a, &ids, &err) == 0)
            return ids;
        xd_topo_trouble(t, XD_TOPO_BY_PCIIDS, "%s", err.text);
    }
    return NULL;
}

/* --- a function --- */

/* A file like "0x8086". */
static bool read_hex(struct reading *r, const char *name, const char *file, unsigned long most,
                     uint32_t *out)
{
    const char *text = xd_files_text(r->files, &r->scratch, DEVICES "/%s/%s", name, file);
    unsigned long n;
    char *end;

    if (!text || !xd_str_starts(text, "0x"))
        return false;
    errno = 0;
    n = strtoul(text + 2, &end, 16);
    if (errno || end == text + 2 || *end || n > most)
        return false;
    *out = (uint32_t)n;
    return true;
}

/* The last word of where a link leads; NULL: there is no link. */
static const char *link_name(struct reading *r, const char *name, const char *link)
{
    char *target, *slash;

    if (xd_files_link(r->files, xd_arena_printf(&r->scratch, DEVICES "/%s/%s", name, link),
                      &r->scratch, &target, NULL) < 0)
        return NULL;
    slash = strrchr(target, '/');
    return slash ? slash + 1 : target;
}

/* The last word of a path, which is cut off; the path itself where it has only one. */
static char *cut_last(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash)
        *slash = '\0';
    return slash ? slash + 1 : path;
}

/* ".../devices/pci0000:00/0000:00:1c.0/0000:02:00.0": before its own name stands the bridge, or the
 * host bridge, which may be a function's itself (Intel's VMD). */
static void read_parent(struct reading *r, const char *name, struct xd_topo_pci *f)
{
    struct xd_topo_place place;
    unsigned segment, bus;
    char *path, *up, end;

    if (xd_files_link(r->files, xd_arena_printf(&r->scratch, DEVICES "/%s", name), &r->scratch,
                      &path, NULL) < 0)
        return;
    cut_last(path);
    up = cut_last(path);
    if (xd_topo_place_parse(up, &place)) {
        f->parent = xd_arena_printf(&r->scratch, "pci/%s", up);
    } else if (sscanf(up, "pci%8x:%2x%c", &segment, &bus, &end) == 2) {
        f->root = true;
        f->root_segment = segment;
        f->root_bus = (uint8_t)bus;
        up = cut_last(path);
        if (xd_topo_place_parse(up, &place))
            f->root_parent = xd_arena_printf(&r->scratch, "pci/%s", up);
    }
}

static void read_function(struct reading *r, const char *name)
{
    const char *pf = link_name(r, name, "physfn");
    struct xd_topo_pci f = {0};
    struct xd_topo_place place;
    uint32_t vendor, device;
    char *bytes;
    size_t size;

    if (!xd_topo_place_parse(name, &f.at))
        return;
    if (xd_files_read_head(r->files, xd_arena_printf(&r->scratch, DEVICES "/%s/config", name),
                           CONFIG_SIZE, &r->scratch, &bytes, &size, NULL) == 0) {
        f.config = (const uint8_t *)bytes;
        f.config_size = size;
    }
    if (read_hex(r, name, "vendor", 0xffff, &vendor) &&
        read_hex(r, name, "device", 0xffff, &device)) {
        f.have_ids = true;
        f.vendor = (uint16_t)vendor;
        f.device = (uint16_t)device;
    }
    f.have_class = read_hex(r, name, "class", 0xffffff, &f.class);
    f.vf = pf && xd_topo_place_parse(pf, &place);
    if (f.vf)
        f.parent = xd_arena_printf(&r->scratch, "pci/%s", pf);
    else
        read_parent(r, name, &f);
    r->list = xd_arena_grow(&r->scratch, r->list, r->n, sizeof(*r->list));
    r->list[r->n++] = f;
}

/* --- what only Linux knows --- */

/* "8.0 GT/s PCIe" in MT/s; 0: unknown. */
static uint64_t link_speed(struct reading *r, const char *name, const char *file)
{
    const char *text = xd_files_text(r->files, &r->scratch, DEVICES "/%s/%s", name, file);
    unsigned whole, tenths = 0;
    char unit[8] = "";

    if (!text || sscanf(text, "%3u.%1u %7s", &whole, &tenths, unit) != 3)
        return 0;
    return strcmp(unit, "GT/s") == 0 ? whole * UINT64_C(1000) + tenths * 100 : 0;
}

static void tell_number(struct reading *r, struct xd_topo_thing *o, enum xd_topo_col col,
                        const char *name, const char *file, long long least, long long most)
{
    long long n = xd_files_number(r->files, -1, DEVICES "/%s/%s", name, file);

    if (n >= least && n <= most)
        xd_topo_tell_u64(r->t, o, col, XD_TOPO_BY_SYSFS, (uint64_t)n);
}

/* Asked only where configuration space was cut: they are the same registers. */
static void tell_link(struct reading *r, struct xd_topo_thing *o, const char *name)
{
    uint64_t now = link_speed(r, name, "current_link_speed");
    uint64_t most = link_speed(r, name, "max_link_speed");

    if (now)
        xd_topo_tell_u64(r->t, o, XD_TOPO_LINK_MTS, XD_TOPO_BY_SYSFS, now);
    if (most)
        xd_topo_tell_u64(r->t, o, XD_TOPO_LINK_MAX_MTS, XD_TOPO_BY_SYSFS, most);
    tell_number(r, o, XD_TOPO_LINK_LANES, name, "current_link_width", 1, 32);
    tell_number(r, o, XD_TOPO_LINK_MAX_LANES, name, "max_link_width", 1, 32);
}

static void tell_linux(struct reading *r, const struct xd_topo_pci *f)
{
    struct xd_topo_thing *o = f->thing;
    char name[XD_TOPO_PLACE_TEXT];
    const char *group;
    uint64_t n;

    xd_topo_place_text(&f->at, name);
    xd_topo_tell_str(r->t, o, XD_TOPO_DRIVER, XD_TOPO_BY_SYSFS, link_name(r, name, "driver"));
    group = link_name(r, name, "iommu_group");
    if (group && xd_parse_u64(group, &n) == 0)
        xd_topo_tell_u64(r->t, o, XD_TOPO_IOMMU_GROUP, XD_TOPO_BY_SYSFS, n);
    tell_number(r, o, XD_TOPO_NODE, name, "numa_node", 0, 4095); /* -1: it doesn't know */
    xd_topo_tell_str(r->t, o, XD_TOPO_SLOT, XD_TOPO_BY_SYSFS,    /* of what is soldered on */
                     xd_files_text(r->files, &r->scratch, DEVICES "/%s/label", name));
    if (o->kind == XD_THING_VF)
        return;
    tell_number(r, o, XD_TOPO_VFS, name, "sriov_numvfs", 0, 65535);
    tell_number(r, o, XD_TOPO_VFS_MAX, name, "sriov_totalvfs", 1, 65535);
    if (!f->have_conf || f->conf.cut)
        tell_link(r, o, name);
}

/* --- slots: a name each, and the address that its device has or would have --- */

/* "0000:01:00", sometimes "0000:01" for all devices of a bus. */
static bool is_in_slot(const struct xd_topo_pci *f, const char *address)
{
    char place[XD_TOPO_PLACE_TEXT];
    size_t len = strlen(address);

    xd_topo_place_text(&f->at, place);
    return len >= 7 && strncmp(place, address, len) == 0 &&
           (place[len] == '.' || place[len] == ':');
}

/* Hot-plug drivers call slots by their number ("3", "3-1" if there are two): the port's or what
 * ACPI's _SUN says. That isn't what is printed on the board. */
static void tell_slot(struct reading *r, struct xd_topo_thing *o, const char *name)
{
    char *end;
    unsigned long number = strtoul(name, &end, 10);

    if (end > name && (*end == '\0' || *end == '-'))
        xd_topo_tell_u64(r->t, o, XD_TOPO_INDEX, XD_TOPO_BY_SYSFS, number);
    else
        xd_topo_tell_str(r->t, o, XD_TOPO_SLOT, XD_TOPO_BY_SYSFS, name);
}

static void read_slots(struct reading *r)
{
    char **names;
    size_t n;

    if (xd_files_list(r->files, SLOTS, &r->scratch, &names, &n, NULL) < 0)
        return;
    for (size_t i = 0; i < n; i++) {
        const char *address = xd_files_text(r->files, &r->scratch, SLOTS "/%s/address", names[i]);

        for (size_t k = 0; address && k < r->n; k++)
            if (is_in_slot(&r->list[k], address))
                tell_slot(r, r->list[k].thing, names[i]);
    }
}

void xd_topo_read_pci(struct xd_topo *t, const struct xd_files *f)
{
    struct reading r = {.t = t, .files = f};
    struct xd_err err = XD_ERR_INIT;
    char **names;
    size_t n;

    xd_arena_init(&r.scratch);
    if (xd_files_is(f, DEVICES)) {
        if (xd_files_list(f, DEVICES, &r.scratch, &names, &n, &err) < 0)
            xd_topo_trouble(t, XD_TOPO_BY_SYSFS, "%s", err.text);
        else
            for (size_t i = 0; i < n; i++)
                read_function(&r, names[i]);
        xd_topo_pci_add(t, r.list, r.n, XD_TOPO_BY_SYSFS, xd_topo_pci_names(t, f, &r.scratch));
        for (size_t i = 0; i < r.n; i++)
            tell_linux(&r, &r.list[i]);
        read_slots(&r);
    }
    xd_topo_read_leaves(t, f);
    xd_arena_done(&r.scratch);
}
