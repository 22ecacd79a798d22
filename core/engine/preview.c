/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the steps of a plan would do: asked of their operators while the plan is being looked at. */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "engine/session_impl.h"

void xd_preview_done(struct xd_session *s)
{
    for (size_t i = 0; i < s->n_previews; i++)
        xd_job_unref(s->previews[i]);
    free(s->previews);
    s->previews = NULL;
    s->n_previews = 0;
}

/* An answer to a question that nobody has any more is dropped. */
void xd_preview_keep(struct xd_session *s, struct xd_job *job)
{
    if (job->ticket != s->ticket)
        return;
    s->previews = xd_realloc(s->previews, (s->n_previews + 1) * sizeof(struct xd_job *));
    s->previews[s->n_previews++] = xd_job_ref(job);
    s->world.generation++;
}

static void ask(struct xd_session *s, const struct xd_plan *p, size_t i)
{
    struct xd_job *job = xd_job_new(&p->steps[i]);
    struct xd_err err = XD_ERR_INIT;
    struct xd_worker *w = xd_session_operator(s, p->steps[i].offer.source, &err);

    job->index = i;
    job->ticket = p->ticket;
    if (w) {
        xd_worker_ask_preview(w, job);
    } else {
        xd_job_refuse(job, &err);
        xd_preview_keep(s, job);
    }
    xd_job_unref(job);
}

void xd_session_ask_preview(struct xd_session *s, struct xd_plan *p)
{
    xd_preview_done(s);
    p->ticket = ++s->ticket;
    p->awaited = 0;
    for (size_t i = 0; i < p->n; i++)
        p->awaited += p->steps[i].offer.action && p->steps[i].offer.action->previews;
    for (size_t i = 0; i < p->n; i++)
        if (p->steps[i].offer.action && p->steps[i].offer.action->previews)
            ask(s, p, i);
}

bool xd_session_take_preview(struct xd_session *s, struct xd_plan *p)
{
    bool any = p->ticket == s->ticket && s->n_previews;

    for (size_t i = 0; any && i < s->n_previews; i++) {
        const struct xd_job *job = s->previews[i];
        struct xd_step *step = &p->steps[job->index];
        const char *text = job->rc < 0 ? xd_err_text(&job->detail) : job->preview;

        step->preview = text ? xd_arena_strdup(&p->arena, text) : NULL;
        step->preview_bad = job->rc < 0;
        p->awaited--;
    }
    if (any)
        xd_preview_done(s);
    return any;
}
