/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices of a scenario: `disks:` and `nics:` of a domain, `pci:` of the host. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend_demo/fields.h"
#include "backend_demo/host.h"
#include "base/str.h"

// clang-format off
#define TEXT(name, member, least, most) \
    {.key = name, .kind = {.type = XD_STR}, .offset = AT(member), .min = least, .max = most}
#define FLAG(name, member) \
    {.key = name, .kind = {.type = XD_BOOL}, .offset = AT(member)}

#define AT(member) offsetof(struct xd_demo_disk_spec, member)
static const struct xd_demo_field disk_fields[] = {
    {.key = "vdev", .kind = {.type = XD_STR}, .offset = AT(vdev), .min = 1, .max = 15,
     .must = true},
    TEXT("target", target, 0, 256),
    TEXT("format", format, 1, 15),
    FLAG("readonly", readonly),
    FLAG("cdrom", cdrom),
    {.key = NULL},
};
#undef AT
#define AT(member) offsetof(struct xd_demo_nic_spec, member)
static const struct xd_demo_field nic_fields[] = {
    TEXT("mac", mac, 17, 17),
    TEXT("bridge", bridge, 1, 64),
    {.key = NULL},
};
#undef AT
#define AT(member) offsetof(struct xd_demo_pci_spec, member)
static const char *const uses[] = {"host", "assignable", "assigned", NULL};
static const char *const ports[] = {"none", "root", "up", "down", "bridge", NULL};
#define COUNT(name, member, most) \
    {.key = name, .kind = {.type = XD_U64}, .offset = AT(member), .min = 0, .max = most}
static const struct xd_demo_field pci_fields[] = {
    {.key = "bdf", .kind = {.type = XD_STR}, .offset = AT(bdf), .min = 12, .max = 12,
     .must = true},
    TEXT("class", class_name, 1, 64),
    TEXT("id", id, 9, 9),
    TEXT("name", name, 1, 128),
    TEXT("driver", driver, 0, 32),
    {.key = "node", .kind = {.type = XD_U64}, .offset = AT(node), .min = 0,
     .max = XD_DEMO_NODES_MAX - 1},
    {.key = "use", .kind = {.type = XD_ENUM, .names = uses}, .offset = AT(use)},
    TEXT("domain", domain, 1, XD_DEMO_NAME_MAX),
    COUNT("sysfs_node", sysfs_node, XD_DEMO_NODES_MAX - 1),
    {.key = "port", .kind = {.type = XD_ENUM, .names = ports}, .offset = AT(port)},
    {.key = "buses", .kind = {.type = XD_CPUSET}, .offset = AT(buses)},
    COUNT("speed", speed, 1000000),
    COUNT("max_speed", max_speed, 1000000),
    COUNT("lanes", lanes, 32),
    COUNT("max_lanes", max_lanes, 32),
    TEXT("slot", slot, 1, 32),
    COUNT("vfs", vfs, 65535),
    TEXT("vf_of", vf_of, 12, 12),
    TEXT("leaf", leaf, 1, 32),
    TEXT("address", address, 17, 17),
    {.key = "size", .kind = {.type = XD_U64, .unit = XD_UNIT_KIB}, .offset = AT(size_kib),
     .min = 1, .max = UINT64_C(1) << 40},
    COUNT("bits", bits_s, UINT64_C(1) << 42),
    {.key = NULL},
};
// clang-format on

/* --- disks --- */

static int read_disk(struct xd_demo_spec *p, const struct xd_yaml *n, struct xd_arena *a,
                     struct xd_err *err)
{
    struct xd_demo_disk_spec *d = &p->disks[p->n_disks];
    int rc;

