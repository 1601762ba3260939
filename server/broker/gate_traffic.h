#ifndef GATE_TRAFFIC_H
#define GATE_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/broker/gate.h"

// What TLS connections send, whatever it is: the broker asks its plugins about messages alone.
struct client;
struct control_meter;

// A connection whose other end has just shown a certificate. The meter of that certificate, which
// stays until gate_free(); NULL: nothing is to be read of the connection, since it would be refused
// (gate_turns_away()), or its certificate has sent too much, or there is no memory.
struct control_meter *gate_traffic_begin(struct gate *gate, const uint8_t *der, size_t n);

// About n bytes have come and are about to be read. False: they are not, and who is connected by
// that certificate is shut out.
bool gate_traffic_take(struct gate *gate, struct control_meter *meter, size_t n);

// Who was let in by a certificate.
void gate_traffic_bind(struct gate *gate, struct client *client, const uint8_t *der, size_t n);

// So many bytes of a client's are counted otherwise, beside a packet's head.
void gate_traffic_count(struct client *client, size_t n);

#endif
