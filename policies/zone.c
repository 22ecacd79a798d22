/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time zones as POSIX's TZ writes them, which is also how a zone file (RFC 8536) ends. */
#include "policies/calendar.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

#define DAY_S          86400
#define ZONE_BYTES     (256 * 1024) /* of a zone file; they have a few KiB */
#define ZONE_FOLDER    "/usr/share/zoneinfo/"
#define ZONE_LOCAL     "/etc/localtime"
#define NAME_BYTES     64
#define HOURS_MOST     167 /* RFC 8536, 3.3.1 */
#define DEFAULT_CHANGE 7200

/* --- dates: the proleptic Gregorian calendar, years that begin in March --- */

int64_t xd_days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void xd_date_of(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t in_era = days - era * 146097;
    int64_t of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t of_year = in_era - (365 * of_era + of_era / 4 - of_era / 100);
    int64_t m = (5 * of_year + 2) / 153;

    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = of_era + era * 400 + (*month <= 2);
}

static bool is_leap(int64_t y)
{
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

/* --- reading --- */

static int broken(const char *text, const char *at, struct xd_err *err)
{
    char safe[NAME_BYTES];

    xd_str_safe_to(safe, sizeof(safe), text);
    return xd_err_set(err, -EINVAL,
                      "\"%s\" is no time zone (character %d): wanted UTC, local, a name such as "
                      "Europe/Berlin, or CET-1CEST,M3.5.0,M10.5.0/3",
                      safe, (int)(at - text) + 1);
}

static bool read_number(const char **p, int most, int *out)
{
    int v = 0;

    if (!isdigit((unsigned char)**p))
        return false;
    for (; isdigit((unsigned char)**p); (*p)++) {
        v = v * 10 + (**p - '0');
        if (v > most)
            return false;
    }
    *out = v;
    return true;
}

/* [+-]h[:m[:s]] as seconds. */
static bool read_time(const char **p, int hours_most, int *out)
{
    int sign = **p == '-' ? -1 : 1, h, m = 0, s = 0;

    if (**p == '-' || **p == '+')
        (*p)++;
    if (!read_number(p, hours_most, &h))
        return false;
    if (**p == ':' && ((*p)++, !read_number(p, 59, &m)))
        return false;
    if (**p == ':' && ((*p)++, !read_number(p, 59, &s)))
        return false;
    *out = sign * (h * 3600 + m * 60 + s);
    return true;
}

static bool read_abbreviation(const char **p)
{
    size_t n = 0;

    if (**p == '<') {
        n = strcspn(++*p, ">");
        if (!(*p)[n])
            return false;
        *p += n + 1;
        return n >= 3;
    }
    for (; isalpha((unsigned char)**p); (*p)++)
        n++;
    return n >= 3;
}

static bool read_rule(const char **p, struct xd_zone_rule *r)
{
    *r = (struct xd_zone_rule){.seconds = DEFAULT_CHANGE};
    if (*(*p)++ != ',')
        return false;
    if (**p == 'M') {
        r->kind = XD_ZONE_WEEKDAY;
        (*p)++;
        if (!read_number(p, 12, &r->month) || r->month < 1 || *(*p)++ != '.' ||
            !read_number(p, 5, &r->week) || r->week < 1 || *(*p)++ != '.' ||
            !read_number(p, 6, &r->day))
            return false;
    } else if (**p == 'J') {
        r->kind = XD_ZONE_JULIAN;
        (*p)++;
        if (!read_number(p, 365, &r->day) || r->day < 1)
            return false;
    } else {
        r->kind = XD_ZONE_DAY;
        if (!read_number(p, 365, &r->day))
            return false;
    }
    return **p != '/' || ((*p)++, read_time(p, HOURS_MOST, &r->seconds));
}

int xd_zone_parse(const char *text, struct xd_zone *out, struct xd_err *err)
{
    const char *p = text;
    int west;

    memset(out, 0, sizeof(*out));
    if (!read_abbreviation(&p) || !read_time(&p, 24, &west))
        return broken(text, p, err);
    out->offset = -west;
    if (!*p)
        return 0;
    if (!read_abbreviation(&p))
        return broken(text, p, err);
    out->has_summer = true;
    out->summer_offset = out->offset + 3600;
    if (*p != ',') {
        if (!read_time(&p, 24, &west))
            return broken(text, p, err);
        out->summer_offset = -west;
    }
    if (!read_rule(&p, &out->begin) || !read_rule(&p, &out->end) || *p)
        return broken(text, p, err);
    return 0;
}

/* --- zone files: the last line is the rule from the last listed change on --- */

static int load_file(const char *path, const char *name, struct xd_zone *out, struct xd_err *err)
{
    static const char magic[] = "TZif";
    char *data, *end;
    size_t n;
    int rc;
    FILE *f = fopen(path, "re");

    if (!f)
        return xd_err_set(err, -ENOENT, "there is no time zone \"%s\" on this machine (%s)", name,
                          path);
    data = xd_malloc(ZONE_BYTES + 1);
    n = fread(data, 1, ZONE_BYTES, f);
    fclose(f);
    end = n > 1 && data[n - 1] == '\n' ? memrchr(data, '\n', n - 1) : NULL;
    if (n < 44 || memcmp(data, magic, 4) != 0 || data[4] < '2' || !end) {
        rc = xd_err_set(err, -EINVAL, "%s is no zone file of version 2 or later", path);
    } else {
        data[n - 1] = '\0';
        rc = xd_zone_parse(end + 1, out, err);
    }
    free(data);
    return rc;
}

int xd_zone_load(const char *name, struct xd_zone *out, struct xd_err *err)
{
    char path[sizeof(ZONE_FOLDER) + NAME_BYTES], safe[NAME_BYTES];
    struct xd_err why = XD_ERR_INIT;
    size_t plain =
        strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");

    memset(out, 0, sizeof(*out));
    if (strcmp(name, "UTC") == 0)
        return 0;
    if (strcmp(name, "local") == 0)
        return load_file(ZONE_LOCAL, name, out, &why) < 0 ? xd_zone_load("UTC", out, err) : 0;
    if (xd_zone_parse(name, out, err) == 0) {
        xd_err_clear(err);
        return 0;
    }
    xd_str_safe_to(safe, sizeof(safe), name);
    /* No dots: nothing leads out of the folder. */
    if (name[plain] || strlen(name) >= NAME_BYTES || name[0] == '/' ||
        !isalpha((unsigned char)*name))
        return -EINVAL;
    snprintf(path, sizeof(path), ZONE_FOLDER "%s", name);
    return load_file(path, safe, out, err);
}

/* --- when summer time is --- */

/* The moment of a change in a year, as seconds since 1970 of the local time in force before it. */
static int64_t change_of(const struct xd_zone_rule *r, int64_t year)
{
    int64_t day = xd_days_of(year, 1, 1);

    switch (r->kind) {
    case XD_ZONE_JULIAN: /* February 29 is never counted */
        day += r->day - 1 + (is_leap(year) && r->day >= 60);
        break;
    case XD_ZONE_DAY:
        day += r->day;
        break;
    case XD_ZONE_WEEKDAY: {
        int64_t first = xd_days_of(year, r->month, 1);
        int64_t next =
            r->month < 12 ? xd_days_of(year, r->month + 1, 1) : xd_days_of(year + 1, 1, 1);
        int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */

        day = first + (r->day - weekday + 7) % 7 + 7 * (r->week - 1);
        while (day >= next) /* week 5: the last one */
            day -= 7;
        break;
    }
    }
    return day * DAY_S + r->seconds;
}

/* What the zone does in a year of its standard time, in seconds since 1970 UTC. */
struct year {
    int64_t summer, winter, end;
};

static struct year year_at(const struct xd_zone *z, int64_t utc_s)
{
    int64_t year, days = (utc_s + z->offset) / DAY_S - ((utc_s + z->offset) % DAY_S < 0);
    int month, day;

    xd_date_of(days, &year, &month, &day);
    return (struct year){change_of(&z->begin, year) - z->offset,
                         change_of(&z->end, year) - z->summer_offset,
                         xd_days_of(year + 1, 1, 1) * DAY_S - z->offset};
}

int xd_zone_offset(const struct xd_zone *z, int64_t utc_s)
{
    if (!z->has_summer)
        return z->offset;
    struct year y = year_at(z, utc_s);
    /* South of the equator summer lasts over New Year. */
    bool summer = y.summer < y.winter ? utc_s >= y.summer && utc_s < y.winter
                                      : utc_s >= y.summer || utc_s < y.winter;

    return summer ? z->summer_offset : z->offset;
}

int64_t xd_zone_steady(const struct xd_zone *z, int64_t utc_s)
{
    if (!z->has_summer)
        return INT64_MAX;
    struct year y = year_at(z, utc_s);
    int64_t until = y.end;

    if (y.summer > utc_s && y.summer < until)
        until = y.summer;
    return y.winter > utc_s && y.winter < until ? y.winter : until;
}
