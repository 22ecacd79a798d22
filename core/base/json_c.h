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

/* NULL: o is no object, or has no such member. */
static inline struct json_object *xd_json_member(struct json_object *o, const char *key)
{
    struct json_object *v = NULL;

    return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) ? v
                                                                                             : NULL;
}

/* NULL: there is no such member that is a text. */
static inline const char *xd_json_text(struct json_object *o, const char *key)
{
    struct json_object *v = xd_json_member(o, key);

    return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
}

#endif
