/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a clamp will do to this host: how much work no longer fits, and what that saves. */
#include <math.h>
#include <string.h>

#include "model/powerknobs.h"
#include "model/tables.h"
#include "model/tables_power.h"
#include "policies/knobs.h"
#include "policies/table.h"
#include "tui/power/screen.h"

#define SPAN      (10 * 60 * XD_NS_PER_S)
#define SLICES    60
#define PAIRS_MIN 5

void xd_power_effect(const double *demand, size_t n, double percent, bool natural,
                     struct xd_power_effect *out)
{
    *out = (struct xd_power_effect){.displaced = 0};
    for (size_t i = 0; i < n; i++) {
        double d = demand[i] > 100 ? 100 : demand[i], over = d + percent - 100;

        if (isnan(d) || d <= 0)
            continue;
        over = over > 0 ? over : 0;
        out->displaced += over;
        out->full += over > 0;
        /* where it is kept idle regardless, work that comes meanwhile waits */
        if (!natural && d * percent / 100 > over)
            out->waits += d * percent / 100 - over;
    }
}

bool xd_power_slope(const double *work, const double *watts, size_t n, double *slope)
{
    double x = 0, y = 0, xx = 0, xy = 0, most = -INFINITY, least = INFINITY;
    size_t known = 0;

    for (size_t i = 0; i < n; i++) {
        if (isnan(work[i]) || isnan(watts[i]))
            continue;
        known++;
        x += (work[i] - x) / (double)known;
        y += (watts[i] - y) / (double)known;
        most = work[i] > most ? work[i] : most;
        least = work[i] < least ? work[i] : least;
    }
    /* differences below a tenth of the work are as likely the sensor's noise */
    if (known < PAIRS_MIN || most - least < 0.1 * most || most - least < 10)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (isnan(work[i]) || isnan(watts[i]))
            continue;
        xx += (work[i] - x) * (work[i] - x);
        xy += (work[i] - x) * (watts[i] - y);
    }
    *slope = 100 * xy / xx;
    return *slope > 0;
}

/* --- work and watts of this host --- */

/* Watts for each pCPU that is busy, from what the last ten minutes have shown. */
static bool watts_of_work(const struct xd_app *a, double *slope)
{
    const struct xd_power_screen *t = a->power;
    const struct xd_history *h = xd_world_history(a->world);
    int64_t end = xd_app_graph_end(a, "power");
    double work[SLICES] = {0}, one[SLICES], watts[SLICES];

    xd_history_slices(h, "power", "", XD_POWER_WATTS, end, SPAN, watts, SLICES);
    for (size_t i = 0; i < t->n_cpus; i++) {
        char key[XD_KEY_MAX];

        if (!xd_row_u64(t->cpus[i].row, XD_PCPU_ONLINE, 1))
            continue;
        xd_row_key(&xd_pcpus_desc, t->cpus[i].row, key);
        xd_history_slices(h, "pcpus", key, XD_PCPU_BUSY, end, SPAN, one, SLICES);
        for (int s = 0; s < SLICES; s++)
            work[s] += one[s];
    }
    return xd_power_slope(work, watts, SLICES, slope);
}

static bool is_clamped(const struct xd_row *power, unsigned cpu)
{
    return !xd_row_has(power, XD_POWER_CLAMP_CPUS) ||
           xd_cpuset_has(power->cell[XD_POWER_CLAMP_CPUS].set, cpu);
}

/* What the pCPUs that are clamped do, and would do; how many they are. 0 as well where it isn't
 * known how much is injected now: other screens don't have it asked for. */
static size_t find_demand(const struct xd_app *a, const struct xd_row *power, double *demand)
{
    const struct xd_power_screen *t = a->power;
    bool clamped = xd_row_u64(power, XD_POWER_CLAMP, 0) > 0;
    size_t n = 0;

    for (size_t i = 0; i < t->n_cpus; i++) {
        const struct xd_row *r = t->cpus[i].row;
        double injected = xd_row_f64(&xd_pcpus_desc, r, XD_PCPU_INJECTED, 0);

        if (!xd_row_u64(r, XD_PCPU_ONLINE, 1) || !is_clamped(power, t->cpus[i].id))
            continue;
        if (clamped && !xd_row_has(r, XD_PCPU_INJECTED))
            return 0;
        demand[n++] = xd_row_f64(&xd_pcpus_desc, r, XD_PCPU_BUSY, NAN) + injected;
    }
    return n;
}

