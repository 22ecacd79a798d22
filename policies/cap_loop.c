/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The controller of a cap loop: see cap_loop.h. */
#include "policies/cap_loop.h"

/* Parts of the limit become points; per lag for the integral. With 3 times the limit for 100 points
 * and a dead time of 0.3 lags some 60 degrees of phase are left. */
#define GAIN 25.0
/* Noise is smoothed over so much of the lag. */
#define SMOOTH 0.2
/* A loop that is looked at more rarely than this part of its lag is as slow as that allows. */
#define TICKS_A_LAG 2
/* It is in the middle of its band where it is nearer to it than this part of the band. */
#define NEAR 8

const char *const xd_cap_state_names[] = {"off",    "cool", "tightens", "holds",  "loosens", "full",
                                          "coasts", "safe", "let go",   "paused", NULL};

static double clamp(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

/* How far the value is from the middle of its band, as a part of the limit. */
static double error_of(const struct xd_policy_keep *k, double value)
{
    return value / k->limit - 1 + k->within / 2;
}

static void see(struct xd_cap_loop *l, const struct xd_policy_keep *k,
                const struct xd_cap_input *in, double lag)
{
    double dt = (double)(in->t - l->seen_t), over = SMOOTH * lag;

    l->smooth = l->value_known && over > 0 ? l->smooth + (in->value - l->smooth) * dt / (over + dt)
                                           : in->value;
    l->value = in->value;
    l->value_known = true;
    if (in->t - in->age > l->seen_t)
        l->seen_t = in->t - in->age;
}

/* The sensor says nothing. */
static double blind(struct xd_cap_loop *l, const struct xd_policy_keep *k,
                    const struct xd_cap_input *in)
{
    double safe = k->safe / 100 * in->most;

    l->error_known = l->aims = false;
    l->cool_t = -1;
    if (in->t - l->seen_t < k->trust_ns) {
        l->state = XD_CAP_COASTS;
        return 0;
    }
    l->state = XD_CAP_SAFE;
    return l->effort < safe ? safe - l->effort : 0;
}

/* Outside of the band it is brought back to the middle, so that it isn't left at the edge. */
static void take_aim(struct xd_cap_loop *l, const struct xd_policy_keep *k, double error, int64_t t)
{
    double size = error < 0 ? -error : error;

    if (size > k->within / 2)
        l->aims = true;
    else if (size <= k->within / NEAR || (l->error < 0) != (error < 0))
        l->aims = false;
    if (!l->aims || error >= 0)
        l->cool_t = -1;
    else if (l->cool_t < 0)
        l->cool_t = t;
}

/* By how much the effort is to change: the proportional part by how the value changed, the integral
 * one by how far it is off. */
static double wanted_change(struct xd_cap_loop *l, const struct xd_policy_keep *k,
                            const struct xd_cap_input *in, double lag, double dt)
{
    double error = error_of(k, l->smooth);
    double by_change = l->error_known ? GAIN * (error - l->error) : 0;
    double by_error = GAIN * error * dt / lag;

    take_aim(l, k, error, in->t);
    l->error = error;
    l->error_known = true;
    if (!l->aims) {
        l->state = XD_CAP_HOLDS;
        return 0;
    }
    if (error < 0 && in->t - l->cool_t < k->release_ns) {
        l->state = XD_CAP_HOLDS;
        return by_change > 0 ? 0 : by_change;
    }
    l->state = error > 0 ? XD_CAP_TIGHTENS : XD_CAP_LOOSENS;
    return by_change + by_error;
}

void xd_cap_loop_step(struct xd_cap_loop *l, const struct xd_policy_keep *k,
                      const struct xd_cap_input *in)
{
    double dt = l->begun ? (double)(in->t - l->at) : 0, lag = (double)k->lag_ns, change;
    double most_change = k->rate * dt / 1e9;

    if (!l->begun || l->state == XD_CAP_OFF || l->state == XD_CAP_LET_GO) {
        l->seen_t = in->t;
        l->cool_t = -1;
        l->value_known = l->error_known = l->aims = false;
    }
    if (dt * TICKS_A_LAG > lag)
        lag = dt * TICKS_A_LAG;
    if (in->known && in->again && l->value_known) {
        l->begun = true;
        return; /* this step's time counts with the next value */
    }
    if (in->known) {
        see(l, k, in, lag);
        change = wanted_change(l, k, in, lag, dt);
    } else {
        change = blind(l, k, in);
    }
    if (in->behind && change > 0)
        change = 0;
    if (change < 0 && l->effort + change < in->least) {
        change = l->effort > in->least ? in->least - l->effort : 0;
        l->state = l->state == XD_CAP_LOOSENS ? XD_CAP_HOLDS : l->state;
    }
    if (change > 0 && l->effort + change > in->can)
        change = l->effort < in->can ? in->can - l->effort : 0;
    l->effort = clamp(l->effort + clamp(change, -most_change, most_change), 0, in->most);
    if (l->state == XD_CAP_TIGHTENS && l->effort >= in->can)
        l->state = XD_CAP_FULL;
    if ((l->state == XD_CAP_HOLDS || l->state == XD_CAP_LOOSENS) && l->effort <= 0)
        l->state = XD_CAP_COOL;
    l->begun = true;
    l->at = in->t;
}

void xd_cap_loop_rest(struct xd_cap_loop *l, enum xd_cap_state why, int64_t t)
{
    *l = (struct xd_cap_loop){.begun = true, .state = why, .at = t, .seen_t = t, .cool_t = -1};
}

void xd_cap_loop_pause(struct xd_cap_loop *l, int64_t t)
{
    l->state = XD_CAP_PAUSED;
    l->begun = true;
    l->error_known = l->aims = false;
    l->cool_t = -1;
    l->at = l->seen_t = t;
}

int64_t xd_cap_loop_safe_at(const struct xd_cap_loop *l, const struct xd_policy_keep *k)
{
    return l->seen_t + k->trust_ns;
}

/* --- the effort over the actuators --- */

/* A step that was taken shows what it does after so many lags. What it did counts less and less:
 * something else may have changed meanwhile. */
#define TEST_LAGS   5
#define HALF_LAGS   100
#define MOST_HALVES 16
#define SURELY      1.2
#define NIL         1e-6 /* less than that is nothing */

static bool has_steps(const struct xd_cap_share *s)
{
    return s->step > 0 || s->n_levels > 0;
}

/* The next higher of what it can take; more than its most: there is none. */
static double above(const struct xd_cap_share *s, double level)
{
    if (s->step > 0)
        return level + s->step;
    for (size_t i = 0; i < s->n_levels; i++)
        if (s->levels[i] > level + NIL)
            return s->levels[i];
    return s->most + 1;
}

static double below(const struct xd_cap_share *s, double level)
{
    double lower = 0;

    if (s->step > 0)
        return level > s->step ? level - s->step : 0;
    for (size_t i = 0; i < s->n_levels && s->levels[i] < level - NIL; i++)
        lower = s->levels[i];
    return lower;
}

/* Whole steps of that many points. Where those behind it have room, they take up to half a step
 * more before another one is taken, and it is given back once they take nothing: so the next step
 * up and the last one down are half a step apart, and each is made good by them. Without them it is
 * kept until half of it is too much. */
static double whole_steps(const struct xd_cap_share *s, double left, double room)
{
    double level = s->share;

    for (;;) {
        double next = above(s, level), more = (next - level) / 2, most = level + room - next;

        if (room > 0 && more > most)
            more = most;
        if (next > s->most + NIL || left + NIL < next + (room > 0 && more > 0 ? more : 0))
            break;
        level = next;
    }
    while (
        level > s->most + NIL ||
        (level > 0 && !s->held && left < (room > 0 ? level - NIL : (level + below(s, level)) / 2)))
        level = below(s, level);
    return level;
}

static void test_step(struct xd_cap_share *s, const struct xd_cap_loop *l,
                      const struct xd_policy_keep *k)
{
    int64_t age = l->at - s->step_test.t;
    double drop = s->step_test.drop;

    if (s->step_test.running && age >= TEST_LAGS * k->lag_ns) {
        s->step_test.running = false;
        s->step_test.known = true;
        s->step_test.drop = s->step_test.from > l->smooth
                                ? (s->step_test.from - l->smooth) / (double)s->step_test.n
                                : 0;
        drop = s->step_test.drop;
    }
    for (int i = 0; i < MOST_HALVES && age > HALF_LAGS * k->lag_ns; i++) {
        drop /= 2;
        age -= HALF_LAGS * k->lag_ns;
    }
    s->held =
        s->share > 0 && l->value_known &&
        (s->step_test.running || (s->step_test.known && l->smooth + drop * SURELY > k->limit));
}

void xd_cap_hold_steps(struct xd_cap_share *s, size_t n, const struct xd_cap_loop *l,
                       const struct xd_policy_keep *k)
{
    for (size_t i = 0; i < n; i++) {
        s[i].held = false;
        if (has_steps(&s[i]) && !s[i].stuck)
            test_step(&s[i], l, k);
    }
}

/* One more is taken, or one is given back. */
static void note_step(struct xd_cap_share *s, const struct xd_cap_loop *l, double share)
{
    if (share > s->share) {
        if (!s->step_test.running) {
            s->step_test.from = l->smooth;
            s->step_test.n = 0;
        }
        for (double at = s->share; at < share - NIL; at = above(s, at))
            s->step_test.n++;
        s->step_test.running = l->value_known;
        s->step_test.known = false;
        s->step_test.t = l->at;
    } else if (share < s->share) {
        s->step_test.running = false;
    }
}

/* What those can take that move as finely as you like. */
static double fine_room(const struct xd_cap_share *s, size_t n)
{
    double room = 0;

    for (size_t i = 0; i < n; i++)
        room += has_steps(&s[i]) || s[i].stuck ? 0 : s[i].most;
    return room;
}

void xd_cap_split(struct xd_cap_share *s, size_t n, const struct xd_cap_loop *l, double most_move)
{
    double left = l->effort;

    for (size_t i = 0; i < n; i++) {
        double share = left < s[i].most ? left : s[i].most;

        if (has_steps(&s[i])) {
            share = whole_steps(&s[i], left, fine_room(s + i + 1, n - i - 1));
            note_step(&s[i], l, share);
        } else if (s[i].most > 0) {
            share =
                clamp(clamp(share, s[i].share - most_move, s[i].share + most_move), 0, s[i].most);
        }
        s[i].share = share;
        left -= s[i].stuck ? s[i].does : share;
        if (left < 0)
            left = 0;
    }
}

double xd_cap_most(const struct xd_cap_share *s, size_t n)
{
    double most = 0;

    for (size_t i = 0; i < n; i++)
        most += s[i].most;
    return most;
}

double xd_cap_can(const struct xd_cap_share *s, size_t n)
{
    double can = 0;

    for (size_t i = 0; i < n; i++)
        can += s[i].stuck ? s[i].does : s[i].most;
    return can;
}

double xd_cap_least(const struct xd_cap_share *s, size_t n)
{
    double sum = 0, least = 0;
    bool test = false;

    for (size_t i = 0; i < n; i++) {
        sum += s[i].stuck ? s[i].does : s[i].share;
        test |= s[i].held && s[i].step_test.running;
        if (s[i].held)
            least = sum;
    }
    return test ? sum : least;
}
