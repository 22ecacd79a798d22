/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the firmware says of PCI: names of slots (SMBIOS), and IOMMUs (ACPI). */
#include <stdio.h>
#include <string.h>

#include "kernel/bdf.h"
#include "topo/pci_impl.h"
#include "topo/topo_impl.h"

/* The function at a place of a segment that firmware counts; NULL: there is none. */
static struct xd_topo_thing *function_at(const struct xd_topo *t, unsigned segment, unsigned bus,
                                         unsigned device, unsigned function)
{
    struct xd_bdf at = {(uint16_t)segment, (uint8_t)bus, (uint8_t)device, (uint8_t)function};
    char text[XD_BDF_TEXT], id[XD_BDF_TEXT + 4];

    snprintf(id, sizeof(id), "pci/%s", xd_bdf_text(&at, text));
    return xd_topo_find(t, id);
}

static bool place_of(const struct xd_topo_thing *o, struct xd_topo_place *out)
{
    const char *bdf = xd_topo_is_pci(o) ? xd_topo_str(o, XD_TOPO_BDF, NULL) : NULL;

    return bdf && xd_topo_place_parse(bdf, out);
}

/* --- slots --- */

/* The address is that of the device in the slot, all functions of which are in it; some firmware
 * gives the port above it, which then leads to the slot. */
void xd_topo_pci_slots(struct xd_topo *t, const struct xd_smbios *s)
{
    for (size_t i = 0; i < s->n_slots; i++) {
        const struct xd_smbios_slot *slot = &s->slots[i];
        struct xd_topo_thing *o;

        for (unsigned function = 0; slot->have_address && slot->name && function < 8; function++) {
            if ((o = function_at(t, slot->segment, slot->bus, slot->device, function)) &&
                (function == slot->function || o->kind == XD_THING_FUNCTION))
                xd_topo_tell_str(t, o, XD_TOPO_SLOT, XD_TOPO_BY_SMBIOS, slot->name);
        }
    }
}

/* --- IOMMUs --- */

enum { SCOPE_ENDPOINT = 1, SCOPE_BRIDGE = 2 };

/* Where a path from a bus ends: each step but the last is a bridge. */
static struct xd_topo_thing *follow(const struct xd_topo *t, unsigned segment,
                                    const struct xd_acpi_scope *s)
{
    struct xd_topo_thing *o = NULL;
    uint64_t bus = s->bus;

    for (unsigned i = 0; i < s->steps && bus <= UINT8_MAX; i++) {
        if ((s->path[2 * i] | s->path[2 * i + 1] << 5) > 0xff || s->path[2 * i] > 31)
            return NULL;
        o = function_at(t, segment, (unsigned)bus, s->path[2 * i], s->path[2 * i + 1]);
        if (!o)
            return NULL;
        bus = xd_topo_u64(o, XD_TOPO_FIRST_BUS, UINT64_MAX);
    }
    return o;
}

static void tell_unit(struct xd_topo *t, struct xd_topo_thing *o, bool amd, unsigned number)
{
    xd_topo_tell_str(t, o, XD_TOPO_IOMMU, XD_TOPO_BY_ACPI,
                     xd_arena_printf(&t->arena, "%s/%u", amd ? "ivhd" : "dmar", number));
}

static void tell_scopes(struct xd_topo *t, const struct xd_acpi_iommu *u, unsigned number)
{
    for (size_t i = 0; i < u->n_scopes; i++) {
        const struct xd_acpi_scope *s = &u->scopes[i];
        struct xd_topo_thing *o = s->type == SCOPE_ENDPOINT || s->type == SCOPE_BRIDGE
                                      ? follow(t, u->segment, s)
                                      : NULL; /* I/O APICs, HPETs … */

        if (o)
            tell_unit(t, o, false, number);
    }
}

static void tell_spans(struct xd_topo *t, const struct xd_acpi_iommu *u, unsigned number)
{
    struct xd_topo_place at;

    for (size_t i = 0; i < t->n_things; i++) {
        unsigned rid;

        if (!place_of(t->things[i], &at) || at.segment != u->segment)
            continue;
        rid = (unsigned)at.bus << 8 | (unsigned)at.device << 3 | at.function;
        for (size_t k = 0; k < u->n_spans; k++)
            if (rid >= u->spans[k].first && rid <= u->spans[k].last) {
                tell_unit(t, t->things[i], true, number);
                break;
            }
    }
}

/* Intel's units have what is below their bridges, and virtual functions are where their physical
 * one is. */
static const char *unit_above(const struct xd_topo *t, const struct xd_topo_thing *o)
{
    const char *unit = NULL;

    for (size_t depth = 0; o && !unit && depth < XD_TOPO_DEPTH_MAX; depth++) {
        unit = xd_topo_str(o, XD_TOPO_IOMMU, NULL);
        o = o->parent_id ? xd_topo_find(t, o->parent_id) : NULL;
    }
    return unit;
}

/* The rest of a segment: VT-d 4.1, 8.3, INCLUDE_PCI_ALL. */
static void tell_rest(struct xd_topo *t, const struct xd_acpi_iommu *u, unsigned number)
{
    struct xd_topo_place at;

    for (size_t i = 0; i < t->n_things; i++)
        if (place_of(t->things[i], &at) && at.segment == u->segment &&
            !xd_topo_str(t->things[i], XD_TOPO_IOMMU, NULL))
            tell_unit(t, t->things[i], false, number);
}

void xd_topo_pci_iommus(struct xd_topo *t, const struct xd_acpi *a)
{
    unsigned intel = 0, amd = 0;

    for (size_t i = 0; i < a->n_iommus; i++)
        if (a->iommus[i].amd)
            tell_spans(t, &a->iommus[i], amd++);
        else
            tell_scopes(t, &a->iommus[i], intel++);
    for (size_t i = 0; intel && i < t->n_things; i++)
        if (xd_topo_is_pci(t->things[i]) && !xd_topo_str(t->things[i], XD_TOPO_IOMMU, NULL))
            xd_topo_tell_str(t, t->things[i], XD_TOPO_IOMMU, XD_TOPO_BY_ACPI,
                             unit_above(t, t->things[i]));
    for (size_t i = 0, number = 0; i < a->n_iommus; i++) {
        if (a->iommus[i].all)
            tell_rest(t, &a->iommus[i], (unsigned)number);
        number += !a->iommus[i].amd;
    }
}
