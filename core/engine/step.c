/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One step, on the operator's thread: see step.h. What decides is always what is read from the
 * host; what a write returned only decides how the sentence about it begins. */
#include "engine/step.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define POLLS(ns) ((ns) / XD_STEP_POLL_NS)

struct xd_job *xd_job_new(const struct xd_step *s)
{
    struct xd_job *j = xd_malloc(sizeof(*j));
    size_t n = 0;

    atomic_init(&j->refs, 1);
    xd_arena_init(&j->arena);
    j->object = (struct xd_object){.table = xd_arena_strdup(&j->arena, s->object.table),
                                   .key = xd_arena_strdup(&j->arena, s->object.key),
                                   .label = xd_arena_strdup(&j->arena, s->object.label)};
    j->label = j->object.label[0] ? j->object.label : j->object.table;
    j->knob = s->offer.knob;
    j->action = s->offer.action;
    j->old = xd_value_copy(&s->old, &j->arena);
    j->now = xd_value_copy(&s->now, &j->arena);
    while (j->action && j->action->params && j->action->params[n].name)
        n++;
    if (n && s->params) {
        struct xd_value *params = xd_arena_array(&j->arena, n, sizeof(*params));

        for (size_t i = 0; i < n; i++)
            params[i] = xd_value_copy(&s->params[i], &j->arena);
        j->params = params;
    }
    return j;
}

struct xd_job *xd_job_ref(struct xd_job *j)
{
    atomic_fetch_add(&j->refs, 1);
    return j;
}

void xd_job_unref(struct xd_job *j)
{
    if (!j || atomic_fetch_sub(&j->refs, 1) != 1)
        return;
    xd_arena_done(&j->arena);
    free(j);
}

/* --- results --- */

static bool over(struct xd_job *j, enum xd_outcome outcome, int rc, const char *fmt, ...)
    XD_PRINTF(4, 5);
static bool over(struct xd_job *j, enum xd_outcome outcome, int rc, const char *fmt, ...)
{
    va_list ap;

    j->phase = XD_JOB_OVER;
    j->outcome = outcome;
    j->rc = rc;
    va_start(ap, fmt);
    if (fmt)
        xd_err_setv(&j->detail, rc ? rc : -EIO, fmt, ap);
    va_end(ap);
    return true;
}

void xd_job_refuse(struct xd_job *j, const struct xd_err *why)
{
    over(j, XD_REFUSED, why->code, "%s", xd_err_text(why));
}

static const char *text_of(struct xd_job *j, const struct xd_value *v)
{
    return xd_value_exact(v, &j->knob->kind, &j->arena);
}

static const char *name_of(const struct xd_job *j)
{
    return j->knob ? j->knob->name : j->action->name;
}

/* Errors of a backend that mean that nothing was done. After any other, only a look can tell. */
static bool nothing_done(int rc)
{
    static const int codes[] = {EPERM, EACCES, EINVAL, ESRCH, EALREADY, ERANGE, ENOTSUP, EROFS};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (rc == -codes[i])
            return true;
    return false;
}

/* --- comparing --- */

/* On its way: between `from` (left already) and `to`. */
static bool on_its_way(const struct xd_value *v, const struct xd_value *from,
                       const struct xd_value *to)
{
    int up = xd_value_cmp(from, to);

    if (!v->have || v->type != from->type || xd_value_equal(v, from))
        return false;
    return up < 0 ? xd_value_cmp(from, v) < 0 && xd_value_cmp(v, to) <= 0
                  : xd_value_cmp(from, v) > 0 && xd_value_cmp(v, to) >= 0;
}

static bool is_expected(const struct xd_job *j, const struct xd_value *found)
{
    if (xd_value_equal(found, &j->old))
        return true;
    return j->lenient && j->knob->gradual && on_its_way(found, &j->now, &j->old);
}

static bool is_seen(const struct xd_job *j, const struct xd_value *found)
{
    if (xd_value_equal(found, &j->now))
        return true;
    return j->knob->gradual && on_its_way(found, &j->old, &j->now);
}

/* --- seeking: looking until it is seen --- */

static void seek(struct xd_job *j, struct xd_clock *clock, int64_t patience_ns)
{
    int64_t now = xd_clock_now(clock);

    j->phase = XD_JOB_SEEKING;
    j->began_ns = now;
    j->until_ns = now + patience_ns;
    j->next_ns = now; /* the first look is at once */
    j->looks_left = POLLS(patience_ns);
}

/* Nothing seen yet: true if it is worth another look. */
static bool look_again(struct xd_job *j, struct xd_clock *clock, struct xd_progress *p)
{
    int64_t now = xd_clock_now(clock);

    j->next_ns = now + XD_STEP_POLL_NS;
    if (now >= j->until_ns || (j->patient && j->looks_left-- <= 0))
        return false;
    return !p->cancelled(p);
}

