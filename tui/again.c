/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command that needs a table which nobody looked at so far: asking for it made it wanted, and the
 * command is tried again with the next samples, for a short while. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/app.h"

#define PATIENCE_NS (5 * XD_NS_PER_S)

void xd_again_forget(struct xd_app *a)
{
    for (int i = 0; i < a->again.argc; i++)
        free(a->again.argv[i]);
    a->again = (struct xd_again){.command = NULL};
}

bool xd_again_note(struct xd_app *a, const struct xd_command *c, int argc, char *const *argv,
                   uint32_t key, int rc)
{
    struct xd_again *g = &a->again;

    if (rc != -ENODEV || g->trying || argc > XD_AGAIN_WORDS)
        return false;
    xd_again_forget(a);
    g->command = c;
    g->argc = argc;
    for (int i = 0; i < argc; i++)
        g->argv[i] = xd_strdup(argv[i]);
    g->key = key;
    g->until_ns = xd_world_now(a->world) + PATIENCE_NS;
    g->generation = xd_world_generation(a->world);
    xd_app_say(a, XD_S_DIM, "Looking …");
    return true;
}

void xd_again_try(struct xd_app *a)
{
    struct xd_again *g = &a->again;
    struct xd_err err = XD_ERR_INIT;
    char *argv[XD_AGAIN_WORDS + 1];

    if (!g->command || g->trying || g->generation == xd_world_generation(a->world))
        return;
    g->generation = xd_world_generation(a->world);
    for (int i = 0; i < g->argc; i++)
        argv[i] = g->argv[i];
    argv[g->argc] = NULL;
    a->key = g->key;
    g->trying = true;
    int rc = g->command->run(a, g->argc, argv, &err);
    g->trying = false;
    a->key = 0;
    if (rc == -ENODEV && xd_world_now(a->world) < g->until_ns)
        return;
    a->message[0] = '\0';
    if (rc < 0)
        xd_app_fail(a, &err);
    xd_again_forget(a);
    a->news = true;
}
