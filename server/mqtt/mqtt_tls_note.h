#ifndef MQTT_TLS_NOTE_H
#define MQTT_TLS_NOTE_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

#define MQTT_TLS_NOTE_SIZE 320

// Why a handshake with the broker failed, which libmosquitto does not say: which certificate, what
// is wrong with it, or by which alert the broker refuses us, and what to do. All zero at the start.
struct mqtt_tls_note {
    char text[MQTT_TLS_NOTE_SIZE];
    bool has_hello;       // the broker has spoken TLS
    SSL_verify_cb verify; // libmosquitto's
};

// Watches the handshakes that this thread begins, from the first byte on; NULL: no more. On one
// machine a handshake may be over before mosquitto_connect() returns, and libmosquitto has no hook
// before it; but it calls SSL_connect(), and the dynamic linker finds that of this file first.
// Where the linker does otherwise, mqtt_tls_note_watch() must do. The note must outlive its ssl.
void mqtt_tls_note_expect(struct mqtt_tls_note *note);

// Watches a handshake that has begun, if it is not watched yet. The note must outlive ssl.
void mqtt_tls_note_watch(struct mqtt_tls_note *note, SSL *ssl);

// What an alert of the broker's (RFC 5246, 7.2.2; RFC 8446, 6.2) leaves the operator to do.
const char *mqtt_tls_note_advice(int alert);

// Of a connection over which the broker never answered: puts what is known behind what libmosquitto
// says; cut to size.
void mqtt_tls_note_append(const struct mqtt_tls_note *note, char *reason, size_t size);

#endif
