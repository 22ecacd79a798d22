/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks and NICs of simulated domains: made with them, attached and detached while they run, and
 * what goes over each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_demo/host.h"
#include "backend_demo/random.h"
#include "base/str.h"

/* How long both ends need to find each other, and to let go. A guest that stands still does
 * neither. */
#define CONNECT_NS (XD_NS_PER_S * 3 / 10)
#define RELEASE_NS (XD_NS_PER_S / 2)

/* --- names --- */

/* "a" is 0, "z" 25, "aa" 26; moves on. -1: no letter. */
static int64_t letters(const char **s)
{
    int64_t n = 0;

    if (**s < 'a' || **s > 'z')
        return -1;
    for (int i = 0; **s >= 'a' && **s <= 'z' && i < 3; i++, (*s)++)
        n = n * 26 + (**s - 'a' + 1);
    return n - 1;
}

/* By docs/misc/vbd-interface: major and minor numbers as Linux once gave them to such disks. */
int64_t xd_demo_vdev_number(const char *vdev)
{
    static const struct {
        const char *prefix;
        int64_t disks, partitions; /* which may follow */
    } kinds[] = {{"xvd", 1 << 20, 255}, {"sd", 16, 15}, {"hd", 4, 63}};
    size_t k = 0;
    uint64_t part = 0;
    const char *s;
    int64_t disk;

    while (k < 3 && !xd_str_starts(vdev, kinds[k].prefix))
        k++;
    if (k == 3)
        return -EINVAL;
    s = vdev + strlen(kinds[k].prefix);
    disk = letters(&s);
    if (disk < 0 || disk >= kinds[k].disks)
        return -EINVAL;
    if (*s && (*s == '0' || xd_parse_u64(s, &part) || part > (uint64_t)kinds[k].partitions))
        return -EINVAL;
    if (k == 2)
        return (disk < 2 ? 3 << 8 : 22 << 8) | (disk & 1) << 6 | (int64_t)part;
    if (k == 1)
        return 8 << 8 | disk << 4 | (int64_t)part;
    if (disk < 16 && part < 16)
        return 202 << 8 | disk << 4 | (int64_t)part;
    return INT64_C(1) << 28 | disk << 8 | (int64_t)part;
}

static void make_mac(char *out, size_t size, uint64_t seed)
{
    uint64_t r = xd_demo_random(seed, 77);

    /* Xen's own prefix. */
    snprintf(out, size, "00:16:3e:%02x:%02x:%02x", (unsigned)(r >> 16 & 0x7f),
             (unsigned)(r >> 8 & 0xff), (unsigned)(r & 0xff));
}

static bool is_mac(const char *s)
{
    for (int i = 0; i < 17; i++) {
        bool hex = s[i] && strchr("0123456789abcdefABCDEF", s[i]);

        if (i % 3 == 2 ? s[i] != ':' : !hex)
            return false;
    }
    return s[17] == '\0';
}

/* --- from a mould --- */

static char *first_target(const struct xd_demo_domain *d, size_t i)
{
    char *out;

    if (d->spec->disks[i].target) {
        const char *text = d->spec->disks[i].target, *n = strstr(text, "{name}");

        if (!n)
            return xd_strdup(text);
        if (asprintf(&out, "%.*s%s%s", (int)(n - text), text, d->name, n + 6) < 0)
            abort();
        return out;
    }
    if (d->spec->disks[i].cdrom)
        return xd_strdup("");
    if (asprintf(&out, i ? "/dev/vg0/%s-%zu" : "/dev/vg0/%s", d->name, i) < 0)
        abort();
    return out;
}

void xd_demo_devices_make(struct xd_demo_domain *d, uint64_t seed)
{
    const struct xd_demo_spec *p = d->spec;

    d->n_disks = p->n_disks;
    d->n_nics = p->n_nics;
    d->disks = xd_malloc((d->n_disks + 1) * sizeof(*d->disks));
    d->nics = xd_malloc((d->n_nics + 1) * sizeof(*d->nics));
    for (size_t i = 0; i < d->n_disks; i++) {
        struct xd_demo_disk *k = &d->disks[i];

        snprintf(k->vdev, sizeof(k->vdev), "%s", p->disks[i].vdev);
        snprintf(k->format, sizeof(k->format), "%s", p->disks[i].format);
        k->target = first_target(d, i);
        k->readonly = p->disks[i].readonly || p->disks[i].cdrom;
        k->cdrom = p->disks[i].cdrom;
        k->shift = 12 + (unsigned)(xd_demo_random(seed, 100 + i) % 5);
    }
    for (size_t i = 0; i < d->n_nics; i++) {
        struct xd_demo_nic *n = &d->nics[i];

        n->devid = i;
        n->bridge = xd_strdup(p->nics[i].bridge);
        if (p->nics[i].mac)
            snprintf(n->mac, sizeof(n->mac), "%s", p->nics[i].mac);
        else
            make_mac(n->mac, sizeof(n->mac), xd_demo_random(seed, i));
    }
}

