/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of functions that are loaded late: see late.h. */
#define XD_LATE_ITSELF /* here names are names, not calls */
#include "backend_libxl/late.h"

XD_LATE_TABLE(struct xd_xl_xenlight, xenlight, XD_SONAME_XENLIGHT, xd_xl_xenlight_FUNCTIONS)
XD_LATE_TABLE(struct xd_xl_xlutil, xlutil, XD_SONAME_XLUTIL, xd_xl_xlutil_FUNCTIONS)
XD_LATE_TABLE(struct xd_xl_xenstore, xenstore, XD_SONAME_XENSTORE, xd_xl_xenstore_FUNCTIONS)
XD_LATE_TABLE(struct xd_xl_xenhypfs, xenhypfs, XD_SONAME_XENHYPFS, xd_xl_xenhypfs_FUNCTIONS)
XD_LATE_TABLE(struct xd_xl_xenguest, xenguest, XD_SONAME_XENGUEST, xd_xl_xenguest_FUNCTIONS)

static struct xd_late *const libraries[] = {
    [XD_XL_XENLIGHT] = &xenlight_late, [XD_XL_XLUTIL] = &xlutil_late,
    [XD_XL_XENSTORE] = &xenstore_late, [XD_XL_XENHYPFS] = &xenhypfs_late,
    [XD_XL_XENGUEST] = &xenguest_late,
};

int xd_xl_need(enum xd_xl_library library, struct xd_err *err)
{
    return xd_late_load(libraries[library], err);
}

#define TABLE(library)                                                                             \
    const struct xd_xl_##library *xd_xl_##library##_table(void)                                    \
    {                                                                                              \
        xd_late_load(&library##_late, NULL);                                                       \
        return &library;                                                                           \
    }
TABLE(xenlight)
TABLE(xlutil)
TABLE(xenstore)
TABLE(xenhypfs)
TABLE(xenguest)
