/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading xenstore, and remembering: see known.h. The paths are those of docs/misc/xenstore-paths
 * in Xen's source. */
#include "backend_libxl/known.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xenstore_lib.h>

#include "backend_libxl/asks.h"
#include "backend_libxl/deaths.h"
#include "backend_libxl/recall.h"
#include "backend_shared/xen.h"
#include "base/arena.h"
#include "base/str.h"

/* How long one sample may read again what it knows already. */
#define BUDGET_NS (25 * XD_NS_PER_MS)
/* In which time all is read again, though no change was heard of. */
#define SAFETY_NS (120 * XD_NS_PER_S)

/* What guests write of themselves, in the order of what tells most: guest agents, then xendeck's
 * own small guests. */
static const char *const guest_keys[] = {"data/os_name", "data/os_distro", "data/xendeck"};

static char *ask_one(struct xd_xl *x, const char *path)
{
    struct xd_xl_ask ask = {.answer = NULL};
    int rc;

    memcpy(ask.path, path, strlen(path) + 1);
    rc = xd_xl_ask_all(x->asks, NULL, &ask, 1);
    if (rc < 0)
        xd_xl_store_close(x);
    errno = rc < 0 ? -rc : ask.errnum;
    return ask.answer;
}

char *xd_xl_xs_read(struct xd_xl *x, const char *fmt, ...)
{
    char path[sizeof(((struct xd_xl_ask *)NULL)->path)], *answer;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(path, sizeof(path), fmt, ap);
    va_end(ap);
    if (x->asked && xd_xl_asked_take(x->asked, path, &answer))
        return answer;
    if (!x->xs && x->asks >= 0)
        return ask_one(x, path);
    errno = EIO;
    return !x->xs ? NULL : xs_read(x->xs, XBT_NULL, path, NULL);
}

static int read_number(struct xd_xl *x, uint32_t domid, const char *key, uint64_t *out)
{
    char *text = xd_xl_xs_read(x, "/local/domain/%u/%s", domid, key);
    int rc = text ? xd_parse_u64(text, out) : -errno;

    free(text);
    return rc;
}

/* Device models hold the video memory of HVM domains; libxl takes it off what it writes. */
static uint64_t video_kib(struct xd_xl *x, const xc_domaininfo_t *d)
{
    uint64_t kib;

    if (!(d->flags & XEN_DOMINF_hvm_guest))
        return 0;
    return read_number(x, d->domain, "memory/videoram", &kib) == 0 ? kib : 0;
}

/* Nobody writes dom0's bounds before they are first set; libxl then takes them from Xen. So do we,
 * without writing. */
static int read_memory(struct xd_xl *x, const xc_domaininfo_t *d, const char *key, uint64_t pages,
                       uint64_t *kib)
{
    int rc = read_number(x, d->domain, key, kib);

    if (rc == -ENOENT && d->domain == 0) {
        *kib = pages * (XC_PAGE_SIZE >> 10);
        rc = 0;
    }
    return rc;
}

int xd_xl_memory_target(struct xd_xl *x, const xc_domaininfo_t *d, uint64_t *kib)
{
    int rc = read_memory(x, d, "memory/target", d->tot_pages, kib);

    if (rc == 0)
        *kib += video_kib(x, d);
    return rc;
}

int xd_xl_memory_max(struct xd_xl *x, const xc_domaininfo_t *d, uint64_t *kib)
{
    int rc = read_memory(x, d, "memory/static-max", d->max_pages, kib);

    return rc == 0 && *kib >= XD_XL_NO_BOUND_KIB ? -ENOENT : rc;
}

/* Xen knows PV from the rest; libxl notes for the rest which of the two it made. A dom0 that is not
 * PV is PVH, and nobody notes that. */
static int read_type(struct xd_xl *x, const xc_domaininfo_t *d)
{
    char *text;
    int out;

    if (!(d->flags & XEN_DOMINF_hvm_guest))
        return XD_TYPE_PV;
    if (d->domain == 0)
        return XD_TYPE_PVH;
    text = xd_xl_xs_read(x, "/libxl/%u/type", d->domain);
    out = xd_xl_stored_type(text);
    free(text);
    return out;
}

static void replace(char **where, char *text)
{
    free(*where);
    *where = text;
}

/* 0, or -errno if xenstore itself fails (a key that isn't there is no failure). */
static int read_name(struct xd_xl *x, const xc_domaininfo_t *d, struct xd_xl_known *k)
{
    char *name = xd_xl_xs_read(x, "/local/domain/%u/name", d->domain);

    if (!name && errno != ENOENT && errno != EACCES)
        return -errno;
    /* A domain being torn down has lost its name there: the last one is still the right one. */
    if (name || !k->name)
        replace(&k->name, name);
    k->recalled = false;
    return 0;
}

static void read_guest(struct xd_xl *x, const xc_domaininfo_t *d, struct xd_xl_known *k)
{
    replace(&k->guest, NULL);
    for (size_t i = 0; !k->guest && i < sizeof(guest_keys) / sizeof(guest_keys[0]); i++)
        k->guest = xd_xl_xs_read(x, "/local/domain/%u/%s", d->domain, guest_keys[i]);
}