static double sum_of(const double *v, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += isnan(v[i]) ? 0 : v[i];
    return sum;
}

/* What it saves or costs against now, where `more` is how much more work there will be, and
 * `served` what is done now: only what work does, without what deeper sleep adds. Where nobody has
 * seen what work costs here, it is no more than all of the watts. */
static const char *watts_text(const struct xd_app *a, double more, double served,
                              struct xd_arena *arena)
{
    const struct xd_row *power = xd_power_row(a);
    double now = xd_row_f64(&xd_power_desc, power, XD_POWER_WATTS, NAN), slope, then;

    if (isnan(now))
        return "How many watts that is can't be told: nothing on this host tells of any.";
    if (more > -0.5 && more < 0.5)
        return xd_arena_printf(arena, "The host stays at about %.0f W (estimated).", now);
    if (watts_of_work(a, &slope)) {
        then = now + slope * more / 100;
        return xd_arena_printf(arena,
                               "From %.0f W to %s %.0f W (estimated: %.1f W for each busy pCPU, "
                               "as the last minutes have shown).",
                               now, more > 0 ? "at most" : "about", then > 0 ? then : 0, slope);
    }
    then = now * (served + more > 0 && served > 0 ? (served + more) / served : 1);
    return xd_arena_printf(arena,
                           "From %.0f W to %.0f W at the %s (estimated: as if all watts were for "
                           "work; its work hasn't changed enough yet to see more).",
                           now, then, more < 0 ? "least" : "most");
}

/* What is kept idle, and how; windows of a length that isn't known aren't told. */
static const char *held_text(const struct xd_row *power, size_t n, double percent,
                             struct xd_arena *arena)
{
    const char *text;

    if (percent <= 0)
        return xd_arena_printf(arena, "Lets go of %zu pCPUs.", n);
    text = xd_arena_printf(arena, "Keeps %zu pCPUs idle for %.0f%% of the time", n, percent);
    if (!xd_row_has(power, XD_POWER_CLAMP_WINDOW_US))
        return xd_arena_printf(arena, "%s.", text);
    return xd_arena_printf(arena, "%s, %.1f ms at a time, all at once.", text,
                           (double)xd_row_u64(power, XD_POWER_CLAMP_WINDOW_US, 0) / 1000);
}

/* What fits. While a clamp is in force nobody knows what would be done without it: less than all
 * that is put off, as that adds up. */
static const char *fits_text(const struct xd_power_effect *would, const struct xd_power_effect *is,
                             double percent, double all, bool clamped, struct xd_arena *arena)
{
    const char *what = clamped ? "they have to do (at most" : "they do now (";
    const char *blank = clamped ? " " : "";

    if (percent <= 0)
        return xd_arena_printf(arena,
                               "Work of up to %.1f pCPUs that doesn't fit now has room again.",
                               is->displaced / 100);
    if (would->displaced < 0.5)
        return xd_arena_printf(arena, "All that %s%s%.1f pCPUs' worth) still fits.", what, blank,
                               all / 100);
    return xd_arena_printf(arena,
                           "Of what %s%s%.1f pCPUs' worth) %.1f no longer fits: %u pCPUs are too "
                           "busy.",
                           what, blank, all / 100, would->displaced / 100, would->full);
}

static const char *of_clamp(const struct xd_app *a, double percent, struct xd_arena *arena)
{
    const struct xd_power_screen *t = a->power;
    const struct xd_row *power = xd_power_row(a);
    double *demand = xd_arena_array(arena, t->n_cpus + 1, sizeof(*demand)), all, now;
    bool natural = !power || xd_row_u64(power, XD_POWER_CLAMP_NATURAL, 1);
    size_t n = power ? find_demand(a, power, demand) : 0;
    struct xd_power_effect would, is;
    const char *text;

    if (!n)
        return NULL;
    now = (double)xd_row_u64(power, XD_POWER_CLAMP, 0);
    all = sum_of(demand, n);
    xd_power_effect(demand, n, percent, natural, &would);
    xd_power_effect(demand, n, now, natural, &is);
    text = xd_arena_printf(arena, "%s\n%s", held_text(power, n, percent, arena),
                           fits_text(&would, &is, percent, all, now > 0, arena));
    if (would.waits >= 0.5)
        text = xd_arena_printf(arena,
                               "%s\nWork of %.1f more is put off: their own idle time doesn't "
                               "count.",
                               text, would.waits / 100);
    return xd_arena_printf(
        arena, "%s\n%s", text,
        watts_text(a, is.displaced - would.displaced, all - is.displaced, arena));
}

