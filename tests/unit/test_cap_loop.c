/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The controller of cap loops against played hosts: a first-order lag, a dead time, noise, a sensor
 * of whole numbers; all as random as cap_loop.h says that they may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "policies/cap_loop.h"

#define S          XD_NS_PER_S
#define DEAD_MOST  64
#define HOSTS      600
#define RANKS_MOST 3

/* --- a played host --- */

struct plant {
    double full, per100;  /* watts when nothing is taken, and how many 100 points take away */
    double lag, dead;     /* s */
    double noise, quanta; /* parts of the limit; W */
    double watts;         /* as they are, before the sensor */
    double dt;            /* s a step */
    double late[DEAD_MOST];
    size_t at;
    uint64_t seed;
};

static double dice(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*seed >> 11) / (double)(UINT64_C(1) << 53);
}

static double between(uint64_t *seed, double lo, double hi)
{
    return lo + (hi - lo) * dice(seed);
}

static void play(struct plant *p, double points)
{
    size_t dead = (size_t)(p->dead / p->dt + 0.5);

    p->late[p->at++ % DEAD_MOST] = points;
    double felt = p->at > dead ? p->late[(p->at - 1 - dead) % DEAD_MOST] : 0;
    double goal = p->full - p->per100 * felt / 100;
    p->watts += (goal - p->watts) * (p->dt / (p->lag + p->dt));
}

static double sensor(struct plant *p)
{
    double w = p->watts + p->noise * (dice(&p->seed) + dice(&p->seed) - 1);

    return p->quanta > 0 ? p->quanta * (double)(int64_t)(w / p->quanta + 0.5) : w;
}

struct world {
    struct xd_policy_keep keep;
    struct plant plant;
    struct xd_cap_loop loop;
    struct xd_cap_share share[RANKS_MOST];
    size_t n;
    int64_t t;
    double odd; /* what a point of the first rank does, of one of the others; 0: the same */
};

/* A host within what the loop promises to rule: hot, and not so hot that all that can be taken is
 * too little. */
static void draw(struct world *w, uint64_t *seed)
{
    static const double steps[] = {0.5, 1, 2, 5};
    double gain = between(seed, 0.3, 3), lag = between(seed, 3, 60), hot, can;

    memset(w, 0, sizeof(*w));
    w->keep = (struct xd_policy_keep){.limit = between(seed, 40, 2000),
                                      .within = 0.05,
                                      .rate = between(seed, 1, 20),
                                      .safe = 60,
                                      .lag_ns = (int64_t)(lag * 1e9),
                                      .release_ns = (int64_t)(lag * 1e9),
                                      .trust_ns = 15 * S};
    w->n = 1 + (size_t)(dice(seed) * RANKS_MOST);
    for (size_t i = 0; i < w->n; i++)
        w->share[i].most = between(seed, 30, 90);
    can = xd_cap_most(w->share, w->n) * gain / 100;
    hot = between(seed, 0.05, can * 0.9 < 0.8 ? can * 0.9 : 0.8);
    w->plant = (struct plant){.per100 = gain * w->keep.limit,
                              .full = (1 + hot) * w->keep.limit,
                              .lag = lag * between(seed, 0.2, 1.5),
                              .dead = lag * between(seed, 0, 0.3),
                              .noise = w->keep.limit * between(seed, 0, 0.01),
                              .quanta = dice(seed) < 0.5 ? 0 : w->keep.limit / 80,
                              .dt = steps[(size_t)(dice(seed) * 4)],
                              .seed = *seed};
    while (w->plant.dt > lag / 2)
        w->plant.dt /= 2;
    while (w->plant.dead / w->plant.dt > DEAD_MOST - 2)
        w->plant.dt *= 2;
    w->plant.watts = w->plant.full;
}

