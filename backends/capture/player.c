/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which moment is due: see player.h. */
#include "backend_capture/player.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/round.h"
#include "base/str.h"
#include "model/value.h"

/* Sources that answer within this time show the same moment of the host. */
#define SIDE_BY_SIDE_NS (250 * XD_NS_PER_MS)
/* No screen shows more, and no worker shall do nothing else. */
#define PACE_MIN_NS (20 * XD_NS_PER_MS)

const char xd_player_verbs[] = "pause, resume, step [N], speed X, seek 30s|+30s|-30s|10%, restart";

void xd_player_init(struct xd_player *p)
{
    memset(p, 0, sizeof(*p));
    p->speed = XD_SPEED_ONE;
}

void xd_player_done(struct xd_player *p)
{
    free(p->moments);
    xd_player_init(p);
    p->moments = NULL;
}

void xd_player_add(struct xd_player *p, size_t frame, int64_t pos_ns, bool same_source)
{
    struct xd_moment *last = p->n ? &p->moments[p->n - 1] : NULL;

    if (last && !same_source && pos_ns - last->pos_ns <= SIDE_BY_SIDE_NS) {
        last->last_frame = frame;
        return;
    }
    if (p->n == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 64;
        p->moments = xd_realloc(p->moments, p->cap * sizeof(*p->moments));
    }
    p->moments[p->n++] = (struct xd_moment){pos_ns, frame};
}

/* --- time --- */

/* a * b / c without overflow on the way; the result is cut to what fits. */
static int64_t scale(int64_t a, int64_t b, int64_t c)
{
    __int128 v = (__int128)a * b / c;

    return v > INT64_MAX ? INT64_MAX : v < INT64_MIN ? INT64_MIN : (int64_t)v;
}

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return b > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

int64_t xd_player_scaled(const struct xd_player *p, int64_t recorded_ns)
{
    return scale(recorded_ns, XD_SPEED_ONE, p->speed);
}

int64_t xd_player_length(const struct xd_player *p)
{
    return p->moments[p->n - 1].pos_ns;
}

static int64_t clamp(const struct xd_player *p, int64_t pos)
{
    int64_t length = xd_player_length(p);

    return pos < 0 ? 0 : pos > length ? length : pos;
}

int64_t xd_player_position(const struct xd_player *p, int64_t now_ns)
{
    if (!p->started || p->paused)
        return p->base_pos_ns;
    return clamp(p, add(p->base_pos_ns, scale(now_ns - p->base_clock_ns, p->speed, XD_SPEED_ONE)));
}

enum xd_player_state xd_player_state(const struct xd_player *p, int64_t now_ns)
{
    if (p->paused)
        return XD_PLAYER_PAUSED;
    if (p->started && xd_player_position(p, now_ns) >= xd_player_length(p))
        return XD_PLAYER_ENDED;
    return XD_PLAYER_PLAYING;
}

/* The last moment at or before pos. */
static size_t moment_at(const struct xd_player *p, int64_t pos)
{
    size_t low = 0, high = p->n;

    while (low + 1 < high) {
        size_t mid = low + (high - low) / 2;

        if (p->moments[mid].pos_ns <= pos)
            low = mid;
        else
            high = mid;
    }
    return low;
}

static size_t current(const struct xd_player *p, int64_t now_ns)
{
    return p->paused ? p->at : moment_at(p, xd_player_position(p, now_ns));
}

/* From now on the time runs from pos. */
static void rebase(struct xd_player *p, int64_t now_ns, int64_t pos)
{
    p->started = true;
    p->base_clock_ns = now_ns;
    p->base_pos_ns = clamp(p, pos);
    p->at = moment_at(p, p->base_pos_ns);
}

const struct xd_moment *xd_player_show(struct xd_player *p, int64_t now_ns)
{
    int64_t since;
    size_t m;

    if (!p->started)
        rebase(p, now_ns, 0);
    m = current(p, now_ns);
    if (p->showing && m == p->shown)
        return &p->moments[m];
    /* When it was due, which is before the moment that we got round to it; but never before the
     * last change of pace, or time would seem to run back. */
    since = xd_player_scaled(p, p->moments[m].pos_ns - p->base_pos_ns);
    p->shown_at_ns = p->paused || since < 0 ? p->base_clock_ns : add(p->base_clock_ns, since);
    if (p->shown_at_ns > now_ns)
        p->shown_at_ns = now_ns;
    p->shown = m;
    p->showing = true;
    return &p->moments[m];
}

int64_t xd_player_due(const struct xd_player *p, int64_t now_ns)
{
    int64_t pos = xd_player_position(p, now_ns), left;
    size_t m = current(p, now_ns);

    if (!p->started)
        return 0;
    if (p->paused || m + 1 >= p->n)
        return -1;
    /* Rounded up: a ns too early would show the old moment for another interval. */
    left = p->moments[m + 1].pos_ns - pos;
    left = add(scale(left, XD_SPEED_ONE, p->speed), scale(left, XD_SPEED_ONE, 1) % p->speed != 0);
    return left < PACE_MIN_NS ? PACE_MIN_NS : left;
}

/* --- verbs --- */

struct request {
    struct xd_player *p;
    int64_t now_ns;
    const char *arg; /* "" where there is none */
    struct xd_err *err;
};

