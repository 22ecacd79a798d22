/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the toolstack asks of the guest, through control/shutdown in xenstore
 * (Xen, docs/misc/xenstore-paths.pandoc, "~/control/shutdown" and "~/control/feature-*").
 */
#include "control.h"

#include "console.h"
#include "events.h"
#include "hypercall.h"
#include "text.h"
#include "xenstore.h"

#define REQUEST_PATH "control/shutdown"

void control_connect(void)
{
    hypercall_init();
    events_init();
    console_init();
    xenstore_init();
}

void control_offer(void)
{
    xenstore_write(XENSTORE_NO_TRANSACTION, "control/feature-poweroff", "1");
    xenstore_write(XENSTORE_NO_TRANSACTION, "control/feature-reboot", "1");
    xenstore_write(XENSTORE_NO_TRANSACTION, "control/feature-suspend", "1");
    xenstore_watch(REQUEST_PATH);
}

/*
 * Takes the request out of xenstore, which acknowledges it. The toolstack withdraws a request that
 * nobody took in time; the transaction sees to it that we then do not obey it after all.
 */
static bool take_request(char *verb, size_t room)
{
    uint32_t transaction;
    bool there;

    do {
        if (!xenstore_begin(&transaction))
            return false;
        there = xenstore_read(transaction, REQUEST_PATH, verb, room) && verb[0];
        if (there)
            xenstore_write(transaction, REQUEST_PATH, "");
    } while (!xenstore_commit(transaction) && there);
    return there;
}

/*
 * We come back in a new domain with our memory and nothing else, or in the old one, because saving
 * failed or was a checkpoint. Connecting again is right in both cases, and harmless in the second.
 */
static void suspend(void)
{
    char before[12] = "", after[12] = "";

    xenstore_read(XENSTORE_NO_TRANSACTION, "domid", before, sizeof(before));
    console_say("suspending");
    shutdown(SHUTDOWN_suspend);

    control_connect();
    control_offer();
    xenstore_read(XENSTORE_NO_TRANSACTION, "domid", after, sizeof(after));
    if (text_equal(before, after))
        console_say("suspend cancelled, still domain %s", after);
    else
        console_say("resumed, was domain %s, now domain %s", before, after);
}

bool control_answer(void)
{
    char verb[16];

    if (!take_request(verb, sizeof(verb)))
        return false;
    if (text_equal(verb, "suspend")) {
        suspend();
        return true;
    }
    console_say("%s requested", verb);
    if (text_equal(verb, "reboot"))
        shutdown(SHUTDOWN_reboot);
    else if (text_equal(verb, "poweroff") || text_equal(verb, "halt"))
        shutdown(SHUTDOWN_poweroff);
    else
        console_say("which is not understood");
    return false;
}
