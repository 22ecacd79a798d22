/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Local time and the times of a policy: hours, days, dates. Pure: the zone is a value, and nothing
 * depends on the process's own. */
#ifndef XD_POLICIES_CALENDAR_H
#define XD_POLICIES_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* One change between standard and summer time, as POSIX's TZ says it (XBD 8.3). */
struct xd_zone_rule {
    enum { XD_ZONE_WEEKDAY, XD_ZONE_JULIAN, XD_ZONE_DAY } kind;
    int month, week, day; /* WEEKDAY: Mm.w.d; JULIAN: Jn in day; DAY: n in day */
    int seconds;          /* of local time after midnight; may be negative */
};

struct xd_zone {
    int offset, summer_offset; /* seconds east of UTC */
    bool has_summer;
    struct xd_zone_rule begin, end;
};

/* "CET-1CEST,M3.5.0,M10.5.0/3". -EINVAL with a sentence. */
int xd_zone_parse(const char *text, struct xd_zone *out, struct xd_err *err);
/* "UTC", "local" (this machine's), "Europe/Berlin" (from the system's zone files) or text for
 * xd_zone_parse. Of a zone file the present rules are used, for times past as well. -ENOENT: there
 * is no such zone. */
int xd_zone_load(const char *name, struct xd_zone *out, struct xd_err *err);
/* Seconds east of UTC at that moment (seconds since 1970 UTC). */
int xd_zone_offset(const struct xd_zone *z, int64_t utc_s);
/* A moment after that one up to which the offset stays certainly as it is; INT64_MAX: for ever. */
int64_t xd_zone_steady(const struct xd_zone *z, int64_t utc_s);

/* Days since 1970-01-01 of a date of the Gregorian calendar, and back; month and day from 1. */
int64_t xd_days_of(int64_t year, int month, int day);
void xd_date_of(int64_t days, int64_t *year, int *month, int *day);

#define XD_CALENDAR_SPANS 8

struct xd_calendar {
    unsigned days;  /* bit 0: Sunday … 6; a span over midnight belongs to the day it begins on */
    size_t n_hours; /* 0: the whole day */
    struct {
        int from, to; /* minutes after midnight; to <= from: until the next day */
    } hours[XD_CALENDAR_SPANS];
    size_t n_dates; /* 0: every date */
    struct {
        int64_t from, to; /* days since 1970, both belong to it */
    } dates[XD_CALENDAR_SPANS];
    size_t n_except;
    struct {
        int64_t from, to;
    } except[XD_CALENDAR_SPANS];
};

bool xd_calendar_holds(const struct xd_calendar *c, const struct xd_zone *z, int64_t wall_ns);
/* The next moment (a whole minute) at which that changes; INT64_MAX: not within 400 days. */
int64_t xd_calendar_next(const struct xd_calendar *c, const struct xd_zone *z, int64_t wall_ns);

/* The first and last day (since 1970) on which it can hold; false: there is none. Without dates it
 * holds for ever. */
bool xd_calendar_days(const struct xd_calendar *c, int64_t *first, int64_t *last);
/* Whether there is a minute at which both hold, in one zone. */
bool xd_calendar_meet(const struct xd_calendar *a, const struct xd_calendar *b);

/* "08:00-18:30", "mon-fri", "2026-12-24" or "2026-12-24..2027-01-02". */
int xd_calendar_add_hours(struct xd_calendar *c, const char *text, struct xd_err *err);
int xd_calendar_add_days(struct xd_calendar *c, const char *text, struct xd_err *err);
int xd_calendar_add_dates(struct xd_calendar *c, const char *text, bool except, struct xd_err *err);

#endif