void xd_demo_devices_free(struct xd_demo_domain *d)
{
    for (size_t i = 0; i < d->n_disks; i++)
        free(d->disks[i].target);
    for (size_t i = 0; i < d->n_nics; i++)
        free(d->nics[i].bridge);
    free(d->disks);
    free(d->nics);
}

/* --- on their way --- */

static void drop_disk(struct xd_demo_domain *d, size_t i)
{
    free(d->disks[i].target);
    d->n_disks--;
    memmove(&d->disks[i], &d->disks[i + 1], (d->n_disks - i) * sizeof(d->disks[0]));
}

static void drop_nic(struct xd_demo_domain *d, size_t i)
{
    free(d->nics[i].bridge);
    d->n_nics--;
    memmove(&d->nics[i], &d->nics[i + 1], (d->n_nics - i) * sizeof(d->nics[0]));
}

void xd_demo_devices_boot(struct xd_demo_domain *d)
{
    static const struct xd_demo_link connected = {.state = XD_XENBUS_CONNECTED};

    for (size_t i = d->n_disks; i-- > 0;) {
        if (d->disks[i].link.state == XD_XENBUS_CLOSING) {
            drop_disk(d, i);
            continue;
        }
        d->disks[i].link = connected;
        d->disks[i].rd = d->disks[i].wr = 0;
    }
    for (size_t i = d->n_nics; i-- > 0;) {
        if (d->nics[i].link.state == XD_XENBUS_CLOSING) {
            drop_nic(d, i);
            continue;
        }
        d->nics[i].link = connected;
        d->nics[i].rx = d->nics[i].tx = 0;
    }
    d->links_move = false;
}

/* True: it is gone. */
static bool step(struct xd_demo_domain *d, struct xd_demo_link *l, int64_t len_ns)
{
    if (l->state == XD_XENBUS_CONNECTED)
        return false;
    l->left_ns -= len_ns;
    if (l->left_ns > 0) {
        d->links_move = true;
        return false;
    }
    if (l->state == XD_XENBUS_CLOSING)
        return true;
    l->state = XD_XENBUS_CONNECTED;
    return false;
}

void xd_demo_devices_step(struct xd_demo_domain *d, int64_t len_ns)
{
    if (!d->links_move)
        return;
    d->links_move = false;
    for (size_t i = d->n_disks; i-- > 0;) {
        if (step(d, &d->disks[i].link, len_ns))
            drop_disk(d, i);
    }
    for (size_t i = d->n_nics; i-- > 0;) {
        if (step(d, &d->nics[i].link, len_ns))
            drop_nic(d, i);
    }
}

/* --- what goes over them --- */

static bool carries(const struct xd_demo_disk *k)
{
    return k->link.state == XD_XENBUS_CONNECTED && !k->cdrom;
}

/* Each gets as much as the others, the first also what doesn't divide; who only reads gets nothing
 * written. */
static void move_disks(struct xd_demo_domain *d, uint64_t rd, uint64_t wr)
{
    uint64_t readers = 0, writers = 0, read_part, write_part;
    bool first_read = true, first_written = true;

    for (size_t i = 0; i < d->n_disks; i++) {
        readers += carries(&d->disks[i]);
        writers += carries(&d->disks[i]) && !d->disks[i].readonly;
    }
    read_part = readers ? rd / readers : 0;
    write_part = writers ? wr / writers : 0;
    for (size_t i = 0; i < d->n_disks; i++) {
        struct xd_demo_disk *k = &d->disks[i];

        if (!carries(k))
            continue;
        k->rd += first_read ? rd - read_part * (readers - 1) : read_part;
        first_read = false;
        if (k->readonly)
            continue;
        k->wr += first_written ? wr - write_part * (writers - 1) : write_part;
        first_written = false;
    }
}

static void move_nics(struct xd_demo_domain *d, uint64_t rx, uint64_t tx)
{
    uint64_t n = 0;
    bool first = true;

    for (size_t i = 0; i < d->n_nics; i++)
        n += d->nics[i].link.state == XD_XENBUS_CONNECTED;
    for (size_t i = 0; i < d->n_nics; i++) {
        struct xd_demo_nic *k = &d->nics[i];

        if (k->link.state != XD_XENBUS_CONNECTED)
            continue;
        k->rx += first ? rx - rx / n * (n - 1) : rx / n;
        k->tx += first ? tx - tx / n * (n - 1) : tx / n;
        first = false;
    }
}

