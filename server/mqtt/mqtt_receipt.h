#ifndef MQTT_RECEIPT_H
#define MQTT_RECEIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "server/mqtt/mqtt_client.h"

// What is owed to the broker for messages of QoS 1: a PUBACK, after which it forgets them (MQTT
// 3.1.1, 4.3.2). libmosquitto queues it before it hands the message over; so nothing is written
// until what came has been kept. Of the client's thread.
struct mqtt_receipt {
    bool owed;
    int64_t since_ms; // when the first of what is owed came; monotonic
    int64_t tried_ms; // when keeping it last failed, or 0
    bool given_up;    // that goes on for too long
};

// A message of QoS 1 has been told.
void mqtt_receipt_note(struct mqtt_receipt *receipt, int64_t now_ms);

// Whether what is queued may be written now. Has what is owed kept by on_receipt(), and if that
// fails once a second again. After 10 s the answer is yes, until that succeeds: the broker would
// miss the keep-alive, and what it keeps for us meanwhile has bounds.
bool mqtt_receipt_may_write(
    struct mqtt_receipt *receipt, const struct mqtt_callbacks *callbacks, int64_t now_ms);

#endif
