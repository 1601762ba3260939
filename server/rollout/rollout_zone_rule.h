#ifndef ROLLOUT_ZONE_RULE_H
#define ROLLOUT_ZONE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The rule by which the clocks of a place change in years to come: a TZ string of POSIX (RFC 8536,
// 3.3), as "CET-1CEST,M3.5.0,M10.5.0/3".

// A day of the year and a time of it.
struct rollout_zone_date {
    char form;                // 'M': month, week, day; 'J': day 1 to 365, 0: day 0 to 365
    int32_t month, week, day; // week 5: the last; day 0: Sunday; of the others only day
    int32_t time_s;           // local time
};

struct rollout_zone_rule {
    int32_t standard_s, summer_s; // ahead of UTC
    bool has_summer;
    struct rollout_zone_date begin, end; // of summer time
};

// False, and *out is undefined, if the n bytes are none.
bool rollout_zone_rule_parse(const char *text, size_t n, struct rollout_zone_rule *out);

int32_t rollout_zone_rule_offset(const struct rollout_zone_rule *rule, int64_t at_s);

#endif
