// When clocks change, by a POSIX TZ string.
#include "server/rollout/rollout_zone_rule.h"

#include <string.h>

#define DAY_S 86400

struct cursor {
    const char *p, *end;
};

static char peek(const struct cursor *at)
{
    return at->p < at->end ? *at->p : '\0';
}

static bool take(struct cursor *at, char c)
{
    if (peek(at) != c)
        return false;
    at->p++;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// "CET" or "<+03>".
static bool skip_name(struct cursor *at)
{
    const char *begin = at->p;

    if (take(at, '<')) {
        while (at->p < at->end && *at->p != '>')
            at->p++;
        return take(at, '>');
    }
    while (is_letter(peek(at)))
        at->p++;
    return at->p - begin >= 3;
}

static bool read_number(struct cursor *at, int32_t max, int32_t *out)
{
    int32_t value = 0;
    const char *begin = at->p;

    while (peek(at) >= '0' && peek(at) <= '9' && at->p - begin < 4)
        value = value * 10 + (*at->p++ - '0');
    if (at->p == begin || value > max)
        return false;
    *out = value;
    return true;
}

// "[+-]hh[:mm[:ss]]"
static bool read_time(struct cursor *at, int32_t *out)
{
    int32_t sign = take(at, '-') ? -1 : 1;
    int32_t hours = 0;
    int32_t minutes = 0;
    int32_t seconds = 0;

    if (sign > 0)
        (void)take(at, '+');
    if (!read_number(at, 167, &hours) || (take(at, ':') && !read_number(at, 59, &minutes)))
        return false;
    if (minutes >= 0 && take(at, ':') && !read_number(at, 59, &seconds))
        return false;
    *out = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool read_month_date(struct cursor *at, struct rollout_zone_date *out)
{
    return read_number(at, 12, &out->month) && out->month > 0 && take(at, '.') &&
           read_number(at, 5, &out->week) && out->week > 0 && take(at, '.') &&
           read_number(at, 6, &out->day);
}

// ",M3.5.0/2"
static bool read_date(struct cursor *at, struct rollout_zone_date *out)
{
    *out = (struct rollout_zone_date){.time_s = 7200};
    if (!take(at, ','))
        return false;
    if (take(at, 'M')) {
        out->form = 'M';
        if (!read_month_date(at, out))
            return false;
    } else {
        out->form = take(at, 'J') ? 'J' : '0';
        if (!read_number(at, 365, &out->day) || (out->form == 'J' && out->day == 0))
            return false;
    }
    return !take(at, '/') || read_time(at, &out->time_s);
}

bool rollout_zone_rule_parse(const char *text, size_t n, struct rollout_zone_rule *out)
{
    struct cursor at = {text, text + n};
    int32_t west;

    memset(out, 0, sizeof *out);
    if (!skip_name(&at) || !read_time(&at, &west))
        return false;
    out->standard_s = -west;
    if (at.p == at.end)
        return true;
    out->has_summer = true;
    out->summer_s = out->standard_s + 3600;
    if (!skip_name(&at))
        return false;
    if (peek(&at) != ',') {
        if (!read_time(&at, &west))
            return false;
        out->summer_s = -west;
    }
    return read_date(&at, &out->begin) && read_date(&at, &out->end) && at.p == at.end;
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

// Days from 1970-01-01 to the first of January of a year.
static int64_t days_before(int64_t year)
{
    int64_t y = year - 1;

    return 365 * (year - 1970) + (y / 4 - 492) - (y / 100 - 19) + (y / 400 - 4);
}

static int64_t month_day(int64_t year, int32_t month)
{
    static const int16_t before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

    return days_before(year) + before[month - 1] + (month > 2 && is_leap(year));
}

// The day, from 1970-01-01 on.
static int64_t day_of(const struct rollout_zone_date *date, int64_t year)
{
    if (date->form == '0')
        return days_before(year) + date->day;
    if (date->form == 'J') // without 29 February
        return days_before(year) + date->day - 1 + (date->day > 59 && is_leap(year));

    int64_t first = month_day(year, date->month);
    int64_t next = date->month < 12 ? month_day(year, date->month + 1) : days_before(year + 1);
    int64_t weekday = (first + 4) % 7; // 1970-01-01 was a Thursday
    int64_t day = first + (date->day - weekday + 7) % 7 + 7 * (int64_t)(date->week - 1);

    while (day >= next)
        day -= 7;
    return day;
}

static int64_t year_of(int64_t at_s)
{
    int64_t day = at_s / DAY_S;
    int64_t year = 1970 + day / 366;

    while (days_before(year + 1) <= day)
        year++;
    return year;
}

int32_t rollout_zone_rule_offset(const struct rollout_zone_rule *rule, int64_t at_s)
{
    if (!rule->has_summer || at_s < 0)
        return rule->standard_s;

    int64_t year = year_of(at_s + rule->standard_s > 0 ? at_s + rule->standard_s : 0);
    int64_t begin = day_of(&rule->begin, year) * DAY_S + rule->begin.time_s - rule->standard_s;
    int64_t end = day_of(&rule->end, year) * DAY_S + rule->end.time_s - rule->summer_s;
    bool is_summer = begin < end ? at_s >= begin && at_s < end : at_s >= begin || at_s < end;

    return is_summer ? rule->summer_s : rule->standard_s;
}
