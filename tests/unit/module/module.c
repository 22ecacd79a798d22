/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A backend as a module, for test_registry.c: built several times with something wrong each. */
#include "model/backend.h"

#ifndef MODULE_ABI
#define MODULE_ABI XD_BACKEND_ABI
#endif

static int module_open(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    *self = NULL;
    return 0;
}

static void module_close(void *self)
{
}

static int module_collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    /* A function of the program that loads us. */
    return xd_err_set(err, -1, "nothing to collect");
}

#ifdef MODULE_NEEDS
extern int no_such_function_anywhere(struct xd_err *err);
#endif

extern const struct xd_backend MODULE_SYMBOL;
const struct xd_backend MODULE_SYMBOL = {
    .abi = MODULE_ABI,
    .name = "amodule",
    .title = "A module",
    .help = "For tests",
    .open = module_open,
    .close = module_close,
#ifdef MODULE_NEEDS
    .probe = no_such_function_anywhere,
#endif
    .collect = module_collect,
};
