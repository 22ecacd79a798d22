/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What SMBIOS says of the machine, its processors and its DIMMs (DSP0134 3.7, types 1, 4, 16, 17;
 * for the nodes of DIMMs, 19 and 20). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "topo/read_impl.h"

#define PATH       "sys/firmware/dmi/tables/DMI"
#define BY         XD_TOPO_BY_SMBIOS
#define TABLE_MAX  (4u << 20)
#define DIMMS_MAX  4096
#define ARRAYS_MAX 256

/* --- processors --- */

static int by_index(const void *va, const void *vb)
{
    uint64_t a = xd_topo_u64(*(struct xd_topo_thing *const *)va, XD_TOPO_INDEX, UINT64_MAX),
             b = xd_topo_u64(*(struct xd_topo_thing *const *)vb, XD_TOPO_INDEX, UINT64_MAX);

    return a < b ? -1 : a > b;
}

/* The packages by their numbers. */
static struct xd_topo_thing **list_packages(const struct xd_topo *t, size_t *n)
{
    struct xd_topo_thing **list = xd_malloc((t->n_things + 1) * sizeof(struct xd_topo_thing *));

    *n = 0;
    for (size_t i = 0; i < t->n_things; i++)
        if (t->things[i]->kind == XD_THING_PACKAGE)
            list[(*n)++] = t->things[i];
    if (*n)
        qsort(list, *n, sizeof(struct xd_topo_thing *), by_index);
    return list;
}

static void tell_processor(struct xd_topo *t, struct xd_topo_thing *o,
                           const struct xd_smbios_cpu *c)
{
    xd_topo_tell_str(t, o, XD_TOPO_SLOT, BY, c->socket);
    xd_topo_tell_str(t, o, XD_TOPO_NAME, BY, xd_topo_cpu_name(t, c->version));
    if (c->max_mhz)
        xd_topo_tell_u64(t, o, XD_TOPO_KHZ, BY, c->max_mhz * UINT64_C(1000));
}

/* Firmware has no numbers for its sockets: they stand in the order in which they are counted. */
static void tell_processors(struct xd_topo *t, const struct xd_smbios *s)
{
    size_t n, populated = 0, at = 0;
    struct xd_topo_thing **packages = list_packages(t, &n);

    for (size_t i = 0; i < s->n_cpus; i++)
        populated += s->cpus[i].populated;
    if (populated && n && populated != n)
        xd_topo_trouble(t, BY, "%zu processors, but %zu packages: which is which isn't told",
                        populated, n);
    for (size_t i = 0; i < s->n_cpus && (!n || populated == n); i++)
        if (s->cpus[i].populated) {
            tell_processor(t,
                           n ? packages[at] : xd_topo_numbered(t, XD_THING_PACKAGE, at, NULL, BY),
                           &s->cpus[i]);
            at++;
        }
    free(packages);
}

/* --- memory --- */

static const struct xd_smbios_array *array_of(const struct xd_smbios *s, uint16_t handle)
{
    for (size_t i = 0; i < s->n_arrays; i++)
        if (s->arrays[i].handle == handle)
            return &s->arrays[i];
    return NULL;
}

/* The DIMMs of one array; false: their sizes aren't all known. */
static bool sum_of(const struct xd_smbios *s, uint16_t array, uint64_t *kib)
{
    bool known = false;

    *kib = 0;
    for (size_t i = 0; i < s->n_dimms; i++) {
        if (s->dimms[i].array != array || s->dimms[i].empty)
            continue;
        if (!s->dimms[i].have_size)
            return false;
        *kib += s->dimms[i].size_kib;
        known = true;
    }
    return known;
}

/* The node that all DIMMs of an array are on; -1: there is none, or it isn't known of all. */
static int node_of_array(const struct xd_smbios *s, uint16_t array, const int *nodes)
{
    int node = -1;

    for (size_t i = 0; i < s->n_dimms; i++) {
        if (s->dimms[i].array != array || s->dimms[i].empty)
            continue;
        if (nodes[i] < 0 || (node >= 0 && node != nodes[i]))
            return -1;
        node = nodes[i];
    }
    return node;
}

/* Follows from SMBIOS and ACPI together. */
static void tell_node(struct xd_topo *t, struct xd_topo_thing *o, int node)
{
    if (node >= 0)
        xd_topo_tell_u64(t, o, XD_TOPO_NODE, XD_TOPO_BY_US, (uint64_t)node);
}

static void tell_array(struct xd_topo *t, const struct xd_smbios *s, size_t i, const int *nodes)
{
    const struct xd_smbios_array *array = &s->arrays[i];
    int node = node_of_array(s, array->handle, nodes);
    const char *parent = node < 0 ? "machine" : xd_arena_printf(&t->arena, "node/%d", node);
    struct xd_topo_thing *o;
    uint64_t kib;

    if (!array->system_memory)
        return;
    o = xd_topo_thing(t, XD_THING_MEMORY, parent, "memory/%zu", i);
    tell_node(t, o, node);
    xd_topo_tell_u64(t, o, XD_TOPO_INDEX, BY, i);
    xd_topo_tell_str(t, o, XD_TOPO_ECC, BY, array->ecc);
    if (array->max_kib)
        xd_topo_tell_u64(t, o, XD_TOPO_SIZE_MAX, BY, array->max_kib);
    if (sum_of(s, array->handle, &kib))
        xd_topo_tell_u64(t, o, XD_TOPO_SIZE, BY, kib);
}

