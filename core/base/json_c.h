/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json-c, loaded by the first call of one of its functions: most commands only write JSON, or none.
 * Whoever includes this calls the functions of json_c.txt as always. xd_json_parse, which every
 * object comes from, says so if the library can't be had. */
#ifndef XD_BASE_JSON_C_H
#define XD_BASE_JSON_C_H

#include <json-c/json.h>

#include "base/late.h"

/* 0, or -ENODEV: it can't be loaded, and why. */
int xd_json_c_need(struct xd_err *err);

#include <xd_json_late.h> /* made of json_c.txt */

#endif
