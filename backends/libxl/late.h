/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Xen's libraries beside libxenctrl, loaded by the first call of one of their functions: libxl
 * brings a dozen others with it, and most commands only ask Xen itself. Whoever includes this calls
 * the functions of late.txt as always; before the first of a library it asks for it by xd_xl_need,
 * which can say why it can't be had. (A call without that loads it as well, but can't fail.) */
#ifndef XD_XL_LATE_H
#define XD_XL_LATE_H

#include <libxl.h>
#include <libxl_event.h>
#include <libxl_utils.h>
#include <libxl_uuid.h>
#include <libxlutil.h>
#include <xenctrl.h>
#include <xenguest.h> /* which needs xenctrl.h before it */
#include <xenhypfs.h>
#include <xenstore.h>

#include "base/late.h"

enum xd_xl_library {
    XD_XL_XENLIGHT,
    XD_XL_XLUTIL,
    XD_XL_XENSTORE,
    XD_XL_XENHYPFS,
    XD_XL_XENGUEST,
};

/* 0, or -ENODEV: it can't be loaded, and why. Cheap once it is. */
int xd_xl_need(enum xd_xl_library library, struct xd_err *err);

#include <xd_xl_late.h> /* made of late.txt */

#endif
