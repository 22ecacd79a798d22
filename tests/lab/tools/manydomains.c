/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hundreds of domains at once, in the lab's dom0, where a create by xl takes a second under
 * emulation: real domains of Xen with a vCPU, memory, a connection to xenstore (which therefore
 * tells of their coming and going) and what a toolstack writes there, but without a kernel. They
 * stay paused, so they take no CPU time at all.
 *
 *   manydomains create COUNT [MIB]   "many-1" … "many-COUNT"
 *   manydomains destroy              all whose name begins with "many-"
 *
 * Each one's name, id and UUID are printed as they are created.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>
#include <xenguest.h>
#include <xenstore.h>

#define PREFIX        "many-"
#define PAGES_PER_MIB 256
#define AT_ONCE       1024

struct tools {
    xc_interface *xc;
    struct xs_handle *xs;
};

static int failed(const char *what, const char *call)
{
    fprintf(stderr, "manydomains: %s: %s: %s\n", what, call, strerror(errno));
    return 1;
}

static int __attribute__((format(printf, 5, 6)))
put(struct tools *t, xs_transaction_t in, uint32_t domid, const char *key, const char *fmt, ...)
{
    char path[128], value[128];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(value, sizeof(value), fmt, ap);
    va_end(ap);
    snprintf(path, sizeof(path), "/local/domain/%u/%s", domid, key);
    return xs_write(t->xs, in, path, value, (unsigned)strlen(value)) ? 0 : -1;
}

/* What xl would have written of it, and all at once as xl does. */
static int tell_store(struct tools *t, uint32_t domid, const char *name, unsigned mib)
{
    for (;;) {
        xs_transaction_t in = xs_transaction_start(t->xs);

        if (in == XBT_NULL || put(t, in, domid, "name", "%s", name) ||
            put(t, in, domid, "domid", "%u", domid) ||
            put(t, in, domid, "memory/target", "%u", mib * 1024) ||
            put(t, in, domid, "memory/static-max", "%u", mib * 1024))
            return failed(name, "xenstore");
        if (xs_transaction_end(t->xs, in, false))
            return 0;
        if (errno != EAGAIN)
            return failed(name, "xenstore");
    }
}

static int give_memory(struct tools *t, uint32_t domid, const char *name, unsigned mib,
                       xen_pfn_t *first)
{
    unsigned long n = (unsigned long)mib * PAGES_PER_MIB;
    xen_pfn_t *pages = calloc(n, sizeof(*pages));
    int rc = 0;

    for (unsigned long i = 0; i < n; i++)
        pages[i] = i;
    if (xc_domain_setmaxmem(t->xc, domid, (uint64_t)mib * 1024 + 1024) < 0)
        rc = failed(name, "setmaxmem");
    else if (xc_domain_populate_physmap_exact(t->xc, domid, n, 0, 0, pages) < 0)
        rc = failed(name, "populate_physmap");
    *first = pages[0];
    free(pages);
    return rc;
}

static int introduce(struct tools *t, uint32_t domid, const char *name, xen_pfn_t page)
{
    int port = xc_evtchn_alloc_unbound(t->xc, domid, 0);

    if (port < 0)
        return failed(name, "evtchn_alloc_unbound");
    if (xc_dom_gnttab_seed(t->xc, domid, false, page, page, 0, 0) < 0)
        return failed(name, "gnttab_seed");
    if (!xs_introduce_domain(t->xs, domid, page, (unsigned)port))
        return failed(name, "introduce");
    return 0;
}

static int create_one(struct tools *t, int number, unsigned mib)
{
    struct xen_domctl_createdomain config = {
        .max_vcpus = 1,
        .max_evtchn_port = -1,
        .max_grant_frames = 4,
        .max_maptrack_frames = 0,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
    };
    uint32_t domid = 0;
    xen_pfn_t page = 0;
    char name[32];

    snprintf(name, sizeof(name), PREFIX "%d", number);
    for (size_t i = 0; i < sizeof(config.handle); i++)
        config.handle[i] = (uint8_t)(number >> (i % 4 * 8)) ^ (uint8_t)(0x40 + i);
    if (xc_domain_create(t->xc, &domid, &config) < 0)
        return failed(name, "domain_create");
    if (xc_domain_max_vcpus(t->xc, domid, 1) < 0)
        return failed(name, "max_vcpus");
    if (give_memory(t, domid, name, mib, &page) || tell_store(t, domid, name, mib) ||
        introduce(t, domid, name, page))
        return 1;
    printf("%s %u ", name, domid);
    for (size_t i = 0; i < sizeof(config.handle); i++)
        printf("%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", config.handle[i]);
    printf("\n");
    return 0;
}

static int destroy_one(struct tools *t, uint32_t domid)
{
    char path[64];

    /* Xen takes it apart step by step and may ask to be asked again. */
    while (xc_domain_destroy(t->xc, domid) < 0)
        if (errno != EAGAIN && errno != EBUSY)
            return failed("a domain", "destroy");
    snprintf(path, sizeof(path), "/local/domain/%u", domid);
    return xs_rm(t->xs, XBT_NULL, path) || errno == ENOENT ? 0 : failed(path, "rm");
}

static int destroy_all(struct tools *t)
{
    xc_domaininfo_t *list = calloc(AT_ONCE, sizeof(*list));
    int n = xc_domain_getinfolist(t->xc, 1, AT_ONCE, list), rc = 0;

    for (int i = 0; i < n; i++) {
        char path[64], *name;

        snprintf(path, sizeof(path), "/local/domain/%u/name", list[i].domain);
        name = xs_read(t->xs, XBT_NULL, path, NULL);
        if (name && strncmp(name, PREFIX, strlen(PREFIX)) == 0)
            rc |= destroy_one(t, list[i].domain);
        free(name);
    }
    free(list);
    return n < 0 ? failed("the list", "getinfolist") : rc;
}

int main(int argc, char **argv)
{
    struct tools t = {xc_interface_open(NULL, NULL, 0), xs_open(0)};
    int rc = 2;

    if (!t.xc || !t.xs)
        return failed("this host", "open");
    if (argc >= 3 && strcmp(argv[1], "create") == 0) {
        rc = 0;
        for (int i = 1; rc == 0 && i <= atoi(argv[2]); i++)
            rc = create_one(&t, i, argc > 3 ? (unsigned)atoi(argv[3]) : 2);
    } else if (argc == 2 && strcmp(argv[1], "destroy") == 0) {
        rc = destroy_all(&t);
    } else {
        fprintf(stderr, "usage: manydomains create COUNT [MIB] | destroy\n");
    }
    xs_close(t.xs);
    xc_interface_close(t.xc);
    return rc;
}
