#ifndef MQTT_TLS_NOTE_H
#define MQTT_TLS_NOTE_H

#include <stddef.h>

#include <openssl/ssl.h>

#define MQTT_TLS_NOTE_SIZE 256

// Why a handshake with the broker failed, which libmosquitto does not say: which certificate, and
// what is wrong with it. All zero at the start.
struct mqtt_tls_note {
    char text[MQTT_TLS_NOTE_SIZE];
    SSL_verify_cb verify; // libmosquitto's
};

// Watches a handshake that has begun. The note must outlive ssl.
void mqtt_tls_note_watch(struct mqtt_tls_note *note, SSL *ssl);

// Puts what is known behind what libmosquitto says; cut to size.
void mqtt_tls_note_append(const struct mqtt_tls_note *note, char *reason, size_t size);

#endif
