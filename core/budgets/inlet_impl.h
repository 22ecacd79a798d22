/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the inlet. */
#ifndef XD_BUDGETS_INLET_IMPL_H
#define XD_BUDGETS_INLET_IMPL_H

#include "budgets/inlet.h"
#include "policies/knobs.h"

/* inlet_knobs.c */
int xd_inlet_read(void *self, const struct xd_object *o, const struct xd_knob *k,
                  struct xd_arena *a, struct xd_value *out, struct xd_err *err);
int xd_inlet_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                   const struct xd_value *v, struct xd_err *err);

#endif
