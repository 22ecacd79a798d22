/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hours, days and dates: see calendar.h. */
#include "policies/calendar.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

#define DAY_MIN   1440
#define NEXT_MOST ((int64_t)400 * DAY_MIN)

static const char *const day_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

static int wrong(const char *text, const char *wanted, struct xd_err *err)
{
    char safe[64];

    xd_str_safe_to(safe, sizeof(safe), text);
    return xd_err_set(err, -EINVAL, "wanted %s, found \"%s\"", wanted, safe);
}

static int full(struct xd_err *err)
{
    return xd_err_set(err, -EINVAL, "more than %d in one list", XD_CALENDAR_SPANS);
}

static bool read_clock(const char *s, int *out)
{
    int h, m, used = 0;

    /* Exactly five characters; 24:00 is the end of the day. */
    if (strspn(s, "0123456789:") < 5 || sscanf(s, "%2d:%2d%n", &h, &m, &used) != 2 || used != 5)
        return false;
    *out = h * 60 + m;
    return h >= 0 && m >= 0 && m < 60 && *out <= DAY_MIN;
}

int xd_calendar_add_hours(struct xd_calendar *c, const char *text, struct xd_err *err)
{
    int from, to;

    if (strlen(text) != 11 || text[5] != '-' || !read_clock(text, &from) ||
        !read_clock(text + 6, &to) || from == DAY_MIN)
        return wrong(text, "hours such as \"08:00-18:00\"", err);
    if (from == to)
        return xd_err_set(err, -EINVAL, "\"%s\" is no time at all; the whole day is 00:00-24:00",
                          text);
    if (c->n_hours == XD_CALENDAR_SPANS)
        return full(err);
    c->hours[c->n_hours].from = from;
    c->hours[c->n_hours++].to = to;
    return 0;
}

static int day_of(const char *s, size_t n)
{
    for (int i = 0; i < 7; i++)
        if (n == 3 && strncasecmp(s, day_names[i], 3) == 0)
            return i;
    return -1;
}

int xd_calendar_add_days(struct xd_calendar *c, const char *text, struct xd_err *err)
{
    const char *dash = strchr(text, '-');
    int from = day_of(text, dash ? (size_t)(dash - text) : strlen(text));
    int to = dash ? day_of(dash + 1, strlen(dash + 1)) : from;

    if (from < 0 || to < 0)
        return wrong(text, "a day or days such as sat or mon-fri", err);
    for (int d = from;; d = (d + 1) % 7) {
        c->days |= 1U << d;
        if (d == to)
            return 0;
    }
}

static bool read_date(const char *s, int64_t *out)
{
    int y, m, d, used = 0, month, day;
    int64_t year;

    if (sscanf(s, "%4d-%2d-%2d%n", &y, &m, &d, &used) != 3 || used != 10 || s[4] != '-' ||
        s[7] != '-' || y < 1970 || m < 1 || m > 12 || d < 1)
        return false;
    *out = xd_days_of(y, m, d);
    xd_date_of(*out, &year, &month, &day);
    return year == y && month == m && day == d; /* there is no February 30 */
}

