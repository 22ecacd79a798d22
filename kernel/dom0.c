/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is this dom0? See dom0.h. */
#include "kernel/dom0.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/slurp.h"

#define FEATURE_DOM0 11
#define SMALL        256 /* bytes; neither file has a quarter of that */

bool xd_is_dom0(const char *capabilities, const char *features)
{
    if (capabilities)
        return strstr(capabilities, "control_d") != NULL;
    return features && strtoull(features, NULL, 16) >> FEATURE_DOM0 & 1;
}

bool xd_dom0_is_here(void)
{
    struct xd_buf b = XD_BUF_INIT;
    bool is;

    if (xd_slurp("/" XD_DOM0_CAPABILITIES, SMALL, &b, NULL) == 0)
        is = xd_is_dom0(xd_buf_str(&b), NULL);
    else
        is = xd_slurp("/" XD_DOM0_FEATURES, SMALL, &b, NULL) == 0 &&
             xd_is_dom0(NULL, xd_buf_str(&b));
    xd_buf_done(&b);
    return is;
}

bool xd_xen_is_here(void)
{
    return access("/" XD_DOM0_CAPABILITIES, F_OK) == 0 || access("/dev/xen/privcmd", F_OK) == 0;
}
