/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the user wants kept from one console to the next: a YAML file of keys and values. What
 * xendeck doesn't know in it stays there; a file that can't be read is left alone. */
#ifndef XD_TUI_SETTINGS_H
#define XD_TUI_SETTINGS_H

#include "base/yaml.h"

struct xd_settings;

/* $XDG_CONFIG_HOME/xendeck/settings.yaml, else ~/.config/xendeck/settings.yaml; "" without a home. */
char *xd_settings_path(char *out, size_t size);
/* Always makes one. A file that isn't there is empty. One that can't be read: -errno with a sentence
 * (file, line, column), nothing is known, and save refuses to write over it. path "": in memory. */
int xd_settings_open(const char *path, struct xd_settings **out, struct xd_err *err);
/* The same from text. */
int xd_settings_parse(const char *file, const char *text, size_t len, struct xd_settings **out,
                      struct xd_err *err);
void xd_settings_free(struct xd_settings *s); /* NULL allowed */

/* The value of a key, "screens/domains/sort", or NULL. For errors it knows its place. */
const struct xd_yaml *xd_settings_get(const struct xd_settings *s, const char *key);
/* Sets a key, or takes it out (value NULL). plain: a number, yes or no; else a text. A value that
 * stands where a map is needed is replaced. */
void xd_settings_put(struct xd_settings *s, const char *key, const char *value, bool plain);
bool xd_settings_changed(const struct xd_settings *s); /* since it was opened or saved */
/* Writes what was put into the file as it is now (another console may have written meanwhile), all
 * or nothing. */
int xd_settings_save(struct xd_settings *s, struct xd_err *err);
void xd_settings_write(const struct xd_settings *s, struct xd_buf *out); /* as text */

#endif
