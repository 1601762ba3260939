#ifndef FIRMWARE_CORE_TLS_ALERT_H
#define FIRMWARE_CORE_TLS_ALERT_H

#include <stddef.h>
#include <stdint.h>

#define TLS_ALERT_SIZE 7 // of a record with an alert, RFC 5246, 6.2.1 and 7.2

// The last bytes that came from the stream. Mbed TLS says that a fatal alert has ended the session
// and not which; it reads no record ahead, so the alert is what came last.
struct tls_alert {
    uint8_t last[TLS_ALERT_SIZE];
};

void tls_alert_feed(struct tls_alert *alert, const uint8_t *p, size_t n);

// The number of the fatal alert that came last (RFC 5246, 7.2); 0 if it was encrypted, or none.
unsigned tls_alert_number(const struct tls_alert *alert);

#endif