static double waited_s(const struct xd_job *j, struct xd_clock *clock)
{
    return (double)(xd_clock_now(clock) - j->began_ns) / XD_NS_PER_S;
}

/* --- knobs --- */

static int read_back(struct xd_job *j, const struct xd_backend *b, void *self, struct xd_value *out,
                     struct xd_err *err)
{
    int rc;

    *out = XD_UNKNOWN;
    rc = b->read(self, &j->object, j->knob, &j->arena, out, err);
    if (rc == 0 && !out->have)
        rc = xd_err_set(err, -ENODATA, "%s %s can't be read: %s does not know it", j->label,
                        j->knob->name, b->name);
    if (rc < 0 && !err->code)
        xd_err_set(err, rc, "%s %s can't be read: %s", j->label, j->knob->name, strerror(-rc));
    return rc;
}

/* The host said no. Whether anything changed all the same is for a look to tell. */
static bool write_failed(struct xd_job *j, const struct xd_backend *b, void *self)
{
    const char *why = xd_err_text(&j->write_err);
    struct xd_err err = XD_ERR_INIT;
    int rc;

    if (nothing_done(j->write_rc))
        return over(j, XD_REFUSED, j->write_rc, "%s", why);
    rc = read_back(j, b, self, &j->seen, &err);
    if (rc == -ESRCH)
        return over(j, XD_REFUSED, j->write_rc, "%s; and %s is gone", why, j->label);
    if (rc < 0)
        return over(j, XD_LOST, j->write_rc, "%s; whether anything changed can't be read: %s", why,
                    xd_err_text(&err));
    if (is_expected(j, &j->seen))
        return over(j, XD_REFUSED, j->write_rc, "%s; nothing changed, %s %s is still %s", why,
                    j->label, j->knob->name, text_of(j, &j->seen));
    j->touched = true;
    return over(j, XD_FAILED, j->write_rc, "%s; all the same %s %s is %s now", why, j->label,
                j->knob->name, text_of(j, &j->seen));
}

static bool begin_knob(struct xd_job *j, const struct xd_backend *b, void *self,
                       struct xd_clock *clock)
{
    struct xd_value found;
    struct xd_err err = XD_ERR_INIT;
    int rc = read_back(j, b, self, &found, &err);

    if (rc == -ESRCH)
        return over(j, XD_REFUSED, rc, "%s is gone: %s", j->label, xd_err_text(&err));
    if (rc < 0)
        return over(j, XD_REFUSED, rc, "%s", xd_err_text(&err));
    if (!is_expected(j, &found))
        return over(j, XD_REFUSED, -ESTALE,
                    "%s %s: expected %s, found %s: somebody changed it meanwhile", j->label,
                    j->knob->name, text_of(j, &j->old), text_of(j, &found));
    j->seen = found;
    j->write_rc = b->write(self, &j->object, j->knob, &j->now, &j->write_err);
    if (j->write_rc < 0 && !j->write_err.code)
        xd_err_set(&j->write_err, j->write_rc, "%s %s: %s", j->label, j->knob->name,
                   strerror(-j->write_rc));
    if (j->write_rc < 0 && j->write_rc != -EINPROGRESS)
        return write_failed(j, b, self);
    seek(j, clock, j->write_rc == -EINPROGRESS ? XD_STEP_LATER_NS : XD_STEP_SEEN_NS);
    return false;
}

/* Written, but by the end of our patience not there. */
static bool not_seen(struct xd_job *j, int rc, const struct xd_err *err, struct xd_clock *clock)
{
    double s = waited_s(j, clock);

    if (rc < 0)
        return over(j, XD_LOST, rc, "%s %s was accepted, but can't be read back: %s", j->label,
                    j->knob->name, xd_err_text(err));
    j->touched = !xd_value_equal(&j->seen, &j->old);
    return over(j, XD_NOT_SEEN, -ETIMEDOUT, "%s %s: %s was accepted, but %.1f s later it is %s%s",
                j->label, j->knob->name, text_of(j, &j->now), s, j->touched ? "" : "still ",
                text_of(j, &j->seen));
}

static bool seek_knob(struct xd_job *j, const struct xd_backend *b, void *self,
                      struct xd_clock *clock, struct xd_progress *p)
{
    struct xd_value found;
    struct xd_err err = XD_ERR_INIT;
    int rc = read_back(j, b, self, &found, &err);

    if (rc == 0)
        j->seen = xd_value_copy(&found, &j->arena);
    if (rc == 0 && is_seen(j, &found)) {
        j->touched = true;
        return over(j, XD_DONE, 0, NULL);
    }
    if (rc == -ESRCH)
        return over(j, XD_LOST, rc, "%s vanished before %s could be read back: %s", j->label,
                    j->knob->name, xd_err_text(&err));
    if (look_again(j, clock, p))
        return false;
    return not_seen(j, rc, &err, clock);
}

/* --- actions --- */