/* --- steps --- */

/* The rule of a cap loop that moves the clamp too, or NULL. */
static const char *clamping_rule(const struct xd_app *a)
{
    const struct xd_table *t = xd_power_loops(a);

    for (size_t i = 0; t && i < t->n; i++) {
        uint64_t state = xd_row_u64(t->rows[i], XD_CAP_LOOPS_STATE, XD_CAP_OFF);

        if (xd_row_has(t->rows[i], XD_CAP_LOOPS_CLAMP) && state != XD_CAP_OFF &&
            state < XD_CAP_LET_GO)
            return xd_row_str(t->rows[i], XD_CAP_LOOPS_RULE, "?");
    }
    return NULL;
}

static const char *of_clamp_step(const struct xd_app *a, const struct xd_step *s,
                                 struct xd_arena *arena)
{
    const char *text = of_clamp(a, (double)s->now.cell.u, arena), *rule = clamping_rule(a);

    if (!rule)
        return text;
    return xd_arena_printf(arena,
                           "%s%sThe cap loop of rule %s moves the clamp too, and goes on from "
                           "there; R lets both go.",
                           text ? text : "", text ? "\n" : "", rule);
}

/* Pausing a policy so that its loops give back what they took. */
static const char *of_pause_step(const struct xd_app *a, const struct xd_step *s,
                                 struct xd_arena *arena)
{
    const struct xd_row *power = xd_power_row(a);
    uint64_t clamp = power ? xd_row_u64(power, XD_POWER_CLAMP, 0) : 0;
    const char *text = "Its cap loops give back at once what they took: frequencies, caps, parked "
                       "pCPUs, injected idle time.";

    if (!xd_power_loops(a) || s->now.cell.i != XD_BUDGETS_RESTORES)
        return NULL;
    if (clamp && clamping_rule(a))
        text = xd_arena_printf(arena,
                               "%s\nThe clamp, at %u%% now, goes back to what it was before "
                               "the loop.",
                               text, (unsigned)clamp);
    return text;
}

/* A package that holds itself to so many watts. */
static const char *of_limit_step(const struct xd_app *a, const struct xd_step *s,
                                 struct xd_arena *arena)
{
    const struct xd_table *t = xd_power_table(a, &xd_sensors_desc);
    const struct xd_row *row = t ? xd_table_find(t, s->object.key) : NULL;
    double watts = row ? xd_row_f64(t->desc, row, XD_SENSOR_WATTS, NAN) : NAN;
    double limit = (double)s->now.cell.u / 1000;

    if (isnan(watts) || !s->now.cell.u)
        return NULL;
    if (watts <= limit)
        return xd_arena_printf(arena, "It needs %.0f W now, so nothing changes yet.", watts);
    return xd_arena_printf(arena, "It needs %.0f W now: it will slow down until it needs %.0f W.",
                           watts, limit);
}

void xd_power_preview(const struct xd_app *a, struct xd_plan *p)
{
    const struct {
        const char *knob;
        const char *(*preview)(const struct xd_app *a, const struct xd_step *s,
                               struct xd_arena *arena);
    } known[] = {
        {xd_power_knobs[XD_PKNOB_CLAMP].name, of_clamp_step},
        {xd_power_knobs[XD_PKNOB_LIMIT].name, of_limit_step},
        {xd_budget_knobs[XD_BUDGET_KNOB_POLICY_PAUSED].name, of_pause_step},
    };
    bool taken = false;

    for (size_t i = 0; i < p->n; i++) {
        struct xd_step *s = &p->steps[i];

        for (size_t j = 0; j < sizeof(known) / sizeof(known[0]); j++) {
            if (s->preview || !s->offer.knob || !s->now.have ||
                strcmp(s->offer.knob->name, known[j].knob) != 0)
                continue;
            if (!taken) /* the screen may be another one */
                xd_power_screen_take(a);
            taken = true;
            s->preview = known[j].preview(a, s, &p->arena);
        }
    }
}
