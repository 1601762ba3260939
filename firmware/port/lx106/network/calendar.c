// The time of day, for Mbed TLS.
#include "firmware/port/lx106/network/calendar.h"

#include <stdbool.h>
#include <time.h>

#include <mbedtls/platform_util.h>

#include "firmware/port/lx106/network/network.h"

#define DAY_S 86400

int64_t calendar_time(int64_t *out)
{
    int64_t now = network_time();

    if (out != NULL)
        *out = now;
    return now;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month] + (month == 1 && is_leap(year));
}

// What a certificate's dates are compared with; nothing before 1970.
struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *seconds, struct tm *out)
{
    int days = (int)(*seconds / DAY_S);
    int rest = (int)(*seconds % DAY_S);
    int year = 1970;
    int month = 0;

    for (; days >= 365 + is_leap(year); year++)
        days -= 365 + is_leap(year);
    for (; days >= days_of_month(year, month); month++)
        days -= days_of_month(year, month);
    *out = (struct tm){
        .tm_year = year - 1900,
        .tm_mon = month,
        .tm_mday = days + 1,
        .tm_hour = rest / 3600,
        .tm_min = rest / 60 % 60,
        .tm_sec = rest % 60,
    };
    return out;
}