int xd_calendar_add_dates(struct xd_calendar *c, const char *text, bool except, struct xd_err *err)
{
    size_t *n = except ? &c->n_except : &c->n_dates;
    int64_t from, to;

    if ((strlen(text) != 10 && (strlen(text) != 22 || strncmp(text + 10, "..", 2) != 0)) ||
        !read_date(text, &from) || (to = from, text[10] && !read_date(text + 12, &to)))
        return wrong(text, "a date such as 2026-12-24, or 2026-12-24..2027-01-02", err);
    if (to < from)
        return xd_err_set(err, -EINVAL, "\"%s\" ends before it begins", text);
    if (*n == XD_CALENDAR_SPANS)
        return full(err);
    if (except) {
        c->except[*n].from = from;
        c->except[*n].to = to;
    } else {
        c->dates[*n].from = from;
        c->dates[*n].to = to;
    }
    ++*n;
    return 0;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* A day on which the hours may begin. */
static bool day_holds(const struct xd_calendar *c, int64_t day)
{
    bool in = c->n_dates == 0;

    for (size_t i = 0; i < c->n_dates; i++)
        in |= day >= c->dates[i].from && day <= c->dates[i].to;
    for (size_t i = 0; i < c->n_except; i++)
        in &= day < c->except[i].from || day > c->except[i].to;
    return in && (!c->days || c->days >> (((day + 4) % 7 + 7) % 7) & 1);
}

/* All that the hours of a day depend on: whether they may begin on it, and on the day before. */
static unsigned kind_of(const struct xd_calendar *c, int64_t day)
{
    return (day_holds(c, day) ? 1 : 0) | (day_holds(c, day - 1) ? 2 : 0);
}

/* At that minute of a day of that kind. */
static bool hours_hold(const struct xd_calendar *c, unsigned kind, int at)
{
    if (!c->n_hours)
        return kind & 1;
    for (size_t i = 0; i < c->n_hours; i++) {
        bool over = c->hours[i].to <= c->hours[i].from;

        if (kind & 1 && at >= c->hours[i].from && (over || at < c->hours[i].to))
            return true;
        if (kind & 2 && over && at < c->hours[i].to)
            return true;
    }
    return false;
}

/* A moment by the zone's clock. */
struct local {
    int64_t day;
    int at; /* minute */
    int64_t offset_s;
};

static struct local local_of(const struct xd_zone *z, int64_t utc_s)
{
    int64_t offset = xd_zone_offset(z, utc_s), minute = floor_div(utc_s + offset, 60);
    int64_t day = floor_div(minute, DAY_MIN);

    return (struct local){day, (int)(minute - day * DAY_MIN), offset};
}

bool xd_calendar_holds(const struct xd_calendar *c, const struct xd_zone *z, int64_t wall_ns)
{
    struct local l = local_of(z, floor_div(wall_ns, XD_NS_PER_S));

    return hours_hold(c, kind_of(c, l.day), l.at);
}

/* --- what comes next --- */

/* The next minute of a day after that one at which hours begin or end; DAY_MIN: none. */
static int next_edge(const struct xd_calendar *c, int at)
{
    int next = DAY_MIN;

    for (size_t i = 0; i < c->n_hours; i++) {
        if (c->hours[i].from > at && c->hours[i].from < next)
            next = c->hours[i].from;
        if (c->hours[i].to > at && c->hours[i].to < next)
            next = c->hours[i].to;
    }
    return next;
}

/* The first day after it of another kind, or one that is beyond all that is looked at. */
static int64_t other_day(const struct xd_calendar *c, int64_t day)
{
    unsigned kind = kind_of(c, day);
    int64_t d = day + 1;

    while (d <= day + NEXT_MOST / DAY_MIN && kind_of(c, d) == kind)
        d++;
    return d;
}

/* The first whole minute at or after that second. */
static int64_t minute_from(int64_t utc_s)
{
    return -floor_div(-utc_s, 60);
}

/* Goes from edge to edge: where hours begin or end, days begin, the zone's clock is put on or back.
 * Between them nothing changes. A day that was gone through from its beginning and had no change
 * tells of all that follow and are of its kind, until the clock is put on or back. */
int64_t xd_calendar_next(const struct xd_calendar *c, const struct xd_zone *z, int64_t wall_ns)
{
    bool now = xd_calendar_holds(c, z, wall_ns);
    int64_t begin = floor_div(wall_ns, 60 * XD_NS_PER_S), minute = begin + 1, whole = INT64_MIN;

    while (minute <= begin + NEXT_MOST) {
        struct local l = local_of(z, minute * 60);
        int edge = next_edge(c, l.at);
        int64_t day = l.day, steady, next;

        if (hours_hold(c, kind_of(c, day), l.at) != now)
            return minute * 60 * XD_NS_PER_S;
        if (l.at == 0)
            whole = day;
        if (edge == DAY_MIN) {
            day = whole == day ? other_day(c, day) : day + 1;
            edge = 0;
        }
        next = minute_from((day * DAY_MIN + edge) * 60 - l.offset_s);
        steady = xd_zone_steady(z, minute * 60);
        if (steady <= next * 60) {
            next = minute_from(steady);
            whole = INT64_MIN;
        }
        minute = next;
    }
    return INT64_MAX;
}

/* --- what can be at all --- */

/* From that day on, forwards (by 1) or backwards (by -1), the first that holds; `end`: none before
 * it. Exceptions are passed over as a whole, so it takes few steps however long they are. */
static int64_t seek_day(const struct xd_calendar *c, int64_t day, int64_t end, int by)
{
    while ((end - day) * by > 0 && !day_holds(c, day)) {
        int64_t next = day + by;

        for (size_t i = 0; i < c->n_except; i++)
            if (day >= c->except[i].from && day <= c->except[i].to)
                next = by > 0 ? c->except[i].to + 1 : c->except[i].from - 1;
        day = next;
    }
    return (end - day) * by > 0 ? day : end;
}

bool xd_calendar_days(const struct xd_calendar *c, int64_t *first, int64_t *last)
{
    bool any = c->n_dates == 0;

    *first = any ? INT64_MIN : INT64_MAX;
    *last = any ? INT64_MAX : INT64_MIN;
    for (size_t i = 0; i < c->n_dates; i++) {
        int64_t from = c->dates[i].from, to = c->dates[i].to;
        int64_t lo = seek_day(c, from, to + 1, 1), hi = seek_day(c, to, from - 1, -1);

        if (lo > to)
            continue;
        any = true;
        *first = lo < *first ? lo : *first;
        *last = hi > *last ? hi : *last;
    }
    return any;
}

/* Whether both hold at some minute of a day of that kind for the one and that for the other. */
static bool hours_meet(const struct xd_calendar *a, unsigned kind_a, const struct xd_calendar *b,
                       unsigned kind_b)
{
    for (int at = 0; at < DAY_MIN;) {
        int edge_a = next_edge(a, at), edge_b = next_edge(b, at);

        if (hours_hold(a, kind_a, at) && hours_hold(b, kind_b, at))
            return true;
        at = edge_a < edge_b ? edge_a : edge_b;
    }
    return false;
}

/* In the days from that one on, up to the same day of the next week. Beyond those after a date
 * where something begins or ends, weeks are alike. */
static bool week_meets(const struct xd_calendar *a, const struct xd_calendar *b, int64_t day,
                       const bool meet[4][4])
{
    for (int i = 0; i <= 7; i++)
        if (meet[kind_of(a, day + i)][kind_of(b, day + i)])
            return true;
    return false;
}

static bool spans_meet(const struct xd_calendar *a, const struct xd_calendar *b,
                       const struct xd_calendar *of, const bool meet[4][4])
{
    for (size_t i = 0; i < of->n_dates; i++)
        if (week_meets(a, b, of->dates[i].from, meet) ||
            week_meets(a, b, of->dates[i].to + 1, meet))
            return true;
    for (size_t i = 0; i < of->n_except; i++)
        if (week_meets(a, b, of->except[i].to + 1, meet) ||
            week_meets(a, b, of->except[i].from, meet))
            return true;
    return false;
}

bool xd_calendar_meet(const struct xd_calendar *a, const struct xd_calendar *b)
{
    bool meet[4][4];

    for (unsigned i = 0; i < 4; i++)
        for (unsigned k = 0; k < 4; k++)
            meet[i][k] = hours_meet(a, i, b, k);
    /* -9: a week before the first date that can be written */
    return week_meets(a, b, -9, meet) || spans_meet(a, b, a, meet) || spans_meet(a, b, b, meet);
}
