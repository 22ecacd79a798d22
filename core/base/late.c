/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading a library when it is first needed: see late.h. */
#include "base/late.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

static int load(struct xd_late *l, struct xd_err *err)
{
    void *so = dlopen(l->soname, RTLD_LAZY | RTLD_LOCAL);
    char *to = l->functions;

    if (!so)
        return xd_err_set(err, -ENODEV, "a library that this needs can't be loaded: %s", dlerror());
    for (size_t i = 0; l->names[i]; i++) {
        void *at = dlsym(so, l->names[i]);

        if (!at)
            return xd_err_set(err, -ENODEV, "the library %s has no %s", l->soname, l->names[i]);
        memcpy(to + i * sizeof(at), &at, sizeof(at));
    }
    atomic_store_explicit(&l->loaded, true, memory_order_release);
    return 0;
}

int xd_late_load(struct xd_late *l, struct xd_err *err)
{
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
    int rc = 0;

    if (atomic_load_explicit(&l->loaded, memory_order_acquire))
        return 0;
    pthread_mutex_lock(&one_at_a_time);
    if (!atomic_load_explicit(&l->loaded, memory_order_relaxed))
        rc = load(l, err);
    pthread_mutex_unlock(&one_at_a_time);
    return rc;
}