static int do_pause(const struct request *r)
{
    struct xd_player *p = r->p;

    if (p->paused)
        return xd_err_set(r->err, -EALREADY, "the playback is paused already");
    rebase(p, r->now_ns, xd_player_position(p, r->now_ns));
    p->paused = true;
    return 0;
}

static int do_resume(const struct request *r)
{
    struct xd_player *p = r->p;

    if (p->base_pos_ns >= xd_player_length(p) || xd_player_state(p, r->now_ns) == XD_PLAYER_ENDED)
        return xd_err_set(r->err, -ERANGE, "the capture is at its end: restart, or seek back");
    if (!p->paused)
        return xd_err_set(r->err, -EALREADY, "the playback is running already");
    rebase(p, r->now_ns, p->base_pos_ns);
    p->paused = false;
    return 0;
}

static int do_restart(const struct request *r)
{
    rebase(r->p, r->now_ns, 0);
    r->p->paused = false;
    return 0;
}

static int do_step(const struct request *r)
{
    struct xd_player *p = r->p;
    int64_t n = 1, here, to, last = (int64_t)p->n - 1;

    if (*r->arg && (xd_parse_i64(*r->arg == '+' ? r->arg + 1 : r->arg, &n) || n == 0))
        return xd_err_set(r->err, -EINVAL,
                          "step wants how many samples to go, such as 1 or -5; it got \"%.40s\"",
                          r->arg);
    here = (int64_t)current(p, r->now_ns);
    to = add(here, n);
    to = to < 0 ? 0 : to > last ? last : to;
    rebase(p, r->now_ns, p->moments[to].pos_ns);
    p->at = (size_t)to; /* more exact than the position, where moments share one */
    p->paused = true;
    if (to == here)
        return xd_err_set(r->err, -ERANGE, "this is the %s sample of the capture",
                          n > 0 ? "last" : "first");
    return 0;
}

static int do_speed(const struct request *r)
{
    struct xd_player *p = r->p;
    char text[32];
    size_t n = strlen(r->arg);
    double x = 0;

    if (n > 0 && r->arg[n - 1] == 'x')
        n--;
    if (n < sizeof(text)) {
        memcpy(text, r->arg, n);
        text[n] = '\0';
    }
    if (n == 0 || n >= sizeof(text) || xd_parse_f64(text, &x) ||
        !(x >= (double)XD_SPEED_MIN / XD_SPEED_ONE && x <= XD_SPEED_MAX / XD_SPEED_ONE))
        return xd_err_set(r->err, -EINVAL,
                          "speed wants a factor from 0.01 to 1000, such as 4 or 0.5; it got "
                          "\"%.40s\"",
                          r->arg);
    if (!p->paused)
        rebase(p, r->now_ns, xd_player_position(p, r->now_ns));
    p->speed = xd_round_i64(x * XD_SPEED_ONE);
    return 0;
}

/* "10%" of the length; -1: it is none. */
static int64_t percent(const struct xd_player *p, const char *text)
{
    size_t n = strlen(text);
    char number[32];
    double x;

    if (n < 2 || n > sizeof(number) || text[n - 1] != '%')
        return -1;
    memcpy(number, text, n - 1);
    number[n - 1] = '\0';
    if (xd_parse_f64(number, &x) || !(x >= 0 && x <= 100))
        return -1;
    return scale(xd_player_length(p), xd_round_i64(x * 1000), 100000);
}

static int do_seek(const struct request *r)
{
    static const struct xd_kind duration = {.type = XD_U64, .unit = XD_UNIT_NS};
    bool relative = *r->arg == '+' || *r->arg == '-';
    int64_t pos = percent(r->p, r->arg + relative);
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_value v;

    if (pos < 0) {
        if (!xd_value_parse(r->arg + relative, &duration, 0, &a, &v, NULL) && v.have &&
            v.cell.u <= INT64_MAX)
            pos = (int64_t)v.cell.u;
        xd_arena_done(&a);
    }
    if (pos < 0)
        return xd_err_set(r->err, -EINVAL,
                          "seek wants a place such as 90s, +30s, -1m or 50%%; it got \"%.40s\"",
                          r->arg);
    if (relative)
        pos = add(xd_player_position(r->p, r->now_ns), *r->arg == '-' ? -pos : pos);
    rebase(r->p, r->now_ns, pos);
    return 0;
}

static const struct {
    const char *name;
    bool takes_arg;
    int (*run)(const struct request *r);
} verbs[] = {
    {"pause", false, do_pause}, {"resume", false, do_resume}, {"restart", false, do_restart},
    {"step", true, do_step},    {"speed", true, do_speed},    {"seek", true, do_seek},
};

int xd_player_control(struct xd_player *p, const char *verb, int64_t now_ns, struct xd_err *err)
{
    struct request r = {p, now_ns, "", err};
    size_t n;

    verb += strspn(verb, " ");
    n = strcspn(verb, " ");
    r.arg = verb + n + strspn(verb + n, " ");
    if (!p->started)
        rebase(p, now_ns, 0);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
        if (strlen(verbs[i].name) != n || strncmp(verbs[i].name, verb, n) != 0)
            continue;
        if (*r.arg && !verbs[i].takes_arg)
            return xd_err_set(err, -EINVAL, "%s takes nothing behind it; it got \"%.40s\"",
                              verbs[i].name, r.arg);
        return verbs[i].run(&r);
    }
    return xd_err_set(err, -EINVAL, "\"%.40s\" is no verb of a playback; there are: %s", verb,
                      xd_player_verbs);
}
