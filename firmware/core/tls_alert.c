// Which alert has ended the session?
#include "firmware/core/tls_alert.h"

#include <string.h>

#include <mbedtls/ssl.h>

void tls_alert_feed(struct tls_alert *alert, const uint8_t *p, size_t n)
{
    if (n > TLS_ALERT_SIZE) {
        p += n - TLS_ALERT_SIZE;
        n = TLS_ALERT_SIZE;
    }
    memmove(alert->last, alert->last + n, TLS_ALERT_SIZE - n);
    memcpy(alert->last + TLS_ALERT_SIZE - n, p, n);
}

// The version's second byte is the peer's own until one is agreed on.
unsigned tls_alert_number(const struct tls_alert *alert)
{
    const uint8_t *p = alert->last;

    if (p[0] != MBEDTLS_SSL_MSG_ALERT || p[1] != 3 || p[3] != 0 || p[4] != 2 ||
        p[5] != MBEDTLS_SSL_ALERT_LEVEL_FATAL)
        return 0;
    return p[6];
}