void xd_demo_devices_move(struct xd_demo_domain *d, uint64_t rx, uint64_t tx, uint64_t rd,
                          uint64_t wr)
{
    if (d->domid == 0) { /* its own are the host's */
        d->rx += rx;
        d->tx += tx;
        d->rd += rd;
        d->wr += wr;
        return;
    }
    if (rd || wr)
        move_disks(d, rd, wr);
    if (rx || tx)
        move_nics(d, rx, tx);
}

/* --- attach and detach --- */

static const char *text_of(const struct xd_value *v)
{
    return v->have && v->cell.s ? v->cell.s : "";
}

static int check_backend(struct xd_demo_host *h, const struct xd_value *v, struct xd_err *err)
{
    struct xd_demo_domain *b = xd_demo_domain_called(h, *text_of(v) ? text_of(v) : "0");
    char found[64];

    if (b && b->domid == 0)
        return 0;
    xd_str_safe_to(found, sizeof(found), text_of(v));
    return xd_err_set(err, -EINVAL, "the demo host's devices are served by Domain-0 and not by %s",
                      found);
}

/* From that parameter on nothing is simulated: what is said is not passed over. */
static int check_plain(const struct xd_demo_domain *d, int action, const struct xd_value *p,
                       int from, struct xd_err *err)
{
    const struct xd_param *names = xd_xen_actions[action].params;

    for (int i = from; names[i].name; i++)
        if (p[i].have && (p[i].type == XD_ENUM ? p[i].cell.u != 0 : true))
            return xd_err_set(err, -ENOTSUP, "domain %s: the demo host's devices have no %s",
                              d->shown, names[i].name);
    return 0;
}

/* A guest has to be there to let a device in or out. */
static int must_live(const struct xd_demo_domain *d, struct xd_err *err)
{
    if (d->life == XD_DEMO_ALIVE || d->life == XD_DEMO_STOPPING)
        return 0;
    return xd_err_set(err, -EINVAL, "domain %s doesn't run any more: its devices stay as they are",
                      d->shown);
}

int xd_demo_disk_attach(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                        struct xd_err *err)
{
    const char *vdev = text_of(&p[XD_DISK_ATTACH_VDEV]);
    const char *target = text_of(&p[XD_DISK_ATTACH_TARGET]);
    const char *format = text_of(&p[XD_DISK_ATTACH_FORMAT]);
    bool cdrom = p[XD_DISK_ATTACH_CDROM].have && p[XD_DISK_ATTACH_CDROM].cell.b;
    int64_t number = xd_demo_vdev_number(vdev);
    struct xd_demo_domain *d = t->d;
    struct xd_demo_disk *k;
    char found[32];
    int rc = must_live(d, err);

    rc = rc ? rc : check_backend(h, &p[XD_DISK_ATTACH_BACKEND], err);
    rc = rc ? rc : check_plain(d, XD_ACTION_DISK_ATTACH, p, XD_DISK_ATTACH_BACKENDTYPE, err);
    if (rc)
        return rc;
    xd_str_safe_to(found, sizeof(found), vdev);
    if (number < 0 || strlen(vdev) >= sizeof(k->vdev))
        return xd_err_set(err, -EINVAL,
                          "vdev: wanted a name such as xvdb, hdc or sdb, found \"%s\"", found);
    if (!target[0] && !cdrom)
        return xd_err_set(err, -EINVAL, "disk %s of %s: only a CD drive may be empty", vdev,
                          d->shown);
    if (cdrom && d->spec->type != XD_TYPE_HVM)
        return xd_err_set(err, -EINVAL, "domain %s is no HVM guest: it can't have a CD drive",
                          d->shown);
    if (!format[0] || strlen(format) >= sizeof(k->format))
        return xd_err_set(err, -EINVAL, "format: wanted raw, qcow2, vhd …");
    for (size_t i = 0; i < d->n_disks; i++) {
        if (xd_demo_vdev_number(d->disks[i].vdev) == number)
            return xd_err_set(err, -EINVAL, "domain %s has a disk %s already", d->shown,
                              d->disks[i].vdev);
    }
    if (d->n_disks >= XD_DEMO_DEVICES_MAX)
        return xd_err_set(err, -EINVAL, "domain %s has %zu disks: the demo host gives no more",
                          d->shown, d->n_disks);
    d->disks = xd_realloc(d->disks, (d->n_disks + 1) * sizeof(*d->disks));
    k = &d->disks[d->n_disks++];
    *k = (struct xd_demo_disk){
        .readonly = cdrom || (p[XD_DISK_ATTACH_READONLY].have && p[XD_DISK_ATTACH_READONLY].cell.b),
        .cdrom = cdrom,
        .target = xd_strdup(target),
        .link = {XD_XENBUS_INIT_WAIT, CONNECT_NS},
        .shift = 12 + (unsigned)(xd_demo_random(d->seed, (uint64_t)number) % 5),
    };
    snprintf(k->vdev, sizeof(k->vdev), "%s", vdev);
    snprintf(k->format, sizeof(k->format), "%s", format);
    d->links_move = true;
    return 0;
}

