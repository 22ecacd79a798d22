/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Libraries that few commands need (libxml2 and libarchive bring a dozen more with them): loaded by
 * whoever first calls them, not with the program. A file that uses one lists the functions it calls
 * and says the library's name before them:
 *
 *   #define FUNCTIONS(F) F(yaml_parser_parse) F(yaml_event_delete)
 *   XD_LATE_LIBRARY(yaml, XD_SONAME_YAML, FUNCTIONS)
 *
 *   rc = XD_LATE_LOAD(yaml, err);
 *   yaml.yaml_parser_parse(…);
 *
 * The table of their addresses is written once, before the first call, and never changes: that it
 * is a variable of the program is the same exception as the loader's own tables. */
#ifndef XD_BASE_LATE_H
#define XD_BASE_LATE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/err.h"

struct xd_late {
    const char *soname;
    const char *const *names; /* NULL-terminated; functions has as many, in the same order */
    void *functions;
    atomic_bool loaded;
};

/* 0; or -ENODEV: the library, or one of these functions, can't be had, and why. Cheap once it is
 * loaded; from any thread. It stays loaded. */
int xd_late_load(struct xd_late *l, struct xd_err *err);

#define XD_LATE_POINTER(f) __typeof__(f) *f;
#define XD_LATE_NAME(f)    #f,
#define XD_LATE_LIBRARY(id, soname, FUNCTIONS)                                                     \
    XD_LATE_TABLE(struct {FUNCTIONS(XD_LATE_POINTER)}, id, soname, FUNCTIONS)
/* The same with a struct of pointers that has a name, and so can be shown to other files. */
#define XD_LATE_TABLE(type, id, soname, FUNCTIONS)                                                 \
    static type id;                                                                                \
    static const char *const id##_names[] = {FUNCTIONS(XD_LATE_NAME) NULL};                        \
    static struct xd_late id##_late = {soname, id##_names, &id, false};
#define XD_LATE_LOAD(id, err) xd_late_load(&id##_late, err)

#endif
