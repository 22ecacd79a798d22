/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be read, set and done: the backend's functions of those names (see model/backend.h). */
#ifndef XD_XL_EDIT_H
#define XD_XL_EDIT_H

#include "backend_libxl/context.h"

int xd_xl_read(void *self, const struct xd_object *o, const struct xd_knob *k, struct xd_arena *a,
               struct xd_value *out, struct xd_err *err);
int xd_xl_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                const struct xd_value *v, struct xd_err *err);
int xd_xl_act(void *self, const struct xd_object *o, const struct xd_action *a,
              const struct xd_value *params, struct xd_progress *p, struct xd_err *err);
int xd_xl_settled(void *self, const struct xd_object *o, const struct xd_action *a,
                  struct xd_err *err);
int xd_xl_preview(void *self, const struct xd_object *o, const struct xd_action *a,
                  const struct xd_value *params, struct xd_buf *out, struct xd_err *err);

/* The observer reads again what it remembers: something was just changed. */
void xd_xl_tell_peer(struct xd_xl *x);

void xd_xl_doctor(void *self, struct xd_builder *b);

#endif
