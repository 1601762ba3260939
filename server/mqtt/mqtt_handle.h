#ifndef MQTT_HANDLE_H
#define MQTT_HANDLE_H

#include <mosquitto.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/mqtt/mqtt_client.h"
#include "server/mqtt/mqtt_tls_note.h"

// One libmosquitto client for one connection. Codes are MOSQ_ERR_*.

// Makes one that verifies the broker's certificate and name and speaks at least TLS 1.2; publish is
// allowed on other threads. The caller frees it with mosquitto_destroy().
int mqtt_handle_new(const struct mqtt_settings *settings, void *ctx, struct mosquitto **out);

// mosquitto_connect(), which does not wait for the TLS handshake, and what is to be set behind it.
// The note must outlive mosq.
int mqtt_handle_connect(
    struct mosquitto *mosq, const char *host, int port, struct mqtt_tls_note *note);

// Waits for the socket or wake_fd, at most timeout_ms, and reads what has come; callbacks run in
// here. Does not wait until it can write if that is held back. Anything but MOSQ_ERR_SUCCESS ends
// the connection. With poll(): libmosquitto's own loop waits with select(), which fails in a
// process with more than 1024 descriptors.
int mqtt_handle_read(struct mosquitto *mosq, int wake_fd, int timeout_ms, bool held_back);

// Writes what is queued, and keeps the connection alive. Codes as above.
int mqtt_handle_write(struct mosquitto *mosq);

// The certificate (DER) that the broker showed; the caller frees it. NULL if there is none yet, or
// without memory.
uint8_t *mqtt_handle_peer(struct mosquitto *mosq, size_t *n);

// Whether the other side has broken the connection off. During the TLS handshake libmosquitto does
// not notice, and would try for ever.
bool mqtt_handle_is_reset(struct mosquitto *mosq);

// Empties an eventfd.
void mqtt_handle_clear_wake(int wake_fd);

// Says what the code of the call that just failed means; reads errno.
void mqtt_handle_describe(int code, char *out, size_t size);

// What a CONNACK says that lets nobody in (MQTT 3.1.1, 3.2.2.3), and what to do.
const char *mqtt_handle_refusal(int code);

#endif
