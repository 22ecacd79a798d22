/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading domains' stored configuration, and keeping it: see stored.h. */
#include "backend_libxl/stored.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend_libxl/known.h"
#include "base/arena.h"

/* A domain that is just being made has nothing stored yet, and one that another toolstack made
 * never will: it is tried in so many samples. */
#define TRIES 8

struct xd_xl_stored {
    uint32_t domid;
    uint8_t uuid[XD_XL_UUID_BYTES];
    int tries;
    bool have;
    struct xd_xl_on on;
};

/* libxl counts from 1, its 0 is "not said". */
static int action(int libxl_action)
{
    return libxl_action - LIBXL_ACTION_ON_SHUTDOWN_DESTROY;
}

int xd_xl_stored_read(struct xd_xl *x, uint32_t domid, struct xd_xl_on *out)
{
    libxl_domain_config config;
    uint8_t *text = NULL;
    int len = 0, rc;

    *out = XD_XL_ON_UNKNOWN;
    if (xd_xl_need_ctx(x, NULL) < 0)
        return -ENOENT;
    rc = libxl_userdata_retrieve(x->ctx, domid, "libxl-json", &text, &len);
    if (rc < 0 || !text || len <= 0 || text[len - 1] != '\0') {
        free(text);
        return -ENOENT;
    }
    libxl_domain_config_init(&config);
    rc = libxl_domain_config_from_json(x->ctx, &config, (const char *)text);
    if (rc == 0) {
        out->action[XD_XL_ON_POWEROFF] = action((int)config.on_poweroff);
        out->action[XD_XL_ON_REBOOT] = action((int)config.on_reboot);
        out->action[XD_XL_ON_CRASH] = action((int)config.on_crash);
    }
    libxl_domain_config_dispose(&config);
    free(text);
    return rc < 0 ? -EBADMSG : 0;
}

/* Both lists are in the order of domids. */
static void match_up(struct xd_xl *x, const xc_domaininfo_t *list, size_t n)
{
    struct xd_xl_stored *now = xd_malloc((n + 1) * sizeof(*now));
    size_t old = 0;

    for (size_t i = 0; i < n; i++) {
        struct xd_xl_stored *s = &now[i];

        while (old < x->n_stored && x->stored[old].domid < list[i].domain)
            old++;
        if (old < x->n_stored && x->stored[old].domid == list[i].domain &&
            memcmp(x->stored[old].uuid, list[i].handle, sizeof(s->uuid)) == 0) {
            *s = x->stored[old++];
            continue;
        }
        s->domid = list[i].domain;
        s->on = XD_XL_ON_UNKNOWN;
        memcpy(s->uuid, list[i].handle, sizeof(s->uuid));
    }
    free(x->stored);
    x->stored = now;
    x->n_stored = n;
}

void xd_xl_stored_update(struct xd_xl *x, const xc_domaininfo_t *list, size_t n)
{
    match_up(x, list, n);
    for (size_t i = 0; i < n && !x->env->stopping(x->env); i++) {
        struct xd_xl_stored *s = &x->stored[i];

        /* dom0 was made by nobody who would restart it. */
        if (s->have || s->tries >= TRIES || s->domid == 0 || list[i].flags & XEN_DOMINF_dying ||
            !xd_xl_domain_wanted(x, &list[i], x->known[i].name))
            continue;
        s->tries++;
        s->have = xd_xl_stored_read(x, s->domid, &s->on) == 0;
    }
}

const struct xd_xl_on *xd_xl_stored_on(const struct xd_xl *x, size_t i)
{
    return i < x->n_stored ? &x->stored[i].on : NULL;
}

void xd_xl_stored_free(struct xd_xl *x)
{
    free(x->stored);
    x->stored = NULL;
    x->n_stored = 0;
}
