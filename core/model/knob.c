/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of risks: see knob.h. */
#include "model/knob.h"

const char *xd_risk_name(enum xd_risk r)
{
    static const char *const names[] = {
        [XD_RISK_LOW] = "low",
        [XD_RISK_DISRUPTIVE] = "disruptive",
        [XD_RISK_DESTRUCTIVE] = "destructive",
    };

    return (size_t)r < sizeof(names) / sizeof(names[0]) ? names[r] : "?";
}
