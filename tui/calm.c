/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Figures that may rest: what jitters from sample to sample is shown as the mean of some seconds,
 * and a graph takes in a slice of time once that is over. Nobody can read numbers that are new each
 * time, and each costs bytes on the line to the terminal. */
#include <math.h>

#include "tui/app.h"

#define CALM_S 5

double xd_calm_mean(const struct xd_app *a, const char *table, const char *key, int col)
{
    double second[2 * CALM_S], sum = 0;
    int64_t end = xd_app_graph_end(a, table);
    int begun = (int)(end / XD_NS_PER_S % CALM_S) + 1, known = 0, first = 2 * CALM_S - begun;

    xd_history_slices(xd_world_history(a->world), table, key, col, end, 2 * CALM_S * XD_NS_PER_S,
                      second, 2 * CALM_S);
    for (int i = first - CALM_S; i < first; i++) {
        if (isnan(second[i]))
            continue;
        sum += second[i];
        known++;
    }
    if (known)
        return sum / known;
    while (first < 2 * CALM_S - 1 && isnan(second[first]))
        first++;
    return second[first];
}

int64_t xd_calm_end(int64_t now_ns, int64_t span_ns, int n)
{
    int64_t slice = n > 0 ? (span_ns - 1) / n + 1 : 1;

    return now_ns / slice * slice - 1;
}