/* One step; checks what holds in each. known: the sensor says something. */
static void step(struct world *w, bool known)
{
    double before = w->loop.effort, taken = 0, shares[RANKS_MOST];
    double bound = w->keep.rate * w->plant.dt + 1e-9;
    struct xd_cap_input in = {.known = known,
                              .most = xd_cap_most(w->share, w->n),
                              .can = xd_cap_can(w->share, w->n),
                              .least = xd_cap_least(w->share, w->n)};

    w->t += (int64_t)(w->plant.dt * 1e9);
    in.t = w->t;
    in.value = known ? sensor(&w->plant) : -1e9;
    xd_cap_loop_step(&w->loop, &w->keep, &in);
    if (w->loop.effort < 0 || w->loop.effort > in.most + 1e-9)
        fail_msg("effort %g of %g", w->loop.effort, in.most);
    if (w->loop.effort > before && w->loop.effort > in.can + 1e-9)
        fail_msg("effort raised to %g of %g", w->loop.effort, in.can);
    if (w->loop.effort > before + bound || w->loop.effort < before - bound)
        fail_msg("effort %g -> %g in %g s, rate %g", before, w->loop.effort, w->plant.dt,
                 w->keep.rate);
    for (size_t i = 0; i < w->n; i++)
        shares[i] = w->share[i].share;
    xd_cap_hold_steps(w->share, w->n, &w->loop, &w->keep);
    xd_cap_split(w->share, w->n, &w->loop, bound);
    for (size_t i = 0; i < w->n; i++) {
        double s = w->share[i].share;

        if (s < 0 || s > w->share[i].most + 1e-9)
            fail_msg("rank %zu takes %g of %g", i, s, w->share[i].most);
        if (w->share[i].step <= 0 && (s > shares[i] + bound || s < shares[i] - bound))
            fail_msg("rank %zu: %g -> %g", i, shares[i], s);
        taken += (i == 0 && w->odd > 0 ? w->odd : 1) * (w->share[i].stuck ? w->share[i].does : s);
    }
    play(&w->plant, taken);
}

struct course {
    double over, under;  /* the most above and below the limit at the end, parts of it */
    double dip;          /* the most below it since it was below it first */
    size_t turns;        /* of the effort at the end, by more than a point */
    double settled_lags; /* when it was above 1.05 times the limit last */
};

static void note_turn(struct course *c, double effort, double *turn, int *way)
{
    double by = effort - *turn;

    if ((by > 1 && *way <= 0) || (by < -1 && *way >= 0)) {
        c->turns++;
        *way = by > 0 ? 1 : -1;
    }
    if (by * *way > 0)
        *turn = effort;
}

/* Runs so long, and tells of the last part what the value did. */
static struct course run(struct world *w, double lags, double last)
{
    double lag = (double)w->keep.lag_ns / 1e9, turn = 0;
    size_t n = (size_t)(lags * lag / w->plant.dt), from = n - (size_t)(last * lag / w->plant.dt);
    struct course c = {.over = -9, .under = -9, .dip = -9};
    bool below = false;
    int way = 0;

    for (size_t i = 0; i < n; i++) {
        step(w, true);
        double off = w->plant.watts / w->keep.limit - 1;
        below |= off < 0;
        if (below && -off > c.dip)
            c.dip = -off;
        if (off > 0.05)
            c.settled_lags = (double)i * w->plant.dt / lag;
        if (i <= from) {
            turn = w->loop.effort;
            continue;
        }
        c.over = off > c.over ? off : c.over;
        c.under = -off > c.under ? -off : c.under;
        note_turn(&c, w->loop.effort, &turn, &way);
    }
    return c;
}

/* --- what has to hold --- */

static void assert_ruled(const struct world *w, const struct course *c, int i)
{
    /* 1 % of noise, and half of what a sensor of whole numbers leaves out */
    if (c->over > 0.02 || c->under > 0.07 || c->turns > 1)
        fail_msg(
            "host %d, gain %.2f, lag %.1f of %.1f, dead %.1f: at the end %.3f above, %.3f below, "
            "%zu turns",
            i, w->plant.per100 / w->keep.limit, w->plant.lag, (double)w->keep.lag_ns / 1e9,
            w->plant.dead, c->over, c->under, c->turns);
}

