/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of PCI: configuration spaces made by hand, and a machine's sysfs in memory. */
#ifndef XD_TESTS_TOPO_PCI_HELP_H
#define XD_TESTS_TOPO_PCI_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/files.h"
#include "base/str.h"
#include "kernel/pciconf.h"
#include "topo/pci.h"
#include "topo/topo_impl.h"

struct space {
    uint8_t at[XD_PCICONF_MAX];
    size_t size; /* how much of it a reader gets */
};

static inline void set(struct space *s, size_t offset, unsigned bytes, uint32_t v)
{
    for (unsigned i = 0; i < bytes; i++, v >>= 8)
        s->at[offset + i] = (uint8_t)v;
}

/* A plain function: PCI 3.0, 6.1. */
static inline struct space space_of(unsigned vendor, unsigned device, unsigned class)
{
    struct space s = {.size = sizeof(s.at)};

    set(&s, 0x00, 2, vendor);
    set(&s, 0x02, 2, device);
    set(&s, 0x09, 3, class);
    return s;
}

static inline void behind(struct space *s, unsigned secondary, unsigned subordinate)
{
    set(s, 0x0e, 1, 1);
    set(s, 0x19, 1, secondary);
    set(s, 0x1a, 1, subordinate);
}

/* Speeds by their code: 1 is 2.5 GT/s, 4 is 16. */
static inline void express(struct space *s, enum xd_pcie_type type, unsigned speed, unsigned lanes,
                           unsigned speed_max, unsigned lanes_max)
{
    set(s, 0x06, 2, 0x10);
    set(s, 0x34, 1, 0x40);
    set(s, 0x40, 2, 0x0010);
    set(s, 0x42, 2, 2u | (unsigned)type << 4);
    set(s, 0x4c, 4, speed_max | lanes_max << 4);
    set(s, 0x52, 2, speed | lanes << 4);
}

static inline void slot(struct space *s, unsigned number)
{
    set(s, 0x42, 2, (uint32_t)(s->at[0x42] | s->at[0x43] << 8) | 0x100);
    set(s, 0x54, 4, number << 19);
}

static inline void sriov(struct space *s, unsigned now, unsigned most, unsigned offset,
                         unsigned stride, unsigned device)
{
    set(s, 0x100, 4, 0x00010010);
    set(s, 0x108, 2, now > 0);
    set(s, 0x10e, 2, most);
    set(s, 0x110, 2, now);
    set(s, 0x114, 2, offset);
    set(s, 0x116, 2, stride);
    set(s, 0x11a, 2, device);
}

static inline void text(struct xd_files *f, const char *content, const char *fmt, ...)
    XD_PRINTF(3, 4);
static inline void text(struct xd_files *f, const char *content, const char *fmt, ...)
{
    char path[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(path, sizeof(path), fmt, ap);
    va_end(ap);
    assert_int_equal(xd_files_put(f, path, content, strlen(content), NULL), 0);
}

static inline void link_to(struct xd_files *f, const char *path, const char *target)
{
    assert_int_equal(xd_files_put_link(f, path, target, NULL), 0);
}

/* A function in sysfs: path from sys/devices on, "pci0000:00/0000:00:01.0". */
static inline void function(struct xd_files *f, const char *path, const struct space *s)
{
    const char *name = strrchr(path, '/') + 1;
    char at[512], target[512], number[16];

    snprintf(at, sizeof(at), "sys/devices/%s/config", path);
    assert_int_equal(xd_files_put(f, at, s->at, s->size, NULL), 0);
    snprintf(number, sizeof(number), "0x%02x%02x\n", s->at[1], s->at[0]);
    text(f, number, "sys/devices/%s/vendor", path);
    snprintf(number, sizeof(number), "0x%02x%02x\n", s->at[3], s->at[2]);
    text(f, number, "sys/devices/%s/device", path);
    snprintf(number, sizeof(number), "0x%02x%02x%02x\n", s->at[11], s->at[10], s->at[9]);
    text(f, number, "sys/devices/%s/class", path);
    snprintf(at, sizeof(at), "sys/bus/pci/devices/%s", name);
    snprintf(target, sizeof(target), "../../../devices/%s", path);
    link_to(f, at, target);
}

/* What settling does with PCI. */
static inline void settle_pci(struct xd_topo *t)
{
    xd_topo_pci_nodes(t);
    xd_topo_link(t);
    xd_topo_pci_links(t);
}

static inline struct xd_topo_thing *thing(const struct xd_topo *t, const char *id)
{
    struct xd_topo_thing *o = xd_topo_find(t, id);

    if (!o)
        fail_msg("no %s", id);
    return o;
}

static inline void assert_text(const struct xd_topo *t, const char *id, enum xd_topo_col col,
                               const char *wanted)
{
    const char *is = xd_topo_str(thing(t, id), col, NULL);

    if (!wanted)
        assert_null(is);
    else if (!is)
        fail_msg("%s says nothing of %s", id, xd_topology_desc.columns[col].name);
    else
        assert_string_equal(is, wanted);
}

static inline void assert_number(const struct xd_topo *t, const char *id, enum xd_topo_col col,
                                 uint64_t wanted)
{
    assert_int_equal(xd_topo_u64(thing(t, id), col, UINT64_MAX), wanted);
}

static inline void assert_parent(const struct xd_topo *t, const char *id, const char *parent)
{
    assert_string_equal(thing(t, id)->parent->id, parent);
}

#endif
