#ifndef TEST_DEPLOYED_TLS_LINK_H
#define TEST_DEPLOYED_TLS_LINK_H

#include <bearssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "test/deployed/wire.h"

#define TLS_LINK_QUIET 1 // nothing came in time

// What all connections of a device have in common, and what was seen on them.
struct tls_link_settings {
    const char *folder; // with the credentials
    const char *mac;
    size_t fragment_bytes; // max_fragment_length; 16384: not asked for
    size_t watch_bytes;    // records are held to this; fragment_bytes, unless the check is checked

    // Of all connections so far.
    unsigned connections;
    unsigned resumed;
    unsigned records;
    size_t largest_clear;
    size_t largest_encrypted;
    size_t expansion; // of the suite that was spoken last
};

// One TLS connection, all of it in the arena: there is never room for two.
struct tls_link {
    struct tls_link_settings *settings;
    br_ssl_session_parameters *session;
    br_ssl_client_context client;
    br_x509_minimal_context x509;
    struct wire *wire;
    size_t mark; // of the arena, before the connection
    uint16_t port;
    int fd;
    bool resumed;
    bool with_certificate; // the server showed one
};

// Connects to localhost and shakes hands: TLS 1.2, server's certificate and name verified, asking
// to resume *session if it holds one. What the server said is checked: max_fragment_length as
// asked, no ticket. 0 or a failure, reported; then nothing is to be closed.
int tls_link_open(struct tls_link_settings *settings, uint16_t port,
    br_ssl_session_parameters *session, struct tls_link **out);

// Closes as sketches do, without close_notify, and keeps the session for the next time. Reports a
// failure that only the last bytes bring.
int tls_link_close(struct tls_link *link);

// Collects bytes in the record buffer, which is sent when it is full, or by tls_link_flush().
int tls_link_write(struct tls_link *link, const void *p, size_t n);
int tls_link_flush(struct tls_link *link);

// Shows received bytes, n > 0 of them, which stay until tls_link_consume(). TLS_LINK_QUIET if none
// come within timeout_ms.
int tls_link_receive(struct tls_link *link, int timeout_ms, const uint8_t **p, size_t *n);
void tls_link_consume(struct tls_link *link, size_t n);

#endif