    *d = (struct xd_demo_disk_spec){.format = "raw"};
    rc = xd_demo_fields_read(n, disk_fields, 0, a, d, err);
    if (rc)
        return rc;
    if (xd_demo_vdev_number(d->vdev) < 0)
        return xd_yaml_error(xd_yaml_get(n, "vdev"), err,
                             "vdev: wanted a name such as xvda, hdc or sdb1, found \"%s\"",
                             xd_str_safe(a, d->vdev, 20));
    if (d->target && !d->target[0] && !d->cdrom)
        return xd_yaml_error(xd_yaml_get(n, "target"), err, "target: only a cdrom may be empty");
    for (size_t i = 0; i < p->n_disks; i++) {
        if (xd_demo_vdev_number(p->disks[i].vdev) == xd_demo_vdev_number(d->vdev))
            return xd_yaml_error(xd_yaml_get(n, "vdev"), err, "vdev: there are two disks %s",
                                 d->vdev);
    }
    p->n_disks++;
    return 0;
}

/* --- NICs --- */

static int read_nic(struct xd_demo_spec *p, const struct xd_yaml *n, struct xd_arena *a,
                    struct xd_err *err)
{
    static const char form[] = "xx:xx:xx:xx:xx:xx";
    struct xd_demo_nic_spec *nic = &p->nics[p->n_nics];
    bool ok = true;
    int rc;

    *nic = (struct xd_demo_nic_spec){.bridge = "xenbr0"};
    rc = xd_demo_fields_read(n, nic_fields, 0, a, nic, err);
    if (rc)
        return rc;
    for (size_t i = 0; nic->mac && form[i] && ok; i++)
        ok = form[i] == ':' ? nic->mac[i] == ':'
                            : nic->mac[i] && strchr("0123456789abcdef", nic->mac[i]);
    if (!ok)
        return xd_yaml_error(xd_yaml_get(n, "mac"), err,
                             "mac: wanted the form %s in lower case, found \"%s\"", form,
                             xd_str_safe(a, nic->mac, 20));
    if (nic->mac && p->count > 1)
        return xd_yaml_error(xd_yaml_get(n, "mac"), err, "mac: %d domains can't share one",
                             (int)p->count);
    p->n_nics++;
    return 0;
}

/* --- both --- */

static int read_list(struct xd_demo_spec *p, const struct xd_yaml *list, const char *key,
                     int (*read)(struct xd_demo_spec *p, const struct xd_yaml *n,
                                 struct xd_arena *a, struct xd_err *err),
                     struct xd_arena *a, struct xd_err *err)
{
    int rc = 0;

    if (list->kind != XD_YAML_LIST || list->n > XD_DEMO_DEVICES_MAX)
        return xd_yaml_key_error(list, err, "%s: wanted a list of at most %d", key,
                                 XD_DEMO_DEVICES_MAX);
    for (const struct xd_yaml *n = list->first; rc == 0 && n; n = n->next)
        rc = read(p, n, a, err);
    return rc;
}

/* Whoever says what moves and not over what has one device of the kind. Domain-0 uses the host's
 * own devices, which are in no list. */
int xd_demo_read_devices(struct xd_demo_spec *p, bool first, struct xd_arena *a, struct xd_err *err)
{
    size_t disks = p->disk_list ? p->disk_list->n : 1, nics = p->nic_list ? p->nic_list->n : 1;
    int rc = 0;

    if (first && (p->disk_list || p->nic_list))
        return xd_yaml_key_error(p->disk_list ? p->disk_list : p->nic_list, err,
                                 "Domain-0 has the host's own devices");
    p->disks = xd_arena_array(a, disks + 1, sizeof(*p->disks));
    p->nics = xd_arena_array(a, nics + 1, sizeof(*p->nics));
    if (p->disk_list)
        rc = read_list(p, p->disk_list, "disks", read_disk, a, err);
    else if (p->has_disk && !first)
        p->disks[p->n_disks++] = (struct xd_demo_disk_spec){.vdev = "xvda", .format = "raw"};
    if (rc == 0 && p->nic_list)
        rc = read_list(p, p->nic_list, "nics", read_nic, a, err);
    else if (rc == 0 && p->has_net && !first)
        p->nics[p->n_nics++] = (struct xd_demo_nic_spec){.bridge = "xenbr0"};
    return rc;
}

/* --- PCI functions --- */

#define PCI_BUSES 256