static int read_parts(struct xd_xl *x, const xc_domaininfo_t *d, struct xd_xl_known *k,
                      unsigned parts)
{
    int rc = parts & XD_XL_NAME ? read_name(x, d, k) : 0;

    if (rc < 0)
        return rc;
    if (parts & XD_XL_GUEST)
        read_guest(x, d, k);
    if (parts & XD_XL_TARGET)
        k->have_target = xd_xl_memory_target(x, d, &k->target_kib) == 0;
    if (parts & XD_XL_MAX)
        k->have_max = read_memory(x, d, "memory/static-max", d->max_pages, &k->max_kib) == 0;
    if (parts & XD_XL_TYPE && k->type < 0)
        k->type = read_type(x, d);
    k->fresh |= parts;
    if (k->type < 0)
        k->fresh &= ~(unsigned)XD_XL_TYPE;
    if (d->domain == 0) /* what stands for its bounds may be Xen's, who tells of no change */
        k->fresh &= ~(unsigned)(XD_XL_TARGET | XD_XL_MAX);
    return 0;
}

void xd_xl_known_doubt(struct xd_xl *x)
{
    for (size_t i = 0; i < x->n_known; i++)
        x->known[i].fresh = 0;
}

int xd_xl_store_open(struct xd_xl *x, struct xd_err *err)
{
    int fd = x->env->role == XD_ERRAND ? xd_xenstore_connect() : -ENOENT, rc;

    if (fd >= 0) { /* an errand asks a few questions, and watches nothing */
        x->asks = fd;
        return 0;
    }
    rc = xd_xl_need(XD_XL_XENSTORE, err);
    if (rc == 0)
        rc = xd_xenstore_check(err);
    if (rc < 0)
        return rc;
    x->xs = xs_open(0);
    if (x->xs)
        return 0;
    return xd_err_set(err, -errno, "xenstore can't be reached: %s", strerror(errno));
}

void xd_xl_store_close(struct xd_xl *x)
{
    if (x->xs)
        xs_close(x->xs);
    if (x->asks >= 0)
        close(x->asks);
    x->xs = NULL;
    x->asks = -1;
}

static bool has_store(const struct xd_xl *x)
{
    return x->xs || x->asks >= 0;
}

/* --- many at once --- */

/* From so many domains on that is quicker than one question after the other. */
#define MANY 8

static void foresee(struct xd_xl_asked *asked, const xc_domaininfo_t *d, unsigned parts)
{
    static const struct {
        unsigned part;
        const char *key;
    } keys[] = {
        {XD_XL_NAME, "name"},
        {XD_XL_GUEST, "data/os_name"},
        {XD_XL_TARGET, "memory/target"},
        {XD_XL_MAX, "memory/static-max"},
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (parts & keys[i].part)
            xd_xl_asked_add(asked, "/local/domain/%u/%s", d->domain, keys[i].key);
    if (parts & XD_XL_TYPE && d->flags & XEN_DOMINF_hvm_guest && d->domain)
        xd_xl_asked_add(asked, "/libxl/%u/type", d->domain);
}

/* Which of these parts of domain i are to be read now. */
static unsigned unread_of(struct xd_xl *x, const xc_domaininfo_t *list, size_t i, unsigned parts)
{
    parts &= ~x->known[i].fresh;
    /* The name finds the domain, whoever looks at it. */
    if (parts & ~(unsigned)XD_XL_NAME && !xd_xl_domain_wanted(x, &list[i], x->known[i].name))
        parts &= XD_XL_NAME;
    return parts;
}

/* What is about to be read, where that is much. Whatever goes wrong, it is read then. */
static void read_ahead(struct xd_xl *x, const xc_domaininfo_t *list, size_t n, unsigned parts)
{
    size_t unread = 0;
    int fd = x->asks, rc;

    for (size_t i = 0; i < n; i++)
        unread += (unread_of(x, list, i, parts) & ~(unsigned)XD_XL_TYPE) != 0;
    if (fd < 0)
        fd = unread < MANY ? -1 : xd_xenstore_connect();
    if (fd < 0 || !unread)
        return;
    x->asked = xd_xl_asked_new();
    for (size_t i = 0; i < n; i++)
        foresee(x->asked, &list[i], unread_of(x, list, i, parts));
    rc = xd_xl_asked_fetch(x->asked, fd, xd_xenstore_connect);
    if (fd != x->asks) {
        close(fd);
    } else if (rc < 0) { /* an answer that comes late would pass for that to the next question */
        xd_xl_store_close(x);
        xd_xl_store_open(x, NULL);
    }
}

static int read_all(struct xd_xl *x, const xc_domaininfo_t *list, size_t n, unsigned parts)
{
    int rc = 0;

    read_ahead(x, list, n, parts);
    for (size_t i = 0; rc == 0 && i < n && !x->env->stopping(x->env); i++) {
        unsigned unread = unread_of(x, list, i, parts);

        if (unread)
            rc = read_parts(x, &list[i], &x->known[i], unread);
    }
    xd_xl_asked_free(x->asked);
    x->asked = NULL;
    return rc;
}

static void forget(struct xd_xl *x, struct xd_xl_known *k)
{
    xd_xl_deaths_forget(x, k);
    free(k->name);
    free(k->guest);
}

struct xd_xl_known *xd_xl_known_of(struct xd_xl *x, uint32_t domid)
{
    size_t low = 0, high = x->n_known;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (x->known[mid].domid == domid)
            return &x->known[mid];
        if (x->known[mid].domid < domid)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

/* Both lists are in the order of domids. */
static void match_up(struct xd_xl *x, const xc_domaininfo_t *list, size_t n)
{
    struct xd_xl_known *now = n ? xd_malloc(n * sizeof(*now)) : NULL;
    size_t old = 0;

    for (size_t i = 0; i < n; i++) {
        struct xd_xl_known *k = &now[i];

        for (; old < x->n_known && x->known[old].domid < list[i].domain; old++)
            forget(x, &x->known[old]);
        if (old < x->n_known && x->known[old].domid == list[i].domain &&
            memcmp(x->known[old].uuid, list[i].handle, sizeof(k->uuid)) == 0) {
            *k = x->known[old++];
            k->ended = list[i].flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying);
            continue;
        }
        k->domid = list[i].domain;
        k->type = -1;
        k->ended = list[i].flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying);
        memcpy(k->uuid, list[i].handle, sizeof(k->uuid));
    }
    for (; old < x->n_known; old++)
        forget(x, &x->known[old]);
    free(x->known);
    x->known = now;
    x->n_known = n;
}

