/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --host capture:FILE: a recording played back as a host. It is read-only by nature: it offers no
 * knobs and no actions, and no operator can be opened. */
#include "backend_capture/playback.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/tables.h"

#define READ_ONLY                                                                                  \
    "a capture shows what has been: nothing of it can be edited. For edits use --host live, or "   \
    "--host demo to try things"

static bool stopping(void *arg)
{
    const struct xd_backend_env *env = arg;

    return env->stopping && env->stopping(env);
}

/* --- open and close --- */

static void add_frames(struct xd_playback *p)
{
    int64_t in_moment[XD_CAPTURE_SOURCES_MAX]; /* the moment each source was in last */

    for (size_t i = 0; i < XD_CAPTURE_SOURCES_MAX; i++)
        in_moment[i] = -1;
    for (size_t i = 0; i < xd_capture_frames(p->capture); i++) {
        const struct xd_capture_frame *f = xd_capture_frame(p->capture, i);

        xd_player_add(&p->player, i, f->pos_ns, in_moment[f->source] == (int64_t)p->player.n - 1);
        in_moment[f->source] = (int64_t)p->player.n - 1;
    }
}

static void playback_close(void *self)
{
    struct xd_playback *p = self;

    for (size_t i = 0; i < XD_CAPTURE_SOURCES_MAX; i++)
        xd_snapshot_unref(p->sources[i].snapshot);
    xd_player_done(&p->player);
    xd_capture_close(p->capture);
    free(p->path);
    free(p);
}

static int playback_open(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    struct xd_playback *p;
    int rc;

    *self = NULL;
    if (env->role == XD_OPERATOR)
        return xd_err_set(err, -EROFS, "%s", READ_ONLY);
    if (!env->arg || !env->arg[0])
        return xd_err_set(err, -EINVAL,
                          "which capture shall be played? --host capture:FILE "
                          "names it; xendeck capture FILE records one");
    p = xd_malloc(sizeof(*p));
    p->env = env;
    p->path = xd_strdup(env->arg);
    xd_player_init(&p->player);
    for (size_t i = 0; i < XD_CAPTURE_SOURCES_MAX; i++)
        p->sources[i].frame = -1;
    rc = xd_capture_open(env->arg, stopping, (void *)(uintptr_t)env, &p->capture, err);
    if (rc) {
        playback_close(p);
        return rc;
    }
    add_frames(p);
    if (xd_capture_damages(p->capture))
        xd_log_write(env->log, XD_LOG_WARN, "capture", "%zu stretches can't be read: %s",
                     xd_capture_damages(p->capture), xd_capture_damage(p->capture));
    *self = p;
    return 0;
}

/* --- collecting --- */

/* The newest sample of a source at that moment. One that can't be read is tried once and then
 * passed over: the one before stays. */
static void load_source(struct xd_playback *p, size_t source, const struct xd_moment *m)
{
    struct xd_playback_source *s = &p->sources[source];
    int64_t frame = xd_capture_newest(p->capture, source, m->last_frame);
    struct xd_snapshot *snapshot;

    if (frame == s->frame)
        return;
    s->frame = frame;
    xd_err_clear(&s->trouble);
    if (frame < 0) { /* before its first sample, after a jump back */
        xd_snapshot_unref(s->snapshot);
        s->snapshot = NULL;
        return;
    }
    if (xd_capture_load(p->capture, (size_t)frame, &snapshot, &s->trouble)) {
        xd_log_write(p->env->log, XD_LOG_WARN, "capture", "%s", s->trouble.text);
        return;
    }
    xd_snapshot_unref(s->snapshot);
    s->snapshot = snapshot;
    s->shown = frame;
}

static void say_end(struct xd_playback *p, int64_t now_ns)
{
    bool ended = xd_player_state(&p->player, now_ns) == XD_PLAYER_ENDED;

    if (ended && !p->said_end)
        xd_log_write(p->env->log, XD_LOG_INFO, "capture", "%s has ended: restart, or seek back",
                     p->path);
    p->said_end = ended;
}

static int playback_collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    struct xd_playback *p = self;
    int64_t now = xd_clock_now(p->env->clock);
    const struct xd_moment *m = xd_player_show(&p->player, now);
    const struct xd_err *trouble = NULL;
    bool any = false;

    for (size_t i = 0; i < xd_capture_sources(p->capture); i++) {
        load_source(p, i, m);
        any = any || p->sources[i].snapshot;
        if (p->sources[i].trouble.code)
            trouble = &p->sources[i].trouble;
    }
    if (!any && trouble)
        return xd_err_set(err, trouble->code, "%s", trouble->text);
    xd_playback_tables(p, m, now, b);
    say_end(p, now);
    return 0;
}

static int64_t playback_due(void *self)
{
    struct xd_playback *p = self;

    return xd_player_due(&p->player, xd_clock_now(p->env->clock));
}

static int playback_control(void *self, const char *verb, struct xd_err *err)
{
    struct xd_playback *p = self;

    return xd_player_control(&p->player, verb, xd_clock_now(p->env->clock), err);
}

/* --- doctor --- */

static void playback_doctor(void *self, struct xd_builder *b)
{
    struct xd_playback *p = self;
    char found[80], length[16];
    const char *damage;

    if (!p) /* why it could not be opened is said already */
        return;
    damage = xd_capture_damage(p->capture);
    snprintf(found, sizeof(found), "samples: %zu, sources: %zu, length: %s",
             xd_capture_frames(p->capture), xd_capture_sources(p->capture),
             xd_fmt_ns((uint64_t)xd_player_length(&p->player), length, sizeof(length)));
    xd_build_check(b, "capture", "samples", XD_CHECK_OK, found, NULL);
    xd_build_check(b, "capture", "integrity", damage ? XD_CHECK_WARN : XD_CHECK_OK,
                   damage ? damage : "every sample's checksum is right",
                   damage ? "what is left is played; copy the file again if the original is whole"
                          : NULL);
    xd_build_check(b, "capture", "edits", XD_CHECK_ABSENT, READ_ONLY, NULL);
}

const struct xd_backend xd_backend_capture = {
    .abi = XD_BACKEND_ABI,
    .name = "capture",
    .title = "Playback of a capture",
    .help = "Plays what xendeck capture FILE recorded as if it were the host: every screen, get, "
            "filter and export works on it. Verbs: pause, resume, step [N], speed X, seek "
            "30s|+30s|-30s|10%, restart. It ends at the last sample. " READ_ONLY ".",
    .live = false,
    .tables = xd_playback_descs,
    .open = playback_open,
    .close = playback_close,
    .collect = playback_collect,
    .due = playback_due,
    .control = playback_control,
    .doctor = playback_doctor,
};