static bool is_bdf(const char *s)
{
    static const char form[] = "xxxx:xx:xx.x";
    size_t i;

    for (i = 0; form[i]; i++) {
        if (form[i] == 'x' ? !s[i] || !strchr("0123456789abcdef", s[i]) : s[i] != form[i])
            return false;
    }
    return s[i] == '\0' && s[11] < '8';
}

/* What its place among the others says, the machine's or an earlier function's. */
static int check_place(const struct xd_demo_scenario *s, struct xd_demo_pci_spec *p,
                       struct xd_err *err)
{
    const struct xd_yaml *at = p->at;
    size_t i;

    if (p->node >= s->n_nodes)
        return xd_yaml_error(xd_yaml_get(at, "node"), err, "node: there are only %u", s->n_nodes);
    if ((p->port != XD_DEMO_NO_PORT) != (p->buses != NULL))
        return xd_yaml_error(at, err,
                             "function %s: a bridge needs the keys \"port\" and \"buses\", and "
                             "nothing else has them",
                             p->bdf);
    for (i = 0; p->vf_of && i < s->n_pci && !xd_streq(s->pci[i].bdf, p->vf_of); i++)
        ;
    if (p->vf_of && i == s->n_pci)
        return xd_yaml_error(xd_yaml_get(at, "vf_of"), err,
                             "vf_of: no function before this one is called so");
    if (!p->max_speed)
        p->max_speed = p->speed;
    if (!p->max_lanes)
        p->max_lanes = p->lanes;
    if (!p->speed != !p->lanes || p->speed > p->max_speed || p->lanes > p->max_lanes)
        return xd_yaml_error(at, err,
                             "function %s: a link needs \"speed\" and \"lanes\", neither more than "
                             "\"max_speed\" and \"max_lanes\"",
                             p->bdf);
    return 0;
}

static int read_function(struct xd_demo_scenario *s, const struct xd_yaml *n, struct xd_arena *a,
                         struct xd_err *err)
{
    struct xd_demo_pci_spec *p = &s->pci[s->n_pci];
    size_t i;
    int rc;

    *p = (struct xd_demo_pci_spec){.at = n, .driver = "", .sysfs_node = UINT64_MAX};
    rc = xd_demo_fields_read(n, pci_fields, PCI_BUSES, a, p, err);
    if (rc)
        return rc;
    if (!is_bdf(p->bdf))
        return xd_yaml_error(xd_yaml_get(n, "bdf"), err,
                             "bdf: wanted the form 0000:01:00.0 in lower case, found \"%s\"",
                             xd_str_safe(a, p->bdf, 20));
    for (i = 0; i < s->n_pci && !xd_streq(s->pci[i].bdf, p->bdf); i++)
        ;
    if (i < s->n_pci)
        return xd_yaml_error(xd_yaml_get(n, "bdf"), err, "bdf: there are two functions %s", p->bdf);
    rc = check_place(s, p, err);
    if (rc)
        return rc;
    if ((p->use == XD_PCI_ASSIGNED) != (p->domain != NULL))
        return xd_yaml_error(n, err,
                             "function %s: what is assigned needs the key \"domain\", and "
                             "nothing else does",
                             p->bdf);
    for (i = 0; p->domain && i < s->n_births && !xd_streq(s->births[i].name, p->domain); i++)
        ;
    if (p->domain && (i == 0 || i == s->n_births))
        return xd_yaml_error(xd_yaml_get(n, "domain"), err, "domain: there is no guest \"%s\"",
                             xd_str_safe(a, p->domain, 80));
    s->n_pci++;
    return 0;
}

int xd_demo_read_pci(struct xd_demo_scenario *s, const struct xd_yaml *list, struct xd_arena *a,
                     struct xd_err *err)
{
    int rc = 0;

    if (list->kind != XD_YAML_LIST || list->n > XD_DEMO_PCI_MAX)
        return xd_yaml_key_error(list, err, "pci: wanted a list of at most %d", XD_DEMO_PCI_MAX);
    s->pci = xd_arena_array(a, list->n + 1, sizeof(*s->pci));
    for (const struct xd_yaml *n = list->first; rc == 0 && n; n = n->next)
        rc = read_function(s, n, a, err);
    return rc;
}
