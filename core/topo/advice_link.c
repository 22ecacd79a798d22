/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of PCIe's links. A link has two ends, and each says what it can: PCIe 6.0, 7.5.3.6 (Link
 * Capabilities) and 7.5.3.8 (Link Status). */
#include <stdio.h>

#include "kernel/pciconf.h"
#include "topo/advice_impl.h"

#define CITE_LINK "PCIe 6.0, 7.5.3.6 and 7.5.3.8: what both ends say of their link"

static bool is_port(const struct xd_topo_thing *o)
{
    return o->kind == XD_THING_ROOT_PORT || o->kind == XD_THING_SWITCH_DOWN;
}

static struct xd_pci_link now_of(const struct xd_topo_thing *o)
{
    return (struct xd_pci_link){(unsigned)xd_topo_u64(o, XD_TOPO_LINK_MTS, 0),
                                (unsigned)xd_topo_u64(o, XD_TOPO_LINK_LANES, 0)};
}

static struct xd_pci_link most_of(const struct xd_topo_thing *o)
{
    return (struct xd_pci_link){(unsigned)xd_topo_u64(o, XD_TOPO_LINK_MAX_MTS, 0),
                                (unsigned)xd_topo_u64(o, XD_TOPO_LINK_MAX_LANES, 0)};
}

static bool is_known(struct xd_pci_link l)
{
    return l.mts && l.lanes;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* "16 GT/s x4" "2.5 GT/s x1" */
static const char *name(struct xd_topo *t, struct xd_pci_link l)
{
    return l.mts % 1000 ? xd_arena_printf(&t->arena, "%u.%u GT/s x%u", l.mts / 1000,
                                          l.mts % 1000 / 100, l.lanes)
                        : xd_arena_printf(&t->arena, "%u GT/s x%u", l.mts / 1000, l.lanes);
}

/* Graphics cards lower their speed while they have nothing to do, and nothing is wrong then. */
static bool saves_power(const struct xd_topo_thing *o, struct xd_pci_link now,
                        struct xd_pci_link can)
{
    return xd_topo_u64(o, XD_TOPO_CLASS_CODE, 0) >> 16 == 0x03 && now.lanes >= can.lanes;
}

static void check_link(struct xd_topo *t, struct xd_topo_thing *o)
{
    struct xd_pci_link now = now_of(o), most = most_of(o), port = most_of(o->parent),
                       can = {least(most.mts, port.mts), least(most.lanes, port.lanes)};

    if (!is_known(now) || !is_known(can))
        return;
    if (now.mts < can.mts || now.lanes < can.lanes)
        xd_topo_advise_once(
            t, &(struct xd_topo_advice){
                   .thing = o,
                   .check = "link-slow",
                   .gravity = saves_power(o, now, can) ? XD_TOPO_NOTE : XD_TOPO_WARN,
                   .text = xd_arena_printf(
                       &t->arena, "the link runs at %s, while it and the port above can do %s",
                       name(t, now), name(t, can)),
                   .remedy = saves_power(o, now, can)
                                 ? "look again under load: such a card saves power when idle"
                                 : "reseat the card or its cable; look at the slot's settings in "
                                   "the firmware, and for corrected errors in Linux's log",
                   .cite = CITE_LINK,
               });
    else if (xd_pci_link_bytes_s(most) > xd_pci_link_bytes_s(can))
        xd_topo_advise_once(
            t, &(struct xd_topo_advice){
                   .thing = o,
                   .check = "slot-narrow",
                   .gravity = XD_TOPO_NOTE,
                   .text = xd_arena_printf(&t->arena, "it could do %s, the port above only %s",
                                           name(t, most), name(t, port)),
                   .remedy = "if it needs more: a slot with more lanes or of a newer generation",
                   .cite = CITE_LINK,
               });
}

/* What the devices below a switch could carry together, against its uplink. */
static void check_uplink(struct xd_topo *t, struct xd_topo_thing *o)
{
    uint64_t up = xd_pci_link_bytes_s(now_of(o)), below = 0;
    unsigned n = 0;
    char a[16], b[16];

    for (const struct xd_topo_thing *port = o->child; port; port = port->next) {
        uint64_t link = port->kind == XD_THING_SWITCH_DOWN && port->child
                            ? xd_pci_link_bytes_s(now_of(port->child))
                            : 0;

        below += link;
        n += link > 0;
    }
    if (!up || n < 2 || below <= up)
        return;
    xd_topo_advise_once(
        t, &(struct xd_topo_advice){
               .thing = o,
               .check = "uplink-shared",
               .gravity = XD_TOPO_NOTE,
               .text = xd_arena_printf(
                   &t->arena, "%u devices that could carry %s/s together share an uplink of %s/s",
                   n, xd_fmt_bytes(below, a, sizeof(a)), xd_fmt_bytes(up, b, sizeof(b))),
               .remedy = "give devices that are busy at the same time to different switches",
               .cite = CITE_LINK,
           });
}

static void check_nic(struct xd_topo *t, struct xd_topo_thing *o)
{
    double bits = (double)xd_topo_u64(o, XD_TOPO_BITS_S, 0);
    double path = xd_topo_f64(o, XD_TOPO_PATH_BYTES_S, 0);
    char a[16];

    if (path <= 0 || bits <= path * 8)
        return;
    xd_topo_advise_once(
        t, &(struct xd_topo_advice){
               .thing = o,
               .check = "nic-starved",
               .gravity = XD_TOPO_WARN,
               .text = xd_arena_printf(
                   &t->arena, "the network runs at %.0f Mbit/s, PCIe carries only %s/s to it",
                   bits / 1e6, xd_fmt_bytes((uint64_t)path, a, sizeof(a))),
               .remedy = "a slot with more lanes, or without a narrower link above it",
               .cite = CITE_LINK,
           });
}

void xd_topo_advise_links(struct xd_topo *t)
{
    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o));) {
        bool lower_end = o->kind == XD_THING_FUNCTION || o->kind == XD_THING_SWITCH_UP ||
                         o->kind == XD_THING_BRIDGE;

        /* Of a card with several functions the first one speaks. */
        if (lower_end && o->parent && is_port(o->parent) && o == o->parent->child)
            check_link(t, o);
        if (o->kind == XD_THING_SWITCH_UP)
            check_uplink(t, o);
        if (o->kind == XD_THING_NIC)
            check_nic(t, o);
    }
}