/* Boards that call all slots the same tell them apart by their bank. */
static const char *slot_name(struct xd_topo *t, const struct xd_smbios *s, size_t i)
{
    const struct xd_smbios_dimm *d = &s->dimms[i];
    size_t same = 0;

    for (size_t k = 0; d->locator && k < s->n_dimms; k++)
        same += xd_streq(s->dimms[k].locator, d->locator);
    if (same > 1 && d->bank && *d->bank)
        return xd_arena_printf(&t->arena, "%s %s", d->bank, d->locator);
    return d->locator && *d->locator ? d->locator : NULL;
}

static void tell_module(struct xd_topo *t, struct xd_topo_thing *o, const struct xd_smbios_dimm *d)
{
    if (d->have_size)
        xd_topo_tell_u64(t, o, XD_TOPO_SIZE, BY, d->size_kib);
    if (d->ranks)
        xd_topo_tell_u64(t, o, XD_TOPO_RANKS, BY, d->ranks);
    if (d->speed_mts)
        xd_topo_tell_u64(t, o, XD_TOPO_SPEED_MAX_MTS, BY, d->speed_mts);
    if (d->configured_mts)
        xd_topo_tell_u64(t, o, XD_TOPO_SPEED_MTS, BY, d->configured_mts);
    xd_topo_tell_str(t, o, XD_TOPO_MEM_TYPE, BY, d->type);
    xd_topo_tell_str(t, o, XD_TOPO_MAKER, BY, d->maker);
    xd_topo_tell_str(t, o, XD_TOPO_SERIAL, BY, d->serial);
    xd_topo_tell_str(t, o, XD_TOPO_PART, BY, d->part);
}

static void tell_dimm(struct xd_topo *t, const struct xd_smbios *s, size_t i, int node)
{
    const struct xd_smbios_dimm *d = &s->dimms[i];
    const struct xd_smbios_array *array = array_of(s, d->array);
    const char *name = slot_name(t, s, i),
               *parent =
                   array ? xd_arena_printf(&t->arena, "memory/%td", array - s->arrays) : "machine",
               *id = name ? xd_arena_printf(&t->arena, "dimm/%s", name) : NULL;
    struct xd_topo_thing *o;

    if (array && !array->system_memory)
        return;
    if (id && !xd_topo_find(t, id))
        o = xd_topo_thing(t, XD_THING_DIMM, parent, "%s", id);
    else /* no name, or one that was there already */
        o = xd_topo_thing(t, XD_THING_DIMM, parent, "dimm/%zu", i);
    xd_topo_tell_u64(t, o, XD_TOPO_INDEX, BY, i);
    xd_topo_tell_str(t, o, XD_TOPO_SLOT, BY, name);
    xd_topo_tell_str(t, o, XD_TOPO_FORM, BY, d->form);
    xd_topo_tell_bool(t, o, XD_TOPO_EMPTY, BY, d->empty);
    tell_node(t, o, node);
    if (!d->empty)
        tell_module(t, o, d);
}

/* No board has so many: a table that was made to take time. */
static void limit(struct xd_topo *t, const char *what, size_t *n, size_t most)
{
    if (*n > most) {
        xd_topo_trouble(t, BY, "SMBIOS: %zu %s, of which the first %zu are shown", *n, what, most);
        *n = most;
    }
}

bool xd_topo_read_smbios(struct xd_topo *t, const struct xd_files *f, const struct xd_acpi *acpi,
                         struct xd_arena *a, struct xd_smbios *out)
{
    struct xd_err err = XD_ERR_INIT;
    size_t size;
    int *nodes;
    char *bytes;
    int rc = xd_files_read(f, PATH, TABLE_MAX, a, &bytes, &size, &err);

    if (rc == -ENOENT) /* a machine without, which many small virtual ones are */
        return false;
    if (rc < 0 || xd_smbios_parse(bytes, size, a, out, &err) < 0) {
        xd_topo_trouble(t, BY, "%s", err.text);
        return false;
    }
    if (out->trouble)
        xd_topo_trouble(t, BY, "%s", out->trouble);
    limit(t, "DIMM slots", &out->n_dimms, DIMMS_MAX);
    limit(t, "arrays of memory", &out->n_arrays, ARRAYS_MAX);
    xd_topo_tell_str(t, t->machine, XD_TOPO_MAKER, BY, out->system.maker);
    xd_topo_tell_str(t, t->machine, XD_TOPO_NAME, BY, out->system.product);
    xd_topo_tell_str(t, t->machine, XD_TOPO_SERIAL, BY, out->system.serial);
    tell_processors(t, out);
    nodes = xd_topo_dimm_nodes(out, acpi, a);
    for (size_t i = 0; i < out->n_arrays; i++)
        tell_array(t, out, i, nodes);
    for (size_t i = 0; i < out->n_dimms; i++)
        tell_dimm(t, out, i, nodes[i]);
    return true;
}