static void test_reaches_and_holds(void **state)
{
    struct course worst = {.over = -9, .under = -9};
    uint64_t seed = 7;

    for (int i = 0; i < HOSTS; i++) {
        struct world w;

        draw(&w, &seed);
        /* As fast as the rate lets it, and some lags of settling. */
        double ramp = (w.plant.full / w.keep.limit - 1) / (w.plant.per100 / w.keep.limit) * 100 /
                      w.keep.rate / ((double)w.keep.lag_ns / 1e9);
        struct course c = run(&w, 60 + 2 * ramp, 20);
        assert_ruled(&w, &c, i);
        worst.over = c.over > worst.over ? c.over : worst.over;
        worst.under = c.under > worst.under ? c.under : worst.under;
        worst.dip = c.dip > worst.dip ? c.dip : worst.dip;
        if (c.settled_lags - ramp > worst.settled_lags)
            worst.settled_lags = c.settled_lags - ramp;
    }
    print_message("at most %.3f above and %.3f below at the end, a dip of %.3f, below 1.05 times "
                  "the limit %.1f lags after what the rate takes\n",
                  worst.over, worst.under, worst.dip, worst.settled_lags);
    assert_true(worst.settled_lags < 30);
    assert_true(worst.dip < 0.15);
}

/* The load changes at once, up and down again, and the loop follows. */
static void test_load_changes(void **state)
{
    uint64_t seed = 99;

    for (int i = 0; i < HOSTS; i++) {
        struct world w;

        draw(&w, &seed);
        double full = w.plant.full, lags = 60 + 200 / w.keep.rate / ((double)w.keep.lag_ns / 1e9);
        run(&w, lags, 1);
        w.plant.full = (full + w.keep.limit) / 2;
        struct course half = run(&w, lags, 10);
        assert_ruled(&w, &half, i);
        w.plant.full = full;
        struct course again = run(&w, lags, 10);
        assert_ruled(&w, &again, i);
        w.plant.full = w.keep.limit * 0.5; /* cool: all is given back */
        run(&w, 2 * lags, 1);
        assert_true(w.loop.effort == 0 && w.loop.state == XD_CAP_COOL);
    }
}

/* It is above the limit with all that can be taken: that is what is taken, and it isn't wound up.
 */
static void test_saturates(void **state)
{
    uint64_t seed = 3;

    for (int i = 0; i < HOSTS / 4; i++) {
        struct world w;

        draw(&w, &seed);
        w.plant.full = 2 * w.keep.limit + w.plant.per100 * 3;
        double lags = 60 + 600 / w.keep.rate / ((double)w.keep.lag_ns / 1e9);
        run(&w, lags, 1);
        assert_true(w.loop.effort == xd_cap_most(w.share, w.n));
        assert_int_equal(w.loop.state, XD_CAP_FULL);
        w.plant.full = w.plant.watts = w.keep.limit * 0.7;
        double lag = (double)w.keep.lag_ns / 1e9, before = w.loop.effort;
        for (double t = 0; t < 4 * lag + w.plant.dt; t += w.plant.dt)
            step(&w, true);
        assert_true(w.loop.effort < before); /* it lets go as soon as it was cool for a lag */
    }
}

/* Ranks get stuck and come back, the sensor is lost and found: the bounds that step() checks hold,
 * the effort never falls while it is blind, and in the end the limit is kept. */
