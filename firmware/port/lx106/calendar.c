// The time of day, for Mbed TLS, which asks whether a certificate is valid now.
#include <time.h>

#include <mbedtls/platform_util.h>

#include "firmware/port/lx106/network.h"

time_t time(time_t *out)
{
    time_t now = (time_t)network_time();

    if (out != NULL)
        *out = now;
    return now;
}

struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *seconds, struct tm *out)
{
    return gmtime_r(seconds, out);
}