/* 1, 0 or -errno; a source that can't tell says so. */
static int settled(struct xd_job *j, const struct xd_backend *b, void *self, struct xd_err *err)
{
    int rc;

    if (!b->settled)
        return xd_err_set(err, -ENOTSUP, "%s can't tell whether it happened", b->name);
    rc = b->settled(self, &j->object, j->action, err);
    if (rc < 0 && !err->code)
        xd_err_set(err, rc, "%s", strerror(-rc));
    return rc;
}

static bool act_failed(struct xd_job *j, const struct xd_backend *b, void *self)
{
    const char *why = xd_err_text(&j->write_err);
    struct xd_err err = XD_ERR_INIT;
    int rc;

    if (nothing_done(j->write_rc))
        return over(j, XD_REFUSED, j->write_rc, "%s", why);
    rc = settled(j, b, self, &err);
    if (rc < 0)
        return over(j, XD_LOST, j->write_rc, "%s; what came of it can't be known: %s", why,
                    xd_err_text(&err));
    if (rc == 0 && j->write_rc == -ECANCELED)
        return over(j, XD_REFUSED, j->write_rc, "%s %s was cancelled: %s", name_of(j), j->label,
                    why);
    j->touched = rc == 1;
    return over(j, XD_FAILED, j->write_rc, rc == 1 ? "%s; all the same it has happened" : "%s",
                why);
}

static bool begin_action(struct xd_job *j, const struct xd_backend *b, void *self,
                         struct xd_clock *clock, struct xd_progress *p)
{
    j->write_rc = b->act(self, &j->object, j->action, j->params, p, &j->write_err);
    if (j->write_rc < 0 && !j->write_err.code)
        xd_err_set(&j->write_err, j->write_rc, "%s %s: %s", name_of(j), j->label,
                   strerror(-j->write_rc));
    if (j->write_rc < 0 && j->write_rc != -EINPROGRESS)
        return act_failed(j, b, self);
    seek(j, clock, j->action->settle_ns > XD_STEP_SEEN_NS ? j->action->settle_ns : XD_STEP_SEEN_NS);
    return false;
}

static bool seek_action(struct xd_job *j, const struct xd_backend *b, void *self,
                        struct xd_clock *clock, struct xd_progress *p)
{
    struct xd_err err = XD_ERR_INIT;
    int rc = settled(j, b, self, &err);

    if (rc > 0) {
        j->touched = true;
        return over(j, XD_DONE, 0, NULL);
    }
    if (rc == -ENOTSUP)
        return over(j, XD_NOT_SEEN, rc, "%s %s was accepted, but %s", name_of(j), j->label,
                    xd_err_text(&err));
    if (rc < 0)
        return over(j, XD_LOST, rc, "%s %s was accepted, but what came of it can't be known: %s",
                    name_of(j), j->label, xd_err_text(&err));
    if (look_again(j, clock, p))
        return false;
    return over(j, XD_NOT_SEEN, -ETIMEDOUT, "%s %s was accepted, but %.1f s later it isn't seen",
                name_of(j), j->label, waited_s(j, clock));
}

/* Lines stay lines; everything else that a terminal would obey is made safe. */
static const char *safe_lines(const char *text, struct xd_arena *a)
{
    struct xd_buf out = XD_BUF_INIT;
    const char *made;

    while (*text) {
        size_t len = strcspn(text, "\n");

        xd_buf_printf(&out, "%s%s", out.len ? "\n" : "",
                      xd_str_safe(a, xd_arena_strndup(a, text, len), 3 * len));
        text += len + (text[len] == '\n');
    }
    made = xd_arena_strdup(a, xd_buf_str(&out));
    xd_buf_done(&out);
    return made;
}

void xd_job_preview(struct xd_job *j, const struct xd_backend *b, void *self)
{
    struct xd_buf text = XD_BUF_INIT;

    j->phase = XD_JOB_OVER;
    if (b->preview)
        j->rc = b->preview(self, &j->object, j->action, j->params, &text, &j->detail);
    if (j->rc < 0 && !j->detail.code)
        xd_err_set(&j->detail, j->rc, "%s %s: %s", name_of(j), j->label, strerror(-j->rc));
    if (j->rc >= 0 && text.len)
        j->preview = safe_lines(xd_buf_str(&text), &j->arena);
    xd_buf_done(&text);
}

bool xd_job_turn(struct xd_job *j, const struct xd_backend *b, void *self, struct xd_clock *clock,
                 struct xd_progress *p)
{
    bool ended;

    if (j->phase == XD_JOB_NEW && p->cancelled(p))
        return over(j, XD_REFUSED, -ECANCELED, "%s was cancelled before it began", j->label);
    if (j->phase == XD_JOB_NEW)
        ended = j->knob ? begin_knob(j, b, self, clock) : begin_action(j, b, self, clock, p);
    else
        ended = false;
    if (!ended && j->phase == XD_JOB_SEEKING)
        ended = j->knob ? seek_knob(j, b, self, clock, p) : seek_action(j, b, self, clock, p);
    return ended;
}
