#ifndef FIRMWARE_PORT_LX106_NETWORK_CALENDAR_H
#define FIRMWARE_PORT_LX106_NETWORK_CALENDAR_H

#include <stdint.h>

// The time of day for Mbed TLS (mbedtls_config.h), which asks whether a certificate is valid now.
// The C library's time_t has 32 bits and ends in 2038.

// Seconds since 1970, 0 while unknown; to out too, unless it is NULL.
int64_t calendar_time(int64_t *out);

#endif
