// Sessions over a restart.
#include "firmware/core/tls_retain.h"

#include <string.h>

#include <mbedtls/platform_util.h>

#include "common/crc32.h"

#define BYTES_MAX 1536 // more is not retained

// What is retained: the CRC-32 of all behind it, what it was saved for, and per peer the size of
// what follows (0: no session), until when its certificate was valid, and Mbed TLS's own form of a
// session, which a library of another version or configuration refuses.
#define HEADER_SIZE 8
#define ENTRY_SIZE (2 + sizeof(mbedtls_x509_time))

static size_t room(const struct port *port)
{
    return port->retained_size < BYTES_MAX ? port->retained_size : BYTES_MAX;
}

static size_t save_peer(const struct tls *tls, unsigned peer, uint8_t *p, size_t n)
{
    size_t size = 0;

    if (tls->has_saved[peer] &&
        mbedtls_ssl_session_save(&tls->saved[peer], p + ENTRY_SIZE, n - ENTRY_SIZE, &size) != 0)
        size = 0;
    p[0] = (uint8_t)size;
    p[1] = (uint8_t)(size >> 8);
    memcpy(p + 2, &tls->saved_valid_to[peer], sizeof tls->saved_valid_to[peer]);
    return ENTRY_SIZE + size;
}

void tls_retain_save(const struct tls *tls)
{
    uint8_t bytes[BYTES_MAX] = {0};
    size_t n = room(tls->port);
    size_t used = HEADER_SIZE;
    uint32_t crc;

    if (n < HEADER_SIZE + TLS_PEERS * ENTRY_SIZE)
        return;
    memcpy(bytes + 4, &tls->retained_for, sizeof tls->retained_for);
    for (unsigned peer = 0; peer < TLS_PEERS; peer++)
        used += save_peer(tls, peer, bytes + used, n - used - (TLS_PEERS - 1 - peer) * ENTRY_SIZE);
    crc = crc32_update(0, bytes + 4, n - 4);
    memcpy(bytes, &crc, sizeof crc);
    tls->port->ops->retained_write(tls->port, bytes, n);
    mbedtls_platform_zeroize(bytes, sizeof bytes);
}

// Returns how many bytes it took, or 0 if they are no session of ours.
static size_t restore_peer(struct tls *tls, unsigned peer, const uint8_t *p, size_t n)
{
    size_t size;

    if (n < ENTRY_SIZE)
        return 0;
    size = p[0] | (size_t)p[1] << 8;
    if (size > n - ENTRY_SIZE)
        return 0;
    memcpy(&tls->saved_valid_to[peer], p + 2, sizeof tls->saved_valid_to[peer]);
    if (size > 0 && mbedtls_ssl_session_load(&tls->saved[peer], p + ENTRY_SIZE, size) == 0)
        tls->has_saved[peer] = true;
    return ENTRY_SIZE + size;
}

static void restore_peers(struct tls *tls, const uint8_t *p, size_t n)
{
    for (unsigned peer = 0; peer < TLS_PEERS; peer++) {
        size_t taken = restore_peer(tls, peer, p, n);

        if (taken == 0)
            return;
        p += taken;
        n -= taken;
    }
}

void tls_retain_restore(struct tls *tls, uint32_t retained_for)
{
    uint8_t bytes[BYTES_MAX];
    size_t n = room(tls->port);
    uint32_t head[2];

    tls->retained_for = retained_for;
    if (n < HEADER_SIZE)
        return;
    tls->port->ops->retained_read(tls->port, bytes, n);
    memcpy(head, bytes, sizeof head);
    if (head[0] == crc32_update(0, bytes + 4, n - 4) && head[1] == retained_for)
        restore_peers(tls, bytes + HEADER_SIZE, n - HEADER_SIZE);
    mbedtls_platform_zeroize(bytes, sizeof bytes);
}