static void test_accidents(void **state)
{
    uint64_t seed = 21;

    for (int i = 0; i < HOSTS; i++) {
        struct world w;
        double lag;

        draw(&w, &seed);
        lag = (double)w.keep.lag_ns / 1e9;
        for (int k = 0; k < 30; k++) {
            size_t rank = (size_t)(dice(&seed) * (double)w.n);
            bool known = dice(&seed) < 0.7;

            w.share[rank].stuck = dice(&seed) < 0.5;
            w.share[rank].does = w.share[rank].share * dice(&seed);
            for (double t = 0; t < 3 * lag; t += w.plant.dt) {
                double before = w.loop.effort;

                step(&w, known);
                if (!known && w.loop.effort < before)
                    fail_msg("host %d: %g -> %g while it is blind", i, before, w.loop.effort);
            }
        }
        for (size_t n = 0; n < w.n; n++)
            w.share[n].stuck = false;
        struct course c = run(&w, 120 + 600 / w.keep.rate / lag, 10);
        assert_ruled(&w, &c, i);
    }
}

/* A first rank of few steps, each of which does to the value what `odd` times as many points of the
 * others do: up to 0.4 times the limit. Whatever lies between two steps: it comes to rest. Rarely a
 * step is tried again after long, and the limit is passed by less than 5 % then. */
static void test_steps(void **state)
{
    double lowest = 0;
    size_t most_turns = 0;
    uint64_t seed = 12;

    for (int i = 0; i < HOSTS; i++) {
        struct world w;
        double odd = between(&seed, 0.5, 3);

        draw(&w, &seed);
        w.n = 2;
        w.share[0] = (struct xd_cap_share){.most = 50, .step = between(&seed, 4, 25)};
        w.share[1] = (struct xd_cap_share){.most = 60};
        if (w.share[0].step * odd * w.plant.per100 / w.keep.limit > 40)
            odd = 40 * w.keep.limit / w.plant.per100 / w.share[0].step;
        w.plant.full = w.keep.limit + w.plant.per100 * between(&seed, 0.1, odd < 1 ? 0.5 : 0.8);
        w.plant.watts = w.plant.full;
        w.odd = odd;
        double lag = (double)w.keep.lag_ns / 1e9;
        run(&w, 120 + 400 / w.keep.rate / lag, 1);
        struct course c = run(&w, 80, 80);
        if (c.over > 0.05 || c.under > 0.4 || c.turns > 2)
            fail_msg("host %d, step %.1f, odd %.2f, gain %.2f: %.3f above, %.3f below, %zu turns",
                     i, w.share[0].step, odd, w.plant.per100 / w.keep.limit, c.over, c.under,
                     c.turns);
        lowest = c.under > lowest ? c.under : lowest;
        most_turns = c.turns > most_turns ? c.turns : most_turns;
    }
    print_message("at most %.3f below, %zu turns\n", lowest, most_turns);
}

static void test_blind(void **state)
{
    struct xd_policy_keep k = {.limit = 100,
                               .within = 0.05,
                               .rate = 10,
                               .safe = 50,
                               .lag_ns = 5 * S,
                               .release_ns = 5 * S,
                               .trust_ns = 15 * S};
    struct xd_cap_loop l = {0};
    struct xd_cap_input in = {.known = true, .value = 120, .most = 80, .can = 80};

    for (in.t = 0; in.t <= 4 * S; in.t += S)
        xd_cap_loop_step(&l, &k, &in);
    double held = l.effort;
    assert_true(held > 0 && held < 40);
    in.known = false;
    for (; in.t < 19 * S; in.t += S) {
        xd_cap_loop_step(&l, &k, &in);
        assert_int_equal(l.state, XD_CAP_COASTS);
        assert_true(l.effort == held);
    }
    assert_true(xd_cap_loop_safe_at(&l, &k) == 19 * S);
    for (; in.t < 40 * S; in.t += S)
        xd_cap_loop_step(&l, &k, &in);
    assert_int_equal(l.state, XD_CAP_SAFE);
    assert_true(l.effort == 40);
    in.known = true;
    in.value = 97;
    xd_cap_loop_step(&l, &k, &in);
    assert_int_equal(l.state, XD_CAP_HOLDS);
    assert_true(l.effort == 40); /* in the band nothing moves */
    in.t += S;
    in.behind = true;
    in.value = 200;
    xd_cap_loop_step(&l, &k, &in);
    assert_true(l.effort == 40); /* first those that are told already */
}

