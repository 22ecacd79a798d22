/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client of xenstore over the page shared with xenstored: a ring of requests, a ring of replies,
 * in which the events of watches come too (xen/include/public/io/xs_wire.h,
 * docs/misc/xenstore.txt).
 *
 * One request is under way at a time, so a message that is no event is the reply to it. Between two
 * calls both rings are empty but for events, and thus the guest can be suspended at any such point.
 */
#include "xenstore.h"

#include "events.h"
#include "hypercall.h"
#include "text.h"

static volatile struct xenstore_domain_interface *rings;
static uint32_t port;
static bool watch_fired;

void xenstore_init(void)
{
    rings = (volatile struct xenstore_domain_interface *)(uintptr_t)(hvm_param(HVM_PARAM_STORE_PFN)
                                                                     << PAGE_SHIFT);
    port = hvm_param(HVM_PARAM_STORE_EVTCHN);
}

uint32_t xenstore_port(void)
{
    return port;
}

static void send_bytes(const void *data, size_t length)
{
    const char *bytes = data;

    while (length) {
        uint32_t produced = rings->req_prod;
        uint32_t room = XENSTORE_RING_SIZE - (produced - rings->req_cons);

        if (room == 0) {
            event_take(port);
            event_send(port);
            if (rings->req_prod - rings->req_cons == XENSTORE_RING_SIZE)
                event_wait(&port, 1, 0);
            continue;
        }
        for (; room && length; room--, length--)
            rings->req[produced++ % XENSTORE_RING_SIZE] = *bytes++;
        __atomic_thread_fence(__ATOMIC_RELEASE);
        rings->req_prod = produced;
    }
}

/* Takes bytes off the ring of replies, waiting for them; what does not fit in `room` is dropped. */
static void receive_bytes(void *data, size_t room, size_t length)
{
    char *bytes = data;

    while (length) {
        uint32_t consumed = rings->rsp_cons;
        uint32_t there = rings->rsp_prod - consumed;

        if (there == 0) {
            event_take(port);
            if (rings->rsp_prod == consumed)
                event_wait(&port, 1, 0);
            continue;
        }
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        for (; there && length; there--, length--, consumed++) {
            if (room) {
                *bytes++ = rings->rsp[consumed % XENSTORE_RING_SIZE];
                room--;
            }
        }
        __atomic_thread_fence(__ATOMIC_RELEASE);
        rings->rsp_cons = consumed;
        event_send(port); /* there is room in the ring again */
    }
}

/* Takes one message; returns its type. A payload goes to `value` as a string, cut to fit. */
static uint32_t receive(char *value, size_t room)
{
    struct xsd_sockmsg header;
    size_t kept;

    receive_bytes(&header, sizeof(header), sizeof(header));
    if (header.type == XS_WATCH_EVENT) {
        receive_bytes(0, 0, header.len);
        watch_fired = true;
        return header.type;
    }
    kept = room == 0 ? 0 : header.len < room ? header.len : room - 1;
    receive_bytes(value, kept, header.len);
    if (room)
        value[kept] = '\0';
    return header.type;
}

/* Sends PATH, and VALUE too unless it is NULL: with its NUL if `value_size` says so. */
static bool request(uint32_t type, uint32_t transaction, const char *path, const char *value,
                    size_t value_size, char *reply, size_t room)
{
    size_t path_size = text_length(path) + 1;
    struct xsd_sockmsg header = {
        .type = type,
        .tx_id = transaction,
        .len = path_size + value_size,
    };
    uint32_t answer;

    if (header.len > XENSTORE_PAYLOAD_MAX)
        return false;
    send_bytes(&header, sizeof(header));
    send_bytes(path, path_size);
    send_bytes(value, value_size);
    event_send(port);
    do
        answer = receive(reply, room);
    while (answer == XS_WATCH_EVENT);
    return answer != XS_ERROR;
}

bool xenstore_read(uint32_t transaction, const char *path, char *value, size_t room)
{
    return request(XS_READ, transaction, path, 0, 0, value, room);
}

bool xenstore_write(uint32_t transaction, const char *path, const char *value)
{
    return request(XS_WRITE, transaction, path, value, text_length(value), 0, 0);
}

bool xenstore_begin(uint32_t *transaction)
{
    char id[12];

    if (!request(XS_TRANSACTION_START, XENSTORE_NO_TRANSACTION, "", 0, 0, id, sizeof(id)))
        return false;
    *transaction = text_number(id);
    return true;
}

bool xenstore_commit(uint32_t transaction)
{
    return request(XS_TRANSACTION_END, transaction, "T", 0, 0, 0, 0);
}

bool xenstore_watch(const char *path)
{
    static const char token[] = "w"; /* all watches mean the same: look again */

    return request(XS_WATCH, XENSTORE_NO_TRANSACTION, path, token, sizeof(token), 0, 0);
}

bool xenstore_changed(void)
{
    bool changed;

    event_take(port);
    while (rings->rsp_prod != rings->rsp_cons)
        receive(0, 0);
    changed = watch_fired;
    watch_fired = false;
    return changed;
}
