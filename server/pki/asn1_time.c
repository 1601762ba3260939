// Dates in certificates.
#include "server/pki/asn1_time.h"

#include <limits.h>
#include <time.h>

#include "server/base/clock.h"

#define DAY_S 86400

int64_t asn1_time_ms(const ASN1_TIME *time)
{
    struct tm tm;

    // NULL would mean "now" to OpenSSL.
    if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
        return INT64_MIN;
    return clock_utc_ms(&tm);
}

bool asn1_time_set_ms(ASN1_TIME *out, int64_t time_ms)
{
    int64_t time_s = time_ms / 1000;
    int64_t days = time_s / DAY_S;

    return days >= INT_MIN && days <= INT_MAX &&
           ASN1_TIME_adj(out, 0, (int)days, (long)(time_s % DAY_S)) != NULL;
}