/* Once xenstore is back, libxl's own connection must be made anew too: with the next request. */
static int reconnect(struct xd_xl *x, struct xd_err *err)
{
    int rc = has_store(x) ? 0 : xd_xl_store_open(x, err);

    if (rc < 0)
        xd_err_prefix(err, "names and memory targets are old or missing: ");
    if (rc < 0 || !x->store_lost)
        return rc;
    xd_log_write(x->env->log, XD_LOG_INFO, "libxl", "xenstore is back");
    x->store_lost = false;
    x->disaster = true;
    return 0;
}

static int lost(struct xd_xl *x, int rc, struct xd_err *err)
{
    xd_xl_events_stop(x);
    xd_xl_store_close(x);
    x->store_lost = true;
    xd_log_write(x->env->log, XD_LOG_ERROR, "libxl", "xenstore went away: %s", strerror(-rc));
    return xd_err_set(err, rc,
                      "xenstore doesn't answer (%s): names and memory targets are old or "
                      "missing",
                      strerror(-rc));
}

int xd_xl_known_listen(struct xd_xl *x, struct xd_err *err)
{
    int rc = reconnect(x, err);

    if (rc < 0)
        return rc;
    rc = xd_xl_events_sync(x);
    return rc < 0 ? lost(x, rc, err) : 0;
}

/* How many domains this sample reads again. */
static size_t share(struct xd_xl *x, size_t n)
{
    int64_t now = xd_clock_now(x->env->clock), passed = now - x->known_at_ns;
    size_t due = passed >= SAFETY_NS ? n : (size_t)((uint64_t)passed * n / SAFETY_NS);

    if (!x->known_at_ns)
        due = 0; /* all is new */
    else if (!x->events.xs)
        return n;
    if (due || !x->known_at_ns)
        x->known_at_ns = now;
    return due;
}

/* Which rows are wanted can't be told before their names are known, all of them: other toolstacks
 * than libxl give two domains one name, and the wrong one must not be edited. */
static int read_names(struct xd_xl *x, const xc_domaininfo_t *list, size_t n, unsigned name)
{
    int rc;

    if (xd_row_wanted(x->env, NULL, 0)) {
        xd_xl_recall_doubt(x);
        return 0;
    }
    if (name)
        xd_xl_recall(x, list, n);
    rc = read_all(x, list, n, name);
    if (rc == 0)
        xd_xl_recall_keep(x);
    return rc;
}

int xd_xl_known_update(struct xd_xl *x, const xc_domaininfo_t *list, size_t n, unsigned parts,
                       struct xd_err *err)
{
    int64_t end = xd_clock_now(x->env->clock) + BUDGET_NS;
    size_t again;
    int rc = 0;

    match_up(x, list, n);
    if (!has_store(x))
        return 0;
    if (atomic_exchange(&x->stale, false) && !x->events.xs)
        xd_xl_known_doubt(x);
    rc = read_names(x, list, n, parts & XD_XL_NAME);
    if (rc == 0)
        rc = read_all(x, list, n, parts);
    again = share(x, n);
    for (size_t i = 0; rc == 0 && i < again && xd_clock_now(x->env->clock) < end; i++) {
        size_t at = x->next_known++ % n;

        rc = read_parts(x, &list[at], &x->known[at], parts);
    }
    return rc < 0 ? lost(x, rc, err) : 0;
}

void xd_xl_known_free(struct xd_xl *x)
{
    for (size_t i = 0; i < x->n_known; i++)
        forget(x, &x->known[i]);
    free(x->known);
    x->known = NULL;
    x->n_known = 0;
    xd_xl_recall_free(x);
}
