/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a journal, as whoever can write the file might write them. Whatever they say, entries
 * have rising ids, step numbers in range, and strings that are safe for a terminal. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/journal_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void must_be_safe(const char *s)
{
    must(!s || xd_str_is_safe(s));
}

static void look_at(const struct xd_journal_entry *e, uint64_t after)
{
    must(e->id > after && e->title && e->who && e->n > 0);
    must(!e->undone_by || e->undone_by > e->id);
    must(e->outcome == XD_DONE || e->no_undo);
    must_be_safe(e->title);
    must_be_safe(e->who);
    must_be_safe(e->detail);
    must_be_safe(e->no_undo);
    for (size_t i = 0; i < e->n; i++) {
        const struct xd_journal_step *s = &e->steps[i];

        must(s->table && s->key && s->label && s->name && s->text);
        must_be_safe(s->key);
        must_be_safe(s->label);
        must_be_safe(s->text);
        must_be_safe(s->xl);
        must_be_safe(s->detail);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *end = text + size;
    struct xd_clock clock;
    struct xd_journal *j;
    uint64_t last = 0;

    xd_clock_init_manual(&clock, 0);
    if (xd_journal_open(NULL, &clock, NULL, &j, NULL) < 0)
        return 0;
    while (text < end) {
        const char *nl = memchr(text, '\n', (size_t)(end - text));
        size_t len = nl ? (size_t)(nl - text) : (size_t)(end - text);
        struct xd_err err = XD_ERR_INIT;

        if (len && xd_journal_take_line(j, text, len, &err) < 0)
            must(err.code && err.text[0] && xd_str_is_safe(err.text));
        text += len + 1;
    }
    xd_journal_settle(j);
    for (size_t i = 0; i < xd_journal_count(j); i++) {
        look_at(xd_journal_at(j, i), last);
        last = xd_journal_at(j, i)->id;
    }
    xd_journal_close(j);
    return 0;
}
