#ifndef BENCH_TLS_CLIENT_H
#define BENCH_TLS_CLIENT_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One device as a client: its certificate, and the session to resume.
struct tls_client_client {
    SSL_CTX *ctx;
    SSL_SESSION *session; // NULL: a full handshake
};

struct tls_client_answer {
    unsigned status; // HTTP
    size_t bytes;    // of the body
    bool resumed;
};

// Loads <folder>/<mac>.crt and .key; tls13: that version and no other, else TLS 1.2 and session
// IDs. Ends the program with a message if that is not possible, as do all functions here.
void tls_client_client_init(struct tls_client_client *client, const char *ca_file,
    const char *folder, const char *mac, bool tls13);
void tls_client_client_clear(struct tls_client_client *client);

// Connects to 127.0.0.1 and shakes hands. The caller frees it with tls_client_close().
SSL *tls_client_open(const struct tls_client_client *client, unsigned port);

// Sends GET and reads the answer to the end of its Content-Length. close: asks the server to close
// the connection, which the caller does as well.
struct tls_client_answer tls_client_get(SSL *ssl, const char *path, bool close);

// Keeps the session for the next connection.
void tls_client_keep_session(struct tls_client_client *client, SSL *ssl);
void tls_client_close(SSL *ssl);

#endif
