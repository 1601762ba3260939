// Sessions over a restart.
#include "firmware/core/tls_retain.h"

#include <stddef.h>
#include <string.h>

#include <mbedtls/platform_util.h>

#include "common/crc32.h"

// What is retained, without gaps.
struct retained {
    uint32_t crc;          // CRC-32 of all behind it
    uint32_t retained_for; // what it was saved for
    uint32_t saved_for[TLS_PEERS];
    struct tls_session sessions[TLS_PEERS];
};

_Static_assert(sizeof(struct retained) == TLS_RETAIN_SIZE, "the port's memory is shared");

static uint32_t crc_of(const struct retained *retained)
{
    return crc32_update(0, (const uint8_t *)&retained->retained_for,
        sizeof *retained - offsetof(struct retained, retained_for));
}

void tls_retain_save(const struct tls *tls)
{
    struct retained retained = {.retained_for = tls->retained_for};

    if (tls->port->retained_size < sizeof retained)
        return;
    memcpy(retained.saved_for, tls->saved_for, sizeof retained.saved_for);
    memcpy(retained.sessions, tls->saved, sizeof retained.sessions);
    retained.crc = crc_of(&retained);
    tls->port->ops->retained_write(tls->port, (const uint8_t *)&retained, sizeof retained);
    mbedtls_platform_zeroize(&retained, sizeof retained);
}

void tls_retain_restore(struct tls *tls, uint32_t retained_for)
{
    struct retained retained;

    tls->retained_for = retained_for;
    if (tls->port->retained_size < sizeof retained)
        return;
    tls->port->ops->retained_read(tls->port, (uint8_t *)&retained, sizeof retained);
    if (retained.crc == crc_of(&retained) && retained.retained_for == retained_for) {
        memcpy(tls->saved_for, retained.saved_for, sizeof tls->saved_for);
        for (unsigned peer = 0; peer < TLS_PEERS; peer++) {
            if (tls_session_is_whole(&retained.sessions[peer]))
                tls->saved[peer] = retained.sessions[peer];
        }
    }
    mbedtls_platform_zeroize(&retained, sizeof retained);
}
