#ifndef FIRMWARE_CORE_TLS_H
#define FIRMWARE_CORE_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/ssl.h>

#include "firmware/core/failure.h"
#include "firmware/core/identity.h"
#include "firmware/core/timer.h"
#include "firmware/core/tls_alert.h"
#include "firmware/core/tls_random.h"
#include "firmware/core/tls_session.h"
#include "firmware/port/port.h"

#define TLS_STEP_BYTES 8192          // that one call takes from the stream at most
#define TLS_HANDSHAKE_MS 15000       // from opening the connection to the end of the handshake
#define TLS_END (-(int)RESULT_COUNT) // the peer has closed the session in order

// The servers whose last session is kept, to be resumed.
enum tls_peer { TLS_PEER_BROKER, TLS_PEER_DOWNLOAD, TLS_PEERS };

enum tls_phase {
    TLS_CLOSED,
    TLS_CONNECTING,
    TLS_HANDSHAKE,
    TLS_OPEN,
};

// The one TLS session over the port's stream: TLS 1.2, P-256, max_fragment_length, client
// certificate, the server's name and dates checked.
struct tls {
    struct port *port;
    uint32_t retained_for;     // what the retained sessions depend on, tls_retain.h
    bool no_resume[TLS_PEERS]; // has refused to resume: full handshakes until the restart
    bool resuming;
    bool ended;     // the stream
    bool has_read;  // the peer has said something since the handshake
    bool busy;      // the handshake can go on at once
    bool was_short; // of memory, at some step of the handshake
    enum tls_phase phase;
    enum tls_peer peer;
    mbedtls_x509_time valid_to; // of its certificate
    const char *host;
    uint16_t tcp_port;
    size_t allowance; // bytes that the call may still take from the stream
    size_t unsent;    // bytes of a write that must be repeated
    struct tls_alert alert;
    struct timer deadline;
    uint32_t saved_for[TLS_PEERS];       // stands for the host and port that
    struct tls_session saved[TLS_PEERS]; // is with
    struct tls_random random;
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
};

// Prepares sessions as that identity, which must outlive tls. On failure tls is cleared.
int tls_init(
    struct tls *tls, struct port *port, struct identity *identity, struct failure *failure);

// Closes, and wipes what is secret. May be called again, and on a zeroed struct.
void tls_clear(struct tls *tls);

// Begins to connect to host, whose name is also what its certificate must bear. The text of host
// must outlive the session. A session saved of another host or port is forgotten. Draws the seed
// for all random numbers of the connection from the port; RESULT_TLS_FAILED negated if that has
// none.
int tls_open(struct tls *tls, enum tls_peer peer, const char *host, uint16_t tcp_port,
    struct failure *failure);

// Goes on with connection and handshake: STEP_AGAIN, STEP_DONE when the session is open, or
// RESULT_CONNECT_FAILED, RESULT_TIMEOUT, RESULT_TLS_FAILED or RESULT_CERTIFICATE_* negated. Does
// one of the handshake's states at most. If the peer refuses while a session is being resumed, it
// connects once more without.
int tls_step(struct tls *tls, struct failure *failure);

// Whether the last step or read left something to do without waiting for the stream.
bool tls_is_busy(const struct tls *tls);

// Bytes read or written, 0 if that is not possible now, TLS_END, or a result negated. However much
// the peer sends that is no data, a call ends: tls_is_busy() then says that there is more. A write
// that returned 0 must be repeated with at least the same bytes.
int tls_read(struct tls *tls, uint8_t *p, size_t n, struct failure *failure);
int tls_write(struct tls *tls, const uint8_t *p, size_t n, struct failure *failure);

// Says close_notify, as far as the stream takes it, and closes. Before tls_init() there is nothing
// to do.
void tls_close(struct tls *tls);

#endif
