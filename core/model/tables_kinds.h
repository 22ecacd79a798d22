/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Short forms for the columns of the core tables. Private to tables.c and tables_devices.c. */
#ifndef XD_MODEL_TABLES_KINDS_H
#define XD_MODEL_TABLES_KINDS_H

#include "model/tables.h"

#define KEY_NONE                                                                                   \
    {                                                                                              \
        -1, -1                                                                                     \
    }

/* CPU time in ns to percent of one pCPU: 1e9 ns in a second is 100 %. */
#define NS_TO_PERCENT 1e-7

// clang-format off
#define STR(w)  {.type = XD_STR}, .width = (w)
#define U64     {.type = XD_U64}
#define BOOL    {.type = XD_BOOL}
#define KIB     {.type = XD_U64, .unit = XD_UNIT_KIB}
#define BYTES   {.type = XD_U64, .unit = XD_UNIT_BYTES}
#define BYTES_S {.type = XD_F64, .unit = XD_UNIT_BYTES_S}
#define PER_S   {.type = XD_F64, .unit = XD_UNIT_PER_S}
#define NS      {.type = XD_U64, .unit = XD_UNIT_NS}
#define US      {.type = XD_U64, .unit = XD_UNIT_US}
#define MS      {.type = XD_U64, .unit = XD_UNIT_MS}
#define KHZ     {.type = XD_U64, .unit = XD_UNIT_KHZ}
#define PERCENT {.type = XD_F64, .unit = XD_UNIT_PERCENT}
#define SET(w)  {.type = XD_CPUSET}, .width = (w)
#define ENUM(n) {.type = XD_ENUM, .names = (n)}
// clang-format on

#endif
