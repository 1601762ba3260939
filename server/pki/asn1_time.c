// Dates in certificates.
#include "server/pki/asn1_time.h"

#include <time.h>

int64_t asn1_time_ms(const ASN1_TIME *time)
{
    struct tm tm;

    // NULL would mean "now" to OpenSSL.
    if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
        return INT64_MIN;
    return (int64_t)timegm(&tm) * 1000;
}