static void split(struct xd_cap_share *s, double effort, double most_move)
{
    xd_cap_split(s, 3, &(struct xd_cap_loop){.effort = effort}, most_move);
}

static void test_split(void **state)
{
    struct xd_cap_share s[3] = {{.most = 50}, {.most = 75, .step = 25}, {.most = 40}};

    split(s, 20, 100);
    assert_true(s[0].share == 20 && s[1].share == 0 && s[2].share == 0);
    split(s, 60, 100); /* less than a step is left to the next one */
    assert_true(s[0].share == 50 && s[1].share == 0 && s[2].share == 10);
    split(s, 86, 100); /* … and half a step more */
    assert_true(s[1].share == 0 && s[2].share == 36);
    split(s, 88, 100);
    assert_true(s[1].share == 25 && s[2].share == 13);
    split(s, 75, 100); /* a step stays until there is nothing on top of it */
    assert_true(s[1].share == 25 && s[2].share == 0);
    s[1].held = true;
    split(s, 74, 100);
    assert_true(s[1].share == 25 && s[2].share == 0);
    s[1].held = false;
    split(s, 74, 100);
    assert_true(s[1].share == 0 && s[2].share == 24);
    split(s, 0, 5); /* no faster than that, each */
    assert_true(s[0].share == 45 && s[2].share == 19);
    s[0] = (struct xd_cap_share){.most = 50, .share = 50, .stuck = true, .does = 10};
    s[2].share = 0;
    split(s, 45, 100); /* what it does counts, and it is told what it should do */
    assert_true(s[0].share == 45 && s[1].share == 0 && s[2].share == 35);
    assert_true(xd_cap_most(s, 3) == 165 && xd_cap_can(s, 3) == 125);
    s[0].most = 0;
    s[0].stuck = false;
    split(s, 130, 100);
    assert_true(s[0].share == 0 && s[1].share == 75 && s[2].share == 40);
    split(s, 30, 100);
    assert_true(s[0].share == 0 && s[1].share == 25 && s[2].share == 5);
}

static void test_split_over_levels(void **state)
{
    struct xd_cap_share s[3] = {{.most = 50, .levels = {20, 50, 70}, .n_levels = 3}, {.most = 75}};

    split(s, 25, 100);
    assert_true(s[0].share == 0 && s[1].share == 25);
    split(s, 30, 100);
    assert_true(s[0].share == 20 && s[1].share == 10);
    split(s, 200, 100);
    assert_true(s[0].share == 50 && s[1].share == 75); /* 70 is more than it may */
    split(s, 49, 100);
    assert_true(s[0].share == 20 && s[1].share == 29);
    s[1].most = 0; /* nobody evens it out */
    split(s, 49, 100);
    assert_true(s[0].share == 20);
    split(s, 50, 100);
    assert_true(s[0].share == 50);
    split(s, 36, 100); /* so it stays longer */
    assert_true(s[0].share == 50);
    split(s, 34, 100);
    assert_true(s[0].share == 20);
}

/* The same inputs, the same course. */
static void test_same(void **state)
{
    struct world a, b;
    uint64_t seed = 5, same = 5;

    draw(&a, &seed);
    draw(&b, &same);
    run(&a, 30, 10);
    run(&b, 30, 10);
    assert_memory_equal(&a, &b, sizeof(a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reaches_and_holds),
        cmocka_unit_test(test_load_changes),
        cmocka_unit_test(test_saturates),
        cmocka_unit_test(test_accidents),
        cmocka_unit_test(test_blind),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_split_over_levels),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
