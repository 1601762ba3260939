#ifndef DOCTOR_MQTT_H
#define DOCTOR_MQTT_H

#include <stddef.h>
#include <stdint.h>

// Two packets of MQTT 3.1.1.

#define DOCTOR_MQTT_CONNECT_MAX 128

// Writes a CONNECT with a clean session (3.1) under that identifier of at most 100 bytes. Returns
// its size.
size_t doctor_mqtt_connect(const char *client_id, uint8_t out[DOCTOR_MQTT_CONNECT_MAX]);

// The return code of a CONNACK (3.2), n bytes; -1 if it is none.
int doctor_mqtt_answer(const uint8_t *p, size_t n);

#endif
