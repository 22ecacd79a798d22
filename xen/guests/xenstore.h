/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client of xenstore, one request at a time. Paths are relative to the guest's own directory.
 */
#ifndef XENDECK_GUEST_XENSTORE_H
#define XENDECK_GUEST_XENSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XENSTORE_NO_TRANSACTION 0

/* Finds the ring. Watches do not survive a restore: they are to be set again afterwards. */
void xenstore_init(void);
uint32_t xenstore_port(void);

/* Each returns false if xenstored refuses. */
bool xenstore_read(uint32_t transaction, const char *path, char *value, size_t room);
bool xenstore_write(uint32_t transaction, const char *path, const char *value);
bool xenstore_begin(uint32_t *transaction);
bool xenstore_commit(uint32_t transaction); /* false too if somebody else was faster: begin again */
bool xenstore_watch(const char *path);

/* Takes what has come in; says whether a watch has fired since the last call. */
bool xenstore_changed(void);

#endif
