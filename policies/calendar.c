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

bool xd_calendar_holds(const struct xd_calendar *c, const struct xd_zone *z, int64_t wall_ns)
{
    int64_t s = floor_div(wall_ns, XD_NS_PER_S);
    int64_t minute = floor_div(s + xd_zone_offset(z, s), 60), day = floor_div(minute, DAY_MIN);
    int at = (int)(minute - day * DAY_MIN);

    if (!c->n_hours)
        return day_holds(c, day);
    for (size_t i = 0; i < c->n_hours; i++) {
        bool over = c->hours[i].to <= c->hours[i].from;

        if (at >= c->hours[i].from && (over || at < c->hours[i].to) && day_holds(c, day))
            return true;
        if (over && at < c->hours[i].to && day_holds(c, day - 1))
            return true;
    }
    return false;
}

int64_t xd_calendar_next(const struct xd_calendar *c, const struct xd_zone *z, int64_t wall_ns)
{
    bool now = xd_calendar_holds(c, z, wall_ns);
    int64_t minute = floor_div(wall_ns, 60 * XD_NS_PER_S);

    for (int64_t i = 1; i <= NEXT_MOST; i++)
        if (xd_calendar_holds(c, z, (minute + i) * 60 * XD_NS_PER_S) != now)
            return (minute + i) * 60 * XD_NS_PER_S;
    return INT64_MAX;
}

bool xd_calendar_days(const struct xd_calendar *c, int64_t *first, int64_t *last)
{
    bool any = c->n_dates == 0;

    *first = any ? INT64_MIN : INT64_MAX;
    *last = any ? INT64_MAX : INT64_MIN;
    for (size_t i = 0; i < c->n_dates; i++)
        for (int64_t d = c->dates[i].from; d <= c->dates[i].to; d++) {
            if (!day_holds(c, d))
                continue;
            any = true;
            *first = d < *first ? d : *first;
            *last = d > *last ? d : *last;
        }
    return any;
}
