/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of json-c's functions: see json_c.h. */
#define XD_LATE_ITSELF /* here names are names, not calls */
#include "base/json_c.h"

XD_LATE_TABLE(struct xd_json_jsonc, jsonc, XD_SONAME_JSON, xd_json_jsonc_FUNCTIONS)

int xd_json_c_need(struct xd_err *err)
{
    return XD_LATE_LOAD(jsonc, err);
}

const struct xd_json_jsonc *xd_json_jsonc_table(void)
{
    XD_LATE_LOAD(jsonc, NULL);
    return &jsonc;
}
