/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a config file would make of this host, in lines for people: see create.h. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend_libxl/create.h"

/* A preview being written, and all that stands against the domain. */
struct preview {
    const struct xd_xl_config *c;
    const struct xd_xl_host *h;
    struct xd_buf *out;
    struct xd_buf against;
};

static void against(struct preview *p, const char *fmt, ...) XD_PRINTF(2, 3);
static void against(struct preview *p, const char *fmt, ...)
{
    char text[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    xd_buf_printf(&p->against, "%s%s", p->against.len ? "; " : "", text);
}

static const char *or_text(const char *text, const char *without)
{
    return text && text[0] ? text : without;
}

/* --- the parts --- */

static void say_identity(struct preview *p)
{
    static const char *const types[] = {
        [XD_TYPE_PV] = "PV", [XD_TYPE_PVH] = "PVH", [XD_TYPE_HVM] = "HVM"};
    const struct xd_xl_config *c = p->c;

    xd_buf_printf(p->out, "domain %s, %s", c->name[0] ? c->name : "?", types[c->type]);
    if (c->pool[0])
        xd_buf_printf(p->out, ", in cpupool %s", c->pool);
    xd_buf_addc(p->out, '\n');
    if (!c->name[0])
        against(p, "it names no domain (name = \"…\")");
    else if (p->h->taken(p->h->self, c, false))
        against(p, "a domain %s runs already", c->name);
    if (c->have_uuid && p->h->taken(p->h->self, c, true))
        against(p, "a domain with its UUID runs already");
    if (c->pool[0] && !p->h->pool(p->h->self, c->pool))
        against(p, "there is no cpupool %s", c->pool);
}

static void say_size(struct preview *p)
{
    const struct xd_xl_config *c = p->c;
    char mem[16], most[16], have[16];

    xd_buf_printf(p->out, "%" PRIu64 " vCPU%s", c->vcpus, c->vcpus == 1 ? "" : "s");
    if (c->max_vcpus > c->vcpus)
        xd_buf_printf(p->out, " (at most %" PRIu64 ")", c->max_vcpus);
    if (c->max_vcpus < c->vcpus)
        against(p, "maxvcpus %" PRIu64 " is less than vcpus %" PRIu64, c->max_vcpus, c->vcpus);
    xd_fmt_bytes(c->mem_kib << 10, mem, sizeof(mem));
    xd_fmt_bytes(c->max_kib << 10, most, sizeof(most));
    xd_fmt_bytes(p->h->free_kib << 10, have, sizeof(have));
    xd_buf_printf(p->out, ", memory %s", c->mem_kib ? mem : "as libxl chooses");
    if (c->max_kib > c->mem_kib)
        xd_buf_printf(p->out, " (at most %s)", most);
    if (p->h->have_free)
        xd_buf_printf(p->out, " of %s free", have);
    if (p->h->have_free && c->mem_kib > p->h->free_kib) {
        if (p->h->balloons)
            xd_buf_add(p->out, ": Domain-0 would have to give some of its own");
        else
            against(p, "it needs %s of memory, and %s are free", mem, have);
    }
    xd_buf_addc(p->out, '\n');
}

static void check_file(struct preview *p, const char *what, const char *path)
{
    int rc = path[0] ? p->h->file(p->h->self, path) : 0;

    if (rc < 0)
        against(p, "%s %s: %s", what, path, strerror(-rc));
}

static void say_boot(struct preview *p)
{
    const struct xd_xl_config *c = p->c;

    if (c->kernel[0])
        xd_buf_printf(p->out, "kernel %s%s%s\n", c->kernel, c->ramdisk[0] ? ", ramdisk " : "",
                      c->ramdisk);
    else if (c->bootloader[0])
        xd_buf_printf(p->out, "bootloader %s\n", c->bootloader);
    else if (c->type == XD_TYPE_HVM)
        xd_buf_printf(p->out, "boots by its firmware%s%s\n", c->firmware[0] ? ", " : "",
                      c->firmware);
    else
        against(p, "it names neither a kernel nor a bootloader");
    check_file(p, "kernel", c->kernel);
    check_file(p, "ramdisk", c->ramdisk);
}

static void say_disk(struct preview *p, const struct xd_xl_config_disk *d)
{
    char user[128];
    bool writes;

    xd_buf_printf(p->out, "disk %s: %s%s%s%s%s%s", or_text(d->vdev, "?"),
                  or_text(d->target, "empty"), d->format[0] ? ", " : "", d->format,
                  d->cdrom ? ", CD drive" : (d->readonly ? ", read only" : ""),
                  d->backend[0] ? ", served by " : "", d->backend);
    if (d->target[0] && d->local) {
        int rc = p->h->file(p->h->self, d->target);

        if (rc < 0)
            against(p, "disk %s: %s: %s", d->vdev, d->target, strerror(-rc));
        if (p->h->disk_user(p->h->self, d->target, user, sizeof(user), &writes) &&
            (writes || !d->readonly))
            xd_buf_printf(p->out, "; CAUTION: domain %s %s it too", user,
                          writes ? "writes" : "reads");
    }
    xd_buf_addc(p->out, '\n');
}

static void say_nic(struct preview *p, const struct xd_xl_config_nic *n)
{
    const char *bridge = or_text(n->bridge, p->h->bridge_of_nics);

    xd_buf_printf(p->out, "NIC on bridge %s, MAC %s\n", bridge, or_text(n->mac, "made by libxl"));
    if (!n->backend[0] && !p->h->bridge(p->h->self, bridge))
        against(p, "there is no bridge %s in Domain-0", bridge);
}

static void say_devices(struct preview *p)
{
    const struct xd_xl_config *c = p->c;

    for (size_t i = 0; i < c->n_disks; i++)
        say_disk(p, &c->disks[i]);
    for (size_t i = 0; i < c->n_nics; i++)
        say_nic(p, &c->nics[i]);
    for (size_t i = 0; i < c->n_pcis; i++) {
        char bdf[32];

        snprintf(bdf, sizeof(bdf), "%.*s", (int)strcspn(c->pcis[i], ",@ "), c->pcis[i]);
        xd_buf_printf(p->out, "PCI function %s\n", c->pcis[i]);
        if (!strstr(c->pcis[i], "seize=1") && !p->h->assignable(p->h->self, bdf))
            against(p, "PCI function %s is not assignable (pci-assignable makes it so)", bdf);
    }
}

/* What xl does then where the file doesn't say it: xl.cfg(5). */
static void say_monitor(struct preview *p, bool paused)
{
    const struct xd_xl_config *c = p->c;

    if (!p->h->monitor[0]) {
        against(p, "xl is not installed (Debian: xen-utils), and it makes and watches the domain");
        return;
    }
    xd_buf_printf(p->out,
                  "%s makes it%s and stays as its monitor: on poweroff %s, on reboot %s, on crash "
                  "%s\n",
                  p->h->monitor, paused ? ", leaves it paused" : "",
                  or_text(c->on_poweroff, "destroy"), or_text(c->on_reboot, "restart"),
                  or_text(c->on_crash, "destroy"));
}

int xd_xl_preview_text(const struct xd_xl_config *c, const struct xd_xl_host *h, bool paused,
                       struct xd_buf *out, struct xd_err *err)
{
    struct preview p = {.c = c, .h = h, .out = out, .against = XD_BUF_INIT};
    char safe[400];
    int rc = 0;

    say_identity(&p);
    say_size(&p);
    say_boot(&p);
    say_devices(&p);
    say_monitor(&p, paused);
    if (p.against.len) {
        xd_str_safe_to(safe, sizeof(safe), xd_buf_str(&p.against));
        rc = xd_err_set(err, -EINVAL, "%s: %s", c->file, safe);
    }
    xd_buf_done(&p.against);
    return rc;
}

/* --- small parsers --- */

bool xd_xl_vif_value(const char *spec, const char *key, char *out, size_t size)
{
    size_t len = strlen(key);

    while (*spec) {
        const char *end = spec + strcspn(spec, ",");

        while (isspace((unsigned char)*spec))
            spec++;
        if (strncmp(spec, key, len) == 0 && spec[len] == '=') {
            const char *value = spec + len + 1;
            size_t n = end > value ? (size_t)(end - value) : 0;

            while (n && isspace((unsigned char)value[n - 1]))
                n--;
            snprintf(out, size, "%.*s", (int)n, value);
            return true;
        }
        spec = *end ? end + 1 : end;
    }
    return false;
}

/* libxl's lines are "libxl: error: libxl_x.c:12:f: Domain 3:Text". The first of them is the cause,
 * later ones its echo; where none says error, the last line tells most. */
void xd_xl_why(const char *said, char *out, size_t size)
{
    const char *best = NULL, *line = said;
    size_t best_len = 0;
    bool found = false;
    char text[512];

    while (*line && !found) {
        size_t len = strcspn(line, "\n");

        snprintf(text, sizeof(text), "%.*s", (int)(len < 500 ? len : 500), line);
        found = strcasestr(text, "error") != NULL;
        if (len) {
            best = line;
            best_len = len < 500 ? len : 500;
        }
        line += len + (line[len] == '\n');
    }
    snprintf(text, sizeof(text), "%.*s", (int)best_len, best ? best : "");
    line = strstr(text, "error: ");
    xd_str_safe_to(out, size, xd_xl_log_essence(line ? line + 7 : text));
}