static int detach(struct xd_demo_domain *d, struct xd_demo_link *l, struct xd_err *err)
{
    int rc = must_live(d, err);

    if (rc)
        return rc;
    if (l->state == XD_XENBUS_CLOSING)
        return xd_err_set(err, -EALREADY, "it is being detached from %s already", d->shown);
    *l = (struct xd_demo_link){XD_XENBUS_CLOSING, RELEASE_NS};
    d->links_move = true;
    return 0;
}

int xd_demo_disk_detach(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                        struct xd_err *err)
{
    return detach(t->d, &t->disk->link, err);
}

int xd_demo_nic_detach(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                       struct xd_err *err)
{
    return detach(t->d, &t->nic->link, err);
}

int xd_demo_cdrom(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                  struct xd_err *err)
{
    int rc = must_live(t->d, err);

    if (rc)
        return rc;
    if (!t->disk->cdrom)
        return xd_err_set(err, -EINVAL, "disk %s of %s is no CD drive: its medium stays in it",
                          t->disk->vdev, t->d->shown);
    if (strcmp(t->disk->target, text_of(&p[0])) == 0)
        return xd_err_set(err, -EALREADY, "that is in drive %s of %s already", t->disk->vdev,
                          t->d->shown);
    free(t->disk->target);
    t->disk->target = xd_strdup(text_of(&p[0]));
    return 0;
}

static bool mac_taken(const struct xd_demo_host *h, const char *mac)
{
    for (size_t i = 0; i < h->n_domains; i++) {
        const struct xd_demo_domain *d = h->domains[i];

        for (size_t j = 0; j < d->n_nics; j++) {
            if (strcasecmp(d->nics[j].mac, mac) == 0)
                return true;
        }
    }
    return false;
}

int xd_demo_nic_attach(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                       struct xd_err *err)
{
    const char *bridge = text_of(&p[XD_NIC_ATTACH_BRIDGE]), *mac = text_of(&p[XD_NIC_ATTACH_MAC]);
    uint64_t devid = p[XD_NIC_ATTACH_DEVID].have ? p[XD_NIC_ATTACH_DEVID].cell.u : t->d->n_nics;
    struct xd_demo_domain *d = t->d;
    struct xd_demo_nic *n;
    char made[18];
    int rc = must_live(d, err);

    rc = rc ? rc : check_backend(h, &p[XD_NIC_ATTACH_BACKEND], err);
    rc = rc ? rc : check_plain(d, XD_ACTION_NIC_ATTACH, p, XD_NIC_ATTACH_SCRIPT, err);
    if (rc)
        return rc;
    if (mac[0] && !is_mac(mac))
        return xd_err_set(err, -EINVAL, "mac: wanted the form 00:16:3e:00:00:01");
    if (mac[0] && mac_taken(h, mac))
        return xd_err_set(err, -EINVAL, "another NIC of this host has the address %s already", mac);
    if (devid >= XD_DEMO_DEVICES_MAX)
        return xd_err_set(err, -EINVAL, "devid: wanted a number below %d", XD_DEMO_DEVICES_MAX);
    for (size_t i = 0; i < d->n_nics; i++) {
        if (d->nics[i].devid == devid)
            return xd_err_set(err, -EINVAL, "domain %s has a NIC %d already", d->shown, (int)devid);
    }
    for (uint64_t i = 0; !mac[0] && (i == 0 || mac_taken(h, made)); i++)
        make_mac(made, sizeof(made), xd_demo_random(d->seed + devid, (uint64_t)h->t_ns + i));
    d->nics = xd_realloc(d->nics, (d->n_nics + 1) * sizeof(*d->nics));
    n = &d->nics[d->n_nics++];
    *n = (struct xd_demo_nic){.devid = devid,
                              .bridge = xd_strdup(bridge[0] ? bridge : "xenbr0"),
                              .link = {XD_XENBUS_INIT_WAIT, CONNECT_NS}};
    snprintf(n->mac, sizeof(n->mac), "%s", mac[0] ? mac : made);
    d->links_move = true;
    return 0;
}
