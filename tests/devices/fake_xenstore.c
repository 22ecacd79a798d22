/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fake_xenstore.h. */
#include "fake_xenstore.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>
#include <xenstore.h>

#include "base/arena.h"

#define NODES   8192
#define WATCHES 2048
#define EVENTS  16384

struct pair {
    char *a, *b;
};

static struct {
    struct pair nodes[NODES], watches[WATCHES], events[EVENTS];
    size_t n_nodes, n_watches, n_events, next_event;
    xc_domaininfo_t domains[512];
    int n_domains;
    unsigned asked;
    bool dead;
} fake;

static struct pair pair(const char *a, const char *b)
{
    return (struct pair){xd_strdup(a), xd_strdup(b)};
}

static void take_out(struct pair *list, size_t *n, size_t i)
{
    free(list[i].a);
    free(list[i].b);
    list[i] = list[--*n];
}

static bool is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);

    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static void fire(const char *path)
{
    for (size_t i = 0; i < fake.n_watches; i++)
        if (is_below(path, fake.watches[i].a) && fake.n_events < EVENTS)
            fake.events[fake.n_events++] = pair(path, fake.watches[i].b);
}

void fake_write(const char *value, const char *fmt, ...)
{
    char path[256];
    va_list ap;
    size_t i = 0;

    va_start(ap, fmt);
    vsnprintf(path, sizeof(path), fmt, ap);
    va_end(ap);
    while (i < fake.n_nodes && strcmp(fake.nodes[i].a, path) != 0)
        i++;
    if (i < fake.n_nodes)
        take_out(fake.nodes, &fake.n_nodes, i);
    if (fake.n_nodes < NODES)
        fake.nodes[fake.n_nodes++] = pair(path, value);
    fire(path);
}

void fake_rm(const char *fmt, ...)
{
    char path[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(path, sizeof(path), fmt, ap);
    va_end(ap);
    for (size_t i = fake.n_nodes; i-- > 0;)
        if (is_below(fake.nodes[i].a, path))
            take_out(fake.nodes, &fake.n_nodes, i);
    fire(path);
}

void fake_domain(uint32_t domid, bool dying)
{
    xc_domaininfo_t *d = &fake.domains[fake.n_domains++];

    memset(d, 0, sizeof(*d));
    d->domain = (domid_t)domid;
    d->flags = dying ? XEN_DOMINF_dying : 0;
    memset(d->handle, (int)domid, sizeof(d->handle));
}

void fake_domains_clear(void)
{
    fake.n_domains = 0;
    fire("@releaseDomain");
}

unsigned fake_asked(void)
{
    unsigned n = fake.asked;

    fake.asked = 0;
    return n;
}

bool fake_is_watched(const char *path)
{
    for (size_t i = 0; i < fake.n_watches; i++)
        if (strcmp(fake.watches[i].a, path) == 0)
            return true;
    return false;
}

void fake_dead(bool dead)
{
    fake.dead = dead;
}

static void drop_watches(void)
{
    while (fake.n_watches)
        take_out(fake.watches, &fake.n_watches, 0);
    for (size_t i = fake.next_event; i < fake.n_events; i++) {
        free(fake.events[i].a);
        free(fake.events[i].b);
    }
    fake.n_events = fake.next_event = 0;
}

void fake_done(void)
{
    drop_watches();
    while (fake.n_nodes)
        take_out(fake.nodes, &fake.n_nodes, 0);
    memset(&fake, 0, sizeof(fake));
}

/* --- what stands in for the libraries --- */

static bool ask(void)
{
    fake.asked++;
    errno = EIO;
    return !fake.dead;
}

struct xs_handle *xs_open(unsigned long flags)
{
    return ask() ? (struct xs_handle *)&fake : NULL;
}

void xs_close(struct xs_handle *h)
{
    drop_watches();
}

const char *xs_daemon_socket(void)
{
    return "/nowhere/xenstored/socket";
}

int xs_fileno(struct xs_handle *h)
{
    return -1;
}

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned *len)
{
    if (!ask())
        return NULL;
    for (size_t i = 0; i < fake.n_nodes; i++) {
        if (strcmp(fake.nodes[i].a, path) != 0)
            continue;
        *len = (unsigned)strlen(fake.nodes[i].b);
        return xd_strdup(fake.nodes[i].b);
    }
    errno = ENOENT;
    return NULL;
}

/* One block, as the library gives: pointers, then the names they point to. */
char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned *num)
{
    char **out, *text;
    size_t len = strlen(path);

    *num = 0;
    if (!ask())
        return NULL;
    out = xd_malloc(fake.n_nodes * (sizeof(*out) + 64) + 1);
    text = (char *)(out + fake.n_nodes);
    for (size_t i = 0; i < fake.n_nodes; i++) {
        const char *name = fake.nodes[i].a + len + 1;
        size_t size = 0;
        bool known = false;

        if (!is_below(fake.nodes[i].a, path) || fake.nodes[i].a[len] != '/')
            continue;
        size = strcspn(name, "/");
        for (unsigned k = 0; k < *num; k++)
            known = known || (strlen(out[k]) == size && strncmp(out[k], name, size) == 0);
        if (known || size > 63)
            continue;
        out[(*num)++] = text;
        memcpy(text, name, size);
        text += size + 1;
    }
    if (*num)
        return out;
    free(out);
    errno = ENOENT;
    return NULL;
}

bool xs_watch(struct xs_handle *h, const char *path, const char *token)
{
    if (!ask() || fake.n_watches == WATCHES)
        return false;
    fake.watches[fake.n_watches++] = pair(path, token);
    if (fake.n_events < EVENTS)
        fake.events[fake.n_events++] = pair(path, token);
    return true;
}

bool xs_unwatch(struct xs_handle *h, const char *path, const char *token)
{
    for (size_t i = 0; ask() && i < fake.n_watches; i++) {
        if (strcmp(fake.watches[i].a, path) != 0 || strcmp(fake.watches[i].b, token) != 0)
            continue;
        take_out(fake.watches, &fake.n_watches, i);
        return true;
    }
    return false;
}

char **xs_check_watch(struct xs_handle *h)
{
    struct pair *e = &fake.events[fake.next_event];
    char **out;

    if (fake.next_event == fake.n_events) {
        fake.next_event = fake.n_events = 0;
        errno = EAGAIN;
        return NULL;
    }
    fake.next_event++;
    out = xd_malloc(2 * sizeof(*out) + strlen(e->a) + strlen(e->b) + 2);
    out[XS_WATCH_PATH] = strcpy((char *)(out + 2), e->a);
    out[XS_WATCH_TOKEN] = strcpy(out[XS_WATCH_PATH] + strlen(e->a) + 1, e->b);
    free(e->a);
    free(e->b);
    return out;
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first, unsigned most, xc_domaininfo_t *info)
{
    unsigned n = 0;

    for (int i = 0; i < fake.n_domains && n < most; i++)
        if (fake.domains[i].domain >= first)
            info[n++] = fake.domains[i];
    return (int)n;
}
