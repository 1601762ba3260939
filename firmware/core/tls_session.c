// A TLS session as it is kept to be resumed.
#include "firmware/core/tls_session.h"

#include <string.h>

#include <mbedtls/platform_util.h>

#include "common/crc32.h"
#include "firmware/core/tls_library.h"

_Static_assert(sizeof(struct tls_session) == 90, "no gaps: it is retained as it is");

void tls_session_take(
    const mbedtls_ssl_context *ssl, const mbedtls_x509_time *valid_to, struct tls_session *out)
{
    tls_session_clear(out);
    tls_library_take_session(ssl, out);
    out->year = (uint16_t)valid_to->year;
    out->month = (uint8_t)valid_to->mon;
    out->day = (uint8_t)valid_to->day;
    out->hour = (uint8_t)valid_to->hour;
    out->minute = (uint8_t)valid_to->min;
    out->second = (uint8_t)valid_to->sec;
}

void tls_session_valid_to(const struct tls_session *session, mbedtls_x509_time *out)
{
    *out = (mbedtls_x509_time){
        .year = session->year,
        .mon = session->month,
        .day = session->day,
        .hour = session->hour,
        .min = session->minute,
        .sec = session->second,
    };
}

// A ciphersuite that is not ours is never agreed on, a wrong secret ends the handshake, and a date
// is only compared.
bool tls_session_is_whole(const struct tls_session *session)
{
    return session->id_size > 0 && session->id_size <= sizeof session->id;
}

bool tls_session_is_with(uint32_t *server, const char *host, uint16_t tcp_port)
{
    const uint32_t before = *server;

    *server = crc32_update(0, (const uint8_t *)host, strlen(host));
    *server = crc32_update(*server, (const uint8_t *)&tcp_port, sizeof tcp_port);
    return *server == before;
}

void tls_session_clear(struct tls_session *session)
{
    mbedtls_platform_zeroize(session, sizeof *session);
}
